"""Who stands out: expected counts by hand, honest differences, pace, and bad frames."""

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import DataError
from design_lab.evidence.gaming import standing_out
from design_lab.evidence.gaming.people import _expected, beyond_others
from tests.evidence.panels import generator

HOW = {"count": "short", "of": "calls", "person": "who", "alike": ["queue"]}


def frame(rng, excess=0.0, people=60, each=2000):
    pace = np.exp(0.3 * rng.normal(size=people))
    calls = np.full(people, each)
    first = np.arange(people) == 0
    return pd.DataFrame({
        "who": np.arange(people), "queue": "q", "calls": calls,
        "short": rng.binomial(calls, np.minimum(0.01 * pace + excess * first, 1)), "near": rng.binomial(calls, 0.03 * pace),
    })  # fmt: skip


def test_expected_is_what_others_in_the_same_cells_had():
    """A: 100 of a's 500 calls stand beside 300 with 30 short, so .1; alone in cell b she is compared with nobody."""
    told = pd.DataFrame(
        [("A", "a", 500, 9), ("B", "a", 200, 10), ("C", "a", 100, 20), ("A", "b", 50, 50)],
        columns=["who", "queue", "calls", "short"],
    )
    held = _expected(told, "short", "calls", "who", ["queue"])
    assert held.loc["A"].tolist() == [9, 50]
    assert held.loc["B", "expected"] == pytest.approx(200 * 29 / 600)


def test_honest_differences_are_not_told_as_signs_and_a_planted_one_is():
    honest = standing_out(frame(generator()), **HOW)
    assert honest.value == 0
    planted = standing_out(frame(generator(), excess=0.05), **HOW)
    assert planted.value == 1
    assert planted.p < 0.01


def test_her_own_pace_explains_what_goes_with_it():
    """Someone as fast as nobody else has many short calls and as many that are nearly short: no sign."""
    told = frame(generator(), each=20_000)
    told.loc[0, ["short", "near"]] = [1400, 4200]
    assert standing_out(told, **HOW).value == 1
    assert standing_out(told, **HOW, near="near").value == 0


def test_the_score_of_a_person_is_the_log_of_seen_over_expected_in_usual_differences():
    """39 people at ratios whose middle half lies within the quartiles of a normal with SD .2, one at e times as many."""
    from scipy import stats

    ratio = np.exp(0.2 * stats.norm.ppf((np.arange(39) + 0.5) / 39))
    expected = np.full(40, 1e6)
    p = beyond_others(expected * np.append(ratio, np.e), expected)
    assert stats.t.isf(p[-1], 0.37 * 39) == pytest.approx(1 / 0.2, rel=0.08)


def test_too_few_people_are_no_sign():
    assert standing_out(frame(generator(), people=10), **HOW).unknown == "too_few_people_alike"


def test_rows_that_stand_twice_are_refused():
    told = frame(generator())
    with pytest.raises(DataError, match="60 rows repeat a person and cell"):
        standing_out(pd.concat([told, told], ignore_index=True), **HOW)
    with pytest.raises(DataError, match="short is above calls"):
        standing_out(told.assign(short=5000), **HOW)

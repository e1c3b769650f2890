"""Anonymity and load: who may see what, and how many a leader leads."""

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import DataError
from design_lab.scoring.ratings import (
    Scale,
    adjusted_scores,
    agreement,
    forms,
    habits,
    rater_load,
    reciprocity,
    released,
    self_other,
    severity,
    spans,
    suppressed,
)
from tests.scoring.ratings.conftest import frame, round_robin


def rated(counts):
    """Ratings of {person: number of raters}, raters numbered from 0."""
    return forms(frame([(f"R{at}", person, "x", 3.0 + at % 2) for person, n in counts.items() for at in range(n)]))


def release(counts, k=5, team=None):
    given = rated(counts)
    scores = given.others.groupby("employee_id")["points"].mean()
    group = pd.Series({person: (team or {}).get(person, "T") for person in counts})
    return released(given, scores, group, audience="hr", k=k)


def test_one_withheld_person_takes_another_along_because_the_mean_of_the_team_would_tell():
    found = release({"A": 3, "B": 6, "C": 5, "D": 8})
    assert found.people["withheld"].to_dict() == {"A": "few", "B": "", "C": "inferable", "D": ""}
    assert found.people.loc[["A", "C"], ["value", "n_raters"]].isna().all(axis=None)


def test_two_who_together_have_too_few_raters_take_a_third_along():
    found = release({"A": 3, "B": 2, "C": 7, "D": 6})
    assert found.people["withheld"].to_dict() == {"A": "few", "B": "few", "C": "", "D": "inferable"}


def test_enough_raters_everywhere_withhold_nobody():
    found = release({"A": 5, "B": 6})
    assert found.people["withheld"].eq("").all()
    assert found.people["value"].notna().all()


def test_an_audience_that_rates_itself_needs_one_rater_more():
    """With five raters and her own mark among them, a reader would see the mean of four."""
    given = rated({"A": 5, "B": 6, "C": 7})
    scores, group = given.others.groupby("employee_id")["points"].mean(), pd.Series("T", index=list("ABC"))
    found = released(given, scores, group, audience="team_leader", k=5, readers_rate=True)
    assert found.people["withheld"].to_dict() == {"A": "few", "B": "inferable", "C": ""}
    assert "at least 6 raters" in found.findings()[0].text["en"]


def test_an_audience_with_a_higher_k_sees_less():
    counts = {"A": 12, "B": 8, "C": 11, "D": 15}
    assert release(counts, k=5).people["withheld"].eq("").all()
    assert release(counts, k=10).people["withheld"].to_dict() == {"A": "", "B": "few", "C": "inferable", "D": ""}


def test_a_group_with_too_few_raters_has_no_mean_either():
    found = release({"A": 3, "B": 6, "C": 7}, team={"A": "small"})
    assert found.groups["value"].isna().to_dict() == {"T": False, "small": True}
    assert found.people["withheld"].to_dict() == {"A": "few", "B": "", "C": ""}  # no mean of a group gives A away


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 9), min_size=1), st.sampled_from([5, 8]))
def test_what_is_hidden_cannot_be_found_from_what_is_shown(counts, k):
    found = release(counts, k=k)
    hidden = found.people.index[found.people["withheld"].ne("")]
    assert all(counts[person] >= k for person in found.people.index.difference(hidden))
    if len(hidden) and found.groups["value"].notna().all() and len(hidden) < len(counts):
        assert len(hidden) >= 2
        assert (
            max(counts[person] for person in hidden) >= k
        )  # raters are numbered from 0: the most raters are the union


def test_a_k_below_five_is_refused():
    with pytest.raises(DataError, match="at least 5 raters"):
        release({"A": 6}, k=3)


def test_no_rater_is_named_in_what_leaves():
    ratings, truth = round_robin(np.random.default_rng(22), people=8, teams=2)
    names = {person: f"rater-{person}" for person in truth.index}
    ratings["rater_id"] = ratings["rater_id"].map(names)  # so that a rater's id is never a ratee's
    given = forms(ratings)
    known = severity(given)
    team = pd.Series(truth.index.str[:3], index=truth.index)
    shown = released(given, adjusted_scores(ratings)["value"], team, audience="hr", k=5)
    results = [
        known, agreement(given), habits(given, known, scale=Scale(low=1, high=7, options=7)), reciprocity(given),
        self_other(given), shown, rater_load(given, minutes_per_form=5),
    ]  # fmt: skip
    told = [json.dumps(f.to_dict(), ensure_ascii=False) for one in results for f in one.findings()]
    told += [repr(one) for one in results] + [one._repr_html_() for one in results]
    told += [shown.people.to_csv(), shown.groups.to_csv(), suppressed(given).text["en"]]
    assert "rater-" not in "".join(told)


def test_who_has_too_few_raters_is_counted():
    found = suppressed(rated({"A": 4, "B": 5, "C": 1}))
    assert (found.value, found.n) == (2, 3)


PEOPLE = pd.DataFrame(
    {
        "level": ["manager", "team_leader", "agent", "agent", "senior_agent", "team_leader", "agent", "agent", "agent"],
        "team": [None, "T1", "T1", "T1", "T1", "T2", "T2", "T3", "T3"],
        "department": ["D"] * 9,
    }
)


def test_spans_by_hand():
    found = spans(PEOPLE, led={"team_leader": "team", "manager": "department"})
    by_level = found.by_leader.set_index(["level", "unit"])["span"].to_dict()
    # The manager leads two team leaders and the two people of the team without one.
    assert by_level == {("team_leader", "T1"): 3, ("team_leader", "T2"): 1, ("manager", "D"): 4}
    assert found.unled == {"team_leader": 1, "manager": 0}
    told = {finding.id: finding for finding in found.findings()}
    assert told["organisation.span.team_leader"].value == 2
    assert told["organisation.unled.team_leader"].value == 1


def test_a_unit_that_the_roster_does_not_know_is_refused():
    with pytest.raises(DataError, match="did you mean 'team'"):
        spans(PEOPLE, led={"team_leader": "teams"})


def test_a_rater_s_load_by_hand():
    found = rater_load(rated({"A": 3, "B": 2}), minutes_per_form=6)
    assert found.forms.to_dict() == {"R0": 2, "R1": 2, "R2": 1}
    assert found.hours == 0.5
    assert {finding.id: finding.claim for finding in found.findings()} == {
        "organisation.rater_load": "accounting", "organisation.rater_hours": "scenario",
    }  # fmt: skip
    with pytest.raises(DataError, match="more than no time"):
        rater_load(rated({"A": 3}), minutes_per_form=0)


def test_a_form_takes_the_same_time_on_whoever_it_is():
    pairs = [(a, b) for a, b in combinations("ABCDEF", 2)]
    given = forms(frame([(a, b, item, 3.0) for a, b in pairs for item in ("x", "y", "z")]))
    assert rater_load(given, minutes_per_form=1).forms.sum() == len(pairs)

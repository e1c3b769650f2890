"""Survey selection and transfers at the day's end: odds ratios by hand, planted selection, bad frames."""

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import DataError
from design_lab.evidence.gaming import survey_selection, transfers_at_day_end
from tests.evidence.panels import generator

HOW = {"rated": "rated", "contacts": "n", "bad": "bad", "person": "who", "team": "team"}


def centre(rng, odds, people=60):
    """People who let .1 to .5 of their contacts be rated, bad ones at `odds` times the odds; who is bad differs too."""
    who = np.repeat(np.arange(people), 2)
    bad = np.tile([0, 1], people)
    lean = np.repeat(rng.uniform(-2, 0, people), 2) + np.log(odds) * bad
    n = rng.poisson(np.repeat(rng.uniform(200, 800, people), 2))
    return pd.DataFrame(
        {"who": who, "team": who % 8, "bad": bad, "n": n, "rated": rng.binomial(n, 1 / (1 + np.exp(-lean)))}
    )


def test_the_ratio_is_mantel_and_haenszel_s():
    """Five people with (10 of 40 bad, 30 of 60 good): each (10 x 30) / (30 x 30); strata of one kind count nothing."""
    told = pd.DataFrame(
        [(i, i, bad, n, rated) for i in range(5) for bad, n, rated in ((1, 40, 10), (0, 60, 30))] + [(9, 0, 1, 50, 50)],
        columns=["who", "team", "bad", "n", "rated"],
    )
    found = survey_selection(told, **HOW)
    assert found.value == pytest.approx(1 / 3)
    assert (found.n, found.people) == (500, 5)


def test_planted_selection_is_found_and_none_is_not():
    assert survey_selection(centre(generator(), 0.7), **HOW).p < 0.001
    quiet = survey_selection(centre(generator(), 1.0), **HOW)
    assert quiet.low < 1 < quiet.high


def test_more_ratings_of_bad_contacts_are_no_sign_of_this_kind():
    assert survey_selection(centre(generator(), 1.5), **HOW).p > 0.999


def test_more_transfers_late_are_a_sign():
    told = centre(generator(), 1.4).rename(columns={"rated": "passed", "bad": "late"})
    found = transfers_at_day_end(told, transferred="passed", contacts="n", late="late", person="who", team="team")
    assert found.p < 0.001
    assert found.low > 1


def test_few_teams_or_one_kind_of_contact_are_no_sign():
    told = centre(generator(), 1.0)
    assert survey_selection(told.assign(team=0), **HOW).unknown == "too_few_teams_near"
    assert survey_selection(told[told["bad"] == 1], **HOW).unknown == "nothing_to_compare"


def test_bad_frames_are_refused():
    told = centre(generator(), 1.0)
    with pytest.raises(DataError, match="bad must be 1 or 0"):
        survey_selection(told.assign(bad=2), **HOW)
    with pytest.raises(DataError, match="rated is above n"):
        survey_selection(told.assign(rated=told["n"] + 1), **HOW)

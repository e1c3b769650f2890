"""How sure a review score, a peer rating and a total are: standard errors and noise against the generator's truth.

The people and calls of a quarter stay as the centre made them; reviews, ratings and answers of customers come out anew,
by the generator's own law, so that what a value strays by is known. The tests repeat data/h_bank's last quarter 20
times; `python -m tests.proofs.test_errors` repeats it 200 times and prints the table of docs/method.md.
"""

import sys
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import cards
from design_lab.evaluation import rerun
from design_lab.scoring import Panel, score
from design_lab.scoring.estimates import mean_errors
from design_lab.scoring.signal import signal
from design_lab.study import project_root
from design_lab.synthetic import voices
from design_lab.synthetic.centre import read_centre
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.voices import make_ratings, make_reviews
from tests.proofs.test_rewarded import chances, last_roles, positions
from tests.scoring.conftest import make_scheme

FULL, TENTH = 200, 20
MEASURED = ("qa_score", "peer_rating", "first_contact_resolution", "csat")
LEAST = {name: cards()[name].minimum_n for name in MEASURED}
Z = {"rule": "z", "centre": 80, "spread": 10, "floor": 40, "cap": 120}
DIMENSIONS = {
    "service_quality": {"weight": 40, "indicators": {"qa_score": 60, "first_contact_resolution": 40}},
    "csat": {"weight": 40, "indicators": {"csat": 100}},
    "teamwork": {"weight": 20, "indicators": {"peer_rating": 100}},
}


@pytest.fixture(scope="module")
def quarter():
    return last_quarter()


def last_quarter():
    centre = read_centre(project_root() / "data" / "h_bank")
    return QuarterData(centre, centre.last)


def seed_of(name):
    return np.random.default_rng([*name.encode()])


# ---- the truth: the same people measured again, by the generator's own law ----


def observed(data, rng):
    """What one more measurement sees: by indicator n, sum and sum of squares of each person's observations, (3, people)."""
    people = len(data.organisation.people)
    with mock.patch.object(voices, "stream", return_value=rng):
        reviews = make_reviews(data.centre, data.organisation, data.duty, data.calls, data.quarter)
        ratings = make_ratings(data.centre, data.organisation, data.quarter)
    form = np.unique(ratings.rater * people + ratings.rated, return_inverse=True)[1]
    rated = np.zeros(form.max() + 1, dtype=int)
    rated[form] = ratings.rated
    seen = {
        "qa_score": (data.duty.person[data.calls.row[reviews.call]], reviews.score),
        "peer_rating": (rated, np.bincount(form, ratings.points) / np.bincount(form)),
    }
    for name in ("first_contact_resolution", "csat"):
        person, chance = chances(data, name)
        seen[name] = (person, (rng.random(chance.size) < chance).astype(float))
    return {
        name: np.array([np.bincount(person, weights, people) for weights in (np.ones(person.size), y, y**2)])
        for name, (person, y) in seen.items()
    }


def merits(data):
    """What raters would give each person on average, whoever rates her: her merit alone, (people,)."""
    centre, rng = data.centre, seed_of("merits")
    character = voices.draw_character(centre, len(data.organisation.people))
    merit = voices._merit(centre, data.organisation, data.quarter, character)
    shown = centre.voices
    stray = (
        rng.standard_normal((4, 4000)).T * [shown.severity_sd, shown.halo_sd, 0.15, shown.item_sd]
    ).sum(axis=1)  # fmt: skip
    return np.array([np.clip(np.rint(shown.peer_mean + one + stray), 1, 5).mean() for one in merit])


# ---- what the package makes of one measurement ----


def errors_of(sums, role, least):
    """Values and standard errors as the panel has them, NaN below the least number of observations."""
    n, total, squares = sums
    known = (n >= least) & (role >= 0)
    value, error = np.full(n.size, np.nan), np.full(n.size, np.nan)
    value[known] = total[known] / n[known]
    there = (n > 0) & (role >= 0)  # those with few observations tell how the role's vary too
    error[there] = mean_errors(n[there], total[there], squares[there], n[there], role[there])
    return value, np.where(known, error, np.nan)


def panel_of(data, seen):
    """A panel of the people in a position on the last day, from what one measurement sees of them."""
    person = data.results.person
    place = pd.DataFrame(positions(data), columns=["role", "level"])
    index = pd.Index([f"E{one:04d}" for one in person], name="employee_id")
    teams = {stint.person: stint.team for stint in data.organisation.on(data.quarter.last_day())}
    people = place.set_index(index).assign(
        team=[f"T{teams[one]:02d}" for one in person], tenure_months=24.0, days_present=60
    )
    n = {name: seen[name][0][person] for name in MEASURED}
    values = {name: np.where(n[name] > 0, seen[name][1][person] / np.maximum(n[name], 1), np.nan) for name in MEASURED}
    signals = {}
    for role in place["role"].unique():
        for name in MEASURED:
            kept = (place["role"].to_numpy() == role) & (n[name] >= LEAST[name])
            found = signal(*(row[person][kept] for row in seen[name])) if kept.any() else None
            if found:
                signals[role, name] = found
    frame = pd.DataFrame(values, index)
    return Panel(
        quarter=str(data.quarter), people=people, values=frame, counts=pd.DataFrame(n, index),
        standard_errors=frame * np.nan, centre=pd.DataFrame(), signals=signals,
    )  # fmt: skip


def totals(data, seen):
    scheme = make_scheme(dimensions=DIMENSIONS, rules=dict.fromkeys(MEASURED, Z))
    people = panel_of(data, seen)
    return people, score(people, scheme, medians=pd.DataFrame())


def covered(value, error, truth):
    return np.nanmean(np.where(np.isfinite(value), abs(value - truth) <= 1.96 * error, np.nan))


def strayed(scored, name, kept):
    """The mean over people of the covariance of a part with the total between measurements, or of the total's variance."""
    totals = np.array([scores.total.to_numpy(float)[kept] for _, scores in scored])
    parts = (
        totals if name == "total" else np.array([one.contributions[name].to_numpy(float)[kept] for _, one in scored])
    )
    return float(((parts - parts.mean(axis=0)) * (totals - totals.mean(axis=0))).sum(axis=0).mean() / (len(scored) - 1))


def chance_of(told, kept):
    return float(told.to_numpy()[kept].mean())


def measure(data, times, rng):
    """By indicator, standard error over the true one and coverage of 95 % intervals; of the total and by dimension, noise
    over the true one, and how far that of one quarter strays.
    """
    roles = last_roles(data)
    names = sorted({*roles.values()})
    role = np.array([names.index(roles[one]) if one in roles else -1 for one in range(len(data.organisation.people))])
    seen = [observed(data, rng) for _ in range(times)]
    found = {}
    for name in ("qa_score", "peer_rating"):
        pairs = [errors_of(one[name], role, LEAST[name]) for one in seen]
        value, error = (np.array(one) for one in zip(*pairs, strict=True))
        often = np.isfinite(value).sum(axis=0) >= times / 2
        value, error = value[:, often], error[:, often]
        truth = np.nanmean(value, axis=0)
        stray = np.sqrt(np.nanvar(value, axis=0, ddof=1).mean())
        found[name] = (np.sqrt(np.nanmean(error**2)) / stray, covered(value, error, truth))
        if name == "peer_rating":
            merit = merits(data)[often]
            apart = np.sqrt(np.nanmean((value - merit) ** 2))
            found["peer_rating against merit"] = (np.sqrt(np.nanmean(error**2)) / apart, covered(value, error, merit))
    scored = [totals(data, one) for one in seen]
    weights = np.array([scores.weights.to_numpy(float) for _, scores in scored])
    there = np.isfinite([scores.total.to_numpy(float) for _, scores in scored]).all(axis=0)
    # Who has enough reviews in one measurement and not in the next is judged by other weights; a rerun holds that fixed.
    same = there & (np.ptp(weights, axis=0) < 1e-9).all(axis=1)
    # What one quarter tells of its chance is an estimate too: the mean of several, and how far one strays.
    again = [
        rerun(people, scores, medians=pd.DataFrame(), rng=rng, draws=5)
        for people, scores in scored[:: max(times // 20, 4)]
    ]
    for name in ("total", *DIMENSIONS):
        true = strayed(scored, name, same)
        told = np.array([chance_of(one.total_variance if name == "total" else one.noise[name], same) for one in again])
        found[f"noise of {name}"] = (told.mean() / true, told.std(ddof=1) / true)
    found["noise of total, indicators as they fall"] = (
        np.mean([chance_of(one.total_variance, there) for one in again]) / strayed(scored, "total", there), None,
    )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def measured(quarter):
    return measure(quarter, TENTH, seed_of("errors"))


@pytest.mark.parametrize("name", ["qa_score", "peer_rating"])
def test_standard_errors_are_those_of_repeated_measurement(measured, name):
    """Within what full size shows, give or take Monte-Carlo error: some 200 people, 20 times each."""
    ratio, coverage = measured[name]
    assert ratio == pytest.approx(1, abs=0.08)
    assert coverage == pytest.approx(0.955, abs=0.02)


def test_against_merit_peer_ratings_stray_further_than_their_standard_errors_say(measured):
    ratio, coverage = measured["peer_rating against merit"]
    assert 0.85 < ratio < 1.05
    assert 0.90 < coverage < 0.955


@pytest.mark.parametrize("name", ["total", *DIMENSIONS])
def test_the_chance_in_totals_is_that_of_repeated_measurement(measured, name):
    """Within a fifth: a tenth of the size knows neither side to better than a twentieth, and one quarter strays by more."""
    assert measured[f"noise of {name}"][0] == pytest.approx(1, abs=0.2)


def main(times=FULL):
    """Print the table."""
    for name, (ratio, beside) in measure(last_quarter(), times, seed_of("errors")).items():
        sys.stdout.write(f"| {name} | {ratio:.3f} | {'' if beside is None else f'{beside:.3f}'} |\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FULL)

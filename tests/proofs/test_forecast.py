"""Forecasts of quarters to come: whether intervals hold what comes, and whether saying an effect beats saying none.

    python -m tests.proofs --full test_forecast

Teams' ratings by quarter are generated from levels, trend, seasons and shocks of quarters and teams; a scheme is adopted
after twelve quarters and moves the log-odds by a true effect that ramps up and fades. The truth is drawn from the
evidence cards' own law, from one whose effect is higher by a standard deviation, and from one whose deviations are
doubled. Half of the centres had a pilot before, along the change or another way; its estimate is a mean over its
quarters, drawn with its error, and the error is estimated from as many teams as took part.

Acceptance: intervals of 90 %, of what is published and of the effect, cover .86 to .94 under the first law where shocks
are independent, and at least .75 where shocks last and under the other laws. Under the first law the mean CRPS
(Gneiting and Raftery 2007) is no higher than that of the same draws without the effect, and after a pilot no higher than
by the cards alone and by the pilot alone. Each allows for three Monte-Carlo standard errors.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from design_lab.catalogue.priors import evidence
from design_lab.expected.course import course, from_scale
from design_lab.expected.effects import effects, steps
from design_lab.expected.paths import projected, unchanged
from design_lab.expected.priors import pooled
from design_lab.expected.response import Belief, Piloted
from tests.proofs.teams import seeded, within

FULL, DRAWS = 2000, 1000
NONE, ALONG, OTHERWISE = range(3)  # kinds of pilots; every second centre had none
LAWS, SHOCKS = ("prior", "shifted", "doubled"), ("independent", "lasting")
PAST, AHEAD, TOLD = 12, 8, 3  # quarters; the fourth to come is told
TEAMS, RATINGS = 12, 400  # a team and quarter
PILOTED, PILOT_ERROR = 4, 0.004  # quarters; of its estimate, in the log of the share
PRIORS = pooled(evidence())
AGENTS = frozenset({"agent"})
TODAY = {"workload": 200.0, "service_quality": 65.0, "csat": 112.0, "teamwork": 43.0}
AFTER = {"workload": 148.0, "service_quality": 91.0, "csat": 160.0, "teamwork": 59.0}
ELSEWHERE = {"workload": 200.0, "service_quality": 100.0, "csat": 112.0, "teamwork": 43.0}
ENTRIES = {"quality_on_quality": 1, "quality_on_workload": 1}  # what moves satisfaction, with its sign


class Truth(NamedTuple):
    """Slopes by entry, and the share of the initial effect that is there by quarter from adoption, (8,)."""

    slopes: dict
    shape: np.ndarray

    def effect(self, moved):
        """The change of the log of the share when it is whole."""
        return sum(sign * self.slopes[name] * moved[name] for name, sign in ENTRIES.items())


def true(law, rng):
    """A truth by its law, all entries at once: by their own arithmetic, not that of the forecast."""
    drawn = dict(zip(PRIORS.names, PRIORS.draws(rng, 1)[0], strict=True))
    if law == "doubled":
        drawn = {name: PRIORS[name].mean + 2 * (one - PRIORS[name].mean) for name, one in drawn.items()}
    if law == "shifted":  # along the change, so that its effect is higher by one standard deviation
        moved = steps(PRIORS, TODAY, AFTER)[0]
        parts = {name: PRIORS[name].sd * moved[name] * sign for name, sign in ENTRIES.items()}
        length = np.sqrt(sum(one**2 for one in parts.values()))
        for name, part in parts.items():
            drawn[name] += PRIORS[name].sd * part / length
    half_life, floor = np.exp(drawn["decay_half_life"]) / 3, 1 / (1 + np.exp(-drawn["decay_floor"]))
    event = np.arange(AHEAD)
    shape = np.minimum((event + 1) / np.exp(drawn["ramp"]), 1) * (floor + (1 - floor) * 2 ** (-event / half_life))
    return Truth(slopes=drawn, shape=shape)


def shocks(rng, rows, lasting):
    """Standard normal shocks (rows, quarters), so much of each being there a quarter later."""
    size = PAST + AHEAD
    held, now = np.empty((rows, size)), rng.normal(size=rows)
    for quarter in range(size):
        now = lasting * now + np.sqrt(1 - lasting**2) * rng.normal(size=rows)
        held[:, quarter] = now
    return held


def world(rng, effect, lasting):
    """Published shares with the effect (20,), and in the quarters to come what it adds to the true share (8,)."""
    time = np.arange(PAST + AHEAD)
    season = 0.04 * rng.normal(size=4)
    usual = 2.5 + 0.01 * rng.normal() * time + season[time % 4] + 0.06 * shocks(rng, 1, lasting)
    logits = usual + 0.2 * rng.normal(size=(TEAMS, 1)) + 0.1 * shocks(rng, TEAMS, lasting)
    level = float(from_scale(usual, share=True).mean())
    moved = logits.copy()
    moved[:, PAST:] += effect / (1 - level)
    with_it, without = (1 / (1 + np.exp(-side)) for side in (moved, logits))
    published = rng.binomial(RATINGS, with_it).sum(axis=0) / (RATINGS * TEAMS)
    return published, (with_it - without).mean(axis=0)[PAST:]


def piloted(rng, truth, way):
    """What a pilot along a change showed: its mean over quarters, and what is believed to have been left of the whole."""
    moved = steps(PRIORS, TODAY, way)[0]
    left = truth.shape[:PILOTED].mean()
    seen = truth.effect(moved) * left + PILOT_ERROR * rng.normal()
    error = PILOT_ERROR * np.sqrt(rng.chisquare(TEAMS - 1) / (TEAMS - 1))
    believed = effects(PRIORS, TODAY, way, bonus_power=0.175, roles=AGENTS).fading(rng, DRAWS)
    inverse = 1 / believed.at(PILOTED).mean(axis=1)
    return Piloted(
        change={name: moved[name] for name in ENTRIES}, estimate=seen, standard_error=error, clusters=TEAMS,
        claim="causal", roles=AGENTS, weights=(1 / PILOTED,) * PILOTED, inverse=(inverse.mean(), inverse.std()),
    )  # fmt: skip


def by_data_alone(found):
    """The same forecast believing the estimate alone, scaled to the change: next to nothing is believed before."""
    belief, seen, size = found.beliefs["csat"], found.pilots["csat"], found.responses["csat"].size
    way = np.array([found.steps[name] for name in belief.dimensions])
    unit = way / (way @ way)
    vague = Belief(
        dimensions=belief.dimensions, mean=0 * unit, covariance=np.outer(unit, unit) + 1e-12 * np.eye(len(way))
    )
    scaled = replace(
        seen, change=dict(zip(belief.dimensions, way, strict=True)), estimate=size * seen.estimate,
        standard_error=abs(size) * seen.standard_error,
    )  # fmt: skip
    return replace(found, beliefs={**found.beliefs, "csat": vague}, pilots={"csat": scaled})


def crps(draws, came):
    """CRPS of an empirical distribution, draws (n, quarters), at what came (quarters,): E|X - y| - E|X - X'| / 2."""
    ordered, n = np.sort(draws, axis=0), len(draws)
    rank = 2 * np.arange(1, n + 1) - n - 1
    return np.abs(draws - came).mean(axis=0) - (rank[:, None] * ordered).sum(axis=0) / n**2


def simulated(law, lasting, replications):
    """By replication: kind of pilot, coverage of both intervals in the fourth quarter and on average, and four CRPS."""
    rng, found = seeded("forecast", law, lasting), []
    for place in range(replications):
        kind = (NONE, ALONG, NONE, OTHERWISE)[place % 4]
        found.append((kind, *one(rng, law, lasting, (None, AFTER, ELSEWHERE)[kind])))
    return np.array(found, dtype=float)


def one(rng, law, lasting, way):
    truth = true(law, rng)
    whole = truth.effect(steps(PRIORS, TODAY, AFTER)[0])
    published, added = world(rng, whole * truth.shape, lasting)
    past, came = published[:PAST], published[PAST:]
    errors = np.sqrt(past * (1 - past) / (RATINGS * TEAMS))
    carried_on = course(past, errors, share=True, quarters=AHEAD, rng=rng, draws=DRAWS)
    usual = unchanged({"csat": carried_on}, rng=rng)
    seen = None if way is None else {"csat": piloted(rng, truth, way)}
    key = int(rng.integers(2**63))
    roads = [believed(seen), believed(None), by_data_alone(believed(seen)) if seen else believed(None)]
    paths = [projected("x", usual, road, rng=np.random.default_rng(key))["csat"] for road in roads]
    covered = [
        (band[0] <= value) & (value <= band[2])
        for band, value in ((paths[0].band(), came), (paths[0].effect_band(), added))
    ]
    scores = [crps(draws, came).mean() for draws in (*(path.changed for path in paths), paths[0].without)]
    return (*(hit[TOLD] for hit in covered), *(hit.mean() for hit in covered), *(100 * score for score in scores))


def believed(pilots):
    return effects(PRIORS, TODAY, AFTER, bonus_power=0.175, roles=AGENTS, pilots=pilots)


class Sums(NamedTuple):
    """Coverage in the fourth quarter and over eight, of what is published and of the effect; differences of CRPS."""

    told: tuple
    all: tuple
    to_none: np.ndarray
    to_prior: np.ndarray
    to_data: np.ndarray


def summed(found):
    kind, published, effect, all_published, all_effect, score, prior, data, none = found.T
    had = kind != NONE
    return Sums(
        told=(published, effect), all=(all_published, all_effect), to_none=score - none,
        to_prior=(score - prior)[had], to_data=(score - data)[had],
    )  # fmt: skip


def error_of(values):
    return values.std(ddof=1) / np.sqrt(len(values))


def accepted(law, shock, found):
    sums = summed(found)
    low, high = (0.86, 0.94) if (law, shock) == ("prior", "independent") else (0.75, 1.0)
    for told, whole in zip(sums.told, sums.all, strict=True):
        assert within(told.mean(), low, high, len(told))
        slack = 3 * error_of(whole)
        assert low - slack <= whole.mean() <= high + slack
    if law == "prior":
        for apart in (sums.to_none, sums.to_prior, sums.to_data):
            assert apart.mean() <= 3 * error_of(apart)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("shock", SHOCKS)
def test_intervals_hold_what_comes_and_saying_an_effect_beats_saying_none(law, shock):
    accepted(law, shock, simulated(law, _lasting(shock), FULL // 10))


def test_crps_of_draws_is_that_of_their_distribution():
    """Two draws, 0 and 1: at .5 it is .25, at 2 it is 1.25; of many normal draws it is the closed form."""
    pair = np.array([[0.0, 0.0], [1.0, 1.0]])
    np.testing.assert_allclose(crps(pair, np.array([0.5, 2.0])), [0.25, 1.25])
    many = seeded("crps").normal(size=(400_000, 1))
    closed = 2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi)
    assert crps(many, np.array([0.0]))[0] == pytest.approx(closed, abs=0.002)


def _lasting(shock):
    return 0.5 if shock == "lasting" else 0.0


def table():
    yield (
        "| shocks | truth from | pilot | published covers 90 %, fourth quarter | all eight | effect, fourth quarter | "
        "all eight | CRPS less that without effect | less cards alone | less pilot alone |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for shock in SHOCKS:
        for law in LAWS:
            found = simulated(law, _lasting(shock), FULL)
            accepted(law, shock, found)
            yield f"| {shock} | {law} | all | {' | '.join(_row(summed(found)))} |"
            for kind, named in enumerate(("none", "along the change", "another way")):
                yield f"| {shock} | {law} | {named} | {' | '.join(_row(summed(found[found[:, 0] == kind])))} |"


def _row(sums):
    covered = [one for pair in zip(sums.told, sums.all, strict=True) for one in pair]
    apart = [
        f"{one.mean():+.3f} ({one.mean() - 1.96 * error_of(one):+.3f} to {one.mean() + 1.96 * error_of(one):+.3f})"
        if len(one)
        else ""
        for one in (sums.to_none, sums.to_prior, sums.to_data)
    ]
    return [f"{one.mean():.3f}" for one in covered] + apart

"""Forecasts: nothing comes of nothing, bands hold what they say, and one distribution makes all views."""

import numpy as np
import pytest

from design_lab.catalogue.priors import evidence
from design_lab.errors import ForecastError
from design_lab.expected.course import course, to_scale
from design_lab.expected.effects import effects
from design_lab.expected.paths import projected, unchanged
from design_lab.expected.priors import pooled

PRIORS = pooled(evidence())
TODAY = {"workload": 200.0, "service_quality": 65.0, "csat": 112.0, "teamwork": 43.0}
QUALITY_FIRST = {"workload": 148.0, "service_quality": 91.0, "csat": 160.0, "teamwork": 59.0}
DRAWS = 4000


def rng(*key):
    return np.random.default_rng([31, *key])


def courses(draws=DRAWS, quarters=8):
    shares = 0.93 + 0.003 * np.sin(np.arange(12))
    paces = 13 + 0.2 * np.cos(np.arange(12))
    return {
        "csat": course(shares, np.full(12, 0.001), share=True, quarters=quarters, rng=rng(1), draws=draws),
        "calls_per_hour": course(paces, np.full(12, 0.05), share=False, quarters=quarters, rng=rng(2), draws=draws),
        "csat_dissatisfied": course(
            1 - shares, np.full(12, 0.001), share=True, quarters=quarters, rng=rng(1), draws=draws
        ),
        "attendance": course(shares, np.full(12, 0.001), share=True, quarters=quarters, rng=rng(3), draws=draws),
    }


def usual(**of):
    return unchanged(courses(**of), rng=rng(10))


def moved(after=QUALITY_FIRST):
    return effects(PRIORS, TODAY, after, bonus_power=0.175, roles=frozenset({"agent"}))


def test_a_reform_that_changes_no_incentive_changes_nothing_at_all():
    found = projected("same", usual(), moved(TODAY), rng=rng(4))
    for one in found.paths.values():
        np.testing.assert_array_equal(one.changed, one.without)


def test_what_no_evidence_moves_keeps_its_course_and_what_comes_without_change_hangs_on_no_scheme():
    first, other = (projected("x", usual(), moved(after), rng=rng(4)) for after in (QUALITY_FIRST, TODAY))
    np.testing.assert_array_equal(first["attendance"].changed, first["attendance"].without)
    for outcome, one in first.paths.items():
        np.testing.assert_array_equal(one.without, other[outcome].without)


def test_a_known_effect_by_hand():
    """With one draw's slopes and shape, CSAT moves in log-odds and volume in its own unit."""
    start, found = usual(draws=50), moved()
    own = rng(5)
    fading = found.fading(own, 50)
    shape, initial = fading.at(8), found.draws(own, fading)
    told = projected("x", start, found, rng=rng(5))
    rate = 1 / (1 + np.exp(-start.courses["csat"].mean))
    logit = to_scale(told["csat"].changed, share=True) - to_scale(told["csat"].without, share=True)
    np.testing.assert_allclose(logit, initial["csat"][:, None] * shape / (1 - rate), rtol=1e-6, atol=1e-9)
    volume = start.courses["calls_per_hour"].mean * np.expm1(initial["calls_per_hour"][:, None] * shape)
    np.testing.assert_allclose(told["calls_per_hour"].effect, volume, atol=1e-9)


def test_the_same_ratings_from_their_other_end_go_the_other_way_by_as_much():
    found = projected("x", usual(), moved(), rng=rng(5))
    ways = [
        to_scale(found[one].changed, share=True) - to_scale(found[one].without, share=True)
        for one in ("csat", "csat_dissatisfied")
    ]
    np.testing.assert_allclose(ways[1], -ways[0], atol=1e-9)


def test_before_it_is_adopted_a_scheme_changes_nothing_to_the_byte():
    later, at_once = (projected("x", usual(), moved(), rng=rng(5), starts=starts) for starts in (3, 0))
    for outcome, one in later.paths.items():
        assert one.changed[:, :3].tobytes() == one.without[:, :3].tobytes()
        np.testing.assert_array_equal(one.without, at_once[outcome].without)
    assert (later["csat"].effect[:, 3:] != 0).any()
    with pytest.raises(ForecastError, match="starts after the 8 quarters"):
        projected("x", usual(), moved(), rng=rng(5), starts=8)


def test_an_effect_on_a_share_stays_within_it_and_fades():
    found = projected("x", usual(), moved({**TODAY, "csat": 2000.0}), rng=rng(6))["csat"]
    assert (found.changed < 1).all()
    middle = np.median(found.effect, axis=0)
    assert middle[7] < middle[2]


def test_the_band_of_what_is_published_is_wider_than_that_of_the_effect_and_views_are_ordered():
    found = projected("x", usual(), moved(), rng=rng(7))
    for outcome, better in (("csat", "higher"), ("calls_per_hour", "higher")):
        one = found[outcome]
        (low, _, high), (effect_low, _, effect_high) = one.band(), one.effect_band()
        assert (high - low > effect_high - effect_low).all()
        views = one.views(better=better)
        assert (views["conservative"] < views["central"]).all()
        assert (views["central"] < views["optimistic"]).all()
        turned = one.views(better="lower")
        np.testing.assert_allclose(turned["conservative"], views["optimistic"])
    assert list(found.table().columns[:2]) == ["outcome", "quarter"]
    assert len(found.table()) == 4 * 8


def test_the_chance_of_a_target_is_the_share_of_draws_that_meet_it():
    one = projected("x", usual(), moved(), rng=rng(8))["csat"]
    middle = np.median(one.changed, axis=0)
    chance = [one.reaching(float(value), better="higher")[place] for place, value in enumerate(middle)]
    np.testing.assert_allclose(chance, 0.5, atol=0.001)
    np.testing.assert_allclose(one.reaching(0.9, better="higher") + one.reaching(0.9, better="lower"), 1.0)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            lambda: unchanged(courses() | {"qa_score": courses(draws=10)["csat"]}, rng=rng(9)),
            "carry all on alike",
        ),
        (
            lambda: projected("x", usual(), moved(), rng=rng(9))["csat"].reaching(0.9, better="up"),
            "say higher or lower",
        ),
        (lambda: projected("x", usual(), moved(), rng=rng(9))["csat"].views(better="up"), "say higher or lower"),
    ],
)
def test_what_makes_no_forecast_is_refused(broken, said):
    with pytest.raises(ForecastError, match=said):
        broken()

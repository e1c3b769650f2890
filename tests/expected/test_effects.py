"""Effects of other incentives: what must be nothing, what must not matter, and what a pilot does to draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.catalogue.priors import evidence
from design_lab.errors import ForecastError
from design_lab.expected.effects import effects, steps
from design_lab.expected.horizon import Fading
from design_lab.expected.priors import pooled
from design_lab.expected.response import Piloted

PRIORS = pooled(evidence())
TODAY = {"workload": 200.0, "service_quality": 65.0, "csat": 112.0, "teamwork": 43.0}
QUALITY_FIRST = {"workload": 148.0, "service_quality": 91.0, "csat": 160.0, "teamwork": 59.0}
FADING = Fading(half_life=np.ones(200_000), floor=np.ones(200_000), ramp_quarters=np.ones(200_000))  # all stays
AGENTS = frozenset({"agent"})


def of(before=TODAY, after=QUALITY_FIRST, *, power=0.175, pilots=None):
    return effects(PRIORS, before, after, bonus_power=power, roles=AGENTS, pilots=pilots)


def test_unchanged_incentives_do_exactly_nothing():
    found = of(after=TODAY)
    assert all(step == 0 for step in found.steps.values())
    for drawn in found.draws(np.random.default_rng(1), FADING).values():
        np.testing.assert_array_equal(drawn, np.zeros(200_000))


def test_an_effect_is_slope_times_step_by_hand():
    found = of()
    down, up = np.log(148 / 200), np.log((91 + 160) / (65 + 112))
    workload, quality, across = (
        PRIORS[name].mean for name in ("volume_on_workload", "quality_on_quality", "quality_on_workload")
    )
    csat = found.responses["csat"].posterior.mean
    assert csat == pytest.approx(quality * up + across * down, rel=1e-12)
    assert found.responses["complaints"].posterior.mean == pytest.approx(-csat, rel=1e-12)
    assert found.responses["calls_per_hour"].posterior.mean == pytest.approx(
        workload * down + PRIORS["team_output_on_team_share"].mean * np.log(59 / 43), rel=1e-12
    )


def test_draws_have_the_moments_that_are_told_and_one_draw_falls_on_all_outcomes():
    found = of()
    drawn = found.draws(np.random.default_rng(2), FADING)
    for outcome, answer in found.responses.items():
        error = answer.posterior.deviation / np.sqrt(200_000)
        assert drawn[outcome].mean() == pytest.approx(answer.posterior.mean, abs=5 * error)
        assert drawn[outcome].std() == pytest.approx(answer.posterior.deviation, rel=0.02)
    assert np.corrcoef(drawn["csat"], drawn["qa_score"])[0, 1] == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(drawn["complaints"], -drawn["csat"], atol=1e-12)
    assert np.corrcoef(drawn["handle_seconds"], drawn["calls_per_hour"])[0, 1] < 0


def test_a_pilot_moves_and_narrows_draws_as_it_does_the_answer():
    moved, _ = steps(PRIORS, TODAY, QUALITY_FIRST)
    change = {name: moved[name] for name in ("quality_on_quality", "quality_on_workload")}
    seen = Piloted(change=change, estimate=0.016, standard_error=0.003, clusters=15, claim="causal", roles=AGENTS)
    before, after = of(), of(pilots={"csat": seen})
    answer = after.responses["csat"]
    assert answer.claim == "causal"
    assert answer.data_share > 0.7
    drawn = after.draws(np.random.default_rng(3), FADING)["csat"]
    assert drawn.mean() == pytest.approx(answer.posterior.mean, abs=1e-4)
    assert drawn.std() == pytest.approx(answer.posterior.deviation, rel=0.02)
    assert drawn.std() < before.draws(np.random.default_rng(3), FADING)["csat"].std()
    assert after.responses["qa_score"] == before.responses["qa_score"]


def test_however_effects_fade_the_quarters_that_were_seen_keep_the_mean_that_was_seen():
    """An estimate without error: in every draw a change like the piloted one has that mean over the same quarters."""
    moved, _ = steps(PRIORS, TODAY, QUALITY_FIRST)
    change = {name: moved[name] for name in ("quality_on_quality", "quality_on_workload")}
    seen = Piloted(
        change=change, estimate=0.016, standard_error=1e-9, clusters=15, claim="causal", roles=AGENTS,
        weights=(0.5, 0.3, 0.2), inverse=(1.3, 0.2),
    )  # fmt: skip
    found, stream = of(pilots={"csat": seen}), np.random.default_rng(4)
    fading = found.fading(stream, 5000)
    drawn = found.draws(stream, fading)["csat"]
    np.testing.assert_allclose(drawn * (fading.at(3) @ [0.5, 0.3, 0.2]), 0.016, atol=1e-7)
    assert drawn.std() > 0.001
    assert found.responses["csat"].data.mean == pytest.approx(0.016 * 1.3, rel=1e-9)


@given(st.floats(0.01, 100), st.permutations(list(TODAY)))
def test_neither_the_currency_nor_the_order_of_dimensions_matters(unit, order):
    again = of(
        {name: unit * TODAY[name] for name in order}, {name: unit * QUALITY_FIRST[name] for name in reversed(order)}
    )
    for name, step in of().steps.items():
        assert again.steps[name] == pytest.approx(step, abs=1e-12)


def test_steps_on_the_way_add_up():
    half = {name: np.sqrt(TODAY[name] * QUALITY_FIRST[name]) for name in TODAY}
    there, on, whole = (
        steps(PRIORS, *way)[0] for way in ((TODAY, half), (half, QUALITY_FIRST), (TODAY, QUALITY_FIRST))
    )
    for name, step in whole.items():
        assert there[name] + on[name] == pytest.approx(step, abs=1e-12)


def test_what_was_never_weighed_counts_with_the_least_share_and_is_named():
    bare = {**TODAY, "teamwork": 0.0}
    found = of(before=bare)
    assert found.unpaid == ("teamwork",)
    whole = sum(bare.values())
    assert found.steps["team_output_on_team_share"] == pytest.approx(np.log(59 / (0.05 * whole)))
    assert of().unpaid == ()


def test_stronger_pay_makes_stronger_answers():
    weak, strong = (of(power=power).responses["csat"].posterior for power in (0.1, 0.3))
    assert strong.mean / weak.mean == pytest.approx(np.sqrt(3))
    assert strong.deviation / weak.deviation == pytest.approx(np.sqrt(3))


def test_effects_come_and_go_within_their_bounds():
    shape = of().fading(np.random.default_rng(5), 2000).at(8)
    assert ((shape > 0) & (shape <= 1)).all()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: of(power=0.0), "bonus power 0 is not a share"),
        (lambda: of(power=17.5), "bonus power 17.5 is not a share"),
        (lambda: of(before={"workload": 0.0}), "nothing is paid for before"),
        (
            lambda: of(after={"workload": -1.0, "csat": 2.0}),
            "workload: the incentive after is not a number of 0 or more",
        ),
        (lambda: of(after={"workload": float("nan")}), "workload: the incentive after is not a number"),
    ],
)
def test_what_makes_no_step_is_refused(broken, said):
    with pytest.raises(ForecastError, match=said):
        broken()

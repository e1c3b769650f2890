"""Sobol shares: models whose shares are known, and schemes in which one choice alone matters."""

from dataclasses import replace

import numpy as np
import pytest

from design_lab.evaluation.robustness import Ensemble, factors, sobol
from design_lab.evaluation.robustness.choices import category, halved
from design_lab.scheme import Scheme
from tests.evaluation.test_noise import observed, two_halves

from .conftest import NOBODY


def within(factor, first, total):
    """Whether estimates lie within 1.5 of their intervals: z of about 3, for a dozen of them together."""
    assert factor.first == pytest.approx(first, abs=1.5 * factor.first_margin + 1e-9)
    assert factor.total == pytest.approx(total, abs=1.5 * factor.total_margin + 1e-9)


def test_an_additive_model_of_choices_has_its_known_shares():
    """Variances: 3 categories worth 0, 1, 2 have 2/3; a coin worth 1 has 1/4; two weights of one group 2 x 1/12."""

    def model(u):
        coin = halved(u[:, 3], 4) > 0
        return (u[:, 0] + u[:, 1] + category(u[:, 2], 3) + coin)[:, None]

    (found,) = sobol(model, ["weights", "weights", "rule", "sampling"], rng=np.random.default_rng(1), base=1024)
    whole = 2 / 3 + 1 / 4 + 1 / 6
    for one, share in zip(found, (1 / 6, 2 / 3, 1 / 4), strict=True):
        within(one, share / whole, share / whole)
    assert [one.name for one in found] == ["weights", "rule", "sampling"]


def test_a_product_of_two_coins_is_all_interaction():
    """Y = +-1 x +-1: neither coin has a part by itself, both have all of it together."""
    (found,) = sobol(
        lambda u: ((2 * category(u[:, 0], 2) - 1) * (2 * category(u[:, 1], 2) - 1))[:, None].astype(float),
        ["a", "b"], rng=np.random.default_rng(2), base=1024,
    )  # fmt: skip
    for one in found:
        within(one, 0, 1)


def test_the_ishigami_function_has_its_published_shares():
    """Ishigami and Homma 1990, a = 7, b = 0.1: first .3139, .4424, 0; total .5576, .4424, .2437."""

    def model(u):
        x = np.pi * (2 * u - 1)
        return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]

    (found,) = sobol(model, ["a", "b", "c"], rng=np.random.default_rng(3), base=1024)
    for one, first, total in zip(found, (0.3139, 0.4424, 0), (0.5576, 0.4424, 0.2437), strict=True):
        within(one, first, total)


def only(around, *kept):
    """The ensemble in which nothing but `kept` varies beside the weights."""
    choices = around.choices
    return replace(
        around,
        choices=replace(
            choices,
            rules=choices.rules if "rule" in kept else choices.rules[:1],
            aggregations=choices.aggregations if "aggregation" in kept else choices.aggregations[:1],
            missing=choices.missing[:1],
        ),
        samples=around.samples if "sampling" in kept else around.samples[:1],
    )


@pytest.mark.parametrize("kept", ["sampling", "weights"])
def test_the_one_choice_that_varies_has_all(around, kept):
    if kept == "sampling":
        panel = observed(np.random.default_rng(5), 80, between=4, within=8, n=16)
        content = two_halves().model_dump(exclude_unset=True) | {
            "dimensions": {"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}}
        }
        scheme = Scheme.model_validate(content)
        around = Ensemble.of(panel, scheme, medians=NOBODY, rng=np.random.default_rng(6), measurements=6)
    found = factors(only(around, kept), rng=np.random.default_rng(4), base=64)
    assert found.top.name == kept
    assert found.top.total == pytest.approx(1, abs=max(found.top.total_margin, 0.05) * 1.5)
    for one in found.grades:
        if one.name != kept:
            assert (one.first, one.total) == (0, 0)
    said = found.findings()[0]
    assert said.id == "robustness.test.top_factor"
    assert said.interval == pytest.approx(found.top.interval)
    assert said.interval[1] > 1  # an estimate, not clipped
    assert f"{64 * 7} draws" in said.text["en"]

"""Reliability: published figures, intervals that cover, and other cycles by Spearman and Brown."""

import numpy as np
import pytest

from design_lab.evaluation import reliabilities
from design_lab.scoring.signal import signal
from tests.scoring.conftest import make_panel, make_scheme

ROLES = {"customer_service": {"en": "customer service", "zh": "客户服务"}}


def among(found, indicator="csat"):
    panel = make_panel({f"E{i}": (1.0, 1.0, 1.0, 1.0) for i in range(12)})
    panel.values[indicator] = 1.0
    panel.signals["customer_service", indicator] = found
    return reliabilities(panel, make_scheme(), roles=ROLES, least=10)


def ratings(rng, people, mean, between, n):
    """Counts, satisfied and squares of people whose true shares are normal around the mean."""
    truth = np.clip(mean + between * rng.standard_normal(people), 0, 1)
    satisfied = rng.binomial(n, truth).astype(float)
    return np.full(people, float(n)), satisfied, satisfied


@pytest.mark.parametrize(("mean", "between", "needed"), [(0.90, 0.03, 233), (0.95, 0.02, 277), (0.99, 0.005, 924)])
def test_the_least_n_is_the_published_one(mean, between, needed):
    """Ratings for a reliability of .70 by mean and spread of CSAT: domain paper, section 1.2."""
    found = signal(*ratings(np.random.default_rng(7), 20_000, mean, between, 1000))
    (one,) = among(found).found
    assert one.enough_n == pytest.approx(needed, rel=0.08)  # between-person variances of 20,000 people vary by 2 to 4 %


def test_other_cycles_follow_spearman_and_brown():
    found = signal(*ratings(np.random.default_rng(8), 200, 0.9, 0.03, 300))
    (one,) = among(found).found
    quarter = one.by_cycle["quarter"]
    assert one.by_cycle["year"] == pytest.approx(4 * quarter / (1 + 3 * quarter), abs=1e-12)
    assert one.by_cycle["month"] == pytest.approx((quarter / 3) / (1 - 2 / 3 * quarter), abs=1e-12)
    assert one.by_cycle["month"] < quarter < one.by_cycle["half-year"] < one.by_cycle["year"]


def test_intervals_cover_the_true_reliability():
    rng, people, n, between, within = np.random.default_rng(9), 30, 25, 3.0, 8.0
    truth = between**2 / (between**2 + within**2 / n)
    covered = 0
    for _ in range(400):
        values = (between * rng.standard_normal(people))[:, None] + within * rng.standard_normal((people, n))
        (one,) = among(signal(np.full(people, float(n)), values.sum(axis=1), (values**2).sum(axis=1))).found
        covered += one.low <= truth <= one.high
    assert covered / 400 == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 400) ** 0.5)


def test_people_who_do_not_differ_need_no_number_of_observations():
    found = signal(*ratings(np.random.default_rng(10), 40, 0.9, 0.0, 50))
    assert not found.tells_apart
    said = {finding.id: finding for finding in among(found).findings()}
    assert said["diagnosis.minimum_n.csat"].value is None
    assert said["diagnosis.minimum_n.csat"].claim == "unidentified"
    assert said["diagnosis.reliability.csat"].interval[0] == 0


def test_small_roles_are_left_out_and_the_largest_role_stands_for_an_indicator():
    found = signal(*ratings(np.random.default_rng(11), 40, 0.9, 0.03, 300))
    few = signal(*ratings(np.random.default_rng(12), 9, 0.9, 0.03, 300))
    some = signal(*ratings(np.random.default_rng(13), 15, 0.9, 0.03, 300))
    panel = make_panel({"E1": (1.0, 1.0, 1.0, 1.0)})
    panel.values["csat"] = 1.0
    panel.signals.update({("a", "csat"): few, ("b", "csat"): some, ("customer_service", "csat"): found})
    made = reliabilities(panel, make_scheme(), roles=ROLES, least=10)
    assert [one.role for one in made.found] == ["b", "customer_service"]
    assert [one.role for one in made.leading] == ["customer_service"]


def test_indicators_that_the_scheme_weighs_come_first():
    panel = make_panel({"E1": (1.0, 1.0, 1.0, 1.0)})
    panel.values[["csat", "attendance_rate"]] = 1.0
    found = signal(*ratings(np.random.default_rng(14), 40, 0.9, 0.03, 300))
    for indicator in ("attendance_rate", "csat", "peer_rating", "qa_score"):
        panel.signals["customer_service", indicator] = found
    made = reliabilities(panel, make_scheme(), roles=ROLES, least=10)
    assert [one.indicator for one in made.found] == ["qa_score", "peer_rating", "csat", "attendance_rate"]


def test_what_cannot_be_tested_is_said_and_not_left_out():
    panel = make_panel({f"E{i}": (1.0, 1.0, 1.0, 1.0) for i in range(12)})
    panel.signals["customer_service", "qa_score"] = signal(*ratings(np.random.default_rng(5), 12, 0.9, 0.03, 100))
    made = reliabilities(panel, make_scheme(), roles=ROLES, least=10)
    assert made.untested == ("calls_per_hour", "very_satisfied_rate", "peer_rating")
    said = {finding.id: finding for finding in made.findings()}["diagnosis.reliability.peer_rating"]
    assert (said.value, said.claim) == (None, "unidentified")
    assert "cannot be tested" in said.text["en"]

"""Signal and noise: planted truth whose variances are known, and published figures on grades."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation import effective_weights, noise, rerun
from design_lab.evaluation.rerun import agreement_of
from design_lab.evaluation.tiers import tiers
from design_lab.scheme import Scheme
from design_lab.scoring import Panel, score
from design_lab.scoring.signal import signal
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
LINEAR = {"rule": "linear", "zero_at": 0, "full_at": 100}
NAMES = {"customer_service": {"en": "customer service", "zh": "客户服务"}, "agent": {"en": "agent", "zh": "座席"}}


def observed(rng, people, *, between, within, n):
    """A panel of people whose QA scores are means of n reviews around true values; calls per hour are exact."""
    truth = 50 + between * rng.standard_normal(people)
    reviews = truth[:, None] + within * rng.standard_normal((people, n))
    calls = 50 + between * rng.standard_normal(people)
    rows = {f"E{i:04d}": (calls[i], reviews[i].mean(), None, None) for i in range(people)}
    made = make_panel(rows, counts=n, team=[f"T{i % 20}" for i in range(people)])
    sums = np.full(people, float(n)), reviews.sum(axis=1), (reviews**2).sum(axis=1)
    found = signal(*sums)
    assert found is not None
    return Panel(
        quarter=made.quarter, people=made.people, values=made.values, counts=made.counts.assign(calls_per_hour=1000),
        standard_errors=made.standard_errors, centre=made.centre, signals={("customer_service", "qa_score"): found},
    )  # fmt: skip


def two_halves(**changed):
    half = {"weight": 50, "indicators": {"calls_per_hour": 100}}, {"weight": 50, "indicators": {"qa_score": 100}}
    dimensions = dict(zip(("workload", "service_quality"), half, strict=True))
    return make_scheme(dimensions=dimensions, rules={"calls_per_hour": LINEAR, "qa_score": LINEAR}, **changed)


def one_half(**changed) -> Scheme:
    dimensions = {"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}}
    return make_scheme(dimensions=dimensions, rules={"qa_score": LINEAR}, **changed)


def again(panel, scheme, draws=60):
    scores = score(panel, scheme, medians=NOBODY)
    return rerun(panel, scores, medians=NOBODY, rng=np.random.default_rng(11), draws=draws)


def test_noise_is_what_was_planted():
    # True variances: calls 16, QA 16 + 64/16 = 20 observed; totals are half of each: 4 + 5 = 9, of which QA's error 1.
    panel = observed(np.random.default_rng(1), 2000, between=4, within=8, n=16)
    found = noise(again(panel, two_halves()), names=NAMES, least=10)
    shares = {share.dimension: share.noise for share in found.shares}
    assert shares["workload"] == 0
    assert shares["service_quality"] == pytest.approx(1 / 9, abs=0.01)
    assert found.reliability == pytest.approx(8 / 9, abs=0.01)
    assert found.unmeasured == ("calls_per_hour",)
    effective = {
        w.dimension: w.effective for w in effective_weights(score(panel, two_halves(), medians=NOBODY)).weights
    }
    assert effective["service_quality"] - shares["service_quality"] == pytest.approx(4 / 9, abs=0.03)  # its signal


@pytest.mark.parametrize(("reliability", "same"), [(0.5, 0.42), (0.7, 0.52), (0.8, 0.59), (0.9, 0.70)])
def test_grades_on_a_rerun_agree_as_often_as_published(reliability, same):
    """Forced grades of 20, 40, 30 and 10 % on normal scores: the figures stand in the domain paper, section 3.4."""
    within = 4 * np.sqrt((1 - reliability) / reliability * 16)
    panel = observed(np.random.default_rng(2), 1500, between=4, within=within, n=16)
    told = [*agreement_of(again(panel, one_half(), draws=20).same_grade)]
    error = np.std(told) / len(told) ** 0.5
    # The variance components are estimated too, from 1,500 people: about .01 of agreement; published to two digits.
    assert np.mean(told) == pytest.approx(same, abs=3 * error + 0.015)


def test_a_veto_and_missing_data_keep_noise_and_total_apart():
    panel = observed(np.random.default_rng(3), 300, between=4, within=8, n=16)
    panel.values["compliance_breaches"] = [1.0, *[0.0] * 299]
    panel.counts["compliance_breaches"] = 1
    panel.values.loc[panel.values.index[5:9], "calls_per_hour"] = float("nan")
    scheme = two_halves(eligibility={"compliance_breaches": {"veto": "zero"}})
    made = again(panel, scheme, draws=10)
    assert np.allclose(made.noise.sum(axis=1), made.total_variance)
    assert made.total_variance.iloc[0] == pytest.approx(0, abs=1e-9)  # a vetoed total is 0 whatever was measured
    assert (made.total_variance.iloc[1:] > 0).all()


def test_the_same_generator_gives_the_same_draws():
    panel = observed(np.random.default_rng(4), 50, between=4, within=8, n=16)
    first, second = (again(panel, two_halves(), draws=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.noise, second.noise)
    np.testing.assert_array_equal(first.same_grade, second.same_grade)


def test_people_who_cannot_be_told_apart_have_no_noise_to_split():
    panel = observed(np.random.default_rng(5), 60, between=0, within=8, n=16)
    alike = signal(np.full(60, 16.0), np.full(60, 800.0), np.full(60, 45_000.0))
    panel.signals["customer_service", "qa_score"] = alike
    found = noise(again(panel, one_half(), draws=3), names=NAMES, least=10)
    assert {(finding.value, finding.claim) for finding in found.findings()} == {(None, "unidentified")}


def test_tiers_by_hand():
    # Errors of 1 each: totals are told apart by more than 1.96 x sqrt(2) = 2.77.
    assert tiers(np.array([90.0, 88.0, 87.0, 85.0]), np.ones(4)) == 2  # 87 differs from 90 by 3 and opens a tier
    assert tiers(np.array([90.0, 89.9]), np.zeros(2)) == 2
    assert tiers(np.array([]), np.array([])) == 0


def test_findings_say_noise_agreement_and_tiers():
    panel = observed(np.random.default_rng(6), 200, between=4, within=8, n=16)
    made = noise(again(panel, two_halves(), draws=20), names=NAMES, least=10)
    said = {finding.id.removeprefix("diagnosis."): finding for finding in made.findings()}
    assert set(said) == {
        "effective_noise.workload", "effective_noise.service_quality", "effective_noise_of_grade.workload",
        "effective_noise_of_grade.service_quality", "score_reliability", "grade_agreement", "tiers",
    }  # fmt: skip
    # Of calls per hour nobody knows the error: nothing is said of it, and of the whole as much as is known.
    for stem in ("effective_noise", "effective_noise_of_grade"):
        assert (said[f"{stem}.workload"].value, said[f"{stem}.workload"].claim) == (None, "unidentified")
        assert "at least" not in said[f"{stem}.service_quality"].text["en"]
    for name in ("score_reliability", "grade_agreement", "tiers"):
        assert "at most" in said[name].text["en"].lower()
    assert [one.low for one in made.estimates()] == [0, 0]
    assert said["effective_noise.service_quality"].value == pytest.approx(1 - said["score_reliability"].value)
    low, high = said["effective_noise.service_quality"].interval
    assert low < said["effective_noise.service_quality"].value < high
    mean, *bounds = made.agreement
    assert (said["grade_agreement"].value, said["grade_agreement"].n) == (pytest.approx(mean), 200)
    assert said["grade_agreement"].interval == pytest.approx(tuple(bounds))
    assert said["tiers"].value == made.tiers["customer_service", "agent"].tiers
    assert any("not known" in limit for limit in said["score_reliability"].limits)  # of calls per hour


def test_noise_of_the_grade_is_what_two_measurements_disagree_by():
    """By a second road: one tested indicator at a reliability of .8, graded twice around the same truths by numpy."""
    panel = observed(np.random.default_rng(7), 2000, between=4, within=8, n=16)
    found = noise(again(panel, one_half(), draws=40), names=NAMES, least=10)
    rng = np.random.default_rng(8)
    truth = 4 * rng.standard_normal(100_000)
    coefficients = np.array([0.6, 0.9, 1.0, 1.2])
    first, second = (
        coefficients[np.searchsorted(np.quantile(seen, [0.1, 0.4, 0.8]), seen)]
        for seen in (truth + 2 * rng.standard_normal(truth.size) for _ in range(2))
    )
    shares = {share.dimension: share.noise for share in found.grade_shares}
    assert shares["service_quality"] == pytest.approx(1 - np.corrcoef(first, second)[0, 1], abs=0.03)
    assert shares["rules"] == pytest.approx(0, abs=1e-9)
    assert found.grade_people == 2000
    assert not any(share.at_least for share in (*found.shares, *found.grade_shares))


def test_noise_of_a_dimension_with_an_untested_indicator_is_at_least_what_is_known():
    panel = observed(np.random.default_rng(9), 200, between=4, within=8, n=16)
    both = {"weight": 100, "indicators": {"calls_per_hour": 50, "qa_score": 50}}
    scheme = make_scheme(dimensions={"service_quality": both}, rules={"calls_per_hour": LINEAR, "qa_score": LINEAR})
    made = noise(again(panel, scheme, draws=5), names=NAMES, least=10)
    assert {share.dimension: share.at_least for share in made.shares} == {"service_quality": True, "rules": False}
    said = {finding.id.removeprefix("diagnosis."): finding for finding in made.findings()}
    assert "makes up at least" in said["effective_noise.service_quality"].text["en"]
    assert "makes up at least" in said["effective_noise_of_grade.service_quality"].text["en"]
    told = panel.tells_apart(["calls_per_hour", "qa_score"])
    assert [set(told[name]) for name in told] == [{"untested"}, {"yes"}]
    assert "not_tested" in score(panel, scheme, medians=NOBODY).limits

"""One weight at a time, one person more or less, one indicator moved: cases by hand."""

import numpy as np
import pytest

from design_lab.evaluation.robustness import Ensemble, gaming, reversals, tornado
from design_lab.evaluation.robustness.reversal import overtaken
from design_lab.scoring import Signal, score
from tests.scoring.conftest import make_panel, make_scheme

from .conftest import NOBODY

LINEAR = {"rule": "linear", "zero_at": 0, "full_at": 100}
FIXED = {"method": "fixed", "bounds": {"A": 60, "B": 0}, "coefficients": {"A": 1.2, "B": 1.0}}


def halves(first=50, rule=LINEAR, **changed):
    dimensions = {
        "workload": {"weight": first, "indicators": {"calls_per_hour": 100}},
        "service_quality": {"weight": 100 - first, "indicators": {"qa_score": 100}},
    }
    return make_scheme(dimensions=dimensions, rules={"calls_per_hour": rule, "qa_score": rule}, **changed)


def around(rows, scheme, **more):
    return Ensemble.of(make_panel(rows, **more), scheme, medians=NOBODY, rng=np.random.default_rng(0), measurements=0)


def test_a_tornado_by_hand():
    """Totals at 50/50: 59, 61, 80; at 45/55 they are 62.1, 57.9, 80 and at 55/45 55.9, 64.1, 80; A from 60 on."""
    rows = {"E1": (28.0, 90.0, None, None), "E2": (92.0, 30.0, None, None), "E3": (80.0, 80.0, None, None)}
    found = tornado(around(rows, halves(grades=FIXED)))
    calls, qa = (next(one for one in found.swings if one.indicator == name) for name in ("calls_per_hour", "qa_score"))
    assert (calls.less, calls.more) == pytest.approx((2 / 3, 0))
    assert (qa.less, qa.more) == pytest.approx((0, 2 / 3))
    assert (calls.without, qa.without) == pytest.approx((2 / 3, 0))  # QA alone: A, B, A; calls alone: B, A, A
    said = {finding.id: finding.value for finding in found.findings()}
    assert said["robustness.test.swing.calls_per_hour"] == pytest.approx(2 / 3)
    assert said["robustness.test.without.qa_score"] == 0


def test_one_weight_alone_has_nothing_to_move():
    rows = {f"E{i}": (None, 50.0 + i, None, None) for i in range(5)}
    dimensions = {"service_quality": {"weight": 100, "indicators": {"qa_score": 100}}}
    (one,) = tornado(around(rows, make_scheme(dimensions=dimensions, rules={"qa_score": LINEAR}))).swings
    assert (one.less, one.more, one.without) == (0, 0, None)


def test_fixed_targets_never_turn_an_order_round_and_peers_do():
    """Two indicators that order people differently, so that the scale among peers decides who is ahead; by equal weights ranks could only tie."""
    rng = np.random.default_rng(1)
    rows = {
        f"E{i:02d}": (50 + 10 * rng.standard_normal(), 50 + 10 * rng.standard_normal(), None, None) for i in range(30)
    }
    rows["E30"] = (99.0, 50.0, None, None)
    found = {
        one.rule: one for one in reversals(around(rows, halves(60)), rng=np.random.default_rng(2), tries=8).reversals
    }
    assert (found["stated"].tries, found["stated"].turned, found["stated"].overtaken) == (16, 0, 0)
    assert found["z"].turned > 0
    assert found["percentile"].turned > 0


def test_who_leaves_or_is_doubled_without_values_or_twice_is_as_another_panel_scores_it():
    """The second road: the panel without her row, and with her row twice, each scored by itself."""
    rng = np.random.default_rng(3)
    rows = {
        f"E{i:02d}": (50 + 10 * rng.standard_normal(), 50 + 10 * rng.standard_normal(), None, None) for i in range(12)
    }
    z = {"rule": "z", "centre": 80, "spread": 10, "floor": 0, "cap": 200}
    scheme = halves(60, rule=z)
    made = around(rows, scheme)
    found = {one.rule: one for one in reversals(made, rng=np.random.default_rng(5), tries=12).reversals}["stated"]
    stated, shares = score(make_panel(rows), scheme, medians=NOBODY).total, []
    for who, hers in rows.items():
        others = [one for one in rows if one != who]
        for changed in ({one: rows[one] for one in others}, rows | {"double": hers}):
            after = score(make_panel(changed), scheme, medians=NOBODY).total
            shares.append(overtaken(stated[others].to_numpy(), after[others].to_numpy()))
    assert found.tries == 24
    assert found.turned == sum(share > 0 for share in shares)
    assert found.overtaken == pytest.approx(np.mean(shares))


def test_overtaken_by_hand():
    before = np.array([4.0, 3.0, 2.0, 1.0, np.nan])
    assert overtaken(before, before) == 0
    assert overtaken(before, np.array([4.0, 1.0, 2.0, 3.0, 5.0])) == 0.5  # who had 3 and who had 2 are overtaken
    assert overtaken(np.array([1.0, 1.0]), np.array([1.0, 2.0])) == 0  # a tie that parts turns nothing round
    assert overtaken(np.array([1.0]), np.array([2.0])) == 0


def moved(scheme, n=100):
    """Five people; QA has a standard error of 4 (within 16 n / n), calls are not known to vary."""
    rows = {f"E{i}": (50.0, value, None, None) for i, value in enumerate((50.0, 66.0, 68.5, 70.0, 90.0))}
    made = around(rows, scheme, counts=n)
    made.panel.signals["customer_service", "qa_score"] = Signal(
        people=5, observations=5 * n, p=0.0, reliability=0.9, between_variance=144.0, within_variance=16.0 * n
    )  # fmt: skip
    return gaming(made)


def test_gaming_under_fixed_grades_by_hand():
    """Totals 50, 58, 59.25, 60, 70, each 2 more when QA moves by 4: two of five reach 60, two have the best already."""
    found = moved(halves(grades=FIXED))
    (one,) = found.exposures
    assert (one.indicator, one.people, one.points, one.rise) == ("qa_score", 5, pytest.approx(2), pytest.approx(2 / 5))
    assert one.by_herself
    assert found.unmeasured == ("calls_per_hour",)
    said = {finding.id: finding for finding in found.findings()}
    assert said["robustness.test.cheapest"].value == pytest.approx(0.4)
    assert "checklist" in said["robustness.test.cheapest"].text["en"]


def test_gaming_under_forced_grades_moves_one_alone():
    """A 20, B 40, C 30, D 10 % of five: A is one, B two, C one and a half. Alone, 66 passes 68.5 and 70, and 68.5 70."""
    (one,) = moved(halves()).exposures
    # ranks: 90 A; 70, 68.5 B; 66 C; 50 D. 66 + 4 = 70 ties with 70 and takes rank 2: B. The rest stay in their grades.
    assert one.rise == pytest.approx(1 / 5)


def test_gaming_among_peers_does_not_cancel():
    """Under z all who move together would gain nothing; each alone gains."""
    z = {"rule": "z", "centre": 80, "spread": 10, "floor": 0, "cap": 200}
    (one,) = moved(halves(rule=z)).exposures
    values = np.array([50.0, 66.0, 68.5, 70.0, 90.0])
    gains = []
    for place in range(5):
        more = values + 4 * (np.arange(5) == place)
        gains.append(
            5 * ((more - more.mean()) / more.std(ddof=1) - (values - values.mean()) / values.std(ddof=1))[place]
        )
    assert one.points == pytest.approx(np.mean(gains))

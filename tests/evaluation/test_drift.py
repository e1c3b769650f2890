"""Drift between quarters: a planted shift is found, none is found at its level, and distances are right by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wasserstein_distance

from design_lab.evaluation.drift import drift, trends
from design_lab.evaluation.drift.distance import compared, wasserstein
from design_lab.periods import Quarter
from design_lab.scoring import panel
from design_lab.scoring.courses import Courses, Point, courses, ratio_interval

ROLES = {"agent": {"en": "agents", "zh": "坐席"}}
NOW = Quarter.parse("2026Q3")


def held(quarters, points=()):
    """Courses of the role `agent`: by quarter, handle seconds by person."""
    rows = [
        {"quarter": quarter, "employee_id": person, "role": "agent", "handle_seconds": value}
        for quarter, values in quarters.items()
        for person, value in values.items()
    ]
    return Courses(quarters=tuple(quarters), points=tuple(points), values=pd.DataFrame(rows))


def people(values, first=0):
    return {f"E{first + place:03d}": float(value) for place, value in enumerate(values)}


def shifts(quarters, *, least=10, seed=1):
    found = drift(held(quarters), NOW, roles=ROLES, least=least, rng=np.random.default_rng(seed), draws=499)
    return {finding.id: finding for finding in found.findings()}


def test_the_distance_is_the_area_between_the_distribution_functions():
    # In order 1 2 4 beside 2 5 6: the values in order are 1, 3 and 2 apart, 2 on average.
    assert wasserstein(np.array([4.0, 1.0, 2.0]), np.array([6.0, 2.0, 5.0])) == pytest.approx(2.0)
    # Two values beside one: half of the weight is moved by 1, half by 3.
    assert wasserstein(np.array([0.0, 2.0]), np.array([3.0])) == pytest.approx(2.0)
    rng = np.random.default_rng(3)
    for n, m in ((5, 9), (30, 30), (1, 4)):
        one, two = rng.normal(size=n), rng.normal(1, 2, size=m)
        assert wasserstein(one, two) == pytest.approx(wasserstein_distance(one, two))


def test_p_is_that_of_all_exchanges_where_they_can_be_counted():
    """Four people in both quarters, each 1 higher: of 16 exchanges, 2 have means as far apart."""
    before = np.array([0.0, 10.0, 20.0, 30.0])
    found = compared(before, before + 1, 4, draws=20_000, rng=np.random.default_rng(5))
    assert found.distance == pytest.approx(1.0)
    assert found.p == pytest.approx(2 / 16, abs=0.01)


def test_a_planted_shift_is_found_and_said_with_its_size():
    rng = np.random.default_rng(8)
    base = rng.normal(160, 10, 40)
    found = shifts({"2026Q2": people(base), "2026Q3": people(base + 6 + rng.normal(0, 1, 40))})
    assert found["drift.quarter"].value == 1
    assert found["drift.agent.handle_seconds.quarter"].value == pytest.approx(6, abs=0.6)
    told = found["drift.drifted.agent.handle_seconds.quarter"]
    assert told.value == pytest.approx(6, abs=0.6)
    assert told.claim == "association"
    assert "40 people in both" in told.text["en"]
    assert found["drift.year"].claim == "unidentified"


def test_a_wider_spread_with_the_same_mean_is_found_too():
    rng = np.random.default_rng(9)
    near, far = rng.normal(160, 5, 80), rng.normal(160, 20, 80)
    found = shifts({"2025Q3": people(near), "2026Q3": people(far, first=200)})
    assert found["drift.year"].value == 1
    assert found["drift.quarter"].claim == "unidentified"


@pytest.mark.parametrize("alike", [0.0, 0.9])
def test_without_a_shift_few_are_found(alike):
    """p lies below 5 % in 5 % of cases, for people in both quarters (more or less like themselves) and for others."""
    rng = np.random.default_rng(10)
    below, cases = 0, 300
    for _ in range(cases):
        lasting = rng.normal(size=24) * np.sqrt(alike)
        before, now = (lasting + rng.normal(size=24) * np.sqrt(1 - alike) for _ in range(2))
        before[18:], now[18:] = rng.normal(size=6), rng.normal(size=6)  # who left and who came
        below += compared(before, now, 18, draws=199, rng=rng).p <= 0.05
    assert below / cases < 0.05 + 3 * np.sqrt(0.05 * 0.95 / cases)
    assert below > 0


def test_cells_of_too_few_people_are_not_told():
    found = shifts({"2026Q2": people(range(9)), "2026Q3": people(range(30))})
    one = found["drift.agent.handle_seconds.quarter"]
    assert (one.value, one.n, one.claim) == (None, None, "unidentified")
    assert "9" not in one.text["en"].replace("2026Q3", "")
    assert found["drift.quarter"].claim == "unidentified"


def test_the_same_seed_gives_the_same_findings():
    quarters = {"2026Q2": people(range(30)), "2026Q3": people(range(2, 32))}
    assert shifts(quarters) == shifts(quarters)


def point(quarter, value, *, table="interactions", people=40):
    return Point(
        indicator="handle_seconds", quarter=quarter, value=value, interval=(value - 2, value + 2), people=people,
        observations=900, table=table,
    )  # fmt: skip


def test_a_step_where_the_source_changed_is_marked_and_few_people_are_left_out():
    points = [point("2026Q1", 160.0, people=3), point("2026Q2", 161.0), point("2026Q3", 170.0, table="agent_periods")]
    found = {one.id: one for one in trends(held({"2026Q3": people([1])}, points), least=10).findings()}
    assert list(found) == [
        "trend.handle_seconds.2026Q2", "trend.handle_seconds.2026Q3", "trend.handle_seconds.source.2026Q3",
    ]  # fmt: skip
    assert found["trend.handle_seconds.source.2026Q3"].value == 9.0
    assert "agent activity" in found["trend.handle_seconds.source.2026Q3"].text["en"]
    assert found["trend.handle_seconds.2026Q2"].interval == (159.0, 163.0)


def test_the_interval_of_a_ratio_covers_at_its_level():
    """Clusters of unequal size: the true ratio lies in the interval in 95 % of cases."""
    rng = np.random.default_rng(11)
    cases, covered = 2000, 0
    for _ in range(cases):
        calls = rng.integers(50, 150, 40).astype(float)
        good = calls * rng.beta(18, 2, 40)
        low, high = ratio_interval(good, calls)
        covered += low <= 0.9 <= high
    assert covered / cases == pytest.approx(0.95, abs=0.02)


def test_the_courses_of_the_small_study_are_the_panels_own_values(small):
    """A second road: one quarter of the courses beside the panel of that quarter."""
    one = courses(small, [small.quarters[-1]])
    whole = panel(small, small.quarters[-1])
    for told in one.points:
        assert told.value == pytest.approx(whole.centre.loc[told.indicator, "value"])
        assert told.observations == whole.centre.loc[told.indicator, "n"]
        assert told.interval is None or told.interval[0] < told.value < told.interval[1]
    single = whole.people.groupby("employee_id")["role"].transform("size") == 1
    usable = whole.usable()[single].droplevel("part")
    mine = one.values.set_index("employee_id").loc[usable.index]
    for name in ("csat", "handle_seconds", "calls_per_hour"):
        pd.testing.assert_series_equal(mine[name], usable[name], check_names=False)
    assert "team_result" not in one.values

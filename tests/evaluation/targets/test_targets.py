"""Targets from the past by hand, cycles by Spearman and Brown, pay shares and what a leader's unit would stand at."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.evaluation import reliabilities
from design_lab.evaluation.targets import advise_cycles, cascade, pay_shares, propose_targets
from design_lab.periods import Quarter
from design_lab.scoring.signal import Signal
from design_lab.study import Study
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.studies import person, write_study

DUE = Quarter(2026, 4)
LEADS = "leads: {senior: team}\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    made = write_study(tmp_path_factory.mktemp("targets") / "led", {"staff": {"2026Q3": [person("E1")]}})
    settings = made.folder / "study.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + LEADS, encoding="utf-8")
    return Study.open(made.folder)


def quarter_of(values, **people):
    """A panel in which person i has the i-th value as calls per hour, and nothing else."""
    rows = {f"E{i:02}": (value, None, None, None) for i, value in enumerate(values)}
    return make_panel(rows, **({"role": "agent", "level": "junior"} | people))


def past(*quarters, due=DUE):
    """Panels of the quarters before the one that is due, the oldest first."""
    return {due.plus(i - len(quarters)): quarter_of(values) for i, values in enumerate(quarters)}


def made(study, panels, *, due=DUE):
    found = propose_targets(panels, make_scheme(), study, due=due).found
    return {one.way: one for one in found if one.indicator == "calls_per_hour"}


def test_usual_and_stretch_are_quantiles_of_the_four_quarters_before(study):
    old, four = (
        [1000.0] * 5,
        [[10.0, 11, 12, 13, 14], [10.0, 11, 12, 13, 14], [20.0, 21, 22, 23, 24], [20.0, 21, 22, 23, 24]],
    )
    found = made(study, past(old, *four))
    pooled = sorted(np.concatenate(four))
    assert found["usual"].value == pytest.approx((pooled[9] + pooled[10]) / 2) == pytest.approx(17)
    assert found["stretch"].value == pytest.approx(pooled[15] + 0.2 * (pooled[16] - pooled[15]))
    assert (found["usual"].reached, found["usual"].people, found["usual"].quarters) == (0.5, 5, 20)
    assert found["stretch"].reached == pytest.approx(4 / 20)


def test_where_lower_is_better_a_stretch_lies_lower(study):
    panels = past([1.0] * 10)
    panels[DUE.plus(-1)].values["handle_seconds"] = np.arange(100.0, 110.0)
    panels[DUE.plus(-1)].counts["handle_seconds"] = 1000
    scheme = make_scheme(
        dimensions={"workload": {"weight": 100, "indicators": {"handle_seconds": 100}}},
        rules={"handle_seconds": {"rule": "rank"}},
    )
    proposals = propose_targets(panels, scheme, study, due=DUE)
    found = {one.way: one for one in proposals.found}
    assert found["usual"].value == pytest.approx(104.5)
    assert found["stretch"].value == pytest.approx(101.8)  # the best two of ten are below
    assert found["stretch"].reached == pytest.approx(0.2)
    assert "Specific: at most" in proposals.findings()[0].text["en"]


def test_capability_is_the_mean_of_stable_quarters_and_two_standard_errors(study):
    level = [[80.0] * 5, [82.0] * 5, [80.0] * 5, [82.0] * 5]
    assert made(study, past(*level[:3]))["capability"].why == "few_quarters"
    expected = 81 + 2 * np.std([80, 82, 80, 82], ddof=1) / 2
    assert made(study, past(*level))["capability"].value == pytest.approx(expected)
    # One quarter far outside mean +- 2.66 mean moving ranges (90.67 +- 36.2) is left out.
    shocked = made(study, past(*level, [80.0] * 5, [140.0] * 5))["capability"]
    assert shocked.value == pytest.approx(80.8 + 2 * np.std([80, 82, 80, 82, 80], ddof=1) / 5**0.5)


def test_a_season_needs_three_former_years(study):
    years = {Quarter(year, 4): quarter_of([float(year)] * 5) for year in (2023, 2024, 2025)}
    late = {Quarter(2026, 3): quarter_of([50.0] * 5)}
    assert made(study, years | late)["seasonal"].value == 2024
    two = {past: panel for past, panel in years.items() if past.year > 2023} | late
    assert made(study, two)["seasonal"].why == "few_years"
    said = propose_targets(two, make_scheme(), study, due=DUE).findings()[-1]
    assert (said.id, said.value) == ("targets.seasonal", 2)
    assert "so none is proposed" in said.text["en"]


def test_a_smart_target_says_what_is_measured_who_reached_it_and_what_it_serves(study):
    proposals = propose_targets(past(*[[10.0, 11, 12, 13, 14]] * 4), make_scheme(), study, due=DUE)
    told = {finding.id: finding for finding in proposals.findings()}
    smart = told["targets.agent.junior.calls_per_hour"]
    assert smart.value == 12
    assert smart.n == 5
    for part in (
        "Specific: at least 12.0",
        "60.0% of 20 person-quarters of 5 people",
        "higher efficiency",
        "2026Q4",
        "a quarter",
    ):
        assert part in smart.text["en"]
    for part in ("具体：不低于 12.0", "可达成", "提高工作效率", "以季度为周期"):
        assert part in smart.text["zh"]
    nothing = told["targets.agent.junior.qa_score"]
    assert (nothing.value, nothing.claim) == (None, "unidentified")


def test_small_groups_have_no_target(study):
    assert propose_targets(past([1.0, 2.0, 3.0, 4.0]), make_scheme(), study, due=DUE).found == ()
    few = past([1.0, 2.0, 3.0, 4.0, np.nan])
    assert {one.why for one in made(study, few).values()} == {"few_people"}
    assert propose_targets({}, make_scheme(), study, due=DUE).found == ()


def test_what_is_due_is_not_read(study):
    panels = past([10.0] * 5) | {DUE: quarter_of([99.0] * 5)}
    assert made(study, panels)["usual"].value == 10


@given(st.lists(st.lists(st.floats(1, 1000), min_size=5, max_size=9), min_size=1, max_size=6))
def test_a_stretch_is_never_easier_than_the_usual_target(study, quarters):
    found = made(study, past(*quarters))
    assert found["stretch"].value >= found["usual"].value - 1e-9
    assert found["stretch"].reached <= found["usual"].reached
    assert found["usual"].reached >= 0.5 - 1e-9


def signal_of(reliability, *, people=30, n=90):
    within = 1.0
    between = reliability / (1 - reliability) * within / n
    return Signal(people=people, observations=people * n, p=1e-6, reliability=reliability, between_variance=between,
                  within_variance=within)  # fmt: skip


def cycles_of(study, **by_indicator):
    panel = make_panel({f"E{i:02}": (1.0, 1.0, 1.0, 1.0) for i in range(30)}, role="agent", level="junior")
    panel.signals.update({("agent", name): signal_of(value) for name, value in by_indicator.items()})
    scheme = make_scheme()
    return advise_cycles(panel, scheme, study, reliabilities(panel, scheme, roles=study.settings.roles, least=5))


def test_the_shortest_cycle_is_that_of_the_least_reliable_indicator(study):
    # .54 in a quarter becomes .70 in half a year (Spearman and Brown: 2 x .54 / 1.54 = .701).
    cycles = cycles_of(study, calls_per_hour=0.95, qa_score=0.54)
    (one,) = cycles.found
    assert (one.shortest, one.deciding, one.current) == ("half-year", "qa_score", "quarter")
    assert one.tested == pytest.approx(0.65)
    assert one.reliable["quarter"] == pytest.approx(0.40 / 0.65)
    assert one.reliable["half-year"] == 1
    (finding,) = cycles.findings()
    assert (finding.id, finding.value) == ("targets.cycle.agent", 6)


def test_where_a_year_is_too_short_no_cycle_is_advised(study):
    cycles = cycles_of(study, calls_per_hour=0.95, qa_score=0.30)
    assert cycles.found[0].shortest is None
    (finding,) = cycles.findings()
    assert (finding.value, finding.claim) == (None, "unidentified")
    assert "even a year is too short" in finding.text["en"]


def test_pay_shares_are_sums_over_sums_and_small_levels_are_not_told(study):
    panel = make_panel(
        {f"E{i}": (1.0, 1.0, 1.0, 1.0) for i in range(7)}, role="agent", level=["junior"] * 5 + ["senior"] * 2
    )
    rows = pd.DataFrame(
        {
            "employee_id": [f"E{i}" for i in range(7)] * 2,
            "date": [dt.date(2026, 7, 1)] * 7 + [dt.date(2026, 8, 1)] * 7,
            "base_x100": 8000,
            "performance_x100": 2000,
        }
    )
    shares = pay_shares(study, panel, rows)
    assert [(one.level, one.usual, one.paid) for one in shares.found] == [("junior", 0.15, 0.2), ("senior", 0.20, None)]
    claims = {finding.id: (finding.value, finding.claim) for finding in shares.findings()}
    assert claims == {
        "targets.pay_share.junior": (0.2, "accounting"),
        "targets.pay_share.senior": (0.20, "scenario"),
    }
    assert all(one.paid is None for one in pay_shares(study, panel, None).found)


def test_a_leader_s_target_follows_from_those_whom_she_leads(study):
    # Team A: five people at 10 to 14; team B: five at 20 to 24, its first person with three times the calls.
    levels, teams = ["junior"] * 10 + ["senior"], ["A"] * 5 + ["B"] * 5 + ["A"]
    values = [10.0, 11, 12, 13, 14, 20, 21, 22, 23, 24, 99]
    panel = quarter_of(values, level=levels, team=teams)
    panel.counts.loc["E05", "calls_per_hour"] = 3000
    proposals = propose_targets({DUE.plus(-1): panel}, make_scheme(), study, due=DUE)
    assert proposals.of("usual")["agent", "junior", "calls_per_hour"] == 17
    units = {one.unit: one for one in cascade(panel, proposals, study).found}
    assert (units["A"].target, units["A"].value, units["A"].reached) == (17, 12, False)  # the leader herself is not led
    assert units["B"].value == pytest.approx((3 * 20 + 21 + 22 + 23 + 24) / 7)
    assert units["B"].reached
    (finding,) = cascade(panel, proposals, study).findings()
    assert (finding.id, finding.value, finding.n) == ("targets.cascade.senior.calls_per_hour", 0.5, 2)


def test_units_of_few_are_left_out_of_the_cascade(study):
    panel = quarter_of([10.0, 11, 12, 13, 14, 20, 21], team=["A"] * 5 + ["B"] * 2)
    proposals = propose_targets({DUE.plus(-1): panel}, make_scheme(), study, due=DUE)
    found = cascade(panel, proposals, study)
    assert {one.unit for one in found.found} == {"A"}
    assert found.left_out == 1

"""The explorer without a kernel: any moves keep the sum and the steps, and today's weights move nobody."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.desk.explorer import STEP, Explorer
from design_lab.errors import SchemeError
from design_lab.evaluation import effective_weights
from design_lab.evaluation.lint import lint
from design_lab.scheme import Scheme
from design_lab.scoring import panel, score, targets
from design_lab.scoring.pay import payroll
from tests.scoring.conftest import INDICATORS, make_panel, make_scheme

NOBODY = pd.DataFrame()
PEOPLE = make_panel({f"E{i}": (10.0 + i, 90.0 - i, 0.6 + (i % 5) / 20, 3.0 + (i % 3)) for i in range(20)})
TODAY = score(PEOPLE, make_scheme(), medians=NOBODY)
OWN = {
    "workload": {"weight": 10, "indicators": {"calls_per_hour": 100}},
    "csat": {"weight": 55, "indicators": {"very_satisfied_rate": 100}},
}
NAMES = ("workload", "service_quality", "csat", "teamwork")


def fresh():
    return Explorer(PEOPLE, TODAY, medians=NOBODY)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.floats(-50, 150)), max_size=12))
def test_any_moves_keep_sum_steps_and_bounds(moves):
    explorer = fresh()
    for name, value in moves:
        explorer.move(name, value)
        assert explorer.weights[name] == min(max(STEP * int(value / STEP + 0.5), 0), 100) or value < 0
        assert sum(explorer.weights.values()) == 100
        assert all(weight % STEP == 0 and 0 <= weight <= 100 for weight in explorer.weights.values())
    assert sum(explorer.scheme().weights("customer_service", "agent").values()) == pytest.approx(1.0)


def test_the_others_keep_their_proportions():
    explorer = fresh()
    explorer.move("workload", 20)
    # 16 steps are left for 25 : 25 : 10, which is 6.67, 6.67 and 2.67; of equal remainders the first two get a step.
    assert explorer.weights == {"workload": 20, "service_quality": 35, "csat": 35, "teamwork": 10}
    explorer.move("csat", 100)
    explorer.move("csat", 40)
    assert explorer.weights == {"workload": 20, "service_quality": 20, "csat": 40, "teamwork": 20}


def test_today_s_weights_move_nobody():
    explorer = fresh()
    explorer.move("workload", 90)
    assert explorer.summary().up > 0
    explorer.reset()
    found = explorer.summary()
    assert (found.up, found.down) == (0, 0)
    assert sum(found.effective.values()) == pytest.approx(1.0)


def as_scored_alone(explorer):
    """Grades with heads, better and worse grades, effective weights and pool by `score` and `payroll`."""
    scheme, today = explorer.scheme(), explorer.today
    scores = score(explorer.people, scheme, medians=explorer.medians)
    order = scheme.grades.names()
    moved = [
        order.index(was) - order.index(now)
        for was, now in zip(today.grade, scores.grade, strict=True)
        if None not in (was, now)
    ]
    pools = None
    if explorer.pay is not None:
        given = (payroll(explorer.pay, one.by_person(one.grade), one.scheme).due_x100 for one in (scores, today))
        pools = next(given) / next(given) - 1
    found = effective_weights(scores).weights
    return (
        {grade: int(scores.grade.eq(grade).sum()) for grade in order},
        sum(one > 0 for one in moved),
        sum(one < 0 for one in moved),
        {one.dimension: one.effective for one in found if one.effective is not None},
        pools,
    )


def same_as_alone(explorer):
    found, (grades, up, down, effective, pools) = explorer.summary(), as_scored_alone(explorer)
    assert (found.grades, found.up, found.down, found.pool_change) == (grades, up, down, pools)
    assert found.effective == pytest.approx(effective, abs=1e-9)


VALUES = st.one_of(st.none(), st.integers(1, 9).map(float))


@pytest.mark.long
@given(
    st.lists(st.tuples(*[VALUES] * 4), min_size=4, max_size=12),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from([0, 10, 45, 100])), max_size=3),
    st.sampled_from([[], ["role", "level"]]),
)
def test_each_move_gives_what_a_score_of_the_scheme_gives(values, moves, peers):
    """On any people, data missing, whoever is held against whom: grades, movers, effective weights and pool."""
    levels = [("agent", "senior")[place % 2] for place in range(len(values))]
    people = make_panel({f"E{place:02d}": row for place, row in enumerate(values)}, level=levels)
    straight = {"rule": "linear", "zero_at": 0, "full_at": 10}
    rules = dict.fromkeys(INDICATORS, straight) | {"calls_per_hour": {"rule": "percentile", "peers": peers}}
    scheme = make_scheme(rules=rules, overrides=[{"role": "customer_service", "level": "senior", "dimensions": OWN}])
    pay = pd.DataFrame(
        {"employee_id": [f"E{place:02d}" for place in range(13)], "date": 1, "performance_x100": 1001, "paid_x100": 0}
    )
    explorer = Explorer(people, score(people, scheme, medians=NOBODY), medians=NOBODY, pay=pay)
    same_as_alone(explorer)
    for name, value in moves:
        explorer.move(name, value)
        same_as_alone(explorer)


def test_in_a_study_each_move_gives_what_a_score_gives(small):
    explorer = Explorer.of(small, small.quarters[-1])
    for name, value in [("workload", 60), (next(iter(explorer.weights)), 0), ("workload", 35)]:
        explorer.move(name, value)
        same_as_alone(explorer)


def test_an_unknown_dimension_is_refused():
    with pytest.raises(SchemeError, match="did you mean 'workload'"):
        fresh().move("worklod", 20)


def test_a_role_with_its_own_dimensions_keeps_them():
    scheme = make_scheme(overrides=[{"role": "complaints", "dimensions": OWN}])
    explorer = Explorer(PEOPLE, score(PEOPLE, scheme, medians=NOBODY), medians=NOBODY)
    before = scheme.weights("complaints", "agent")
    explorer.move("service_quality", 80)
    assert explorer.scheme().weights("complaints", "agent") == before
    assert explorer.scheme().weights("marketing", "agent")["qa_score"] == 0.8


def test_a_saved_scheme_reads_back_and_nothing_is_overwritten(tmp_path):
    explorer = fresh()
    explorer.move("csat", 45)
    path = explorer.save(tmp_path, "satisfied")
    assert Scheme.read(path).weights("customer_service", "agent")["very_satisfied_rate"] == 0.45
    with pytest.raises(SchemeError, match="is there already"):
        explorer.save(tmp_path, "satisfied")
    with pytest.raises(SchemeError, match="is not a folder"):
        explorer.save(tmp_path / "nowhere", "satisfied")


def test_within_a_study_the_lints_are_those_of_the_command(small):
    """With people's values, the same lines as `design-lab lint` writes of the saved scheme."""
    explorer = Explorer.of(small, small.quarters[-1])
    explorer.move("workload", 60)
    people, medians = panel(small, small.quarters[-1]), targets(small, small.quarters[-1])
    linted = lint(explorer.scheme(), baseline=explorer.today.scheme, study=small, people=people, medians=medians)
    assert explorer.summary().lints["en"] == tuple(linted.lines("en"))
    assert "panel" in linted.checked
    assert any(one.people for one in linted.found)

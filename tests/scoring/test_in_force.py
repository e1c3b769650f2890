"""Schemes in force: whose is whose, who is held against whom, and what a history may not say."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.errors import StudyError
from design_lab.scoring import InForce, everybody, in_force, panel, score, score_in_force
from tests.conftest import HISTORY
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.test_totals import panels, schemes

NOBODY = pd.DataFrame()


@pytest.mark.long
@given(panels(), schemes())
def test_one_scheme_for_all_gives_what_it_gives_by_itself(people, scheme):
    alone = score(people, scheme, medians=NOBODY)
    (held,) = score_in_force(people, everybody(people, scheme), medians=NOBODY).values()
    pd.testing.assert_series_equal(held.total, alone.total)
    assert [*held.grade] == [*alone.grade]
    assert held.limits == alone.limits


@pytest.mark.long
@given(panels(), schemes(), st.data())
def test_nobody_s_total_depends_on_the_scheme_of_others(people, scheme, data):
    other = make_scheme(name="other")
    names = data.draw(
        st.lists(st.sampled_from([scheme.name, "other"]), min_size=len(people.people), max_size=len(people.people))
    )
    under = pd.Series(names, people.people.index, dtype=object)
    held = InForce(period="2026Q3", schemes={scheme.name: scheme, "other": other}, under=under)
    scored = score_in_force(people, held, medians=NOBODY)
    for name, one in held.schemes.items():
        alone = score(people, one, medians=NOBODY)
        pd.testing.assert_series_equal(scored[name].total, alone.total[under.eq(name)])
        assert [*scored[name].total.index] == [*people.people.index[under.eq(name)]]


def test_schemes_that_grade_alike_share_the_pool_and_others_do_not():
    rows = {f"E{place}": (24.0 - 2 * place, 80.0, 0.8, 4.0) for place in range(4)}
    people = make_panel(rows)
    halves = {"method": "forced", "pool": "role_level", "ties": "better", "shares": {"A": 50, "B": 50},
              "coefficients": {"A": 1.2, "B": 1.0}}  # fmt: skip
    under = pd.Series(["one", "one", "other", "other"], people.people.index)

    def graded(**grades):
        pair = {
            "one": make_scheme(name="one", grades=halves),
            "other": make_scheme(name="other", grades=halves | grades),
        }
        held = InForce(period="2026Q3", schemes=pair, under=under)
        scored = score_in_force(people, held, medians=NOBODY, refuse_chance=False)
        return [*scored["one"].grade, *scored["other"].grade]

    # All four in one pool: the two best have an A. Each scheme by itself: the better of two.
    assert graded() == ["A", "A", "B", "B"]
    assert graded(coefficients={"A": 1.5, "B": 1.0}) == ["A", "B", "A", "B"]


def test_what_names_a_team_goes_before_what_is_said_of_all(told, small):
    study = told(HISTORY + "  - {scheme: quality_first, who: [客服03组], first_day: 2026-08-01, chosen: chosen}\n")
    quarter = study.quarters[-1]
    people = panel(small, quarter)
    held = in_force(study, people, quarter)
    assert list(held.schemes) == ["current", "quality_first"]
    mine = people.people["team_at_end"].eq("客服03组")
    assert held.under[mine].eq("quality_first").all()
    assert held.under[~mine].eq("current").all()
    assert held.limits == ("several_schemes", "scheme_changed")  # within the quarter
    scored = score_in_force(people, held, medians=NOBODY)
    said = next(one for one in scored["quality_first"].findings() if one.id == "diagnosis.scored")
    assert said.n == people.people.index[mine].get_level_values("employee_id").nunique()
    assert f'Of {said.n} people under the scheme "Quality first" in 2026Q3' in said.text["en"]
    assert in_force(study, panel(small, study.quarters[0]), study.quarters[0]).limits == ()


def test_who_is_under_no_known_scheme_is_not_scored_and_that_is_said(told, small):
    study = told(HISTORY.replace("who: all", "who: [客服01组, 客服02组]"))
    quarter = study.quarters[-1]
    people = panel(small, quarter)
    held = in_force(study, people, quarter)
    assert held.limits == ("scheme_unknown",)
    (scores,) = score_in_force(people, held, medians=NOBODY).values()
    assert set(scores.people["team_at_end"]) == {"客服01组", "客服02组"}
    study = told(HISTORY.replace("2025-04-01", "2027-01-01"))
    with pytest.raises(StudyError, match="does not say under which scheme anybody was at the end of 2026Q3"):
        _ = in_force(study, people, quarter).leading


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{scheme: curent, who: [客服01组], first_day: 2026-01-01, chosen: chosen}", "no file schemes/curent.yaml; did you mean 'current'?"),
        ("{scheme: quality_first, who: all, first_day: 2026-01-01, chosen: chosen}", "all is under current and under quality_first on 2026-01-01"),
    ],
)  # fmt: skip
def test_a_history_that_cannot_be_is_refused(told, line, said):
    with pytest.raises(StudyError) as refused:
        told(HISTORY + f"  - {line}\n")
    assert said in str(refused.value)

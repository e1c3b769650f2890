"""The design check in the report: a table of lints by scheme, the sentences behind it, waivers with their reasons."""

import pytest

from design_lab.evaluation.lint import lint
from design_lab.finding import Results
from design_lab.report.content import Group, Table
from design_lab.report.cover import Cover
from design_lab.report.facts import Facts
from design_lab.report.lints import lint_blocks
from design_lab.scheme import Scheme
from tests.scoring.conftest import make_scheme

RANK = {"rule": "rank"}


def scheme_of(name, waive=None, **weights):
    dimensions = {f"d_{one}": {"weight": weight, "indicators": {one: 100}} for one, weight in weights.items()}
    made = make_scheme(
        name=name,
        title={"en": f"Scheme {name}", "zh": f"方案{name}"},
        dimensions=dimensions,
        rules=dict.fromkeys(weights, RANK),
    )
    return Scheme.model_validate(made.model_dump() | {"waive": waive or {}})


def told(lang, *schemes):
    findings = tuple(finding for one in schemes for finding in lint(one).findings())
    titles = {one.name: one.title for one in schemes}
    cover = Cover(
        study="s", title={"en": "Centre", "zh": "中心"}, quarter="2026Q3", synthetic=True, current="a", schemes=titles,
        dimensions=(), roles={}, assumed=(),
    )  # fmt: skip
    return lint_blocks(Facts(Results(study="s", quarter="2026Q3", synthetic=True, findings=findings), cover, lang))


@pytest.mark.parametrize(("lang", "waived"), [("en", "waived"), ("zh", "已豁免")])
def test_a_table_counts_lints_by_scheme_and_waivers_stand_below_with_their_reason(lang, waived):
    a = scheme_of("a", calls_per_hour_adjusted=41, very_satisfied_rate=59)
    b = scheme_of(
        "b",
        {"small_weight": "the union asked"},
        calls_per_hour_adjusted=40,
        very_satisfied_rate=37,
        csat=20,
        transfer_rate=3,
    )
    table, standing, reasons = told(lang, a, b)
    assert isinstance(table, Table)
    assert [row.cells[1:] for row in table.rows] == [
        ("–", waived),  # small weights
        ("2", "–"),  # large weights
        ("–", "1"),  # csat and very satisfied are the same ratings
        ("2", "1"), ("0", "0"), ("0", "1"),  # warnings, notes, waived in all
    ]  # fmt: skip
    assert isinstance(standing, Group)
    assert [one.id for one in standing.statements] == ["lint.a.large_weight", "lint.b.same_sums"]
    (one,) = reasons.statements
    assert "the union asked" in one.text


def test_without_findings_of_lints_nothing_is_shown():
    assert told("en") == ()

"""The section on candidates, told from results of a crowd: who moves, what it costs, quarters, groups."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation import compare, impact, movers, over_time, pools
from design_lab.finding import Results
from design_lab.report import Cover, tell
from design_lab.report.content import Group, Table
from design_lab.scoring import score
from tests.evaluation.test_over_time import quarters, weighed
from tests.scoring.conftest import make_panel, make_scheme
from tests.scoring.test_pay import months

from .conftest import ROLES, TITLES

NOBODY = pd.DataFrame()


def crowd():
    rng = np.random.default_rng(2)
    return make_panel(
        {f"E{i:03d}": (rng.normal(20, 3), rng.normal(85, 4), rng.uniform(0.6, 0.9), 4.0) for i in range(200)},
        team=[f"T{i % 16}" for i in range(200)],
        employment_type=["agency" if i % 3 else "own" for i in range(200)],
        gender=["female" if i % 2 else "male" for i in range(200)],
    )


def told(lang, *, pay=True):
    panel = crowd()
    schemes = {"current": weighed(40), "balanced": weighed(5)}
    today, other = (
        score(panel, scheme.model_copy(update={"name": name, "title": TITLES[name]}), medians=NOBODY)
        for name, scheme in schemes.items()
    )
    rows = months(*((who, 7, 100_000, 0) for who in panel.people.index)) if pay else None
    results = [
        compare(today, other),
        *over_time(quarters(3, today.scheme), today, [other]),
        movers(today, other, least=10),
        pools(today, other, rows, least=10),
        impact(today, least=10, in_force=True),
        impact(other, least=10),
    ]
    findings = tuple(finding for one in results for finding in one.findings())
    cover = Cover(
        study="x", title={"en": "X", "zh": "某"}, quarter="2026Q3", synthetic=True, current="current",
        schemes={name: TITLES[name] for name in ("current", "balanced")}, assumed=(),
        dimensions=tuple(make_scheme().dimensions), roles={role: name for role, (name, _) in ROLES.items()},
    )  # fmt: skip
    return tell(Results(study="x", quarter="2026Q3", synthetic=True, findings=findings), cover, lang), findings


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_table_is_there_and_shows_what_the_findings_say(lang):
    report, findings = told(lang)
    section = report.section("candidates")
    tables = [block for block in section.blocks if isinstance(block, Table)]
    by_id = {finding.id: finding for finding in findings}
    shown = {statement.id for table in tables for row in table.rows for statement in row.shows}
    for wanted in (
        "candidates.balanced.grade_changes_by_quarter.2026Q2", "candidates.balanced.pool_change",
        "candidates.balanced.up.employment_type-agency", "candidates.balanced.moved_by.workload",
        "diagnosis.impact_ratio.gender-female.A", "candidates.balanced.impact_ratio.gender-female.D",
    ):  # fmt: skip
        assert wanted in by_id, sorted(by_id)
        assert wanted in shown
    text = " ".join(cell for table in tables for row in table.rows for cell in row.cells)
    assert ("Women: grade A" if lang == "en" else "女性：A 等") in text
    assert ("Agency staff" if lang == "en" else "劳务派遣员工") in text
    (group,) = [block for block in section.blocks if isinstance(block, Group)]
    assert len(group.statements) == 2


def test_the_scheme_in_force_is_no_candidate():
    section = told("en")[0].section("candidates")
    main = next(block for block in section.blocks if isinstance(block, Table))
    assert [row.cells[0] for row in main.rows] == ["Balanced"]


def test_without_pay_there_is_no_table_of_amounts():
    report, _ = told("en", pay=False)
    titles = [block.title for block in report.section("candidates").blocks if isinstance(block, Table)]
    assert "What the grades would cost" not in titles
    groups = [block for block in report.section("unknown").blocks if isinstance(block, Group)]
    assert any("no pay was delivered" in statement.text for group in groups for statement in group.statements)

"""What a replay says, as findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.display import Quantity, Term
from design_lab.evaluation.cells import hidden
from design_lab.evaluation.grounds import claim_of
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    from design_lab.evaluation.replay import Replay
    from design_lab.scoring.pay import Payroll

APART = 1.0  # points by which a team's official scores must differ from the scheme's to be told
_MOST_TEAMS = 3
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def findings_of(replay: Replay) -> tuple[Finding, ...]:
    """State what came out of scores, grades and pool, the adjustments, and the teams that stand apart."""
    return (
        *_scores(replay), *_grades(replay), *_by_scheme(replay), *_pool(replay), *_adjusted(replay), *_teams(replay),
    )  # fmt: skip


def _unknown(replay: Replay, what: str, unit: str) -> Finding:
    return state(
        f"diagnosis.replay.{what}", None, says=f"diagnosis.replay.{what}_unknown", unit=unit, n=None,
        claim="unidentified", quarter=replay.quarter,
    )  # fmt: skip


def _whose(replay: Replay, assumed: bool) -> dict[str, Any]:
    several = "_several" if len(replay.held.schemes) > 1 else ""
    return {"whose": Term(f"replay.{'reconstructed' if assumed else 'stated'}{several}"), "quarter": replay.quarter}


def _scores(replay: Replay) -> list[Finding]:
    if replay.people is None:
        return [_unknown(replay, "score", "share")]
    verdict = "confirmed" if replay.confirms_scores else "not_confirmed"
    whose, n = _whose(replay, replay.reconstructed), len(replay.people)
    found = [
        state(
            "diagnosis.replay.score", replay.scores_reproduced, says="diagnosis.replay.score", unit="share", n=n,
            claim="accounting", limits=["one_quarter", *replay.limits], verdict=Term(f"replay.{verdict}"),
            before=Quantity(replay.scores_reproduced_before or 0.0, "share"), tolerance=f"{replay.tolerance:g}",
            **whose,
        )
    ]  # fmt: skip
    if not replay.confirms_scores and replay.rank_correlation is not None:
        found.append(
            state(
                "diagnosis.replay.order", replay.rank_correlation, says="diagnosis.replay.order", unit="correlation",
                n=int(replay.people["recomputed"].notna().sum()), claim="accounting",
                limits=["one_quarter", *replay.limits], **whose,
            )
        )  # fmt: skip
    return found


def _grades(replay: Replay) -> list[Finding]:
    graded = replay.officially_graded
    if replay.grades_reproduced is None:
        return [_unknown(replay, "grade", "share")]
    verdict = "grades_confirmed" if replay.confirms_grades else "grades_not_confirmed"
    before = float((graded["grade_unadjusted"] == graded["official_grade"]).mean())
    return [
        state(
            "diagnosis.replay.grade", replay.grades_reproduced, says="diagnosis.replay.grade", unit="share",
            n=len(graded), claim="accounting", limits=["one_quarter", *replay.limits],
            verdict=Term(f"replay.{verdict}"), before=Quantity(before, "share"),
            **_whose(replay, replay.reconstructed or replay.grades_assumed),
        )
    ]  # fmt: skip


def _by_scheme(replay: Replay) -> list[Finding]:
    """What came out of the official scores and grades of the people under each scheme, where several were in force."""
    several = replay.held.schemes if len(replay.held.schemes) > 1 and replay.people is not None else {}
    found = []
    for name, scheme in several.items():
        theirs = replay.of(name)
        said: dict[str, Any] = {"scheme": scheme.title, "quarter": replay.quarter, "tolerance": f"{replay.tolerance:g}"}
        counts = 0 if theirs.people is None else len(theirs.people), len(theirs.officially_graded)
        shares = theirs.scores_reproduced, theirs.grades_reproduced
        found += [
            state(
                f"diagnosis.replay.{what}_by_scheme.{name}", share, says=f"diagnosis.replay.{what}_by_scheme",
                unit="share", n=n, claim="accounting", limits=["one_quarter", *replay.limits], **said,
            )
            for what, share, n in zip(("score", "grade"), shares, counts, strict=True)
            if n
        ]  # fmt: skip
    return found


def _pool(replay: Replay) -> list[Finding]:
    """The pool that recomputed grades would pay over the one paid, and what each official grade was really paid."""
    sums = {name: sum(getattr(one, name) for one in replay.payrolls) for name in ("due_x100", "paid_x100")}
    if not sums["paid_x100"]:
        return [_unknown(replay, "pool", "share")]
    assumed = (replay.reconstructed and not replay.confirms_scores) or (
        replay.grades_assumed and not replay.confirms_grades
    )
    amounts: dict[str, Any] = {
        "due": Quantity(sums["due_x100"] / 100, "count"),
        "paid": Quantity(sums["paid_x100"] / 100, "count"),
    }
    pool = state(
        "diagnosis.replay.pool", sums["due_x100"] / sums["paid_x100"], says="diagnosis.replay.pool", unit="share",
        n=sum(len(one.people) for one in replay.payrolls), claim=claim_of(assumed),
        limits=["one_quarter", *replay.limits], **amounts, **_whose(replay, assumed),
    )  # fmt: skip
    return [pool, *_coefficients(replay)]


def _coefficients(replay: Replay) -> list[Finding]:
    """One finding a grade; grades of too few people are left out, and any from which they could be found."""
    found = []
    for way in replay.paid:
        rows = way.table().query("grade != '' and at_par > 0").to_dict("records")
        kept_back = hidden(np.array([[int(row["people"]) for row in rows]], dtype=np.int64), replay.least)
        found += [
            _coefficient(replay, way, row, number)
            for number, row in enumerate(rows, start=1)
            if not kept_back[0, number - 1]
        ]
    return found


def _coefficient(replay: Replay, way: Payroll, row: dict[Any, Any], number: int) -> Finding:
    """What one official grade was paid; where schemes grade by several ways, by which scheme."""
    named = _named(row["grade"], number)
    whose = _whose(replay, replay.grades_assumed)
    if len(replay.paid) > 1:
        named, whose = f"{way.scheme.name}.{named}", whose | {"whose": way.scheme.title}
    return state(
        f"diagnosis.replay.coefficient.{named}", row["paid_coefficient"], says="diagnosis.replay.coefficient",
        unit="share", n=int(row["people"]), claim="accounting", limits=["one_quarter"], grade=row["grade"],
        stated=Quantity(row["coefficient"], "share"), **whose,
    )  # fmt: skip


def _adjusted(replay: Replay) -> list[Finding]:
    if replay.people is None:
        return [_unknown(replay, "adjusted", "people")]
    rows, n = replay.adjusted, len(replay.people)
    if rows.empty:
        return [
            state(
                "diagnosis.replay.adjusted", 0, says="diagnosis.replay.adjusted_none", unit="people", n=n,
                claim="accounting", limits=["one_quarter"], quarter=replay.quarter,
            )
        ]  # fmt: skip
    size = float(rows["adjustment"].abs().mean())
    own, others = replay.regraded()
    unexplained = int(rows["reason"].isna().sum())
    return [
        state(
            "diagnosis.replay.adjusted", len(rows), says="diagnosis.replay.adjusted", unit="people", n=n,
            claim="accounting", limits=["one_quarter"], quarter=replay.quarter, size=Quantity(size, "points"),
            up=Quantity(int((rows["adjustment"] > 0).sum()), "people"),
            down=Quantity(int((rows["adjustment"] < 0).sum()), "people"),
            unexplained=Quantity(unexplained, "people"),
        ),
        state(
            "diagnosis.replay.adjusted_grades", own + others, says="diagnosis.replay.adjusted_grades", unit="people",
            n=n, claim=claim_of(replay.grades_assumed and not replay.confirms_grades), limits=["one_quarter"],
            own=Quantity(own, "people"), others=Quantity(others, "people"),
            **_whose(replay, replay.grades_assumed and not replay.confirms_grades),
        ),
    ]  # fmt: skip


def _teams(replay: Replay) -> list[Finding]:
    """The teams whose official scores stand apart from the scheme's, as far as its rules are the client's own."""
    if not (replay.confirms_scores or not replay.reconstructed):
        return []
    rows = replay.table()
    rows = rows[(rows["gap"].abs() >= APART) & (rows["gap"].abs() > rows["margin"])]
    rows = rows.assign(size=rows["gap"].abs()).sort_values("size", ascending=False).head(_MOST_TEAMS)
    return [_team(replay, row, number) for number, row in enumerate(rows.to_dict("records"), start=1)]


def _team(replay: Replay, row: dict[Any, Any], number: int) -> Finding:
    gap, margin = float(row["gap"]), float(row["margin"])
    way = "above" if gap > 0 else "below"
    return state(
        f"diagnosis.replay.team.{_named(row['team'], number)}", gap, says=f"diagnosis.replay.team_{way}",
        unit="points", n=int(row["n"]), claim="accounting", bounds=(gap - margin, gap + margin), level=LEVEL,
        limits=["one_quarter", *replay.limits], team=str(row["team"]), by=Quantity(abs(gap), "points"),
        **_whose(replay, replay.reconstructed),
    )  # fmt: skip


def _named(word: str, number: int) -> str:
    """A word that may stand in an id; one in other letters is named by its number."""
    return word if _PLAIN.fullmatch(word) else str(number)

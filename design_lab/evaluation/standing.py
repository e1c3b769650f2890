"""One person's score taken apart: what each indicator contributes, what is lost on it, and in which tier she stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from design_lab.evaluation.rerun import Rerun
from design_lab.evaluation.tiers import TOLD_APART, tier_heads
from design_lab.scoring import Panel, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One indicator in a person's score.

    `value` in the card's unit on `n` observations of `least` demanded, `error` its standard error; `points`, or the
    reason `why` there are none (a key below `reason.`); `paper` and `weight` its share of the total on paper and in
    force; `contribution` to the total; `gap` what full points would add to it. What is not known is None.
    """

    dimension: str
    indicator: str
    value: float | None
    n: int
    least: int
    error: float | None
    points: float | None
    why: str
    paper: float
    weight: float
    contribution: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The tier of a person's total among `people` of her role and level, 1 being the best of `tiers`.

    `best` and `worst` are the tiers that she may as well stand in, at level .95 by sampling error alone.
    """

    tier: int
    best: int
    worst: int
    tiers: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person under one scheme: `parts` by indicator, and `rules` (dimension or 'rules', points) beside them.

    The contributions of the parts and the rules sum to `total`. `reason` says why there is no total or grade;
    `position` is None where people are too few or not told apart; `same_grade` is the share of `draws` pairs of equally
    good measurements in which she gets the same grade twice, None where she has none.
    """

    scores: Scores
    row: Any
    parts: tuple[Part, ...]
    rules: tuple[tuple[str, float], ...]
    total: float | None
    grade: str | None
    reason: str
    position: Position | None
    same_grade: float | None
    draws: int

    @property
    def gaps(self) -> tuple[Part, ...]:
        """The parts on which points are lost, the largest loss first."""
        lost = [part for part in self.parts if part.gap is not None and part.gap > 1e-9]
        return tuple(sorted(lost, key=lambda part: -(part.gap or 0.0)))


def standing(panel: Panel, again: Rerun, row: Any, *, least: int) -> Standing:
    """Take apart the score that `again` measured twice; a position is told among at least `least` people."""
    scores = again.realised
    at = scores.people.index.get_loc(row)
    total = _known(scores.total[row])
    held = parts(panel, scores, row)
    told = again.same_grade[:, at]
    told = told[np.isfinite(told)]
    return Standing(
        scores=scores,
        row=row,
        parts=held,
        rules=tuple(_rules(scores, row, held)) if total is not None else (),
        total=total,
        grade=scores.grade[row],
        reason=scores.reason[row],
        position=_position(again, row, least),
        same_grade=float(told.mean()) if told.size and scores.grade[row] is not None else None,
        draws=len(told),
    )


def parts(panel: Panel, scores: Scores, row: Any) -> tuple[Part, ...]:
    """Take one row's score apart into what each indicator of the scheme contributes to it."""
    scored = _known(scores.total[row]) is not None
    pair = str(scores.people.at[row, "role"]), str(scores.people.at[row, "level"])
    weights, dimension_of = scores.scheme.weights(*pair), scores.scheme.dimension_of(*pair)
    rules = scores.scheme.rules_for(*pair)
    force: Any = scores.weights.loc[row]
    counts: Any = panel.counts.loc[row]
    points = {name: _known(scores.points.at[row, name]) for name in weights}
    found: list[Part] = []
    for name, paper in weights.items():
        inside = [one for one, where in dimension_of.items() if where == dimension_of[name]]
        there = sum(weights[one] for one in inside if points[one] is not None)
        got, delivered = points[name], name in panel.values
        weight = float(force[dimension_of[name]]) * paper / there if got is not None and scored else 0.0
        full = rules[name].most()
        full = _known(scores.points.loc[scores.people["role"].eq(pair[0]), name].max()) if full is None else full
        stated = rules[name].min_n
        found.append(
            Part(
                dimension=dimension_of[name],
                indicator=name,
                value=_known(panel.values.at[row, name]) if delivered else None,
                n=int(counts[name]) if delivered else 0,
                least=scores.cards[name].minimum_n if stated is None else stated,
                error=_known(panel.standard_errors.at[row, name]) if delivered else None,
                points=got,
                why=str(scores.why.at[row, name]),
                paper=paper,
                weight=weight,
                contribution=weight * got if got is not None and scored else None,
                gap=weight * max(full - got, 0.0) if got is not None and full is not None and scored else None,
            )
        )
    return tuple(found)


def _rules(scores: Scores, row: Any, held: tuple[Part, ...]) -> list[tuple[str, float]]:
    """What a dimension's own rule makes of its indicators' points, and what all other rules add or take away."""
    found = []
    for name, value in scores.contributions.loc[row].items():
        rest = float(value) - sum(part.contribution or 0.0 for part in held if part.dimension == name)
        if abs(rest) > 1e-9:
            found.append((str(name), rest))
    return found


def _position(again: Rerun, row: Any, least: int) -> Position | None:
    scores = again.realised
    pair = scores.people.loc[row, ["role", "level"]]
    alike = scores.told_apart & scores.people[["role", "level"]].eq(pair).all(axis="columns")
    if not alike[row] or alike.sum() < least:
        return None
    heads = tier_heads(scores.total[alike].to_numpy(float), again.total_variance[alike].to_numpy(float))
    total, margin = float(scores.total[row]), TOLD_APART * math.sqrt(max(float(again.total_variance[row]), 0.0))
    tier, best, worst = (max(1, int((heads >= one - 1e-9).sum())) for one in (total, total + margin, total - margin))
    return Position(tier=tier, best=best, worst=worst, tiers=len(heads), people=int(alike.sum()))


def _known(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)

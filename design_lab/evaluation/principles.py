"""The four principles of an appraisal, measured: fair, quantified, complete and timely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from design_lab.catalogue.words import LANGUAGES
from design_lab.evaluation.coverage import Coverage, Kind
from design_lab.evaluation.criteria import Criterion, Estimate, Principles
from design_lab.evaluation.fairness import Gap, gaps
from design_lab.evaluation.feedback import Feedback
from design_lab.evaluation.grounds import Decided, claim_of, is_reconstructed, limits_of
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Claim
from design_lab.scoring import Panel, Scores
from design_lab.scoring.points import weighed
from design_lab.scoring.roster import headcount

# Thresholds; their sources stand in the word files, below `criterion_source.`.
GAP = (
    0.25  # standard deviations: 40 % instead of 50 % of a group above the median, the four-fifths rule of scoring rates
)
SAME_GRADE = 0.52  # what a reliability of .70 gives with grades of 20, 40, 30 and 10 %
RELIABLE = 0.60  # of an indicator that carries weight
RELIABLE_WEIGHT = 0.70  # the rest of what may be subjective
SUBJECTIVE = 0.30
SCORE_RELIABILITY = 0.70
CYCLE_MONTHS = 3
FEEDBACK_DAYS, FED_BACK = 15, 0.95


def principles(
    panel: Panel,
    scores: Scores,
    cover: Coverage,
    *,
    least: int,
    cycle_months: int,
    same_grade: Estimate | None = None,
    score_reliability: Estimate | None = None,
    told: Feedback | None = None,
) -> Principles:
    """Hold a scheme, its scores and its coverage against the four principles.

    `least` is the number of people that a group must have to be held against the others; `same_grade` the share of
    people who would get the same grade if they were measured again, `score_reliability` the share of the differences in
    total score that is not sampling error, both at the cycle in use; `told` when people
    were told of their official results. What is None cannot be told.
    """
    return Principles(
        criteria=(
            *_fair(gaps(scores, least=least), *_grounds(scores, "totals")),
            _same_grade(same_grade, *_grounds(scores, "grades")),
            *_quantified(panel, scores, *_grounds(scores, "weights")),
            *(_complete(cover, kind, *_grounds(scores, "weights")) for kind in ("goal", "content")),
            *_timely(cycle_months, score_reliability, told, *_grounds(scores, "totals")),
        ),
        among=scores.among,
    )


def _grounds(scores: Scores, decided: Decided) -> tuple[Claim, tuple[str, ...]]:
    assumed = is_reconstructed(scores.scheme, decided)
    return claim_of(assumed), (*limits_of(assumed), *scores.whose)


def _fair(found: Sequence[Gap], claim: Claim, limits: tuple[str, ...]) -> tuple[Criterion, ...]:
    held = tuple(
        Criterion(
            principle="fair", name="gap", key=f"gap_{gap.group.key}", bound=GAP, at_least=False,
            unit="standard_deviations", claim="scenario" if claim == "scenario" else "association",
            level=LEVEL if gap.margin is not None else None, found=_size_of(gap), why="too_few_teams_for_gap",
            limits=("gap_not_adjusted", "many_groups", *limits),
            said={"group": gap.group.name(), "attribute": gap.group.attribute_name},
        )
        for gap in found
    )  # fmt: skip
    none = Criterion(
        principle="fair", name="gap_any", found=None, bound=GAP, at_least=False, unit="standard_deviations",
        claim="association", why="no_groups",
    )  # fmt: skip
    return held or (none,)


def _same_grade(found: Estimate | None, claim: Claim, limits: tuple[str, ...]) -> Criterion:
    return Criterion(
        principle="fair", name="same_grade", found=found, bound=SAME_GRADE, at_least=True, unit="share", claim=claim,
        level=LEVEL, limits=limits, why="not_measured_again",
    )  # fmt: skip


def _size_of(gap: Gap) -> Estimate | None:
    """How far the group is from the others, either way: the ends of its absolute value."""
    if gap.margin is None:
        return None
    low, high = gap.value - gap.margin, gap.value + gap.margin
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return Estimate(value=abs(gap.value), low=nearest, high=max(abs(low), abs(high)), n=gap.people)


def _quantified(panel: Panel, scores: Scores, claim: Claim, limits: tuple[str, ...]) -> tuple[Criterion, ...]:
    scored = scores.total.notna()
    weights = weighed(scores.people[scored], scores.scheme).weights
    if weights.empty:
        found: dict[str, Estimate | None] = dict.fromkeys(("reliable_weight", "subjective_weight"))
    else:
        kind = {name: panel.cards[str(name)].kind for name in weights}
        roles = scores.people.loc[scored, "role"]
        known, open_, subjective = (np.zeros(len(weights)) for _ in range(3))
        for name in weights:
            share = weights[name].to_numpy()
            subjective += share * (kind[name] == "qualitative")
            if kind[name] == "quantitative":
                signals = [panel.signals.get((role, str(name))) for role in roles]
                known += share * np.array([bool(one and one.reliability >= RELIABLE) for one in signals])
                open_ += share * np.array([one is None for one in signals])
        low, reach = float(known.mean()), float(open_.mean())
        part, n = float(subjective.mean()), headcount(weights.index)
        found = {
            "reliable_weight": Estimate(value=low, low=low, high=low + reach, n=n),
            "subjective_weight": Estimate(value=part, low=part, high=part, n=n),
        }
    return tuple(
        Criterion(
            principle="quantified", name=name, found=found[name], bound=bound, at_least=name == "reliable_weight",
            unit="share", claim=claim, limits=limits, why="nobody_scored",
        )
        for name, bound in (("reliable_weight", RELIABLE_WEIGHT), ("subjective_weight", SUBJECTIVE))
    )  # fmt: skip


def _complete(cover: Coverage, kind: Kind, claim: Claim, limits: tuple[str, ...]) -> Criterion:
    """Covered cells, from those with confirmed indicators to those filled by assumption too."""
    cells = cover.of(kind)
    sure = sum(cell.status == "covered" for cell in cells) / len(cells) if cells else 0.0
    found = Estimate(value=sure, low=sure, high=cover.covered(kind) / len(cells), n=len(cells)) if cells else None
    return Criterion(
        principle="complete", name=f"{kind}s_covered", found=found, bound=1.0, at_least=True, unit="share",
        claim=claim, limits=limits, why="nobody_scored",
    )  # fmt: skip


def _timely(
    months: int,
    reliability: Estimate | None,
    told: Feedback | None,
    claim: Claim,
    limits: tuple[str, ...],
) -> tuple[Criterion, ...]:
    fed_back = told.told_within(FEEDBACK_DAYS) if told else None
    exact = Estimate(value=months, low=months, high=months, n=1)
    return (
        Criterion(
            principle="timely", name="feedback", found=fed_back, bound=FED_BACK, at_least=True, unit="share",
            claim="accounting", level=LEVEL, why="feedback_undated",
            limits=("told_as_recorded",) if fed_back else (),
            said={"days": dict.fromkeys(LANGUAGES, str(FEEDBACK_DAYS))},
        ),
        Criterion(
            principle="timely", name="cycle", found=exact, bound=CYCLE_MONTHS, at_least=False, unit="months",
            claim="accounting",
        ),
        Criterion(
            principle="timely", name="score_reliability", found=reliability, bound=SCORE_RELIABILITY, at_least=True,
            unit="correlation", claim=claim, level=LEVEL, limits=limits, why="not_measured_again",
        ),
    )  # fmt: skip

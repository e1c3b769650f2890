"""Scores under the schemes that were in force: each person's own, where a pilot puts some teams under another one.

Whose scheme it is, is decided by the team in which a person's spell ended, on the period's last day. What she is held
against does not depend on it: her points and total are those that her scheme gives her among all of her peers, whatever
scheme these were under, and people whose schemes grade alike share the pools of grades. Where schemes grade by other
rules, the people of each have pools of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.errors import StudyError
from design_lab.periods import Quarter, Span
from design_lab.scheme import Scheme
from design_lab.scoring.batch import Batch
from design_lab.scoring.grades import grade
from design_lab.scoring.panel import Panel
from design_lab.scoring.pay import Payroll, payroll
from design_lab.scoring.score import Scores, score
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
_FRAMES = ("people", "points", "why", "contributions", "weights", "total", "grade", "reason", "nominal")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InForce:
    """Who of a panel was under which scheme in its `period`.

    `schemes` by name: the study's current one first if anybody was under it, then in the order of the history; `under`
    (n,) the name of each person's, None where the study's history does not say; `limits` what that leaves open, as keys
    below `limit.` in the word files.
    """

    period: str
    schemes: Mapping[str, Scheme]
    under: pd.Series
    limits: tuple[str, ...] = ()

    def __repr__(self) -> str:
        counts = (f"{name} {int(self.under.eq(name).sum())}" for name in self.schemes)
        return f"InForce({', '.join(counts)})"

    @property
    def leading(self) -> Scheme:
        """The first of the schemes: the current one if anybody was under it; `StudyError` where none is known."""
        if not self.schemes:
            raise StudyError(
                f"scheme_history in study.yaml does not say under which scheme anybody was at the end of {self.period};"
                " add a line with who: all"
            )
        return next(iter(self.schemes.values()))

    @property
    def several(self) -> bool:
        """Whether some people were under another scheme than the leading one, or under none that is known."""
        return bool({"several_schemes", "scheme_unknown"} & {*self.limits})

    def stating(self, *schemes: Scheme) -> InForce:
        """Return the same with other contents of schemes that were in force, by name."""
        return replace(self, schemes={**self.schemes, **{one.name: one for one in schemes if one.name in self.schemes}})


def everybody(panel: Panel, scheme: Scheme) -> InForce:
    """Return that all of a panel were under one scheme."""
    import pandas as pd

    under = pd.Series(scheme.name, panel.people.index, dtype=object)
    return InForce(period=panel.quarter, schemes={scheme.name: scheme}, under=under)


def in_force(study: Study, panel: Panel, period: Quarter | Span) -> InForce:
    """Say who of a period's panel was under which scheme on its last day, by the study's scheme history."""
    closing = study.settings.calendar.month_ends_on
    span = period.span(closing) if isinstance(period, Quarter) else period
    teams = panel.people["team_at_end"]
    teams = teams.astype(object).where(teams.notna(), None)
    first, last = (
        {team: study.settings.scheme_on(team, day) for team in teams.unique()}
        for day in (span.first_day, span.last_day)
    )
    under = teams.map(last).astype(object)
    under = under.where(under.notna(), None)
    known = dict.fromkeys([study.settings.current_scheme, *(one.scheme for one in study.settings.scheme_history)])
    order = [name for name in known if under.eq(name).any()]
    said = {
        "several_schemes": len(order) > 1,
        "scheme_unknown": bool(under.isna().any()),
        "scheme_changed": any(first[team] not in (None, scheme) for team, scheme in last.items()),
    }
    return InForce(
        period=span.label,
        schemes={name: study.scheme(name) for name in order},
        under=under,
        limits=tuple(limit for limit, holds in said.items() if holds),
    )


def score_in_force(
    panel: Panel, held: InForce, *, medians: pd.DataFrame, refuse_chance: bool = True
) -> dict[str, Scores]:
    """Score everybody under her own scheme: by scheme, in the order of `held`, the scores of those who were under it.

    Arguments are those of `score`, which this equals where one scheme was in force for all.
    """
    import pandas as pd

    made = {
        name: score(panel, scheme, medians=medians, refuse_chance=refuse_chance)
        for name, scheme in held.schemes.items()
    }
    graded = pd.Series(float("nan"), panel.people.index)
    for name, scores in made.items():
        graded = graded.mask(held.under.eq(name), scores.total.where(scores.grade.notna()))
    given = grade_in_force(graded, panel, held)
    return {
        name: _only(
            replace(
                scores,
                grade=given,
                limits=(*scores.limits, *held.limits),
                among=scores.scheme.title if held.several else None,
            ),
            held.under.eq(name),
        )
        for name, scores in made.items()
    }


def score_moved(
    panel: Panel, held: InForce, candidate: Scheme, *, medians: pd.DataFrame, refuse_chance: bool = True
) -> Scores:
    """Score the people under the leading scheme as if they were under a candidate, and everybody else stayed.

    What it gives stands beside `score_in_force` of the leading scheme, person by person. With one scheme in force for
    all it equals `score` of the candidate. Arguments are those of `score`.
    """
    mine = held.under.eq(held.leading.name)
    others = {name: scheme for name, scheme in held.schemes.items() if name not in (held.leading.name, candidate.name)}
    moved = replace(held, schemes={candidate.name: candidate, **others}, under=held.under.mask(mine, candidate.name))
    scored = score_in_force(panel, moved, medians=medians, refuse_chance=refuse_chance)[candidate.name]
    alone = _only(scored, mine[scored.people.index])
    return replace(alone, among=held.leading.title if held.several else None)


def grade_in_force(total: pd.Series, panel: Panel, held: InForce) -> pd.Series:
    """Return the grades, (n,), of totals (n,), by each own scheme, in pools of those whose schemes grade alike."""
    import pandas as pd

    given = pd.Series(None, panel.people.index, dtype=object)
    for name, scheme in held.schemes.items():
        alike = [one for one, other in held.schemes.items() if other.grades == scheme.grades]
        mine = held.under.eq(name)
        given[mine] = grade(total.where(held.under.isin(alike)), panel, scheme)[mine]
    return given


def pay_in_force(
    rows: pd.DataFrame | None, grades: pd.Series, schemes: pd.Series, held: InForce
) -> tuple[Payroll, ...]:
    """Pay everybody by grade, a payroll for each way of grading; who was under no known scheme by the leading one.

    `rows` are the canonical pay table, `grades` and `schemes` by `employee_id`; without rows there is no payroll.
    """
    if rows is None:
        return ()
    under = rows["employee_id"].map(schemes)
    under = under.where(under.notna(), held.leading.name)
    ways: list[tuple[Scheme, list[str]]] = []
    for name, scheme in held.schemes.items():
        alike = next((names for one, names in ways if one.grades == scheme.grades), None)
        if alike is None:
            ways.append((scheme, [name]))
        else:
            alike.append(name)
    return tuple(payroll(rows[under.isin(names)], grades, scheme) for scheme, names in ways)


class BatchInForce:
    """One of the schemes in force, and those that grade alike and so share its pools, ready for other values.

    `mine` (n,) says who of the panel is under it.
    """

    def __init__(self, panel: Panel, held: InForce, scheme: Scheme, *, medians: pd.DataFrame) -> None:
        self.scheme, self.mine = scheme, held.under.eq(scheme.name).to_numpy()
        alike = {name: one for name, one in held.schemes.items() if one.grades == scheme.grades}
        self._batches = {name: Batch.of(panel, one, medians=medians) for name, one in alike.items()}
        self._under = {name: held.under.eq(name).to_numpy() for name in alike}

    def again(self, panels: Sequence[Panel]) -> tuple[Numbers, dict[str, Array]]:
        """Return grades (panels, n) of the scheme and what its dimensions and rules add, (panels, n) by name.

        The panels have the people of the first one. All are worked on at a time. Only the columns of who is `mine` are
        of those people's own scheme.
        """
        grades, made, weights = self._graded(panels)
        return grades, made.contributions(weights)

    def grades(self, panels: Sequence[Panel]) -> Numbers:
        """Return grades (panels, n) of the scheme alone."""
        return self._graded(panels)[0]

    def _graded(self, panels: Sequence[Panel]) -> tuple[Numbers, Batch, Array]:
        """The grades, and the scheme's own points with the weights that they were given."""
        compared = np.full((len(panels), len(self.mine)), np.nan)
        for name, batch in self._batches.items():
            made = Batch.mixed([batch.again(one) for one in panels], np.arange(len(panels)))
            weights = np.repeat(batch.weights([batch.scheme]), len(panels), axis=0)
            compared = np.where(self._under[name], made.compared(weights), compared)
            if name == self.scheme.name:
                own = made, weights
        return own[0].grade(compared, own[0].best), *own


def _only(scores: Scores, chosen: pd.Series) -> Scores:
    """The scores of the rows that are `chosen`, (n,)."""
    return replace(scores, **{name: getattr(scores, name)[chosen] for name in _FRAMES})

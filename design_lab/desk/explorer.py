"""What sliders explore: weights in steps of 5 that always sum to 100, and what they would do to the same people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, worded
from design_lab.errors import SchemeError, nearest
from design_lab.evaluation import official, replay
from design_lab.evaluation.diagnosis import effective_shares
from design_lab.evaluation.lint import Linter
from design_lab.evaluation.weighting.steps import in_steps
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring import Batch, Panel, Scores, in_force, panel, score, targets
from design_lab.scoring.grades import NONE
from design_lab.scoring.pay import coefficient, due_x100
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

STEP = 5
Numbers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What the weights on the sliders do: grades by name with heads, who gets a better (`up`) or worse grade (`down`).

    `effective` are shares of the differences in score by dimension, empty where nobody can be told apart;
    `pool_change` is the change of the bonus pool as a share, None without pay; `lints` are sentences by language, of
    the file and, within a study, of people's values.
    """

    weights: Mapping[str, int]
    grades: Mapping[str, int]
    up: int
    down: int
    effective: Mapping[str, float]
    pool_change: float | None
    lints: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """The pay table, m rows, and in `at` (m,) the row of the panel from whose grade each is paid, -1 without one."""

    rows: pd.DataFrame
    at: Numbers

    @classmethod
    def of(cls, rows: pd.DataFrame, index: pd.Index) -> _Paid:
        """Find each row's person by her last spell."""
        places = {id: place for place, id in enumerate(index.get_level_values("employee_id"))}
        return cls(rows=rows, at=np.array([places.get(id, -1) for id in rows["employee_id"]], dtype=np.int64))

    def due(self, graded: Numbers, scheme: Scheme) -> int:
        """Return the bonus pool of grades (n,), as `payroll` makes it, in hundredths."""
        # The last worth is that of no grade, where -1 leads.
        worth = np.array([coefficient(scheme, grade) for grade in (*scheme.grades.names(), None)])
        given = np.where(self.at < 0, NONE, graded[self.at])
        return int(due_x100(self.rows, worth[given]).sum())


class Explorer:
    """The weights of a scheme's dimensions, moved one at a time; roles with dimensions of their own keep them.

    `weights` are whole percent by dimension, in steps of 5, and sum to 100. They begin at the scheme's own, rounded.
    Without a `study` no lint looks at people's values.
    """

    def __init__(
        self,
        people: Panel,
        today: Scores,
        *,
        medians: pd.DataFrame,
        pay: pd.DataFrame | None = None,
        study: Study | None = None,
    ) -> None:
        self.people, self.today, self.medians, self.study = people, today, medians, study
        self.pay = pay if pay is not None and pay["performance_x100"].sum() > 0 else None
        self._linter = Linter(study=study, people=people if study else None, medians=medians if study else None)
        self._batches: dict[tuple[str, ...], Batch] = {}
        self._paid = None if self.pay is None else _Paid.of(self.pay, people.people.index)
        self._graded = self._numbers(today)
        self._due_today = None if self._paid is None else self._paid.due(self._graded, today.scheme)
        self.weights = in_steps({name: one.weight / 100 for name, one in today.scheme.dimensions.items()}, STEP)

    @classmethod
    def of(cls, study: Study, quarter: Quarter) -> Explorer:
        """Explore the scheme in force on a quarter's people."""
        people, given = panel(study, quarter), official(study, quarter)
        held = in_force(study, people, quarter)
        medians = targets(study, quarter, schemes=[*held.schemes.values()])
        scheme = replay(people, held, given, medians=medians).settled.leading
        today = score(people, scheme, medians=medians)
        return cls(people, today, medians=medians, pay=given.pay, study=study)

    def move(self, dimension: str, value: float) -> None:
        """Set a dimension's weight, snapped to the step and kept within 0 to 100; the others share what is left.

        They keep their proportions, rounded by largest remainders; where all others are 0 they share equally. An
        unknown dimension raises `SchemeError`; a single one stays at 100.
        """
        if dimension not in self.weights:
            raise SchemeError(f"{dimension}: is not a dimension of this scheme; {nearest(dimension, self.weights)}")
        others = {name: weight for name, weight in self.weights.items() if name != dimension}
        if not others:
            return
        snapped = STEP * min(max(int(value / STEP + 0.5), 0), 100 // STEP)
        held = sum(others.values())
        shares = {name: weight / held if held else 1 / len(others) for name, weight in others.items()}
        moved = in_steps(shares, STEP, 100 - snapped) | {dimension: snapped}
        self.weights = {name: moved[name] for name in self.weights}

    def reset(self) -> None:
        """Go back to the scheme's own weights."""
        self.weights = in_steps({name: one.weight / 100 for name, one in self.today.scheme.dimensions.items()}, STEP)

    def scheme(self, name: str = "explored") -> Scheme:
        """Return the scheme in force with the weights on the sliders."""
        today = self.today.scheme
        moved = {key: one.model_copy(update={"weight": self.weights[key]}) for key, one in today.dimensions.items()}
        kept = tuple(
            one.model_copy(update={"dimensions": dict(_dimensions(today, one.role, one.level))})
            if one.dimensions
            else one
            for one in today.overrides
        )
        title = {lang: f"{said} ({name})" for lang, said in today.title.items()}
        why = "Weights chosen on the explorer's sliders; everything else is as in its baseline."
        changes = {
            "name": name, "title": title, "baseline": today.name, "why": why, "dimensions": moved, "overrides": kept,
            "effective_from": None, "provenance": None,
        }  # fmt: skip
        return today.model_copy(update=changes)

    def summary(self) -> Explored:
        """Score everybody with the weights on the sliders and hold the grades against today's."""
        scheme = self.scheme()
        batch = self._batch(scheme)
        weights = batch.weights([scheme])
        block = next(batch.blocks(weights))
        graded, names = block.grades[0], scheme.grades.names()
        both = (graded != NONE) & (self._graded != NONE)
        today, due = self._due_today, None if self._paid is None else self._paid.due(graded, scheme)
        linted = self._linter.lint(scheme, baseline=self.today.scheme)
        return Explored(
            weights=dict(self.weights),
            grades={grade: int((graded == number).sum()) for number, grade in enumerate(names)},
            up=int((graded < self._graded)[both].sum()),
            down=int((graded > self._graded)[both].sum()),
            effective=effective_shares(batch, weights, block.totals),
            pool_change=due / today - 1 if due is not None and today else None,
            lints={lang: tuple(linted.lines(lang)) for lang in scheme.title},
        )

    def _batch(self, scheme: Scheme) -> Batch:
        """Everybody's points; who else is weighed on an indicator may decide them, so they hang on what weighs 0."""
        weighed = tuple(name for name, weight in self.weights.items() if weight)
        if weighed not in self._batches:
            self._batches[weighed] = Batch.of(self.people, scheme, medians=self.medians)
        return self._batches[weighed]

    def _numbers(self, scores: Scores) -> Numbers:
        order = {grade: place for place, grade in enumerate(scores.scheme.grades.names())}
        return np.array([order.get(grade, NONE) for grade in scores.grade], dtype=np.int64)

    def save(self, folder: Path, name: str) -> Path:
        """Write the scheme to a folder that is there already, under a name that is not; return the file.

        A folder that is missing, a file that is there or a name that cannot stand raises `SchemeError`.
        """
        if not folder.is_dir():
            raise SchemeError(f"{folder}: is not a folder; make it, or name one that is there")
        path = folder / f"{name}.yaml"
        if path.exists():
            raise SchemeError(f"{path}: is there already; choose another name")
        self.scheme(name).write(path)
        try:
            Scheme.read(path, self.people.cards)
        except SchemeError:
            path.unlink()
            raise
        return path


def _dimensions(scheme: Scheme, role: str, level: str | None) -> Mapping[str, object]:
    return scheme.dimensions_for(role, level or "")


def told(explored: Explored, today: Mapping[str, str], lang: str) -> str:
    """Return the summary as lines; `today` names dimensions by id."""
    from design_lab.catalogue import words

    say = words(lang).say
    grades = say("report.join").join(f"{grade} {heads}" for grade, heads in explored.grades.items())
    lines = [
        say("explorer.grades", grades=grades),
        say("explorer.moved", up=worded(Quantity(explored.up, "people"), lang),
            down=worded(Quantity(explored.down, "people"), lang)),
    ]  # fmt: skip
    for name, share in explored.effective.items():
        lines.append(
            say("explorer.effective", dimension=today.get(name, name), share=worded(Quantity(share, "share"), lang))
        )
    change = explored.pool_change
    lines.append(say("explorer.no_pool") if change is None else say("explorer.pool", change=f"{change:+.2%}"))
    return "\n".join([*lines, *explored.lints[lang]])

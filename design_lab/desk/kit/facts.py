"""What the forms take from a study, gathered once for both languages: roles, history, results, ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from design_lab.desk.explain import Explanation, Ground, explain_everybody
from design_lab.display import Wording
from design_lab.errors import DataError
from design_lab.evaluation.official import Official, official
from design_lab.ingest import table_path
from design_lab.ingest.mapping import read_sources
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.scoring.panel import usable_values
from design_lab.scoring.ratings import Agreement, Forms, Severity, agreement, forms, severity
from design_lab.scoring.roster import roster
from design_lab.scoring.targets import MEMORY, remembered
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


class UnmadeError(Exception):
    """A form cannot be made: `why` is a key below `kit.unmade.` in the word files, `parts` fill its sentence."""

    def __init__(self, why: str, **parts: Wording) -> None:
        super().__init__(why)
        self.why, self.parts = why, parts


@dataclass(frozen=True, slots=True)
class Position:
    """Levels of one role that are weighed alike and scored by the same rules, and how many people hold them.

    `people` is None where no roster was built.
    """

    role: str
    levels: tuple[str, ...]
    people: int | None


@dataclass(frozen=True)
class Facts:
    """A study at the end of a quarter, with the scheme that the forms are for; they are for the quarter after."""

    study: Study
    quarter: Quarter
    scheme: Scheme

    @property
    def due(self) -> Quarter:
        """The quarter that targets and appraisal forms are for."""
        return self.quarter.plus(1)

    @property
    def least(self) -> int:
        """The least number of people that a published number may stand for before any audience."""
        return self.study.settings.privacy.strictest

    @property
    def of_personnel(self) -> int:
        """The least number of people that a number may stand for before human resources."""
        k = self.study.settings.privacy.k
        return k.get("hr", self.least)

    @cached_property
    def delivered(self) -> frozenset[str]:
        """The canonical tables that the study's mapping makes."""
        return frozenset(read_sources(self.study.folder).tables)

    @cached_property
    def people(self) -> pd.DataFrame:
        """Who was on the roster on the quarter's last day, keyed by `employee_id`; `UnmadeError` without tables."""
        span = self.quarter.span(self.study.settings.calendar.month_ends_on)
        try:
            found = roster(self.study, span).people
        except DataError:
            raise UnmadeError("no_tables", quarter=str(self.quarter)) from None
        there = found[found["on_last_day"]]
        return there.set_axis(there.index.get_level_values("employee_id"), axis="index")

    @cached_property
    def positions(self) -> tuple[Position, ...]:
        """The roles and levels of the study: those that somebody holds, or all where no roster was built."""
        settings = self.study.settings
        try:
            counted: Mapping[Any, int] | None = self.people[["role", "level"]].value_counts().to_dict()
        except UnmadeError:
            counted = None
        found = []
        for role in settings.roles:
            alike: dict[str, list[str]] = {}
            for level in settings.levels:
                if counted is None or (role, level) in counted:
                    alike.setdefault(self._weighed(role, level), []).append(level)
            for levels in alike.values():
                people = None if counted is None else sum(counted[role, level] for level in levels)
                found.append(Position(role, tuple(levels), people))
        return tuple(found)

    def _weighed(self, role: str, level: str) -> str:
        """What makes two levels alike: the same weights, dimensions and rules."""
        weighed, rules = self.scheme.weighed(role, level), self.scheme.rules_for(role, level)
        return repr([(*one, rules.get(one[0])) for one in weighed])

    @cached_property
    def history(self) -> Mapping[Quarter, pd.DataFrame]:
        """The last four quarters with tables: usable values of the weighed indicators and each person's role."""
        held = [
            past
            for past in remembered(self.study.quarters, self.due)
            if table_path(self.study, "staff", past).is_file()
        ]
        if not held:
            raise UnmadeError("no_tables", quarter=str(self.quarter))
        return {past: usable_values(self.study, past, self.scheme.indicators) for past in held[-MEMORY:]}

    def values(self, role: str, indicator: str) -> dict[Quarter, pd.Series]:
        """Return the values of a role's people by quarter, missing ones left out; none where nobody has any."""
        told = {}
        for past, frame in self.history.items():
            if indicator in frame:
                values = frame.loc[frame["role"].eq(role), indicator].dropna().astype("float64")
                if len(values):
                    told[past] = values
        return told

    def median(self, role: str, indicator: str) -> tuple[float | None, str]:
        """Return the median person-quarter of a role, or None and why: no history, or too few people.

        It is the target of rules that hold people against the four quarters before, as `scoring.targets` has it.
        """
        import pandas as pd

        try:
            told = self.values(role, indicator)
        except UnmadeError:
            return None, "unknown"
        if not told:
            return None, "unknown"
        if len(told[max(told)]) < self.least:
            return None, "few"
        return float(pd.concat(told.values()).median()), ""

    @cached_property
    def official(self) -> Official:
        """What was officially scored and graded in the quarter."""
        return official(self.study, self.quarter)

    @cached_property
    def ground(self) -> Ground:
        """The quarter's panel, scored under the schemes in force; `UnmadeError` without tables."""
        _ = self.people
        return Ground.of(self.study, self.quarter)

    @cached_property
    def explanations(self) -> tuple[Explanation, ...]:
        """Everybody's score explained, under the scheme that was in force for each; none where none is known."""
        return tuple(explain_everybody(self.ground))

    @cached_property
    def regraded(self) -> pd.DataFrame:
        """What grade each official score earns with its adjustment and without, keyed by `employee_id`.

        Columns graded and graded_unadjusted, None where nothing says by which rules.
        """
        import pandas as pd

        columns = ["graded", "graded_unadjusted"]
        found = self.ground.replayed
        known = None if found is None else found.people
        return pd.DataFrame(columns=columns) if known is None else known[columns]

    @cached_property
    def given(self) -> Forms | None:
        """The quarter's ratings, None where nobody rated anybody else."""
        import pandas as pd

        path = table_path(self.study, "ratings", self.quarter)
        try:
            return forms(pd.read_parquet(path)) if path.is_file() else None
        except DataError:
            return None

    @cached_property
    def severity(self) -> Severity | None:
        """How raters differ, None without ratings."""
        return None if self.given is None else severity(self.given)

    @cached_property
    def agreement(self) -> Agreement | None:
        """How far raters agree, None without ratings."""
        return None if self.given is None else agreement(self.given)

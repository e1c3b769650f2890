"""The load of a flat organisation: people to a leader, and forms to a rater."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.display import Quantity, Shown, Wording
from design_lab.errors import DataError, nearest
from design_lab.finding import Finding, state
from design_lab.scoring.ratings.forms import Forms

if TYPE_CHECKING:
    import pandas as pd

WIDE = 12  # people to a team leader; teams of insurance call centres have 8 to 12 (Torsvik; Aarbu and Torsvik)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Spans(Shown):
    """People to a leader. `by_leader` has level, unit, leaders, people and span (people by leader), a row a unit led.

    `unled` counts, by level, the units with people of lower levels and nobody to lead them. `names` are the levels'
    names by language.
    """

    units: ClassVar = {"leaders": "count", "people": "count"}
    by_leader: pd.DataFrame
    unled: Mapping[str, int]
    names: Mapping[str, Wording]

    def table(self) -> pd.DataFrame:
        """Return one row a level: level, leaders, median, widest, units without a leader."""
        import pandas as pd

        rows = [
            (level, int(led["leaders"].sum()), float(led["span"].median()), float(led["span"].max()), self.unled[level])
            for level, led in self._levels()
        ]
        return pd.DataFrame(rows, columns=["level", "leaders", "median span", "widest span", "units without"])

    def findings(self) -> tuple[Finding, ...]:
        """State the span of each leading level, and the units that nobody leads."""
        told = []
        for level, led in self._levels():
            name = self.names.get(level, level)
            told.append(
                state(
                    f"organisation.span.{level}", float(led["span"].median()), says="organisation.span",
                    unit="people_each", n=int(led["leaders"].sum()), claim="accounting", limits=["span_by_roster"],
                    leader=name, widest=Quantity(float(led["span"].max()), "people_each"),
                )
            )  # fmt: skip
        for level, count in self.unled.items():
            told.append(
                state(
                    f"organisation.unled.{level}", count, says="organisation.unled", unit="count", n=None,
                    claim="accounting", limits=["span_by_roster"], leader=self.names.get(level, level),
                )
            )  # fmt: skip
        return tuple(told)

    def _levels(self) -> list[tuple[str, pd.DataFrame]]:
        return [(str(level), led) for level, led in self.by_leader.groupby("level", sort=False)]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RaterLoad(Shown):
    """Forms to a rater: `forms`, keyed by `rater_id`, counts the people each rated, oneself aside.

    `minutes_per_form` is an assumption of whoever asks.
    """

    units: ClassVar = {"hours": "hours"}
    forms: pd.Series
    minutes_per_form: float

    @property
    def hours(self) -> float:
        """The working time that all forms took, at the minutes assumed."""
        return float(self.forms.sum()) * self.minutes_per_form / 60

    def table(self) -> pd.DataFrame:
        """Return one row: raters, median and most forms, hours in all."""
        import pandas as pd

        row = (len(self.forms), float(self.forms.median()), int(self.forms.max()), self.hours)
        return pd.DataFrame([row], columns=["raters", "median forms", "most forms", "hours"])

    def findings(self) -> tuple[Finding, ...]:
        """State the forms to a rater, and the time that they took at the minutes assumed."""
        most = Quantity(int(self.forms.max()), "count")
        return (
            state(
                "organisation.rater_load", float(self.forms.median()), says="organisation.rater_load",
                unit="forms_each", n=len(self.forms), claim="accounting", most=most,
            ),
            state(
                "organisation.rater_hours", self.hours, says="organisation.rater_hours", unit="hours",
                n=int(self.forms.sum()), claim="scenario", limits=["minutes_assumed"],
                minutes=f"{self.minutes_per_form:g}",
            ),
        )  # fmt: skip


def spans(people: pd.DataFrame, *, led: Mapping[str, str], names: Mapping[str, Wording] | None = None) -> Spans:
    """Count the people to a leader; `people` as the panel's, `led` says which level leads which unit.

    A leader of a unit leads all of its people who hold no level named in `led` at or after her own: with `led`
    ``{"team_leader": "team", "manager": "department"}`` (from the lowest up) a manager leads the team leaders of the
    department and those of its people who have none. A unit that is no column of `people` raises `DataError`.
    """
    import pandas as pd

    columns = ["level", "unit", "leaders", "people", "span"]
    rows, unled = [pd.DataFrame(columns=columns)] if not led else [], {}
    reached = pd.Series(False, index=people.index)  # who has a leader of a lower level already
    levels = list(led)
    for at, (level, unit) in enumerate(led.items()):
        if unit not in people:
            known = nearest(unit, map(str, people.columns))
            raise DataError(f"level {level} leads a {unit!r}, which the roster does not know; {known}")
        leads, below = people["level"].eq(level), ~people["level"].isin(levels[at:]) & ~reached
        counted = pd.DataFrame({"leaders": leads, "people": below}).groupby(people[unit]).sum()
        with_leader = counted[(counted["leaders"] > 0) & (counted["people"] > 0)]
        unled[level] = int(((counted["leaders"] == 0) & (counted["people"] > 0)).sum())
        found = with_leader.assign(level=level, span=with_leader["people"] / with_leader["leaders"])
        rows.append(found.rename_axis("unit").reset_index())
        reached |= below & people[unit].isin(with_leader.index)
    by_leader = pd.concat(rows, ignore_index=True)[columns]
    return Spans(by_leader=by_leader, unled=unled, names=dict(names or {}))


def rater_load(given: Forms, *, minutes_per_form: float) -> RaterLoad:
    """Count the forms that each rater filled in, at an assumed time a form."""
    if minutes_per_form <= 0:
        raise DataError(f"minutes_per_form is {minutes_per_form:g}; a form takes more than no time")
    counts = given.others.groupby("rater_id").size()
    return RaterLoad(forms=counts, minutes_per_form=minutes_per_form)

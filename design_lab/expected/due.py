"""Which frozen forecasts are due, which of them can be scored, and what came of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from design_lab.errors import DesignLabError
from design_lab.ledger import Line
from design_lab.periods import Quarter, quarters_between
from design_lab.scoring import TeamQuarters
from design_lab.study import Study

# Why a forecast that is due is closed unscored, in the order in which it is asked.
CLOSED = (
    "too_late",
    "superseded",
    "nothing_said",
    "changed_scheme",
    "not_in_force",
    "not_counted",
    "few_people",
)
_SCALES: Mapping[str, float] = {"per_10000": 10_000.0, "pp": 100.0, "percentage_points": 100.0}  # of shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What was published of an outcome in a quarter, by `teams` of the role's `of_teams`."""

    value: float
    people: int
    teams: int
    of_teams: int


@dataclass(frozen=True, kw_only=True)
class Books:
    """A study's ledger beside its data up to `period`, from which the state of each frozen line follows."""

    study: Study
    teams: TeamQuarters
    period: Quarter
    lines: tuple[Line, ...]

    @cached_property
    def frozen(self) -> tuple[Line, ...]:
        """The lines that hold forecasts."""
        return tuple(line for line in self.lines if line.content.get("kind") == "frozen")

    @cached_property
    def scored(self) -> dict[str, Mapping[str, Any]]:
        """What was written of frozen lines when they were scored, by the frozen line's hash."""
        return {line.content["of"]: line.content for line in self.lines if line.content.get("kind") == "scored"}

    @cached_property
    def _latest(self) -> dict[tuple[Any, ...], int]:
        return {_same(line.content): line.number for line in self.frozen if not self.too_late(line.content)}

    @cached_property
    def _fingerprints(self) -> dict[str, str | None]:
        return {name: self._fingerprint(name) for name in {line.content["scheme"] for line in self.frozen}}

    def due(self, line: Line) -> bool:
        """Whether the data of the quarter of which a line speaks are there."""
        return Quarter.parse(line.content["target"]) <= self.period

    def state(self, line: Line) -> str | Came:
        """Return what came of what a due line speaks of, or the reason in `CLOSED` for which it is not scored."""
        content = line.content
        if self.too_late(content):
            return "too_late"
        if self._latest[_same(content)] != line.number:
            return "superseded"
        if not content.get("predictive"):
            return "nothing_said"
        if self._fingerprints[content["scheme"]] != content["fingerprint"]:
            return "changed_scheme"
        held = self._held(content)
        return self._came(content, held) if held else "not_in_force"

    def too_late(self, content: Mapping[str, Any]) -> bool:
        """Whether the study held data of the quarter when the line was frozen."""
        target = Quarter.parse(content["target"])
        ended = target.last_day(self._closing).isoformat()
        return str(content.get("last_known", "")) >= str(target) or content["data_cutoff"] >= ended

    def after_its_end(self, content: Mapping[str, Any]) -> bool:
        """Whether the line was frozen after its quarter had ended: the study held no data, but others may have."""
        ended = Quarter.parse(content["target"]).last_day(self._closing).isoformat()
        return bool(content["frozen_on"] > ended)

    def no_change(self, content: Mapping[str, Any]) -> Any:
        """Return the quantiles of the forecast without a change that was frozen with an adopted scheme's, or None."""
        if not content["adopted"]:
            return None
        keys = ("decision", "frozen_on", "outcome", "role", "target")
        for line in self.frozen:
            other = line.content
            if other.get("adopted") is False and all(other.get(key) == content[key] for key in keys):
                return (other.get("predictive") or {}).get("quantiles")
        return None

    @property
    def _closing(self) -> int | None:
        return self.study.settings.calendar.month_ends_on

    def _fingerprint(self, scheme: str) -> str | None:
        try:
            return self.study.scheme(scheme).fingerprint
        except (
            DesignLabError
        ):  # the file is gone or can no longer be read, so it is not the scheme of which it was said
            return None

    def _held(self, content: Mapping[str, Any]) -> list[str]:
        """The role's teams that were under the scheme from the first day of its first quarter to the target's last."""
        starts, target = (Quarter.parse(content[key]) for key in ("starts", "target"))
        days = [starts.first_day(self._closing)]
        days += [quarter.last_day(self._closing) for quarter in quarters_between(starts, target)]
        on = self.study.settings.scheme_on
        return [team for team in self._of(content["role"]) if all(on(team, day) == content["scheme"] for day in days)]

    def _of(self, role: str) -> list[str]:
        return [team for team, one in self.teams.roles.items() if one == role]

    def _came(self, content: Mapping[str, Any], held: Iterable[str]) -> str | Came:
        outcome, sums = content["outcome"], self.teams.sums
        if outcome not in self.teams.scales:
            return "not_counted"
        at = sums.index.get_level_values
        mine = sums[at("team").isin([*held]) & (at("quarter") == content["target"]) & (sums[f"{outcome}_under"] > 0)]
        if mine.empty:
            return "not_counted"
        people = mine.index.get_level_values("employee_id").nunique()
        if people < self.study.settings.privacy.strictest:
            return "few_people"
        rate = self.teams.scales[outcome] * float(mine[f"{outcome}_over"].sum() / mine[f"{outcome}_under"].sum())
        return Came(
            value=rate * _SCALES.get(content["unit"], 1.0),
            people=people,
            teams=mine.index.get_level_values("team").nunique(),
            of_teams=len(self._of(content["role"])),
        )


def _same(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two lines share of which the later takes the place of the earlier: no new data lie between them."""
    keys = ("scheme", "adopted", "starts", "target", "last_known", "outcome", "role")
    return tuple(content.get(key) for key in keys)

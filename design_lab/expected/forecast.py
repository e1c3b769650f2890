"""What is expected of each outcome under a scheme: by role and quarter, with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.catalogue.outcomes import MIRRORED, OUTCOMES
from design_lab.display import Shown, Term, number, worded
from design_lab.errors import ForecastError
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.baseline import AHEAD, Baseline, RoleBaseline
from design_lab.expected.effects import Effects
from design_lab.expected.paths import Forecast, Paths, projected
from design_lab.expected.response import Response
from design_lab.finding import Claim, Finding
from design_lab.periods import Quarter
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
TOLD = 4  # the quarter under a scheme, counted from 1, of which one number is told


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleForecast:
    """What is expected of one role under a scheme.

    `forecast` is None where nothing can be said of any outcome, as `why` says (a key below `no_forecast.`); `effects`
    are None where nothing changes by definition, since the scheme is the one in force; `paid_for` is what a standard
    deviation more on each dimension would be worth in expected pay.
    """

    start: RoleBaseline
    paid_for: Mapping[str, float]
    effects: Effects | None
    forecast: Forecast | None
    why: str = ""

    def claim(self, outcome: str, quarter: int = TOLD) -> Claim:
        """Return what kind of claim the effect on an outcome is so many quarters from adoption, counted from 1.

        A pilot's claim is carried as far as the pilot was seen; beyond, how effects fade is from elsewhere.
        """
        if self.why_not(outcome):
            return "unidentified"
        response = self.response(outcome)
        seen = response is not None and quarter <= self.start.seen
        return response.claim if response and seen else "scenario"

    def response(self, outcome: str) -> Response | None:
        """Return how an outcome answers, told of it or of the ratings that it mirrors; None where nothing tells."""
        return self.effects.responses.get(MIRRORED.get(outcome, outcome)) if self.effects else None

    def path(self, outcome: str) -> Paths:
        """Return the paths of an outcome; one that is not forecast raises `ForecastError`."""
        if self.forecast is None or outcome not in self.forecast.paths:
            raise ForecastError(f"{outcome}: nothing is forecast of it for {self.start.role}")
        return self.forecast.paths[outcome]

    def why_not(self, outcome: str) -> str:
        """Return why nothing is said of an outcome, as a key below `no_forecast.`; nothing where something is."""
        if self.forecast is None:
            return self.why
        if outcome not in self.forecast.paths:
            return self.start.absent.get(outcome, "not_counted")
        behind = MIRRORED.get(outcome, outcome) in self.forecast.paths
        return "" if self.effects is None or (behind and self.effects.belief(outcome)) else "no_evidence"

    def moves(self, outcome: str) -> bool:
        """Whether anything that moves an outcome is paid for otherwise."""
        return self.effects is not None and self.effects.moves(outcome)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExpectedEffects(Shown):
    """What is expected under a scheme, role by role, the role that is asked about first.

    `starts` is the place among the baseline's quarters in which the scheme is adopted by everybody at once.
    """

    scheme: Scheme
    baseline: Baseline
    starts: int
    roles: tuple[RoleForecast, ...]

    @property
    def first(self) -> RoleForecast:
        """What is expected of the role that is asked about."""
        return self.roles[0]

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The quarters under the scheme, from adoption on."""
        return self.baseline.quarters[self.starts : self.starts + AHEAD]

    @property
    def told(self) -> int:
        """The place among the baseline's quarters of the one that is told, the fourth under the scheme."""
        return self.starts + TOLD - 1

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes in the order in which they stand, the study's primary one first."""
        return (self.primary, *(name for name in OUTCOMES if name != self.primary))

    @property
    def primary(self) -> str:
        """The outcome that the study asks about first."""
        return self.baseline.study.settings.primary_outcome

    @property
    def stays(self) -> bool:
        """Whether this is the scheme in force, so that nothing changes."""
        return self.scheme.name == self.baseline.study.settings.current_scheme

    @property
    def already(self) -> int:
        """How many people of the first role's are under the scheme at the end of the last quarter known."""
        study, people = self.baseline.study, self.baseline.panel.people
        day = self.baseline.quarter.last_day(study.settings.calendar.month_ends_on)
        mine = people[people["role"].astype(str).eq(self.first.start.role) & people["on_last_day"].astype(bool)]
        return sum(study.settings.scheme_on(team, day) == self.scheme.name for team in mine["team_at_end"].astype(str))

    def role_name(self, role: RoleForecast) -> Mapping[str, str]:
        """Return what the study calls a role, by language."""
        return self.baseline.study.settings.roles[role.start.role]

    def table(self) -> pd.DataFrame:
        """Return one row a role and outcome that is forecast, of the fourth quarter from adoption.

        Columns: role, outcome, claim, unchanged, under_it, difference, low, high (of it, 90 %), in the outcome's unit.
        """
        import pandas as pd

        rows = [(role.start.role, *row) for role in self.roles for row in self._rows(role)]
        columns = ["role", "outcome", "claim", "unchanged", "under_it", "difference", "low", "high"]
        return pd.DataFrame(rows, columns=columns)

    def _rows(self, role: RoleForecast) -> list[tuple[str, Claim, float, float, float, float, float]]:
        found: list[tuple[str, Claim, float, float, float, float, float]] = []
        for outcome in self.outcomes:
            if role.why_not(outcome):
                continue
            one, at = role.path(outcome), self.told
            low, middle, high = one.effect_band(at)
            without, changed = (float(np.median(side[:, at])) for side in (one.without, one.changed))
            found.append((outcome, role.claim(outcome), without, changed, float(middle), float(low), float(high)))
        return found

    def findings(self) -> tuple[Finding, ...]:
        """State effects, how they run, what they rest on and how likely targets are met."""
        from design_lab.expected.forecast_findings import findings_of

        return findings_of(self)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in its outcome's unit and claims by name."""
        import pandas as pd

        rows = [(role.start.role, *_written(*row, lang=lang)) for role in self.roles for row in self._rows(role)]
        return pd.DataFrame(rows, columns=self.table().columns)


def _written(outcome: str, claim: str, *values: float, lang: str) -> tuple[str, ...]:
    """A row of the table with its numbers in the outcome's unit: two levels, then an effect with its ends."""
    unit, scale = SHOWN[outcome]
    levels = (number(*level(outcome, value), lang) for value in values[:2])
    apart = (number(scale * value, unit, lang) for value in values[2:])
    names = (worded(Term(key), lang) for key in (f"outcome.{outcome}", f"claim.{claim}"))
    return (*names, *levels, *apart)


# How the level of an outcome is shown, by the unit of its changes: unit, and what makes it of the panel's own.
_LEVELS: Mapping[str, tuple[str, float]] = {
    "pp": ("share", 1.0),
    "per_10000": ("per_10000", 10_000.0),
    "rating_points": ("rating_points", 1.0),
    "seconds_apart": ("seconds", 1.0),
    "calls_apart": ("per_hour", 1.0),
}


def level(outcome: str, value: float) -> tuple[float, str]:
    """Return the level of an outcome as it is shown, with its unit.

    >>> level("complaints", 0.0006), level("csat", 0.93)
    ((6.0, 'per_10000'), (0.93, 'share'))
    """
    unit, scale = _LEVELS[SHOWN[outcome][0]]
    return round(value * scale, 12), unit


def expected_effects(start: Baseline, scheme: Scheme) -> ExpectedEffects:
    """Say what is expected if everybody comes under a scheme from the quarter in which it is to be in force.

    That is its `effective_from`, but at the earliest the next one. The scheme in force changes nothing, exactly. A
    scheme that is to start later than the baseline reaches raises `ForecastError`.
    """
    current = start.study.settings.current_scheme
    starts = _starts(start, scheme)
    worth = {} if scheme.name == current else start.paid_for(scheme).by_role()
    return ExpectedEffects(
        scheme=scheme,
        baseline=start,
        starts=starts,
        roles=tuple(
            _role(start, one, scheme, worth.get(one.role, {}), starts, stays=scheme.name == current)
            for one in start.roles
        ),
    )


def _role(
    start: Baseline, one: RoleBaseline, scheme: Scheme, worth: Mapping[str, float], starts: int, *, stays: bool
) -> RoleForecast:
    if one.usual is None:
        return RoleForecast(start=one, paid_for=worth, effects=None, forecast=None, why="no_past")
    if stays:
        same = {name: Paths(without=values, changed=values) for name, values in one.usual.published.items()}
        kept = Forecast(scheme=scheme.name, starts=0, paths=same)
        return RoleForecast(start=one, paid_for=one.paid_for, effects=None, forecast=kept)
    if not any(one.paid_for.values()) or not any(worth.values()):
        return RoleForecast(start=one, paid_for=worth, effects=None, forecast=None, why="nothing_paid")
    found = one.effects(start.evidence, worth)
    # The last places of the seed are apart from those of courses, so that no draw serves twice.
    made = projected(scheme.name, one.usual, found, rng=start.rng(1, start.roles.index(one)), starts=starts)
    return RoleForecast(start=one, paid_for=worth, effects=found, forecast=made)


def _starts(start: Baseline, scheme: Scheme) -> int:
    """The quarter to come in which everybody is under a scheme: who is under it already has begun before."""
    if not scheme.effective_from or scheme.name == start.study.settings.current_scheme:
        return 0
    lead = max(0, Quarter.parse(scheme.effective_from).since(start.quarters[0]))
    if lead + AHEAD > len(start.quarters):
        raise ForecastError(
            f"{scheme.name} is to be in force from {scheme.effective_from}, which is too far ahead to be forecast from "
            f"{start.quarter}: quarters until {start.quarters[-1]} are carried on; correct effective_from"
        )
    return lead

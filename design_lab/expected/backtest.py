"""The back-test: forecasts as if the tool had been used in past quarters, held against what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.catalogue import LANGUAGES
from design_lab.display import Quantity, Shown, Term, Wording, interval
from design_lab.evaluation.criteria import Estimate
from design_lab.evidence.weight_effect import SHOWN
from design_lab.evidence.wording import said
from design_lab.expected.past import Past
from design_lab.expected.rolling import Said, Series, known_at, refuse_leaks, said_of
from design_lab.expected.scores import BANDS, Score, ends, scored, summary
from design_lab.expected.verdicts import stated
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 2000
_SKILLS: Mapping[str, str] = {name: f".{name}" for name in ("random_walk", "seasonal_naive")}
_WIDE = max(BANDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One forecast of the past: said at the end of `origin` of the quarter `ahead` on, and what came of it.

    `low`, `median` and `high` are of its 90 % band; `filled` is the share of the quarter's work that was done under
    another scheme, for which the others' stands in.
    """

    role: str
    outcome: str
    origin: str
    ahead: int
    low: float
    median: float
    high: float
    filled: float
    score: Score


@dataclass(frozen=True, kw_only=True, repr=False)
class Backtest(Shown):
    """All forecasts of the past that can be scored, in the order of their origins.

    `first` is the role of most people, whose `primary` outcome is told quarter by quarter; `mirrors` are outcomes that
    are another one told the other way round, counted once. `roles` are the study's names.
    """

    units: ClassVar[Mapping[str, str]] = {
        "coverage": "share", "low": "share", "high": "share", "bias": "standard_deviations", "random_walk": "share",
        "seasonal_naive": "share",
    }  # fmt: skip
    quarters: int
    lines: tuple[Tested, ...]
    primary: str
    first: str | None
    mirrors: frozenset[Series]
    roles: Mapping[str, Mapping[str, str]]

    @cached_property
    def counted(self) -> tuple[Tested, ...]:
        """The forecasts, each outcome once."""
        return tuple(one for one in self.lines if (one.role, one.outcome) not in self.mirrors)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that are forecast."""
        return tuple(dict.fromkeys(one.outcome for one in self.counted))

    def table(self) -> pd.DataFrame:
        """Return one row a role and outcome: forecasts, coverage of the 90 % band with its ends, bias and skills."""
        import pandas as pd

        rows = []
        for role, outcome in dict.fromkeys((one.role, one.outcome) for one in self.counted):
            mine = [one.score for one in self.counted if (one.role, one.outcome) == (role, outcome)]
            made = summary(mine)
            covered = made.coverage[_WIDE]
            skills = [_value(made.skill[name]) for name in _SKILLS]
            bounds = (covered.low, covered.high) if covered else (None, None)
            rows.append((role, outcome, made.n, _value(covered), *bounds, _value(made.bias), *skills))
        return pd.DataFrame(rows, columns=["role", "outcome", "forecasts", *self.units])

    def next_quarters(self) -> tuple[Tested, ...]:
        """Return the forecasts of the primary outcome one quarter ahead, in the role of most people."""
        return tuple(
            one
            for one in self.lines
            if (one.role, one.outcome, one.ahead) == (self.first, self.primary, 1)
        )  # fmt: skip

    def findings(self) -> tuple[Finding, ...]:
        """State how good forecasts would have been: all, by quarters ahead, by outcome; the primary one by quarter."""
        if not self.lines:
            return (
                state(
                    "review.backtest.coverage", None, says="review.no_backtest", unit="share", n=0,
                    claim="unidentified", quarters=Quantity(self.quarters, "count"),
                ),
            )  # fmt: skip
        limits = ["no_change_model", "outcomes_move_together"]
        limits += ["filled_where_changed"] if any(one.filled > 0 for one in self.counted) else []
        stem = "review.backtest"

        def told(at: str, lines: Iterable[Tested], which: Wording, *only: str) -> tuple[Finding, ...]:
            found = summary([one.score for one in lines])
            return stated(at, found, which=which, skills=_SKILLS, limits=limits, only=only)

        ahead = sorted({one.ahead for one in self.counted})
        return (
            *told(stem, self.counted, Term("review.backtest")),
            *(
                finding
                for steps in ahead
                for finding in told(
                    f"{stem}.ahead_{steps}", [one for one in self.counted if one.ahead == steps],
                    _ahead(steps), "coverage", "crps_skill",
                )
            ),
            *(
                finding
                for outcome in self.outcomes
                for finding in told(
                    f"{stem}.{outcome}", [one for one in self.counted if one.outcome == outcome],
                    said("review.backtest_of", outcome=Term(f"outcome.{outcome}")), "coverage", "bias", "crps_skill",
                )
            ),
            *(self._next(one) for one in self.next_quarters()),
        )  # fmt: skip

    def _next(self, one: Tested) -> Finding:
        unit, scale = _shown(one.outcome)
        band = {lang: interval(one.low * scale, one.high * scale, unit, lang) for lang in LANGUAGES}
        return state(
            f"review.backtest.{one.outcome}.came.{one.score.quarter}", one.score.observed * scale,
            says=f"review.came_{'inside' if one.score.inside[_WIDE] else 'outside'}", unit=unit, n=None,
            claim="accounting", limits=("filled_where_changed",) if one.filled > 0 else (),
            outcome=Term(f"outcome.{one.outcome}"), role=self.roles.get(one.role, {"en": one.role}),
            quarter=one.score.quarter, origin=one.origin, median=Quantity(one.median * scale, unit), band=band,
        )  # fmt: skip


def backtest(study: Study, teams: TeamQuarters, *, rng: np.random.Generator, draws: int = DRAWS) -> Backtest:
    """Forecast the next quarters from the end of every past quarter, and score what came.

    Forecasts are those without a change of scheme. Every origin is handed what was known then, and is forecast again
    with all later data replaced by nonsense: a forecast that changes raises `ForecastError`. Roles in which a quarter
    has fewer people than the study's strictest k are left out.
    """
    key = int(rng.integers(2**62))
    quarters = [Quarter.parse(one) for one in teams.quarters]
    shown = _shown_roles(study, teams)
    known = {quarter: known_at(study, teams, quarter) for quarter in quarters}
    lines: list[Tested] = []
    for origin in quarters[:-1]:
        forecasts = said_of(study, known[origin], origin, key=key, draws=draws)
        refuse_leaks(study, teams, origin, forecasts, key=key, draws=draws)
        lines += (one for one in _held_against(forecasts, known, origin) if one.role in shown)
    last = known[quarters[-1]] if quarters else {}
    return Backtest(
        quarters=len(quarters),
        lines=tuple(lines),
        primary=study.settings.primary_outcome,
        first=max(shown, key=lambda role: (shown[role], role), default=None),
        mirrors=_mirrors(last),
        roles=study.settings.roles,
    )


def _held_against(
    forecasts: Mapping[Series, Said], known: Mapping[Quarter, Mapping[Series, Past]], origin: Quarter
) -> Iterable[Tested]:
    for series, one in forecasts.items():
        for place, told in enumerate(one.quantiles.T):
            target = origin.plus(place + 1)
            came = known.get(target, {}).get(series)
            if came is None:
                continue
            low, high = ends(told, _WIDE)
            yield Tested(
                role=series[0], outcome=series[1], origin=str(origin), ahead=place + 1, low=low,
                median=float(np.median(told)), high=high, filled=float(came.filled[-1]),
                score=scored(
                    told, float(came.values[-1]), series=".".join(series), quarter=str(target),
                    references=one.references[place],
                ),
            )  # fmt: skip


def _shown_roles(study: Study, teams: TeamQuarters) -> dict[str, int]:
    """The people of each role in the last quarter, of roles that have enough of them in every quarter."""
    people = teams.sums.reset_index(["employee_id", "team", "quarter"])
    people = people.assign(role=people["team"].map(teams.roles))
    counts = people.groupby(["role", "quarter"])["employee_id"].nunique().unstack(fill_value=0)
    enough = counts[(counts >= study.settings.privacy.strictest).all(axis="columns")]
    return {str(role): int(row.iloc[-1]) for role, row in enough.iterrows()}


def _mirrors(last: Mapping[Series, Past]) -> frozenset[Series]:
    """The outcomes that are 1 less an earlier one of the same role in every quarter."""
    shares = [(series, past) for series, past in last.items() if past.share]
    return frozenset(
        series
        for place, (series, past) in enumerate(shares)
        for (role, _), other in shares[:place]
        if role == series[0] and np.allclose(past.values + other.values, 1.0, rtol=0, atol=1e-12)
    )


def _ahead(steps: int) -> Wording:
    if steps == 1:
        return Term("review.backtest_next")
    return said("review.backtest_ahead", quarters=Quantity(steps, "count"))


def _shown(outcome: str) -> tuple[str, float]:
    """How a level of an outcome is written: its unit, and what makes it of its own."""
    unit, scale = SHOWN[outcome]
    return ("share", 1.0) if unit == "pp" else (unit, scale)


def _value(found: Estimate | None) -> float | None:
    return found.value if found else None

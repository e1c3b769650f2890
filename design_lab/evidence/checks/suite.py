"""All checks on one frame, as a result that says them in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Term, interval, number
from design_lab.evidence.checks.before import anticipation, dip_before, placebo_dates, pre_trend, selection_on_past
from design_lab.evidence.checks.beside import Concurrent, concurrent_events, leave_one_out, moves, untreated_volume
from design_lab.evidence.checks.check import Check, cannot
from design_lab.evidence.checks.queues import handle_time, shared_queues
from design_lab.evidence.inference import LEVEL
from design_lab.finding import Finding, Stated, state

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = {
    "pre_trend": "slow_drifts_pass",
    "placebo_dates": "slow_drifts_pass",
    "untreated_volume": "dates_alone",
    "shared_queues": "small_shifts_pass",
    "handle_time": "small_moves_pass",
    "concurrent_events": "recorded_events",
    "leave_one_out": "no_rate_of_alarms",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EvidenceChecks(Stated):
    """The checks of one estimate, in the order in which they were asked; intervals are at `level`."""

    units: ClassVar = {"value": "effect", "low": "effect", "high": "effect", "p": "effect", "n": "count"}
    checks: tuple[Check, ...]
    level: float = LEVEL

    def __getitem__(self, name: str) -> Check:
        return next(check for check in self.checks if check.name == name)

    def table(self) -> pd.DataFrame:
        """Return one row a check: check, verdict, value, low, high, p, n, reason; None is what does not apply."""
        import pandas as pd

        rows = [(c.name, c.verdict, c.value, c.low, c.high, c.p, c.n, c.reason) for c in self.checks]
        return pd.DataFrame(rows, columns=["check", "verdict", "value", "low", "high", "p", "n", "reason"])

    def findings(self) -> tuple[Finding, ...]:
        """State each check: an association, or unidentified where it cannot be judged."""
        return tuple(self._state(check) for check in self.checks)

    def _state(self, check: Check) -> Finding:
        id, named = f"evidence.check.{check.name}", Term(f"check.{check.name}")
        if check.value is None:
            return state(
                id, None, says="evidence.check_cannot_be_judged", unit="effect", n=check.n, claim="unidentified",
                check=named, why=Term(f"reason.{check.reason}"),
            )  # fmt: skip
        bounds = None if check.low is None or check.high is None else (check.low, check.high)
        ranged = check.name == "leave_one_out"
        return state(
            id, check.value, says=f"evidence.check_{check.verdict}", unit="effect", n=check.n, claim="association",
            bounds=bounds, level=(1.0 if ranged else self.level) if bounds else None,
            limits=[_LIMITS[check.name]] if check.name in _LIMITS else [], check=named,
            measured=Term(f"check_measures.{check.name}"),
            beside={lang: _beside(check, bounds, ranged, lang) for lang in LANGUAGES},
        )  # fmt: skip


def _beside(check: Check, bounds: tuple[float, float] | None, ranged: bool, lang: str) -> str:
    """What stands in brackets after the value."""
    told = {"p": number(check.p, "effect", lang)}
    if bounds:
        told["interval"] = interval(*bounds, "effect", lang)
    kind = "range" if ranged else "both" if bounds and check.p is not None else "p" if check.p is not None else ""
    return words(lang).say(f"check_beside.{kind}", **told) if kind else ""


def evidence_checks(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    adopted: str,
    rng: np.random.Generator,
    weights: str | None = None,
    drawn: str | None = None,
    frozen: str | None = None,
    volume: str | None = None,
    handle: str | None = None,
    shared: float | None = None,
    events: Sequence[Concurrent] | None = None,
    level: float = LEVEL,
) -> EvidenceChecks:
    """Ask all checks of an estimate of adoption, from one row a unit and period as `adoption` takes it.

    `frozen` holds the outcome of the people who stood in the unit before any adoption, `volume` its volume of work,
    `handle` its time over a call, `shared` which share of the work comes from queues that units of other dates of
    adoption answer too; `drawn` is as of `adoption`; `events` are what else happened (an empty list: nothing did). What
    is not given cannot be judged, and says so. Each check passes falsely or fails falsely by itself; docs/method.md has
    how often. DataError says why a frame cannot be used.

    >>> import numpy as np, pandas as pd
    >>> frame = pd.DataFrame({"team": np.repeat(range(10), 6), "quarter": np.tile(range(6), 10)})
    >>> frame["start"] = np.where(frame["team"] < 5, 3, np.nan)
    >>> frame["csat"] = np.random.default_rng(1).normal(size=60)
    >>> told = {"outcome": "csat", "unit": "team", "time": "quarter", "adopted": "start"}
    >>> evidence_checks(frame, **told, rng=np.random.default_rng(1))["moves"].reason
    'no_frozen_outcome'
    """
    told: dict[str, Any] = {
        "outcome": outcome, "unit": unit, "time": time, "adopted": adopted, "weights": weights, "drawn": drawn,
    }  # fmt: skip
    first = pre_trend(frame, **told, level=level)  # says what is wrong with the frame, before anything is counted
    units = int(frame[unit].nunique())
    return EvidenceChecks(
        level=level,
        checks=(
            first,
            placebo_dates(frame, **told, level=level),
            leave_one_out(frame, **told, level=level),
            anticipation(frame, **told, level=level),
            dip_before(frame, **told, level=level),
            selection_on_past(frame, **told, rng=rng, level=level),
            moves(frame, **told, frozen=frozen, level=level) if frozen else cannot("moves", "no_frozen_outcome", units),
            untreated_volume(frame, **{**told, "outcome": volume}, level=level)
            if volume
            else cannot("untreated_volume", "no_volume", units),
            shared_queues(frame, **{**told, "outcome": volume}, shared=shared, level=level)
            if volume
            else cannot("shared_queues", "no_volume", units),
            handle_time(frame, **{**told, "outcome": handle}, shared=shared, level=level)
            if handle
            else cannot("handle_time", "no_handle_time", units),
            concurrent_events(frame, **told, events=events),
        ),
    )

"""Freezing: what is expected of an adopted scheme, and of no change, is written down before it can be known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np

from design_lab.errors import StudyError
from design_lab.expected.forecast import ExpectedEffects, expected_effects, level
from design_lab.expected.forecast_findings import better, effect_in
from design_lab.expected.preview import forecast_start
from design_lab.expected.references import references
from design_lab.expected.scores import PROBABILITIES
from design_lab.finding import significant
from design_lab.ledger import FILE, Line, append
from design_lab.periods import Quarter
from design_lab.study import Study

SEED = 42  # what a run previews with, so that the same numbers are frozen


def freeze(study: Study, scheme: str, decision: str, *, today: dt.date) -> tuple[Line, ...]:
    """Write the forecasts for an adopted scheme and for no change to the study's ledger, and return the lines.

    A line is one outcome of the role asked about in one of the eight quarters from the scheme's `effective_from` (or
    from the next quarter), with 99 quantiles of what will be published. A scheme in force, an empty decision, and a
    study that holds data of the first of these quarters already raise `StudyError`; nothing is then written.
    """
    adopted = study.scheme(scheme)
    if scheme == study.settings.current_scheme:
        raise StudyError(f"study {study.name}: {scheme} is in force; freeze what is expected of a scheme to be adopted")
    if not decision.strip():
        raise StudyError("the decision is empty; say who decided what")
    last = study.quarters[-1]
    starts = Quarter.parse(adopted.effective_from) if adopted.effective_from else last.plus(1)
    if starts <= last:
        raise StudyError(
            f"{scheme} is to be in force from {starts}, and study {study.name} holds data of {last} already, so "
            "nothing said of it now is a forecast; state the quarter from which everybody is under it (effective_from)"
        )
    start = forecast_start(study, last, seed=SEED)
    begins = starts.first_day(study.settings.calendar.month_ends_on)
    known: dict[str, Any] = {
        "kind": "frozen", "frozen_on": today.isoformat(), "decision": decision.strip(), "starts": str(starts),
        "elapsed_days": max(0, (today - begins).days), "data_cutoff": study.settings.data_cutoff.isoformat(),
        "last_known": str(last),
    }  # fmt: skip
    told = [expected_effects(start, one) for one in (adopted, study.current)]
    return append(study.folder / FILE, [known | line for one in told for line in _lines(one, starts)])


def _lines(found: ExpectedEffects, starts: Quarter) -> Iterator[dict[str, Any]]:
    role, scheme = found.first, found.scheme
    for outcome in found.outcomes:
        for horizon in range(1, len(found.quarters) + 1):
            target = starts.plus(horizon - 1)
            place = found.baseline.quarters.index(target)
            yield {
                "target": str(target), "horizon": horizon, "scheme": scheme.name, "fingerprint": scheme.fingerprint,
                "adopted": not found.stays, "outcome": outcome, "role": role.start.role, "better": better(outcome),
                "unit": level(outcome, 0.0)[1], "finding": effect_in(found, outcome, horizon).to_dict(),
                "predictive": _quantiles(found, outcome, place), "references": _must_beat(found, outcome, place + 1),
            }  # fmt: skip


def _quantiles(found: ExpectedEffects, outcome: str, place: int) -> dict[str, list[float]] | None:
    """What will be published, as quantiles in the outcome's unit; None where nothing is forecast."""
    role = found.first
    if role.why_not(outcome):
        return None
    values = np.quantile(role.path(outcome).changed[:, place], PROBABILITIES)
    return {"quantiles": [float(significant(one) or 0.0) for one in values.tolist()]}


def _must_beat(found: ExpectedEffects, outcome: str, ahead: int) -> dict[str, Any] | None:
    """What the same past gives without any model, as quantiles; None where nothing is forecast."""
    if found.first.why_not(outcome):
        return None
    return {name: told and [*told] for name, told in references(found.first.start.known[outcome], ahead).items()}

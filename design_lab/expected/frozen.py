"""Freezing: what is expected of an adopted scheme, and of no change, is written down before it can be known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from design_lab.errors import StudyError
from design_lab.evidence import claim_test
from design_lab.expected.forecast import ExpectedEffects, expected_effects, no_change
from design_lab.ledger import FILE, Line, append
from design_lab.periods import Quarter
from design_lab.scheme import Scheme
from design_lab.study import Study

_QUARTERS = 4  # the fourth quarter under the scheme is the one that is forecast


def freeze(study: Study, scheme: str, decision: str, *, today: dt.date) -> tuple[Line, ...]:
    """Write the forecasts for an adopted scheme and for no change to the study's ledger, and return the lines.

    The fourth quarter from the scheme's `effective_from` (or from the next quarter) is forecast. A scheme in force, an
    empty decision, and a study that holds data of that quarter already raise `StudyError`.
    """
    adopted = study.scheme(scheme)
    if scheme == study.settings.current_scheme:
        raise StudyError(f"study {study.name}: {scheme} is in force; freeze what is expected of a scheme to be adopted")
    if not decision.strip():
        raise StudyError("the decision is empty; say who decided what")
    last = study.quarters[-1]
    starts = Quarter.parse(adopted.effective_from) if adopted.effective_from else last.plus(1)
    target = starts.plus(_QUARTERS - 1)
    if target <= last:
        raise StudyError(f"study {study.name} holds data of {target} already, so nothing said of it now is a forecast")
    begins = starts.first_day(study.settings.calendar.month_ends_on)
    known: dict[str, Any] = {
        "kind": "frozen", "frozen_on": today.isoformat(), "decision": decision.strip(), "starts": str(starts),
        "target": str(target), "elapsed_days": max(0, (today - begins).days),
        "data_cutoff": study.settings.data_cutoff.isoformat(),
    }  # fmt: skip
    told = ((adopted, expected_effects(claim_test(study), adopted)), (study.current, no_change(study.current)))
    lines = [known | content for one, effects in told for content in _contents(one, effects)]
    return append(study.folder / FILE, lines)


def _contents(scheme: Scheme, effects: ExpectedEffects) -> list[dict[str, Any]]:
    named = {"scheme": scheme.name, "fingerprint": scheme.fingerprint}
    return [{**named, "finding": finding.to_dict()} for finding in effects.findings()]

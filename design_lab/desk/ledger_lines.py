"""The ledger as it is told on a console, and what is due written into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from design_lab.catalogue import words
from design_lab.errors import LedgerError
from design_lab.ledger import FILE, read_ledger
from design_lab.study import Study


def score_due(study: Study) -> int:
    """Append what came of forecasts whose quarter the tables hold; return how many lines are new."""
    from design_lab.expected import review, write_scores
    from design_lab.scoring import team_quarters

    if not read_ledger(study.folder / FILE):
        return 0
    found = review(study, team_quarters(study, study.quarters), study.quarters[-1])
    return len(write_scores(study, found, today=dt.date.today()))


def line_told(number: int, content: Mapping[str, Any]) -> str:
    """Return a line of the ledger in a sentence; one that holds something else raises `LedgerError`."""
    try:
        return _told(number, content)
    except (KeyError, TypeError, IndexError):
        raise LedgerError(
            f"{FILE}, line {number}: holds neither a forecast nor what came of one; restore the file from a copy"
        ) from None


def _told(number: int, content: Mapping[str, Any]) -> str:
    if content["kind"] == "scored":
        return (
            f"line {number}, of line {content['line']} for {content['target']}, written on {content['scored_on']}: "
            f"{words('en').say('state.' + content['state'])}"
        )
    said = content["finding"]
    return (
        f"line {number}, frozen on {content['frozen_on']} for {content['target']}: {said['text']['en']} "
        f"(decision: {content['decision']})"
    )

"""The findings on which a report's answer rests, of which every change is told first."""

from __future__ import annotations

import re

# In the order in which they are told; a star stands for one part of an id.
HEADLINES = (
    "decision.recommended.*",
    "decision.option.*.*",
    "decision.option.*",
    "decision.candidate.*",
    "indicators.*.target",
    "diagnosis.effective_weight.*",
    "evidence.claim",
    "evidence.weight_effect.*",
    "expected.*.csat",
    "expected.*.*",
    "targets.*.*.*",
)
_PATTERNS = tuple(re.compile(re.escape(one).replace(r"\*", r"[^.]+")) for one in HEADLINES)


def headline(id: str) -> int | None:
    """Return the place of a finding among those told first, None if it is none of them.

    >>> headline("diagnosis.effective_weight.workload"), headline("expected.balanced.csat.q1")
    (5, None)
    """
    return next((place for place, pattern in enumerate(_PATTERNS) if pattern.fullmatch(id)), None)

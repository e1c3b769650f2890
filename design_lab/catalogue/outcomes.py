"""The outcomes that other weights are asked about, as findings call them and in the order in which they stand."""

from __future__ import annotations

OUTCOMES = (
    "csat",
    "csat_dissatisfied",
    "qa_score",
    "first_contact_resolution",
    "repeat_calls",
    "complaints",
    "transfers",
    "handle_seconds",
    "calls_per_hour",
    "teamwork",
    "attendance",
    "leavers",
)

# The others are means or rates without an upper end.
SHARES = frozenset(OUTCOMES) - {"qa_score", "handle_seconds", "calls_per_hour", "teamwork"}
LOWER_IS_BETTER = frozenset(
    {"csat_dissatisfied", "repeat_calls", "complaints", "transfers", "handle_seconds", "leavers"}
)
# The same ratings from their other end: its odds go down as the other's go up (McCullagh 1980, proportional odds).
MIRRORED = {"csat_dissatisfied": "csat"}

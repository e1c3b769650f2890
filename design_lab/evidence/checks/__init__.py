"""Checks on an estimate of adoption from anybody's frame; passing them never raises a claim."""

from design_lab.evidence.checks.before import anticipation, dip_before, placebo_dates, pre_trend, selection_on_past
from design_lab.evidence.checks.beside import Concurrent, concurrent_events, leave_one_out, moves, untreated_volume
from design_lab.evidence.checks.check import Check
from design_lab.evidence.checks.queues import handle_time, shared_queues
from design_lab.evidence.checks.study import check_adoption
from design_lab.evidence.checks.suite import EvidenceChecks, evidence_checks

__all__ = [
    "Check",
    "Concurrent",
    "EvidenceChecks",
    "anticipation",
    "check_adoption",
    "concurrent_events",
    "dip_before",
    "evidence_checks",
    "handle_time",
    "leave_one_out",
    "moves",
    "placebo_dates",
    "pre_trend",
    "selection_on_past",
    "shared_queues",
    "untreated_volume",
]

"""What a check says: passed, failed, or that it cannot be judged and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from design_lab.evidence.adoption import LEAST_SIDE
from design_lab.evidence.frames import Staggered
from design_lab.evidence.inference import LEVEL, jackknife
from design_lab.evidence.staggered import Array, Design

Verdict = Literal["passed", "failed", "cannot_be_judged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its verdict and what it was read from, in units of the outcome.

    `low` and `high` are the ends of its interval (of `leave_one_out`: the range of estimates), `p` its p against 0 (of
    `handle_time`: against the move that is let pass),
    `n` the units (of `concurrent_events`: the events) that it rests on. What does not apply is None; a check that
    cannot be judged has a `reason`, a key below `reason.` in the word files, and no value. `shared` says that units
    answer queues together with those that they are compared with: what one leaves undone the others get.
    """

    name: str
    verdict: Verdict
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    n: int
    reason: str = ""
    shared: bool = False


def cannot(name: str, reason: str, n: int) -> Check:
    """Return the check that cannot be judged."""
    return Check(name=name, verdict="cannot_be_judged", reason=reason, n=n)


def passed_unless(failed: bool) -> Verdict:
    """Name the verdict of a check that was judged."""
    return "failed" if failed else "passed"


def farthest(name: str, values: Array, without: Array, level: float = LEVEL) -> Check:
    """Judge several estimates at once: (estimates,), and (units, estimates) without each unit.

    Shown is the one that is farthest from 0 in its own jackknife errors; its interval and p hold for all of them
    together (Bonferroni), which errs less often than nominal where they move together.
    """
    if not (np.isfinite(values).all() and np.isfinite(without).all()):
        return cannot(name, "one_unit_decides", len(without))
    joint = 1 - (1 - level) / len(values)
    found = [jackknife(float(value), less, joint) for value, less in zip(values, without.T, strict=True)]
    worst = min(found, key=lambda one: one.p)
    p = min(1.0, worst.p * len(found))
    return Check(
        name=name, verdict=passed_unless(p < 1 - level), value=worst.value, low=worst.low, high=worst.high, p=p,
        n=len(without),
    )  # fmt: skip


def with_past(panel: Staggered, periods: int) -> tuple[Array, Design]:
    """Return the units that did not adopt before so many periods were seen, and who of them adopts when."""
    design = panel.design
    kept = design.adopted >= periods
    return panel.values[kept], Design(
        adopted=design.adopted[kept], periods=design.periods, weights=design.weights[kept],
        lots=None if design.lots is None else design.lots[kept],
    )  # fmt: skip


def few(design: Design) -> bool:
    """Whether a side has too few units for leaving one out: those that adopt, or those waiting when the first do."""
    return bool(min((design.adopted < design.periods).sum(), design.waiting) < LEAST_SIDE)

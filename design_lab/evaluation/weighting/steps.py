"""Weights that can be said aloud: whole steps of a percentage that sum to 100."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from design_lab.errors import StudyError

Key = TypeVar("Key")


def in_steps(shares: Mapping[Key, float], step: int = 5, total: int = 100) -> dict[Key, int]:
    """Round shares of 1 to steps of so many percent by largest remainders; they sum to `total`.

    Of equal remainders the first one gets the step. A `step` that does not divide it raises `StudyError`.

    >>> in_steps({"workload": 0.41, "service_quality": 0.27, "csat": 0.22, "teamwork": 0.10})
    {'workload': 40, 'service_quality': 30, 'csat': 20, 'teamwork': 10}
    """
    if step < 1 or total % step:
        raise StudyError(f"step {step}: does not divide {total}; round to steps of 1, 2, 5 or 10 percent")
    exact = {key: round(share * total / step, 9) for key, share in shares.items()}
    down = {key: int(value) for key, value in exact.items()}
    left = total // step - sum(down.values())
    order = sorted(exact, key=lambda key: round(down[key] - exact[key], 9))
    return {key: step * (count + (key in order[:left])) for key, count in down.items()}

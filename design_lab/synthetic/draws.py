"""Random streams that depend on the seed, a purpose and an index only, never on what was drawn before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream of draws is for; the number is part of the seed, so it never changes."""

    ORGANISATION = 1
    TRAITS = 2
    WEEKS = 3
    ATTENDANCE = 4
    TEAMS = 5
    VOLUME = 6
    CALLS = 7
    SURVEYS = 8
    REVIEWS = 9
    RATINGS = 10
    LEAVE = 11
    COMPLAINTS = 12
    INTERVALS = 13
    TRAINING = 14
    SALES = 15
    APPRAISAL = 16
    APPEALS = 17
    OPINIONS = 18
    DESK = 19
    SESSIONS = 20
    FAULTS = 21
    FEEDBACK = 22
    DECISIONS = 23


def stream(seed: int, purpose: Purpose, *index: int) -> np.random.Generator:
    """Return the generator of one task: the child that `SeedSequence(seed)` spawns at (purpose, index).

    >>> stream(7, Purpose.CALLS, 3).integers(100) == stream(7, Purpose.CALLS, 3).integers(100)
    np.True_
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(purpose), *index)))

"""People needed: what a change of handle time asks of a centre, through its week of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from design_lab.errors import DataError
from design_lab.expected.capacity.erlang import agents_for, erlang_a, erlang_b, erlang_c
from design_lab.expected.capacity.profile import Profile, profile_of, read_profile
from design_lab.expected.capacity.staffing import Capacity, HandleChange, NoCapacity, staffing
from design_lab.expected.capacity.standing import Standing, standing

if TYPE_CHECKING:
    import numpy as np

    from design_lab.periods import Quarter
    from design_lab.study import Study

__all__ = [
    "Capacity",
    "HandleChange",
    "NoCapacity",
    "Profile",
    "Standing",
    "agents_for",
    "capacity",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "profile_of",
    "read_profile",
    "staffing",
    "standing",
]


def capacity(
    study: Study, quarter: Quarter, changes: Mapping[str, HandleChange | None], *, rng: np.random.Generator
) -> tuple[Capacity | NoCapacity, ...]:
    """Say how many people each scheme's change of handle time asks for, and what callers meet if nobody is hired.

    `changes` are by scheme, None where nothing is forecast of it. What cannot be told (study.yaml states no service,
    the quarter's profile is not delivered or has too many holes) is said of each scheme.
    """
    held: Standing | str = "service_missing"
    if service := study.settings.service:
        try:
            held = standing(read_profile(study, quarter), service, study.settings.occupancy_max)
        except DataError:
            held = "profile_missing"
    told: list[Capacity | NoCapacity] = []
    for (scheme, change), own in zip(changes.items(), rng.spawn(len(changes)), strict=True):
        title: Mapping[str, str] = study.scheme(scheme).title
        if isinstance(held, str) or change is None:
            why = held if isinstance(held, str) else "change_unknown"
            told.append(NoCapacity(scheme=scheme, title=title, quarter=str(quarter), why=why))
        else:
            told.append(staffing(held, change, scheme=scheme, title=title, rng=own))
    return tuple(told)

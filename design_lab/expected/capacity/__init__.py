"""People needed: what a change of handle time asks of a centre, through its week of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from design_lab.expected.capacity.erlang import agents_for, erlang_a, erlang_b, erlang_c
from design_lab.expected.capacity.profile import Profile, profile_of, read_profile
from design_lab.expected.capacity.staffing import Capacity, HandleChange, NoService, staffing
from design_lab.expected.capacity.standing import Standing, standing

if TYPE_CHECKING:
    import numpy as np

    from design_lab.periods import Quarter
    from design_lab.study import Study

__all__ = [
    "Capacity",
    "HandleChange",
    "NoService",
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
    "week",
]


def week(study: Study, quarter: Quarter) -> Standing | None:
    """Follow the average week of a quarter under the study's service; None where study.yaml states none.

    Tables that are not delivered, or a profile with too many holes, raise `DataError`.
    """
    service = study.settings.service
    return standing(read_profile(study, quarter), service, study.settings.occupancy_max) if service else None


def capacity(
    study: Study, quarter: Quarter, change: HandleChange, *, scheme: str, rng: np.random.Generator
) -> Capacity | NoService:
    """Say how many people a scheme's change of handle time asks for, and what callers meet if nobody is hired.

    For several schemes of one quarter `week` reads once and `staffing` takes each change.
    """
    title: Mapping[str, str] = study.scheme(scheme).title
    held = week(study, quarter)
    return (
        staffing(held, change, scheme=scheme, title=title, rng=rng) if held else NoService(scheme=scheme, title=title)
    )

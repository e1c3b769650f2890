"""What was tried, thinned to as many points as a picture can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.landscape import Landscape, Points

if TYPE_CHECKING:
    from design_lab.evaluation.search.found import Found

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.integer[Any]]
MOST = 240  # points of a cloud, and of a front
# What stands on each axis: the first of these that is known.
ACROSS, UP = ("reliability", "distance"), ("alignment", "weight")
_DIGITS = 5  # a picture needs no more


def landscape(found: Found, role: Mapping[str, str]) -> Landscape:
    """Return the schemes tried for one space as points of a picture: what is on the front, and what is not."""
    across, up = (next(n for n in names if np.isfinite(_values(found, n)).any()) for names in (ACROSS, UP))
    points = np.stack([_values(found, across), _values(found, up)], axis=1)
    known = np.isfinite(points).all(axis=1)
    beaten = np.setdiff1d(np.flatnonzero(known), found.front)
    named = {"today": tuple(_scaled(name, found.today[name]) for name in (across, up))}
    named |= {way: tuple(points[place]) for way, place in found.chosen.items()}
    return Landscape(
        name=found.space.name,
        role=role,
        axes=(across, up),
        cloud=_points(points, thinned(points, beaten)),
        front=_points(points, thinned(points, found.front)),
        named={key: (round(float(x), _DIGITS), round(float(y), _DIGITS)) for key, (x, y) in named.items()},
    )


def thinned(points: Array, places: Places, most: int = MOST) -> Places:
    """Return at most `most` of the `places` of points (schemes, 2), evenly taken in their order along the first axis.

    >>> thinned(np.array([[3.0, 0], [1.0, 0], [2.0, 0], [4.0, 0]]), np.arange(4), 2).tolist()
    [1, 3]
    """
    ordered = places[np.lexsort((points[places, 1], points[places, 0]))]
    if len(ordered) <= most:
        return ordered
    return ordered[np.round(np.linspace(0, len(ordered) - 1, most)).astype(np.int64)]


def _values(found: Found, name: str) -> Array:
    return np.asarray(_scaled(name, getattr(found.measured, name)))


def _scaled(name: str, value: Any) -> Any:
    return value / 100 if name == "distance" else value


def _points(points: Array, places: Sequence[int] | Places) -> Points:
    return tuple((round(float(x), _DIGITS), round(float(y), _DIGITS)) for x, y in points[places])

"""Draws of lots on record: whether teams can be compared, and dates dealt out anew, within each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from design_lab.evidence.history import Team

Fault = Literal["draw_not_recorded", "several_draws", "redrawn_in_part"]


def lots(teams: Iterable[Team]) -> dict[str, list[Team]]:
    """Return the teams of each draw; a team that several draws name belongs to the first."""
    found: dict[str, list[Team]] = {}
    for one in teams:
        if one.draw:
            found.setdefault(one.draw, []).append(one)
    return found


def tells(lot: Sequence[Team]) -> bool:
    """Whether some teams of a draw changed at another time than others."""
    return len({one.adopted for one in lot}) > 1


def sides(lot: Sequence[Team]) -> tuple[int, int]:
    """Return how many teams of a draw changed, and how many waited when the first of them did."""
    dates = [one.adopted for one in lot if one.adopted]
    return len(dates), sum(one.adopted is None or one.adopted > min(dates) for one in lot) if dates else 0


def fault(compared: Sequence[Team]) -> Fault | None:
    """Say why the draws on record are not as good as a lottery of dates within each of them; None where they are.

    A later draw among teams of an earlier one must have been among all of them that had not changed by then: only then
    is the lot, all its draws together, one draw of dates among its teams.
    """
    if not all(one.draw for one in compared):
        return "draw_not_recorded"
    each = lots(compared).values()
    if not all(map(tells, each)):
        return "several_draws"
    return None if all(map(_redrawn_whole, each)) else "redrawn_in_part"


def _redrawn_whole(lot: Sequence[Team]) -> bool:
    for draw in {name for one in lot for name in one.redrawn}:
        named = {one.name for one in lot if draw in one.redrawn}
        first = min((one.adopted for one in lot if one.name in named and one.adopted), default=None)
        if first and named != {one.name for one in lot if one.adopted is None or one.adopted >= first}:
            return False
    return True

"""One result a person: her spells in a period, and the cycles of a longer one, as a mean weighted by days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.display import Shown
from design_lab.scoring.score import Scores

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RolledUp(Shown):
    """One result a person over some cycles, keyed by `employee_id` in ascending order.

    `total` (n,) is the mean of her totals over spells and cycles, weighted by days in force, missing where she has
    none; `days` (n,) the days that it stands for, and `in_force` (n,) those on which she was on the roster; `missing`
    (n,) names the cycles, joined by ', ', in which some of her days have no total.
    """

    units: ClassVar = {"total": "points", "days": "count", "in_force": "count"}
    cycles: tuple[str, ...]
    total: pd.Series
    days: pd.Series
    in_force: pd.Series
    missing: pd.Series

    def table(self) -> pd.DataFrame:
        """Return one row a person."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("total", "days", "in_force", "missing")}
        return pd.DataFrame(columns).reset_index()


def roll_up(scores: Sequence[Scores]) -> RolledUp:
    """Roll totals up to one a person: over the spells of one period, or over the cycles of a longer one.

    The scores are of different periods that do not overlap, or `ValueError` is raised. Points of different roles and
    schemes are averaged as they stand: what a point is worth is the scheme's business.
    """
    import pandas as pd

    cycles = tuple(one.quarter for one in scores)
    if not cycles or len(set(cycles)) < len(cycles):
        raise ValueError(f"the scores to be rolled up must be of different periods, but are of {', '.join(cycles)}")
    spells = pd.concat(
        [
            pd.DataFrame(
                {
                    "employee_id": one.people.index.get_level_values("employee_id"),
                    "cycle": one.quarter,
                    "in_force": one.people["days_in_force"].to_numpy(),
                    "total": one.total.to_numpy(dtype="float64"),
                }
            )
            for one in scores
        ],
        ignore_index=True,
    )
    spells["days"] = spells["in_force"].where(spells["total"].notna(), 0)
    spells["weighed"] = (spells["days"] * spells["total"]).fillna(0.0)
    by_person = spells.groupby("employee_id")[["in_force", "days", "weighed"]].sum()
    open_cycles = spells[spells["total"].isna()].drop_duplicates(["employee_id", "cycle"])
    missing = open_cycles.groupby("employee_id")["cycle"].agg(", ".join).reindex(by_person.index).fillna("")
    return RolledUp(
        cycles=cycles,
        total=(by_person["weighed"] / by_person["days"].where(by_person["days"] > 0)).rename("total"),
        days=by_person["days"],
        in_force=by_person["in_force"],
        missing=missing,
    )

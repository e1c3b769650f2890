"""What a candidate would do to the bonus pool and to each person's pay, with the same behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.display import Quantity, Shown
from design_lab.evaluation.grounds import claim_of, either_reconstructed, limits_of_both, unchanged_behaviour
from design_lab.finding import Finding, state
from design_lab.scoring import Scores
from design_lab.scoring.pay import neutral, payroll

if TYPE_CHECKING:
    import pandas as pd

_POOLS = ("today", "due", "neutral")
LEAST_MOVE = 0.01  # of a person's pay: less is what keeping the pool's size asks of everybody


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pools(Shown):
    """Performance pay under today's scheme and under a candidate, in hundredths of the pay file's currency.

    `people`, keyed by `employee_id`, has `today_x100`, `due_x100` (the candidate's grades and coefficients) and
    `neutral_x100` (the same from a pool of today's size, to the hundredth); None where no performance pay was
    delivered. `factor` is what all candidate's amounts are multiplied by for that.
    """

    units: ClassVar = {"pool": "count", "change": "share", "gain": "people", "lose": "people"}
    name: str
    title: Mapping[str, str]
    quarter: str
    least: int
    people: pd.DataFrame | None
    factor: float | None
    reconstructed: bool
    limits: tuple[str, ...] = ()
    among: Mapping[str, str] | None = None  # the scheme, where these are only the people under it

    def table(self) -> pd.DataFrame:
        """Return one row a pool, today's, the candidate's, the neutral one: amount, change, who gains, who loses."""
        import pandas as pd

        if self.people is None:
            return pd.DataFrame(columns=["paid_by", *self.units])
        amounts = {name: int(self.people[f"{name}_x100"].sum()) for name in _POOLS}
        rows = [
            (name, amount / 100, amount / amounts["today"] - 1, self._moved(name, 1), self._moved(name, -1))
            for name, amount in amounts.items()
        ]
        return pd.DataFrame(rows, columns=["paid_by", *self.units])

    def _moved(self, pool: str, sign: int) -> int:
        """How many get more (sign 1) or less (-1) than today, by at least `LEAST_MOVE` of it."""
        assert self.people is not None
        today = self.people["today_x100"]
        change = sign * (self.people[f"{pool}_x100"] - today)
        return int(((change > 0) & (change >= LEAST_MOVE * today)).sum())

    def findings(self) -> tuple[Finding, ...]:
        """State the change of the pool, the factor of a neutral pool, and who gains or loses from a neutral one."""
        if self.people is None or self.factor is None:
            unknown = state(
                f"candidates.{self.name}.pool_change", None, says="candidates.pool_unknown", unit="share", n=0,
                claim="unidentified", among=self.among, scheme=self.title, quarter=self.quarter,
            )  # fmt: skip
            return (unknown,)
        claim = claim_of(self.reconstructed)
        limits = unchanged_behaviour(self.reconstructed, self.limits)
        n, today, due = len(self.people), int(self.people["today_x100"].sum()), int(self.people["due_x100"].sum())
        change = due / today - 1
        way = "same" if due == today else "more" if due > today else "less"
        pool = state(
            f"candidates.{self.name}.pool_change", change, says=f"candidates.pool_{way}", unit="share", n=n,
            claim=claim, limits=limits, among=self.among, scheme=self.title, size=Quantity(abs(change), "share"),
        )  # fmt: skip
        factor = state(
            f"candidates.{self.name}.pool_factor", self.factor, says="candidates.pool_factor", unit="factor", n=n,
            claim=claim, limits=limits, among=self.among, scheme=self.title,
        )  # fmt: skip
        counts = [(way, self._moved("neutral", sign)) for way, sign in (("gain", 1), ("lose", -1))]
        shown = [(way, count) for way, count in counts if count == 0 or count >= self.least]
        moved = tuple(
            state(
                f"candidates.{self.name}.pay_{way}", count, says=f"candidates.pay_{way}", unit="people", n=n,
                claim=claim, limits=(*limits, "small_cells"), among=self.among, scheme=self.title,
                least=Quantity(LEAST_MOVE, "weight"),
            )
            for way, count in (shown if len(shown) == len(counts) else ())
        )  # fmt: skip
        return (pool, factor, *moved)


def pools(today: Scores, candidate: Scores, pay: pd.DataFrame | None, *, least: int) -> Pools:
    """Pay everybody by the grades of both schemes, and by the candidate's from a pool of today's size.

    `pay` is the canonical table (a row a person and month), None where it was not delivered; `least` the number of
    people from which a count is stated. Where others are under another scheme, only the people of `today` are paid.
    """
    import pandas as pd

    people = factor = None
    if pay is not None and today.among is not None:
        pay = pay[pay["employee_id"].isin(today.people.index.get_level_values("employee_id"))]
    if pay is not None and pay["performance_x100"].sum() > 0:
        before = payroll(pay, today.by_person(today.grade), today.scheme)
        after = payroll(pay, candidate.by_person(candidate.grade), candidate.scheme)
        spread, factor = neutral(after, before.due_x100)
        columns = {"today_x100": before, "due_x100": after, "neutral_x100": spread}
        people = pd.DataFrame({name: one.people["due_x100"] for name, one in columns.items()})
    return Pools(
        name=candidate.scheme.name,
        title=candidate.scheme.title,
        quarter=today.quarter,
        least=least,
        people=people,
        factor=factor,
        reconstructed=either_reconstructed(today, candidate, "grades"),
        limits=limits_of_both(today, candidate),
        among=today.among,
    )

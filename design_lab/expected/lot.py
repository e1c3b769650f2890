"""Who changes when in a pilot: a lot that is balanced on what is known beforehand and can be drawn again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.errors import ForecastError
from design_lab.expected.pilot import Design
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
_TRIED, _KEPT = 2000, 0.1  # lots drawn, and the share of them that is balanced enough


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lot(Shown):
    """A drawn assignment: by team the quarter of observation, counted from 0, in which it changes, or None.

    `imbalance` is the squared Mahalanobis distance of the covariates between early and late teams, `bound` the largest
    at which a lot was kept; `record` says how to draw it again.
    """

    units: ClassVar = {"changes_in": "count"}
    design: Design
    seed: int
    starts: dict[str, int | None]
    imbalance: float
    bound: float
    record: str

    def table(self) -> pd.DataFrame:
        """Return one row a team, in the order in which they change."""
        import pandas as pd

        rows = sorted(self.starts.items(), key=lambda one: (one[1] is None, one[1] or 0, one[0]))
        return pd.DataFrame(rows, columns=["team", "changes_in"])

    def findings(self) -> tuple[Finding, ...]:
        """State how alike the lot makes early and late teams, and how it is drawn again."""
        return (
            state(
                "pilot.lot", self.imbalance, says="pilot.lot", unit="factor", n=self.design.teams, claim="accounting",
                design=Term(f"design.{self.design.kind}"), teams=Quantity(self.design.teams, "teams"),
                bound=Quantity(self.bound, "factor"), record=self.record,
            ),
        )  # fmt: skip

    def history(self, scheme: str, current: str, first_days: Sequence[dt.date]) -> list[dict[str, Any]]:
        """Return the lines for `scheme_history` in study.yaml; `first_days` are those of the quarters observed."""
        if len(first_days) != self.design.quarters:
            raise ForecastError(
                f"the lot is over {self.design.quarters} quarters, but {len(first_days)} days are given"
            )
        lines: list[dict[str, Any]] = []
        for start in sorted({*self.starts.values()}, key=lambda one: (one is None, one or 0)):
            who = sorted(team for team, one in self.starts.items() if one == start)
            drawn = {"chosen": "randomised", "draw": self.record}
            before = {"scheme": current, "who": who, "first_day": first_days[0]}
            if start is None:
                lines.append(before | drawn)
                continue
            lines.append(before | {"last_day": first_days[start] - dt.timedelta(days=1), "chosen": "unknown"})
            lines.append({"scheme": scheme, "who": who, "first_day": first_days[start]} | drawn)
        return lines


def lot(known: pd.DataFrame, design: Design, *, seed: int, kept: float = _KEPT) -> Lot:
    """Deal a design's dates out among teams so that early and late teams are alike in what is `known` of them.

    `known` is keyed by team, a column a covariate. Of 2,000 lots one is drawn among the most balanced `kept` (Morgan
    and Rubin 2012), whatever the order of the rows. Another number of teams than the design's, a missing value, a
    covariate in which teams do not differ, and more covariates than a third of the teams raise `ForecastError`.

    >>> import pandas as pd
    >>> known = pd.DataFrame({"csat": [90.0, 91, 94, 95]}, ["A", "B", "C", "D"])
    >>> sorted(lot(known, Design(kind="parallel", teams=4, before=2, after=2), seed=3).starts.values(), key=str)
    [2, 2, None, None]
    """
    covariates = _standardised(known, design)
    teams = sorted(map(str, known.index))
    begins = np.argmax(design.treated(), axis=1)  # 0: never, since nobody changes in the first quarter
    exposed = design.treated().mean(axis=1)
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(design.teams) for _ in range(_TRIED)])
    distances = _distances(covariates, exposed[orders])
    bound = float(np.quantile(distances, kept))
    chosen = int(rng.choice(np.flatnonzero(distances <= bound)))
    starts = begins[orders[chosen]]
    return Lot(
        design=design,
        seed=seed,
        starts={team: int(one) or None for team, one in zip(teams, starts, strict=True)},
        imbalance=float(distances[chosen]),
        bound=bound,
        record=_recorded(known, design, seed, kept),
    )


def _recorded(known: pd.DataFrame, design: Design, seed: int, kept: float) -> str:
    return (
        f"design_lab.expected.lot(by {', '.join(map(str, known.columns))}, {design.kind}, {design.teams} teams, "
        f"{design.before} + {design.after} quarters, seed={seed}, kept={kept:g})"
    )


def _standardised(known: pd.DataFrame, design: Design) -> Array:
    """Covariates as standard scores, (teams, c), in the order of the teams' names."""
    if len(known) != design.teams:
        raise ForecastError(f"{len(known)} teams are known and the design has {design.teams}; plan it for these teams")
    if known.index.has_duplicates:
        raise ForecastError(f"team {known.index[known.index.duplicated()][0]} stands twice; give one row a team")
    if not 0 < 3 * known.shape[1] <= len(known):
        raise ForecastError(f"{known.shape[1]} covariates for {len(known)} teams; state one to {len(known) // 3}")
    values = known.set_axis(known.index.map(str)).sort_index().to_numpy(np.float64)
    for column, name in zip(values.T, known.columns, strict=True):
        if not np.isfinite(column).all():
            raise ForecastError(f"{name}: a team has no value; leave the team out, or the covariate")
        if np.ptp(column) <= 1e-12 * max(1.0, float(np.abs(column).max())):
            raise ForecastError(f"{name}: teams do not differ in it; leave it out")
    return np.asarray((values - values.mean(axis=0)) / values.std(axis=0, ddof=1))


def _distances(covariates: Array, exposed: Array) -> Array:
    """How far teams with much time under the scheme, (lots, teams), are from those with little, (lots,)."""
    centred = exposed - exposed.mean(axis=1, keepdims=True)
    along = centred @ covariates / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    spread = np.atleast_2d(np.cov(covariates, rowvar=False))
    return np.asarray(np.einsum("lc,cd,ld->l", along, np.linalg.pinv(spread), along))

"""Reciprocity: whether people who rate each other answer each other's marks, and pairs that do so beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from design_lab.display import Shown
from design_lab.finding import Finding, state
from design_lab.scoring.intervals import correlation_interval
from design_lab.scoring.ratings.blocks import Array, Ints
from design_lab.scoring.ratings.crossed import Design, fixed_effects, projection
from design_lab.scoring.ratings.forms import Forms
from design_lab.scoring.ratings.severity import LEVEL

if TYPE_CHECKING:
    import pandas as pd

LEAST_PAIRS = 10  # below, a correlation of mutual ratings says nothing


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reciprocity(Shown):
    """Ratings that answer each other, beyond how well a person is rated by all and how a rater rates all.

    `correlation` is that of the two residuals of a pair, with its interval at `LEVEL`, None with fewer than
    `LEAST_PAIRS` pairs. `screened` lists the pairs whose two marks stand together further above what both people's
    other ratings suggest than chance would have it: first, second, points (the mean of the two residuals), p
    (one-sided, Holm's for all `pairs`, below 5 %). They are leads for a conversation, not proof, and stay with who runs
    the appraisal.
    """

    units: ClassVar = {"correlation": "correlation", "low": "correlation", "high": "correlation"}
    correlation: float | None
    interval: tuple[float, float] | None
    pairs: int
    screened: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return one row: pairs, correlation, low, high, screened (how many)."""
        import pandas as pd

        row = (self.pairs, self.correlation, *(self.interval or (None, None)), len(self.screened))
        return pd.DataFrame([row], columns=["pairs", "correlation", "low", "high", "screened"])

    def findings(self) -> tuple[Finding, ...]:
        """State the correlation and how many pairs stand out."""
        if self.correlation is None:
            return (
                state(
                    "ratings.reciprocity", None, says="ratings.reciprocity_unknown", unit="correlation", n=self.pairs,
                    claim="unidentified", least=str(LEAST_PAIRS),
                ),
            )  # fmt: skip
        return (
            state(
                "ratings.reciprocity", self.correlation, says="ratings.reciprocity", unit="correlation", n=self.pairs,
                claim="association", bounds=self.interval, level=LEVEL, limits=["reciprocity_or_work"],
            ),
            state(
                "ratings.screened_pairs", len(self.screened), says="ratings.screened_pairs", unit="count",
                n=self.pairs, claim="association", limits=["many_tests", "reciprocity_or_work"],
            ),
        )  # fmt: skip


def reciprocity(given: Forms) -> Reciprocity:
    """Correlate mutual ratings once people's merit and raters' severity are out, and screen the pairs.

    Fitted effects make residuals correlate by themselves; the estimate solves the two moments, of the residuals'
    products and squares, for the correlation that is left (dyadic reciprocity of the social relations model, Warner,
    Kenny and Stoto, Journal of Personality and Social Psychology 37, 1979, for any design). Its interval takes the
    pairs for independent, which is short of the level where the correlation is high.
    """
    design, _, _ = given.design()
    first, second = _mutual(given)
    if len(first) < LEAST_PAIRS or design.residual_df < 1:
        return Reciprocity(correlation=None, interval=None, pairs=len(first), screened=_no_pairs())
    residual = fixed_effects(design).residual
    inverse = projection(design)
    found, information = _correlation(design, residual, inverse, first, second)
    # The mean square takes the pairs to be unlike: what is screened stands out from a centre that does not reciprocate.
    variance = float(residual @ residual) / design.residual_df
    screened = _screened(design, residual, inverse, first, second, variance)
    ids = given.others.loc[first]
    return Reciprocity(
        correlation=found,
        interval=correlation_interval(found, information),
        pairs=len(first),
        screened=screened.assign(first=ids["employee_id"].to_numpy(), second=ids["rater_id"].to_numpy())[
            ["first", "second", "points", "p"]
        ].loc[lambda rows: rows["p"] < 1 - LEVEL].sort_values(["p", "first", "second"], ignore_index=True),
    )  # fmt: skip


def _mutual(given: Forms) -> tuple[Ints, Ints]:
    """The rows of the two forms of each mutual pair."""
    rows = given.others.reset_index(names="row")
    back = rows[["row", "employee_id", "rater_id"]].rename(
        columns={"employee_id": "rater_id", "rater_id": "employee_id"}
    )
    both = rows.merge(back, on=["employee_id", "rater_id"], suffixes=("", "_back"))
    once = both[both["row"] < both["row_back"]]
    return once["row"].to_numpy(), once["row_back"].to_numpy()


def _correlation(design: Design, residual: Array, inverse: Any, first: Ints, second: Ints) -> tuple[float, float]:
    """The correlation of mutual residuals, and of how many independent pairs it is worth.

    With M the residual maker and P the swap of mutual forms, E[e'Pe] = s2 (tr PM + r tr PMPM) and E[e'e] = s2 (tr M + r
    tr PM) for residuals e of variance s2 and correlation r.
    """
    from scipy import sparse

    n, (ratees, raters) = len(design.y), design.cross.shape
    swap = np.concatenate([first, second]), np.concatenate([second, first])
    pairs = sparse.coo_array((np.ones(len(swap[0])), swap), shape=(n, n)).tocsr()
    where = np.concatenate([design.ratee, ratees + design.rater])
    held = sparse.coo_array((np.ones(2 * n), (np.tile(np.arange(n), 2), where)), shape=(n, ratees + raters)).tocsr()
    swapped = (inverse @ (held.T @ pairs @ held)).tocsr()
    once = -float(swapped.trace())
    twice = len(swap[0]) - 2 * float(inverse.multiply(held.T @ pairs @ pairs @ held).sum())
    twice += float(swapped.multiply(swapped.T).sum())
    product, squares = float(residual @ (pairs @ residual)), float(residual @ residual)
    found = (product * design.residual_df - squares * once) / (squares * twice - product * once)
    return float(np.clip(found, -1.0, 1.0)), twice / 2


def _screened(
    design: Design, residual: Array, inverse: Any, first: Ints, second: Ints, variance: float
) -> pd.DataFrame:
    """Each pair's mean residual with its one-sided p, stepped down by Holm for all pairs."""
    import pandas as pd
    from scipy import stats

    ratees = design.cross.shape[0]

    def hat(a: Ints, b: Ints) -> Array:
        here, there = (design.ratee[a], ratees + design.rater[a]), (design.ratee[b], ratees + design.rater[b])
        return np.asarray(np.sum([inverse[one, other] for one in here for other in there], axis=0))

    spread = np.sqrt(np.maximum(2 - hat(first, first) - hat(second, second) - 2 * hat(first, second), 1e-9) * variance)
    p = stats.t.sf((residual[first] + residual[second]) / spread, design.residual_df)
    order = np.argsort(p, kind="stable")
    stepped = np.empty(len(p))
    stepped[order] = np.minimum(np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))), 1.0)
    return pd.DataFrame({"points": (residual[first] + residual[second]) / 2, "p": stepped})


def _no_pairs() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=["first", "second", "points", "p"])

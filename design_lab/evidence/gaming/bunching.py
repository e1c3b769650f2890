"""Bunching: more results just past a threshold than just short of it, beyond what chance makes of a smooth spread.

A rate met/of lies on a lattice: at 90 % of 30 ratings there is nothing between 26 and 27. Results are therefore held
against their mirror image on their own lattice (one short is the mirror of just met), and what a smooth spread of true
rates with binomial noise would give each of the two is taken off (beta-binomial). What is left of the odds right at the
threshold is the jump, in the spirit of the local binomial test of Cattaneo, Titiunik and Vazquez-Bare (Stata Journal
2017) and of McCrary's (J. of Econometrics 2008) jump in the density.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.errors import DataError
from design_lab.evidence.frames import refuse_unusable
from design_lab.evidence.gaming.sign import LEAST_TEAMS, Kind, Sign, refuse_counts, unidentified, upper_p
from design_lab.evidence.inference import jackknife

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
NEAR = 1.5  # standard errors of a rate from the threshold, within which results are compared
LEAST_NEAR = 60  # results
_PRIOR_SD = 3.0  # of log odds: keeps them finite where all of a few results lie on one side
_STEPS = 50


@dataclass(frozen=True, slots=True)
class _Near:
    """Results near a threshold, each (rows,): on its good side or not, how far from it (in window widths), whose team.

    `expected` are the log odds that a smooth spread gives the good side.
    """

    met: Array
    far: Array
    expected: Array
    teams: npt.NDArray[np.int64]


def bunching(
    frame: pd.DataFrame, *, met: str, of: str, threshold: float | Sequence[float], unit: str, team: str,
    indicator: str = "", kind: Kind = "bunching",
) -> Sign:  # fmt: skip
    """Screen rates `met`/`of`, a row a person and period, for bunching at a target that is met from `threshold` on.

    Of several thresholds, such as the steps of a ladder of points, each result is held against its nearest.
    Value: how many times as many results lie just at or above the threshold as just below, for what a smooth spread
    gives (1: no bunching), with its interval from leaving out one `team` at a time. `unit` is the person. Where a low
    rate is good give what was not met instead. DataError on holes, parts above their whole, or a threshold that is no
    share.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"met": [27] * 80, "of": [30] * 80, "who": range(80), "team": [i % 8 for i in range(80)]})
    >>> found = bunching(rows, met="met", of="of", threshold=0.9, unit="who", team="team")
    >>> found.value > 3, found.p < 0.01
    (True, True)
    """
    refuse_counts(frame, met, of, [unit, team])
    cuts = np.atleast_1d(np.asarray(threshold, dtype=float))
    if not len(cuts) or not ((cuts > 0) & (cuts < 1)).all():
        told = ", ".join(f"{cut:g}" for cut in cuts) or "not there"
        raise DataError(f"the threshold is {told}; of a rate it must be a share above 0 and below 1")
    used = frame[frame[of] > 0]
    n, k = used[of].to_numpy(float), used[met].to_numpy(float)
    cut = _nearest(k / n, cuts)
    least = np.ceil(cut * n - 1e-9)  # the count that just meets
    step = np.where(k >= least, k - least, least - 1 - k)
    far = (step + 0.5) / np.sqrt(n * cut * (1 - cut)) / NEAR
    near = (far <= 1) & (least + step <= n) & (least - 1 - step >= 0)
    near &= _nearest((2 * least - 1 - k) / n, cuts) == cut  # whose mirror image lies nearer to another has none here
    if not near.any():
        return unidentified(kind, "times", "too_few_near", indicator)
    spread = _smooth(k, n)
    expected = np.zeros(len(n))
    above, below = least[near] + step[near], least[near] - 1 - step[near]
    expected[near] = _log_weight(above, n[near], spread) - _log_weight(below, n[near], spread)
    return _sign(kind, indicator, used[near], unit, team, (k >= least)[near].astype(float), far[near], expected[near])


def score_bunching(
    frame: pd.DataFrame, *, score: str, bounds: list[float], width: float, step: float, unit: str, team: str
) -> Sign:
    """Screen scores for bunching at the `bounds` from which a better grade is given, each held against its nearest.

    `width` is how far from a bound scores are compared, `step` the grid on which they are written (0.01 of points with
    two decimals): a score at the bound is the mirror of one a step short of it. The spread is taken as smooth within
    the width; round numbers that raters prefer look like bunching where a bound is one.
    """
    refuse_unusable(frame, [score, unit, team], numeric=[score])
    if not (bounds and width > step > 0):
        raise DataError("bunching of scores needs at least one bound, and a width above the step of its grid")
    values, cuts = frame[score].to_numpy(float), np.array(sorted(bounds))
    middle = values + step / 2  # a step short lies as far below as just met lies above
    cut = _nearest(middle, cuts)
    apart = middle - cut
    near = (np.abs(apart) <= width) & (_nearest(cut - apart, cuts) == cut)
    if not near.any():
        return unidentified("bunching_scores", "times", "too_few_near")
    far = np.abs(apart[near]) / width
    return _sign(
        "bunching_scores", "", frame[near], unit, team, (apart[near] > 0).astype(float), far, np.zeros(near.sum())
    )


def _nearest(values: Array, cuts: Array) -> Array:
    """The threshold nearest to each value."""
    return np.asarray(cuts[np.abs(values[:, None] - cuts).argmin(axis=1)])


def _sign(
    kind: Kind, of: str, rows: pd.DataFrame, unit: str, team: str, met: Array, far: Array, expected: Array
) -> Sign:
    teams = np.unique(rows[team], return_inverse=True)[1].astype(np.int64)
    if len(met) < LEAST_NEAR:
        return unidentified(kind, "times", "too_few_near", of)
    if teams.max() + 1 < LEAST_TEAMS:
        return unidentified(kind, "times", "too_few_teams_near", of)
    held = _Near(met, far, expected, teams)
    value = _jump(held, np.ones(len(met), bool))
    without = np.array([_jump(held, teams != one) for one in range(teams.max() + 1)])
    found = jackknife(value, without)
    return Sign(
        kind=kind, unit="times", of=of, value=math.exp(value), low=math.exp(found.low), high=math.exp(found.high),
        p=upper_p(found.value, found.p), n=len(met), people=int(rows[unit].nunique()),
    )  # fmt: skip


def _smooth(k: Array, n: Array) -> tuple[float, float]:
    """The beta distribution of true rates by moments (Kleinman, J. American Statistical Association 1973)."""
    mean = (k.sum() + 0.5) / (n.sum() + 1)
    spread = float((n * (k / n - mean) ** 2).sum() / (mean * (1 - mean)))
    free, reach = len(n) - 1, n.sum() - (n**2).sum() / n.sum()
    alike = (spread - free) / max(reach - free, 1.0)
    alike = min(max(alike, 1e-6), 0.9)
    size = (1 - alike) / alike
    return mean * size, (1 - mean) * size


def _log_weight(k: Array, n: Array, spread: tuple[float, float]) -> Array:
    """The log beta-binomial probability of k of n, without what does not hang on k."""
    from scipy.special import betaln

    return np.asarray(-betaln(k + 1, n - k + 1) + betaln(k + spread[0], n - k + spread[1]))


def _jump(held: _Near, kept: npt.NDArray[np.bool_]) -> float:
    """The log odds of the good side right at the threshold, beyond those expected, with a slope away from it.

    Logistic regression by Newton's steps under a weak normal prior.
    """
    design = np.column_stack([np.ones(kept.sum()), held.far[kept]])
    found = np.zeros(2)
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-(held.expected[kept] + design @ found)))
        slope = design.T @ (held.met[kept] - share) - found / _PRIOR_SD**2
        curve = (design * (share * (1 - share))[:, None]).T @ design + np.eye(2) / _PRIOR_SD**2
        change = np.linalg.solve(curve, slope)
        found = found + change
        if np.abs(change).max() < 1e-10:
            break
    return float(found[0])

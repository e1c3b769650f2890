"""Shares of a difference between people that its parts make, with intervals by team.

Teams and not people are drawn anew, for those of one team are alike. The interval of shares is that of the studentised
bootstrap; what is no share leaves out one team at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.integer[Any]]  # a number for each person's group
LEVEL = 0.95
DRAWS = 999  # of teams; with 999 the ends of an interval are two of the draws
_ROUNDING = 1e-12  # a standard error below it is none
FEWEST_TEAMS = 5  # four teams can be drawn in 35 ways, five in 126; t with three degrees of freedom tells nothing


def apart(values: Array, groups: Groups) -> Array:
    """Return the deviations of `values`, (n,) or (n, d), from the mean of their group."""
    size = np.maximum(np.bincount(groups), 1)
    columns = values.reshape(len(values), -1).T
    means = np.stack([np.bincount(groups, weights=column) / size for column in columns], axis=1)
    return values - means[groups].reshape(values.shape)


def shares(parts: Array, outcome: Array, groups: Groups) -> Array:
    """Return cov(part, outcome) / cov(sum of parts, outcome) within groups, (d,); nan where the latter is nothing.

    With the sum of the parts as outcome these are the effective weights; they sum to 1 whatever the outcome.

    >>> shares(np.array([[0.0, 1.0], [2.0, 2.0]]), np.array([1.0, 4.0]), np.array([0, 0])).round(3).tolist()
    [0.667, 0.333]
    """
    differences = apart(parts, groups)
    beside = apart(outcome, groups)
    together = differences.sum(axis=1)
    covariance = float(together @ beside)
    # Contributions run to 100 points and coefficients to 2; below a hair of that, what is left is rounding.
    told = abs(covariance) > 1e-12 and float(together @ together) > 1e-12
    return beside @ differences / covariance if told else np.full(parts.shape[1], np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSums:
    """What shares within groups need to know of each of t teams, whatever number of times it is drawn.

    By team and group (g): `people` (t, g), sums of `outcome` (t, g) and of d `parts` (t, g, d); by team the `products`
    of each part with the outcome, (t, d).
    """

    people: Array
    outcome: Array
    parts: Array
    products: Array

    @classmethod
    def of(cls, parts: Array, outcome: Array, groups: Groups, teams: Groups) -> TeamSums:
        """Sum `parts` (n, d) and `outcome` (n,), as deviations from the mean of their group, by team."""
        shape = int(teams.max()) + 1, int(groups.max()) + 1
        cell = teams * shape[1] + groups
        differences, beside = apart(parts, groups), apart(outcome, groups)

        def summed(values: Array) -> Array:
            return np.asarray(np.bincount(cell, values, shape[0] * shape[1]).reshape(shape), dtype=np.float64)

        columns = list(differences.T)
        products = [np.bincount(teams, column * beside, shape[0]) for column in columns]
        return cls(
            people=summed(np.ones(len(parts))),
            outcome=summed(beside),
            parts=np.stack([summed(column) for column in columns], axis=-1),
            products=np.stack(products, axis=-1),
        )

    def shares(self, times: Array) -> Array:
        """Return the shares, (..., d), where teams are there `times` (..., t) over; nan where nothing differs."""
        people = times @ self.people
        outcome = np.divide(times @ self.outcome, people, out=np.zeros_like(people), where=people > 0)
        products = times @ self.products - (outcome[..., None, :] @ np.tensordot(times, self.parts, axes=1))[..., 0, :]
        covariance = products.sum(axis=-1, keepdims=True)
        told = np.abs(covariance) > 1e-12
        return np.asarray(np.divide(products, covariance, out=np.full_like(products, np.nan), where=told))

    def errors(self, times: Array) -> Array:
        """Return the standard errors of these shares, (..., d): the jackknife's, each drawn team left out once."""
        count = times.shape[-1]
        without = np.stack([self.shares(times - one) for one in np.eye(count)], axis=-2)
        drawn = times[..., None]
        centre = np.where(drawn > 0, without, 0.0)
        mean = (drawn * centre).sum(axis=-2, keepdims=True) / count
        return np.asarray(np.sqrt((count - 1) / count * (drawn * (centre - mean) ** 2).sum(axis=-2)))


@lru_cache
def team_draws(teams: int) -> Array:
    """Return how many times each of `teams` teams is drawn, (draws, teams).

    The same for every study, quarter and scheme of so many teams: nothing but the data makes two intervals differ.
    """
    rng = np.random.default_rng(np.random.SeedSequence(teams))
    return rng.multinomial(teams, np.full(teams, 1 / teams), size=DRAWS).astype(np.float64)


def share_margins(parts: Array, outcome: Array, groups: Groups, teams: Groups) -> list[float | None]:
    """Return half the width of the interval of each share, by teams drawn anew; None with fewer than five teams.

    Studentised bootstrap of whole teams, symmetric (Hall 1988): the standard error is the jackknife's, times the value
    that the deviation of a redrawn share over its own standard error exceeds in one of 20 draws. Draws in which nothing
    differs are left out.
    """
    count = int(teams.max()) + 1
    if count < FEWEST_TEAMS:
        return [None] * parts.shape[1]
    sums, whole = TeamSums.of(parts, outcome, groups, teams), np.ones(count)
    found, error, times = sums.shares(whole), sums.errors(whole), team_draws(count)
    drawn, drawn_errors = sums.shares(times), sums.errors(times)
    widths: list[float | None] = []
    for part in range(parts.shape[1]):
        away, own = np.abs(drawn[:, part] - found[part]), drawn_errors[:, part]
        known = np.isfinite(away) & np.isfinite(own) & (own > _ROUNDING)
        if error[part] <= _ROUNDING:
            widths.append(0.0 if np.isfinite(error[part]) else None)
        elif known.sum() > DRAWS / 2:
            widths.append(float(np.quantile(away[known] / own[known], LEVEL) * error[part]))
        else:
            widths.append(None)
    return widths


def margins(estimate: Callable[[npt.NDArray[np.bool_]], Array], teams: Groups) -> list[float | None]:
    """Return half the width of each estimate's interval, leaving out one team at a time; None with fewer than five.

    `estimate` takes who is kept, (n,), and returns (d,). Jackknife with t and teams - 1 degrees of freedom.
    """
    from scipy import stats

    count = int(teams.max()) + 1
    whole = estimate(np.ones(teams.size, dtype=bool))
    if count < FEWEST_TEAMS:
        return [None] * whole.size
    left_out = np.stack([estimate(teams != team) for team in range(count)])
    if not np.isfinite(left_out).all():
        return [None] * whole.size
    variance = (count - 1) / count * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    return [float(margin) for margin in stats.t.ppf((1 + LEVEL) / 2, count - 1) * np.sqrt(variance)]


def variance_within(values: Array, groups: Groups) -> float:
    """Return the variance of `values` within groups, pooled; 0 without two people in any."""
    freedom = values.size - np.unique(groups).size
    differences = apart(values, groups)
    return float(differences @ differences) / freedom if freedom > 0 else 0.0

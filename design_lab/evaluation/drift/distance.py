"""How far two distributions of people lie apart, and how far chance alone would take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_CELLS = 2_000_000  # of draws by values that are held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Two samples beside each other: their distance, what chance alone gives on average, and its p."""

    distance: float
    by_chance: float
    p: float


def wasserstein(before: Array, now: Array) -> float:
    """Return the mean distance by which values must be moved to make one sample, (n,), of the other, (m,).

    The area between the two distribution functions (first Wasserstein distance; Ramdas, Garcia Trillos and Cuturi
    2017). For samples of one size it is the mean distance of the values in order.

    >>> wasserstein(np.array([1.0, 2.0, 3.0]), np.array([5.0, 3.0, 2.0]))
    1.3333333333333333
    """
    values = np.concatenate([before, now])
    signs = np.concatenate([np.full(len(before), 1 / len(before)), np.full(len(now), -1 / len(now))])
    return float(_areas(values, signs[None, :])[0])


def compared(before: Array, now: Array, paired: int, *, draws: int, rng: np.random.Generator) -> Apart:
    """Hold two samples beside each other whose first `paired` values are of the same people, in the same order.

    Under the null a person's two values may change places, and so may the others' labels; `draws` of both say what
    chance alone gives. Two statistics are tested as one, the distance for any change and the difference of the means
    for one that all people share: the lesser of their p values is held beside its own draws (nonparametric combination
    by Tippett's function: Pesarin and Salmaso 2010).
    """
    n, m = len(before), len(now)
    values = np.concatenate([before[:paired], now[:paired], before[paired:], now[paired:]])
    values = values - values.mean()
    observed = np.concatenate([np.full(paired, 1 / n), np.full(paired, -1 / m), _labels(n - paired, m - paired, n, m)])
    found = [_statistics(values, observed[None, :])]
    for begin in range(0, draws, chunk := max(1, _CELLS // len(values))):
        found.append(_statistics(values, _drawn(n, m, paired, min(chunk, draws - begin), rng)))
    distances, means = (np.concatenate(parts) for parts in zip(*found, strict=True))
    least = np.minimum(_tail(distances), _tail(means))
    return Apart(
        distance=float(distances[0]), by_chance=float(distances[1:].mean()), p=float((least <= least[0]).mean())
    )  # fmt: skip


def _labels(alone: int, new: int, n: int, m: int) -> Array:
    """Weights of those who are in one quarter alone."""
    return np.concatenate([np.full(alone, 1 / n), np.full(new, -1 / m)])


def _drawn(n: int, m: int, paired: int, draws: int, rng: np.random.Generator) -> Array:
    """Weights by chance, (draws, values): those of a pair change places, all others are dealt out anew."""
    swapped = rng.random((draws, paired)) < 0.5
    others = np.tile(_labels(n - paired, m - paired, n, m), (draws, 1))
    return np.hstack([np.where(swapped, -1 / m, 1 / n), np.where(swapped, 1 / n, -1 / m), rng.permuted(others, axis=1)])


def _statistics(values: Array, signs: Array) -> tuple[Array, Array]:
    """The distance and the difference of the means of each row of weights."""
    means: Array = np.abs(signs @ values)
    return _areas(values, signs), means


def _tail(statistic: Array) -> Array:
    """The share of draws, (draws,), that are at least as great as each, float noise aside."""
    rounded = np.round(statistic / (statistic.max() or 1.0), 9)
    below = np.searchsorted(np.sort(rounded), rounded, side="left")
    share: Array = 1 - below / len(rounded)
    return share


def _areas(values: Array, signs: Array) -> Array:
    """Areas between distribution functions: `values` (n,), `signs` (draws, n) their weights, the second's below 0."""
    order = np.argsort(values, kind="stable")
    steps = np.diff(values[order])
    heights = np.abs(np.cumsum(signs[:, order], axis=1)[:, :-1])
    areas: Array = heights @ steps
    return areas

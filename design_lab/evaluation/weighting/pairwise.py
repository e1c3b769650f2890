"""Weights out of pairwise judgements: the analytic hierarchy process (Saaty, The Analytic Hierarchy Process, 1980).

A matrix (k, k) says in row i and column j how many times as important i is as j; it is reciprocal.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from design_lab.errors import StudyError, nearest
from design_lab.evaluation.weighting.direct import shares_of_voice
from design_lab.evaluation.weighting.refused import NoWeightsError

Array = npt.NDArray[np.float64]

# Mean consistency index of random judgements of k things, from k = 1 on.
RANDOM_INDEX: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        # Saaty 1980, 15 orders.
        "saaty": (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
        # Tummala and Ling, A note on the computation of the mean random consistency index of the AHP, 1998.
        "tummala_ling": (
            0, 0, 0.5799, 0.8921, 1.1159, 1.2358, 1.3322, 1.3952, 1.4537, 1.4882, 1.5117, 1.5356, 1.5571, 1.5714,
            1.5831,
        ),
    }
)  # fmt: skip
ACCEPTED = 0.10  # the consistency ratio up to which judgements are usually taken
SCALE = tuple(float(step) for step in range(1, 10))
_ANSWERS = np.array([*(1 / step for step in reversed(SCALE[1:])), *SCALE])  # what a pair may be judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """How far judgements agree with themselves.

    `lambda_max` is the greatest eigenvalue, `index` (lambda_max - k) / (k - 1), `ratio` the index over that of random
    judgements in the table named `random_index`; two things cannot disagree, so that their ratio is 0.
    """

    lambda_max: float
    index: float
    ratio: float
    random_index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One judgement, of `first` over `second` by place, and the answer on the scale that fits the others best.

    `ratio` is the consistency ratio with this answer in place of the given one.
    """

    first: int
    second: int
    given: float
    fitting: float
    ratio: float


def reciprocal(matrix: Array) -> Array:
    """Return judgements (k, k) as they came; what is no reciprocal matrix above 0 is `NoWeightsError`."""
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if not square or not np.isfinite(matrix).all() or (matrix <= 0).any():
        raise NoWeightsError("no_judgements")
    if np.abs(matrix * matrix.T - 1).max() > 1e-9:
        raise NoWeightsError("not_reciprocal")
    return matrix


def priorities(matrix: Array) -> Array:
    """Return the weights (k,) that judgements give: the principal eigenvector, over its sum.

    >>> priorities(np.array([[1.0, 3.0], [1 / 3, 1.0]])).round(6).tolist()
    [0.75, 0.25]
    """
    values, vectors = np.linalg.eig(reciprocal(matrix))
    principal = np.abs(vectors[:, np.argmax(values.real)].real)  # of one sign, as the matrix is above 0 (Perron)
    return np.asarray(principal / principal.sum())


def consistency(matrix: Array, random_index: str = "saaty") -> Consistency:
    """Say how consistent judgements are, by a named table of random indices.

    More things than the table has, or a table that is not known, raise `StudyError`.

    >>> judged = np.array([[1, 3, 3], [1 / 3, 1, 2], [1 / 3, 1 / 2, 1]])
    >>> found = consistency(judged)
    >>> round(found.ratio, 4), found.random_index
    (0.0462, 'saaty')
    """
    order = len(reciprocal(matrix))
    table = _table(random_index, order)
    greatest = float(_greatest(matrix[None])[0])
    index = (greatest - order) / (order - 1) if order > 2 else 0.0
    ratio = index / table[order - 1] if order > 2 else 0.0
    return Consistency(lambda_max=greatest, index=index, ratio=ratio, random_index=random_index)


def to_revisit(matrix: Array, random_index: str = "saaty") -> Revision | None:
    """Return the one judgement whose change lowers the inconsistency most, with the answer that does; None if none.

    All answers of the scale, 1/9 to 9, are tried for each pair, the others kept as they are. Of equal ones the first.
    """
    before = consistency(matrix, random_index)
    order = len(matrix)
    if order < 3 or before.ratio < 1e-9:
        return None
    tried = [(i, j, float(answer)) for i, j in itertools.combinations(range(order), 2) for answer in _ANSWERS]
    changed = np.repeat(matrix[None], len(tried), axis=0)
    for one, (i, j, answer) in zip(changed, tried, strict=True):
        one[i, j], one[j, i] = answer, 1 / answer
    greatest = _greatest(changed).round(12)
    i, j, fitting = tried[int(greatest.argmin())]
    if not greatest.min() < before.lambda_max - 1e-9:
        return None
    ratio = max(float(greatest.min()) - order, 0.0) / (order - 1) / _table(random_index, order)[order - 1]
    return Revision(first=i, second=j, given=float(matrix[i, j]), fitting=fitting, ratio=ratio)


def judgements_together(matrices: Sequence[Array], voices: Sequence[float]) -> Array:
    """Aggregate respondents' judgements: geometric means (k, k), weighted by `voices` (AIJ; Aczel and Saaty 1983)."""
    logs = np.stack([np.log(reciprocal(matrix)) for matrix in matrices])
    return np.asarray(np.exp(np.tensordot(shares_of_voice(voices), logs, axes=1)))


def priorities_together(weights: Sequence[Array], voices: Sequence[float]) -> Array:
    """Aggregate respondents' priorities, each (k,): geometric means over their sum, weighted by `voices` (AIP)."""
    means = np.exp(shares_of_voice(voices) @ np.log(np.stack(weights)))
    return np.asarray(means / means.sum())


def most_disputed(matrices: Sequence[Array]) -> tuple[int, int] | None:
    """Return the pair of places on which respondents differ most on the log scale; None where nobody differs."""
    spread = np.stack([np.log(matrix) for matrix in matrices]).std(axis=0)
    if spread.max() < 1e-9:
        return None
    rounded = np.triu(spread.round(9), 1)
    first, second = np.unravel_index(int(rounded.argmax()), spread.shape)
    return int(first), int(second)


def _greatest(matrices: Array) -> Array:
    """The greatest eigenvalue of each matrix, (m, k, k) -> (m,); real, as the matrices are above 0."""
    return np.asarray(np.linalg.eigvals(matrices).real.max(axis=-1))


def _table(name: str, order: int) -> tuple[float, ...]:
    if name not in RANDOM_INDEX:
        raise StudyError(f"random index {name!r} is not known; {nearest(name, RANDOM_INDEX)}")
    table = RANDOM_INDEX[name]
    if order > len(table):
        raise StudyError(
            f"{order} things are compared; the random index {name!r} ends at {len(table)}, so no consistency ratio can "
            "be given: compare fewer, or group them"
        )
    return table

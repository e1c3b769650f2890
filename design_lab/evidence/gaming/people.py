"""People whose counts stand out from what others had in like work, beyond chance and beyond honest differences.

With thousands of calls each, everybody differs from everybody by more than binomial chance: people are fast or slow.
How far they usually differ is therefore taken from the middle half of them, who are taken to play no game (Efron's
empirical null, J. American Statistical Association 2004), and only who stands out from that is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from design_lab.errors import DataError
from design_lab.evidence.frames import refuse_unusable
from design_lab.evidence.gaming.sign import Kind, Sign, refuse_counts, unidentified
from design_lab.multiple_tests import holm

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
ALPHA = 0.05
LEAST_PEOPLE = 20  # below, how far people usually differ is not known
LEAST_EXPECTED = 5.0  # of the count of a person: below, one more or less tells next to nothing
_MIDDLE = 0.6744897501960817  # the quartile of a standard normal
_EFFICIENCY = 0.37  # of a scale from quartiles: as good as that of so many times as many degrees of freedom
_MOST_SPREAD = 3.0  # standard deviation of people's logs
_STEPS = 40


def standing_out(
    frame: pd.DataFrame,
    *,
    count: str,
    of: str,
    person: str,
    alike: Sequence[str],
    near: str | None = None,
    kind: Kind = "short_calls",
) -> Sign:
    """Count the people whose `count` of `of` stands out upwards from that of others in the same cells of `alike`.

    `frame` has a row a person and cell. Expected of a person is what the others in her cells had, cell by cell; cells
    of one person compare nobody. `near` counts what would go with an honest pace (calls that lasted a little longer):
    its own excess is taken off. Value: people who stand out at a family-wise .05 over all people (Holm 1979); `p` is
    that of the one who stands out most, times the number of people. DataError on holes and parts above their whole.
    """
    refuse_counts(frame, count, of, [person, *alike])
    if near is not None:
        refuse_unusable(frame, [near], numeric=[near])
    if (twins := frame.duplicated([person, *alike])).any():
        raise DataError(f"{twins.sum()} rows repeat a person and cell; add them up to one row each")
    found = _expected(frame, count, of, person, alike)
    found = found[found["expected"] >= LEAST_EXPECTED]
    if len(found) < LEAST_PEOPLE:
        return unidentified(kind, "people", "too_few_people_alike")
    usual = found["expected"].to_numpy(float)
    if near is not None:
        usual = usual * _pace(found, _expected(frame, near, of, person, alike))
    p = beyond_others(found["seen"].to_numpy(float), usual)
    out = sum(held <= ALPHA for held in holm(p))
    return Sign(
        kind=kind, unit="people", value=out, p=min(1.0, float(p.min()) * len(p)),
        n=int(frame[of].sum()), people=len(p),
    )  # fmt: skip


def beyond_others(seen: Array, expected: Array) -> Array:
    """Return each person's one-sided p that a count is no larger than others' differences and chance let expect.

    The log of seen over expected, about its median, is held against how far people differ and Poisson noise together;
    the former is what gives the middle half of people the quartiles of a normal.

    >>> expected = np.full(40, 50.0)
    >>> seen = np.array([*np.linspace(40, 60, 39).round(), 120.0])
    >>> (beyond_others(seen, expected) < 0.001).nonzero()[0].tolist()
    [39]
    """
    from scipy import stats

    excess = np.log((seen + 0.5) / (expected + 0.5))
    excess, noise = excess - np.median(excess), 1 / (expected + 0.5)
    low, high = 0.0, _MOST_SPREAD
    for _ in range(_STEPS):
        between = (low + high) / 2
        wide = np.median(np.abs(excess) / np.sqrt(between**2 + noise)) > _MIDDLE
        low, high = (between, high) if wide else (low, between)
    return np.asarray(stats.t.sf(excess / np.sqrt(high**2 + noise), _EFFICIENCY * (len(seen) - 1)))


def _expected(frame: pd.DataFrame, count: str, of: str, person: str, alike: Sequence[str]) -> pd.DataFrame:
    """By person: the count seen, and what others in her cells let expect; cells of one person are left out."""
    cells = frame.groupby(list(alike))[[count, of]].transform("sum")
    others = cells[of] - frame[of]
    shared = others > 0
    expected = (cells[count] - frame[count])[shared] / others[shared] * frame[of][shared]
    return frame[shared].assign(seen=frame[count], expected=expected).groupby(person)[["seen", "expected"]].sum()


def _pace(found: pd.DataFrame, near: pd.DataFrame) -> Array:
    """How many times as much may be expected of each person at her pace: by the line through all (Theil and Sen)."""
    from scipy import stats

    excess, paced = (np.log((one["seen"] + 0.5) / (one["expected"] + 0.5)) for one in (found, near.loc[found.index]))
    if np.ptp(paced) == 0:
        return np.ones(len(found))
    slope = float(stats.theilslopes(excess, paced)[0])
    return np.asarray(np.exp(slope * (paced - np.median(paced))))

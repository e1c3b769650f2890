"""Appeals by group, ground, team and who decides: each share beside what it would be if it fell by lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from design_lab.catalogue import LANGUAGES, words
from design_lab.evaluation.fairness.exact import Stratum, exact
from design_lab.evaluation.fairness.groups import Flags, Group, groups, groups_by
from design_lab.evaluation.shares import LEVEL
from design_lab.multiple_tests import holm
from design_lab.scoring.intervals import share_interval

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal["appealed", "upheld", "in_time"]
ALPHA = 0.05  # of all comparisons of appeals together
_OF_APPEALS = ("ground", "decided_by")  # what appeals have beside the groups of people


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """How many of a group's people (of `appealed`) or appeals (of `upheld`, `in_time`) were so, of `n`.

    `expected` is their number by lot among those alike, `p` the exact two-sided chance of a number as rare or rarer,
    `p_adjusted` holds for all comparisons together (Holm).
    """

    measure: Measure
    group: Group
    n: int
    hits: int
    expected: float
    p: float
    p_adjusted: float

    @property
    def share(self) -> float:
        """The share of them."""
        return self.hits / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share."""
        return share_interval(self.hits, self.n, level=LEVEL)

    @property
    def stands_out(self) -> bool:
        """Whether chance is an unlikely account of it, all comparisons allowed for."""
        return self.p_adjusted < ALPHA

    def name(self, lang: str) -> str:
        """What the group is called; who decides bears a number instead of a pseudonym."""
        value = self.group.value
        numbered = {one: words(one).say("appeals.decider", number=value) for one in LANGUAGES}
        return self.group.name({value: numbered} if self.group.attribute == "decided_by" else {})[lang]


def slices(frames: Mapping[Measure, pd.DataFrame], *, least: int) -> tuple[Slice, ...]:
    """Return each measure by every group of at least `least` rows beside as many others, adjusted for all together.

    A frame has a row a person or an appeal, `hit`, `stratum` (whose rows are alike) and the attributes; of two groups
    the second is the mirror of the first and left out.
    """
    found = [one for measure, frame in frames.items() for one in _sliced(measure, frame, least)]
    adjusted = holm([one.p for one in found])
    return tuple(replace(one, p_adjusted=p) for one, p in zip(found, adjusted, strict=True))


def numbered(people: pd.Series) -> pd.Series:
    """Return people as numbers from 1 on, the most frequent first, so that no pseudonym is told; None stays.

    >>> import pandas as pd
    >>> numbered(pd.Series(["Eb", "Ea", None, "Ea"])).tolist()
    ['2', '1', None, '1']
    """
    import pandas as pd

    counts = people.value_counts()
    order = sorted(counts.index, key=lambda one: (-counts[one], one))
    numbers = {one: str(place) for place, one in enumerate(order, 1)}
    return pd.Series([numbers.get(one) for one in people], people.index, dtype=object)


def _sliced(measure: Measure, frame: pd.DataFrame, least: int) -> Iterator[Slice]:
    hit, strata = frame["hit"].to_numpy(bool), frame["stratum"].to_numpy()
    held = [*groups(frame, least=least, team=True)]
    held += [one for name in _OF_APPEALS if name in frame for one in groups_by(frame, name, least=least)]
    for group in held:
        received, by_lot = int((group.inside & hit).sum()), exact(list(_alike(group, hit, strata)))
        if len(by_lot.counts) == 1:
            continue  # nobody alike is outside the group, or all were treated alike: there is nothing to compare
        yield Slice(
            measure=measure,
            group=group,
            n=group.people,
            hits=received,
            expected=by_lot.mean(),
            p=by_lot.p(received),
            p_adjusted=np.nan,
        )


def _alike(group: Group, hit: Flags, strata: np.ndarray) -> Iterator[Stratum]:
    """The strata of those of whom the attribute is known."""
    for stratum in np.unique(strata[group.known]):
        here = group.known & (strata == stratum)
        yield Stratum(people=int(here.sum()), group=int((here & group.inside).sum()), received=int((here & hit).sum()))

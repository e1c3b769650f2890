"""One sign of gaming: a number in the direction that gaming would give, how sure it is, and what it does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from design_lab.display import Shown
from design_lab.errors import DataError
from design_lab.evidence.frames import refuse_unusable

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "bunching", "bunching_steps", "bunching_scores", "push_volume", "push_short_calls", "short_calls",
    "survey_unresolved", "survey_transferred", "survey_long", "transfers", "transfers_late",
]  # fmt: skip
Unit = Literal["times", "share", "people"]
LEAST_TEAMS = 5  # below, an interval that leaves out one at a time says next to nothing, as elsewhere


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sign(Shown):
    """What one screen found; a sign, no proof about anybody.

    `value` is in `unit` (times, a share, people), `low` to `high` its interval at level .95 where it has one; `p` is
    one-sided, in the direction that gaming would give; `n` counts what it rests on. `of` is what it is about where one
    screen serves several things (the indicator whose target it is). Without a value `unknown` says why, as a key below
    `unknown.` in the word files.
    """

    units: ClassVar = {"p": "effect"}
    kind: Kind
    unit: Unit
    of: str = ""
    value: float | int | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    n: int = 0
    people: int = 0
    unknown: str = ""

    @property
    def name(self) -> str:
        """The sign's name as it stands in the ids of findings."""
        return f"{self.kind}_{self.of}" if self.of else self.kind

    def table(self) -> pd.DataFrame:
        """Return one row: sign, value, low, high, p, n."""
        import pandas as pd

        row = (self.name, self.value, self.low, self.high, self.p, self.n)
        return pd.DataFrame([row], columns=["sign", "value", "low", "high", "p", "n"])


def unidentified(kind: Kind, unit: Unit, why: str, of: str = "") -> Sign:
    """Return the sign that cannot be read, with its reason."""
    return Sign(kind=kind, unit=unit, of=of, unknown=why)


def upper_p(value: float, p: float) -> float:
    """Return the one-sided p of a value above 0, of a two-sided p.

    >>> upper_p(1.0, 0.12), upper_p(-1.0, 0.12)
    (0.06, 0.94)
    """
    return p / 2 if value > 0 else 1 - p / 2


def refuse_counts(frame: pd.DataFrame, part: str, whole: str, keys: Sequence[str]) -> None:
    """Refuse with DataError columns that are no counts: `part` of `whole`, both whole numbers from 0, one row a key."""
    refuse_unusable(frame, [part, whole, *keys], numeric=[part, whole])
    for column in (part, whole):
        values = frame[column].to_numpy(float)
        if (values < 0).any() or (values != np.floor(values)).any():
            raise DataError(f"{column} must hold whole numbers from 0: it counts something")
    beyond = frame[part] > frame[whole]
    if beyond.any():
        raise DataError(
            f"{part} is above {whole} in {beyond.sum()} rows, first in row {frame.index[beyond][0]}; it must be a part"
        )

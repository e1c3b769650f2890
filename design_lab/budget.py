"""What a study states of its service, its people's time and its money, as ranges where nobody knows the figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from design_lab.rulebook import Number, Record

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Range(Record):
    """A figure that is not known exactly: its lowest, its likeliest and its highest value."""

    low: Number
    central: Number
    high: Number

    def draws(self, count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
        """Draw values of the triangular distribution with these ends and this mode, (count,)."""
        return self.low + (self.high - self.low) * rng.triangular(0.0, self._mode, 1.0, count)

    def quantile(self, p: float) -> float:
        """Return the value below which the same distribution has a share p."""
        from scipy.stats import triang

        return float(self.low + (self.high - self.low) * triang.ppf(p, self._mode))

    @property
    def _mode(self) -> float:
        """Where the likeliest value lies between the ends, from 0 to 1."""
        width = self.high - self.low
        return (self.central - self.low) / width if width > 0 else 0.5

    def faults(self, key: str, least: float, below: float | None = None) -> Iterator[str]:
        """Yield what cannot be meant at a key of study.yaml, as a sentence."""
        if not self.low <= self.central <= self.high:
            yield f"{key}: low {self.low:g}, central {self.central:g} and high {self.high:g} are not in rising order"
        elif self.low < least or (below is not None and self.high >= below):
            bound = f"at least {least:g}" + ("" if below is None else f" and under {below:g}")
            yield f"{key}: {self.low:g} to {self.high:g} is out of range; state figures of {bound}"


class Service(Record):
    """The service level aimed at and the time that people have for it.

    `service_level` is the share of all calls to be answered within `within_seconds`; `weekly_hours` are a full-time
    person's paid hours; `shrinkage` is the share of them in which nobody is ready for calls (leave, training, pauses);
    `patience_seconds` is how long callers wait before they hang up, on average: absent, the data tell it.
    """

    service_level: Number
    within_seconds: Number
    weekly_hours: Number
    shrinkage: Range
    patience_seconds: Number | None = None

    def faults(self) -> Iterator[str]:
        """Yield what cannot be meant, as key and sentence."""
        if not 0 < self.service_level < 1:
            yield f"service.service_level: {self.service_level:g} is not between 0 and 1; 80 % is 0.80"
        if self.within_seconds < 0:
            yield f"service.within_seconds: {self.within_seconds:g} is below 0"
        if not 0 < self.weekly_hours <= 168:
            yield f"service.weekly_hours: {self.weekly_hours:g} is no number of hours in a week"
        if self.patience_seconds is not None and self.patience_seconds <= 0:
            yield f"service.patience_seconds: {self.patience_seconds:g} is not above 0"
        yield from self.shrinkage.faults("service.shrinkage", 0.0, 1.0)


class Costs(Record):
    """What things are worth to the client in a quarter, in units of `currency`; what is absent is not known.

    `person_quarter` is the full cost of one full-time person, `csat_point` the value of one percentage point of CSAT,
    `complaint` that of one complaint avoided; `standard_deviation` by dimension that of one person who is one standard
    deviation of her role better in it.
    """

    currency: dict[str, str] = Field(min_length=1)  # its name by language
    person_quarter: Range | None = None
    csat_point: Range | None = None
    complaint: Range | None = None
    standard_deviation: dict[str, Range] = Field(default_factory=dict)

    def faults(self, languages: tuple[str, ...]) -> Iterator[str]:
        """Yield what cannot be meant, as key and sentence."""
        yield from (f"costs.currency: is missing in {lang}" for lang in languages if lang not in self.currency)
        for key in ("person_quarter", "csat_point", "complaint"):
            if (stated := getattr(self, key)) is not None:
                yield from stated.faults(f"costs.{key}", 0.0)
        for dimension, stated in self.standard_deviation.items():
            yield from stated.faults(f"costs.standard_deviation.{dimension}", 0.0)

"""How far grades and places hold when people are measured again and when the scheme is chosen a little otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.evaluation.grounds import claim_of, is_reconstructed, unchanged_behaviour
from design_lab.evaluation.robustness.choices import REACH, Design
from design_lab.evaluation.robustness.ensemble import Ensemble
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Claim, Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]]
DRAWS = 300
HOLDS = 0.9  # of the draws in which a grade must be the same to hold
SOURCES = ("sampling", "weights", "choices", "all")  # what varies: choices are all but sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The share of people-draws with the grade as stated, between which shares single draws lie, and who holds.

    `low` and `high` are quantiles of the shares of single draws, .95 of which lie between them; `holding` is the share
    of people whose grade is the same in at least nine of ten draws.
    """

    share: float
    low: float
    high: float
    holding: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Stability(Shown):
    """The stability of one scheme's grades, of `people` graded as stated, by what varies (`SOURCES`).

    Each source is drawn `draws` times; people were measured again `samples` times.
    `width` is the median width of people's intervals of places within role and level, as a share of its people, when
    all varies; `tiers` into how many tiers these intervals fall, by (role, level) of at least `least` people graded.
    """

    units: ClassVar = {"stability": "share", "low": "share", "high": "share", "holding": "share"}
    scheme: Scheme
    people: int
    draws: int
    samples: int
    held: Mapping[str, Held]
    width: float | None
    tiers: Mapping[tuple[str, str], int]
    unmeasured: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a source: source, stability, low, high, holding."""
        import pandas as pd

        rows = [(source, one.share, one.low, one.high, one.holding) for source, one in self.held.items()]
        return pd.DataFrame(rows, columns=["source", *self.units])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for what varies."""
        from design_lab.catalogue import words

        shown = Shown.to_text(self, lang)
        shown["source"] = [words(lang).say(f"robust.source.{source}") for source in self.held]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the stability of grades, by what varies, who holds, how wide places are and how many tiers."""
        if not self.held:
            return (self._unknown(),)
        whole = self.held["all"]
        stable = self._state("grade_stability", whole.share, (whole.low, whole.high))
        by = tuple(
            self._state(
                f"grade_stability_by.{source}", one.share, (one.low, one.high),
                says="grade_stability_by", varying=Term(f"robust.source.{source}"), sampled=source == "sampling",
            )
            for source, one in self.held.items()
            if source != "all"
        )  # fmt: skip
        holding = self._state("grades_holding", whole.holding)
        width = () if self.width is None else (self._state("place_width", self.width),)
        most = max(self.tiers.values(), default=0)
        grades = Quantity(len(self.scheme.grades.coefficients), "count")
        tiers = (self._state("tiers", most, unit="count", grades=grades),) if most else ()
        return (stable, *by, holding, *width, *tiers)

    def _unknown(self) -> Finding:
        return state(
            f"robustness.{self.scheme.name}.grade_stability", None, says="robustness.grade_stability_unknown",
            unit="share", n=0, claim="unidentified", scheme=self.scheme.title,
        )  # fmt: skip

    def _state(
        self,
        what: str,
        value: float,
        bounds: tuple[float, float] | None = None,
        *,
        says: str = "",
        unit: str = "share",
        sampled: bool = False,
        **parts: Any,
    ) -> Finding:
        """State one number; what other choices would give is a scenario, what another sample would is not."""
        assumed = is_reconstructed(self.scheme, "grades")
        claim: Claim = claim_of(assumed) if sampled else "scenario"
        unknown = ("error_unknown",) if self.unmeasured else ()
        choices = () if sampled else ("choices_tried",)
        limits = unchanged_behaviour(assumed, ("measured_again", *unknown, *choices))
        return state(
            f"robustness.{self.scheme.name}.{what}", value, says=f"robustness.{says or what}", unit=unit,
            n=self.people, claim=claim, bounds=bounds, level=LEVEL if bounds else None, limits=limits,
            scheme=self.scheme.title, draws=Quantity(self.draws, "count"),
            samples=Quantity(self.samples, "count"), reach=Quantity(REACH, "weight"), **parts,
        )  # fmt: skip


def stability(ensemble: Ensemble, *, rng: np.random.Generator, least: int, draws: int = DRAWS) -> Stability:
    """Draw choices `draws` times for each source of doubt, and count how often grades are as stated.

    Rules, aggregations and treatments of missing data are drawn evenly from those of `ensemble.choices`, samples from
    its measurements. Somebody without a grade in a draw does not keep hers.
    """
    people = len(ensemble.graded)
    held: dict[str, Held] = {}
    wide = np.zeros((0, 0))
    for source, stream in zip(SOURCES, rng.spawn(len(SOURCES)), strict=True):
        if people:
            same, found = _drawn(ensemble, _design(ensemble, source, draws, stream))
            low, high = np.quantile(same.mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            holding = float((same.mean(axis=0) >= HOLDS - 1e-12).mean())
            held[source] = Held(share=float(same.mean()), low=float(low), high=float(high), holding=holding)
            wide = found
    intervals = np.quantile(wide, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0) if people else np.zeros((3, 0))
    return Stability(
        scheme=ensemble.scheme,
        people=people,
        draws=draws,
        samples=len(ensemble.samples) - 1,
        held=held,
        width=float(np.median(intervals[2] - intervals[0])) if people else None,
        tiers=_tiers(ensemble, intervals, least),
        unmeasured=ensemble.unmeasured,
    )


def _design(ensemble: Ensemble, source: str, draws: int, rng: np.random.Generator) -> Design:
    """Draw what varies under a source of doubt; the rest is as stated."""
    choices, nothing = ensemble.choices, np.zeros(draws, dtype=np.int64)
    chosen, sampled = source in ("choices", "all"), source in ("sampling", "all")
    again = len(ensemble.samples) - 1
    weights = np.full((draws, ensemble.weights.shape[1]), 0.5)
    return Design(
        weights=rng.random(weights.shape) if chosen or source == "weights" else weights,
        rule=rng.integers(len(choices.rules), size=draws) if chosen else nothing,
        aggregation=rng.integers(len(choices.aggregations), size=draws) if chosen else nothing,
        missing=rng.integers(len(choices.missing), size=draws) if chosen else nothing,
        # In turn, so that each sample counts the same.
        sampling=1 + np.arange(draws) % again if sampled and again else nothing,
    )


def _drawn(ensemble: Ensemble, design: Design) -> tuple[npt.NDArray[np.bool_], Array]:
    """Whose grade is as stated, and their places, both (draws, n)."""
    same = np.zeros((len(design), len(ensemble.graded)), dtype=bool)
    found = np.zeros(same.shape)
    for one in ensemble.outcomes(design):
        same[one.rows] = one.grades == ensemble.grades
        found[one.rows] = one.places
    return same, found


def _tiers(ensemble: Ensemble, intervals: Array, least: int) -> dict[tuple[str, str], int]:
    people = ensemble.panel.people.iloc[ensemble.graded]
    found = {}
    for number in np.unique(ensemble.groups):
        members = np.flatnonzero(ensemble.groups == number)
        if len(members) >= least:
            first = people.iloc[members[0]]
            found[str(first["role"]), str(first["level"])] = tiers(*intervals[:, members])
    return dict(sorted(found.items()))


def tiers(low: Array, middle: Array, high: Array) -> int:
    """Return into how many tiers intervals of places, (n,) each, fall.

    From the top, a tier takes everybody whose interval meets that of its best person; who lies wholly behind it opens
    the next tier.

    >>> tiers(np.array([0.0, 0.1, 0.5]), np.array([0.1, 0.2, 0.7]), np.array([0.2, 0.4, 0.9]))
    2
    """
    count, end = 0, -np.inf
    for one in np.argsort(middle, kind="stable"):
        if low[one] > end:
            count, end = count + 1, high[one]
    return count

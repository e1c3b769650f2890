"""Which choice matters: Sobol shares of the variance of how many grades change and how far places shift.

Sobol 2001; first-order and total shares by the estimators of Saltelli et al. 2010 (SALib), as the OECD Handbook on
composite indicators (2008) asks for. Weights are one group of inputs; a category is a uniform number cut evenly; in
half of the draws people are as observed, in the other half measured again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Shown, Term
from design_lab.evaluation.grounds import is_reconstructed, unchanged_behaviour
from design_lab.evaluation.robustness.choices import FACTORS, REACH, Design, category, halved
from design_lab.evaluation.robustness.ensemble import Ensemble
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
BASE = 256  # draws of each of two independent samples, a power of 2
RESAMPLES = 200
_DUST = 1e-18  # variance below which nothing varies


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """First-order and total share of a variance that one choice makes, each with half the width of its interval.

    Estimates: by Monte-Carlo error they may lie below 0 or above 1, and first-order shares above total ones.
    """

    name: str
    first: float
    first_margin: float
    total: float
    total_margin: float

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the total share at level .95, as estimated: it may reach beyond 0 and 1."""
        return self.total - self.total_margin, self.total + self.total_margin


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Factors(Shown):
    """What each choice does to one scheme, of `people` graded, in `draws` draws.

    `grades` has the factors of the share of grades that change, `places` those of the mean shift of places within role
    and level, in the order of `FACTORS`; `changed` and `shifted` are the means of both. Nothing that varies makes all
    shares 0.
    """

    units: ClassVar = {
        "first": "share", "total": "share", "low": "share", "high": "share", "total of places": "share",
    }  # fmt: skip
    scheme: Scheme
    people: int
    draws: int
    grades: tuple[Factor, ...]
    places: tuple[Factor, ...]
    changed: float
    shifted: float
    unmeasured: tuple[str, ...]

    @property
    def top(self) -> Factor | None:
        """The factor with the largest total share of the variance of grades that change; None where nothing varies."""
        first = max(self.grades, key=lambda one: one.total, default=None)
        return first if first and first.total > 0 else None

    def table(self) -> pd.DataFrame:
        """Return one row a factor: first and total share of grades with the interval of the total, total of places."""
        import pandas as pd

        pairs = zip(self.grades, self.places, strict=True)
        rows = [(one.name, one.first, one.total, *one.interval, other.total) for one, other in pairs]
        return pd.DataFrame(rows, columns=["factor", *self.units])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for factors."""
        from design_lab.catalogue import words

        shown = Shown.to_text(self, lang)
        shown["factor"] = [words(lang).say(f"robust.factor.{one.name}") for one in self.grades]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the factor that matters most and the total share of each."""
        if not self.people:
            return (self._state("top_factor", None, says="top_factor_unknown"),)
        shares = tuple(
            self._state(
                f"factor.{one.name}", one.total, one.interval, says="factor",
                factor=Term(f"robust.factor.{one.name}"), first=Quantity(one.first, "share"),
            )
            for one in self.grades
        )  # fmt: skip
        if self.top is None:
            return (self._state("top_factor", 0.0, says="top_factor_none"), *shares)
        factor = Term(f"robust.factor.{self.top.name}")
        return (self._state("top_factor", self.top.total, self.top.interval, says="top_factor", factor=factor), *shares)

    def _state(
        self, what: str, value: float | None, bounds: tuple[float, float] | None = None, *, says: str, **parts: Any
    ) -> Finding:
        unknown = ("error_unknown",) if self.unmeasured else ()
        limits = unchanged_behaviour(is_reconstructed(self.scheme, "grades"), unknown)
        return state(
            f"robustness.{self.scheme.name}.{what}", value, says=f"robustness.{says}", unit="share", n=self.people,
            claim="unidentified" if value is None else "scenario", bounds=bounds, level=LEVEL if bounds else None,
            limits=() if value is None else (*limits, "measured_again", "choices_tried", "sobol_estimate"),
            scheme=self.scheme.title, draws=Quantity(self.draws, "count"), reach=Quantity(REACH, "weight"), **parts,
        )  # fmt: skip


def factors(ensemble: Ensemble, *, rng: np.random.Generator, base: int = BASE) -> Factors:
    """Share out, over `FACTORS`, the variance of how many grades change and of how far places shift.

    `base` is a power of 2; a scheme is scored base x (factors + 2) times. A person without a grade in a draw counts as
    changed and takes the last place.
    """
    k = ensemble.weights.shape[1]
    groups = ["weights"] * k + list(FACTORS[1:])
    means = np.zeros(2)

    def model(uniform: Array) -> Array:
        found = np.zeros((len(uniform), 2))
        if len(ensemble.graded):
            for one in ensemble.outcomes(_design(ensemble, uniform)):
                found[one.rows, 0] = (one.grades != ensemble.grades).mean(axis=1)
                found[one.rows, 1] = np.abs(one.places - ensemble.places).mean(axis=1)
        means[:] = found.mean(axis=0)
        return found

    grades, shifts = sobol(model, groups, rng=rng, base=base)
    return Factors(
        scheme=ensemble.scheme,
        people=len(ensemble.graded),
        draws=base * (len(FACTORS) + 2),
        grades=grades,
        places=shifts,
        changed=float(means[0]),
        shifted=float(means[1]),
        unmeasured=ensemble.unmeasured,
    )


def _design(ensemble: Ensemble, uniform: Array) -> Design:
    choices, again = ensemble.choices, len(ensemble.samples) - 1
    weights, (rule, aggregation, missing, sampling) = uniform[:, :-4], uniform[:, -4:].T
    return Design(
        weights=weights,
        rule=category(rule, len(choices.rules)),
        aggregation=category(aggregation, len(choices.aggregations)),
        missing=category(missing, len(choices.missing)),
        sampling=halved(sampling, again) if again else np.zeros(len(uniform), dtype=np.int64),
    )


def sobol(
    model: Callable[[Array], Array], groups: Sequence[str], *, rng: np.random.Generator, base: int
) -> tuple[tuple[Factor, ...], ...]:
    """Return the factors of each output of a model of uniform inputs, (draws, inputs) -> (draws, outputs).

    `groups` names the factor of each input. Intervals are by the bootstrap. An output that does not vary has shares 0.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    names = [*dict.fromkeys(groups)]
    problem: Mapping[str, Any] = {
        "num_vars": len(groups),
        "names": [f"x{number}" for number in range(len(groups))],
        "bounds": [[0.0, 1.0]] * len(groups),
        "groups": list(groups),
    }
    drawn = sampling.sample(dict(problem), base, calc_second_order=False, seed=rng)
    seed = int(rng.integers(1, 2**31))  # SALib takes 0 for no seed
    outputs = model(drawn).T
    return tuple(_shares(analysis, dict(problem), names, output, seed) for output in outputs)


def _shares(analysis: Any, problem: dict[str, Any], names: list[str], output: Array, seed: int) -> tuple[Factor, ...]:
    if output.var() < _DUST:
        return tuple(Factor(name=name, first=0.0, first_margin=0.0, total=0.0, total_margin=0.0) for name in names)
    found = analysis.analyze(
        problem, output, calc_second_order=False, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed
    )
    rows = zip(names, *(found[key].tolist() for key in ("S1", "S1_conf", "ST", "ST_conf")), strict=True)
    return tuple(
        Factor(name=name, first=first, first_margin=margin, total=total, total_margin=wide)
        for name, first, margin, total, wide in rows
    )

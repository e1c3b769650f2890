"""How far what a scheme pays for goes with what the client values, and how far chance alone moves pay.

Alignment, distortion and risk as in Baker (2002, Distortion and risk in optimal incentive contracts, Journal of Human
Resources 37): the angle between the incentives and the values of the same steps, what is paid at right angles to the
values, and the spread of pay by errors of measurement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Shown, worded
from design_lab.evaluation.rerun import rerun
from design_lab.expected.baseline import Baseline
from design_lab.expected.draws import COUNT, LEVEL, spread
from design_lab.expected.incentive import incentives
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import score

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Multitask(Shown):
    """Alignment, distortion and risk of a scheme for the role that is asked about.

    `paid_for` and `valued` are by dimension in units of `currency` a quarter, per standard deviation of a person in her
    role, `valued` as draws; `missing` are dimensions that are paid for and of which the study states no value.
    `risk` is the mean over the role's `graded` people of the standard deviation of performance pay by measurement
    alone, in the same currency; None, as the unit of incentives, where no pay was delivered.
    """

    units: ClassVar = {"paid_for": "money", "valued": "money"}
    scheme: Scheme
    dimensions: Mapping[str, Mapping[str, str]]
    currency: Mapping[str, str]
    paid_for: Mapping[str, float]
    valued: Mapping[str, Array]
    missing: tuple[str, ...]
    priced: bool
    risk: float | None
    graded: int

    def table(self) -> pd.DataFrame:
        """Return one row a dimension: dimension, paid_for, valued (the median), None where no value is stated."""
        import pandas as pd

        rows = [
            (name, amount, float(np.median(self.valued[name])) if name in self.valued else None)
            for name, amount in self.paid_for.items()
        ]
        return pd.DataFrame(rows, columns=["dimension", *self.units])

    @property
    def alignment(self) -> tuple[float, float, float] | None:
        """The cosine of incentives and values: median and 95 %; None where a value is missing or nothing is paid."""
        ways = self._ways()
        return None if ways is None else spread(cosine(*ways))

    @property
    def distortion(self) -> tuple[float, float, float] | None:
        """What is paid at right angles to the values, in `currency`: median and 95 %; None also without real pay."""
        ways = self._ways()
        if ways is None or not self.priced:
            return None
        paid, valued = ways
        return spread(np.linalg.norm(paid) * np.sqrt(np.maximum(1 - cosine(paid, valued) ** 2, 0.0)))

    def _ways(self) -> tuple[Array, Array] | None:
        if self.missing or not any(self.paid_for.values()):
            return None
        valued = np.stack([self.valued[name] for name in self.paid_for], axis=1)
        return np.array([*self.paid_for.values()]), valued

    def findings(self) -> tuple[Finding, ...]:
        """State alignment, distortion and risk; what is missing is named with its key."""
        return (*self._directions(), self._risk())

    def _directions(self) -> Iterator[Finding]:
        held: dict[str, Any] = {"n": self.graded, "scheme": self.scheme.title}
        for name, unit, told in (
            ("alignment", "correlation", self.alignment),
            ("distortion", "money", self.distortion),
        ):
            id = f"expected.{self.scheme.name}.{name}"
            if told is None and name == "distortion" and not self.missing and not self.priced:
                yield state(id, None, says="expected.risk_unknown", unit=unit, claim="unidentified", **held)
            elif told is None:
                yield state(
                    id, None, says="expected.align_unknown", unit=unit, claim="unidentified", missing=self._missing(),
                    **held,
                )  # fmt: skip
            else:
                middle, low, high = told
                yield state(
                    id, middle, says=f"expected.{name}", unit=unit, claim="scenario", bounds=(low, high), level=LEVEL,
                    currency=self.currency, **held,
                )  # fmt: skip

    def _missing(self) -> dict[str, str]:
        names = self.missing or tuple(self.paid_for)
        return {
            lang: words(lang)
            .say("report.join")
            .join(f"{worded(self.dimensions[name], lang)} ({name})" for name in names)
            for lang in LANGUAGES
        }

    def _risk(self) -> Finding:
        id = f"expected.{self.scheme.name}.risk"
        held: dict[str, Any] = {"unit": "money", "n": self.graded, "scheme": self.scheme.title}
        if self.risk is None:
            return state(id, None, says="expected.risk_unknown", claim="unidentified", **held)
        return state(
            id, self.risk, says="expected.risk", claim="scenario", limits=("errors_independent",),
            currency=self.currency, **held,
        )  # fmt: skip


def cosine(one: Array, others: Array) -> Array:
    """Return the cosine between one vector (k,) and each of others (m, k).

    >>> cosine(np.array([1.0, 0.0]), np.array([[2.0, 0.0], [0.0, 3.0], [1.0, 1.0]])).round(3).tolist()
    [1.0, 0.0, 0.707]
    """
    length = np.linalg.norm(one) * np.linalg.norm(others, axis=1)
    return np.asarray(others @ one / np.where(length > 0, length, 1.0))


def multitask(start: Baseline, scheme: Scheme) -> Multitask:
    """Hold what a scheme pays the role that is asked about for against the client's values in study.yaml.

    The study states under `costs.standard_deviation` what a person is worth in a quarter who is a standard deviation
    better in a dimension; ranges are drawn from.
    """
    role, costs = start.roles[0], start.study.settings.costs
    scores = score(start.panel, scheme, medians=start.medians)
    again = rerun(start.panel, scores, medians=start.medians, rng=start.rng())
    index, pay = start.panel.people.index, start.pay["performance"]
    noise = again.total_variance.reindex(index).fillna(0.0)
    paid = incentives(start.panel, scheme, medians=start.medians, noise=noise, pay=pay).by_role().get(role.role, {})
    paid = {name: amount for name, amount in paid.items() if amount > 0}
    stated, rng = costs.standard_deviation if costs else {}, start.rng(3)
    mine = start.panel.people["role"].astype(str).eq(role.role) & scores.grade.reindex(index).notna()
    swing = np.sqrt(again.grade_variance.reindex(index).fillna(0.0)) * pay
    return Multitask(
        scheme=scheme,
        dimensions={name: scheme.named(name) for name in paid},
        currency=costs.currency if costs else {lang: words(lang).say("expected_part.currency") for lang in LANGUAGES},
        paid_for=paid,
        valued={name: stated[name].draws(COUNT, rng) for name in paid if name in stated},
        missing=tuple(name for name in paid if name not in stated),
        priced=start.priced,
        risk=float(swing[mine].mean()) if start.priced and mine.any() else None,
        graded=int(mine.sum()),
    )

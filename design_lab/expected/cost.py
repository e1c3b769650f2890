"""What a scheme is worth in a quarter: outcomes and people at the client's own values, and what makes it uncertain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.budget import Costs
from design_lab.display import Shown, Term, number
from design_lab.expected.draws import COUNT, LEVEL, Array, spread
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    import pandas as pd

_FEWEST = 100  # draws from which it is told what makes the net value uncertain
_PRICED = {"csat_points": "csat_point", "complaints": "complaint", "fte": "person_quarter"}  # input: key of `costs`
_SIGN = {"csat_points": 1.0, "complaints": -1.0, "fte": -1.0, "pay": -1.0}  # of what is worth having more of
_INPUTS = tuple(_SIGN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a scheme changes in a quarter, each as draws (n,) or one number (1,); None is not known.

    `csat_points` in percentage points, `complaints` in complaints, `fte` in full-time people, `pay` in units of the
    client's currency. The draws of all belong together, draw by draw.
    """

    csat_points: Array | None = None
    complaints: Array | None = None
    fte: Array | None = None
    pay: Array | None = None

    def known(self) -> dict[str, Array]:
        """Return what is known, all of one length; draws of different numbers or not finite raise `ValueError`.

        >>> Outlook(fte=np.array([2.0]), pay=np.array([0.0, 1.0])).known()["fte"].tolist()
        [2.0, 2.0]
        """
        held = {name: np.atleast_1d(value) for name in _INPUTS if (value := getattr(self, name)) is not None}
        if not held:
            return {}
        count = max(draws.size for draws in held.values())
        for name, draws in held.items():
            if draws.ndim != 1 or draws.size not in (1, count) or not np.isfinite(draws).all():
                raise ValueError(f"{name}: {draws.size} draws where {count} are meant, or one that is not finite")
        return {name: np.array(np.broadcast_to(draws, count), dtype=np.float64) for name, draws in held.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """The share of the variance of the net value that one input tells, and half the width of its interval."""

    name: str  # an input of `Outlook`, or a key of `costs`
    share: float
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NetValue(Shown):
    """Net value of a scheme in one quarter, in units of `currency`, as draws (n,) by `lines`; their sum is the value.

    `missing` are the keys of study.yaml without which it cannot be told: then there are no lines. What is not in
    `counted` is not known and counts as nothing, which the limits say.
    """

    scheme: str
    title: Mapping[str, str]
    currency: Mapping[str, str]
    counted: tuple[str, ...]
    missing: tuple[str, ...]
    lines: Mapping[str, Array]
    drivers: tuple[Driver, ...]

    @property
    def total(self) -> Array | None:
        """The net value by draw; None where it cannot be told."""
        return np.asarray(sum(self.lines.values())) if self.lines else None

    def table(self) -> pd.DataFrame:
        """Return one row a line and the sum: line, value (the median), low, high; no rows where nothing is told."""
        import pandas as pd

        held = {**self.lines, **({"net": self.total} if self.total is not None else {})}
        rows = [(name, *spread(draws)) for name, draws in held.items()]
        return pd.DataFrame(rows, columns=["line", "value", "low", "high"]).astype(
            dict.fromkeys(("value", "low", "high"), "float64")
        )

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with amounts as whole numbers of the currency."""
        shown = self.table().astype(object)
        for column in ("value", "low", "high"):
            shown[column] = [f"{number(value, 'money', lang)} {self.currency[lang]}" for value in shown[column]]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the net value, how likely it is above nothing, and what makes it uncertain; or what key is missing."""
        id, total = f"expected.{self.scheme}.net_value", self.total
        if total is None:
            return (self._unknown(id),)
        middle, low, high = spread(total)
        limits = self._limits()
        value = state(
            id, middle, says="cost.net_value", unit="money", n=total.size, claim="scenario", bounds=(low, high),
            level=LEVEL, limits=limits, scheme=self.title, currency=self.currency,
        )  # fmt: skip
        above = state(
            f"{id}_positive", float((total > 0).mean()), says="cost.positive", unit="share", n=total.size,
            claim="scenario", limits=limits, scheme=self.title,
        )  # fmt: skip
        return (value, above, *(self._by(driver, limits) for driver in self.drivers))

    def _unknown(self, id: str) -> Finding:
        says, keys = ("cost.key_missing" if self.missing else "cost.no_input"), ", ".join(self.missing)
        parts: dict[str, Any] = {"keys": keys} if keys else {}
        return state(id, None, says=says, unit="money", n=None, claim="unidentified", scheme=self.title, **parts)

    def _limits(self) -> tuple[str, ...]:
        return ("client_values", *(f"uncounted_{name}" for name in _INPUTS if name not in self.counted))

    def _by(self, driver: Driver, limits: tuple[str, ...]) -> Finding:
        draws = next(iter(self.lines.values())).size
        return state(
            f"expected.{self.scheme}.net_value_by.{driver.name}", driver.share, says="cost.driver", unit="share",
            n=draws, claim="scenario", bounds=(driver.share - driver.margin, driver.share + driver.margin), level=LEVEL,
            limits=(*limits, "first_order"), scheme=self.title, input=Term(f"cost_input.{driver.name}"),
        )  # fmt: skip


def net_value(
    costs: Costs | None, outlook: Outlook, *, scheme: str, title: Mapping[str, str], rng: np.random.Generator
) -> NetValue:
    """Value what a scheme changes, with the client's values drawn from their ranges beside the draws of the outlook.

    An input that is nothing in every draw needs no value. A value that the study does not state leaves the net value
    unidentified: the sum of the rest would be no net value.
    """
    known = outlook.known()
    needed = {name: key for name, key in _PRICED.items() if name in known and known[name].any()}
    told = NetValue(
        scheme=scheme, title=title, currency=costs.currency if costs else {}, counted=tuple(known), lines={},
        drivers=(), missing=_missing(costs, needed.values()) if known else (),
    )  # fmt: skip
    if costs is None or told.missing or not known:
        return told
    size = next(iter(known.values())).size
    inputs = {name: np.repeat(draws, COUNT) if size == 1 else draws for name, draws in known.items()}
    count = COUNT if size == 1 else size
    prices = {key: getattr(costs, key).draws(count, rng) for key in needed.values()}
    lines = {
        name: _SIGN[name] * draws * prices[needed[name]] if name in needed else _SIGN[name] * draws
        for name, draws in inputs.items()
    }
    net = np.asarray(sum(lines.values()))
    drivers = _drivers({**inputs, **prices}, net, rng) if count >= _FEWEST else ()
    return replace(told, lines=lines, drivers=drivers)


def _missing(costs: Costs | None, needed: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of study.yaml that are needed and not stated."""
    without = () if costs else ("costs.currency",)
    return (*without, *(f"costs.{key}" for key in needed if costs is None or getattr(costs, key) is None))


def _drivers(inputs: Mapping[str, Array], net: Array, rng: np.random.Generator) -> tuple[Driver, ...]:
    """First-order shares of the variance of `net` from the draws as they are (RBD-FAST, Tarantola et al. 2006, SALib).

    The largest first; what does not vary is left out.
    """
    from SALib.analyze import rbd_fast

    varied = {name: draws for name, draws in inputs.items() if np.ptp(draws) > 0}
    if len(varied) < 2 or np.ptp(net) == 0:
        return tuple(Driver(name=name, share=1.0, margin=0.0) for name in varied if np.ptp(net) > 0)
    problem = {"num_vars": len(varied), "names": [*varied], "bounds": [[0.0, 1.0]] * len(varied)}
    seed = int(rng.integers(1, 2**31))  # SALib takes 0 for no seed
    found = rbd_fast.analyze(problem, np.column_stack([*varied.values()]), net, conf_level=LEVEL, seed=seed)
    drivers = [
        Driver(name=name, share=float(share), margin=float(margin))
        for name, share, margin in zip(varied, found["S1"], found["S1_conf"], strict=True)
    ]
    return tuple(sorted(drivers, key=lambda driver: (-driver.share, driver.name)))

"""What evidence from elsewhere makes one believe of each number of a forecast, before the client's data are looked at.

Cards of an entry are pooled as opinions, linearly by weight (Stone 1961, The Opinion Pool, Annals of Mathematical
Statistics 32). The pool is the mixture of their normals: its mean and variance are exact, its range and draws are the
mixture's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES
from design_lab.catalogue.priors import Entry, Evidence, Scaled, by_number
from design_lab.display import Quantity, Shown
from design_lab.finding import Finding, state
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
LEVEL = 0.8  # of the range that is shown
_TAIL = (1 - LEVEL) / 2
_LIMIT = "prior_not_client"
_ELASTIC = ("log_incentive", "log_volume")
_TEXTS = ("setting", "held_fixed", "distance", "use")


def moments(weights: Array, means: Array, deviations: Array) -> tuple[float, float]:
    """Return mean and standard deviation of a linear opinion pool: each (k,), weights of any sum above 0.

    The mean is sum w μ, the variance sum w (σ² + (μ - mean)²), w being the share of the weights.

    >>> mean, deviation = moments(np.array([1.0, 1.0]), np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    >>> mean, round(deviation**2, 12)
    (1.0, 2.0)
    """
    shares = weights / weights.sum()
    mean = float(shares @ means)
    return mean, float(np.sqrt(shares @ (deviations**2 + (means - mean) ** 2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The cards of one entry, each (k,): their weights, and mean and standard deviation on the entry's scale."""

    name: str
    entry: Entry
    cards: tuple[str, ...]
    weights: Array
    means: Array
    deviations: Array

    @property
    def shares(self) -> Array:
        """How much each card counts, of 1."""
        shares: Array = self.weights / self.weights.sum()
        return shares

    @property
    def mean(self) -> float:
        """The pool's mean."""
        return moments(self.weights, self.means, self.deviations)[0]

    @property
    def sd(self) -> float:
        """The pool's standard deviation."""
        return moments(self.weights, self.means, self.deviations)[1]

    def quantile(self, p: float) -> float:
        """Return the value below which the mixture has a share p, between 0 and 1 (both left out)."""
        from scipy import optimize, special, stats

        own = self.means + self.deviations * stats.norm.ppf(p)
        if own.min() == own.max():
            return float(own[0])

        def beyond(value: float) -> float:
            return float(self.shares @ special.ndtr((value - self.means) / self.deviations)) - p

        # The mixture's quantile lies between the least and the greatest of its parts.
        return float(optimize.brentq(beyond, own.min(), own.max(), xtol=1e-12))

    def without(self, card: str) -> Pool | None:
        """Return the pool of the other cards; None where there is no other."""
        stays = np.array([name != card for name in self.cards])
        if not stays.any():
            return None
        return Pool(
            name=self.name, entry=self.entry, cards=tuple(name for name in self.cards if name != card),
            weights=self.weights[stays], means=self.means[stays], deviations=self.deviations[stays],
        )  # fmt: skip

    def natural(self, value: float) -> Quantity:
        """Say a value on the entry's scale as people do: elasticity, relative change, months, points or share."""
        match self.entry.scale:
            case "log_months":
                return Quantity(float(np.exp(value)), "months")
            case "log_quarters":
                return Quantity(3 * float(np.exp(value)), "months")
            case "log_points":
                return Quantity(float(np.exp(value)), "percentage_points")
            case "logit":
                return Quantity(float(1 / (1 + np.exp(-value))), "share")
        if self.entry.per in _ELASTIC:
            return Quantity(value, "effect")
        return Quantity(float(np.expm1(value)), "share")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Priors(Shown):
    """What is believed of every entry, from the cards as the study weighs them."""

    units: ClassVar = {"mean": "effect", "sd": "effect", "low": "effect", "median": "effect", "high": "effect"}
    evidence: Evidence
    pools: tuple[Pool, ...]

    def __getitem__(self, entry: str) -> Pool:
        return next(pool for pool in self.pools if pool.name == entry)

    @property
    def names(self) -> tuple[str, ...]:
        """The entries, in the order in which draws have them."""
        return tuple(pool.name for pool in self.pools)

    def table(self) -> pd.DataFrame:
        """Return one row an entry: cards that inform it, mean, sd, median and the ends of 80 %, on its scale."""
        import pandas as pd

        rows = [
            (pool.name, pool.entry.scale, pool.entry.per, len(pool.cards), pool.mean, pool.sd,
             pool.quantile(_TAIL), pool.quantile(0.5), pool.quantile(1 - _TAIL))
            for pool in self.pools
        ]  # fmt: skip
        columns = ["entry", "scale", "per", "cards", "mean", "sd", "low", "median", "high"]
        return pd.DataFrame(rows, columns=columns)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with entries by name and every number written."""
        return _named(Shown.to_text(self, lang), self.evidence, lang)

    def cards(self) -> PriorCards:
        """Return every card with what it informs and how much it counts there."""
        return PriorCards(priors=self)

    def leave_one_card_out(self) -> LeftOut:
        """Return what would be believed of each entry without each of its cards."""
        return LeftOut(priors=self)

    def draws(self, rng: np.random.Generator, n: int) -> Array:
        """Draw n values of every entry from the mixtures, (n, entries) in the order of `names`, entries independent.

        The same draws fall on the same entries whatever cards they have, so that two weighings can be compared.
        """
        which, error = rng.random((len(self.pools), n)), rng.standard_normal((len(self.pools), n))
        drawn = np.empty((len(self.pools), n))  # an entry after the other in memory, as they are made and read
        for place, pool in enumerate(self.pools):
            # The last bound is left out: rounding must not send a draw beyond the last card.
            card = np.searchsorted(np.cumsum(pool.shares)[:-1], which[place], side="right")
            drawn[place] = pool.means[card] + pool.deviations[card] * error[place]
        return drawn.T

    def findings(self) -> tuple[Finding, ...]:
        """State what is believed of each entry, as `prior.<entry>`: the median of its pool with the range of 80 %."""
        return tuple(self._finding(pool) for pool in self.pools)

    def _finding(self, pool: Pool) -> Finding:
        low, middle, high = (pool.natural(pool.quantile(p)) for p in (_TAIL, 0.5, 1 - _TAIL))
        return state(
            f"prior.{pool.name}", middle.value, says=f"prior.{_said(pool.entry)}", unit=middle.unit,
            n=len(pool.cards), claim="scenario", bounds=(low.value, high.value), level=LEVEL, limits=(_LIMIT,),
            entry=pool.entry.name, cards=", ".join(pool.cards),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PriorCards(Shown):
    """Every evidence card as a reviewer reads it: source, what was seen, what it informs and how it was scaled."""

    units: ClassVar = {"mean": "effect", "sd": "effect", "weight": "times", "share": "share"}
    priors: Priors

    def table(self) -> pd.DataFrame:
        """Return one row a card and entry that it informs (or none, which is empty), texts in English."""
        import pandas as pd

        cards = self.priors.evidence.cards
        rows = [
            self._row(name, entry, cards[name].informs.get(entry))
            for name in sorted(cards, key=by_number)
            for entry in cards[name].informs or ("",)
        ]
        return pd.DataFrame(rows).assign(**self._texts("en"))

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table in a language, with every number written."""
        return _named(Shown.to_text(self, lang).assign(**self._texts(lang)), self.priors.evidence, lang)

    def _row(self, card: str, entry: str, scaled: Scaled | None) -> dict[str, Any]:
        held = self.priors.evidence
        pools = [pool for pool in self.priors.pools if pool.name == entry and card in pool.cards]
        return {
            "card": card, "source": "", "setting": "", "effect": "", "held_fixed": "",
            "distance": "", "use": "", "entry": entry, "arithmetic": "",
            "mean": scaled.mean if scaled else None, "sd": scaled.sd if scaled else None,
            "rests_on": scaled.rests_on if scaled else "", "weight": held.cards[card].weight,
            "share": pools[0].shares[pools[0].cards.index(card)] if pools else 0.0, "changed": card in held.changed,
        }  # fmt: skip

    def _texts(self, lang: str) -> dict[str, list[str]]:
        """The columns of words, one text a row of the table."""
        held = self.priors.evidence.cards
        rows = [(held[name], entry) for name in sorted(held, key=by_number) for entry in held[name].informs or ("",)]
        texts = {key: [getattr(card, key)[lang] for card, _ in rows] for key in _TEXTS}
        texts["source"] = [card.cited(lang) for card, _ in rows]
        texts["effect"] = [card.effect.said[lang] for card, _ in rows]
        texts["arithmetic"] = [card.informs[entry].arithmetic[lang] if entry else "" for card, entry in rows]
        return texts


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeftOut(Shown):
    """How what is believed of an entry moves when one of its cards is left out."""

    units: ClassVar = {"mean": "effect", "sd": "effect", "change": "effect"}
    priors: Priors

    def table(self) -> pd.DataFrame:
        """Return one row an entry and card: mean and sd without it and the change of the mean; none for a sole card."""
        import pandas as pd

        rows = []
        for pool in self.priors.pools:
            for card in pool.cards:
                rest = pool.without(card)
                numbers = (rest.mean, rest.sd, rest.mean - pool.mean) if rest else (None, None, None)
                rows.append((pool.name, card, *numbers))
        return pd.DataFrame(rows, columns=["entry", "card", "mean", "sd", "change"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with entries by name and every number written."""
        return _named(Shown.to_text(self, lang), self.priors.evidence, lang)

    def findings(self) -> tuple[Finding, ...]:
        """State for each entry, as `prior.<entry>.without.<card>`, the card that moves it most or is its only one."""
        return tuple(self._finding(pool) for pool in self.priors.pools)

    def _finding(self, pool: Pool) -> Finding:
        rests = {card: rest for card in pool.cards if (rest := pool.without(card))}
        most = max(rests, key=lambda card: abs(rests[card].mean - pool.mean), default=pool.cards[0])
        now = pool.natural(pool.quantile(0.5))
        card = self.priors.evidence.cards[most]
        parts: dict[str, Any] = {
            "entry": pool.entry.name, "card": most, "now": now,
            "source": {lang: card.cited(lang) for lang in LANGUAGES},
        }  # fmt: skip
        id = f"prior.{pool.name}.without.{most}"
        if not rests:
            return state(
                id, None, says="prior.alone", unit=now.unit, n=1, claim="unidentified", limits=(_LIMIT,), **parts
            )
        low, middle, high = (pool.natural(rests[most].quantile(p)) for p in (_TAIL, 0.5, 1 - _TAIL))
        return state(
            id, middle.value, says="prior.without", unit=middle.unit, n=len(pool.cards) - 1, claim="scenario",
            bounds=(low.value, high.value), level=LEVEL, limits=(_LIMIT,), **parts,
        )  # fmt: skip


def priors(study: Study) -> Priors:
    """Pool the evidence cards of every entry, as the study weighs them."""
    return pooled(study.evidence)


def pooled(evidence: Evidence) -> Priors:
    """Pool the cards of every entry of some evidence; cards count in the order of their ids, however they stand.

    >>> from design_lab.catalogue.priors import evidence
    >>> prior = pooled(evidence())["volume_on_workload"]
    >>> prior.cards, round(prior.mean, 3), round(prior.sd, 3)
    (('E5', 'E6', 'E8'), 0.051, 0.045)
    """
    return Priors(
        evidence=evidence, pools=tuple(_pool(name, entry, evidence) for name, entry in evidence.entries.items())
    )


def _pool(name: str, entry: Entry, evidence: Evidence) -> Pool:
    cards = evidence.informing(name)
    scaled = [card.informs[name] for card in cards.values()]
    return Pool(
        name=name,
        entry=entry,
        cards=tuple(cards),
        weights=np.array([card.weight for card in cards.values()]),
        means=np.array([one.mean for one in scaled]),
        deviations=np.array([one.sd for one in scaled]),
    )


def _said(entry: Entry) -> str:
    """The sentence of an entry, by what it is told per."""
    if entry.kind == "measurement":
        return "itself"
    return "elasticity" if entry.per in _ELASTIC else entry.per


def _named(shown: pd.DataFrame, evidence: Evidence, lang: str) -> pd.DataFrame:
    names = {name: entry.name[lang] for name, entry in evidence.entries.items()}
    return shown.assign(entry=[names.get(one, one) for one in shown["entry"]])

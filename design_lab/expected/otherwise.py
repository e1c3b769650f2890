"""The answer told otherwise: by weights on paper instead of incentives, and without each evidence card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES
from design_lab.catalogue.priors import by_number
from design_lab.display import Quantity, Shown, Term, number
from design_lab.errors import ForecastError
from design_lab.evidence.weight_effect import SHOWN
from design_lab.evidence.wording import said
from design_lab.expected.effects import Effects
from design_lab.expected.forecast import TOLD, ExpectedEffects, RoleForecast
from design_lab.expected.paths import LEVEL, Paths, projected
from design_lab.expected.priors import Priors
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Ends = tuple[float, float, float]
_TIME = ("decay_half_life", "decay_floor", "ramp")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Otherwise(Shown):
    """Effects in the fourth quarter as (low, median, high) at 90 %, in the outcome's unit, told in other ways.

    `linear` by outcome is what weights on paper alone would say; `without` by card the effect on the primary outcome if
    the card were not there, None where nothing else says what it says.
    """

    found: ExpectedEffects
    linear: Mapping[str, Ends]
    without: Mapping[str, Ends | None]

    def table(self) -> pd.DataFrame:
        """Return one row a card: card, and low, difference and high of the primary outcome without it."""
        import pandas as pd

        rows = [(card, *(ends or (None,) * 3)) for card, ends in self.without.items()]
        return pd.DataFrame(rows, columns=["card", "low", "difference", "high"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in the primary outcome's unit."""
        import pandas as pd

        unit, scale = SHOWN[self.found.primary]
        rows = [
            (card, *(number(None if ends is None else scale * ends[place], unit, lang) for place in range(3)))
            for card, ends in self.without.items()
        ]
        return pd.DataFrame(rows, columns=self.table().columns)

    def findings(self) -> tuple[Finding, ...]:
        """State the linear answer for each outcome that moves, and the primary one without each card."""
        role = self.found.first
        if self.found.stays or role.forecast is None:
            return ()
        return (*self._linear(role), *self._without(role))

    def _linear(self, role: RoleForecast) -> Iterator[Finding]:
        for outcome in self.found.outcomes:
            if role.why_not(outcome) or not role.moves(outcome):
                continue
            id, named = f"expected.{self.found.scheme.name}.{outcome}.linear", self._named(outcome)
            unit, scale = SHOWN[outcome]
            if outcome not in self.linear:
                yield state(
                    id, None, says="expected.linear_unknown", unit=unit, n=role.start.people, claim="unidentified",
                    scheme=named["scheme"], outcome=named["outcome"], why=said("no_forecast.nothing_paid"),
                )  # fmt: skip
                continue
            low, middle, high = (scale * one for one in self.linear[outcome])
            now = scale * _ends(role.path(outcome), self.found)[1]
            yield state(
                id, middle, says="expected.linear", unit=unit, n=role.start.people, claim="scenario",
                bounds=(low, high), level=LEVEL, limits=("prior_not_client", "all_at_once", "fades_as_elsewhere"),
                incentives=Quantity(now, unit), **named,
            )  # fmt: skip

    def _without(self, role: RoleForecast) -> Iterator[Finding]:
        outcome, cards = self.found.primary, self.found.baseline.study.evidence.cards
        if role.why_not(outcome) or not role.moves(outcome):
            return
        (unit, scale), named = SHOWN[outcome], self._named(outcome)
        now = Quantity(scale * _ends(role.path(outcome), self.found)[1], unit)
        for card, ends in self.without.items():
            id = f"expected.{self.found.scheme.name}.{outcome}.without.{card}"
            source = {lang: cards[card].cited(lang) for lang in LANGUAGES}
            if ends is None:
                yield state(
                    id, None, says="expected.without_only_card", unit=unit, n=role.start.people, claim="unidentified",
                    scheme=named["scheme"], outcome=named["outcome"], card=card, source=source,
                )  # fmt: skip
                continue
            low, middle, high = (scale * one for one in ends)
            yield state(
                id, middle, says="expected.without_card", unit=unit, n=role.start.people, claim="scenario",
                bounds=(low, high), level=LEVEL, limits=("prior_not_client", "all_at_once", "fades_as_elsewhere"),
                card=card, source=source, now=now, **named,
            )  # fmt: skip

    def _named(self, outcome: str) -> dict[str, Any]:
        return {
            "scheme": self.found.scheme.title,
            "outcome": Term(f"outcome.{outcome}"),
            "quarter": str(self.found.quarters[TOLD - 1]),
        }


def otherwise(found: ExpectedEffects) -> Otherwise:
    """Tell what is expected of the first role by weights on paper alone, and without each card behind it.

    Weights are those of each dimension, as means over the role's people; answers, pilots and draws stay the same, so
    that nothing but the step differs. A card is left out of all entries that it informs.
    """
    role, start = found.first, found.baseline
    if found.stays or role.forecast is None or role.start.usual is None:
        return Otherwise(found=found, linear={}, without={})
    before, after = (_weights(found, one) for one in (start.study.current, found.scheme))
    linear: dict[str, Ends] = {}
    try:
        by_weights = replace(role.start, paid_for=before).effects(start.evidence, after)
    except ForecastError:  # nothing is weighed that evidence speaks of
        pass
    else:
        made = _paths(found, by_weights)
        linear = {name: _ends(path, found) for name, path in made.items() if not role.why_not(name)}
    worth = start.paid_for(found.scheme).by_role()[role.start.role]
    without: dict[str, Ends | None] = {}
    entries = set() if role.why_not(found.primary) else _entries(found)
    for card in sorted({card for name in entries for card in start.evidence[name].cards}, key=by_number):
        rest = _left(start.evidence, card, entries)
        made = _paths(found, role.start.effects(rest, worth)) if rest else {}
        without[card] = _ends(made[found.primary], found) if made else None
    return Otherwise(found=found, linear=linear, without=without)


def _paths(found: ExpectedEffects, moved: Effects) -> Mapping[str, Paths]:
    """The forecast of the first role by other effects, with the draws of its own."""
    start, role = found.baseline, found.first.start
    assert role.usual is not None
    rng = start.rng(1, start.roles.index(role))
    return projected(found.scheme.name, role.usual, moved, rng=rng, starts=found.starts).paths


def _weights(found: ExpectedEffects, scheme: Scheme) -> dict[str, float]:
    """The weight of each dimension on paper, as means over the people of the first role."""
    people, role = found.baseline.panel.people, found.first.start.role
    levels = people.loc[people["role"].astype(str).eq(role), "level"].astype(str).value_counts(normalize=True)
    held: dict[str, float] = {}
    for level, share in levels.items():
        placed = scheme.dimension_of(role, str(level))
        for indicator, weight in scheme.weights(role, str(level)).items():
            dimension = placed[indicator]
            held[dimension] = held.get(dimension, 0.0) + float(share) * weight
    return held


def _entries(found: ExpectedEffects) -> set[str]:
    """The entries behind the effect on the primary outcome: how it answers, and how effects come and go."""
    belief = found.first.effects.belief(found.primary) if found.first.effects else None
    return {*(belief.dimensions if belief else ()), *_TIME}


def _left(priors: Priors, card: str, entries: set[str]) -> Priors | None:
    """What is believed without a card; None where it is the only one behind an entry that is asked about."""
    pools = []
    for pool in priors.pools:
        rest = pool.without(card) if card in pool.cards else pool
        if rest is None and pool.name in entries:
            return None
        pools.append(rest or pool)
    return replace(priors, pools=tuple(pools))


def _ends(path: Paths, found: ExpectedEffects) -> Ends:
    low, middle, high = path.effect_band(found.told)
    return float(low), float(middle), float(high)

"""How exposed a scheme is: what somebody would gain who alone moved one indicator by what it varies by anyway.

Arithmetic on the values as they are: nothing here says that anybody does so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import Card
from design_lab.display import Quantity, Shown
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.evaluation.rerun import Model, models
from design_lab.evaluation.robustness.ensemble import Ensemble
from design_lab.finding import Finding, state, words_of_cause
from design_lab.rulebook import AmongPeers
from design_lab.scheme import Scheme
from design_lab.scoring.grades import best_open, capped, numbers, pools

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_FOLDS = 20  # of the people, moved at a time where points are held against peers
_CELLS = 1 << 22  # totals that are graded at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What one indicator's move would earn: mean points of the total, and the share of people with a better grade.

    `by_herself` says whether the card lets the person control it, wholly or partly.
    """

    indicator: str
    people: int
    points: float
    rise: float
    by_herself: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gaming(Shown):
    """The exposures of one scheme, the most exposed first; `unmeasured` names indicators whose variation is not known.

    The move is one standard deviation of a person's own value between measurements, that of her observations in the
    quarter, in the better direction, and shares stay within 0 and 1.
    """

    units: ClassVar = {"points": "points", "rise": "share", "people": "count"}
    scheme: Scheme
    exposures: tuple[Exposure, ...]
    unmeasured: tuple[str, ...]
    cards: Mapping[str, Card]

    @property
    def cheapest(self) -> Exposure | None:
        """The indicator that a person can move by herself whose move would raise most people's grades."""
        return next((one for one in self.exposures if one.by_herself), None)

    def table(self) -> pd.DataFrame:
        """Return one row an indicator: points, rise, people."""
        import pandas as pd

        rows = [(one.indicator, one.points, one.rise, one.people) for one in self.exposures]
        return pd.DataFrame(rows, columns=["indicator", *self.units])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for indicators and the way each is gamed."""
        shown = Shown.to_text(self, lang)
        shown["indicator"] = [self.cards[one.indicator].name[lang] for one in self.exposures]
        shown["gaming"] = [self.cards[one.indicator].gaming[lang] for one in self.exposures]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the cheapest way, and how exposed each indicator is."""
        each = tuple(self._state(f"exposed.{one.indicator}", one, "exposed") for one in self.exposures)
        cheapest = self.cheapest
        if cheapest is None:
            return each
        # A client's own card may speak of causes, which arithmetic may not.
        told = not any(words_of_cause(text) for text in self.cards[cheapest.indicator].gaming.values())
        return (self._state("cheapest", cheapest, "cheapest" if told else "exposed"), *each)

    def _state(self, what: str, one: Exposure, says: str) -> Finding:
        assumed, card = is_reconstructed(self.scheme, "grades"), self.cards[one.indicator]
        unknown = ("step_unknown",) if self.unmeasured else ()
        return state(
            f"robustness.{self.scheme.name}.{what}", one.rise, says=f"robustness.{says}", unit="share", n=one.people,
            claim=claim_of(assumed), limits=("one_quarter", *limits_of(assumed), "others_unchanged", *unknown),
            scheme=self.scheme.title, indicator=card.name, gaming=card.gaming, points=Quantity(one.points, "points"),
        )  # fmt: skip


def gaming(ensemble: Ensemble) -> Gaming:
    """Move each graded person's value of each weighed indicator by one standard deviation of her own, alone.

    Everybody else stays as she is. Where points are held against peers, a twentieth of the people is moved at a time,
    so that their mean moves a little with them. Who has no value or no known variation is left out.
    """
    known, panel = models(ensemble.panel), ensemble.panel
    weighed = [name for name in ensemble.batch().indicators if name in panel.values]
    found = [_exposure(ensemble, name, known[name]) for name in weighed if name in known]
    return Gaming(
        scheme=ensemble.scheme,
        exposures=tuple(sorted((one for one in found if one), key=lambda one: -one.rise)),
        unmeasured=tuple(name for name in weighed if name not in known),
        cards=panel.cards,
    )


def _exposure(ensemble: Ensemble, name: str, model: Model) -> Exposure | None:
    panel = ensemble.panel
    values = panel.values[name].to_numpy(float)
    movable = np.zeros(len(values), dtype=bool)
    movable[ensemble.graded] = True
    movable &= np.isfinite(values) & np.isfinite(model.error) & (model.error > 0)
    weights = ensemble.weights[:, list(ensemble.batch().indicators).index(name)]
    pairs = dict(zip(ensemble.batch().pairs, weights, strict=True))
    movable &= np.array([pairs[pair] > 0 for pair in zip(panel.people["role"], panel.people["level"], strict=True)])
    if not movable.any():
        return None
    card = panel.cards[name]
    better = values + model.error * (1.0 if card.better == "higher" else -1.0)
    better = better.clip(0, 1) if model.share else better.clip(min=min(0.0, float(np.nanmin(values))))
    stated = ensemble.batch().totals(ensemble.weights[None])[0]
    gained = np.full(len(values), np.nan)
    for fold in _folds(ensemble, name, movable):
        changed = panel.values.assign(**{name: np.where(fold, better, values)})
        again = ensemble.batch().again(replace(panel, values=changed))
        gained[fold] = again.totals(ensemble.weights[None])[0][fold]
    rows = np.flatnonzero(movable)
    now = np.zeros(len(values), dtype=np.int64)
    now[ensemble.graded] = ensemble.grades
    return Exposure(
        indicator=name,
        people=len(rows),
        points=float((gained - stated)[rows].mean()),
        rise=float((_alone(ensemble, stated, gained, rows) < now[rows]).mean()),
        by_herself=card.controllable.person != "no" and bool(card.gaming),
    )


def _folds(ensemble: Ensemble, name: str, movable: Flags) -> Iterator[Flags]:
    """Whom to move at a time: everybody, or a part where points are held against peers."""
    scheme = ensemble.scheme
    held = [rule for pair in ensemble.batch().pairs if (rule := scheme.rules_for(*pair).get(name))]
    held += [one.rule for pair in ensemble.batch().pairs for one in scheme.dimensions_for(*pair).values() if one.rule]
    if not any(isinstance(rule, AmongPeers) for rule in held):
        yield movable
        return
    for fold in range(_FOLDS):
        part = movable & (np.arange(len(movable)) % _FOLDS == fold)
        if part.any():
            yield part


def _alone(ensemble: Ensemble, stated: Array, gained: Array, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """The grade of each person in `rows` if she alone has her new total and others theirs as stated."""
    scheme, panel = ensemble.scheme, ensemble.panel
    compared = np.full(stated.shape, np.nan)
    compared[ensemble.graded] = stated[ensemble.graded]
    pool, best = pools(panel.people, scheme), best_open(panel, scheme)
    found = np.zeros(len(rows), dtype=np.int64)
    for one in np.unique(pool[rows]):
        members, mine = np.flatnonzero(pool == one), np.flatnonzero(pool[rows] == one)
        for part in np.array_split(mine, max(1, len(mine) * len(members) // _CELLS)):
            totals = np.repeat(compared[members][None], len(part), axis=0)
            own = np.searchsorted(members, rows[part])
            totals[np.arange(len(part)), own] = gained[rows[part]]
            given = capped(numbers(totals, scheme.grades, np.zeros(len(members), dtype=np.int64)), best[members])
            found[part] = given[np.arange(len(part)), own]
    return found

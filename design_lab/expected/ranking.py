"""The schemes of a search's front in the order of what is expected of the primary outcome, with volume beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.outcomes import LOWER_IS_BETTER, MIRRORED
from design_lab.display import Quantity, Shown, Term, number
from design_lab.evaluation.rerun import points_noise
from design_lab.evaluation.search import Searched
from design_lab.evaluation.search.files import carrier, with_weights
from design_lab.evaluation.search.found import Found
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.baseline import Baseline, RoleBaseline
from design_lab.expected.effects import effects
from design_lab.expected.forecast import TOLD
from design_lab.expected.incentive import worth_of_many
from design_lab.expected.paths import LEVEL, Paths, Unchanged, projected
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import Batch

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
VOLUME = "calls_per_hour"
_SHOWN = 10
_FIRST = 3  # of the order, of which findings tell
_MEASURED = 20  # times that everybody is measured twice, for the noise of points


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One scheme of the front: its weights in percent by indicator, and its effects in the fourth quarter.

    `primary` and `volume` are (low, median, high) at 90 %, in the outcome's unit, `volume` None where it has no course;
    `better` is the chance that the primary outcome is better than it would be under today's scheme.
    """

    weights: Mapping[str, int]
    primary: tuple[float, float, float]
    volume: tuple[float, float, float] | None
    better: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ranked(Shown):
    """The front of a role, best expected effect on the `primary` outcome first; no places where nothing can be said."""

    units: ClassVar = {"better": "share"}
    role: str
    title: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]  # of indicators
    primary: str
    quarter: str
    people: int
    tried: int
    limits: tuple[str, ...]
    places: tuple[Place, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a scheme: place, weights in percent by indicator, effects with ends, chance of better."""
        import pandas as pd

        rows = [
            {"place": number_, **one.weights, **_ends("", one.primary), **_ends("volume_", one.volume),
             "better": one.better}
            for number_, one in enumerate(self.places, 1)
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the first ten with their weights in words and every effect in its outcome's unit."""
        import pandas as pd

        rows = [
            {
                "place": str(place),
                "weights": self._aloud(one)[lang],
                "primary_effect": _written(self.primary, one.primary, lang),
                "volume_effect": _written(VOLUME, one.volume, lang),
                "better": number(one.better, "share", lang),
            }
            for place, one in enumerate(self.places[:_SHOWN], 1)
        ]
        return pd.DataFrame(rows, columns=["place", "weights", "primary_effect", "volume_effect", "better"])

    def findings(self) -> tuple[Finding, ...]:
        """State how many schemes are ordered, and of the first three effect, chance of better, and volume."""
        if not self.places:
            nothing = state(
                "expected.front.size", None, says="expected.front_unknown", unit="count", n=self.people,
                claim="unidentified", role=self.title,
            )  # fmt: skip
            return (nothing,)
        size = state(
            "expected.front.size", len(self.places), says="expected.front_size", unit="count", n=self.people,
            claim="scenario", limits=self.limits, role=self.title, outcome=Term(f"outcome.{self.primary}"),
            tried=Quantity(self.tried, "count"),
        )  # fmt: skip
        return (size, *(finding for place in range(min(_FIRST, len(self.places))) for finding in self._place(place)))

    def _place(self, place: int) -> Iterator[Finding]:
        one = self.places[place]
        told = ((self.primary, one.primary, ""), (VOLUME, one.volume, f".{VOLUME}"))
        for outcome, ends, suffix in told:
            if ends is None or (suffix and outcome == self.primary):
                continue
            unit, scale = SHOWN[outcome]
            low, middle, high = (scale * value for value in ends)
            yield state(
                f"expected.front.{place + 1}{suffix}", middle, says=f"expected.front{'_volume' if suffix else ''}",
                unit=unit, n=self.people, claim="scenario", bounds=(low, high), level=LEVEL, limits=self.limits,
                place=str(place + 1), weights=self._aloud(one), outcome=Term(f"outcome.{outcome}"), role=self.title,
                quarter=self.quarter, better=Quantity(one.better, "share"),
            )  # fmt: skip

    def _aloud(self, one: Place) -> dict[str, str]:
        """The weights as they are said, heaviest first."""
        ordered = sorted(one.weights.items(), key=lambda pair: -pair[1])
        return {
            lang: words(lang).say("report.join").join(f"{self.names[name][lang]} {weight}" for name, weight in ordered)
            for lang in LANGUAGES
        }


def ranked(found: Searched, start: Baseline) -> Ranked:
    """Order the front of the role that is asked about by the expected effect on the study's primary outcome.

    Everybody in the role is taken to come under a scheme in the next quarter; effects are those of its fourth quarter.
    All schemes and today's are priced alike, on the role's own people where nobody else is graded with them, with the
    noise of points as in the search. Nothing is said where the front is empty or the outcome has no course.
    """
    role = start.roles[0]
    of_role = [one for one in found.ended if one.space.role == role.role]
    settings = start.study.settings
    front = max(of_role, key=lambda one: one.space.people, default=None)
    primary = settings.primary_outcome
    places: list[Place] = []
    if front is not None and role.usual is not None and MIRRORED.get(primary, primary) in role.usual.courses:
        places = _places(front, found, start, role)
    sign = -1.0 if primary in LOWER_IS_BETTER else 1.0
    return Ranked(
        role=role.role,
        title=settings.roles[role.role],
        names={name: card.name for name, card in found.cards.items()},
        primary=primary,
        quarter=str(start.quarters[TOLD - 1]),
        people=role.people,
        tried=len(front.space.weights) if front is not None else 0,
        limits=("prior_not_client", "all_at_once", "fades_as_elsewhere", "front_of_past"),
        places=tuple(sorted(places, key=lambda one: -sign * one.primary[1])),
    )


def _places(front: Found, found: Searched, start: Baseline, role: RoleBaseline) -> list[Place]:
    assert role.usual is not None
    names, primary = front.space.indicators, start.study.settings.primary_outcome
    rows = [front.space.weights[place] for place in front.front]
    schemes = [with_weights(found.today, [(front.space, row)], found.others, name="front") for row in rows]
    before, *paid = _worth(front, [found.today, *schemes], found, start, role)
    usual = _only(role.usual, {primary, VOLUME})
    if not any(before.values()):
        return []
    told = []
    for row, after in zip(rows, paid, strict=True):
        if not any(after.values()):
            continue
        moved = effects(
            start.evidence, before, after, bonus_power=role.bonus_power, roles=frozenset({role.role}),
            pilots=role.pilots,
        )  # fmt: skip
        made = projected("front", usual, moved, rng=start.rng(1, 0)).paths
        told.append(_place(dict(zip(names, map(int, row), strict=True)), made, primary))
    return told


def _place(weights: Mapping[str, int], made: Mapping[str, Paths], primary: str) -> Place:
    effect = made[primary].effect[:, TOLD - 1]
    better = effect < 0 if primary in LOWER_IS_BETTER else effect > 0
    return Place(
        weights={name: weight for name, weight in weights.items() if weight},
        primary=_band(made[primary]),
        volume=_band(made[VOLUME]) if VOLUME in made else None,
        better=float(better.mean()),
    )


def _worth(
    front: Found, schemes: list[Scheme], found: Searched, start: Baseline, role: RoleBaseline
) -> list[dict[str, float]]:
    """What each scheme pays the role for, told of its own people where nobody else is held against them."""
    carried = carrier(found.today, [front.space], found.others)
    panel, batch = start.panel, Batch.of(start.panel, carried, medians=start.medians)
    if batch.part([place for place, pair in enumerate(batch.pairs) if pair[0] == role.role]) is not None:
        panel = panel.only(panel.people["role"].astype(str).eq(role.role))
        batch = Batch.of(panel, carried, medians=start.medians)
    noise = points_noise(panel, carried, medians=start.medians, rng=start.rng(2), draws=_MEASURED)
    weights, pay = batch.weights(schemes), start.pay["performance"].reindex(panel.people.index)
    return worth_of_many(
        panel, batch, weights, variance=_variance(batch, weights, noise), pay=pay, role=role.role
    )  # fmt: skip


def _variance(batch: Batch, weights: Array, noise: Array) -> Array:
    """The variance of totals by measurement, (schemes, n), of sums over what is there; points, (n, k), vary apart."""
    found = np.zeros((len(weights), len(batch.rows)))
    for pair, (rows, there) in enumerate(batch.known()):
        present = weights[:, pair] @ there
        squares = weights[:, pair] ** 2 @ (noise[rows].T * there)
        found[:, rows] = squares / np.where(present > 0, present, 1.0) ** 2
    return found


def _only(usual: Unchanged, outcomes: set[str]) -> Unchanged:
    """The courses of some outcomes and of what they mirror, the same draws."""
    kept = {name for name in usual.courses if name in outcomes | {MIRRORED.get(one, one) for one in outcomes}}
    parts = ("courses", "measured", "published", "usual")
    return Unchanged(
        **{part: {name: one for name, one in getattr(usual, part).items() if name in kept} for part in parts}
    )


def _band(path: Paths) -> tuple[float, float, float]:
    low, middle, high = path.effect_band(TOLD - 1)
    return float(low), float(middle), float(high)


def _ends(prefix: str, ends: tuple[float, float, float] | None) -> dict[str, float | None]:
    named = ("low", "effect", "high")
    return {f"{prefix}{name}": value for name, value in zip(named, ends or (None,) * 3, strict=True)}


def _written(outcome: str, ends: tuple[float, float, float] | None, lang: str) -> str:
    """An effect with its interval, as a reader sees it."""
    if ends is None:
        return number(None, "count", lang)
    unit, scale = SHOWN[outcome]
    low, middle, high = (number(scale * value, unit, lang) for value in ends)
    return words(lang).say("expected_part.with_ends", value=middle, low=low, high=high)

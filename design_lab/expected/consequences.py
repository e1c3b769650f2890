"""What follows from a forecast for the whole centre: longer calls, people, complaints and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import words
from design_lab.display import Shown, number
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.capacity import Capacity, HandleChange, NoCapacity
from design_lab.expected.cost import NetValue, Outlook, net_value
from design_lab.expected.draws import spread
from design_lab.expected.forecast import ExpectedEffects
from design_lab.scoring.team_quarters import CARDS

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
VOLUME = "calls_per_hour"


def handle_change(found: ExpectedEffects) -> HandleChange | None:
    """Return by how much a call of the whole centre takes longer in the fourth quarter; None if nothing is forecast.

    Each role's relative change counts by its calls in the last quarter known; of a role without a forecast no change is
    known, and none is counted.
    """
    draws = _over_roles(found, "handle_seconds", relative=True)
    return None if draws is None else HandleChange.of(draws)


def outlook(found: ExpectedEffects, people: Capacity | NoCapacity) -> Outlook:
    """Return what a scheme changes in its fourth quarter over the whole centre, draw by draw, as far as it is known.

    CSAT points are those of all ratings; complaints those of the calls of the last quarter known. Pay is left out: by
    grades from a pool of today's size it does not change.
    """
    points = _over_roles(found, "csat")
    rate = _over_roles(found, "complaints")
    calls = sum(role.start.known["complaints"].work[-1] for role in found.roles if "complaints" in role.start.known)
    return Outlook(
        csat_points=None if points is None else 100 * points,
        complaints=None if rate is None else rate * calls,
        fte=people.fte if isinstance(people, Capacity) else None,
    )


def worth(found: ExpectedEffects, people: Capacity | NoCapacity, *, rng: np.random.Generator) -> NetValue:
    """Value what a scheme changes in its fourth quarter over the whole centre, at the client's own values."""
    costs, scheme = found.baseline.study.settings.costs, found.scheme
    return net_value(costs, outlook(found, people), scheme=scheme.name, title=scheme.title, rng=rng)


def _over_roles(found: ExpectedEffects, outcome: str, *, relative: bool = False) -> Array | None:
    """The effect in the fourth quarter, (draws,), of all roles by the work that the outcome is counted over."""
    at, parts, whole = found.told, [], 0.0
    for role in found.roles:
        if outcome not in role.start.known:
            continue
        work = float(role.start.known[outcome].work[-1])
        whole += work
        if not role.why_not(outcome):
            path = role.path(outcome)
            before = path.without[:, at]
            parts.append(work * path.effect[:, at] / (before if relative else 1.0))
    return np.asarray(sum(parts) / whole) if parts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One scheme beside the others: its forecast, the people that it asks for, and what it is worth."""

    expected: ExpectedEffects
    people: Capacity | NoCapacity
    worth: NetValue


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SideBySide(Shown):
    """Candidates side by side in their fourth quarter, each against the scheme in force."""

    units: ClassVar = {}
    sides: tuple[Side, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a scheme.

        Columns: scheme, claim, primary (the effect on the primary outcome, in its unit), low, high, volume (that on
        calls per hour), target_chance (of the primary outcome), fte, net_value; None where not known.
        """
        import pandas as pd

        columns = ["scheme", "claim", "primary", "low", "high", "volume", "target_chance", "fte", "net_value"]
        return pd.DataFrame([_row(side) for side in self.sides], columns=columns).astype(
            dict.fromkeys(columns[2:], "float64")
        )

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in its unit and schemes by their titles."""
        import pandas as pd

        shown = self.table().astype(object)
        shown = shown.where(shown.notna(), None)
        primary = SHOWN[self.sides[0].expected.primary][0] if self.sides else "pp"
        units = dict.fromkeys(("primary", "low", "high"), primary) | {
            "volume": SHOWN[VOLUME][0], "target_chance": "share", "fte": "people_each", "net_value": "money",
        }  # fmt: skip
        for column, unit in units.items():
            shown[column] = [number(value, unit, lang) for value in shown[column]]
        shown["scheme"] = [side.expected.scheme.title[lang] for side in self.sides]
        shown["claim"] = [words(lang).say(f"claim.{one}") for one in shown["claim"]]
        return pd.DataFrame(shown)


def _row(side: Side) -> tuple[object, ...]:
    found, role = side.expected, side.expected.first
    at, scale = found.told, SHOWN[found.primary][1]
    effect: Sequence[float | None] = (None, None, None)
    if not role.why_not(found.primary):
        low, middle, high = scale * role.path(found.primary).effect_band(at)
        effect = float(middle), float(low), float(high)
    volume = None if role.why_not(VOLUME) else float(np.median(role.path(VOLUME).effect[:, at]))
    fte = spread(side.people.fte)[0] if isinstance(side.people, Capacity) else None
    worth = None if side.worth.total is None else spread(side.worth.total)[0]
    return found.scheme.name, role.claim(found.primary), *effect, volume, target_chance(found), fte, worth


def target_chance(found: ExpectedEffects) -> float | None:
    """Return the chance that the target of the primary outcome is met in the fourth quarter, None without one."""
    study, indicator = found.baseline.study, CARDS.get(found.primary, found.primary)
    target = study.settings.targets.get(indicator)
    if target is None or found.first.why_not(found.primary):
        return None
    better = study.cards[indicator].better
    return float(found.first.path(found.primary).reaching(target.value, better=better)[found.told])


def side_by_side(
    expected: Sequence[ExpectedEffects], people: Sequence[Capacity | NoCapacity], values: Sequence[NetValue]
) -> SideBySide:
    """Put candidates side by side; the three are in the same order of schemes."""
    triples = zip(expected, people, values, strict=True)
    return SideBySide(sides=tuple(Side(expected=one, people=two, worth=three) for one, two, three in triples))

"""Which pilot would find what: designs by teams and quarters tried on the past, and the one that is proposed.

The estimate is that of `design_lab.evidence.adoption`, by which the pilot will be judged; it holds each wave against
its last quarter before the change, so that one quarter before is all that it takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.display import Quantity, Shown, Term
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.lot import Lot, lot
from design_lab.expected.pilot import LEAST_TEAMS, POWER, Design, Kind, Power, power
from design_lab.expected.steady import Steady
from design_lab.expected.wanted import Wanted
from design_lab.finding import Finding, state
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

VOLUME = "calls_per_hour"
MOST_QUARTERS, YEAR = 6, 4  # after the first change: tried, and what a client may be asked to wait
_MOST_TEAMS = 60
_DRAWS = 2000
_LIMITS = ("chance_as_before", "few_teams")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Designs(Shown):
    """What pilots of a role's teams would find: `tried` on the primary outcome, and the one that is `proposed`.

    Proposed is the shortest that finds the effect `wanted` four times in five with the teams there are, of equals the
    surer; where none does, the one of a year that finds most. `by_outcome` is what it finds of every outcome;
    `enough_teams` how many teams find the effect in a year (None: not 60). `margin` is what volume may lose at most, in
    calls per hour, None where study.yaml does not state it. Empty where the `past` bears no plan.
    """

    units: ClassVar = {"teams": "count", "quarters": "count", "power": "share"}
    past: Steady
    wanted: Wanted
    tried: tuple[Power, ...] = ()
    proposed: Power | None = None
    by_outcome: Mapping[str, Power] | None = None
    enough_teams: int | None = None
    margin: float | None = None

    def table(self) -> pd.DataFrame:
        """Return one row a design tried: of, teams, quarters after, detectable in the outcome's unit, and power."""
        import pandas as pd

        rows = [
            (one.design.kind, one.design.teams, one.design.after, one.detectable, self._found(one))
            for one in self.tried
        ]
        return pd.DataFrame(rows, columns=["design", "teams", "quarters", "detectable", "power"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number in its unit, the least effects in that of the primary outcome."""
        from design_lab.display import number

        shown = Shown.to_text(self, lang)
        shown["detectable"] = [number(one.detectable, self._unit, lang) for one in self.tried]
        return shown

    @property
    def enough_quarters(self) -> int | None:
        """How many quarters find the effect with the teams there are; None where none that was tried does."""
        one, size = self.proposed, self.wanted.size
        return one.design.after if one and size is not None and one.at(size) >= POWER else None

    def lot(self, seed: int) -> Lot | None:
        """Deal the proposed design's dates out among the teams that are still free; None where these are too few.

        Teams are made alike in the primary outcome, in volume and in the QA score, as far as they are known, by their
        means over the last year of the stretch.
        """
        import pandas as pd

        if self.proposed is None or len(self.past.free) < LEAST_TEAMS:
            return None
        held = {
            name: self.past.values[name].iloc[:, -YEAR:].mean(axis="columns").reindex(self.past.free)
            for name in dict.fromkeys((self.wanted.primary, VOLUME, "qa_score"))
            if name in self.past.values
        }
        known = pd.DataFrame(held).dropna()
        if len(known) < LEAST_TEAMS:
            return None
        made = self.proposed.design
        design = Design(kind=made.kind, teams=len(known), before=made.before, after=made.after)
        return lot(known.iloc[:, : len(known) // 3], design, seed=seed)

    def findings(self) -> tuple[Finding, ...]:
        """State what the proposed pilot finds, what others would, and how sure it is that volume gets no worse."""
        if self.proposed is None:
            why = self.past.why_not
            said = state(
                "pilot.mde", None, says=f"pilot.{why}", unit=self._unit, n=None, claim="unidentified",
                outcome=self._outcome, **self.past.named,
            )  # fmt: skip
            return (said,)
        return (
            *self.past.findings(),
            *self.wanted.findings(),
            self._least("pilot.mde", self.proposed),
            *self._enough(),
            *self._by_design(),
            *self._curve(),
            *self._by_outcome(),
            self._volume(),
        )

    @property
    def _unit(self) -> str:
        return SHOWN[self.wanted.primary][0]

    @property
    def _outcome(self) -> Term:
        return Term(f"outcome.{self.wanted.primary}")

    def _found(self, one: Power) -> float | None:
        return None if self.wanted.size is None else one.at(self.wanted.size)

    def _least(self, id: str, one: Power, outcome: str | None = None) -> Finding:
        """The least effect that a design finds four times in five."""
        name = outcome or self.wanted.primary
        if one.detectable is None:
            return state(
                id, None, says="pilot.mde_lot", unit=SHOWN[name][0], n=one.design.teams, claim="unidentified",
                outcome=Term(f"outcome.{name}"), least=Quantity(one.least_p, "effect"), **_named(one.design),
            )  # fmt: skip
        return state(
            id, one.detectable, says="pilot.mde", unit=SHOWN[name][0], n=one.design.teams, claim="scenario",
            limits=_LIMITS, outcome=Term(f"outcome.{name}"), **_named(one.design),
        )  # fmt: skip

    def _enough(self) -> Iterator[Finding]:
        """How sure the proposed pilot finds the effect, and how many quarters or teams would."""
        size, one = self.wanted.size, self.proposed
        if size is None or one is None:
            return
        told: dict[str, Any] = {"size": Quantity(size, self._unit), "outcome": self._outcome, "claim": "scenario"}
        most = max(tried.design.after for tried in self.tried)
        yield state("pilot.power", one.at(size), says="pilot.power", unit="share", n=one.design.teams,
                    limits=(*_LIMITS, "whole_effect"), **told, **_named(one.design))  # fmt: skip
        known = self.enough_quarters
        yield state(
            "pilot.quarters", known, says=f"pilot.quarters{'' if known else '_none'}", unit="quarters",
            n=one.design.teams, limits=_LIMITS, **told,
            **_named(one.design) | {"most": Quantity(most, "quarters")},
        )  # fmt: skip
        enough, year = self.enough_teams, min(YEAR, most)
        yield state(
            "pilot.teams", enough, says=f"pilot.teams{'' if enough else '_none'}", unit="teams", n=len(self.past.teams),
            limits=_LIMITS, **told, design=Term(f"design.{one.design.kind}"), quarters=Quantity(year, "quarters"),
            most=Quantity(_MOST_TEAMS, "teams"), there=Quantity(len(self.past.teams), "teams"),
        )  # fmt: skip
        drawn = self.wanted.draws.get(self.wanted.primary)
        if drawn is not None:
            sure = float(np.mean([one.at(float(effect)) for effect in drawn[:400]]))
            yield state("pilot.assurance", sure, says="pilot.assurance", unit="share", n=one.design.teams,
                        limits=(*_LIMITS, "prior_not_client"), **told, **_named(one.design))  # fmt: skip

    def _by_design(self) -> Iterator[Finding]:
        """The least effect by design, each as long as the proposed one; of a shadow run, that there is none."""
        one = self.proposed
        for kind in get_args(Kind):
            alike = [
                tried
                for tried in self.tried
                if one and (tried.design.after, tried.design.teams) == (one.design.after, one.design.teams)
            ]
            yield from (self._least(f"pilot.mde.{kind}", tried) for tried in alike if tried.design.kind == kind)
        yield state("pilot.mde.shadow", None, says="pilot.mde_shadow", unit=self._unit, n=None, claim="unidentified",
                    outcome=self._outcome)  # fmt: skip

    def _curve(self) -> Iterator[Finding]:
        """The power of every design tried, where the effect is known."""
        size = self.wanted.size
        for one in self.tried if size is not None else ():
            design = one.design
            yield state(
                f"pilot.power.{design.kind}.t{design.teams}.q{design.after}", one.at(size or 0.0),
                says="pilot.power_of", unit="share", n=design.teams, claim="scenario", limits=_LIMITS,
                size=Quantity(size or 0.0, self._unit), outcome=self._outcome, **_named(design),
            )  # fmt: skip

    def _by_outcome(self) -> Iterator[Finding]:
        """The least effect of the proposed pilot on every outcome, the primary one first."""
        held = self.by_outcome or {}
        order = sorted(held, key=lambda name: name != self.wanted.primary)
        yield from (self._least(f"pilot.mde_by.{name}", held[name], name) for name in order)

    def _volume(self) -> Finding:
        """How sure the proposed pilot is to show that volume is no worse, if it is not."""
        held = (self.by_outcome or {}).get(VOLUME)
        if held is None or self.margin is None:
            why = "volume_unknown" if held is None else "volume_no_margin"
            return state("pilot.volume", None, says=f"pilot.{why}", unit="share", n=None, claim="unidentified",
                         setting="pilot.volume_margin")  # fmt: skip
        today = float(self.past.values[VOLUME].iloc[:, -1].mean())
        return state(
            "pilot.volume", held.no_worse(self.margin), says="pilot.volume", unit="share", n=held.design.teams,
            claim="scenario", limits=(*_LIMITS, "volume_dealt_out"), margin=Quantity(self.margin, SHOWN[VOLUME][0]),
            share=Quantity(self.margin / today, "share"), **_named(held.design),
        )  # fmt: skip


def _named(design: Design) -> dict[str, Any]:
    return {
        "design": Term(f"design.{design.kind}"),
        "teams": Quantity(design.teams, "teams"),
        "quarters": Quantity(design.after, "quarters"),
    }


def pilot_designs(study: Study, past: Steady, wanted: Wanted, *, rng: np.random.Generator) -> Designs:
    """Try parallel and stepped pilots of up to six quarters on a role's steady past, and propose one.

    Tried are all of its teams, and for the kind that is proposed half of them and twice as many. A past that bears no
    plan gives a result that says why.
    """
    if past.why_not:
        return Designs(past=past, wanted=wanted)
    values, teams = past.values[wanted.primary], len(past.values[wanted.primary])
    most = min(MOST_QUARTERS, values.shape[1] - 1)
    whole = [_tried(values, kind, teams, after, rng) for kind in get_args(Kind) for after in _lengths(kind, most)]
    proposed = _proposed(whole, wanted.size)
    kind = proposed.design.kind
    sizes = [size for size in (teams // 2, 2 * teams) if size >= LEAST_TEAMS]
    others = [_tried(values, kind, size, after, rng) for size in sizes for after in _lengths(kind, most)]
    volume, margin = past.values.get(VOLUME), study.settings.pilot.volume_margin
    return Designs(
        past=past,
        wanted=wanted,
        tried=(*whole, *others),
        proposed=proposed,
        by_outcome={
            name: _tried(past.values[name], kind, len(past.values[name]), proposed.design.after, rng)
            for name in OUTCOMES
            if name in past.values
        },
        enough_teams=_enough_teams(values, kind, min(YEAR, most), wanted.size, rng),
        margin=None if margin is None or volume is None else margin * float(volume.iloc[:, -1].mean()),
    )


def _lengths(kind: str, most: int) -> range:
    return range(1 if kind == "parallel" else 2, most + 1)


def _tried(values: pd.DataFrame, kind: Kind, teams: int, after: int, rng: np.random.Generator) -> Power:
    design = Design(kind=kind, teams=teams, before=1, after=after)
    return power(values, design, rng=rng, draws=_DRAWS, estimator="adoption")


def _proposed(tried: list[Power], size: float | None) -> Power:
    """The shortest design that finds the effect; else, of those of a year at most, the one that finds most."""
    if size is not None and (enough := [one for one in tried if one.at(size) >= POWER]):
        return min(enough, key=lambda one: (one.design.after, _least(one)))
    return min((one for one in tried if one.design.after <= YEAR), key=_least)


def _least(one: Power) -> float:
    return math.inf if one.detectable is None else one.detectable


def _enough_teams(
    values: pd.DataFrame, kind: Kind, after: int, size: float | None, rng: np.random.Generator
) -> int | None:
    """The least even number of teams that find an effect within so many quarters; None where that is not told."""
    if size is None or after not in _lengths(kind, after):
        return None
    sought = (_tried(values, kind, teams, after, rng) for teams in range(LEAST_TEAMS, _MOST_TEAMS + 1, 2))
    return next((one.design.teams for one in sought if one.at(size) >= POWER), None)

"""What other weights did in the roles beside the one in which most teams changed, each with a claim of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from design_lab.catalogue import LANGUAGES, words
from design_lab.evidence.checks import check_adoption
from design_lab.evidence.history import WeightHistory, weight_history
from design_lab.evidence.weight_effect import WeightEffects, weight_effects
from design_lab.finding import Finding, Stated
from design_lab.multiple_tests import holm
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_STATED = ("evidence.claim", "evidence.weight_effect.")


class Panels(Protocol):
    """What is asked of the teams' panel, such as `TeamQuarters`."""

    @property
    def roles(self) -> Mapping[str, str]:
        """The role of each team."""

    @property
    def absent(self) -> Mapping[str, str]:
        """Why outcomes are missing, as keys below `claim_reason.`."""

    def rates(self) -> pd.DataFrame:
        """Return one row a team and quarter: team, quarter and a column an outcome."""

    def frozen_on(self, day: dt.date) -> Panels:
        """Return the same with everybody in the team where she was on a day."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RoleEffects(Stated):
    """What other weights did in each other role whose teams changed: `effects` and `names` by role."""

    effects: Mapping[str, WeightEffects]
    names: Mapping[str, Mapping[str, str]]

    def table(self) -> pd.DataFrame:
        """Return one row a role and outcome: role, claim, and what `WeightEffects.table` has of it."""
        return self._beside({role: found.table() for role, found in self.effects.items()})

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number written in its outcome's unit."""
        return self._beside({role: found.to_text(lang) for role, found in self.effects.items()})

    def _beside(self, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        import pandas as pd

        made = []
        for role, table in tables.items():
            claims = {one.outcome: one.claim.claim for one in self.effects[role].effects}
            made.append(table.assign(role=role, claim=table["outcome"].map(claims).astype(object)))
        if not made:
            return pd.DataFrame(columns=["role", "claim", "outcome"])
        whole = pd.concat(made, ignore_index=True)
        return whole[["role", "claim", *(name for name in whole if name not in ("role", "claim"))]]

    def findings(self) -> tuple[Finding, ...]:
        """State each role's claim and effects as `evidence.role.<role>.claim` and `.weight_effect.<outcome>`."""
        return tuple(self._of(role, one) for role, found in self.effects.items() for one in _of_whole(found))

    def _of(self, role: str, one: Finding) -> Finding:
        named = self.names[role]
        text = {lang: words(lang).say("told.of_role", role=named[lang], text=one.text[lang]) for lang in LANGUAGES}
        return replace(one, id=one.id.replace("evidence.", f"evidence.role.{role}.", 1), text=text)


def _of_whole(found: WeightEffects) -> Iterator[Finding]:
    """The claim and the effects on outcomes, without single quarters and what would overturn them."""
    for one in found.findings():
        if one.id.startswith(_STATED) and ".event." not in one.id:
            yield one


def other_roles(
    study: Study,
    past: WeightHistory,
    teams: Panels,
    *,
    rng: np.random.Generator,
    queues: pd.DataFrame | None = None,
    draws: int = 999,
) -> RoleEffects:
    """Estimate what other weights did in each role beside that of `past` in which some team changed.

    `past` is the history of the role in which most changed, `queues` as of `check_adoption`. Each role has its own
    change of weights, claim and checks; nothing of it was named before looking, so that all outcomes of all these
    roles share one error rate (Holm, 1979). What single quarters show and what would overturn an effect is asked of
    `weight_effects` with the role's own `weight_history`.
    """
    held = {one.role for one in past.treated}
    histories = {
        role: weight_history(study, past.quarters[-1], roles=teams.roles, role=role)
        for role in sorted({*teams.roles.values()} - held)
    }
    changed = {role: history for role, history in histories.items() if history.treated}
    streams = dict(zip(changed, rng.spawn(len(changed)), strict=True))
    found = [_effects(study, history, teams, streams[role], queues, draws) for role, history in changed.items()]
    named = study.settings.roles
    return RoleEffects(
        effects=dict(zip(changed, _held_together(found), strict=True)),
        names={role: named.get(role, dict.fromkeys(LANGUAGES, role)) for role in changed},
    )


def _effects(
    study: Study, history: WeightHistory, teams: Panels, rng: np.random.Generator, queues: pd.DataFrame | None,
    draws: int,
) -> WeightEffects:  # fmt: skip
    of_checks, of_lot = rng.spawn(2)
    rates = teams.rates()
    frozen = teams.frozen_on(history.day_before).rates() if history.day_before else None
    checks = check_adoption(study, history, rates, rng=of_checks, frozen=frozen, queues=queues)
    return weight_effects(
        history, rates, primary=study.settings.primary_outcome, rng=of_lot, frozen=frozen, absent=teams.absent,
        checks=checks.checks, draws=draws,
    )  # fmt: skip


def _held_together(found: Sequence[WeightEffects]) -> tuple[WeightEffects, ...]:
    """Adjust p over all outcomes of all these roles; who mirrors another outcome of its role takes that one's."""
    held = iter(holm(one.p for each in found for one in each.effects if one.p is not None and not one.mirrors))
    made = []
    for each in found:
        told = {one.outcome: next(held) for one in each.effects if one.p is not None and not one.mirrors}
        own = tuple(
            one if one.p is None else replace(one, p_held=told.get(one.mirrors or one.outcome)) for one in each.effects
        )
        made.append(replace(each, effects=own, alone=False))
    return tuple(made)

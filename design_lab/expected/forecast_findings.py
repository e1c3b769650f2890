"""What a forecast says, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.catalogue.outcomes import LOWER_IS_BETTER, MIRRORED
from design_lab.display import Quantity, Term
from design_lab.evidence.weight_effect import SHOWN
from design_lab.evidence.wording import ByLanguage, said
from design_lab.expected.forecast import TOLD, ExpectedEffects, RoleForecast, level
from design_lab.expected.paths import LEVEL
from design_lab.finding import Finding, state
from design_lab.scoring.team_quarters import CARDS

if TYPE_CHECKING:
    from design_lab.expected.response import Response

_SHARES = 0.95  # of intervals of relative changes


def findings_of(found: ExpectedEffects) -> tuple[Finding, ...]:
    """State every outcome's effect, how it runs, what it rests on, and how likely the client's targets are met."""
    if found.stays:
        return (*_levels(found), *_targets(found))
    effects = [_effect(found, found.first, outcome) for outcome in found.outcomes]
    others = [_effect(found, role, found.primary) for role in found.roles[1:]]
    return (
        *_already(found), *_incentives(found), *effects, *others, *_quarters(found), *_levels(found), *_views(found),
        *_rests_on(found), *_targets(found),
    )  # fmt: skip


def better(outcome: str) -> str:
    """Return which end of an outcome is the better one."""
    return "lower" if outcome in LOWER_IS_BETTER else "higher"


def _already(found: ExpectedEffects) -> Iterator[Finding]:
    """How many are under the scheme as it is: for them the forecast is no change any more."""
    role, already = found.first, found.already
    if already:
        yield state(
            f"expected.{found.scheme.name}.already", already, says="expected.already", unit="people",
            n=role.start.people, claim="accounting", scheme=found.scheme.title, role=found.role_name(role),
            quarter=str(found.baseline.quarter),
        )  # fmt: skip


def _incentives(found: ExpectedEffects) -> Iterator[Finding]:
    """What a standard deviation more on each dimension is worth in pay, against today."""
    role = found.first
    for dimension in dict.fromkeys([*role.start.paid_for, *role.paid_for]):
        before, after = (side.get(dimension, 0.0) for side in (role.start.paid_for, role.paid_for))
        parts: dict[str, Any] = {"dimension": Term(f"dimension.{dimension}"), "scheme": found.scheme.title}
        known = before > 0
        yield state(
            f"expected.{found.scheme.name}.incentive.{dimension}", after / before - 1 if known else None,
            says=f"expected.incentive{'' if known else '_new' if after > 0 else '_none'}", unit="share",
            n=role.start.people, claim="accounting" if known else "unidentified", limits=("one_at_a_time",),
            role=found.role_name(role), **parts,
        )  # fmt: skip


def _effect(found: ExpectedEffects, role: RoleForecast, outcome: str) -> Finding:
    """The effect on an outcome in the fourth quarter; of another role than the first under that role's name."""
    id = f"expected.{found.scheme.name}.{outcome}"
    id = id if role is found.first else f"{id}.{role.start.role}"
    unit, scale = SHOWN[outcome]
    parts: dict[str, Any] = {
        "scheme": found.scheme.title, "outcome": Term(f"outcome.{outcome}"), "role": found.role_name(role),
        "quarter": str(found.quarters[TOLD - 1]),
    }  # fmt: skip
    few = "few" if role.start.people < found.baseline.study.settings.privacy.strictest else ""
    if why := role.why_not(outcome) or few:
        return state(
            id, None, says="expected.not_forecast", unit=unit, n=role.start.people, claim="unidentified",
            why=said(f"no_forecast.{why}"), **parts,
        )  # fmt: skip
    if not role.moves(outcome):
        return state(
            id, 0.0, says="expected.not_moved", unit=unit, n=role.start.people, claim="scenario", bounds=(0.0, 0.0),
            level=LEVEL, limits=_limits(found, role, outcome), **parts,
        )  # fmt: skip
    one, at = role.path(outcome), found.told
    low, middle, high = scale * one.effect_band(at)
    sides = {name: float(np.median(side[:, at])) for name, side in (("changed", one.changed), ("without", one.without))}
    return state(
        id, float(middle), says="expected.effect", unit=unit, n=role.start.people, claim=role.claim(outcome),
        bounds=(float(low), float(high)), level=LEVEL, limits=_limits(found, role, outcome),
        basis=_basis(role, outcome), **parts,
        **{name: Quantity(*level(outcome, value)) for name, value in sides.items()},
    )  # fmt: skip


def _basis(role: RoleForecast, outcome: str) -> ByLanguage:
    """What kind of ground the answer stands on, in a sentence."""
    response, claim = role.response(outcome), role.claim(outcome)
    if claim != "scenario":
        return said(f"expected_part.{'piloted' if claim == 'causal' else 'assumed'}")
    if response is None or not response.data_share:
        return said("expected_part.elsewhere")
    return said("expected_part.mixed", share=Quantity(response.data_share, "share"))


def _limits(found: ExpectedEffects, role: RoleForecast, outcome: str) -> tuple[str, ...]:
    past = role.start.known.get(outcome)
    carried = ("shocks_as_before", *(("filled_in",) if past is not None and past.filled.any() else ()))
    if found.stays:
        return carried
    return (
        *(("prior_not_client",) if role.claim(outcome) == "scenario" else ()),
        "all_at_once",
        "fades_as_elsewhere",
        *carried,
        *(("bonus_power_unknown",) if role.start.bonus_power is None else ()),
        *(("hardly_paid",) if role.effects and role.effects.unpaid else ()),
        *(("measure_may_inflate",) if outcome == MIRRORED.get(outcome, outcome) == "csat" else ()),
    )


def _quarters(found: ExpectedEffects) -> Iterator[Finding]:
    """The effect on each outcome that moves, quarter by quarter from adoption."""
    for outcome in found.outcomes:
        if not found.first.why_not(outcome) and found.first.moves(outcome):
            yield from (effect_in(found, outcome, place) for place in range(1, len(found.quarters) + 1))


def effect_in(found: ExpectedEffects, outcome: str, number: int) -> Finding:
    """State the effect on an outcome of the first role so many quarters from adoption, counted from 1."""
    role, (unit, scale) = found.first, SHOWN[outcome]
    parts: dict[str, Any] = {
        "scheme": found.scheme.title, "outcome": Term(f"outcome.{outcome}"), "role": found.role_name(role),
    }  # fmt: skip
    id, people = f"expected.{found.scheme.name}.{outcome}.q{number}", role.start.people
    if why := role.why_not(outcome):
        return state(
            id, None, says="expected.not_forecast", unit=unit, n=people, claim="unidentified",
            why=said(f"no_forecast.{why}"), **parts,
        )  # fmt: skip
    low, middle, high = (float(one) for one in scale * role.path(outcome).effect_band(found.starts + number - 1))
    return state(
        id, middle, says="expected.quarter", unit=unit, n=people, claim=role.claim(outcome, number),
        bounds=(low, high), level=LEVEL, limits=_limits(found, role, outcome),
        quarter=str(found.quarters[number - 1]), number=str(number), **parts,
    )  # fmt: skip


def _levels(found: ExpectedEffects) -> Iterator[Finding]:
    """The primary outcome itself in each quarter to come, as it will be published; all others if nothing changes."""
    told = found.outcomes if found.stays else (found.primary,)
    for outcome in told:
        if not found.first.why_not(outcome):
            places = range(1, len(found.quarters) + 1) if outcome == found.primary else (TOLD,)
            yield from (level_in(found, outcome, place) for place in places)


def level_in(found: ExpectedEffects, outcome: str, number: int) -> Finding:
    """State an outcome of the first role as it will be published so many quarters from adoption, counted from 1."""
    role, id = found.first, f"expected.{found.scheme.name}.{outcome}.level.q{number}"
    parts: dict[str, Any] = {
        "scheme": found.scheme.title, "outcome": Term(f"outcome.{outcome}"), "role": found.role_name(role),
    }  # fmt: skip
    if why := role.why_not(outcome):
        return state(
            id, None, says="expected.not_forecast", unit=level(outcome, 0.0)[1], n=role.start.people,
            claim="unidentified", why=said(f"no_forecast.{why}"), **parts,
        )  # fmt: skip
    band = role.path(outcome).band(found.starts + number - 1)
    (low, unit), (middle, _), (high, _) = (level(outcome, float(value)) for value in band)
    return state(
        id, middle, says=f"expected.level{'_stays' if found.stays else ''}", unit=unit, n=role.start.people,
        claim="scenario", bounds=(low, high), level=LEVEL, limits=_limits(found, role, outcome),
        quarter=str(found.quarters[number - 1]), **parts,
    )  # fmt: skip


def _views(found: ExpectedEffects) -> Iterator[Finding]:
    """The effect on the primary outcome as a conservative, a central and an optimistic reader would take it."""
    role, outcome = found.first, found.primary
    if role.why_not(outcome) or not role.moves(outcome):
        return
    unit, scale = SHOWN[outcome]
    for name, values in role.path(outcome).views(better=better(outcome)).items():
        yield state(
            f"expected.{found.scheme.name}.{outcome}.{name}", float(scale * values[found.told]),
            says=f"expected.{name}", unit=unit, n=role.start.people, claim=role.claim(outcome),
            limits=_limits(found, role, outcome), scheme=found.scheme.title, outcome=Term(f"outcome.{outcome}"),
            quarter=str(found.quarters[TOLD - 1]),
        )  # fmt: skip


def _rests_on(found: ExpectedEffects) -> Iterator[Finding]:
    """What was believed before, what a pilot showed and both together, with the shares of doubt and of direction."""
    role, outcome = found.first, found.primary
    response = role.response(outcome)
    if role.why_not(outcome) or response is None or not role.moves(outcome):
        return
    named: dict[str, Any] = {"scheme": found.scheme.title, "outcome": Term(f"outcome.{outcome}")}
    stem = f"expected.{found.scheme.name}"
    yield from _roads(stem, response, role, outcome, named)
    for name, value in (("data_share", response.data_share), ("span_share", response.span_share)):
        yield state(
            f"{stem}.{name}", value, says=f"expected.{name}", unit="share", n=role.start.people, claim="scenario",
            limits=_limits(found, role, outcome), **named,
        )  # fmt: skip


def _roads(stem: str, response: Response, role: RoleForecast, outcome: str, named: dict[str, Any]) -> Iterator[Finding]:
    """The whole effect relative to the outcome on each road, before it fades."""
    roads = (("prior", response.prior), ("data", response.data), ("posterior", response.posterior))
    for name, part in roads:
        if part is None:
            continue
        claim = role.start.pilots[outcome].claim if name == "data" else "scenario" if name == "prior" else None
        yield state(
            f"{stem}.{outcome}.{name}", part.mean, says=f"expected.{name}", unit="share", n=role.start.people,
            claim=claim or role.claim(outcome), bounds=part.interval, level=_SHARES,
            limits=("before_fading", *(("prior_not_client",) if name == "prior" else ())), **named,
        )  # fmt: skip


def _targets(found: ExpectedEffects) -> Iterator[Finding]:
    """The chance that each of the client's targets is met in the fourth quarter, as the figure will be published."""
    role, settings = found.first, found.baseline.study.settings
    outcomes = {card: outcome for outcome, card in CARDS.items()}
    for indicator, target in settings.targets.items():
        outcome, card = outcomes.get(indicator), found.baseline.study.cards[indicator]
        id = f"expected.{found.scheme.name}.target_probability.{indicator}"
        parts: dict[str, Any] = {"scheme": found.scheme.title, "indicator": card.name}
        why = "not_followed" if outcome is None else role.why_not(outcome)
        if outcome is None or why:
            yield state(
                id, None, says="expected.target_unknown", unit="chance", n=role.start.people, claim="unidentified",
                why=said(f"no_forecast.{why}"), **parts,
            )  # fmt: skip
            continue
        chance = float(role.path(outcome).reaching(target.value, better=card.better)[found.told])
        yield state(
            id, chance, says=f"expected.target{'_stays' if found.stays else ''}", unit="chance", n=role.start.people,
            claim="scenario", limits=_limits(found, role, outcome), role=found.role_name(role),
            quarter=str(found.quarters[TOLD - 1]), target=Quantity(*level(outcome, target.value)), **parts,
        )  # fmt: skip

"""Lints on weights: how many indicators, how much each, how much by judgement, and what matters weighed less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from design_lab.catalogue import Card
from design_lab.display import Quantity
from design_lab.evaluation.lint.record import Lint, bound, joined, say, weight
from design_lab.scheme import Scheme
from design_lab.scheme_faults import places

KEY_DIMENSIONS = ("csat", "complaints")  # of the metric cards: what the customer says
_HAIR = 1e-9
Position = tuple[str, str, str]  # the key of a place in the file, and the role and level for which it holds


def by_place(scheme: Scheme, find: Callable[[Position], Iterable[Lint]]) -> Iterator[Lint]:
    """Yield what `find` says of each place of a scheme; what an override inherits is said once, where it is stated."""
    said: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for place in places(scheme):
        _, role, level = place
        inherited = said.get(("", ""), set()) | said.get((role, ""), set())
        here = list(find(place))
        said[role, level] = {(one.id, one.reason["en"]) for one in here}
        yield from (one for one in here if (one.id, one.reason["en"]) not in inherited)


def key_of(scheme: Scheme, place: Position, indicator: str) -> str:
    """Return the key at which an indicator is weighed for a place."""
    where, role, level = place
    return f"{where}.{scheme.dimension_of(role, level)[indicator]}.indicators.{indicator}"


def of_weights(scheme: Scheme, cards: Mapping[str, Card]) -> Iterator[Lint]:
    """Too many indicators, weights too small or too large, too much by judgement."""

    def find(place: Position) -> Iterator[Lint]:
        where, role, level = place
        weights = scheme.weights(role, level)
        if len(weights) > bound("many_indicators"):
            most = Quantity(bound("many_indicators"), "count")
            yield say("many_indicators", where, count=Quantity(len(weights), "count"), bound=most)
        for indicator, share in weights.items():
            for id, beyond in (
                ("small_weight", share < bound("small_weight") - _HAIR),
                ("large_weight", share > bound("large_weight") + _HAIR),
            ):
                if beyond:
                    key, name = key_of(scheme, place, indicator), cards[indicator].name
                    yield say(id, key, indicator=name, weight=weight(share), bound=weight(bound(id)))
        judged = {one: share for one, share in weights.items() if cards[one].kind == "qualitative"}
        if (total := sum(judged.values())) > bound("subjective_share") + _HAIR:
            names, most = joined(cards[one].name for one in judged), weight(bound("subjective_share"))
            yield say("subjective_share", where, indicators=names, weight=weight(total), bound=most)

    yield from by_place(scheme, find)


def against_baseline(scheme: Scheme, baseline: Scheme, cards: Mapping[str, Card]) -> Iterator[Lint]:
    """Where customers and complaints weigh less than in the scheme with which this one is compared."""

    def key_share(one: Scheme, role: str, level: str) -> float:
        weights = one.weights(role, level)
        return sum(share for name, share in weights.items() if cards[name].dimension in KEY_DIMENSIONS)

    def find(place: Position) -> Iterator[Lint]:
        where, role, level = place
        now, before = key_share(scheme, role, level), key_share(baseline, role, level)
        if now < before - _HAIR:
            yield say("key_weighed_less", where, weight=weight(now), before=weight(before), baseline=baseline.title)

    yield from by_place(scheme, find)

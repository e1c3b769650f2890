"""Lints on indicators by their cards: what people do not control, what is scored twice, what a card leaves open."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from design_lab.catalogue import LANGUAGES, Card, Quotient
from design_lab.evaluation.lint.record import Lint, joined, say, weight
from design_lab.evaluation.lint.weights import Position, by_place, key_of
from design_lab.scheme import Scheme

_OPEN = re.compile(
    r"[\W_]*|\W*(tbd|tbc|unknown|to be (settled|defined|measured)|待定|未定|未知|待确认)\W*", re.IGNORECASE
)
_TEXTS = ("definition", "numerator", "denominator", "exclusions", "window", "gaming")


def of_indicators(scheme: Scheme, cards: Mapping[str, Card]) -> Iterator[Lint]:
    """What the cards of the weighed indicators say against scoring people on them."""
    yield from by_place(scheme, lambda place: _controlled(scheme, place, cards))
    yield from by_place(scheme, lambda place: _twice(scheme, place, cards))
    for indicator in scheme.indicators:
        if gaps := _gaps(cards[indicator]):
            yield say(
                "card_gap", f"indicators.yaml: {indicator}", indicator=cards[indicator].name, keys=", ".join(gaps)
            )


def _controlled(scheme: Scheme, place: Position, cards: Mapping[str, Card]) -> Iterator[Lint]:
    _, role, level = place
    adjusted = {card.adjusted.adjusts: id for id, card in cards.items() if card.adjusted}
    for indicator in scheme.weights(role, level):
        card, key = cards[indicator], key_of(scheme, place, indicator)
        if card.controllable.person == "no":
            yield say("not_controlled", key, indicator=card.name, why=card.controllable.why)
        elif card.controllable.person == "partly" and indicator in adjusted:
            id = adjusted[indicator]
            better, taken = cards[id].name, cards[id].adjusted
            says = f"raw_value_{taken.takes_out}" if taken else None
            yield say("raw_value", key, says=says, indicator=card.name, better=better, other=id)


def _twice(scheme: Scheme, place: Position, cards: Mapping[str, Card]) -> Iterator[Lint]:
    _, role, level = place
    weights = scheme.weights(role, level)
    for first, second in itertools.combinations(weights, 2):
        one, other = cards[first], cards[second]
        if _adjusts(one, second) or _adjusts(other, first) or _same(one, other, of_team=False):
            id = "same_sums"
        elif _same(one, other, of_team=True):
            id = "team_of_same"
        else:
            continue
        both = weight(weights[first] + weights[second])
        yield say(id, key_of(scheme, place, second), indicators=joined((one.name, other.name)), weight=both)


def _adjusts(card: Card, indicator: str) -> bool:
    return card.adjusted is not None and card.adjusted.adjusts == indicator


def _same(one: Card, other: Card, *, of_team: bool) -> bool:
    """Whether some way to compute both reads the same answers: equal sums, or the same column over equal sums."""
    ways = itertools.product(one.computed, other.computed)
    return any((a.of != b.of) == of_team and _same_sums(a, b) for a, b in ways)


def _same_sums(a: Quotient, b: Quotient) -> bool:
    if (a.table, a.where, a.denominator) != (b.table, b.where, b.denominator):
        return False
    if a.numerator == b.numerator:
        return True
    # Answers of one column, sorted otherwise: very satisfied is a part of satisfied, and dissatisfied the rest.
    columns = {*a.numerator.where} & {*b.numerator.where}
    return a.denominator is not None and bool(columns) and a.numerator.count == b.numerator.count


def _gaps(card: Card) -> list[str]:
    """The keys of a card that say nothing in some language."""
    return [key for key in _TEXTS if any(_OPEN.fullmatch(getattr(card, key)[lang]) for lang in LANGUAGES)]

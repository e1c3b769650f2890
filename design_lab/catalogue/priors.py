"""Evidence cards: what studies elsewhere say of incentives, brought to the numbers that a forecast asks for.

A study changes, drops or weighs cards and adds its own under `evidence` in study.yaml.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.catalogue.words import LANGUAGES, words
from design_lab.errors import Fault, StudyError, nearest
from design_lab.files import read_yaml, safe_name, validated

_FILE = Path(__file__).with_name("priors.yaml")
_WHERE = "evidence.cards"  # in study.yaml
_FARTHEST = 20  # in logs and logits; what lies beyond is a mistake of units
_HEAVIEST = 1000
_SHORT = ("mean", "sd")  # of the one entry that a card informs

Number = Annotated[float, Field(strict=True)]
Filled = Annotated[str, Field(min_length=1, pattern=r"\S")]
Words = Mapping[str, Filled]  # by language
Scale = Literal["log", "log_shortfall", "log_months", "log_quarters", "log_points", "logit"]
Per = Literal["log_incentive", "log_volume", "in_force", "standard_deviation", "itself"]
RestsOn = Literal["study", "sign", "judgement", "client"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Entry(_Model):
    """A number that a forecast asks for: how outcomes answer, how an effect runs, or how a measure moves by itself.

    `outcomes` go up with it (1) or down by as much (-1) on its `scale`; it answers the log of the incentives of its
    `dimensions` added. `per` is for how much of what it stands, at the `bonus_power` (performance pay over total pay).
    """

    name: Words
    kind: Literal["response", "time", "measurement"]
    outcomes: Mapping[str, Literal[1, -1]]
    dimensions: tuple[str, ...]
    scale: Scale
    per: Per
    bonus_power: Number | None = None


class Structure(_Model):
    """What studies say of the form of things, without a number."""

    name: Words
    meaning: Words


class Source(_Model):
    """Where a card comes from; `seen` is where it was read."""

    authors: Filled
    year: Annotated[int, Field(strict=True)] | None = None
    title: Filled | None = None
    published: Filled
    seen: Filled

    def __str__(self) -> str:
        return f"{self.authors} {self.year}" if self.year else self.authors


class Effect(_Model):
    """An effect as seen: in words, and its value and interval where a number was seen."""

    said: Words
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: Literal["log", "share", "correlation", "standard_deviations"] | None = None


class Scaled(_Model):
    """A card's effect on the scale of an entry: normal with `mean` and `sd`, how they were come by, what they rest on.

    `rests_on` is the study's number, its sign with a size by judgement, judgement alone, or the client's word.
    """

    mean: Annotated[Number, Field(ge=-_FARTHEST, le=_FARTHEST)]
    sd: Annotated[Number, Field(gt=0, le=_FARTHEST)]
    arithmetic: Words
    bonus_power: Number | None = None
    rests_on: RestsOn


class EvidenceCard(_Model):
    """One study: where, what was seen, what was held fixed, how far from a bank's call centre, and what it informs.

    `informs` is by entry, `shapes` are structures; `weight` is how much it counts against others of an entry.
    """

    kind: Literal["study", "review", "theory", "case", "judgement"]
    source: Source
    setting: Words
    effect: Effect
    held_fixed: Words
    distance: Words
    use: Words
    informs: Mapping[str, Scaled] = {}
    shapes: tuple[str, ...] = ()
    weight: Annotated[Number, Field(ge=0, le=_HEAVIEST)]

    def cited(self, lang: str) -> str:
        """Return its authors and year; of a judgement that it is one."""
        return words(lang).say("evidence_card.judgement") if self.kind == "judgement" else str(self.source)


class Evidence(_Model):
    """All entries, structures and cards; `changed` are the cards that a study changed or added."""

    entries: Mapping[str, Entry]
    structures: Mapping[str, Structure]
    cards: Mapping[str, EvidenceCard]
    changed: frozenset[str] = frozenset()

    def informing(self, entry: str) -> dict[str, EvidenceCard]:
        """Return the cards with a weight above 0 that inform an entry, in the order of their ids."""
        held = {name: card for name, card in self.cards.items() if entry in card.informs and card.weight > 0}
        return {name: held[name] for name in sorted(held, key=by_number)}


class Weighing(_Model):
    """What study.yaml says under `evidence`: by card the keys that differ, or all keys of a card of its own.

    `mean` and `sd` may stand beside `weight`, short for those of the one entry that the card informs.
    """

    cards: dict[str, dict[str, Any]] = {}


def by_number(card: str) -> tuple[str, int, str]:
    """Order card ids as people count: E2 before E10.

    >>> sorted(["E10", "E2", "J1"], key=by_number)
    ['E2', 'E10', 'J1']
    """
    letters = card.rstrip("0123456789")
    return letters, int(card[len(letters) :] or 0), card


@functools.cache
def evidence() -> Evidence:
    """Return the catalogue's entries, structures and cards.

    >>> evidence().cards["E5"].informs["volume_on_workload"].mean
    0.0418
    """
    return _checked(_content(), _FILE)


@functools.cache
def _content() -> Mapping[str, Any]:
    return read_yaml(_FILE)


def evidence_with(weighing: Weighing, path: Path) -> Evidence:
    """Return the catalogue's evidence as a study (`path`, its study.yaml) weighs it.

    An unknown card, entry, outcome or key, a card without its source, a deviation that is not above 0, a number that is
    not finite, and an entry of which all cards weigh 0 raise `StudyError`, a line each with the nearest known word.
    """
    return _weighed(weighing.cards, path) if weighing.cards else evidence()


def _weighed(changes: Mapping[str, Mapping[str, Any]], path: Path) -> Evidence:
    known, read, faults = _content()["cards"], dict(evidence().cards), []
    for name, changed in changes.items():
        own, found = known.get(name, {}), [*_key_faults(name, changed, known)]
        if not found:
            try:
                safe_name(name, "card")
                read[name] = validated(EvidenceCard, _merged(own, changed), path)
                found = [*_card_faults(read[name], evidence())]
            except StudyError as error:
                found = [*error.faults] or [Fault("wrong_value", "", str(error))]
        faults += [_placed(fault, name, own, changed) for fault in found]
    weighed = evidence().model_copy(update={"cards": read, "changed": frozenset(changes)})
    if faults := faults or [*_weight_faults(weighed)]:
        raise StudyError.of(path, faults)
    return weighed


def _key_faults(name: str, changed: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Fault]:
    fields, entries = (*EvidenceCard.model_fields, *_SHORT), evidence().entries
    if name not in known and set(changed) <= {"weight", *_SHORT}:
        said = f"is not a card; {nearest(name, known)}; a card of your own states its source and all other keys"
        yield Fault("unknown_word", "", said)
        return
    for key in changed:
        if key not in fields:
            yield Fault("unknown_key", str(key), f"is not a known key; {nearest(str(key), fields)}")
    named = changed.get("informs", {})
    for entry in named if isinstance(named, Mapping) else ():
        if entry not in entries:
            yield Fault("unknown_word", f"informs.{entry}", f"is not an entry; {nearest(str(entry), entries)}")
    informed = [*known.get(name, {}).get("informs", {})]
    for key in _SHORT:
        if key in changed and len(informed) != 1:
            those = ", ".join(informed) or "no entry"
            said = f"the card informs {those}; name the entry, as informs: {{<entry>: {{mean: …, sd: …}}}}"
            yield Fault("contradiction", key, said)
        elif key in changed and isinstance(named, Mapping) and informed[0] in named:
            yield Fault("contradiction", key, f"stands beside informs.{informed[0]}; say it in one place")


def _merged(own: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """A card with what a study changes in it; a changed mean or deviation is the client's word, not the study's."""
    plain = {key: value for key, value in changed.items() if key not in (*_SHORT, "informs")}
    informs, said = dict(own.get("informs", {})), changed.get("informs", {})
    short = {key: changed[key] for key in _SHORT if key in changed}
    if not isinstance(said, Mapping):
        return {**own, **plain, "informs": said}
    for entry, numbers in {**dict.fromkeys([*informs][: bool(short)], short), **said}.items():
        stated = {
            "rests_on": "client",
            "arithmetic": {lang: words(lang).say("evidence_card.stated") for lang in LANGUAGES},
        }
        informs[entry] = {**informs.get(entry, {}), **stated, **numbers} if isinstance(numbers, Mapping) else numbers
    return {**own, **plain, "informs": informs}


def _placed(fault: Fault, name: str, own: Mapping[str, Any], changed: Mapping[str, Any]) -> Fault:
    """Place a card's fault in study.yaml, with keys as they are written there: of a short one the entry is left out."""
    short = {f"informs.{entry}.{key}": key for entry in own.get("informs", {}) for key in _SHORT if key in changed}
    where = ".".join(part for part in (_WHERE, name, short.get(fault.where, fault.where)) if part)
    return Fault(fault.kind, where, fault.said)


def _checked(content: Mapping[str, Any], path: Path) -> Evidence:
    read: Evidence = validated(Evidence, content, path)
    faults = [
        Fault("wrong_value", f"cards.{name}", str(fault))
        for name, card in read.cards.items()
        for fault in _card_faults(card, read)
    ]
    for name, entry in read.entries.items():
        faults += [
            Fault("unknown_word", f"entries.{name}.outcomes", f"{one} is not an outcome; {nearest(one, OUTCOMES)}")
            for one in entry.outcomes
            if one not in OUTCOMES
        ]
    if faults := faults or [*_weight_faults(read)]:
        raise StudyError.of(path, faults)
    return read


def _card_faults(card: EvidenceCard, among: Evidence) -> Iterator[Fault]:
    texts = {"setting": card.setting, "effect.said": card.effect.said, "held_fixed": card.held_fixed,
             "distance": card.distance, "use": card.use}  # fmt: skip
    texts |= {f"informs.{entry}.arithmetic": scaled.arithmetic for entry, scaled in card.informs.items()}
    for key, text in texts.items():
        if missing := [lang for lang in LANGUAGES if lang not in text]:
            yield Fault("missing_key", key, f"is missing in {', '.join(missing)}")
    for name, scaled in card.informs.items():
        stands = among.entries[name].bonus_power if name in among.entries else None
        if scaled.bonus_power is not None and scaled.bonus_power != stands:
            said = f"is {scaled.bonus_power:g}, but the entry stands at {stands}; bring mean and sd there"
            yield Fault("wrong_value", f"informs.{name}.bonus_power", said)
    for kind, named, known in (("entry", card.informs, among.entries), ("structure", card.shapes, among.structures)):
        where = "informs" if kind == "entry" else "shapes"
        article = "an" if kind == "entry" else "a"
        for name in named:
            if name not in known:
                yield Fault("unknown_word", f"{where}.{name}", f"is not {article} {kind}; {nearest(name, known)}")


def _weight_faults(read: Evidence) -> Iterator[Fault]:
    for entry in read.entries:
        if not read.informing(entry):
            held = [name for name, card in read.cards.items() if entry in card.informs]
            named = f"all cards that inform {entry} weigh 0 ({', '.join(held)})" if held else f"no card informs {entry}"
            yield Fault("weights_sum", _WHERE, f"{named}; leave one above 0 or add a card of your own")

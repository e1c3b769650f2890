"""The definitions behind a report as plain data: metric cards, schemes, settings, where columns come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from design_lab.catalogue import LANGUAGES, Card, Quotient
from design_lab.catalogue.indicators import DERIVED
from design_lab.changes.definitions import HIDDEN
from design_lab.files import sha256_of
from design_lab.study import Study

_CARD = {"name", "controllable", "gaming", "not_scored"}  # of a card, what tells of it and defines nothing
_SCHEME = {"name", "title", "why", "provenance", "waive"}
_SETTINGS = (
    "cycle", "calendar", "working_days", "targets", "primary_outcome", "expected_shares", "occupancy_max",
    "shift_hours", "service", "costs", "leads", "current_scheme",
)  # fmt: skip
_SHOWN = ("from", "minus", "join", "constant", "row_number", "unit", "formats", "of_month", "width", "system", "empty")
_MADE_OF = {"handle_ms": ("talk_ms", "hold_ms", "wrap_ms")}
_DIGITS = 12  # of a fingerprint


def definitions(study: Study, schemes: Sequence[str]) -> dict[str, Any]:
    """Return `{kind: {subject: {key: text, or text by language}}}`, as `design_lab.changes.redefined` compares it.

    Kinds are indicators (all cards), schemes (those of a run), settings (of study.yaml) and sources (by table). What
    may name people or places (codes, files, addresses) stands as a fingerprint.
    """
    return {
        "indicators": {name: _card(card) for name, card in study.cards.items()},
        "schemes": {name: _scheme(study, name) for name in schemes},
        "settings": _settings(study),
        "sources": _sources(study),
    }


def _card(card: Card) -> dict[str, Any]:
    stated = card.model_dump(mode="json", exclude=_CARD, exclude_defaults=True)
    return {"name": dict(card.name), **dict(_flat(stated)), "reads": sorted(_reads(card))}


def _reads(card: Card) -> Iterator[str]:
    """The columns on which an indicator rests; of one that is adjusted, all of its tables."""
    for way in card.computed:
        yield from {f"{way.table}.{column}" for column in (way.person, *way.where, *((way.each,) if way.each else ()))}
        yield from {column for term in way.terms for column in _read_by(term, way)}
    if not card.computed:
        yield from (f"{table}.*" for table in card.tables)


def _read_by(term: Any, way: Quotient) -> Iterator[str]:
    table = term.table or way.table
    named = [*term.sum, *term.less, *term.where, *((term.count,) if term.count else ())]
    for column in named:
        derived = column in DERIVED.get(table, {})
        yield from (f"{table}.{one}" for one in (_MADE_OF.get(column, (column,)) if derived else (column,)))


def _scheme(study: Study, name: str) -> dict[str, Any]:
    scheme = study.scheme(name)
    stated = scheme.model_dump(mode="json", exclude=_SCHEME, exclude_defaults=True)
    return {"name": dict(scheme.title), **dict(_flat(stated))}


def _settings(study: Study) -> dict[str, Any]:
    stated = study.settings.model_dump(mode="json", include=set(_SETTINGS))
    held = {key: dict(_flat({key: stated[key]})) for key in _SETTINGS}
    return {
        **{key: texts for key, texts in held.items() if texts},
        "privacy": dict(_flat({"k": study.settings.privacy.k})),
    }


def _sources(study: Study) -> dict[str, Any]:
    from design_lab.ingest.mapping import read_sources

    if not (study.folder / "sources.yaml").is_file():  # of tables alone
        return {}
    return {
        table: {
            key: text
            for place, part in enumerate(parts)
            for key, text in _source(part.model_dump(mode="json", by_alias=True, exclude_defaults=True), place)
        }
        for table, parts in read_sources(study.folder).tables.items()
    }


def _source(part: Mapping[str, Any], place: int) -> Iterator[tuple[str, Any]]:
    """One source of a table: its columns in words as far as they may be shown, the rest by fingerprint."""
    before = f"{place + 1}." if place else ""
    for name, origin in part["columns"].items():
        shown = {key: value for key, value in origin.items() if key in _SHOWN}
        hidden = {key: value for key, value in origin.items() if key not in _SHOWN}
        yield from _flat(shown, f"{before}columns.{name}.")
        yield from ((f"{before}columns.{name}.{key}", _fingerprint(value)) for key, value in hidden.items())
    yield from ((f"{before}{key}", _fingerprint(value)) for key, value in part.items() if key != "columns")


def _fingerprint(value: Any) -> str:
    return f"{HIDDEN}{sha256_of(value)[:_DIGITS]}"


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each value by its dotted key: lists of plain values on one line, texts of several languages together."""
    for key, value in content.items():
        where = f"{before}{key}"
        if isinstance(value, Mapping) and value and set(value) <= set(LANGUAGES):
            yield where, dict(value)
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{where}.")
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            yield from _flat({str(place): one for place, one in enumerate(value)}, f"{where}.")
        elif value not in (None, [], {}):
            yield where, ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)

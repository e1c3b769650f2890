"""Metric cards: one record an indicator, what it is and which sums make it; a client may add her own or change ours."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

from design_lab.catalogue.words import LANGUAGES
from design_lab.errors import StudyError, nearest
from design_lab.files import read_yaml, validated
from design_lab.schema import TABLES, Kind, Table

_FILE = Path(__file__).with_name("indicators.yaml")

# What `scoring.measures` derives of a table's own columns, for sums and filters.
DERIVED: Mapping[str, Mapping[str, Kind]] = {
    "interactions": {"handle_ms": "milliseconds"},  # talk, hold and wrap-up
    "agent_periods": {"handle_ms": "milliseconds", "rated": "count"},  # all ratings, where good and bad are counted
    "complaints": {"days_to_close": "count"},  # from received to closed; missing while open
}
_ADDED: tuple[Kind, ...] = ("count", "milliseconds", "points_x100", "money_x100", "flag")  # kinds that can be summed
_COUNTED: tuple[Kind, ...] = ("count", "flag")  # kinds of which the sum is a number of things
_SAID = {"flag": "true or false"} | dict.fromkeys(_ADDED[:-1], "min or max")  # how a condition on each kind is said
Words = Mapping[str, Annotated[str, Field(min_length=1)]]  # by language


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed)]


class Condition(_Model):
    """What a column must hold.

    One of the words `among`, none of `other_than`, a `flag`, a number between `min` and `max` (both included), or
    nothing at all (`empty`).
    In a card a word, a list of words, true or false, or null says the same shortly.
    """

    among: Names = ()
    other_than: Names = ()
    flag: StrictBool | None = None
    min: float | None = None
    max: float | None = None
    empty: StrictBool = False


def _condition(value: Any) -> Any:
    if value is None:
        return {"empty": True}
    if isinstance(value, bool):
        return {"flag": value}
    return {"among": value} if isinstance(value, str | list | tuple) else value


Filter = Mapping[str, Annotated[Condition, BeforeValidator(_condition)]]  # by column


class Term(_Model):
    """One sum over rows: of `sum` columns less others, the `count` of rows or of filled cells, or clock `hours` in use.

    `table` is the quotient's unless it is named; `where` narrows the quotient's rows further.
    """

    table: str | None = None
    sum: Names = ()
    less: Names = ()
    count: StrictStr | None = None  # 'rows', or a column whose filled cells are counted
    hours: Literal["rows"] | None = None
    where: Filter = {}


class Quotient(_Model):
    """An indicator as one sum over another, by person: `scale` times numerator over denominator, or a plain total.

    `person` is the column that says whose row it is; `each` takes the mean of the means by that column; `of` team
    gives everybody her team's quotient. `n` is what is counted as observations: the denominator where it counts things,
    else the numerator where that does, else the rows. `observed` says what stands for a single observation: the rows
    that the denominator counts, a yes or no, or weeks.
    """

    table: str
    where: Filter = {}
    person: str = "employee_id"
    each: str | None = None
    of: Literal["person", "team"] = "person"
    numerator: Term
    denominator: Term | None = None
    scale: float = 1.0
    n: Literal["numerator", "denominator", "rows"] | None = None
    observed: Literal["rows", "yes_no", "weeks"] | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The numerator, and the denominator if there is one."""
        return (self.numerator, *((self.denominator,) if self.denominator else ()))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that are read."""
        return tuple(dict.fromkeys(term.table or self.table for term in self.terms))

    @property
    def counted(self) -> Literal["numerator", "denominator", "rows"]:
        """What is counted as observations."""
        if self.n:
            return self.n
        if self.denominator and _counts_things(self.denominator, self.table):
            return "denominator"
        return "numerator" if _counts_things(self.numerator, self.table) else "rows"

    @property
    def single(self) -> Literal["rows", "yes_no", "weeks"]:
        """What stands for a single observation."""
        rows = self.denominator is not None and self.denominator.count is not None and len(self.tables) == 1
        return self.observed or ("rows" if rows else "weeks")


class Adjusted(_Model):
    """Another indicator with something taken out that is not the person's.

    Of case mix: the centre's value times observed over expected `within` like cells. Of the raters' severity: each
    rating as an average rater would have given it.
    """

    adjusts: Literal["handle_seconds", "calls_per_hour", "peer_rating"]
    takes_out: Literal["case_mix", "severity"] = "case_mix"
    within: tuple[Literal["queue", "contact_type", "shift", "hour"], ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Adjusted:
        if (self.takes_out == "severity") != (self.adjusts == "peer_rating"):
            raise ValueError(f"{self.takes_out} cannot be taken out of {self.adjusts}")
        if (self.takes_out == "case_mix") != bool(self.within):
            raise ValueError("within names the cells of like calls for case_mix, and nothing for severity")
        return self


class Control(_Model):
    """Whether a person controls the indicator, and why."""

    person: Literal["yes", "partly", "no"]
    why: Words


class Card(_Model):
    """What an indicator is, where it comes from, which way is better, and which sums make it.

    `computed` names the ways to compute it, the first whose tables were delivered is taken; a card that nobody may be
    scored on has none, but `tables` and the reason `not_scored`. Instead, `adjusted` makes one out of another.
    """

    name: Words
    definition: Words
    numerator: Words
    denominator: Words
    exclusions: Words
    window: Words
    unit: Literal["share", "points", "seconds", "per_hour", "count"]
    better: Literal["higher", "lower"]
    dimension: str
    kind: Literal["quantitative", "qualitative", "additional"]
    scored: StrictBool
    not_scored: Words = {}
    minimum_n: StrictInt
    controllable: Control
    gaming: Words
    source: Annotated[str, Field(min_length=1)]
    tables: tuple[str, ...]
    computed: tuple[Quotient, ...] = ()
    adjusted: Adjusted | None = None

    @model_validator(mode="before")
    @classmethod
    def _tables_of_its_sums(cls, content: Any) -> Any:
        """Without `tables` of its own a card reads those that its sums name."""
        if not isinstance(content, Mapping) or "tables" in content:
            return content
        adjusted = content.get("adjusted")
        if not adjusted:
            return {**content, "tables": tuple(dict.fromkeys(_named_tables(content.get("computed") or ())))}
        severity = isinstance(adjusted, Mapping) and adjusted.get("takes_out") == "severity"
        return {**content, "tables": ("ratings" if severity else "interactions",)}


def _named_tables(computed: Any) -> Iterator[str]:
    for way in computed if isinstance(computed, list | tuple) else ():
        if isinstance(way, Mapping):
            parts = (way, way.get("numerator"), way.get("denominator"))
            yield from (str(part["table"]) for part in parts if isinstance(part, Mapping) and "table" in part)


def _counts_things(term: Term, table: str) -> bool:
    columns = columns_of(term.table or table)
    return bool(term.count or term.hours) or all(columns.get(name) in _COUNTED for name in term.sum)


def columns_of(table: str) -> dict[str, Kind]:
    """Return the kinds of a table's columns, those that are derived from them included."""
    return {name: column.kind for name, column in TABLES[table].columns.items()} | dict(DERIVED.get(table, {}))


@functools.cache
def cards() -> Mapping[str, Card]:
    """Return the catalogue's metric cards by indicator id, in its order.

    >>> cards()["csat"].better
    'higher'
    """
    return _read(_FILE, {})


def cards_with(path: Path) -> Mapping[str, Card]:
    """Return the catalogue's cards and those of a study's indicators.yaml, which adds cards or changes keys of ours.

    Any fault raises `StudyError`, a line each, with file, indicator, key and the nearest known word.
    """
    return _read(path, read_yaml(_FILE)) if path.is_file() else cards()


def _read(path: Path, base: Mapping[str, Any]) -> dict[str, Card]:
    own = read_yaml(path)
    read, faults = {}, []
    for key in dict.fromkeys((*base, *own)):
        changed = own.get(key, {})
        if not isinstance(changed, Mapping):
            faults.append(f"{path}: {key}: must hold the keys of a metric card, but holds {changed!r}")
            continue
        try:
            read[key] = validated(Card, {**base.get(key, {}), **changed}, path)
        except StudyError as error:
            faults += [line.replace(f"{path}: ", f"{path}: {key}.", 1) for line in str(error).splitlines()]
            continue
        faults += [f"{path}: {key}.{fault}" for fault in _faults(read[key])]
    if faults:
        raise StudyError("\n".join(faults))
    return read


def _faults(card: Card) -> Iterator[str]:
    texts = {
        "name": card.name, "definition": card.definition, "numerator": card.numerator, "denominator": card.denominator,
        "exclusions": card.exclusions, "window": card.window, "controllable.why": card.controllable.why,
        "gaming": card.gaming, **({} if card.scored else {"not_scored": card.not_scored}),
    }  # fmt: skip
    for key, text in texts.items():
        if missing := [lang for lang in LANGUAGES if lang not in text]:
            yield f"{key}: is missing in {', '.join(missing)}"
    if card.scored and not card.computed and not card.adjusted:
        yield "computed: is missing; a card that people are scored on says which sums make it"
    for number, way in enumerate(card.computed):
        yield from (f"computed.{number}.{fault}" for fault in _way_faults(way))
    yield from (f"tables: {name} is not a table; {nearest(name, TABLES)}" for name in card.tables if name not in TABLES)


def _way_faults(way: Quotient) -> Iterator[str]:
    if way.table not in TABLES:
        yield f"table: {way.table} is not a table; {nearest(way.table, TABLES)}"
        return
    for key in (way.person, *((way.each,) if way.each else ())):
        if columns_of(way.table).get(key) != "person":
            people = [name for name, kind in columns_of(way.table).items() if kind == "person"]
            yield f"{'each' if key == way.each else 'person'}: {key} names no people there; {nearest(key, people)}"
    yield from _filter_faults("where", way.where, TABLES[way.table])
    for name, term in (("numerator", way.numerator), ("denominator", way.denominator)):
        if term is not None:
            yield from (f"{name}.{fault}" for fault in _term_faults(term, way.table))


def _term_faults(term: Term, table: str) -> Iterator[str]:
    name = term.table or table
    if name not in TABLES:
        yield f"table: {name} is not a table; {nearest(name, TABLES)}"
        return
    if sum(map(bool, (term.sum, term.count, term.hours))) != 1:
        yield "needs one of sum, count and hours"
    columns = columns_of(name)
    for key, named in (("sum", term.sum), ("less", term.less), ("count", (term.count,) if term.count else ())):
        for column in named:
            if column not in columns and not (key == "count" and column == "rows"):
                yield f"{key}: {column} is not a column of {name}; {nearest(column, [*columns, 'rows'])}"
            elif key != "count" and columns[column] not in _ADDED:
                yield f"{key}: {column} of {name} is a {columns[column]} and cannot be summed"
    if term.hours and (not (when := TABLES[name].when) or columns[when] != "time"):
        yield f"hours: the rows of {name} bear no time of day"
    yield from _filter_faults("where", term.where, TABLES[name])


def _filter_faults(where: str, conditions: Filter, table: Table) -> Iterator[str]:
    columns = columns_of(table.name)
    for name, wanted in conditions.items():
        if name not in columns:
            yield f"{where}.{name}: is not a column of {table.name}; {nearest(name, columns)}"
            continue
        if wanted.empty:
            continue
        kind = columns[name]
        words, between = (*wanted.among, *wanted.other_than), wanted.min is not None or wanted.max is not None
        if (kind == "flag") != (wanted.flag is not None) or (kind != "flag" and (kind in _ADDED) != between):
            yield f"{where}.{name}: is a {kind}, so say {_SAID.get(kind, 'a word or a list of words')}"
        allowed = table.columns[name].values if name in table.columns else ()
        for word in words:
            if allowed and word not in allowed:
                yield f"{where}.{name}: {word} never stands there; {nearest(word, allowed)}"

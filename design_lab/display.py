"""How numbers and results look: by unit and language, as text, frame and HTML."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from design_lab.catalogue import words
from design_lab.catalogue.words import dimension_in
from design_lab.errors import FindingError, nearest

if TYPE_CHECKING:
    import pandas as pd

_DECIMALS: Mapping[str, int] = {
    "share": 1,
    "chance": 0,  # that something happens: draws do not tell nearly certain from certain
    "points": 1,
    "seconds": 0,
    "hours": 0,
    "per_hour": 1,
    "count": 0,
    "people": 0,
    "percentage_points": 1,
    "pp": 2,  # differences of shares that are small
    "per_10000": 2,
    "calls_apart": 2,  # differences of calls per hour
    "seconds_apart": 1,
    "slope": 2,  # percentage points that go with a step of something else
    "correlation": 2,
    "effect": 3,
    "ratio": 3,
    "times": 2,
    "factor": 4,
    "grades": 0,
    "rating_points": 2,
    "people_each": 1,
    "forms_each": 1,
    "standard_deviations": 2,
    "months": 0,
    "days": 0,
    "working_days": 0,
    "weeks": 0,
    "quarters": 0,
    "teams": 0,
    "weight": 0,
    "money": 0,  # of the client's currency, which the sentence names
}
UNITS = tuple(_DECIMALS)
_NEVER = 0.01  # chances below this, and above what is left, are told as such


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, ready to be shown in any language."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the catalogue, ready to be shown in any language; a dimension that it lacks is called by its id."""

    key: str


Wording = str | Quantity | Term | Mapping[str, str]


def number(value: float | None, unit: str, lang: str = "en") -> str:
    """Write a number in its unit; None is a dash.

    >>> number(0.6125, "share"), number(1, "people"), number(141.2, "seconds", "zh"), number(0.9991, "chance")
    ('61.3%', '1 person', '141 秒', 'over 99%')
    """
    if unit not in _DECIMALS:
        raise FindingError(f"unit {unit!r} is not known; {nearest(unit, UNITS)}")
    if value is None:
        return "–"
    scale = 100 if unit in ("share", "chance", "weight") else 1
    if unit == "chance" and not _NEVER <= value <= 1 - _NEVER:
        return words(lang).say(f"unit.chance_{'low' if value < _NEVER else 'high'}")
    digits = _DECIMALS[unit]
    written = f"{_half_away(value * scale, digits):,.{digits}f}"
    single = f"unit.{unit}_one"
    key = single if written == "1" and single in words(lang) else f"unit.{unit}"
    return words(lang).say(key, value=written)


def _half_away(value: float, digits: int) -> float:
    """Round half away from zero, as readers do, and never to '-0'; float noise of 1e-9 does not decide."""
    factor = 10**digits
    return math.copysign(math.floor(abs(value) * factor + 0.5 + 1e-9) / factor, value) + 0.0


def interval(low: float, high: float, unit: str, lang: str = "en") -> str:
    """Write an interval in its unit.

    >>> interval(0.57, 0.65, "share")
    '57.0% to 65.0%'
    """
    return words(lang).say("unit.interval", low=number(low, unit, lang), high=number(high, unit, lang))


def written(p: float) -> str:
    """Write a p value as it stands in a sentence.

    >>> written(0.0123), written(0.0001)
    ('0.012', '<0.001')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def worded(part: Wording, lang: str) -> str:
    """Write any part of a sentence in a language."""
    if isinstance(part, Quantity):
        return number(part.value, part.unit, lang)
    if isinstance(part, Term):
        kind, _, name = part.key.partition(".")
        return dimension_in(name, lang) if kind == "dimension" else words(lang).say(part.key)
    if isinstance(part, Mapping):
        return part[lang] if lang in part else next(iter(part.values()))
    return part


class Shown:
    """A result that shows itself as a table: the last line of a notebook cell is enough.

    A subclass is a frozen record with a method `table()`; `units` says how its columns are written.
    """

    units: ClassVar[Mapping[str, str]] = {}

    def table(self) -> pd.DataFrame:
        """Return the result as a frame, one row an item, values unformatted."""
        raise TypeError(f"{type(self).__name__} has no table")

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number written in its unit."""
        shown = self.table().copy()
        for column, unit in self.units.items():
            if column in shown:
                shown[column] = [number(_plain(value), unit, lang) for value in shown[column]]
        return shown

    def __repr__(self) -> str:
        return repr(View(result=self))

    def _repr_html_(self) -> str:
        return View(result=self)._repr_html_()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class View:
    """A result as a reader of one language sees it: names for ids and headers, in text and in HTML.

    `names` are a study's own, by column and id (`{"role": {"marketing": {"en": ..., "zh": ...}}}`); other ids are named
    by the words at `<column>.<id>` where there are any. The result's own `table()` keeps ids.
    """

    result: Shown
    lang: str = "en"
    names: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the table with every id, header and number in words."""
        shown = self.result.to_text(self.lang).astype(object)
        for column in shown:
            shown[column] = [self._cell(str(column), cell) for cell in shown[column]]
        return shown.set_axis([self._header(str(column)) for column in shown], axis="columns")

    def __repr__(self) -> str:
        shown = self.frame()
        return words(self.lang).say("shown.no_rows") if shown.empty else shown.to_string(index=False)

    def _repr_html_(self) -> str:
        """Write the table with words left and numbers right; one without rows is said to have none."""
        shown, spoken = self.frame(), self.result.to_text(self.lang).columns
        if shown.empty:
            return f"<p>{escape(words(self.lang).say('shown.no_rows'))}</p>"
        numeric = set(self.result.table().select_dtypes("number").columns)
        sides = ["right" if column in numeric else "left" for column in spoken]

        def row(tag: str, cells: Iterable[Any]) -> str:
            pairs = zip(sides, cells, strict=True)
            return "".join(f'<{tag} style="text-align: {side}">{escape(str(cell))}</{tag}>' for side, cell in pairs)

        body = "".join(f"<tr>{row('td', cells)}</tr>" for cells in shown.itertuples(index=False))
        return f"<table><thead><tr>{row('th', shown.columns)}</tr></thead><tbody>{body}</tbody></table>"

    def _header(self, column: str) -> str:
        spoken, key = words(self.lang), re.sub(r"\W+", "_", column)
        known = (f"shown.{key}", f"dimension.{key}")
        return next((spoken.say(one) for one in known if one in spoken), column)

    def _cell(self, column: str, cell: Any) -> str:
        if isinstance(cell, bool):
            return words(self.lang).say(f"shown.{'yes' if cell else 'no'}")
        if isinstance(cell, str):
            named = self.names.get(column, {}).get(cell)
            key = f"{column}.{cell}"
            spoken = words(self.lang)
            return worded(named, self.lang) if named else spoken.say(key) if key in spoken else cell
        if cell is None or math.isnan(cell):
            return "–"
        return f"{cell:,}" if float(cell).is_integer() else f"{cell:,.1f}"


def _plain(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)

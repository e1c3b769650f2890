"""How one column seems to be read: unit, date formats, codes; each guess is tried on the sample as the reader would."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from design_lab.catalogue.headers import headers
from design_lab.ingest.convert import convert
from design_lab.ingest.draft.codes import Codes, coded
from design_lab.ingest.origin import CLOCK, DURATION_UNITS, SERIAL, From
from design_lab.schema import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

_TRIED = 4000  # distinct values of a column on which a guess is tried
_ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
_DAYS = ("%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d-%b-%Y")
MONTHS = ("%Y-%m", "%Y/%m", "%Y%m", "%Y年%m月", "%b %Y", "%B %Y")
_CLOCKS = ("%H:%M:%S", "%H:%M")
_MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M")
FORMATS = (
    *_ISO, *_DAYS[:4], *_MOMENTS, *(f"{day} {clock}" for day in _DAYS for clock in _CLOCKS), *MONTHS, SERIAL,
    *_DAYS[4:], "%y%m%d", *(f"%y%m%d {clock}" for clock in _CLOCKS),
)  # fmt: skip
_PLAUSIBLE = (1930, 2100)
_EXPECTED_MS = {"interactions": 120_000, "agent_periods": 4 * 3_600_000, "training": 4 * 3_600_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One column's mapping as sources.yaml says it, what is doubtful about it, and the share that cannot be read so."""

    mapping: dict[str, Any]
    doubts: tuple[str, ...] = ()
    unread: float = 0.0
    codes: Codes = field(default_factory=Codes)


def guess(table: Table, column: str, names: Sequence[str], arrays: Sequence[pa.Array]) -> Guess:
    """Say how the named columns of a file, (rows,) each, are read as one canonical column; several are added."""
    spec = table.columns[column]
    raw = _distinct(arrays[0])
    mapping: dict[str, Any] = {"from": names[0] if len(names) == 1 else list(names)}
    doubts: list[str] = []
    codes = Codes()
    if spec.kind in ("date", "time"):
        formats, said = formats_of(raw, spec)
        mapping |= {"formats": formats} if formats else {}
        doubts += said
    elif spec.kind == "milliseconds":
        mapping["unit"], said = _unit_of(table, names[0], raw)
        doubts += said
    elif spec.kind == "points_x100":
        unit, said = _share_of(raw)
        mapping |= {"unit": unit} if unit else {}
        doubts += said
    elif spec.kind in ("code", "flag"):
        codes = coded(table.name, column, spec, arrays[0])
        mapping |= {"codes": codes.known} if codes.known else {}
        doubts += codes.doubts
    if len(names) > 1:
        doubts.append("these are added; leave out a total that stands beside its parts")
    unread, sample = unread_of(raw, spec, mapping if len(names) == 1 else {**mapping, "from": names[0]})
    if unread and not codes.open:
        doubts.append(f"{unread:.0%} of the values looked at are not read so, such as {sample!r}")
    return Guess(mapping=mapping, doubts=tuple(doubts), unread=unread, codes=codes)


def unread_of(raw: pa.Array, spec: Column, mapping: dict[str, Any]) -> tuple[float, str | None]:
    """Return the share of the filled values that this mapping does not read, and the first of them."""
    import pyarrow.compute as pc

    converted = convert(raw, spec, From.model_validate(mapping))
    filled = len(raw) - raw.null_count
    faulty = converted.unread
    if spec.low is not None and spec.kind == "count":  # a count beyond all bounds is another quantity
        faulty = pc.or_(faulty, pc.fill_null(pc.less(converted.values, spec.low), False))
    count = pc.sum(faulty).as_py() or 0
    if not filled or not count:
        return 0.0, None
    return count / filled, str(raw[pc.index(faulty, True).as_py()].as_py())[:40]


def _distinct(raw: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.drop_null(pc.unique(raw))
    if pa.types.is_string(values.type):  # the word of a total is no value of its column
        values = values.filter(pc.invert(pc.is_in(values, value_set=pa.array(headers().totals, pa.string()))))
    return values[:_TRIED]


def formats_of(raw: pa.Array, spec: Column) -> tuple[list[str], list[str]]:
    """Return the formats that read these moments, the commonest first, and what is doubtful; none: ISO will do."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type)):
        if pa.types.is_temporal(raw.type):
            return [], []
        raw = raw.cast(pa.string())
    chosen: list[str] = []
    rest = pc.filter(pc.utf8_trim_whitespace(raw), pc.not_equal(pc.utf8_trim_whitespace(raw), ""))
    doubts: list[str] = []
    while len(rest):
        read = {form: _reads(rest, form, spec) for form in FORMATS if form not in chosen}
        best = max(read, key=lambda form: read[form][0])
        if not read[best][0]:
            break
        equal = [form for form in read if form != best and read[form][0] == read[best][0]]
        if best.startswith("%d/%m/%Y") and any(form.startswith("%m/") for form in equal):
            doubts.append("day and month cannot be told apart in what was looked at")
        chosen.append(best)
        rest = rest.filter(pc.invert(read[best][1]))
    if SERIAL in chosen:
        doubts.append("numbers are taken for Excel's count of days")
    return ([] if set(chosen) <= set(_ISO) else chosen), doubts


def _reads(raw: pa.Array, form: str, spec: Column) -> tuple[int, pa.Array]:
    """How many plausible moments a format reads, and which values it reads at all."""
    import pyarrow.compute as pc

    values = convert(raw, Column(kind=spec.kind), From.model_validate({"from": "x", "formats": [form]})).values
    years = pc.year(values)
    plausible = pc.and_(pc.greater_equal(years, _PLAUSIBLE[0]), pc.less_equal(years, _PLAUSIBLE[1]))
    return pc.sum(pc.fill_null(plausible, False)).as_py() or 0, pc.is_valid(values)


def _unit_of(table: Table, name: str, raw: pa.Array) -> tuple[str, list[str]]:
    """The unit of a duration: of its values if they are clock times, of its header, else by what is usual."""
    texts = [str(value) for value in raw.to_pylist()]
    if any(":" in text for text in texts):
        short = sum(text.count(":") == 1 for text in texts)
        return CLOCK, ["mm:ss is not read; ask for h:mm:ss or for seconds"] if short else []
    if unit := headers().unit(name):
        counted_in_lessons = [word for word in ("课时", "学时") if word in name]
        return unit, [f"{counted_in_lessons[0]} is taken for an hour"] if counted_in_lessons else []
    numbers = sorted(float(text) for text in texts if re.fullmatch(r"\d+(\.\d+)?", text) and float(text) > 0)
    if not numbers:
        return "seconds", ["neither header nor values tell the unit"]
    middle, expected = numbers[len(numbers) // 2], _EXPECTED_MS.get(table.name, 120_000)
    unit = min(DURATION_UNITS, key=lambda unit: abs(math.log(middle * DURATION_UNITS[unit] / expected)))
    return unit, [f"the header names no unit; half of the values are above {middle:g}, as usual for {unit}"]


def _share_of(raw: pa.Array) -> tuple[str | None, list[str]]:
    texts = [str(value).strip() for value in raw.to_pylist()]
    if any(text.endswith(("%", "％")) for text in texts):
        bare = [float(text) for text in texts if re.fullmatch(r"\d+(\.\d+)?", text)]
        if bare and max(bare) <= 1:
            return "share", ["percentages stand beside shares such as 0.92"]
        return "percent", []
    numbers = [float(text) for text in texts if re.fullmatch(r"\d+(\.\d+)?", text)]
    if numbers and max(numbers) <= 1 and any(number % 1 for number in numbers):
        return "share", ["no value is above 1, so shares of 100 points are taken"]
    return None, []

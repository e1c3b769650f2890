"""The draft as YAML that explains itself: one line a field, with what is uncertain at its end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from design_lab.catalogue import words
from design_lab.catalogue.headers import headers
from design_lab.errors import place
from design_lab.ingest.draft.fields import Field
from design_lab.ingest.draft.parts import Part, Sheet
from design_lab.ingest.draft.plan import Draft, Planned
from design_lab.schema import TABLES

MARK = "# ?"
FILL_IN = "FILL_IN"  # what the consultant replaces in a line that she takes the '#' from
_DELIMITERS = {"\t": "tab", ";": "semicolon", "|": "pipe"}
_INLINE_CODES = 6
_HEAD = """\
# sources.yaml: which of the client's files, below raw/<quarter>/, make which table, and how their columns are read.
# 数据来源：raw/<季度>/ 下的哪些文件构成哪张标准表，各列如何读取。
# Drafted from the headers. A line that ends in '# ?' is a guess with its reason: correct it or take the mark away.
# A line that begins with '#' and holds FILL_IN is needed: put the file's column in and take the first '#' away.
# Every key is shown in docs/sources.md.
"""
_NOTHING = """\
# Nothing is mapped yet: no file was given (design-lab new PATH --from FILES drafts this page from their headers).
{}
"""


def sources_text(draft: Draft) -> str:
    """Return the text of sources.yaml, which `read_sources` reads once the lines that are left open are filled in."""
    planned = draft.planned
    lines = [_HEAD.rstrip("\n")]
    if not planned:
        lines.append(_NOTHING.rstrip("\n"))
    for table in TABLES:
        parts = [part for part in planned if part.part.table == table]
        if not parts:
            continue
        lines += ["", f"{table}:{_comment(words('zh').say(f'table.{table}'))}"]
        if any(one.folders & other.folders for one, other in itertools.combinations(parts, 2)):
            lines[-1] += f"   {MARK} {len(parts)} kinds of files make it; no row may stand in two of them"
        for part in parts:
            lines += _source(part, listed=len(parts) > 1)
    lines += _not_used(draft.strangers)
    lines += _not_there({part.part.table for part in planned})
    return "\n".join(lines) + "\n"


def scalar(value: Any) -> str:
    """Write a value as it may stand anywhere in a line of YAML.

    >>> scalar("是"), scalar("1"), scalar({"from": "A", "unit": "seconds"})
    ('是', "'1'", '{from: A, unit: seconds}')
    """
    import yaml

    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False)
    return str(text.strip()[1:-1])


def comment_text(text: str) -> str:
    """Return a text that cannot end the comment it stands in."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _comment(text: str) -> str:
    return f"   # {comment_text(text)}" if text else ""


def doubt(doubts: Sequence[str]) -> str:
    """Return the mark of uncertainty with its reasons, or nothing."""
    return f"   {MARK} {comment_text('; '.join(doubts))}" if doubts else ""


def _source(planned: Planned, *, listed: bool) -> list[str]:
    lines = []
    for glob in planned.globs:
        keys = [("files", scalar(glob) + doubt(planned.doubts)), *_opening(planned)]
        block = [f"  {key}: {value}" for key, value in keys]
        block += ["  columns:", *[f"    {line}" for field in planned.fields for line in _field(planned.part, field)]]
        block += [f"    # not used: {comment_text(said)}" for said in _left_out(planned)]
        if listed or len(planned.globs) > 1:
            block = ["  - " + block[0].lstrip(), *("  " + line for line in block[1:])]
        lines += block
    return lines


def _opening(planned: Planned) -> list[tuple[str, str]]:
    """How the files are opened and which rows are theirs."""
    sample = planned.part.sample
    keys = [("format", sample.format)]
    keys += [(key, scalar(value)) for key, value in planned.sheets.items()]
    head = {"first_row": sample.head.first_row, "rows": sample.head.rows}
    told = {key: value for key, value in head.items() if value != 1}
    if told:
        keys.append(("header", scalar(told)))
    if sample.format == "csv":
        keys += [("encoding", sample.encoding)] if sample.encoding != "utf-8" else []
        keys += [("delimiter", _DELIMITERS[sample.delimiter])] if sample.delimiter in _DELIMITERS else []
    if planned.every_quarter:
        keys.append(("every_quarter", "true   # each quarter takes the rows of its own days"))
    if planned.distinct:
        nobody = ["no roster came: whoever stands here is taken for the staff"] if planned.part.distinct else []
        keys.append(("distinct", "true" + doubt(nobody)))
    if totals := planned.totals:
        unchecked = [] if totals.checked else ["taken for totals and left out; they are not held against their rows"]
        said = scalar({"column": totals.column, "words": list(totals.words)}) + doubt(unchecked)
        keys.append(("subtotals" if totals.checked else "drop_rows", said))
    return keys


def _field(part: Part, field: Field) -> list[str]:
    if field.mapping is None:
        return [_open_field(part, field.column)]
    told = field.codes
    if told.open or told.guessed or len(told.known) > _INLINE_CODES:
        plain = {key: value for key, value in field.mapping.items() if key != "codes"}
        lines = [f"{field.column}:{doubt(field.doubts)}"]
        lines += [f"  {key}: {scalar(value)}" for key, value in plain.items()]
        lines.append("  codes:")
        for word, code in told.known.items():
            lines.append(
                f"    {scalar(word)}: {scalar(code)}{doubt([told.guessed[word]] if word in told.guessed else [])}"
            )
        for word, choice in told.open.items():
            lines.append(f"    # {scalar(word)}: {FILL_IN}{doubt([f'not known: {choice}'])}")
        return lines
    short = field.mapping["from"] if list(field.mapping) == ["from"] else field.mapping
    return [f"{field.column}: {scalar(short)}{doubt(field.doubts)}"]


def _open_field(part: Part, column: str) -> str:
    spec = TABLES[part.table].columns[column]
    mapping = {"from": FILL_IN, "unit": "seconds"} if spec.kind == "milliseconds" else FILL_IN
    meaning = words("en").say(f"meaning.{part.table}.{column}")
    return f"# {column}: {scalar(mapping)}{doubt([f'needed, and no column was taken for it: {meaning}'])}"


def _left_out(planned: Planned) -> list[str]:
    used = {name for field in planned.fields if field.mapping for name in _names(field.mapping)}
    left = [name for name in planned.part.sample.columns if name not in used]
    own = [name for name in left if headers().is_personal(name)]
    twice = [name for name in left if name in planned.part.sample.repeated]
    others = [name for name in left if name not in {*own, *twice}]
    said = [", ".join(others)] if others else []
    said += [f"{', '.join(own)} (of a person; never read)"] if own else []
    return said + (
        [f"{', '.join(twice)} (the header holds it more than once; ask for names of their own)"] if twice else []
    )


def _names(mapping: dict[str, Any]) -> list[str]:
    given = mapping.get("from", [])
    return [given] if isinstance(given, str) else list(given)


def _not_used(strangers: Sequence[Sheet]) -> list[str]:
    """What stands in the files that were taken for no table, one line a shape."""
    shapes: dict[object, list[Sheet]] = {}
    for sheet in strangers:
        shapes.setdefault((sheet.sample.head.names, sheet.sample.sheet), []).append(sheet)
    lines = []
    for alike in shapes.values():
        first = alike[0]
        more = f" and {len(alike) - 1} files like it" if len(alike) > 1 else ""
        where = place(first.given.below.as_posix(), sheet=first.sample.sheet)
        columns = ", ".join(first.sample.columns)
        lines.append("#   " + comment_text(f"{where}{more}: {columns}"))
    return ["", "# Files that were copied and taken for no table; map them, or leave them:", *lines] if lines else []


def _not_there(found: set[str]) -> list[str]:
    heading = ["", "# No file was found for these tables. 未收到的数据表。 What each would let the report say:"]
    absent = [
        f"#   {table} ({words('zh').say(f'table.{table}')}): {words('en').say(f'unlocks.{table}')}"
        for table in TABLES
        if table not in found
    ]
    return heading + absent if absent else []

"""Make the pages that are told by the code itself: `python -m docs.make`, from the root; a test holds them to it."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import design_lab
from design_lab.catalogue import words
from design_lab.catalogue.indicators import DERIVED
from design_lab.schema import STATED_MEANS, TABLES, Column, Table

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "design_lab"

_KINDS = {  # of a column: what stands there, and in which unit
    "person": ("pseudonym of a person", "–"),
    "text": ("text", "–"),
    "code": ("word", "–"),
    "date": ("date", "day"),
    "time": ("moment", "second"),
    "count": ("whole number", "1"),
    "milliseconds": ("duration", "ms"),
    "points_x100": ("points", "1/100 point"),
    "money_x100": ("money", "1/100 of the currency"),
    "flag": ("yes or no", "–"),
}

# The road: a heading, and the modules whose public names stand below it.
_ROAD = (
    ("A study and its schemes", ("study", "scheme", "desk")),
    ("What arrived", ("ingest",)),
    ("People, targets and scores", ("scoring",)),
    ("What a scheme rewards, and what another would change", ("evaluation",)),
    ("What the past can say", ("evidence",)),
    ("What may be expected", ("expected",)),
    ("Findings and pictures", ("finding", "landscape", "report")),
)


def data_dictionary() -> str:
    """Return the page of canonical tables: grain, key and what each column holds, in both languages."""
    en, zh = words("en"), words("zh")
    listed = [
        f"| [`{name}`](#{name}) | {en.say(f'table.{name}')} · {zh.say(f'table.{name}')} | {en.say(f'grain.{name}')} |"
        for name in TABLES
    ]
    return "\n".join(
        [
            "# Data dictionary",
            "",
            "The canonical tables into which every client's files are brought ([sources.md](sources.md) tells how)."
            " Made from `design_lab/schema.py` and the word files by `python -m docs.make`; what is wrong here is"
            " mended there. Durations are whole milliseconds, points and money whole hundredths. A study needs `staff`,"
            " and one of `interactions` and `agent_periods`; each other table is left out where it does not come, and"
            " what that costs is said.",
            "",
            "| table | called | a row |",
            "|---|---|---|",
            *listed,
            *(line for table in TABLES.values() for line in _table(table)),
        ]
    )


def _table(table: Table) -> Iterator[str]:
    en, zh = words("en"), words("zh")
    name = table.name
    yield from ("", f"## {name}", "")
    called, row = (" · ".join(lang.say(f"{what}.{name}") for lang in (en, zh)) for what in ("table", "grain"))
    yield f"{called}: {row}."
    until = f", ended by `{table.until}`" if table.until else ""
    dated = f" Rows are dated by `{table.when}`{until}." if table.when else ""
    yield f"Key: {', '.join(f'`{column}`' for column in table.key)}.{dated}"
    yield f"Unlocks: {en.say(f'unlocks.{name}')} · {zh.say(f'unlocks.{name}')}."
    yield from ("", "| column | holds | unit | needed | bounds | meaning |", "|---|---|---|---|---|---|")
    for column, spec in table.columns.items():
        holds, unit = _KINDS[spec.kind]
        meaning = f"{en.say(f'meaning.{name}.{column}')} · {zh.say(f'meaning.{name}.{column}')}"
        needed = "yes" if spec.required else ""
        yield f"| `{column}` | {holds} | {unit} | {needed} | {_bounds(spec)} | {meaning} |"
    if derived := DERIVED.get(name):
        yield from ("", f"Derived, for metric cards: {', '.join(f'`{column}`' for column in derived)}.")
    if stated := STATED_MEANS.get(name):
        names = ", ".join(f"`{column}`" for column in stated)
        yield from ("", f"Means that a file may state beside its counts, compared and never used: {names}.")


def _bounds(spec: Column) -> str:
    if spec.values:
        return ", ".join(f"`{value}`" for value in spec.values)
    if spec.low is None and spec.high is None:
        return ""
    ends = ["" if end is None else f"{end:,}" for end in (spec.low, spec.high)]
    return " … ".join(ends).strip() + (" a day" if spec.per_day else "")


def api() -> str:
    """Return the reference: the names of `design_lab` along the road, then what else each room offers."""
    told: set[int] = set()
    lines = [
        "# API reference",
        "",
        "Made from the code by `python -m docs.make`. First the names of `import design_lab as dl`, in the order of the"
        " road that the docstring of `design_lab/__init__.py` walks; then what else each room offers."
        " [architecture.md](architecture.md) tells which room may use which.",
        "",
        *(f"- [{title}](#{_anchor(title)})" for title, _ in _ROAD),
        "- [Room by room](#room-by-room)",
    ]
    for title, homes in _ROAD:
        lines += ["", f"## {title}"]
        for name in _along_the_road(homes):
            thing = getattr(design_lab, name)
            told.add(id(thing))
            lines += _whole(f"dl.{name}", name, thing)
    lines += ["", "## Room by room"]
    for module in _rooms():
        entries = [(name, thing) for name, thing in _public(module) if id(thing) not in told]
        told |= {id(thing) for _, thing in entries}
        if entries:
            lines += ["", f"### {module.__name__}", "", _first(module), ""]
            lines += [f"- {_line(name, thing)}" for name, thing in entries]
    return "\n".join(lines)


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _along_the_road(homes: tuple[str, ...]) -> list[str]:
    """The names of `design_lab` that live in these rooms, in the order in which the tour calls them."""
    tour = design_lab.__doc__ or ""
    homed = design_lab._HOMES
    mine = [name for name in design_lab.__all__ if homed[name].split(".")[0] in homes]

    def at(name: str) -> tuple[int, str]:
        found = re.search(rf"\b{name}[(.]", tour)
        return (found.start() if found else len(tour), name)

    return sorted(mine, key=at)


def _rooms() -> list[ModuleType]:
    """Rooms and their rooms within that list public names, and modules that stand alone, the upper floors first."""
    found = []
    for floor in layers():
        for room in floor:
            home = PACKAGE / room
            parts = sorted(home.rglob("__init__.py")) if home.is_dir() else [home.with_suffix(".py")]
            for path in parts:
                inside = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/__init__", "")
                module = importlib.import_module(f"design_lab.{inside.replace('/', '.')}")
                if hasattr(module, "__all__") or path.name != "__init__.py":
                    found.append(module)
    return found


def layers() -> list[list[str]]:
    """Return the floors of the package as pyproject.toml holds them, the upper first."""
    settings = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def _public(module: ModuleType) -> list[tuple[str, Any]]:
    """What a room lists, or a module defines, without a leading underscore."""
    names = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__
    ]
    things = [(name, getattr(module, name)) for name in names]
    return [(name, thing) for name, thing in things if inspect.isclass(thing) or inspect.isroutine(thing)]


def _whole(called: str, name: str, thing: Any) -> list[str]:
    """A heading, the signature, the docstring with its examples, and what a record has."""
    home = Path(inspect.getsourcefile(thing) or "").relative_to(DOCS.parent).as_posix()
    lines = ["", f"### {called}", "", f"`{home}`", "", "```python", _signature(name, thing), "```", ""]
    lines += _prose(inspect.getdoc(thing) or "")
    if inspect.isclass(thing) and (members := [*_members(thing)]):
        lines += ["", *members]
    return lines


def _prose(text: str) -> list[str]:
    """A docstring with its examples as blocks."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith(">>>") and not inside:
            lines.append("```pycon")
            inside = True
        elif inside and not line.strip():
            lines.append("```")
            inside = False
        lines.append(line)
    return [*lines, *(["```"] if inside else [])]


def _members(thing: type) -> Iterator[str]:
    """The public methods and properties that a class defines itself, a line each."""
    for name, member in vars(thing).items():
        held = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        doc = inspect.getdoc(held)
        if (
            name.startswith(("_", "model_"))
            or not doc
            or not (inspect.isfunction(held) or hasattr(held, "fget") or _cached(held))
        ):
            continue
        arguments = _arguments(held) if inspect.isfunction(held) else ""
        yield f"- `{name}{arguments}`: {_first(held)}"


def _cached(member: Any) -> bool:
    return type(member).__name__ == "cached_property"


def _arguments(function: Any) -> str:
    names = [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]
    return f"({', '.join(names)})"


def _line(name: str, thing: Any) -> str:
    arguments = "" if inspect.isclass(thing) else _arguments(thing)
    return f"`{name}{arguments}` (`{thing.__module__.removeprefix('design_lab.')}`): {_first(thing)}"


def _first(thing: Any) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def _signature(name: str, thing: Any) -> str:
    if inspect.isclass(thing):
        fields = [*_fields(thing)]
        return "\n".join([f"class {name}:", *(f"    {field}" for field in fields or ["..."])])
    signature = inspect.signature(thing)
    parts = [_parameter(one) for one in signature.parameters.values()]
    first = next((at for at, one in enumerate(signature.parameters.values()) if one.kind is one.KEYWORD_ONLY), None)
    if first is not None:
        parts.insert(first, "*")
    returned = f" -> {_type(signature.return_annotation)}" if signature.return_annotation is not signature.empty else ""
    line = f"def {name}({', '.join(parts)}){returned}: ..."
    if len(line) <= 110:
        return line
    return "\n".join([f"def {name}(", *(f"    {part}," for part in parts), f"){returned}: ..."])


def _parameter(one: inspect.Parameter) -> str:
    typed = f"{one.name}: {_type(one.annotation)}" if one.annotation is not one.empty else one.name
    if one.default is one.empty:
        return typed
    shown = repr(one.default) if isinstance(one.default, str | int | float | bool | tuple | None) else "..."
    return f"{typed} = {shown}"


def _type(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _fields(thing: type) -> Iterator[str]:
    """The fields of a record: of a dataclass or a model."""
    if dataclasses.is_dataclass(thing):
        yield from (f"{field.name}: {_type(field.type)}" for field in dataclasses.fields(thing) if field.name[0] != "_")
    elif hasattr(thing, "model_fields"):
        own = {
            name: kind
            for part in reversed(thing.__mro__)
            for name, kind in vars(part).get("__annotations__", {}).items()
        }
        yield from (f"{name}: {_type(own[name])}" for name in thing.model_fields if name in own)


def imports_of(room: str) -> set[str]:
    """Return the other rooms and modules of the package that a room imports, also within its functions.

    What is imported for types alone counts no more than `lint-imports` counts it.
    """
    home = PACKAGE / room
    found: set[str] = set()
    for path in sorted(home.rglob("*.py")) if home.is_dir() else [home.with_suffix(".py")]:
        for node in _run_time(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("design_lab."):
                found.add(str(node.module).split(".")[1])
    return found - {room}


def _run_time(node: ast.AST) -> Iterator[ast.AST]:
    """All parts of a module but what stands below `if TYPE_CHECKING`."""
    yield node
    if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for part in ast.iter_child_nodes(node):
            yield from _run_time(part)


_DRAWN = 8  # floors from the top; what stands below is known to all


def drawing() -> str:
    """Return the drawing of the upper rooms: an arrow to each room used that is not reached over another one."""
    floors = layers()[:_DRAWN]
    rooms = [room for floor in floors for room in floor]
    uses = {room: imports_of(room) & {*rooms} for room in rooms}
    reach: dict[str, set[str]] = {}
    for room in reversed(rooms):
        reach[room] = set().union(*({used} | reach.get(used, set()) for used in uses[room]))
    lines = ["```mermaid", "flowchart TD"]
    for room in rooms:
        over = set().union(*(reach[used] for used in uses[room])) if uses[room] else set()
        lines += [f"    {room} --> {used}" for used in rooms if used in uses[room] - over]
    return "\n".join([*lines, "```"])


_BEGIN, _END = "<!-- drawn by docs/make.py -->\n", "\n<!-- end of what is drawn -->"


def architecture() -> str:
    """Return the architecture page with its drawing made anew; all else of it is written by hand."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8").rstrip("\n")
    before, rest = page.split(_BEGIN)
    return f"{before}{_BEGIN}{drawing()}{_END}{rest.split(_END)[1]}"


PAGES = {"data_dictionary.md": data_dictionary, "api.md": api, "architecture.md": architecture}


def main() -> None:
    """Write the pages that differ, and say which."""
    for name, make in PAGES.items():
        path, text = DOCS / name, make() + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"docs/{name} is written")


if __name__ == "__main__":
    main()

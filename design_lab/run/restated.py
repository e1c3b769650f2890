"""What of each finding's change since the published report data, code and parameters make, each replayed alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from design_lab.errors import DesignLabError, ReportError
from design_lab.files import read_json, write_json
from design_lab.finding import Results, significant
from design_lab.run.kept import NOTEBOOKS, Version, mixed, restore
from design_lab.run.record import Inputs, Record, differing, sealed_faults
from design_lab.run.replay import execute

FILE = "restated.json"
KINDS = ("data", "code", "parameters")
TOGETHER = "together"
_FILES = {
    "data": ("raw", "databases"),
    "code": ("package", *NOTEBOOKS),
    "parameters": ("settings", "schemes", "preferences"),
}
_READING = ("ingest/", "synthetic/", "schema.py", "arrivals.py")  # code that makes tables
_NOISE = 1e-9  # of a value: less is rounding
Say = Callable[[str], None]
Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is not as it was for the published report: by kind the things that changed, in words.

    `tables` is the kind to which the tables belong, if any of them changed; `machine` are libraries and the like, which
    are a part of the code and cannot be replayed; `limits` say what counts as what.
    """

    kinds: Mapping[str, tuple[str, ...]]
    tables: str
    machine: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """The findings that moved since the report that stood there before, and what moved them.

    `parts` maps a finding's id to its change by `data`, `code` and `parameters`, each alone new and the others old, and
    to what is left over (`together`), in the finding's unit; None where that cannot be told. They sum to new - old.
    `changed` names by kind what changed; `limits` are sentences.
    """

    changed: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, Values]
    limits: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write restated.json into a report folder."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Restated | None:
        """Read restated.json of a report folder; None where nothing was restated."""
        path = folder / FILE
        if not path.is_file():
            return None
        content = read_json(path)
        changed = {kind: tuple(names) for kind, names in content["changed"].items()}
        return cls(changed=changed, parts=content["parts"], limits=tuple(content["limits"]))


def changes(then: Inputs, now: Inputs) -> Changed:
    """Part what changed into data (files and rows as received), code and parameters (what people set).

    Tables are data where what was received changed; else they belong to the code that reads, or to the mapping.
    """
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for kind, folders in _FILES.items():
        for folder in folders:
            names = differing(then.files.get(folder, {}), now.files.get(folder, {}))
            kinds[kind] += [f"{folder} {name} {what}" for name, what in names]
    for key in ("schemes", "seed"):
        if then.parameters[key] != now.parameters[key]:
            kinds["parameters"].append(f"other {key} are asked for")
    machine = tuple(
        f"{name} {then.installed.get(name, 'none')} -> {now.installed.get(name, 'none')}"
        for name, _ in differing(then.installed, now.installed)
    )
    kinds["code"] += machine
    tables, limits = "data", []
    moved = list(differing(then.files["tables"], now.files["tables"]))
    reading = [name for name, _ in differing(then.files["package"], now.files["package"]) if name.startswith(_READING)]
    if moved and not kinds["data"]:
        tables = "code" if reading else "parameters" if kinds["parameters"] else "data"
        kinds[tables] += [f"tables {name} {what}" for name, what in moved]
        if tables != "data":
            limits.append(f"No file was received anew: what changed in the tables counts as {tables}.")
    elif moved and reading:
        limits.append("The program reads files otherwise than before; what that changed in the tables counts as data.")
    elif moved and any(name.startswith("settings sources.yaml") for name in kinds["parameters"]):
        limits.append("The mapping of files changed too; what that changed in the tables counts as data.")
    if machine:
        limits.append(
            f"Old libraries cannot be replayed ({', '.join(machine)}): what the present ones change counts as code."
        )
    told = {kind: tuple(names) for kind, names in kinds.items() if names}
    return Changed(kinds=told, tables=tables, machine=machine, limits=tuple(limits))


def split(
    old: Values, new: Values, alone: Mapping[str, Values | None], base: Values | None = None
) -> dict[str, dict[str, float | None]]:
    """Return by id how each finding's change from `old` to `new` parts; findings that did not move are left out.

    All are values by id. `alone` maps each kind that changed to the values with that kind alone new, None if they could
    not be made; `base` are those with none of them new, on the present libraries, where these are not `old`. The part
    of code is reckoned from `old`, the others from `base`.

    >>> split({"a.b": 1.0}, {"a.b": 4.5}, {"data": {"a.b": 2.0}, "code": {"a.b": 3.0}})
    {'a.b': {'data': 1.0, 'code': 2.0, 'parameters': 0.0, 'together': 0.5}}
    """
    start = old if base is None else base
    parts: dict[str, dict[str, float | None]] = {}
    for id in new:
        if id in old and old[id] != new[id]:
            part: dict[str, float | None] = dict.fromkeys(KINDS, 0.0)
            for kind, values in alone.items():
                part[kind] = _less((values or {}).get(id), (old if kind == "code" else start).get(id))
            parts[id] = part | {TOGETHER: _left(_less(new[id], old[id]), part.values())}
    return parts


def _left(whole: float | None, parts: Iterable[float | None]) -> float | None:
    """What of the whole change no part alone makes; None where a part cannot be told."""
    known = list(parts)
    if whole is None or None in known:
        return None
    made = [one for one in known if one is not None]
    return _told(whole - math.fsum(made), abs(whole) + sum(map(abs, made)))


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else _told(a - b, abs(a) + abs(b))


def _told(difference: float, size: float) -> float:
    """A difference without the noise of its rounding."""
    told = significant(float(difference))
    return 0.0 if told is None or abs(difference) <= _NOISE * size else float(told)


def _values(results: Results) -> dict[str, float | None]:
    return {finding.id: finding.value for finding in results.findings}


def restate(
    published: Path, present: Version, results: Results, work: Path, *, jobs: int, progress: Say
) -> Restated | None:
    """Say what moved the findings since the report in the folder `published`; None where there is nothing to compare.

    Where data, code and parameters changed alone, the whole change is theirs. Where several did, the notebooks whose
    findings moved are executed with each alone new, on the inputs that were kept. On the same inputs, what the
    published report says of an earlier one stays.
    """
    try:
        record = Record.read(published)
    except ReportError:
        return None
    if faults := sealed_faults(published, record):
        progress(f"the change since the published report is not split, for it is not as it was ({faults[0]})")
        return None
    changed = changes(record.inputs, present.inputs)
    if not changed.kinds:
        return Restated.read(published)
    # Read plainly, for another version of the program may have made it.
    before = {one["id"]: one for one in read_json(published / "results.json")["findings"]}
    old, new = {id: one["value"] for id, one in before.items()}, _values(results)
    moved = split(old, new, dict.fromkeys(changed.kinds))
    alone: dict[str, Values | None] = dict.fromkeys(changed.kinds, new)
    base, more = None, tuple[str, ...]()
    if not moved:
        return Restated(changed=changed.kinds, parts={}, limits=changed.limits)
    if len(alone) > 1:
        sources = {one.source for one in results.findings if one.id in moved} | {before[id]["source"] for id in moved}
        progress(f"{len(moved)} findings moved; {' and '.join(alone)} changed, so each is replayed alone")
        replays = _Replays(record.inputs, present, changed, sorted(sources), work, jobs, progress)
        alone, base = replays.made()
        more = tuple(replays.limits)
    told = Restated(changed=changed.kinds, parts=split(old, new, alone, base), limits=(*changed.limits, *more))
    progress(f"{FILE} says of {len(moved)} findings that moved what of it is {' and what '.join(changed.kinds)}")
    for limit in told.limits:
        progress(limit)
    return told


class _Replays:
    """The replays with one kind new and the others old; `limits` says which could not be made."""

    def __init__(
        self, then: Inputs, present: Version, changed: Changed, sources: Sequence[str], work: Path, jobs: int,
        progress: Say,
    ) -> None:  # fmt: skip
        self._then, self._new, self._changed = then, present, changed
        self._sources, self._work, self._jobs, self._progress = sources, work, jobs, progress
        self.limits: list[str] = []

    def made(self) -> tuple[dict[str, Values | None], Values | None]:
        """Return the results by kind, and those of nothing new where the libraries are not the old ones."""
        kinds: dict[str, Values | None] = dict.fromkeys(self._changed.kinds)
        try:
            old = restore(self._new.study, self._then, self._work / "old")
        except ReportError as error:
            self.limits.append(f"The change is not split: {error}.")
            return kinds, None
        return {kind: self._of(old, kind) for kind in kinds}, self._of(old, None) if self._changed.machine else None

    def _of(self, old: Version, kind: str | None) -> Values | None:
        """Execute with `kind` new; on the inputs of the moved notebooks alone."""
        name = f"{kind} alone new" if kind else "nothing new but libraries"
        place = self._work / (kind or "base")
        place.mkdir(parents=True)
        side = {other: self._new if other == kind else old for other in KINDS}
        tables = side[self._changed.tables]
        version = mixed(place, data=tables, code=side["code"], parameters=side["parameters"])
        self._progress(f"replay with {name}")
        try:
            return _values(execute(version, self._sources, place / "work", jobs=self._jobs, progress=self._progress))
        except DesignLabError as error:
            self.limits.append(f"Could not be replayed with {name}: {str(error).splitlines()[0]}")
            return None

"""The record of a run: every input and every published file bound by SHA-256, and what verifying it says."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import design_lab
from design_lab.errors import DesignLabError, ReportError
from design_lab.files import Digests, read_json, sha256, sha256_of, tree, write_json
from design_lab.study import Study, project_root

RECORD = "record.json"
PACKAGE = Path(design_lab.__file__).parent
# The kinds of files that any notebook may read, whatever it declares; its own file comes to them.
READ = ("raw", "databases", "tables", "settings", "schemes", "preferences", "package")
TOLD_ONLY = ("narrative", "branding")  # the kinds on which no finding of the project's notebooks hangs
_FOLDERS = ("raw", "tables", "schemes", "narrative", "branding", "preferences")
_SETTINGS = (
    "study.yaml",
    "sources.yaml",
    "indicators.yaml",
    "goals.yaml",
    "centre.yaml",
    "ledger.jsonl",
    "pilot_plan.yaml",
)
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a run's results hang on.

    `files` maps a kind (raw, tables, settings, schemes, narrative, branding, preferences, notebooks, package) to the
    SHA-256 of each file by its relative name, `notebook_files` (if there are any) what else lies beside the study's own
    notebooks, `databases` (if there are any) to that of the rows of each quarter and
    table; `libraries` maps what pyproject.toml lists to the installed version.
    """

    parameters: Mapping[str, Any]
    files: Mapping[str, Names]
    libraries: Names
    python: str
    processor: str

    def to_dict(self) -> dict[str, Any]:
        """Return the inputs as record.json holds them."""
        return {
            "parameters": dict(self.parameters),
            "files": {kind: dict(names) for kind, names in self.files.items()},
            "libraries": dict(self.libraries),
            "python": self.python,
            "processor": self.processor,
        }

    @property
    def installed(self) -> Names:
        """What the program ran on: libraries, Python and the kind of processor."""
        return {**self.libraries, "python": self.python, "processor": self.processor}

    @property
    def digest(self) -> str:
        """One SHA-256 of all inputs: runs with equal digests have equal results."""
        return sha256_of(self.to_dict())


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What record.json says: the inputs, what was left out and why (by language), and the published files.

    `narrative` holds, where the study has any, what findings were when each passage of the consultant's was written,
    `notebooks` by name one digest of all that a notebook may have read (`inputs`) and what it made beside findings.
    """

    inputs: Inputs
    left_out: tuple[Names, ...]
    published: Names
    narrative: tuple[Mapping[str, Any], ...] = ()
    notebooks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write record.json with a seal over all of it."""
        content = self._content()
        write_json(folder / RECORD, {**content, "seal": sha256_of(content)})

    @classmethod
    def read(cls, folder: Path) -> Record:
        """Read the record of a report folder; what is none, or was changed, raises `ReportError`."""
        path = folder / RECORD
        try:
            content = read_json(path)
            seal, digest = content.pop("seal"), content.pop("inputs_digest")
            inputs = Inputs(**content.pop("inputs"))
            record = cls(
                inputs=inputs,
                left_out=tuple(content.pop("left_out")),
                published=content.pop("published"),
                narrative=tuple(content.pop("narrative", ())),
                notebooks=content.pop("notebooks", {}),
            )
            changed = (
                content or digest != inputs.digest or seal != sha256_of(record._content()) or not _is_sound(record)
            )
        except FileNotFoundError:
            raise ReportError(f"{folder}: is not a report folder (it has no {RECORD})") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ReportError(f"{path}: cannot be read as a record; it was changed since it was published") from None
        if changed:
            raise ReportError(f"{path}: was changed since it was published: its seal does not match what it says")
        return record

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {
            "inputs_digest": self.inputs.digest,
            "inputs": self.inputs.to_dict(),
            "left_out": [dict(reason) for reason in self.left_out],
            "published": dict(self.published),
        }
        if self.narrative:
            content["narrative"] = [dict(kept) for kept in self.narrative]
        if self.notebooks:
            content["notebooks"] = {name: dict(bound) for name, bound in self.notebooks.items()}
        return content


def _is_sound(record: Record) -> bool:
    """Whether all names stand for digests or versions, as a run writes them; a seal can be made for anything."""
    inputs = record.inputs
    named = [inputs.libraries, record.published, *inputs.files.values()]
    texts = [
        inputs.python,
        inputs.processor,
        inputs.parameters["study"],
        *(one for names in named for one in names.values()),
    ]
    return all(isinstance(one, str) for one in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verifying says: faults of the sealed folder, and inputs that are changed, gone or new since."""

    sealed: tuple[str, ...]
    inputs: tuple[str, ...]
    files: int  # published files that were read

    def passes(self, *, strict: bool = False) -> bool:
        """Whether the folder is as published and, if strict, the inputs are the same."""
        return not self.sealed and not (strict and self.inputs)

    def lines(self) -> list[str]:
        """Return it as it is said at the command line."""
        said = [f"Sealed: {len(self.sealed)} of the published files differ", *(f"  {fault}" for fault in self.sealed)]
        if not self.sealed:
            said = [f"Sealed: all {self.files} files are as they were published"]
        if not self.files:  # the record itself cannot be read
            return said
        if not self.inputs:
            return [*said, "Inputs: the same"]
        return [*said, f"Inputs: {len(self.inputs)} are not the same", *(f"  {odd}" for odd in self.inputs)]


def gather(
    study: Path, parameters: Mapping[str, Any], notebooks: Iterable[Path], digests: Digests | None = None,
    databases: Names | None = None,
) -> Inputs:  # fmt: skip
    """Bind all inputs of a run as they are now in a study's folder; without `digests` every byte is read.

    `databases` are the digests of what the study reads from databases, as ingest gives them.
    """
    of = digests.of if digests else sha256
    files = {kind: tree(study / kind, of) for kind in _FOLDERS}
    settings = [study / name for name in _SETTINGS]
    files["settings"] = {path.name: of(path) for path in settings if path.is_file()}
    files["notebooks"] = {path.name: of(path) for path in notebooks}
    files["package"] = tree(PACKAGE, of)
    if beside := {name: digest for name, digest in tree(study / "notebooks", of).items() if name[-6:] != ".ipynb"}:
        files["notebook_files"] = beside
    if databases:
        files["databases"] = dict(databases)
    return Inputs(
        parameters=dict(parameters),
        files=dict(sorted(files.items())),
        libraries=_libraries(),
        python=platform.python_version(),
        processor=f"{platform.system()} {platform.machine()}",
    )


def record(
    folder: Path, inputs: Inputs, left_out: Sequence[Names], narrative: Sequence[Mapping[str, Any]] = (),
    notebooks: Mapping[str, Mapping[str, Any]] | None = None,
) -> Record:  # fmt: skip
    """Write the record of a finished report folder, over every file in it."""
    made = Record(
        inputs=inputs, left_out=tuple(left_out), published=_published(folder), narrative=tuple(narrative),
        notebooks=notebooks or {},
    )  # fmt: skip
    made.write(folder)
    return made


def sealed_faults(folder: Path, record: Record) -> tuple[str, ...]:
    """Name each file of a report folder that was changed, removed or added since it was published."""
    there = _published(folder)
    faults = []
    for name in sorted(there.keys() | record.published.keys()):
        if name not in there:
            faults.append(f"{name}: is missing")
        elif name not in record.published:
            faults.append(f"{name}: was not published with this report")
        elif there[name] != record.published[name]:
            faults.append(f"{name}: was changed since it was published")
    return tuple(faults)


def is_unchanged(folder: Path, inputs: Inputs) -> bool:
    """Whether `folder` holds, as published, what a run on these inputs would make."""
    try:
        published = Record.read(folder)
    except ReportError:
        return False
    return published.inputs.digest == inputs.digest and not sealed_faults(folder, published)


def verify(folder: Path, *, study: Path | None = None, notebooks: Path | None = None) -> Verification:
    """Compare a report folder with its record, and the inputs with those that are there now; every byte is read.

    Without the folder `study`, the inputs are sought in `data/<study>` from the working directory, beside the reports,
    and from the project's root. `notebooks` is the project's folder of notebooks.
    """
    if not (folder / RECORD).is_file():
        raise ReportError(f"{folder}: is not a report folder (it has no {RECORD})")
    try:
        published = Record.read(folder)
    except ReportError as error:
        return Verification(sealed=(str(error),), inputs=(), files=0)
    return Verification(
        sealed=sealed_faults(folder, published),
        inputs=_since(published.inputs, study or find_study(folder, published.inputs), notebooks),
        files=len(published.published),
    )


def _since(then: Inputs, study: Path | None, notebooks: Path | None) -> tuple[str, ...]:
    from design_lab.run.notebooks import notebook_paths

    name = then.parameters["study"]
    if study is None:
        return (f"study {name}: is gone (there is no data/{name}; if it lies elsewhere, name it by --study)",)
    paths = notebook_paths(study, notebooks or project_root() / "notebooks")
    return _differences(then, gather(study, then.parameters, paths, databases=databases_of(study)))


def databases_of(study: Path) -> Names:
    """Return digests of what the study's databases hold now; what cannot be asked any more counts as gone."""
    from design_lab.ingest import database_digests

    try:
        return database_digests(Study.open(study))
    except DesignLabError:
        return {}


def find_study(folder: Path, inputs: Inputs) -> Path | None:
    """Return the study of a report folder where it usually lies, or None."""
    beside = folder.resolve().parents[2:3]  # <root>/reports/<study>/<quarter>
    places = [root / "data" / str(inputs.parameters["study"]) for root in (Path.cwd(), *beside, project_root())]
    return next((place for place in places if (place / "study.yaml").is_file()), None)


def _differences(then: Inputs, now: Inputs) -> tuple[str, ...]:
    said = []
    for kind in sorted(then.files.keys() | now.files.keys()):
        said += _changes(kind, then.files.get(kind, {}), now.files.get(kind, {}))
    said += _changes("library", then.libraries, now.libraries, show=True)
    said += _changes("", {"python": then.python}, {"python": now.python}, show=True)
    said += _changes("", {"processor": then.processor}, {"processor": now.processor}, show=True)
    return tuple(said)


def _changes(kind: str, then: Names, now: Names, *, show: bool = False) -> list[str]:
    said = []
    for name, what in differing(then, now):
        values = f", from {then[name]} to {now[name]}" if show and what == "changed" else ""
        said.append(f"{kind} {name}".strip() + f": {what} since{values}")
    return said


def differing(then: Names, now: Names) -> Iterator[tuple[str, str]]:
    """Yield the names that do not bear the same digest or version, in order, with what happened to each.

    >>> list(differing({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}))
    [('a', 'is gone'), ('b', 'changed'), ('d', 'is new')]
    """
    for name in sorted(then.keys() | now.keys()):
        if name not in now:
            yield name, "is gone"
        elif name not in then:
            yield name, "is new"
        elif then[name] != now[name]:
            yield name, "changed"


def _published(folder: Path) -> dict[str, str]:
    """Digests of all files of a report folder but its record; a linked folder counts as a file that is none."""
    found = {}
    for path, folders, files in os.walk(folder):
        linked = [name for name in folders if Path(path, name).is_symlink()]
        for name in (*files, *linked):
            file = Path(path, name)
            found[file.relative_to(folder).as_posix()] = "link" if file.is_symlink() else sha256(file)
    found.pop(RECORD, None)
    return dict(sorted(found.items()))


def _requirements() -> list[str]:
    """Read what pyproject.toml lists, or, installed without it, what was copied from it then."""
    path = project_root() / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == "design_lab":
            return list(project["dependencies"])
    return importlib.metadata.requires("design_lab") or []


def _libraries() -> dict[str, str]:
    """Installed versions of what pyproject.toml lists for running, and of the engines it names in brackets."""
    names: set[str] = set()
    for requirement in _requirements():
        match = _REQUIREMENT.match(requirement)
        if match and "extra ==" not in requirement:
            names.update([match[1], *filter(None, re.split(r"[\s,]+", match[2] or ""))])
    versions = {}
    for name in sorted(names):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions

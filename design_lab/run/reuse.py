"""Which notebooks need not run again: those for which all that they may read is what it was for the published report.

Every notebook may read the whole study: declared tables say what it cannot run without, not all that it reads. So a
notebook's digest binds all tables, settings, schemes and preferences, and only what no analysis of the project reads
(the consultant's text, the templates, the formats) leaves it as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError, first_few
from design_lab.files import sha256_of
from design_lab.finding import Results, write_findings
from design_lab.landscape import read_landscapes, write_landscapes
from design_lab.run.notebooks import Notebook, Setting
from design_lab.run.record import READ, TOLD_ONLY, Inputs, Record, differing, sealed_faults

_READ_BY_OWN = (*TOLD_ONLY, "notebook_files")  # a study's own notebook reads what it likes
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which notebooks are taken from the published report, which run, and why, a sentence a line."""

    reused: tuple[Notebook, ...]
    running: tuple[Notebook, ...]
    lines: tuple[str, ...]


def digests(notebooks: Sequence[Notebook], inputs: Inputs, setting: Setting) -> dict[str, str]:
    """Return by name one SHA-256 of all that each notebook may read, those included whose findings it needs."""
    whole = [
        {kind: dict(inputs.files.get(kind, {})) for kind in READ},
        dict(inputs.installed),
        dict(setting.shown),
    ]
    by_name = {notebook.name: notebook for notebook in notebooks}
    made: dict[str, str] = {}

    def of(name: str) -> str:
        if name not in made:
            notebook = by_name[name]
            own = [dict(inputs.files.get(kind, {})) for kind in _READ_BY_OWN] if notebook.own else None
            needs = {other: of(other) for other in notebook.needs.findings}
            made[name] = sha256_of([whole, own, name, inputs.files["notebooks"][notebook.path.name], needs])
        return made[name]

    return {notebook.name: of(notebook.name) for notebook in notebooks}


def plan(
    notebooks: Sequence[Notebook], inputs: Inputs, setting: Setting, *, published: Path, force: bool = False
) -> Plan:
    """Part the notebooks of a run into those that the folder `published` holds already and those that run.

    Of a report that is not whole to the byte nothing is used.
    """
    try:
        record = Record.read(published)
    except ReportError:
        return _all_run(notebooks, f"there is no report of {published.name} yet that could be used")
    if force:
        return _all_run(notebooks, "--force reuses nothing")
    if faults := sealed_faults(published, record):
        return _all_run(notebooks, f"the published report is not as it was published ({faults[0]})")
    if not record.notebooks:
        return _all_run(notebooks, "the published report does not say what each notebook read")
    made = digests(notebooks, inputs, setting)
    reused = tuple(one for one in notebooks if record.notebooks.get(one.name, {}).get("inputs") == made[one.name])
    running = tuple(notebook for notebook in notebooks if notebook not in reused)
    said = [f"reused {_named(reused)} of {published.name}"] if reused else []
    return Plan(reused=reused, running=running, lines=(*said, *_reasons(running, record, inputs)))


def _all_run(notebooks: Sequence[Notebook], reason: str) -> Plan:
    running = tuple(notebooks)
    return Plan(reused=(), running=running, lines=(_line(running, [reason]),))


def _reasons(running: Sequence[Notebook], record: Record, inputs: Inputs) -> list[str]:
    """Say why notebooks run, those with the same reasons in one line."""
    names = {notebook.name for notebook in running}
    general = [*_changed(record.inputs, inputs, READ), *_otherwise(record.inputs, inputs)]
    texts = list(_changed(record.inputs, inputs, _READ_BY_OWN))
    files = dict(differing(record.inputs.files["notebooks"], inputs.files["notebooks"]))
    together: dict[tuple[str, ...], list[Notebook]] = {}
    for notebook in running:
        own = [f"it {files[notebook.path.name]}"] if notebook.path.name in files else []
        own += [f"it needs {name}" for name in notebook.needs.findings if name in names]
        own += texts if notebook.own else []
        reasons = general or own or ["it is not in the published report, or by other parameters"]
        together.setdefault(tuple(reasons), []).append(notebook)
    return [_line(who, reasons) for reasons, who in together.items()]


def _line(who: Sequence[Notebook], reasons: Sequence[str]) -> str:
    return f"{_named(who)} {'runs' if len(who) == 1 else 'run'}: {first_few(reasons, _MOST_TOLD)}"


def _named(notebooks: Sequence[Notebook]) -> str:
    return notebooks[0].name if len(notebooks) == 1 else f"{len(notebooks)} notebooks"


def _changed(then: Inputs, now: Inputs, kinds: Sequence[str]) -> Iterator[str]:
    """Name the files of these kinds that differ, as they are found from the study's folder."""
    for kind in kinds:
        for name, what in differing(then.files.get(kind, {}), now.files.get(kind, {})):
            folder = {"settings": "", "databases": "", "package": "design_lab/", "notebook_files": "notebooks/"}
            yield f"{folder.get(kind, f'{kind}/')}{name} {what}"


def _otherwise(then: Inputs, now: Inputs) -> Iterator[str]:
    """Name what differs that is no file: parameters, libraries, Python, processor."""
    for key in ("schemes", "seed"):
        if then.parameters[key] != now.parameters[key]:
            yield f"other {key} are asked for"
    for name, what in differing(then.installed, now.installed):
        yield f"{name} {what}" + (f" from {then.installed[name]} to {now.installed[name]}" if what == "changed" else "")


def take(notebooks: Sequence[Notebook], published: Path, setting: Setting) -> None:
    """Put what the report `published` holds of these notebooks where they would have written it."""
    if not notebooks:
        return
    record, results = Record.read(published), Results.read(published / "results.json")
    parts = _landscapes(record, results)
    for notebook in notebooks:
        out = setting.out(notebook)
        write_findings((f for f in results.findings if f.source == notebook.name), out, notebook.name)
        if mine := parts[notebook.name]:
            write_landscapes(mine, out, notebook.name)
        shutil.copyfile(published / "notebooks" / f"{notebook.name}.ipynb", setting.executed(notebook))
        for file in record.notebooks[notebook.name]["made"]:
            (out / file).parent.mkdir(exist_ok=True)
            shutil.copyfile(published / file, out / file)


def _landscapes(record: Record, results: Results) -> dict[str, tuple[Any, ...]]:
    """Part the landscapes by the notebooks that made them, in whose order they stand."""
    parts, begin = {}, 0
    for name, bound in record.notebooks.items():
        parts[name] = results.landscapes[begin : begin + bound["landscapes"]]
        begin += bound["landscapes"]
    return parts


def bound(notebooks: Sequence[Notebook], inputs: Inputs, setting: Setting) -> Mapping[str, Mapping[str, Any]]:
    """Return what the record keeps of each notebook: the digest of what it may read, and what it made."""
    made = digests(notebooks, inputs, setting)
    return {
        notebook.name: {
            "inputs": made[notebook.name],
            "made": list(setting.made(notebook)),
            "landscapes": len(read_landscapes(setting.landscapes(notebook))),
        }
        for notebook in notebooks
    }

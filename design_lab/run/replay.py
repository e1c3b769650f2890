"""Executing the notebooks of a published report once more, in a place of their own, and comparing what they find."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError
from design_lab.files import Digests, sha256
from design_lab.finding import Finding, Results
from design_lab.run import notebooks as nb
from design_lab.run.kept import Version, key_of, restore
from design_lab.run.record import TOLD_ONLY, Inputs, Record, databases_of, differing, find_study, gather
from design_lab.study import project_root

PROCESSES = min(2, os.cpu_count() or 1)
TOLERANCE = 1e-9  # relative, where libraries or processor are not those of the published report
Say = Callable[[str], None]
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of it: by which inputs and how closely it was compared, and each difference, a sentence a line."""

    remarks: tuple[str, ...]
    differences: tuple[str, ...]
    findings: int  # that were published

    def lines(self) -> list[str]:
        """Return it as it is said at the command line."""
        said = [f"Replay: {remark}" for remark in self.remarks]
        if not self.differences:
            return [*said, f"Replay: all {self.findings} findings are found again as they were published"]
        counted = "1 difference" if len(self.differences) == 1 else f"{len(self.differences)} differences"
        return [*said, f"Replay: {counted} from what was published", *(f"  {one}" for one in self.differences)]


def execute(version: Version, names: Iterable[str], work: Path, *, jobs: int, progress: Say) -> Results:
    """Execute the notebooks of these names, and those that they need, on a version; return their findings."""
    told = version.inputs.parameters
    kept = nb.needed(nb.find_notebooks(version.study, version.notebooks), names)
    parameters = nb.parameters_of(version.study, told)
    setting = nb.Setting(
        parameters=parameters,
        shown={**parameters, "out": "replayed"},
        local={},
        work=work,
        failed=work / "failed",
        jobs=jobs,
        package=version.package,
    )
    nb.execute(kept, setting, progress=progress)
    return Results(
        study=str(told["study"]),
        quarter=str(told["quarter"]),
        synthetic=True,  # not published
        findings=nb.merge(kept, setting),
        landscapes=nb.landscapes(kept, setting),
    )


def replay(
    folder: Path,
    *,
    study: Path | None = None,
    notebooks: Path | None = None,
    jobs: int | None = None,
    progress: Say = lambda _: None,
) -> Replay:
    """Execute the notebooks of a report folder again and compare their findings with the published ones.

    They run on the inputs as they are now or, where these changed since, on those kept then; if these are gone,
    `ReportError`. Values are compared exactly, or to 1e-9 where libraries or processor differ. Nothing in the report
    folder is written.
    """
    record = Record.read(folder)
    results = folder / "results.json"
    if not results.is_file() or sha256(results) != record.published.get(results.name):
        raise ReportError(f"{results}: is not as it was published, so a replay cannot be compared with it")
    home = study or find_study(folder, record.inputs)
    if home is None:
        raise ReportError(
            f"study {record.inputs.parameters['study']} is gone; if it lies elsewhere, name it by --study"
        )
    with tempfile.TemporaryDirectory(prefix="design_lab-", ignore_cleanup_errors=True) as place:
        memory = Digests(Path(place) / "digests.json")  # the second look reads only what changed
        present = _present(record.inputs, home.resolve(), notebooks or project_root() / "notebooks", memory)
        version, remarks = _version(record.inputs, present, Path(place))
        published = Results.read(results)
        names = {finding.source for finding in published.findings}
        again = execute(version, names, Path(place) / "work", jobs=jobs or PROCESSES, progress=progress)
        if key_of(_present(record.inputs, present.study, present.notebooks, memory).inputs) != key_of(present.inputs):
            raise ReportError("the study, a notebook or the program was changed during the replay; replay again")
    other = _other_machine(record.inputs, present.inputs)
    tolerance = TOLERANCE if other else 0.0
    return Replay(
        remarks=(*remarks, *other),
        differences=tuple(compared(published, again, tolerance)),
        findings=len(published.findings),
    )


def _present(then: Inputs, study: Path, notebooks: Path, memory: Digests) -> Version:
    paths = nb.notebook_paths(study, notebooks)
    inputs = gather(study, then.parameters, paths, memory, databases_of(study))
    return Version(inputs=inputs, study=study, notebooks=notebooks)


def _version(then: Inputs, present: Version, place: Path) -> tuple[Version, list[str]]:
    """Return the inputs to replay: those of now if they are the same, else those that were kept."""
    if key_of(then) == key_of(present.inputs):
        return present, ["on the inputs as they are now, which are those of then"]
    changed = [
        f"{kind} {name} {what}"
        for kind in sorted(then.files.keys() | present.inputs.files.keys())
        if kind not in TOLD_ONLY
        for name, what in differing(then.files.get(kind, {}), present.inputs.files.get(kind, {}))
    ]
    told = ", ".join(changed[:_MOST_TOLD]) + (f" and {len(changed) - _MOST_TOLD} more" * (len(changed) > _MOST_TOLD))
    try:
        kept = restore(present.study, then, place / "kept")
    except ReportError as error:
        raise ReportError(f"cannot be replayed: inputs changed since ({told}), and {error}") from None
    return kept, [f"on the inputs kept then, for they changed since: {told}"]


def _other_machine(then: Inputs, now: Inputs) -> list[str]:
    changed = [
        f"{name} {then.installed.get(name, 'not installed')} then, {now.installed.get(name, 'not installed')} now"
        for name, _ in differing(then.installed, now.installed)
    ]
    return [f"values compared to {TOLERANCE:g}: {', '.join(changed)}"] if changed else []


def compared(published: Results, again: Results, tolerance: float = 0.0) -> Iterator[str]:
    """Yield a sentence for each finding that is not found again as it was published.

    With a tolerance, relative, only what is measured is compared: sentences round, and may round the other way.
    """
    then = {finding.id: finding for finding in published.findings}
    now = {finding.id: finding for finding in again.findings}
    for id in (*then, *(id for id in now if id not in then)):
        if id not in now:
            yield f"{id}: is not found again"
        elif id not in then:
            yield f"{id}: was not published"
        elif told := _difference(then[id], now[id], tolerance):
            yield f"{id}: {told}"
    if not tolerance and published.landscapes != again.landscapes:
        yield "landscapes: the points of a picture are not the same"


def _difference(then: Finding, now: Finding, tolerance: float) -> str | None:
    if not _equal(then.value, now.value, tolerance):
        return f"published as {_shown(then.value)}, found again as {_shown(now.value)}"
    if (then.interval is None) != (now.interval is None) or not all(
        _equal(a, b, tolerance) for a, b in zip(then.interval or (), now.interval or (), strict=True)
    ):
        return f"its interval was published as {_shown(then.interval)}, found again as {_shown(now.interval)}"
    leave = ("value", "interval", *(("text", "limits") if tolerance else ()))
    before, after = then.to_dict(), now.to_dict()
    odd = [key for key in before if key not in leave and before[key] != after[key]]
    return f"its {', '.join(odd)} differ" if odd else None


def _equal(a: float | None, b: float | None, tolerance: float) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)

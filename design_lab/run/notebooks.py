"""The notebooks of a run: found, ordered by what they need, executed in workers, their findings merged."""

from __future__ import annotations

import concurrent.futures as cf
import contextlib
import json
import queue
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from design_lab.catalogue import LANGUAGES, words
from design_lab.errors import FindingError, NotebookError, nearest
from design_lab.files import safe_name
from design_lab.finding import Finding, read_findings
from design_lab.landscape import Landscape, read_landscapes
from design_lab.run.places import shown_path
from design_lab.run.workers import Worker, WorkerError
from design_lab.schema import TABLES

TIMEOUT_SECONDS = 3600  # a cell that takes longer hangs
MADE = ("figures", "proposals")  # folders of files that a notebook makes for the report


class Needs(BaseModel):
    """What a notebook declares in its metadata, `design_lab.needs`: tables, and notebooks whose findings it reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """One notebook of the road; `needs` names tables and other notebooks, `own` are those of the study."""

    path: Path
    needs: Needs
    own: bool = False

    @property
    def name(self) -> str:
        """The file's name without its ending, which is the source of its findings."""
        return self.path.stem


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A notebook that cannot run on what was delivered, and why, by language."""

    notebook: str
    reason: Mapping[str, str]


def parameters_of(study: Path, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what notebooks are told of a study, from the parameters as a record binds them.

    Their tables are in one language, English if it is among the report's; findings carry all.
    """
    langs = recorded["langs"]
    return {
        "study": str(study),
        "quarter": recorded["quarter"],
        "schemes": list(recorded["schemes"]),
        "lang": "en" if "en" in langs else langs[0],
        "seed": recorded["seed"],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all notebooks of one run have in common.

    `parameters` are the injected ones without `out`; `shown` is what a published notebook shows in their place; `local`
    maps absolute paths to the words that replace them. `work` is where they run: nothing of it is published as it is.
    What a failed notebook ran is kept in `failed`. `package` is the folder of another version of this package, by which
    they are to run.
    """

    parameters: Mapping[str, Any]
    shown: Mapping[str, Any]
    local: Mapping[str, str]
    work: Path
    failed: Path
    jobs: int = 1
    timeout_seconds: int = TIMEOUT_SECONDS
    package: Path | None = None

    def out(self, notebook: Notebook) -> Path:
        """Where one notebook writes; each has a folder of its own, so that it sees only what it declares."""
        return self.work / notebook.name

    def executed(self, notebook: Notebook) -> Path:
        """Where a notebook stands after it ran."""
        return self.out(notebook) / f"{notebook.name}.ipynb"

    def findings(self, notebook: Notebook) -> Path:
        """Where a notebook writes its findings."""
        return self.out(notebook) / "findings" / f"{notebook.name}.json"

    def landscapes(self, notebook: Notebook) -> Path:
        """Where a notebook writes the points of its pictures, if it has any."""
        return self.out(notebook) / "landscapes" / f"{notebook.name}.json"

    def made(self, notebook: Notebook) -> tuple[str, ...]:
        """Name the files that a notebook wrote for the report, from its folder, in order."""
        files = (path for kind in MADE for path in (self.out(notebook) / kind).glob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.out(notebook)).as_posix() for path in files))


def notebook_paths(study: Path, project: Path) -> tuple[Path, ...]:
    """Return the project's numbered notebooks in `project` (03_..., 03b_...), then those of the study, each by name."""
    numbered = (path for number in ("[0-9][0-9]", "[0-9][0-9][a-z]") for path in project.glob(f"{number}_*.ipynb"))
    return (*sorted(numbered), *sorted((study / "notebooks").glob("*.ipynb")))


def find_notebooks(study: Path, project: Path) -> tuple[Notebook, ...]:
    """Read what the notebooks at `notebook_paths` declare; names that stand twice or needs unknown are refused."""
    notebooks = tuple(_read(path, own=path.is_relative_to(study)) for path in notebook_paths(study, project))
    if not notebooks:
        raise NotebookError(f"{project}: holds no notebook such as 01_what_arrived.ipynb")
    _refuse_twins(notebooks)
    _refuse_unknown_needs(notebooks)
    return notebooks


def _read(path: Path, *, own: bool) -> Notebook:
    safe_name(path.stem, f"notebook {path.name}:")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        needs = content["metadata"].get("design_lab", {}).get("needs", {})
        return Notebook(path=path, needs=Needs.model_validate(needs), own=own)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ValidationError):
            faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
            raise NotebookError(f"{path}: metadata design_lab.needs: {faults}") from None
        raise NotebookError(f"{path}: is not a Jupyter notebook that can be read") from None


def _refuse_twins(notebooks: Sequence[Notebook]) -> None:
    seen: dict[str, Path] = {}
    for notebook in notebooks:
        if twin := seen.get(notebook.name.casefold()):
            raise NotebookError(f"{notebook.path}: has the same name as {twin}; rename one of them")
        seen[notebook.name.casefold()] = notebook.path


def _refuse_unknown_needs(notebooks: Sequence[Notebook]) -> None:
    names = [notebook.name for notebook in notebooks]
    for notebook in notebooks:
        for kind, known, needed in (
            ("tables", TABLES, notebook.needs.tables),
            ("findings", names, notebook.needs.findings),
        ):
            for word in needed:
                if word not in known:
                    raise NotebookError(
                        f"{notebook.path}: metadata design_lab.needs.{kind} names {word!r}; {nearest(word, known)}"
                    )
    ordered(notebooks)


def ordered(notebooks: Sequence[Notebook]) -> tuple[Notebook, ...]:
    """Return the notebooks so that each stands after those it needs, else in the order given; a circle is refused."""
    done: list[Notebook] = []
    waiting = list(notebooks)
    while waiting:
        names = {notebook.name for notebook in waiting}
        free = next((notebook for notebook in waiting if not names.intersection(notebook.needs.findings)), None)
        if free is None:
            raise NotebookError(f"these notebooks need each other's findings: {', '.join(sorted(names))}")
        waiting.remove(free)
        done.append(free)
    return tuple(done)


def needed(notebooks: Sequence[Notebook], names: Iterable[str]) -> tuple[Notebook, ...]:
    """Return of the notebooks those of these names and all whose findings they need, in the order given."""
    wanted: set[str] = set()
    waiting = list(names)
    needs = {notebook.name: notebook.needs.findings for notebook in notebooks}
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += needs.get(name, ())
    return tuple(notebook for notebook in notebooks if notebook.name in wanted)


def leave_out(
    notebooks: Sequence[Notebook], missing: Iterable[str], quarter: str
) -> tuple[tuple[Notebook, ...], tuple[LeftOut, ...]]:
    """Part the notebooks into those that can run and those whose tables were not delivered, with what needs them."""
    absent, out = frozenset(missing), dict[str, LeftOut]()
    for notebook in ordered(notebooks):
        lacking = [table for table in notebook.needs.tables if table in absent]
        without = [name for name in notebook.needs.findings if name in out]
        if lacking:
            out[notebook.name] = LeftOut(notebook=notebook.name, reason=_no_tables(notebook.name, lacking, quarter))
        elif without:
            out[notebook.name] = LeftOut(notebook=notebook.name, reason=_no_findings(notebook.name, without))
    kept = tuple(notebook for notebook in notebooks if notebook.name not in out)
    return kept, tuple(out[notebook.name] for notebook in notebooks if notebook.name in out)


def _no_tables(name: str, tables: Sequence[str], quarter: str) -> dict[str, str]:
    return {
        lang: words(lang).say(
            "run.no_tables",
            notebook=name,
            quarter=quarter,
            tables=words(lang).say("run.join").join(words(lang).say(f"table.{table}") for table in tables),
        )
        for lang in LANGUAGES
    }


def _no_findings(name: str, others: Sequence[str]) -> dict[str, str]:
    return {
        lang: words(lang).say("run.no_findings", notebook=name, others=words(lang).say("run.join").join(others))
        for lang in LANGUAGES
    }


def execute(
    notebooks: Sequence[Notebook], setting: Setting, *, progress: Callable[[str], None], done: Sequence[Notebook] = ()
) -> None:
    """Execute the notebooks, each after those it needs, `setting.jobs` at a time; the first failure ends all.

    The findings of those that are `done` are there already.
    """
    logs = [setting.work / f"worker-{number}.log" for number in range(min(setting.jobs, len(notebooks)))]
    workers = [Worker(log) for log in logs]
    try:
        for worker in workers:
            worker.call("design_lab.run.kernel_process:warm_up")
        if workers:
            workers[0].call("design_lab.run.kernel:inspect", notebooks=[str(n.path) for n in notebooks])
            _Schedule(notebooks, done, setting, workers, progress).walk()
    finally:
        for worker in workers:
            worker.close()


class _Schedule:
    """Which notebooks run now, on which worker, and which have run."""

    def __init__(
        self,
        notebooks: Sequence[Notebook],
        done: Sequence[Notebook],
        setting: Setting,
        workers: Sequence[Worker],
        progress: Callable[[str], None],
    ) -> None:
        self._waiting = list(notebooks)
        self._by_name = {notebook.name: notebook for notebook in (*notebooks, *done)}
        self._setting, self._progress = setting, progress
        self._workers = workers
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in workers:
            self._free.put(worker)
        self._running: dict[cf.Future[float], Notebook] = {}
        self._before = {notebook.name for notebook in done}
        self._done = set(self._before)

    def walk(self) -> None:
        """Run all, in threads that only wait for their worker."""
        threads = cf.ThreadPoolExecutor(len(self._workers))
        try:
            while self._waiting or self._running:
                self._start(threads)
                finished, _ = cf.wait(self._running, timeout=1.0, return_when=cf.FIRST_COMPLETED)
                for future in sorted(finished, key=lambda future: self._running[future].name):
                    self._finish(future)
        finally:
            for worker in self._workers:  # ends what still runs, so that the threads end
                worker.close()
            threads.shutdown()

    def _start(self, threads: cf.ThreadPoolExecutor) -> None:
        for notebook in reversed(self._waiting):  # the later ones bring more together and take longer
            if len(self._running) < len(self._workers) and self._done.issuperset(notebook.needs.findings):
                self._waiting.remove(notebook)
                self._running[threads.submit(self._run, notebook)] = notebook

    def _run(self, notebook: Notebook) -> float:
        worker, begun = self._free.get(), time.monotonic()
        try:
            _execute_one(notebook, [self._by_name[name] for name in notebook.needs.findings], self._setting, worker)
        finally:
            self._free.put(worker)
        return time.monotonic() - begun

    def _finish(self, future: cf.Future[float]) -> None:
        notebook = self._running.pop(future)
        try:
            seconds = future.result()
        except (NotebookError, WorkerError) as error:
            raise NotebookError(_with_advice(str(error), notebook, self._setting)) from None
        self._done.add(notebook.name)
        place = f"{len(self._done - self._before)} of {len(self._by_name) - len(self._before)}"
        self._progress(f"{notebook.name}: done in {seconds:.0f} s ({place})")


def _with_advice(fault: str, notebook: Notebook, setting: Setting) -> str:
    """Add to a notebook's fault what became of the run and where to look."""
    sentences = [fault if notebook.path.name in fault else f"{notebook.path.name}: {fault}", "Nothing was published."]
    if setting.executed(notebook).is_file():
        setting.failed.mkdir(parents=True, exist_ok=True)
        kept = setting.failed / notebook.path.name
        shutil.copyfile(setting.executed(notebook), kept)
        sentences.append(f"What ran of it, with the whole traceback, is kept in {shown_path(kept)}")
    sentences.append("Mend the notebook, or what it reads, and run again.")
    return "\n".join(sentences)


def _execute_one(notebook: Notebook, needed: Sequence[Notebook], setting: Setting, worker: Worker) -> None:
    out = setting.out(notebook)
    (out / "findings").mkdir(parents=True)
    for other in needed:
        shutil.copyfile(setting.findings(other), out / "findings" / f"{other.name}.json")
    worker.call(
        "design_lab.run.kernel:execute",
        notebook=str(notebook.path),
        executed=str(setting.executed(notebook)),
        parameters={**setting.parameters, "out": str(out)},
        shown=dict(setting.shown),
        local={**setting.local, str(out): str(setting.shown["out"])},
        timeout_seconds=setting.timeout_seconds,
        package=str(setting.package) if setting.package else None,
    )
    expected = {f"{name}.json" for name in (notebook.name, *(other.name for other in needed))}
    if odd := sorted({path.name for path in (out / "findings").iterdir()} - expected):
        raise NotebookError(
            f"{notebook.path.name}: wrote findings under another name, {', '.join(odd)}; its last cell must say "
            f'write_findings(findings, out, "{notebook.name}")'
        )


def merge(notebooks: Sequence[Notebook], setting: Setting) -> tuple[Finding, ...]:
    """Return all findings in the order of the road; ids that stand twice are refused by `Results`."""
    found: list[Finding] = []
    for notebook in notebooks:
        path = setting.findings(notebook)
        try:
            found += [replace(finding, source=notebook.name) for finding in read_findings(path)]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FindingError(
                f"{notebook.path.name}: {path.name} does not hold findings; write it by write_findings"
            ) from None
    return tuple(found)


def landscapes(notebooks: Sequence[Notebook], setting: Setting) -> tuple[Landscape, ...]:
    """Return what the notebooks wrote by `write_landscapes`, in the order of the road."""
    return tuple(one for notebook in notebooks for one in read_landscapes(setting.landscapes(notebook)))


def collect(notebooks: Sequence[Notebook], setting: Setting, folder: Path) -> None:
    """Copy the executed notebooks, and what they wrote to `<out>/figures` and `<out>/proposals`, into the report."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "figures").mkdir()
    made: dict[str, str] = {}
    for notebook in notebooks:
        shutil.copyfile(setting.executed(notebook), folder / "notebooks" / f"{notebook.name}.ipynb")
        for file in setting.made(notebook):
            if twin := made.get(file):
                raise NotebookError(f"{file} is made by both {twin} and {notebook.name}; rename one")
            made[file] = notebook.name
            (folder / file).parent.mkdir(exist_ok=True)
            shutil.copyfile(setting.out(notebook) / file, folder / file)


def forget_failures(folder: Path) -> None:
    """Remove what failed notebooks of earlier runs left in `.failed/<quarter>`, and that folder's empty parent."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()

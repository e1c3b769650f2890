"""The whole road in order: raw files, tables, notebooks, findings, report, publication."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.catalogue import LANGUAGES
from design_lab.errors import ReportError, StudyError, nearest
from design_lab.finding import Results
from design_lab.report.narrative.text import Narrative
from design_lab.run import kept, publish, record, restated, reuse, voice
from design_lab.run import notebooks as nb
from design_lab.run.last import Last, last_report
from design_lab.run.places import shown_path
from design_lab.run.workers import Worker
from design_lab.study import Study, project_root

SEED = 42
FORMATS = ("html", "docx", "pptx", "pdf")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run as asked for, checked and completed: `schemes` begin with the current one."""

    study: Study
    quarter: str
    schemes: tuple[str, ...]
    langs: tuple[str, ...]
    formats: tuple[str, ...]
    jobs: int
    force: bool
    reports: Path  # reports/<study>
    notebooks: Path

    @property
    def published(self) -> Path:
        """Where the newest revision stands."""
        return self.reports / self.quarter

    def recorded(self) -> dict[str, Any]:
        """Return the parameters as the record binds them."""
        return {
            "study": self.study.name,
            "quarter": self.quarter,
            "schemes": list(self.schemes),
            "langs": list(self.langs),
            "formats": list(self.formats),
            "seed": SEED,
        }

    def narrowed(self) -> list[str]:
        """Name what a full run would have made and this one does not."""
        left = [*self.study.scheme_names, *_spoken(self.study), *FORMATS]
        return [word for word in left if word not in (*self.schemes, *self.langs, *self.formats)]


def run(
    study: str | Path | Study,
    *,
    quarter: str | None = None,
    schemes: Sequence[str] = (),
    lang: str = "both",
    formats: Sequence[str] = FORMATS,
    jobs: int | None = None,
    force: bool = False,
    reports: Path = Path("reports"),
    notebooks: Path | None = None,
    progress: Say = print,
    say: Say | None = None,
) -> Path:
    """Walk the road for one quarter of a study and publish the report; return the folder where it stands.

    What is unchanged since the published report is not run again, unless `force`. `progress` hears of the steps, `say`
    (by default the same) of exclusions, of what was left out and of the result. Refusals are `DesignLabError`.
    """
    opened = study if isinstance(study, Study) else Study.open(study)
    order = _ordered(
        opened, quarter=quarter, schemes=schemes, lang=lang, formats=formats,
        jobs=jobs, force=force, reports=reports, notebooks=notebooks,
    )  # fmt: skip
    from design_lab.ingest import one_run

    tell = say or progress
    with one_run(), publish.held(order.reports, f"the reports of {opened.name}"):
        for sentence in publish.complete_moves(order.reports):
            tell(sentence)
        if not force and _unchanged(order):
            tell(f"unchanged: {shown_path(order.published)} already holds this report; --force makes it again")
            return order.published
        with publish.held(opened.tables, f"study {opened.name}"):
            return _Run(order, progress, tell).walk()


def check(study: str | Path, *, reports: Path = Path("reports"), progress: Say = print) -> list[str]:
    """Check the data of every quarter, without building anything; return the lines to print.

    The page and the list for the client's IT are written to `<reports>/<study>/` whatever is found; data that are
    refused then raise `DataError`.
    """
    from design_lab.run.steps import check as look

    opened = Study.open(study)
    folder = reports.resolve() / opened.name
    with publish.held(folder, f"the reports of {opened.name}"):
        for sentence in publish.complete_moves(folder):
            progress(sentence)
        return look(study=str(opened.folder), folder=str(folder), progress=progress)


def _ordered(
    study: Study, *, quarter: str | None, schemes: Sequence[str], lang: str, formats: Sequence[str],
    jobs: int | None, force: bool, reports: Path, notebooks: Path | None,
) -> Order:  # fmt: skip
    return Order(
        study=study,
        quarter=str(study.quarter(quarter)),
        schemes=_schemes(study, schemes),
        langs=_langs(study, lang),
        formats=_formats(formats),
        jobs=max(1, jobs or min(2, os.cpu_count() or 1)),
        force=force,
        reports=reports.resolve() / study.name,
        notebooks=notebooks or project_root() / "notebooks",
    )


def _schemes(study: Study, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the current scheme, with which all is compared, then those asked for (or all) in the study's order."""
    for name in asked:
        if name not in study.scheme_names:
            raise StudyError(f"study {study.name} has no scheme {name!r}; {nearest(name, study.scheme_names)}")
    current, *others = study.scheme_names
    return (current, *(name for name in others if not asked or name in asked))


def _spoken(study: Study) -> tuple[str, ...]:
    return tuple(lang for lang in LANGUAGES if lang in study.settings.languages)


def _langs(study: Study, lang: str) -> tuple[str, ...]:
    if lang == "both":
        return _spoken(study)
    if lang not in LANGUAGES:
        raise StudyError(f"language {lang!r} is not spoken here; {nearest(lang, (*LANGUAGES, 'both'))}")
    return (lang,)


def _formats(asked: Sequence[str]) -> tuple[str, ...]:
    for name in asked:
        if name not in FORMATS:
            raise ReportError(f"format {name!r} is not known; {nearest(name, FORMATS)}")
    if not asked:
        raise ReportError(f"no format is asked for; there are {', '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in asked)


def _inputs(order: Order) -> record.Inputs:
    """Bind the inputs as they are, reading only files that changed since they were read last."""
    from design_lab.ingest import database_digests

    digests = order.study.digests()
    paths = nb.notebook_paths(order.study.folder, order.notebooks)
    inputs = record.gather(order.study.folder, order.recorded(), paths, digests, database_digests(order.study))
    if order.study.tables.is_dir():
        with contextlib.suppress(OSError):  # without a memory, the next run reads all files again
            digests.save()
    return inputs


def _unchanged(order: Order) -> bool:
    return (order.published / record.RECORD).is_file() and record.is_unchanged(order.published, _inputs(order))


class _Run:
    """One run that has something to do; the steps stand in the order in which they are walked."""

    def __init__(self, order: Order, progress: Say, tell: Say) -> None:
        self.order, self._progress, self._tell = order, progress, tell
        self._folder = str(order.study.folder)
        self._bound: Mapping[str, Mapping[str, Any]] = {}  # what the record keeps of each notebook

    def walk(self) -> Path:
        """Take the five steps; nothing is published unless all of them end well."""
        from design_lab.report.branding import templates

        order = self.order
        found = nb.find_notebooks(order.study.folder, order.notebooks)
        for scheme in order.schemes:
            order.study.scheme(scheme)  # a fault in a scheme is told before the long steps
        templates(order.study.folder / "branding", order.formats)  # as is a template that cannot be opened
        narrative = voice.before(order.study.folder, order.reports, order.quarter, self._tell)
        with publish.building(order.reports, order.quarter) as built:
            arrivals = self._prepare(built)
            inputs = _inputs(order)
            if not order.force and record.is_unchanged(order.published, inputs):
                self._tell(f"unchanged: {shown_path(order.published)} already holds this report")
                return order.published
            left_out = self._notebooks(found, arrivals["missing"], inputs, built)
            heard = self._heard(narrative, built)
            last = last_report(order.reports, order.quarter, inputs, self._tell)
            lacking = self._report(left_out, heard, last, built)
            reasons = [*(dict(absent.reason) for absent in left_out), *lacking]
            return self._publish(inputs, reasons, heard, built)

    def _prepare(self, built: publish.Building) -> dict[str, list[str]]:
        order = self.order
        arguments: dict[str, Any] = {"study": self._folder, "jobs": order.jobs, "progress": self._progress}
        self._step(1, "raw files, data check and tables")
        with Worker(built.work / "build.log") as worker:
            arrivals: dict[str, list[str]] = worker.call("design_lab.run.steps:build", force=order.force, **arguments)
        for line in arrivals["lines"]:
            self._tell(line)
        return arrivals

    def _notebooks(
        self, found: Sequence[nb.Notebook], missing: Sequence[str], inputs: record.Inputs, built: publish.Building
    ) -> tuple[nb.LeftOut, ...]:
        order = self.order
        present, left_out = nb.leave_out(found, missing, order.quarter)
        for absent in left_out:
            self._tell(absent.reason["en"])
        setting = _setting(order, built)
        plan = reuse.plan(present, inputs, setting, published=order.published, force=order.force)
        at_a_time = f"{len(plan.running)} notebooks, {min(order.jobs, len(plan.running))} at a time"
        self._step(2, at_a_time if plan.running else "no notebook has to run")
        for line in plan.lines:
            self._progress(line)
        reuse.take(plan.reused, order.published, setting)
        nb.execute(plan.running, setting, progress=self._progress, done=plan.reused)
        self._step(3, "findings")
        results = Results(
            study=order.study.name,
            quarter=order.quarter,
            synthetic=order.study.settings.synthetic,
            findings=nb.merge(present, setting),
            landscapes=nb.landscapes(present, setting),
        )
        results.write(built.report / "results.json")
        nb.collect(present, setting, built.report)
        self._bound = reuse.bound(present, inputs, setting)
        self._progress(f"{len(results.findings)} findings")
        self._restate(results, inputs, built)
        return left_out

    def _restate(self, results: Results, inputs: record.Inputs, built: publish.Building) -> None:
        """Write what moved the findings since the report that stands there, if there is one."""
        order = self.order
        work = built.work / ".replayed"
        told = restated.restate(
            order.published, self._version(inputs), results, work, jobs=order.jobs, progress=self._progress
        )
        if told:
            told.write(built.report)

    def _version(self, inputs: record.Inputs) -> kept.Version:
        return kept.Version(inputs=inputs, study=self.order.study.folder, notebooks=self.order.notebooks)

    def _heard(self, narrative: Narrative, built: publish.Building) -> list[dict[str, Any]]:
        """Hold the consultant's text against the findings; return what the record keeps of it."""
        order = self.order
        unmade = [name for name in order.study.scheme_names if name not in order.schemes]
        results = built.report / "results.json"
        return voice.after(narrative, order.reports, order.quarter, results, unmade=unmade, say=self._tell)

    def _report(
        self,
        left_out: Sequence[nb.LeftOut],
        narrative: list[dict[str, Any]],
        last: Last | None,
        built: publish.Building,
    ) -> list[record.Names]:
        """Write the report; return why a file is lacking, for what is not installed here."""
        order = self.order
        self._step(4, "report")
        with Worker(built.work / "report.log") as worker:
            sentences: list[str] = worker.call(
                "design_lab.run.steps:report",
                study=self._folder,
                quarter=order.quarter,
                schemes=list(order.schemes),
                langs=list(order.langs),
                formats=list(order.formats),
                left_out=[dict(absent.reason) for absent in left_out],
                folder=str(built.report),
                narrative=narrative,
                last=last.to_dict() if last else None,
                jobs=order.jobs,
                progress=self._progress,
            )
        for sentence in sentences:
            self._tell(f"{sentence}; then run again with --force")
        return [{"en": sentence} for sentence in sentences]

    def _publish(
        self,
        inputs: record.Inputs,
        left_out: Sequence[record.Names],
        narrative: Sequence[dict[str, Any]],
        built: publish.Building,
    ) -> Path:
        order = self.order
        self._step(5, "publish")
        if _inputs(order).digest != inputs.digest:
            raise ReportError(
                "the study, a notebook or the program was changed while the run was going on, so nothing was "
                "published; run again"
            )
        record.record(built.report, inputs, left_out, narrative, self._bound)
        with Worker(built.work / "scan.log") as worker:
            worker.call(
                "design_lab.run.steps:look_through", study=self._folder, folder=str(built.report), jobs=self.order.jobs,
                progress=self._progress,
            )  # fmt: skip
        self._keep(inputs)
        place, sentences = publish.publish(built, order.reports, order.quarter)
        nb.forget_failures(order.reports / ".failed" / order.quarter)
        for sentence in sentences:
            self._tell(sentence)
        if narrowed := order.narrowed():
            self._tell(f"a narrower run than the full one: made without {', '.join(narrowed)}")
        self._tell(f"published: {shown_path(place)}")
        return place

    def _keep(self, inputs: record.Inputs) -> None:
        """Keep the inputs for a replay, without which the report is no worse."""
        try:
            kept.prune(self.order.study.folder)
            kept.keep(self._version(inputs), self.order.published)
        except OSError as error:
            self._tell(f"the inputs could not be kept ({error.strerror}), so this report cannot be replayed later")

    def _step(self, number: int, what: str) -> None:
        self._progress(f"{number}/5 {what}")


def _setting(order: Order, built: publish.Building) -> nb.Setting:
    folder = order.study.folder
    named = folder.relative_to(project_root()).as_posix() if folder.is_relative_to(project_root()) else folder.name
    parameters = nb.parameters_of(folder, order.recorded())
    shown = {**parameters, "study": named, "out": f"reports/{order.study.name}/{order.quarter}"}
    return nb.Setting(
        parameters=parameters,
        shown={key: shown[key] for key in ("study", "quarter", "schemes", "lang", "out", "seed")},
        local={
            str(folder): named,
            str(order.reports): f"reports/{order.study.name}",
            str(project_root()): "<project>",
            str(order.notebooks): "notebooks",
            str(Path.cwd()): "<working folder>",
        },
        work=built.work,
        failed=order.reports / ".failed" / order.quarter,
        jobs=order.jobs,
    )

"""What the data check says on its page, in one language: the verdict, then each quarter, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from design_lab.arrivals import Arrivals, Fault, FileReport, Refusal, Verdict
from design_lab.catalogue import words
from design_lab.display import worded
from design_lab.report.content import clean, clipped
from design_lab.schema import TABLES
from design_lab.study import Study

_SAMPLES = 5  # of each fault and each disagreement
_FILES, _FAULTS = 200, 100  # lines of a quarter; the workbook holds the rest
_WIDEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file, or several of one table that can be used whole; `counts` are rows, used, left out, subtotals, aside."""

    table: str
    name: str
    counts: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """One fault of a file: where, what is wrong, in how many rows, the first of them, and what to do."""

    column: str
    rule: str
    count: str
    samples: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultGroup:
    """The faults of one file or sheet."""

    name: str
    faults: tuple[FaultLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictLine:
    """One rule across tables that is broken."""

    text: str
    cases: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterTold:
    """All that is said of one quarter."""

    name: str
    verdict: Verdict
    counts: tuple[str, ...]  # files, rows, used, left out, subtotals, aside
    refusals: tuple[str, ...]
    files: tuple[FileLine, ...]
    more_files: tuple[str, ...]
    groups: tuple[FaultGroup, ...]
    more_faults: tuple[str, ...]
    conflicts: tuple[ConflictLine, ...]
    conflicts_note: str
    statements: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTold:
    """The whole page in one language; `mark` is the words for synthetic data, if they are."""

    lang: str
    title: str
    subtitle: str
    mark: str | None
    verdict: Verdict
    heading: str
    lead: tuple[str, ...]
    quarters: tuple[QuarterTold, ...]

    @property
    def html_lang(self) -> str:
        """The language as HTML tags it."""
        return {"en": "en-GB", "zh": "zh-CN"}[self.lang]

    @property
    def furniture(self) -> dict[str, str]:
        """The words that every page has."""
        return {key: words(self.lang).say(f"report.{key}") for key in ("skip", "contents")}

    def say(self, key: str) -> str:
        """Return the words at `data_check.<key>`."""
        return words(self.lang).say(f"data_check.{key}")


def told(arrivals: Arrivals, study: Study, lang: str) -> CheckTold:
    """Tell what was checked; figures are counts of `arrivals`."""
    teller = _Teller(arrivals, lang)
    quarters = list(arrivals.missing_by_quarter)
    span = {"first": quarters[0], "last": quarters[-1]} if len(quarters) > 1 else {"first": quarters[0]}
    return CheckTold(
        lang=lang,
        title=teller.say("title", study=clean(worded(study.settings.title, lang))),
        subtitle=teller.say("subtitle" if len(quarters) > 1 else "subtitle_one", **span),
        mark=words(lang).say("report.mark") if study.settings.synthetic else None,
        verdict=arrivals.verdict,
        heading=teller.heading(),
        lead=tuple(teller.say(key) for key in (f"lead.{arrivals.verdict}", "lead.account", "list")),
        quarters=tuple(teller.quarter(quarter) for quarter in reversed(quarters)),
    )


class _Teller:
    """Words one check in one language."""

    def __init__(self, arrivals: Arrivals, lang: str) -> None:
        self._arrivals, self._lang = arrivals, lang

    def say(self, key: str, **parts: str) -> str:
        return words(self._lang).say(f"data_check.{key}", **parts)

    def heading(self) -> str:
        """The verdict as a sentence."""
        files = self._arrivals.files
        refused = _refused_files(self._arrivals)
        count = len(_names(files) | refused)
        if not count:
            return self.say("heading.nothing")
        if self._arrivals.verdict == "refused" and not refused:
            quarters = dict.fromkeys(refusal.quarter for refusal in self._arrivals.refusals)
            return self.say("heading.refused_quarter", quarters=words(self._lang).say("report.join").join(quarters))
        parts = {
            "files": _count(count), "rows": _count(sum(file.rows for file in files)), "refused": _count(len(refused)),
            "excluded": _count(sum(file.excluded for file in files)),
            "faulty": _count(len(_names(file for file in files if file.excluded))),
        }  # fmt: skip
        return self.say(f"heading.{self._arrivals.verdict}", **parts)

    def quarter(self, quarter: str) -> QuarterTold:
        """Word one quarter."""
        found = self._arrivals.of(quarter)
        lines = list(self._file_lines(found))
        groups, left = self._groups(found.files)
        broken = [agreement for agreement in found.agreements if agreement.count]
        note = "not_asked" if not found.agreements else "conflicts_note" if broken else "agree"
        more_files, more_faults = len(lines) - _FILES, left
        return QuarterTold(
            name=quarter,
            verdict=found.verdict,
            counts=(_count(len(_names(found.files) | _refused_files(found))), *_counts(found.files)),
            refusals=tuple(line for refusal in found.all_refusals for line in self._refusal(refusal)),
            files=tuple(lines[:_FILES]),
            more_files=(self.say("more_files", count=_count(more_files)),) if more_files > 0 else (),
            groups=groups,
            more_faults=(self.say("more_faults", count=_count(more_faults)),) if more_faults else (),
            conflicts=tuple(
                ConflictLine(
                    text=clean(agreement.text(self._lang)),
                    cases=self._cases([self._case(one.person, one.day) for one in agreement.cases], agreement.count),
                    todo=self.say(f"conflict.{agreement.rule}"),
                )
                for agreement in broken
            ),
            conflicts_note=self.say(f"section.{note}"),
            statements=tuple(clean(finding.text[self._lang]) for finding in found.statements.get(quarter, ())),
            missing=tuple(
                (words(self._lang).say(f"table.{table}"), words(self._lang).say(f"unlocks.{table}"))
                for table in found.missing_by_quarter[quarter]
            ),
        )

    def _refusal(self, refusal: Refusal) -> list[str]:
        """One line a sentence; the readers' sentences bring their place along."""
        if refusal.kind == "unreadable":
            said = refusal.parts["said"].splitlines()
            return [self.say("refusal.unreadable", said=clean(line)) for line in said]
        where = _place(refusal.file, refusal.sheet)
        return [clean(f"{where + ': ' if where else ''}{refusal.text(self._lang)}")]

    def _file_lines(self, found: Arrivals) -> Iterator[FileLine]:
        """The files by table; those of one table that can be used whole stand in one line, others alone."""
        unread = [refusal for refusal in found.refusals if refusal.file]
        for table in TABLES:
            name = words(self._lang).say(f"table.{table}")
            files = [file for file in found.files if file.table == table]
            if whole := [file for file in files if file.verdict == "pass"]:
                yield FileLine(table=name, name=self._named(whole), counts=_counts(whole), verdict="pass")
            for file in files:
                if file.verdict != "pass":
                    where = _place(file.file, file.sheet)
                    yield FileLine(table=name, name=where, counts=_counts([file]), verdict=file.verdict)
            for refusal in unread:
                if refusal.table == table:
                    where = _place(refusal.file, refusal.sheet)
                    yield FileLine(table=name, name=where, counts=("–",) * 5, verdict="refused")

    def _named(self, files: Sequence[FileReport]) -> str:
        if len(files) == 1:
            return _place(files[0].file, files[0].sheet)
        names = list(dict.fromkeys(clean(file.file) for file in files))
        if len(names) == 1:
            return names[0]  # several sheets
        return self.say("files_alike", first=names[0], last=names[-1], count=_count(len(names)))

    def _groups(self, files: Iterable[FileReport]) -> tuple[tuple[FaultGroup, ...], int]:
        """The faults by file as far as the page has room, and how many are left."""
        groups: list[FaultGroup] = []
        room, left = _FAULTS, 0
        for file in files:
            faults = [*map(self._fault, file.faults), *self._totals(file)]
            if faults[:room]:
                groups.append(FaultGroup(name=_place(file.file, file.sheet), faults=tuple(faults[:room])))
            left += len(faults[room:])
            room -= len(faults[:room])
        return tuple(groups), left

    def _fault(self, fault: Fault) -> FaultLine:
        samples = [
            self.say("row_alone", row=str(cell.row))
            if cell.value is None
            else self.say("row_value", row=str(cell.row), value=_quoted(cell.value, self._lang))
            for cell in fault.cells
        ]
        return FaultLine(
            column=clean(fault.column), rule=self.say(f"rule.{fault.rule}"), count=_count(fault.count),
            samples=self._cases(samples, fault.count), todo=self.say(f"todo.{fault.rule}"),
        )  # fmt: skip

    def _totals(self, file: FileReport) -> Iterator[FaultLine]:
        """The totals of a file that are not the sums of their rows, one line a column."""
        ordered = sorted(file.disagreements, key=lambda total: total.column)
        for column, totals in groupby(ordered, key=lambda total: total.column):
            wrong = list(totals)
            samples = [
                self.say("total_value", row=str(total.row), stated=clean(total.stated), counted=clean(total.counted))
                for total in wrong
            ]
            yield FaultLine(
                column=clean(column), rule=self.say("rule.total"), count=_count(len(wrong)),
                samples=self._cases(samples, len(wrong)), todo=self.say("todo.total"),
            )  # fmt: skip

    def _cases(self, samples: Sequence[str], count: int) -> str:
        shown = list(samples[:_SAMPLES])
        if shown and count > len(shown):
            shown.append(self.say("more", count=_count(count - len(shown))))
        return {"en": "; ", "zh": "；"}[self._lang].join(shown)

    def _case(self, person: str | None, day: str | None) -> str:
        if person and day:
            return self.say("case", person=person, day=day)
        return person or day or ""


def _counts(files: Iterable[FileReport]) -> tuple[str, ...]:
    listed = list(files)
    kinds = ("rows", "used", "excluded", "subtotals", "aside")
    return tuple(_count(sum(getattr(file, kind) for file in listed)) for kind in kinds)


def _count(number: int) -> str:
    return f"{number:,}"


def _place(file: str | None, sheet: str | None) -> str:
    return clean(" · ".join(part for part in (file, sheet) if part))


def _quoted(value: str, lang: str) -> str:
    return words(lang).say("report.quote", text=clipped(clean(value), _WIDEST))


def _names(files: Iterable[FileReport]) -> set[tuple[str, str]]:
    return {(file.quarter, file.file) for file in files}


def _refused_files(arrivals: Arrivals) -> set[tuple[str, str]]:
    return {(refusal.quarter, refusal.file) for refusal in arrivals.all_refusals if refusal.file}

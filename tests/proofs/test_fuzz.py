"""Damaged input of every kind: the outcome is success or a sentence, never a traceback, a hang or a row lost unsaid.

A case damages one thing that a client or a user hands in (a file of rows in four formats, a YAML file of a study, a
text, a form, the ledger, a record, the memory of a build, or the words of a command) and lets the code read it that
reads it in earnest. Time of the processor, time by the clock and memory of a case are limited. Files of rows are counted
by another reader than ours: of a file that is accepted, as many rows must be accounted for as there are.

Acceptance: no exception but the package's own, no time limit reached, no row lost. 500 cases in CI; 2,000 published by
`python -m tests.proofs --full test_fuzz`.
"""

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from design_lab import cli
from design_lab.desk.ledger_lines import line_told
from design_lab.errors import DesignLabError
from design_lab.evaluation.lint import lint_file
from design_lab.evaluation.weighting import preferences
from design_lab.expected.plan import AnalysisPlan, read_plan
from design_lab.files import read_yaml, sha256_of, write_json
from design_lab.finding import Results
from design_lab.ingest import build
from design_lab.ingest.mapping import read_sources
from design_lab.ingest.readers import read
from design_lab.ingest.tables import read_quarter
from design_lab.ledger import append, read_ledger
from design_lab.plain_yaml import parse
from design_lab.report.narrative.text import read_narrative
from design_lab.run import record
from design_lab.study import Study, project_root
from tests.ingest.conftest import Mini
from tests.ingest.test_readers import OLD_WORKBOOK
from tests.proofs.mutations import ODD, as_json, as_yaml, bent, damaged, opened_up, pick

SECONDS_OF_PROCESSOR, SECONDS, BYTES_OF_MEMORY = 10, 120, 2 * 2**30
WATCHED = (parse, read)  # what the table hangs on beside what is called here
SMALL = project_root() / "tests" / "studies" / "small"
BANK = project_root() / "data" / "h_bank"


class LostError(Exception):
    """Rows that were neither used nor accounted for."""


class HungError(BaseException):
    """A case that reached its time limit."""


@contextlib.contextmanager
def limited():
    """Stop what takes too much: time of the processor (whatever else the machine does), time by the clock, memory."""
    if sys.platform != "linux":
        yield
        return

    def stop(*_):
        raise HungError

    import resource

    memory = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES_OF_MEMORY, memory[1]))
    before = {number: signal.signal(number, stop) for number in (signal.SIGALRM, signal.SIGPROF)}
    signal.setitimer(signal.ITIMER_PROF, SECONDS_OF_PROCESSOR)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_AS, memory)


def outcome(case):
    """What became of a case: accepted, refused, or one of the three that must not be, with what was seen."""
    try:
        with limited():
            return ("refused" if case() == "refused" else "accepted"), ""
    except DesignLabError as refusal:
        return ("refused", "") if str(refusal).strip() else ("traceback", "a refusal without a word")
    except OSError as error:
        from design_lab.errors import system_refusal

        return ("refused", "") if system_refusal(error) else ("traceback", traceback.format_exc())
    except LostError as lost:
        return "lost", str(lost)
    except HungError:
        return "hung", traceback.format_exc()
    except Exception:
        return "traceback", traceback.format_exc()


# ---- files of rows ----


class Rows:
    """A client of three people; each case puts a damaged file in place of her calls or her roster."""

    def __init__(self, place, rng):
        self.mini, self.rng = Mini(place / "mini"), rng
        self.mini.write_sources()
        self.study = Study.open(self.mini.folder)
        self.raw = self.mini.raw

    def told(self, sources, expected):
        """Read the quarter and hold the account of the damaged file against the rows counted otherwise."""
        (self.mini.folder / "sources.yaml").write_text(yaml.safe_dump(sources, allow_unicode=True), encoding="utf-8")
        reading = read_quarter(self.study, read_sources(self.mini.folder), self.study.quarters[-1])
        for report in reading.reports:
            if report.rows != report.used + report.excluded + report.subtotals + report.aside:
                raise LostError(f"{report.file}: {report}")
            if report.table == "interactions" and expected is not None and report.rows < expected:
                raise LostError(f"{report.file}: {report.rows} of {expected} rows; {report}")
        if not [one for one in reading.reports if one.table == "interactions"] and not reading.refusals:
            raise LostError("no account of the file")
        reading.refuse()

    def only(self, name, content):
        for path in self.raw.glob("calls*"):
            path.unlink()
        (self.raw / name).write_bytes(content)

    def sources(self, **changed):
        made = json.loads(json.dumps(self.mini.sources))
        made["interactions"].update({"exclude_limit": 1.0, **changed})
        return made

    def cells(self):
        """The calls with some cells odd: numbers, formulas, dates, long and empty ones."""
        rows = [list(row) for row in self.mini.calls]
        for _ in range(int(self.rng.integers(0, 6))):
            row = pick(self.rng, rows[1:] if self.rng.random() < 0.8 else rows)
            row[int(self.rng.integers(len(row)))] = pick(self.rng, TYPED)
        for _ in range(int(self.rng.integers(0, 3))):
            at = int(self.rng.integers(1, len(rows)))
            match int(self.rng.integers(4)):
                case 0:
                    rows.insert(at, list(rows[at]))
                case 1:
                    rows.insert(at, [""] * 5)
                case 2:
                    del rows[at]
                case _:
                    rows.insert(at, ["合计", "", "", "20", ""])
        return rows


TYPED = [
    "", " ", "0", "-1", "1e5", "1,000", "12:30:00", "25:61", "43617/", "2026-02-30", "是", "\u3000", "x" * 40000, "#REF!",
    "=1+1", "NaN", "9" * 40, "000101", " 000101 ", "true", "\u200b", "60.0", "６０", "2026-07-01T09:00:00Z", "\x07",
]  # fmt: skip


def csv_case(home):
    rng = home.rng
    encoding = pick(rng, ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "latin-1", "big5"])
    delimiter, name = pick(rng, [(",", "comma"), (",", "comma"), (";", "semicolon"), ("\t", "tab")])
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=pick(rng, ["\r\n", "\n"])).writerows(home.cells())
    content = out.getvalue().encode(encoding, "replace")
    whole = rng.random() < 0.35
    content = content if whole else damaged(content, rng)
    said = encoding if rng.random() < 0.8 else "utf-8"
    home.only("calls.csv", content)
    home.told(home.sources(encoding=said, delimiter=name), counted(content, said, delimiter) if whole else None)


def counted(content, encoding, delimiter):
    """The rows that are not empty, by Python's own reader; None where it cannot tell."""
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    if "\0" in text:
        return None
    csv.field_size_limit(10**7)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(row)]
    return len(rows) - 1


def workbook(home, rows):
    """The rows as a workbook: text or typed cells, formulas, merged cells, a second sheet, an empty one."""
    import xlsxwriter

    rng, out = home.rng, io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("s")
        typed = rng.random() < 0.4
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                shown = cell[:32000]
                if shown.startswith("=") and typed:
                    sheet.write_formula(number, column, shown, None, pick(rng, ["2", "#REF!", "", 2]))
                elif typed and shown.isdigit() and column == 3:
                    sheet.write_number(number, column, float(shown))
                else:
                    sheet.write_string(number, column, shown)
        if rng.random() < 0.2:
            sheet.merge_range(len(rows) + 1, 0, len(rows) + 1, 3, "备注")
        for _ in range(int(rng.integers(0, 2))):
            book.add_worksheet().write(0, 0, pick(rng, ["", "x", "call"]))
    return out.getvalue()


def xlsx_case(home):
    rng, rows = home.rng, home.cells()
    content = workbook(home, rows)
    kind = int(rng.integers(4))
    if kind == 1:
        content = damaged(content, rng)
    elif kind > 1:
        content = opened_up(content, rng)
    home.only("calls.xlsx", content)
    header = (
        {}
        if rng.random() < 0.8
        else {"header": {"first_row": int(rng.integers(1, 4)), "rows": int(rng.integers(1, 3))}}
    )
    # Damaged cells may be any number of rows; a sound sheet under the header as it stands holds each of them.
    expected = None if kind or header else sum(any(row) for row in rows) - 1
    home.told(home.sources(files="calls*", format="xlsx", sheet="s", **header), expected)


def typed_case(home):
    """A sound workbook: every row that holds anything is accounted for."""
    rows = home.cells()
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("s")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell[:32000])
    home.only("calls.xlsx", out.getvalue())
    filled = [row for row in rows if any(row)]
    home.told(home.sources(files="calls*", format="xlsx", sheet="s"), len(filled) - 1)


def xls_case(home):
    """Two people of the roster, in the format of old; their calls as they were."""
    (home.raw / "roster.xls").write_bytes(damaged(OLD_WORKBOOK, home.rng))
    sources = home.sources()
    columns = sources["staff"]["columns"] | {"employee_id": "工号", "role": "岗位"}
    sources["staff"] |= {"files": "roster.xls", "format": "xls", "columns": columns, "exclude_limit": 1.0}
    home.told(sources, None)


def parquet_case(home):
    import pyarrow as pa
    from pyarrow import parquet

    rng, rows = home.rng, home.cells()
    header, body = home.mini.calls[0], rows[1:]
    columns = {}
    for place, name in enumerate(header):
        values = [row[place][:50] or None for row in body]
        columns[name] = pick(rng, [pa.array, pa.array, pa.array, odd_column])(values)
    if rng.random() < 0.2:
        columns[pick(rng, header)] = odd_column([None] * len(body))
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    content, whole = out.getvalue(), rng.random() < 0.5
    home.only("calls.parquet", content if whole else damaged(content, rng))
    home.told(home.sources(files="calls*", format="parquet"), len(body) if whole else None)


def odd_column(values):
    import pyarrow as pa

    n = len(values)
    kinds = [
        lambda: pa.array([[1]] * n), lambda: pa.array([{"a": 1}] * n), lambda: pa.array([b"\xff\0"] * n),
        lambda: pa.array(values).dictionary_encode(), lambda: pa.array([1e300] * n), lambda: pa.nulls(n),
        lambda: pa.array([float("nan")] * n), lambda: pa.array([2**63 - 1] * n),
        lambda: pa.array([2**62] * n, pa.timestamp("ns", tz="Asia/Shanghai")),
        lambda: pa.array([1] * n, pa.duration("s")), lambda: pa.array([1] * n, pa.time32("s")),
        lambda: pa.array([True] * n), lambda: pa.array(values, pa.large_string()),
    ]  # fmt: skip
    return kinds[sum(map(len, filter(None, values))) % len(kinds)]()


# ---- settings of a study ----


class Texts:
    """A folder with the small study's settings, each case with one of them damaged."""

    def __init__(self, place, rng):
        self.place, self.rng = place / "small", rng
        shutil.copytree(SMALL, self.place, ignore=shutil.ignore_patterns("raw", "tables", "centre.yaml"))
        self.whole = {
            "study": (SMALL / "study.yaml").read_bytes(),
            "sources": (SMALL / "sources.yaml").read_bytes(),
            "scheme": (SMALL / "schemes" / "team_share.yaml").read_bytes(),
            "goals": (BANK / "goals.yaml").read_bytes(),
            "indicators": (SMALL.parents[1] / "schemes" / "indicators.yaml").read_bytes(),
            "plan": as_yaml(PLAN),
        }
        self.trees = {name: yaml.safe_load(text) for name, text in self.whole.items()}

    def damaged(self, name):
        """The file's text, one in three with bytes damaged, else with its tree bent."""
        if self.rng.random() < 0.33:
            return damaged(self.whole[name], self.rng)
        return as_yaml(bent(self.trees[name], self.rng))

    @contextlib.contextmanager
    def instead(self, name, file):
        path = self.place / file
        path.write_bytes(self.damaged(name))
        try:
            yield path
        finally:
            path.unlink()
            if (SMALL / file).is_file():
                shutil.copyfile(SMALL / file, path)


PLAN = {
    "study": "small", "written_on": "2026-09-15", "design": "stepped", "baseline": "current", "scheme": "quality_first",
    "starts": {"T01": "2026Q4", "T02": None}, "draw": "0" * 64, "primary_outcome": "csat", "better": "higher",
    "least_effect": 1.0, "looks": ["2026Q4"], "seed": 3,
}  # fmt: skip


def study_case(home):
    with home.instead("study", "study.yaml"):
        opened = Study.open(home.place)
        str(opened), opened.quarters, opened.scheme_names, opened.aims, opened.evidence, opened.rollout
        for name in opened.scheme_names:
            opened.scheme(name)


def sources_case(home):
    with home.instead("sources", "sources.yaml"):
        read_sources(home.place)


def scheme_case(home):
    with home.instead("scheme", "schemes/team_share.yaml") as path:
        found = lint_file(path)
        [*found.lines("en"), *found.lines("zh")]
        return "refused" if found.of("error") else "accepted"


def goals_case(home):
    with home.instead("goals", "goals.yaml"):
        return str(Study.open(home.place).aims)


def indicators_case(home):
    with home.instead("indicators", "indicators.yaml"):
        return str(len(Study.open(home.place).cards))


def plan_case(home):
    tree = bent(PLAN, home.rng)
    with contextlib.suppress(Exception):  # half of them with the digest that the bent plan has
        if home.rng.random() < 0.7:
            tree["digest"] = AnalysisPlan.model_validate(tree).digest
    path = home.place / "pilot_plan.yaml"
    path.write_bytes(as_yaml(tree) if home.rng.random() < 0.7 else damaged(as_yaml(tree), home.rng))
    read_plan(path)


def narrative_case(home):
    folder = home.place / "narrative"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rng = home.rng
    text = (BANK / "narrative" / "current.en.md").read_bytes()
    words = [b"{finding:", b"}", b"**", b"# ", b"- ", b"{", b"{finding:x.y|", b"1. ", b"> ", b"`", b"\n\n", b"<b>"]
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(0, len(text)))
        text = text[:at] + pick(rng, words) + text[at:]
    name = pick(rng, ["current.en.md", "current.zh.md", "current.fr.md", "x.md", ".en.md", "名.zh.md"])
    (folder / name).write_bytes(text if rng.random() < 0.5 else damaged(text, rng))
    read_narrative(home.place)


def preferences_case(home):
    content = (SMALL / "preferences" / "R01.xlsx").read_bytes()
    made = opened_up(content, home.rng) if home.rng.random() < 0.7 else damaged(content, home.rng)
    (home.place / "preferences" / "R01.xlsx").write_bytes(made)
    found = preferences(Study.open(home.place))
    return "refused" if found.faults else "accepted"


def hidden_case(home):
    """What is no plain file, where a file of settings is expected."""
    path = home.place / "schemes" / "odd.yaml"
    match int(home.rng.integers(4)):
        case 0:
            os.mkfifo(path)
        case 1:
            path.mkdir()
        case 2:
            path.symlink_to("/dev/zero")
        case _:
            path.symlink_to(path)
    try:
        read_yaml(path)
    finally:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


# ---- what the package itself wrote ----


class Written:
    """A ledger, a report folder and a build's memory, as the package wrote them."""

    def __init__(self, place, rng):
        self.place, self.rng = place / "written", rng
        self.mini = Mini(self.place / "mini")
        self.mini.build()
        self.study = Study.open(self.mini.folder)
        said = {"text": {"en": "A count.", "zh": "计数。"}}
        lines = [
            {"kind": "frozen", "frozen_on": "2026-10-01", "target": "2027Q1", "finding": said, "decision": "d"}
        ] * 3
        self.ledger = self.place / "ledger.jsonl"
        append(self.ledger, lines)
        self.lines = [json.loads(line) for line in self.ledger.read_bytes().splitlines()]
        self.report = self.place / "reports" / "mini" / "2026Q3"
        finding = {
            "id": "a.count", "value": 1.5, "interval": [1, 2], "level": 0.95, "unit": "count", "n": 1, "claim": "accounting",
            "text": {"en": "A count.", "zh": "计数。"}, "limits": [], "source": "01_first",
        }  # fmt: skip
        self.results = {"study": "mini", "quarter": "2026Q3", "synthetic": True, "findings": [finding]}
        write_json(self.report / "results.json", self.results)
        record.record(self.report, record.gather(self.study.folder, {"study": "mini"}, []), [])
        self.record = json.loads((self.report / "record.json").read_text(encoding="utf-8"))
        self.record["inputs"]["files"]["package"] = {}


def ledger_case(home):
    rng = home.rng
    if rng.random() < 0.4:
        home.ledger.write_bytes(damaged(b"".join(as_json(line) + b"\n" for line in home.lines), rng))
    else:
        lines, before = [], ""
        for line in bent(home.lines, rng) or [None]:
            made = line
            if isinstance(line, dict) and rng.random() < 0.8:  # as somebody who knows the hash would write it
                with contextlib.suppress(TypeError, ValueError):
                    made = {
                        "content": line.get("content"),
                        "before": before,
                        "hash": sha256_of([before, line.get("content")]),
                    }
                    before = made["hash"]
            lines.append(json.dumps(made, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
        home.ledger.write_bytes(b"\n".join([*lines, b""]))
    for line in read_ledger(home.ledger):
        line_told(line.number, line.content)


def record_case(home):
    rng = home.rng
    made = bent(home.record, rng)
    if isinstance(made, dict) and rng.random() < 0.7:
        with contextlib.suppress(TypeError, ValueError, AttributeError, KeyError):
            made["inputs_digest"] = record.Inputs(**made["inputs"]).digest
        with contextlib.suppress(TypeError, ValueError):
            made["seal"] = sha256_of({key: value for key, value in made.items() if key != "seal"})
    text = as_json(made)
    (home.report / "record.json").write_bytes(text if rng.random() < 0.75 else damaged(text, rng))
    found = record.verify(home.report, study=home.study.folder, notebooks=home.place)
    return "refused" if found.sealed else "accepted"


def results_case(home):
    text = as_json(bent(home.results, home.rng))
    path = home.place / "results.json"
    path.write_bytes(text if home.rng.random() < 0.7 else damaged(text, home.rng))
    Results.read(path)


def memory_case(home):
    """The memory of digests or a quarter's manifest: what is damaged is made anew, and the tables are as they were."""
    rng = home.rng
    kept = pick(rng, [".digests.json", ".built/2026Q3.json"])
    path = home.study.tables / kept
    tree = json.loads(path.read_text(encoding="utf-8"))
    text = as_json(bent(tree, rng))
    path.write_bytes(text if rng.random() < 0.7 else damaged(text, rng))
    before = {table: table.read_bytes() for table in sorted(home.study.tables.glob("*/*.parquet"))}
    build(home.study)
    assert {table: table.read_bytes() for table in sorted(home.study.tables.glob("*/*.parquet"))} == before


# ---- the command line ----

STATED = {
    "run": ("--quarter", "--scheme", "--lang", "--formats", "--jobs", "--reports", "--force"),
    "check": ("--reports",),
    "lint": ("--study", "--quarter", "--lang"),
    "verify": ("--study", "--strict"),
    "identify": (),
    "preferences": ("--respondent",),
    "explain": ("--quarter", "--scheme", "--set", "--lang", "--out"),
    "view": ("--as", "--who", "--quarter", "--lang", "--out", "--reports"),
    "kit": ("--lang", "--out", "--quarter", "--scheme", "--key"),
    "freeze": ("--scheme", "--decision"),
    "ledger": ("--score",),
    "new": ("--from",),
}
WORDS = [
    "", " ", "-", "--", "x", "2026Q3", "2026Q9", "1900Q1", "9999Q4", "current", "other", "../..", "/", "/dev/null", "/proc/1/mem",
    "a" * 300, "/".join("a" * 200 for _ in range(30)), "名", "\udcff", "*", "a b", "en", "zh", "both", "html", "pdf,html", "-1",
    "0", "1e9", "E8c024c137289b598", "csat=0.5", "csat=", "=", "csat=nan", "csat=1e400", "R01", "R01/..", "--help", "executive",
    "person", "leader", "it", "T01", "\u202e", "{study}", "%s", "file:///etc", "CON", "nul.txt", "~", "$HOME", "\n",
]  # fmt: skip


class Words:
    """A folder with the client, her tables built, and whatever else a path can lead to."""

    def __init__(self, place, rng):
        self.place, self.rng = place / "words", rng
        self.mini = Mini(self.place / "mini")
        shutil.copyfile(SMALL / "schemes" / "current.yaml", self.mini.folder / "schemes" / "current.yaml")
        self.mini.build()
        (self.place / "file.txt").write_text("x", encoding="utf-8")
        (self.place / "folder").mkdir()
        os.mkfifo(self.place / "pipe")
        (self.place / "loop").symlink_to(self.place / "loop")
        self.paths = [str(self.place / name) for name in ("mini", "file.txt", "folder", "loop", "pipe", "none")]
        self.paths += [
            str(self.mini.folder / name) for name in ("study.yaml", "schemes/current.yaml", "raw", "tables/x")
        ]

    def word(self):
        return pick(self.rng, self.paths if self.rng.random() < 0.45 else WORDS)


def command_case(home):
    rng = home.rng
    command = pick(rng, list(STATED))
    given = [command]
    study = str(home.mini.folder) if rng.random() < 0.5 else home.word()
    given += [study] if rng.random() < 0.9 else []
    for option in STATED[command]:
        if rng.random() < 0.4:
            given += [option] if option in ("--force", "--strict", "--score") else [option, home.word()]
    given += [home.word() for _ in range(int(rng.integers(0, 3)))] if rng.random() < 0.4 else []
    out, said = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["design-lab", *given]),
        mock.patch("design_lab.run.road._Run.walk", return_value=home.place),
        mock.patch("design_lab.desk.kit.kit", return_value=mock.Mock(lines=list)),
        contextlib.redirect_stdout(out), contextlib.redirect_stderr(said), contextlib.chdir(home.place),
    ):  # fmt: skip
        status = cli._status()
    assert status in (0, 1, 2), (given, status)
    if status and not (said.getvalue() + out.getvalue()).strip():
        raise AssertionError(f"{given}: {status} without a word")
    assert "Traceback" not in said.getvalue(), (given, said.getvalue())
    return "accepted" if status == 0 else "refused"


# What is damaged: where it stands, a case, and of how many cases in a hundred.
SURFACES = {
    "CSV": (Rows, csv_case, 12),
    "workbook, damaged": (Rows, xlsx_case, 10),
    "workbook, odd cells": (Rows, typed_case, 5),
    "old workbook": (Rows, xls_case, 4),
    "parquet": (Rows, parquet_case, 6),
    "study.yaml": (Texts, study_case, 8),
    "sources.yaml": (Texts, sources_case, 7),
    "scheme file": (Texts, scheme_case, 9),
    "indicators.yaml": (Texts, indicators_case, 4),
    "goals.yaml": (Texts, goals_case, 3),
    "pilot_plan.yaml": (Texts, plan_case, 3),
    "no plain file": (Texts, hidden_case, 1),
    "narrative": (Texts, narrative_case, 3),
    "form of preferences": (Texts, preferences_case, 4),
    "ledger": (Written, ledger_case, 4),
    "record.json": (Written, record_case, 4),
    "results.json": (Written, results_case, 3),
    "memory of a build": (Written, memory_case, 2),
    "command line": (Words, command_case, 8),
}


def fuzz(name, cases, folder):
    """Run a surface's cases; return how many came to what, and what was seen of those that must not be."""
    make, case, _ = SURFACES[name]
    rng = np.random.default_rng([*f"fuzz {name}".encode()])
    home, counts, seen = make(folder, rng), Counter(), []
    for number in range(cases):
        kind, told = outcome(lambda: case(home))
        counts[kind] += 1
        if told:
            seen.append(f"{name}, case {number}: {kind}\n{told}")
    return counts, seen


@pytest.mark.skipif(sys.platform != "linux", reason="pipes, links, timers and limits of Linux")
@pytest.mark.parametrize("name", SURFACES)
def test_damaged_input_ends_in_a_sentence(name, tmp_path):
    counts, seen = fuzz(name, 5 * SURFACES[name][2], tmp_path)
    assert not seen, "\n\n".join(seen[:5])
    assert sum(counts.values()) == 5 * SURFACES[name][2]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD[13:])
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=12), below, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["study", "sources", "scheme", "goals", "indicators", "plan"])
def test_any_tree_in_place_of_a_key_is_read_or_refused(name, tmp_path):
    """Trees of any shape where the file has a key of its own: what the tables of odd values do not think of."""
    home = Texts(tmp_path, np.random.default_rng(0))
    files = {"study": "study.yaml", "sources": "sources.yaml", "scheme": "schemes/team_share.yaml", "goals": "goals.yaml",
             "indicators": "indicators.yaml", "plan": "pilot_plan.yaml"}  # fmt: skip
    whole = home.trees[name]

    @seed(1)
    @settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck))
    @given(key=st.sampled_from(sorted(whole)), tree=TREES)
    def hold(key, tree):
        def case():
            made = as_yaml({**whole, key: tree})
            with mock.patch.object(home, "damaged", return_value=made), home.instead(name, files[name]) as path:
                match name:
                    case "sources":
                        read_sources(home.place)
                    case "scheme":
                        lint_file(path)
                    case "plan":
                        read_plan(path)
                    case _:
                        Study.open(home.place).aims  # noqa: B018  it is read when it is asked for

        kind, told = outcome(case)
        assert not told, f"{kind}\n{told}"

    hold()


def table():
    """All surfaces at full size as lines of a Markdown table; a miss of the acceptance raises."""
    yield "| what is damaged | cases | refused in words | accepted | tracebacks | hangs | rows lost unsaid |"
    yield "|---|---|---|---|---|---|---|"
    total = Counter()
    for name, (_, _, share) in SURFACES.items():
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
            counts, seen = fuzz(name, 20 * share, Path(place).resolve())
        if seen:
            raise AssertionError("\n\n".join(seen))
        total += Counter({**counts, "cases": 20 * share})
        yield row(name, 20 * share, counts)
    yield row("all", total["cases"], total)


def row(name, cases, counts):
    told = [counts[key] for key in ("refused", "accepted", "traceback", "hung", "lost")]
    return f"| {name} | {cases:,} | {' | '.join(f'{one:,}' for one in told)} |"

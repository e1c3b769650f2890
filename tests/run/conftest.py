"""A tiny study with notebooks of a few lines; the rooms below `run` are replaced by fakes in every process."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from design_lab.finding import Results
from design_lab.study import Study

SMALL = Path(__file__).parents[1] / "studies" / "small"

ROOMS = """
import contextlib, importlib.util, sys, types
from pathlib import Path

class Arrivals:
    missing = ()
    def lines(self):
        return ["2026Q3/calls.csv: 3 rows left out"]

def build(study, *, progress, force=False, jobs=1):
    progress("reading 2026Q3")
    order = study.folder / "order.txt"
    if order.is_file() and order.read_text() == "refuse":
        from design_lab.errors import DataError
        raise DataError("raw/2026Q3/calls.csv, row 7: 'abc' is not a number")
    if order.is_file() and order.read_text() == "crash":
        raise ZeroDivisionError("unforeseen")
    if order.is_file() and order.read_text() == "die":
        import os
        os._exit(7)
    table = study.tables / "staff" / "2026Q3.parquet"
    table.parent.mkdir(parents=True, exist_ok=True)
    fresh = table.with_suffix(".new")
    fresh.write_bytes(b"".join(sorted(path.read_bytes() for path in study.raw.rglob("*.csv"))))
    fresh.replace(table)  # as tables are: never written in place
    arrivals = Arrivals()
    if order.is_file():
        arrivals.missing = tuple(order.read_text().split())
    return arrivals

class Cover:
    @classmethod
    def of(cls, study, quarter, *, schemes=(), left_out=(), voice=None):
        made = cls()
        made.left_out = left_out
        return made

def write_reports(results, cover, *, langs, formats, folder, branding, jobs):
    left_out = []
    for lang in langs:
        for kind in formats:
            if kind == "pdf" and Path(branding, "no_typst").is_file():
                left_out.append(f"left out: report.{lang}.pdf: the package typst is not installed")
                continue
            path = folder / f"report.{lang}.{kind}"
            ids = " ".join(finding.id for finding in results.findings)
            path.write_text(f"{ids} {cover.left_out}", encoding="utf-8")
    return types.SimpleNamespace(left_out=tuple(left_out))
"""

# Loaded by every Python that a run starts, because it lies on PYTHONPATH.
FAKES = f"""{ROOMS}
class Private:
    pseudonyms = frozenset()
    def __init__(self, names):
        self.names = names
    def holds(self, word):
        return False

def private(study):
    path = study.folder / "names.txt"
    names = frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else frozenset()
    return Private(names)

rooms = {{
    "ingest": {{
        "build": build, "database_digests": lambda study: {{}}, "one_run": contextlib.nullcontext, "private": private,
    }},
    "report": {{"Cover": Cover, "write_reports": write_reports}},
}}
for name, parts in rooms.items():
    module = types.ModuleType(f"design_lab.{{name}}")
    module.__dict__.update(parts)
    module.__path__ = [str(Path(importlib.util.find_spec("design_lab").origin).parent / name)]
    sys.modules[f"design_lab.{{name}}"] = module
sys.modules["design_lab.run.warm"] = types.ModuleType("design_lab.run.warm")  # needs the rooms that are not there
"""

PARAMETERS = """study = "data/h_bank"  # a study folder
quarter = "2026Q3"
schemes = ["quality_first"]
lang = "en"
out = "reports/h_bank/draft"
seed = 42"""

IMPORTS = "from design_lab.finding import Finding, write_findings"


def finding(id: str, value: str = "1.5") -> str:
    """A line of a notebook that makes a finding."""
    return (
        f'f = Finding(id="{id}", value={value}, unit="count", n=1, claim="accounting", '
        f'text={{"en": "A count.", "zh": "计数。"}})'
    )


def last(name: str) -> str:
    """The line that ends a notebook."""
    return f'write_findings([f], out, "{name}")'


@dataclass
class Tiny:
    """A study `tiny`, a project's folder of notebooks, and a place for reports."""

    root: Path

    @property
    def study(self) -> Path:
        return self.root / "data" / "tiny"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def published(self) -> Path:
        return self.reports / "tiny" / "2026Q3"

    def order(self, text: str) -> None:
        """What the fake ingest does: names of missing tables, or a way to fail."""
        (self.study / "order.txt").write_text(text, encoding="utf-8")

    def notebook(
        self, name: str, *cells: str, tables=(), findings=(), parameters: str | None = PARAMETERS, own=False, tail=True
    ) -> Path:
        """Write a notebook: title, parameters, the cells, and the last cell unless `tail` is false."""
        lines = [IMPORTS, *(cells or [finding(f"{name}.count")]), *([last(name)] if tail else [])]
        code = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {name}"}]
        if parameters is not None:
            code.append(self._code("parameters", parameters, ["parameters"]))
        code += [self._code(f"cell-{number}", line, []) for number, line in enumerate(lines)]
        needs = {"tables": list(tables), "findings": list(findings)}
        metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            "design_lab": {"needs": needs},
        }
        folder = self.study / "notebooks" if own else self.notebooks
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.ipynb"
        content = {"cells": code, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    @staticmethod
    def _code(id: str, source: str, tags: list[str]) -> dict[str, object]:
        return {
            "cell_type": "code",
            "id": id,
            "metadata": {"tags": tags},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }

    def run(self, **changed):
        """Run the road quietly; return where the report stands and the lines that were said."""
        from design_lab.run import run

        said: list[str] = []
        options = {"reports": self.reports, "notebooks": self.notebooks, "progress": said.append, **changed}
        return run(self.study, **options), said


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> Tiny:
    root = tmp_path / "office of 客户"
    fakes = tmp_path / "fakes"
    fakes.mkdir()
    (fakes / "sitecustomize.py").write_text(FAKES, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(fakes))
    made = Tiny(root)
    made.notebooks.mkdir(parents=True)
    shutil.copytree(SMALL / "schemes", made.study / "schemes")
    settings = (SMALL / "study.yaml").read_text(encoding="utf-8").replace("name: small", "name: tiny")
    (made.study / "study.yaml").write_text(settings, encoding="utf-8")
    raw = made.study / "raw" / "2026Q3" / "calls.csv"
    raw.parent.mkdir(parents=True)
    raw.write_text("1,2\n", encoding="utf-8")
    package = tmp_path / "package"  # the real one may be edited while tests run
    package.mkdir()
    (package / "code.py").write_text("", encoding="utf-8")
    monkeypatch.setattr("design_lab.run.record.PACKAGE", package)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def quick(monkeypatch) -> None:
    """Execute notebooks by `exec` in this process, for tests of what comes after."""
    from design_lab.run.notebooks import ordered

    def execute(notebooks, setting, *, progress, done=()):
        by_name = {notebook.name: notebook for notebook in (*notebooks, *done)}
        for notebook in ordered(notebooks):
            (setting.out(notebook) / "findings").mkdir(parents=True)
            for name in notebook.needs.findings:
                shutil.copy(setting.findings(by_name[name]), setting.out(notebook) / "findings")
            names = {**setting.parameters, "out": str(setting.out(notebook))}
            for cell in json.loads(notebook.path.read_text(encoding="utf-8"))["cells"][2:]:
                exec(cell["source"], names)
            shutil.copyfile(notebook.path, setting.executed(notebook))

    monkeypatch.setattr("design_lab.run.notebooks.execute", execute)


@pytest.fixture
def swift(monkeypatch) -> None:
    """Build tables and write the report in this process too, where many runs are needed."""
    rooms: dict[str, object] = {}
    exec(ROOMS, rooms)

    class Worker:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def call(self, task, *, study, progress, **arguments):
            if task.endswith("build"):
                arrivals = rooms["build"](Study.open(study), progress=progress)
                return {"lines": arrivals.lines(), "missing": list(arrivals.missing)}
            if task.endswith("look_through"):
                return None
            results = Results.read(Path(arguments["folder"], "results.json"))
            cover = rooms["Cover"].of(study, arguments["quarter"], left_out=arguments["left_out"])
            chosen = {key: arguments[key] for key in ("langs", "formats")}
            branding = Path(study, "branding")
            made = rooms["write_reports"](
                results, cover, folder=Path(arguments["folder"]), branding=branding, jobs=1, **chosen
            )
            return list(made.left_out)

    monkeypatch.setattr("design_lab.run.road.Worker", Worker)
    monkeypatch.setattr("design_lab.ingest.database_digests", lambda study: {})

"""The notebooks of a run: found, ordered, left out, and what a failure says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from design_lab.errors import NotebookError
from design_lab.run.notebooks import find_notebooks, leave_out, ordered


def names(notebooks):
    return [notebook.name for notebook in notebooks]


def test_the_projects_numbered_notebooks_stand_first_then_the_studys_own(tiny):
    for name in ("02_b", "10_j", "03b_d", "04_e", "03_c", "01_a", "explorer", "035_f"):
        tiny.notebook(name)
    tiny.notebook("00_own", own=True)
    assert names(find_notebooks(tiny.study, tiny.notebooks)) == [
        "01_a", "02_b", "03_c", "03b_d", "04_e", "10_j", "00_own",
    ]  # fmt: skip


def test_each_notebook_stands_after_those_it_needs(tiny):
    tiny.notebook("01_a", findings=["03_c"])
    tiny.notebook("02_b")
    tiny.notebook("03_c")
    assert names(ordered(find_notebooks(tiny.study, tiny.notebooks))) == ["02_b", "03_c", "01_a"]


def test_what_needs_a_notebook_that_is_left_out_is_left_out_too_in_any_order(tiny):
    tiny.notebook("01_a", findings=["02_b"])
    tiny.notebook("02_b", findings=["03_c"])
    tiny.notebook("03_c", tables=["ratings"])
    tiny.notebook("04_d")
    kept, out = leave_out(find_notebooks(tiny.study, tiny.notebooks), ["ratings"], "2026Q3")
    assert names(kept) == ["04_d"]
    assert [absent.notebook for absent in out] == ["01_a", "02_b", "03_c"]


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"tables": ["survey"]}, "needs.tables names 'survey'; did you mean 'surveys'"),
        ({"findings": ["01_b"]}, "needs.findings names '01_b'; did you mean '01_a'"),
        ({"findings": ["01_a"]}, "these notebooks need each other's findings: 01_a"),
    ],
)
def test_needs_that_cannot_be_met_are_refused(tiny, needs, words):
    tiny.notebook("01_a", **needs)
    with pytest.raises(NotebookError, match=words):
        find_notebooks(tiny.study, tiny.notebooks)


def test_a_name_that_stands_twice_and_a_file_that_is_no_notebook_are_refused(tiny):
    tiny.notebook("01_a")
    tiny.notebook("01_A", own=True)
    with pytest.raises(NotebookError, match="has the same name as"):
        find_notebooks(tiny.study, tiny.notebooks)
    (tiny.study / "notebooks/01_A.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookError, match="is not a Jupyter notebook that can be read"):
        find_notebooks(tiny.study, tiny.notebooks)
    (tiny.study / "notebooks/01_A.ipynb").write_text(
        json.dumps({"metadata": {"design_lab": {"needs": {"tabels": []}}}, "cells": []}), encoding="utf-8"
    )
    with pytest.raises(NotebookError, match=r"metadata design_lab\.needs: tabels"):
        find_notebooks(tiny.study, tiny.notebooks)


def test_a_study_without_any_notebook_is_refused(tiny):
    with pytest.raises(NotebookError, match="holds no notebook"):
        find_notebooks(tiny.study, tiny.notebooks)


@pytest.mark.long
def test_a_failing_notebook_ends_the_run_publishes_nothing_and_is_kept(tiny):
    tiny.notebook("01_first", "import time; time.sleep(0.1)", "1 / 0")
    tiny.notebook("02_never", "import time; time.sleep(600)")
    with pytest.raises(NotebookError) as caught:
        tiny.run(jobs=2)
    lines = str(caught.value).splitlines()
    assert lines[0] == "01_first.ipynb, cell 5 of 6 (1 / 0): ZeroDivisionError: division by zero"
    assert lines[1] == "Nothing was published."
    kept = tiny.reports / "tiny/.failed/2026Q3/01_first.ipynb"
    assert lines[2].endswith("tiny/.failed/2026Q3/01_first.ipynb")
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    assert sorted(path.name for path in (tiny.reports / "tiny").iterdir()) == [".failed", ".lock"]


def test_findings_under_another_name_are_refused(tiny, monkeypatch):
    class Careless:
        def __init__(self, *_):
            pass

        def call(self, task, *, notebooks=(), parameters=None, **_):
            for name in ("01_first", "02_second") if parameters else ():
                Path(parameters["out"], "findings", f"{name}.json").write_text("[]", encoding="utf-8")

        def close(self):
            pass

    monkeypatch.setattr("design_lab.run.notebooks.Worker", Careless)
    tiny.notebook("01_first")
    with pytest.raises(NotebookError, match=r"01_first\.ipynb: wrote findings under another name, 02_second\.json"):
        tiny.run()


@pytest.mark.long
def test_findings_that_were_not_declared_are_not_seen(tiny):
    tiny.notebook("01_first")
    tiny.notebook("02_second", "from pathlib import Path", "Path(out, 'findings', '01_first.json').read_text()")
    with pytest.raises(NotebookError, match=r"02_second\.ipynb, cell 5 .*FileNotFoundError"):
        tiny.run(jobs=1)


def test_a_file_that_holds_no_findings_is_refused_in_words(tiny, quick):
    from design_lab.errors import FindingError

    write = "from pathlib import Path; Path(out, 'findings', '01_a.json').write_text('[1]')"
    tiny.notebook("01_a", write, tail=False)
    with pytest.raises(FindingError, match=r"01_a\.ipynb: 01_a\.json does not hold findings"):
        tiny.run()

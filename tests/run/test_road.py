"""The road as a whole: what is published, what is unchanged, what is narrower, what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from design_lab.errors import DataError, DesignLabError, FindingError, NotebookError, ReportError, StudyError
from design_lab.run.record import PACKAGE, Record, verify
from design_lab.run.workers import WorkerCrashError, WorkerError


def finding(id, value="1.5"):
    return (
        f'f = Finding(id="{id}", value={value}, unit="count", n=1, claim="accounting", '
        f'text={{"en": "A count.", "zh": "计数。"}})'
    )


@pytest.mark.long
def test_a_run_publishes_the_whole_folder_and_an_unchanged_one_does_nothing(tiny):
    tiny.notebook("01_first", finding("first.count"), "print(study, out)")
    tiny.notebook("02_second", finding("second.count"), findings=["01_first"])
    tiny.notebook("own", finding("own.count"), own=True)
    place, said = tiny.run()
    assert place == tiny.published
    names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
    assert names == [
        "changes.json", "notebooks/01_first.ipynb", "notebooks/02_second.ipynb", "notebooks/own.ipynb", "record.json",
        "report.en.docx", "report.en.html", "report.en.pdf", "report.en.pptx",
        "report.zh.docx", "report.zh.html", "report.zh.pdf", "report.zh.pptx", "results.json",
    ]  # fmt: skip
    results = json.loads((place / "results.json").read_text(encoding="utf-8"))
    assert [(f["id"], f["source"]) for f in results["findings"]] == [
        ("first.count", "01_first"), ("second.count", "02_second"), ("own.count", "own"),
    ]  # fmt: skip
    assert any(line.startswith("02_second: done in ") and line.endswith("of 3)") for line in said)
    assert "2026Q3/calls.csv: 3 rows left out" in said
    assert sorted(path.name for path in (tiny.reports / "tiny").iterdir()) == [".lock", "2026Q3"]

    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    again, said = tiny.run()
    assert again == place
    assert len(said) == 1
    assert said[0].startswith("unchanged: ")
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


@pytest.mark.long
def test_a_narrower_run_publishes_what_it_made_and_the_full_one_becomes_a_revision(tiny, quick, swift):
    tiny.notebook("01_first")
    tiny.run()
    place, said = tiny.run(formats=["html"], lang="zh", schemes=["balanced"])
    assert Record.read(place).inputs.parameters["schemes"] == ["current", "balanced"]
    assert sorted(path.name for path in place.glob("report*")) == ["report.zh.html"]
    assert (tiny.reports / "tiny/.revisions/2026Q3/1/report.en.pptx").is_file()
    assert "a narrower run than the full one: made without quality_first, team_share, en, docx, pptx, pdf" in said


def test_what_a_format_lacks_here_is_said_and_recorded_and_the_rest_is_published(tiny, quick, swift):
    tiny.notebook("01_first")
    (tiny.study / "branding").mkdir()
    (tiny.study / "branding/no_typst").touch()
    place, said = tiny.run(lang="en")
    told = "left out: report.en.pdf: the package typst is not installed"
    assert f"{told}; then run again with --force" in said
    assert {"en": told} in [dict(reason) for reason in Record.read(place).left_out]
    assert sorted(path.suffix for path in place.glob("report.*")) == [".docx", ".html", ".pptx"]


@pytest.mark.long
def test_a_report_in_which_somebody_is_named_is_not_published_and_the_old_one_stays(tiny, quick):
    tiny.notebook("01_first")
    tiny.run()
    before = (tiny.published / "record.json").read_bytes()
    (tiny.study / "names.txt").write_text("张晓燕", encoding="utf-8")
    tiny.notebook("01_first", finding("first.count").replace("计数。", "张晓燕最好。"))
    with pytest.raises(
        ReportError, match=r"results\.json \(findings\[0\]\.text\.zh\): holds somebody's name"
    ) as refused:
        tiny.run()
    assert "Nothing was published" in str(refused.value)
    assert "张晓燕" not in str(refused.value)
    assert (tiny.published / "record.json").read_bytes() == before
    assert sorted(path.name for path in (tiny.reports / "tiny").iterdir()) == [".lock", "2026Q3"]


def test_a_template_that_is_none_is_refused_before_anything_is_built(tiny, quick):
    tiny.notebook("01_first")
    (tiny.study / "branding").mkdir()
    (tiny.study / "branding/template.docx").write_bytes(b"no document")
    with pytest.raises(ReportError, match=r"branding/template\.docx: cannot be opened as a Word file; open it in Word"):
        tiny.run()
    assert not tiny.published.exists()
    tiny.run(formats=["html"])  # which needs no template


@pytest.mark.long
@pytest.mark.parametrize("name", ["goals.yaml", "indicators.yaml"])
def test_a_studys_own_goals_and_indicators_are_inputs_and_a_change_in_them_runs_anew(tiny, quick, swift, name):
    catalogue = (PACKAGE / "catalogue" / name).read_text(encoding="utf-8")
    own = tiny.study / name
    own.write_text(catalogue, encoding="utf-8")
    tiny.notebook("01_first")
    tiny.run()
    assert name in Record.read(tiny.published).inputs.files["settings"]
    own.write_text(catalogue + "# agreed anew\n", encoding="utf-8")
    found = verify(tiny.published, notebooks=tiny.notebooks)
    assert found.inputs == (f"settings {name}: changed since",)
    assert not found.passes(strict=True)
    tiny.run()
    assert len(list((tiny.reports / "tiny/.revisions/2026Q3").iterdir())) == 1
    assert verify(tiny.published, notebooks=tiny.notebooks).passes(strict=True)


@pytest.mark.long
def test_a_changed_input_runs_again_and_force_runs_always(tiny, quick, swift):
    tiny.notebook("01_first")
    tiny.run()
    (tiny.study / "raw/2026Q3/calls.csv").write_text("1,3\n", encoding="utf-8")
    tiny.run()
    assert [p.name for p in (tiny.reports / "tiny/.revisions/2026Q3").iterdir()] == ["1"]
    tiny.run(force=True)
    assert len(list((tiny.reports / "tiny/.revisions/2026Q3").iterdir())) == 2


@pytest.mark.long
def test_tables_that_are_rebuilt_to_the_same_bytes_execute_no_notebook(tiny, quick, swift):
    tiny.notebook("01_first")
    tiny.run()
    (tiny.study / "tables/staff/2026Q3.parquet").unlink()
    _, said = tiny.run()
    assert said[-1].startswith("unchanged: ")
    assert not any("notebooks" in line for line in said)


@pytest.mark.long
def test_a_report_that_was_tampered_with_is_made_again(tiny, quick, swift):
    tiny.notebook("01_first")
    tiny.run()
    (tiny.published / "report.en.html").write_text("better news", encoding="utf-8")
    _, said = tiny.run()
    assert said[-1].startswith("published: ")


@pytest.mark.long
def test_results_are_equal_to_the_byte_for_any_jobs_and_hash_seed(tiny, monkeypatch):
    tiny.notebook("01_slow", "import time; time.sleep(0.3)", finding("a.count", "len({'x', 'y'}) / 3"))
    tiny.notebook("02_quick", finding("b.count", "0.1 + 0.2"))
    made = set()
    for jobs, seed in ((1, "0"), (2, "77")):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        place, _ = tiny.run(jobs=jobs, force=True)
        made.add((place / "results.json").read_bytes())
        made.add((place / "notebooks/02_quick.ipynb").read_bytes())
    assert len(made) == 2


@pytest.mark.long
def test_kernels_are_this_python_with_one_thread_whatever_jupyter_has_installed(tiny, tmp_path, monkeypatch):
    kernel = tmp_path / "jupyter/kernels/python3/kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = ["/usr/bin/false", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    tiny.notebook(
        "01_first",
        f"import os, sys\nassert sys.executable == {sys.executable!r}, sys.executable",
        "assert {os.environ[k] for k in ('OMP_NUM_THREADS', 'NUMBA_NUM_THREADS', 'MKL_NUM_THREADS')} == {'1'}",
        finding("first.count"),
    )
    tiny.run()


def test_a_table_that_was_not_delivered_leaves_out_what_needs_it_in_both_languages(tiny, quick, swift):
    tiny.order("surveys")
    tiny.notebook("01_first")
    tiny.notebook("02_csat", tables=["staff", "surveys"])
    tiny.notebook("03_more", findings=["02_csat"])
    place, said = tiny.run()
    assert "02_csat is left out: not delivered for 2026Q3: satisfaction ratings." in said
    assert "03_more is left out: it needs 02_csat, which is left out too." in said
    assert [path.name for path in (place / "notebooks").iterdir()] == ["01_first.ipynb"]
    reasons = Record.read(place).left_out
    assert [set(reason) for reason in reasons] == [{"en", "zh"}] * 2
    assert "02_csat 未运行" in reasons[0]["zh"]
    assert "02_csat" in (place / "report.en.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"quarter": "2030Q1"}, StudyError, "quarter 2030Q1 is not in study tiny"),
        ({"schemes": ["qualty_first"]}, StudyError, "did you mean 'quality_first'"),
        ({"lang": "fr"}, StudyError, "language 'fr' is not spoken here"),
        ({"formats": ["htm"]}, ReportError, "did you mean 'html'"),
        ({"formats": []}, ReportError, "no format is asked for"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_done(tiny, options, error, words):
    with pytest.raises(error, match=words):
        tiny.run(**options)
    assert not tiny.reports.exists()


@pytest.mark.parametrize(
    ("order", "error", "words"),
    [
        ("refuse", DataError, "row 7: 'abc' is not a number"),
        ("crash", WorkerCrashError, "ZeroDivisionError: unforeseen"),
        ("die", WorkerError, "ended with status 7"),
    ],
)
def test_a_step_that_fails_in_its_worker_fails_here_and_publishes_nothing(tiny, order, error, words):
    tiny.order(order)
    tiny.notebook("01_first")
    with pytest.raises(error, match=words):
        tiny.run()
    assert [path.name for path in (tiny.reports / "tiny").iterdir()] == [".lock"]


def test_a_fault_in_any_scheme_is_told_before_the_long_steps(tiny):
    tiny.notebook("01_first")
    path = tiny.study / "schemes/balanced.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("weight:", "wieght:"), encoding="utf-8")
    with pytest.raises(DesignLabError, match=r"balanced\.yaml"):
        tiny.run()
    assert not (tiny.study / "tables/staff").exists()


def test_an_input_that_changes_during_the_run_publishes_nothing(tiny, quick):
    tiny.notebook("01_first", "from pathlib import Path", "Path(study, 'centre.yaml').write_text('a: 1')",
                  finding("a.count"))  # fmt: skip
    with pytest.raises(ReportError, match="was changed while the run was going on"):
        tiny.run()
    assert not tiny.published.exists()


def test_the_same_id_in_two_notebooks_names_both(tiny, quick, swift):
    tiny.notebook("01_first", finding("same.count"))
    tiny.notebook("02_second", finding("same.count"))
    with pytest.raises(FindingError, match=r"'same\.count' stands twice: in '01_first' and in '02_second'"):
        tiny.run()
    assert not tiny.published.exists()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["figures", "proposals"])
def test_figures_and_proposals_are_published_and_twins_refused(tiny, quick, swift, kind):
    draw = f"from pathlib import Path; Path(out, '{kind}').mkdir(); Path(out, '{kind}', 'a.svg').write_text('<svg/>')"
    tiny.notebook("01_first", draw, finding("a.count"))
    place, _ = tiny.run()
    assert (place / kind / "a.svg").read_text(encoding="utf-8") == "<svg/>"
    tiny.notebook("02_second", draw, finding("b.count"))
    with pytest.raises(NotebookError, match=rf"{kind}/a.svg is made by both 01_first and 02_second"):
        tiny.run()


def test_a_second_run_at_the_same_time_is_refused_in_words(tiny):
    from design_lab.run.publish import held

    with held(tiny.reports / "tiny", "x"), pytest.raises(ReportError, match=f"process {os.getpid()}, lock"):
        tiny.run()
    tiny.notebook("01_first")
    with held(tiny.study / "tables", "x"), pytest.raises(ReportError, match="at work on study tiny"):
        tiny.run(reports=tiny.root / "elsewhere")


def test_an_unchanged_run_imports_nothing_heavy(tiny, quick):
    tiny.notebook("01_first")
    tiny.run()
    script = (
        "import sys; from pathlib import Path; from design_lab.run import run, record\n"
        "record.PACKAGE = Path(sys.argv[4])\n"
        "run(sys.argv[1], reports=Path(sys.argv[2]), notebooks=Path(sys.argv[3]))\n"
        "print(sorted({'pandas', 'numpy', 'ibis', 'papermill', 'rich', 'matplotlib'} & set(sys.modules)))"
    )
    paths = [tiny.study, tiny.reports, tiny.notebooks, tiny.root.parent / "package"]
    done = subprocess.run([sys.executable, "-c", script, *paths], capture_output=True, encoding="utf-8", check=True)
    assert "unchanged" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"

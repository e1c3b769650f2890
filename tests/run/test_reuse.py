"""Notebooks that need not run again: which are reused, which run and why, and that nobody can tell the difference."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from design_lab.run.record import RECORD, Record

PICTURE = (
    "from pathlib import Path\n"
    "Path(out, 'figures').mkdir()\n"
    "Path(out, 'figures', f'{schemes[0]}.svg').write_text('<svg/>')"
)
LANDSCAPE = (
    "from design_lab.landscape import Landscape, write_landscapes\n"
    "points = ((0.1, 1 / 3), (2.0, 0.7))\n"
    "role = Landscape(name='agent', role={'en': 'a', 'zh': '座席'}, axes=('x', 'y'), cloud=points, front=points,\n"
    "                 named={'today': (0.1, 0.2)})\n"
    "write_landscapes([role], out, '03_third')"
)
COUNT = "from pathlib import Path\nwith Path(study, 'runs.log').open('a') as log: log.write('{}\\n')"


def finding(id, value="1.5"):
    return (
        f'f = Finding(id="{id}", value={value}, unit="count", n=1, claim="accounting", '
        f'text={{"en": "A count.", "zh": "计数。"}})'
    )


@pytest.fixture
def road(tiny, quick, swift):
    """Four notebooks that note when they run; the second reads the first, the third the second."""
    read = "import json\nvalue = json.loads(Path(out, 'findings', '{}.json').read_text())[0]['value'] + 1"
    tiny.notebook("01_first", COUNT.format("01"), finding("first.count", "0.1 + 0.2"))
    second = [COUNT.format("02"), read.format("01_first"), PICTURE, finding("second.count", "value")]
    tiny.notebook("02_second", *second, findings=["01_first"])
    third = [COUNT.format("03"), read.format("02_second"), LANDSCAPE, finding("third.count", "value")]
    tiny.notebook("03_third", *third, findings=["02_second"])
    tiny.notebook("04_fourth", COUNT.format("04"), finding("fourth.count"))
    tiny.run()
    assert ran(tiny) == ["01", "02", "03", "04"]
    return tiny


def ran(tiny):
    """Which notebooks ran since this was asked last."""
    log = tiny.study / "runs.log"
    lines = sorted(log.read_text(encoding="utf-8").split()) if log.is_file() else []
    log.unlink(missing_ok=True)
    return lines


def change(tiny, name, old, new):
    path = tiny.notebooks / f"{name}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def published_bytes(tiny):
    files = (path for path in tiny.published.rglob("*") if path.is_file())
    return {path.relative_to(tiny.published).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("changed", ["narrative", "branding", "formats", "languages"])
def test_words_templates_formats_and_languages_alone_execute_no_notebook(road, changed):
    options = {"formats": {"formats": ["html"]}, "languages": {"lang": "en"}}.get(changed, {})
    if changed == "narrative":
        (road.study / "narrative").mkdir()
        (road.study / "narrative/volume.en.md").write_text("Calls were many.\n", encoding="utf-8")
    if changed == "branding":
        (road.study / "branding").mkdir()
        (road.study / "branding/no_typst").touch()
    before = (road.published / "results.json").read_bytes()
    _, said = road.run(**options)
    assert ran(road) == []
    assert {"2/5 no notebook has to run", "reused 4 notebooks of 2026Q3"} <= set(said)
    assert said[-1].startswith("published: ")
    assert (road.published / "results.json").read_bytes() == before


def test_what_is_reused_is_to_the_byte_what_a_forced_run_makes_record_included(road):
    change(road, "03_third", "+ 1", "+ 2")
    road.run()
    assert ran(road) == ["03"]
    reused = published_bytes(road)
    _, said = road.run(force=True)
    assert ran(road) == ["01", "02", "03", "04"]
    assert "4 notebooks run: --force reuses nothing" in said
    assert published_bytes(road) == reused
    assert {"figures/current.svg", "notebooks/02_second.ipynb", RECORD, "results.json"} <= reused.keys()
    assert len(json.loads(reused["results.json"])["landscapes"]) == 1


def test_a_notebook_that_is_dropped_in_runs_alone(road):
    road.notebook("own", COUNT.format("own"), finding("own.count"), own=True)
    _, said = road.run()
    assert ran(road) == ["own"]
    assert "reused 4 notebooks of 2026Q3" in said
    assert "own runs: it is new" in said
    assert "2/5 1 notebooks, 1 at a time" in said


def test_a_changed_notebook_runs_with_those_that_need_its_findings(road):
    change(road, "01_first", "0.1 + 0.2", "0.7")
    _, said = road.run()
    assert ran(road) == ["01", "02", "03"]
    assert {
        "reused 04_fourth of 2026Q3", "01_first runs: it changed", "02_second runs: it needs 01_first",
        "03_third runs: it needs 02_second",
    } <= set(said)  # fmt: skip
    values = {f["id"]: f["value"] for f in json.loads((road.published / "results.json").read_text())["findings"]}
    assert values == {"first.count": 0.7, "second.count": 1.7, "third.count": 2.7, "fourth.count": 1.5}


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("raw/2026Q3/calls.csv", "1,3\n", "raw/2026Q3/calls.csv changed, tables/staff/2026Q3.parquet changed"),
        ("schemes/balanced.yaml", None, "schemes/balanced.yaml changed"),
        ("ledger.jsonl", "{}", "ledger.jsonl is new"),
        ("preferences/R01.xlsx", "", "preferences/R01.xlsx is new"),
    ],
)
def test_what_any_notebook_may_read_runs_all_and_is_named(road, file, text, reason):
    path = road.study / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(path.read_text(encoding="utf-8") + "\n" if text is None else text, encoding="utf-8")
    _, said = road.run()
    assert ran(road) == ["01", "02", "03", "04"]
    assert f"4 notebooks run: {reason}" in said


def test_a_changed_program_or_library_runs_all(road, tmp_path, monkeypatch):
    for number in range(5):
        (tmp_path / "package" / f"part_{number}.py").write_text("", encoding="utf-8")
    _, said = road.run()
    told = ", ".join(f"design_lab/part_{number}.py is new" for number in range(3))
    assert f"4 notebooks run: {told}, and 2 more" in said
    libraries = dict(Record.read(road.published).inputs.libraries)
    then = libraries["pandas"]
    monkeypatch.setattr("design_lab.run.record._libraries", lambda: libraries | {"pandas": "99.0"})
    _, said = road.run()
    assert f"4 notebooks run: pandas changed from {then} to 99.0" in said


def test_another_language_of_the_notebooks_themselves_runs_them(road):
    ran(road)
    road.run(lang="zh")
    assert ran(road) == ["01", "02", "03", "04"]


def test_other_schemes_asked_for_run_all(road):
    _, said = road.run(schemes=["balanced"])
    assert ran(road) == ["01", "02", "03", "04"]
    assert "4 notebooks run: other schemes are asked for" in said


def test_a_studys_own_notebook_reads_what_it_likes_and_runs_with_a_changed_text(road):
    road.notebook("own", COUNT.format("own"), finding("own.count"), own=True)
    road.run()
    ran(road)
    (road.study / "narrative").mkdir()
    (road.study / "narrative/volume.en.md").write_text("Calls were many.\n", encoding="utf-8")
    _, said = road.run()
    assert ran(road) == ["own"]
    assert "own runs: narrative/volume.en.md is new" in said


def test_what_lies_beside_a_studys_own_notebooks_runs_those_when_it_changes(road):
    road.notebook("own", COUNT.format("own"), finding("own.count"), own=True)
    road.run()
    ran(road)
    (road.study / "notebooks/helper.py").write_text("VALUE = 1\n", encoding="utf-8")
    _, said = road.run()
    assert ran(road) == ["own"]
    assert "own runs: notebooks/helper.py is new" in said


def test_nothing_is_taken_from_a_report_that_was_changed_or_made_by_an_earlier_version(road):
    (road.published / "notebooks/01_first.ipynb").write_text("{}", encoding="utf-8")
    _, said = road.run()
    assert ran(road) == ["01", "02", "03", "04"]
    fault = "notebooks/01_first.ipynb: was changed since it was published"
    assert f"4 notebooks run: the published report is not as it was published ({fault})" in said
    record = Record.read(road.published)
    Record(inputs=record.inputs, left_out=(), published=record.published).write(road.published)
    change(road, "04_fourth", "1.5", "1.6")
    _, said = road.run()
    assert "4 notebooks run: the published report does not say what each notebook read" in said


def test_what_runs_finds_the_findings_of_what_is_reused(tiny, swift, monkeypatch):
    class Worker:
        def __init__(self, *_):
            pass

        def call(self, task, *, parameters=None, notebook=None, executed=None, **_):
            for cell in json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"][2:] if notebook else ():
                exec(cell["source"], parameters)
            if notebook:
                shutil.copyfile(notebook, executed)

        def close(self):
            pass

    monkeypatch.setattr("design_lab.run.notebooks.Worker", Worker)
    tiny.notebook("01_first")
    read = "value = json.loads(Path(out, 'findings', '01_first.json').read_text())[0]['value'] + 1"
    cells = ["import json\nfrom pathlib import Path", read, finding("second.count", "value")]
    tiny.notebook("02_second", *cells, findings=["01_first"])
    tiny.run()
    change(tiny, "02_second", "+ 1", "+ 2")
    _, said = tiny.run()
    assert any(line.startswith("02_second: done in ") and line.endswith("(1 of 1)") for line in said)
    assert not any(line.startswith("01_first: done") for line in said)
    assert json.loads((tiny.published / "results.json").read_text())["findings"][1]["value"] == 3.5

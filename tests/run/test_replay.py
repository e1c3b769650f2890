"""`verify --replay`: the notebooks of a published report executed again, and what is said when they find other things."""

from __future__ import annotations

import json
import shutil

import pytest

from design_lab.errors import ReportError
from design_lab.finding import Finding, Results
from design_lab.run.replay import compared, replay

OUTSIDE = "from pathlib import Path\nvalue = float(Path({!r}).read_text())"


def finding(id, value):
    return (
        f'f = Finding(id="{id}", value={value}, unit="count", n=1, claim="accounting", '
        f'text={{"en": "A count.", "zh": "计数。"}})'
    )


@pytest.fixture
def done(tiny, quick, swift):
    """A report whose first notebook reads the tables, the second a file that no record binds."""
    read = "from pathlib import Path\nvalue = int(Path(study, 'tables/staff/2026Q3.parquet').read_text().split(',')[0])"
    tiny.notebook("01_first", read, finding("first.count", "value"))
    outside(tiny, "0.5")
    tiny.notebook(
        "02_second",
        OUTSIDE.format(str(tiny.root / "outside.txt")),
        finding("second.count", "value"),
        findings=["01_first"],
    )
    tiny.run()
    return tiny


def outside(tiny, text):
    (tiny.root / "outside.txt").write_text(text, encoding="utf-8")


def stamps(folder):
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.rglob("*")}


def test_the_same_inputs_find_the_same_and_the_report_is_not_touched(done):
    before = stamps(done.reports)
    found = replay(done.published, notebooks=done.notebooks)
    assert found.differences == ()
    assert found.lines() == [
        "Replay: on the inputs as they are now, which are those of then",
        "Replay: all 2 findings are found again as they were published",
    ]
    assert stamps(done.reports) == before


def test_what_is_found_otherwise_is_named_to_the_last_digit(done):
    outside(done, "0.5000000001")
    found = replay(done.published, notebooks=done.notebooks)
    assert found.differences == ("second.count: published as 0.5, found again as 0.5000000001",)
    assert found.lines()[1] == "Replay: 1 difference from what was published"


def test_on_other_libraries_values_are_compared_to_a_billionth_which_is_said(done, monkeypatch):
    from design_lab.run import record

    libraries = record._libraries()
    monkeypatch.setattr("design_lab.run.record._libraries", lambda: libraries | {"pandas": "99.0"})
    outside(done, "0.5000000004")
    found = replay(done.published, notebooks=done.notebooks)
    assert found.differences == ()
    assert found.remarks[-1] == f"values compared to 1e-09: pandas {libraries['pandas']} then, 99.0 now"
    outside(done, "0.500000002")
    assert len(replay(done.published, notebooks=done.notebooks).differences) == 1


@pytest.mark.parametrize("changed", ["data", "notebook", "scheme"])
def test_inputs_that_changed_since_are_replayed_as_they_were_kept(done, changed):
    file, text = {
        "data": (done.study / "tables/staff/2026Q3.parquet", "9,2\n"),
        "notebook": (done.notebooks / "01_first.ipynb", None),
        "scheme": (done.study / "schemes/balanced.yaml", "name: balanced\n"),
    }[changed]
    text = text or file.read_text(encoding="utf-8").replace("first.count", "other.count")
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
    found = replay(done.published, notebooks=done.notebooks)
    assert found.differences == ()
    assert found.remarks[0].startswith("on the inputs kept then, for they changed since: ")
    assert file.name in found.remarks[0]


def test_an_older_revision_is_replayed_on_its_own_inputs(done):
    (done.study / "raw/2026Q3/calls.csv").write_text("9,2\n", encoding="utf-8")
    done.run()
    old = done.reports / "tiny/.revisions/2026Q3/1"
    assert replay(old, study=done.study, notebooks=done.notebooks).differences == ()
    assert replay(done.published, notebooks=done.notebooks).differences == ()


def test_what_cannot_be_replayed_is_refused_with_the_reason(done, tmp_path):
    text = (done.notebooks / "01_first.ipynb").read_text(encoding="utf-8")
    (done.notebooks / "01_first.ipynb").write_text(text + "\n", encoding="utf-8")
    shutil.move(done.study / "tables/.kept", tmp_path / "elsewhere")
    with pytest.raises(
        ReportError, match=r"inputs changed since \(notebooks 01_first\.ipynb changed\), and .* not kept"
    ):
        replay(done.published, notebooks=done.notebooks)
    shutil.copytree(done.published, tmp_path / "copy")
    (tmp_path / "copy/results.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReportError, match=r"results\.json: is not as it was published"):
        replay(tmp_path / "copy", study=done.study)
    done.study.rename(tmp_path / "moved")
    with pytest.raises(ReportError, match="study tiny is gone; if it lies elsewhere, name it by --study"):
        replay(done.published)


def test_a_study_that_changes_during_the_replay_is_refused(done):
    late = done.root / "late"
    meddle = f"Path(study, 'goals.yaml').write_text('') if Path({str(late)!r}).is_file() else None"
    done.notebook("01_first", "from pathlib import Path", meddle, finding("first.count", "1"))
    done.run()
    late.touch()
    with pytest.raises(ReportError, match="was changed during the replay; replay again"):
        replay(done.published, notebooks=done.notebooks)


def test_what_was_replayed_is_compared_in_all_its_parts():
    def results(*findings):
        return Results(study="s", quarter="2026Q3", synthetic=True, findings=findings)

    def one(id="a.b", **changed):
        text = {"en": "A count.", "zh": "计数。"}
        given = {"id": id, "value": 1.0, "unit": "count", "n": 1, "claim": "accounting", "text": text} | changed
        return Finding(**given)

    then = one(interval=(0.5, 1.5), level=0.95)
    for now, told in (
        (
            one(interval=(0.5, 1.6), level=0.95),
            "a.b: its interval was published as (0.5, 1.5), found again as (0.5, 1.6)",
        ),
        (one(), "a.b: its interval was published as (0.5, 1.5), found again as nothing"),
        (one(interval=(0.5, 1.5), level=0.9, n=2), "a.b: its level, n differ"),
        (one(value=None, interval=None), "a.b: published as 1.0, found again as nothing"),
    ):
        assert list(compared(results(then), results(now))) == [told]
    assert list(compared(results(then), results(one("c.d")))) == ["a.b: is not found again", "c.d: was not published"]
    close = one(interval=(0.5, 1.5 + 1e-9), level=0.95, text={"en": "Another.", "zh": "另。"})
    assert list(compared(results(then), results(close), 1e-9)) == []
    assert len(list(compared(results(then), results(close)))) == 1


def test_the_command_says_it_and_ends_with_1_where_something_differs(done, monkeypatch, capsys):
    from design_lab import cli

    monkeypatch.setattr("design_lab.study.project_root", lambda: done.root)
    monkeypatch.setattr("design_lab.run.record.project_root", lambda: done.root)
    monkeypatch.setattr("design_lab.run.replay.project_root", lambda: done.root)
    command = ["design-lab", "verify", str(done.published), "--study", str(done.study), "--replay"]
    monkeypatch.setattr("sys.argv", command)
    assert cli._status() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Replay: all 2 findings are found again as they were published"
    outside(done, "0.75")
    assert cli._status() == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Replay: 1 difference from what was published", "  second.count: published as 0.5, found again as 0.75",
    ]  # fmt: skip
    (done.published / "record.json").write_text(json.dumps({}), encoding="utf-8")
    assert cli._status() == 1
    assert "Replay" not in capsys.readouterr().out

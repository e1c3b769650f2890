"""The record and its verification: each published file and each input, named when it differs."""

from __future__ import annotations

import contextlib
import json

import pytest

from design_lab.errors import ReportError
from design_lab.files import sha256_of
from design_lab.run.record import Record, verify


@pytest.fixture
def done(tiny, quick, swift):
    tiny.notebook("01_first")
    tiny.run()
    return tiny


def look(done):
    return verify(done.published, notebooks=done.notebooks)


def test_what_is_as_published_passes_and_all_inputs_are_bound(done):
    found = look(done)
    assert (found.sealed, found.inputs) == ((), ())
    assert found.passes(strict=True)
    inputs = Record.read(done.published).inputs
    assert set(inputs.files) == {
        "raw", "tables", "schemes", "narrative", "branding", "preferences", "settings", "notebooks", "package",
    }  # fmt: skip
    assert set(inputs.files["raw"]) == {"2026Q3/calls.csv"}
    assert set(inputs.files["tables"]) == {"staff/2026Q3.parquet"}
    assert set(inputs.files["notebooks"]) == {"01_first.ipynb"}
    assert {"pandas", "duckdb", "pydantic", "ibis-framework"} <= set(inputs.libraries)
    assert inputs.parameters["seed"] == 42
    assert "pytest" not in inputs.libraries


def test_the_record_holds_no_local_path_and_no_time(done):
    text = (done.published / "record.json").read_text(encoding="utf-8")
    assert str(done.root) not in text
    assert "客户" not in text
    first = text
    done.run(force=True)
    assert (done.published / "record.json").read_text(encoding="utf-8") == first


def test_each_changed_missing_and_extra_file_is_named(done):
    (done.published / "report.en.html").write_text("better news", encoding="utf-8")
    (done.published / "report.zh.pptx").unlink()
    (done.published / "figures" / "more.svg").write_text("", encoding="utf-8")
    found = look(done)
    assert found.sealed == (
        "figures/more.svg: was not published with this report",
        "report.en.html: was changed since it was published",
        "report.zh.pptx: is missing",
    )
    assert not found.passes()


@pytest.mark.parametrize("change", [
    lambda record: record["published"].update({"report.en.html": "0" * 64}),
    lambda record: record["inputs"]["parameters"].update({"seed": 43}),
    lambda record: record.update({"inputs_digest": "0" * 64}),
    lambda record: record["left_out"].append({"en": "nothing"}),
    lambda record: record.update({"more": 1}),
    lambda record: record.pop("seal"),
])  # fmt: skip
def test_a_record_that_was_edited_is_named(done, change):
    path = done.published / "record.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")
    found = look(done)
    assert len(found.sealed) == 1
    assert "record.json" in found.sealed[0]
    assert not found.passes()


def test_inputs_that_changed_went_or_came_since_are_named_and_count_only_if_strict(done):
    (done.study / "raw/2026Q3/calls.csv").write_text("9\n", encoding="utf-8")
    (done.study / "schemes/balanced.yaml").unlink()
    (done.study / "narrative").mkdir()
    (done.study / "narrative/03.en.md").write_text("Well.", encoding="utf-8")
    found = look(done)
    assert found.inputs == (
        "narrative 03.en.md: is new since",
        "raw 2026Q3/calls.csv: changed since",
        "schemes balanced.yaml: is gone since",
    )
    assert found.passes()
    assert not found.passes(strict=True)


def test_a_study_that_is_gone_is_said(done, tmp_path):
    done.study.rename(tmp_path / "moved")
    found = look(done)
    assert found.inputs == ("study tiny: is gone (there is no data/tiny; if it lies elsewhere, name it by --study)",)
    assert verify(done.published, study=tmp_path / "moved", notebooks=done.notebooks).inputs == ()


def test_a_folder_without_a_record_is_refused(tmp_path):
    with pytest.raises(ReportError, match=r"is not a report folder \(it has no record\.json\)"):
        verify(tmp_path)


def test_verifying_reads_every_byte_whatever_the_memory_of_digests_says(done):
    import os

    raw = done.study / "raw/2026Q3/calls.csv"
    stat = raw.stat()
    raw.write_text("7,8\n", encoding="utf-8")  # the same size
    os.utime(raw, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert look(done).inputs == ("raw 2026Q3/calls.csv: changed since",)


def test_a_record_of_other_kinds_is_named_even_with_a_seal_that_fits(done):
    path = done.published / "record.json"
    whole = path.read_text(encoding="utf-8")
    for key, value in (
        ("libraries", [1]), ("libraries", {"numpy": 5}), ("files", {"raw": "x"}), ("files", {"raw": {"a": None}}),
        ("parameters", {}), ("python", None), ("processor", float("nan")), ("parameters", {"study": "\ud800"}),
    ):  # fmt: skip
        content = json.loads(whole)
        content["inputs"][key] = value
        content.pop("seal")
        with contextlib.suppress(ValueError):
            content["inputs_digest"] = sha256_of(content["inputs"])
            content["seal"] = sha256_of(content)
        path.write_text(json.dumps(content), encoding="utf-8")
        (said,) = verify(done.published).sealed
        assert "record.json: " in said
        assert "was changed since it was published" in said

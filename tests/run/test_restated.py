"""Restatement: what moved a finding since the report before, with changes of each kind planted in a tiny study."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from design_lab.errors import NotebookError, ReportError
from design_lab.run.kept import Version, keep, key_of, restore
from design_lab.run.record import Inputs, Record, verify
from design_lab.run.restated import Restated, changes, split

# data 1 + step 10 + 100 of the code; the product is what no kind moves alone.
CELLS = (
    "from pathlib import Path",
    "data = int(Path(study, 'tables/staff/2026Q3.parquet').read_text().split(',')[0])",
    "step = int(Path(study, 'centre.yaml').read_text().split(':')[1])",
    "make = lambda id, value: Finding(id=id, value=value, unit='count', n=1, claim='accounting', "
    "text={'en': 'A count.', 'zh': '计数。'})",
    "found = [make('sum.all', data + step + 100), make('product.all', data * step), make('still.all', 7)]",
    "write_findings(found, out, '01_first')",
)


@pytest.fixture
def centre(tiny, quick, swift):
    (tiny.study / "centre.yaml").write_text("step: 10", encoding="utf-8")
    tiny.notebook("01_first", *CELLS, tail=False)
    tiny.notebook("02_second")
    tiny.notebook("own", own=True)
    (tiny.study / "notebooks/helper.py").write_text("VALUE = 1\n", encoding="utf-8")
    tiny.run()
    assert not (tiny.published / "restated.json").exists()
    return tiny


def change(tiny, *kinds):
    """Plant +1 in the data, +2 in the code, +4 in the parameters."""
    if "data" in kinds:
        (tiny.study / "raw/2026Q3/calls.csv").write_text("2,2\n", encoding="utf-8")
    if "parameters" in kinds:
        (tiny.study / "centre.yaml").write_text("step: 14", encoding="utf-8")
    if "code" in kinds:
        path = tiny.notebooks / "01_first.ipynb"
        path.write_text(path.read_text(encoding="utf-8").replace("step + 100", "step + 102"), encoding="utf-8")


def replays(said):
    return [line for line in said if line.startswith("replay with")]


@pytest.mark.parametrize(("kind", "moved"), [("data", 1.0), ("code", 2.0), ("parameters", 4.0)])
def test_where_one_kind_changed_the_whole_change_is_its_and_nothing_is_replayed(centre, kind, moved):
    change(centre, kind)
    _, said = centre.run()
    told = Restated.read(centre.published)
    assert list(told.changed) == [kind]
    assert told.parts["sum.all"] == {"data": 0.0, "code": 0.0, "parameters": 0.0, "together": 0.0} | {kind: moved}
    assert "still.all" not in told.parts
    assert replays(said) == []


@pytest.mark.parametrize("kinds", [
    ("data", "code"), ("data", "parameters"), ("code", "parameters"), ("data", "code", "parameters"),
])  # fmt: skip
def test_each_kind_that_changed_is_replayed_alone_and_its_part_is_what_was_planted(centre, kinds):
    change(centre, *kinds)
    _, said = centre.run()
    told = Restated.read(centre.published)
    planted = {"data": 1.0, "code": 2.0, "parameters": 4.0}
    wanted = {kind: planted[kind] if kind in kinds else 0.0 for kind in planted} | {"together": 0.0}
    assert told.parts["sum.all"] == wanted
    assert replays(said) == [f"replay with {kind} alone new" for kind in kinds]
    assert told.limits == ()
    assert verify(centre.published, notebooks=centre.notebooks).passes(strict=True)


def test_what_no_kind_moves_alone_is_left_over(centre):
    change(centre, "data", "code", "parameters")
    centre.run()
    parts = Restated.read(centre.published).parts["product.all"]  # 2 x 14 against 1 x 10
    assert parts == {"data": 10.0, "code": 0.0, "parameters": 4.0, "together": 4.0}


def test_the_old_revision_stays_whole_and_history_does_not_enter_the_results(centre, tmp_path):
    before = (centre.published / "results.json").read_bytes()
    change(centre, "data", "parameters")
    place, _ = centre.run()
    old = centre.reports / "tiny/.revisions/2026Q3/1"
    assert (old / "results.json").read_bytes() == before
    assert verify(old, study=centre.study, notebooks=centre.notebooks).sealed == ()
    fresh, _ = centre.run(reports=tmp_path / "fresh")
    assert (fresh / "results.json").read_bytes() == (place / "results.json").read_bytes()
    assert not (fresh / "restated.json").exists()


def test_a_change_of_words_keeps_what_was_said_of_the_restatement(centre):
    change(centre, "data", "code")
    centre.run()
    before = (centre.published / "restated.json").read_bytes()
    centre.run(formats=["html"])
    assert (centre.published / "restated.json").read_bytes() == before
    centre.run(force=True)
    assert (centre.published / "restated.json").read_bytes() == before


def test_inputs_that_are_not_kept_any_more_leave_the_parts_open_and_say_so(centre):
    change(centre, "data", "code")
    shutil.rmtree(centre.study / "tables/.kept")
    _, said = centre.run()
    told = Restated.read(centre.published)
    assert told.parts["sum.all"] == {"data": None, "code": None, "parameters": 0.0, "together": None}
    limit = "The change is not split: the inputs of the report of 2026Q3 are not kept any more."
    assert limit in told.limits
    assert limit in said


def test_a_replay_that_fails_leaves_its_part_open_and_says_why(centre, monkeypatch):
    from design_lab.run import replay

    def old_code_on_new_data(version, *arguments, **options):
        if "data" in version.study.parts[-2:]:
            raise NotebookError("01_first.ipynb, cell 4 of 6: KeyError: 'queue'\nNothing was published.")
        return replay.execute(version, *arguments, **options)

    monkeypatch.setattr("design_lab.run.restated.execute", old_code_on_new_data)
    change(centre, "data", "code")
    centre.run()
    told = Restated.read(centre.published)
    assert told.parts["sum.all"] == {"data": None, "code": 2.0, "parameters": 0.0, "together": None}
    why = "01_first.ipynb, cell 4 of 6: KeyError: 'queue'"
    assert told.limits == (f"Could not be replayed with data alone new: {why}",)


def test_libraries_that_changed_count_as_code_and_are_taken_off_the_other_parts(centre, monkeypatch):
    from design_lab.run import record

    libraries = record._libraries()
    monkeypatch.setattr("design_lab.run.record._libraries", lambda: libraries | {"pandas": "99.0"})
    change(centre, "data")
    _, said = centre.run()
    told = Restated.read(centre.published)
    assert told.parts["sum.all"] == {"data": 1.0, "code": 0.0, "parameters": 0.0, "together": 0.0}
    assert replays(said)[-1] == "replay with nothing new but libraries"
    assert any(limit.startswith("Old libraries cannot be replayed (pandas ") for limit in told.limits)


def test_parts_are_reckoned_by_hand():
    old, new = {"a.b": 1.0, "c.d": None, "e.f": 2.0, "gone.x": 1.0}, {"a.b": 9.5, "c.d": 1.0, "e.f": 2.0, "new.x": 1.0}
    alone = {"data": {"a.b": 2.0, "c.d": 1.0}, "code": {"a.b": 3.5}, "parameters": None}
    assert split(old, new, alone) == {
        "a.b": {"data": 1.0, "code": 2.5, "parameters": None, "together": None},
        "c.d": {"data": None, "code": None, "parameters": None, "together": None},
    }
    # On other libraries nothing new gives 1.5: half a point is of the libraries, and so of the code.
    parts = split({"a.b": 1.0}, {"a.b": 3.0}, {"data": {"a.b": 2.5}, "code": {"a.b": 1.5}}, {"a.b": 1.5})
    assert parts == {"a.b": {"data": 1.0, "code": 0.5, "parameters": 0.0, "together": 0.5}}
    noise = split({"a.b": 0.1}, {"a.b": 0.3}, {"data": {"a.b": 0.2}, "code": {"a.b": 0.2}})
    assert noise["a.b"]["together"] == 0.0


def inputs(**files):
    kinds = ["raw", "tables", "settings", "schemes", "preferences", "notebooks", "package", "narrative", "branding"]
    whole = {kind: {} for kind in kinds}
    parameters = {"study": "s", "quarter": "2026Q3", "schemes": [], "seed": 1, "langs": ["en"]}
    return Inputs(parameters=parameters, files=whole | files, libraries={}, python="3", processor="x")


@pytest.mark.parametrize(
    ("changed", "kinds", "tables", "limit"),
    [
        ({"raw": {"a": "2"}}, ["data"], "data", None),
        ({"package": {"ingest/rows.py": "2"}}, ["code"], "code", "counts as code"),
        ({"settings": {"sources.yaml": "2"}}, ["parameters"], "parameters", "counts as parameters"),
        ({"raw": {"a": "2"}, "package": {"ingest/rows.py": "2"}}, ["data", "code"], "data", "program reads files"),
        ({"raw": {"a": "2"}, "settings": {"sources.yaml": "2"}}, ["data", "parameters"], "data", "mapping of files"),
        ({"raw": {"a": "2"}, "package": {"scoring/x.py": "2"}}, ["data", "code"], "data", None),
    ],
)
def test_tables_count_as_data_where_files_were_received_and_else_as_what_made_them(changed, kinds, tables, limit):
    then = inputs(raw={"a": "1"}, tables={"staff/2026Q3.parquet": "1"})
    found = changes(then, inputs(**{"raw": {"a": "1"}, "tables": {"staff/2026Q3.parquet": "2"}} | changed))
    assert (list(found.kinds), found.tables) == (kinds, tables)
    assert (limit in " ".join(found.limits)) if limit else found.limits == ()


def test_texts_templates_and_formats_are_no_restatement():
    assert changes(inputs(), inputs(narrative={"a.en.md": "1"}, branding={"b.pptx": "1"})).kinds == {}


def test_what_is_kept_is_restored_to_the_byte_and_a_damaged_piece_is_named(centre, tmp_path):
    then = Record.read(centre.published).inputs
    change(centre, "data", "code", "parameters")
    centre.run()
    old = restore(centre.study, then, tmp_path / "old")
    assert (old.study / "tables/staff/2026Q3.parquet").read_text() == "1,2\n"
    assert (old.study / "centre.yaml").read_text() == "step: 10"
    assert "step + 100" in (old.notebooks / "01_first.ipynb").read_text(encoding="utf-8")
    assert old.package is None  # it is the one that runs
    assert {path.name for path in (old.study / "notebooks").iterdir()} == {"own.ipynb", "helper.py"}
    for kept in (centre.study / "tables/.kept/tables").iterdir():
        kept.write_text("3,3\n", encoding="utf-8")
    with pytest.raises(ReportError, match=r"not whole: tables/staff/2026Q3\.parquet is gone or was changed"):
        restore(centre.study, then, tmp_path / "again")


def test_another_version_of_the_program_is_kept_with_its_source(centre, tmp_path):
    then = Record.read(centre.published).inputs
    package = tmp_path / "package"
    (package / "code.py").write_text("NEW = 1\n", encoding="utf-8")
    old = restore(centre.study, then, tmp_path / "old")
    assert (old.package / "package/code.py").read_text() == ""


@pytest.mark.long
def test_the_program_of_then_runs_from_its_own_source_in_real_kernels(tiny, swift, tmp_path, monkeypatch):
    code = tmp_path / "package/code.py"
    code.write_text("STEP = 100\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.environ["PYTHONPATH"], str(tmp_path)]))
    (tiny.study / "centre.yaml").write_text("step: 10", encoding="utf-8")
    cells = [*CELLS[:3], "from package.code import STEP", *(cell.replace("100", "STEP") for cell in CELLS[3:])]
    tiny.notebook("01_first", *cells, tail=False)
    tiny.run()
    change(tiny, "data", "parameters")
    code.write_text("STEP = 102\n", encoding="utf-8")
    tiny.run()
    told = Restated.read(tiny.published)
    assert told.limits == ()
    assert told.parts["sum.all"] == {"data": 1.0, "code": 2.0, "parameters": 4.0, "together": 0.0}
    assert told.parts["product.all"]["together"] == 4.0


def test_only_what_a_report_still_refers_to_is_kept(centre):
    home = centre.study / "tables/.kept"
    first = key_of(Record.read(centre.published).inputs)
    change(centre, "data")
    centre.run()
    second = key_of(Record.read(centre.published).inputs)
    centre.run(formats=["html"])
    assert {path.stem for path in (home / "runs").iterdir()} == {first, second}
    assert len(list((home / "tables").iterdir())) == 2
    shutil.rmtree(centre.reports / "tiny/.revisions/2026Q3/1")
    for rest in ("runs/killed.zip", "runs/killed.part-7-ab.zip", "tables/killed.part-7-ab.parquet"):
        (home / rest).touch()
    centre.run()
    assert {path.stem for path in (home / "runs").iterdir()} == {second}
    assert len(list((home / "tables").iterdir())) == 1


def test_a_table_is_kept_by_a_link_and_nothing_of_it_is_an_input(centre):
    table = centre.study / "tables/staff/2026Q3.parquet"
    record = Record.read(centre.published)
    kept = centre.study / f"tables/.kept/tables/{record.inputs.files['tables']['staff/2026Q3.parquet']}.parquet"
    assert kept.samefile(table)
    assert set(record.inputs.files["tables"]) == {"staff/2026Q3.parquet"}


def test_where_links_are_not_known_tables_are_copied(centre, monkeypatch):
    def refuse(*_):
        raise OSError(95, "not supported")

    monkeypatch.setattr("os.link", refuse)
    monkeypatch.setattr("os.symlink", refuse)
    shutil.rmtree(centre.study / "tables/.kept")
    inputs = Record.read(centre.published).inputs
    keep(Version(inputs=inputs, study=centre.study, notebooks=centre.notebooks), centre.published)
    change(centre, "data", "code")
    centre.run()
    assert Restated.read(centre.published).parts["sum.all"]["data"] == 1.0


def test_a_disk_that_keeps_nothing_publishes_all_the_same_and_says_so(centre, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("design_lab.run.kept.keep", full)
    change(centre, "data")
    _, said = centre.run()
    assert said[-1].startswith("published: ")
    told = "the inputs could not be kept (No space left on device), so this report cannot be replayed later"
    assert told in said


def test_restated_is_sealed_with_the_report(centre):
    change(centre, "data")
    centre.run()
    path = centre.published / "restated.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content) == {"changed", "parts", "limits"}
    path.write_text("{}", encoding="utf-8")
    found = verify(centre.published, notebooks=centre.notebooks)
    assert found.sealed == ("restated.json: was changed since it was published",)

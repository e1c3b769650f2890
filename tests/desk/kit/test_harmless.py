"""A kit does no harm: text out of data is text, people's own work is kept, and what cannot be made is said."""

import shutil

import docx
import openpyxl
import pandas as pd
import pytest
import yaml

from design_lab.catalogue import LANGUAGES
from design_lab.desk.kit import FORMS, kit
from design_lab.desk.kit.content import Book, Entry, Grid, Paper, Sheet, Text
from design_lab.desk.kit.excel import write_book
from design_lab.desk.kit.word import write_paper
from design_lab.errors import StudyError
from design_lab.ingest import identify
from design_lab.study import Study
from tests.desk.kit.conftest import books, cells_of, papers, parts_of, text_of

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://example.org","click")',
    "plus": "+1+cmd|' /C calc'!A0",
    "at": "@SUM(A1:A9)",
    "minus": "-2+3",
    "long": "长" * 150 + "x" * 150,
    "turned": "\u202eabc\u202c \u200fdef",
    "emoji": "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "control": "a\x07b\x0bc\ud800",
    "entity": "&amp; ]]> '\"",
}

SHOWN = {
    "turned": "abc def",
    "emoji": "\U0001f600\U0001f468\U0001f469\U0001f467",
    "control": "ab c",
}  # others as they are


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_written_as_text(kind, tmp_path):
    said = HOSTILE[kind]
    grid = Grid(columns=(said, "b"), rows=((said, None),), widths=(1, 1))
    write_paper(
        tmp_path / "a.docx", Paper(title=said, subtitle=said, blocks=(Text(said), grid)), lang="zh", mark="",
        pages="{page} {of}",
    )  # fmt: skip
    sheet = Sheet(
        name="s", title=said, notes=(said,), settings=((said, said),), columns=(said,), rows=((said, Entry(said)),)
    )
    write_book(tmp_path / "a.xlsx", Book(title=said, sheets=(sheet,)), mark="")
    shown = {cell.value for cell in cells_of(tmp_path / "a.xlsx")}
    assert all(cell.data_type == "s" for cell in cells_of(tmp_path / "a.xlsx"))
    kept = SHOWN.get(kind, said)
    assert kept in shown or kept[:1].upper() + kept[1:] in shown
    assert kept in text_of(tmp_path / "a.docx")
    for path in (tmp_path / "a.docx", tmp_path / "a.xlsx"):
        xml = "".join(parts_of(path).values())
        assert "<script" not in xml
        assert not set(xml) & set("\u202e\u202c\u200f\x07\x0b")


@pytest.fixture(scope="module")
def hostile(small, tmp_path_factory):
    """The small centre whose names, teams, reasons and rating items are hostile."""
    folder = tmp_path_factory.mktemp("hostile") / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    shutil.copytree(small.tables, folder / "tables")
    settings = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    settings["title"] = {"en": HOSTILE["formula"], "zh": HOSTILE["formula"]}
    settings["roles"]["customer_service"] = {"en": HOSTILE["script"], "zh": HOSTILE["long"]}
    settings["levels"]["agent"] = {"en": HOSTILE["emoji"], "zh": HOSTILE["at"]}
    settings["dimensions"] = {"workload": {"en": HOSTILE["turned"], "zh": HOSTILE["plus"]}}
    (folder / "study.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    quarter = small.quarters[-1]

    def change(table, column, new):
        path = folder / "tables" / table / f"{quarter}.parquet"
        rows = pd.read_parquet(path)
        rows[column] = new(rows[column])
        rows.to_parquet(path)

    teams = [HOSTILE[kind] for kind in ("formula", "script", "at", "minus", "long", "turned")]
    change(
        "staff",
        "team",
        lambda old: old.map({name: teams[at % 6] + str(at) for at, name in enumerate(old.dropna().unique())}),
    )
    items = {"协作": HOSTILE["formula"], "知识分享": HOSTILE["script"], "责任心": HOSTILE["plus"]}
    change("ratings", "item", lambda old: old.map(items))
    change("appraisal_results", "adjustment_reason", lambda old: old.mask(old.notna(), HOSTILE["formula"]))
    return Study.open(folder)


@pytest.mark.long
def test_a_hostile_study_gives_a_harmless_kit(hostile, tmp_path):
    made = kit(hostile, tmp_path / "kit")
    assert {lang: made.unmade[lang] for lang in LANGUAGES} == {"en": (), "zh": ()}
    seen = ""
    for lang in LANGUAGES:
        for path in books(made.folders[lang]):
            for cell in cells_of(path):
                if cell.data_type == "f":
                    assert "HYPERLINK" not in str(cell.value)
                    assert "cmd|" not in str(cell.value)
                else:
                    seen += str(cell.value)
            for page in openpyxl.load_workbook(path):
                assert not page._hyperlinks
        for path in papers(made.folders[lang])[:20]:
            docx.Document(path)
            assert "<script" not in "".join(parts_of(path).values())
        assert all(part.isascii() for name in made.files[lang] for part in name)
    assert HOSTILE["formula"] in seen
    assert HOSTILE["script"] in seen


def test_a_study_without_tables_gets_what_can_be_made_and_a_sentence_for_the_rest(tmp_path, small):
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    made = kit(Study.open(folder), tmp_path / "kit")
    forms = {name.split("_", 1)[1] for name in made.files["en"]}
    missing = [form for form in FORMS if not any(name.startswith(form) for name in forms)]
    assert missing == ["calibration", "target_setting", "my_score"]
    assert len(made.unmade["en"]) == len(made.unmade["zh"]) == 3
    assert "no official results were delivered for 2026Q3" in made.unmade["en"][0]
    assert all(sentence in text_of(made.folders["zh"] / "00_contents.docx") for sentence in made.unmade["zh"])
    assert "no data on it yet" in text_of(made.folders["en"] / "01_appraisal_marketing.docx")
    cases = openpyxl.load_workbook(made.folders["en"] / "06_rater_training.xlsx")["answers"]
    text = " ".join(str(cell.value) for row in cases.iter_rows() for cell in row)
    assert "No criterion is computed: no ratings by colleagues were delivered for 2026Q3" in text
    assert "not computed" in text


@pytest.mark.long
def test_a_study_without_ratings_results_and_pay_gets_targets_and_scores(small, tmp_path):
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    shutil.copytree(small.tables, folder / "tables")
    for name in ("ratings", "appraisal_results", "pay", "appeals"):
        shutil.rmtree(folder / "tables" / name)
    made = kit(Study.open(folder), tmp_path / "kit", langs=("en",))
    assert len(made.unmade["en"]) == 1
    assert made.unmade["en"][0].startswith("Calibration sheet is not made: no official results")
    assert (made.folders["en"] / "07_target_setting.xlsx").is_file()
    assert list((made.folders["en"] / "13_my_score").glob("*.docx"))


def bare(small, tmp_path):
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    return Study.open(folder)


def test_what_somebody_changed_is_kept_and_what_is_no_longer_made_goes(small, tmp_path):
    study, out = bare(small, tmp_path), tmp_path / "kit"
    first = kit(study, out, langs=("en",))
    folder = first.folders["en"]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kit(study, out, langs=("en",)).kept["en"] == ()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "equal content gives equal bytes"
    form = docx.Document(folder / "03_appeal.docx")
    form.paragraphs[0].add_run(" filled in")
    form.save(folder / "03_appeal.docx")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    settings = (study.folder / "study.yaml").read_text(encoding="utf-8")
    (study.folder / "study.yaml").write_text(
        "\n".join(line for line in settings.splitlines() if not line.strip().startswith("marketing:")),
        encoding="utf-8",
    )
    again = kit(Study.open(study.folder), out, langs=("en",))
    assert len(again.kept["en"]) == 1
    assert "03_appeal.docx was changed by somebody" in again.kept["en"][0]
    assert "filled in" in text_of(folder / "03_appeal.docx")
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert not (folder / "01_appraisal_marketing.docx").exists()
    assert not list(folder.rglob("*.part-*"))


@pytest.mark.parametrize("inside", ["raw", "raw/2026Q3", "schemes", "tables/x", "preferences", "."])
def test_the_study_s_own_folders_are_not_written_to(small, tmp_path, inside):
    study = bare(small, tmp_path)
    before = sorted(study.folder.rglob("*"))
    with pytest.raises(StudyError, match="lies in the study's folder"):
        kit(study, study.folder / inside)
    assert sorted(study.folder.rglob("*")) == before


@pytest.mark.long
def test_people_are_named_with_the_key_alone(made, small, tmp_path):
    key = tmp_path / "key"
    key.write_text("small-synthetic-people\n", encoding="utf-8")
    named = kit(small, tmp_path / "kit", langs=("en",), key=key)
    papers_, pseudonyms = (
        {path.stem for path in (one.folders["en"] / "13_my_score").glob("*.docx")} for one in (named, made)
    )
    own = identify(small, sorted(pseudonyms))
    assert papers_ == set(own.values())
    assert not papers_ & pseudonyms
    person, name = next(iter(own.items()))
    text = text_of(named.folders["en"] / "13_my_score" / f"{name}.docx")
    assert name in text
    assert person not in text
    cases = {str(cell.value) for cell in cells_of(named.folders["en"] / "05_calibration.xlsx")}
    assert not cases & pseudonyms
    assert "Keep it on the client's machine" in text_of(named.folders["en"] / "00_contents.docx")


@pytest.mark.parametrize(
    ("text", "said"),
    [("another-key-of-enough-letters", "use the key with which the tables were built"), ("short", "too few for a key")],
)
def test_a_key_that_names_nobody_is_refused(small, tmp_path, text, said):
    key = tmp_path / "key"
    key.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        kit(small, tmp_path / "kit", key=key)
    with pytest.raises(StudyError, match="holds no key"):
        kit(small, tmp_path / "kit", key=tmp_path / "absent")

"""The forms of a kit: all there in both languages, filled with the study's own numbers, printable and marked."""

import re

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.kit import kit_texts
from design_lab.desk.explain import Ground, explain, explain_everybody
from design_lab.desk.kit import FORMS
from design_lab.display import number
from design_lab.finding import words_of_cause
from design_lab.scoring import targets
from design_lab.study import project_root
from tests.desk.kit.conftest import books, cells_of, papers, parts_of, rows_of, text_of


@pytest.mark.long
def test_every_form_is_made_in_both_languages(made):
    for lang in LANGUAGES:
        assert made.unmade[lang] == ()
        there = {path.relative_to(made.folders[lang]).as_posix() for path in made.folders[lang].rglob("*.*")}
        assert there == {*made.files[lang], "kit.json"}
        for at, form in enumerate(FORMS, 1):
            assert [name for name in there if name.startswith(f"{at:02d}_{form}")], form
    assert made.files["en"] == made.files["zh"]


@pytest.mark.long
def test_appraisal_forms_state_weights_and_the_medians_that_scoring_takes(made, small):
    medians = targets(small, small.quarters[-1].plus(1), schemes=[small.current])
    form = made.folders["en"] / "01_appraisal_customer_service.docx"
    rows = {row["indicator"]: row for row in rows_of(form, "dimension")}
    weights = small.current.weights("customer_service", "agent")
    for name, weight in weights.items():
        card = small.cards[name]
        row = rows[card.name["en"]]
        assert row["weight"] == number(weight, "weight")
        assert row["target"].startswith(number(float(medians.at["customer_service", name]), card.unit) + " (median")
        assert "between 60 and 120 points" in row["how a value becomes points"]
    assert text_of(form).count("100%") == 1


@pytest.mark.long
def test_judged_indicators_have_anchors_on_the_form(made):
    for lang in LANGUAGES:
        text = text_of(made.folders[lang] / "01_appraisal_customer_service.docx")
        for key in ("service_attitude", "communication", "problem_solving", "cooperation"):
            assert all(anchor in text for anchor in kit_texts(lang).behaviours[key].levels)


@pytest.mark.long
def test_no_target_stands_for_fewer_people_than_may_be_shown(made, small):
    """The small centre's complaints desk has fewer than ten people: their median is not told anywhere."""
    text = text_of(made.folders["en"] / "01_appraisal_complaints.docx")
    assert "fewer than 10 people" in text
    assert "quarters)" not in text
    pack = rows_of(made.folders["en"] / "12_publication_pack.docx", "indicator")
    assert "customer service" in pack[0]["target"]
    assert "complaints" not in pack[0]["target"]


@pytest.mark.long
def test_metric_cards_are_those_of_what_the_scheme_weighs(made, small):
    text = text_of(made.folders["en"] / "04_metric_cards.docx")
    for name in small.current.indicators:
        card = small.cards[name]
        assert card.definition["en"] in text
        assert card.gaming["en"] in text
        assert kit_texts("en").guard(name) in text
    assert "sales_conversion" not in text


@pytest.mark.long
def test_every_page_of_invented_data_is_marked_and_numbered(made):
    for lang in LANGUAGES:
        mark = words(lang).say("report.mark")
        for path in papers(made.folders[lang]):
            section = docx.Document(path).sections[0]
            assert mark in section.header.paragraphs[0].text, path
            assert "PAGE" in section.footer._element.xml
        for path in books(made.folders[lang]):
            for page in openpyxl.load_workbook(path):
                assert mark in page.oddHeader.left.text, path
                assert page["A2"].value == mark


@pytest.mark.long
def test_both_scripts_have_a_font_and_the_language_is_named(made):
    for lang, tag in (("en", "en-GB"), ("zh", "zh-CN")):
        styles = docx.Document(made.folders[lang] / "03_appeal.docx").styles
        for name in ("Normal", "Title", "Heading 1", "Heading 2"):
            assert styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        spoken = styles["Normal"].element.rPr.find(qn("w:lang"))
        assert (spoken.get(qn("w:val")), spoken.get(qn("w:eastAsia"))) == (tag, "zh-CN")


def told_in(path):
    return text_of(path) if path.suffix == ".docx" else "\n".join(str(cell.value) for cell in cells_of(path))


@pytest.mark.long
def test_no_form_is_half_translated_and_none_claims_a_cause(made):
    """Chinese in an English form is the client's own; English in a Chinese one are ids, keys and names of standards."""
    own = ("客服", "技术", "市场", "投诉", "综合", "协作", "知识分享", "责任心", "调整", "扣分", "加分")
    known = (
        r"\d\d_\S+|E[0-9a-f]{16}|[a-z]+(_[a-z]+)+|kit|design-lab|run|key|csat|docx|xlsx|ICC|r_wg|study.yaml|AUX|QA|CSAT"
    )
    for lang in LANGUAGES:
        for path in (*papers(made.folders[lang])[:40], *books(made.folders[lang])):
            text = told_in(path)
            assert words_of_cause(text) == [], path
            if lang == "zh":
                formulas = "\n".join(line for line in text.splitlines() if not line.startswith("="))
                left = re.sub(known, "", formulas)
                assert re.findall("[A-Za-z]{3,}", left) == [], path
            else:
                lines = [line for line in text.splitlines() if re.search("[\u4e00-\u9fff]", line)]
                assert [line for line in lines if not any(word in line for word in own)] == [], path


@pytest.mark.long
def test_my_score_holds_the_person_alone_and_what_explain_says(made, small):
    folder = made.folders["en"] / "13_my_score"
    names = {path.stem for path in folder.glob("*.docx")}
    assert names == set(Ground.of(small, small.quarters[-1]).panel.people.index.get_level_values("employee_id"))
    for name in sorted(names)[:3]:
        text = text_of(folder / f"{name}.docx")
        assert name in text
        assert not [other for other in names - {name} if other in text]
        found = explain(small, name, quarter=small.quarters[-1]).told("en").accounts[0]
        for sentence in (*found.lead, *found.position, found.flip, *found.hints, *found.limits):
            assert re.sub(r"\s+", " ", sentence) in text


@pytest.fixture(scope="module")
def everybody(small):
    return {one.employee: one for one in explain_everybody(Ground.of(small, small.quarters[-1]))}


@pytest.mark.long
def test_explaining_everybody_says_what_explaining_one_says(everybody, small):
    for employee in sorted(everybody)[:2]:
        alone = explain(small, employee, quarter=small.quarters[-1])
        assert everybody[employee].told("zh").accounts == alone.told("zh").accounts


@pytest.mark.long
def test_a_development_plan_names_the_largest_losses_first(everybody, made, small):
    employee = next(name for name, one in sorted(everybody.items()) if len(one.accounts[0].standing.gaps) > 1)
    gaps = everybody[employee].accounts[0].standing.gaps[:3]
    rows = list(plan_of(made.folders["en"] / "13_my_score" / f"{employee}.docx"))
    assert [row["indicator"] for row in rows] == [small.cards[part.indicator].name["en"] for part in gaps]
    assert [row["what full points would add"] for row in rows] == [number(part.gap, "points") for part in gaps]
    assert {row["what is agreed"] for row in rows} == {""}


def plan_of(path):
    for table in docx.Document(path).tables:
        first, *rest = [[cell.text for cell in row.cells] for row in table.rows]
        if "what is agreed" in first:
            return [dict(zip(first, row, strict=True)) for row in rest]
    return []


def test_the_page_on_the_kit_lists_every_form_and_file():
    page = (project_root() / "docs" / "kit.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\d\d)_([^`]*)` \| ([^|]+) \|", page, flags=re.MULTILINE)
    assert len(rows) == len(FORMS)
    for at, (form, (place, file, name)) in enumerate(zip(FORMS, rows, strict=True), 1):
        assert int(place) == at
        assert file.startswith(form)
        assert name.strip() == words("en").say(f"kit.form.{form}")


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_contents_name_every_form_and_for_whom_it_is(made, lang):
    text = text_of(made.folders[lang] / "00_contents.docx")
    for form in FORMS:
        assert words(lang).say(f"kit.form.{form}") in text
        assert words(lang).say(f"kit.for.{form}") in text


@pytest.mark.long
def test_no_text_of_a_document_is_a_field_or_a_link(made):
    for path in papers(made.folders["en"])[:20]:
        for name, part in parts_of(path).items():
            if name.startswith("word/") and name.endswith(".xml"):
                assert "HYPERLINK" not in part
                assert set(re.findall(r"<w:instrText[^>]*>([^<]*)<", part)) <= {" PAGE ", " NUMPAGES "}

"""The Word document: styles, headings, marks, tables and pictures as Word's own, hostile text as text."""

import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from design_lab.catalogue import LANGUAGES, words
from design_lab.report import tell
from design_lab.report.look import CLAIMS
from tests.report.papers import text_of


@pytest.fixture(params=LANGUAGES)
def paper(request, variant):
    folder, results, cover = variant
    return docx.Document(folder / f"report.{request.param}.docx"), tell(results, cover, request.param)


def styled(document, name):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == name]


def test_sections_are_headings_and_details_stand_in_the_annex(paper):
    document, report = paper
    say = words(report.lang).say
    folded = [b.title for s in report.sections for b in s.blocks if getattr(b, "folded", False)]
    annex = [say("report.annex")] if folded or report.limits else []
    index = [say("report.limits.index")] if report.index else []
    assert styled(document, "Heading 1") == [*(s.heading for s in report.sections), *annex, *index]
    assert styled(document, "Title") == [report.title]
    titles = styled(document, "Heading 3") + styled(document, "Caption")
    assert set(folded) <= set(titles)
    assert not set(folded) & set(styled(document, "Heading 2"))


def test_the_table_of_contents_is_a_field_whose_links_arrive(paper):
    document, _ = paper
    body = document.element.body
    assert [code.text.strip() for code in body.iter(qn("w:instrText"))] == [r'TOC \o "1-1" \h \z \u']
    kinds = [one.get(qn("w:fldCharType")) for one in body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]
    entries = styled(document, "toc 1")
    assert entries == styled(document, "Heading 1")
    names = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    numbers = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(names) == len(set(names)) == len(set(numbers))
    assert {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))} <= set(names)


def test_badges_are_text_in_the_colour_of_their_claim(paper):
    document, report = paper
    labels = {meaning.label: meaning.claim for meaning in report.legend}
    seen = set()
    for run in document.element.body.iter(qn("w:r")):
        style = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
        if style is not None:
            claim = labels["".join(t.text for t in run.iter(qn("w:t"))).replace("\u00a0", " ")]
            assert style.get(qn("w:val")) == f"Claim{claim}"
            seen.add(claim)
    assert seen == set(CLAIMS)  # the legend has all
    for claim, colour in CLAIMS.items():
        assert str(document.styles[f"Claim {claim}"].font.color.rgb) == colour[1:]


def test_tables_stay_within_the_margins_and_repeat_their_heading(paper):
    document, _ = paper
    section = document.sections[0]
    room = (section.page_width - section.left_margin - section.right_margin) / 635
    for table in document.tables:
        columns = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.iter(qn("w:gridCol"))]
        assert sum(columns) <= room + len(columns)
        assert min(columns) > 0
        heads = [row for row in table._tbl.tr_lst if row.trPr.find(qn("w:tblHeader")) is not None]
        assert heads == table._tbl.tr_lst[: len(heads)]
        assert len(heads) == (table.style.name == "Report Table" and bool(heads))
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in table._tbl.tr_lst)


def test_every_chart_is_a_picture_told_to_who_cannot_see_it(paper):
    document, report = paper
    charts = [section.chart for section in report.sections if section.chart]
    shapes = [shape._inline.docPr for shape in document.inline_shapes]
    assert [(one.get("title"), one.get("descr")) for one in shapes] == [(c.title, c.alt) for c in charts]
    section = document.sections[0]
    for shape in document.inline_shapes:
        assert shape.width <= section.page_width - section.left_margin - section.right_margin
        assert shape.height < (section.page_height - section.top_margin - section.bottom_margin) / 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_style_names_a_font_for_each_script_and_the_language(written, lang):
    folder, *_ = written()
    document = docx.Document(folder / f"report.{lang}.docx")
    used = {paragraph.style.name for paragraph in document.paragraphs} | {"Header", "Footer", "Cell", "Cell Small"}
    for name in used:
        properties = document.styles[name].element.rPr
        fonts, spoken = properties.find(qn("w:rFonts")), properties.find(qn("w:lang"))
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert fonts.get(qn("w:ascii")) == "Arial"
        assert not [key for key in fonts.attrib if "Theme" in key]
        assert spoken.get(qn("w:eastAsia")) == "zh-CN"


def test_each_page_has_its_number_and_the_file_tells_no_person_and_no_time(written):
    folder, *_ = written()
    path = folder / "report.en.docx"
    document = docx.Document(path)
    footer = document.sections[0].footer._element
    assert [one.get(qn("w:instr")).strip() for one in footer.iter(qn("w:fldSimple"))] == ["PAGE"]
    with zipfile.ZipFile(path) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in packed.namelist() if "thumbnail" in name]
    core = document.core_properties
    assert (core.author, core.last_modified_by, core.title) == (
        "design_lab",
        "design_lab",
        "Appraisal scheme review: H Bank customer-service centre 2026Q3",
    )
    assert core.created.isoformat()[:10] == "2026-09-30"


def test_hostile_text_stays_text(hostile):
    folder, told = hostile
    for lang in LANGUAGES:
        text = text_of(folder / f"report.{lang}.docx")
        with zipfile.ZipFile(folder / f"report.{lang}.docx") as packed:
            body = packed.read("word/document.xml").decode("utf-8")
        codes = re.findall(r"<w:instrText[^>]*>([^<]*)<", body)
        assert codes == [r' TOC \o "1-1" \h \z \u ']
        assert "<script" not in body
        for said in told:
            assert said in text, said
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)

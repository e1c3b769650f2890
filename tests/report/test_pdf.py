"""The report as PDF and its summary: pages, bookmarks, fonts, one page alone, hostile text as text."""

import re

import pypdf
import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.report import fonts, tell
from design_lab.report.charts import draw
from design_lab.report.pdf import write_pdf
from tests.report.papers import pages_of, text_of


@pytest.fixture(params=LANGUAGES)
def lang(request):
    return request.param


def squeezed(text):
    return re.sub(r"\s", "", text)


def titles(outline):
    for one in outline:
        if isinstance(one, list):
            yield from titles(one)
        else:
            yield one.title


def test_the_summary_is_one_page_with_the_answer_the_key_numbers_and_what_stays_open(variant, lang):
    folder, results, cover = variant
    report = tell(results, cover, lang)
    (page,) = pages_of(folder / f"summary.{lang}.pdf")
    summary, said = report.section("summary"), squeezed(page)
    assert squeezed(summary.heading) in said
    for statement in summary.brief:
        assert squeezed(statement.text) in said
        assert squeezed(statement.claim_label) in said
    for sentence in report.section("unknown").points[0].sentences:
        assert squeezed(sentence) in said
    if report.assumed:
        assert squeezed(report.assumed) in said


@pytest.mark.long
def test_no_page_is_blank_and_each_has_its_number(variant, lang):
    folder, *_ = variant
    pages = pypdf.PdfReader(folder / f"report.{lang}.pdf").pages
    for number, page in enumerate(pages, 1):
        lines = page.extract_text().splitlines()
        assert str(number) in lines
        assert len(lines) > 2, number


def test_bookmarks_are_the_headings_and_links_lead_to_findings(written, lang):
    folder, results, cover = written()
    reader = pypdf.PdfReader(folder / f"report.{lang}.pdf")
    report = tell(results, cover, lang)
    marked = [squeezed(title) for title in titles(reader.outline)]
    for section in report.sections:
        assert squeezed(section.heading) in marked
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    assert len(links) > len(report.sections)
    assert {link["/Subtype"] for link in links} == {"/Link"}
    assert not [link for link in links if "/A" in link and link["/A"].get("/S") in ("/URI", "/JavaScript", "/Launch")]


def test_the_file_names_its_language_and_tells_when_the_quarter_ended(written, lang):
    folder, *_ = written()
    for name in ("report", "summary"):
        reader = pypdf.PdfReader(folder / f"{name}.{lang}.pdf")
        assert reader.trailer["/Root"]["/Lang"] == {"en": "en-GB", "zh": "zh-CN"}[lang]
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert reader.metadata.author == "design_lab"
        assert reader.metadata.creation_date.isoformat()[:10] == "2026-09-30"


@pytest.mark.long
def test_fonts_are_embedded_and_their_text_can_be_copied(written, lang):
    folder, *_ = written()
    found = set()
    for page in pypdf.PdfReader(folder / f"report.{lang}.pdf").pages:
        for font in page["/Resources"]["/Font"].values():
            held = font.get_object()
            assert "/ToUnicode" in held
            inner = held["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(inner)
            found.add(inner["/FontName"].split("+")[-1])
    assert found
    assert "\ufffd" not in text_of(folder / f"report.{lang}.pdf")


def test_every_chart_is_described_to_who_cannot_see_it(written, lang):
    folder, results, cover = written()
    reader = pypdf.PdfReader(folder / f"report.{lang}.pdf")
    told = {str(one["/Alt"]) for one in _elements(reader.trailer["/Root"]["/StructTreeRoot"]) if "/Alt" in one}
    assert {section.chart.alt for section in tell(results, cover, lang).sections if section.chart} <= told


def _elements(root):
    """All dictionaries of the tree of structure."""
    waiting = [root]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, dict):
            yield one
            waiting += [one["/K"]] if "/K" in one else []
        elif isinstance(one, list):
            waiting += [child for child in one if not isinstance(child, int | float)]


@pytest.mark.long
def test_the_font_of_the_wheel_is_enough(invented, tmp_path, lang, monkeypatch):
    """A fresh machine has no Chinese font but the one from pip, which has no bold face."""
    monkeypatch.setattr(fonts, "FAMILIES", ())
    monkeypatch.setattr("design_lab.report.pdf.FAMILIES", ())
    monkeypatch.setattr("design_lab.report.pdf._LATIN", ())
    monkeypatch.setattr(fonts, "_entry", _bundled)
    fonts.characters.cache_clear()
    try:
        report = tell(*invented(), lang)
        drawn = {s.chart.name: draw(s.chart, report.mark)[0] for s in report.sections if s.chart}
        report_file, summary = write_pdf(report, drawn, tmp_path)
    finally:
        fonts.characters.cache_clear()
    assert len(pages_of(summary)) == 1
    assert squeezed(report.section("weights").heading) in squeezed(text_of(report_file))


def _bundled(family):
    from noto_cjk_sans_otc import FONT_PATH

    return (str(FONT_PATH), 0) if family in fonts._BUNDLED else None


@pytest.mark.long
def test_hostile_text_stays_text(hostile, lang):
    folder, told = hostile
    for name in ("report", "summary"):
        reader = pypdf.PdfReader(folder / f"{name}.{lang}.pdf")
        assert "/Names" not in reader.trailer["/Root"] or "/JavaScript" not in reader.trailer["/Root"]["/Names"]
    text = squeezed(text_of(folder / f"report.{lang}.pdf"))
    for said in told:
        assert squeezed(said) in text, said
    assert len(pages_of(folder / f"summary.{lang}.pdf")) == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)


@pytest.mark.long
def test_a_symbol_that_the_font_lacks_is_a_box_in_the_pdf(hostile):
    folder, _ = hostile
    assert "\U0001f680" not in text_of(folder / "report.en.pdf")
    assert "Rocket □ team" in text_of(folder / "report.en.pdf").replace("\n", "")

"""The slides: one idea each, native, marked, with nothing beside its place."""

import functools
import itertools
import zipfile

import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.report import tell

pptx = pytest.importorskip("pptx")
NAMESPACE = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@pytest.fixture(params=LANGUAGES)
def deck(request, variant):
    folder, results, cover = variant
    return pptx.Presentation(folder / f"report.{request.param}.pptx"), results, cover, request.param


def texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame and shape.name != "number":
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text_frame.text for row in shape.table.rows for cell in row.cells)


def test_slides_of_16_by_9_each_with_a_sentence_and_the_mark_the_decision_first(deck):
    presentation, results, _, lang = deck
    assert len(presentation.slides) == (18 if "plan.weeks" in results else 16)
    first = next(shape.text_frame.text for shape in presentation.slides[0].shapes if shape.name == "kicker")
    assert first == words(lang).say("report.kicker.decision")
    assert presentation.slide_width / presentation.slide_height == pytest.approx(16 / 9, abs=1e-3)
    for slide in presentation.slides:
        assert slide.shapes.title.text_frame.text
        assert words(lang).say("report.mark") in list(texts(slide))


def test_charts_are_native_begin_at_zero_and_carry_the_findings(written):
    folder, results, cover = written()
    slides = pptx.Presentation(folder / "report.en.pptx").slides
    charts = {shape.name: shape.chart for slide in slides for shape in slide.shapes if shape.has_chart}
    named = {
        section.chart.name: section.chart.title for section in tell(results, cover, "en").sections if section.chart
    }
    weights, reliability, slopes, candidates = (
        charts[named[name]] for name in ("weights", "reliability", "slopes", "candidates")
    )
    assert {one.value_axis.minimum_scale for one in (reliability, candidates)} == {0}
    assert slopes.value_axis.minimum_scale < 0
    assert slopes.plots[0].series[0].values[0] == results["evidence.volume_csat.pooled"].value
    assert weights.value_axis.minimum_scale < 0  # the rules' share is below zero
    paper, effective = weights.plots[0].series
    assert paper.values[0] == results["diagnosis.nominal_weight.workload"].value
    assert effective.values[0] == results["diagnosis.effective_weight.workload"].value
    up, down = candidates.plots[0].series
    assert up.values[0] == results["candidates.quality_first.grade_up"].value
    assert down.values[0] == results["candidates.quality_first.grade_down"].value
    described = [
        shape._element.nvGraphicFramePr.cNvPr.get("descr") for s in slides for shape in s.shapes if shape.has_chart
    ]
    assert all(described)


def test_every_number_on_the_slides_stands_in_a_finding(deck, numbers_of, allowed_numbers):
    presentation, results, cover, lang = deck
    said = "\n".join(text for slide in presentation.slides for text in texts(slide))
    assert numbers_of(said, results, cover) <= allowed_numbers(results, lang)


def test_claims_stand_at_the_foot_and_ids_in_the_notes(written):
    folder, results, _ = written()
    for slide in pptx.Presentation(folder / "report.zh.pptx").slides:
        foot = next(shape.text_frame.text for shape in slide.shapes if shape.name == "source")
        if foot == words("zh").say("report.slide.source_bare"):  # of a section that this run holds nothing on
            continue
        assert foot.startswith("结论等级：")
        notes = slide.notes_slide.notes_text_frame.text.split("\n")
        ids = [line for line in notes if line in results]
        assert ids
        assert all(words("zh").say(f"claim.{results[id].claim}") in foot for id in ids)


def test_no_text_stands_on_another_or_leaves_the_slide(deck):
    presentation, *_ = deck
    for slide in presentation.slides:
        boxes = []
        for shape in slide.shapes:
            right, bottom = shape.left + shape.width, shape.top + shape.height
            assert shape.left >= 0
            assert shape.top >= 0
            assert right <= presentation.slide_width + 1
            assert bottom <= presentation.slide_height + 1
            if not shape.has_text_frame or shape.text_frame.text:
                boxes.append((shape.name, shape.left, shape.top, right, bottom))
        for (one, l1, t1, r1, b1), (two, l2, t2, r2, b2) in itertools.combinations(boxes, 2):
            assert min(r1, r2) - max(l1, l2) <= 1 or min(b1, b2) - max(t1, t2) <= 1, (one, two)


def test_texts_fit_their_boxes_by_the_metrics_of_a_real_font(deck):
    """Line by line with the widths of the font that the figures use; Chinese and Latin alike."""
    from design_lab.report.fonts import family_for

    presentation, *_ = deck
    measure = _Measure(family_for(["a工"]))
    for slide in presentation.slides:
        for shape in slide.shapes:
            if shape.has_text_frame and shape.text_frame.text and shape.name != "number":
                high = sum(
                    measure.lines(p, shape.width / 12700) * p.runs[0].font.size.pt * 1.2
                    for p in shape.text_frame.paragraphs
                )
                assert high <= shape.height / 12700 * 1.02, (shape.name, shape.text_frame.text)


def test_titles_stand_in_two_lines_where_a_broad_font_takes_the_place_of_theirs(written):
    """The font of an office may be missing; DejaVu Sans is as broad as its usual substitutes."""
    folder, *_ = written()
    measure = _Measure("DejaVu Sans")
    for slide in pptx.Presentation(folder / "report.en.pptx").slides:
        (paragraph,) = slide.shapes.title.text_frame.paragraphs
        assert measure.lines(paragraph, slide.shapes.title.width / 12700) <= 2, paragraph.text


class _Measure:
    def __init__(self, family):
        from matplotlib.font_manager import FontProperties, findfont, get_font

        font = get_font(findfont(FontProperties(family=[family])))
        font.set_size(100, 72)
        self.advance = functools.cache(lambda character: font.load_char(ord(character)).linearHoriAdvance / 6553600)

    def wide(self, text, size):
        return sum(map(self.advance, text)) * size

    def lines(self, paragraph, room):
        size = paragraph.runs[0].font.size.pt
        count, line = 1, ""
        for character in paragraph.text:
            if self.wide(line + character, size) > room and character not in " ，。；：、）”":
                head, _, tail = line.rpartition(" ")
                line = tail if head and tail.isascii() else ""
                count += 1
            line += character
        return count


def test_chinese_text_names_a_chinese_font_and_its_language(written):
    folder, *_ = written()
    for slide in pptx.Presentation(folder / "report.zh.pptx").slides:
        for run in slide._element.iter(f"{NAMESPACE}rPr"):
            assert run.get("lang") == "zh-CN"
            assert run.find(f"{NAMESPACE}ea").get("typeface") == "Microsoft YaHei"


def test_the_file_tells_no_person_no_thumbnail_and_no_time(written):
    folder, *_ = written()
    path = folder / "report.en.pptx"
    with zipfile.ZipFile(path) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in packed.namelist() if "thumbnail" in name or "printer" in name]
    core = pptx.Presentation(path).core_properties
    assert (core.author, core.last_modified_by) == ("design_lab", "design_lab")
    assert core.created.isoformat()[:10] == "2026-09-30"

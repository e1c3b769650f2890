"""The consultant's text in the page and in the slides, in both languages."""

import dataclasses
import re

import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.report import tell, write_reports
from design_lab.report.facts import Facts
from design_lab.report.narrative.kept import carry
from design_lab.report.narrative.review import Voice
from design_lab.report.narrative.text import Chapter, Narrative, parse
from design_lab.report.narrative.told import with_voice
from design_lab.report.prose import Prose
from tests.report.papers import text_of

pptx = pytest.importorskip("pptx")
WEIGHT = "diagnosis.effective_weight.workload"
EN = f"# What stands out\n\nIt takes {{finding:{WEIGHT}}} of **all**.\n\n- On paper {{finding:diagnosis.nominal_weight.workload:value}}."
ZH = f"# 要点\n\n它占{{finding:{WEIGHT}}}。\n\n- 名义上为{{finding:diagnosis.nominal_weight.workload:value}}。"
HOSTILE = (
    '<script>alert("x")</script> &amp; =HYPERLINK("http://x","y") \u202egnp.exe\u202c \u200f 🎯👩‍💻 <img src=x onerror=alert(1)> '
    + "很长的名字" * 60
)


def narrative(**texts):
    chapters = []
    for name, text in texts.items():
        key, lang = name.rsplit("_", 1)
        file = f"narrative/{key}.{lang}.md"
        chapters.append(Chapter(file=file, name=key, lang=lang, passages=parse(text, file)))
    return Narrative(chapters=tuple(chapters))


@pytest.fixture(scope="module")
def voiced(invented):
    """A maker of results and a cover with a consultant's text, and of what was kept of it."""

    def make(kept=(), change=None, **texts):
        results, cover = invented()
        if change:
            found = tuple(change(finding) for finding in results.findings)
            results = dataclasses.replace(results, findings=found)
        voice = Voice.of(narrative(**texts), results, kept, unmade=())
        return results, dataclasses.replace(cover, voice=voice)

    return make


def prose_of(results, cover, lang):
    report = tell(results, cover, lang)
    return {section.key: section.prose[0] for section in report.sections if section.prose}


def slides_of(path):
    slides = pptx.Presentation(path).slides
    return ["\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in slides]


@pytest.mark.parametrize(("lang", "bounds"), [("en", "57.1% to 65.2%"), ("zh", "57.1% 至 65.2%")])
def test_page_and_slide_tell_value_interval_and_claim(voiced, tmp_path, lang, bounds):
    results, cover = voiced(current_en=EN, current_zh=ZH)
    write_reports(results, cover, langs=(lang,), formats=("html", "pptx"), folder=tmp_path)
    page = (tmp_path / f"report.{lang}.html").read_text(encoding="utf-8")
    aside = page[page.index('<aside class="voice">') : page.index("</aside>")]
    scenario = words(lang).say("claim_short.scenario")
    badge = f'<a class="badge claim-scenario" href="#f-{WEIGHT}" title="{WEIGHT}">{scenario}</a>'
    assert f"61.3% ({bounds})" in aside
    assert badge in aside
    assert 'href="#f-diagnosis.nominal_weight.workload"' in aside  # a bare number keeps its claim, at the end
    assert page.count('<aside class="voice">') == 1
    assert f"61.3% ({bounds})" in page[: page.index('id="weights"')]  # it opens the chapter's first section
    title = words(lang).say("report.narrative.title")
    slide = next(text for text in slides_of(tmp_path / f"report.{lang}.pptx") if title in text)
    label = words(lang).say("report.narrative.label", claim=scenario)
    assert re.search(rf"61\.3% \({bounds}\) ?{re.escape(label)}", slide)
    assert words(lang).say("report.mark") in slide


def test_a_sentence_is_told_whole_and_what_is_unidentified_in_words(voiced):
    text = f"{{finding:{WEIGHT}:text}} Then: {{finding:evidence.claim}}; {{finding:evidence.claim:value}}."
    results, cover = voiced(current_en=text)
    (paragraph,) = prose_of(results, cover, "en")["data"].paragraphs
    assert results[WEIGHT].text["en"] + " [scenario]" in paragraph.text
    assert results["evidence.claim"].claim == "unidentified"
    assert "Then: [cannot be judged from the data at hand]; a number that this run does not have." in paragraph.text
    assert {shown.id for shown in paragraph.shows} == {WEIGHT, "evidence.claim"}


def test_a_chapters_text_opens_its_first_section_and_a_sections_closes_it(voiced):
    results, cover = voiced(current_en="One.", summary_en="Two.")
    report = tell(results, cover, "en")
    assert isinstance(report.section("data").blocks[0], Prose)
    assert isinstance(report.section("summary").blocks[-1], Prose)


def test_without_a_home_a_text_has_a_section_of_its_own_in_its_chapters_place(voiced):
    results, cover = voiced(introduction_en="# Why we came\n\nThree.", weights_en="Four.")
    report = tell(results, dataclasses.replace(cover, voice=Voice()), "en")
    bare = dataclasses.replace(report, sections=(report.section("summary"), report.section("limits")))
    found = with_voice(bare, Facts(results, cover, "en"), cover.voice).sections
    assert [section.key for section in found] == ["summary", "purpose", "weights", "limits"]
    assert found[1].heading == "Why we came"
    assert found[1].kicker == words("en").say("report.chapter.introduction")


def test_a_language_that_was_not_written_is_said_in_one_sentence(voiced):
    results, cover = voiced(current_en=EN)
    (paragraph,) = prose_of(results, cover, "zh")["data"].paragraphs
    assert paragraph.text == "顾问就此撰写的文字目前只有英文版。"
    results, cover = voiced(current_zh=ZH)
    (paragraph,) = prose_of(results, cover, "en")["data"].paragraphs
    assert paragraph.text == "The consultant's text on this is written only in Chinese."


def test_without_a_narrative_the_report_is_as_it_was(invented):
    results, cover = invented()
    assert not any(section.prose for section in tell(results, cover, "en").sections)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_planted_move_is_flagged_in_page_and_slide_and_nothing_else_is(voiced, tmp_path, lang):
    texts = {"current_en": EN, "current_zh": ZH}
    results, _ = voiced(**texts)
    kept = carry(narrative(**texts), dataclasses.replace(results, quarter="2026Q2"), ())

    def move(finding):
        return dataclasses.replace(finding, value=0.72, interval=(0.68, 0.76)) if finding.id == WEIGHT else finding

    results, cover = voiced(kept=kept, change=move, **texts)
    flagged = [one.review for one in prose_of(results, cover, lang)["data"].paragraphs if one.review]
    assert len(flagged) == 1
    assert "61.3%" in flagged[0]
    assert "72.0%" in flagged[0]
    assert "2026Q2" in flagged[0]
    write_reports(results, cover, langs=(lang,), formats=("html", "pptx"), folder=tmp_path)
    page = (tmp_path / f"report.{lang}.html").read_text(encoding="utf-8")
    assert page.count('class="review"') == 1
    review = words(lang).say("report.narrative.review")
    assert sum(review in text for text in slides_of(tmp_path / f"report.{lang}.pptx")) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_words_are_text_in_page_and_slide(voiced, tmp_path, lang):
    text = (
        f"# {HOSTILE}\n\n{HOSTILE}\n\n- {HOSTILE} {{finding:{WEIGHT}}}\n\n[x](javascript:alert(1)) ![y](http://z/y.png)"
    )
    results, cover = voiced(current_en=text, current_zh=text)
    write_reports(results, cover, langs=(lang,), formats=("html", "pptx"), folder=tmp_path)
    page = (tmp_path / f"report.{lang}.html").read_text(encoding="utf-8")
    aside = page[page.index('<aside class="voice">') : page.index("</aside>")]
    assert "<script" not in aside
    assert "<img" not in aside
    assert "&lt;script&gt;alert(" in aside
    assert set(re.findall(r'href="([^"]*)"', aside)) == {f"#f-{WEIGHT}"}
    assert "[x](javascript:alert(1))" in aside  # as it was written
    told = page + "".join(slides_of(tmp_path / f"report.{lang}.pptx"))
    assert not re.search("[\u202a-\u202e\u200e\u200f\u2066-\u2069]", told)
    assert "🎯" in aside
    assert '=HYPERLINK("http://x","y")' in "".join(slides_of(tmp_path / f"report.{lang}.pptx"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_text_is_begun_on_its_slide_and_whole_on_the_page(voiced, tmp_path, lang):
    paragraphs = [f"Paragraph {number}. " + "Words that go on. " * 30 for number in range(1, 9)]
    text = "# Long\n\n" + "\n\n".join(paragraphs)
    results, cover = voiced(current_en=text, current_zh=text)
    write_reports(results, cover, langs=(lang,), formats=("html", "pptx"), folder=tmp_path)
    page = (tmp_path / f"report.{lang}.html").read_text(encoding="utf-8")
    assert all(f"Paragraph {number}." in page for number in range(1, 9))
    slide = next(text for text in slides_of(tmp_path / f"report.{lang}.pptx") if "Paragraph 1." in text)
    assert "Paragraph 8." not in slide
    assert words(lang).say("report.narrative.more", file=f"report.{lang}.html") in slide
    assert "…" not in slide.split("Long")[1].split("report.")[0]  # a paragraph is told whole or not


def test_every_number_of_the_text_comes_from_a_finding(voiced, numbers_of, allowed_numbers):
    results, cover = voiced(current_en=EN, current_zh=ZH)
    for lang in LANGUAGES:
        said = " ".join(one.text for one in prose_of(results, cover, lang)["data"].paragraphs)
        assert numbers_of(said, results, cover) <= allowed_numbers(results, lang)
        assert Facts(results, cover, lang).bounded(results[WEIGHT]) in said


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_paper_tells_the_words_with_what_each_number_is_worth_and_spaces_between(voiced, tmp_path, lang):
    results, cover = voiced(current_en=f"{EN} {HOSTILE}", current_zh=f"{ZH} {HOSTILE}")
    write_reports(results, cover, langs=(lang,), formats=("docx", "pdf"), folder=tmp_path)
    said = {"en": "It takes 61.3% (57.1% to 65.2%)", "zh": "它占61.3% (57.1% 至 65.2%)"}[lang]
    for kind in ("docx", "pdf"):
        text = text_of(tmp_path / f"report.{lang}.{kind}")
        close = re.sub(r"\s+", "", text)
        assert re.sub(r"\s+", "", said) in close, kind
        assert re.sub(r"\s+", "", words(lang).say("claim_short.scenario")) in close, kind
        assert "<script>alert" in close
        assert not {*"\u202e\u200f"} & {*text}
    assert {"en": "% to 65.2%) [", "zh": "61.3% ("}[lang] in text_of(tmp_path / f"report.{lang}.docx")

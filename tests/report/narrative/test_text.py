"""What a consultant may write, and what is refused in words."""

import re
from pathlib import Path

import pytest

from design_lab.errors import ReportError
from design_lab.report.narrative.text import parse, read_narrative


def written(tmp_path, **files):
    for name, content in files.items():
        path = tmp_path / "narrative" / f"{name.replace('__', '.')}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_narrative(tmp_path)


def shown(text):
    return [(one.kind, one.line, one.own) for one in parse(text)]


def test_paragraphs_items_and_headings_are_told_apart_with_their_lines():
    text = "# Why\nOne\ntwo\n\n- first\n  goes on\n* second\n1. third\n2) fourth\n###\nend"
    assert shown(text) == [
        ("heading", 1, "Why"), ("text", 2, "One two"), ("item", 5, "first goes on"), ("item", 7, "second"),
        ("text", 8, "1. third"), ("text", 9, "2) fourth"), ("text", 11, "end"),
    ]  # fmt: skip


def test_chinese_lines_are_joined_without_a_space_and_bold_closes_after_full_width_punctuation():
    (passage,) = parse("现行方案\n重视**工作量：**接听量")
    assert [(piece.text, piece.bold) for piece in passage.pieces] == [
        ("现行方案重视", False), ("工作量：", True), ("接听量", False),
    ]  # fmt: skip


def test_a_placeholder_may_stand_in_bold_words_and_keeps_its_form():
    (passage,) = parse("**{finding:a.b_c}** of {finding:a.b_c:value}, {finding:x.y-z.Q1:text}")
    assert [(p.id, p.form, p.bold) for p in passage.pieces if p.id] == [
        ("a.b_c", "", True), ("a.b_c", "value", False), ("x.y-z.Q1", "text", False),
    ]  # fmt: skip
    assert passage.ids == ("a.b_c", "x.y-z.Q1")


def test_rewrapping_a_paragraph_leaves_its_digest_and_a_new_word_or_a_review_mark_does_not():
    (one,), (other,) = parse("Two words {finding:a.b}"), parse("Two\r\nwords\r\n{finding:a.b}\r\n")
    (new,), (reviewed,) = parse("Two new words {finding:a.b}"), parse("Two words {finding:a.b} {reviewed:2026Q3}")
    assert one.digest == other.digest
    assert len({one.digest, new.digest, reviewed.digest}) == 3
    assert reviewed.own == one.own


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n\nb {finding:a.b:valeu}", "line 3: {finding:a.b:valeu} asks for 'valeu'; did you mean 'value'?"),
        ("{finding：a.b}", "line 1: '{finding：a.b}' is no placeholder"),
        ("｛finding:a.b｝", "is no placeholder"),
        ("{Finding: a.b}", "is no placeholder"),
        ("{finding:workload}", "is no placeholder"),
        ("{finding:a.b", "is no placeholder"),
        ("{reviewed:2026-Q3}", "is no placeholder"),
    ],
)
def test_what_was_meant_as_a_placeholder_and_is_none_is_refused_with_its_line(text, said):
    with pytest.raises(ReportError, match=re.escape(said)):
        parse(text)


def test_other_braces_are_text():
    assert shown("{x} and { and }") == [("text", 1, "{x} and { and }")]


def test_files_in_no_chapter_and_empty_ones_get_a_remark_and_the_others_are_read_in_order(tmp_path):
    narrative = written(
        tmp_path, conclusions__en="Last.", current__zh="现状。", current__en="\ufeffFirst.", conclusion__en="x", notes="x",
        current__fr="x", design__en=" \n\n", summary__en="A section's.",
    )  # fmt: skip
    assert [(one.name, one.lang) for one in narrative.chapters] == [
        ("current", "en"), ("current", "zh"), ("conclusions", "en"), ("summary", "en"),
    ]  # fmt: skip
    assert narrative.chapters[0].passages[0].own == "First."
    assert narrative.remarks == (
        "narrative/conclusion.en.md: is in no report; there is no chapter 'conclusion'; did you mean 'conclusions'?",
        "narrative/current.fr.md: is in no report; its name must end in .en.md or .zh.md",
        "narrative/design.en.md: is empty; the report says nothing in its place",
        "narrative/notes.md: is in no report; its name must end in .en.md or .zh.md",
    )


def test_files_that_cannot_be_read_are_all_refused_at_once(tmp_path):
    with pytest.raises(ReportError) as refused:
        written(
            tmp_path, current__zh="现状".encode("gb18030"), design__en="{finding:}", rollout__en="x" * 200_001,
        )  # fmt: skip
    assert [line.split(";")[0] for line in str(refused.value).splitlines()] == [
        "narrative/current.zh.md: is not UTF-8 (byte 1)",
        "narrative/design.en.md: line 1: '{finding:}' is no placeholder",
        "narrative/rollout.en.md: is larger than 200,000 bytes",
    ]


def test_a_study_without_a_narrative_has_none(tmp_path):
    assert read_narrative(tmp_path).chapters == ()


@pytest.mark.parametrize("study", ["h_bank", "h_bank_pilot"])
def test_the_samples_speak_in_both_languages_and_quote_the_same_findings(study):
    narrative = read_narrative(Path("data") / study)
    assert narrative.remarks == ()
    quoted = {(c.name, c.lang): [id for passage in c.passages for id in passage.ids] for c in narrative.chapters}
    assert set(quoted) == {(name, lang) for name in ("current", "conclusions") for lang in ("en", "zh")}
    for name in ("current", "conclusions"):
        assert quoted[name, "en"] == quoted[name, "zh"]

"""What the report says: headings chosen by the numbers, badges, limits, nothing invented."""

from dataclasses import replace

import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.errors import ReportError
from design_lab.finding import words_of_cause
from design_lab.report import tell, write_reports
from design_lab.report.content import Group, broken, width

OWN = ("report.", "chart.")


def test_both_languages_have_the_same_report_words_with_the_same_placeholders():
    import string

    keys = {lang: {key for key in words(lang).keys if key.startswith(OWN)} for lang in LANGUAGES}
    assert keys["en"] == keys["zh"]
    for key in keys["en"]:
        parts = [{p for _, p, _, _ in string.Formatter().parse(words(lang)._by_key[key]) if p} for lang in LANGUAGES]
        assert parts[0] == parts[1], key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_words_of_cause_and_no_typed_numbers_in_the_report_words(lang):
    for key in words(lang).keys:
        if key.startswith(OWN):
            said = words(lang)._by_key[key]
            assert words_of_cause(said) == [], key
            assert not any(character.isdigit() for character in said), key


def test_chinese_report_words_use_chinese_punctuation():
    import re

    for key in words("zh").keys:
        if key.startswith(OWN):
            said = words("zh")._by_key[key]
            assert not re.search(r"[\u4e00-\u9fff}][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", said), (key, said)


def test_the_answer_names_the_dimension_with_the_widest_gap(invented):
    report = tell(*invented(), "en")
    heading = report.sections[0].heading
    assert heading == (
        "Today's scheme rewards workload more than it says: 61.3% of the differences in score, against 40% on paper"
    )


def test_the_answer_follows_the_numbers(invented):
    weights = {"workload": (0.4, 0.11, (0.1, 0.13)), "csat": (0.6, 0.62, (0.58, 0.66))}
    said = tell(*invented(weights=weights), "en").sections[0].heading
    assert "rewards workload less than it says: 11.0%" in said
    same = {"workload": (0.4, 0.41, (0.38, 0.43)), "csat": (0.6, 0.59, (0.5, 0.62))}
    said = tell(*invented(weights=same), "en")
    assert "sets people apart most" in said.section("summary").heading
    assert "No gap is certain" in said.section("weights").heading


def test_without_an_interval_no_gap_is_claimed(invented):
    results, cover = invented()
    bare = tuple(replace(finding, interval=None, level=None) for finding in results.findings)
    report = tell(replace(results, findings=bare), cover, "en")
    told = "workload makes up 61.3% of the differences in score, against 40% on paper; how sure that is cannot be said"
    assert report.section("summary").heading == f"Today's scheme: {told}"
    assert report.section("weights").heading == told[0].upper() + told[1:]


def test_the_candidate_that_changes_most_is_named_first(invented):
    assert tell(*invented(), "zh").section("candidates").heading == (
        "若行为不变，“均衡”改变的等级最多（占现有等级员工的 46.1%），“质量优先”最少（21.9%）"
    )


def test_three_or_four_key_findings_one_of_them_what_stays_open(invented):
    brief = tell(*invented(), "en").section("summary").brief
    assert len(brief) == 4
    assert [statement.claim for statement in brief if statement.figure is None] == ["unidentified"]


def test_every_unidentified_finding_stands_in_the_section_on_what_stays_open(invented):
    results, cover = invented()
    section = tell(results, cover, "en").section("unknown")
    groups = [block for block in section.blocks if isinstance(block, Group)]
    shown = {statement.id for group in groups for statement in group.statements}
    assert shown == {finding.id for finding in results.findings if finding.claim == "unidentified"}
    assert [statement.id for statement in section.brief] == ["evidence.claim"], "a slide has room for the main one"


def test_every_limit_of_a_group_is_told_once_shared_or_own(invented):
    for section in tell(*invented(), "en").sections:
        for group in (block for block in section.blocks if isinstance(block, Group)):
            for statement in group.statements:
                assert sorted([*group.shared, *group.own(statement)]) == sorted(statement.limits)


def test_assumed_parts_and_what_was_left_out_are_said(invented):
    limits = tell(*invented(), "zh").section("limits")
    told = [sentence for points in limits.points for sentence in points.sentences]
    assert "考核指标、计分规则和等级比例与绩效系数" in limits.heading
    assert "未收到同事互评。" in told


def test_a_candidate_without_findings_is_named_as_not_compared(invented):
    report = tell(*invented(without=("candidates.balanced",)), "en")
    assert 'Not compared in this run: "Balanced".' in report.section("candidates").points[0].sentences


def test_real_data_bear_no_mark(invented, tmp_path):
    results, cover = invented(synthetic=False)
    assert tell(results, cover, "en").mark is None
    write_reports(results, cover, langs=("en",), formats=("html", "pptx"), folder=tmp_path)
    assert words("en").say("report.mark") not in (tmp_path / "report.en.html").read_text(encoding="utf-8")


def test_titles_without_one_of_the_languages_are_still_named(invented):
    titles = {"current": {"zh": "现行方案"}, "x": {"en": "Only English", "zh": "只有中文"}}
    assert tell(*invented(titles=titles), "en").subtitle.startswith("现行方案")


def test_a_cover_that_hides_synthetic_data_is_refused(invented, tmp_path):
    results, cover = invented()
    _, real = invented(synthetic=False)
    with pytest.raises(ReportError, match="come from synthetic data, but the cover does not say so"):
        write_reports(results, real, langs=("en",), formats=("html",), folder=tmp_path)
    with pytest.raises(ReportError, match="format 'docs' cannot be written"):
        write_reports(results, cover, langs=("en",), formats=("docs",), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["customer satisfaction", "客户满意度（抽样），其余", "averyveryverylongword and 中文混排", ""]
)
@pytest.mark.parametrize("most", [4, 7, 24])
def test_broken_lines_keep_every_character_and_stay_within_the_width(text, most):
    lines = broken(text, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= most + 2 for line in lines)  # closing punctuation may hang

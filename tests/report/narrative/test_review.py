"""What is refused in a consultant's text, and what is flagged since its findings were then."""

import dataclasses
import re

import pytest

from design_lab.errors import ReportError
from design_lab.finding import Finding, Results
from design_lab.report.narrative.kept import Kept, Then, carry, moved
from design_lab.report.narrative.review import Voice, foreseen
from design_lab.report.narrative.text import Chapter, Narrative, parse

TEXT = {"en": "A share.", "zh": "占比。"}


def share(id="diagnosis.effective_weight.workload", value=0.61, interval=(0.57, 0.65), claim="scenario", unit="share"):
    level = 0.95 if interval else None
    return Finding(
        id=id, value=value, interval=interval, level=level, unit=unit, n=9, claim=claim, text=TEXT
    )  # fmt: skip


def results(*findings, quarter="2026Q3"):
    return Results(study="small", quarter=quarter, synthetic=True, findings=findings)


def narrative(text, lang="en"):
    chapter = Chapter(file=f"narrative/current.{lang}.md", name="current", lang=lang, passages=parse(text))
    return Narrative(chapters=(chapter,))


QUOTE = "Workload takes {finding:diagnosis.effective_weight.workload} of it."


def test_an_unknown_id_is_refused_with_file_line_and_the_nearest():
    text = "Fine.\n\nIt is {finding:diagnosis.effective_weight.worklod}, {finding:zzz.q}."
    with pytest.raises(ReportError) as refused:
        Voice.of(narrative(text), results(share()), (), unmade=())
    assert str(refused.value).splitlines() == [
        "narrative/current.en.md: line 3: there is no finding 'diagnosis.effective_weight.worklod'; "
        "did you mean 'diagnosis.effective_weight.workload'?",
        "narrative/current.en.md: line 3: there is no finding 'zzz.q'; results.json lists them all",
    ]


def test_an_id_of_a_scheme_that_a_narrower_run_left_out_is_not_refused():
    text = "It is {finding:candidates.balanced.grade_changes}."
    assert Voice.of(narrative(text), results(share()), (), unmade=("balanced",)).lines(results(share())) == []
    with pytest.raises(ReportError, match=re.escape("candidates.balanced.grade_changes")):
        Voice.of(narrative(text), results(share()), (), unmade=("team_share",))


def test_what_an_earlier_report_does_not_hold_is_foreseen_before_the_long_steps():
    (said,) = foreseen(narrative(QUOTE), "2026Q2", ["diagnosis.effective_weight.workloads"])
    assert said.startswith(
        "narrative/current.en.md, line 1: the report of 2026Q2 has no finding 'diagnosis.effective_weight.workload', "
        "did you mean 'diagnosis.effective_weight.workloads'?"
    )
    assert foreseen(narrative(QUOTE), "2026Q2", ["diagnosis.effective_weight.workload"]) == []


@pytest.mark.parametrize(
    ("then", "now", "answer"),
    [
        ({}, {"value": 0.65}, False),
        ({}, {"value": 0.6501}, True),
        ({}, {"value": 0.569}, True),
        ({"interval": None}, {"value": 0.6104, "interval": None}, False),  # 61.0% both times
        ({"interval": None}, {"value": 0.6106, "interval": None}, True),  # 61.1% now
        ({}, {"value": None, "interval": None, "claim": "unidentified"}, True),
        ({"value": None, "interval": None, "claim": "unidentified"}, {}, True),
        ({"value": None, "interval": None}, {"value": None, "interval": None}, False),
        ({}, {"unit": "ratio"}, True),
    ],
)
def test_a_finding_has_moved_beyond_its_interval_or_without_one_in_the_reports_rounding(then, now, answer):
    assert moved(Then.of(share(**then)), share(**now)) is answer


def test_a_flag_tells_both_numbers_and_since_when_in_both_languages():
    first = carry(narrative(QUOTE), results(share(), quarter="2026Q1"), ())
    now = results(share(value=0.71, interval=(0.67, 0.75)))
    (line,) = Voice.of(narrative(QUOTE), now, first, unmade=()).lines(now)
    assert line == (
        "narrative/current.en.md, line 1: to be reviewed: since this was written (2026Q1), "
        "diagnosis.effective_weight.workload went from 61.0% (57.0% to 65.0%) to 71.0% (67.0% to 75.0%)."
    )
    chinese = narrative("占 {finding:diagnosis.effective_weight.workload}。", "zh")
    first = carry(chinese, results(share(), quarter="2026Q1"), ())
    voice = Voice.of(chinese, now, first, unmade=())
    chapter = chinese.chapters[0]
    known = {finding.id: finding for finding in now.findings}
    (flag,) = voice.flags(chapter, chapter.passages[0], known, "zh")
    assert flag.startswith("撰写之后（2026Q1），diagnosis.effective_weight.workload 由 61.0%")


def test_a_number_that_came_or_went_is_told_in_words():
    unknown = results(share(value=None, interval=None, claim="unidentified"))
    first = carry(narrative(QUOTE), unknown, ())
    now = results(share())
    (line,) = Voice.of(narrative(QUOTE), now, first, unmade=()).lines(now)
    assert "went from no number to 61.0% (57.0% to 65.0%)" in line


def test_a_claim_that_changed_and_a_finding_that_is_gone_are_flagged():
    first = carry(narrative(QUOTE), results(share(), quarter="2026Q1"), ())
    weaker = results(share(claim="association"))
    (line,) = Voice.of(narrative(QUOTE), weaker, first, unmade=()).lines(weaker)
    assert "turned from scenario to association" in line
    (line,) = Voice.of(narrative(QUOTE), results(), first, unmade=()).lines(results())
    assert "this run has no diagnosis.effective_weight.workload" in line


def test_an_unchanged_passage_keeps_its_quarter_and_its_numbers_over_two_quarters_and_a_changed_one_does_not():
    kept = carry(narrative(QUOTE), results(share(), quarter="2026Q1"), ())
    for quarter, value in (("2026Q2", 0.63), ("2026Q3", 0.66)):
        kept = carry(narrative(QUOTE), results(share(value=value), quarter=quarter), kept)
        assert [(one.since, one.findings["diagnosis.effective_weight.workload"].value) for one in kept] == [
            ("2026Q1", 0.61)
        ]
    (new,) = carry(narrative(QUOTE + " New."), results(share(value=0.66), quarter="2026Q3"), kept)
    assert (new.since, new.findings["diagnosis.effective_weight.workload"].value) == ("2026Q3", 0.66)


def test_what_is_kept_survives_its_record():
    kept = carry(narrative(QUOTE), results(share()), ())
    assert tuple(Kept.from_dict(one.to_dict()) for one in kept) == kept


def test_a_finding_that_was_missing_at_first_is_kept_from_the_first_report_that_holds_it():
    text = QUOTE + " {finding:a.b}"
    first = carry(narrative(text), results(share(), quarter="2026Q1"), ())
    (kept,) = carry(narrative(text), results(share(value=0.7), share("a.b")), first)
    assert kept.since == "2026Q1"
    assert kept.findings["diagnosis.effective_weight.workload"].value == 0.61
    assert kept.findings["a.b"].value == 0.61


@pytest.mark.parametrize(
    ("text", "claims", "flagged"),
    [
        ("Volume lowers CSAT: {finding:a.b}.", ("association",), True),
        ("Volume lowers CSAT: {finding:a.b}, {finding:a.c}.", ("causal", "association"), True),
        ("The reform raises CSAT: {finding:a.b}.", ("causal",), False),
        ("Whether volume lowers CSAT is open: {finding:a.b}.", ("association",), False),
        ("Volume lowers CSAT.", ("association",), False),  # quotes nothing
        ("接听量拉低满意度：{finding:a.b}。", ("association",), True),
    ],
)
def test_words_of_cause_beside_a_finding_that_makes_no_such_claim_are_flagged(text, claims, flagged):
    found = results(*(share(f"a.{letter}", claim=claim) for letter, claim in zip("bc", claims, strict=False)))
    lines = Voice.of(narrative(text), found, (), unmade=()).lines(found)
    assert bool(lines) is flagged
    if flagged:
        assert "is association and speaks of no cause" in lines[0]


def test_the_kept_are_not_changed_by_carrying():
    kept = carry(narrative(QUOTE), results(share(), quarter="2026Q1"), ())
    before = dataclasses.replace(kept[0])
    carry(narrative(QUOTE), results(share(value=0.9)), kept)
    assert kept[0] == before

"""docs/worked_example.md: its commands are run one after the other, and what it quotes is what comes out."""

import difflib
import re
import shutil

import pytest
from pptx import Presentation

from design_lab.arrivals import FileReport, SetAside
from design_lab.catalogue import cards
from design_lab.finding import Results
from design_lab.ingest.mapping import read_sources
from design_lab.run.record import verify
from design_lab.study import Study, project_root
from tests.lakeside import files

ROOT = project_root()
EXAMPLE = ROOT / "docs" / "example" / "lakeside"
PAGE = (ROOT / "docs" / "worked_example.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_finished_configuration_opens_and_asks_nothing():
    study = Study.open(EXAMPLE)
    assert study.current.assumed == ()
    assert [sum(scheme.weights("card_hotline", "band_1").values()) for scheme in study.candidates()] == [
        pytest.approx(1)
    ]
    assert {*read_sources(EXAMPLE).tables} == {"staff", "agent_periods", "surveys", "quality_reviews", "attendance"}
    assert study.cards["very_satisfied_rate"].name["en"] == "five-star share"
    for path in EXAMPLE.rglob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "# ?" in line and not line.startswith("#")], path


def test_the_page_shows_the_files_as_they_are():
    indicators, scheme = blocks("yaml")
    assert indicators == (EXAMPLE / "indicators.yaml").read_text(encoding="utf-8")
    assert scheme == (EXAMPLE / "schemes" / "current.yaml").read_text(encoding="utf-8")


def test_no_dimension_of_the_bank_is_called_as_in_the_catalogue():
    assert not {*Study.open(EXAMPLE).current.dimensions} & {card.dimension for card in cards().values()}


def test_the_bank_s_months_end_on_the_25th():
    days = files.working_days()
    assert {files.quarter_of(day) for day in days} == {"2026Q2", "2026Q3"}
    assert {str(files.month_of(day)) for day in days if (day.month, day.day) in {(3, 31), (4, 24)}} == {"2026-04-01"}
    assert str(files.month_of(next(day for day in days if day.month == 5 and day.day > 25))) == "2026-06-01"


def test_a_file_for_all_quarters_may_hold_none_of_one_quarter_s_rows_and_its_totals():
    account = FileReport(
        table="agent_periods", quarter="2026Q2", file="d.xlsx", sheet="s", rows=12, used=0, excluded=0, subtotals=2,
        exclude_limit=0.02, set_aside=(SetAside(reason="other_quarter", column="date", value=None, count=10),),
    )  # fmt: skip
    assert account.refusal is None


@pytest.mark.long
def test_the_draft_and_what_is_settled_of_it_are_those_of_the_page(walked):
    for name, shown in zip(("sources.yaml", "study.yaml"), blocks("diff"), strict=True):
        drafted, finished = (
            (folder / name).read_text(encoding="utf-8").splitlines() for folder in (walked.drafted, EXAMPLE)
        )
        changed = [*difflib.unified_diff(drafted, finished, n=0, lineterm="")][2:]
        assert shown.splitlines() == changed


@pytest.mark.long
def test_every_line_that_the_page_quotes_is_said(walked):
    said = {line.strip() for text in walked.said for line in text.splitlines()}
    quoted = [line for block in blocks("text") for line in block.splitlines()]
    assert [line for line in quoted if line.strip() not in said] == []


@pytest.mark.long
def test_every_finding_that_the_page_quotes_is_in_the_report(walked):
    results = Results.read(walked.published / "results.json")
    told = {f"{finding.text['en']} ({finding.claim})" for finding in results.findings}
    quoted = [line[2:] for line in PAGE.splitlines() if line.startswith("> ")]
    assert len(quoted) > 5
    assert [line for line in quoted if line not in told] == []


@pytest.mark.long
def test_no_notebook_is_left_out_and_the_report_is_as_its_record_says(walked):
    assert not [text for text in walked.said if "is left out:" in text]
    assert len([*(walked.published / "notebooks").glob("*.ipynb")]) == len([*(ROOT / "notebooks").glob("[0-9]*.ipynb")])
    found = verify(walked.published, study=walked.study)
    assert (found.sealed, found.inputs) == ((), ())


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_deck_tells_of_this_bank_and_of_no_other(walked, lang):
    deck = Presentation(walked.published / f"report.{lang}.pptx")
    assert f"deck of {len(deck.slides)} slides" in PAGE
    text = "\n".join(
        run.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
        for run in shape.text_frame.paragraphs
    )
    own = {"en": ("Customer voice", "58.6%", "head of cards"), "zh": ("客户之声", "58.6%", "银行卡部负责人")}[lang]
    assert [word for word in own if word not in text] == []
    what_is_missing = {"en": "peer ratings", "zh": "同事互评"}[lang]
    foreign = r"H Bank|H银行|[Pp]eer|[Tt]eamwork|[Vv]ery.satisfied|[Ww]orkload|工作量|团队协作|非常满意|互评"
    assert re.findall(foreign, text.replace(what_is_missing, "")) == []


@pytest.mark.long
def test_the_bank_s_raw_files_are_the_same_when_written_again(walked, tmp_path):
    again = files.write(tmp_path / "inbox")
    for path in again.rglob("*.xlsx"):
        assert path.read_bytes() == (walked.root / "inbox" / path.relative_to(again)).read_bytes(), path
    shutil.rmtree(again)

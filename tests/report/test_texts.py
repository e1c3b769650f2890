"""All files say the same: no number without a finding, no word of cause, the mark of synthetic data on every page."""

import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.finding import words_of_cause
from tests.report.papers import pages_of, text_of

FILES = ("report.{}.html", "report.{}.docx", "report.{}.pptx", "report.{}.pdf", "summary.{}.pdf")


@pytest.fixture(params=LANGUAGES)
def texts(request, variant):
    folder, results, cover = variant
    names = [file.format(request.param) for file in FILES]
    return {name: text_of(folder / name) for name in names}, results, cover, request.param


def test_every_number_in_every_file_stands_in_a_finding(texts, numbers_of, allowed_numbers):
    told, results, cover, lang = texts
    allowed = allowed_numbers(results, lang)
    for name, text in told.items():
        assert numbers_of(text, results, cover) <= allowed, name


def test_paper_says_every_number_that_the_page_says(written, numbers_of):
    folder, results, cover = written()
    for lang in LANGUAGES:
        page = numbers_of(text_of(folder / f"report.{lang}.html"), results, cover)
        for kind in ("docx", "pdf"):
            assert numbers_of(text_of(folder / f"report.{lang}.{kind}"), results, cover) >= page, kind


def test_no_file_speaks_of_causes_where_no_finding_does(texts):
    told, results, _, _ = texts
    assert not any(finding.claim.startswith("causal") for finding in results.findings)
    for name, text in told.items():
        assert words_of_cause(text) == [], name


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_of_paper_carries_the_mark_only_for_synthetic_data(written, lang):
    mark = words(lang).say("report.mark")
    for name, there in (("full", True), ("real", False)):
        folder, *_ = written(name, synthetic=there)
        for file in (f"report.{lang}.pdf", f"summary.{lang}.pdf"):
            assert {mark in page for page in pages_of(folder / file)} == {there}, file
        assert (mark in text_of(folder / f"report.{lang}.docx")) is there


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_stands_in_the_index_of_the_paper(written, lang):
    folder, results, _ = written()
    for kind in ("docx", "pdf"):
        text = text_of(folder / f"report.{lang}.{kind}")
        assert [finding.id for finding in results.findings if finding.id not in text] == []

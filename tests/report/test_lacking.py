"""What is not installed here: the rest is made, and one sentence says what to install."""

import sys

import pytest

from design_lab.errors import ReportError
from design_lab.report import FORMATS, fonts, write_reports


def write(invented, tmp_path, langs=("en", "zh"), formats=FORMATS):
    return write_reports(*invented(), langs=langs, formats=formats, folder=tmp_path)


def names(folder):
    return {path.name for path in folder.glob("*.*")}


@pytest.mark.long
@pytest.mark.parametrize(
    ("module", "package", "kinds"),
    [("typst", "typst", ("pdf",)), ("docx", "python-docx", ("docx",)), ("pptx", "python-pptx", ("pptx",))],
)
def test_without_a_library_its_format_alone_is_left_out(invented, tmp_path, monkeypatch, module, package, kinds):
    monkeypatch.setitem(sys.modules, module, None)
    written = write(invented, tmp_path)
    files = [f"report.{lang}.{kind}" for lang in ("en", "zh") for kind in kinds]
    assert written.left_out == (
        f"left out: {', '.join(files)}: the package {package} is not installed; pip install {package}",
    )
    wanted = {f"report.{lang}.{kind}" for lang in ("en", "zh") for kind in FORMATS if kind not in kinds}
    assert {name for name in names(tmp_path) if name.startswith("report")} == wanted
    assert bool(list(tmp_path.glob("summary.*"))) == ("pdf" not in kinds)


@pytest.mark.long
def test_without_a_chinese_font_chinese_has_its_slides_and_english_lacks_the_paper_with_terms_in_both_languages(
    invented, tmp_path, monkeypatch
):
    kept = fonts.characters
    monkeypatch.setattr(fonts, "characters", lambda family: kept(family) if family == fonts._ALWAYS else frozenset())
    monkeypatch.setattr("design_lab.report.pdf.characters", fonts.characters)
    written = write(invented, tmp_path)
    english, chinese = sorted(written.left_out)
    assert english.startswith("left out: report.en.pdf: no font on this machine has")
    assert chinese.startswith("left out: report.zh.html, report.zh.docx, report.zh.pdf: no font on this machine has")
    for said in (english, chinese):
        assert "Install a Chinese font (Debian: apt install fonts-noto-cjk; anywhere: pip install noto-cjk" in said
    reports = {name for name in names(tmp_path) if name.startswith("report")}
    assert reports == {*(f"report.en.{kind}" for kind in FORMATS if kind != "pdf"), "report.zh.pptx"}


def test_where_nothing_can_be_written_the_reason_is_the_refusal(invented, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ReportError, match="the package typst is not installed; pip install typst"):
        write(invented, tmp_path, formats=("pdf",))
    assert names(tmp_path) == set()

"""The files as they are seen: rendered by LibreOffice and poppler, page by page.

Debian: libreoffice-writer, libreoffice-impress, poppler-utils and fonts-noto-cjk.
"""

import re
import subprocess
from html import unescape

import pytest

from design_lab.catalogue import LANGUAGES, words

MARGIN = 40  # points that stay free at each side of a page on paper

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def rendered(written, tmp_path_factory):
    """The PDF of each file of the full report, by name; Office files are converted by LibreOffice."""
    folder, *_ = written()
    place = tmp_path_factory.mktemp("rendered")
    files = [folder / f"report.{lang}.{kind}" for lang in LANGUAGES for kind in ("docx", "pptx")]
    for file in files:
        target = place / file.suffix[1:]
        done = subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{place}/profile", "--convert-to", "pdf",
             "--outdir", str(target), str(file)],
            capture_output=True, text=True, encoding="utf-8", errors="replace", check=False, timeout=240,
        )  # fmt: skip
        assert (target / f"{file.stem}.pdf").is_file(), done.stderr + done.stdout
    made = {(file.suffix[1:], file.stem[-2:]): place / file.suffix[1:] / f"{file.stem}.pdf" for file in files}
    made |= {("pdf", lang): folder / f"report.{lang}.pdf" for lang in LANGUAGES}
    return made | {("summary", lang): folder / f"summary.{lang}.pdf" for lang in LANGUAGES}


@pytest.fixture(params=[(kind, lang) for kind in ("docx", "pptx", "pdf", "summary") for lang in LANGUAGES],
                ids=".".join)  # fmt: skip
def pages(request, rendered):
    """Each page of a file: how broad and high, and its words with their boxes."""
    said = _run("pdftotext", "-bbox", str(rendered[request.param]), "-")
    found = []
    for page in said.split("<page ")[1:]:
        size = tuple(float(one) for one in re.findall(r'(?:width|height)="([\d.]+)"', page[:80]))
        boxes = re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)<', page)
        found.append((size, [(*map(float, box[:4]), unescape(box[4])) for box in boxes]))
    return (*request.param, found)


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def test_there_are_pages_and_none_is_blank(pages):
    kind, lang, found = pages
    assert len(found) == {"pptx": 18, "summary": 1}.get(kind, len(found)) > 0
    mark = words(lang).say("report.mark").split()
    for number, (_, said) in enumerate(found, 1):
        texts = [word for *_, word in said]
        assert len(texts) > len(mark) + 4, number


def test_nothing_is_written_beyond_the_page_or_its_margins(pages):
    kind, _, found = pages
    free = 0 if kind == "pptx" else MARGIN
    for number, ((width, height), said) in enumerate(found, 1):
        for left, top, right, bottom, word in said:
            assert free - 2 <= left <= right <= width - free + 2, (number, word)
            assert -1 <= top <= bottom <= height + 1, (number, word)


def test_no_character_is_without_its_picture(pages):
    _, lang, found = pages
    text = "".join(word for _, said in found for *_, word in said)
    assert "\ufffd" not in text
    assert not re.search(r"[\x00-\x1f\ue000-\uf8ff]", text.replace("\uf0b7", ""))  # Word's bullet
    if lang == "zh":
        assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 400


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["docx", "pdf", "summary"])
def test_fonts_are_embedded_with_their_characters(rendered, kind, lang):
    lines = _run("pdffonts", str(rendered[kind, lang])).splitlines()[2:]
    assert lines
    for line in lines:
        embedded, _, unicode = line.split()[-5:-2]
        assert (embedded, unicode) == ("yes", "yes"), line
    if lang == "zh":
        assert any("CJK" in line for line in lines)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_of_the_document_carries_the_mark_and_its_number(rendered, lang):
    pages = _run("pdftotext", "-layout", str(rendered["docx", lang]), "-").split("\f")[:-1]
    mark = words(lang).say("report.mark")
    for number, text in enumerate(pages, 1):
        assert mark in text, number
        assert text.rstrip().splitlines()[-1].strip() == str(number)

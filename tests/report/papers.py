"""What stands in the files of a report, as text."""

import functools
import re
from html.parser import HTMLParser

import docx
import pptx
import pypdf
from docx.oxml.ns import qn

from design_lab.display import number

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_BREAK = "\u200b"
_BROKEN_ID = re.compile(r"((?<!\S)(?:[a-z0-9]+_|[a-z]+\.)[\w.-]*(?<=[._-]))\n(?=\w)")


class _Html(HTMLParser):
    """The visible text of a page."""

    def __init__(self, html):
        super().__init__()
        self.text, self._hidden = [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._hidden += tag == "style"

    def handle_endtag(self, tag):
        self._hidden -= tag == "style"

    def handle_data(self, data):
        if not self._hidden:
            self.text.append(data)


def text_of(path):
    """All that a reader of the file can read, page numbers aside."""
    return _text(path, path.stat().st_mtime_ns)


@functools.cache
def _text(path, _written):
    return {".html": _html, ".docx": _docx, ".pptx": _pptx, ".pdf": _pdf}[path.suffix](path)


def _html(path):
    return "".join(_Html(path.read_text(encoding="utf-8")).text)


def _docx(path):
    document = docx.Document(path)
    parts = [document.element.body, document.sections[0].header._element, document.sections[0].footer._element]
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for part in parts for p in part.iter(qn("w:p"))]
    described = [one.get("descr") for one in document.element.body.iter(qn("wp:docPr"))]
    return "\n".join([*lines, *described])


def _pptx(path):
    told = []
    for slide in pptx.Presentation(path).slides:
        for shape in slide.shapes:
            if shape.has_text_frame and shape.name != "number":
                told.append(shape.text_frame.text)
            if shape.has_table:
                told += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(told)


def _pdf(path):
    pages = pages_of(path)
    return "\n".join(pages[1:] if path.name.startswith("report") else pages)  # the first holds contents by page


def pages_of(path):
    """The text of each page of a PDF, without its number; an identifier stands on one line."""
    return list(_pages(path, path.stat().st_mtime_ns))


@functools.cache
def _pages(path, _written):
    texts = [page.extract_text().replace(_BREAK, "") for page in pypdf.PdfReader(path).pages]
    if path.name.startswith("report"):
        texts = [re.sub(rf"(?m)^{number}$", "", text) for number, text in enumerate(texts, 1)]
    return [_BROKEN_ID.sub(r"\1", text) for text in texts]


def numbers_in(text, results, cover):
    """All numbers in a text, names (quarters, ids, sources, titles) taken out first."""
    names = [f.id for f in results.findings] + [f.source for f in results.findings]
    names += [title for titles in cover.schemes.values() for title in titles.values()]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ") if name else text
    text = re.sub(r"\d{4}Q\d|\d{4}-\s?\d\d-\s?\d\d", " ", text)  # a date may be broken over lines
    return set(re.findall(_NUMBER, text))


def numbers_told(results, lang):
    """Every number that a finding's text, value, interval, level, or count shows."""
    said = []
    for finding in results.findings:
        said += [finding.text[lang], number(finding.value, finding.unit, lang), number(finding.n, "count", lang)]
        said += [number(end, finding.unit, lang) for end in finding.interval or ()]
        said += [number(finding.level, "weight", lang)]
    return set(re.findall(_NUMBER, re.sub(r"\d{4}Q\d", " ", " ".join(said))))

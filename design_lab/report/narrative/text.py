"""What a consultant writes: files of a few marks, cut into passages with their placeholders.

A blank line ends a paragraph; a line that begins with `#` is a sub-heading, one with `- ` an item of a list; `**` sets
words in bold. That is all: whatever else stands there (HTML, links, images, tables) is text and is shown as it is
written. A Markdown library is not used since CommonMark leaves `**重点：**` unset before a Chinese character.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from design_lab.catalogue import LANGUAGES
from design_lab.errors import Fault, ReportError, nearest
from design_lab.report.content import width
from design_lab.report.outline import CHAPTERS

FOLDER = "narrative"
FORMS = ("value", "text")
NAMES = tuple(dict.fromkeys([*CHAPTERS, *(section for held in CHAPTERS.values() for section in held)]))
_LARGEST = 200_000  # bytes; a chapter of a report has some thousands
_FINDING = re.compile(r"\{finding:([a-z0-9_]+(?:\.[A-Za-z0-9_-]+)+)(?::([^{}]*))?\}")
_REVIEWED = re.compile(r"\s*\{reviewed:(\d{4}Q[1-4])\}")
_MEANT = re.compile(r"[{｛]\s*(?:finding|reviewed)[^{}｛｝]*[}｝]?", re.IGNORECASE)
_BOLD = re.compile(r"\*\*(\S(?:.*?\S)?)\*\*")
_HEADING = re.compile(r"#{1,6}(?:\s+(.*?)\s*#*)?$")
_ITEM = re.compile(r"[-*+]\s+(.*)")
_NUMBERED = re.compile(r"\d{1,3}[.)、]\s*\S")

Kind = Literal["text", "item", "heading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a passage: words, or the finding `id` in one of `FORMS` ('' is the value with its interval)."""

    text: str = ""
    bold: bool = False
    id: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph, an item or a sub-heading; `line` is where it begins, `digest` the SHA-256 of its source text."""

    kind: Kind
    line: int
    pieces: tuple[Piece, ...]
    digest: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The findings that it quotes, each once."""
        return tuple(dict.fromkeys(piece.id for piece in self.pieces if piece.id))

    @property
    def own(self) -> str:
        """The consultant's own words, with a mark where a finding stands."""
        return "".join("#" if piece.id else piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One file: `name` is the chapter or section in which it stands; it is never without passages."""

    file: str
    name: str
    lang: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """All chapters in the order of a report; `remarks` are sentences on files that are in no report."""

    chapters: tuple[Chapter, ...] = ()
    remarks: tuple[str, ...] = ()

    def of(self, name: str, lang: str) -> Chapter | None:
        """Return the text for a chapter or section in a language."""
        return next((one for one in self.chapters if (one.name, one.lang) == (name, lang)), None)

    def quoting(self) -> Iterator[tuple[Chapter, Passage]]:
        """Go through the passages that quote a finding."""
        return ((chapter, passage) for chapter in self.chapters for passage in chapter.passages if passage.ids)


def read_narrative(study: Path) -> Narrative:
    """Read the `narrative/` of a study's folder, which may be missing.

    A file of another name and an empty one are left out with a remark. A file that is not UTF-8 and a placeholder that
    is none raise `ReportError` with every fault, since a report without those words would be wrong.
    """
    chapters, remarks, refused = [], [], []
    for path in sorted((study / FOLDER).glob("*.md")):
        file = f"{FOLDER}/{path.name}"
        name, _, lang = path.stem.partition(".")
        if lang not in LANGUAGES or name not in NAMES:
            remarks.append(f"{file}: is in no report; {_meant_name(name, lang)}")
            continue
        try:
            text = _read(path, file)
            passages = parse(text, file)
        except ReportError as error:
            refused.append(str(error))
            continue
        if passages:
            chapters.append(Chapter(file=file, name=name, lang=lang, passages=passages))
        else:
            remarks.append(f"{file}: is empty; the report says nothing in its place")
    if refused:
        raise ReportError("\n".join(refused))
    chapters.sort(key=lambda chapter: (NAMES.index(chapter.name), LANGUAGES.index(chapter.lang)))
    return Narrative(chapters=tuple(chapters), remarks=tuple(remarks))


def parse(text: str, file: str = "narrative") -> tuple[Passage, ...]:
    r"""Cut a text into passages; a placeholder that is none raises `ReportError` with file, line and what was meant.

    >>> [(one.kind, one.own) for one in parse("# Why\n\nVolume takes\n**{finding:data.rows.staff}** of it.\n- first")]
    [('heading', 'Why'), ('text', 'Volume takes # of it.'), ('item', 'first')]
    """
    passages, faults = [], []
    for kind, line, source in _blocks(text):
        pieces, wrong = _pieces(source)
        faults += [Fault("placeholder", f"line {line}", said) for said in wrong]
        if pieces:
            digest = hashlib.sha256(f"{kind}:{source}".encode()).hexdigest()
            passages.append(Passage(kind=kind, line=line, pieces=pieces, digest=digest))
    if faults:
        raise ReportError.of(file, faults)
    return tuple(passages)


def _read(path: Path, file: str) -> str:
    if not path.is_file():
        raise ReportError(f"{file}: is no plain file; put the text itself there")
    if path.stat().st_size > _LARGEST:
        raise ReportError(f"{file}: is larger than {_LARGEST:,} bytes; a chapter's text is a few pages")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportError(f"{file}: is not UTF-8 (byte {error.start + 1}); save it with the encoding UTF-8") from None


def _meant_name(name: str, lang: str) -> str:
    if lang not in LANGUAGES:
        return f"its name must end in {' or '.join(f'.{one}.md' for one in LANGUAGES)}"
    return f"there is no chapter {name!r}; {nearest(name, NAMES)}"


def _blocks(text: str) -> Iterator[tuple[Kind, int, str]]:
    """Give each passage's kind, first line and source, its lines joined as its script joins them."""
    kind: Kind = "text"
    first, held = 0, list[str]()
    for number, raw in enumerate([*text.splitlines(), ""], start=1):
        line = raw.strip()
        heading, item = _HEADING.match(line), _ITEM.match(line)
        begins = not line or heading or item or _NUMBERED.match(line)
        if begins and held:
            yield kind, first, _joined(held)
            held = []
        if heading:
            if heading[1]:
                yield "heading", number, heading[1]
        elif line:
            if not held:
                kind, first = "item" if item else "text", number
            held.append(item[1] if item else line)


def _joined(lines: list[str]) -> str:
    """Join lines with a space, but none beside a wide character, as Chinese is written."""
    text = lines[0]
    for line in lines[1:]:
        text += line if 2 in (width(text[-1]), width(line[0])) else f" {line}"
    return text


def _pieces(source: str) -> tuple[tuple[Piece, ...], list[str]]:
    """Cut a passage's source at its bold marks and placeholders; return the pieces and what is wrong."""
    text = _REVIEWED.sub("", source)
    pieces: list[Piece] = []
    wrong: list[str] = []
    for place, stretch in enumerate(_BOLD.split(text)):
        pieces += _stretch(stretch, bold=place % 2 == 1, wrong=wrong)
    return tuple(pieces), wrong


def _stretch(text: str, *, bold: bool, wrong: list[str]) -> Iterator[Piece]:
    end = 0
    for match in _FINDING.finditer(text):
        yield from _words(text[end : match.start()], bold=bold, wrong=wrong)
        form = match[2] or ""
        if match[2] is not None and form not in FORMS:
            wrong.append(f"{match[0]} asks for {form!r}; {nearest(form, FORMS)}")
        yield Piece(id=match[1], form=form, bold=bold)
        end = match.end()
    yield from _words(text[end:], bold=bold, wrong=wrong)


def _words(text: str, *, bold: bool, wrong: list[str]) -> Iterator[Piece]:
    wrong += [
        f"{match[0]!r} is no placeholder; write {{finding:<id>}}, {{finding:<id>:value}}, {{finding:<id>:text}} or "
        "{reviewed:2026Q3}"
        for match in _MEANT.finditer(text)
    ]
    if text:
        yield Piece(text=text, bold=bold)

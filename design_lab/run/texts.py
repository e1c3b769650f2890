"""The words in a published file, whatever its format: what people read, and what markup says beside it."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from design_lab.run.pdf_texts import pdf_texts

_PICTURE = "<picture>"
_MARKUP = (".html", ".htm", ".svg", ".xml", ".rels", ".xhtml")
_PLAIN = (".txt", ".md", ".csv", ".tsv", ".yaml", ".yml", ".log", ".jsonl", ".tex", ".py")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".woff", ".woff2", ".ttf", ".otf", ".ttc", ".emf")
_INLINE = "a|abbr|b|bdi|bdo|code|em|font|i|kbd|mark|q|s|small|span|strong|sub|sup|time|tspan|tt|u|var|wbr"
_OFFICE_ENDS = re.compile(
    r"</(?:\w+:)?(?:p|si|v|f|t(?=>\s*</(?:\w+:)?is>)|title|subject|creator|description|pt)>|<w:(?:tab|br)\b[^>]*>"
)
_TAG = re.compile(r"<!--.*?-->|<[!?/A-Za-z][^>]*>", re.DOTALL)
_STYLES = re.compile(r"<(style|script)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TOLD = frozenset(
    ("alt", "title", "descr", "description", "name", "href", "content", "value", "label", "aria-label", "target")
)
_DATA_URI = re.compile(r"data:([\w/+.-]+)(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)")
_RUN = re.compile(rb"[\x20-\x7e]{6,}")
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_DEEPEST = 4  # files within files
_LARGEST = 1 << 30  # bytes of one unpacked part


@dataclass(frozen=True, slots=True)
class Text:
    """Words of one part of a file; `plain` where people read them, else markup, in which bare numbers mean nothing."""

    part: str
    words: str
    plain: bool = True


def texts_of(name: str, content: bytes, *, depth: int = 0) -> Iterator[Text]:
    """Yield all words in a file's bytes, its name and those of the parts within it included; pixels say nothing."""
    suffix = PurePath(name).suffix.lower()
    yield Text("", name)
    if content.startswith(b"PK\x03\x04") and depth < _DEEPEST:
        yield from _zipped(content, depth)
    elif content.startswith(b"%PDF"):
        for words, plain in pdf_texts(content):
            yield Text("", words, plain)
    elif content.startswith(b"\x89PNG"):
        yield Text("", "\n".join(_png_texts(content)))
    elif suffix in (".json", ".ipynb"):
        yield from _from_json(json.loads(content), "", depth)
    elif suffix in _MARKUP:
        yield from markup(_decoded(content), depth=depth)
    elif suffix in _PLAIN:
        yield Text("", _decoded(content))
    elif suffix not in _PICTURES:
        yield Text("", "\n".join(run.decode("ascii") for run in _RUN.findall(content)), plain=False)


def markup(written: str, *, depth: int = 0) -> Iterator[Text]:
    """Yield the words of HTML, SVG or Office XML: a paragraph's runs joined, attributes, styles, pictures within."""
    for kind, packed in _DATA_URI.findall(written):
        if depth < _DEEPEST:
            yield from texts_of(
                f"{_PICTURE}.{kind.rpartition('/')[2].partition('+')[0]}", base64.b64decode(packed), depth=depth + 1
            )
    written = _DATA_URI.sub(_PICTURE, written)
    yield Text("", "\n".join(found[1] for found in _STYLES.findall(written)), plain=False)
    written = _STYLES.sub("\n", written)
    told: list[str] = []
    untold: list[str] = []
    for tag in _TAG.findall(written):
        if tag.startswith("<!--"):
            told.append(tag)
            continue
        for attribute, *values in _ATTRIBUTE.findall(tag):
            (told if attribute.rpartition(":")[2].lower() in _TOLD else untold).append(html.unescape("".join(values)))
    yield Text("", "\n".join(told))
    yield Text("", "\n".join(untold), plain=False)
    yield Text("", html.unescape(_joined(written)))


def _joined(written: str) -> str:
    """The text without tags; what ends a paragraph or a block ends a line."""
    if "schemas.openxmlformats.org" in written or "schemas.microsoft.com" in written:
        return _TAG.sub("", _OFFICE_ENDS.sub("\n", written))
    return _TAG.sub("\n", re.sub(rf"</?(?:{_INLINE})\b[^>]*>", "", written, flags=re.IGNORECASE))


def _zipped(content: bytes, depth: int) -> Iterator[Text]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        yield Text("", book.comment.decode("utf-8", "replace"))
        for part in book.infolist():
            if part.file_size > _LARGEST:
                raise ValueError(f"{part.filename} is larger than can be looked through")
            for text in texts_of(part.filename, book.read(part), depth=depth + 1):
                inner = f"{part.filename}/{text.part}" if text.part else part.filename
                yield Text(inner, text.words, text.plain)


def _from_json(content: Any, part: str, depth: int) -> Iterator[Text]:
    """Texts by their keys; lists of lines (as notebooks keep them) are one text, numbers are numbers."""
    if isinstance(content, dict):
        for key, value in content.items():
            inner = f"{part}.{key}" if part else str(key)
            yield Text(part, str(key))
            yield from _bundled(str(key), value, inner, depth) if "/" in str(key) else _from_json(value, inner, depth)
    elif isinstance(content, list) and content and all(isinstance(line, str) for line in content):
        yield Text(part, "".join(line if line.endswith("\n") else f"{line}\n" for line in content))
    elif isinstance(content, list):
        for at, value in enumerate(content):
            yield from _from_json(value, f"{part}[{at}]", depth)
    elif isinstance(content, str):
        yield Text(part, content)


def _bundled(kind: str, value: Any, part: str, depth: int) -> Iterator[Text]:
    """What a notebook's output shows, by its media type."""
    if not isinstance(value, str | list):
        yield from _from_json(value, part, depth)
        return
    written = value if isinstance(value, str) else "".join(map(str, value))
    if kind in ("image/png", "image/jpeg", "image/gif", "application/pdf"):
        suffix = kind.rpartition("/")[2]
        found = texts_of(f"{_PICTURE}.{suffix}", base64.b64decode(written), depth=depth + 1)
    elif kind in ("text/html", "image/svg+xml"):
        found = markup(written, depth=depth)
    else:
        found = iter([Text("", written)])
    yield from (Text(part, text.words, text.plain) for text in found)


def _png_texts(content: bytes) -> Iterator[str]:
    at = 8
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind in _PNG_TEXTS:
            chunk = content[at + 8 : at + 8 + length]
            yield chunk.replace(b"\0", b" ").decode("utf-8", "replace")
            yield from _inflated(chunk)
        at += 12 + length


def _inflated(chunk: bytes) -> Iterator[str]:
    """The text of a compressed chunk, which begins after a zero byte or two."""
    for start in range(len(chunk) - 1):
        if chunk[start : start + 1] == b"\x78":
            try:
                yield zlib.decompress(chunk[start:]).decode("utf-8", "replace")
            except zlib.error:
                continue
            return


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")

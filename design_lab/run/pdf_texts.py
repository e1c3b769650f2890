"""The words in a PDF: glyphs turned back into letters by the fonts' own maps, and what the file says of itself.

Enough of the format for what typst and matplotlib write, and quick, since every run reads its own report back; glyphs
of a font without a map are taken as the bytes they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<!\d)(\d+) \d+ obj\b(.*?)(?:stream\r?\n|endobj)", re.DOTALL)
_LENGTH = re.compile(rb"/Length (\d+)(?! \d+ R)")
_FONTS = re.compile(rb"/Font\s*<<(.*?)>>", re.DOTALL)
_NAMED = re.compile(rb"/([^\s/<>\[\]()]+) (\d+) \d+ R")
_MAP = re.compile(rb"/ToUnicode (\d+) \d+ R")
_PAIRS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
_SHOWN = re.compile(
    rb"/(?P<font>[^\s/<>\[\]()]+)\s+(?P<size>[-\d.]+)\s+Tf|(?P<x>[-\d.]+)\s+(?P<y>[-\d.]+)\s+cm\b"
    rb"|\((?P<text>(?:\\.|[^\\()])*)\)|<(?P<hex>[0-9A-Fa-f\s]*)>(?!>)|\b(?P<end>ET)\b",
    re.DOTALL,
)
_TOLD = re.compile(rb"/\w+\s*(?:\((?P<text>(?:\\.|[^\\()])*)\)|<(?P<hex>[0-9A-Fa-f\s]+)>)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}

_GAP = 0.4  # of the font's size: less than between two cells of a table
_DIGIT = 0.555  # the width of a digit, and about that of most small letters

Letters = dict[int, str]


def pdf_texts(content: bytes) -> Iterator[tuple[str, bool]]:
    """Yield texts of a PDF with whether people read them: what its pages show, then its titles, links and metadata."""
    objects, streams = _parts(content)
    fonts = _fonts(objects, streams)
    for stream in streams.values():
        if b"Tf" in stream and b"ET" in stream:
            yield _shown(stream, fonts), True
        elif stream.lstrip()[:1] == b"<":  # metadata in XML
            yield re.sub(r"<[^>]*>", "\n", stream.decode("utf-8", "replace")), True
    for written in objects.values():
        told = [_string(found["text"], found["hex"]) for found in _TOLD.finditer(written)]
        if told:
            yield "\n".join(map(_worded, told)), True


def _parts(content: bytes) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """The objects of a file, and their streams unpacked; those packed into others are unpacked too."""
    objects, streams = {}, {}
    for found in _OBJECT.finditer(content):
        number, head = int(found[1]), found[2]
        objects[number] = head
        if not found[0].endswith(b"endobj"):
            streams[number] = _unpacked(content, head, found.end())
    for number in [number for number, head in objects.items() if b"/ObjStm" in head]:
        objects |= _within(objects[number], streams.pop(number))
    return objects, streams


def _unpacked(content: bytes, head: bytes, start: int) -> bytes:
    length = _LENGTH.search(head)
    end = start + int(length[1]) if length else content.find(b"endstream", start)
    if b"/FlateDecode" not in head:
        return b"" if b"/DCTDecode" in head else content[start:end]
    if b"/Image" in head or b"/FontFile" in head:
        return b""
    try:
        return zlib.decompressobj().decompress(content[start:end])
    except zlib.error:
        return b""


def _within(head: bytes, stream: bytes) -> dict[int, bytes]:
    """The objects packed into a stream: numbers and places come first."""
    count, first = (re.search(rb"/%s (\d+)" % key, head) for key in (b"N", b"First"))
    if not count or not first:
        return {}
    start = int(first[1])
    marks = list(map(int, stream[:start].split()))[: 2 * int(count[1])]
    places = [*marks[1::2], len(stream) - start]
    pieces = zip(marks[::2], places[:-1], places[1:], strict=False)
    return {number: stream[start + begin : start + end] for number, begin, end in pieces}


def _fonts(objects: dict[int, bytes], streams: dict[int, bytes]) -> dict[bytes, list[Letters]]:
    """The maps from glyphs to letters by the name under which pages use a font; one name may stand for several."""
    found: dict[bytes, dict[int, Letters]] = {}
    for written in objects.values():
        for named in _FONTS.findall(written):
            for name, number in _NAMED.findall(named):
                mapped = _MAP.search(objects.get(int(number), b""))
                if mapped and int(mapped[1]) not in found.setdefault(name, {}):
                    found[name][int(mapped[1])] = _letters(streams.get(int(mapped[1]), b""))
    return {name: list(maps.values()) for name, maps in found.items()}


def _letters(written: bytes) -> Letters:
    letters: Letters = {}
    for block in _PAIRS.findall(written):
        letters |= {int(glyph, 16): _utf16(text) for glyph, text in _PAIR.findall(block)}
    for block in _RANGES.findall(written):
        for low, high, first, listed in _RANGE.findall(block):
            glyphs = range(int(low, 16), int(high, 16) + 1)
            texts = [_utf16(text) for text in re.findall(rb"<([0-9A-Fa-f]*)>", listed)]
            base = int(first, 16) if first else 0
            letters |= dict(zip(glyphs, texts or (chr(base + step) for step in range(len(glyphs))), strict=False))
    return letters


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


def _shown(stream: bytes, fonts: dict[bytes, list[Letters]]) -> str:
    """What a page shows; a text that goes on where another ended is one with it, as where the script changes."""
    lines: list[str] = []
    maps: list[Letters] = []
    held, size, place, ended = b"", 0.0, (0.0, 0.0), (0.0, 0.0)
    for found in _SHOWN.finditer(stream):
        if found["text"] is not None or found["hex"] is not None:
            held += _string(found["text"], found["hex"])
        elif found["x"] is not None:
            place = float(found["x"]), float(found["y"])
        elif found["font"] is not None:
            maps, size = fonts.get(found["font"], []), float(found["size"])
        else:
            read = _read(held, maps)
            goes_on = place[1] == ended[1] and abs(place[0] - ended[0]) < _GAP * size
            lines[-1:] = [lines[-1] + read] if lines and goes_on else [*lines[-1:], read]
            ended = place[0] + size * sum(map(_width, read)), place[1]
            held = b""
    return "\n".join(lines)


def _width(letter: str) -> float:
    """About how wide a letter is, in units of the font's size."""
    return 1.0 if letter > "\u2e80" else 0.65 if letter.isupper() else _DIGIT


def _read(glyphs: bytes, maps: list[Letters]) -> str:
    """The letters of glyphs; where a font's name stands for several fonts, every reading."""
    if not maps:
        return glyphs.decode("latin-1")
    numbers = [int.from_bytes(glyphs[at : at + 2], "big") for at in range(0, len(glyphs), 2)]
    return "\n".join("".join(letters.get(number, " ") for number in numbers) for letters in maps)


def _string(text: bytes | None, digits: bytes | None) -> bytes:
    if text is None:
        written = b"".join((digits or b"").split())
        return bytes.fromhex((written + b"0" * (len(written) % 2)).decode("ascii"))
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1][:1].isdigit():
        return bytes([int(found[1], 8) & 0xFF])
    return _ESCAPED.get(found[1], found[1])


def _worded(written: bytes) -> str:
    if written.startswith(b"\xfe\xff"):
        return written[2:].decode("utf-16-be", "replace")
    return written.decode("utf-8", "replace")

"""The last look before publishing: no person's id, name, telephone, card or password in any byte of the report.

Known ids are sought by hashing the report's words with the key of the pseudonyms, so that no list of ids is needed;
what may be anybody's is sought by its shape and, where it has one, its check digit. Not sought: ids that are bare
numbers of fewer than seven digits without a leading zero (every report holds such numbers), words drawn as pixels or
outlines, and names of two characters within running text (高峰 is a name and a rush hour).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from design_lab.errors import ReportError
from design_lab.processes import each
from design_lab.run.texts import Text, texts_of

_TOLD = 20  # places named in a refusal
_WORTH_A_PROCESS = 2_000_000  # bytes: less is looked through before another process has started
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # soft hyphens and signs without width
_WORD = re.compile(r"[0-9A-Za-z]+(?:[._@-][0-9A-Za-z]+)*")
_PART = re.compile(r"[0-9A-Za-z]+")
_DECIMAL = re.compile(r"\d+\.\d+")
_RUN = re.compile("[㐀-鿿]+")
_LONGEST = 40  # letters of an id; digests are longer
_EDGES = (r"(?<![0-9A-Za-z])(?<!\d\.)", r"(?![0-9A-Za-z])(?!\.\d)")
_TITLES = ("员工|座席|坐席|客服|同事|姓名|组长|主管|经理", "先生|女士|小姐|同志|组长|主管|经理")
_SIGNATURE = "10X98765432"  # check digits of identity cards by the weighted sum mod 11 (GB 11643)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_EDGES[0]}(?:{pattern}){_EDGES[1]}")


_PHONE = _whole(
    r"(?:\+?86[- ]?)?1[3-9]\d(?:\d{8}|-\d{4}-\d{4})"
    r"|0\d{2,3}-\d{7,8}|\(0\d{2,3}\) ?\d{7,8}|400-\d{3}-\d{4}|400-\d{4}-\d{3}|\+\d{1,3}(?:[- ]?\d){9,12}"
)
# Set in groups by spaces it could be three numbers of a table, so nothing numeric may stand beside it.
_SPACED_PHONE = re.compile(r"(?<![0-9A-Za-z.])(?<!\d[ \t])1[3-9]\d \d{4} \d{4}(?![0-9A-Za-z.])(?![ \t]+\d)")
_ID_CARD = _whole(r"[1-9]\d{16}[\dXx]")
_BANK_CARD = _whole(r"(?:62|4\d|5[1-5]|3[57])\d{13,17}|(?:62|4\d|5[1-5]|3[57])\d\d(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?")
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w-])", re.ASCII
)
_PASSWORD = re.compile(r"[A-Za-z][\w+.-]*://[^\s/:@\"'<>]*:(?!\*+@|\$\{)[^\s/@\"'<>]+@", re.ASCII)


class Known(Protocol):
    """What is private in the study: pseudonyms, names, and whether a word is somebody's own id."""

    @property
    def pseudonyms(self) -> Collection[str]: ...  # noqa: D102

    @property
    def names(self) -> Collection[str]: ...  # noqa: D102

    def holds(self, word: str) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Something private in a published file: where, and of which kind; what it says is not repeated."""

    place: str
    kind: str


def scan(
    folder: Path, known: Known, *, may_show: Sequence[str] = (), ordinary: str = "", jobs: int = 1
) -> tuple[Leak, ...]:
    """Look through every file below `folder`; return what is private there, each place and kind once.

    `may_show` are texts that are nobody's secret (a hotline, the consultant's address); `ordinary` is text whose words
    are not taken for names or ids. With more `jobs` processes share the files, if there is much.
    """
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    paths = sorted(sizes, key=lambda path: (-sizes[path], path))
    sharing = min(jobs, 1 + sum(sizes.values()) // _WORTH_A_PROCESS)
    calls = [(folder, paths[start::sharing], known, may_show, ordinary) for start in range(sharing)]
    leaks = (leak for found in each(_looked, calls, sharing) for leak in found)
    return tuple(sorted(leaks, key=lambda leak: leak.place.partition(" (")[0]))


def _looked(
    folder: Path, paths: Sequence[Path], known: Known, may_show: Sequence[str], ordinary: str
) -> tuple[Leak, ...]:
    """Look through some of the files, with one memory of what was looked up."""
    seeker = Seeker(known, may_show=may_show, ordinary=ordinary)
    found: dict[Leak, None] = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            texts = list(texts_of(name, path.read_bytes()))
        except (ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise ReportError(
                f"{name}: cannot be looked through for private data ({error}), so nothing was published; leave out "
                "what makes the file"
            ) from None
        if _together(texts, seeker):  # as a rule there is nothing, and all of it is quicker than each
            for text in texts:
                place = f"{name} ({text.part})" if text.part else name
                found |= {Leak(place, kind): None for kind in seeker.kinds(text)}
    return tuple(found)


def _together(texts: Sequence[Text], seeker: Seeker) -> bool:
    joined = (Text("", "\n".join(t.words for t in texts if t.plain is plain), plain) for plain in (True, False))
    return any(kind for text in joined for kind in seeker.kinds(text))


def refuse(leaks: Sequence[Leak]) -> None:
    """Raise `ReportError` that names the files and kinds, if there are any."""
    if not leaks:
        return
    lines = [f"{leak.place}: holds {leak.kind}" for leak in leaks[:_TOLD]]
    if len(leaks) > _TOLD:
        lines.append(f"and {len(leaks) - _TOLD} places more")
    raise ReportError(
        "\n".join(lines) + "\nNothing was published. It comes from a free text of the client's files, a scheme, the "
        "narrative or a notebook: take it out there, or map that column by codes, and run again. If it is nobody's "
        "(a hotline, your own address), list it under privacy.may_show in study.yaml."
    )


class Seeker:
    """Looks for what is private in texts; keeps what was looked up before."""

    def __init__(self, known: Known, *, may_show: Sequence[str] = (), ordinary: str = "") -> None:
        plain = _plain(ordinary)
        self._words = frozenset(word.casefold() for word in _PART.findall(plain))
        self._shown = [_plain(text) for text in sorted(may_show, key=len, reverse=True) if text.strip()]
        self._known = known
        names = [_plain(name) for name in known.names]
        self._short = frozenset(name for name in names if _RUN.fullmatch(name) and len(name) == 2)
        self._long = frozenset(n for n in names if _RUN.fullmatch(n) and len(n) > 2 and n not in plain)
        self._worded = frozenset(name.casefold() for name in names if not _RUN.fullmatch(name))
        self._beginnings = frozenset(re.split(r"[ .'·-]", name, maxsplit=1)[0] for name in self._worded)
        self._holds = cache(known.holds)

    def kinds(self, text: Text) -> Iterator[str]:
        """Yield the kinds of what is private in a text, as a refusal words them."""
        words = _plain(text.words)
        for shown in self._shown:
            words = words.replace(shown, "\n")
        if _PASSWORD.search(words):
            yield "an address with a password in it"
            words = _PASSWORD.sub("\n", words)
        if _EMAIL.search(words):
            yield "what looks like an e-mail address"
        if text.plain:
            yield from _numbers(words)
        found = set(_parts(words))
        if not found.isdisjoint(self._known.pseudonyms):
            yield "the pseudonym of a single person"
        if any(self._holds(word) for word in found if self._is_distinct(word, plain=text.plain)):
            yield "somebody's own id"
        if self._names(words):
            yield "somebody's name"

    def _is_distinct(self, word: str, *, plain: bool) -> bool:
        """Whether a word, were it an id, could hardly stand there for anything else."""
        if word.isdigit():
            return plain and len(word) >= (5 if word.startswith("0") else 7)
        if word.isalpha():
            return len(word) >= 6 and word.casefold() not in self._words
        return 4 <= len(word) <= _LONGEST

    def _names(self, words: str) -> bool:
        for run in set(_RUN.findall(words)):
            grams = {run[at : at + size] for size in (3, 4) for at in range(len(run) - size + 1)}
            if run in self._short or not self._long.isdisjoint(grams):
                return True
            pairs = {run[at : at + 2] for at in range(len(run) - 1)} & self._short
            if any(re.search(f"(?:{_TITLES[0]}){name}$|^{name}(?:{_TITLES[1]})", run) for name in pairs):
                return True
        if not self._worded:
            return False
        folded = words.casefold()
        begun = self._beginnings.intersection(re.split(r"[^\w]+", folded))
        return any(
            re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded)
            for name in self._worded
            if re.split(r"[ .'·-]", name, maxsplit=1)[0] in begun
        )


def _plain(words: str) -> str:
    """Full-width letters and digits as usual ones, without signs that cannot be seen."""
    return _HIDDEN.sub("", unicodedata.normalize("NFKC", words))


def _parts(words: str) -> Iterator[str]:
    """Words with what joins them (`B-0012`, `li.wei`), and their parts; the digits of a decimal are none."""
    for word in set(_WORD.findall(words)):
        if not _DECIMAL.fullmatch(word):
            yield word
            yield from _PART.findall(word)


def _numbers(words: str) -> Iterator[str]:
    if _PHONE.search(words) or _SPACED_PHONE.search(words):
        yield "what looks like a telephone number"
    if any(_is_id_card(found) for found in _ID_CARD.findall(words)):
        yield "what looks like an identity card's number"
    if any(_is_bank_card(found) for found in _BANK_CARD.findall(words)):
        yield "what looks like a bank card's number"


def _is_id_card(written: str) -> bool:
    """Whether the date of birth is one and the check digit fits.

    >>> _is_id_card("11010519491231002X"), _is_id_card("110105194912310021")
    (True, False)
    """
    try:
        dt.date(int(written[6:10]), int(written[10:12]), int(written[12:14]))
    except ValueError:
        return False
    weighted = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(written[:17]))
    return _SIGNATURE[weighted % 11] == written[17].upper()


def _is_bank_card(written: str) -> bool:
    """Whether the digits pass Luhn's check.

    >>> _is_bank_card("6222 0212 3456 7894"), _is_bank_card("6222021234567890")
    (True, False)
    """
    digits = [int(sign) for sign in reversed(written) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0

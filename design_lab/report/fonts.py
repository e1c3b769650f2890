"""A font for charts and PDF that really has every letter of the report."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from design_lab.errors import LackingError

FAMILIES = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
)
_BUNDLED = ("Noto Sans CJK SC", "Noto Sans CJK JP")  # in the wheel; JP where only one face is read
_ALWAYS = "DejaVu Sans"  # comes with matplotlib; has no Chinese
_VARIANTS = range(0xFE00, 0xFE10)  # say in which colours a symbol is shown


def family_for(texts: Iterable[str], families: Iterable[str] = FAMILIES) -> str:
    """Return the first font family with every letter of `texts`; if there is none, `LackingError` says what to do.

    A symbol such as an emoji is no letter: what has no picture in the font is shown as an empty box.
    """
    wanted = {c for text in texts for c in text if not c.isspace() and not is_symbol(c)}
    fewest: set[str] | None = None
    for family in (*families, *_BUNDLED, _ALWAYS):
        missing = wanted - characters(family)
        if not missing:
            return family
        if fewest is None or len(missing) < len(fewest):
            fewest = missing
    shown = " ".join(sorted(fewest or wanted)[:10])
    raise LackingError(
        f"no font on this machine has these characters: {shown}. Install a Chinese font (Debian: "
        "apt install fonts-noto-cjk; anywhere: pip install noto-cjk-sans-otc), or take the characters out of the title"
    )


def is_symbol(character: str) -> bool:
    """Whether a character is a picture rather than a letter, digit or mark of punctuation.

    >>> is_symbol("\U0001f680"), is_symbol("工"), is_symbol("%")
    (True, False, False)
    """
    return unicodedata.category(character) in ("So", "Sk") or ord(character) in _VARIANTS


def file_of(family: str) -> Path | None:
    """The file of an installed family's regular face."""
    entry = _entry(family)
    return Path(entry[0]) if entry else None


@functools.cache
def characters(family: str) -> frozenset[str]:
    """The characters of an installed family, none if it is not installed."""
    from matplotlib.ft2font import FT2Font

    entry = _entry(family)
    if entry is None:
        return frozenset()
    path, index = entry
    face = FT2Font(path, face_index=index) if index else FT2Font(path)
    return frozenset(chr(code) for code in face.get_charmap())


def _entry(family: str) -> tuple[str, int] | None:
    """The file of a family's regular face, from matplotlib's list or, if that has none, from the wheel."""
    from matplotlib.font_manager import fontManager

    for attempt in ("listed", "bundled"):
        if attempt == "bundled" and (family not in _BUNDLED or not _add_bundled()):
            break
        for font in fontManager.ttflist:
            if font.name == family and font.style == "normal" and Path(font.fname).exists():
                return font.fname, int(getattr(font, "index", 0))
    return None


@functools.cache
def _add_bundled() -> bool:
    """Tell matplotlib of the font in the wheel noto-cjk-sans-otc, if that is installed."""
    from matplotlib.font_manager import fontManager

    try:
        from noto_cjk_sans_otc import FONT_PATH
    except ImportError:
        return False
    fontManager.addfont(str(FONT_PATH))
    return True

"""A font for the charts that really has every character of the report."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from design_lab.errors import ReportError

FAMILIES = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
)
_BUNDLED = ("Noto Sans CJK SC", "Noto Sans CJK JP")  # in the wheel; JP where only one face is read


def family_for(texts: Iterable[str], families: Iterable[str] = FAMILIES) -> str:
    """Return the first font family with every character of `texts`; if there is none, `ReportError` says what to do."""
    wanted = {character for text in texts for character in text if not character.isspace()}
    fewest: set[str] | None = None
    for family in (*families, *_BUNDLED):
        missing = wanted - _characters(family)
        if not missing:
            return family
        if fewest is None or len(missing) < len(fewest):
            fewest = missing
    shown = " ".join(sorted(fewest or wanted)[:10])
    raise ReportError(
        f"no font on this machine has these characters of the charts: {shown}. Install a Chinese font (Debian: "
        "apt install fonts-noto-cjk; anywhere: pip install noto-cjk-sans-otc), or take the characters out of the title"
    )


@functools.cache
def _characters(family: str) -> frozenset[str]:
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

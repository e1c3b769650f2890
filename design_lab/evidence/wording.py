"""Parts of sentences on the past, in every language at once, ready to be filled into a finding's text."""

from __future__ import annotations

from collections.abc import Iterable

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Wording, interval, worded

ByLanguage = dict[str, str]
NOTHING: ByLanguage = dict.fromkeys(LANGUAGES, "")


def said(key: str, **parts: Wording) -> ByLanguage:
    """Return the words at `key`, filled, by language.

    >>> said("evidence_part.no_interval")["en"]
    'so few teams bear no interval'
    """
    return {
        lang: words(lang).say(key, **{name: worded(part, lang) for name, part in parts.items()}) for lang in LANGUAGES
    }


def joined(parts: Iterable[ByLanguage], by: str = "report.sentence_join") -> ByLanguage:
    """Put parts one after the other, with the words at `by` between them."""
    held = list(parts)
    return {lang: words(lang).say(by).join(one[lang] for one in held) for lang in LANGUAGES}


def between(low: float, high: float, unit: str) -> ByLanguage:
    """Return an interval in brackets' own words."""
    ends = {lang: interval(low, high, unit, lang) for lang in LANGUAGES}
    return said("evidence_part.with_interval", interval=ends)

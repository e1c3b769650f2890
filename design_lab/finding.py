"""Findings: the only way in which a number leaves the project, each with the kind of claim it makes."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.words import limit_in
from design_lab.display import UNITS, Quantity, Shown, Wording, interval, number, worded
from design_lab.errors import FindingError, nearest
from design_lab.files import read_json, write_json
from design_lab.landscape import Landscape

if TYPE_CHECKING:
    import pandas as pd

Claim = Literal["accounting", "association", "causal-under-assumptions", "causal", "scenario", "unidentified"]
CLAIMS: tuple[str, ...] = get_args(Claim)
CAUSAL = ("causal-under-assumptions", "causal")
_RECONSTRUCTED = "reconstructed_scheme"  # a limit that stands in the sentence too
_ID = re.compile(r"[a-z0-9_]+(\.[A-Za-z0-9_-]+)+")
_CAUSE = re.compile(
    r"\b(hurts?|harms?|raises?|lowers?|drives?|leads? to|due to|because of|caused)\b|导致|造成|引起|拉低|损害",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(not|no|never|cannot|without|nor|neither|whether)\b[^.;:!?]{0,60}$"
    r"|[不未无非否][^。;:!?\uff1b\uff1a\uff01\uff1f]{0,20}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One number, what it is worth and what it does not say.

    `value` is null or finite, kept to 10 significant digits; `interval` is (low, high) at `level`; `n` counts what the
    number rests on (people unless the text says otherwise); `text` holds a sentence by language; `limits` are English
    sentences, of the word file where they are the project's own. Anything else raises `FindingError`.
    """

    id: str
    value: float | int | None
    interval: tuple[float, float] | None = None
    level: float | None = None
    unit: str
    n: int | None
    claim: Claim
    text: Mapping[str, str]
    limits: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "value", significant(self.value))
        if self.interval is not None:
            low, high = (significant(end) for end in self.interval)
            object.__setattr__(self, "interval", (low, high))

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as results.json holds it."""
        return {
            "id": self.id,
            "value": self.value,
            "interval": list(self.interval) if self.interval else None,
            "level": self.level,
            "unit": self.unit,
            "n": self.n,
            "claim": self.claim,
            "text": dict(self.text),
            "limits": list(self.limits),
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Finding:
        """Read a finding back; an unknown or missing key raises `FindingError`."""
        if odd := set(content) ^ set(cls.__slots__):
            raise FindingError(f"finding {content.get('id')!r}: these keys are missing or unknown: {sorted(odd)}")
        given = dict(content)
        given["interval"] = tuple(given["interval"]) if given["interval"] else None
        given["limits"] = tuple(given["limits"])
        return cls(**given)


def significant(value: float | int | None, digits: int = 10) -> float | int | None:
    """Round to significant digits; integers and None stay as they are.

    >>> significant(0.1234567890123), significant(-0.0), significant(180)
    (0.123456789, 0.0, 180)
    """
    if value is None or isinstance(value, int):
        return value
    return float(f"{float(value):.{digits - 1}e}") + 0.0


def state(
    id: str,
    value: float | int | None,
    *,
    says: str,
    unit: str,
    n: int | None,
    claim: Claim,
    bounds: tuple[float, float] | None = None,
    level: float | None = None,
    limits: Collection[str] = (),
    among: Wording | None = None,
    **parts: Wording,
) -> Finding:
    """Make a finding whose text in every language is the words at `finding.<says>`, filled from the same numbers.

    `{value}`, `{n}` and `{interval}` are filled by themselves, other placeholders from `parts`; `limits` are keys below
    `limit.` in the word files. What bears the limit that the scheme is a reconstruction says so in its sentence, and so
    does what speaks only of the people under one of several schemes in force: that one is `among`.
    """
    text = {}
    for lang in LANGUAGES:
        filled = {key: worded(part, lang) for key, part in parts.items()}
        filled["value"] = number(value, unit, lang)
        filled["n"] = worded(Quantity(n, "count"), lang) if n is not None else "–"
        if bounds:
            filled["interval"] = interval(*bounds, unit, lang)
        said = words(lang).say(f"finding.{says}", **filled)
        said = said[:1].upper() + said[1:]
        told = "reconstructed" if _RECONSTRUCTED in limits else ""
        whose = {} if among is None else {"scheme": worded(among, lang)}
        key = "_".join(part for part in (told, "among" if whose else "") if part)
        text[lang] = words(lang).say(f"told.{key}", text=said, **whose) if key else said
    return Finding(
        id=id,
        value=value,
        interval=bounds,
        level=level,
        unit=unit,
        n=n,
        claim=claim,
        text=text,
        limits=tuple(words("en").say(f"limit.{key}") for key in limits),
    )


def words_of_cause(text: str) -> list[str]:
    """Return the words of cause in a text, negated ones aside.

    >>> words_of_cause("Volume lowers CSAT."), words_of_cause("The data cannot say whether volume lowers CSAT.")
    (['lowers'], [])
    """
    return [match[0] for match in _CAUSE.finditer(text) if not _NEGATED.search(text[: match.start()])]


def _check(finding: Finding) -> None:
    for problem in _problems(finding):
        raise FindingError(f"finding {finding.id!r}: {problem}")


def _problems(finding: Finding) -> Iterator[str]:
    if not _ID.fullmatch(finding.id):
        yield "an id is lower-case words joined by dots, such as diagnosis.effective_weight.workload"
    if finding.claim not in CLAIMS:
        yield f"claim {finding.claim!r} is not known; {nearest(str(finding.claim), CLAIMS)}"
    if finding.unit not in UNITS:
        yield f"unit {finding.unit!r} is not known; {nearest(finding.unit, UNITS)}"
    ends = (finding.value, *(finding.interval or ()))
    if any(end is not None and not math.isfinite(end) for end in ends):
        yield "value and interval must be finite; what is not known is null, with claim unidentified or a reason"
    if finding.claim == "unidentified" and (finding.value is not None or finding.interval is not None):
        yield "an unidentified finding has no value and no interval"
    if finding.interval and (finding.interval[0] > finding.interval[1] or not finding.level):
        yield "an interval is (low, high) with its level"
    if set(finding.text) != set(LANGUAGES) or not all(finding.text.values()):
        yield f"text must stand in {', '.join(LANGUAGES)}"
    if finding.claim not in CAUSAL:
        for said in (*finding.text.values(), *finding.limits):
            for cause in words_of_cause(said):
                yield f"says {cause!r}, which only a causal claim may; its claim is {finding.claim}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Told(Shown):
    """Findings as a reader of one language sees them."""

    findings: tuple[Finding, ...]
    lang: str

    def table(self) -> pd.DataFrame:
        """Return one row a finding: its kind of claim, its sentence and its limits."""
        import pandas as pd

        spoken = words(self.lang)
        rows = [
            (
                spoken.say(f"claim.{finding.claim}"),
                finding.text[self.lang],
                " ".join(limit_in(limit, self.lang) for limit in finding.limits),
            )
            for finding in self.findings
        ]
        return pd.DataFrame(rows, columns=[spoken.say(f"told.{column}") for column in ("claim", "text", "limits")])


class Stated(Shown):
    """A result that says itself in findings: `text` and `limits` are theirs, made of the same numbers."""

    def findings(self) -> tuple[Finding, ...]:
        """Return what is stated of the result."""
        raise TypeError(f"{type(self).__name__} states nothing")

    @property
    def text(self) -> dict[str, str]:
        """The sentences of all findings, one a line, by language."""
        told = self.findings()
        return {lang: "\n".join(finding.text[lang] for finding in told) for lang in LANGUAGES}

    @property
    def limits(self) -> tuple[str, ...]:
        """What any of the findings does not say, each once, in English (`limit_in` has other languages)."""
        return tuple(dict.fromkeys(limit for finding in self.findings() for limit in finding.limits))


def tell(findings: Iterable[Finding], lang: str) -> Told:
    """Show findings as sentences, each with its kind of claim and its limits."""
    return Told(findings=tuple(findings), lang=lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All findings of one study and quarter, in the order of the road; ids are unique.

    `landscapes` are the points behind a picture, of which no sentence is made.
    """

    study: str
    quarter: str
    synthetic: bool
    findings: tuple[Finding, ...] = field(default=())
    landscapes: tuple[Landscape, ...] = field(default=())

    def __post_init__(self) -> None:
        _refuse_twins(self.findings)

    def __getitem__(self, id: str) -> Finding:
        for finding in self.findings:
            if finding.id == id:
                return finding
        raise FindingError(f"there is no finding {id!r}; {nearest(id, (f.id for f in self.findings))}")

    def __contains__(self, id: object) -> bool:
        return any(finding.id == id for finding in self.findings)

    def under(self, prefix: str) -> tuple[Finding, ...]:
        """Return the findings whose id begins with `prefix` and a dot."""
        return tuple(finding for finding in self.findings if finding.id.startswith(f"{prefix}."))

    def write(self, path: Path) -> None:
        """Write results.json."""
        write_json(
            path,
            {
                "study": self.study,
                "quarter": self.quarter,
                "synthetic": self.synthetic,
                "findings": [finding.to_dict() for finding in self.findings],
            }
            | ({"landscapes": [asdict(one) for one in self.landscapes]} if self.landscapes else {}),
        )

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read results.json; a file that holds something else raises `FindingError`."""
        try:
            content = read_json(path)
            content["findings"] = tuple(Finding.from_dict(finding) for finding in content["findings"])
            content["landscapes"] = tuple(Landscape.from_dict(one) for one in content.get("landscapes", ()))
            return cls(**content)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise FindingError(f"{path}: cannot be read as findings; it was changed since it was written") from None


def write_findings(findings: Iterable[Finding], out: str | Path, notebook: str) -> Path:
    """Write findings to `<out>/findings/<notebook>.json`, each bearing the notebook's name as its source."""
    from dataclasses import replace

    sourced = tuple(replace(finding, source=notebook) for finding in findings)
    _refuse_twins(sourced)
    path = Path(out) / "findings" / f"{notebook}.json"
    write_json(path, [finding.to_dict() for finding in sourced])
    return path


def read_findings(path: Path) -> tuple[Finding, ...]:
    """Read what `write_findings` wrote."""
    return tuple(Finding.from_dict(finding) for finding in read_json(path))


def _refuse_twins(findings: Iterable[Finding]) -> None:
    seen: dict[str, str] = {}
    for finding in findings:
        if finding.id in seen:
            places = f"in {seen[finding.id]!r} and in {finding.source!r}"
            raise FindingError(f"finding {finding.id!r} stands twice: {places}")
        seen[finding.id] = finding.source

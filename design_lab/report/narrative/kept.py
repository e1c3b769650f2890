"""What findings were when a passage was written: kept in the record of each run, carried while its text stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from design_lab.display import number
from design_lab.finding import Finding, Results
from design_lab.report.narrative.text import Narrative


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A finding as it was: value and interval in its unit, and the kind of claim."""

    value: float | int | None
    interval: tuple[float, float] | None
    unit: str
    claim: str

    @classmethod
    def of(cls, finding: Finding) -> Then:
        """Take what is kept of a finding."""
        return cls(value=finding.value, interval=finding.interval, unit=finding.unit, claim=finding.claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A passage, by its chapter, language and digest, and its findings as they were in the quarter `since`.

    That is the quarter of the first published report in which the passage stood; a finding that the report did not
    hold then is kept as it was in the first one that does.
    """

    chapter: str
    lang: str
    digest: str
    since: str
    findings: Mapping[str, Then]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same passage."""
        return self.chapter, self.lang, self.digest

    def to_dict(self) -> dict[str, Any]:
        """Return it as record.json holds it."""
        return {
            "chapter": self.chapter,
            "lang": self.lang,
            "digest": self.digest,
            "since": self.since,
            "findings": {
                id: {**asdict(then), "interval": list(then.interval) if then.interval else None}
                for id, then in self.findings.items()
            },
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Kept:
        """Read it back."""
        findings = {
            id: Then(**{**then, "interval": tuple(then["interval"]) if then["interval"] else None})
            for id, then in content["findings"].items()
        }
        return cls(**{**content, "findings": findings})


def carry(narrative: Narrative, results: Results, earlier: Iterable[Kept]) -> tuple[Kept, ...]:
    """Keep each quoting passage's findings: as an earlier report kept them if the passage stood there, else as now."""
    before = {kept.key: kept for kept in earlier}
    known = {finding.id: finding for finding in results.findings}
    found: dict[tuple[str, str, str], Kept] = {}
    for chapter, passage in narrative.quoting():
        now = {id: Then.of(known[id]) for id in passage.ids if id in known}
        new = Kept(
            chapter=chapter.name, lang=chapter.lang, digest=passage.digest, since=results.quarter, findings=now
        )  # fmt: skip
        old = before.get(new.key)
        kept = new if old is None else Kept(**{**_fields(old), "findings": {**now, **old.findings}})
        found[new.key] = kept
    return tuple(found.values())


def moved(then: Then, now: Finding) -> bool:
    """Whether a finding has gone beyond the interval that it had; without one, whether it is written differently.

    >>> then = Then(value=0.61, interval=(0.57, 0.65), unit="share", claim="scenario")
    >>> text = {"en": "A share.", "zh": "占比。"}
    >>> new = Finding(id="a.b", value=0.66, unit="share", n=9, claim="scenario", text=text)
    >>> moved(then, new)
    True
    """
    if then.value is None or now.value is None:
        return then.value is not now.value
    if then.unit != now.unit:
        return True
    if then.interval:
        return not then.interval[0] <= now.value <= then.interval[1]
    return number(then.value, then.unit) != number(now.value, now.unit)


def _fields(kept: Kept) -> dict[str, Any]:
    return {"chapter": kept.chapter, "lang": kept.lang, "digest": kept.digest, "since": kept.since}

"""For an auditor: which schemes, which numbers with which claims, made from what, and whether it still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from design_lab.catalogue import words
from design_lab.catalogue.words import Words as Spoken
from design_lab.desk.views.page import Page, Words
from design_lab.desk.views.published import Published
from design_lab.display import interval, number, worded
from design_lab.errors import LedgerError
from design_lab.files import sha256
from design_lab.ledger import FILE, Line, read_ledger
from design_lab.report.content import Points, Section
from design_lab.study import Study

_STATES = {  # how verifying words what it finds
    "gone": "is gone since",
    "new": "is new since",
    "changed": "changed since",
    "missing": "is missing",
    "added": "was not published with this report",
    "edited": "was changed since it was published",
}


class Verified(Protocol):
    """What verifying said."""

    @property
    def sealed(self) -> tuple[str, ...]:
        """The published files that differ, a sentence each."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that are not the same, a sentence each."""

    @property
    def files(self) -> int:
        """How many published files were read."""


def auditor_pages(study: Study, found: Published, verified: Verified, langs: tuple[str, ...]) -> list[Page]:
    """Tell what a published report rests on."""
    return [
        told.page("auditor", _sections(study, found, verified, told), quarter=found.results.quarter)
        for told in (Words(study, lang) for lang in langs)
    ]


def _sections(study: Study, found: Published, verified: Verified, told: Words) -> Iterator[Section]:
    yield _holds(verified, told)
    schemes = told.table(
        told.say("schemes.table"), ["scheme", "file", "fingerprint", "assumed"], _schemes(study, told), worded=True
    )
    yield told.section("schemes", schemes)
    yield _ledger(study, told)
    record = told.table(told.say("record.table"), ["what", "value"], _record(found), worded=True, folded=True)
    yield told.section("record", record)
    yield _findings(found, told)


def _holds(verified: Verified, told: Words) -> Section:
    kind = "changed" if verified.sealed else "inputs" if verified.inputs else "holds"
    changed = verified.sealed or verified.inputs
    counts = {"files": number(verified.files, "count", told.lang), "n": number(len(changed), "count", told.lang)}
    tables = [
        told.table(told.say(f"verified.{name}"), ["what", "state"], [_state(line, told) for line in lines], worded=True)
        for name, lines in (("sealed", verified.sealed), ("since", verified.inputs))
        if lines
    ]
    heading = told.say(f"verified.{kind}", **counts)
    return Section(key="verified", kicker=told.say("verified.kicker"), heading=heading, blocks=tuple(tables))


def _state(line: str, told: Words) -> tuple[str, str]:
    """Part a sentence of verifying into what and how it is now; what has no words of its own stays as it was said."""
    what, _, said = line.partition(": ")
    for key, begins in _STATES.items():
        if said.startswith(begins):
            return what, told.say(f"state.{key}") + said.removeprefix(begins)
    return what, said


def _findings(found: Published, told: Words) -> Section:
    findings = found.results.findings
    by_claim = Counter(one.claim for one in findings)
    counts = [
        (words(told.lang).say(f"claim.{claim}"), number(count, "count", told.lang))
        for claim, count in sorted(by_claim.items())
    ]
    columns = ["id", "value", "interval", "people", "claim", "source"]
    return told.section(
        "findings",
        told.table(told.say("findings.claims"), ["claim", "findings"], counts),
        told.table(told.say("findings.index"), columns, _index(found, told), worded=True, folded=True),
        count=number(len(findings), "count", told.lang),
    )


def _schemes(study: Study, told: Words) -> list[tuple[str, ...]]:
    spoken = words(told.lang)
    rows: list[tuple[str, ...]] = []
    for name in study.scheme_names:
        scheme, path = study.scheme(name), study.folder / "schemes" / f"{name}.yaml"
        assumed = spoken.say("report.join").join(_part(part, spoken) for part in scheme.assumed)
        rows.append(
            (
                worded(scheme.title, told.lang),
                f"{name}.yaml: {sha256(path)}",
                scheme.fingerprint,
                assumed or told.say("schemes.nothing"),
            )
        )
    return rows


def _part(name: str, spoken: Spoken) -> str:
    """Name a part of a scheme as the report does."""
    key = f"report.part.{name}"
    return spoken.say(key) if key in spoken else name.replace("_", " ")


def _ledger(study: Study, told: Words) -> Section:
    try:
        lines = read_ledger(study.folder / FILE)
    except LedgerError as error:
        points = Points(title=told.say("ledger.kicker"), sentences=(str(error),))
        return Section(
            key="ledger", kicker=told.say("ledger.kicker"), heading=told.say("ledger.changed"), blocks=(points,)
        )
    if not lines:
        return Section(key="ledger", kicker=told.say("ledger.kicker"), heading=told.say("ledger.none"))
    heading = told.say("ledger.holds", n=number(len(lines), "count", told.lang))
    table = told.table(
        told.say("ledger.table"),
        ["line", "kind", "target", "day", "said", "hash"],
        [_line(one, told) for one in lines],
        worded=True,
    )
    return Section(key="ledger", kicker=told.say("ledger.kicker"), heading=heading, blocks=(table,))


def _line(line: Line, told: Words) -> tuple[str, ...]:
    said = line.content
    scored = said["kind"] == "scored"
    text = words(told.lang).say(f"state.{said['state']}") if scored else said["finding"]["text"][told.lang]
    day = said["scored_on" if scored else "frozen_on"]
    return (
        str(line.number),
        told.say(f"ledger.{'scored' if scored else 'frozen'}"),
        str(said["target"]),
        str(day),
        text,
        line.hash,
    )


def _record(found: Published) -> list[tuple[str, str]]:
    inputs = found.record["inputs"]
    rows = [
        (str(name), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in inputs["parameters"].items()
    ]
    rows += [("inputs", str(found.record["inputs_digest"])), ("seal", str(found.record["seal"]))]
    rows += [(f"{kind} ({len(names)})", _digests(names)) for kind, names in inputs["files"].items() if names]
    rows += [("python", str(inputs["python"])), ("processor", str(inputs["processor"]))]
    rows.append(("libraries", ", ".join(f"{name} {version}" for name, version in inputs["libraries"].items())))
    return rows


def _digests(names: dict[str, str]) -> str:
    """One digest a file where they are few, else of how many record.json holds them."""
    if len(names) > 40:
        return "record.json"
    return "; ".join(f"{Path(name).as_posix()} {digest}" for name, digest in names.items())


def _index(found: Published, told: Words) -> Sequence[tuple[str, ...]]:
    return [
        (
            one.id,
            number(one.value, one.unit, told.lang),
            interval(*one.interval, one.unit, told.lang) if one.interval else "–",
            number(one.n, "count", told.lang),
            words(told.lang).say(f"claim.{one.claim}"),
            one.source,
        )
        for one in found.results.findings
    ]

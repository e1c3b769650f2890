"""Two reports of one study held beside each other: what moved, what is new, what is said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from design_lab.catalogue import LANGUAGES, words
from design_lab.changes.beyond import Pair, pairs
from design_lab.changes.definitions import Redefined, counted, redefined
from design_lab.changes.headlines import headline
from design_lab.changes.sentences import claim_changed, differing, gone, moved, new, shares_of
from design_lab.display import Quantity, Wording, number
from design_lab.files import write_json
from design_lab.finding import Finding, Results, Stated, state

SOURCE = "changes.json"
# By finding: how much of its change is data, code and parameters, each replayed alone, and what is left together.
Parts = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The report that another is compared with: its quarter, its revision (from 1), the digest of its inputs."""

    quarter: str
    revision: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Changes(Stated):
    """What changed since the last report.

    `base` is that report, None for the first one. `pairs` are the findings with an interval in both; `before` and `now`
    map ids to the findings of each. `redefined` are the definitions that differ, None where the last report kept none,
    out of `held`; `parts` is how much of a finding's change is data, code and parameters, where it was replayed.
    """

    study: str
    quarter: str
    synthetic: bool
    base: Base | None
    before: Mapping[str, Finding]
    now: Mapping[str, Finding]
    pairs: tuple[Pair, ...]
    redefined: tuple[Redefined, ...] | None
    held: int
    parts: Parts = field(default_factory=dict)

    @property
    def restated(self) -> bool:
        """Whether an earlier revision of the same quarter is what it is compared with."""
        return self.base is not None and self.base.quarter == self.quarter

    @property
    def moved(self) -> tuple[Pair, ...]:
        """The findings that moved beyond their intervals."""
        return tuple(pair for pair in self.pairs if pair.moved)

    @property
    def expected_by_chance(self) -> float:
        """How many would move, at most, if nothing had changed and the reports shared no data."""
        return sum(pair.by_chance for pair in self.pairs)

    @property
    def claims(self) -> tuple[Pair, ...]:
        """The findings that make another kind of claim than before."""
        both = ((self.before[id], finding) for id, finding in self.now.items() if id in self.before)
        return tuple(Pair(before=then, now=finding) for then, finding in both if then.claim != finding.claim)

    @property
    def appeared(self) -> tuple[Finding, ...]:
        """The findings that the last report did not hold."""
        return tuple(finding for id, finding in self.now.items() if id not in self.before)

    @property
    def disappeared(self) -> tuple[Finding, ...]:
        """The findings that this report does not hold any more."""
        return tuple(finding for id, finding in self.before.items() if id not in self.now)

    @property
    def otherwise(self) -> tuple[Pair, ...]:
        """The findings in both, of the same claim, that are written with another value."""
        both = ((self.before[id], finding) for id, finding in self.now.items() if id in self.before)
        return tuple(
            Pair(before=then, now=finding)
            for then, finding in both
            if then.claim == finding.claim and _written(then) != _written(finding)
        )

    def findings(self) -> tuple[Finding, ...]:
        """State what is compared, what moved, what is said otherwise, and which definitions changed."""
        return tuple(replace(finding, source=SOURCE) for finding in self._findings())

    def _findings(self) -> Iterator[Finding]:
        if self.base is None:
            yield state("changes.first", 0, says="changes.first", unit="count", n=None, claim="accounting")
            return
        yield from self._overall()
        yield from self._counts()
        yield from self._definitions()
        told = [*self._headlines(), *self._others()]
        yield from told
        yield from (one for finding in told for one in shares_of(finding, self.parts))
        yield from self._by_notebook()

    def _overall(self) -> Iterator[Finding]:
        said: dict[str, Any] = {"unit": "count", "n": len(self.pairs), "base": self._named()}
        if not self.pairs:
            yield state("changes.beyond", None, says="changes.nothing_compared", claim="unidentified", **said)
            return
        expected = Quantity(self.expected_by_chance, "count")
        yield state(
            "changes.beyond", len(self.moved), says="changes.beyond", claim="accounting", limits=["moved_by_chance"],
            apart=Quantity(sum(pair.apart for pair in self.moved), "count"), expected=expected, **said,
        )  # fmt: skip
        yield state("changes.by_chance", expected.value, says="changes.by_chance", claim="accounting", **said)

    def _counts(self) -> Iterator[Finding]:
        held = sum(id in self.before for id in self.now)
        counts = {"claims": len(self.claims), "appeared": len(self.appeared), "gone": len(self.disappeared)}
        if self.restated:
            counts = {"restated": len(self.otherwise) + len(self.claims), **counts}
        for what, count in counts.items():
            yield state(
                f"changes.{what}", count, says=f"changes.{what}", unit="count", n=held, claim="accounting",
                base=self._named(),
            )  # fmt: skip

    def _definitions(self) -> Iterator[Finding]:
        said: dict[str, Any] = {"unit": "count", "n": self.held, "base": self._named()}
        if self.redefined is None:
            yield state("changes.definitions", None, says="changes.definitions_unknown", claim="unidentified", **said)
            return
        says = f"changes.definitions{'' if self.redefined else '_same'}"
        yield state("changes.definitions", len(self.redefined), says=says, claim="accounting", **said)
        yield from (one.finding() for one in self.redefined)

    def _headlines(self) -> Iterator[Finding]:
        """Each change of a finding on which the answer rests, in the order of the headlines."""
        base, beyond = self._named(), {pair.now.id for pair in self.moved}
        changed = [moved(pair, base) for pair in self.moved]
        changed += [claim_changed(pair, base) for pair in self.claims]
        changed += [
            differing(pair, base)
            for pair in self.otherwise
            if pair.now.id not in beyond and (self.restated or not pair.now.interval)
        ]
        changed += [new(finding, base) for finding in self.appeared]
        changed += [gone(finding, base) for finding in self.disappeared]
        ranked = [(headline(_about(finding)), finding) for finding in changed]
        yield from (finding for rank, finding in sorted(ranked, key=lambda one: one[0] or 0) if rank is not None)

    def _others(self) -> Iterator[Finding]:
        """Every other finding that moved or makes another claim."""
        base = self._named()
        told = [moved(pair, base) for pair in self.moved] + [claim_changed(pair, base) for pair in self.claims]
        yield from (finding for finding in told if headline(_about(finding)) is None)

    def _by_notebook(self) -> Iterator[Finding]:
        """Counts by the notebook from which findings come."""
        beyond = [pair.now for pair in self.moved]
        compared = [pair.now for pair in self.pairs]
        for source in sorted({one.source for one in (*self.now.values(), *self.before.values()) if one.source}):
            yield state(
                f"changes.notebook.{source}", _from(source, beyond), says="changes.notebook", unit="count",
                n=_from(source, compared), claim="accounting", notebook=source,
                expected=Quantity(sum(pair.by_chance for pair in self.pairs if pair.now.source == source), "count"),
                claims=Quantity(_from(source, [pair.now for pair in self.claims]), "count"),
                appeared=Quantity(_from(source, self.appeared), "count"),
                gone=Quantity(_from(source, self.disappeared), "count"),
            )  # fmt: skip

    def _named(self) -> Wording:
        """What the base is called inside a sentence."""
        assert self.base is not None
        key = "base_revision" if self.restated else "base_quarter"
        parts = {"quarter": self.base.quarter, "revision": str(self.base.revision)}
        return {lang: words(lang).say(f"changes_key.{key}", **parts) for lang in LANGUAGES}

    def write(self, path: Path, definitions: Mapping[str, Any]) -> None:
        """Write changes.json: shaped as results.json, with the base, and this report's definitions for the next one."""
        base = self.base
        write_json(
            path,
            {
                "study": self.study,
                "quarter": self.quarter,
                "synthetic": self.synthetic,
                "compared_with": base and {"quarter": base.quarter, "revision": base.revision, "digest": base.digest},
                "findings": [finding.to_dict() for finding in self.findings()],
                "definitions": dict(definitions),
            },
        )


def compare(
    before: Results | None, now: Results, *, base: Base | None = None, definitions: Mapping[str, Any],
    earlier_definitions: Mapping[str, Any] | None = None, parts: Parts | None = None,
) -> Changes:  # fmt: skip
    """Hold a report's findings beside those of the last one, `before`, which is None for the first report.

    `definitions` are those of both as `redefined` takes them, None where the last report kept none. `parts` says how
    much of a finding's change is data, code and parameters, each replayed alone, and what is left `together`, in the
    finding's unit; None where it could not be told.
    """
    then = {finding.id: finding for finding in before.findings} if before else {}
    return Changes(
        study=now.study,
        quarter=now.quarter,
        synthetic=now.synthetic,
        base=base if before else None,
        before=then,
        now={finding.id: finding for finding in now.findings},
        pairs=pairs(then.values(), now.findings),
        redefined=None if earlier_definitions is None else redefined(earlier_definitions, definitions),
        held=counted(definitions),
        parts=parts or {},
    )


def _about(finding: Finding) -> str:
    """The id of the finding that a change is of."""
    return finding.id.split(".", 2)[2]


def _from(source: str, findings: Iterable[Finding]) -> int:
    return sum(finding.source == source for finding in findings)


def _written(finding: Finding) -> str:
    return number(finding.value, finding.unit)

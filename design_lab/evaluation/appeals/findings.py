"""The statistics of appeals as a result: a table, and findings that tell nothing of too few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Shown, Term, worded, written
from design_lab.evaluation.appeals.on_record import OnRecord
from design_lab.evaluation.appeals.slices import Slice
from design_lab.evaluation.appeals.tally import STANDARD, WINDOW, Effect, Tally, share
from design_lab.evaluation.criteria import Estimate
from design_lab.evaluation.fairness.groups import Group
from design_lab.evaluation.grounds import claim_of, unchanged_behaviour
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Appeals(Shown):
    """Appeals against a quarter's results (`tally`), and of the last four quarters with a register (`year`).

    Both are None where no register was delivered for the quarter. `grounds` holds each ground with how many of the
    year's appeals rest on it, `effect` is None where fewer than `least` upheld appeals of the quarter can be corrected,
    `record` None where no results were delivered.
    """

    units: ClassVar[Mapping[str, str]] = {
        "quarters": "count", "n": "count", "share": "share", "low": "share", "high": "share", "p": "ratio",
        "p_adjusted": "ratio",
    }  # fmt: skip
    quarter: str
    least: int
    tally: Tally | None
    year: Tally | None
    grounds: tuple[tuple[Group, int], ...] = ()
    slices: tuple[Slice, ...] = ()
    effect: Effect | None = None
    record: OnRecord | None = None

    def table(self) -> pd.DataFrame:
        """Return one row a measure, period and group: how many quarters, n, share, low, high, p and p for all."""
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        periods = [one for one in (self.tally, self.year) if one]
        for tally in periods if self.year and self.year.quarters > 1 else periods[:1]:
            rows += [
                (name, "", tally.quarters, one.n, one.value, one.low, one.high, None, None)
                for name, one in _shares(tally).items()
                if one.n >= self.least
            ]
        quarters = self.year.quarters if self.year else 0
        rows += [
            (one.measure, one.group.key, quarters, one.n, one.share, *one.interval, one.p, one.p_adjusted)
            for one in self.slices
        ]
        columns = ["measure", "group", "quarters", "n", "share", "low", "high", "p", "p_adjusted"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:], "float64"))

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for groups."""
        shown = Shown.to_text(self, lang)
        names = [one.name(lang) for one in self.slices]
        shown["group"] = [*shown["group"][: len(shown) - len(names)], *names]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State rate, upheld share, open ones, turnaround, grounds, what stands out by group, and the effect."""
        if self.tally is None or self.year is None:
            unknown = state(
                "appeals.rate", None, says="appeals.unknown", unit="share", n=0, claim="unidentified",
                quarter=self.quarter,
            )  # fmt: skip
            return (unknown,)
        return (
            *self._counted(self.tally),
            *self._decided("appeals", self.tally),
            *(self._decided("appeals.year", self.year) if self.year.quarters > 1 else ()),
            *self._by_ground(self.year),
            *self._by_group(),
            *self._effects(),
            *self._recorded(),
        )

    def _over(self, tally: Tally) -> dict[str, Any]:
        """The appeals of which period, in words."""
        key, quarters = f"appeals.over_{'one' if tally.quarters == 1 else 'several'}", Quantity(tally.quarters, "count")
        return {
            "over": {
                lang: words(lang).say(key, quarter=self.quarter, quarters=worded(quarters, lang)) for lang in LANGUAGES
            }
        }

    def _counted(self, tally: Tally) -> Iterator[Finding]:
        rate = tally.rate
        if rate is None or rate.n < self.least:
            why = "no_results" if rate is None else "too_few_with_result"
            yield state(
                "appeals.rate", None, says="appeals.rate_unknown", unit="share", n=0, claim="unidentified",
                quarter=self.quarter, why=Term(f"unknown.{why}"),
            )  # fmt: skip
        else:
            yield state(
                "appeals.rate", rate.value, says="appeals.rate", unit="share", n=rate.n, claim="accounting",
                bounds=(rate.low, rate.high), level=LEVEL, limits=("one_quarter",), quarter=self.quarter,
                appellants=Quantity(tally.appellants, "people"), filed=Quantity(tally.filed, "count"),
            )  # fmt: skip
        for name, count in (("without_result", tally.without_result), ("open", tally.open)):
            if count and tally.filed >= self.least:
                yield state(
                    f"appeals.{name}", count, says=f"appeals.{name}", unit="count", n=tally.filed, claim="accounting",
                    limits=("one_quarter",), quarter=self.quarter,
                )  # fmt: skip

    def _decided(self, stem: str, tally: Tally) -> Iterator[Finding]:
        over, own = self._over(tally), ("one_quarter",) if tally.quarters == 1 else ()
        for name, found in _shares(tally).items():
            if name == "appealed" or found.n < self.least:
                continue
            says, limits, days = _SAID[name]
            limits = (*_days_counted(tally), *limits) if days else limits
            yield state(
                f"{stem}.{name}", found.value, says=f"appeals.{says}", unit="share", n=found.n, claim="accounting",
                bounds=(found.low, found.high), level=LEVEL, limits=(*limits, *own),
                days=Quantity(days, "working_days"), **over,
            )  # fmt: skip
        if tally.days.size >= self.least:
            yield state(
                f"{stem}.turnaround", tally.median, says="appeals.turnaround", unit="working_days", n=tally.days.size,
                claim="accounting", limits=(*_days_counted(tally), "decided_alone", *own), **over,
            )  # fmt: skip
        for name, unit, n in (("upheld", "share", tally.decided), ("turnaround", "working_days", tally.days.size)):
            if n < self.least:
                yield state(
                    f"{stem}.{name}", None, says=f"appeals.{name}_unknown", unit=unit, n=0, claim="unidentified",
                    least=Quantity(self.least, "count"), **over,
                )  # fmt: skip

    def _by_ground(self, year: Tally) -> Iterator[Finding]:
        for group, filed in self.grounds:
            yield state(
                f"appeals.{group.key}", filed / year.filed, says="appeals.ground", unit="share", n=year.filed,
                claim="accounting", bounds=(share(filed, year.filed).low, share(filed, year.filed).high), level=LEVEL,
                limits=("small_cells",), ground=group.name(), **self._over(year),
            )  # fmt: skip

    def _by_group(self) -> Iterator[Finding]:
        year = self.year
        if year is None or not self.slices:
            yield state(
                "appeals.groups_standing_out", None, says="appeals.groups_unknown", unit="count", n=0,
                claim="unidentified", quarter=self.quarter, least=Quantity(self.least, "count"),
            )  # fmt: skip
            return
        out = sum(one.stands_out for one in self.slices)
        yield state(
            "appeals.groups_standing_out", out, says=f"appeals.{'groups' if out else 'groups_none'}", unit="count",
            n=len(self.slices), claim="association", limits=("appeals_screen", "small_cells"), **self._over(year),
        )  # fmt: skip
        for one in self.slices:
            low, high = one.interval
            yield state(
                f"appeals.{one.measure}.{one.group.key}", one.share, says=f"appeals.by_{one.measure}", unit="share",
                n=one.n, claim="association", bounds=(low, high), level=LEVEL,
                limits=("appeals_screen", *(_days_counted(year) if one.measure == "in_time" else ())),
                group={lang: one.name(lang) for lang in LANGUAGES}, attribute=one.group.attribute_name,
                expected=Quantity(one.expected / one.n, "share"), p=written(one.p), adjusted=written(one.p_adjusted),
                days=Quantity(STANDARD[1], "working_days"), **self._over(year),
            )  # fmt: skip

    def _effects(self) -> Iterator[Finding]:
        found = self.effect
        if found is None:
            yield state(
                "appeals.effect.grades", None, says="appeals.effect_unknown", unit="people", n=0, claim="unidentified",
                quarter=self.quarter, least=Quantity(self.least, "count"),
            )  # fmt: skip
            return
        about: dict[str, Any] = {
            "n": found.cases, "claim": claim_of(found.reconstructed), "scheme": found.title, "quarter": self.quarter,
            "limits": unchanged_behaviour(found.reconstructed, found.limits),
        }  # fmt: skip
        others = Quantity(found.others, "people")
        yield state(
            "appeals.effect.grades", found.regraded, says="appeals.effect_grades", unit="people", others=others, **about
        )
        if found.pool_x100 is not None:
            before, after = found.pool_x100
            yield state(
                "appeals.effect.pool", (after - before) / before, says="appeals.effect_pool", unit="share", **about
            )

    def _recorded(self) -> Iterator[Finding]:
        """How many upheld appeals contradict the results on record, as far as they are enough to be told."""
        found = self.record
        if found is None or self.tally is None or not self.tally.upheld:
            return
        stem, regraded = "appeals.on_record", found.regraded
        if regraded < self.least:
            yield state(
                f"{stem}.uncorrected", None, says=f"{stem}_unknown", unit="people", n=0, claim="unidentified",
                quarter=self.quarter, least=Quantity(self.least, "count"),
            )  # fmt: skip
        elif self.effect is not None:
            yield state(
                f"{stem}.uncorrected", found.people.get("uncorrected", 0), says=f"{stem}_uncorrected", unit="people",
                n=regraded, claim=claim_of(self.effect.reconstructed), scheme=self.effect.title, quarter=self.quarter,
                limits=unchanged_behaviour(self.effect.reconstructed, self.effect.limits),
                another=Quantity(found.people.get("another", 0), "people"),
            )  # fmt: skip
        told = (("untraced", found.people.get("untraced", 0), found.known), ("unfounded", found.unfounded, found.named))
        for name, count, n in told:
            if n >= self.least:
                yield state(
                    f"{stem}.{name}", count, says=f"{stem}_{name}", unit="people", n=n, claim="accounting",
                    limits=("one_quarter",), quarter=self.quarter,
                )  # fmt: skip


# By the name of a share: its sentence, its limits, the days that the sentence names.
_SAID: Mapping[str, tuple[str, tuple[str, ...], int]] = {
    "upheld": ("upheld", ("decided_alone",), 0),
    **{f"within_{days}": ("within", ("open_appeals",), days) for days in STANDARD},
    "filed_in_window": ("filed_in_window", (), WINDOW),
}


def _days_counted(tally: Tally) -> tuple[str, ...]:
    """What working days are, as a limit."""
    return ("working_days_named",) if tally.holidays else ("working_days",)


def _shares(tally: Tally) -> dict[str, Estimate]:
    """The shares of a period that are known, by name; the rate is one quarter's."""
    found = {
        "appealed": tally.rate if tally.quarters == 1 else None,
        "upheld": tally.upheld_share,
        **{f"within_{days}": tally.decided_within(days) for days in STANDARD},
        "filed_in_window": tally.filed_in_window,
    }
    return {name: one for name, one in found.items() if one is not None}

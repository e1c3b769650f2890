"""What corrected data do, and the record of an appeal, in words of one language."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.catalogue.words import Words
from design_lab.display import number, worded
from design_lab.evaluation.appeals import STANDARD
from design_lab.evaluation.correction import Correction
from design_lab.evaluation.grounds import is_reconstructed
from design_lab.scoring import Panel

if TYPE_CHECKING:
    from design_lab.desk.heard import Heard

_SIGNING = ("appellant", "decider", "human_resources")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAppeal:
    """The record of an appeal: its heading, rows of field and text, sentences on its effect, and who signs it."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    effect: tuple[str, ...]
    signing: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The record in a few lines for a console."""
        return (
            self.heading,
            *(f"  {field}: {text}" for field, text in self.rows),
            *(f"  {one}" for one in self.effect),
        )


def told_correction(found: Correction, panel: Panel, row: Any, spoken: Words) -> Iterator[str]:
    """Say what corrected data of a person do to points, score, grade, others and the pool."""
    lang = spoken.lang
    for name, value in found.changes.items():
        unit = panel.cards[name].unit
        before, after = (number(points, "points", lang) for points in found.points(name))
        yield spoken.say(
            "explain.what_if.datum", indicator=worded(panel.cards[name].name, lang), now=_now(panel, row, name, lang),
            value=number(value, unit, lang), before=before, after=after,
        )  # fmt: skip
    before, after = (number(total, "points", lang) for total in found.totals)
    was, will = (grade or spoken.say("explain.no_grade") for grade in found.grades)
    key = "same" if was == will else "other"
    yield spoken.say(f"explain.what_if.{key}", before=before, after=after, was=was, will=will)
    yield spoken.say("explain.what_if.others", others=number(found.others, "people", lang))
    if found.pool_x100 is None:
        yield spoken.say("explain.what_if.no_pool")
    else:
        change = (found.pool_x100[1] - found.pool_x100[0]) / 100
        yield spoken.say("explain.what_if.pool", before=f"{found.pool_x100[0] / 100:,.2f}", change=f"{change:+,.2f}")


def told_appeal(appeal: Heard, panel: Panel, row: Any, spoken: Words) -> ToldAppeal:
    """Word the record of an appeal; what the register does not say is said to be so."""
    return ToldAppeal(
        heading=spoken.say("explain.appeal.heading", day=str(appeal.filed_on)),
        rows=tuple(
            (spoken.say(f"explain.appeal.{name}"), text or spoken.say("explain.appeal.silent"))
            for name, text in _fields(appeal, panel, row, spoken)
        ),
        effect=tuple(_effect(appeal, panel, row, spoken)),
        signing=tuple(spoken.say(f"explain.appeal.signing.{one}") for one in _SIGNING),
    )


def _fields(appeal: Heard, panel: Panel, row: Any, spoken: Words) -> Iterator[tuple[str, str | None]]:
    lang = spoken.lang
    total, grade = appeal.published
    points, named = number(total, "points", lang), grade or spoken.say("explain.no_grade")
    yield "result", None if total is None else spoken.say("explain.appeal.published", total=points, grade=named)
    waited = None if appeal.waited is None else number(appeal.waited, "working_days", lang)
    filed = str(appeal.filed_on)
    yield "filed", spoken.say("explain.appeal.after_told", day=filed, waited=waited) if waited else filed
    key = f"group.{appeal.ground}"
    yield "ground", spoken.say(key) if key in spoken else appeal.ground
    yield "disputed", _disputed(appeal, panel, row, spoken)
    yield "evidence", appeal.evidence
    outcome = {True: "upheld", False: "rejected", None: "open"}[appeal.upheld]
    said = spoken.say(f"explain.appeal.outcome.{outcome}")
    yield (
        "decision",
        said
        if appeal.decision is None
        else spoken.say("explain.appeal.decided", outcome=said, decision=appeal.decision),
    )
    yield "closed", _closed(appeal, spoken)
    yield "decider", appeal.decided_by


def _disputed(appeal: Heard, panel: Panel, row: Any, spoken: Words) -> str | None:
    name, lang = appeal.indicator, spoken.lang
    if name is None or name not in panel.cards:
        return name
    card = panel.cards[name]
    titled = worded(card.name, lang)
    if appeal.claimed is None:
        return titled
    value = number(appeal.claimed / (10_000 if card.unit == "share" else 100), card.unit, lang)
    return spoken.say("explain.appeal.claims", indicator=titled, now=_now(panel, row, name, lang), value=value)


def _closed(appeal: Heard, spoken: Words) -> str | None:
    if appeal.closed_on is None or appeal.days is None:
        return None if appeal.closed_on is None else str(appeal.closed_on)
    low, high = (number(days, "count", spoken.lang) for days in STANDARD)
    days = number(appeal.days, "working_days", spoken.lang)
    counted = spoken.say(f"explain.appeal.holidays_{'named' if appeal.holidays else 'unknown'}")
    return spoken.say(
        "explain.appeal.after_filed", day=str(appeal.closed_on), days=days, low=low, high=high, counted=counted
    )


def _effect(appeal: Heard, panel: Panel, row: Any, spoken: Words) -> Iterator[str]:
    yield from _computed(appeal, panel, row, spoken)
    if appeal.standing is not None:
        grade = appeal.published[1] or spoken.say("explain.no_grade")
        yield spoken.say(f"explain.appeal.on_record.{appeal.standing}", grade=grade)


def _computed(appeal: Heard, panel: Panel, row: Any, spoken: Words) -> Iterator[str]:
    if appeal.correction is None:
        yield spoken.say("explain.appeal.no_effect", why=spoken.say(f"appeals.why.{appeal.why}"))
        return
    outcome = {True: "upheld", False: "rejected", None: "open"}[appeal.upheld]
    yield spoken.say(f"explain.appeal.effect.{outcome}", scheme=worded(appeal.scheme.title, spoken.lang))
    yield from told_correction(appeal.correction, panel, row, spoken)
    if is_reconstructed(appeal.scheme, "grades"):
        yield spoken.say("limit.reconstructed_scheme")


def _now(panel: Panel, row: Any, indicator: str, lang: str) -> str:
    """What an indicator's value is in the data."""
    values: Any = panel.values
    value = float(values.at[row, indicator]) if indicator in panel.values else math.nan
    return number(None if math.isnan(value) else value, panel.cards[indicator].unit, lang)

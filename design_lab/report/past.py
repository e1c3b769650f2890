"""The section on what other weights did: the answer, the picture, how sure it is and what would overturn it."""

from __future__ import annotations

from collections.abc import Iterable

from design_lab.catalogue import words
from design_lab.display import interval
from design_lab.finding import Finding
from design_lab.report.content import Chart, Group, Points, Row, Section, Table
from design_lab.report.facts import Facts, capital

_STEM = "evidence.weight_effect"
_FIRST_ON_SLIDE = "evidence.sensitivity.relative_magnitudes"
_KINDS = {"causal-under-assumptions": "assumed"}


def evidence_section(facts: Facts) -> Section:
    """Say which claim the past allows about other weights, and what they did as far as that can be told."""
    claim, effect = facts.get("evidence.claim"), primary_effect(facts)
    answer = facts.statements([effect, claim])
    chart, table = _event_chart(facts, effect), _outcome_table(facts)
    overturn = facts.statements(facts.results.under("evidence.sensitivity"))
    checks = facts.statements(facts.results.under("evidence.check"))
    doubts = (
        Group(title=facts.say("evidence.overturn"), statements=overturn),
        Group(title=facts.say("evidence.checks"), statements=checks, folded=True),
    )
    missing = facts.say("missing_finding", what=facts.say("what.evidence"))
    return Section(
        key="evidence",
        kicker=facts.say("kicker.evidence"),
        heading=evidence_heading(facts),
        lead=(facts.say("evidence.lead"),) if claim else (missing,),
        blocks=(
            *((Group(title=facts.say("evidence.answer"), statements=answer),) if answer else ()),
            *((chart,) if chart else ()),
            *((table,) if table.rows else ()),
            *(group for group in doubts if group.statements),
            *((Points(title=facts.say("evidence.not_shown"), sentences=_not_shown(facts)),) if effect else ()),
        ),
        brief=facts.statements([effect, claim, facts.get(_FIRST_ON_SLIDE)]),
    )


def primary_effect(facts: Facts) -> Finding | None:
    """Return the effect on the outcome that was named before looking: the first stated, if it has a value."""
    first = next(iter(_effects(facts)), None)
    return first if first and first.value is not None else None


def _effects(facts: Facts) -> list[Finding]:
    return [finding for finding in facts.results.under(_STEM) if finding.id.count(".") == _STEM.count(".") + 1]


def _outcome(facts: Facts, finding: Finding) -> str:
    key = f"outcome.{finding.id.split('.')[2]}"
    return words(facts.lang).say(key) if key in words(facts.lang) else finding.id.split(".")[2]


def evidence_heading(facts: Facts) -> str:
    """Say what other weights did as far as the past tells, or that it does not."""
    claim, effect = facts.get("evidence.claim"), primary_effect(facts)
    if effect is None or claim is None:
        return facts.say(f"evidence.{'unidentified' if claim else 'none'}")
    ends = effect.interval
    told = bool(ends and ends[0] * ends[1] > 0)
    kind = _KINDS.get(effect.claim, effect.claim) if told else "flat"
    return facts.say(f"evidence.{kind}", outcome=_outcome(facts, effect), value=facts.shown(effect))


def _event_chart(facts: Facts, effect: Finding | None) -> Chart | None:
    """The primary outcome by quarters since the change; the one just before it, the base, is left out."""
    if effect is None:
        return None
    found = facts.results.under(f"{effect.id}.event")
    if not found:
        return None
    times = [int(finding.id.rpartition(".")[2]) for finding in found]
    names = [_quarter(facts, time) for time in times]
    items = (
        facts.chart_word("event_study_item", when=name, value=facts.shown(finding))
        for name, finding in zip(names, found, strict=True)
    )
    return Chart(
        name="event_study",
        title=facts.chart_word("event_study", outcome=_outcome(facts, effect)),
        alt=facts.alt("event_study", items),
        categories=tuple(names),
        series=(facts.series("event_difference", "effect", found),),
        percent=False,
        shows=facts.statements(found),
        note=_note(facts, found),
        digits=2,
    )


def _note(facts: Facts, found: Iterable[Finding]) -> str:
    told = (facts.say("evidence.base"), facts.level(found))
    return facts.say("sentence_join").join(one for one in told if one)


def _quarter(facts: Facts, time: int) -> str:
    key = "event_at" if time == 0 else "event_after" if time > 0 else "event_before"
    return facts.chart_word(key, quarters=str(abs(time)))


def _outcome_table(facts: Facts) -> Table:
    """Every outcome that could be estimated, with its interval and what kind of claim it is."""
    return Table(
        title=facts.say("evidence.outcomes"),
        columns=facts.heads("evidence", "outcome", "effect", "interval"),
        rows=tuple(
            Row(
                cells=(capital(_outcome(facts, one)), facts.shown(one), _ends(facts, one)),
                shows=facts.statements((one,)),
            )
            for one in _effects(facts)
            if one.value is not None
        ),
        notes=(facts.say("evidence.outcomes_note"),),
    )


def _ends(facts: Facts, finding: Finding) -> str:
    if finding.interval is None:
        return facts.say("unstated")
    return interval(*finding.interval, finding.unit, facts.lang)


def _not_shown(facts: Facts) -> tuple[str, ...]:
    return tuple(facts.say(f"evidence.not_shown_{what}") for what in ("size", "roles", "future", "single"))

"""The section on what is expected: the candidates' effects side by side, what they rest on and what they ask for."""

from __future__ import annotations

from collections.abc import Iterable

from design_lab.catalogue import words
from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.finding import CAUSAL, Finding
from design_lab.report.content import Chart, Points, Row, Section, Table, once
from design_lab.report.facts import Facts, capital

_ASKED = ("fte", "net_value")
_ROADS = ("prior", "data", "posterior")
_VIEWS = ("conservative", "central", "optimistic")
_SHARES = ("data_share", "span_share")
_PAID = ("pool_change", "transition_cost", "pay_gain", "pay_lose", "risk", "alignment", "distortion")
_FRONT = "expected.front"
_AHEAD = 8


def forecast_section(facts: Facts) -> Section:
    """Say what each candidate would bring in its fourth quarter, how sure that is and what it would ask for."""
    primary = _primary(facts)
    effects = _of(facts, (primary,)) if primary else []
    chart, missing = _chart(facts, primary, effects), facts.say("missing_finding", what=facts.say("what.expected"))
    tables = (_outcomes(facts), _quarters(facts, primary), _targets(facts))
    groups = {
        "expected.already": _of(facts, ("already",)),
        "expected.views": _of(facts, [f"{primary}.{view}" for view in _VIEWS]),
        "expected.asked": _of(facts, _ASKED),
        "expected.front": [one for one in facts.results.under(_FRONT) if one.id.count(".") == _FRONT.count(".") + 1],
    }
    rests = _of(facts, [*(f"{primary}.{road}" for road in (*_ROADS, "linear")), *_SHARES])
    rests += [one for name in _names(facts) for one in facts.results.under(f"expected.{name}.{primary}.without")]
    return Section(
        key="expected",
        kicker=facts.say("kicker.expected"),
        heading=_heading(facts, primary, effects),
        lead=(facts.say("expected.lead"),) if effects else (missing,),
        blocks=(
            *((chart,) if chart else ()),
            *(table for table in tables if table.rows),
            *facts.groups(groups),
            *facts.groups({"expected.paid": _of(facts, _PAID), "expected.rests": rests}, folded=True),
            *((Points(title=facts.say("expected.not_shown"), sentences=_not_shown(facts)),) if chart else ()),
        ),
        brief=facts.statements(effects)[:3],
    )


def _of(facts: Facts, ends: Iterable[str]) -> list[Finding]:
    """The findings of all candidates with these ends of their ids, end by end of each candidate."""
    held = tuple(ends)
    found = (facts.get(f"expected.{name}.{end}") for name in _names(facts) for end in held)
    return [one for one in found if one is not None]


def _names(facts: Facts) -> tuple[str, ...]:
    """The candidates of which something is expected, those of the cover in order, then any others."""
    found = once(one.id.split(".")[1] for one in facts.results.under("expected"))
    return once(
        name for name in [*facts.cover.schemes, *found] if name in found and name not in (facts.cover.current, "front")
    )


def _primary(facts: Facts) -> str:
    """The outcome that was named before looking: the first of which anything is told; nothing where none is."""
    names = {*_names(facts)}
    parts = (one.id.split(".") for one in facts.results.under("expected"))
    return next((one[2] for one in parts if len(one) == 3 and one[1] in names and one[2] in OUTCOMES), "")


def _outcome(facts: Facts, id: str) -> str:
    return words(facts.lang).say(f"outcome.{id}")


def greatest_effect(facts: Facts) -> Finding | None:
    """Return the effect that is greatest in size on the outcome named before looking; None where none is told."""
    primary = _primary(facts)
    known = [one for one in _of(facts, (primary,)) if one.value is not None] if primary else []
    return max(known, key=lambda one: abs(one.value or 0), default=None)


def _heading(facts: Facts, primary: str, effects: list[Finding]) -> str:
    most = greatest_effect(facts)
    if most is None:
        return facts.say("expected.unknown" if effects else "expected.none")
    kind = "piloted" if most.claim in CAUSAL else "scenario"
    return facts.say(
        f"expected.heading_{kind}", outcome=_outcome(facts, primary), scheme=facts.quoted(most.id.split(".")[1]),
        value=facts.bounded(most),
    )  # fmt: skip


def _chart(facts: Facts, primary: str, effects: list[Finding]) -> Chart | None:
    known = [one for one in effects if one.value is not None]
    if not known:
        return None
    names = [facts.scheme(one.id.split(".")[1]) for one in known]
    items = (
        facts.chart_word("expected_item", scheme=name, value=facts.bounded(one), claim=facts.claim(one.claim))
        for name, one in zip(names, known, strict=True)
    )
    return Chart(
        name="expected",
        title=facts.chart_word("expected", outcome=_outcome(facts, primary)),
        alt=facts.alt("expected", items),
        categories=tuple(names),
        series=(facts.series("expected_difference", "effect", known),),
        percent=False,
        shows=facts.statements(known),
        note=facts.level(known),
        digits=2,
    )


def _outcomes(facts: Facts) -> Table:
    """Every outcome that some candidate moves, a column a candidate."""
    rows = []
    for outcome in OUTCOMES:
        found = [facts.measured(f"expected.{name}.{outcome}") for name in _names(facts)]
        if any(one and one.value for one in found):
            cells = (capital(_outcome(facts, outcome)), *(facts.bounded(one) for one in found))
            rows.append(Row(cells=cells, shows=facts.statements(found)))
    return _table(facts, "outcomes", rows)


def _quarters(facts: Facts, primary: str) -> Table:
    """The primary outcome's difference in each quarter from adoption, a column a candidate."""
    rows = []
    for place in range(1, _AHEAD + 1):
        found = [facts.measured(f"expected.{name}.{primary}.q{place}") for name in _names(facts)]
        if any(found):
            cells = (str(place), *(facts.bounded(one) for one in found))
            rows.append(Row(cells=cells, shows=facts.statements(found)))
    return _table(facts, "quarters", rows, folded=True)


def _targets(facts: Facts) -> Table:
    """The chance that each target is met, if nothing changes and under each candidate."""
    names = (facts.cover.current, *_names(facts))
    stem = "target_probability"
    ids = dict.fromkeys(
        one.id.rpartition(".")[2] for name in names for one in facts.results.under(f"expected.{name}.{stem}")
    )
    rows = []
    for id in ids:
        found = [facts.measured(f"expected.{name}.{stem}.{id}") for name in names]
        if any(found):
            rows.append(
                Row(cells=(facts.indicator(id), *(facts.shown(one) for one in found)), shows=facts.statements(found))
            )
    return _table(facts, "targets", rows, names=names)


def _table(
    facts: Facts, key: str, rows: list[Row], *, names: tuple[str, ...] | None = None, folded: bool = False
) -> Table:
    schemes = _names(facts) if names is None else names
    return Table(
        title=facts.say(f"expected.{key}"),
        columns=(facts.say(f"expected.{key}_column"), *(facts.scheme(name) for name in schemes)),
        rows=tuple(rows),
        notes=(facts.say(f"expected.{key}_note"),),
        folded=folded,
    )


def _not_shown(facts: Facts) -> tuple[str, ...]:
    return tuple(facts.say(f"expected.not_shown_{what}") for what in ("measured", "whole", "right"))

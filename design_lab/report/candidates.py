"""The section on the candidates: who moves, what it costs, in every past quarter, and whether groups fare alike."""

from __future__ import annotations

from collections.abc import Sequence

from design_lab.finding import Finding
from design_lab.report.content import Chart, Group, Points, Row, Section, Table, once
from design_lab.report.facts import Facts, capital
from design_lab.report.lints import lint_blocks

_POOL = ("pool_change", "pool_factor", "pay_gain", "pay_lose")
_SCREENED = ("employment_type", "gender")  # shown whatever comes out; the others where they stand out


def candidates_section(facts: Facts) -> Section:
    """What would change for whom under each candidate, if everybody behaved as before."""
    names = facts.candidates()
    changes = facts.statements(facts.get(f"candidates.{name}.grade_changes") for name in names)
    chart, table = _candidates_chart(facts, names), _candidates_table(facts, names)
    others = [name for name in facts.cover.schemes if name not in (facts.cover.current, *names)]
    absent = tuple(facts.quoted(name) for name in others)
    points = Points(
        title=facts.say("left_out_title"),
        sentences=(facts.say("candidates.absent", schemes=facts.joined(absent)),) if absent else (),
    )
    missing = facts.say("missing_finding", what=facts.say("what.candidates"))
    screen = Group(title=facts.say("candidates.screen"), statements=facts.statements(_screen(facts, names)))
    return Section(
        key="candidates",
        kicker=facts.say("kicker.candidates"),
        heading=_candidates_heading(facts, names),
        lead=_lead(facts) if names else (missing,),
        blocks=(
            *((chart,) if chart else ()),
            *((table,) if names else ()),
            *(one for one in _further(facts, names) if one.rows),
            *((screen,) if screen.statements else ()),
            *lint_blocks(facts),
            *((points,) if absent else ()),
        ),
        brief=changes[:2],
    )


def _lead(facts: Facts) -> tuple[str, ...]:
    """What the section does; where several schemes are in force, with whom."""
    lead = facts.say("candidates.lead", quarter=facts.cover.quarter)
    under = facts.results.under("diagnosis.people_by_scheme")
    if not under:
        return (lead,)
    return lead, facts.say("candidates.lead_under", scheme=facts.leading_scheme(), people=facts.shown(under[0]))


def _candidates_heading(facts: Facts, names: tuple[str, ...]) -> str:
    found = [(name, f) for name in names if (f := facts.measured(f"candidates.{name}.grade_changes"))]
    if not found:
        return facts.say("candidates.order" if names else "candidates.none")
    most = max(found, key=lambda pair: pair[1].value or 0)
    least = min(found, key=lambda pair: pair[1].value or 0)
    if len(found) == 1:
        return facts.say("candidates.one", scheme=facts.quoted(most[0]), value=facts.shown(most[1]))
    if facts.shown(most[1]) == facts.shown(least[1]):
        return facts.say("candidates.equal", value=facts.shown(most[1]))
    return facts.say(
        "candidates.many",
        most=facts.quoted(most[0]),
        most_value=facts.shown(most[1]),
        least=facts.quoted(least[0]),
        least_value=facts.shown(least[1]),
    )


def _candidates_table(facts: Facts, names: tuple[str, ...]) -> Table:
    kinds = ("rank_correlation", "grade_changes", "grade_up", "grade_down")
    rows = []
    for name in names:
        found = [facts.get(f"candidates.{name}.{kind}") for kind in kinds]
        cells = (facts.scheme(name), *(facts.shown(finding) for finding in found))
        rows.append(Row(cells=cells, shows=facts.statements(found)))
    columns = ("scheme", "rank", "changes", "up", "down")
    return Table(
        title=facts.say("candidates.table"),
        columns=facts.heads("candidates", *columns),
        rows=tuple(rows),
        notes=(facts.say("candidates.rank_note"),),
    )


def _further(facts: Facts, names: tuple[str, ...]) -> tuple[Table, ...]:
    """The tables on time, pay, groups, what moves people, and the rare grades; empty ones have no rows."""
    return (_over_time_table(facts, names), _pool_table(facts, names), _groups_table(facts, names),
            _causes_table(facts, names), _screen_table(facts, names))  # fmt: skip


def _by_candidate(
    facts: Facts, names: Sequence[str], key: str, keys: Sequence[str], named: dict[str, str], ids: Sequence[str]
) -> Table:
    """A row a key, a column a scheme: `candidates.<scheme>.<id>.<key>`, the findings of several ids beside a stroke."""
    rows = []
    for one in keys:
        found = [[facts.get(f"candidates.{name}.{id}.{one}") for id in ids] for name in names]
        cells = (" / ".join(facts.shown(finding) for finding in each) if any(each) else "" for each in found)
        shows = facts.statements(finding for each in found for finding in each)
        if shows:
            rows.append(Row(cells=(named[one], *(cell or facts.say("unstated") for cell in cells)), shows=shows))
    return Table(
        title=facts.say(f"candidates.{key}"),
        columns=(facts.say(f"candidates.{key}_column"), *(facts.scheme(name) for name in names)),
        rows=tuple(rows),
        notes=(facts.say(f"candidates.{key}_note"),),
        folded=True,
    )


def _keys(facts: Facts, names: Sequence[str], *ids: str) -> list[str]:
    """The last parts of the findings below these ids, each once, in the order in which they were stated."""
    found = (finding for name in names for id in ids for finding in facts.results.under(f"candidates.{name}.{id}"))
    return [*once(finding.id.split(".")[3] for finding in found)]


def _over_time_table(facts: Facts, names: Sequence[str]) -> Table:
    quarters = sorted(_keys(facts, names, "grade_changes_by_quarter"))
    return _by_candidate(
        facts, names, "over_time", quarters, {one: one for one in quarters}, ["grade_changes_by_quarter"]
    )


def _groups_table(facts: Facts, names: Sequence[str]) -> Table:
    groups = {key: name for key in _keys(facts, names, "up", "down") if (name := facts.group(key))}
    return _by_candidate(facts, names, "groups", [*groups], groups, ["up", "down"])


def _causes_table(facts: Facts, names: Sequence[str]) -> Table:
    dimensions = {key: capital(facts.dimension(key)) for key in _keys(facts, names, "moved_by")}
    return _by_candidate(facts, names, "moved_by", [*dimensions], dimensions, ["moved_by"])


def _pool_table(facts: Facts, names: Sequence[str]) -> Table:
    rows = []
    for name in names:
        found = [facts.get(f"candidates.{name}.{kind}") for kind in _POOL]
        if facts.measured(f"candidates.{name}.pool_factor"):
            cells = (facts.scheme(name), *(facts.shown(finding) for finding in found))
            rows.append(Row(cells=cells, shows=facts.statements(found)))
    return Table(
        title=facts.say("candidates.pool"),
        columns=(facts.say("candidates.scheme_column"), *(facts.say(f"candidates.{kind}_column") for kind in _POOL)),
        rows=tuple(rows),
        notes=(facts.say("candidates.pool_note"),),
    )


def _screened(facts: Facts, names: Sequence[str]) -> dict[str, str]:
    """Where the findings of each scheme's screen stand, and what it is called: today's first, then the candidates."""
    today = {"diagnosis": facts.scheme(facts.cover.current)}
    return today | {f"candidates.{name}": facts.scheme(name) for name in names}


def _screen(facts: Facts, names: Sequence[str]) -> list[Finding | None]:
    """How many comparisons stand out under each scheme; what cannot be screened is said here too."""
    return [facts.get(f"{stem}.groups_standing_out") for stem in _screened(facts, names)]


def _screen_table(facts: Facts, names: Sequence[str]) -> Table:
    """The ratio of each screened group and rare grade under each scheme, with its interval."""
    schemes = _screened(facts, names)
    ratios = [(stem, found) for stem in schemes for found in facts.results.under(f"{stem}.impact_ratio")]
    keys = once(found.id.removeprefix(f"{stem}.impact_ratio.") for stem, found in ratios)
    rows = []
    for key in keys:
        group, _, grade = key.rpartition(".")
        if group.split("-")[0] in _SCREENED and "-" in group and (name := facts.group(group)):
            found = [facts.get(f"{stem}.impact_ratio.{key}") for stem in schemes]
            cells = (
                facts.say("candidates.screen_row", group=name, grade=grade),
                *(facts.bounded(one) for one in found),
            )
            rows.append(Row(cells=cells, shows=facts.statements(found)))
    return Table(
        title=facts.say("candidates.impact"),
        columns=(facts.say("candidates.impact_column"), *schemes.values()),
        rows=tuple(rows),
        notes=(facts.say("candidates.impact_note"),),
        folded=True,
    )


def _candidates_chart(facts: Facts, names: tuple[str, ...]) -> Chart | None:
    """People to a better and to a worse grade; where these are not known, the share of grades that change."""
    moves = {k: [facts.measured(f"candidates.{name}.grade_{k}") for name in names] for k in ("up", "down")}
    shares = [facts.measured(f"candidates.{name}.grade_changes") for name in names]
    by_people = any(moves["up"]) or any(moves["down"])
    if not by_people and not any(shares):
        return None
    series = (
        (facts.series("up", "up", moves["up"], "count"), facts.series("down", "down", moves["down"], "count"))
        if by_people
        else (facts.series("changes", "effect", shares),)
    )
    shows: list[Finding | None] = [*moves["up"], *moves["down"]] if by_people else shares
    return Chart(
        name="candidates",
        title=facts.chart_word("candidates" if by_people else "changes"),
        alt=_candidates_alt(facts, names, by_people),
        categories=tuple(facts.scheme(name) for name in names),
        series=series,
        percent=not by_people,
        shows=facts.statements(shows),
    )


def _candidates_alt(facts: Facts, names: tuple[str, ...], by_people: bool) -> str:
    def item(name: str) -> str:
        if not by_people:
            value = facts.shown(facts.measured(f"candidates.{name}.grade_changes"))
            return facts.chart_word("changes_item", scheme=facts.scheme(name), value=value)
        up, down = (facts.shown(facts.measured(f"candidates.{name}.grade_{kind}")) for kind in ("up", "down"))
        return facts.chart_word("candidates_item", scheme=facts.scheme(name), up=up, down=down)

    return facts.alt("candidates", (item(name) for name in names))

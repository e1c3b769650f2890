"""The history of schemes as a design: which team was under which weights in which quarter, and who can be compared.

Weights vary only where teams of one role come under other weights for the same level: a promotion is no variation, and
neither is another name for equal weights.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from design_lab.catalogue import LANGUAGES
from design_lab.display import Shown
from design_lab.errors import DataError, nearest
from design_lab.evidence.draws import fault, lots, sides, tells
from design_lab.evidence.reweighed import Change, reweighed, rules_differ
from design_lab.evidence.staggered import weighed_alike
from design_lab.periods import Quarter
from design_lab.study import Event, SchemePeriod, Settings, Study

if TYPE_CHECKING:
    import pandas as pd

How = Literal["randomised", "chosen", "unknown"]
Status = Literal["treated", "untreated", "always", "outside", "other_weights", "changed_again", "unknown"]
_Weights = tuple[tuple[str, str, tuple[tuple[str, float], ...]], ...]  # role, level and what each indicator weighs


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team's way through the schemes.

    `before` names the scheme on the first day of all, `schemes` the one on the last day of each quarter, None where the
    history does not say. `status` says whether the team is compared: treated or untreated, else why it is not.
    `adopted` is the quarter of the change, `in_mid_quarter` that it did not fall on that quarter's first day; `how` is
    what the history says of the change (of a team that never changed: of its staying), `draw` the first draw that names
    it, `redrawn` later ones that do.
    """

    name: str
    role: str
    before: str | None
    schemes: tuple[str | None, ...]
    status: Status
    adopted: Quarter | None
    in_mid_quarter: bool
    how: How
    draw: str | None
    redrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WeightHistory(Shown):
    """Who came under other weights when, how that was decided, and what else happened to some and not to others.

    `weight_sets` are distinct sets of weights of one role; `scheme` is the one that was adopted, from `baseline`;
    `changes` what it weighs otherwise, `levels_differ` that this is not the same at every level (it is then told of the
    lowest), `rules_too` that more than weights was changed. `events` touched some of the compared teams and not others,
    from the quarter before the first adoption on; `day_before` is that quarter's last day. `roles_apart` are other
    roles in which teams changed, by language, with how many of them.
    """

    units: ClassVar = {}
    quarters: tuple[Quarter, ...]
    teams: tuple[Team, ...]
    weight_sets: int
    baseline: str | None
    scheme: str | None
    changes: tuple[Change, ...]
    levels_differ: bool
    rules_too: bool
    events: tuple[str, ...]
    day_before: dt.date | None
    roles_apart: tuple[tuple[Mapping[str, str], int], ...] = ()

    def table(self) -> pd.DataFrame:
        """Return one row a team: team, role, adopted, how, status."""
        import pandas as pd

        rows = [
            (one.name, one.role, str(one.adopted) if one.adopted else "", one.how, one.status) for one in self.teams
        ]
        return pd.DataFrame(rows, columns=["team", "role", "adopted", "how", "status"])

    @property
    def treated(self) -> tuple[Team, ...]:
        """The teams that came under the other weights."""
        return tuple(one for one in self.teams if one.status == "treated")

    @property
    def untreated(self) -> tuple[Team, ...]:
        """The teams that never did, and can be compared."""
        return tuple(one for one in self.teams if one.status == "untreated")

    @property
    def compared(self) -> tuple[Team, ...]:
        """Both, by name."""
        return tuple(one for one in self.teams if one.status in ("treated", "untreated"))

    @property
    def dates(self) -> tuple[Quarter, ...]:
        """The quarters in which some team came under the other weights, the first one first."""
        return tuple(sorted({one.adopted for one in self.treated if one.adopted}))

    @property
    def waiting(self) -> int:
        """How many compared teams had not changed when the first ones did."""
        return sum(one.adopted is None or one.adopted > self.dates[0] for one in self.compared) if self.dates else 0

    @property
    def held_against(self) -> float:
        """How many waited within their draws, as if they weighed alike: few in a large draw decide by themselves."""
        each = [self.compared] if not self.by_draw else [*lots(self.compared).values()]
        return weighed_alike(map(sides, each))

    @property
    def cohorts(self) -> dict[Quarter, int]:
        """How many teams changed in each quarter in which some did."""
        return {date: sum(one.adopted == date for one in self.treated) for date in self.dates}

    @property
    def draws(self) -> tuple[str, ...]:
        """The draws on record that name the compared teams, of each team the first one."""
        return tuple(lots(self.compared))

    @property
    def how(self) -> How:
        """How the change was decided, by the weakest of the compared teams: drawn, not known, or chosen.

        Of several draws each must tell by itself: teams are then held against those of their own draw (`draws.fault`).
        """
        ways = {one.how for one in self.treated}
        drawn = ways == {"randomised"} and fault(self.compared) is None
        return "randomised" if drawn else "chosen" if "chosen" in ways else "unknown"

    @property
    def by_draw(self) -> bool:
        """Whether teams are compared within each of several draws."""
        return self.how == "randomised" and len(self.draws) > 1

    def adoption_of(self, team: str) -> str | None:
        """The quarter in which a compared team came under the other weights; None for never."""
        return next((str(one.adopted) for one in self.treated if one.name == team), None)

    def panel(self, rates: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the compared teams in these quarters, with `adopted`, the quarter of the change or empty.

        `rates` has one row a team and quarter, with `team` and `quarter` as text. With several draws `draw` names that
        of each team.
        """
        names, held = {one.name for one in self.compared}, {str(quarter) for quarter in self.quarters}
        rows = rates[rates["team"].isin(names) & rates["quarter"].isin(held)]
        adopted = {name: self.adoption_of(name) for name in names}
        made = rows.assign(adopted=rows["team"].map(adopted).astype(object)).reset_index(drop=True)
        return (
            made.assign(draw=made["team"].map({one.name: one.draw for one in self.compared})) if self.by_draw else made
        )


def weight_history(
    study: Study, until: Quarter | None = None, *, roles: Mapping[str, str] | None = None, role: str | None = None
) -> WeightHistory:
    """Read the study's scheme history up to a quarter (else its last).

    `roles` gives the role of each team, as `TeamQuarters.roles`; without it teams named in the history are read as if
    of one role. Compared are teams of `role`, else of the role in which most changed. Where draws are on record only
    teams that they name are; a team that no draw named stands outside, and so does one whose draw moved all its teams
    at once. A team that changed in the middle of a quarter counts as changed in that quarter; the quarter then holds
    some work under the old weights. DataError where no team is of the role that is asked for.
    """
    if role is not None and role not in (roles or {}).values():
        raise DataError(
            f"role={role!r}: no team of `roles` is of it; {nearest(role, sorted({*(roles or {}).values()}))}"
        )
    quarters = tuple(one for one in study.quarters if until is None or one <= until)
    names = sorted({*(roles or {}), *(name for one in study.settings.scheme_history for name in _named(one))})
    vectors = {name: _weights(study, name) for name in _schemes(study.settings)}
    read = [_read(study, name, (roles or {}).get(name, ""), quarters, vectors) for name in names]
    pair, compared = _compared([one for one in read if role in (None, one.role)], vectors)
    schemes = tuple(study.scheme(one) for one in pair or ())
    changes, differ = reweighed(study, schemes, next((one.role for one in compared if one.status == "treated"), ""))
    return WeightHistory(
        quarters=quarters,
        teams=compared,
        weight_sets=_weight_sets(compared, vectors) if roles else len({*vectors.values()}),
        baseline=pair[0] if pair else None,
        scheme=pair[1] if pair else None,
        changes=changes,
        levels_differ=differ,
        rules_too=rules_differ(schemes),
        events=_events(study, compared, quarters),
        day_before=_day_before(study, compared),
        roles_apart=_roles_apart(study, read, compared),
    )


def _roles_apart(
    study: Study, read: Sequence[Team], compared: Sequence[Team]
) -> tuple[tuple[Mapping[str, str], int], ...]:
    """The roles of teams that changed but are not of the role that is compared."""
    held = next((one.role for one in compared if one.status == "treated"), None)
    counts = Counter(one.role for one in read if one.status == "treated" and one.role != held)
    named = study.settings.roles
    return tuple((named.get(role, dict.fromkeys(LANGUAGES, role)), number) for role, number in counts.most_common())


def _named(period: SchemePeriod) -> tuple[str, ...]:
    return () if period.who == "all" else period.who


def _schemes(settings: Settings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.scheme for one in settings.scheme_history)) or (settings.current_scheme,)


def _weights(study: Study, name: str) -> _Weights:
    """What a scheme weighs for every role and level."""
    scheme = study.scheme(name)
    pairs = [(role, level) for role in study.settings.roles for level in study.settings.levels]
    return tuple((role, level, tuple(sorted(scheme.weights(role, level).items()))) for role, level in pairs)


def _of_role(vector: _Weights, role: str) -> _Weights:
    return tuple(one for one in vector if one[0] == role) or vector


def _weight_sets(teams: Sequence[Team], vectors: Mapping[str, _Weights]) -> int:
    """The most sets of weights that teams of one role were under."""
    held: dict[str, set[_Weights]] = {}
    for one in teams:
        under = {_of_role(vectors[scheme], one.role) for scheme in (one.before, *one.schemes) if scheme}
        held.setdefault(one.role, set()).update(under)
    return max(map(len, held.values()), default=1)


def _read(study: Study, name: str, role: str, quarters: tuple[Quarter, ...], vectors: Mapping[str, _Weights]) -> Team:
    """One team's schemes and its first change of weights; whom it can be compared with is decided later."""
    settings, closing = study.settings, study.settings.calendar.month_ends_on
    before = settings.scheme_on(name, quarters[0].first_day(closing))
    schemes = tuple(settings.scheme_on(name, one.last_day(closing)) for one in quarters)
    under = [_of_role(vectors[one], role) if one else None for one in (before, *schemes)]
    places = [place for place in range(len(quarters)) if under[place + 1] != under[place]]
    first = quarters[places[0]] if places else None
    status: Status = "treated" if places else "untreated"
    if None in under:
        status = "unknown"
    elif places:
        status = "changed_again" if len(places) > 1 else "treated" if places[0] else "always"
    opening = settings.scheme_on(name, first.first_day(closing)) if first else None
    lines = [one for one in settings.scheme_history if one.who == "all" or name in one.who]
    drawn = [one for one in lines if one.chosen == "randomised" and one.draw]
    draws = tuple(dict.fromkeys(str(one.draw) for one in sorted(drawn, key=lambda one: one.first_day)))
    at = _line(settings, name, (first or quarters[-1]).last_day(closing))
    return Team(
        name=name,
        role=role,
        before=before,
        schemes=schemes,
        status=status,
        adopted=first if status == "treated" else None,
        in_mid_quarter=status == "treated" and opening != schemes[places[0]],
        how=at.chosen if at else "unknown",
        draw=next(iter(draws), None),
        redrawn=draws[1:],
    )


def _line(settings: Settings, team: str, day: dt.date) -> SchemePeriod | None:
    """The line of the history that tells of a team on a day; one that names it goes before one of all."""
    held = [one for one in settings.scheme_history if one.holds(day)]
    named = [one for one in held if team in _named(one)]
    return next(iter(named or [one for one in held if one.who == "all"]), None)


def _compared(read: Sequence[Team], vectors: Mapping[str, _Weights]) -> tuple[tuple[str, str] | None, tuple[Team, ...]]:
    """Return the change that most teams made, (before, after), and the teams with what they are to it."""
    changed = [one for one in read if one.status == "treated"]
    if not changed:
        return None, tuple(read)
    role = _commonest(one.role for one in changed)
    made = {one.name: _change(one, vectors) for one in changed if one.role == role}
    whole = _commonest(made.values())
    pair = next((one.before, one.schemes[-1]) for one in changed if made.get(one.name) == whole)
    found = [replace(one, **_status(one, role, whole, vectors)) for one in read]
    compared = [one for one in found if one.status in ("treated", "untreated")]
    drawn = {one.draw for one in compared if one.status == "treated" and one.how == "randomised" and one.draw}
    telling = {draw for draw, lot in lots(compared).items() if draw in drawn and tells(lot)}
    if telling:
        outside = {one.name for one in compared if one.draw not in telling}
        found = [replace(one, status="outside", adopted=None) if one.name in outside else one for one in found]
    return (str(pair[0]), str(pair[1])), tuple(found)


def _change(team: Team, vectors: Mapping[str, _Weights]) -> tuple[_Weights, _Weights]:
    """The weights before and after a team's one change."""
    before, after = (_of_role(vectors[str(one)], team.role) for one in (team.before, team.schemes[-1]))
    return before, after


def _status(team: Team, role: str, whole: tuple[_Weights, _Weights], vectors: Mapping[str, _Weights]) -> dict[str, Any]:
    """What a team is to the change of most: it made it, never did, was beyond it from the start, or is not alike."""
    if team.status not in ("treated", "untreated"):
        return {}
    if team.role != role:
        return {"status": "outside", "adopted": None}
    held = _change(team, vectors)
    if held == whole or held == (whole[0], whole[0]):
        return {}
    return {"status": "always" if held == (whole[1], whole[1]) else "other_weights", "adopted": None}


def _commonest(held: Iterable[Any]) -> Any:
    """What is there most often; of equals, what came first."""
    return Counter(held).most_common(1)[0][0]


def _first(teams: Sequence[Team]) -> Quarter | None:
    return min((one.adopted for one in teams if one.status == "treated" and one.adopted), default=None)


def _day_before(study: Study, teams: Sequence[Team]) -> dt.date | None:
    first = _first(teams)
    return first.plus(-1).last_day(study.settings.calendar.month_ends_on) if first else None


def _events(study: Study, teams: Sequence[Team], quarters: Sequence[Quarter]) -> tuple[str, ...]:
    """Other events that began or ended for some of the compared teams alone, from before the first adoption on."""
    compared = {one.name for one in teams if one.status in ("treated", "untreated")}
    first = _first(teams)
    if first is None:
        return ()
    closing = study.settings.calendar.month_ends_on
    window = first.plus(-1).first_day(closing), quarters[-1].last_day(closing)
    return tuple(one.what for one in study.settings.concurrent_events if _touches_some(one, compared, window))


def _touches_some(event: Event, teams: set[str], window: tuple[dt.date, dt.date]) -> bool:
    turns = (event.first_day, *((event.last_day,) if event.last_day else ()))
    inside = any(window[0] <= day <= window[1] for day in turns)
    return event.who != "all" and inside and 0 < len(teams & {*event.who}) < len(teams)

"""The panel: one row a person and spell in a period, with each indicator's value and how many observations it rests on.

The engine returns counts and sums of integers, ordered by key; division comes after, so that any engine and any number
of threads give the same values. Which sums make an indicator, and which channels it leaves out, its metric card says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue import Card, cards
from design_lab.periods import Quarter, Span, due
from design_lab.scheme import Appraised
from design_lab.scoring.casemix import CaseMix, adjusted, case_mix
from design_lab.scoring.estimates import mean_errors, share_errors, shrunk
from design_lab.scoring.kept import Parts, kept
from design_lab.scoring.peers import Peers, peers
from design_lab.scoring.roster import Roster, headcount, roster
from design_lab.scoring.signal import Signal, signal
from design_lab.scoring.sums import Told, collected, presence, told
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_PEOPLE = (
    "role", "level", "team", "team_at_end", "department", "site", "employment_type", "gender", "hire_date",
    "days_in_force", "on_last_day", "share_of_period", "tenure_months", "tenure_band", "age_band", "days_present",
    "queue", "shift",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Panel:
    """Everybody on the roster in one period, keyed by `employee_id` and `part` in ascending order.

    A person has a row for each spell in one role and level, with the work of its days only: part 1, 2, ... in the order
    of time. `quarter` is how the period is written: 2026Q3, or 2026-07, 2026H2, 2026. `people` (n rows) has role,
    level, team (of the most days), team_at_end (of the spell), department, site, employment_type, gender, hire_date,
    days_in_force, on_last_day (of the period), share_of_period, tenure_months, tenure_band and age_band (at the spell's
    end), days_present (missing where sheets of several days do not tell), queue (of most calls) and shift (of most
    days), both missing where unknown; `values` (n, k) one column an indicator in its card's unit, missing where there
    was no observation; `counts` (n, k) the observations behind each value; `standard_errors` (n, k) of each value from
    its own observations, in its unit, missing where single observations are not known; `centre` the same indicators for
    all people together; `limits` what is lost where an indicator comes from sheets, and what adjusted ones rest on, as
    keys below `limit.` in the word files; `signals` whether the people of a role can be told apart, by (role,
    indicator), where it could be tested; `cards` the study's metric cards.
    """

    quarter: str
    people: pd.DataFrame
    values: pd.DataFrame
    counts: pd.DataFrame
    standard_errors: pd.DataFrame
    centre: pd.DataFrame
    limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signals: Mapping[tuple[str, str], Signal] = field(default_factory=dict)
    cards: Mapping[str, Card] = field(default_factory=cards)

    def __repr__(self) -> str:
        return f"Panel({self.quarter}: {len(self.people)} people, {len(self.values.columns)} indicators)"

    def usable(self) -> pd.DataFrame:
        """Return the values, (n, k), missing also where a value rests on fewer observations than its card demands."""
        import pandas as pd

        enough = {name: counts >= self.cards[str(name)].minimum_n for name, counts in self.counts.items()}
        return self.values.where(pd.DataFrame(enough, index=self.counts.index))

    def shrunk(self) -> pd.DataFrame:
        """Return empirical-Bayes means, (n, k): each value drawn to the mean of its role by n / (n + within / between).

        Missing where the value is missing, and where single observations are not known, so that nothing says how far
        to draw; the role's mean where its people do not differ by more than chance does.
        """
        return shrunk(self.values, self.counts, self.people["role"], self.signals)

    def tells_apart(self, indicators: Iterable[str]) -> pd.DataFrame:
        """Return, (n, k), whether people of each person's role can be told apart: "yes", "no" or "untested".

        Untested are indicators whose single observations are not known: results of a team, counts in all.
        """
        import pandas as pd

        known = {pair: "yes" if found.tells_apart else "no" for pair, found in self.signals.items()}
        roles, columns = self.people["role"].tolist(), list(indicators)
        told = {role: [known.get((role, name), "untested") for name in columns] for role in dict.fromkeys(roles)}
        each = np.array([told[role] for role in roles], dtype=object).reshape(len(roles), len(columns))
        return pd.DataFrame(each, self.people.index, columns)

    def only(self, chosen: pd.Series) -> Panel:
        """Return the panel of the rows that are `chosen`, (n,); centre and signals stay those of everybody."""
        frames = {name: getattr(self, name)[chosen] for name in ("people", "values", "counts", "standard_errors")}
        return replace(self, **frames)


def panel(study: Study, period: Quarter | Span, *, appraised: Appraised = "roster") -> Panel:
    """Bring the canonical tables of a period together; a quarter of it without tables raises `DataError`.

    `appraised` is the scheme's: under `on_last_day` a person has one row, the whole period in her last role and level.
    One quarter's tables are read at a time. Rows that bear no date, such as peer ratings, belong to the last day of
    their quarter.
    """
    span = period.span(study.settings.calendar.month_ends_on) if isinstance(period, Quarter) else period
    parts = kept(study, span, appraised, lambda: _parts(study, span, appraised))
    limits = {name: tuple(keys) for name, keys in parts.told["limits"].items()}
    signals = {(role, name): Signal(**found) for role, name, found in parts.told["signals"]}
    return Panel(quarter=span.label, **parts.frames, limits=limits, signals=signals, cards=study.cards)


def _parts(study: Study, span: Span, appraised: Appraised) -> Parts:
    import pandas as pd

    people = roster(study, span, appraised=appraised)
    index = people.people.index
    indicators, mix, rated = _indicators(study, span, people, study.cards)
    sheets = presence(study, span, people)
    role = people.people["role"].reset_index(drop=True)
    parts = {name: one.frame.reindex(role.index) for name, one in indicators.items()}
    values = pd.DataFrame({name: _quotient(part).set_axis(index) for name, part in parts.items()}, index)
    counts = {name: part["n"].fillna(0).astype("int64").set_axis(index) for name, part in parts.items()}
    errors = {name: _errors(one, parts[name], role) for name, one in indicators.items()}
    centre = {name: one.centre for name, one in indicators.items()}
    frames = {
        "people": _described(people.people, sheets, mix.peers if mix else None),
        "values": values,
        "counts": pd.DataFrame(counts, index),
        "standard_errors": pd.DataFrame(errors, index).where(values.notna()),
        "centre": pd.DataFrame.from_dict(centre, orient="index", columns=["value", "n"]),
    }
    limits = _limits(study.cards, indicators, sheets) | {name: one.limits for name, one in rated.items()}
    signals = _signals(study.cards, indicators, role, index)
    told = [(role, name, asdict(found)) for (role, name), found in signals.items()]
    return Parts(frames=frames, told={"limits": limits, "signals": told})


def usable_values(study: Study, period: Quarter | Span, indicators: Collection[str]) -> pd.DataFrame:
    """Return what `Panel.usable` has of some indicators, (n, k), and each person's `role`, without the rest of a panel.

    Indicators that the period has no data on are left out.
    """
    import pandas as pd

    span = period.span(study.settings.calendar.month_ends_on) if isinstance(period, Quarter) else period
    people = roster(study, span)
    raw = {card.adjusted.adjusts for name in indicators if (card := study.cards[name]).adjusted}
    cards = {name: card for name, card in study.cards.items() if name in raw.union(indicators)}
    found = {"role": people.people["role"].reset_index(drop=True)}
    for name, one in _indicators(study, span, people, cards)[0].items():
        if name in indicators:
            part = one.frame.reindex(found["role"].index)
            found[name] = _quotient(part).where(part["n"].fillna(0) >= study.cards[name].minimum_n)
    return pd.DataFrame(found)


def _indicators(
    study: Study, span: Span, people: Roster, cards: Mapping[str, Card]
) -> tuple[dict[str, Told], CaseMix | None, dict[str, Peers]]:
    """The indicators of some cards that the tables tell, with the case mix and the ratings behind adjusted ones."""
    raw = told(cards, collected(study, span, people, cards), people)
    mixed = any(card.adjusted and card.adjusted.takes_out == "case_mix" for card in cards.values())
    mix = case_mix(study, span, people, cards) if mixed else None
    rated = peers(study, span, people, cards)
    made = raw | (adjusted(cards, mix, raw) if mix else {})
    made |= {name: one.told for name, one in rated.items() if one.told}
    return {name: made[name] for name in cards if name in made}, mix, rated


def panels_due(study: Study, quarter: Quarter) -> tuple[Panel, ...]:
    """Return the panels that a quarter's end makes due, the shortest cycle first, each with the people of its cycle.

    `cycle` in study.yaml says how often each role or level is appraised; a level goes before a role. A month's panels
    are due in each of its quarters, a half-year's in every second. A period whose first quarter lies before the study's
    is left out.
    """
    import pandas as pd

    closing = study.settings.calendar.month_ends_on
    found = []
    for cycle in ("month", "quarter", "half-year", "year"):
        if cycle not in study.settings.cycle.values():
            continue
        for span in due(cycle, quarter, closing):
            if span.quarters(closing)[0] >= study.quarters[0]:
                whole = panel(study, span)
                pairs = zip(whole.people["role"], whole.people["level"], strict=True)
                theirs = pd.Series([study.cycle_of(*pair) == cycle for pair in pairs], whole.people.index, dtype=bool)
                found.append(whole.only(theirs))
    return tuple(one for one in found if len(one.people))


def _quotient(part: pd.DataFrame) -> pd.Series:
    return (part["over"] / part["under"].where(part["n"] > 0)).astype("float64")


def _errors(one: Told, part: pd.DataFrame, role: pd.Series) -> np.ndarray:
    """Standard errors of the values: the model's, else of yes and no from counts, of means where squares are known."""
    if "error" in part:
        return part["error"].to_numpy(dtype="float64")
    known = part.assign(value=_quotient(part)).astype("float64").fillna(0.0)
    n, total, squares, units = (known[name].to_numpy() for name in ("n", "value", "squares", "units"))
    if one.yes_no:
        return share_errors(n, total * n)
    if part["squares"].isna().all():
        return np.full(len(part), np.nan)
    return mean_errors(n, total * n, squares, units, role.groupby(role).ngroup().to_numpy())


def _signals(
    cards: Mapping[str, Card], indicators: Mapping[str, Told], role: pd.Series, index: pd.Index
) -> dict[tuple[str, str], Signal]:
    """Whether the people of each role can be told apart on each indicator whose single observations are known.

    `role` (n,) is numbered as the frames are; `index` (n,) says of which person each row is.
    """
    found: dict[tuple[str, str], Signal] = {}
    for name, one in indicators.items():
        if one.signals is not None:
            found |= {(whose, name): judged for whose, judged in one.signals.items()}
            continue
        seen = one.frame[(one.frame["n"] >= cards[name].minimum_n) & one.frame["squares"].notna()]
        if one.of_team or seen.empty:
            continue
        seen = seen.assign(total=seen["n"] * _quotient(seen)).astype("float64").dropna(subset="total")
        for whose, members in seen.groupby(role.reindex(seen.index)):
            judged = signal(*(members[column].to_numpy() for column in ("n", "total", "squares", "units")))
            if judged is not None:
                people = headcount(index[members.index])
                spells = judged.people if people < judged.people else None
                found[str(whose), name] = replace(judged, people=people, spells=spells)
    return found


def _described(people: pd.DataFrame, sheets: pd.DataFrame | None, peers: pd.DataFrame | None) -> pd.DataFrame:
    """Add what the tables of work tell of each person: days of presence, queue and shift."""
    import pandas as pd

    rows = pd.RangeIndex(len(people))
    described = people.copy()
    if sheets is None:
        days = pd.Series(pd.NA, rows, dtype="Int64")
    else:
        # Who is in no sheet was not there; a sheet of several days that does not say how many leaves it open.
        days = sheets["days"].fillna(0).astype("Int64").where(sheets["days_unknown"] == 0)
        days = days.reindex(rows).where(rows.isin(sheets.index), 0)
    described["days_present"] = days.array
    for name in ("queue", "shift"):
        told_of = pd.Series(None, rows, dtype="object") if peers is None else peers[name].reindex(rows)
        described[name] = told_of.astype("object").where(told_of.notna(), None).to_numpy()
    return described[list(_PEOPLE)]


def _limits(
    cards: Mapping[str, Card], indicators: Mapping[str, Told], sheets: pd.DataFrame | None
) -> dict[str, tuple[str, ...]]:
    """What limits the indicators, as keys below `limit.`: no case mix, rows cut by no quarter, hours without sheets."""
    contacts = any(one.table == "interactions" for one in indicators.values())
    crossing = ("periods_cross",) if sheets is not None and sheets["crossing"].sum() else ()
    found = {}
    for name, one in indicators.items():
        if one.table == "agent_periods":
            # With the contacts at hand the kind of contact is known after all, but nobody knows which were rated.
            unknown = not contacts or "surveys" in cards[name].tables
            found[name] = (*(("no_case_mix",) if unknown else ()), *crossing)
        elif (adjustment := cards[name].adjusted) and adjustment.takes_out == "case_mix":
            signed = adjustment.adjusts in indicators
            found[name] = ("like_calls", *(() if signed else ("hours_with_calls",)))
    return found

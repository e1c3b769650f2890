"""A study: one client's folder, read and checked, with its engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt

from design_lab.aimed import Target
from design_lab.bounds import Search
from design_lab.budget import Costs, Service
from design_lab.catalogue import LANGUAGES, Card, cards_with, words
from design_lab.catalogue.goals import Aims, aims
from design_lab.catalogue.priors import Evidence, Weighing, evidence_with
from design_lab.catalogue.rollout import RollingOut, Rollout
from design_lab.display import Shown, View
from design_lab.engine import connect, table_on
from design_lab.errors import Fault, SchemeError, StudyError, nearest
from design_lab.files import TEMPORARY_MARK, Digests, read_yaml, safe_name, validated
from design_lab.periods import MONTHS, Cycle, Quarter, quarters_between
from design_lab.piloting import Piloting
from design_lab.rulebook import Number
from design_lab.scheme import Scheme
from design_lab.study_faults import study_faults

if TYPE_CHECKING:
    import pandas as pd


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Calendar(_Model):
    """The client's months: `month_ends_on` is their closing day (1 to 28), absent for calendar months."""

    month_ends_on: StrictInt | None = None


class WorkingDays(_Model):
    """What working days are beside Monday to Friday: public `holidays`, and weekends worked in their place."""

    holidays: tuple[dt.date, ...] = ()
    make_up_days: tuple[dt.date, ...] = ()

    def tell(self, days: pd.Series) -> pd.Series:
        """Return whether holidays of the year are named in which each day lies, (n,); True where a day is missing."""
        told: pd.Series = days.isna() | days.dt.year.isin({day.year for day in self.holidays})
        return told

    def faults(self) -> list[str]:
        """Return what cannot be meant, a line a fault."""
        said = "make_up_days: {} is {}"
        return [
            said.format(day, "among the holidays too; keep it in one of them")
            if day in self.holidays
            else said.format(day, "no Saturday or Sunday, and so a working day anyway; correct it or take it out")
            for day in self.make_up_days
            if day in self.holidays or day.weekday() < 5
        ]


class Quarters(_Model):
    """The first and the last whole quarter for which there are files."""

    first: str
    last: str


class SchemePeriod(_Model):
    """Who was under which scheme from when to when, and how they were chosen."""

    scheme: str
    who: Literal["all"] | tuple[str, ...]  # teams
    first_day: dt.date
    last_day: dt.date | None = None
    chosen: Literal["randomised", "chosen", "unknown"]
    draw: str | None = None  # where a randomisation is recorded

    def holds(self, day: dt.date) -> bool:
        """Whether the day lies in the period."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Event(_Model):
    """Something else that happened meanwhile and may move the same outcomes."""

    what: str
    who: Literal["all"] | tuple[str, ...]
    first_day: dt.date
    last_day: dt.date | None = None


class Privacy(_Model):
    """The least number of people that a published cell may stand for, by audience, and the key of pseudonyms."""

    k: dict[str, StrictInt]
    published_key: str | None = None  # only for synthetic studies: their pseudonyms protect nobody
    may_show: tuple[str, ...] = ()  # looks private and is nobody's: a hotline, the consultant's own address

    @property
    def strictest(self) -> int:
        """The least number of people that a cell may stand for before every audience."""
        return max(self.k.values())


class Settings(_Model):
    """What study.yaml says."""

    name: str
    title: dict[str, str]
    synthetic: StrictBool
    languages: tuple[str, ...]
    cycle: dict[str, Cycle]
    calendar: Calendar = Calendar()
    working_days: WorkingDays = WorkingDays()
    quarters: Quarters
    data_cutoff: dt.date
    engine: str
    current_scheme: str
    scheme_history: tuple[SchemePeriod, ...]
    concurrent_events: tuple[Event, ...] = ()
    primary_outcome: str = "csat"  # of what other weights did, named before looking; others are held together
    targets: dict[str, Target] = {}
    expected_shares: dict[str, Number] = {}  # of roles, as the client states them
    occupancy_max: Number
    shift_hours: Number | None = None  # the most that a person is on duty a day, where no signed-in times are delivered
    search: Search = Search()
    evidence: Weighing = Weighing()  # cards of studies elsewhere that are changed, dropped, weighed or added
    service: Service | None = None  # the service level aimed at, and people's paid time
    costs: Costs | None = None
    pilot: Piloting = Piloting()  # what is wanted of a pilot to come
    sector: str | None = None  # the trade beside whose published figures the centre is shown (catalogue/sectors.yaml)
    rollout: RollingOut = RollingOut()  # when a scheme would be put in force, by whom, and what may go wrong
    leads: dict[str, str] = {}  # level: the unit (team, department, site) that it leads, the lowest level first
    privacy: Privacy
    roles: dict[str, dict[str, str]]  # id: name by language
    levels: dict[str, dict[str, str]]
    dimensions: dict[str, dict[str, str]] = {}  # of schemes, where they are called otherwise than in the words

    def scheme_on(self, team: str | None, day: dt.date) -> str | None:
        """Return the scheme under which a team was on a day, None where the history does not say.

        What names the team goes before what is said of all. Without any history it is the current scheme.
        """
        held = [one for one in self.scheme_history if one.holds(day)]
        said = [one for one in held if one.who != "all" and team in one.who] or [
            one for one in held if one.who == "all"
        ]
        return said[0].scheme if said else None if self.scheme_history else self.current_scheme


@dataclass(frozen=True, repr=False)
class Study:
    """One client's folder; open it with `Study.open`."""

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: str | Path) -> Study:
        """Open a study folder; a relative one is sought from the working directory, then from the project's root.

        A folder without study.yaml, or with a wrong one, raises `StudyError` in words.
        """
        path = _found(Path(folder))
        settings: Settings = validated(Settings, read_yaml(path / "study.yaml"), path / "study.yaml")
        study = cls(path, settings)
        _ = study.cards  # a fault in indicators.yaml is said when the study is opened
        if settings.evidence.cards:
            _ = study.evidence
        if faults := study_faults(study):
            raise StudyError("\n".join(f"{path / 'study.yaml'}: {fault}" for fault in faults))
        return study

    def __repr__(self) -> str:
        lines = [
            f"{' · '.join(self.settings.title.values())} ({self.name})",
            f"{len(self.quarters)} quarters, {self.quarters[0]} to {self.quarters[-1]}; scheme in force: "
            f"{self.settings.current_scheme}, candidates: {', '.join(self.scheme_names[1:]) or 'none'}",
        ]
        if self.settings.synthetic:
            lines.append(" · ".join(words(lang).say("report.mark") for lang in LANGUAGES))
        return "\n".join(lines)

    @property
    def name(self) -> str:
        """The folder's name, as it stands in paths."""
        return self.folder.name

    @property
    def raw(self) -> Path:
        """Where the client's files lie, a folder a quarter."""
        return self.folder / "raw"

    @property
    def tables(self) -> Path:
        """Where the canonical tables are built."""
        return self.folder / "tables"

    @property
    def counted(self) -> Path:
        """Where panels and other counts of the tables are kept by quarter; it may be removed at any time."""
        return self.tables / ".counted"

    def digests(self) -> Digests:
        """Digests of the study's files, as they were last remembered beside its tables."""
        return Digests(self.tables / ".digests.json")

    @cached_property
    def cards(self) -> Mapping[str, Card]:
        """The metric cards by indicator: the catalogue's, changed and added to by the study's indicators.yaml."""
        return cards_with(self.folder / "indicators.yaml")

    @cached_property
    def aims(self) -> Aims:
        """The goals and contents of the appraisal: the study's goals.yaml, else the catalogue's."""
        return aims(self.folder / "goals.yaml", self.cards)

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence cards: the catalogue's, changed, weighed and added to by study.yaml."""
        return evidence_with(self.settings.evidence, self.folder / "study.yaml")

    @cached_property
    def rollout(self) -> Rollout:
        """How a scheme is put in force: the catalogue's rollout, changed by study.yaml."""
        return self.settings.rollout.applied()

    @property
    def cycle_months(self) -> int:
        """How many months the cycle has in which people are appraised unless their role or level has its own."""
        return MONTHS[self.settings.cycle["default"]]

    def cycle_of(self, role: str, level: str) -> Cycle:
        """How often people of a role and level are appraised: what is said of the level goes before the role."""
        cycle = self.settings.cycle
        return cycle.get(level) or cycle.get(role) or cycle["default"]

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """All whole quarters of the study, the oldest first."""
        span = self.settings.quarters
        return quarters_between(Quarter.parse(span.first), Quarter.parse(span.last))

    def quarter(self, text: str | None) -> Quarter:
        """Return the quarter asked for, or the latest; one outside the study raises `StudyError`."""
        if text is None:
            return self.quarters[-1]
        quarter = Quarter.parse(text)
        if quarter not in self.quarters:
            raise StudyError(
                f"quarter {quarter} is not in study {self.name}, whose quarters are "
                f"{self.quarters[0]} to {self.quarters[-1]} (study.yaml, quarters)"
            )
        return quarter

    @cached_property
    def scheme_names(self) -> tuple[str, ...]:
        """The names of all scheme files, the current one first."""
        current, files = self.settings.current_scheme, (self.folder / "schemes").glob("*.yaml")
        names = {path.stem for path in files if TEMPORARY_MARK not in path.name}
        return (current, *sorted(names - {current}))

    def scheme(self, name: str) -> Scheme:
        """Read one of the study's schemes; an unknown name raises `StudyError` with the nearest known one."""
        safe_name(name, "scheme")
        path = self.folder / "schemes" / f"{name}.yaml"
        if not path.is_file():
            raise StudyError(f"study {self.name} has no scheme {name!r}; {nearest(name, self.scheme_names)}")
        return self.read_scheme(path)

    def read_scheme(self, path: Path) -> Scheme:
        """Read any scheme file by the study's metric cards; roles and levels that it does not have are refused."""
        scheme = Scheme.read(path, self.cards)
        known = {"role": self.settings.roles, "level": self.settings.levels}
        faults = [
            Fault("unknown_role", f"overrides.{number}.{key}", f"{word!r} is no {key} here; {nearest(word, words)}")
            for number, override in enumerate(scheme.overrides)
            for key, words in known.items()
            if (word := getattr(override, key)) is not None and word not in words
        ]
        if faults:
            raise SchemeError.of(path, faults)
        return scheme.calling(self.settings.dimensions)

    @property
    def current(self) -> Scheme:
        """The scheme in force."""
        return self.scheme(self.settings.current_scheme)

    def candidates(self, names: tuple[str, ...] | list[str] = ()) -> tuple[Scheme, ...]:
        """Return the schemes named, or all but the current one."""
        chosen = tuple(names) or self.scheme_names[1:]
        return tuple(self.scheme(name) for name in chosen if name != self.settings.current_scheme)

    def show(self, result: Shown, lang: str) -> View:
        """Show a result with the study's names for roles, levels and indicators, in a language."""
        names: dict[str, Mapping[str, Mapping[str, str]]] = {
            "role": self.settings.roles,
            "level": self.settings.levels,
            "dimension": self.settings.dimensions,
            "indicator": {name: card.name for name, card in self.cards.items()},
        }
        return View(result=result, lang=lang, names=names)

    def connect(self) -> Any:
        """Open the study's engine (`design_lab.engine`); one that cannot be reached raises `StudyError`."""
        return connect(self.settings.engine, "study.yaml")

    def rows(self, opened: Any, table: str, quarter: Quarter) -> Any:
        """Return a canonical table of a quarter on the opened engine; None where nothing was delivered."""
        return table_on(opened, self.tables / table / f"{quarter}.parquet", self.name)


def project_root() -> Path:
    """The folder that holds the package, from which a relative study is sought second."""
    return Path(__file__).resolve().parent.parent


def _found(folder: Path) -> Path:
    places = [folder] if folder.is_absolute() else [Path.cwd() / folder, project_root() / folder]
    for place in places:
        if (place / "study.yaml").is_file():
            return place.resolve()
    raise StudyError(f"{folder}: there is no study here (no file study.yaml); name a folder such as data/h_bank")

"""How a scheme is put in force: phases, who is told what, what may go wrong; and what a study changes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt

from design_lab.catalogue.words import LANGUAGES
from design_lab.errors import StudyError, nearest
from design_lab.files import read_yaml, validated

_FILE = Path(__file__).with_name("rollout.yaml")
Degree = Literal["low", "medium", "high"]
DEGREES: tuple[str, ...] = get_args(Degree)
Text = dict[str, str]  # by language
Weeks = Annotated[StrictInt, Field(ge=1, le=156)]
Bound = StrictFloat | StrictInt
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]  # as it stands in findings' ids


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Phase(_Record):
    """A stretch of the rollout: how many `weeks` it takes, once the phases in `after` are over.

    `counted: pilot` takes the length of the pilot that is proposed, where one is known. One stakeholder is
    `accountable`, which makes it the phase's owner; `gate` is what must hold before the next one begins.
    """

    name: Text
    deliverable: Text
    gate: Text
    weeks: Weeks
    after: tuple[str, ...] = ()
    counted: Literal["pilot"] | None = None
    accountable: str
    responsible: tuple[str, ...] = Field(min_length=1)
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()

    def part_of(self, stakeholder: str) -> str:
        """Return a stakeholder's letters in the RACI chart, such as 'A/R'; '' for none."""
        held = {"A": (self.accountable,), "R": self.responsible, "C": self.consulted, "I": self.informed}
        return "/".join(letter for letter, who in held.items() if stakeholder in who)


class Message(_Record):
    """What is told to whom in a phase, by whom and how."""

    to: tuple[str, ...] = Field(min_length=1)
    phase: str
    by: str
    what: Text
    channel: Text


class Watch(_Record):
    """Findings (an id, or a pattern with *) that show a risk's sign where they lie `above` or `below` a bound.

    The bound is one on the value, or with `of_n` on its share of what it was counted among.
    """

    findings: str
    above: Bound | None = None
    below: Bound | None = None
    of_n: StrictBool = False

    def sees(self, id: str) -> bool:
        """Whether a finding is one that is watched: a * stands for no dot."""
        return fnmatchcase(id, self.findings) and id.count(".") == self.findings.count(".")


class Risk(_Record):
    """What may go wrong: its sign, what is done about it, who owns it, and how likely and grave it is by judgement."""

    name: Text
    sign: Text
    mitigation: Text
    owner: str
    likelihood: Degree
    impact: Degree
    watch: tuple[Watch, ...] = ()

    @property
    def score(self) -> int:
        """Likelihood times impact, 1 to 9, each counted 1 to 3: an order by judgement, no measure."""
        return (DEGREES.index(self.likelihood) + 1) * (DEGREES.index(self.impact) + 1)


class Deciding(_Record):
    """Who decides, and which phase waits for the decision."""

    owner: str
    before: str


class Rollout(_Record):
    """Stakeholders' names, the phases in order, messages and risks, each by id; and who decides."""

    stakeholders: dict[str, Text]
    decision: Deciding
    phases: dict[Name, Phase]
    messages: dict[str, Message]
    risks: dict[Name, Risk]

    def starts(self, pilot_weeks: int | None = None) -> dict[str, tuple[int, int]]:
        """Return by phase the week in which it begins, counted from 0, and how many it takes."""
        found: dict[str, tuple[int, int]] = {}
        for id, phase in self.phases.items():
            begins = max((sum(found[before]) for before in phase.after), default=0)
            found[id] = begins, (pilot_weeks or phase.weeks) if phase.counted else phase.weeks
        return found

    def ranked(self) -> tuple[str, ...]:
        """Return the risks' ids, the gravest first, of equals in order."""
        return tuple(sorted(self.risks, key=lambda id: -self.risks[id].score))


class Scored(_Record):
    """How likely and grave a risk is to this client; what is absent stays as it is."""

    likelihood: Degree | None = None
    impact: Degree | None = None


class Risking(_Record):
    """The risks that a study leaves out, scores otherwise, and adds."""

    drop: tuple[str, ...] = ()
    score: dict[str, Scored] = Field(default_factory=dict)
    add: dict[Name, Risk] = Field(default_factory=dict)


class RollingOut(_Record):
    """What a study states of its rollout; what is absent stays as the catalogue has it.

    `start` is the first day, absent: the first Monday after the quarter's end; `owners` names people or posts by
    stakeholder, in one text or by language; `weeks` is how long phases take.
    """

    start: dt.date | None = None
    owners: dict[str, str | Text] = Field(default_factory=dict)
    weeks: dict[str, Weeks] = Field(default_factory=dict)
    risks: Risking = Risking()

    def begins(self, ended: dt.date) -> dt.date:
        """Return the first day of the rollout, given the last day of the quarter reported on.

        >>> RollingOut().begins(dt.date(2026, 9, 30)).isoformat()
        '2026-10-05'
        """
        return self.start or ended + dt.timedelta(days=7 - ended.weekday())

    def faults(self) -> Iterator[str]:
        """Yield what cannot be meant, as key and sentence."""
        known = catalogued()
        yield from _unknown("rollout.owners", self.owners, known.stakeholders, "stakeholder")
        yield from _unknown("rollout.weeks", self.weeks, known.phases, "phase")
        for key, names in (("drop", self.risks.drop), ("score", self.risks.score)):
            yield from _unknown(f"rollout.risks.{key}", names, known.risks, "risk")
        yield from (
            f"rollout.risks.add.{id}: is a risk of the catalogue already; change it under rollout.risks.score"
            for id in self.risks.add
            if id in known.risks
        )
        yield from (
            f"rollout.risks.score.{id}: is dropped under rollout.risks.drop; keep it in one of them"
            for id in self.risks.score
            if id in self.risks.drop
        )
        for id, owner in self.owners.items():
            if not isinstance(owner, str):
                yield from (f"rollout.owners.{id}: is missing in {lang}" for lang in LANGUAGES if lang not in owner)
        for id, risk in self.risks.add.items():
            yield from (f"rollout.risks.add.{fault}" for fault in _of_risk(id, risk, known))

    def applied(self) -> Rollout:
        """Return the catalogue's rollout with what the study states; owners' names stand after their posts."""
        known = catalogued()
        named = {id: _named(post, self.owners.get(id)) for id, post in known.stakeholders.items()}
        weeks = {
            id: phase.model_copy(update={"weeks": self.weeks[id]} | ({"counted": None} if phase.counted else {}))
            if id in self.weeks
            else phase
            for id, phase in known.phases.items()
        }
        kept = {id: _scored(risk, self.risks.score.get(id)) for id, risk in known.risks.items()}
        risks = {id: risk for id, risk in kept.items() if id not in self.risks.drop} | self.risks.add
        return known.model_copy(update={"stakeholders": named, "phases": weeks, "risks": risks})


@cache
def catalogued() -> Rollout:
    """Return the rollout of the catalogue.

    >>> catalogued().starts()["pilot"], catalogued().phases["gate"].accountable
    ((14, 13), 'retail_head')
    """
    read: Rollout = validated(Rollout, read_yaml(_FILE), _FILE)
    if faults := [*_faults(read)]:
        raise StudyError("\n".join(f"{_FILE}: {fault}" for fault in faults))
    return read


def _named(post: Text, owner: str | Text | None) -> Text:
    if owner is None:
        return post
    names = dict.fromkeys(LANGUAGES, owner) if isinstance(owner, str) else owner
    return {
        lang: f"{post[lang]}（{names[lang]}）" if lang == "zh" else f"{post[lang]} ({names[lang]})" for lang in post
    }


def _scored(risk: Risk, scored: Scored | None) -> Risk:
    return risk if scored is None else risk.model_copy(update=scored.model_dump(exclude_none=True))


def _faults(read: Rollout) -> Iterator[str]:
    """What does not fit together in a rollout: names that nobody bears, phases in another order, missing languages."""
    yield from _texts("stakeholders", read.stakeholders)
    yield from _unknown("decision.owner", (read.decision.owner,), read.stakeholders, "stakeholder")
    yield from _unknown("decision.before", (read.decision.before,), read.phases, "phase")
    earlier: list[str] = []
    for id, phase in read.phases.items():
        who = (phase.accountable, *phase.responsible, *phase.consulted, *phase.informed)
        yield from _texts(f"phases.{id}", {name: getattr(phase, name) for name in ("name", "deliverable", "gate")})
        yield from _unknown(f"phases.{id}", who, read.stakeholders, "stakeholder")
        yield from _unknown(f"phases.{id}.after", phase.after, earlier, "phase before it")
        earlier.append(id)
    for id, message in read.messages.items():
        yield from _texts(f"messages.{id}", {"what": message.what, "channel": message.channel})
        yield from _unknown(f"messages.{id}", (*message.to, message.by), read.stakeholders, "stakeholder")
        yield from _unknown(f"messages.{id}.phase", (message.phase,), read.phases, "phase")
    for id, risk in read.risks.items():
        yield from (f"risks.{fault}" for fault in _of_risk(id, risk, read))


def _of_risk(id: str, risk: Risk, known: Rollout) -> Iterator[str]:
    yield from _texts(id, {name: getattr(risk, name) for name in ("name", "sign", "mitigation")})
    yield from _unknown(f"{id}.owner", (risk.owner,), known.stakeholders, "stakeholder")
    for watch in risk.watch:
        if (watch.above is None) == (watch.below is None):
            yield f"{id}.watch: {watch.findings} needs one bound, above or below"


def _texts(key: str, texts: Mapping[str, Text]) -> Iterator[str]:
    for name, text in texts.items():
        yield from (f"{key}.{name}: is missing in {lang}" for lang in LANGUAGES if not text.get(lang))


def _unknown(key: str, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[str]:
    held = [*known]
    yield from (f"{key}: {name!r} is no {what}; {nearest(name, held)}" for name in names if name not in held)

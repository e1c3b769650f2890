"""What the forms of the kit say that is the same for every client: anchors, cases, steps and checklists."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from design_lab.catalogue.words import words
from design_lab.files import read_yaml, validated

LEVELS = 5  # of behavioural anchors, the lowest first
OTHER = "other"  # the development of an indicator that has none of its own
GENERIC = "generic"  # the anchors of what has none of its own
Text = Annotated[StrictStr, Field(min_length=1)]
Trait = Literal["always", "agency", "forced", "attendance", "ratings", "quality", "sales", "veto"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Behaviour(_Model):
    """What is judged: its anchors by level, by which names a client's items are known, which indicators it serves."""

    name: Text
    called: tuple[Text, ...]
    indicators: tuple[Text, ...]
    levels: Annotated[tuple[Text, ...], Field(min_length=LEVELS, max_length=LEVELS)]


class Case(_Model):
    """A practice case for raters, and the level that it shows of each behaviour."""

    title: Text
    story: Text
    reference: Mapping[str, Annotated[StrictInt, Field(ge=1, le=LEVELS)]]


class Step(_Model):
    """One step of the appraisal: who owns it and who takes part (lanes), for how many working days, with which form."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    id: Text
    name: Text
    owner: Text
    beside: Annotated[tuple[Text, ...], Field(alias="with")]
    days: Annotated[StrictInt, Field(ge=1)]
    does: Text
    output: Text
    form: Text


class Deadline(_Model):
    """A limit in working days, and where it comes from."""

    what: Text
    days: Annotated[StrictInt, Field(ge=1)]
    note: Text


class AppealTexts(_Model):
    """What practice asks of appeals."""

    deadlines: tuple[Deadline, ...]
    steps: tuple[Text, ...]
    notes: tuple[Text, ...]


class Guard(_Model):
    """What keeps some indicators from being played."""

    indicators: tuple[Text, ...]
    guard: Text


class Question(_Model):
    """A question of the impact assessment and what to look at."""

    asks: Text
    prompt: Text


class Risk(_Model):
    """A risk to people and the measure against it."""

    risk: Text
    measure: Text


class ImpactTexts(_Model):
    """The skeleton of the impact assessment; `rows` are what is filled in for each risk."""

    law: Text
    questions: tuple[Question, ...]
    risks: tuple[Risk, ...]
    rows: tuple[Text, ...]


class Evidence(_Model):
    """A paper that shows that the procedure was kept."""

    what: Text
    shows: Text
    when: Text


class CongressTexts(_Model):
    """What the employee congress asks for."""

    law: Text
    evidence: tuple[Evidence, ...]


class LegalPoint(_Model):
    """A point for the client's counsel, and of which schemes it must be looked at."""

    id: Text
    when: Trait
    rule: Text
    point: Text
    check: Text


class LegalTexts(_Model):
    """The legal checklist, which is no advice."""

    notice: Text
    points: tuple[LegalPoint, ...]


class KitTexts(_Model):
    """All fixed texts of one language."""

    behaviours: Mapping[str, Behaviour]
    cases: tuple[Case, ...]
    lanes: Mapping[str, Text]
    process: tuple[Step, ...]
    appeal: AppealTexts
    guards: tuple[Guard, ...]
    other_guard: Text
    development: Mapping[str, Text]
    impact: ImpactTexts
    congress: CongressTexts
    legal: LegalTexts

    def of_indicator(self, indicator: str) -> dict[str, Behaviour]:
        """Return the behaviours by which a judged indicator is judged; the generic one where none is named."""
        found = {key: one for key, one in self.behaviours.items() if indicator in one.indicators}
        return found or {GENERIC: self.behaviours[GENERIC]}

    def guard(self, indicator: str) -> str:
        """Return what keeps an indicator from being played."""
        return next((one.guard for one in self.guards if indicator in one.indicators), self.other_guard)

    def called(self, item: str) -> str:
        """Return the behaviour that a client's rating item means, `generic` where no name fits.

        >>> kit_texts("en").called("团队协作"), kit_texts("zh").called("punctuality")
        ('cooperation', 'generic')
        """
        wanted = item.strip().casefold()
        return next((key for key, one in self.behaviours.items() if wanted in map(str.casefold, one.called)), GENERIC)


@functools.cache
def kit_texts(lang: str) -> KitTexts:
    """Return the fixed texts of a language; one that is not spoken raises `FindingError`."""
    _ = words(lang)
    path = Path(__file__).with_name(f"kit.{lang}.yaml")
    texts: KitTexts = validated(KitTexts, read_yaml(path), path)
    return texts

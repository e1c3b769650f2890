"""What a report needs beside findings: the study's names, by language, and never a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from design_lab.catalogue import Card, cards
from design_lab.catalogue.goals import Aims, aims
from design_lab.catalogue.rollout import Rollout, catalogued
from design_lab.periods import Quarter
from design_lab.report.narrative.review import Voice
from design_lab.scheme import Scheme
from design_lab.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What a report needs beside findings: names by language, never numbers.

    `schemes` maps a scheme's name to its title, the current one first, then the candidates in order; `dimensions` are
    the ids of the current scheme's dimensions in order, and `called` what the client calls them; `assumed` names the
    scheme's parts that the client has not confirmed; `left_out` says what was left out of the run and why; `indicators`
    and `goals` are the names of the study's metric cards and of its goals, in order; `definitions` are those of the
    indicators that some scheme weighs. `rollout` names phases, stakeholders, messages and risks, and `begins` is the
    rollout's first day, None where no study says it; `voice` is the consultant's text.
    """

    study: str
    title: Mapping[str, str]
    quarter: str
    synthetic: bool
    current: str
    schemes: Mapping[str, Mapping[str, str]]
    dimensions: tuple[str, ...]
    roles: Mapping[str, Mapping[str, str]]
    assumed: tuple[str, ...]
    left_out: tuple[Mapping[str, str], ...] = ()
    indicators: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _names(cards()))
    goals: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _goals(aims()))
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    voice: Voice = field(default_factory=Voice)
    definitions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rollout: Rollout = field(default_factory=catalogued)
    begins: dt.date | None = None

    @classmethod
    def of(
        cls,
        study: Study,
        quarter: str,
        *,
        schemes: Sequence[str] = (),
        left_out: Sequence[Mapping[str, str]] = (),
        voice: Voice | None = None,
    ) -> Cover:
        """Take the names from a study; `schemes` names the candidates of the run, all of the study's if empty."""
        current = study.current
        candidates = study.candidates(tuple(schemes))
        return cls(
            study=study.name,
            title=study.settings.title,
            quarter=quarter,
            synthetic=study.settings.synthetic,
            current=current.name,
            schemes={scheme.name: scheme.title for scheme in (current, *candidates)},
            dimensions=tuple(current.dimensions),
            roles=study.settings.roles,
            assumed=tuple(current.assumed),
            left_out=tuple(left_out),
            indicators=_names(study.cards),
            goals=_goals(study.aims),
            called=study.settings.dimensions,
            voice=voice or Voice(),
            definitions=_definitions(study.cards, (current, *candidates)),
            rollout=study.rollout,
            begins=study.settings.rollout.begins(
                Quarter.parse(quarter).last_day(study.settings.calendar.month_ends_on)
            ),
        )


def _names(known: Mapping[str, Card]) -> Mapping[str, Mapping[str, str]]:
    return {indicator: card.name for indicator, card in known.items()}


def _definitions(known: Mapping[str, Card], schemes: Sequence[Scheme]) -> Mapping[str, Mapping[str, str]]:
    weighed = dict.fromkeys(indicator for scheme in schemes for indicator in scheme.indicators)
    return {indicator: known[indicator].definition for indicator in weighed if indicator in known}


def _goals(held: Aims) -> Mapping[str, Mapping[str, str]]:
    return {name: aim.name for name, aim in held.goals.items()}

"""What cannot be meant in study.yaml: names that nothing has, days that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from design_lab.catalogue import LANGUAGES
from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.catalogue.sectors import sectors
from design_lab.engine import engine_fault
from design_lab.errors import StudyError, nearest
from design_lab.files import safe_name

if TYPE_CHECKING:
    from design_lab.study import SchemePeriod, Study


def study_faults(study: Study) -> list[str]:
    """Return what cannot be meant in a study's settings, a line a fault that begins with its key."""
    settings = study.settings
    faults = []
    if settings.name != study.folder.name:
        faults.append(f"name: is {settings.name!r}, but the folder is called {study.folder.name!r}; rename one of them")
    try:
        safe_name(study.folder.name, "study")
        if not study.quarters:
            faults.append(f"quarters: first {settings.quarters.first} comes after last {settings.quarters.last}")
    except StudyError as error:
        faults.append(str(error))
    if (day := settings.calendar.month_ends_on) and not 1 <= day <= 28:
        faults.append(f"calendar.month_ends_on: {day} is not between 1 and 28; leave it out for calendar months")
    faults += [f"working_days.{fault}" for fault in settings.working_days.faults()]
    faults += [
        f"languages: {lang!r} is not spoken here; {nearest(lang, LANGUAGES)}"
        for lang in settings.languages
        if lang not in LANGUAGES
    ]
    if settings.current_scheme not in (p.stem for p in (study.folder / "schemes").glob("*.yaml")):
        faults.append(f"current_scheme: there is no file schemes/{settings.current_scheme}.yaml")
    if fault := engine_fault(settings.engine):
        faults.append(f"engine: {fault}")
    if settings.sector is not None and settings.sector not in sectors():
        faults.append(f"sector: nothing is known of {settings.sector!r}; {nearest(settings.sector, sectors())}")
    if not settings.privacy.k:
        faults.append("privacy.k: needs an audience, such as executive: 10")
    if "default" not in settings.cycle:
        faults.append("cycle: needs the key default")
    known = ["default", *settings.roles, *settings.levels]
    faults += [
        f"cycle.{key}: is neither a role nor a level; {nearest(key, known)}"
        for key in settings.cycle
        if key not in known
    ]
    faults += settings.search.faults(settings.roles, settings.levels)
    shares = {name for name, card in study.cards.items() if card.unit == "share"}
    for name, target in settings.targets.items():
        faults += target.faults(f"targets.{name}", share=name in shares)
    faults += [*(settings.service.faults() if settings.service else []), *settings.pilot.faults()]
    faults += [*settings.costs.faults(LANGUAGES)] if settings.costs else []
    faults += settings.rollout.faults()
    faults += [
        f"expected_shares.{role}: is not a role; {nearest(role, settings.roles)}"
        for role in settings.expected_shares
        if role not in settings.roles
    ]
    if settings.primary_outcome not in OUTCOMES:
        faults.append(f"primary_outcome: {settings.primary_outcome!r}; {nearest(settings.primary_outcome, OUTCOMES)}")
    faults += _history_faults(study)
    if settings.privacy.published_key and not settings.synthetic:
        faults.append("privacy.published_key: is for synthetic studies only; real people need a secret key")
    return faults


def _history_faults(study: Study) -> list[str]:
    """Schemes that have no file, and teams of which the history says two things of one day."""
    history, names = study.settings.scheme_history, study.scheme_names
    faults = [
        f"scheme_history: there is no file schemes/{one.scheme}.yaml; {nearest(one.scheme, names)}"
        for one in history
        if one.scheme not in names
    ]
    for place, one in enumerate(history):
        for other in history[:place]:
            shared = {*_whom(one)} & {*_whom(other)}
            if shared and (one.holds(other.first_day) or other.holds(one.first_day)):
                faults.append(
                    f"scheme_history: {min(shared)} is under {other.scheme} and under {one.scheme} on "
                    f"{max(one.first_day, other.first_day)}; end one period the day before the other begins"
                )
    return faults


def _whom(period: SchemePeriod) -> tuple[str, ...]:
    return ("all",) if period.who == "all" else period.who

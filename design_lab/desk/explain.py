"""One person's score explained, to the person and to who hears an appeal: computed here, worded in `explained`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.desk.explained import Explained, told
from design_lab.desk.heard import Heard, heard
from design_lab.errors import StudyError
from design_lab.evaluation.correction import Correction, Flip, correct, flips, last_row, parse_change
from design_lab.evaluation.official import Official, official
from design_lab.evaluation.replay import Replay, replay
from design_lab.evaluation.rerun import DRAWS, Rerun, rerun
from design_lab.evaluation.standing import Standing, standing
from design_lab.files import write_text
from design_lab.periods import Quarter
from design_lab.report.page import render_page
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel, Scores, everybody, in_force, panel, score_in_force, targets
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_SEED = 42  # the same question gets the same answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person under one scheme: where she stands, what corrected data would do, and what would change the grade.

    `correction` is None where nothing was corrected; `official` holds the score and the grade as published, each None
    if it was not.
    """

    standing: Standing
    correction: Correction | None
    flips: tuple[Flip, ...]
    official: tuple[float | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What `explain` found for one pseudonym in one quarter, under one or two schemes.

    `panel` is the quarter's, `row` the person's last spell in it and `spells` how many she had; `appeals` are those
    that she filed against the quarter's result, each with what it would correct under the scheme in force.
    """

    study: Study
    quarter: Quarter
    employee: str
    panel: Panel
    row: Any
    spells: int
    accounts: tuple[Account, ...]
    appeals: tuple[Heard, ...]

    def told(self, lang: str) -> Explained:
        """Word the explanation in a language."""
        return told(self, lang)

    def lines(self, lang: str) -> list[str]:
        """Return the explanation in a few lines for a console."""
        return list(self.told(lang).lines)

    def write(self, path: Path, langs: Sequence[str]) -> Path:
        """Write one self-contained page, a part in each of the languages; return its path."""
        pages = [self.told(lang) for lang in langs]
        mark = " · ".join(page.mark for page in pages if page.mark)
        write_text(path, render_page("explain.html.j2", pages=pages, title=pages[0].title, mark=mark))
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A quarter on which people's scores are explained: made once for everybody.

    `held` says who was under which scheme, none of them assuming what the replay of official results confirms;
    `replayed` is None where the history says no scheme.
    """

    study: Study
    quarter: Quarter
    panel: Panel
    given: Official
    held: InForce
    medians: pd.DataFrame
    replayed: Replay | None

    @classmethod
    def of(cls, study: Study, quarter: Quarter, schemes: Sequence[Scheme] = ()) -> Ground:
        """Bring a quarter together; `schemes` are those that are looked at beside the ones in force."""
        people, given = panel(study, quarter), official(study, quarter)
        held = in_force(study, people, quarter)
        medians = targets(study, quarter, schemes=[*schemes, *held.schemes.values()])
        replayed = replay(people, held, given, medians=medians) if held.schemes else None
        return cls(
            study=study,
            quarter=quarter,
            panel=people,
            given=given,
            held=replayed.settled if replayed else held,
            medians=medians,
            replayed=replayed,
        )


def explain(
    study: Study,
    employee: str,
    *,
    quarter: Quarter,
    schemes: Sequence[str] = (),
    changes: Sequence[str] = (),
    progress: Callable[[str], None] = lambda line: None,
) -> Explanation:
    """Explain a person's score under the schemes named, the one that was in force for her if none is.

    Her own is graded beside the others that were in force in the quarter; under any other one everybody is. `changes`
    are corrected data as `indicator=value`. A pseudonym that is not on the roster, a scheme or an indicator that is not
    known, a value that cannot be, and a history that does not say her scheme raise a `DesignLabError`.
    """
    plans = [study.scheme(name) for name in dict.fromkeys(schemes)]
    ground = Ground.of(study, quarter, plans)
    people, held = ground.panel, ground.held
    row = last_row(people, employee)
    own = held.under[row]
    if own is None and not schemes:
        raise StudyError(
            f"scheme_history in study.yaml does not say under which scheme {employee} was at the end of {quarter}; name"
            " one with --scheme"
        )
    accounts = []
    for plan in plans or [held.schemes[own]]:
        progress(f"scoring {employee} under {plan.name}")
        scheme = held.schemes.get(plan.name, plan)
        under = held if plan.name == own else everybody(people, scheme)
        account = _account(ground, row, under, _measured(ground, scheme, under), changes)
        accounts.append(replace(account, official=ground.given.published(employee)) if plan.name == own else account)
    hers = held.schemes.get(own) or accounts[0].standing.scores.scheme
    under = held if own in held.schemes else everybody(people, hers)
    scored = {one.standing.scores.scheme.name: one.standing.scores for one in accounts}
    appeals = heard(
        study, quarter, employee, people, row, hers, under, ground.given, medians=ground.medians,
        before=scored.get(hers.name),
    )  # fmt: skip
    return _explanation(ground, employee, row, tuple(accounts), appeals)


def explain_everybody(ground: Ground) -> Iterator[Explanation]:
    """Explain everybody's score under her own scheme, appeals left out; who was under none that is known is left out.

    The same as `explain` person by person, but the quarter is scored and measured once.
    """
    held = ground.held
    measured = {name: _measured(ground, scheme, held) for name, scheme in held.schemes.items()}
    for employee in dict.fromkeys(ground.panel.people.index.get_level_values("employee_id")):
        row = last_row(ground.panel, str(employee))
        own = held.under[row]
        if own is None:
            continue
        account = _account(ground, row, held, measured[own], ())
        account = replace(account, official=ground.given.published(str(employee)))
        yield _explanation(ground, str(employee), row, (account,), ())


def _explanation(
    ground: Ground, employee: str, row: Any, accounts: tuple[Account, ...], appeals: tuple[Heard, ...]
) -> Explanation:
    return Explanation(
        study=ground.study,
        quarter=ground.quarter,
        employee=employee,
        panel=ground.panel,
        row=row,
        spells=int((ground.panel.people.index.get_level_values("employee_id") == employee).sum()),
        accounts=accounts,
        appeals=appeals,
    )


def _measured(ground: Ground, scheme: Scheme, held: InForce) -> tuple[Scores, Rerun]:
    """Everybody's scores under a scheme, and what equally good measurements would have given."""
    scores = score_in_force(ground.panel, held, medians=ground.medians)[scheme.name]
    rng = np.random.default_rng(_SEED)
    return scores, rerun(ground.panel, scores, medians=ground.medians, rng=rng, draws=DRAWS, held=held)


def _account(
    ground: Ground, row: Any, held: InForce, measured: tuple[Scores, Rerun], changes: Sequence[str]
) -> Account:
    people, medians, (scores, again) = ground.panel, ground.medians, measured
    asked = dict(parse_change(text, scores) for text in changes)
    pay = ground.given.pay
    return Account(
        standing=standing(people, again, row, least=ground.study.settings.privacy.strictest),
        correction=correct(people, scores, row, asked, medians=medians, pay=pay, held=held) if asked else None,
        flips=flips(people, scores, row, medians=medians, held=held),
        official=(None, None),
    )

"""One person's score explained, to the person and to who hears an appeal: computed here, worded in `explained`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.desk.explained import Explained, told
from design_lab.desk.heard import Heard, heard
from design_lab.errors import StudyError
from design_lab.evaluation.correction import Correction, Flip, correct, flips, last_row, parse_change
from design_lab.evaluation.official import Official, official
from design_lab.evaluation.replay import replay
from design_lab.evaluation.rerun import DRAWS, rerun
from design_lab.evaluation.standing import Standing, standing
from design_lab.files import write_text
from design_lab.periods import Quarter
from design_lab.report.page import render_page
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel, everybody, in_force, panel, score_in_force, targets
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
    people, given = panel(study, quarter), official(study, quarter)
    row = last_row(people, employee)
    held = in_force(study, people, quarter)
    own = held.under[row]
    if own is None and not schemes:
        raise StudyError(
            f"scheme_history in study.yaml does not say under which scheme {employee} was at the end of {quarter}; name"
            " one with --scheme"
        )
    plans = [study.scheme(name) for name in dict.fromkeys(schemes or (own,))]
    medians = targets(study, quarter, schemes=[*plans, *held.schemes.values()])
    if held.schemes:
        held = replay(people, held, given, medians=medians).settled
    accounts = []
    for plan in plans:
        progress(f"scoring {employee} under {plan.name}")
        scheme = held.schemes.get(plan.name, plan)
        under = held if plan.name == own else everybody(people, scheme)
        account = _account(people, row, scheme, under, given, changes, medians, least=study.settings.privacy.strictest)
        accounts.append(replace(account, official=given.published(employee)) if plan.name == own else account)
    hers = held.schemes.get(own) or accounts[0].standing.scores.scheme
    under = held if own in held.schemes else everybody(people, hers)
    scored = {one.standing.scores.scheme.name: one.standing.scores for one in accounts}
    return Explanation(
        study=study,
        quarter=quarter,
        employee=employee,
        panel=people,
        row=row,
        spells=int((people.people.index.get_level_values("employee_id") == employee).sum()),
        accounts=tuple(accounts),
        appeals=heard(
            study, quarter, employee, people, row, hers, under, given, medians=medians, before=scored.get(hers.name)
        ),
    )


def _account(
    people: Panel,
    row: Any,
    scheme: Scheme,
    held: InForce,
    given: Official,
    changes: Sequence[str],
    medians: pd.DataFrame,
    *,
    least: int,
) -> Account:
    scores = score_in_force(people, held, medians=medians)[scheme.name]
    asked = dict(parse_change(text, scores) for text in changes)
    again = rerun(people, scores, medians=medians, rng=np.random.default_rng(_SEED), draws=DRAWS, held=held)
    return Account(
        standing=standing(people, again, row, least=least),
        correction=correct(people, scores, row, asked, medians=medians, pay=given.pay, held=held) if asked else None,
        flips=flips(people, scores, row, medians=medians, held=held),
        official=(None, None),
    )

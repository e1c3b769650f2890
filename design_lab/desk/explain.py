"""One person's score explained, to the person and to who hears an appeal: computed here, worded in `explained`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from design_lab.desk.explained import Explained, told
from design_lab.desk.heard import Heard, heard
from design_lab.evaluation.correction import Correction, Flip, correct, flips, last_row, parse_change
from design_lab.evaluation.official import Official, official
from design_lab.evaluation.replay import replay
from design_lab.evaluation.rerun import DRAWS, rerun
from design_lab.evaluation.standing import Standing, standing
from design_lab.files import write_text
from design_lab.periods import Quarter
from design_lab.report.page import render_page
from design_lab.scheme import Scheme
from design_lab.scoring import Panel, everybody, panel, score, targets
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
    """Explain a person's score under the schemes named, the one in force if none is.

    `changes` are corrected data as `indicator=value`. A pseudonym that is not on the roster, a scheme or an indicator
    that is not known and a value that cannot be raise a `DesignLabError`.
    """
    current = study.settings.current_scheme
    plans = {name: study.scheme(name) for name in dict.fromkeys((*schemes, current))}
    people, given = panel(study, quarter), official(study, quarter)
    row, medians = last_row(people, employee), targets(study, quarter)
    # What the official results confirm is not assumed of the scheme in force.
    plans[current] = replay(people, everybody(people, plans[current]), given, medians=medians).settled.leading
    accounts = []
    for name in dict.fromkeys(schemes or (current,)):
        progress(f"scoring {employee} under {name}")
        accounts.append(_account(study, people, employee, row, plans[name], given, changes, medians))
    return Explanation(
        study=study,
        quarter=quarter,
        employee=employee,
        panel=people,
        row=row,
        spells=int((people.people.index.get_level_values("employee_id") == employee).sum()),
        accounts=tuple(accounts),
        appeals=heard(study, quarter, employee, people, row, plans[current], given, medians=medians),
    )


def _account(
    study: Study,
    people: Panel,
    employee: str,
    row: Any,
    scheme: Scheme,
    given: Official,
    changes: Sequence[str],
    medians: pd.DataFrame,
) -> Account:
    scores = score(people, scheme, medians=medians)
    asked = dict(parse_change(text, scores) for text in changes)
    again = rerun(people, scores, medians=medians, rng=np.random.default_rng(_SEED), draws=DRAWS)
    return Account(
        standing=standing(people, again, row, least=study.settings.privacy.strictest),
        correction=correct(people, scores, row, asked, medians=medians, pay=given.pay) if asked else None,
        flips=flips(people, scores, row, medians=medians),
        official=given.published(employee) if scheme.name == study.settings.current_scheme else (None, None),
    )

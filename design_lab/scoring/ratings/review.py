"""A quarter's ratings reviewed whole: raters, agreement, self-ratings, reciprocity, habits and load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from design_lab.display import Shown
from design_lab.errors import DataError
from design_lab.finding import Finding, state
from design_lab.periods import Quarter
from design_lab.scoring.ratings.agreement import Agreement, Scale, agreement
from design_lab.scoring.ratings.anonymity import suppressed
from design_lab.scoring.ratings.forms import Forms, forms
from design_lab.scoring.ratings.habits import Habits, habits
from design_lab.scoring.ratings.load import RaterLoad, rater_load
from design_lab.scoring.ratings.oneself import SelfOther, self_other
from design_lab.scoring.ratings.reciprocity import Reciprocity, reciprocity
from design_lab.scoring.ratings.severity import Severity, severity
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

Part = Severity | Agreement | SelfOther | Reciprocity | Habits | RaterLoad


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Review(Shown):
    """What a quarter's ratings are worth; `given` is None and `parts` empty where nobody rated anybody else."""

    quarter: str
    given: Forms | None
    parts: tuple[Part, ...]

    def table(self) -> pd.DataFrame:
        """Return the findings, one row each: id, value, unit, n."""
        import pandas as pd

        rows = [(finding.id, finding.value, finding.unit, finding.n) for finding in self.findings()]
        return pd.DataFrame(rows, columns=["finding", "value", "unit", "n"])

    def findings(self) -> tuple[Finding, ...]:
        """State who has too few raters, and what each part says."""
        if self.given is None:
            return (
                state(
                    "ratings.severity_sd", None, says="ratings.not_delivered", unit="rating_points", n=0,
                    claim="unidentified", quarter=self.quarter,
                ),
            )  # fmt: skip
        return suppressed(self.given), *(finding for part in self.parts for finding in part.findings())


def ratings_review(study: Study, quarter: Quarter, *, minutes_per_form: float) -> Review:
    """Review a quarter's ratings; what a form takes is an assumption in minutes.

    The form's scale is taken for what was used of it; where every answer is the same there are no habits to describe.
    """
    import pandas as pd

    path = study.tables / "ratings" / f"{quarter}.parquet"
    try:
        given = forms(pd.read_parquet(path)) if path.is_file() else None
    except DataError:
        given = None  # nobody rated anybody else
    if given is None:
        return Review(quarter=str(quarter), given=None, parts=())
    known, points = severity(given), given.answers["points"]
    used = (habits(given, known, scale=Scale.used_in(points)),) if points.nunique() > 1 else ()
    load = rater_load(given, minutes_per_form=minutes_per_form)
    parts = (known, agreement(given), self_other(given), reciprocity(given), *used, load)
    return Review(quarter=str(quarter), given=given, parts=parts)

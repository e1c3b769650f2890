"""Peer ratings in the panel with the raters' severity taken out: value, raters, error, and who can be told apart.

Ratings belong to the spell at their quarter's end. Whoever rates a person in several quarters of a longer span counts
once, with the mean of her answers, so that five raters are five people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue import Card
from design_lab.periods import Span
from design_lab.scoring.measures import prepared
from design_lab.scoring.ratings import forms, rating_signals, severity
from design_lab.scoring.roster import Roster
from design_lab.scoring.sums import Told, tables_of
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Ratings with severity taken out; `told` is None where nobody's can be, `limits` are keys below `limit.`."""

    told: Told | None
    limits: tuple[str, ...]


def peers(study: Study, span: Span, people: Roster, cards: Mapping[str, Card]) -> dict[str, Peers]:
    """Return what the cards that take severity out tell of a period; nothing where nobody is rated by others."""
    names = [name for name, card in cards.items() if card.adjusted and card.adjusted.takes_out == "severity"]
    answers = _answers(study, span, people) if names else None
    if answers is None:
        return {}
    found = _severity_out(answers, people)
    return dict.fromkeys(names, found)


def _answers(study: Study, span: Span, people: Roster) -> pd.DataFrame | None:
    """Answers by others as `forms` reads them, people named by their row of the roster; None where there are none.

    People who are not on the roster stay in, for they tell how strict their raters are.
    """
    import pandas as pd

    closing = study.settings.calendar.month_ends_on
    parts = []
    for quarter in span.quarters(closing):
        last_day = quarter.last_day(closing)
        if not span.first_day <= last_day <= span.last_day:
            continue
        for name, rows in tables_of(study, quarter, ["ratings"]):
            given = prepared(name, rows).to_pyarrow().to_pandas().dropna(subset="points_x100")
            if given.empty:
                continue
            row = people.rows_of(given["employee_id"], pd.Series(pd.Timestamp(last_day), index=given.index))
            named = np.where(row >= 0, [_name(one) for one in row], "other " + given["employee_id"].astype(object))
            # Raters are named apart, because a person's row is not the person.
            parts.append(given.assign(employee_id=named, rater_id="rater " + given["rater_id"].astype(object)))
    if not parts:
        return None
    keys = ["employee_id", "rater_id", "item"]
    pooled: pd.DataFrame = pd.concat(parts).groupby(keys)[["points_x100"]].mean().reset_index()
    return pooled


def _name(row: int) -> str:
    return f"row {row:09}"


def _severity_out(answers: pd.DataFrame, people: Roster) -> Peers:
    """The adjusted ratings by row; who shares no rater with anybody is compared with nobody and left out."""
    import pandas as pd

    fitted = severity(forms(answers))
    if fitted.unknown:
        return Peers(told=None, limits=("severity_unknown",))
    rows = pd.Series({_name(row): row for row in range(len(people.people))})
    alone = fitted.people.groupby("part")["part"].transform("size") == 1
    rated = fitted.people[~alone & fitted.people.index.isin(rows.index)]
    n = rated["n_raters"]
    frame = pd.DataFrame(
        {
            "over": rated["adjusted"] * n, "under": n, "n": n, "squares": np.nan, "units": n,
            "error": rated["standard_error"],
        }
    ).set_axis(rows[rated.index].to_numpy())  # fmt: skip
    role = people.people["role"].set_axis([*rows.index])
    told = Told(
        table="ratings",
        frame=frame,
        centre=(float(frame["over"].sum() / n.sum()) if len(n) else float("nan"), int(n.sum())),
        signals=rating_signals(answers, role[rated.index]),
    )
    apart = fitted.people.loc[~alone, "part"].nunique() > 1
    assigned = "severity_and_teams" if apart else "severity_assigned"
    return Peers(told=told if len(frame) else None, limits=(assigned, *(("severity_alone",) if alone.any() else ())))

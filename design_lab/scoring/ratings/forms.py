"""Rating forms: one rater's answers on one person, checked, item by item and as one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.errors import DataError
from design_lab.scoring.ratings.blocks import Array
from design_lab.scoring.ratings.crossed import Design

if TYPE_CHECKING:
    import pandas as pd

MINIMUM_RATERS = 5  # below, a person's ratings are neither scored nor shown (360 practice: fewer than 5 are hidden)
KEY = ("rater_id", "employee_id", "item")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forms:
    """Ratings of people by people, in points, ordered by person, rater and item.

    `answers` has rater_id, employee_id, item, points, one row an answer, ratings of oneself among them; `others` has
    rater_id, employee_id, points, items, one row a form by somebody else, keyed 0 to n - 1: its points are the mean of
    its answers less what their items are rated above or below the average item, so that forms with open items stand
    beside whole ones. `item_variance` is the variance of single answers about their form's mean, after items and what
    raters agree on about a person's profile, on `item_df` degrees of freedom; None with one item or no second rater.
    """

    answers: pd.DataFrame
    others: pd.DataFrame
    item_variance: float | None
    item_df: int

    def __repr__(self) -> str:
        raters, people = (self.others[key].nunique() for key in ("rater_id", "employee_id"))
        return f"Forms({len(self.others)} forms by {raters} raters on {people} people)"

    def design(self, within: pd.Series | None = None) -> tuple[Design, pd.Index, pd.Index]:
        """Return the forms by others (those flagged, if given) as arrays, with the ids of ratees and of raters."""
        import pandas as pd

        chosen = self.others if within is None else self.others[within]
        ratee, people = pd.factorize(chosen["employee_id"], sort=True)
        rater, raters = pd.factorize(chosen["rater_id"], sort=True)
        design = Design(
            y=chosen["points"].to_numpy(np.float64),
            ratee=ratee.astype(np.int64),
            rater=rater.astype(np.int64),
            weight=np.ones(len(chosen)),
        )
        return design, pd.Index(people), pd.Index(raters)


def forms(ratings: pd.DataFrame) -> Forms:
    """Read ratings, with rater_id, employee_id, item and points or points_x100 (hundredths, as the canonical table).

    A missing column, an empty cell, an answer given twice or no rating by somebody else raises `DataError`.

    >>> import pandas as pd
    >>> rows = [("A", "B", "help", 400), ("C", "B", "help", 500), ("B", "B", "help", 500)]
    >>> forms(pd.DataFrame(rows, columns=["rater_id", "employee_id", "item", "points_x100"]))
    Forms(2 forms by 2 raters on 1 people)
    """
    answers = _checked(ratings)
    by_others = answers[answers["rater_id"] != answers["employee_id"]]
    if by_others.empty:
        raise DataError("ratings: nobody is rated by somebody else, and ratings of oneself are in no score")
    levelled = by_others["points"] - _item_effects(by_others)
    grouped = levelled.groupby([by_others["employee_id"], by_others["rater_id"]])
    others = grouped.agg(points="mean", items="size").reset_index()
    variance, df = _item_variance(by_others)
    return Forms(answers=answers, others=others, item_variance=variance, item_df=df)


def _checked(ratings: pd.DataFrame) -> pd.DataFrame:
    scale = 100 if "points_x100" in ratings else 1
    points = "points_x100" if "points_x100" in ratings else "points"
    if missing := [name for name in (*KEY, points) if name not in ratings]:
        raise DataError(f"ratings: no column {', '.join(missing)}; there are {', '.join(map(str, ratings.columns))}")
    answers = ratings[[*KEY]].assign(points=ratings[points].astype("float64") / scale)
    if answers.isna().any(axis=None):
        empty = [str(name) for name in answers if answers[name].isna().any()]
        raise DataError(f"ratings: empty cells in {', '.join(empty)}; leave such rows out with a reason")
    if twice := int(answers.duplicated(list(KEY)).sum()):
        rater, person, item = answers.loc[answers.duplicated(list(KEY)), list(KEY)].iloc[0]
        raise DataError(
            f"ratings: {twice} answers are given twice, the first by rater {rater} on {person}, item {item}; keep one"
        )
    return answers.sort_values(["employee_id", "rater_id", "item"], ignore_index=True)


def _item_effects(answers: pd.DataFrame) -> Array:
    """How far each answer's item is rated above the average item, (answers,), within the forms that hold both."""
    import pandas as pd

    item, names = pd.factorize(answers["item"], sort=True)
    if len(names) < 2:
        return np.zeros(len(answers))
    form = answers.groupby(["employee_id", "rater_id"]).ngroup().to_numpy()
    size = np.bincount(form)
    held = np.zeros((len(size), len(names)))
    np.add.at(held, (form, item), 1.0)
    total = np.bincount(form, answers["points"])
    points = np.bincount(item, answers["points"], minlength=len(names))
    normal = np.diag(held.sum(axis=0)) - held.T @ (held / size[:, None])
    effects = np.linalg.lstsq(normal, points - held.T @ (total / size), rcond=None)[0]
    return np.asarray((effects - effects.mean())[item])


def _item_variance(answers: pd.DataFrame) -> tuple[float | None, int]:
    """The variance of whole forms' answers about form and common profile: the residual of raters x items by person."""
    whole = whole_forms(answers)
    apart = whole.sub(whole.mean(axis="columns"), axis="index")
    by_person = apart.groupby(level="employee_id")
    residual = (apart - by_person.transform("mean")).to_numpy(np.float64)
    raters = by_person.size()
    df = int((raters[raters > 1] - 1).sum()) * (whole.shape[1] - 1)
    return (float((residual**2).sum()) / df, df) if df > 0 else (None, 0)


def whole_forms(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the forms on which every item is answered, keyed by employee_id and rater_id, a column an item."""
    return answers.pivot(index=["employee_id", "rater_id"], columns="item", values="points").dropna()

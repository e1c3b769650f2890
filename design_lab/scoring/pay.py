"""What grades are worth: performance pay at par, times the coefficient of the grade, summed to the pool.

Amounts are whole hundredths of the currency of the pay file, so that sums are equal in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.composite import rounded
from design_lab.display import Shown
from design_lab.errors import DataError
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Payroll(Shown):
    """Performance pay of a quarter under a scheme's coefficients, beside what was paid.

    `people` is keyed by `employee_id`: `grade` (None without one), `months` paid, and in hundredths of the currency
    `par_x100` (at a coefficient of 1), `due_x100` (at the scheme's coefficient of the grade, each month rounded to
    hundredths, halves up) and `paid_x100`.
    """

    units: ClassVar = {"people": "count", "at_par": "count", "due": "count", "paid": "count", "coefficient": "share",
                       "paid_coefficient": "share"}  # fmt: skip
    scheme: Scheme
    people: pd.DataFrame

    @property
    def par_x100(self) -> int:
        """The pool if everybody had a coefficient of 1."""
        return int(self.people["par_x100"].sum())

    @property
    def due_x100(self) -> int:
        """The pool that the grades make under the scheme's coefficients."""
        return int(self.people["due_x100"].sum())

    @property
    def paid_x100(self) -> int:
        """The pool that was paid."""
        return int(self.people["paid_x100"].sum())

    def table(self) -> pd.DataFrame:
        """Return one row a grade, best first, and one of the ungraded: heads, amounts, coefficients stated and paid."""
        import pandas as pd

        graded = self.people.assign(grade=self.people["grade"].where(self.people["grade"].notna(), ""))
        sums = graded.groupby("grade")[["par_x100", "due_x100", "paid_x100"]].sum()
        order = [grade for grade in (*self.scheme.grades.names(), "") if grade in sums.index]
        sums = sums.reindex([*order, *(grade for grade in sums.index if grade not in order)])
        return pd.DataFrame(
            {
                "grade": sums.index,
                "people": graded.groupby("grade").size().reindex(sums.index).to_numpy(),
                "at_par": (sums["par_x100"] / 100).to_numpy(),
                "due": (sums["due_x100"] / 100).to_numpy(),
                "paid": (sums["paid_x100"] / 100).to_numpy(),
                "coefficient": [coefficient(self.scheme, grade or None) for grade in sums.index],
                "paid_coefficient": (sums["paid_x100"] / sums["par_x100"].where(sums["par_x100"] > 0)).to_numpy(),
            }
        )


def coefficient(scheme: Scheme, grade: str | None) -> float:
    """Return what a grade is worth; who has none gets the coefficient of the ungraded."""
    return scheme.grades.coefficients.get(grade, float("nan")) if grade else scheme.grades.ungraded


def due_x100(rows: pd.DataFrame, worth: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return what each row of the pay table is due at a coefficient, (m,): whole hundredths, halves up."""
    return rounded(rows["performance_x100"].to_numpy(dtype="float64") * worth, 0, "up").astype("int64")


def payroll(rows: pd.DataFrame, grades: pd.Series, scheme: Scheme) -> Payroll:
    """Pay everybody in the pay table (canonical `pay`, a row a person and month) by grade, a Series by `employee_id`.

    Who is paid and not in `grades` has no grade. A grade to which the scheme gives no coefficient raises `DataError`.
    """
    given = grades.reindex(rows["employee_id"])
    named = [grade if isinstance(grade, str) else None for grade in given]
    if odd := sorted({grade for grade in named if grade} - {*scheme.grades.coefficients}):
        known = ", ".join(scheme.grades.coefficients)
        raise DataError(f"scheme {scheme.name}: grade {odd[0]!r} has no coefficient; the scheme's grades are {known}")
    worth = [coefficient(scheme, grade) for grade in named]
    monthly = rows.assign(grade=np.array(named, dtype=object), due_x100=due_x100(rows, np.array(worth)))
    grouped = monthly.groupby("employee_id", sort=True)
    people = grouped.agg(
        months=("date", "size"),
        par_x100=("performance_x100", "sum"),
        due_x100=("due_x100", "sum"),
        paid_x100=("paid_x100", "sum"),
    )
    people.insert(0, "grade", grouped["grade"].first())
    return Payroll(scheme=scheme, people=people)


def neutral(paid: Payroll, pool_x100: int) -> tuple[Payroll, float]:
    """Return the same grades paid from a pool of so many hundredths, to the hundredth, and the factor on all of it.

    Everybody's amount due times the factor is cut to whole hundredths; what is then left of the pool goes, a hundredth
    each, to the largest remainders (Hamilton's method). A pool that cannot be spread, for nothing is due, raises
    `DataError`.

    >>> import pandas as pd
    >>> scheme = Scheme.read("data/h_bank/schemes/current.yaml")
    >>> pay = pd.DataFrame({"employee_id": ["E1", "E2"], "date": 1, "performance_x100": 1000, "paid_x100": 0})
    >>> given = payroll(pay, pd.Series({"E1": "A", "E2": "D"}), scheme)
    >>> spread, factor = neutral(given, 2001)
    >>> spread.people["due_x100"].tolist(), spread.due_x100, round(factor, 4)
    ([1334, 667], 2001, 1.1117)
    """
    due = paid.people["due_x100"].to_numpy(dtype="int64")
    whole = int(due.sum())
    if whole <= 0:
        raise DataError(
            f"scheme {paid.scheme.name}: nobody is due any performance pay, so that no pool can be spread by it"
        )
    shares = [int(one) * pool_x100 for one in due]  # whole numbers: no rounding before the last step
    given = np.array([share // whole for share in shares], dtype="int64")
    remainders = np.array([share % whole for share in shares], dtype=object)
    first = sorted(range(len(due)), key=lambda at: (-remainders[at], at))[: pool_x100 - int(given.sum())]
    given[first] += 1
    return Payroll(scheme=paid.scheme, people=paid.people.assign(due_x100=given)), pool_x100 / whole

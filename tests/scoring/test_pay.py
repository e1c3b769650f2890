"""Grades to coefficients to performance pay to the pool, with a pencil."""

import datetime as dt

import pandas as pd
import pytest

from design_lab.errors import DataError
from design_lab.scoring.pay import payroll

from .conftest import make_scheme


def months(*rows):
    """A pay table from (person, month, performance pay at par, paid), in hundredths."""
    return pd.DataFrame(
        [(one, dt.date(2026, month, 1), 500_000, par, paid) for one, month, par, paid in rows],
        columns=["employee_id", "date", "base_x100", "performance_x100", "paid_x100"],
    )


PAY = months(
    ("Ann", 7, 100_000, 120_000), ("Ann", 8, 100_001, 120_001), ("Bo", 7, 80_000, 80_000), ("Cy", 7, 50_000, 30_000),
    ("Di", 7, 60_000, 60_000),
)  # fmt: skip
GRADES = pd.Series({"Ann": "A", "Bo": "B", "Cy": "D", "Fay": "A"}, dtype=object)


def test_each_month_is_par_times_the_coefficient_and_the_pool_their_sum():
    found = payroll(PAY, GRADES, make_scheme())
    # Ann 1.2 x 1000.00 and 1.2 x 1000.01 = 1200.012, rounded 1200.01; Bo 800; Cy .6 x 500; Di has no grade: 600.
    assert found.people["due_x100"].tolist() == [240_001, 80_000, 30_000, 60_000]
    assert (found.par_x100, found.due_x100, found.paid_x100) == (390_001, 410_001, 410_001)
    assert found.people["months"].tolist() == [2, 1, 1, 1]


def test_who_has_no_grade_gets_the_coefficient_of_the_ungraded():
    grades = make_scheme().model_dump()["grades"] | {"ungraded": 0.5}
    assert payroll(PAY, GRADES, make_scheme(grades=grades)).people.loc["Di", "due_x100"] == 30_000


def test_the_table_shows_what_each_grade_was_really_paid():
    table = payroll(PAY, GRADES, make_scheme()).table().set_index("grade")
    assert table.index.tolist() == ["A", "B", "D", ""]
    assert table.loc["D", ["people", "at_par", "paid", "coefficient", "paid_coefficient"]].tolist() == [
        1,
        500,
        300,
        0.6,
        0.6,
    ]
    assert table.loc["A", "paid_coefficient"] == pytest.approx(240_001 / 200_001)


def test_a_grade_without_a_coefficient_is_refused_in_words():
    with pytest.raises(
        DataError, match=r"scheme test: grade 'S' has no coefficient; the scheme's grades are A, B, C, D"
    ):
        payroll(PAY, pd.Series({"Ann": "S"}, dtype=object), make_scheme())

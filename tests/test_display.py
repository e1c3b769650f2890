"""Numbers as a reader of each language sees them."""

import math
from typing import ClassVar

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.catalogue import LANGUAGES
from design_lab.display import UNITS, Quantity, Shown, Term, interval, number, worded
from design_lab.errors import FindingError


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (0.1055, "share", "10.6%", "10.6%"),
        (-0.00004, "share", "0.0%", "0.0%"),
        (0.4, "weight", "40%", "40%"),
        (1_504_967, "count", "1,504,967", "1,504,967"),
        (1, "people", "1 person", "1 人"),
        (2, "people", "2 people", "2 人"),
        (13.449, "per_hour", "13.4 per hour", "13.4 通/小时"),
        (2.25, "percentage_points", "2.3 pp", "2.3 个百分点"),
        (None, "share", "–", "–"),
    ],
)
def test_numbers_are_written_in_their_unit(value, unit, en, zh):
    assert number(value, unit, "en") == en
    assert number(value, unit, "zh") == zh


def test_intervals_and_parts_are_worded():
    assert interval(-0.049, 0.426, "share", "zh") == "-4.9% 至 42.6%"
    assert worded(Quantity(0.25, "weight"), "en") == "25%"
    assert worded(Term("dimension.csat"), "zh") == "客户满意度"
    assert worded({"en": "Balanced", "zh": "均衡"}, "zh") == "均衡"
    assert worded("2026Q3", "zh") == "2026Q3"


def test_a_result_shows_itself_with_words_left_and_numbers_right_and_nothing_is_taken_for_html():
    class Result(Shown):
        units: ClassVar = {"share": "share"}

        def table(self):
            return pd.DataFrame({"team": ["<b>A</b>", "B"], "share": [0.5, float("nan")], "n": [3, 4]})

    assert "50.0%" in repr(Result())
    assert Result()._repr_html_() == (
        '<table><thead><tr><th style="text-align: left">team</th><th style="text-align: right">share</th>'
        '<th style="text-align: right">n</th></tr></thead><tbody><tr><td style="text-align: left">&lt;b&gt;A&lt;/b&gt;'
        '</td><td style="text-align: right">50.0%</td><td style="text-align: right">3</td></tr><tr>'
        '<td style="text-align: left">B</td><td style="text-align: right">–</td><td style="text-align: right">4</td>'
        "</tr></tbody></table>"
    )


def test_an_unknown_unit_is_refused_with_the_nearest():
    with pytest.raises(FindingError, match=r"unit 'shares' is not known; did you mean 'share'\?"):
        number(1, "shares")


@given(st.floats(-1e6, 1e6), st.sampled_from(UNITS), st.sampled_from(LANGUAGES))
def test_no_number_is_shown_as_minus_zero_or_further_off_than_its_last_digit(value, unit, lang):
    shown = number(value, unit, lang)
    assert not shown.startswith("-0.0%")
    digits = "".join(c for c in shown if c in "-.0123456789")
    scale = 100 if unit in ("share", "weight") else 1
    last = len(digits.split(".")[1]) if "." in digits else 0
    assert math.isclose(float(digits), value * scale, abs_tol=0.5 * 10**-last + 1e-6 * max(1, abs(value * scale)))

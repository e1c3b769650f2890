"""Numbers as a reader of each language sees them."""

import importlib
import math
import pkgutil
import re
from typing import ClassVar

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import design_lab
from design_lab.catalogue import LANGUAGES, words
from design_lab.display import UNITS, Quantity, Shown, Term, View, interval, number, worded
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
    if unit == "chance" and not 0.01 <= value <= 0.99:
        assert shown == number(math.copysign(1e6, value - 0.5), unit, lang)
        return
    digits = re.search(r"-?[\d,]*\.?\d+", shown).group().replace(",", "")
    scale = 100 if unit in ("share", "chance", "weight") else 1
    last = len(digits.split(".")[1]) if "." in digits else 0
    assert math.isclose(float(digits), value * scale, abs_tol=0.5 * 10**-last + 1e-6 * max(1, abs(value * scale)))


class _Named(Shown):
    units: ClassVar = {"effective": "share", "rows": "count"}

    def table(self):
        return pd.DataFrame(
            {
                "role": ["marketing", "unknown_role"],
                "dimension": ["csat", "x_own"],
                "effective": [0.25, float("nan")],
                "observations": [37455, 3],
                "small": [True, False],
                "own_column": ["a", None],
            }
        )


@pytest.mark.parametrize(
    ("lang", "header", "first", "second"),
    [
        (
            "en",
            ["role", "dimension", "effective", "observations", "small group", "own_column"],
            ["marketing people", "customer satisfaction", "25.0%", "37,455", "yes", "a"],
            ["unknown_role", "x_own", "–", "3", "no", "–"],
        ),
        (
            "zh",
            ["岗位", "维度", "有效权重", "观测数", "人数过少", "own_column"],
            ["市场人员", "客户满意度", "25.0%", "37,455", "是", "a"],
            ["unknown_role", "x_own", "–", "3", "否", "–"],
        ),
    ],
)
def test_a_view_names_headers_and_ids_in_its_language_and_the_table_keeps_ids(lang, header, first, second):
    result = _Named()
    view = View(result=result, lang=lang, names={"role": {"marketing": {"en": "marketing people", "zh": "市场人员"}}})
    frame = view.frame()
    assert list(frame.columns) == header
    assert frame.to_numpy().tolist() == [first, second]
    html = view._repr_html_()
    assert all(f">{cell}<" in html for cell in (*header, *first, *second))
    assert f'<td style="text-align: right">{first[3]}</td>' in html
    assert first[1] in repr(view)
    assert result.table()["dimension"].tolist() == ["csat", "x_own"]
    assert "role" in result.table()


@pytest.mark.parametrize(("lang", "said"), [("en", "nothing to show here"), ("zh", "此处没有内容")])
def test_a_view_of_no_rows_says_so_and_is_no_header_over_nothing(lang, said):
    class Empty(_Named):
        def table(self):
            return super().table().head(0)

    view = View(result=Empty(), lang=lang, names={})
    assert (repr(view), view._repr_html_()) == (said, f"<p>{said}</p>")


def test_every_header_with_a_unit_has_words_in_both_languages():
    """A result with a column that no reader of Chinese can read is found here."""
    for module in pkgutil.walk_packages(design_lab.__path__, "design_lab."):
        importlib.import_module(module.name)
    results = [one for one in Shown.__subclasses__() if one.__module__.startswith("design_lab.")]
    assert len(results) > 20
    for result in results:
        for column in result.units:
            key = f"shown.{re.sub(r'[^0-9A-Za-z]+', '_', column)}"
            assert all(key in words(lang) for lang in LANGUAGES), (result.__name__, column)

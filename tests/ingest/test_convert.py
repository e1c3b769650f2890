"""Text becomes typed columns; what cannot be read is marked, never guessed."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.ingest.convert import convert, pseudonym, pseudonyms
from design_lab.ingest.origin import From
from design_lab.schema import Column


def read(texts, kind, **origin):
    return convert(pa.array(texts, pa.string()), Column(kind=kind), From.model_validate({"from": "x"} | origin))


@pytest.mark.parametrize(
    ("texts", "kind", "origin", "values", "unread"),
    [
        (["1,234", "12", "1.5e3", "12,34", ""], "count", {}, [1234, 12, None, None, None], [0, 0, 1, 1, 0]),
        (["85.5", "100", "nan"], "points_x100", {}, [8550, 10000, None], [0, 0, 1]),
        (["0:00:59", "25:01:01", "0:61:00", "1:2"], "milliseconds", {"unit": "h:mm:ss"}, [59_000, 90_061_000, None, None], [0, 0, 1, 1]),
        (["1.5", "2"], "milliseconds", {"unit": "minutes"}, [90_000, 120_000], [0, 0]),
        (["0.0005", "3"], "milliseconds", {"unit": "seconds"}, [0, 3000], [0, 0]),
        (["2026-07-01", "2026-02-30", "01/07/2026"], "date", {}, [dt.date(2026, 7, 1), None, None], [0, 1, 1]),
        (["2026-7-1", "2024-2-29", "2025-2-29", "2026-04-31 10:00:00"], "date", {}, [dt.date(2026, 7, 1), dt.date(2024, 2, 29), None, None], [0, 0, 1, 1]),
        (["20260701", "2026-07-01"], "date", {"formats": ("%Y%m%d", "%Y-%m-%d")}, [dt.date(2026, 7, 1)] * 2, [0, 0]),
        (["是", " 否 ", "也许", None], "flag", {"codes": {"是": True, "否": False}}, [True, False, None, None], [0, 0, 1, 0]),
        (["010023", " 010023 "], "text", {}, ["010023", "010023"], [0, 0]),
        (["010023", "10023.0", "10023", "1234567", "A1"], "text", {"width": 6}, ["010023", "010023", "010023", None, None], [0, 0, 0, 1, 1]),
        (["92.3%", "0.923", "92.3", "x%"], "points_x100", {"unit": "share"}, [9230, 9230, 923_000, None], [0, 0, 0, 1]),
        (["92.3%", "92.3", "1,000％"], "points_x100", {"unit": "percent"}, [9230, 9230, 100_000], [0, 0, 0]),
        (["43617", "61", "60", "59", "43617/", "2019-06-01"], "date", {"formats": ("serial", "%Y-%m-%d")}, [dt.date(2019, 6, 1), dt.date(1900, 3, 1), None, None, None, dt.date(2019, 6, 1)], [0, 0, 1, 1, 1, 0]),
        (["43617.75"], "time", {"formats": "serial"}, [dt.datetime(2019, 6, 1, 18)], [0]),
        (["1", "3.0", "2.5"], "date", {"counted": {"first_day": dt.date(2010, 1, 4), "days": 7}}, [dt.date(2010, 1, 4), dt.date(2010, 1, 18), None], [0, 0, 1]),
        (["NULL", "-", " - ", "3"], "count", {"empty": ["NULL", "-"]}, [None, None, None, 3], [0, 0, 0, 0]),
        (["1", "4"], "code", {"codes": {"1": "very_satisfied"}}, ["very_satisfied", None], [0, 1]),
    ],
)  # fmt: skip
def test_a_column_is_read_by_its_kind(texts, kind, origin, values, unread):
    found = read(texts, kind, **origin)
    assert found.values.to_pylist() == values
    assert found.unread.to_pylist() == [bool(flag) for flag in unread]


def test_typed_columns_are_taken_as_they_are():
    when = pa.array([dt.datetime(2026, 7, 1, 8, 0, 1, 999_000)], pa.timestamp("ms"))
    assert convert(when, Column(kind="time"), From(column="x")).values.to_pylist() == [dt.datetime(2026, 7, 1, 8, 0, 1)]
    seconds = pa.array([121], pa.int32())
    found = convert(seconds, Column(kind="milliseconds"), From(column="x", unit="seconds"))
    assert found.values.to_pylist() == [121_000]


@given(st.integers(0, 86_399))
def test_any_clock_time_is_read_to_the_second(seconds):
    text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    assert read([text], "milliseconds", unit="h:mm:ss").values.to_pylist() == [seconds * 1000]


@given(st.text(max_size=12))
def test_no_text_makes_a_number_out_of_nothing(text):
    value = read([text], "count").values[0].as_py()
    if value is not None:
        assert round(float(text.strip().replace(",", ""))) == value


def test_pseudonyms_hide_the_identity_and_keep_it_apart():
    key = "a key of sixteen."
    found = pseudonyms(pa.array(["010023", "010024", "010023"]), key)
    assert found[0] == found[2] != found[1]
    assert "010023" not in str(found)
    assert pseudonym(key, "ACD", "0102") != pseudonym(key, "QA", "0102") != pseudonym("another key......", "QA", "0102")

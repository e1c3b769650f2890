"""Every fault of every row is found and counted; a row is left out once, however much is wrong with it."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from design_lab.ingest import check
from design_lab.ingest.mapping import read_sources
from design_lab.ingest.tables import read_quarter
from design_lab.study import Study

from .conftest import CALLS, ROSTER, Mini


def calls(mini, **changed):
    """Read the quarter without building and return the account of the calls; `changed` goes to the mapping."""
    mini.csv("calls.csv", mini.calls)
    mini.map("interactions", **{"exclude_limit": 1, **changed})
    (report,) = (file for file in read(mini).reports if file.table == "interactions")
    return report


def read(mini, **options):
    mini.write_sources()
    study = Study.open(mini.folder)
    return read_quarter(study, read_sources(study.folder), study.quarters[-1], **options)


def faults(report):
    return {(fault.rule, fault.column): [cell.row for cell in fault.cells] for fault in report.faults}


def put(mini, row, **cells):
    for column, value in cells.items():
        mini.calls[row - 1][mini.calls[0].index(column)] = value


def test_a_row_with_two_faults_is_named_under_both_and_left_out_once(mini):
    put(mini, 4, talk="??", agent="999999")
    put(mini, 7, talk="-5")
    report = calls(mini)
    assert faults(report) == {("unread", "talk"): [4], ("out_of_bounds", "talk"): [7], ("unmatched", "agent"): [4]}
    assert (report.rows, report.used, report.excluded) == (20, 18, 2)


def test_a_cell_has_one_fault_however_many_rules_it_might_break(mini):
    put(mini, 4, talk="??")  # unread, and so without a value: it is not empty as well
    put(mini, 5, start="2062-07-01 09:00:00")
    put(mini, 6, start="")
    report = calls(mini)
    assert faults(report) == {("empty", "start"): [6], ("outside_quarter", "started_at"): [5], ("unread", "talk"): [4]}


def test_five_cells_of_a_fault_are_kept_and_all_are_counted(mini):
    for row in range(3, 13):
        put(mini, row, talk=f"x{row}")
    (fault,) = calls(mini).faults
    assert fault.count == 10
    assert [(cell.row, cell.value) for cell in fault.cells] == [(row, f"x{row}") for row in range(3, 8)]
    (file,) = (file for file in read(mini, listed=7).reports if file.table == "interactions")
    assert [len(fault.cells) for fault in file.faults] == [7]


def test_a_sum_is_not_blamed_again_for_its_parts(mini):
    put(mini, 4, talk="-5")
    put(mini, 5, talk="86000")
    mini.calls = [[*row, "hold" if number == 0 else "500"] for number, row in enumerate(mini.calls)]
    report = calls(mini, columns={"talk_ms": {"from": ["talk", "hold"], "unit": "seconds"}})
    assert faults(report) == {("out_of_bounds", "talk"): [4], ("out_of_bounds", "talk + hold"): [5]}


def test_a_repeated_key_is_used_once_and_a_faulty_row_does_not_stand_for_it(mini):
    put(mini, 4, call="K", talk="??")  # not used, so the next one is
    put(mini, 5, call="K")
    put(mini, 6, call="K")
    put(mini, 7, call="K", talk="??")  # wrong in two ways
    report = calls(mini)
    assert faults(report) == {("unread", "talk"): [4, 7], ("duplicate", "interaction_id"): [6, 7]}
    assert report.used == 17


def test_an_identity_is_shown_in_no_column(mini):
    put(mini, 4, talk="000102", moved="000103")
    put(mini, 5, talk="4711")
    report = calls(mini, columns={"talk_ms": {"from": "talk", "unit": "h:mm:ss"}})
    shown = {(cell.row, fault.column): cell.value for fault in report.faults for cell in fault.cells if cell.row < 6}
    assert shown[4, "talk"] is None
    assert shown[4, "moved"] is None
    assert shown[5, "talk"] == "4711"


def test_a_ragged_row_and_a_file_without_its_header_do_not_show_what_stands_in_them(mini):
    mini.calls[5] += ["王小明", "000103"]
    mini.csv("calls.csv", mini.calls)
    assert "王小明" not in mini.refused()
    mini.csv("calls.csv", [["王小明", "000103", "x", "y", "z"], *CALLS[1:]])
    said = mini.refused()
    assert "there is no such column" in said
    assert "王小明" not in said
    assert "000103" not in said


def test_a_roster_that_cannot_be_read_makes_nobody_a_stranger(mini):
    mini.csv("roster.csv", [["nr", "role"], ["1", "agent"]])
    found = read(mini)
    assert [refusal.kind for refusal in found.refusals] == ["unreadable"]
    assert not any(fault.rule == "unmatched" for file in found.reports for fault in file.faults)
    assert check(Study.open(mini.folder)).agreements == ()


def test_verdicts_of_files_and_of_the_study(mini):
    def verdicts(limit):
        mini.map("interactions", exclude_limit=limit)
        mini.write_sources()
        arrived = check(Study.open(mini.folder))
        return [file.verdict for file in arrived.files], arrived.verdict

    assert verdicts(0.02) == (["pass", "pass"], "pass")
    put(mini, 4, talk="??")
    mini.csv("calls.csv", mini.calls)
    assert verdicts(0.05) == (["pass", "exclusions"], "exclusions")
    assert verdicts(0.02) == (["pass", "refused"], "refused")
    (mini.raw / "roster.csv").unlink()
    assert verdicts(0.05) == (["exclusions"], "refused")


def test_totals_that_do_not_add_up_keep_the_file_s_verdict(mini):
    rows = [["team", "id", "n"], ["a", "000101", "3"], ["a", "000102", "4"], ["小计", "", "8"]]
    mini.book("day.xlsx", {"s": rows})
    columns = {"employee_id": "id", "date": {"constant": "2026-07-01"}, "answered": "n"}
    subtotals = {"column": "team", "words": ["小计"]}
    mini.map("agent_periods", files="day.xlsx", format="xlsx", subtotals=subtotals, columns=columns)
    (report,) = (file for file in read(mini).reports if file.table == "agent_periods")
    assert (report.rows, report.used, report.subtotals, report.verdict) == (3, 2, 1, "pass")
    assert [(total.row, total.stated, total.counted) for total in report.disagreements] == [(4, "8", "7")]


def test_a_stated_mean_is_read_and_never_used(mini):
    rows = [["id", "n", "talk", "wrap", "mean"], ["000101", "2", "100", "20", "60"], ["000102", "2", "100", "20", "75"]]
    rows.append(["000103", "0", "0", "0", "#DIV/0!"])
    mini.csv("day.csv", rows)
    seconds = {column: {"from": column[:-3], "unit": "seconds"} for column in ("talk_ms", "wrap_ms")}
    columns = {"employee_id": "id", "date": {"constant": "2026-07-01"}, "answered": "n", **seconds}
    mini.map(
        "agent_periods",
        files="day.csv",
        format="csv",
        columns=columns,
        checks={"mean_handle_ms": {"from": "mean", "unit": "seconds"}},
    )
    found = {one.rule: (one.count, one.of) for one in mini.build().agreements}
    assert found["mean_handle_differs"] == (1, 2)
    assert len(mini.table("agent_periods")) == 3


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        (
            {"mean_handel_ms": {"from": "talk", "unit": "seconds"}},
            "is no mean that is compared; did you mean 'mean_handle_ms'",
        ),
        ({"mean_handle_ms": "talk"}, r"checks\.mean_handle_ms\.unit: is missing"),
        ({"mean_handle_ms": {"constant": "5", "unit": "seconds"}}, "needs one column of the file"),
    ],
)
def test_a_wrong_check_column_is_refused_with_its_key(mini, checks, said):
    from design_lab.errors import StudyError

    mini.csv("day.csv", [["id"]])
    columns = {"employee_id": "id", "date": {"constant": "2026-07-01"}}
    mini.map("agent_periods", files="day.csv", format="csv", columns=columns, checks=checks)
    with pytest.raises(StudyError, match=said):
        mini.build()


DAMAGE = {
    "call": ["", "C03", "C11"],
    "agent": ["", "999999", "000101"],
    "start": ["", "??", "2062-07-01 09:00:00"],
    "talk": ["", "??", "-5", "86401", "60.4"],
    "moved": ["", "也许", "是"],
    "mark": ["小计", "drop"],
}
HEADER = [*CALLS[0], "mark"]


def expected(rows):
    """By another road, cell by cell: the faults with their rows, and how many rows are used."""
    found, asides, sound, keys, all_keys = Counter(), Counter(), 0, set(), set()
    known = {identity for identity, _ in ROSTER[1:]}
    for row in rows:
        cells = dict(zip(HEADER, row, strict=True))
        if cells["mark"]:
            asides[cells["mark"]] += 1
            continue
        wrong = [("empty", column) for column in ("call", "agent", "start", "talk") if cells[column] == ""]
        wrong += [("unread", column) for column in ("start", "talk") if cells[column] == "??"]
        wrong += [("unread", "moved")] * (cells["moved"] == "也许")
        wrong += [("out_of_bounds", "talk")] * (cells["talk"] in ("-5", "86401"))
        wrong += [("outside_quarter", "started_at")] * cells["start"].startswith("2062")
        wrong += [("unmatched", "agent")] * (bool(cells["agent"]) and cells["agent"] not in known)
        if cells["call"] and cells["call"] in (all_keys if wrong else keys):
            wrong.append(("duplicate", "interaction_id"))
        all_keys.add(cells["call"])
        if not wrong:
            keys.add(cells["call"])
            sound += 1
        found.update(wrong)
    return found, asides, sound


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(sorted(DAMAGE)).flatmap(
            lambda column: st.tuples(st.integers(0, 19), st.just(column), st.sampled_from(DAMAGE[column]))
        ),
        max_size=30,
    )
)
def test_rows_are_used_left_out_subtotals_or_set_aside_whatever_is_damaged(damage):
    rows = [[*row, ""] for row in CALLS[1:]]
    for row, column, value in damage:
        rows[row][HEADER.index(column)] = value
    with tempfile.TemporaryDirectory() as folder:
        mini = Mini(Path(folder) / "mini")
        mini.calls = [HEADER, *rows]
        report = calls(
            mini, subtotals={"column": "mark", "words": ["小计"]}, drop_rows={"column": "mark", "words": ["drop"]}
        )
    found, asides, sound = expected(rows)
    assert {(fault.rule, fault.column): fault.count for fault in report.faults} == found
    assert (report.used, report.subtotals, report.aside) == (sound, asides["小计"], asides["drop"])
    assert report.rows == report.used + report.excluded + report.subtotals + report.aside == 20

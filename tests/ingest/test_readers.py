"""Any client's files are read by their mapping alone; what the mapping does not say is never guessed."""

import base64
import datetime as dt
import re
import zlib
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from design_lab.errors import StudyError

OLD_WORKBOOK = zlib.decompress(
    base64.b85decode(
        r"""c-rk)O=uHA6#iziX?|$aO-+SXD4}50+QUXKUfNYbdupwEP^4m08$?>t5_{2$)taLqco4-)p%*VzFaDqhy?GE?^dJaAqImKoD0*nKzImC|w9TP`wy4av%$v9GeY5kjGxM@D3-j^9%){0qR-gv~l)MP)Dr|yE#J{mYe$P{?Ux%r92LBWyVH(J~Af7e64yiFz<6VTr1M4M8;3JhmOrU=}n@MgW4sr}>p<?JJDR7r8F|=@0O)Sr{+`{rcGoQ2E&z9>fyNO#6r!epKcka`(_@r!SUkvKGkGaizwxrOES85htz9GuoAP(ftr^o(IN1IiTS<txkX0n-FdaQs14d5)kdr9D%zfxZ$jeT?N0%ZTW+#af8zbP$X3f>S;@H{2gg+O_LFD%00wHTyA&d;ZR9H;8mVBZn4I*yZaQshdX%VZ~g!=9+h&%B=PW$U?t=XpKJ5j3(M=h<#k#$LSl^-bUKfP025Q=G%gnSQ$p4j!(k7SuS#9*&Q>oh)~=yvk4A#(FEu1Vv7D$3U}I4o@@Z8hbmapS_H??v4t5C+YbwN1wFiKe@X|pX)7NO3b};XV6YBXN20TYZ_gmOWe7w@YMBdp|ipVmMyC?L|EE7c2EDEHDU=-R^u$ock1m3%@<Ypg85SO1@i-%FRSn+^DWJnzxh3~36GSM^3@+iVPIfjU|?WiU|_Iu5c+FgeUVyvzoGUFA$_j1M5SboN&Z_L!#G`&v@tz|EY&$&tZDviMNs(95^HSZpBE~epx$#B#W2S)TJ!v+J)fxjJ!@`guip}?wf|Brac*$`zW`xK##{"""
    )
)  # 工号/岗位 of 000101 and 000102, written by xlwt

TALK_OF_ALL = 20 * 60 + sum(range(20))


def test_the_plain_client_is_read_whole(mini):
    arrived = mini.build()
    assert arrived.lines() == []
    assert mini.table()["talk_ms"].sum() == TALK_OF_ALL * 1000


@pytest.mark.parametrize(
    ("encoding", "delimiter", "stated"),
    [
        ("utf-8-sig", ",", {}),
        ("gb18030", "\t", {"encoding": "gb18030", "delimiter": "tab"}),
        ("utf-8", ";", {"delimiter": "semicolon"}),
        ("utf-16", "|", {"encoding": "utf-16", "delimiter": "pipe"}),
        ("big5", ",", {"encoding": "big5"}),
    ],
)
def test_text_files_of_any_encoding_and_delimiter(mini, encoding, delimiter, stated):
    mini.csv("calls.csv", mini.calls, encoding=encoding, delimiter=delimiter)
    mini.map("interactions", **stated)
    assert mini.build().lines() == []
    assert mini.table()["talk_ms"].sum() == TALK_OF_ALL * 1000


def test_rare_characters_of_gb18030_are_read_right(mini):
    rows = [[*row, "queue" if not at else "𠮷野㙍组"] for at, row in enumerate(mini.calls)]
    mini.csv("calls.csv", rows, encoding="gb18030")
    mini.map("interactions", encoding="gb18030", columns={"queue": "queue"})
    mini.build()
    assert set(mini.table()["queue"]) == {"𠮷野㙍组"}


def test_an_old_workbook_is_read_as_a_new_one_and_keeps_its_zeros(mini):
    (mini.raw / "roster.xls").write_bytes(OLD_WORKBOOK)
    mini.map("staff", files="roster.xls", format="xls", columns={"employee_id": "工号", "role": "岗位"})
    mini.map("interactions", exclude_limit=1.0)
    old = mini.build().counts("2026Q3", "staff")
    mini.book("roster.xlsx", {"s": [["工号", "岗位"], ["000101", "agent"], ["000102", "agent"]]})
    before = mini.table("staff")
    mini.map("staff", files="roster.xlsx", format="xlsx")
    assert mini.build().counts("2026Q3", "staff") == old == (1, 2, 0)
    assert mini.table("staff").equals(before)


@pytest.mark.parametrize(("chosen", "people"), [({"sheet": "二组"}, 1), ({"sheet": 1}, 2), ({"sheets": ".组"}, 3)])
def test_sheets_by_name_number_or_pattern(mini, chosen, people):
    mini.book("roster.xlsx", {"一组": mini.roster[:3], "二组": [mini.roster[0], mini.roster[3]], "说明": [["x"]]})
    mini.map("staff", files="roster.xlsx", format="xlsx", **chosen)
    mini.map("interactions", exclude_limit=1.0)
    mini.build()
    assert len(mini.table("staff")) == people


def daily(mini, total="66"):
    rows = [
        ["日报", "", "", ""], ["班组", "工号", "话务", ""], ["", "", "接听量", "通话时长"],
        ["一组", "000101", "20", "0:10:00"], ["一组", "000102", "21", "0:11:00"], ["小计", "", "41", "0:21:00"],
        ["二组", "000103", "25", "0:12:30"], ["小计", "", "25", "0:12:30"], ["合计", "", total, "0:33:30"],
    ]  # fmt: skip
    mini.book("day_20260701.xlsx", {"s": rows}, merged=[("A2:A3", "班组"), ("B2:B3", "工号"), ("C2:D2", "话务")])
    mini.map(
        "agent_periods", files="day_*.xlsx", format="xlsx", header={"first_row": 2, "rows": 2},
        subtotals={"column": "班组", "words": ["小计", "合计"]},
        columns={
            "employee_id": "工号", "date": {"file_name": r"(\d{8})", "formats": "%Y%m%d"}, "answered": "话务/接听量",
            "signed_in_ms": {"from": "话务/通话时长", "unit": "h:mm:ss"},
        },
    )  # fmt: skip


def left_out(arrived):
    """What is said of files; that these sheets have no call detail to agree with is another matter."""
    return [line for line in arrived.lines() if line.startswith("2026Q3/")]


def test_totals_are_held_against_their_rows_and_put_away(mini):
    daily(mini)
    arrived = mini.build()
    assert left_out(arrived) == []
    account = next(file for file in arrived.files if file.table == "agent_periods")
    assert (account.rows, account.used, account.subtotals) == (6, 3, 3)


def test_a_total_that_is_not_the_sum_is_named_and_the_rows_are_believed(mini):
    daily(mini, total="67")
    assert left_out(mini.build()) == [
        "2026Q3/day_20260701.xlsx, sheet s, row 9, column 话务/接听量: the total says '67', but its rows add up to '66'; "
        "the rows are believed, ask the client which holds"
    ]
    assert mini.table("agent_periods")["answered"].sum() == 66


def test_rows_are_kept_and_dropped_by_words_and_each_is_accounted_for(mini):
    mini.calls[3][4], mini.calls[4][4] = "测试", "挂断"
    mini.csv("calls.csv", mini.calls)
    mini.map(
        "interactions",
        keep_rows={"column": "moved", "words": ["否", "测试"]},
        drop_rows=[{"column": "moved", "words": "测试"}],
    )
    arrived = mini.build()
    account = arrived.files[-1]
    assert arrived.lines() == []
    assert (account.rows, account.used, account.aside) == (20, 18, 2)
    assert [(a.reason, a.column, a.value, a.count) for a in account.set_aside] == [
        ("keep_rows", "moved", "挂断", 1),
        ("drop_rows", "moved", "测试", 1),
    ]


def test_a_roster_can_be_the_distinct_people_of_the_calls(mini):
    mini.csv("calls_2.csv", [mini.calls[0], ["D1", "000103", "2026-08-01 08:00:00", "5", "否"]])
    mini.map(
        "staff", files="calls*.csv", distinct=True, columns={"employee_id": "agent", "role": {"constant": "agent"}}
    )
    arrived = mini.build()
    assert len(mini.table("staff")) == 3
    assert all(file.rows == file.used + file.excluded + file.subtotals + file.aside for file in arrived.files)


def test_a_date_and_a_time_are_joined_and_an_end_minus_a_start_is_a_duration(mini):
    head = ["call", "agent", "day", "from", "to", "hold", "all", "moved"]
    mini.csv("calls.csv", [head, ["C1", "101.0", "2026/7/1", "9:00:00", "9:02:03", "1.5", "4", "否"]])
    mini.map(
        "interactions",
        columns={
            "employee_id": {"from": "agent", "width": 6},
            "started_at": {"from": ["day", "from"], "join": " ", "formats": ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"]},
            "talk_ms": {"from": "to", "minus": "from", "formats": "%H:%M:%S"},
            "hold_ms": {"from": "hold", "unit": "minutes"},
            "wrap_ms": {"from": ["all", "hold"], "minus": "hold", "unit": "minutes"},
        },
    )
    assert mini.build().lines() == []
    found = mini.table().iloc[0]
    assert found["started_at"] == dt.datetime(2026, 7, 1, 9)
    assert (found["talk_ms"], found["hold_ms"], found["wrap_ms"]) == (123_000, 90_000, 240_000)


def test_where_nothing_stands_another_column_is_taken_and_an_unreadable_one_is_not_hidden(mini):
    head = ["call", "agent", "day", "answered", "came", "talk", "moved"]
    rows = [["9:00:05", "8:59:58"], ["0:00:00", "9:10:00"], ["", "9:20:00"], ["9:3x", "9:30:00"], ["NULL", "25:00"]]
    mini.csv("calls.csv", [head, *[[f"C{n}", "000101", "2026-07-01", *row, "5", "否"] for n, row in enumerate(rows)]])
    came = {"from": ["day", "came"], "join": " "}
    began = {"from": ["day", "answered"], "join": " ", "empty": ["0:00:00", "NULL"], "otherwise": came}
    mini.map("interactions", exclude_limit=0.5, columns={"started_at": began})
    arrived = mini.build()
    assert mini.table()["started_at"].dt.strftime("%H:%M:%S").tolist() == ["09:00:05", "09:10:00", "09:20:00"]
    (unread,) = arrived.files[-1].faults
    assert (unread.rule, unread.column, unread.count, unread.cells[0].row) == ("unread", "day + answered", 2, 5)


@pytest.mark.parametrize(
    ("closing", "days"),
    [
        (None, [("2026-07-01", "2026-07-31"), ("2026-09-01", "2026-09-30")]),
        (20, [("2026-06-21", "2026-07-20"), ("2026-08-21", "2026-09-20")]),
    ],
)
def test_a_named_month_is_the_clients_own(mini, closing, days):
    mini.csv("sheet.csv", [["id", "month", "answered"], ["000101", "2026-07", "2000"], ["000101", "2026-09", "5001"]])
    month = {"from": "month", "formats": "%Y-%m"}
    mini.map(
        "agent_periods", files="sheet.csv", format="csv",
        columns={
            "employee_id": "id", "answered": "answered",
            "date": {**month, "of_month": "first"}, "period_end": {**month, "of_month": "last"},
        },
    )  # fmt: skip
    path = mini.folder / "study.yaml"
    settings = path.read_text(encoding="utf-8")
    path.write_text(settings + (f"calendar: {{month_ends_on: {closing}}}\n" if closing else ""), encoding="utf-8")
    mini.map("interactions", exclude_limit=1)
    mini.build()
    found = mini.table("agent_periods")
    assert [(str(a), str(b)) for a, b in zip(found["date"], found["period_end"], strict=True)] == days
    assert found["answered"].tolist() == [2000, 5001]


def test_a_constant_may_stand_for_what_is_empty(mini):
    mini.csv(
        "roster.csv",
        [["id", "role", "team"], ["000101", "agent", "A"], ["000102", "agent", ""], ["000103", "agent", "无"]],
    )
    mini.map("staff", columns={"team": {"from": "team", "empty": "无", "otherwise": {"constant": "no team"}}})
    mini.build()
    assert mini.table("staff")["team"].value_counts().to_dict() == {"no team": 2, "A": 1}


def test_a_file_of_every_quarter_gives_each_its_own_rows(mini):
    rows = [*mini.calls, ["E1", "000101", "2026-10-01 09:00:00", "60", "否"]]
    path = mini.csv("../every_quarter/whole.csv", rows)
    (mini.raw / "calls.csv").unlink()
    mini.map("interactions", files=path.name, every_quarter=True)
    account = mini.build().files[-1]
    assert (account.rows, account.used, account.aside) == (21, 20, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": {"talk_ms": {"from": ["talk", "start"]}}}, "columns are added (from: [a, b]) or taken away"),
        ({"columns": {"talk_ms": {"from": "talk", "unit": "share"}}}, "talk_ms.unit: is missing"),
        ({"columns": {"queue": {"from": "moved", "unit": "seconds"}}}, "queue.unit: seconds goes with durations only"),
        ({"columns": {"queue": {"from": "moved", "formats": "%Y"}}}, "queue.formats: go with dates and times"),
        (
            {"columns": {"transferred": {"from": "moved", "width": 3}}},
            "transferred.width: goes with ids and texts only",
        ),
        (
            {"columns": {"queue": {"from": ["a", "b"], "join": "-", "unit": "seconds"}}},
            "goes with neither minus nor unit",
        ),
        (
            {"columns": {"talk_ms": {"from": "a", "minus": ["b", "c"], "formats": "%H"}}},
            "a span is one moment minus another",
        ),
        (
            {"columns": {"employee_id": {"from": "a", "otherwise": "b"}}},
            "employee_id.otherwise: does not go with people",
        ),
        (
            {"columns": {"talk_ms": {"from": "a", "unit": "seconds", "otherwise": "b"}}},
            "talk_ms.otherwise.unit: is missing",
        ),
        ({"columns": {"queue": {"from": "a", "of_month": "last"}}}, "queue.of_month: goes with dates only"),
        ({"columns": {"queue": {"constant": "a", "otherwise": "b"}}}, "otherwise goes with one column of the file"),
        (
            {"columns": {"queue": {"from": "a", "otherwise": {"from": ["b", "c"], "unit": "hours"}}}},
            "what is taken otherwise must be",
        ),
        ({"delimiter": "::"}, "must be one character"),
        ({"sheet": 1}, "a file of the format csv has no sheets"),
        ({"sheets": "(", "format": "xlsx"}, "is no regular expression"),
        ({"sheets": "a{9999999999}", "format": "xlsx"}, "is no regular expression"),
        (
            {"columns": {"queue": {"file_name": "*"}}},
            "queue: file_name is no pattern (nothing to repeat at position 0)",
        ),
        ({"columns": {"queue": {"file_name": "(a{9999999999})"}}}, "queue: file_name is no pattern (the repetition"),
        ({"sheet": "a", "sheets": "b", "format": "xlsx"}, "not both"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(mini, change, said):
    mini.map("interactions", **change)
    with pytest.raises(StudyError, match=re.escape(said)):
        mini.build()


def sector(book, field):
    """Where the sector begins whose number stands at a place of an old workbook's header."""
    return (int.from_bytes(book[field : field + 4], "little") + 1) * (1 << book[30])


@pytest.mark.parametrize("chain", ["of folders", "of a stream", "out of the file", "cut off"])
def test_an_old_workbook_whose_sectors_run_in_a_circle_is_refused_at_once(mini, chain):
    """The library follows such a circle until no memory is left."""
    book = bytearray(OLD_WORKBOOK)
    table, folders = sector(book, 76), int.from_bytes(book[48:52], "little")
    match chain:
        case "of folders":
            book[table + 4 * folders : table + 4 * folders + 4] = folders.to_bytes(4, "little")
        case "of a stream":
            start = int.from_bytes(book[sector(book, 48) + 128 + 116 :][:4], "little")
            book[table + 4 * start : table + 4 * start + 4] = start.to_bytes(4, "little")
        case "out of the file":
            book[48:52] = (9999).to_bytes(4, "little")
        case _:
            book = book[:700]
    (mini.raw / "roster.xls").write_bytes(book)
    mini.map("staff", files="roster.xls", format="xls", columns={"employee_id": "工号", "role": "岗位"})
    assert r"roster.xls: cannot be read as a workbook (it is cut off or damaged); ask for it again" in mini.refused()


def test_a_cell_at_the_far_corner_is_refused_before_it_fills_the_memory(mini):
    path = mini.book("roster.xlsx", {"s": mini.roster, "t": []})
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("s")
        for number, row in enumerate(mini.roster):
            sheet.write_row(number, 0, row)
        sheet.write_string(1_048_575, 16_383, "x")
    mini.map("staff", files="roster.xlsx", format="xlsx")
    said = "sheet s: a cell stands in row 1,048,576 and one in column number 16,384, too far apart to be read"
    assert said in mini.refused()


def test_a_panic_of_the_workbook_library_is_a_sentence(mini, monkeypatch):
    class PanicException(BaseException):
        """As the library raises it: no `Exception`."""

    def panic(_):
        raise PanicException("slice index starts at 4096 but ends at 3853")

    mini.book("roster.xlsx", {"s": mini.roster})
    mini.map("staff", files="roster.xlsx", format="xlsx")
    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_path", panic, raising=False)
    assert "roster.xlsx: cannot be read as a workbook (it is damaged); ask for it again" in mini.refused()


def test_a_workbook_without_a_sheet_is_refused(mini, monkeypatch):
    mini.book("roster.xlsx", {"s": mini.roster})
    mini.map("staff", files="roster.xlsx", format="xlsx")
    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_path", lambda _: SimpleNamespace(sheet_names=[]))
    assert "roster.xlsx: cannot be read as a workbook (it holds no sheet)" in mini.refused()


def extract(mini, **columns):
    """The calls as an extract of a warehouse, with some columns of another type."""
    header, *rows = mini.calls
    plain = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    (mini.raw / "calls.csv").unlink()
    pq.write_table(pa.table({**plain, **columns}), mini.raw / "calls.parquet")
    mini.map("interactions", files="calls.parquet", format="parquet", exclude_limit=1.0)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([[60]] * 20), "list<element: int64>"),
        (pa.array([{"s": 60}] * 20), "struct<s: int64>"),
        (pa.array([b"60"] * 20), "binary"),
        (pa.array([60] * 20, pa.duration("s")), "duration[s]"),
    ],
)
def test_a_column_of_an_extract_that_is_no_plain_value_is_refused(mini, values, kind):
    extract(mini, talk=values)
    said = f"calls.parquet, column talk: holds values of type {kind}; export it as text, as numbers or as dates"
    assert said in mini.refused()


def test_codes_and_times_of_an_extract_are_read_as_their_text(mini):
    extract(mini, agent=pa.array([f"00010{n % 3 + 1}" for n in range(20)]).dictionary_encode(),
            talk=pa.array([n + 60 for n in range(20)], pa.time32("s")))  # fmt: skip
    mini.map("interactions", columns={"talk_ms": {"from": "talk", "unit": "h:mm:ss"}})
    assert mini.build().lines() == []
    assert mini.table()["talk_ms"].sum() == TALK_OF_ALL * 1000


def test_a_number_too_large_is_left_out_and_not_wrapped_around(mini):
    """18,446,744,073,709,612 seconds are, in milliseconds of 64 bits, 60,384: a plausible talk time."""
    extract(mini, talk=pa.array([18_446_744_073_709_612, *range(61, 80)]))
    arrived = mini.build()
    assert len(mini.table()) == 19
    assert "'18446744073709612' cannot be read as its kind" in "\n".join(arrived.lines())


def test_texts_of_an_extract_that_are_no_utf8_are_refused(mini):
    extract(mini)
    path = mini.raw / "calls.parquet"
    pq.write_table(pq.read_table(path), path, compression=None, use_dictionary=False)
    path.write_bytes(path.read_bytes().replace(b"C07", b"C\xff7"))
    assert "calls.parquet: cannot be read as parquet: " in mini.refused()

"""What is private is found in every format in which a report is published, and honest numbers are let through."""

import base64
import io
import json
import struct
import zipfile
import zlib
from types import SimpleNamespace

import pytest

from design_lab.catalogue import catalogue_text
from design_lab.errors import ReportError
from design_lab.ingest.convert import pseudonym
from design_lab.ingest.private import Private, private
from design_lab.run.scan import Leak, Seeker, refuse, scan
from design_lab.run.texts import Text, texts_of

KEY = "a key of the tests"
KNOWN = Private(
    key=KEY, systems=("ACD",), names=frozenset({"张晓燕", "高峰", "Li Wei"}),
    pseudonyms=frozenset({pseudonym(KEY, "010017"), pseudonym(KEY, "ACD", "B-7731")}),
)  # fmt: skip
PLANTED = {
    "somebody's own id": "工号010017的得分",
    "somebody's name": "座席张晓燕表现稳定",
    "what looks like a telephone number": "请致电13912345678确认",
    "what looks like an identity card's number": "证件11010519491231002X已登记",
    "what looks like a bank card's number": "卡号6222021234567894",
    "what looks like an e-mail address": "written to li.wei@bank.example",
    "an address with a password in it": "read from postgres://ana:s3cret@db.bank/calls",
    "the pseudonym of a single person": f"see {pseudonym(KEY, '010017')}",
}


def png(text):
    chunk = b"tEXt" + b"Comment\0" + text.encode("utf-8")
    head = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [head, chunk, b"IDAT" + zlib.compress(b"\0\0"), b"IEND"]
    packed = [struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def docx_of(text):
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph()
    for letter in text:  # a run each, as editors leave it
        paragraph.add_run(letter)
    document.save(made := io.BytesIO())
    return made.getvalue()


def xlsx_of(text):
    import xlsxwriter

    with xlsxwriter.Workbook(made := io.BytesIO(), {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, text)
    return made.getvalue()


def pptx_of(text):
    """A native chart whose category is the text: it stands in the chart and in the workbook within."""
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData()
    data.categories = [text, "other"]
    data.add_series("share", (1, 2))
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, 0, 100, 100, data)
    show.save(made := io.BytesIO())
    return made.getvalue()


def workbook_of_chart(text):
    with zipfile.ZipFile(io.BytesIO(pptx_of(text))) as deck:
        return next(deck.read(name) for name in deck.namelist() if name.endswith(".xlsx"))


def pdf_of(text):
    import typst

    from design_lab.report.fonts import FAMILIES, file_of

    family = next(family for family in FAMILIES if file_of(family))
    source = f"#set text(font: {json.dumps(family)})\n#{json.dumps(text, ensure_ascii=False)}"
    return typst.compile(source.encode("utf-8"), font_paths=[str(file_of(family).parent)])


def notebook_of(text):
    output = {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": ["a frame\n", f"0  {text}"]}}
    cell = {"cell_type": "code", "metadata": {}, "source": "frame", "outputs": [output]}
    return json.dumps({"cells": [cell], "metadata": {}}).encode("utf-8")


def html_of(text):
    half = len(text) // 2
    return f"<html><body><p>{text[:half]}<b>{text[half:]}</b></p></body></html>".encode()


def svg_within_html(text):
    svg = f"<svg><text><tspan>{text}</tspan></text></svg>".encode()
    return b'<img src="data:image/svg+xml;base64,' + base64.b64encode(svg) + b'">'


FORMATS = {
    "report.html": html_of,
    "figure.html": svg_within_html,
    "figure.svg": lambda text: f'<svg><title>{text}</title><path d="M 1 2"/></svg>'.encode(),
    "alt.html": lambda text: f'<img alt="{text}">'.encode(),
    "picture.png": png,
    "report.docx": docx_of,
    "table.xlsx": xlsx_of,
    "report.pptx": pptx_of,
    "chart.xlsx": workbook_of_chart,
    "report.pdf": pdf_of,
    "notebook.ipynb": notebook_of,
    "results.json": lambda text: json.dumps({"findings": [{"text": {"zh": text}}]}).encode(),
    "proposal.yaml": lambda text: f"why: {text}\n".encode(),
    "list.csv": lambda text: text.encode("gb18030"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_private_is_found_in_every_format(tmp_path, kind):
    for name, made in FORMATS.items():
        (tmp_path / name).write_bytes(made(PLANTED[kind]))
    (tmp_path / "harmless.txt").write_text("40% of the total score", encoding="utf-8")
    found = scan(tmp_path, KNOWN)
    assert {leak.kind for leak in found} == {kind}
    assert {leak.place.split(" (")[0] for leak in found} == set(FORMATS)
    with pytest.raises(ReportError, match="Nothing was published") as refused:
        refuse(found)
    assert kind in str(refused.value)
    secrets = ("010017", "张晓燕", "13912345678", "11010519491231002", "6222021234567894", "li.wei", "s3cret", "E8")
    assert not [secret for secret in secrets if secret in str(refused.value)]


@pytest.mark.long
def test_processes_that_share_the_files_find_the_same_in_the_same_order(tmp_path, monkeypatch):
    monkeypatch.setattr("design_lab.run.scan._WORTH_A_PROCESS", 10)
    for number, words in enumerate(PLANTED.values()):
        (tmp_path / f"note {number} (a).txt").write_text(words, encoding="utf-8")
        (tmp_path / f"other{number}.md").write_text("nothing private", encoding="utf-8")
    found = scan(tmp_path, KNOWN)
    assert len(found) >= len(PLANTED)
    assert [scan(tmp_path, KNOWN, jobs=jobs) for jobs in (2, 3)] == [found, found]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("138-1234-5678", "telephone"),
        ("+86 13912345678", "telephone"),
        ("call 139 1234 5678 today", "telephone"),
        ("１３９１２３４５６７８", "telephone"),
        ("139\u200b12345678", "telephone"),
        ("010-62345678", "telephone"),
        ("13912345678,13912345679", "telephone"),
        ("6222 0212 3456 7894", "bank card"),
        ("by Li  Wei of the team".replace("  ", " "), "name"),
        ("高峰", "name"),
        ("座席高峰", "name"),
        ("高峰女士", "name"),
        ("user B-7731 signed in", "own id"),
        ("user B-7731.", "own id"),
    ],
)
def test_private_texts_are_found_however_they_are_written(words, kind):
    (found,) = Seeker(KNOWN).kinds(Text("", words))
    assert kind in found


@pytest.mark.parametrize(
    "words",
    [
        "41,459 contacts, 0.13912345678 of them, and 13,912,345,678 ms in all",
        "1391234567 and 139123456789 are no telephones",
        "10017 contacts; 1 0017; 0.010017; 3.1010017",
        "sums of 138 1234 5678 901",
        "高峰时段的来电",
        "2026-10-05 09:00-17:30, 2026Q3, week 0042",
        "110105194912310021 has another check digit, 6222021234567890 too",
        "sha256 " + "13912345678abcdef" * 3,
        "postgres://ana:***@db.bank/calls, postgres://ana:${PASSWORD}@db.bank/calls and https://db.bank:443/x",
        "design_lab@2x and weights @ 40%",
    ],
)
def test_honest_words_and_numbers_are_let_through(words):
    assert list(Seeker(KNOWN, ordinary=catalogue_text()).kinds(Text("", words))) == []


def test_numbers_of_markup_and_of_json_are_no_telephones(tmp_path):
    (tmp_path / "figure.svg").write_text('<svg><rect x="13912345678" width="010017"/></svg>', encoding="utf-8")
    (tmp_path / "results.json").write_text('{"value": 13912345678}', encoding="utf-8")
    assert scan(tmp_path, KNOWN) == ()


def test_what_the_study_says_may_be_shown_is_shown_and_nothing_else_is():
    seeker = Seeker(KNOWN, may_show=["400-888-1234", "desk@consult.example"])
    assert list(seeker.kinds(Text("", "hotline 400-888-1234, desk@consult.example"))) == []
    assert list(seeker.kinds(Text("", "hotline 400-888-1235")))


def test_a_name_that_is_a_word_of_the_catalogue_is_no_name():
    known = SimpleNamespace(pseudonyms=(), names=("满意度",), holds=lambda word: False)
    assert list(Seeker(known, ordinary=catalogue_text()).kinds(Text("", "客户满意度提高"))) == []
    assert list(Seeker(known).kinds(Text("", "客户满意度提高")))


def test_a_file_that_cannot_be_read_is_not_published(tmp_path):
    (tmp_path / "report.docx").write_bytes(b"PK\x03\x04 no book")
    with pytest.raises(ReportError, match=r"report\.docx: cannot be looked through for private data"):
        scan(tmp_path, KNOWN)


def test_many_places_are_told_in_short():
    with pytest.raises(ReportError, match="and 5 places more"):
        refuse([Leak(f"file {number}", "somebody's name") for number in range(25)])


def test_files_within_files_do_not_end_the_search():
    inner = b"PK\x03\x04"
    for _ in range(10):
        with zipfile.ZipFile(made := io.BytesIO(), "w") as book:
            book.writestr("inner.zip", inner)
        inner = made.getvalue()
    assert len(list(texts_of("outer.zip", inner))) < 50


def test_private_knows_ids_of_every_system_and_names_and_holds_no_id(small):
    found = private(small)
    assert "ACD" in found.systems
    assert len(found.names) >= 50
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(small.raw / "2026Q3" / "花名册.xlsx")
    rows = book.get_sheet_by_index(0).to_python()[2:]
    assert all(found.holds(str(row[0])) for row in rows)
    assert {str(row[1]) for row in rows} <= found.names
    ids = python_calamine.CalamineWorkbook.from_path(small.raw / "2026Q3" / "工号对照表.xlsx")
    external = {str(row[1]) for row in ids.get_sheet_by_index(0).to_python()[1:]}
    assert all(found.holds(one) for one in external)
    assert not {str(row[0]) for row in rows} & found.pseudonyms
    assert not found.holds("010000")


def test_the_sample_plants_what_must_not_be_published(small):
    """Complaints as the customer told them hold names, ids, telephones and cards; no table takes that column."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(small.raw / "2026Q3" / "投诉工单.xlsx")
    told = [str(row[-1]) for row in book.get_sheet_by_index(0).to_python()[1:] if row[-1]]
    seeker = Seeker(private(small))
    kinds = set(seeker.kinds(Text("", told[0])))
    assert kinds == {
        "somebody's own id", "somebody's name", "what looks like a telephone number",
        "what looks like an identity card's number",
    }  # fmt: skip


def test_the_example_report_of_the_repository_is_clean():
    from design_lab.study import project_root

    nobody = SimpleNamespace(pseudonyms=frozenset(), names=frozenset(), holds=lambda word: False)
    assert scan(project_root() / "reports" / "example", nobody, ordinary=catalogue_text()) == ()

"""The ledger: appended, never edited; any change of any byte is named by its line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from design_lab.desk.ledger_lines import line_told
from design_lab.errors import LedgerError
from design_lab.files import sha256_of
from design_lab.ledger import append, read_ledger

CONTENTS = [{"scheme": "质量优先", "value": None}, {"scheme": "current", "value": 0.91}, {"scheme": "balanced"}]


@pytest.fixture
def path(tmp_path):
    append(tmp_path / "study" / "ledger.jsonl", CONTENTS[:2])
    append(tmp_path / "study" / "ledger.jsonl", CONTENTS[2:])
    return tmp_path / "study" / "ledger.jsonl"


def test_lines_come_back_as_they_were_written_each_bound_to_the_last(path):
    lines = read_ledger(path)
    assert [line.content for line in lines] == CONTENTS
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.before for line in lines] == ["", lines[0].hash, lines[1].hash]


def test_appending_keeps_the_bytes_of_earlier_lines(path):
    before = path.read_bytes()
    append(path, [{"scheme": "later"}])
    assert path.read_bytes().startswith(before)


def test_no_file_is_an_empty_ledger(tmp_path):
    assert read_ledger(tmp_path / "ledger.jsonl") == ()


@given(data=st.data())
def test_a_changed_byte_is_named_by_its_line_or_the_next(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    append(path, CONTENTS)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])
    line = whole[:at].count(b"\n") + 1
    with pytest.raises(LedgerError, match=rf"line ({line}|{line + 1}): was changed"):
        read_ledger(path)


@pytest.mark.parametrize(("gone", "named"), [(0, 1), (1, 2)])
def test_a_line_taken_out_is_missed_by_the_next(path, gone, named):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for number, line in enumerate(lines) if number != gone))
    with pytest.raises(LedgerError, match=f"study/ledger.jsonl, line {named}: was changed"):
        read_ledger(path)


def test_a_value_edited_with_its_hash_left_is_named(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    content = json.loads(lines[1])
    content["content"]["value"] = 0.95
    path.write_text("\n".join([lines[0], json.dumps(content), lines[2], ""]), encoding="utf-8")
    with pytest.raises(LedgerError, match="line 2: was changed after it was written"):
        read_ledger(path)


def test_nothing_is_appended_to_a_ledger_that_does_not_hold(path):
    path.write_bytes(path.read_bytes()[:-5])
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="line 3: was changed"):
        append(path, CONTENTS)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [["a"], "a", None, {"scheme": "\ud800"}])
def test_a_line_that_holds_no_mapping_is_named_though_its_hash_holds(path, content):
    lines = path.read_text(encoding="utf-8").splitlines()
    text = json.dumps(content)
    try:
        told = sha256_of([json.loads(lines[0])["hash"], content])
    except UnicodeEncodeError:
        told = ""
    lines[1] = f'{{"content": {text}, "before": "{json.loads(lines[0])["hash"]}", "hash": "{told}"}}'
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with pytest.raises(LedgerError, match="line 2: was changed"):
        read_ledger(path)


@pytest.mark.parametrize("content", [{"scheme": "x"}, {"kind": "scored"}, {"kind": "frozen", "finding": None}])
def test_a_line_that_is_no_forecast_is_told_in_a_sentence(content):
    with pytest.raises(LedgerError, match=r"ledger\.jsonl, line 7: holds neither a forecast nor what came of one"):
        line_told(7, content)

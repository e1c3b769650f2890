"""The pages that are made from the code are as the code makes them."""

import re

import pytest

import design_lab
from design_lab.schema import TABLES
from docs.make import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_is_as_the_code_makes_it(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]() + "\n", "run: python -m docs.make"


def test_the_dictionary_tells_of_every_column_in_both_languages():
    page = (DOCS / "data_dictionary.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL))
    assert [*told] == [*TABLES]
    for name, table in TABLES.items():
        rows = re.findall(r"^\| `(\w+)` \|.* · .*[\u4e00-\u9fff].* \|$", told[name], flags=re.MULTILINE)
        assert rows == [*table.columns], name


def test_the_reference_tells_of_every_public_name_once():
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^### dl\.(\w+)$", page, flags=re.MULTILINE)) == sorted(design_lab.__all__)
    entries = re.findall(r"^- `\w+(?:\(.*?\))?` \(`[\w.]+`\): (.*)$", page, flags=re.MULTILINE)
    assert len(entries) > 100
    assert all(len(said) > 10 for said in entries), [said for said in entries if len(said) <= 10]

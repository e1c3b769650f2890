"""Local paths leave a notebook in every notation, and nothing else does."""

from __future__ import annotations

import pytest

from design_lab.run.scrub import scrub


def scrubbed(text, local=None):
    notebook = {"metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "source": text}]}
    made = scrub(notebook, parameters={}, local=local or {"/home/anna": "<home>", "/home/anna/bank": "data/bank"})
    return made["cells"][0]["source"]


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("/home/anna/bank/raw", "data/bank/raw"),
        ("in /home/anna/x and (/home/anna)", "in <home>/x and (<home>)"),
        ("'file:///home/anna/bank/a'", "'data/bank/a'"),
        ("path=/home/anna", "path=<home>"),
        ("\x1b[32m/home/anna/x.py\x1b[0m", "\x1b[32m<home>/x.py\x1b[0m"),
        ("/home/annabel/x", "/home/annabel/x"),
        ("AAAA/home/anna/BBBB", "AAAA/home/anna/BBBB"),
        ("<temporary>/ipykernel_12/345.py:3: UserWarning", "<cell>:3: UserWarning"),
    ],
)
def test_a_path_is_replaced_by_its_word(text, published):
    assert scrubbed(text) == published


@pytest.mark.parametrize("text", [r"C:\Users\anna\x", r"C:\\Users\\anna\\x", "C:/Users/anna/x"])
def test_windows_paths_are_found_in_any_notation(text):
    assert "anna" not in scrubbed(text, {r"C:\Users\anna": "<home>"})


def test_pictures_stay_as_they_are():
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "/home/anna/", "text/plain": "/home/anna/"},
    }
    notebook = {
        "metadata": {"x": 1},
        "cells": [{"cell_type": "code", "metadata": {"execution": {}}, "outputs": [output]}],
    }
    made = scrub(notebook, parameters={}, local={"/home/anna": "<home>"})
    assert made["metadata"] == {}
    assert made["cells"][0]["metadata"] == {}
    assert made["cells"][0]["outputs"][0]["data"] == {"image/png": "/home/anna/", "text/plain": "<home>/"}

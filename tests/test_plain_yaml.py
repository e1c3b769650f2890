"""YAML that cannot surprise: the same values by either parser, and what is refused has its place."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from design_lab.plain_yaml import QUICK, Everywhere, parse, worded
from design_lab.study import project_root

PLACES = ("design_lab", "data", "notebooks", "tests")
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | words
nested = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=8)
contents = st.dictionaries(words, nested, max_size=4)


def read(text):
    """What a text holds, by every loader that can be had here."""
    found = [yaml.load(text, Loader=loader) for loader in (*QUICK, Everywhere)]
    assert all(one == found[0] for one in found)
    return found[0]


def test_libyaml_reads_first_where_it_is_there():
    assert len(QUICK) == yaml.__with_libyaml__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "line 2, column 1: the key 'a' stands twice"),
        ("a: &x [1]\nb: *x\n", "line 2, column 4: aliases (*name) are not allowed; repeat it"),
        ("a: 1\n<<: {b: 2}\n", "line 2, column 1: merge keys (<<) are not allowed; write the value plainly"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "line 1, column 4: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed; write the value plainly",
        ),
        ("day: 2026-13-01\n", "line 1, column 6: '2026-13-01' cannot be read: month must be in 1..12"),
        ('a: "\\ud800"\n', "line 1, column 4: '\\ud800' holds half a letter, which no file can; write the letter"),
        ("a: [1\n", "line 2, column 1: "),
        ("a: 1\n b: 2\n", "line 2, column 3: mapping values are not allowed"),
        ("? [1, 2]\n: 3\n", "line 1, column 3: a key must be a plain word"),
        ("a: " + "[" * 3000, "is nested too deeply to be read"),
        ("- " * 3000, "is nested too deeply to be read"),
    ],
)
def test_odd_yaml_is_refused_with_its_place(text, said):
    with pytest.raises(yaml.YAMLError) as refused:
        parse(text)
    assert said in worded(refused.value)


@settings(max_examples=40)
@given(contents, st.booleans())
def test_what_was_written_is_read_alike(content, unicode):
    text = yaml.safe_dump(content, allow_unicode=unicode)
    assert read(text) == parse(text) == content


def test_every_file_of_the_project_is_read_alike():
    files = [path for place in PLACES for path in sorted((project_root() / place).rglob("*.yaml"))]
    assert len(files) > 40
    for path in files:
        assert read(path.read_text(encoding="utf-8")), path


def test_what_libyaml_alone_refuses_is_read():
    assert parse("workload: {weight: 0.4, indicators:}") == {"workload": {"weight": 0.4, "indicators": None}}


def test_a_refusal_names_the_key():
    with pytest.raises(yaml.YAMLError, match=re.escape("the key 'csat' stands twice")) as refused:
        parse("dimensions:\n  csat: {}\n  csat: {}\n")
    assert refused.value.where == "dimensions.csat"

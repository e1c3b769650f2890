"""The two word files say the same things, and none says too much."""

import re
from string import Formatter

import pytest

from design_lab.catalogue import LANGUAGES, cards, words
from design_lab.finding import CLAIMS, words_of_cause
from design_lab.schema import TABLES


def parts(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_word_stands_in_every_language():
    assert words("en").keys == words("zh").keys


def raw(lang, key):
    return words(lang)._by_key[key]


@pytest.mark.parametrize("key", sorted(words("en").keys))
def test_both_languages_fill_the_same_parts(key):
    assert parts(raw("en", key)) == parts(raw("zh", key))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_the_files_claims_a_cause(lang):
    # Only the texts of causal findings may; none is written yet.
    said = {key: words_of_cause(raw(lang, key)) for key in words(lang).keys}
    assert {key: found for key, found in said.items() if found} == {}


def test_chinese_words_are_chinese():
    english = {key for key in words("zh").keys if not re.search(r"[\u4e00-\u9fff]", raw("zh", key))}
    assert {key for key in english if re.search("[A-Za-z]{2,}", re.sub(r"\{[^}]*\}", "", raw("zh", key)))} == set()


def test_claims_and_tables_have_their_words():
    for lang in LANGUAGES:
        assert all(f"claim.{claim}" in words(lang) and f"claim_meaning.{claim}" in words(lang) for claim in CLAIMS)
        assert all(f"table.{table}" in words(lang) for table in TABLES)


def test_every_field_of_every_table_can_be_asked_for():
    for lang in LANGUAGES:
        for table in TABLES.values():
            assert {f"grain.{table.name}", f"unlocks.{table.name}"} <= words(lang).keys
            for column in table.columns:
                assert {f"column.{table.name}.{column}", f"meaning.{table.name}.{column}"} <= words(lang).keys


def test_cards_are_whole():
    for card in cards().values():
        assert set(card.name) == set(card.definition) == set(LANGUAGES)

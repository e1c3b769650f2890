"""The fixed texts of the kit say the same in both languages, and none claims a cause."""

import re

import pytest

from design_lab.catalogue import LANGUAGES, cards
from design_lab.catalogue.kit import GENERIC, OTHER, kit_texts
from design_lab.catalogue.words import words
from design_lab.finding import words_of_cause

EN, ZH = (kit_texts(lang).model_dump() for lang in LANGUAGES)


def shape(content):
    """Keys, lengths and everything but prose: what both languages must share."""
    if isinstance(content, dict):
        shared = ("id", "when", "days", "owner", "beside", "form", "reference", "called", "indicators")
        return {
            key: value if key in shared and not (key == "when" and " " in str(value)) else shape(value)
            for key, value in content.items()
        }
    return [shape(one) for one in content] if isinstance(content, list | tuple) else type(content).__name__


def texts(content):
    if isinstance(content, dict):
        for key, value in content.items():
            if key not in ("called", "id", "when", "owner", "beside", "form", "indicators"):
                yield from texts(value)
    elif isinstance(content, list | tuple):
        for one in content:
            yield from texts(one)
    elif isinstance(content, str):
        yield content


def test_both_languages_have_the_same_keys_and_numbers():
    english, chinese = shape(EN), shape(ZH)
    for one in (english, chinese):  # of the congress, `when` is prose
        for row in one["congress"]["evidence"]:
            row.pop("when")
    assert english == chinese


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_claims_a_cause(lang):
    said = {text: words_of_cause(text) for text in texts({"en": EN, "zh": ZH}[lang])}
    assert {text for text, found in said.items() if found} == set()


def test_chinese_texts_are_chinese():
    assert [text for text in texts(ZH) if not re.search("[\u4e00-\u9fff]", text)] == []


def test_cases_steps_and_indicators_name_what_there_is():
    for texts_ in map(kit_texts, LANGUAGES):
        for case in texts_.cases:
            assert set(case.reference) <= set(texts_.behaviours)
        for step in texts_.process:
            assert {step.owner, *step.beside} <= set(texts_.lanes)
        named = {one for behaviour in texts_.behaviours.values() for one in behaviour.indicators}
        assert named | (set(texts_.development) - {OTHER}) <= set(cards())


def test_every_judged_indicator_of_the_catalogue_has_anchors_of_its_own():
    judged = [name for name, card in cards().items() if card.kind == "qualitative"]
    assert judged
    for name in judged:
        assert GENERIC not in kit_texts("en").of_indicator(name)


def test_steps_name_forms_of_the_kit():
    for lang in LANGUAGES:
        for step in kit_texts(lang).process:
            assert f"kit.form.{step.form}" in words(lang)

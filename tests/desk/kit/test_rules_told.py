"""Every rule of a scheme is told in both languages, with its own numbers."""

import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.desk.kit.facts import Facts
from design_lab.desk.kit.told import Told
from design_lab.rulebook import (
    Attainment,
    Deduction,
    Goalposts,
    Ladder,
    Linear,
    MinMax,
    Percentile,
    Rank,
    Step,
    Stretch,
    ZScore,
)

STEPS = (Step(end=0.85, points=0), Step(start=0.85, end=0.95, points=20), Step(start=0.95, points=30))
RULES = [
    ("qa_score", Attainment(rule="attainment", target=85.0, floor=60, cap=120), ("60", "120")),
    ("handle_seconds", Attainment(rule="attainment", target=150.0, floor=50, cap=110), ("50", "110")),
    ("handle_seconds", Attainment(rule="attainment", target=150.0, floor=50, cap=110, inverse="difference"), ("2",)),
    ("qa_score", Stretch(rule="stretch", threshold=80, target=85, stretch=92), ("80.0", "85.0", "92.0", "60", "120")),
    ("csat", Linear(rule="linear", zero_at=0.85, full_at=0.9), ("85.0%", "90.0%")),
    ("csat", Ladder(rule="ladder", steps=STEPS), ("85.0%", "95.0%", "20", "30")),
    ("complaint_rate", Deduction(rule="deduction", base=100, per_unit=-5, floor=0, cap=100), ("100", "-5")),
    ("qa_score", ZScore(rule="z", centre=80, spread=10, floor=40, cap=110), ("80", "10", "40", "110")),
    ("qa_score", Percentile(rule="percentile", shrink=True), ("0.5",)),
    ("qa_score", Rank(rule="rank", peers=()), ("100",)),
    ("qa_score", MinMax(rule="min_max"), ("0", "100")),
    ("qa_score", Goalposts(rule="goalposts", low=60, high=95), ("60.0", "95.0", "100")),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("indicator", "rule", "figures"), RULES)
def test_a_rule_is_told_with_its_numbers(small, lang, indicator, rule, figures):
    told = Told(Facts(small, small.quarters[-1], small.current), lang)
    text = told.rule(indicator, rule)
    assert all(figure in text for figure in figures), text
    assert ("收缩" in text or "drawn to the mean" in text) == rule.shrink

"""Impact ratios: the published example, counts by hand, planted differences, and no alarm where there is none."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation.fairness import impact, impact_ratios
from design_lab.scoring import score
from tests.scoring.conftest import make_panel, make_scheme

NOBODY = pd.DataFrame()
CASES = Path(__file__).parents[2] / "cases"


def crowd(people, rng, **columns):
    rows = {f"E{i:03d}": (rng.normal(20, 3), 85.0, 0.75, 4.0) for i in range(people)}
    return make_panel(rows, **columns)


def of(found, key, grade="A"):
    (one,) = [one for one in found.ratios if one.group.key == key and one.grade == grade]
    return one


def test_the_published_ratios_to_two_decimals():
    case = json.loads((CASES / "impact_ratio.json").read_text(encoding="utf-8"))
    for name in ("sex", "race_ethnicity"):
        ratios = [round(ratio, 2) for ratio in impact_ratios(case[name]["rate_percent"])]
        assert ratios == case[name]["impact_ratio"]


def test_counts_by_hand():
    """20 people, of whom the 4 fastest get A; 2 of them are among the 12 women."""
    gender = ["female"] * 12 + ["male"] * 8
    speed = [20 + i for i in range(12)] + [5 + i for i in range(6)] + [50, 51]
    panel = make_panel(
        {f"E{i:02d}": (float(one), 85.0, 0.75, 4.0) for i, one in enumerate(speed)}, gender=gender, team=None
    )
    by_speed = {"rule": "linear", "zero_at": 0, "full_at": 100}
    scheme = make_scheme(rules=make_scheme().model_dump()["rules"] | {"calls_per_hour": by_speed})
    found = of(impact(score(panel, scheme, medians=NOBODY), least=5), "gender-female")
    assert (found.people, found.received, found.expected) == (12, 2, pytest.approx(4 * 12 / 20))
    assert found.ratio == pytest.approx((2 / 2.4) / (2 / 1.6))
    # 2 of 12 against 2 of 8; a third A of the women's (3 of 12, 1 of 8) carries the ratio above four fifths.
    assert (found.outside, found.flips) == (True, 1)
    assert not found.stands_out
    assert found.low < found.ratio < found.high


def test_grades_in_chinese_have_findings_too():
    """Ids hold no Chinese; sentences call the grade as the scheme does."""
    panel = crowd(60, np.random.default_rng(5), gender=["female", "male"] * 30)
    worth = {"优秀": 1.2, "合格": 1.0, "待改进": 0.6}
    grades = {
        "method": "forced",
        "pool": "role",
        "ties": "better",
        "shares": {"优秀": 20, "合格": 70, "待改进": 10},
        "coefficients": worth,
    }
    scored = score(panel, make_scheme(grades=grades), medians=NOBODY)
    told = [one for one in impact(scored, least=5).findings() if ".impact_ratio.gender" in one.id]
    assert len({one.id for one in told}) == len(told) == 2
    assert {grade for one in told for grade in worth if grade in one.text["zh"]} == {"优秀", "待改进"}


def test_a_planted_difference_stands_out_and_is_not_blamed_on_roles():
    rng = np.random.default_rng(11)
    kinds = ["agency", "own"] * 150
    panel = crowd(300, rng, employment_type=kinds)
    panel.values.loc[panel.people["employment_type"].eq("agency"), "calls_per_hour"] -= 4
    found = impact(score(panel, make_scheme(), medians=NOBODY), least=10)
    assert {one.grade for one in found.standing_out} == {"A", "D"}
    best, last = of(found, "employment_type-agency"), of(found, "employment_type-agency", "D")
    assert best.ratio < 0.8 < 1.25 < last.ratio
    texts = [finding.text["en"] for finding in found.findings()]
    assert "Look here" in " ".join(texts)
    assert all("verdict" in " ".join(finding.limits) for finding in found.findings())
    # The same people with the difference between two roles: within each nobody is treated otherwise.
    roles = crowd(300, np.random.default_rng(11), employment_type=kinds)
    roles.people["role"] = np.where(roles.people["employment_type"].eq("agency"), "complaints", "customer_service")
    roles.values.loc[roles.people["employment_type"].eq("agency"), "calls_per_hour"] -= 4
    assert impact(score(roles, make_scheme(), medians=NOBODY), least=10).ratios == ()


def test_small_groups_are_not_named_and_cannot_be_found():
    kinds = ["own"] * 60 + ["agency"] * 30 + ["intern"] * 4
    panel = crowd(94, np.random.default_rng(5), employment_type=kinds)
    found = impact(score(panel, make_scheme(), medians=NOBODY), least=10)
    assert {one.group.value for one in found.ratios} == {"own"}
    nobody = impact(score(crowd(12, np.random.default_rng(5)), make_scheme(), medians=NOBODY), least=10)
    (untold,) = nobody.findings()
    assert (untold.claim, untold.value) == ("unidentified", None)


def test_people_of_a_queue_are_held_against_that_queue():
    """All agency staff sit in the slow queue; held against the slow queue's own staff, they fare alike."""
    rng = np.random.default_rng(8)
    queue = ["slow"] * 150 + ["fast"] * 150
    kinds = (["agency", "own"] * 75) + ["own"] * 150
    panel = crowd(300, rng, employment_type=kinds, queue=queue)
    panel.values.loc[panel.people["queue"].eq("slow"), "calls_per_hour"] -= 4
    found = of(impact(score(panel, make_scheme(), medians=NOBODY), least=10), "employment_type-agency", "D")
    assert found.people == 75
    assert not found.stands_out

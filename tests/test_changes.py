"""Two reports beside each other: what counts as moved, what chance alone moves, and which definitions differ."""

import dataclasses
import json
import math

import numpy as np
import pytest

from design_lab.changes import Base, apart, beyond, by_chance, compare, redefined
from design_lab.changes.headlines import HEADLINES, headline
from design_lab.changes.sentences import PARTS
from design_lab.finding import Finding, Results

BASE = Base(quarter="2026Q2", revision=1, digest="0" * 64)
TEXT = {"en": "A number.", "zh": "一个数。"}


def finding(id, value, interval=None, *, claim="accounting", unit="points", level=0.95, text=TEXT):
    return Finding(
        id=id, value=value, interval=interval, level=level if interval else None, unit=unit, n=20, claim=claim, text=text,
        source="03_what_the_scheme_rewards",
    )  # fmt: skip


def results(*findings, quarter="2026Q3"):
    return Results(study="small", quarter=quarter, synthetic=True, findings=findings)


def compared(before, now, **given):
    return compare(
        results(*before, quarter="2026Q2"), results(*now), base=BASE,
        **{"definitions": {}, "earlier_definitions": {}} | given,
    )  # fmt: skip


def told(changes):
    return {one.id: one for one in changes.findings()}


@pytest.mark.parametrize(
    ("before", "now", "moved", "parted"),
    [
        ((5, (4, 6)), (7, (6.5, 7.5)), True, True),
        ((5, (4, 6)), (6.5, (5.5, 7.5)), True, False),  # each outside the other's, which share 5.5 to 6
        ((5, (4, 6)), (6.5, (4.5, 8.5)), False, False),  # the old value lies inside the wide new interval
        ((5, (1, 9)), (8, (7, 9)), False, False),  # the new value lies inside the wide old interval
        ((5, (4, 6)), (6, (5.5, 6.5)), False, False),  # an end belongs to its interval
    ],
)
def test_moved_means_outside_each_others_interval(before, now, moved, parted):
    assert beyond(*before, *now) is moved
    assert apart(before[1], now[1]) is parted
    found = compared([finding("a.b", *before)], [finding("a.b", *now)])
    assert len(found.moved) == moved


@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_chance_moves_no_more_than_is_said_and_as_much_for_equal_errors(ratio, level):
    """By simulation: two independent estimates of nothing, with standard errors 1 and `ratio`."""
    rng = np.random.default_rng(20)
    draws = 40_000
    z = {0.9: 1.6448536, 0.95: 1.9599640}[level]
    one, two = rng.standard_normal(draws), ratio * rng.standard_normal(draws)
    share = np.mean(np.abs(one - two) > z * max(1.0, ratio))
    error = 4 * math.sqrt(by_chance(level) / draws)
    assert share < by_chance(level) + error
    assert ratio < 1 or abs(share - by_chance(level)) < error


def test_the_number_expected_by_chance_is_summed_over_what_can_be_compared():
    before = [finding(f"a.x{place}", 5, (4, 6)) for place in range(100)]
    now = [finding(f"a.x{place}", 5, (4, 6)) for place in range(100)]
    found = told(compared(before, now))
    assert found["changes.beyond"].value == 0
    assert found["changes.beyond"].n == 100
    assert found["changes.by_chance"].value == pytest.approx(100 * by_chance(0.95))
    assert "17" in found["changes.beyond"].text["en"]


def test_what_moved_says_old_value_and_difference_in_points_of_percent():
    before = finding("diagnosis.effective_weight.workload", 0.5, (0.45, 0.55), unit="share")
    now = finding("diagnosis.effective_weight.workload", 0.625, (0.58, 0.67), unit="share")
    change = told(compared([before], [now]))["changes.moved.diagnosis.effective_weight.workload"]
    assert change.value == pytest.approx(12.5)
    assert change.unit == "percentage_points"
    assert "50.0% (45.0% to 55.0%)" in change.text["en"]
    assert "12.5" in change.text["zh"]


def test_new_gone_and_other_claims_are_told_and_counted():
    before = [
        finding("evidence.claim", None, claim="unidentified"),
        finding("decision.recommended.keep", 1),
        finding("x.y", 1),
    ]
    now = [finding("evidence.claim", None, claim="causal"), finding("decision.recommended.adopt", 1)]
    found = told(compared(before, now))
    assert found["changes.claims"].value == 1
    assert found["changes.appeared"].value == 1
    assert found["changes.gone"].value == 2
    singled = [id for id in found if id.count(".") > 2]
    assert singled == [
        "changes.new.decision.recommended.adopt", "changes.gone.decision.recommended.keep", "changes.claim.evidence.claim",
    ]  # fmt: skip
    assert "cannot be judged" in found["changes.claim.evidence.claim"].text["en"]


def test_what_the_answer_rests_on_comes_first_in_the_order_of_the_headlines():
    ids = ["expected.balanced.csat", "ratings.icc", "diagnosis.effective_weight.csat", "decision.candidate.balanced"]
    found = told(compared([finding(id, 1, (0, 2)) for id in ids], [finding(id, 9, (8, 10)) for id in ids]))
    moved = [id.removeprefix("changes.moved.") for id in found if id.startswith("changes.moved.")]
    assert moved == [
        "decision.candidate.balanced",
        "diagnosis.effective_weight.csat",
        "expected.balanced.csat",
        "ratings.icc",
    ]
    assert headline("expected.balanced.csat") == HEADLINES.index("expected.*.csat")


def test_a_value_without_interval_is_told_for_headlines_and_for_all_of_a_restated_quarter_only_counted():
    before = [finding("indicators.csat.target", 0.9, unit="share"), finding("data.rows.staff", 10, unit="count")]
    now = [finding("indicators.csat.target", 0.8, unit="share"), finding("data.rows.staff", 11, unit="count")]
    found = told(compared(before, now))
    assert found["changes.value.indicators.csat.target"].value == pytest.approx(-10)
    assert "changes.restated" not in found
    again = compare(results(*before), results(*now), base=dataclasses.replace(BASE, quarter="2026Q3"), definitions={})
    assert told(again)["changes.restated"].value == 2
    assert "revision 1" in told(again)["changes.restated"].text["en"]


def test_a_unit_that_changed_is_not_subtracted():
    before, now = finding("targets.a.b.c", 3), finding("targets.a.b.c", 4, unit="seconds")
    change = told(compared([before], [now]))["changes.value.targets.a.b.c"]
    assert change.value is None
    assert "cannot be subtracted" in change.text["en"]


def test_the_parts_of_a_change_are_told_in_its_unit_and_what_could_not_be_replayed_is_said():
    before = finding("expected.balanced.csat", 1.0, (0.8, 1.2))
    now = finding("expected.balanced.csat", 2.0, (1.8, 2.2))
    parts = {"expected.balanced.csat": {"data": 0.7, "code": 0.1, "parameters": 0.0, "together": None}}
    found = told(compared([before], [now], parts=parts))
    values = [found[f"changes.part.{part}.expected.balanced.csat"].value for part in PARTS]
    assert values == [0.7, 0.1, 0.0, None]
    assert found["changes.part.together.expected.balanced.csat"].claim == "unidentified"


def test_the_first_report_says_so_and_nothing_else():
    found = compare(None, results(finding("a.b", 1)), definitions={}).findings()
    assert [one.id for one in found] == ["changes.first"]


def test_a_last_report_that_kept_no_definitions_leaves_open_whether_they_changed():
    found = told(compared([], [], earlier_definitions=None))
    assert found["changes.definitions"].claim == "unidentified"


def test_what_is_written_is_shaped_as_results_json_with_base_and_definitions(tmp_path):
    stated = {"settings": {"cycle": {"cycle.default": "quarter"}}}
    compared([], [], definitions=stated).write(tmp_path / "changes.json", stated)
    content = json.loads((tmp_path / "changes.json").read_text(encoding="utf-8"))
    assert (content["study"], content["quarter"], content["synthetic"]) == ("small", "2026Q3", True)
    assert content["compared_with"] == {"quarter": "2026Q2", "revision": 1, "digest": "0" * 64}
    assert content["definitions"] == stated
    assert all(Finding.from_dict(one).id.startswith("changes.") for one in content["findings"])


CSAT = {"name": {"en": "CSAT", "zh": "客户满意度"}, "minimum_n": "100", "reads": ["surveys.grade"]}


def changed(before, now):
    return {one.finding().id: one.finding().text["en"] for one in redefined(before, now)}


def test_a_changed_card_and_a_changed_weight_are_named_with_old_and_new():
    before = {
        "indicators": {"csat": CSAT},
        "schemes": {"balanced": {"name": {"en": "Balanced", "zh": "均衡"}, "dimensions.csat.weight": "25"}},
    }
    now = {
        "indicators": {"csat": CSAT | {"minimum_n": "120", "name": {"en": "Satisfied", "zh": "满意"}}},
        "schemes": {"balanced": before["schemes"]["balanced"] | {"dimensions.csat.weight": "30"}},
    }
    assert changed(before, now) == {
        "changes.definition.indicators.csat": "Metric card Satisfied (csat) changed: minimum_n from 100 to 120.",
        "changes.definition.schemes.balanced": "Scheme Balanced (balanced) changed: dimensions.csat.weight from 25 to 30.",
    }


def test_a_column_is_told_where_an_indicator_rests_on_it_and_by_which():
    mapped = {"surveys": {"columns.grade.from": "评价", "columns.score.from": "分", "columns.grade.codes": "#1"}}
    today = {"indicators": {"csat": CSAT}}
    for key, told_ in (("columns.grade.from", True), ("columns.score.from", False), ("files", True)):
        other = {"surveys": mapped["surveys"] | {key: "满意度"}}
        found = changed(today | {"sources": mapped}, today | {"sources": other})
        assert bool(found) is told_, key
        assert all(text.endswith("It bears on CSAT.") for text in found.values())
    recoded = changed(
        today | {"sources": mapped}, today | {"sources": {"surveys": mapped["surveys"] | {"columns.grade.codes": "#2"}}}
    )
    assert "columns.grade.codes stated otherwise" in next(iter(recoded.values()))


def test_long_texts_and_words_of_cause_in_a_definition_are_not_quoted():
    for text in ("x" * 200, "volume lowers CSAT"):
        found = changed(
            {"indicators": {"csat": CSAT}}, {"indicators": {"csat": CSAT | {"exclusions": {"en": text, "zh": text}}}}
        )
        assert list(found.values()) == ["Metric card CSAT (csat) changed: exclusions stated otherwise."]

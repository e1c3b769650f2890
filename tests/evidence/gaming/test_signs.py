"""All signs together: Holm over what can be read, small numbers hidden, and what is missing said."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evidence.gaming import gaming_signs
from design_lab.evidence.gaming.sign import Sign
from design_lab.evidence.gaming.signs import GamingSigns
from tests.evidence.panels import generator
from tests.proofs.centres import counted

NAMES = {"csat": {"en": "CSAT", "zh": "客户满意度"}}


def record(*signs, adjusted, least=10):
    return GamingSigns(
        signs=signs, adjusted=adjusted, least=least, first="2026Q1", last="2026Q4", short_seconds=15,
        targets={"csat": 0.9}, names=NAMES,
    )  # fmt: skip


def test_a_small_number_of_people_is_shown_nowhere():
    held = record(Sign(kind="short_calls", unit="people", value=7, p=0.0001, n=900, people=296), adjusted=(0.0001,))
    finding = held.findings()[0]
    assert finding.value is None
    assert finding.claim == "association"
    assert "fewer than 10 people" in finding.text["en"]
    assert "7" not in held.to_text()["value"][0]
    assert np.isnan(held.table()["value"].astype(float)[0])
    assert held.verdict(0) == "seen"


@pytest.mark.parametrize("value", [0, 10])
def test_nobody_and_many_are_shown(value):
    held = record(Sign(kind="transfers", unit="people", value=value, p=0.2, n=9, people=40), adjusted=(0.2,))
    assert held.findings()[0].value == value


def test_p_is_adjusted_for_all_signs_that_can_be_read():
    centre = counted(generator(), 6, 8)
    centre.bounds = ()
    held = gaming_signs(centre, targets={"csat": 0.9, "qa_score": 85}, names=NAMES, least=10)
    p = [one.p for one in held.signs if one.p is not None]
    assert min(a for a in held.adjusted if a is not None) == pytest.approx(min(1, len(p) * min(p)))
    unknown = next(one for one in held.findings() if one.id == "evidence.gaming.bunching_scores")
    assert (unknown.value, unknown.claim) == (None, "unidentified")
    assert "forced" not in unknown.text["en"]
    assert {one.id for one in held.findings()} >= {"evidence.gaming.bunching_csat", "evidence.gaming.survey_unresolved"}


def test_steps_of_a_ladder_are_a_sign_of_their_own_without_the_target():
    centre = counted(generator(), 6, 8)
    held = {one.id: one for one in gaming_signs(centre, targets={"csat": 0.9}, names=NAMES, least=10).findings()}
    said = held["evidence.gaming.bunching_steps_csat"].text
    assert "the steps at which more points begin (85.0%, 95.0%)" in said["en"]
    assert "得分台阶（85.0%、95.0%）" in said["zh"]
    centre.steps = {"csat": (0.9,)}
    alone = gaming_signs(centre, targets={"csat": 0.9}, names=NAMES, least=10).findings()
    assert "evidence.gaming.bunching_steps_csat" not in {one.id for one in alone}


def test_a_client_who_delivered_nothing_is_told_what_is_missing():
    centre = counted(generator(), 6, 8)
    for name in ("rates", "scores", "days", "calls", "contacts", "late"):
        frame = getattr(centre, name)
        setattr(centre, name, pd.DataFrame(columns=frame.columns))
    held = gaming_signs(centre, targets={"csat": 0.9}, names=NAMES, least=10)
    assert all(finding.claim == "unidentified" for finding in held.findings())
    assert held.table()["value"].isna().all()
    assert "was not delivered" in held.findings()[-1].text["en"]


def test_without_the_calls_offered_no_push_is_told():
    centre = counted(generator(), 6, 8)
    centre.days = centre.days.assign(offered=np.nan)
    held = gaming_signs(centre, targets={"csat": 0.9}, names=NAMES, least=10)
    assert next(one.unknown for one in held.signs if one.kind == "push_volume") == "no_offered"

"""A reform moves those who are under it, by the law of the centre, and its truth can be told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from design_lab.periods import Quarter
from design_lab.synthetic.centre import Centre, Reform, Wave
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.incentives import answers, reformed
from design_lab.synthetic.truth import UNITS, effects, write_truth

OTHER = {"workload": 0.10, "service_quality": 0.40, "csat": 0.40, "teamwork": 0.10}
QUARTER = Quarter(2026, 1)
SMALL = Path(__file__).resolve().parents[1] / "studies" / "small"


@pytest.fixture(scope="module")
def pilot(centre: Centre) -> Centre:
    return with_waves(centre, "linear_in_weights")


def with_waves(centre: Centre, kind: str) -> Centre:
    law = centre.law.model_copy(update={"kind": kind})
    waves = [Wave(first=Quarter(2026, 1), teams=["客服01组"]), Wave(first=Quarter(2026, 2), teams=["客服03组"])]
    return centre.model_copy(update={"law": law, "reform": Reform(weights=OTHER, waves=waves)})


def test_teams_come_under_the_reform_wave_by_wave(pilot: Centre) -> None:
    organisation = QuarterData(pilot, QUARTER).organisation
    treated = [
        reformed(pilot, organisation, Quarter(year, number)).sum() for year, number in [(2025, 4), (2026, 1), (2026, 3)]
    ]
    assert treated == [0, 1, 2]


def test_before_its_first_quarter_a_reform_changes_nothing(pilot: Centre, centre: Centre) -> None:
    before = Quarter(2025, 4)
    assert (QuarterData(pilot, before).calls.talk == QuarterData(centre, before).calls.talk).all()


def test_only_the_treated_are_moved(pilot: Centre, quarter: QuarterData) -> None:
    moved = QuarterData(pilot, QUARTER).duty.latent.qa_points - quarter.duty.latent.qa_points
    treated = quarter.duty.team == 0
    assert (moved[treated] > 0).all()
    assert (moved[~treated] == 0).all()


def test_under_marginal_pay_leaders_move_more_than_agents(centre: Centre, quarter: QuarterData) -> None:
    organisation = quarter.organisation
    stints = [stint for stint in organisation.on(QUARTER.last_day()) if stint.team == 0]
    person, team = np.array([stint.person for stint in stints]), np.zeros(len(stints), dtype=np.int64)
    ones = np.ones(len(organisation.people))
    moves = {
        kind: answers(with_waves(centre, kind), organisation, QUARTER, ones, person=person, team=team)["qa_points"]
        for kind in ("none", "linear_in_weights", "marginal_pay")
    }
    assert (moves["none"] == 0).all()
    ratio = moves["marginal_pay"] / moves["linear_in_weights"]
    assert ratio[0] == pytest.approx(0.20 / 0.15)
    assert ratio[1:] == pytest.approx(1.0)


def test_the_truth_is_the_contrast_of_one_seed(pilot: Centre, centre: Centre) -> None:
    told = effects(pilot, [Quarter(2025, 4), QUARTER])
    assert list(told) == list(UNITS)
    assert told["qa_score"]["latent"] == pytest.approx(-6 * -0.3 + 12 * 0.15, rel=0.25)
    for name in ("csat", "first_contact_resolution", "qa_score", "handle_seconds"):
        assert told[name]["latent"] > 0, name
    assert told == effects(pilot, [QUARTER])


def test_the_truth_of_a_small_pilot_is_written_the_same_twice(tmp_path: Path) -> None:
    text = (SMALL / "centre.yaml").read_text(encoding="utf-8").replace("last: 2026Q3\n", "last: 2026Q1\n", 1)
    reform = "reform: {weights: {workload: 0.1, service_quality: 0.4, csat: 0.4, teamwork: 0.1}, waves: [{first: 2026Q1, teams: [客服01组]}]}\n"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "centre.yaml").write_text(text + reform, encoding="utf-8")
    first, second = (write_truth(tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert set(json.loads(first.read_text(encoding="utf-8"))["effects"]) == set(UNITS)


def test_without_a_law_the_truth_is_nothing(centre: Centre) -> None:
    told = effects(with_waves(centre, "none"), [QUARTER])
    assert {entry["value"] for entry in told.values()} == {0.0}


def test_without_a_reform_there_is_no_truth_to_tell(centre: Centre) -> None:
    assert effects(centre, [QUARTER]) == {}

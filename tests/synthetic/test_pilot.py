"""The sample pilot: the centre of the sample study, its draw on record, its truth told and kept from the analyses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import yaml

from design_lab.study import Study
from design_lab.synthetic.centre import Centre, read_centre
from design_lab.synthetic.organisation import make_teams
from design_lab.synthetic.truth import UNITS

DATA = Path(__file__).resolve().parents[2] / "data"
PILOT = DATA / "h_bank_pilot"


def pilot() -> Centre:
    return read_centre(PILOT)


def test_but_for_the_reform_it_is_the_same_centre() -> None:
    assert pilot().model_copy(update={"reform": None}) == read_centre(DATA / "h_bank")


def test_the_waves_are_those_of_the_recorded_draw() -> None:
    reform = pilot().reform
    assert reform is not None
    order = [f"客服{number:02d}组" for number in np.random.default_rng(20241220).permutation(15) + 1]
    assert [(str(wave.first), set(wave.teams)) for wave in reform.waves] == [
        ("2025Q1", set(order[:4])), ("2025Q3", set(order[4:8])), ("2026Q1", set(order[8:12])),
    ]  # fmt: skip


def test_the_history_says_of_every_team_what_the_centre_did() -> None:
    reform, history = pilot().reform, Study.open(PILOT).settings.scheme_history
    assert reform is not None
    titles = {team.title for team in make_teams(pilot())}
    assert {team for period in history for team in period.who} == titles
    moved = {
        (team, str(period.first_day)) for period in history if period.scheme == "quality_first" for team in period.who
    }
    assert moved == {(team, str(wave.first.first_day())) for wave in reform.waves for team in wave.teams}
    lots = [period for period in history if period.chosen == "randomised"]
    assert {team for period in lots for team in period.who} == {title for title in titles if title.startswith("客服")}
    assert all("default_rng(20241220)" in (period.draw or "") for period in lots)


def test_the_weights_are_those_of_the_scheme() -> None:
    reform = pilot().reform
    assert reform is not None
    scheme = yaml.safe_load((PILOT / "schemes" / "quality_first.yaml").read_text(encoding="utf-8"))
    assert {name: part["weight"] / 100 for name, part in scheme["dimensions"].items()} == reform.weights


def test_the_truth_is_whole_and_read_by_no_analysis() -> None:
    told = json.loads((PILOT / "truth.json").read_text(encoding="utf-8"))["effects"]
    assert {name: entry["unit"] for name, entry in told.items()} == UNITS
    assert told["qa_score"]["value"] > 1
    modules = [path for path in (DATA.parent / "design_lab").rglob("*.py") if "synthetic" not in path.parts]
    assert not [path for path in modules if "truth.json" in path.read_text(encoding="utf-8")]

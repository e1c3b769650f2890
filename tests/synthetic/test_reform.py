"""A reform moves those who are under it, by the law of the centre, and its truth can be told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.ingest import build, table_path
from design_lab.periods import Quarter
from design_lab.study import Study
from design_lab.synthetic.centre import Centre, Happening, Reform, Wave, read_centre
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.incentives import answers, reformed
from design_lab.synthetic.truth import UNITS, effects, write_truth

OTHER = {"workload": 0.10, "service_quality": 0.40, "csat": 0.40, "teamwork": 0.10}
QUARTER = Quarter(2026, 1)
REFORM = (
    "reform: {weights: {workload: 0.1, service_quality: 0.4, csat: 0.4, teamwork: 0.1}, "
    "waves: [{first: 2026Q1, teams: [客服01组]}]}\n"
)
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


def test_a_happening_moves_its_teams_from_its_quarter_on_and_no_truth_of_the_reform(pilot: Centre) -> None:
    tool = Happening(what="AI", first=QUARTER, teams=["客服02组"], moves={"satisfaction_logit": 0.1})
    beside = pilot.model_copy(update={"happenings": [tool]})
    for quarter, size in ((Quarter(2025, 4), 0.0), (QUARTER, 0.1)):
        duty = QuarterData(pilot, quarter).duty
        moved = QuarterData(beside, quarter).duty.latent.satisfaction_logit - duty.latent.satisfaction_logit
        assert moved[duty.team == 1] == pytest.approx(size)
        assert (moved[duty.team != 1] == 0).all()
    assert effects(beside, [QUARTER])["qa_score"]["latent"] == effects(pilot, [QUARTER])["qa_score"]["latent"]


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
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "centre.yaml").write_text(text + REFORM, encoding="utf-8")
    first, second = (write_truth(tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert set(json.loads(first.read_text(encoding="utf-8"))["effects"]) == set(UNITS)


def test_without_a_law_the_truth_is_nothing(centre: Centre) -> None:
    told = effects(with_waves(centre, "none"), [QUARTER])
    assert {entry[kind] for entry in told.values() for kind in ("value", "measured", "latent")} == {0.0}


@pytest.mark.long
def test_the_truth_is_what_a_reader_of_the_exports_would_count(tmp_path: Path) -> None:
    """A second road: the tables built from the files with and without the reform, in plain pandas."""
    means, told = {}, {}
    for name, reform in (("with", REFORM), ("without", "")):
        folder = tmp_path / name / "small"
        shutil.copytree(SMALL, folder, ignore=shutil.ignore_patterns("raw", "tables"))
        with (folder / "centre.yaml").open("a", encoding="utf-8") as file:
            file.write(reform)
        settings = (folder / "study.yaml").read_text(encoding="utf-8")
        settings = settings.replace("{first: 2025Q2, last: 2026Q3}", "{first: 2026Q1, last: 2026Q1}")
        (folder / "study.yaml").write_text(settings, encoding="utf-8")
        study = Study.open(folder)
        build(study)
        means[name] = team_means(study, "客服01组")
        told[name] = effects(read_centre(folder), [QUARTER])
    assert told["without"] == {}
    for outcome, value in told["with"].items():
        contrast = means["with"][outcome] - means["without"][outcome]
        assert contrast == pytest.approx(value["measured"], rel=1e-4, abs=1e-9), outcome


def team_means(study: Study, team: str) -> dict[str, float]:
    """The outcomes of one team from canonical tables, everybody counted in the team of the day."""
    tables = {
        name: pd.read_parquet(table_path(study, name, QUARTER))
        for name in ("staff", "interactions", "agent_periods", "surveys", "quality_reviews", "ratings")
    }
    calls = tables["interactions"].query("channel == 'phone'").assign(date=lambda t: t["started_at"].dt.date)
    calls = of_team(calls, tables["staff"], team)
    handle = calls[["talk_ms", "hold_ms", "wrap_ms"]].sum(axis=1)
    sheets = of_team(tables["agent_periods"], tables["staff"], team)
    rated = tables["surveys"][tables["surveys"]["interaction_id"].isin(calls["interaction_id"])]
    reviews = of_team(tables["quality_reviews"].rename(columns={"reviewed_on": "date"}), tables["staff"], team)
    peers = of_team(tables["ratings"].assign(date=QUARTER.last_day()), tables["staff"], team)
    return {
        "csat": float(rated["grade"].isin(["very_satisfied", "satisfied"]).mean()),
        "first_contact_resolution": float(calls["resolved_first_contact"].mean()),
        "qa_score": float(reviews["points_x100"].mean()) / 100,
        "handle_seconds": float(handle.mean()) / 1000,
        "calls_per_hour": sheets["answered"].sum() / (sheets["signed_in_ms"].sum() / 3_600_000),
        "teamwork": float(peers["points_x100"].mean()) / 100,
    }


def of_team(rows: pd.DataFrame, staff: pd.DataFrame, team: str) -> pd.DataFrame:
    placed = rows.merge(staff[["employee_id", "team", "valid_from", "valid_to"]], on="employee_id")
    last = placed["valid_to"].fillna(QUARTER.last_day())
    in_force = (placed["valid_from"] <= placed["date"]) & (placed["date"] <= last)
    return placed[in_force & (placed["team"] == team)]


def test_choosing_whom_to_ask_lifts_what_is_measured_and_nothing_else(centre: Centre) -> None:
    pilot = with_waves(centre, "linear_in_weights")
    law = pilot.law.model_copy(update={"effects": {"selection_logit": {"csat": 20.0}}})
    told = effects(pilot.model_copy(update={"law": law}), [QUARTER])
    assert {name: entry["latent"] for name, entry in told.items()} == dict.fromkeys(UNITS, 0.0)
    assert told["csat"]["measured"] > 0.01
    assert {entry["measured"] for name, entry in told.items() if name != "csat"} == {0.0}


def test_what_a_treated_team_leaves_undone_falls_to_the_others_of_its_queue(centre: Centre) -> None:
    pilot = with_waves(centre, "linear_in_weights")
    law = pilot.law.model_copy(update={"effects": {"log_handle": {"workload": -2.0}}})
    with_reform = QuarterData(pilot.model_copy(update={"law": law}), QUARTER)
    without = QuarterData(centre.model_copy(update={"law": law}), QUARTER)
    calls = [np.bincount(data.duty.team[data.calls.row])[:4] for data in (with_reform, without)]
    change = calls[0] / calls[1] - 1
    titles = [team.title for team in without.organisation.teams[:4]]
    assert titles == ["客服01组", "客服02组", "客服03组", "客服04组"]  # the first two share the queue 通用
    assert change[0] < -0.08
    assert change[1] > 0.08
    assert np.abs(change[2:]).max() < 0.03


def test_without_a_reform_there_is_no_truth_to_tell(centre: Centre) -> None:
    assert effects(centre, [QUARTER]) == {}

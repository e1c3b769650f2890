"""The back-test: nothing of later data in any forecast, and what was planted comes out."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import ForecastError
from design_lab.expected import rolling
from design_lab.expected.backtest import backtest
from design_lab.expected.course import from_scale
from design_lab.expected.past import elsewhere
from design_lab.expected.rolling import known_at, said_of
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters
from design_lab.study import Study, project_root
from tests.expected.worlds import TEAMS, quarters, study_with, teams_of, trend


@pytest.fixture(scope="module")
def settings():
    return Study.open(project_root() / "tests" / "studies" / "small").settings


@pytest.fixture
def study(settings, tmp_path):
    return study_with(tmp_path, settings)


def world(rng, count=12, **law):
    usual = trend(rng, count, **law)
    return teams_of({team: from_scale(usual + 0.2 * place, share=True) for place, team in enumerate(TEAMS)}, rng=rng)


def rng(*key):
    return np.random.default_rng([20261128, *key])


def test_each_origin_forecasts_the_quarters_that_came(study):
    found = backtest(study, world(rng(1), 9), rng=rng(2), draws=200)
    said = [(one.origin, one.ahead, one.score.quarter) for one in found.lines]
    assert said == [
        ("2024Q2", 1, "2024Q3"), ("2024Q2", 2, "2024Q4"), ("2024Q2", 3, "2025Q1"),
        ("2024Q3", 1, "2024Q4"), ("2024Q3", 2, "2025Q1"), ("2024Q4", 1, "2025Q1"),
    ]  # fmt: skip
    sums = world(rng(1), 9).sums.groupby("quarter").sum()
    for one in found.lines:
        row = sums.loc[one.score.quarter]
        assert one.score.observed == pytest.approx(row["csat_over"] / row["csat_under"])


def test_later_data_do_not_reach_a_forecast(study):
    """As the guard does, but with quarters that are not there at all."""
    teams, origin = world(rng(3)), Quarter.parse("2024Q4")
    cut = teams.sums[teams.sums.index.get_level_values("quarter") <= "2024Q4"]
    short = TeamQuarters(quarters=quarters(8), sums=cut, roster=teams.roster, scales=teams.scales, absent=teams.absent)
    whole, early = (said_of(study, known_at(study, one, origin), origin, key=5, draws=200) for one in (teams, short))
    assert whole.keys() == early.keys() == {("agents", "csat")}
    assert whole["agents", "csat"].same(early["agents", "csat"])


def one_quarter_more(monkeypatch):
    real = TeamQuarters.until
    monkeypatch.setattr(TeamQuarters, "until", lambda self, quarter, **more: real(self, quarter.plus(1), **more))


def spread_of_all(monkeypatch):
    """The forecast's spread is taken from all quarters, its level from those known: a leak that moves no median much."""
    real = rolling.known_at

    def leaky(study, teams, origin):
        last = real(study, teams, Quarter.parse(teams.quarters[-1]))
        return {
            series: replace(past, errors=np.full_like(past.errors, last[series].errors.mean()))
            for series, past in real(study, teams, origin).items()
        }  # fmt: skip

    monkeypatch.setattr(rolling, "known_at", leaky)
    monkeypatch.setattr(sys.modules["design_lab.expected.backtest"], "known_at", leaky)


def role_of_later(monkeypatch):
    """Teams are put into roles by spells that had not begun."""
    real = TeamQuarters.until

    def leaky(self, quarter, **more):
        early = real(self, quarter, **more)
        return type(early)(
            quarters=early.quarters, sums=early.sums, roster=self.roster, scales=early.scales, absent=early.absent
        )

    monkeypatch.setattr(TeamQuarters, "until", leaky)


@pytest.mark.parametrize("plant", [one_quarter_more, spread_of_all, role_of_later])
def test_a_planted_leak_is_caught(study, monkeypatch, plant):
    teams = world(rng(4))
    later = teams.roster.iloc[:8].assign(team="A", valid_from=pd.Timestamp("2025-07-10"), role="others")
    other = teams.roster.assign(role=["others" if team == "D" else "agents" for team in teams.roster["team"]])
    mixed = type(teams)(
        quarters=teams.quarters, sums=teams.sums, roster=pd.concat([other, later], ignore_index=True),
        scales=teams.scales, absent=teams.absent,
    )  # fmt: skip
    backtest(study, mixed, rng=rng(5), draws=100)  # holds without the leak
    plant(monkeypatch)
    with pytest.raises(ForecastError, match=r"what is said of csat in \w+ at the end of 202\dQ\d changes with data"):
        backtest(study, mixed, rng=rng(5), draws=100)


def test_a_history_written_later_changes_nothing(settings, tmp_path):
    before = {"scheme": "current", "who": "all", "first_day": "2023-01-01"}
    moved = {"scheme": "quality_first", "who": ("A",), "first_day": "2025-01-01"}
    teams, origin = world(rng(6)), Quarter.parse("2024Q4")
    told = [study_with(tmp_path, settings, history) for history in ([before], [before, moved])]
    assert elsewhere(told[1], "current", teams).loc["A", "2025Q1"]
    first, second = (said_of(one, known_at(one, teams, origin), origin, key=1, draws=100) for one in told)
    assert first["agents", "csat"].same(second["agents", "csat"])


def test_where_teams_changed_what_came_is_of_those_that_did_not(settings, tmp_path):
    history = [
        {"scheme": "current", "who": "all", "first_day": "2023-01-01"},
        {"scheme": "quality_first", "who": ("A",), "first_day": "2025-01-01"},
    ]
    usual = trend(rng(7), 12)
    rates = {team: from_scale(usual, share=True) for team in TEAMS}
    rates["A"] = np.where(np.arange(12) >= 8, 0.99, rates["A"])
    found = backtest(study_with(tmp_path, settings, history), teams_of(rates), rng=rng(8), draws=200)
    for one in found.lines:
        place = quarters(12).index(one.score.quarter)
        assert one.filled == pytest.approx(0.25 if place >= 8 else 0.0)
        assert one.score.observed == pytest.approx(rates["B"][place], abs=0.002)
    said = {finding.id: finding for finding in found.findings()}
    assert any("filled in from those that were not" in limit for limit in said["review.backtest.coverage"].limits)


@pytest.mark.long
def test_bands_cover_and_skill_is_told_in_a_world_of_lines(study):
    """Planted truth: a line with shocks. Nine in ten bands hold what came, and a random walk is farther from it."""
    made = [backtest(study, world(rng(9, number)), rng=rng(10, number), draws=500) for number in range(40)]
    ahead_one = [[one.score.inside[90] for one in found.lines if one.ahead == 1] for found in made]
    share = np.mean(ahead_one)
    error = np.std([np.mean(one) for one in ahead_one], ddof=1) / np.sqrt(len(made))
    assert abs(share - 0.9) < 0.04 + 3 * error
    own = sum(one.score.crps for found in made for one in found.lines)
    other = sum(one.score.references["random_walk"][0] for found in made for one in found.lines)
    assert own < 0.95 * other


@pytest.mark.long
def test_in_a_random_walk_the_random_walk_is_nearer(study):
    own = other = 0.0
    for number in range(20):
        stream = rng(11, number)
        usual = 2.0 + np.cumsum(0.1 * stream.standard_normal(12))
        found = backtest(study, teams_of(dict.fromkeys(TEAMS, from_scale(usual, share=True))), rng=stream, draws=300)
        own += sum(one.score.crps for one in found.lines)
        other += sum(one.score.references["random_walk"][0] for one in found.lines)
    assert other < own


def test_the_same_seed_gives_the_same_bytes(study):
    teams = world(rng(12))
    first, second = (backtest(study, teams, rng=rng(13), draws=200).findings() for _ in range(2))
    assert first == second


def test_findings_tell_the_whole_each_outcome_and_the_primary_one_by_quarter(study):
    found = backtest(study, world(rng(14)), rng=rng(15), draws=200)
    said = {finding.id: finding for finding in found.findings()}
    assert said["review.backtest.coverage"].n == 18
    assert {"review.backtest.bias", "review.backtest.crps_skill.random_walk", "review.backtest.csat.coverage"} <= {
        *said
    }
    assert said["review.backtest.ahead_4.coverage"].claim == "unidentified"  # three quarters have been seen four ahead
    came = [id for id in said if ".came." in id]
    assert came == [f"review.backtest.csat.came.{quarter}" for quarter in quarters(12)[6:]]
    assert not [limit for limit in said["review.backtest.coverage"].limits if "filled in" in limit]


def test_too_short_a_past_is_a_sentence(study):
    found = backtest(study, world(rng(16), 6), rng=rng(17), draws=100)
    assert found.table().empty
    (only,) = found.findings()
    assert (only.id, only.claim, only.value) == ("review.backtest.coverage", "unidentified", None)
    assert "first of 6 quarters" in only.text["en"]


def test_too_few_people_are_not_told(settings, tmp_path):
    few = study_with(tmp_path, settings, k=25)  # 24 people are there
    assert not backtest(few, world(rng(18)), rng=rng(19), draws=100).lines


def test_an_outcome_told_the_other_way_round_counts_once(study):
    teams = world(rng(20))
    sums = teams.sums.assign(
        csat_dissatisfied_over=teams.sums["csat_under"] - teams.sums["csat_over"],
        csat_dissatisfied_under=teams.sums["csat_under"],
    )
    both = type(teams)(
        quarters=teams.quarters,
        sums=sums,
        roster=teams.roster,
        scales={"csat": 1.0, "csat_dissatisfied": 1.0},
        absent={},
    )
    found = backtest(study, both, rng=rng(21), draws=100)
    assert found.outcomes == ("csat",)
    assert len(found.lines) == 2 * len(found.counted)

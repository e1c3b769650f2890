"""Volume and CSAT: slopes that are planted, one of them reversed, and intervals that cover."""

import math

import numpy as np
import pandas as pd
import pytest

from design_lab.evidence import volume_csat
from design_lab.evidence.left_out import slopes_without_each

TEN_PERCENT = math.log(1.1)
SPAN = {"first": "2026Q1", "last": "2026Q3"}


def weeks(rng, *, within, between, teams=12, size=8, periods=20, ratings=60, team_shock=0.0):
    """Person-weeks whose CSAT moves by `within` points per 10 % of a person's own volume, `between` across people.

    Effects of team x week, which one person's weeks share with her team's, have the standard deviation `team_shock`.
    """
    people = teams * size
    person, week = np.repeat(np.arange(people), periods), np.tile(np.arange(periods), people)
    usual = 1.5 * rng.standard_normal(people)  # in steps of 10 %
    own = rng.standard_normal(people * periods)
    shock = team_shock * rng.standard_normal((teams, periods))[person // size, week]
    share = (80 + between * usual[person] + within * own + shock + rng.standard_normal(people)[person]) / 100
    days = np.full(person.size, 5)
    calls = np.rint(5 * 800 * np.exp(TEN_PERCENT * (usual[person] + own))).astype(int)
    rows = pd.DataFrame(
        {
            "employee_id": [f"E{one:03d}" for one in person], "begins": pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * week, "D"),
            "role": "customer_service", "level": "agent", "team": [f"T{one // size:02d}" for one in person],
            "calls": calls, "days": days, "worked_ms": days * 8 * 3_600_000, "rated": ratings,
            "satisfied": rng.binomial(ratings, share.clip(0, 1)),
        }
    )  # fmt: skip
    return rows.set_index(["employee_id", "begins"])


def slopes(rows, **changed):
    return volume_csat(rows, **({"timed": True, "weekly": True} | SPAN | changed))


def test_three_slopes_of_which_the_pooled_one_has_the_wrong_sign():
    """People who take many calls are good with customers; the same person in a busy week is not: Simpson."""
    made = slopes(weeks(np.random.default_rng(1), within=-0.5, between=2.0))
    pooled, between, within = (made.slope(kind) for kind in ("pooled", "between", "within"))
    assert within.low <= -0.5 <= within.high
    assert within.sign == -1
    assert between.low <= 2.0 <= between.high
    assert pooled.sign == 1
    assert made.reversed
    said = {finding.id: finding for finding in made.findings()}
    assert {finding.claim for finding in said.values()} == {"association"}
    assert any("opposite sign" in limit for limit in said["evidence.volume_csat.pooled"].limits)
    assert said["evidence.volume_csat.within"].n == 12 * 8 * 20


def test_the_within_slope_equals_dummies_in_plain_least_squares():
    rows = weeks(np.random.default_rng(2), within=-1.0, between=0.0, teams=5, size=3, periods=6)
    flat = rows.reset_index()
    volume = np.log(flat["calls"] / (flat["worked_ms"] / 3_600_000)) / TEN_PERCENT
    design = np.column_stack(
        [
            volume,
            pd.get_dummies(flat["employee_id"]).to_numpy(float),
            pd.get_dummies(flat["begins"]).to_numpy(float)[:, 1:],
        ]
    )
    root = np.sqrt(flat["rated"].to_numpy(float))
    csat = (100 * flat["satisfied"] / flat["rated"]).to_numpy()
    coefficient = np.linalg.lstsq(design * root[:, None], csat * root, rcond=None)[0][0]
    assert slopes(rows).slope("within").value == pytest.approx(coefficient, abs=1e-8)


def test_sums_give_what_dummies_find_without_each_team():
    """People change teams, a period has one team alone, and two columns that are held fixed are one."""
    rng = np.random.default_rng(7)
    team, size, periods = 6, 5, 8
    person, period = np.repeat(np.arange(team * size), periods), np.tile(np.arange(periods), team * size)
    where = (person // size + (rng.random(person.size) < 0.1)) % team
    kept = (period < periods - 1) | (where == 2)
    frame = pd.DataFrame({
        "dose": rng.normal(30, 2, person.size), "held": rng.random(person.size), "person": person, "period": period,
        "team": where, "weight": rng.integers(1, 9, person.size).astype(float),
    })[kept]  # fmt: skip
    frame["outcome"] = (
        80 - frame["dose"] + 5 * frame["held"] + rng.normal(size=30)[frame["person"]] + rng.normal(size=len(frame))
    )
    frame["twin"] = 1 - 2 * frame["held"]
    value, without = slopes_without_each(
        frame[["dose", "outcome", "held", "twin"]].to_numpy(), frame["person"].to_numpy(), frame["team"].to_numpy(),
        frame["weight"].to_numpy(), frame["period"].to_numpy(),
    )  # fmt: skip

    def fitted(rows):
        effects = pd.get_dummies(rows[["person", "period"]].astype(str)).to_numpy(float)
        root = np.sqrt(rows["weight"].to_numpy())[:, None]
        design = np.column_stack([rows[["dose", "held", "twin"]].to_numpy(), effects])
        return np.linalg.lstsq(design * root, rows["outcome"].to_numpy() * root[:, 0], rcond=1e-10)[0][0]

    assert value == pytest.approx(fitted(frame), rel=1e-8)
    assert without == pytest.approx([fitted(frame[frame["team"] != one]) for one in range(team)], rel=1e-8)


def test_a_dose_that_varies_in_one_cluster_alone_has_no_slope_without_it():
    dose = np.array([1.0, 2.0, 3.0, 3.0, 4.0, 4.0])
    columns = np.column_stack([dose, 2 * dose])
    value, without = slopes_without_each(
        columns, np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 2]), np.ones(6)
    )
    assert value == pytest.approx(2.0)
    assert without == pytest.approx([math.nan, 2.0, 2.0], nan_ok=True)


@pytest.mark.long
def test_intervals_cover_with_shocks_that_teams_share():
    rng, covered, found = np.random.default_rng(3), 0, []
    repeats = 60
    for _ in range(repeats):
        rows = weeks(rng, within=-0.5, between=1.0, teams=10, size=4, periods=10, team_shock=2.0)
        within = slopes(rows).slope("within")
        covered += within.low <= -0.5 <= within.high
        found.append(within.value)
    assert covered / repeats == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / repeats) ** 0.5)
    assert np.mean(found) == pytest.approx(-0.5, abs=3 * np.std(found) / repeats**0.5)


def test_a_kind_of_contact_that_goes_with_both_is_held_fixed():
    """Complaints are long and badly rated: without holding them fixed, volume would look good for CSAT."""
    rng = np.random.default_rng(4)
    rows = weeks(rng, within=0.0, between=0.0, ratings=200)
    complaints = rng.uniform(0, 0.3, len(rows))
    rows["satisfied"] = rng.binomial(200, 0.85 - 0.5 * complaints)
    rows["calls"] = np.rint(rows["calls"] * (1 - complaints)).astype(int)
    raw = slopes(rows)
    mix = rows.assign(
        mix_complaint=np.rint(rows["calls"] * complaints), mix_other=np.rint(rows["calls"] * (1 - complaints))
    )
    held = slopes(mix)
    assert (raw.adjusted, held.adjusted) == (False, True)
    assert raw.slope("within").sign == 1
    assert held.slope("within").sign == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.assign(rated=0, satisfied=0), "no ratings were delivered"),
        (lambda rows: rows.assign(satisfied=rows["rated"] + 1), "more ratings are good than there are"),
        (lambda rows: rows.assign(role=None), "three periods or more"),
        (lambda rows: rows.groupby("employee_id").head(2), "three periods or more"),
        (lambda rows: rows.assign(team="T1"), "fewer than five teams"),
        (lambda rows: rows.assign(team=None), "nobody is known to belong to a team"),
        (lambda rows: rows.assign(satisfied=rows["rated"]), "does not differ at all"),
        (lambda rows: rows.assign(calls=np.where(rows["team"] == "T01", rows["calls"], 800)), "does not differ at all"),
    ],
)
def test_what_cannot_be_estimated_is_said(change, why):
    rows = change(weeks(np.random.default_rng(5), within=0.0, between=0.0, teams=5, size=3, periods=6))
    made = slopes(rows).findings()
    assert {(finding.value, finding.claim) for finding in made} == {(None, "unidentified")}
    assert all(why in finding.text["en"] for finding in made)


def test_without_signed_in_time_volume_is_calls_per_day():
    rows = weeks(np.random.default_rng(6), within=-1.0, between=0.0, teams=5, size=3, periods=6).assign(worked_ms=0)
    made = slopes(rows, timed=False)
    assert made.slope("within") is not None
    assert "calls per day at work" in made.findings()[0].text["en"]

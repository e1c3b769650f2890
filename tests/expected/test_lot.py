"""The lot of a pilot: balanced, fair, repeatable, and read back by the claim test as a draw on record."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import ForecastError
from design_lab.expected.lot import lot
from design_lab.expected.pilot import Design

PARALLEL = Design(kind="parallel", teams=12, before=2, after=2)
STEPPED = Design(kind="stepped", teams=12, before=2, after=3)


def known(rng=None, teams=12):
    rng = rng or np.random.default_rng(4)
    return pd.DataFrame(
        {"csat": 90 + rng.standard_normal(teams), "people": rng.integers(8, 20, teams)},
        [f"T{i:02d}" for i in range(teams)],
    )


@pytest.mark.parametrize("design", [PARALLEL, STEPPED])
def test_the_lot_hangs_on_the_seed_alone_and_not_on_the_order_of_rows(design):
    first, again = lot(known(), design, seed=7), lot(known().iloc[::-1], design, seed=7)
    assert first.starts == again.starts
    assert first.record == again.record
    assert len({tuple(lot(known(), design, seed=seed).starts.values()) for seed in range(8)}) > 4


def test_early_and_late_teams_are_alike_and_every_team_has_the_same_chance():
    frame, seeds = known(), range(300)
    treated = np.array(
        [[start is not None for start in lot(frame, PARALLEL, seed=seed).starts.values()] for seed in seeds]
    )
    apart = [abs(frame["csat"][row].mean() - frame["csat"][~row].mean()) for row in treated]
    rng = np.random.default_rng(9)
    plain = []
    for _ in seeds:
        row = rng.permutation(12) < 6
        plain.append(abs(frame["csat"][row].mean() - frame["csat"][~row].mean()))
    assert np.mean(apart) < 0.5 * np.mean(plain)
    assert (treated.sum(axis=1) == 6).all()
    error = np.sqrt(0.25 / len(seeds))
    assert np.abs(treated.mean(axis=0) - 0.5).max() < 4 * error


def test_the_distance_of_a_parallel_lot_is_mahalanobis_by_hand():
    frame = known()
    found = lot(frame, PARALLEL, seed=2)
    row = np.array([found.starts[team] is not None for team in frame.index])
    apart = (frame[row].mean() - frame[~row].mean()).to_numpy()
    by_hand = apart @ np.linalg.inv(frame.cov().to_numpy()) @ apart * 12 / 4
    assert found.imbalance == pytest.approx(by_hand, rel=1e-9)
    assert found.imbalance <= found.bound


def test_lines_of_history_follow_each_other_and_name_the_draw():
    days = [dt.date(2026, 1, 1), dt.date(2026, 4, 1), dt.date(2026, 7, 1), dt.date(2026, 10, 1), dt.date(2027, 1, 1)]
    found = lot(known(), STEPPED, seed=1)
    lines = found.history("quality_first", "current", days)
    assert [line["scheme"] for line in lines] == ["current", "quality_first"] * 3
    for before, after in zip(lines[::2], lines[1::2], strict=True):
        assert before["who"] == after["who"]
        assert len(after["who"]) == 4
        assert before["last_day"] + dt.timedelta(days=1) == after["first_day"]
        assert (after["chosen"], after["draw"]) == ("randomised", found.record)
    never = lot(known(), PARALLEL, seed=1).history("quality_first", "current", days[:4])[-1]
    assert never["scheme"] == "current"
    assert never["chosen"] == "randomised"
    with pytest.raises(ForecastError, match="over 5 quarters, but 4 days"):
        found.history("quality_first", "current", days[:4])


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (known(teams=11), "11 teams are known and the design has 12"),
        (known().assign(csat=90.0), "csat: teams do not differ in it"),
        (known().assign(csat=np.nan), "csat: a team has no value"),
        (known()[[]], "0 covariates for 12 teams; state one to 4"),
        (known().assign(a=1, b=2, c=3), "5 covariates for 12 teams"),
        (known().set_axis(["T"] * 12), "team T stands twice"),
    ],
)
def test_what_cannot_be_drawn_is_refused(frame, said):
    with pytest.raises(ForecastError, match=said):
        lot(frame, PARALLEL, seed=1)

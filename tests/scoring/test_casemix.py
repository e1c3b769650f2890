"""Case mix: by hand, planted truth, and a person effect recovered under unequal mixes."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from design_lab.periods import Quarter
from design_lab.scoring import panel
from design_lab.scoring.casemix import expected_calls, expected_time
from tests.scoring.studies import call, person, write_study

MONTH = dt.date(2026, 7, 1)


def cells(*rows):
    names = ["row", "month", "contact_type", "n", "handle_ms", "handle_ms_squared"]
    return pd.DataFrame([(row, MONTH, *rest) for row, *rest in rows], columns=names)


def test_expected_time_by_hand():
    # Cell a: 300 in 3 calls of two people, so 100 a call; cell b: one person alone, who is compared with nobody.
    made = expected_time(
        cells((0, "a", 1, 120, 14_400), (0, "b", 5, 999, 250_000), (1, "a", 2, 180, 16_400)),
        ["contact_type"],
        np.array(["E1", "E2"]),
    )
    assert made["n"].to_dict() == {0: 1, 1: 2}
    assert made["observed"].to_dict() == {0: 120, 1: 180}
    assert made["expected"].to_dict() == {0: 100, 1: 200}
    # Within the cell: 16,400 - 180 ** 2 / 2 = 200 with 1 degree of freedom, so 200 a call.
    assert made["variance"].to_dict() == {0: 200, 1: 400}


def test_spells_of_one_person_alone_in_a_cell_compare_nobody():
    alone = cells((0, "a", 1, 120, 14_400), (1, "a", 2, 180, 16_400))
    assert expected_time(alone, ["contact_type"], np.array(["E1", "E1"])).empty


def test_calls_that_do_not_say_their_type_are_alike():
    made = expected_time(
        cells((0, None, 1, 50, 2_500), (1, None, 1, 150, 22_500)), ["contact_type"], np.array(["a", "b"])
    )
    assert made["expected"].to_dict() == {0: 100, 1: 100}


def test_expected_calls_by_hand():
    names = ["row", "week", "month", "shift", "hours", "calls"]
    rows = [(0, MONTH, MONTH, "early", 2, 20), (1, MONTH, MONTH, "early", 2, 40), (1, MONTH, MONTH, "late", 1, 5)]
    made = expected_calls(pd.DataFrame(rows, columns=names), ["shift"], np.array(["E1", "E2"]))
    assert made["expected"].to_dict() == {(0, MONTH): 30, (1, MONTH): 30}
    assert made["calls"].to_dict() == {(0, MONTH): 20, (1, MONTH): 40}


def test_what_is_observed_and_expected_sum_to_the_same():
    rng = np.random.default_rng(5)
    times = rng.integers(1, 900, (8, 3)).tolist()
    rows = [(row, kind, 3, times[row][at], times[row][at] ** 2) for row in range(8) for at, kind in enumerate("abc")]
    made = expected_time(cells(*rows), ["contact_type"], np.arange(8).astype(str))
    assert made["observed"].sum() == pytest.approx(made["expected"].sum())


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Equally fast people: two have short kinds of call in the morning, two long kinds later, two a bit of all."""
    rng = np.random.default_rng(8)
    usual = {("short", 9): 60, ("short", 15): 66, ("long", 9): 200, ("long", 15): 220}
    share = {"E1": 0.9, "E2": 0.9, "E3": 0.1, "E4": 0.1, "E5": 0.5, "E6": 0.5}
    calls = []
    for employee, short in share.items():
        for day in range(1, 61):
            hour = 9 if employee in ("E1", "E2") or (day % 2 and employee > "E4") else 15
            start = dt.datetime(2026, 7, 1, hour) + dt.timedelta(days=day)
            for number in range(12 if hour == 9 else 6):
                kind = "short" if rng.random() < short else "long"
                seconds = usual[kind, hour] * rng.uniform(0.8, 1.2)
                calls.append(call(employee, start + dt.timedelta(minutes=4 * number), seconds, contact_type=kind))
    tables = {"staff": {"2026Q3": [person(e) for e in share]}, "interactions": {"2026Q3": calls}}
    return panel(write_study(tmp_path_factory.mktemp("mixed") / "mixed", tables), Quarter.parse("2026Q3"))


def test_equally_fast_people_have_equal_adjusted_times_whatever_their_calls(mixed):
    raw, adjusted = (mixed.values[name].droplevel("part") for name in ("handle_seconds", "handle_seconds_adjusted"))
    error = mixed.standard_errors["handle_seconds_adjusted"].droplevel("part")
    assert raw["E3"] > 2 * raw["E1"]
    assert (abs(adjusted - adjusted.mean()) < 3 * error).all()
    assert error.max() / adjusted.mean() < 0.01


def test_equally_busy_people_have_equal_adjusted_calls_an_hour_whatever_their_shift(mixed):
    adjusted = mixed.values["calls_per_hour_adjusted"].droplevel("part")
    assert adjusted.to_numpy() == pytest.approx(adjusted.mean())
    assert set(mixed.people["shift"]) == {"early", "late"}
    assert any("like_calls" in limits for limits in mixed.limits.values())
    assert "hours_with_calls" in mixed.limits["calls_per_hour_adjusted"]


def test_a_person_effect_is_recovered_better_than_raw_where_the_mix_is_not_random():
    # 60 people whose speed (SD 10 %) has nothing to do with their mix; the share of long calls runs from .05 to .95.
    rng = np.random.default_rng(2026)
    errors = {"raw": [], "adjusted": []}
    for _ in range(40):
        speed, shares = np.exp(rng.normal(0, 0.1, 60)), rng.uniform(0.05, 0.95, 60)
        rows = []
        for one in range(60):
            for kind, mean, n in (("a", 100, int(500 * (1 - shares[one]))), ("b", 250, int(500 * shares[one]))):
                times = rng.lognormal(np.log(mean * speed[one]), 0.5, n)
                rows.append((one, kind, n, times.sum(), (times**2).sum()))
        made = expected_time(cells(*rows), ["contact_type"], np.arange(60).astype(str))
        raw = np.array([sum(r[3] for r in rows if r[0] == one) / sum(r[2] for r in rows if r[0] == one) for one in range(60)])  # fmt: skip
        for name, found in (("raw", raw), ("adjusted", (made["observed"] / made["expected"]).to_numpy())):
            errors[name].append(np.std(np.log(found) - np.log(speed)))
    # Chance alone is .53 / sqrt(500) = .024, for each person's calls vary with SD .53 of their mean.
    assert np.mean(errors["adjusted"]) < 0.03
    assert np.mean(errors["raw"]) > 0.2


@pytest.mark.long
def test_the_standard_error_of_an_adjusted_time_is_that_of_repeated_draws():
    rng = np.random.default_rng(4)
    drawn, stated = [], []
    for _ in range(400):
        rows = []
        for one in range(12):
            for kind, mean in (("a", 100.0), ("b", 250.0)):
                times = rng.gamma(4, mean / 4, 30)
                rows.append((one, kind, 30, times.sum(), (times**2).sum()))
        made = expected_time(cells(*rows), ["contact_type"], np.arange(12).astype(str))
        drawn.append(made["observed"][0] / made["expected"][0])
        stated.append(np.sqrt(made["variance"][0]) / made["expected"][0])
    # The person's own calls are one in twelve of what is expected, which takes a little off.
    assert np.std(drawn) == pytest.approx(np.mean(stated), rel=0.15)

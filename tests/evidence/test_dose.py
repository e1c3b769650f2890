"""The slope on a dose: against other software, by a second road, by enumeration, and what is refused."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import View, number
from design_lab.errors import DataError
from design_lab.evidence.dose import dose_slope
from design_lab.evidence.regression import Rows, leave_one_out, reassigned, slope, wild_bootstrap
from design_lab.finding import words_of_cause
from tests.evidence.panels import generator, library_slope

CASES = Path(__file__).parents[1] / "cases"


def doses(rng, teams=10, *, effect=1.0, people=1):
    """Half of the teams get another dose from quarter 6 on."""
    rows = []
    for team in range(teams):
        new = rng.choice([0.2, 0.25, 0.3])
        for person in range(people):
            own = rng.normal()
            for quarter in range(12):
                dose = new if team < teams // 2 and quarter >= 6 else 0.4
                rows.append((f"T{team}", f"T{team}P{person}", quarter, dose, own + effect * dose + 0.05 * rng.normal()))
    return pd.DataFrame(rows, columns=["team", "person", "quarter", "weight", "csat"])


def coded(frame, unit="team", cluster="team"):
    code = {name: np.unique(frame[name], return_inverse=True)[1] for name in {unit, cluster, "quarter"}}
    return Rows(
        outcome=frame["csat"].to_numpy(), dose=frame["weight"].to_numpy(), units=code[unit], times=code["quarter"],
        clusters=code[cluster], weights=np.ones(len(frame)),
    )  # fmt: skip


TOLD = {"outcome": "csat", "dose": "weight", "unit": "team", "time": "quarter"}


def test_the_slope_and_what_leaving_out_gives_are_those_of_the_panel_library():
    frame = doses(generator(), people=4)
    rows = coded(frame, "person")
    assert slope(rows) == pytest.approx(library_slope("csat ~ weight | person + quarter", frame))
    less = [
        library_slope("csat ~ weight | person + quarter", frame[frame["team"] != team])
        for team in sorted(frame["team"].unique())
    ]
    error = np.sqrt(9 / 10 * np.sum((np.array(less) - slope(rows)) ** 2))
    assert leave_one_out(rows).standard_error == pytest.approx(error)


def test_weights_are_those_of_the_panel_library():
    rng = generator()
    frame = doses(rng).assign(size=lambda held: rng.integers(1, 50, len(held)).astype(float))
    theirs = library_slope("csat ~ weight | team + quarter", frame, weights="size", weights_type="aweights")
    assert dose_slope(frame, **TOLD, weights="size", rng=rng, draws=9).estimate.value == pytest.approx(theirs)


def test_the_wild_bootstrap_is_the_one_written_out():
    """Every draw refitted by least squares on dummies, t by cluster, gives the same p."""
    frame = doses(generator(), teams=6, effect=0.1)
    rows, draws = coded(frame), 199
    p = wild_bootstrap(rows, rng=np.random.default_rng(5), draws=draws).p
    from design_lab.evidence.regression import WEBB

    signs = np.random.default_rng(5).choice(WEBB, size=(6, draws))
    dummies = np.column_stack([np.eye(6)[rows.units], np.eye(12)[rows.times][:, 1:]])
    full = np.column_stack([rows.dose, dummies])

    def t(outcome):
        solved = np.linalg.lstsq(full, outcome, rcond=None)[0]
        left = outcome - full @ solved
        apart = rows.dose - dummies @ np.linalg.lstsq(dummies, rows.dose, rcond=None)[0]
        scores = [apart[rows.clusters == one] @ left[rows.clusters == one] for one in range(6)]
        return solved[0] / (np.sqrt(np.sum(np.square(scores))) / (apart @ apart))

    fitted = dummies @ np.linalg.lstsq(dummies, rows.outcome, rcond=None)[0]
    drawn = [t(fitted + (rows.outcome - fitted) * signs[rows.clusters, draw]) for draw in range(draws)]
    far = np.sum(np.abs(drawn) >= abs(t(rows.outcome)))
    assert p == pytest.approx((far + 1) / (draws + 1))


@pytest.mark.parametrize("effect", [0.1, 0.3])
def test_the_wild_bootstrap_gives_the_p_of_the_library_that_does_nothing_else(effect):
    """Of 9,999 draws each, by wildboottest (which gives no interval): apart by no more than chance."""
    import statsmodels.api as sm
    from wildboottest.wildboottest import wildboottest

    rows = coded(doses(generator(), teams=8, effect=effect))
    columns = np.column_stack([rows.dose, np.eye(8)[rows.units], np.eye(12)[rows.times][:, 1:]])
    model = sm.OLS(rows.outcome, pd.DataFrame(columns, columns=["dose", *(f"held{one}" for one in range(19))]))
    told = wildboottest(
        model, param="dose", cluster=pd.Series(rows.clusters), B=9_999, weights_type="webb", seed=5, show=False
    )  # fmt: skip
    theirs = float(told["p-value"].iloc[0])
    ours = wild_bootstrap(rows, rng=generator(), draws=9_999).p
    assert abs(ours - theirs) <= 3 * np.sqrt(2 * max(theirs * (1 - theirs), 1e-3) / 9_999)


def test_the_wild_interval_holds_what_the_test_does_not_reject():
    rows = coded(doses(generator(), teams=8, effect=0.3))
    low, high = wild_bootstrap(rows, rng=np.random.default_rng(2)).interval
    for null, kept in ((low + 0.02 * (high - low), True), (low - 0.02 * (high - low), False)):
        moved = Rows(
            outcome=rows.outcome - null * rows.dose, dose=rows.dose, units=rows.units, times=rows.times,
            clusters=rows.clusters, weights=rows.weights,
        )  # fmt: skip
        assert (wild_bootstrap(moved, rng=np.random.default_rng(2)).p >= 0.05) is kept


def test_six_clusters_by_enumeration():
    """All 720 ways to deal out the dose paths of six teams, each refitted."""
    frame = doses(generator(), teams=6)
    rows = coded(frame)
    paths = rows.dose.reshape(6, 12)
    dealt = np.array([paths[list(order)].ravel() for order in itertools.permutations(range(6))])

    def t(dose):
        made = Rows(
            outcome=rows.outcome, dose=dose, units=rows.units, times=rows.times, clusters=rows.clusters,
            weights=rows.weights,
        )  # fmt: skip
        value = slope(made)
        apart = dose.reshape(6, 12) - dose.reshape(6, 12).mean(0) - dose.reshape(6, 12).mean(1)[:, None] + dose.mean()
        y = rows.outcome.reshape(6, 12)
        left = y - y.mean(0) - y.mean(1)[:, None] + y.mean() - value * apart
        return value / (np.sqrt(np.sum((apart * left).sum(1) ** 2)) / np.sum(apart**2))

    seen = abs(t(rows.dose))
    expected = np.mean([abs(t(dose)) >= seen * (1 - 1e-9) for dose in dealt])
    assert reassigned(rows, dealt, exact=True).p == pytest.approx(expected)


def test_castle_doctrine():
    """l_homicide on post with state and year effects and population weights, measured with other software."""
    from causaldata import castle

    case = json.loads((CASES / "castle_twfe.json").read_text(encoding="utf-8"))
    frame = castle.load_pandas().data
    for weights, wanted in (("popwt", case["measured"]), (None, case["unweighted"])):
        found = dose_slope(
            frame, outcome="l_homicide", dose="post", unit="sid", time="year", weights=weights, by_lot=False,
            rng=generator(), draws=19,
        )  # fmt: skip
        assert found.estimate.value == pytest.approx(wanted["estimate"], abs=case["tolerance"]["est"])
        assert found.rows == 550


def test_organ_donations():
    """One treated state: the slope is that of other software, and it is refused to be inferred on."""
    from causaldata import organ_donations

    case = json.loads((CASES / "organ_donations_twfe.json").read_text(encoding="utf-8"))
    frame = organ_donations.load_pandas().data
    treated = (frame["State"] == "California") & frame["Quarter"].isin(["Q32011", "Q42011", "Q12012"])
    frame = frame.assign(treated=treated.astype(float))
    code = {name: np.unique(frame[name], return_inverse=True)[1] for name in ("State", "Quarter")}
    rows = Rows(
        outcome=frame["Rate"].to_numpy(), dose=frame["treated"].to_numpy(), units=code["State"],
        times=code["Quarter"], clusters=code["State"], weights=np.ones(len(frame)),
    )  # fmt: skip
    assert slope(rows) == pytest.approx(case["measured"]["estimate"], abs=case["tolerance"]["est"])
    with pytest.raises(DataError, match=r"treated changes in one State alone"):
        dose_slope(frame, outcome="Rate", dose="treated", unit="State", time="Quarter", rng=generator())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda frame: frame.assign(weight=0.4), r"weight does not vary within team beyond what every team shares"),
        (lambda frame: frame.assign(weight=frame["quarter"] / 10), r"weight does not vary within team"),
        (lambda frame: frame[frame["team"].isin(["T0", "T9"])], r"team has 2 values; an interval needs at least 3"),
        (lambda frame: frame.assign(csat=7), r"csat is the same in every row"),
        (lambda frame: frame.assign(size=0.0), r"size must be above 0"),
    ],
)
def test_what_is_refused(change, says):
    frame = change(doses(generator()))
    with pytest.raises(DataError, match=says):
        dose_slope(frame, **TOLD, rng=generator(), weights="size" if "size" in frame else None)


def test_who_moves_between_teams_is_refused_with_what_to_do():
    frame = doses(generator(), people=2)
    moved = frame.assign(team=frame["team"].where((frame["person"] != "T0P0") | (frame["quarter"] < 6), "T9"))
    with pytest.raises(DataError, match=r"T0P0 stands in several team; keep each unit where it stood before"):
        dose_slope(moved, **{**TOLD, "unit": "person"}, assigned="team", rng=generator())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_its_own_numbers_and_its_limits_in_both_languages(lang):
    found = dose_slope(doses(generator()), **TOLD, rng=generator(), draws=99)
    for value in (found.estimate.value, found.estimate.low, found.estimate.high, found.lot.p):
        assert number(value, "effect", lang) in found.text[lang]
    assert words_of_cause(found.text[lang]) == []
    assert all(words(lang).say(f"limit.{limit}") for limit in found.limits)
    assert len(View(result=found, lang=lang).frame()) == 3

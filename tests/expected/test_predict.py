"""Predict before looking: a piecework experiment told by its arms, forecast to a file and scored by outcomes elsewhere."""

import json

import numpy as np
import pytest

from design_lab.catalogue.priors import evidence
from design_lab.errors import ForecastError
from design_lab.expected.predict import Experiment, held_against, predicted
from design_lab.expected.priors import pooled

PRIORS = pooled(evidence())
ARMS = {"none": {}, "low": {"workload": 0.02}, "high": {"workload": 0.10}}  # a piece
LIKE = {"quantity": "calls_per_hour", "error_rate": "complaints"}
INVENTED = {
    "none": {"quantity": 100.0, "error_rate": 0.050},
    "low": {"quantity": 108.0, "error_rate": 0.051},
    "high": {"quantity": 117.0, "error_rate": 0.056},
}


def piecework(**changed):
    return Experiment(**{"arms": ARMS, "reference": "none", "outcomes": LIKE} | changed)


def made(**changed):
    return predicted(piecework(**changed), PRIORS, rng=np.random.default_rng(8))


def test_intervals_go_to_a_file_and_are_scored_by_outcomes_kept_elsewhere(tmp_path):
    path = made().write(tmp_path / "before.json")
    elsewhere = tmp_path / "outcomes.json"
    elsewhere.write_text(json.dumps(INVENTED), encoding="utf-8")
    scored = held_against(path, json.loads(elsewhere.read_text(encoding="utf-8"))).table().set_index(["arm", "outcome"])
    assert set(scored.index) == {(arm, name) for arm in ("low", "high") for name in LIKE}
    assert scored.loc[("high", "quantity"), "came"] == pytest.approx(np.log(1.17))
    assert scored["inside"].tolist() == [
        low <= came <= high for low, came, high in scored[["low", "came", "high"]].to_numpy()
    ]
    assert scored.loc[("high", "quantity"), "crps"] < scored.loc[("high", "quantity"), "crps_of_none"]
    content = json.loads(path.read_text(encoding="utf-8"))
    assert all(len(line["quantiles"]) == 99 for line in content["predictions"])
    assert all(line["interval"][0] < line["interval"][1] for line in content["predictions"])


def test_a_prediction_is_written_once(tmp_path):
    made().write(tmp_path / "before.json")
    with pytest.raises(ForecastError, match="written once, before looking"):
        made().write(tmp_path / "before.json")


def test_pieces_by_hand():
    """Nothing counts as 5 % of the most: from none to high is ln 20, from none to low ln 4, of the same slope."""
    steps = {arm: piecework().steps(PRIORS, arm) for arm in ("low", "high")}
    assert steps["high"]["volume_on_workload"] == pytest.approx(np.log(20))
    assert steps["low"]["volume_on_workload"] == pytest.approx(np.log(0.02 / (0.05 * 0.10)))
    assert steps["high"]["quality_on_quality"] == 0
    table = made().table().set_index(["arm", "outcome"])
    told = np.log1p(table["median"].astype(float))
    assert told["high", "quantity"] / told["low", "quantity"] == pytest.approx(np.log(20) / np.log(4), rel=1e-9)
    slope = PRIORS["volume_on_workload"].quantile(0.5)
    assert told["high", "quantity"] == pytest.approx(slope * np.log(20), abs=0.01)
    assert told["high", "error_rate"] > 0


def test_the_unit_of_pay_and_the_order_of_arms_do_not_matter():
    plain = made().table()
    other = made(arms={arm: {"workload": 7 * one.get("workload", 0.0)} for arm, one in ARMS.items()}).table()
    np.testing.assert_allclose(other[["low", "median", "high"]], plain[["low", "median", "high"]], rtol=1e-9)
    turned = made(arms=dict(reversed(ARMS.items()))).table().sort_values(["arm", "outcome"])
    ordered = plain.sort_values(["arm", "outcome"])
    np.testing.assert_allclose(turned[["low", "high"]], ordered[["low", "high"]], rtol=1e-9)


def test_arms_that_pay_the_same_differ_exactly_by_nothing():
    same = made(arms={"none": {"workload": 1.0}, "low": {"workload": 1.0}}).table()
    assert (same[["low", "median", "high"]].to_numpy() == 0).all()


def test_chance_of_who_was_in_an_arm_widens_intervals():
    bare, wide = (held.table().set_index(["arm", "outcome"]) for held in (made(), made(errors={"quantity": 0.2})))
    spread = [held["high"].astype(float) - held["low"].astype(float) for held in (bare, wide)]
    assert spread[1]["low", "quantity"] > spread[0]["low", "quantity"]
    assert spread[1]["low", "error_rate"] == pytest.approx(spread[0]["low", "error_rate"], rel=0.1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reference": "nobody"}, "reference 'nobody' is no arm"),
        ({"arms": {"none": {}}}, "needs a second arm"),
        ({"outcomes": {"quantity": "pieces"}}, "quantity is said to be like 'pieces'"),
        ({"arms": {"none": {}, "low": {"workload": -1.0}}}, "low: the pay for workload is not a number of 0 or more"),
        ({"errors": {"time": 0.1}}, "errors.time: state a standard error"),
        ({"outcomes": {"ratings": "teamwork"}}, "ratings: no evidence says how teamwork answers"),
    ],
)
def test_what_tells_no_experiment_is_refused(changed, said):
    with pytest.raises(ForecastError, match=said):
        made(**changed)


def test_outcomes_without_a_ratio_are_refused(tmp_path):
    path = made().write(tmp_path / "before.json")
    with pytest.raises(ForecastError, match="high: the mean of error_rate is missing or not above 0"):
        held_against(path, INVENTED | {"high": {"quantity": 117.0, "error_rate": 0.0}})

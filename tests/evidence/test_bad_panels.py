"""Panels that can tell nothing: each gives a sentence or an honest nothing, never a number without meaning."""

import math
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES
from design_lab.errors import DataError
from design_lab.evidence import adoption, dose_slope, evidence_checks, volume_csat, weight_effects
from design_lab.evidence.claim import judged
from design_lab.finding import Stated
from tests.evidence.panels import generator, panel, told
from tests.evidence.test_claim import past
from tests.evidence.test_slopes import SPAN, weeks
from tests.evidence.test_weight_effect import rates

WAVES = [4] * 4 + [6] * 4 + [8] * 4 + [99] * 3


def ask_adoption(frame):
    return adoption(frame, **told(), rng=generator())


def ask_checks(frame):
    return evidence_checks(frame, **told(), rng=generator())


def ask_slope(frame):
    dosed = frame.assign(dose=(frame["quarter"] >= frame["start"]).astype(float))
    return dose_slope(dosed, outcome="csat", dose="dose", unit="team", time="quarter", rng=generator(), draws=99)


VERBS = (ask_adoption, ask_checks, ask_slope)

# Promotions only: everybody's weights differ by level, and nobody's team ever came under others.
BAD = {
    "duplicated": lambda frame: pd.concat([frame, frame]),
    "constant": lambda frame: frame.assign(csat=92.0),
    "one team": lambda frame: frame[frame["team"] == "T00"],
    "all treated from the first period on": lambda frame: frame.assign(start=0.0),
    "all treated at once": lambda frame: frame.assign(start=4.0),
    "promotions only": lambda frame: frame.assign(start=np.nan),
}
SAYS = {
    ask_adoption: {
        "duplicated": r"180 rows repeat a team and quarter, first T00, 0; average them to one row each",
        "constant": r"csat is the same in every row; there is nothing to explain",
        "one team": r"of team, 1 are there in every period; an interval needs at least 3",
        "all treated from the first period on": r"of team, 0 are there in every period",
        "all treated at once": r"every team adopts at once; there is nobody to compare with",
        "promotions only": r"no team adopts within the panel after its first period; there is no effect to estimate",
    },
    ask_slope: {
        "duplicated": None,
        "constant": r"csat is the same in every row",
        "one team": r"team has 1 values; an interval needs at least 3",
        "all treated from the first period on": r"dose does not vary within team beyond what every team shares",
        "all treated at once": r"dose does not vary within team beyond what every team shares",
        "promotions only": r"dose does not vary within team beyond what every team shares",
    },
}
SAYS[ask_checks] = SAYS[ask_adoption]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("name", [name for name in BAD if name != "duplicated"])
def test_a_panel_that_can_tell_nothing_is_refused_in_a_sentence(verb, name):
    with pytest.raises(DataError, match=SAYS[verb][name]):
        verb(BAD[name](panel(generator(), WAVES)))


@pytest.mark.parametrize("verb", [ask_adoption, ask_checks], ids=lambda verb: verb.__name__)
def test_rows_that_stand_twice_are_refused_where_a_row_is_a_unit_and_period(verb):
    with pytest.raises(DataError, match=SAYS[verb]["duplicated"]):
        verb(BAD["duplicated"](panel(generator(), WAVES)))


def test_rows_that_stand_twice_make_a_slope_no_surer():
    """A slope takes several rows a unit and period; clusters are teams, so that copies add nothing."""
    frame = panel(generator(), WAVES)
    one, twice = ask_slope(frame).estimate, ask_slope(BAD["duplicated"](frame)).estimate
    assert (twice.value, twice.low, twice.high) == pytest.approx((one.value, one.low, one.high))


def numbers(result):
    found = result.table().select_dtypes("number").to_numpy(float)
    return found[~np.isnan(found)]  # None: does not apply


def named(quarters):
    return [f"Q{one:02d}" for one in quarters]


def dated(frame, days):
    """The panel with dates for numbers of quarters."""
    start = [pd.NaT if pd.isna(one) else days[int(one)] for one in frame["start"]]
    return frame.assign(quarter=days[frame["quarter"]], start=start)


DAYS = pd.date_range("2024-01-01", periods=12, freq="QS")
ALIKE = {
    "teams in Chinese": lambda frame: frame.assign(team="客服" + frame["team"]),
    "teams of a categorical with one nobody is in": lambda frame: frame.assign(
        team=frame["team"].astype("category").cat.add_categories(["T99"])
    ),
    "text and numbers for teams": lambda frame: frame.assign(team=frame["team"].replace({"T00": 0})),
    "dates": lambda frame: dated(frame, DAYS),
    "periods": lambda frame: dated(frame, DAYS.to_period("Q")),
    "an index of dates": lambda frame: frame.set_index(DAYS[frame["quarter"]]),
    "an index that repeats": lambda frame: frame.set_index(np.zeros(len(frame), int)),
    "numbers that may be missing": lambda frame: frame.assign(csat=frame["csat"].astype("Float64")),
    "text that sorts": lambda frame: frame.assign(
        quarter=named(frame["quarter"]), start=[None if pd.isna(one) else f"Q{int(one):02d}" for one in frame["start"]]
    ),
}


@pytest.mark.parametrize("verb", [ask_adoption, ask_checks], ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("name", ALIKE)
def test_how_a_frame_is_written_changes_no_number(verb, name):
    frame = panel(generator(), WAVES)
    assert numbers(verb(ALIKE[name](frame))) == pytest.approx(numbers(verb(frame)))


def test_a_categorical_has_the_order_of_its_categories_and_not_that_of_their_names():
    frame = panel(generator(), WAVES)
    names = ["last", "older", *"zyxwvutsrq"]
    start = [None if pd.isna(one) else names[int(one)] for one in frame["start"]]
    written = frame.assign(quarter=pd.Categorical([names[one] for one in frame["quarter"]], names), start=start)
    assert numbers(ask_adoption(written)) == pytest.approx(numbers(ask_adoption(frame)))
    with pytest.raises(DataError, match=r"start holds 'soon', which is no category of quarter"):
        ask_adoption(written.assign(start=written["start"].replace({"z": "soon", "x": "soon"})))


def test_the_unit_of_weights_changes_no_number_and_one_that_drowns_the_others_is_refused():
    frame = panel(generator(), WAVES)
    for size in (1e-300, 1.0, 1e12):
        found = adoption(frame.assign(size=size), **told(), weights="size", rng=generator())
        assert numbers(found) == pytest.approx(numbers(ask_adoption(frame)))
    with pytest.raises(DataError, match=r"size reaches from 1 to 1e\+15; beside the largest the smallest counts for"):
        adoption(frame.assign(size=np.where(frame["team"] == "T01", 1e15, 1.0)), **told(), weights="size")
    with pytest.raises(DataError, match=r"size must be above 0 in every row"):
        adoption(frame.assign(size=np.where(frame["team"] == "T01", 0.0, 1.0)), **told(), weights="size")


REFUSED = {
    "no rows": (lambda frame: frame.iloc[:0], r"the frame has no rows"),
    "no frame": (lambda frame: frame.to_dict(), r"a pandas data frame is needed, not a dict"),
    "a column twice": (lambda frame: pd.concat([frame, frame[["csat"]]], axis=1), r"several columns 'csat'"),
    "infinite": (lambda frame: frame.assign(csat=frame["csat"].where(frame.index != 4, np.inf)), r"an infinite number"),
    "complex": (lambda frame: frame.assign(csat=frame["csat"] + 1j), r"csat holds complex128; it must hold numbers"),
    "text": (lambda frame: frame.assign(csat=frame["csat"].astype(str)), r"csat holds .*; it must hold numbers"),
    "beyond squares": (lambda frame: frame.assign(csat=frame["csat"] * 1e300), r"too large or too close together"),
    "below squares": (lambda frame: frame.assign(csat=frame["csat"] * 1e-300), r"too large or too close together"),
    "a level a team": (
        lambda frame: frame.assign(csat=frame.groupby("team")["csat"].transform("first")),
        r"csat does not vary beyond what each team and each quarter has of its own; there is nothing to explain",
    ),
    "a level a quarter": (
        lambda frame: frame.assign(csat=frame["quarter"] / 3),
        r"csat does not vary beyond what each",
    ),
}
IN_TIME = {
    "text of other length": (
        lambda frame: frame.assign(quarter=frame["quarter"].astype(str)),
        r"quarter is text, in which '10' stands before '2'; make it numbers, dates or an ordered categorical",
    ),
    "text and numbers": (
        lambda frame: frame.assign(quarter=frame["quarter"].astype(object).replace({3: "third"})),
        r"quarter holds int and str, which have no order; write its periods alike",
    ),
    "a start of another kind": (
        lambda frame: frame.assign(quarter=named(frame["quarter"])),
        r"start holds 4.0 and quarter holds 'Q00', which cannot be compared; write them alike",
    ),
    "a start without its time zone": (
        lambda frame: dated(frame, DAYS).assign(quarter=DAYS.tz_localize("UTC")[frame["quarter"]]),
        r"start holds Timestamp.* which cannot be compared; write them alike",
    ),
}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("name", REFUSED)
def test_a_frame_that_cannot_be_read_is_refused_in_a_sentence(verb, name):
    made, says = REFUSED[name]
    frame = panel(generator(), WAVES)
    frame["dose"] = (frame["quarter"] >= frame["start"]).astype(float)
    slope = {"outcome": "csat", "dose": "dose", "unit": "team", "time": "quarter", "rng": generator(), "draws": 99}
    with pytest.raises(DataError, match=says):
        dose_slope(made(frame), **slope) if verb is ask_slope else verb(made(frame))


@pytest.mark.parametrize("verb", [ask_adoption, ask_checks], ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("name", IN_TIME)
def test_periods_without_an_order_are_refused_in_a_sentence(verb, name):
    made, says = IN_TIME[name]
    with pytest.raises(DataError, match=says):
        verb(made(panel(generator(), WAVES)))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_the_order_of_rows_changes_no_number(verb):
    frame = panel(generator(), WAVES)
    shuffled = frame.sample(frac=1, random_state=3)
    assert numbers(verb(shuffled)) == pytest.approx(numbers(verb(frame)))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_an_outcome_without_any_noise_is_answered_and_not_searched_for_ever(verb):
    """What rounding leaves of the spread is below what numbers can be told apart by."""
    frame = panel(generator(), WAVES)
    level = frame.groupby("team").ngroup() / 10
    exact = frame.assign(csat=level + np.where(frame["quarter"] >= frame["start"], 95, 90))
    assert numbers(verb(exact)).size
    assert ask_adoption(exact).value == pytest.approx(5)


RESULTS = {
    "adoption": ask_adoption,
    "checks": ask_checks,
    "slope": ask_slope,
    "volume": lambda _: volume_csat(
        weeks(np.random.default_rng(5), within=0.0, between=0.0, teams=6, size=3, periods=6),
        timed=True, weekly=True, **SPAN,
    ),
    "claim": lambda _: judged(past(), effect=None, outcome="csat"),
    "effects": lambda _: weight_effects(past(), rates(), primary="csat", rng=generator(), draws=99),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_a_frozen_record_with_its_table_its_text_and_its_limits(name):
    found = RESULTS[name](panel(generator(), WAVES))
    assert len(found.table())
    assert set(found.text) == set(LANGUAGES)
    assert all(found.text.values())
    assert all(isinstance(limit, str) for limit in found.limits)
    with pytest.raises(FrozenInstanceError):
        setattr(found, fields(found)[0].name, None)
    for finding in found.findings() if isinstance(found, Stated) else ():
        assert finding.text["zh"] in found.text["zh"]
        assert set(finding.limits) <= set(found.limits)


def test_outcomes_dealt_out_anew_show_no_effect_more_often_than_chance():
    """Of 60 panels with a large effect whose outcomes were shuffled within quarters, few exclude 0."""
    rng, alarms = generator(), 0
    for _ in range(60):
        frame = panel(rng, WAVES, effect=3.0)
        dealt = frame.groupby("quarter")["csat"].transform(lambda held: rng.permutation(held.to_numpy()))
        alarms += adoption(frame.assign(csat=dealt), **told()).estimate.sign != 0
    assert alarms / 60 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 60)


def test_person_weeks_that_can_tell_nothing_give_no_slope():
    made = weeks(np.random.default_rng(5), within=0.0, between=0.0, teams=6, size=3, periods=6)
    bad = {
        "constant": made.assign(satisfied=made["rated"]),
        "volume alike": made.assign(calls=4000),
        "one team": made.assign(team="T1"),
        "no ratings": made.assign(rated=0, satisfied=0),
    }
    for name, rows in bad.items():
        told_of = volume_csat(rows, timed=True, weekly=True, **SPAN)
        assert told_of.slopes == (), name
        assert {(finding.value, finding.claim) for finding in told_of.findings()} == {(None, "unidentified")}, name


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.drop(columns="rated"), r"no column 'rated'"),
        (lambda rows: rows.assign(calls=-rows["calls"]), r"calls is below 0 in some rows"),
        (lambda rows: rows.assign(calls=rows["calls"].astype(str)), r"calls holds .*; it must hold numbers"),
        (lambda rows: rows.assign(worked_ms=np.inf), r"worked_ms holds an infinite number"),
        (lambda rows: rows.assign(rated=rows["rated"].where(rows["team"] != "T00")), r"rated is missing in \d+ of"),
        (lambda rows: rows.to_dict(), r"a pandas data frame is needed, not a dict"),
    ],
)
def test_person_weeks_that_cannot_be_read_are_refused_in_a_sentence(change, says):
    made = weeks(np.random.default_rng(5), within=0.0, between=0.0, teams=6, size=3, periods=6)
    with pytest.raises(DataError, match=says):
        volume_csat(change(made), timed=True, weekly=True, **SPAN)


def test_copies_of_person_weeks_make_no_slope_surer():
    rows = weeks(np.random.default_rng(5), within=-0.5, between=1.0, teams=6, size=3, periods=6)
    one, twice = (
        volume_csat(each, timed=True, weekly=True, **SPAN).slope("within") for each in (rows, pd.concat([rows, rows]))
    )
    assert (twice.value, twice.low, twice.high) == pytest.approx((one.value, one.low, one.high), abs=1e-6)

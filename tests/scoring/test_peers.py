"""Severity-adjusted peer ratings in the panel: equal to those of the ratings, nearer to the truth, and scored."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from design_lab.periods import Quarter, Span
from design_lab.scoring import panel, score, targets
from design_lab.scoring.estimates import shrunken
from design_lab.scoring.ratings import adjusted_scores, rating_signals
from tests.scoring.studies import person, write_study

Q = Quarter.parse("2026Q3")
NAME = "peer_rating_adjusted"


def form(rater, ratee, *points, items=("help", "care", "share")):
    """One rater's answers on one person, in points."""
    return [
        {"rater_id": rater, "employee_id": ratee, "item": item, "points_x100": round(100 * one)}
        for item, one in zip(items, points, strict=False)
    ]


def planted(rng, people=60, raters=8, *, pool=lambda ratee, ids: ids):
    """Merits, and ratings by others of whom some are strict and some lenient; spread .35 and .6."""
    ids = [f"E{number:03}" for number in range(people)]
    merit = pd.Series(rng.normal(60, 0.35, people), ids)
    strict = pd.Series(rng.normal(0, 0.6, people), ids)
    rows = []
    for ratee in ids:
        for rater in rng.choice([one for one in pool(ratee, ids) if one != ratee], raters, replace=False):
            points = merit[ratee] - strict[rater] + rng.normal(0, 0.25) + rng.normal(0, 0.3, 3)
            rows += form(rater, ratee, *points)
        rows += form(ratee, ratee, 99, 99, 99)  # of herself, which counts nowhere
    return merit, rows


def write(folder, rows, staff, **more):
    return write_study(folder, {"staff": {"2026Q3": staff}, "ratings": {"2026Q3": rows}}, **more)


@pytest.fixture(scope="module")
def severe(tmp_path_factory):
    """Merits, ratings and the panel of 60 people in two roles."""
    merit, rows = planted(np.random.default_rng(1))
    staff = [person(one, role="agent" if number % 3 else "lead") for number, one in enumerate(merit.index)]
    study = write(tmp_path_factory.mktemp("peers") / "peers", rows, staff, indicator=NAME)
    return merit, pd.DataFrame(rows), study, panel(study, Q)


def test_value_raters_and_error_are_those_of_the_ratings(severe):
    _, ratings, _, people = severe
    expected = adjusted_scores(ratings)
    for frame, column in (
        (people.values, "value"),
        (people.standard_errors, "standard_error"),
        (people.counts, "n_raters"),
    ):
        found = frame[NAME].droplevel("part")
        pd.testing.assert_series_equal(found, expected[column], check_names=False, check_dtype=False, rtol=1e-9)
    assert people.counts[NAME].eq(people.counts["peer_rating"]).all()
    n = expected["n_raters"]
    assert people.centre.loc[NAME].tolist() == pytest.approx([(expected["value"] * n).sum() / n.sum(), n.sum()])
    assert people.limits[NAME] == ("severity_assigned",)


def test_signals_and_shrunken_values_are_those_of_ratings_without_severity(severe):
    _, ratings, _, people = severe
    role = people.people["role"].droplevel("part")
    expected = rating_signals(ratings, role)
    found = {role: one for (role, name), one in people.signals.items() if name == NAME}
    assert set(found) == {"agent", "lead"}
    for name, one in found.items():
        assert one.p == pytest.approx(expected[name].p, rel=1e-6)
        assert one.between_variance == pytest.approx(expected[name].between_variance)
        assert one.reliability > people.signals[name, "peer_rating"].reliability
    agents = role.eq("agent")
    drawn = people.shrunk()[NAME].droplevel("part")[agents]
    value, n = (frame[NAME].droplevel("part")[agents].to_numpy(float) for frame in (people.values, people.counts))
    assert drawn.to_numpy() == pytest.approx(shrunken(value, n, expected["agent"]))


def test_adjusted_ratings_are_nearer_to_planted_merit_than_raw_ones(severe):
    merit, _, _, people = severe
    error = {name: (people.values[name].droplevel("part") - merit).std() for name in ("peer_rating", NAME)}
    assert error[NAME] < 0.75 * error["peer_rating"]


def test_a_scheme_that_weighs_it_scores(severe):
    _, _, study, people = severe
    scores = score(people, study.current, medians=targets(study, Q))
    assert study.current.indicators == (NAME,)
    assert scores.without_data == ()
    assert scores.total.notna().all()
    assert scores.limits == ("severity_assigned",)


def test_fewer_than_five_raters_are_shown_and_not_scored(tmp_path):
    _, rows = planted(np.random.default_rng(2), people=12)
    gone = {f"E{number:03}" for number in range(12)} - {"E001", "E002", "E003", "E004", "E005"}
    kept = [one for one in rows if one["employee_id"] != "E000" or one["rater_id"] not in gone]
    people = panel(write(tmp_path / "few", kept, [person(f"E{number:03}") for number in range(12)]), Q)
    few = people.counts[NAME] < 5
    assert few.sum() == 1
    assert people.values[NAME].notna().all()
    assert people.usable()[NAME].isna().equals(few)


def test_who_shares_no_rater_with_anybody_is_missing_and_that_is_said(tmp_path):
    _, rows = planted(np.random.default_rng(3), people=12)
    for rater in ("X1", "X2", "X3", "X4", "X5"):
        rows += form(rater, "E900", 61, 62, 60)
    people = panel(write(tmp_path / "alone", rows, [person("E900"), *(person(f"E{n:03}") for n in range(12))]), Q)
    assert people.values[NAME].isna().droplevel("part").pipe(lambda isna: [*isna[isna].index]) == ["E900"]
    assert people.values.loc[("E900", 1), "peer_rating"] == pytest.approx(61)
    assert people.counts.loc[("E900", 1), NAME] == 0
    assert people.limits[NAME] == ("severity_assigned", "severity_alone")


def test_teams_that_no_rater_holds_together_are_said_to_be_so(tmp_path):
    def team(ratee, ids):
        return [one for one in ids if int(one[1:]) // 12 == int(ratee[1:]) // 12]

    merit, rows = planted(np.random.default_rng(4), people=24, pool=team)
    people = panel(write(tmp_path / "teams", rows, [person(one) for one in merit.index]), Q)
    assert people.values[NAME].notna().all()
    assert people.limits[NAME] == ("severity_and_teams",)


def test_where_severity_cannot_be_told_at_all_nobody_has_one_and_a_scheme_says_why(tmp_path):
    rows = [one for rater in ("E2", "E3", "E4", "E5", "E6") for one in form(rater, "E1", 60, 61, 62)]
    study = write(tmp_path / "one", rows, [person(f"E{number}") for number in range(1, 7)], indicator=NAME)
    people = panel(study, Q)
    assert people.values.columns.tolist() == ["peer_rating"]
    scores = score(people, study.current, medians=targets(study, Q))
    assert scores.without_data == (NAME,)
    assert scores.limits == ("severity_unknown",)


def test_ratings_of_oneself_alone_and_no_ratings_change_nothing(tmp_path):
    staff = [person("E1"), person("E2")]
    alone = panel(write(tmp_path / "self", form("E1", "E1", 60, 60, 60) + form("E2", "E2", 70, 70, 70), staff), Q)
    none = panel(write_study(tmp_path / "none", {"staff": {"2026Q3": staff}}), Q)
    for people in (alone, none):
        assert people.values.columns.empty
        assert people.signals == people.limits == {}


def test_ratings_belong_to_the_spell_at_the_quarters_end_and_count_in_no_other_month(tmp_path):
    merit, rows = planted(np.random.default_rng(5), people=12)
    changed = [
        person("E000", until=dt.date(2026, 8, 15)), person("E000", level="senior", since=dt.date(2026, 8, 16)),
    ]  # fmt: skip
    study = write(tmp_path / "spells", rows, [*changed, *(person(one) for one in merit.index[1:])])
    people = panel(study, Q)
    expected = adjusted_scores(pd.DataFrame(rows))["value"]
    assert np.isnan(people.values.loc[("E000", 1), NAME])
    assert people.values.loc[("E000", 2), NAME] == pytest.approx(expected["E000"])
    assert NAME not in panel(study, Span.parse("2026-08")).values
    september = panel(study, Span.parse("2026-09")).values[NAME].droplevel("part")
    assert september.to_numpy() == pytest.approx(expected.to_numpy())


def test_a_longer_span_pools_its_quarters_and_counts_each_rater_once(tmp_path):
    rng = np.random.default_rng(6)
    merit, first = planted(rng, people=12)
    second = [one | {"points_x100": one["points_x100"] + 40} for one in first]
    staff = [person(one) for one in merit.index]
    tables = {"staff": dict.fromkeys(("2026Q3", "2026Q4"), staff), "ratings": {"2026Q3": first, "2026Q4": second}}
    half = panel(write_study(tmp_path / "half", tables), Span.parse("2026H2"))
    expected = adjusted_scores(pd.DataFrame(first))
    found = half.values[NAME].droplevel("part")
    assert found.to_numpy() == pytest.approx(expected["value"].to_numpy() + 0.2)
    assert half.counts[NAME].eq(8).all()

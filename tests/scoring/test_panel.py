"""The panel against a second road: plain pandas on the same tables."""

from dataclasses import replace

import pandas as pd
import pytest

from design_lab.catalogue import cards
from design_lab.errors import DataError
from design_lab.ingest import table_path
from design_lab.scoring import levels, panel, targets
from design_lab.scoring.signal import Signal
from design_lab.study import Study


@pytest.fixture(scope="module")
def quarter(small):
    return small.quarters[-1]


@pytest.fixture(scope="module")
def people(small, quarter):
    return panel(small, quarter)


def table(small, name, quarter):
    rows = pd.read_parquet(table_path(small, name, quarter))
    return rows[rows["channel"] == "phone"] if "channel" in rows else rows


def unchanged(frame):
    """The rows of people with one spell, keyed by employee_id."""
    return frame[~frame.index.get_level_values("employee_id").duplicated(keep=False)].droplevel("part")


def test_every_indicator_equals_plain_pandas(small, quarter, people):
    calls = table(small, "interactions", quarter).groupby("employee_id")
    sheets = table(small, "agent_periods", quarter).groupby("employee_id")
    surveys = table(small, "surveys", quarter)
    graded = surveys["grade"].groupby(surveys["employee_id"])
    handled = calls[["talk_ms", "hold_ms", "wrap_ms"]].sum().sum(axis=1)
    second_road = {
        "calls_per_hour": sheets["answered"].sum() / (sheets["signed_in_ms"].sum() / 3.6e6),
        "calls_answered": sheets["answered"].sum(),
        "handle_seconds": handled / calls.size() / 1000,
        "first_contact_resolution": calls["resolved_first_contact"].mean(),
        "transfer_rate": calls["transferred"].mean(),
        "very_satisfied_rate": graded.agg(lambda g: (g == "very_satisfied").mean()),
        "csat": graded.agg(lambda g: g.isin(["very_satisfied", "satisfied"]).mean()),
        "qa_score": table(small, "quality_reviews", quarter).groupby("employee_id")["points_x100"].mean() / 100,
    }
    for indicator, expected in second_road.items():
        found = unchanged(people.values)[indicator].dropna()
        pd.testing.assert_series_equal(
            found, expected.reindex(found.index), check_names=False, check_dtype=False, rtol=1e-12
        )
        assert set(found.index) == set(expected[expected.notna()].index) & set(unchanged(people.people).index)


def test_calls_and_text_sessions_are_not_mixed(small, quarter, people):
    contacts = pd.read_parquet(table_path(small, "interactions", quarter))
    calls = contacts[contacts["channel"] == "phone"]
    assert people.centre.loc["handle_seconds", "n"] == len(calls) < len(contacts)
    assert people.centre.loc["team_result", "value"] == pytest.approx(calls["resolved_first_contact"].mean())
    assert contacts["resolved_first_contact"].mean() < calls["resolved_first_contact"].mean()
    ratings = pd.read_parquet(table_path(small, "surveys", quarter))
    assert people.centre.loc["csat", "n"] == (ratings["channel"] == "phone").sum() < len(ratings)


def test_peer_rating_is_the_mean_of_raters_means_without_oneself(small, quarter, people):
    ratings = table(small, "ratings", quarter)
    others = ratings[ratings["rater_id"] != ratings["employee_id"]]
    by_rater = others.groupby(["employee_id", "rater_id"])["points_x100"].mean() / 100
    expected = by_rater.groupby(level=0).mean()
    found = people.values["peer_rating"].droplevel("part").dropna()
    pd.testing.assert_series_equal(found, expected.reindex(found.index), check_names=False, check_dtype=False)


def test_a_team_shares_its_result(people):
    by_team = people.values["team_result"].groupby(people.people["team"])
    assert (by_team.nunique() <= 1).all()
    assert people.values["team_result"].nunique() > 3


def test_one_row_a_person_and_values_only_with_observations(people):
    assert people.people.index.is_unique
    assert people.people.index.is_monotonic_increasing
    assert (people.values.notna() == (people.counts > 0)).all(axis=None)


def test_people_who_change_role_or_level_have_a_row_for_each_spell_and_others_one(small):
    split = moved = 0
    for quarter in small.quarters:
        first, last = pd.Timestamp(quarter.first_day()), pd.Timestamp(quarter.last_day())
        staff = table(small, "staff", quarter).sort_values(["employee_id", "valid_from"])
        staff["start"] = pd.to_datetime(staff["valid_from"]).clip(lower=first)
        staff["days"] = (pd.to_datetime(staff["valid_to"]).fillna(last).clip(upper=last) - staff["start"]).dt.days + 1
        found = panel(small, quarter).people
        for employee, rows in staff[staff["days"] > 0].groupby("employee_id"):
            spells = found.loc[employee]
            changes = list(dict.fromkeys(zip(rows["role"], rows["level"], strict=True)))
            assert list(zip(spells["role"], spells["level"], strict=True)) == changes
            assert spells["days_in_force"].sum() == rows["days"].sum()
            for (role, level), spell in zip(changes, spells.itertuples(), strict=True):
                held = rows[(rows["role"] == role) & (rows["level"] == level)]
                assert spell.team == held.groupby("team")["days"].sum().idxmax()
                moved += held["team"].nunique() > 1
            split += len(changes) > 1
    assert min(split, moved) > 0, "the sample must hold people who change level and team, or this test shows nothing"


def test_targets_rest_on_the_quarters_before_and_no_other(small):
    first = small.quarters[0]
    assert targets(small, first).empty
    medians = targets(small, small.quarters[2])
    pooled = pd.concat(
        [panel(small, q).usable().assign(role=panel(small, q).people["role"]) for q in small.quarters[:2]]
    )
    assert (
        medians.loc["customer_service", "qa_score"] == pooled.groupby("role")["qa_score"].median()["customer_service"]
    )


def test_levels_state_the_centre_and_csat_beside_its_target(small, people):
    found = {
        finding.id: finding
        for finding in levels(people, targets=small.settings.targets, roles=small.settings.roles, least=1).findings()
    }
    surveys = table(small, "surveys", small.quarters[-1])
    satisfied = surveys["grade"].isin(["very_satisfied", "satisfied"]).mean()
    assert found["indicators.csat.centre"].value == pytest.approx(satisfied)
    assert found["indicators.csat.target"].n == len(surveys)
    met = satisfied >= 0.9
    assert ("above" if met else "below") in found["indicators.csat.target"].text["en"]
    usable = people.usable()["csat"]
    assert found["indicators.csat.spread"].value == pytest.approx(usable.std() * 100)


def test_a_quarter_that_was_not_built_says_so(tmp_path, small):
    bare = Study(tmp_path, small.settings)
    with pytest.raises(DataError, match="the tables of 2026Q3 are not built; run design-lab run first"):
        panel(bare, small.quarters[-1])


def test_people_are_tested_by_role_on_single_observations(small):
    from scipy import stats

    quarter = small.quarters[-1]
    people = panel(small, quarter)
    contacts = pd.read_parquet(table_path(small, "interactions", quarter))
    surveys = pd.read_parquet(table_path(small, "surveys", quarter))
    contacts, surveys = (rows[rows["channel"].fillna("phone") == "phone"] for rows in (contacts, surveys))
    agents = people.people.index[people.people["role"] == "customer_service"].get_level_values("employee_id")
    handled = contacts[["talk_ms", "hold_ms", "wrap_ms"]].sum(axis=1) / 1000
    satisfied = surveys["grade"].isin(["very_satisfied", "satisfied"]).astype(float)
    for indicator, values, whose in (
        ("handle_seconds", handled, contacts["employee_id"]),
        ("csat", satisfied, surveys["employee_id"]),
    ):
        enough = whose.isin(agents) & (whose.map(whose.value_counts()) >= cards()[indicator].minimum_n)
        groups = [group.to_numpy() for _, group in values[enough].groupby(whose[enough])]
        found = people.signals["customer_service", indicator]
        assert found.people == len(groups)
        assert found.observations == sum(map(len, groups))
        assert found.p == pytest.approx(stats.f_oneway(*groups).pvalue, rel=1e-6, abs=1e-12)


def test_where_people_cannot_be_told_apart_the_levels_say_so(small):
    people = panel(small, small.quarters[-1])
    no_signal = Signal(
        people=24, observations=4_000, p=0.73, reliability=0.0, between_variance=0.0, within_variance=0.1
    )
    alike = {("customer_service", "csat"): no_signal}
    stated = levels(replace(people, signals=alike), targets={}, roles=small.settings.roles, least=1).findings()
    (said,) = [finding for finding in stated if "no_signal" in finding.id]
    assert (said.id, said.value, said.claim) == ("indicators.csat.no_signal.customer_service", None, "unidentified")
    assert "the 24 people of the role customer service cannot be told apart" in said.text["en"]
    assert "p = 0.73" in said.text["zh"]


def test_standard_errors_are_known_where_single_observations_are(people):
    errors, values = people.standard_errors, people.values
    assert (errors.columns == values.columns).all()
    for known in ("handle_seconds", "csat", "team_result", "qa_score", "calls_per_hour", "handle_seconds_adjusted"):
        assert (errors[known].notna() == values[known].notna()).all()
        assert (errors[known].dropna() > 0).all()
    assert errors["calls_answered"].isna().all(), "of a count in all there are no single observations"


def test_a_standard_error_is_that_of_plain_pandas_where_observations_are_many(small, quarter, people):
    calls = table(small, "interactions", quarter)
    handled = calls[["talk_ms", "hold_ms", "wrap_ms"]].sum(axis=1) / 1000
    plain = handled.groupby(calls["employee_id"]).sem()
    many = unchanged(people.counts)["handle_seconds"] >= 300
    assert many.sum() > 10
    found = unchanged(people.standard_errors).loc[many, "handle_seconds"]
    pd.testing.assert_series_equal(found, plain.reindex(found.index), check_names=False, rtol=0.02)


def test_the_shrunken_panel_keeps_the_mean_and_lies_between_it_and_the_value(people):
    shrunk, values = people.shrunk(), people.values
    of = people.people["role"] == "customer_service"
    csat = values.loc[of, "csat"].dropna()
    drawn = shrunk.loc[csat.index, "csat"]
    assert (people.shrunk()["csat"].notna() <= values["csat"].notna()).all()
    assert shrunk["calls_answered"].isna().all(), "nothing says how far to draw it"
    assert drawn.std() < csat.std()
    low, high = csat.min(), csat.max()
    assert drawn.between(low, high).all()

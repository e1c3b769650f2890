"""A centre whose labels are scrambled: nobody there differs from anybody but by chance, and the tool refuses to rank.

Calls, ratings, reviews, forms and days at work are dealt out anew among the people of a role, so that each keeps as many
as before and none of them tells of a person. The tests deal the small centre's last quarter 40 times;
`python -m tests.proofs.test_scrambled` deals that of data/h_bank, its tables built, 1,000 times and prints the rates.
"""

import shutil
import sys
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from design_lab.evaluation import compare, effective_weights, misdirection, noise, reliabilities, rerun
from design_lab.ingest import table_path
from design_lab.scheme import Scheme
from design_lab.scoring import panel, score, targets
from design_lab.scoring.signal import LEVEL, signal
from design_lab.scoring.targets import role_medians
from design_lab.study import Study, project_root

FULL, TENTH = 1000, 40
DEALT = ("interactions", "surveys", "quality_reviews", "ratings", "agent_periods")


def seed_of(name):
    return np.random.default_rng([*name.encode()])


def roles_of(study, quarter):
    """The role of everybody who was in no other during the quarter."""
    staff = pd.read_parquet(table_path(study, "staff", quarter)).groupby("employee_id")["role"]
    return staff.first()[staff.nunique() == 1]


def dealt(rows, roles, rng):
    """Whom each row, of whoever has but one role, is given to: people of a role in each other's place, keyed by row.

    A form of ratings stays whole: its items are of one rater on one person.
    """
    kept = rows.loc[rows["employee_id"].isin(roles.index), rows.columns.intersection(["rater_id", "employee_id"])]
    whole = ["rater_id", "employee_id"] if "rater_id" in kept else []
    unit = kept.groupby(whole).ngroup() if whole else pd.Series(np.arange(len(kept)), kept.index)
    of = kept["employee_id"].groupby(unit).first()
    now = of.groupby(of.map(roles)).transform(lambda mine: rng.permutation(mine.to_numpy()))
    return unit.map(now)


def scramble(study, folder, rng):
    """A copy of a study whose last quarter is dealt out anew; other quarters stay, for the targets."""
    shutil.copytree(study.folder, folder, ignore=shutil.ignore_patterns("raw"))
    made, quarter = Study.open(folder), study.quarters[-1]
    roles = roles_of(study, quarter)
    for name in DEALT:
        table = parquet.read_table(table_path(study, name, quarter))
        now = dealt(table.to_pandas(), roles, rng)
        column, kept = table.schema.get_field_index("employee_id"), table.take(pa.array(now.index))
        moved = kept.set_column(column, table.schema.field(column), pa.array(now, table.schema.field(column).type))
        parquet.write_table(moved, table_path(made, name, quarter))
    return made


def observations(study, quarter):
    """Single observations by role and indicator that the sample scheme weighs: the number of whom each is of, and what
    was observed.
    """
    tables = {name: pd.read_parquet(table_path(study, name, quarter)) for name in DEALT}
    roles = roles_of(study, quarter)
    calls, surveys = (tables[name].query("channel == 'phone'") for name in ("interactions", "surveys"))
    days = tables["agent_periods"].dropna(subset=["answered", "signed_in_ms"])
    forms = (
        tables["ratings"].query("rater_id != employee_id").groupby(["rater_id", "employee_id"])["points_x100"].mean()
    )
    seen = {
        "first_contact_resolution": calls.dropna(subset="resolved_first_contact").assign(
            y=lambda rows: rows["resolved_first_contact"].astype(float)
        ),
        "very_satisfied_rate": surveys.assign(y=surveys["grade"].eq("very_satisfied").astype(float)),
        "qa_score": tables["quality_reviews"].assign(y=tables["quality_reviews"]["points_x100"] / 100),
        "peer_rating": (forms / 100).rename("y").reset_index(),
        "calls_per_hour": days.assign(
            y=days["answered"].astype(float),
            hours=days["signed_in_ms"] / 3_600_000,
            week=pd.factorize(pd.to_datetime(days["date"]).dt.to_period("W"))[0],
        ),
    }
    kept = {name: rows.assign(role=rows["employee_id"].map(roles)).dropna(subset="role") for name, rows in seen.items()}
    return {
        (role, name): {
            # Numbered in the order of their names, as the panel has people: sums of floats depend on their order.
            "person": pd.factorize(mine["employee_id"], sort=True)[0],
            **{column: mine[column].to_numpy() for column in ("y", "hours", "week") if column in mine},
        }
        for name, rows in kept.items()
        for role, mine in rows.groupby("role")
    }


def signal_of(seen, person, least):
    """The F test of observations of these people: of single ones, or of weeks where the value is a rate of time."""
    if "hours" not in seen:
        n, total, squares = (
            np.bincount(person, values) for values in (np.ones(person.size), seen["y"], seen["y"] ** 2)
        )
        units = n
    else:
        weeks = seen["week"].max() + 1
        cells, week = np.unique(person * weeks + seen["week"], return_inverse=True)
        cell = cells // weeks
        calls, hours = (np.bincount(week, seen[name]) for name in ("y", "hours"))
        own = np.bincount(person, seen["hours"])
        n = np.bincount(person, seen["y"])
        total = n * n / own
        weight = hours / own[cell] * n[cell]
        squares, units = np.bincount(cell, weight * (calls / hours) ** 2), np.bincount(cell)
    known = n >= least
    return signal(*(values[known].astype(float) for values in (n, total, squares, units))) if known.any() else None


def signals_of(seen, panel, rng=None):
    """The F tests of all roles and indicators, with people put in each other's place by `rng`."""
    found = {}
    for (role, name), rows in seen.items():
        person = rows["person"] if rng is None else rng.permutation(rows["person"])
        judged = signal_of(rows, person, panel.cards[name].minimum_n)
        if judged is not None:
            found[role, name] = judged
    return found


def by_chance(panel, scheme, seen, rates):
    """The chance that somebody is graded where nobody differs, if no test knows of another; `rates` are how often each errs."""
    nobody = 1.0
    for role in sorted({role for role, _ in seen}):
        weights = scheme.weights(role, "agent")
        valued = panel.usable()[panel.people["role"].eq(role)].notna().any()
        tested = [one for one in weights if (role, one) in panel.signals]
        surely = sum(weight for one, weight in weights.items() if valued.get(one) and one not in tested)
        wrong = 0.0
        for told in product((0, 1), repeat=len(tested)):
            telling = surely + sum(weights[one] for one, tells in zip(tested, told, strict=True) if tells)
            if telling >= scheme.missing.min_weight / 100 - 1e-9:
                errs = [rates[role, one] for one in tested]
                wrong += np.prod([rate if tells else 1 - rate for rate, tells in zip(errs, told, strict=True)])
        nobody *= 1 - wrong
    return 1 - nobody


def measure(study, tries, rng):
    """Over `tries` scrambled quarters: how often each test says people differ, by role and indicator; how often anybody is
    graded; and what the latter comes to if each test errs at its level, and if each errs as often as it did.
    """
    quarter = study.quarters[-1]
    people, seen = panel(study, quarter), observations(study, quarter)
    # Targets decide how many points there are and not who may be told apart: the quarter's own do as well.
    medians = role_medians([people])
    false, graded = Counter(), 0
    for _ in range(tries):
        found = signals_of(seen, people, rng)
        false.update({pair: int(one.tells_apart) for pair, one in found.items()})
        scores = score(replace(people, signals=people.signals | found), study.current, medians=medians)
        graded += bool(scores.grade.notna().any())
    rates = {pair: count / tries for pair, count in false.items()}
    nominal, own = (by_chance(people, study.current, seen, of) for of in (dict.fromkeys(people.signals, LEVEL), rates))
    return rates, graded / tries, nominal, own


@pytest.fixture(scope="module")
def scrambled(small, tmp_path_factory):
    return scramble(small, tmp_path_factory.mktemp("scrambled") / "small", seed_of("scrambled"))


@pytest.fixture(scope="module")
def scored(scrambled):
    quarter = scrambled.quarters[-1]
    people, medians = panel(scrambled, quarter), targets(scrambled, quarter)
    return people, score(people, scrambled.current, medians=medians), medians


def test_scrambling_moves_rows_between_people_and_changes_none(small, scrambled):
    for name in DEALT:
        before, after = (pd.read_parquet(table_path(of, name, small.quarters[-1])) for of in (small, scrambled))
        kept = before[before["employee_id"].isin(roles_of(small, small.quarters[-1]).index)]
        same = (kept.drop(columns="employee_id").reset_index(drop=True), after.drop(columns="employee_id"))
        pd.testing.assert_frame_equal(*same)
        assert sorted(kept["employee_id"]) == sorted(after["employee_id"])
        assert (kept["employee_id"].to_numpy() != after["employee_id"].to_numpy()).mean() > 0.5


def test_nobody_is_graded_and_everybody_is_told_why(small, scored):
    quarter = small.quarters[-1]
    real = score(panel(small, quarter), small.current, medians=targets(small, quarter))
    _, scores, _ = scored
    assert real.grade.notna().sum() > 30  # with the labels as they were
    assert scores.grade.isna().all()
    assert scores.total.notna().sum() > 30  # totals are still shown
    assert set(scores.reason[scores.total.notna()]) <= {"no_signal", "protected"}


def test_no_part_of_the_diagnosis_ranks_anybody(scrambled, scored):
    people, scores, medians = scored
    weights = effective_weights(scores)
    assert weights.unknown == "no_signal"
    assert {weight.compared for weight in weights.weights} == {"unknown"}
    again = rerun(people, scores, medians=medians, rng=seed_of("rerun"), draws=4)
    candidate = Scheme.read(scrambled.folder / "schemes" / "quality_first.yaml", scrambled.cards)
    compared = compare(scores, score(people, candidate, medians=medians))
    assert compared.rank_correlation is None
    said = [
        *(finding for finding in weights.findings() if "effective" in finding.id),
        *compared.findings(),
        *noise(again, names={}, least=5).findings(),
        *misdirection(people, scores, again, csat_target=0.9, least=1).findings(),
    ]
    assert {(finding.value, finding.claim) for finding in said} == {(None, "unidentified")}


def test_reliabilities_do_not_stand_out_from_nothing(scrambled, scored):
    people, *_ = scored
    found = reliabilities(people, scrambled.current, roles={}, least=5).found
    weighed = [one for one in found if one.indicator in scrambled.current.indicators]
    assert len(weighed) >= 5
    # Each interval leaves out 0 once in forty by chance; of eleven at most, three do once in five hundred centres.
    assert sum(one.low > 0 for one in weighed) <= 2
    assert sum(one.enough_n is not None for one in weighed) <= 2


def test_observations_dealt_here_are_those_that_the_panel_tests(small):
    """A second road: F ratios by plain numpy equal the panel's where nobody changed role or level."""
    quarter = small.quarters[-1]
    people = panel(small, quarter)
    found = signals_of(observations(small, quarter), people)
    for name in small.current.indicators:
        mine, theirs = (of["customer_service", name] for of in (found, people.signals))
        assert (mine.people, mine.observations) == (theirs.people, theirs.observations)
        assert (mine.reliability, mine.p) == pytest.approx((theirs.reliability, theirs.p), rel=1e-6)


@pytest.fixture(scope="module")
def measured(small):
    return measure(small, TENTH, seed_of("family-wise"))


def test_tests_of_single_observations_err_at_their_level(measured):
    rates, *_ = measured
    single = [rate for (_, name), rate in rates.items() if name != "calls_per_hour"]
    assert len(single) >= 8
    assert np.mean(single) == pytest.approx(LEVEL, abs=3 * np.sqrt(LEVEL * (1 - LEVEL) / TENTH / len(single)))


def test_a_test_by_weeks_errs_less_often_for_weeks_that_all_share_count_as_chance():
    """Twenty people over ten weeks, none of whom differs: with ups and downs that all share, the test hardly ever errs."""
    rng, tries = seed_of("weeks"), 400
    often = {}
    for shared in (0.0, 1.0):
        wrong = 0
        for _ in range(tries):
            weeks = 10 + shared * rng.standard_normal(10) + 0.5 * rng.standard_normal((20, 10))
            wrong += signal(np.full(20, 10.0), weeks.sum(axis=1), (weeks**2).sum(axis=1)).tells_apart
        often[shared] = wrong / tries
    assert often[0.0] == pytest.approx(LEVEL, abs=3 * np.sqrt(LEVEL * (1 - LEVEL) / tries))
    assert often[1.0] == 0


def test_somebody_is_graded_by_chance_no_oftener_than_stated(measured):
    _, graded, nominal, own = measured
    assert own <= nominal <= LEVEL
    assert graded <= nominal + 3 * np.sqrt(nominal * (1 - nominal) / TENTH)


def main(folder=None, tries=FULL):
    """Print the rates of the full-size centre, its own tables scrambled."""
    study = Study.open(folder or project_root() / "data" / "h_bank")
    rates, graded, nominal, own = measure(study, tries, seed_of("family-wise"))
    for (role, name), rate in sorted(rates.items()):
        sys.stdout.write(f"{role}, {name}: errs in {rate:.4f}\n")
    sys.stdout.write(f"centres graded: {graded:.4f}; if tests err at {LEVEL}: {nominal:.4f}; as they do: {own:.4f}\n")


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:]))

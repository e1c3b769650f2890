"""Appeals by hand: working days, what is open, who counts, small groups, what a correction does; and the planted ones."""

import dataclasses
import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from design_lab.evaluation import Official, appeals, official
from design_lab.evaluation.appeals import corrected, register, working_days
from design_lab.evaluation.appeals.slices import numbered, slices
from design_lab.evaluation.correction import correct, rescored
from design_lab.ingest import table_path
from design_lab.periods import Quarter
from design_lab.schema import TABLES
from design_lab.scoring import panel, score, targets
from design_lab.study import WorkingDays
from design_lab.synthetic.appraisal import make_appeals
from design_lab.synthetic.centre import read_centre
from design_lab.synthetic.exports import QuarterData
from tests.scoring.conftest import make_panel, make_scheme

QUARTER, BEFORE = Quarter(2026, 3), Quarter(2026, 2)
TOLD = dt.date(2026, 10, 9)  # a Friday
NOBODY = pd.DataFrame()
TWELVE = [f"E{place:02}" for place in range(12)]


def day(month, number):
    return dt.date(2026, month, number)


def row(who, filed, closed=None, upheld=None, **said):
    return {"employee_id": who, "filed_on": filed, "closed_on": closed, "upheld": upheld} | said


BY_HAND = [
    row("E00", day(10, 12), day(10, 19), True, ground="data_disputed"),  # Monday to Monday: 5
    row("E00", day(10, 20), day(10, 20), False),  # on the day: 0
    row("E01", day(10, 16), day(10, 31), False),  # Friday to Saturday of the week after next: 10
    row("E02", day(10, 17), day(11, 2), True),  # Saturday to Monday: 11
    row("E03", day(10, 12), day(10, 10), False),  # decided before it was filed: no usable day
    row("E04", day(10, 26)),  # open
    row("X99", day(10, 12), day(10, 14)),  # closed without an outcome, by somebody without a result
]


@pytest.fixture
def study(small, tmp_path):
    """The small study's settings with tables of its own, none at first."""
    return dataclasses.replace(small, folder=tmp_path / "small")


def deliver(study, quarter, rows):
    """Write a register; what a row does not say is empty."""
    path = table_path(study, "appeals", quarter)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows, columns=list(TABLES["appeals"].columns))
    frame.astype({"corrected_x100": "Int64", "upheld": "boolean"}).to_parquet(path)


def given(people, told=TOLD):
    said = {
        "score": 80.0,
        "adjustment": 0.0,
        "grade": "B",
        "reason": None,
        "told_on": pd.to_datetime([told] * len(people)),
    }
    results = pd.DataFrame(said, index=people)
    return Official(results=results, pay=None)


def people_of(names, **attributes):
    return make_panel({name: (20.0, 60.0 + place, 0.75, 4.0) for place, name in enumerate(names)}, **attributes)


def counted(study, *, people=TWELVE, results=None, least=2, **attributes):
    return appeals(
        study, QUARTER, people_of(people, **attributes), results or given(people), make_scheme(), medians=NOBODY,
        least=least,
    )  # fmt: skip


def said(found):
    return {finding.id.removeprefix("appeals."): finding for finding in found.findings()}


def test_working_days_leave_out_weekends_and_what_is_not_known():
    first = pd.to_datetime(pd.Series(["2026-10-16", "2026-10-16", "2026-10-17", "2026-10-19", None]))
    last = pd.to_datetime(pd.Series(["2026-10-19", "2026-10-18", "2026-10-18", "2026-10-16", "2026-10-19"]))
    assert working_days(first, last).tolist() == pytest.approx([1, 0, 0, np.nan, np.nan], nan_ok=True)


def naming(study, **days):
    return dataclasses.replace(study, settings=study.settings.model_copy(update={"working_days": WorkingDays(**days)}))


def test_working_days_leave_out_holidays_and_count_the_days_worked_in_their_place():
    """The holiday of a Thursday to a Wednesday, with the Saturday after and the Sunday before worked."""
    named = WorkingDays(
        holidays=tuple(day(10, number) for number in range(1, 8)), make_up_days=(day(10, 10), day(9, 27), day(10, 10))
    )
    first = pd.to_datetime(pd.Series(["2026-09-30", "2026-09-30", "2026-09-26", "2026-10-10", "2026-10-01", None]))
    last = pd.to_datetime(
        pd.Series(["2026-10-12", "2026-10-07", "2026-09-28", "2026-10-11", "2026-10-08", "2026-10-08"])
    )
    # Thursday, Friday, Saturday, Monday; none; Sunday, Monday; the day itself is not counted; Thursday; not known.
    assert working_days(first, last, named).tolist() == pytest.approx([4, 0, 2, 0, 1, np.nan], nan_ok=True)


def test_holidays_of_study_yaml_shorten_what_appeals_took_and_the_limits_say_so(study):
    deliver(study, QUARTER, BY_HAND)
    named = naming(study, holidays=[day(10, 14), day(10, 15)], make_up_days=[day(10, 31)])
    told, without = said(counted(named)), said(counted(study))
    tally = counted(named).tally
    # The 12th to the 19th without two days; the 16th to the Saturday worked; the 17th to 2 November with it; X99.
    assert sorted(tally.days) == [0, 1, 3, 11, 12]
    assert any("that study.yaml names" in limit for limit in told["turnaround"].limits)
    assert any("public holidays" in limit and "not known" in limit for limit in without["turnaround"].limits)
    stale = naming(study, holidays=[dt.date(2025, 10, 1)])  # of another year: those of this one are not known
    assert said(counted(stale))["within_5"].limits == without["within_5"].limits


def test_the_register_by_hand(study):
    deliver(study, QUARTER, BY_HAND)
    tally = counted(study).tally
    assert (tally.people, tally.appellants, tally.without_result) == (12, 5, 1)  # one of them appealed twice
    assert (tally.filed, tally.open, tally.decided, tally.upheld) == (7, 1, 5, 2)
    assert sorted(tally.days) == [0, 2, 5, 10, 11]
    assert tally.median == 5
    assert sorted(tally.waited) == [1, 1, 5, 5, 7, 11]  # from the Friday on which they were told


def test_the_shares_by_hand(study):
    deliver(study, QUARTER, BY_HAND)
    told = said(counted(study))
    assert (told["rate"].value, told["rate"].n) == (pytest.approx(5 / 12), 12)
    assert (told["upheld"].value, told["upheld"].n) == (2 / 5, 5)
    assert (told["turnaround"].value, told["turnaround"].n, told["turnaround"].unit) == (5, 5, "working_days")
    assert (told["filed_in_window"].value, told["filed_in_window"].n) == (pytest.approx(5 / 6), 6)
    assert (told["open"].value, told["open"].n) == (1, 7)
    assert (told["without_result"].value, told["without_result"].n) == (1, 7)
    # Wilson's interval of 2 in 5, solved for the share p at which |p - 2/5| is 1.96 standard errors of p.
    z = stats.norm.ppf(0.975)
    for end in told["upheld"].interval:
        assert abs(end - 0.4) == pytest.approx(z * np.sqrt(end * (1 - end) / 5))


def test_an_open_appeal_may_be_decided_in_time_or_not(study):
    deliver(study, QUARTER, BY_HAND)
    tally = counted(study).tally
    within = tally.decided_within(5)
    assert (within.value, within.n) == (3 / 6, 6)  # 0, 2 and 5 of five dated ones and an open one
    assert within.low < 3 / 6 < 4 / 6 < within.high
    closed = dataclasses.replace(tally, open=0, days=np.append(tally.days, 30.0)).decided_within(5)
    assert within.low == closed.low
    assert within.high > closed.high
    assert tally.decided_within(10).value == pytest.approx(4 / 6)


def test_too_few_are_not_told(study):
    deliver(study, QUARTER, BY_HAND)
    told = said(counted(study, least=8))
    assert told["rate"].value == pytest.approx(5 / 12)  # twelve people
    for name in ("upheld", "turnaround", "groups_standing_out", "effect.grades"):
        assert (told[name].value, told[name].claim) == (None, "unidentified")
        assert "would tell" in told[name].text["en"]
    assert not {"open", "without_result", "within_10"} & set(told)
    assert said(counted(study, least=13))["rate"].claim == "unidentified"


def test_nobody_appealed_is_a_rate_of_nought_and_no_share_of_anything(study):
    deliver(study, QUARTER, [])
    told = said(counted(study))
    assert (told["rate"].value, told["rate"].interval[0]) == (0, pytest.approx(0, abs=1e-12))
    assert told["rate"].interval[1] == pytest.approx(stats.norm.ppf(0.975) ** 2 / (12 + stats.norm.ppf(0.975) ** 2))
    assert told["upheld"].value is None
    assert counted(study).table()["measure"].tolist() == ["appealed"]


def test_without_a_register_it_is_said_what_would_tell(study):
    found = counted(study)
    (told,) = found.findings()
    assert (told.id, told.value, told.claim) == ("appeals.rate", None, "unidentified")
    assert "no register of appeals was delivered" in told.text["en"]
    assert "would tell" in told.text["en"]
    assert found.table().empty


def test_without_results_there_is_no_rate_and_the_rest_stands(study):
    deliver(study, QUARTER, BY_HAND)
    told = said(counted(study, results=Official(results=None, pay=None)))
    assert (told["rate"].value, told["rate"].claim) == (None, "unidentified")
    assert "no official results were delivered" in told["rate"].text["en"]
    assert told["upheld"].value == 2 / 5
    assert not {"without_result", "filed_in_window"} & set(told)


def test_a_register_of_days_alone_is_read(study):
    """What an older mapping does not name stays empty."""
    deliver(study, QUARTER, BY_HAND)
    rows = register(study, QUARTER)
    assert rows["employee_id"].tolist() == ["E00", "E03", "X99", "E01", "E02", "E00", "E04"]  # in the order of filing
    for name in ("indicator", "evidence", "decision", "decided_by"):
        assert rows[name].tolist() == [None] * 7


def test_the_year_is_of_the_quarters_with_a_register(study):
    deliver(study, QUARTER, BY_HAND)
    deliver(study, BEFORE, [row("E05", day(7, 13), day(7, 15), True), row("E00", day(7, 13), day(7, 20), True)])
    found = counted(study)
    assert (found.year.quarters, found.year.filed, found.year.decided, found.year.upheld) == (2, 9, 7, 4)
    told = said(found)
    assert told["year.upheld"].value == pytest.approx(4 / 7)
    assert "results of the 2 quarters up to 2026Q3" in told["year.upheld"].text["en"]
    assert told["upheld"].value == 2 / 5


def test_a_team_beside_another_is_held_against_lot_exactly(study):
    """Four of ten in one team appealed and nobody of ten in the other: by lot so, or the other way round, in .087."""
    names = [f"E{place:02}" for place in range(20)]
    deliver(study, QUARTER, [row(name, day(10, 12)) for name in names[:4]])
    found = counted(study, people=names, team=["T1"] * 10 + ["T2"] * 10)
    (one,) = found.slices  # of two teams the second is the mirror of the first
    assert (one.measure, one.group.value, one.n, one.hits, one.expected) == ("appealed", "T1", 10, 4, 2.0)
    assert one.p == pytest.approx(2 * 210 / 4845)
    assert one.p == pytest.approx(stats.fisher_exact([[4, 6], [0, 10]]).pvalue)
    told = said(found)
    assert told["groups_standing_out"].value == 0
    assert told["appealed.team-T1"].claim == "association"


def test_only_people_of_one_role_are_held_against_each_other(study):
    names = [f"E{place:02}" for place in range(20)]
    deliver(study, QUARTER, [row(name, day(10, 12)) for name in names[:4]])
    apart = ["T1"] * 10 + ["T2"] * 10
    assert counted(study, people=names, team=apart, role=["marketing"] * 10 + ["complaints"] * 10).slices == ()


def test_decisions_are_held_by_ground_and_by_who_decides_without_a_pseudonym(study):
    names = [f"E{place:02}" for place in range(12)]
    rows = [
        row(name, day(10, 12), day(10, 19), place < 6, ground="data_disputed" if place < 6 else "rules_misread",
            decided_by="Esecret1" if place < 5 else "Esecret2")
        for place, name in enumerate(names)
    ]  # fmt: skip
    deliver(study, QUARTER, rows)
    found = counted(study, least=5)
    by = {(one.measure, one.group.attribute): one for one in found.slices}
    assert set(by) == {("upheld", "ground"), ("upheld", "decided_by")}  # all were in time: nothing to compare there
    ground = by["upheld", "ground"]
    assert (ground.hits, ground.n, ground.p) == (6, 6, pytest.approx(2 / 924))
    assert ground.stands_out
    told = said(found)
    assert told["groups_standing_out"].value == 2  # who decides too: 5 and 0 of 7 in reverse, p .015 and twice that
    assert told["ground-data_disputed"].value == 0.5
    assert "数据有误" in told["ground-data_disputed"].text["zh"]
    assert not [one for one in found.findings() if "Esecret" in str(one.to_dict())]
    assert not found.to_text("zh").isin(["Esecret1", "Esecret2"]).any(axis=None)


def test_a_ground_too_rare_to_be_shown_hides_the_next_too(study):
    grounds = ["a"] * 9 + ["b"] * 4 + ["c"] * 1
    names = [f"E{place:02}" for place in range(14)]
    deliver(study, QUARTER, [row(*pair, ground=one) for *pair, one in ((n, day(10, 12), g) for n, g in zip(names, grounds, strict=True))])  # fmt: skip
    found = counted(study, people=names, least=3)
    assert [(group.value, filed) for group, filed in found.grounds] == [("a", 9)]


@pytest.mark.long
def test_by_lot_hardly_anything_stands_out():
    """Appeals drawn without regard to groups: in at most one of twenty centres anything stands out, beyond chance."""
    rng, alarms, centres = np.random.default_rng(20260930), 0, 200
    for _ in range(centres):
        frame = pd.DataFrame(
            {
                "team": rng.choice(list("abcdef"), 120),
                "gender": rng.choice(["female", "male"], 120),
                "hit": rng.random(120) < 0.15,
                "stratum": rng.integers(2, size=120),
            }
        )
        alarms += any(one.stands_out for one in slices({"appealed": frame}, least=10))
    assert stats.binomtest(alarms, centres, 0.05, alternative="greater").pvalue > 0.01


def test_people_become_numbers_by_how_often_they_decide():
    assert numbered(pd.Series(["Eb", "Ea", "Ec", "Ea", None])).tolist() == ["2", "1", "3", "1", None]


def test_what_upheld_appeals_correct_together(study):
    """One upheld correction does what `correct` says; a rejected, an open and an impossible one do nothing."""
    ten = make_panel({f"E{i}": (20.0, 60.0 + 2 * i, 0.75, 4.0) for i in range(10)})
    claims = {"indicator": "qa_score", "closed_on": day(10, 19)}
    deliver(
        study,
        QUARTER,
        [
            row("E0", day(10, 12), upheld=True, corrected_x100=7600, **claims),
            row("E1", day(10, 12), upheld=False, corrected_x100=9000, **claims),
            row("E2", day(10, 12), upheld=None, corrected_x100=9000, **claims),
            row("E3", day(10, 12), upheld=True, corrected_x100=10100, **claims),
            row("E4", day(10, 12), upheld=True),
        ],
    )
    pay = pd.DataFrame({"employee_id": list(ten.people.index), "date": 1, "performance_x100": 10_000, "paid_x100": 0})
    results = dataclasses.replace(given(list(ten.people.index)), pay=pay)
    found = appeals(study, QUARTER, ten, results, make_scheme(), medians=NOBODY, least=1)
    alone = correct(ten, score(ten, make_scheme(), medians=NOBODY), "E0", {"qa_score": 76.0}, medians=NOBODY, pay=pay)
    assert (found.effect.cases, found.effect.regraded, found.effect.others) == (1, 1, alone.others)
    assert found.effect.pool_x100 == alone.pool_x100
    told = said(found)
    before, after = alone.pool_x100
    assert told["effect.pool"].value == pytest.approx((after - before) / before)
    assert told["effect.grades"].claim == "accounting"


def test_upheld_appeals_are_held_against_the_grades_on_record(study):
    """Ten people in order of their QA score; two of the last are corrected to the top and one hardly at all."""
    names = [f"E{i}" for i in range(10)]
    ten = make_panel({name: (20.0, 60.0 + 2 * i, 0.75, 4.0) for i, name in enumerate(names)})
    claims = {"E0": 9800, "E1": 9900, "E2": 9950, "E9": 7810}
    rows = [row(name, day(10, 12), upheld=True, indicator="qa_score", corrected_x100=to) for name, to in claims.items()]
    deliver(study, QUARTER, [*rows, row("E4", day(10, 12), upheld=True), row("E5", day(10, 12), upheld=True)])
    today = make_scheme()
    before = score(ten, today, medians=NOBODY).grade
    after = {"E0": 98.0, "E1": 99.0, "E2": 99.5, "E9": 78.1}
    together, _, _ = rescored(ten, score(ten, today, medians=NOBODY), {k: {"qa_score": v} for k, v in after.items()}, medians=NOBODY)  # fmt: skip
    assert all(before[name] != together.grade[name] for name in ("E0", "E1", "E2"))
    results = given(names).results.assign(grade=before)
    results.loc["E1", "grade"] = together.grade["E1"]
    results.loc["E2", "grade"] = next(one for one in "ABCD" if one not in {before["E2"], together.grade["E2"]})
    results.loc[["E5", "E7", "E8"], "adjustment"] = 3.0
    results.loc[["E5", "E7", "E8"], "reason"] = ["申诉成立", "Appeal of 12 October", "major contribution"]
    found = appeals(study, QUARTER, ten, Official(results=results, pay=None), today, medians=NOBODY, least=1)
    same = "same_grade" if before["E9"] == together.grade["E9"] else "uncorrected"
    assert found.record.people == Counter(["uncorrected", "corrected", "another", same, "untraced", "adjusted"])
    assert (found.record.named, found.record.unfounded) == (2, 1)  # E7 did not appeal
    told = said(found)
    assert told["on_record.uncorrected"].value == found.record.people["uncorrected"]
    assert told["on_record.uncorrected"].n == found.record.regraded
    assert "1 person with a third one" in told["on_record.uncorrected"].text["en"]
    assert (told["on_record.untraced"].value, told["on_record.untraced"].n) == (1, 6)
    assert (told["on_record.unfounded"].value, told["on_record.unfounded"].n) == (1, 2)
    few = said(appeals(study, QUARTER, ten, Official(results=results, pay=None), today, medians=NOBODY, least=5))
    assert few["on_record.uncorrected"].claim == "unidentified"
    assert "on_record.unfounded" not in few


@pytest.mark.parametrize(
    ("said", "changes", "why"),
    [
        ({"indicator": None, "claimed": np.nan}, {}, "no_indicator"),
        ({"indicator": "qa_score", "claimed": np.nan}, {}, "no_value"),
        ({"indicator": "handle_seconds", "claimed": 100.0}, {}, "not_weighed"),
        ({"indicator": "qa_score", "claimed": 10_001.0}, {}, "out_of_bounds"),
        ({"indicator": "qa_score", "claimed": 8_750.0}, {"qa_score": 87.5}, ""),
        ({"indicator": "very_satisfied_rate", "claimed": 9_230.0}, {"very_satisfied_rate": 0.923}, ""),  # 92.3 %
    ],
)
def test_what_an_appeal_would_correct(said, changes, why):
    assert corrected(said, people_of(TWELVE), make_scheme(), "E00") == (changes, why)


@pytest.mark.long
def test_the_planted_appeals_are_found(small):
    """The sample's files give back who appealed, how soon each was decided and what was claimed, quarter by quarter."""
    centre, upheld, decided = read_centre(small.folder), 0, 0
    for quarter in small.quarters:
        data = QuarterData(centre, quarter)
        planted, last = make_appeals(data), np.datetime64(quarter.last_day())
        days = np.busday_count(last + planted.filed + 1, last + planted.closed + 1)
        given, people = official(small, quarter), panel(small, quarter)
        scheme, medians = small.scheme("current"), targets(small, quarter)
        tally = appeals(small, quarter, people, given, scheme, medians=medians, least=10).tally
        assert (tally.filed, tally.open, tally.upheld) == (len(planted.row), 0, planted.upheld.sum())
        assert sorted(tally.days) == sorted(days)
        rows = register(small, quarter)
        assert sorted(rows["claimed"].dropna() / 100) == pytest.approx(
            sorted(planted.corrected[~np.isnan(planted.corrected)])
        )
        assert set(rows["decided_by"]) <= set(people.people.index.get_level_values("employee_id"))
        assert not rows["decided_by"].eq(rows["employee_id"]).any()
        upheld, decided = upheld + tally.upheld, decided + tally.decided
    law = 0.3  # of the generator
    assert upheld / decided == pytest.approx(law, abs=3 * np.sqrt(law * (1 - law) / decided))

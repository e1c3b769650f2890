"""A centre of which a roster and monthly sheets are all that is delivered: what is told, and what is said to be lost."""

import datetime as dt
import shutil

import pytest

from design_lab.finding import Results
from design_lab.ingest import build, facts
from design_lab.run import run
from design_lab.run.record import verify
from design_lab.scoring import levels, panel, person_weeks, score, targets
from design_lab.study import Study, project_root

PEOPLE = 24
HEADER = [
    "工号",
    "月初",
    "月末",
    "接听量",
    "签入时长(小时)",
    "通话时长(小时)",
    "话后时长(小时)",
    "非常满意",
    "满意",
    "不满意",
]
ENDS = {4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30}


def month_of(person, month):
    """One person's month: answered, hours signed in, talking and wrapping up, and ratings by grade."""
    answered = 2000 + 10 * person + month
    return [answered, 150 + person % 5, 80, 10, 100 + person % 7, 40, 10]


def write(folder, *, rated=True, worked=None):
    """A copy of the study with its files, ratings and days worked as asked for."""
    shutil.copytree(project_root() / "tests" / "studies" / "monthly", folder)
    mapping = folder / "sources.yaml"
    text = mapping.read_text(encoding="utf-8")
    if not rated:
        text = "\n".join(line for line in text.splitlines() if "rated_" not in line) + "\n"
    if worked is not None:
        text += "    days_worked: 出勤天数\n"
    mapping.write_text(text, encoding="utf-8")
    for quarter, months in (("2026Q2", (4, 5, 6)), ("2026Q3", (7, 8, 9))):
        raw = folder / "raw" / quarter
        raw.mkdir(parents=True)
        roster = [["工号", "班组", "入职日期"], *([f"{n:03d}", f"T{n % 4}", "2020-01-01"] for n in range(PEOPLE))]
        rows = [
            [f"{n:03d}", dt.date(2026, m, 1), dt.date(2026, m, ENDS[m]), *month_of(n, m), worked]
            for m in months
            for n in range(PEOPLE)
        ]
        for name, table in (("花名册.csv", roster), ("座席月报.csv", [[*HEADER, "出勤天数"], *rows])):
            lines = (",".join(map(str, row)) for row in table)
            (raw / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Study.open(folder)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    study = write(tmp_path_factory.mktemp("rated") / "monthly")
    build(study)
    return study


def test_a_month_has_the_room_of_its_days_and_the_values_are_those_counted_by_hand(told):
    found = panel(told, told.quarters[-1])
    whole = found.centre
    answered = sum(month_of(n, m)[0] for n in range(PEOPLE) for m in (7, 8, 9))
    hours = sum(3 * (150 + n % 5) for n in range(PEOPLE))
    ratings = sum(3 * (100 + n % 7 + 50) for n in range(PEOPLE))
    very = sum(3 * (100 + n % 7) for n in range(PEOPLE))
    assert answered == 152_856
    assert whole.loc["calls_answered", "value"] == answered
    assert whole.loc["calls_per_hour", "value"] == pytest.approx(answered / hours)
    assert whole.loc["handle_seconds", "value"] == pytest.approx(PEOPLE * 3 * 90 * 3600 / answered)
    assert whole.loc["handle_seconds", "n"] == answered
    assert whole.loc["csat", "value"] == pytest.approx((very + PEOPLE * 3 * 40) / ratings)
    assert whole.loc["very_satisfied_rate", "value"] == pytest.approx(very / ratings)
    assert whole.loc["csat", "n"] == ratings


def test_every_value_from_sheets_says_that_the_case_mix_is_lost(told):
    quarter = told.quarters[-1]
    stated = levels(panel(told, quarter), targets={}, roles={}, least=1).findings()
    assert {f.id.split(".")[1] for f in stated} == {
        "calls_per_hour", "calls_answered", "handle_seconds", "wrap_seconds", "utilisation", "csat",
        "very_satisfied_rate", "dissatisfied_rate", "rated_share",
    }  # fmt: skip
    assert all(any("cannot be adjusted for the kind of contact" in limit for limit in f.limits) for f in stated)
    said = {finding.id: finding for finding in facts(told, quarter).findings()}
    assert said["data.case_mix"].claim == "unidentified"
    assert "case mix is lost" in said["data.case_mix"].text["en"]
    assert "ratings by grade" in said["data.rows.surveys"].text["en"]
    assert said["data.contacts_per_day"].value == pytest.approx(152_856 / 92)


def test_person_weeks_are_person_months_where_nothing_tells_of_single_days(told):
    made = person_weeks(told, told.quarters[-1:])
    assert (made.length, made.mix) == ("month", ())
    assert len(made.rows) == 3 * PEOPLE
    assert made.rows["calls"].sum() == 152_856
    assert made.rows["worked_ms"].sum() == sum(3 * (150 + n % 5) for n in range(PEOPLE)) * 3_600_000


def test_days_of_presence_are_unknown_rather_than_one_a_month(told):
    quarter = told.quarters[-1]
    people = panel(told, quarter)
    assert people.people["days_present"].isna().all()
    scores = score(people, told.current, medians=targets(told, quarter))
    assert scores.grade.notna().all(), "nobody is protected for a presence that nobody knows"
    (stated,) = scores.findings()
    assert any("nobody is protected for little presence" in limit for limit in stated.limits)


@pytest.mark.parametrize(("worked", "graded"), [(9, 0), (20, PEOPLE)])
def test_days_worked_of_a_sheet_protect_people_who_were_seldom_there(tmp_path, worked, graded):
    study = write(tmp_path / "monthly", worked=worked)
    build(study)
    people = panel(study, study.quarters[-1])
    assert set(people.people["days_present"]) == {3 * worked}
    scores = score(people, study.current, medians=targets(study, study.quarters[-1]))
    assert scores.grade.notna().sum() == graded
    assert not any("little presence" in limit for limit in scores.findings()[0].limits)


def walk(study, tmp_path):
    """The report on a page in English, its findings, and what the run said."""
    said = []
    folder = run(
        study.folder, reports=tmp_path / "reports", jobs=1, lang="en", formats=["html"], progress=lambda _: None,
        say=said.append,
    )  # fmt: skip
    return folder, Results.read(folder / "results.json"), said


@pytest.mark.long
def test_the_whole_road_runs_on_a_roster_and_monthly_sheets(tmp_path):
    folder, results, said = walk(write(tmp_path / "data" / "monthly"), tmp_path)
    assert results["data.case_mix"].value is None
    assert not [line for line in said if "is left out" in line]
    page = (folder / "report.en.html").read_text(encoding="utf-8")
    assert results["data.case_mix"].text["en"] in page
    assert "candidates.service_first.rank_correlation" in results
    assert results["diagnosis.effective_weight.csat"].value is not None


@pytest.mark.long
def test_a_run_on_a_database_without_ratings_is_unchanged_only_while_its_rows_are(tmp_path):
    import duckdb

    study = write(tmp_path / "data" / "monthly", rated=False)
    warehouse = study.folder / "raw" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        files = (study.raw / "*" / "座席月报.csv").as_posix()
        connection.execute(f"CREATE TABLE months AS SELECT * FROM read_csv('{files}', types={{'工号': 'VARCHAR'}})")
    mapping = study.folder / "sources.yaml"
    of_files = "  files: 座席月报.csv\n  format: csv\n"
    text = mapping.read_text(encoding="utf-8")
    assert of_files in text
    text = text.replace(of_files, "  format: table\n  url: duckdb://raw/warehouse.duckdb\n  table: months\n")
    mapping.write_text(text, encoding="utf-8")

    folder, results, said = walk(study, tmp_path)
    assert not [line for line in said if "is left out" in line]
    assert results["indicators.calls_answered.centre"].value == 152_856
    assert results["diagnosis.without_data.very_satisfied_rate"].claim == "unidentified"
    assert "indicators.csat.centre" not in results
    assert any("unchanged" in line for line in walk(study, tmp_path)[2])
    assert verify(folder, study=study.folder).passes(strict=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE months SET 接听量 = 接听量 + 1 WHERE 工号 = '000' AND 月初 = '2026-09-01'")
    assert any("databases 2026Q3/agent_periods" in line for line in verify(folder, study=study.folder).inputs)
    _, results, said = walk(study, tmp_path)
    assert results["indicators.calls_answered.centre"].value == 152_857
    assert not any("unchanged" in line for line in said)

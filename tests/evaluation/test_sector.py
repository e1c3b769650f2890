"""A centre beside its trade: measured by hand from the tables, and nothing where no trade is named or no table there."""

import re
from dataclasses import replace

import duckdb
import pytest

import design_lab as dl
from design_lab.errors import StudyError
from design_lab.evaluation.sector import beside_sector
from design_lab.study import Study


@pytest.fixture(scope="module")
def found(small):
    period = small.quarters[-1]
    return beside_sector(small, dl.panel(small, period), dl.facts(small, period))


def counted(small, table, sums):
    path = small.tables / table / f"{small.quarters[-1]}.parquet"
    return duckdb.sql(f"select {sums} from '{path}'").fetchall()[0]


def test_measures_are_those_of_the_tables_counted_by_hand(small, found):
    offered, answered = counted(small, "queue_intervals", "sum(offered), sum(answered)")
    assert found.own["connect_rate"].value == pytest.approx(float(answered) / float(offered))
    assert found.own["connect_rate"].n == offered
    (calls,) = counted(small, "agent_periods", "sum(answered)")
    days, heads = 92, sum(dl.facts(small, small.quarters[-1]).staff.values())
    assert found.own["calls_per_person_year"].value == pytest.approx(float(calls) / days * 365 / heads)


def test_each_published_year_is_a_finding_with_its_source(found):
    told = {one.id: one for one in found.findings()}
    assert told["sector.connect_rate.y2023"].value == 0.9288
    assert "China Banking Association" in told["sector.connect_rate.y2023"].text["en"]
    assert told["sector.csat.own"].value == pytest.approx(found.own["csat"].value)
    assert {one.claim for one in told.values()} == {"accounting"}


def test_what_no_table_tells_is_said_to_be_open(found):
    bare = replace(found, own={})
    told = {one.id: one for one in bare.findings()}
    assert (told["sector.csat.own"].value, told["sector.csat.own"].claim) == (None, "unidentified")
    assert bare.table()["centre"].isna().all()


def test_a_study_without_a_trade_says_nothing_and_one_with_an_unknown_trade_is_refused(found, copied):
    assert replace(found, sector=None).findings() == ()
    text = (copied / "study.yaml").read_text(encoding="utf-8")
    (copied / "study.yaml").write_text(text.replace("china_banking", "china_bankng"), encoding="utf-8")
    said = "sector: nothing is known of 'china_bankng'; did you mean 'china_banking'?"
    with pytest.raises(StudyError, match=re.escape(said)):
        Study.open(copied)

"""A pseudonym is resolved only by the key and the client's own roster."""

import pytest
from openpyxl import load_workbook

from design_lab.errors import StudyError
from design_lab.ingest import identify, table_path
from design_lab.study import Study


def test_each_pseudonym_is_the_id_that_the_client_s_roster_gives(small):
    import pandas as pd

    sheet = load_workbook(small.raw / "2026Q3" / "花名册.xlsx").active
    own = {row[0].value for row in sheet.iter_rows(min_row=3)}
    hidden = pd.read_parquet(table_path(small, "staff", small.quarters[-1]))["employee_id"].unique()
    found = identify(small, list(hidden))
    assert set(found.values()) == own
    assert len(found) == len(own)


def test_people_who_left_are_found_in_older_rosters(small):
    import pandas as pd

    rosters = [set(pd.read_parquet(table_path(small, "staff", q))["employee_id"]) for q in small.quarters]
    gone = sorted(set.union(*rosters[:-1]) - rosters[-1])
    assert gone
    assert list(identify(small, gone)) == gone


def test_nobody_is_found_under_another_key(small, copied):
    import pandas as pd

    someone = pd.read_parquet(table_path(small, "staff", small.quarters[-1]))["employee_id"][0]
    assert list(identify(Study.open(copied), [someone])) == [someone]
    path = copied / "study.yaml"
    settings = path.read_text(encoding="utf-8")
    path.write_text(settings.replace("published_key: ", "published_key: another-"), encoding="utf-8")
    with pytest.raises(StudyError, match=rf"nobody on its rosters is {someone}; .*use the key with which"):
        identify(Study.open(copied), [someone])

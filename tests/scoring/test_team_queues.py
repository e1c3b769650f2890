"""Which team answers which queue, counted another way."""

from dataclasses import replace

import pandas as pd

from design_lab.ingest import table_path
from design_lab.scoring import team_queues


def test_calls_by_team_and_queue_equal_plain_pandas(small):
    quarter = small.quarters[-1]
    found = team_queues(small, quarter).set_index(["team", "queue"])["calls"]
    calls = pd.read_parquet(table_path(small, "interactions", quarter))
    calls = calls[(calls["channel"] == "phone") & calls["queue"].notna()]
    staff = pd.read_parquet(table_path(small, "staff", quarter)).dropna(subset="team").sort_values("valid_from")
    team = calls["employee_id"].map(staff.drop_duplicates("employee_id", keep="last").set_index("employee_id")["team"])
    again = calls.groupby([team.rename("team"), "queue"]).size()
    assert found.to_dict() == again.to_dict()


def test_without_contacts_nobody_knows(small, tmp_path):
    assert team_queues(replace(small, folder=tmp_path), small.quarters[-1]) is None

"""A client of three people and one quarter, whose files a test writes as it likes."""

import copy

import pandas as pd
import pytest
import xlsxwriter
import yaml

from design_lab.errors import DataError
from design_lab.ingest import build, table_path
from design_lab.study import Study

SETTINGS = {
    "name": "mini", "title": {"en": "Mini"}, "synthetic": True, "languages": ["en"], "cycle": {"default": "quarter"},
    "quarters": {"first": "2026Q3", "last": "2026Q3"}, "data_cutoff": "2026-09-30", "engine": "duckdb",
    "current_scheme": "current", "scheme_history": [], "occupancy_max": 0.9,
    "privacy": {"k": {"hr": 5}, "published_key": "mini-synthetic-people"},
    "roles": {"agent": {"en": "agent"}}, "levels": {"agent": {"en": "agent"}},
}  # fmt: skip
SOURCES = {
    "staff": {
        "files": "roster.csv", "format": "csv",
        "columns": {"employee_id": "id", "role": "role", "level": {"constant": "agent"}, "valid_from": {"constant": "2026-07-01"}},
    },
    "interactions": {
        "files": "calls*.csv", "format": "csv", "exclude_limit": 0.2,
        "columns": {
            "interaction_id": "call", "employee_id": "agent", "channel": {"constant": "phone"}, "started_at": "start",
            "talk_ms": {"from": "talk", "unit": "seconds"}, "transferred": {"from": "moved", "codes": {"是": True, "否": False}},
        },
    },
}  # fmt: skip
ROSTER = [["id", "role"], ["000101", "agent"], ["000102", "agent"], ["000103", "agent"]]
CALLS = [["call", "agent", "start", "talk", "moved"]] + [
    [f"C{n:02d}", f"00010{n % 3 + 1}", f"2026-07-{n + 1:02d} 09:00:{n:02d}", str(60 + n), "否"] for n in range(20)
]


class Mini:
    """The folder, its raw files and its mapping, all free to be changed."""

    def __init__(self, folder):
        self.folder = folder
        self.raw = folder / "raw" / "2026Q3"
        self.raw.mkdir(parents=True)
        (folder / "schemes").mkdir()
        (folder / "schemes" / "current.yaml").write_text("name: current\n", encoding="utf-8")
        settings = copy.deepcopy(SETTINGS)
        (folder / "study.yaml").write_text(
            yaml.safe_dump(settings, allow_unicode=True).replace("'2026-09-30'", "2026-09-30"), encoding="utf-8"
        )
        self.sources = copy.deepcopy(SOURCES)
        self.roster, self.calls = copy.deepcopy(ROSTER), copy.deepcopy(CALLS)
        self.csv("roster.csv", self.roster)
        self.csv("calls.csv", self.calls)

    def csv(self, name, rows, *, encoding="utf-8", delimiter=","):
        path = self.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(delimiter.join(row) + "\r\n" for row in rows).encode(encoding))
        return path

    def book(self, name, sheets, *, merged=()):
        path = self.raw / name
        with xlsxwriter.Workbook(path) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
                for area, text in merged:
                    sheet.merge_range(area, text)
        return path

    def map(self, table, *, columns=(), **changes):
        """Change a table's mapping; None removes a key."""
        source = self.sources.setdefault(table, {"columns": {}})
        source["columns"] = {
            key: value for key, value in {**source["columns"], **dict(columns)}.items() if value is not None
        }
        source.update(changes)

    def write_sources(self):
        (self.folder / "sources.yaml").write_text(
            yaml.safe_dump(self.sources, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )

    def build(self):
        self.write_sources()
        return build(Study.open(self.folder))

    def table(self, name="interactions"):
        study = Study.open(self.folder)
        return pd.read_parquet(table_path(study, name, study.quarters[-1]))

    def refused(self):
        with pytest.raises(DataError) as error:
            self.build()
        return str(error.value)


@pytest.fixture
def mini(tmp_path):
    return Mini(tmp_path / "mini")

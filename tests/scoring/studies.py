"""Small studies whose canonical tables are written outright, so that a test knows every row of them."""

import datetime as dt

import pyarrow as pa
from pyarrow import parquet

from design_lab.schema import TABLES
from design_lab.study import Study

ARROW = {
    "person": pa.string(), "text": pa.string(), "code": pa.string(), "date": pa.date32(), "time": pa.timestamp("ms"),
    "flag": pa.bool_(),
}  # fmt: skip

SETTINGS = """name: {name}
title: {{en: Invented, zh: 虚构}}
synthetic: true
languages: [zh, en]
cycle: {cycle}
calendar: {calendar}
quarters: {{first: {first}, last: {last}}}
data_cutoff: 2026-12-31
engine: duckdb
current_scheme: current
scheme_history: []
occupancy_max: 0.9
privacy: {{k: {{hr: 5}}}}
roles: {{agent: {{en: agents, zh: 座席}}, complaints: {{en: complaints, zh: 投诉}}, lead: {{en: leads, zh: 主管}}}}
levels: {{junior: {{en: junior, zh: 初级}}, senior: {{en: senior, zh: 高级}}}}
"""

SCHEME = """name: current
title: {{en: Current, zh: 现行}}
why: A scheme for tests.
dimensions:
  csat: {{weight: 100, indicators: {{{indicator}: 100}}}}
rules:
  {indicator}: {{rule: linear, {bounds}}}
missing: {{min_weight: 50}}
grades:
  method: fixed
  bounds: {{A: 80, B: 0}}
  coefficients: {{A: 1.2, B: 1.0}}
"""


def write_study(
    folder,
    tables,
    *,
    cycle="{default: quarter}",
    calendar="{}",
    indicator="csat",
    bounds="zero_at: 0, full_at: 1",
    cards=None,
):
    """Write a study with `tables` {name: {quarter: [row, ...]}}, a row a mapping; what it leaves out is empty."""
    quarters = sorted({quarter for parts in tables.values() for quarter in parts})
    (folder / "schemes").mkdir(parents=True)
    (folder / "schemes" / "current.yaml").write_text(
        SCHEME.format(indicator=indicator, bounds=bounds), encoding="utf-8"
    )
    said = SETTINGS.format(name=folder.name, cycle=cycle, calendar=calendar, first=quarters[0], last=quarters[-1])
    (folder / "study.yaml").write_text(said, encoding="utf-8")
    if cards:
        (folder / "indicators.yaml").write_text(cards, encoding="utf-8")
    for name, parts in tables.items():
        for quarter, rows in parts.items():
            write_table(folder, name, quarter, rows)
    return Study.open(folder)


def write_table(folder, name, quarter, rows):
    columns = TABLES[name].columns
    whole = {
        key: pa.array([row.get(key) for row in rows], ARROW.get(column.kind, pa.int64()))
        for key, column in columns.items()
    }
    path = folder / "tables" / name / f"{quarter}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(whole), path)


def person(employee, role="agent", level="junior", *, since=dt.date(2020, 1, 1), until=None, team="T1", **more):
    """A row of the roster."""
    return {
        "employee_id": employee, "role": role, "level": level, "team": team, "hire_date": dt.date(2020, 1, 1),
        "valid_from": since, "valid_to": until, **more,
    }  # fmt: skip


def call(employee, when, seconds=100, **more):
    """A phone call of so many seconds of talk, resolved and not transferred unless something else is said."""
    call.count += 1
    return {
        "interaction_id": f"c{call.count}", "employee_id": employee, "channel": "phone", "started_at": when,
        "talk_ms": round(seconds * 1000), "transferred": False, "resolved_first_contact": True, **more,
    }  # fmt: skip


call.count = 0

"""Calls to person x week: the package beside hand-written SQL, pandas and the bare scan, in one run.

    python -m tests.benchmarks.person_week 5500000 50000000 --repeats 5

Invented calls of 12 quarters are written with numpy straight to parquet, in the shape of the canonical table, and removed
at the end. Each contestant runs in a process of its own on one thread, in an order that turns with every repeat. Shown
are medians over the repeats: CPU seconds and wall seconds of the whole process (start and imports included), CPU seconds
of the work alone, peak resident memory, and the ratio of the CPU seconds to those of the SQL, pair by pair.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from design_lab.periods import Quarter, quarters_between

QUARTERS = quarters_between(Quarter(2023, 4), Quarter(2026, 3))
CALLS_A_PERSON_WEEK = 585  # 15,000 calls a day on 180 people
CONTESTANTS = ("package", "sql", "pandas", "pandas_by_quarter", "scan")
SUMS = ["n", "handle_ms", "handle_ms_squared", "transferred", "transfer_n", "resolved", "resolved_n"]
COLUMNS = [
    "employee_id",
    "channel",
    "started_at",
    "talk_ms",
    "hold_ms",
    "wrap_ms",
    "transferred",
    "resolved_first_contact",
]
SETTINGS = """name: calls
title: {en: Calls}
synthetic: true
languages: [en]
cycle: {default: quarter}
quarters: {first: 2023Q4, last: 2026Q3}
data_cutoff: 2026-09-30
engine: duckdb
current_scheme: current
scheme_history: []
occupancy_max: 0.9
privacy: {k: {hr: 5}}
roles: {agent: {en: agent}}
levels: {agent: {en: agent}}
"""


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("calls", type=int, nargs="+")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the calls are written for the time being")
    given = parser.parse_args(arguments)
    for calls in given.calls:
        with tempfile.TemporaryDirectory(dir=given.folder) as place:
            folder = Path(place) / "calls"
            # In a process of its own: what this one holds would count as its children's peak.
            code = f"from tests.benchmarks.person_week import *; make(Path({str(folder)!r}), {calls})"
            subprocess.run([sys.executable, "-c", code], check=True)
            show(calls, {name: [] for name in CONTESTANTS}, folder, given.repeats)


def make(folder, calls, *, seed=42):
    """Write a study whose table of contacts holds so many calls, evenly over all quarters."""
    (folder / "schemes").mkdir(parents=True)
    (folder / "schemes" / "current.yaml").write_text("name: current\n", encoding="utf-8")
    (folder / "study.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "tables" / "interactions").mkdir(parents=True)
    rng = np.random.default_rng(seed)
    people = max(10, round(calls / (len(QUARTERS) * 13 * CALLS_A_PERSON_WEEK)))
    ends = [calls * (number + 1) // len(QUARTERS) for number in range(len(QUARTERS))]
    for quarter, begin, end in zip(QUARTERS, [0, *ends], ends, strict=False):
        write_quarter(folder, quarter, rng, begin, end - begin, people)
    return folder


def write_quarter(folder, quarter, rng, begin, count, people):
    import pyarrow as pa
    from pyarrow import parquet

    first = np.datetime64(quarter.first_day(), "s")
    seconds = (np.datetime64(quarter.last_day(), "s") - first).astype(np.int64) + 86_400
    names = pa.array([f"E{number:016x}" for number in rng.permutation(people)])
    lengths = {name: np.exp(rng.normal(mean, 0.6, count)) for name, mean in (("talk_ms", 4.7), ("wrap_ms", 3.2))}
    lengths["hold_ms"] = rng.exponential(40, count) * (rng.random(count) < 0.1)
    milliseconds = {name: (values * 1000).astype(np.int64) for name, values in lengths.items()}
    started = first + np.sort(rng.integers(0, seconds, count)).astype("timedelta64[s]")
    table = pa.table({
        "interaction_id": pa.array(np.arange(begin, begin + count)).cast(pa.string()),
        "employee_id": names.take(pa.array(rng.integers(0, people, count))),
        "channel": pa.array(["phone", "chat"]).take(pa.array((rng.random(count) < 0.02).astype(np.int8))),
        "started_at": pa.array(started),
        **{name: milliseconds[name] for name in ("talk_ms", "hold_ms", "wrap_ms")},
        "transferred": rng.random(count) < 0.05,
        "resolved_first_contact": rng.random(count) < 0.7,
    })  # fmt: skip
    parquet.write_table(table, folder / "tables" / "interactions" / f"{quarter}.parquet", compression="zstd")


def package(folder):
    from design_lab.scoring.periods import calls_by_period
    from design_lab.study import Study

    return calls_by_period(Study.open(folder), QUARTERS, period="week")


SQL = """
SELECT employee_id, date_trunc('week', started_at) AS first_day, count(*) AS n, sum(handle_ms) AS handle_ms,
       sum(handle_ms * handle_ms) AS handle_ms_squared,
       count(*) FILTER (transferred) AS transferred, count(transferred) AS transfer_n,
       count(*) FILTER (resolved_first_contact) AS resolved, count(resolved_first_contact) AS resolved_n
FROM (SELECT *, talk_ms + coalesce(hold_ms, 0) + coalesce(wrap_ms, 0) AS handle_ms FROM read_parquet('{files}')
      WHERE channel = 'phone')
GROUP BY ALL ORDER BY employee_id, first_day
"""


def sql(folder):
    return _one_thread().sql(SQL.format(files=_files(folder))).to_arrow_table().to_pandas()


def scan(folder):
    wanted = ", ".join(f"max({column}) AS {column}" for column in COLUMNS)
    return _one_thread().sql(f"SELECT {wanted} FROM read_parquet('{_files(folder)}')").to_arrow_table().to_pandas()


def _one_thread():
    import duckdb

    return duckdb.connect(config={"threads": 1})


def _files(folder):
    return (folder / "tables" / "interactions" / "*.parquet").as_posix()


def pandas(folder):
    """As it is usually written: the whole folder into one frame."""
    import pandas as pd

    return _grouped(pd.read_parquet(folder / "tables" / "interactions", columns=COLUMNS))


def pandas_by_quarter(folder):
    """As somebody writes it whose memory is short: a quarter at a time, then the quarters together."""
    import pandas as pd

    paths = sorted((folder / "tables" / "interactions").glob("*.parquet"))
    parts = [_grouped(pd.read_parquet(path, columns=COLUMNS)) for path in paths]
    return pd.concat(parts).groupby(level=[0, 1]).sum()


def _grouped(calls):
    import pandas as pd

    calls = calls[calls["channel"] == "phone"]
    handle_ms = calls["talk_ms"] + calls["hold_ms"].fillna(0) + calls["wrap_ms"].fillna(0)
    calls = calls.assign(handle_ms=handle_ms, handle_ms_squared=handle_ms * handle_ms)
    week = pd.Grouper(key="started_at", freq="W-MON", label="left", closed="left")
    return (
        calls.groupby(["employee_id", week])
        .agg(
            n=("handle_ms", "size"), handle_ms=("handle_ms", "sum"), handle_ms_squared=("handle_ms_squared", "sum"),
            transferred=("transferred", "sum"), transfer_n=("transferred", "count"),
            resolved=("resolved_first_contact", "sum"), resolved_n=("resolved_first_contact", "count"),
        )
        .rename_axis(["employee_id", "first_day"])
    )  # fmt: skip


IMPORTS = {
    "package": "ibis, pandas, pyarrow, design_lab.scoring.periods",
    "sql": "duckdb, pandas, pyarrow",
    "pandas": "pandas, pyarrow.parquet",
    "pandas_by_quarter": "pandas, pyarrow.parquet",
    "scan": "duckdb, pandas, pyarrow",
}
CHILD = """
import os, sys, json, time
import {imports}
from tests.benchmarks import person_week
from pathlib import Path
begin = time.process_time()
made = person_week.{name}(Path({folder!r}))
print(json.dumps([time.process_time() - begin, len(made)]))
"""


def measured(name, folder):
    """Wall and CPU seconds of one contestant's whole process, CPU seconds of its work alone, and peak bytes."""
    code = CHILD.format(imports=IMPORTS[name], name=name, folder=str(folder))
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
    begin = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, **one})
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{name} ended with {child.returncode}")
    work, _ = json.loads(said.splitlines()[-1])  # DuckDB may have drawn its progress above
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, work, usage.ru_maxrss * 1024


def show(calls, runs, folder, repeats):
    for repeat in range(repeats):
        turned = CONTESTANTS[repeat % len(CONTESTANTS) :] + CONTESTANTS[: repeat % len(CONTESTANTS)]
        for name in turned:
            runs[name].append(measured(name, folder))
    print(f"\n{calls:,} calls, medians of {repeats} repeats\n")
    print("| contestant | wall s | CPU s | work alone, CPU s | peak MB | CPU / SQL | work / SQL |")
    print("|---|---|---|---|---|---|---|")
    for name, figures in runs.items():
        wall, cpu, work, peak = (statistics.median(column) for column in zip(*figures, strict=True))
        ratios = [
            statistics.median(mine[at] / theirs[at] for mine, theirs in zip(figures, runs["sql"], strict=True))
            for at in (1, 2)
        ]
        print(
            f"| {name} | {wall:.2f} | {cpu:.2f} | {work:.2f} | {peak / 1e6:.0f} | {ratios[0]:.2f} | {ratios[1]:.2f} |"
        )


if __name__ == "__main__":
    main()

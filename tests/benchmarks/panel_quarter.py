"""The panel of one quarter and of a year: seconds and peak memory, with case mix, on invented calls.

    python -m tests.benchmarks.panel_quarter 1400000 5600000

Each number of calls is a quarter's. Calls are written with numpy straight to parquet in the shape of the canonical table,
80 people a 350,000 calls, with queue, contact type and duty of one shift a week; each panel is made in a process of its
own. Peak memory is that of the whole process, the engine included.
"""

import argparse
import datetime as dt
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from design_lab.periods import Span
from tests.scoring.studies import person, write_study

QUARTERS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
STARTS = (8, 11, 14)  # hours at which the shifts begin


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("calls", type=int, nargs="*")
    parser.add_argument("--time", nargs=2, help="one panel: the folder and the period")
    chosen = parser.parse_args(arguments)
    if chosen.time:
        print(json.dumps(timed(*chosen.time)))
        return
    print("| calls a quarter | people | period | rows | seconds | peak MB |\n|---|---|---|---|---|---|")
    for calls in chosen.calls:
        with tempfile.TemporaryDirectory() as place:
            folder, people = make(Path(place) / "calls", calls)
            for period in ("2026Q4", "2026"):
                command = [sys.executable, "-m", "tests.benchmarks.panel_quarter", "--time", str(folder), period]
                found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                print(
                    f"| {calls:,} | {people} | {period} | {found['n']:,} | {found['seconds']:.1f} | {found['mb']:.0f} |"
                )


def timed(folder, period):
    from design_lab.scoring import panel
    from design_lab.study import Study

    study = Study.open(Path(folder))
    shutil.rmtree(study.counted, ignore_errors=True)
    begun = time.perf_counter()
    people = panel(study, Span.parse(period))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"n": int(people.centre.loc["handle_seconds", "n"]), "seconds": seconds, "mb": peak}


def make(folder, calls):
    people = max(12, calls * 80 // 350_000)
    staff = [person(f"E{number:05d}", team=f"T{number // 12}") for number in range(people)]
    write_study(folder, {"staff": dict.fromkeys(QUARTERS, staff)})
    for quarter in QUARTERS:
        write_calls(folder, quarter, calls, people)
    return folder, people


def write_calls(folder, quarter, calls, people):
    import pyarrow as pa
    from pyarrow import parquet

    rng = np.random.default_rng(int(quarter[-1]))
    span = Span.parse(quarter)
    who, day = rng.integers(0, people, calls), rng.integers(0, span.days, calls)
    shift = (who + day // 7) % len(STARTS)
    second = (np.array(STARTS)[shift] * 3600 + rng.integers(0, 8 * 3600, calls)).astype("timedelta64[s]")
    started = np.datetime64(dt.datetime.combine(span.first_day, dt.time()), "s") + day.astype("timedelta64[D]") + second
    columns = {
        "interaction_id": pa.array(np.arange(calls)).cast(pa.string()),
        "employee_id": pa.array([f"E{number:05d}" for number in range(people)]).take(pa.array(who)),
        "channel": pa.array(["phone"]).take(pa.array(np.zeros(calls, np.int8))),
        "queue": pa.array(["a", "b", "c", "d", "e"]).take(pa.array(who // 12 % 5)),
        "contact_type": pa.array(list("uvwxyz")).take(pa.array(rng.integers(0, 6, calls))),
        "started_at": pa.array(started.astype("datetime64[ms]")),
        "talk_ms": np.exp(rng.normal(11.5, 0.6, calls)).astype(np.int64),
        "hold_ms": pa.nulls(calls, pa.int64()),
        "wrap_ms": np.exp(rng.normal(9.8, 0.6, calls)).astype(np.int64),
        "transferred": rng.random(calls) < 0.05,
        "resolved_first_contact": rng.random(calls) < 0.7,
        "visitor_messages": pa.nulls(calls, pa.int64()),
        "late_replies": pa.nulls(calls, pa.int64()),
        "effective": pa.nulls(calls, pa.bool_()),
    }
    path = folder / "tables" / "interactions" / f"{quarter}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), path, compression="zstd")


if __name__ == "__main__":
    main()

"""What each notebook costs with many people: the sample centre's people made many times over, for all its quarters.

    python -m tests.benchmarks.many_people data/h_bank --copies 1 10 94 --minutes 10

Canonical tables of a study that is built are multiplied (nothing of the study is touched): every copy has its own
people and teams with their own sheets, ratings, registers and pay; the contacts and their ratings are dealt out among the
copies, so that their number stays and the files small. A queue's intervals stay as they are. Values of people are
therefore those of few calls: what is measured is time and memory, and the grids of roles and levels are as before.

Each notebook's cells are executed in order in a process forked from one that holds the libraries already, so that no
import is counted; what a cell ends with is shown as a page would show it. 01 is left out, since it reads the raw files.
The exponent is that of processor seconds between the two largest sizes. A notebook that takes longer than `--minutes`
of processor time is ended and said.
"""

import argparse
import ast
import json
import math
import os
import resource
import shutil
import tempfile
import time
import traceback
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")

import ibis  # noqa: F401 (what notebooks import is imported once, before they are forked)
import numpy as np
import pandas as pd
import pyarrow as pa
import statsmodels.api  # noqa: F401
from pyarrow import compute as pc
from pyarrow import parquet

import design_lab
from design_lab.schema import TABLES
from design_lab.study import Study, project_root

CALLS = ("interactions", "surveys")
AS_THEY_ARE = ("queue_intervals", "staff_survey")
KEPT = ("interaction_id", "item", "queue")  # texts of a key that copies share


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("study")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10, 94])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--notebooks", nargs="*", default=[], help="their numbers; all but 01 where none are named")
    parser.add_argument("--place", type=Path, help="where the folders are made; kept there")
    chosen = parser.parse_args(arguments)
    source = Study.open(chosen.study)
    figures = {}
    design_lab.build_tables = lambda study: None  # they are there, and there is nothing of which they could be made
    with tempfile.TemporaryDirectory() as scratch:
        for copies in chosen.copies:
            folder = (chosen.place or Path(scratch)) / f"many_{copies}"
            people = multiplied(source, folder, copies)
            for name, found in walked(folder, chosen.notebooks, 60 * chosen.minutes):
                figures.setdefault(name, {})[people] = found
                print(f"{people:>7,} people {name:<28}{found[0]:>8.1f} s{found[1]:>8.1f} CPU s{found[2] / 1e6:>8.0f} MB", flush=True)  # fmt: skip
    show(figures)


def show(figures):
    sizes = sorted({size for found in figures.values() for size in found})
    heads = [f"{size:,}: CPU s | MB" for size in sizes]
    print(f"\n| notebook | {' | '.join(heads)} | exponent |\n|{'---|' * (2 * len(sizes) + 2)}")
    for name, found in figures.items():
        cells = [f"{found[size][1]:.1f} | {found[size][2] / 1e6:.0f}" if size in found else "– | –" for size in sizes]
        print(f"| {name} | {' | '.join(cells)} | {exponent(found)} |")


def exponent(found):
    """The power of the number of people by which processor time grows, between the two largest sizes."""
    sizes = sorted(found)[-2:]
    seconds = [found[size][1] for size in sizes]
    if len(sizes) < 2 or math.inf in seconds:
        return "–"
    return f"{math.log(seconds[1] / seconds[0]) / math.log(sizes[1] / sizes[0]):.2f}"


def walked(folder, wanted, seconds):
    """Yield each notebook's name with wall seconds, processor seconds and peak bytes."""
    out = folder / "out"
    design_lab.write_findings([], out, "01_what_arrived")
    for path in sorted((project_root() / "notebooks").glob("[0-9]*.ipynb")):
        if not path.stem.startswith("01") and (not wanted or path.stem.split("_")[0] in wanted):
            yield path.stem, spent(path, {"study": str(folder), "out": str(out)}, seconds)


def spent(path, parameters, seconds):
    """Execute a notebook in a forked process; its wall and processor seconds and the peak of its memory."""
    begun, child = time.perf_counter(), os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
        try:
            executed(path, parameters)
        except BaseException:
            print(traceback.format_exc().splitlines()[-1], flush=True)
            os._exit(1)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    cpu = used.ru_utime + used.ru_stime if status == 0 else math.inf
    return time.perf_counter() - begun, cpu, used.ru_maxrss * 1024


def executed(path, parameters):
    """Execute the code cells, and show what each ends with."""
    names = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), path.name, "exec"), names)
        shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names) if last else None
        getattr(shown, "_repr_html_", lambda: None)()
        if "parameters" in cell["metadata"].get("tags", []):
            names |= parameters


def multiplied(source, folder, copies):
    """Write a study of so many copies of another's people; return how many people the latest quarter has."""
    if not folder.is_dir():
        shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("raw", "tables", "centre.yaml"))
        shutil.copytree(source.tables / ".built", folder / "tables" / ".built")
        settings = folder / "study.yaml"
        text = settings.read_text(encoding="utf-8").replace(f"name: {source.name}", f"name: {folder.name}", 1)
        settings.write_text(text, encoding="utf-8")
        for name in TABLES:
            for path in sorted((source.tables / name).glob("[0-9][0-9][0-9][0-9]Q[1-4].parquet")):
                write(parquet.read_table(path), folder / "tables" / name / path.name, TABLES[name], copies)
    last = folder / "tables" / "staff" / f"{source.quarters[-1]}.parquet"
    return pd.read_parquet(last, columns=["employee_id"])["employee_id"].nunique()


def write(rows, path, table, copies):
    """Write a table's rows as all copies have them: in turn, and contacts and their ratings dealt out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with parquet.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        if table.name in CALLS:
            names = rows["interaction_id"].to_numpy(zero_copy_only=False)
            copy = pd.util.hash_array(names) % np.uint64(copies)
            writer.write_table(
                renamed(rows, table, pa.array([f"x{one}" for one in range(copies)]).take(pa.array(copy)))
            )
            return
        for one in range(1 if table.name in AS_THEY_ARE else copies):
            writer.write_table(renamed(rows, table, pa.scalar(f"x{one}")))


def renamed(rows, table, mark):
    """The same rows with people, teams and keys of a copy's own."""
    texts = [name for name in table.key if table.columns[name].kind == "text" and name not in KEPT]
    people = [name for name, column in table.columns.items() if column.kind == "person"]
    for name in [*people, *texts, *(["team"] if table.name == "staff" else [])]:
        made = pc.binary_join_element_wise(rows[name], mark, "")
        rows = rows.set_column(rows.column_names.index(name), name, made)
    return rows


if __name__ == "__main__":
    main()

"""Many schemes at once: totals and ranks against bare NumPy and against the natural loops of two libraries; the search.

    python -m tests.benchmarks.many_schemes 1000 30000
    python -m tests.benchmarks.many_schemes --search data/h_bank 2026Q3

Bare NumPy multiplies weights by points a block at a time and takes ranks by sorting twice. The libraries' loops, on
`--loops` of the schemes and scaled up, make a decision matrix or call the method for each scheme, as their guides do
(`pip install -e ".[benchmarks]"`). Contestants run in turn in one process on one BLAS thread, `--repeats` times; the
least time of each is shown, and peaks of memory by tracemalloc for a quarter of the schemes and for all. The search is
held against the products that it needs, no more and no fewer, into arrays that are there already: for the people of each
space the totals, contributions and noise, what is there and tells apart of who lacks something, means by level, and the
sums over people with goals, groups and pay. A study is searched once in a run, so both begin with nothing of theirs in
the caches, and medians are shown.
"""

import argparse
import time
import tracemalloc

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from design_lab.scoring import Batch
from tests.scoring.conftest import INDICATORS, make_panel, make_scheme

BLOCK = 2  # schemes that bare NumPy takes at a time, as many cells as a batch does
_ELSEWHERE = np.ones(1 << 23)  # 64 MB, more than caches hold


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("schemes", type=int, nargs="?", default=1000)
    parser.add_argument("people", type=int, nargs="?", default=30_000)
    parser.add_argument("--loops", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--search", nargs=2, metavar=("STUDY", "QUARTER"))
    chosen = parser.parse_args(arguments)
    if chosen.search:
        searched(*chosen.search, chosen.repeats)
        return
    batch, points, weights = invented(chosen.schemes, chosen.people)
    contestants = {
        "bare NumPy": (lambda: bare(points, weights[:, 0]), 1.0),
        "package, ranks": (lambda: ranked(batch, weights), 1.0),
        "package, grades": (lambda: graded(batch, weights), 1.0),
        "scikit-criteria": (lambda: skcriteria_loop(points, weights[: chosen.loops, 0]), chosen.schemes / chosen.loops),
        "pymcdm": (lambda: pymcdm_loop(points, weights[: chosen.loops, 0]), chosen.schemes / chosen.loops),
    }
    best = dict.fromkeys(contestants, np.inf)
    for _ in range(chosen.repeats):
        for name, (work, scale) in contestants.items():
            best[name] = min(best[name], seconds(work) * scale)
    print(f"| {chosen.schemes:,} schemes x {chosen.people:,} people | s | of bare NumPy |\n|---|---|---|")
    for name, taken in best.items():
        print(f"| {name} | {taken:.2f} | {taken / best['bare NumPy']:.2f} |")
    peaks = [peak(lambda part=part: graded(batch, weights[:part])) for part in (chosen.schemes // 4, chosen.schemes)]
    print(f"\npeak MB: {peaks[0]:.0f} for {chosen.schemes // 4:,} schemes, {peaks[1]:.0f} for {chosen.schemes:,}")


def invented(schemes, people):
    rng = np.random.default_rng(0)
    points = rng.uniform(1, 50, (len(INDICATORS), people))
    panel = make_panel({f"E{i:06d}": tuple(column) for i, column in enumerate(points.T)})
    scheme = make_scheme(rules={one: {"rule": "linear", "zero_at": 0, "full_at": 100} for one in INDICATORS})
    batch = Batch.of(panel, scheme, medians=pd.DataFrame())
    return batch, points, rng.dirichlet(np.ones(len(INDICATORS)), (schemes, 1))


def bare(points, weights):
    for start in range(0, len(weights), BLOCK):
        totals = weights[start : start + BLOCK] @ points
        np.argsort(np.argsort(-totals, axis=1), axis=1)


def ranked(batch, weights):
    for block in batch.blocks(weights, graded=False):
        batch.ranks(block.totals)


def graded(batch, weights):
    for _ in batch.blocks(weights):
        pass


def skcriteria_loop(points, weights):
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel

    for one in weights:
        WeightedSumModel().evaluate(skcriteria.mkdm(points.T, [max] * len(one), weights=one))


def pymcdm_loop(points, weights):
    from pymcdm.helpers import rankdata
    from pymcdm.methods import WSM

    for one in weights:
        rankdata(WSM()(points.T, one, np.ones(len(one))), reverse=True)


def searched(study, quarter, repeats):
    from design_lab.evaluation import official
    from design_lab.evaluation.search.files import carrier
    from design_lab.evaluation.search.measures import Beside, employment, measured, paid_in_all
    from design_lab.evaluation.search.seek import _goals, _pay
    from design_lab.evaluation.search.space import spaces
    from design_lab.scoring import panel, targets
    from design_lab.study import Study

    client = Study.open(study)
    period, settings = client.quarter(quarter), client.settings.search
    people, before, medians = panel(client, period), panel(client, period.plus(-1)), targets(client, period)
    today, others, least = client.current, client.candidates(), client.settings.privacy.strictest
    found = [
        space
        for space in spaces(people, today, others, settings, leads=client.settings.leads, least=least)
        if not space.unknown
    ]
    carried = carrier(today, found, others)
    batch = Batch.of(people, carried, medians=medians)
    pay = _pay(people.people, official(client, period).pay)
    parts = {
        "goals": _goals(people, before, client.aims), "groups": employment(people.people, least=least),
        "noise": np.ones((len(people.people), len(batch.indicators))), "pay": pay,
    }  # fmt: skip

    def all_measured():
        now = batch.weights([today])
        beside = Beside(**parts, paid=paid_in_all(batch, now, pay))
        return [measured(batch, now, space, space.weights, beside, key=settings.key) for space in found]

    bare_products = [needed(batch, space, parts["goals"].shape[1] + parts["groups"].shape[1]) for space in found]
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(repeats):
        for times, work in zip(taken, (all_measured, lambda: multiplied(bare_products)), strict=True):
            emptied_caches()
            times.append(seconds(work))
    whole, products = (np.median(times) for times in taken)
    tried = sum(len(space.weights) for space in found)
    print(
        f"{tried:,} schemes in {len(found)} roles: measured in {whole * 1e3:.1f} ms, bare products {products * 1e3:.1f} ms, ratio {whole / products:.2f}"
    )


def multiplied(bare_products):
    for each in bare_products:
        for product, of in each:
            product(*of)


def emptied_caches():
    _ELSEWHERE.__iadd__(1)


def needed(batch, space, columns):
    """The function, the factors and room for the result of each product that measuring a space needs; row by row sums among them."""
    own = batch.part([n for n, (role, level) in enumerate(batch.pairs) if role == space.role and level in space.levels])
    groups, rng = own._measured.groups, np.random.default_rng(0)
    lacking, alike = (
        (flags < 1).any(axis=0).sum()
        for flags in (np.hstack([getattr(one, name) for one in groups]) for name in ("there", "telling"))
    )
    schemes, people, indicators, levels = len(space.weights) + 1, len(own.rows), len(batch.indicators), len(groups)
    shapes = [
        *[(schemes, indicators, people)] * 3,  # totals, contributions, noise
        *[(schemes, indicators, lacking)] * 3,  # the weight that is there, for each of them
        (schemes, indicators, alike),  # the weight that tells apart
        (schemes, people, levels), (schemes, levels, people),  # means, and people as deviations from them
        (schemes, people, columns), (schemes, people, 1),  # goals and groups, pay
        (1, people, columns * (1 + levels) + levels),  # the same people are there under all schemes
    ]  # fmt: skip
    found = [(np.matmul, (rng.random((a, b)), rng.random((b, c)), np.empty((a, c)))) for a, b, c in shapes]
    by_row = np.vecdot, (*rng.random((2, schemes, people)), np.empty(schemes))
    return [*found, *[by_row] * 3]  # lengths, with contributions, with who is there


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak(work):
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return found


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

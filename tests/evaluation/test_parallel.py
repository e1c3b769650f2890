"""Simulations and bootstraps by other workers: threads, processes and dask's give the same to the last bit."""

import sys

import numpy as np
import pytest

from design_lab.evaluation.rerun import points_noise, rerun
from design_lab.parallel import PARALLEL
from tests.evaluation.test_noise import again, observed, two_halves
from tests.evidence.test_weight_effect import made

WAYS = [
    "threads:1", "threads:2",
    *(pytest.param(way, marks=pytest.mark.long) for way in ("1", "2", "dask")),
]  # fmt: skip


@pytest.fixture(params=WAYS)
def asked(request, monkeypatch):
    if request.param == "dask":
        pytest.importorskip("distributed", reason="dask is not installed (pip install 'design_lab[dask]')")
    monkeypatch.setenv(PARALLEL, request.param)
    return monkeypatch


def simulated():
    panel = observed(np.random.default_rng(1), 60, between=1.0, within=4.0, n=9)
    found = again(panel, two_halves(), draws=6)
    noise = points_noise(panel, two_halves(), medians=found.noise.iloc[:0], rng=np.random.default_rng(2), draws=4)
    return [found.noise, found.grade_noise, found.same_grade, *found.truths.values(), noise]


def test_a_simulation_is_the_same_wherever_it_is_worked_on(asked, monkeypatch):
    # A draw at a time, so that there are tasks to share out.
    monkeypatch.setattr(sys.modules[rerun.__module__], "_CELLS", 1)
    here = simulated()
    asked.delenv(PARALLEL)
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(here, simulated(), strict=True))


def test_a_bootstrap_is_the_same_wherever_it_is_worked_on(asked):
    here = made(draws=49)
    asked.delenv(PARALLEL)
    assert here.findings() == made(draws=49).findings()

"""How many work at once, and where, changes no number."""

import numpy as np
import pytest

from design_lab.errors import StudyError
from design_lab.parallel import PARALLEL, each


def drawn(stream, n):
    return stream.standard_normal(n)


def draws(monkeypatch, asked):
    if asked:
        monkeypatch.setenv(PARALLEL, asked)
    else:
        monkeypatch.delenv(PARALLEL, raising=False)
    streams = np.random.default_rng(3).spawn(7)
    return sum(each(drawn, ((stream, 1000) for stream in streams)), start=np.zeros(1000))


@pytest.mark.parametrize("asked", ["threads:1", "threads:2", "1"])
def test_any_number_of_workers_adds_the_same_draws(monkeypatch, asked):
    assert np.array_equal(draws(monkeypatch, asked), draws(monkeypatch, None))


@pytest.mark.parametrize("asked", ["0", "two", "threads", "http://host"])
def test_what_is_not_understood_is_said(monkeypatch, asked):
    with pytest.raises(StudyError, match=r"DESIGN_LAB_PARALLEL is .*; say how many processes"):
        draws(monkeypatch, asked)


@pytest.mark.long
def test_two_processes_add_the_same_draws(monkeypatch):
    assert np.array_equal(draws(monkeypatch, "2"), draws(monkeypatch, None))

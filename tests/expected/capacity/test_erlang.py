"""Waiting by the Erlang formulas: published figures, the chain's own balance, and queues that are played out."""

import heapq

import numpy as np
import pytest
from scipy import integrate, stats

from design_lab.expected.capacity.erlang import agents_for, erlang_a, erlang_b, erlang_c


def test_erlang_c_gives_the_figures_of_two_published_examples():
    # Mitan Ltd, "The Erlang-C Formula" (mitan.co.uk/erlang/elgcmath.htm): 360 calls a half-hour of 4 minutes, 55 agents.
    met = erlang_c(55, 720, handle=240, within=15)
    assert met.waiting == pytest.approx(0.239, abs=5e-4)
    assert met.wait_seconds == pytest.approx(8.2, abs=0.05)
    assert met.occupancy == pytest.approx(48 / 55)
    assert met.service_level == pytest.approx(1 - 0.239 * np.exp(-7 * 15 / 240), abs=5e-4)
    # CRAN, ErlangC 0.1.0: 100 calls a half-hour of 180 s, 14 agents, 20 s.
    met = erlang_c(14, 200, handle=180, within=20)
    assert (met.waiting, met.service_level) == pytest.approx((0.1741319, 0.88835), abs=5e-6)
    assert (met.wait_seconds, met.occupancy) == pytest.approx((7.83593701177724, 0.7142857), rel=1e-6)


def test_the_agents_for_a_service_level_are_those_that_two_libraries_publish():
    # CRAN ErlangC 0.1.0 and PyPI pyworkforce 0.5.0 both give 14 for this, before shrinkage.
    assert agents_for(200, handle=180, within=20, level=0.8, occupancy=0.85) == 14


def test_erlang_a_gives_the_figures_of_its_paper():
    # Garnett, Mandelbaum and Reiman 2002, table 1: 48 calls a minute of 1 minute, 50 agents, patience 2 minutes.
    alone = erlang_c(50, 48 * 60, handle=60, within=20)
    assert (round(float(alone.wait_seconds), 1), round(float(alone.occupancy), 2)) == (20.8, 0.96)
    met = erlang_a(50, 48 * 60, handle=60, within=20, patience=120)
    assert met.abandoned == pytest.approx(0.031, abs=5e-4)
    assert (round(float(met.wait_seconds), 1), round(float(met.occupancy), 2)) == (3.7, 0.93)


@pytest.mark.parametrize(
    ("agents", "load"), [(1, 0.5), (3, 9.0), (40, 35.0), (2000, 1950.0), (1000, 5000.0), (200, 20.0)]
)
def test_erlang_b_is_its_own_recursion(agents, load):
    lost = 1.0
    for step in range(1, agents + 1):
        lost = load * lost / (step + load * lost)
    assert erlang_b(agents, load) == pytest.approx(lost, rel=1e-9)


def balance(agents, calls, handle, patience, states):
    """The stationary probabilities of the number of calls that are there, from the balance of ups and downs."""
    rate, served, hang_up = calls / 3600, 1 / handle, 1 / patience
    k = np.arange(1, states)
    down = np.minimum(k, agents) * served + np.maximum(k - agents, 0) * hang_up
    log = np.concatenate([[0.0], np.cumsum(np.log(rate / down))])
    p = np.exp(log - log.max())
    return p / p.sum()


@pytest.mark.parametrize(
    ("agents", "calls", "handle", "patience"),
    [
        (50, 2880, 60, 120), (3, 200, 180, 60), (3, 20, 180, 400), (40, 900, 150, 30), (150, 4800, 150, 90),
        (1500, 30000, 180, 120), (3000, 70000, 180, 300), (60, 300, 120, 2e5), (500, 500, 200, 1e5), (20, 6000, 240, 5),
    ],
)  # fmt: skip
def test_erlang_a_is_the_balance_of_its_chain(agents, calls, handle, patience):
    within, load = 20, calls * handle / 3600
    p = balance(agents, calls, handle, patience, int(max(agents, load) * 3 + 4000))
    in_line = np.maximum(np.arange(len(p)) - agents, 0) @ p
    met = erlang_a(agents, calls, handle=handle, within=within, patience=patience)
    assert met.waiting == pytest.approx(p[agents:].sum(), rel=1e-7, abs=1e-13)
    assert met.abandoned == pytest.approx(in_line / patience / (calls / 3600), rel=1e-6, abs=1e-10)
    assert met.wait_seconds == pytest.approx(in_line / (calls / 3600), rel=1e-6, abs=1e-6)
    assert met.occupancy == pytest.approx(np.minimum(np.arange(len(p)), agents) @ p / agents, rel=1e-7)

    # Who finds `ahead` waiting is answered after that many + 1 have left a line of `ahead` + itself, unless it gives up.
    rate = calls / 3600

    def density(v):  # of the wait that a caller of endless patience meets, apart from a factor
        return np.exp(rate * patience * (1 - np.exp(-v / patience)) - agents * v / handle - peak)

    top = patience * np.log(load / agents) if load > agents else 0.0
    peak = 0.0
    peak = np.log(density(top)) if top < 1e3 else 0.0
    far = top + 60 * np.sqrt(handle * patience / agents) + 60 * handle / agents
    whole = integrate.quad(density, 0, far, points=[top], limit=500)[0]
    early = integrate.quad(lambda v: density(v) * np.exp(-v / patience), 0, min(within, far), limit=500)[0]
    waiting = p[agents:].sum()
    assert met.service_level == pytest.approx(1 - waiting + waiting * early / whole, abs=1e-7)


def played(agents, calls, handle, patience, within, hours, rng):
    """Play one queue out, call by call: (answered in time, abandoned, waited, mean wait) of the calls after a start."""
    count = rng.poisson(calls * hours)
    arrive = np.sort(rng.uniform(0, hours * 3600, count))
    work = rng.exponential(handle, count)
    wait_at_most = rng.exponential(patience, count) if patience else np.full(count, np.inf)
    free = [0.0] * agents
    told = np.empty((count, 4))
    for number in range(count):
        wait = max(free[0] - arrive[number], 0.0)
        answered = wait <= wait_at_most[number]
        if answered:
            heapq.heapreplace(free, arrive[number] + wait + work[number])
        waited = min(wait, wait_at_most[number])
        told[number] = answered and wait <= within, not answered, wait > 0, waited
    return told[arrive > 3600].mean(axis=0)


@pytest.mark.parametrize(
    ("agents", "calls", "handle", "patience"), [(12, 220, 180, None), (10, 220, 180, 90), (30, 600, 150, 60)]
)
def test_the_formulas_are_what_a_played_out_queue_meets(agents, calls, handle, patience):
    rng, runs = np.random.default_rng(20240115), 24
    seen = np.array([played(agents, calls, handle, patience, 20, 25, rng) for _ in range(runs)])
    error = seen.std(axis=0, ddof=1) / np.sqrt(runs)
    asked = {"handle": handle, "within": 20}
    met = erlang_a(agents, calls, patience=patience, **asked) if patience else erlang_c(agents, calls, **asked)
    told = np.array([met.service_level, met.abandoned, met.waiting, met.wait_seconds])
    # Four figures in three queues: a limit of t at 1 in 1,000 for all twelve together.
    limit = stats.t.ppf(1 - 0.001 / 12 / 2, runs - 1)
    assert (np.abs(seen.mean(axis=0) - told) <= limit * error + 1e-12).all(), (seen.mean(axis=0), told, error)
    assert (error[[0, 2]] < 0.02).all()  # the simulation can tell


def test_people_for_a_level_are_the_fewest():
    calls = np.array([0.0, 1.0, 25.0, 300.0, 4000.0, 60000.0])
    for patience in (None, 75.0):
        asked = {"handle": 170.0, "within": 20.0}
        found = agents_for(calls, level=0.8, occupancy=0.9, patience=patience, **asked)

        def fits(agents, patience=patience, asked=asked):
            met = erlang_a(agents, calls, patience=patience, **asked) if patience else erlang_c(agents, calls, **asked)
            return (met.service_level >= 0.8) & (met.occupancy <= 0.9)

        assert found[0] == 0
        assert fits(found).all()
        assert not fits(np.maximum(found - 1, 0))[1:].any()


def test_patience_without_end_is_erlang_c():
    asked = {"handle": 180.0, "within": 20.0}
    long, never = erlang_a(14, 200, patience=1e9, **asked), erlang_c(14, 200, **asked)
    for name in ("waiting", "service_level", "wait_seconds", "occupancy"):
        assert getattr(long, name) == pytest.approx(getattr(never, name), rel=1e-5), name


def test_more_agents_are_never_worse_and_an_empty_desk_answers_nobody():
    agents = np.arange(0, 60)
    met = erlang_a(agents, 900, handle=150, within=20, patience=90)
    assert (np.diff(met.service_level) >= -1e-12).all()
    assert (np.diff(met.abandoned) <= 1e-12).all()
    assert (met.service_level[0], met.abandoned[0], met.wait_seconds[0], met.occupancy[0]) == (0, 1, 90, 0)
    nobody = erlang_a(5, 0, handle=150, within=20, patience=90)
    assert (nobody.waiting, nobody.service_level, nobody.abandoned) == (0, 1, 0)
    overrun = erlang_c(5, 900, handle=150, within=20)
    assert (overrun.waiting, overrun.service_level, overrun.occupancy) == (1, 0, 1)
    assert np.isinf(overrun.wait_seconds)


def test_a_level_that_cannot_be_meant_is_refused():
    with pytest.raises(ValueError, match=r"service level of 1 or an occupancy of 0\.9"):
        agents_for(100, handle=100, within=20, level=1.0, occupancy=0.9)

"""The best of 8 schemes, shrunk: bias and coverage for known spreads, with errors that are joint and with some that are not.

    python -m tests.proofs.test_winner

Acceptance: |bias| <= .15 and at most half the naive one where that exceeds .2, coverage of the 95 % interval .91 to .98;
each allows for three Monte-Carlo standard errors.
"""

import hashlib

import numpy as np
import pytest

from design_lab.evaluation.search.winner import winner

SPREADS, ERROR, SCHEMES, FULL = (0.0, 0.1, 0.3, 0.6), 0.3, 8, 2000
SHARED = (0.0, 0.5)  # the correlation of two schemes' errors


def simulated(spread, shared, replications):
    """Naive bias, bias, whether the interval covers: (replications, 3)."""
    named = f"winner {spread} {shared}".encode()
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(named).digest()[:8], "big"))
    root = np.linalg.cholesky(ERROR**2 * ((1 - shared) * np.eye(SCHEMES) + shared))
    found = []
    for _ in range(replications):
        truth = spread * rng.standard_normal(SCHEMES)
        seen = truth + root @ rng.standard_normal(SCHEMES)
        best = winner(seen, root @ rng.standard_normal((SCHEMES, 200)))
        true = truth[best.place]
        found.append((best.seems - true, best.shrunk - true, best.interval[0] <= true <= best.interval[1]))
    return np.array(found, dtype=float)


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("shared", SHARED)
def test_the_shrunk_best_is_not_flattered(spread, shared):
    accepted(simulated(spread, shared, FULL // 10))


def accepted(found):
    n = len(found)
    naive, bias, covered = found.mean(axis=0)
    slack = 3 * found[:, 1].std() / np.sqrt(n)
    assert abs(bias) <= max(0.15, slack)
    assert naive <= 0.2 or abs(bias) <= naive / 2 + slack
    chance = 3 * np.sqrt(covered * (1 - covered) / n)
    assert 0.91 - chance <= covered <= 0.98 + chance


def main():
    print("| spread | errors' correlation | naive bias | shrunk bias | covers 95 % |\n|---|---|---|---|---|")
    for shared in SHARED:
        for spread in SPREADS:
            found = simulated(spread, shared, FULL)
            accepted(found)
            naive, bias, covered = found.mean(axis=0)
            print(f"| {spread} | {shared} | {naive:.3f} | {bias:.3f} | {covered:.3f} |")


if __name__ == "__main__":
    main()

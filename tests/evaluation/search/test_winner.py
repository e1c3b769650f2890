"""The best of many schemes whose merits run straight along their weights, and whose errors do so too."""

import numpy as np

from design_lab.evaluation.search.winner import along, winner


def test_schemes_that_hang_together_are_shrunk_by_what_tells_them_apart():
    rng = np.random.default_rng(20260924)
    weights = rng.multinomial(20, np.ones(5) / 5, 150) * 5
    directions = weights - weights.mean(axis=0)
    directions = directions / directions.std()
    found = []
    for _ in range(200):
        true = 0.3 + directions @ rng.normal(0, 0.02, 5)
        root = np.hstack([np.full((150, 1), 0.05), 0.02 * directions])  # what all share, and what tells them apart
        seen = true + root @ rng.standard_normal(6)
        best = winner(*along(weights, seen, root @ rng.standard_normal((6, 300))))
        found.append(
            (
                best.seems - true[best.place],
                best.shrunk - true[best.place],
                best.interval[0] <= true[best.place] <= best.interval[1],
            )
        )
    naive, bias, covered = np.mean(found, axis=0)
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert naive > 3 * error[0]
    assert abs(bias) < naive / 2 + 3 * error[1]
    assert 0.91 - 3 * error[2] <= covered <= 0.98 + 3 * error[2]


def test_an_error_that_all_schemes_share_shrinks_nothing():
    merits = np.array([0.1, 0.2, 0.3])
    errors = np.tile(np.random.default_rng(1).normal(0, 0.1, 500), (3, 1))
    best = winner(merits, errors)
    assert best.place == 2
    assert abs(best.shrunk - 0.3) < 0.002
    assert best.interval[0] < 0.15 < 0.45 < best.interval[1]

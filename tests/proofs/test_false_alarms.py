"""Proof: a scheme that treats no one differently is not called unfair by chance more often than it may be.

Full size: python -m tests.proofs.test_false_alarms. CI runs a tenth.
"""

import sys
import zlib

import numpy as np
import pandas as pd

from design_lab.evaluation.fairness import impact
from design_lab.evaluation.fairness.impact import ALPHA, FOUR_FIFTHS
from design_lab.scoring import score
from tests.scoring.conftest import make_panel, make_scheme

FULL = 1000


def centre(rng):
    """A service centre's 180 agents in 15 teams and two queues, of whom nobody is treated otherwise than another."""
    people = 180
    rows = {
        f"E{i:03d}": (rng.normal(20, 3), rng.normal(85, 4), rng.uniform(0.6, 0.9), rng.normal(4, 0.4))
        for i in range(people)
    }
    return make_panel(
        rows,
        team=[f"T{i % 15:02d}" for i in range(people)],
        queue=[f"q{i % 2}" for i in range(people)],
        employment_type=rng.permutation(["agency"] * 54 + ["own"] * 126),
        gender=rng.permutation(["female"] * 120 + ["male"] * 60),
        age_band=rng.choice(["under_30", "30-39", "40+"], people, p=[0.5, 0.35, 0.15]),
        tenure_band=rng.choice(["0-6", "6-24", "24+"], people, p=[0.15, 0.35, 0.5]),
        shift=rng.choice(["early", "late", "night"], people),
    )


def measured(size, seed):
    """How often something stands out in a scheme, and how often some ratio of employment types lies below four fifths."""
    rng = np.random.default_rng(seed)
    alarms = bare = 0
    for _ in range(size):
        found = impact(score(centre(rng), make_scheme(), medians=pd.DataFrame()), least=10)
        alarms += bool(found.standing_out)
        kinds = [one for one in found.ratios if one.group.attribute == "employment_type" and one.favourable]
        bare += any(min(one.ratio, 1 / one.ratio if one.ratio else np.inf) < FOUR_FIFTHS for one in kinds)
    return alarms / size, bare / size


def seed_of(name):
    return zlib.crc32(name.encode())


def test_a_fair_scheme_is_seldom_called_unfair():
    size = FULL // 10
    alarms, bare = measured(size, seed_of("test_a_fair_scheme_is_seldom_called_unfair"))
    assert alarms <= ALPHA + 3 * np.sqrt(ALPHA * (1 - ALPHA) / size)
    # The bare four-fifths rule would alarm in about half of such centres; a screen by it alone would be worthless.
    assert bare > 0.3


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else FULL
    alarms, bare = measured(size, seed_of("test_a_fair_scheme_is_seldom_called_unfair"))
    print(f"{size} fair centres: something stands out in {alarms:.4f}; bare four-fifths rule {bare:.3f}")

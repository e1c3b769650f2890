"""Which interval of an effective weight covers it: teams left out one at a time, or teams drawn anew.

A centre is a few teams of unequal size, people of two levels in each, and four dimensions whose contributions have known
variances, so that the shares of the population are known. `python -m tests.proofs.test_intervals` prints the table of docs/method.md; the test
does a tenth of it.
"""

import sys
from zlib import crc32

import numpy as np
import pytest

from design_lab.evaluation.shares import TeamSums, margins, share_margins, shares, team_draws

SPREAD = np.array([3.2, 1.5, 1.0, 1.0])  # points that each dimension adds, standard deviations: the first rules
TRUTH = SPREAD**2 / (SPREAD**2).sum()
SIZES = {8: (6, 8, 9, 11, 12, 14, 16, 20), 15: (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)}
SHAPES = ("normal", "skewed")
BETWEEN = (0.0, 0.5)  # the share of the variance that lies between teams
WAYS = ("jackknife", "studentised", "studentised symmetric", "percentile")


def intervals(parts, groups, teams):
    """Lower and upper ends of each kind of interval at level .95, (2, d)."""
    total = parts.sum(axis=1)
    found = shares(parts, total, groups)
    left_out = margins(lambda kept: shares(parts[kept], total[kept], groups[kept]), teams)
    sums, count = TeamSums.of(parts, total, groups, teams), teams.max() + 1
    error, times = sums.errors(np.ones(count)), team_draws(count)
    drawn, errors = sums.shares(times), sums.errors(times)
    known = (errors > 0).all(axis=1)  # one team drawn throughout leaves no error to divide by
    low, high = np.quantile((drawn - found)[known] / errors[known], [0.025, 0.975], axis=0)
    drawn_anew = share_margins(parts, total, groups, teams)
    return {
        "jackknife": (found - left_out, found + left_out),
        "studentised": (found - high * error, found - low * error),
        "studentised symmetric": (found - drawn_anew, found + drawn_anew),
        "percentile": tuple(np.quantile(drawn, [0.025, 0.975], axis=0)),
    }


def centre(rng, *, teams, shape, between):
    """Contributions (n, 4), groups (n,) and teams (n,) of one centre."""
    team = np.repeat(np.arange(teams), SIZES[teams])
    draw = rng.standard_normal if shape == "normal" else lambda size: rng.exponential(size=size) - 1
    drawn = np.sqrt(1 - between) * draw((team.size, 4)) + np.sqrt(between) * draw((teams, 4))[team]
    return SPREAD * drawn, (rng.random(team.size) < 0.3).astype(int), team


def measured(centres, *, teams, shape, between):
    """By way: the share of centres whose interval covers, and its width in median, both (4,)."""
    rng = np.random.default_rng(crc32(f"{teams} {shape} {between}".encode()))
    covered = {way: np.zeros(4) for way in WAYS}
    widths = {way: [] for way in WAYS}
    for _ in range(centres):
        for way, (low, high) in intervals(*centre(rng, teams=teams, shape=shape, between=between)).items():
            covered[way] += (low <= TRUTH) & (high >= TRUTH)
            widths[way].append(high - low)
    return {way: (covered[way] / centres, np.median(widths[way], axis=0)) for way in WAYS}


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("teams", SIZES)
def test_teams_drawn_anew_cover_the_share(teams, shape, between):
    """Within .935 to .965, where the full size has it, give or take three Monte-Carlo standard errors."""
    centres = 200
    covered, _ = measured(centres, teams=teams, shape=shape, between=between)["studentised symmetric"]
    error = 3 * np.sqrt(0.95 * 0.05 / centres)
    assert ((covered > 0.935 - error) & (covered < 0.965 + error)).all()


def main(centres=2000):
    """Print the coverage of each way, and its median width, from the lowest dimension to the highest."""
    for teams in SIZES:
        for shape in SHAPES:
            for between in BETWEEN:
                found = measured(centres, teams=teams, shape=shape, between=between)
                row = [f"{c.min():.3f} to {c.max():.3f} ({w[0]:.2f})" for c, w in found.values()]
                sys.stdout.write(f"| {teams} | {shape} | {between} | " + " | ".join(row) + " |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)

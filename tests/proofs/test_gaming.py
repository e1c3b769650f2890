"""Signs of gaming: how often honest centres show one, and how often planted gaming is seen.

    python -m tests.proofs.test_gaming 8 8        (teams, people in each)

Honest centres have heaped rates, seasons, busy month starts and month ends, days that a whole centre shares, and people
and teams that differ in pace, skill and in how many contacts they let be rated. Acceptance: no sign, and not one of all
signs together, stands out in more than .05 of them, three Monte-Carlo standard errors aside. Power is printed. The last row is
what a push would look like to one who does not know how many calls were offered: the reason why it is then not told.
"""

import sys

import pandas as pd
import pytest

from design_lab.evidence.gaming import gaming_signs, period_end_push
from design_lab.evidence.gaming.people import ALPHA
from tests.proofs.centres import TARGET, counted
from tests.proofs.teams import seeded, within

FULL, SMALL = 200, (8, 8)
TOGETHER, UNKNOWN_LOAD = "all together (Holm)", "push_volume, calls offered unknown"


def simulated(teams, size, *, gaming, replications):
    """The share of centres in which each sign has p <= .05, some sign has after Holm, and a push without known load."""
    rng = seeded("signs of gaming", teams, size, gaming)
    found = []
    for _ in range(replications):
        centre = counted(rng, teams, size, gaming=gaming)
        held = gaming_signs(centre, targets={"csat": TARGET}, names={}, least=10)
        seen = {one.name: one.p <= ALPHA for one in held.signs}
        seen[TOGETHER] = min(held.adjusted) <= ALPHA
        bare = period_end_push(
            centre.days, count="calls", exposure="worked_ms", person="employee_id", day="day", team="team",
            ends=centre.ends,
        )  # fmt: skip
        seen[UNKNOWN_LOAD] = bare.p <= ALPHA
        found.append(seen)
    return pd.DataFrame(found).mean()


def accepted(shares, n):
    for name, share in shares.drop(UNKNOWN_LOAD).items():
        assert within(share, 0, ALPHA, n), (name, share)


def test_honest_centres_seldom_show_a_sign():
    accepted(simulated(*SMALL, gaming=0.0, replications=FULL // 10), FULL // 10)


@pytest.mark.parametrize("gaming", [1.0])
def test_planted_gaming_is_seen(gaming):
    shares = simulated(*SMALL, gaming=gaming, replications=10)
    assert shares[TOGETHER] == 1
    assert (shares >= 0.5).all(), shares


def main():
    teams, size = (int(one) for one in sys.argv[1:3]) if len(sys.argv) > 2 else SMALL
    honest = simulated(teams, size, gaming=0.0, replications=FULL)
    accepted(honest, FULL)
    planted = {share: simulated(teams, size, gaming=share, replications=FULL // 10) for share in (0.3, 1.0)}
    print(f"{teams} teams of {size}, {FULL} honest centres and {FULL // 10} a column of planted ones\n")
    print("| sign | honest | 30 % of it planted | planted in full |\n|---|---|---|---|")
    for name in honest.index:
        print(f"| {name} | {honest[name]:.3f} | {planted[0.3][name]:.2f} | {planted[1.0][name]:.2f} |")


if __name__ == "__main__":
    main()

"""Team x quarter panels with a published CSAT near its ceiling, team shocks that last, and teams of unequal size."""

import hashlib

import numpy as np

QUARTERS = 12


def seeded(*named):
    """A generator that hangs on the name of what is simulated alone."""
    text = " ".join(map(str, named)).encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text).digest()[:8], "big"))


def sizes(rng, teams, *, equal):
    """Ratings a team and quarter."""
    return np.full(teams, 400) if equal else rng.integers(60, 900, teams)


def shocks(rng, teams, sd=1.0, lasting=0.5):
    """Shocks of teams in percentage points, (teams, quarters), half of each still there a quarter later."""
    held = np.empty((teams, QUARTERS))
    now = rng.normal(size=teams)
    for quarter in range(QUARTERS):
        now = lasting * now + np.sqrt(1 - lasting**2) * rng.normal(size=teams)
        held[:, quarter] = now
    return sd * held


def csat(rng, effect, ratings, *, level=92.0):
    """Percent satisfied of so many ratings, (teams, quarters), for an effect in percentage points."""
    teams = len(effect)
    true = level + rng.normal(size=(teams, 1)) + 0.5 * rng.normal(size=(1, QUARTERS)) + shocks(rng, teams) + effect
    return 100 * rng.binomial(ratings[:, None], np.clip(true, 0, 99.5) / 100) / ratings[:, None]


def covers(interval, truth):
    """Whether an interval holds the truth."""
    return interval[0] <= truth <= interval[1]


def within(share, low, high, n):
    """Whether a share of n replications lies in a range, three Monte-Carlo standard errors aside."""
    slack = 3 * np.sqrt(max(share * (1 - share), 1 / n) / n)
    return low - slack <= share <= high + slack

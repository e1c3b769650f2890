"""Ratings with a known make-up."""

import numpy as np
import pandas as pd

COLUMNS = ["rater_id", "employee_id", "item", "points"]


def frame(rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def round_robin(rng, *, people=12, teams=1, severity=0.5, merit=0.7, pair=0.4, answer=0.3, items=3, keep=1.0, rho=0.0):
    """Everybody of a team rates everybody else of it; the truth beside it, by person."""
    merits, severities = rng.normal(0, merit, (teams, people)), rng.normal(0, severity, (teams, people))
    rows = []
    for team in range(teams):
        ids = [f"P{team:02d}{at:02d}" for at in range(people)]
        draws = np.linalg.cholesky([[1, rho], [rho, 1]]) @ rng.normal(0, pair, (2, people * people))
        pairs = np.zeros((people, people))
        upper = np.triu_indices(people, 1)
        pairs[upper], pairs.T[upper] = draws[:, : len(upper[0])]
        for rater in range(people):
            for rated in range(people):
                if rater != rated and rng.random() < keep:
                    base = 4 + merits[team, rated] - severities[team, rater] + pairs[rater, rated]
                    rows += [(ids[rater], ids[rated], f"item {k}", base + rng.normal(0, answer)) for k in range(items)]
    names = [f"P{team:02d}{at:02d}" for team in range(teams) for at in range(people)]
    truth = pd.DataFrame({"merit": 4 + merits.ravel(), "severity": severities.ravel()}, index=names)
    return frame(rows), truth

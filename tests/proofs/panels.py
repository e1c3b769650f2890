"""Arrays of teams and quarters as anybody's frame."""

import numpy as np
import pandas as pd

from tests.proofs.teams import QUARTERS


def framed(values, places, **others):
    """One row a team and quarter: team, quarter, csat, start (empty for never), and other arrays by name."""
    teams = len(places)
    start = np.where(places < QUARTERS, places, np.nan)
    return pd.DataFrame({
        "team": np.repeat(np.arange(teams), QUARTERS), "quarter": np.tile(np.arange(QUARTERS), teams),
        "csat": values.ravel(), "start": np.repeat(start, QUARTERS),
        **{name: array.ravel() for name, array in others.items()},
    })  # fmt: skip


def told(**changes):
    """The names of the columns, as the verbs ask for them."""
    return {"outcome": "csat", "unit": "team", "time": "quarter", "adopted": "start", **changes}

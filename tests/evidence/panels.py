"""Team x quarter panels whose effect is known."""

import warnings

import numpy as np
import pandas as pd

NEVER = 99


def panel(rng, starts, *, periods=12, effect=1.0, noise=0.5, growth=0.0):
    """One row a team and quarter: team, quarter, csat, start (empty for never); `growth` an effect that grows a quarter."""
    rows = []
    for team, start in enumerate(starts):
        level = rng.normal()
        for quarter in range(periods):
            moved = (effect + growth * (quarter - start)) * (quarter >= start)
            rows.append((f"T{team:02d}", quarter, level + 0.1 * quarter + moved + noise * rng.normal(), start))
    frame = pd.DataFrame(rows, columns=["team", "quarter", "csat", "start"])
    return frame.assign(start=frame["start"].where(frame["start"] < periods))


def told(**changes):
    """The names of the columns, as the verbs ask for them."""
    return {"outcome": "csat", "unit": "team", "time": "quarter", "adopted": "start", **changes}


def library_slope(formula, frame, **options):
    """The first coefficient by the panel library, whose own use of pandas is no fault of ours."""
    import pyfixest

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pyfixest\b")
        return pyfixest.feols(formula, frame, vcov="iid", **options).coef().iloc[0]


def generator():
    return np.random.default_rng(20261128)

"""Studies and team-quarters of pilots to come, made by hand: names of teams, a history of schemes, invented rates."""

import shutil

import numpy as np
import pandas as pd
import yaml

from design_lab.files import write_yaml
from design_lab.periods import Quarter, quarters_between
from design_lab.study import Study
from tests.conftest import STUDIES

FIRST, LAST = Quarter(2023, 4), Quarter(2026, 3)
QUARTERS = quarters_between(FIRST, LAST)
EVERYBODY = ({"scheme": "current", "who": "all", "first_day": FIRST.first_day(), "chosen": "unknown"},)
LEVELS = {"csat": (0.92, 0.005), "qa_score": (85.0, 1.0), "calls_per_hour": (14.0, 0.4)}


def named(count):
    return [f"T{number:02d}" for number in range(count)]


def study_of(folder, *, history=EVERYBODY, quarters=QUARTERS, pilot=None):
    """A study without tables, with the schemes of the small one."""
    shutil.copytree(STUDIES / "small" / "schemes", folder / "schemes")
    told = yaml.safe_load((STUDIES / "small" / "study.yaml").read_text(encoding="utf-8"))
    told |= {
        "name": folder.name, "quarters": {"first": str(quarters[0]), "last": str(quarters[-1])},
        "data_cutoff": quarters[-1].last_day(), "scheme_history": list(history),
    }  # fmt: skip
    if pilot is not None:
        told["pilot"] = pilot
    write_yaml(folder / "study.yaml", told)
    return Study.open(folder)


def rates(teams, *, quarters=QUARTERS, rng=None, role="customer_service"):
    """Independent shocks around each team's own level."""
    rng = rng or np.random.default_rng(31)
    rows = [{"team": team, "quarter": str(quarter), "role": role} for team in teams for quarter in quarters]
    frame = pd.DataFrame(rows, columns=["team", "quarter", "role"])
    for name, (level, spread) in LEVELS.items():
        own = np.repeat(spread * rng.standard_normal(len(teams)), len(quarters))
        frame[name] = level + own + spread * rng.standard_normal(len(frame))
    return frame


def moved(teams, at, *, draw="minutes"):
    """The lines of a history in which these teams come under quality_first in a quarter."""
    before = {"scheme": "current", "who": list(teams), "first_day": FIRST.first_day()}
    return (
        before | {"last_day": at.plus(-1).last_day(), "chosen": "unknown"},
        {
            "scheme": "quality_first",
            "who": list(teams),
            "first_day": at.first_day(),
            "chosen": "randomised",
            "draw": draw,
        },
    )

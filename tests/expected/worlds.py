"""Centres whose teams do what is planted, without any files."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters
from design_lab.study import Calendar, Privacy, SchemePeriod, Study

TEAMS = ("A", "B", "C", "D")


def quarters(count, first="2023Q1"):
    return tuple(str(Quarter.parse(first).plus(place)) for place in range(count))


def teams_of(rates, *, people=6, calls=4000, rng=None, role="agents", outcome="csat"):
    """Teams whose people have these rates of satisfied calls, (teams, quarters) by name; by lot with a generator."""
    named = quarters(len(next(iter(rates.values()))))
    rows = [
        (f"{team}-{person}", team, quarter, rng.binomial(calls, rate) if rng else round(calls * rate), calls)
        for team, row in rates.items()
        for person in range(people)
        for quarter, rate in zip(named, row, strict=True)
    ]
    keys = ["employee_id", "team", "quarter"]
    sums = pd.DataFrame(rows, columns=[*keys, f"{outcome}_over", f"{outcome}_under"]).set_index(keys).sort_index()
    roster = sums.reset_index()[["employee_id", "team"]].drop_duplicates().reset_index(drop=True)
    return TeamQuarters(
        quarters=named, sums=sums, scales={outcome: 1.0}, absent={},
        roster=roster.assign(role=role, valid_from=pd.Timestamp("2023-01-01")),
    )  # fmt: skip


def study_with(folder, settings, history=(), *, k=10, **more):
    """A study of whose settings only what forecasts ask is told; its schemes need no files."""
    update = {
        "scheme_history": tuple(SchemePeriod(chosen="unknown", **one) for one in history),
        "roles": {"agents": {"en": "agents", "zh": "座席"}}, "calendar": Calendar(), "current_scheme": "current",
        "privacy": Privacy(k={"executive": k}), **more,
    }  # fmt: skip
    return Study(folder, settings.model_copy(update=update))


def named_schemes(monkeypatch, *names):
    """Let a study hold schemes of which only the fingerprint is asked."""
    monkeypatch.setattr(
        Study,
        "scheme",
        lambda _, name: SimpleNamespace(fingerprint=f"print of {name}") if name in names else missing(name),
    )


def missing(name):
    from design_lab.errors import StudyError

    raise StudyError(f"there is no scheme {name}")


def trend(rng, count, *, slope=0.03, shock=0.08):
    """Log-odds of a share on a line, with a shock that all teams share in each quarter."""
    return 2.0 + slope * np.arange(count) + shock * rng.standard_normal(count)

"""Counts of what people of a centre did in a year, honest or not: heaped rates, seasons, people who differ."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd

ENDS = tuple(
    (dt.date(2026, month, 1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1) for month in range(1, 13)
)
TARGET = 0.90
STEPS = (0.85, 0.90, 0.95)  # of a ladder of points
KINDS, HOURS = 3, 8


def expit(x):
    return 1 / (1 + np.exp(-x))


def counted(rng, teams, size, *, gaming=0.0):
    """What `scoring.conduct` would count; `gaming` is the share of what is planted in full, 0 for an honest centre."""
    people = teams * size
    who = pd.DataFrame(
        {"employee_id": [f"E{i:03d}" for i in range(people)], "team": [f"T{i // size:02d}" for i in range(people)]}
    )
    pace, skill, team = (
        rng.normal(size=people),
        rng.normal(size=people),
        rng.normal(size=teams)[np.arange(people) // size],
    )
    return SimpleNamespace(
        rates=rates(rng, who, skill + 0.3 * team, gaming),
        scores=scores(rng, who, skill + 0.3 * team, gaming),
        days=days(rng, who, pace, gaming),
        calls=calls(rng, who, pace, skill, gaming),
        contacts=contacts(rng, who, skill, team, gaming),
        late=late(rng, who, skill, team, gaming),
        ends=ENDS, bounds=(7000, 8000), steps={"csat": STEPS}, first="2026Q1", last="2026Q4", short_seconds=15,
    )  # fmt: skip


def rates(rng, who, quality, gaming):
    """Four quarters of satisfied ratings near a target of 90 % and the steps of a ladder, half of the people with few.

    Gaming: of those who miss one of them by at most three ratings, that share gets the few that were lacking.
    """
    parts = []
    for quarter in range(4):
        n = np.where(np.arange(len(who)) % 2, rng.integers(20, 60, len(who)), rng.integers(100, 900, len(who)))
        true = expit(2.5 + 0.3 * quality + 0.1 * np.sin(quarter) + 0.1 * rng.normal(size=len(who)))
        met = rng.binomial(n, true)
        for cut in STEPS:
            lacking = np.ceil(cut * n - 1e-9) - met
            moved = (lacking > 0) & (lacking <= 3) & (rng.random(len(who)) < gaming)
            met = met + np.where(moved, lacking, 0).astype(int)
        parts.append(who.assign(period=f"2026Q{quarter + 1}", indicator="csat", met=met, of=n))
    return pd.concat(parts, ignore_index=True)


def scores(rng, who, quality, gaming):
    """Official scores of four quarters; gaming lifts that share of those within 60 hundredths below a bound onto it."""
    parts = []
    for quarter in range(4):
        score = np.rint(100 * (77 + 4 * quality + 3 * rng.normal(size=len(who)))).astype(int)
        for bound in (7000, 8000):
            near = (score < bound) & (score >= bound - 60) & (rng.random(len(who)) < gaming)
            score = np.where(near, bound, score)
        parts.append(who.assign(period=f"2026Q{quarter + 1}", score_x100=score))
    return pd.concat(parts, ignore_index=True)


def days(rng, who, pace, gaming, *, payday=0.06):
    """A year of days: weekdays, busy month starts and busy month ends by demand, shocks that a whole day shares.

    Gaming: in the last three days of a month people take 8 % more calls an hour, and twice as many are very short.
    """
    dates = pd.date_range("2026-01-01", "2027-01-10")
    last = np.isin((dates + pd.Timedelta(days=3)).day, (1, 2, 3))
    demand = (
        1 + 0.1 * (dates.day_of_week == 0) - 0.1 * (dates.day_of_week >= 5) + 0.09 * (dates.day <= 3) + payday * last
    )
    demand = demand * np.exp(0.05 * rng.normal(size=len(dates)) + 0.1 * np.sin(2 * np.pi * np.arange(len(dates)) / 365))
    offered = rng.poisson(15_000 * demand)
    busy = demand * np.exp(0.03 * rng.normal(size=len(dates)))
    at = np.flatnonzero(rng.random((len(who), len(dates))).ravel() < 5 / 7)
    person, day = at // len(dates), at % len(dates)
    hours = rng.uniform(6, 8, len(at))
    pushed = 1 + 0.08 * gaming * last[day]
    number = 1 + rng.poisson(
        hours * 12 * busy[day] * pushed * np.exp(0.1 * pace[person] + 0.1 * rng.normal(size=len(at)))
    )
    share = (
        0.005 * np.exp(0.4 * pace[person]) * np.exp(0.05 * rng.normal(size=len(dates)))[day] * (1 + gaming * last[day])
    )
    return pd.DataFrame({
        "employee_id": who["employee_id"].to_numpy()[person], "team": who["team"].to_numpy()[person], "day": dates[day],
        "calls": number, "short": rng.binomial(number, share), "worked_ms": hours * 3_600_000, "offered": offered[day].astype(float),
    })  # fmt: skip


def calls(rng, who, pace, skill, gaming):
    """Short calls and transfers by queue, kind and hour; the fast have more short calls, the skilled fewer transfers.

    Gaming: one in twenty hangs up on a further 2 % of calls, another one in twenty transfers two and a half times as many.
    """
    from scipy import stats

    shape = (len(who), KINDS, HOURS)
    number = rng.poisson(300 * np.exp(0.3 * rng.normal(size=shape)))
    mean = np.log([90, 120, 200])[None, :, None] - 0.17 * pace[:, None, None]
    under = {seconds: stats.norm.cdf((np.log(seconds) - mean - 0.03 * np.arange(HOURS)) / 0.75) for seconds in (15, 30)}
    player = np.zeros(len(who))
    player[::20] = gaming
    short = rng.binomial(number, np.minimum(under[15] + 0.02 * player[:, None, None], 1))
    near = rng.binomial(number - short, (under[30] - under[15]) / (1 - under[15]))
    lean = np.log([0.03, 0.05, 0.08])[None, :, None] - 0.25 * skill[:, None, None] + 0.02 * np.arange(HOURS)
    lean = lean + np.log(1 + 1.5 * np.roll(player, 1))[:, None, None]
    passed = rng.binomial(number, np.exp(lean).clip(0, 1))
    person, kind, hour = np.indices(shape).reshape(3, -1)
    return pd.DataFrame({
        "employee_id": who["employee_id"].to_numpy()[person], "team": who["team"].to_numpy()[person], "queue": "q",
        "contact_type": kind.astype(str), "hour": hour, "calls": number.ravel(), "short": short.ravel(),
        "near": near.ravel(), "transfer_n": number.ravel(), "transferred": passed.ravel(),
    })  # fmt: skip


def contacts(rng, who, skill, team, gaming):
    """Ratings by kind of contact: people differ in how many they let be rated and how many they solve, teams too.

    Gaming: a contact that is bad in one way is let be rated at .9 of the odds, with teams that differ in it.
    """
    shape = (len(who), KINDS, 2, 2, 2)
    kind, *flags = (
        np.arange(size).reshape([-1 if axis == place else 1 for place in range(4)])
        for axis, size in enumerate(shape[1:])
    )
    share = [expit(-0.8 - 0.4 * skill), expit(-3 - 0.2 * skill), np.full(len(who), 0.25)]
    weight = 1500 * np.ones(shape)
    for flag, p in zip(flags, share, strict=True):
        weight = weight * np.where(flag[None], p[:, None, None, None, None], 1 - p[:, None, None, None, None])
    number = rng.poisson(weight)
    lean = (-1.1 + 0.5 * rng.normal(size=len(who)) + 0.2 * team + 0.2 * skill)[:, None, None, None, None] + 0.1 * kind[
        None
    ]
    own = (1 + 0.5 * team).clip(0)[:, None, None, None, None]
    odds = lean + np.log(0.9) * gaming * own * sum(flag[None] for flag in flags)
    rated = rng.binomial(number, expit(np.broadcast_to(odds, shape)))
    person, kinds, *bad = np.indices(shape).reshape(5, -1)
    names = ("unresolved", "transferred", "long")
    return pd.DataFrame({
        "employee_id": who["employee_id"].to_numpy()[person], "team": who["team"].to_numpy()[person],
        "contact_type": kinds.astype(str), **dict(zip(names, bad, strict=True)), "contacts": number.ravel(),
        "rated": rated.ravel(),
    })  # fmt: skip


def late(rng, who, skill, team, gaming):
    """Transfers late and earlier; gaming: a fifth more of the late ones."""
    shape = (len(who), KINDS, 2)
    number = rng.poisson(np.array([800, 200])[None, None, :] * np.ones(shape))
    lean = np.log([0.03, 0.05, 0.08])[None, :, None] - 0.25 * skill[:, None, None] + 0.1 * team[:, None, None]
    passed = rng.binomial(number, np.exp(lean + np.log(1 + 0.2 * gaming) * np.arange(2)).clip(0, 1))
    person, kind, flag = np.indices(shape).reshape(3, -1)
    return pd.DataFrame({
        "employee_id": who["employee_id"].to_numpy()[person], "team": who["team"].to_numpy()[person],
        "contact_type": kind.astype(str), "late": flag, "contacts": number.ravel(), "transferred": passed.ravel(),
    })  # fmt: skip

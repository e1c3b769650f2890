"""Training month by month, and the outbound sales of those whose role sells.

training: four hours are required a month, forty of newcomers; most attend all, some miss a part (zero-inflated beta,
domain.md 1.1: 0-40 h a month). The quarter's last month ends with an exam: 82 points, better for better work.
sales: a person-day has contacts (Poisson), offers among them and successes among these (beta-binomial by person,
domain.md 1.1: conversion 0-0.3); the warmer sell more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from design_lab.periods import Quarter
from design_lab.synthetic.attendance import Attendance
from design_lab.synthetic.behaviour import draw_character, speed_factor
from design_lab.synthetic.calls import expit, logit
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.demand import days_of
from design_lab.synthetic.draws import Purpose, stream
from design_lab.synthetic.organisation import Organisation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_REQUIRED, _NEWCOMER = 4.0, 40.0
_CONTACTS, _OFFERED, _SOLD = 70.0, 0.35, 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """(person, month) rows: the month's first day in a position, hours, exam score (NaN: none), each (n,)."""

    person: Ints
    day: Ints
    required: Floats
    attended: Floats
    exam: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """(person, day) rows of those who sell: contacts reached, offers among them, successes among those."""

    person: Ints
    day: Ints
    contacts: Ints
    offers: Ints
    successes: Ints


def make_training(centre: Centre, organisation: Organisation, attendance: Attendance, quarter: Quarter) -> Training:
    """Return required and attended hours of everybody present in a month, and the exam of the quarter's last one."""
    rng = stream(centre.seed, Purpose.TRAINING, quarter.year, quarter.number)
    days = days_of(quarter)
    month = np.array([day.month for day in days])
    at = attendance.present
    group = attendance.person[at] * 16 + month[attendance.day[at]]
    keys, first = np.unique(group, return_index=True)
    person, day = keys // 16, attendance.day[at][first]
    opening = np.array([(dt.date(quarter.year, int(key % 16), 1) - days[0]).days for key in keys])
    hired = np.array([one.hired.toordinal() for one in organisation.people])[person]
    tenure = days[0].toordinal() + day - hired
    required = np.where(tenure < centre.duty.training_days, _NEWCOMER, _REQUIRED)
    missed = np.where(rng.random(len(keys)) < 0.15, rng.beta(2.0, 4.0, len(keys)), 0.0)
    exam = 82 + 5 * draw_character(centre, len(organisation.people)).quality[person]
    exam = np.clip(exam + 6 * rng.standard_normal(len(keys)), 0, 100).round(1)
    return Training(
        person=person,
        day=np.maximum(opening, hired - days[0].toordinal()),
        required=required,
        attended=(required * (1 - missed) * 2).round() / 2,
        exam=np.where(keys % 16 == days[-1].month, exam, np.nan),
    )


def make_sales(centre: Centre, organisation: Organisation, attendance: Attendance, quarter: Quarter) -> Sales:
    """Return the outbound work of roles that sell, on days they were present; leaders do not sell."""
    seller = np.zeros((len(organisation.people), len(days_of(quarter))), dtype=np.bool_)
    for stint in organisation.stints:
        role = centre.roles[organisation.teams[stint.team].role]
        if role.sells and not (role.team_leaders and stint.place == 0):
            begin = max((stint.start - quarter.first_day()).days, 0)
            end = seller.shape[1] if stint.end is None else (stint.end - quarter.first_day()).days + 1
            seller[stint.person, begin : max(end, begin)] = True
    rows = np.flatnonzero(attendance.present & seller[attendance.person, attendance.day])
    rng = stream(centre.seed, Purpose.SALES, quarter.year, quarter.number)
    person, day = attendance.person[rows], attendance.day[rows]
    character = draw_character(centre, len(organisation.people))
    hired = np.array([one.hired.toordinal() for one in organisation.people])[person]
    pace = speed_factor((quarter.first_day().toordinal() + day - hired).astype(float), centre.traits)
    contacts = rng.poisson(_CONTACTS * pace * np.exp(0.12 * character.speed[person]))
    offers = rng.binomial(contacts, _OFFERED)
    rate = expit(logit(_SOLD) + 0.25 * character.warmth[person] + 0.15 * rng.standard_normal(len(rows)))
    return Sales(person=person, day=day, contacts=contacts, offers=offers, successes=rng.binomial(offers, rate))

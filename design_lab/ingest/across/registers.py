"""Ratings and complaints against the contacts that they are about."""

from __future__ import annotations

from typing import Any

from design_lab.ingest.across.held import Held, cases


def _with_contact(held: Held, table: str) -> Any:
    """A register's rows, each with who handled the contact that it names."""
    named = held[table].select("interaction_id", "employee_id", on=held[table][_DATED[table]].cast("date"))
    detail = held["interactions"].select("interaction_id", handled_by="employee_id")
    return named.filter(lambda t: t.interaction_id.notnull()).join(detail, "interaction_id", how="left")


_DATED = {"surveys": "rated_at", "complaints": "received_on"}


def rating_without_contact(held: Held) -> Any:
    """A rating belongs to no contact, or to a contact of somebody else."""
    rated = _with_contact(held, "surveys")
    return cases(rated, rated.handled_by.isnull() | (rated.handled_by != rated.employee_id), day="on")


def complaint_of_other(held: Held) -> Any:
    """A complaint names a contact that somebody else handled; one of an earlier quarter cannot be looked up."""
    named = _with_contact(held, "complaints").filter(lambda t: t.handled_by.notnull())
    return cases(named, named.handled_by != named.employee_id, day="on")


def told_before_end(held: Held) -> Any:
    """A person was told of her result on a day on which the quarter had not ended."""
    dated = held["appraisal_results"].filter(lambda t: t.told_on.notnull())
    return cases(dated, dated.told_on <= held.last_day, day="told_on")


def satisfied_share_differs(held: Held) -> Any:
    """The share of satisfied ratings that a file states is not that of the ratings in its days."""
    surveys = held["surveys"]
    rated = surveys.select(
        rated="employee_id", on=surveys.rated_at.date(),
        satisfied=surveys.grade.isin(["very_satisfied", "satisfied"]).cast("int64"),
    )  # fmt: skip
    stated = held["satisfied_x100"]
    stated = stated.mutate(end=stated.period_end.fill_null(stated.date))
    within = [stated.employee_id == rated.rated, rated.on >= stated.date, rated.on <= stated.end]
    both = (
        stated.join(rated, within)
        .group_by(["employee_id", "date", "stated", "slack"])
        .aggregate(ratings=lambda t: t.count(), satisfied=lambda t: t.satisfied.sum())
    )
    apart = (both.stated * both.ratings - both.satisfied * 10_000).abs()
    return cases(both, apart > both.slack * both.ratings)

"""Whether the work fits the people: from sign-in, from hours on duty, or not to be judged, never a silent number."""

import datetime as dt
from types import SimpleNamespace

import pytest

from design_lab.ingest.volume import people_and_volume, volume_of
from design_lab.periods import Quarter

from .test_agreement import DAY, MINUTE, contact, sheet, table

QUARTER = Quarter.parse("2026Q3")
HOUR = 60 * MINUTE


def study(shift_hours=None):
    calendar = SimpleNamespace(month_ends_on=None)
    roles = {"agent": {"en": "agent", "zh": "座席"}, "other": {"en": "other", "zh": "其他"}}
    settings = SimpleNamespace(
        calendar=calendar, shift_hours=shift_hours, occupancy_max=0.9, roles=roles, expected_shares={"agent": 60.0}
    )
    return SimpleNamespace(settings=settings)


def tables(**given):
    staff = [
        {"employee_id": f"E{number}", "role": role, "valid_from": dt.date(2026, 1, 1)}
        for number, role in enumerate(["agent", "agent", "other"], 1)
    ]
    return {name: table(name, rows) for name, rows in {"staff": staff, **given}.items()}


def present(*people, day=DAY):
    return [{"employee_id": person, "date": day, "scheduled": True, "present": True} for person in people]


CALLS = [contact(1, 0, talk_ms=3 * HOUR, wrap_ms=HOUR), contact(2, 5, employee_id="E2", talk_ms=2 * HOUR, wrap_ms=0)]


@pytest.mark.parametrize(
    ("given", "hours", "occupancy", "basis"),
    [
        ({"agent_periods": sheet(signed_in_ms=10 * MINUTE, aux_ms=2 * MINUTE)}, None, 6 / 8, "signed_in"),
        ({"agent_periods": sheet(signed_in_ms=None)}, None, None, "no_hours"),
        ({"agent_periods": sheet(signed_in_ms=None)}, 8, 0.1 / 8, "on_duty"),
        ({"agent_periods": sheet(talk_ms=None, wrap_ms=None, hold_ms=None)}, 8, None, "no_times"),
        ({"interactions": CALLS}, None, None, "no_hours"),
        ({"interactions": CALLS}, 8, 6 / 16, "on_duty"),  # two days with calls
        ({"interactions": CALLS, "attendance": present("E1", "E2", "E3")}, 8, 6 / 16, "on_duty"),  # E3 answers none
        (
            {"interactions": CALLS, "attendance": present("E1", "E2") + present("E1", day=dt.date(2026, 7, 2))},
            8,
            6 / 24,
            "on_duty",
        ),
        ({"interactions": [*CALLS, contact(3, 9, channel="chat", talk_ms=9 * HOUR)]}, 8, 6 / 16, "on_duty"),
        ({"interactions": [contact(1, 0, channel="chat")]}, 8, None, "no_times"),
    ],
)
def test_occupancy_is_handle_time_over_the_hours_that_are_known(given, hours, occupancy, basis):
    found = volume_of(study(hours), QUARTER, tables(**given))
    assert found.basis == basis
    assert found.occupancy == (None if occupancy is None else pytest.approx(occupancy))


def test_without_a_source_of_work_there_is_no_volume():
    assert volume_of(study(), QUARTER, tables()) is None


@pytest.mark.parametrize(
    ("hours", "claim", "said"),
    [
        (
            None,
            "unidentified",
            "cannot be judged: no signed-in times were delivered, and study.yaml states no shift_hours",
        ),
        (8, "accounting", "took 37.5% of the time for which people were on duty (8 hours a day"),
        (
            3.2,
            "accounting",
            "took 93.8% of the time for which people were on duty (3.2 hours a day, as study.yaml states). That is more than the 90%",
        ),
    ],
)
def test_capacity_is_said_with_its_basis_or_with_the_reason_why_not(hours, claim, said):
    made = {finding.id: finding for finding in people_and_volume(study(hours), QUARTER, tables(interactions=CALLS))}
    capacity = made["data.capacity"]
    assert capacity.claim == claim
    assert (capacity.value is None) == (claim == "unidentified")
    assert said in capacity.text["en"]
    assert made["data.contacts_per_day"].value == pytest.approx(2 / 92)


def test_shares_of_staff_that_do_not_sum_to_100_are_said():
    made = {finding.id: finding for finding in people_and_volume(study(), QUARTER, tables())}
    assert made["data.unassigned_share"].value == pytest.approx(1 / 3)
    assert "sum to 60%" in made["data.unassigned_share"].text["en"]

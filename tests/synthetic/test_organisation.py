"""People, positions and ids over the span of a centre."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise

from design_lab.periods import Quarter
from design_lab.synthetic.centre import Centre
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.organisation import Organisation, organise


def heads(organisation: Organisation, day: dt.date) -> Counter[str]:
    return Counter(organisation.teams[stint.team].role for stint in organisation.on(day))


def test_the_large_centre_has_the_heads_that_its_report_states(large: QuarterData) -> None:
    positions = {"customer_service": 180, "technical_support": 60, "marketing": 30, "complaints": 15, "management": 15}
    first = large.centre.first.first_day()
    assert heads(large.organisation, first) == positions
    for quarter in large.centre.quarters:
        found = heads(large.organisation, quarter.last_day())
        assert 288 <= found.total() <= 300
        assert all(positions[role] - found[role] <= max(0.06 * positions[role], 1) for role in positions)


def test_a_fifth_to_a_quarter_of_the_agents_leave_each_year(large: QuarterData) -> None:
    roles = {s.person: large.organisation.teams[s.team].role for s in large.organisation.stints}
    left = [p for i, p in enumerate(large.organisation.people) if p.left and roles[i] == "customer_service"]
    assert 0.17 <= len(left) / 3 / 180 <= 0.30


def test_no_position_is_held_by_two_and_nobody_holds_two(large: QuarterData) -> None:
    by_place, by_person = defaultdict(list), defaultdict(list)
    for stint in large.organisation.stints:
        by_place[stint.team, stint.place].append(stint)
        by_person[stint.person].append(stint)
    for stints in [*by_place.values(), *by_person.values()]:
        for earlier, later in pairwise(sorted(stints, key=lambda s: s.start)):
            assert earlier.end is not None
            assert earlier.end < later.start


def test_an_acd_id_is_used_again_but_never_by_two_at_once(large: QuarterData, centre: Centre) -> None:
    for organisation in (large.organisation, organise(centre)):
        users = defaultdict(list)
        for person in organisation.people:
            if person.acd_id:
                assert len(person.acd_id) == 4
                users[person.acd_id].append(person)
        again = [people for people in users.values() if len(people) > 1]
        assert again
        for people in again:
            for earlier, later in pairwise(sorted(people, key=lambda p: p.ids_from)):
                assert earlier.left is not None
                assert (later.ids_from - earlier.left).days > 30


def test_hr_ids_have_six_digits_and_one_owner(large: QuarterData) -> None:
    ids = [person.hr_id for person in large.organisation.people]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == 6 and one.startswith("0") for one in ids)


def test_a_later_last_quarter_changes_nothing_before_it(quarter: QuarterData) -> None:
    longer = quarter.centre.model_copy(update={"last": Quarter(2027, 1)})
    extended = QuarterData(longer, quarter.quarter)
    assert (extended.calls.start == quarter.calls.start).all()
    assert (extended.calls.handle == quarter.calls.handle).all()
    people = quarter.organisation.people
    assert [p.hr_id for p in extended.organisation.people[: len(people)]] == [p.hr_id for p in people]


def test_some_change_teams_and_a_few_change_roles(large: QuarterData) -> None:
    organisation = large.organisation
    teams, roles = defaultdict(list), defaultdict(list)
    for stint in sorted(organisation.stints, key=lambda s: s.start):
        teams[stint.person].append(stint.team)
        roles[stint.person].append(organisation.teams[stint.team].role)
    moved = [person for person in teams if len(set(teams[person])) > 1]
    changed = [person for person in roles if len(set(roles[person])) > 1]
    assert 10 <= len(moved) <= 40
    assert 3 <= len(changed) <= 15
    assert len({roles[person][-1] for person in changed}) > 1


def test_who_comes_to_the_phone_from_another_role_has_ids_from_that_day(large: QuarterData) -> None:
    organisation, late = large.organisation, 0
    for number, person in enumerate(organisation.people):
        stints = sorted((s for s in organisation.stints if s.person == number), key=lambda s: s.start)
        on_calls = [s.start for s in stints if organisation.teams[s.team].queue is not None]
        assert (person.acd_id is None) == (not on_calls)
        if on_calls:
            assert person.ids_from == on_calls[0]
            late += on_calls[0] > person.hired
    assert late, "the sample must hold people who come to the phone later, or this test shows nothing"

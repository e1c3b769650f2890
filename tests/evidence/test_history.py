"""The history of schemes as a design: what is variation, who adopted when, and who can be compared."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from design_lab.evidence.claim import judged
from design_lab.evidence.draws import fault
from design_lab.evidence.history import weight_history
from design_lab.periods import Quarter
from design_lab.study import Study
from tests.conftest import HISTORY, STUDIES

PILOT = Path(__file__).parents[2] / "data" / "h_bank_pilot"
TEAMS = [f"T{number}" for number in range(1, 9)]
ROLES = dict.fromkeys(TEAMS, "customer_service")


def line(scheme, who, first, last=None, chosen="unknown", draw=None):
    names = who if who == "all" else f"[{', '.join(who)}]"
    ends = f", last_day: {last}" if last else ""
    drawn = f", draw: {draw}" if draw else ""
    return f"  - {{scheme: {scheme}, who: {names}, first_day: {first}{ends}, chosen: {chosen}{drawn}}}\n"


def adopting(teams, day, before, **how):
    """The lines of teams that came under quality_first on a day."""
    return line("current", teams, "2025-04-01", before) + line("quality_first", teams, day, **how)


@pytest.fixture
def study(tmp_path):
    """A study with a history of its own; other scheme files and events where they are passed."""

    def made(*lines, events="[]", schemes=None):
        folder = tmp_path / "small"
        shutil.copytree(STUDIES / "small", folder, ignore=shutil.ignore_patterns("raw", "tables"), dirs_exist_ok=True)
        text = (folder / "study.yaml").read_text(encoding="utf-8")
        for old, new in ((HISTORY, "scheme_history:\n" + "".join(lines)), ("events: []", f"events: {events}")):
            assert old in text
            text = text.replace(old, new)
        (folder / "study.yaml").write_text(text, encoding="utf-8")
        for name, (source, old, new) in (schemes or {}).items():
            content = (folder / "schemes" / f"{source}.yaml").read_text(encoding="utf-8")
            assert old in content
            content = content.replace(old, new).replace(f"name: {source}", f"name: {name}")
            (folder / "schemes" / f"{name}.yaml").write_text(content, encoding="utf-8")
        return Study.open(folder)

    return made


def test_the_sample_pilot_treats_twelve_teams_by_one_draw_and_never_three():
    found = weight_history(Study.open(PILOT))
    assert (len(found.treated), len(found.untreated), found.waiting) == (12, 3, 11)
    assert {str(date): teams for date, teams in found.cohorts.items()} == {"2025Q1": 4, "2025Q3": 4, "2026Q1": 4}
    assert found.how == "randomised"
    assert {one.name for one in found.untreated} == {"客服08组", "客服09组", "客服14组"}
    outside = {one.name for one in found.teams if one.status == "outside"}
    assert outside == {*(f"技术0{n}组" for n in range(1, 6)), *(f"市场0{n}组" for n in range(1, 4)), "投诉组", "综合组"}


def test_an_effect_is_named_by_all_that_was_weighed_otherwise():
    found = weight_history(Study.open(PILOT))
    assert {one.name: (one.before, one.after) for one in found.changes} == {
        "workload": (0.4, 0.25), "service_quality": (0.25, 0.3), "csat": (0.25, 0.3), "teamwork": (0.1, 0.15),
    }  # fmt: skip
    assert not found.rules_too
    assert not found.levels_differ


def test_a_renamed_scheme_is_no_variation(study):
    found = weight_history(
        study(
            line("current", "all", "2025-04-01", "2025-12-31"),
            line("renamed", "all", "2026-01-01"),
            schemes={"renamed": ("current", "name: current", "name: renamed")},
        ),
        roles=ROLES,
    )
    assert found.weight_sets == 1
    assert not found.dates


def test_weights_that_differ_by_role_alone_are_no_variation(study):
    """Two roles under two schemes from first to last: nobody of one role was under other weights."""
    roles = {"A": "customer_service", "B": "customer_service", "C": "technical_support", "D": "technical_support"}
    held = study(line("current", ["A", "B"], "2025-04-01"), line("quality_first", ["C", "D"], "2025-04-01"))
    found = weight_history(held, roles=roles)
    assert found.weight_sets == 1
    assert not found.treated


def test_roles_whose_teams_changed_too_are_named_and_not_estimated(study):
    roles = dict.fromkeys(TEAMS[:5], "customer_service") | dict.fromkeys(TEAMS[5:], "technical_support")
    held = study(
        adopting([*TEAMS[:3], *TEAMS[5:7]], "2026-01-01", "2025-12-31", chosen="randomised", draw="minutes"),
        line("current", [*TEAMS[3:5], TEAMS[7]], "2025-04-01", chosen="randomised", draw="minutes"),
    )
    found = weight_history(held, roles=roles)
    ((named, teams),) = found.roles_apart
    assert (named["zh"], teams) == (held.settings.roles["technical_support"]["zh"], 2)
    assert [one.name for one in found.compared] == TEAMS[:5]
    text = judged(found, effect=None, outcome="csat").findings()[0].text
    assert f"Teams of other roles came under other weights too ({named['en']}: 2)" in text["en"]
    assert f"{named['zh']}：2 个" in text["zh"]
    assert weight_history(held, roles=dict.fromkeys(TEAMS, "customer_service")).roles_apart == ()


def test_other_weights_for_one_role_are_no_change_of_another(study):
    """A scheme that overrides technical support alone: service teams that come under it change nothing."""
    change = ("current", "rules:", "overrides:\n  - role: technical_support\n    dimensions: {workload: {weight: 30, indicators: {calls_per_hour: 100}}, csat: {weight: 35, indicators: {very_satisfied_rate: 100}}}\nrules:")  # fmt: skip
    held = study(
        *[line("current", TEAMS[:4], "2025-04-01", "2025-12-31"), line("technical", TEAMS[:4], "2026-01-01")],
        line("current", TEAMS[4:], "2025-04-01"),
        schemes={"technical": change},
    )
    assert not weight_history(held, roles=ROLES).treated
    assert len(weight_history(held, roles=dict.fromkeys(TEAMS, "technical_support")).treated) == 4


def test_a_team_that_switches_in_mid_quarter_counts_from_that_quarter_and_is_marked(study):
    held = study(adopting(TEAMS[:4], "2026-02-15", "2026-02-14"), line("current", TEAMS[4:], "2025-04-01"))
    found = weight_history(held, roles=ROLES)
    assert found.dates == (Quarter(2026, 1),)
    assert all(one.in_mid_quarter for one in found.treated)
    whole = study(adopting(TEAMS[:4], "2026-01-01", "2025-12-31"), line("current", TEAMS[4:], "2025-04-01"))
    assert not any(one.in_mid_quarter for one in weight_history(whole, roles=ROLES).treated)


def test_a_team_that_went_back_one_that_began_beyond_and_one_unknown_are_not_compared(study):
    held = study(
        adopting(TEAMS[:3], "2026-01-01", "2025-12-31"),
        *[
            line("current", ["T4"], "2025-04-01", "2025-09-30"),
            line("quality_first", ["T4"], "2025-10-01", "2026-03-31"),
        ],
        line("current", ["T4"], "2026-04-01"),
        line("quality_first", ["T5"], "2025-04-01"),
        line("current", ["T6"], "2026-01-01"),
        line("current", ["T7", "T8"], "2025-04-01"),
    )
    status = {one.name: one.status for one in weight_history(held, roles=ROLES).teams}
    assert status == {
        **dict.fromkeys(["T1", "T2", "T3"], "treated"), "T4": "changed_again", "T5": "always", "T6": "unknown",
        **dict.fromkeys(["T7", "T8"], "untreated"),
    }  # fmt: skip


def test_only_teams_that_the_draw_names_are_compared(study):
    held = study(
        adopting(TEAMS[:3], "2026-01-01", "2025-12-31", chosen="randomised", draw="minutes"),
        line("current", TEAMS[3:6], "2025-04-01", chosen="randomised", draw="minutes"),
        line("current", TEAMS[6:], "2025-04-01"),
    )
    found = weight_history(held, roles=ROLES)
    assert [one.name for one in found.compared] == TEAMS[:6]
    assert found.how == "randomised"


@pytest.mark.parametrize(
    ("treated", "kept", "how"),
    [
        ({"chosen": "randomised"}, {}, "unknown"),  # without a draw on record nobody can look it up
        ({"chosen": "randomised", "draw": "minutes"}, {}, "unknown"),  # the draw names nobody who stayed
        ({"chosen": "randomised", "draw": "a"}, {"chosen": "randomised", "draw": "b"}, "unknown"),
        ({"chosen": "chosen"}, {"chosen": "randomised", "draw": "a"}, "chosen"),
        ({"chosen": "unknown"}, {}, "unknown"),
    ],
)
def test_a_draw_that_is_not_on_record_for_both_sides_is_none(study, treated, kept, how):
    held = study(
        adopting(TEAMS[:4], "2026-01-01", "2025-12-31", **treated), line("current", TEAMS[4:], "2025-04-01", **kept)
    )
    found = weight_history(held, roles=ROLES)
    assert found.how == how
    assert (len(found.treated), len(found.untreated)) == (4, 4)


def drawn(teams, draw, *starts):
    """The lines of teams of one draw: two a start, the rest never."""
    lines, left = [], list(teams)
    for first, before in starts:
        lines.append(adopting(left[:2], first, before, chosen="randomised", draw=draw))
        left = left[2:]
    return [*lines, line("current", left, "2025-04-01", chosen="randomised", draw=draw)]


EARLY, LATE = ("2025-10-01", "2025-09-30"), ("2026-01-01", "2025-12-31")


def test_several_draws_that_each_tell_are_drawn_and_teams_belong_to_their_own(study):
    found = weight_history(study(*drawn(TEAMS[:4], "a", EARLY), *drawn(TEAMS[4:], "b", LATE)), roles=ROLES)
    assert (found.how, found.draws, found.by_draw) == ("randomised", ("a", "b"), True)
    rows = found.panel(pd.DataFrame({"team": TEAMS, "quarter": "2026Q1"}))
    assert rows["draw"].tolist() == ["a"] * 4 + ["b"] * 4
    one = weight_history(study(*drawn(TEAMS, "a", EARLY)), roles=ROLES)
    assert (one.how, one.by_draw) == ("randomised", False)
    assert "draw" not in one.panel(rows.drop(columns="draw"))


def test_a_draw_that_moved_all_its_teams_at_once_stands_outside(study):
    everybody = adopting(TEAMS[4:], *LATE, chosen="randomised", draw="b")
    found = weight_history(study(*drawn(TEAMS[:4], "a", EARLY), everybody), roles=ROLES)
    assert ([one.name for one in found.compared], found.how) == (TEAMS[:4], "randomised")


@pytest.mark.parametrize(("pool", "how"), [(TEAMS[2:], "randomised"), (TEAMS[2:6], "unknown")])
def test_a_second_draw_among_all_who_were_left_is_one_lot_and_among_some_it_is_none(study, pool, how):
    """Of eight two change in the first draw; the second takes two of the six left, or of four that somebody picked."""
    waves = [
        adopting(TEAMS[:2], *EARLY, chosen="randomised", draw="a"),
        line("current", TEAMS[2:], "2025-04-01", "2025-12-31", chosen="randomised", draw="a"),
        line("quality_first", TEAMS[2:4], "2026-01-01", chosen="randomised", draw="b"),
        line("current", pool[2:], "2026-01-01", chosen="randomised", draw="b"),
    ]
    rest = [one for one in TEAMS[4:] if one not in pool]
    waves += [line("current", rest, "2026-01-01", chosen="randomised", draw="a")] if rest else []
    found = weight_history(study(*waves), roles=ROLES)
    assert (found.how, found.draws) == (how, ("a",))
    assert fault(found.compared) == (None if how == "randomised" else "redrawn_in_part")


def test_a_wave_that_was_chosen_after_one_that_was_drawn_is_not_drawn(study):
    waves = [
        *drawn(TEAMS[:4], "a", EARLY),
        line("current", TEAMS[4:], "2025-04-01", "2025-12-31", chosen="randomised", draw="a"),
        line("quality_first", TEAMS[4:6], "2026-01-01", chosen="chosen"),
        line("current", TEAMS[6:], "2026-01-01", chosen="randomised", draw="a"),
    ]
    assert weight_history(study(*waves), roles=ROLES).how == "chosen"


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        ("[{what: AI, who: [T1, T2], first_day: 2026-02-01}]", ("AI",)),
        ("[{what: AI, who: all, first_day: 2026-02-01}]", ()),
        ("[{what: AI, who: [X1], first_day: 2026-02-01}]", ()),
        ("[{what: AI, who: [T1, T2], first_day: 2025-01-01}]", ()),  # was there before the first quarter and stayed
        ("[{what: AI, who: [T5], first_day: 2025-01-01, last_day: 2026-05-01}]", ("AI",)),
    ],
)
def test_events_that_turn_for_some_teams_alone_are_named(study, event, seen):
    held = study(
        adopting(TEAMS[:4], "2026-01-01", "2025-12-31"), line("current", TEAMS[4:], "2025-04-01"), events=event
    )
    assert weight_history(held, roles=ROLES).events == seen

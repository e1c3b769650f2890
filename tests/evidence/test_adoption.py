"""The effect of adoption: by hand, by a second road, under what must change nothing, and what is refused."""

import itertools

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import View, number
from design_lab.errors import DataError
from design_lab.evidence.adoption import adoption, assignments
from design_lab.finding import words_of_cause
from tests.evidence.panels import generator, library_slope, panel, told

WAVES = [4] * 4 + [6] * 4 + [8] * 4 + [99] * 3


def test_by_hand():
    """Two teams adopt in quarter 1, one never: 5 and 7 up against 1 up, in quarter 2 by 6 and 8 against 3."""
    rows = [("A", 0, 10.0, 1), ("A", 1, 15.0, 1), ("A", 2, 16.0, 1), ("B", 0, 20.0, 1), ("B", 1, 27.0, 1),
            ("B", 2, 28.0, 1), ("C", 0, 5.0, None), ("C", 1, 6.0, None), ("C", 2, 8.0, None)]  # fmt: skip
    found = adoption(pd.DataFrame(rows, columns=["team", "quarter", "csat", "start"]), **told())
    assert {event.time: event.value for event in found.events} == {0: 5.0, 1: 4.0}
    assert found.value == 4.5
    assert found.estimate is None, "without the only team that never adopts there is nobody to compare with"


def test_effects_that_grow_are_averaged_as_they_are_where_two_way_effects_are_not():
    """Effects 1 and .5 more a quarter: the mean over treated cells by arithmetic; two-way fixed effects miss it."""
    frame = panel(generator(), WAVES, noise=0.0, growth=0.5)
    cells = [1 + 0.5 * (quarter - start) for start in WAVES if start < 12 for quarter in range(start, 12)]
    assert adoption(frame, **told()).value == pytest.approx(np.mean(cells))
    treated = frame.assign(treated=(frame["quarter"] >= frame["start"]).astype(float))
    two_way = library_slope("csat ~ treated | team + quarter", treated)
    assert abs(two_way - np.mean(cells)) > 0.3


def test_each_unit_left_out_is_the_estimate_without_its_rows():
    frame = panel(generator(), WAVES)
    found = adoption(frame, **told())
    less = [adoption(frame[frame["team"] != team], **told()).value for team in sorted(frame["team"].unique())]
    error = np.sqrt(14 / 15 * np.sum((np.array(less) - found.value) ** 2))
    assert found.estimate.standard_error == pytest.approx(error)
    assert found.estimate.low < 1 < found.estimate.high


def test_levels_and_common_shocks_change_nothing_and_the_order_of_rows_neither():
    frame = panel(generator(), WAVES)
    moved = frame.assign(csat=frame["csat"] + frame["team"].str[1:].astype(int) ** 2 + np.sin(frame["quarter"]))
    shuffled = moved.sample(frac=1, random_state=1)
    assert adoption(shuffled, **told()).value == pytest.approx(adoption(frame, **told()).value)


def test_an_effect_that_is_added_moves_the_estimate_and_both_intervals_by_it():
    frame = panel(generator(), WAVES)
    more = frame.assign(csat=frame["csat"] + 3.0 * (frame["quarter"] >= frame["start"]))
    one, other = (adoption(each, **told(), rng=np.random.default_rng(1)) for each in (frame, more))
    assert other.value - one.value == pytest.approx(3)
    assert other.estimate.low - one.estimate.low == pytest.approx(3)
    assert np.subtract(other.lot.interval, one.lot.interval) == pytest.approx([3, 3], abs=1e-2)


def test_weights_count_a_unit_as_if_it_were_there_several_times():
    frame = panel(generator(), [4, 4, 4, 99, 99, 99])
    twice = pd.concat([frame, frame[frame["team"] == "T00"].assign(team="T00b")])
    weighed = frame.assign(size=np.where(frame["team"] == "T00", 2.0, 1.0))
    assert adoption(weighed, **told(), weights="size").value == pytest.approx(adoption(twice, **told()).value)


def test_six_teams_can_give_no_p_below_a_tenth_and_so_no_interval_by_lot():
    """20 ways to draw three of six, each with its mirror image."""
    found = adoption(panel(generator(), [4, 4, 4, 99, 99, 99], effect=50), **told(), rng=generator())
    assert (found.lot.draws, found.lot.exact) == (20, True)
    assert found.lot.p == found.lot.least_p == pytest.approx(0.1)
    assert found.lot.interval is None


def mean_effect(paths, dates):
    """Every treated cell's change since the period before adoption less that of teams not yet treated, averaged."""
    cells = []
    for path, date in zip(paths, dates, strict=True):
        for quarter in range(date, len(path)):
            waiting = [
                other[quarter] - other[date - 1] for other, its in zip(paths, dates, strict=True) if its > quarter
            ]
            cells += [path[quarter] - path[date - 1] - np.mean(waiting)] if waiting else []
    return np.mean(cells)


def test_six_teams_by_enumeration():
    """All 60 ways to deal two dates to six teams, each estimated anew with its own jackknife error."""
    starts = [4, 4, 6, 99, 99, 99]
    frame = panel(generator(), starts, effect=0.4)
    paths = frame.pivot(index="team", columns="quarter", values="csat").to_numpy()
    found, t = adoption(frame, **told(), rng=generator()), []
    for dates in sorted(set(itertools.permutations(starts))):
        value = mean_effect(paths, dates)
        less = [mean_effect(np.delete(paths, one, axis=0), np.delete(dates, one)) for one in range(6)]
        t.append(value / np.sqrt(5 / 6 * np.sum((np.array(less) - value) ** 2)))
    assert found.value == pytest.approx(mean_effect(paths, starts))
    assert (len(t), found.lot.draws, found.lot.exact) == (60, 60, True)
    assert found.lot.p == pytest.approx(np.mean(np.abs(t) >= abs(t[0]) * (1 - 1e-9)))


def test_every_assignment_is_tried_once_where_there_are_few():
    drawn, exact = assignments(np.array([3, 3, 5, 9]), generator(), 10)
    assert exact
    assert len(drawn) == len({tuple(row) for row in drawn}) == 12
    assert {tuple(sorted(row)) for row in drawn} == {(3, 3, 5, 9)}


def in_two_draws(starts, lots, *, drift=0.0, **how):
    """A panel whose second draw moves by `drift` a quarter more than the first."""
    frame = panel(generator(), starts, **how)
    frame["draw"] = frame["team"].map({f"T{team:02d}": lot for team, lot in enumerate(lots)})
    return frame.assign(csat=frame["csat"] + drift * frame["quarter"] * (frame["draw"] == "b"))


def test_two_draws_by_enumeration_each_within_itself():
    """Two of four and one of three: 6 x 3 assignments, the effect the mean over treated cells of both draws."""
    starts, lots = [4, 4, 99, 99, 6, 99, 99], "aaaabbb"
    frame = in_two_draws(starts, lots, effect=0.4)
    paths = frame.pivot(index="team", columns="quarter", values="csat").to_numpy()

    def within(kept, dates):
        cells, weights = [], []
        for lot in (one for one in ("a", "b") if len({dates[team] for team in kept if lots[team] == one}) > 1):
            own = [team for team in kept if lots[team] == lot]
            cells.append(mean_effect(paths[own], [dates[team] for team in own]))
            weights.append(sum(max(12 - dates[team], 0) for team in own))
        return np.average(cells, weights=weights)

    found, t = adoption(frame, **told(), drawn="draw", rng=generator()), []
    firsts, seconds = (sorted(set(itertools.permutations(part))) for part in (starts[:4], starts[4:]))
    for dates in ([*one, *other] for one in firsts for other in seconds):
        value = within(range(7), dates)
        less = [within([team for team in range(7) if team != one], dates) for one in range(7)]
        t.append(value / np.sqrt(6 / 7 * np.sum((np.array(less) - value) ** 2)))
    assert found.value == pytest.approx(within(range(7), starts))
    assert (found.lot.draws, found.lot.exact) == (18, True)
    assert found.lot.p == pytest.approx(np.mean(np.abs(t) >= abs(t[0]) * (1 - 1e-9)))
    assert found.lot.least_p == pytest.approx(np.mean(np.abs(t) >= np.max(np.abs(t)) * (1 - 1e-9)))
    assert found.lot.least_p > adoption(frame, **told(), rng=generator()).lot.least_p


def test_draws_with_other_trends_and_shares_of_treated_are_not_mixed():
    """Three of four teams of one draw and one of five of the other: their trends part, which is no effect."""
    starts = [5, 5, 5, 99, 7, 99, 99, 99, 99]
    frame = in_two_draws(starts, "aaaabbbbb", drift=0.5, effect=1.0, noise=0.0)
    mixed, apart = adoption(frame, **told()), adoption(frame, **told(), drawn="draw")
    assert abs(mixed.value - 1) > 0.3
    assert apart.value == pytest.approx(1)
    assert [event.value for event in apart.events] == pytest.approx([float(event.time >= 0) for event in apart.events])
    assert [(cohort.units, round(cohort.value, 9)) for cohort in apart.cohorts] == [(3, 1.0), (1, 1.0)]


def test_one_draw_by_name_is_no_draw_named():
    frame = in_two_draws(WAVES, "a" * len(WAVES))
    one, other = (adoption(frame, **told(), **more, rng=generator()) for more in ({}, {"drawn": "draw"}))
    assert numbers_of(one) == numbers_of(other)


def test_the_mix_of_doses_is_told_with_the_mean_over_it():
    frame = panel(generator(), WAVES)
    treated = frame["start"].notna()
    plain = adoption(frame.assign(points=np.where(treated, 15.0, np.nan)), **told(), dose="points")
    assert plain.doses == (("15", treated.groupby(frame["team"]).first().sum()),)
    assert "doses_differ" not in plain.limits
    points = np.where(treated, np.where(frame["team"] < "T02", 5.0, 15.0), np.nan)
    mixed = adoption(frame.assign(points=points), **told(), dose="points")
    assert dict(mixed.doses)["5"] == 2
    assert mixed.value == plain.value
    assert "doses_differ" in mixed.limits
    assert "5 by 2" in mixed.text["en"]
    assert "5（2个）" in mixed.text["zh"]
    assert adoption(frame, **told()).doses == ()
    with pytest.raises(DataError, match=r"points is missing of team T00, which adopts"):
        adoption(frame.assign(points=np.nan), **told(), dose="points")
    with pytest.raises(DataError, match=r"points changes within team T00"):
        adoption(frame.assign(points=frame["quarter"] * 1.0), **told(), dose="points")


def numbers_of(found):
    return found.value, found.estimate, found.lot, found.events, found.cohorts


def test_dates_change_hands_within_a_draw_alone_where_there_are_too_many_to_try_all():
    adopted, lots = np.array([3] * 6 + [9] * 6 + [5] * 4 + [9] * 8), np.array([0] * 12 + [1] * 12)
    drawn, exact = assignments(adopted, generator(), 50, lots)
    assert (drawn.shape, exact) == ((50, 24), False)
    for lot in (0, 1):
        assert {tuple(sorted(row)) for row in drawn[:, lots == lot]} == {tuple(sorted(adopted[lots == lot]))}


def test_a_unit_of_two_draws_or_of_none_is_refused():
    frame = in_two_draws(WAVES, "a" * len(WAVES))
    with pytest.raises(DataError, match=r"draw changes within team T00; it must be one value a unit"):
        adoption(frame.assign(draw=np.where(frame.index == 3, "b", "a")), **told(), drawn="draw")
    with pytest.raises(DataError, match=r"draw is missing in 1 of"):
        adoption(frame.assign(draw=frame["draw"].where(frame.index != 3)), **told(), drawn="draw")


def test_placebo_effects_stand_on_the_footing_of_the_effects():
    found = adoption(panel(generator(), WAVES, noise=0.0), **told())
    before = [event.value for event in found.events if event.time < 0]
    assert before == pytest.approx([0.0] * len(before), abs=1e-9)
    assert -1 not in {event.time for event in found.events}


def test_units_not_there_throughout_and_those_always_treated_are_left_out_by_name():
    frame = panel(generator(), [*WAVES, 0])
    found = adoption(frame.drop(frame[(frame["team"] == "T14") & (frame["quarter"] == 3)].index), **told())
    assert (found.left_out, found.always) == (("T14",), ("T15",))
    assert "units_left_out" in found.limits


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda frame: frame.assign(csat=1.0), r"csat is the same in every row; there is nothing to explain"),
        (
            lambda frame: frame[frame["team"] == "T00"],
            r"of team, 1 are there in every period; an interval needs at least 3",
        ),
        (lambda frame: frame.assign(start=4), r"every team adopts at once; there is nobody to compare with"),
        (lambda frame: frame.assign(start=None), r"no team adopts within the panel after its first period"),
        (lambda frame: frame.assign(start=0), r"of team, 0 are there|no team adopts"),
        (lambda frame: pd.concat([frame, frame]), r"180 rows repeat a team and quarter, first T00, 0; average them"),
        (
            lambda frame: frame.assign(start=frame["start"].where(frame["quarter"] > 2)),
            r"start changes within team T00",
        ),
        (lambda frame: frame.assign(csat=frame["csat"].where(frame.index != 7)), r"csat is missing in 1 of 180 rows"),
        (lambda frame: frame.assign(csat=np.inf), r"csat holds an infinite number"),
        (lambda frame: frame.assign(csat="high"), r"csat holds .*; it must hold numbers"),
        (lambda frame: frame.rename(columns={"csat": "cast"}), r"no column 'csat'; .*cast"),
    ],
)
def test_what_is_refused(change, says):
    with pytest.raises(DataError, match=says):
        adoption(change(panel(generator(), WAVES)), **told())


def test_when_the_first_adopt_everybody_else_has():
    frame = panel(generator(), [0, 0, 4, 4, 4])
    with pytest.raises(DataError, match=r"every team adopts at once"):
        adoption(frame, **told())


def test_shuffled_outcomes_show_an_effect_no_more_often_than_chance():
    """The lot's own test on 40 panels of pure noise: p is spread evenly."""
    rng = generator()
    p = [adoption(panel(rng, [4] * 4 + [99] * 4, effect=0), **told(), rng=rng).lot.p for _ in range(40)]
    assert 0.3 < np.mean(p) < 0.7


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("starts", [WAVES, [4, 4, 99]])
def test_it_says_its_own_numbers_and_its_limits_in_both_languages(lang, starts):
    found = adoption(panel(generator(), starts), **told(), rng=generator())
    text = found.text[lang]
    assert number(found.value, "effect", lang) in text
    assert number(found.lot.least_p, "effect", lang) in text
    assert (found.estimate is None) is (starts != WAVES)
    if found.estimate:
        assert number(found.estimate.low, "effect", lang) in text
    assert words_of_cause(text) == []
    assert all(words(lang).say(f"limit.{limit}") for limit in found.limits)
    shown = View(result=found, lang=lang).frame()
    assert len(shown) == len(found.events)
    assert "time" not in shown.columns

"""The analysis plan: written once, refused when changed or not followed, and its rules applied by hand."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
import yaml

from design_lab.errors import ForecastError, StudyError
from design_lab.evidence.adoption import adoption
from design_lab.evidence.claim import judged
from design_lab.evidence.weight_effect import WeightEffect
from design_lab.expected import analysis_plan, lot, read_plan
from design_lab.expected.carried_out import decided, refuse_other
from design_lab.expected.pilot import Design
from design_lab.expected.plan import FILE
from design_lab.periods import Quarter
from tests.evidence.panels import generator, panel, told
from tests.evidence.test_claim import past
from tests.expected.pilots import EVERYBODY, LAST, moved, named, rates, study_of

BEGINS, TODAY = Quarter(2026, 4), dt.date(2026, 9, 15)
STATED = {"least_effects": {"csat": 1.0}, "volume_margin": 0.03}
DESIGN = Design(kind="stepped", teams=12, before=1, after=3)


def drawn(design=DESIGN, seed=4):
    known = rates(named(design.teams)).groupby("team")[["csat", "qa_score"]].mean()
    return lot(known, design, seed=seed)


def plan_of(study, **changed):
    given = {"scheme": "quality_first", "begins": BEGINS, "seed": 11, "written_on": TODAY} | changed
    return analysis_plan(study, drawn(), **given)


@pytest.fixture
def study(tmp_path):
    return study_of(tmp_path / "planned", pilot=STATED)


def test_the_plan_holds_the_lot_the_looks_and_what_the_study_states(study):
    made = plan_of(study, looks=[Quarter(2027, 1)])
    assert made.looks == ("2027Q1", "2027Q2")
    assert sorted(made.starts.values()) == ["2026Q4"] * 4 + ["2027Q1"] * 4 + ["2027Q2"] * 4
    assert (made.least_effect, made.volume_margin, made.better) == (1.0, 0.03, "higher")
    assert (made.baseline, made.draw, made.begins) == ("current", drawn().record, BEGINS)


def test_a_plan_is_read_as_it_was_written_and_one_that_was_changed_is_refused(study, tmp_path):
    made = plan_of(study)
    path = made.write(tmp_path)
    assert read_plan(path) == made
    assert made.write(tmp_path) == path  # the same plan again
    with pytest.raises(ForecastError, match="holds another plan"):
        plan_of(study, seed=12).write(tmp_path)
    written = path.read_text(encoding="utf-8")
    for key, value in {"least_effect": 0.1, "seed": 12, "volume_margin": 0.2, "looks": ["2027Q3"]}.items():
        content = yaml.safe_load(written) | {key: value}
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        with pytest.raises(ForecastError, match="was changed after it was written: it states digest"):
            read_plan(path)
    path.write_text(written.replace(made.digest, "0" * 64), encoding="utf-8")
    with pytest.raises(ForecastError, match="was changed after it was written"):
        read_plan(path)
    path.write_text(written.replace("seed:", "sead:"), encoding="utf-8")
    with pytest.raises(StudyError, match="sead: is not a known key"):
        read_plan(path)


def test_the_order_of_keys_and_a_comment_are_no_change(study, tmp_path):
    path = plan_of(study).write(tmp_path)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    turned = yaml.safe_dump(dict(reversed([*content.items()])), allow_unicode=True, sort_keys=False)
    path.write_text(f"# agreed on by the works council\n{turned}", encoding="utf-8")
    assert read_plan(path) == plan_of(study)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"written_on": dt.date(2026, 10, 1)}, "the pilot begins on 2026-10-01; write its plan before that day"),
        ({"looks": [Quarter(2026, 3)]}, "looks: must be in order of time, none before 2026Q4"),
        ({"looks": [Quarter(2027, 2)]}, "looks: must be in order of time"),
    ],
)
def test_what_cannot_be_planned_is_refused(study, changed, said):
    with pytest.raises(ForecastError, match=said):
        plan_of(study, **changed)


def test_without_a_least_effect_there_is_no_plan_and_the_key_is_named(tmp_path):
    bare = study_of(tmp_path / "bare")
    with pytest.raises(ForecastError, match=r"pilot.least_effects.csat: is missing"):
        plan_of(bare)
    assert plan_of(bare, least_effect=0.7).volume_margin is None


def lines(first=-1):
    """The lot's own lines of history, its quarters of observation beginning so many quarters from the first change."""
    return drawn().history("quality_first", "current", [BEGINS.plus(first + step).first_day() for step in range(4)])


def followed(folder, history):
    """A study with data up to the last look, whose teams were moved by these lines."""
    quarters = tuple(LAST.plus(step) for step in range(-4, 4))
    return study_of(folder / "planned", history=(*EVERYBODY, *history), quarters=quarters, pilot=STATED)


def test_a_history_that_is_not_the_plans_is_refused_by_team_and_day(study, tmp_path):
    made, look = plan_of(study), Quarter(2027, 2)
    refuse_other(followed(tmp_path / "a", lines()), made, look)
    with pytest.raises(ForecastError, match=r"by the plan team T\d\d is under quality_first on 2027-04-01"):
        refuse_other(followed(tmp_path / "b", lines(first=0)), made, look)
    with pytest.raises(ForecastError, match=r"looks at the data of 2027Q2 and not of 2027Q1"):
        refuse_other(followed(tmp_path / "c", lines()), made, Quarter(2027, 1))
    with pytest.raises(ForecastError, match="the plan is of study planned, and this is other"):
        refuse_other(study_of(tmp_path / "other"), made, look)
    with pytest.raises(ForecastError, match="it was named before looking and stays"):
        refuse_other(study, made.model_copy(update={"primary_outcome": "qa_score"}), look)


def test_a_team_that_was_moved_before_its_turn_is_refused(study, tmp_path):
    made = plan_of(study)
    hasty = next(team for team, at in made.starts.items() if at == "2027Q2")
    rest = [one | {"who": [team for team in one["who"] if team != hasty]} for one in lines()]
    with pytest.raises(ForecastError, match=f"by the plan team {hasty} is under current on 2027-03-31"):
        refuse_other(followed(tmp_path / "a", [*rest, *moved([hasty], BEGINS)]), made, Quarter(2027, 2))


def seen(value, p, *, low=None, high=None, how="randomised"):
    """An estimate as the plan's rules read it."""
    starts = (5, 5, 5, 5, None, None, None, None)
    frame = panel(generator(), [99 if at is None else at for at in starts], effect=1.0)
    made = replace(adoption(frame, **told(), rng=np.random.default_rng(1), draws=99), value=value)
    claim = judged(past(starts, how=how, draw="minutes" if how == "randomised" else None), effect=made, outcome="csat")
    ends = None if low is None else (low, high)
    return WeightEffect(outcome="csat", unit="pp", claim=claim, adoption=made, interval=ends, p=p)


KEPT, OPEN, GONE = (-0.01, 0.02), (-0.05, 0.01), (-0.09, -0.04)  # of volume, with a margin of .03


@pytest.mark.parametrize(
    ("look", "estimate", "lost", "verdict", "rule"),
    [
        ("2027Q2", (1.4, 0.01, 0.4, 2.4), KEPT, "go", "gain"),
        ("2027Q2", (1.4, 0.01, 0.4, 2.4), OPEN, "no_go", "volume_not_shown"),
        ("2027Q2", (1.4, 0.01, 0.4, 2.4), None, "no_go", "volume_not_shown"),
        ("2027Q2", (1.4, 0.01, 0.4, 2.4), GONE, "no_go", "volume_lost"),
        ("2027Q2", (-1.4, 0.01, -2.4, -0.4), KEPT, "no_go", "harm"),
        ("2027Q2", (0.4, 0.30, -0.4, 1.2), KEPT, "no_go", "not_told"),
        ("2027Q2", (0.1, 0.80, -0.7, 0.9), KEPT, "no_go", "too_small"),
        ("2027Q1", (1.4, 0.01, 0.4, 2.4), KEPT, "go_on", "next_look"),
        ("2027Q1", (1.4, 0.001, 0.6, 2.2), KEPT, "go", "gain"),
        ("2027Q1", (1.4, 0.001, 0.6, 2.2), OPEN, "go_on", "next_look"),
        ("2027Q1", (-1.4, 0.001, -2.2, -0.6), OPEN, "no_go", "harm"),
        ("2027Q1", (0.1, 0.80, -0.7, 0.9), GONE, "no_go", "volume_lost"),
    ],
)
def test_the_rules_give_go_no_go_or_go_on(study, look, estimate, lost, verdict, rule):
    made = plan_of(study, looks=[Quarter(2027, 1)])
    value, p, low, high = estimate
    assert decided(made, Quarter.parse(look), seen(value, p, low=low, high=high), lost) == (verdict, rule)


def test_of_an_outcome_that_is_better_lower_a_fall_is_the_gain(study):
    made = plan_of(study).model_copy(update={"better": "lower"})
    assert decided(made, Quarter(2027, 2), seen(-1.4, 0.01, low=-2.4, high=-0.4), KEPT) == ("go", "gain")
    assert decided(made, Quarter(2027, 2), seen(1.4, 0.01, low=0.4, high=2.4), KEPT) == ("no_go", "harm")


def test_what_cannot_be_told_as_an_effect_has_no_verdict(study):
    made, given = plan_of(study), {"low": 0.4, "high": 2.4}
    assert decided(made, Quarter(2027, 2), replace(seen(1.4, 0.01, **given), adoption=None), KEPT)[0] == "cannot_say"
    assert decided(made, Quarter(2027, 2), seen(1.4, 0.01, how="chosen", **given), KEPT)[0] in ("cannot_say", "go")


def test_the_plans_file_has_a_name_of_its_own(study, tmp_path):
    assert plan_of(study).write(tmp_path).name == FILE == "pilot_plan.yaml"

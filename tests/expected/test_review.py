"""The review: what is due, why some of it is closed unscored, and what is written down for good."""

import datetime as dt
import json

import numpy as np
import pytest
from scipy import stats

from design_lab.errors import LedgerError
from design_lab.expected import review, write_scores
from design_lab.expected.due import CLOSED
from design_lab.expected.scores import PROBABILITIES, crps
from design_lab.ledger import FILE, append, read_ledger
from design_lab.periods import Quarter
from design_lab.study import Study, project_root
from tests.expected.worlds import TEAMS, named_schemes, study_with, teams_of

NORMAL = stats.norm.ppf(PROBABILITIES)
TODAY = dt.date(2025, 1, 20)
BEFORE = {"scheme": "current", "who": "all", "first_day": "2023-01-01", "last_day": "2023-12-31"}
ADOPTED = {"scheme": "quality_first", "who": "all", "first_day": "2024-01-01"}
RATES = {team: [0.80] * 4 + [0.84, 0.85, 0.86, 0.87] for team in TEAMS}  # 2023Q1 to 2024Q4


@pytest.fixture
def settings():
    return Study.open(project_root() / "tests" / "studies" / "small").settings


@pytest.fixture
def study(settings, tmp_path, monkeypatch):
    named_schemes(monkeypatch, "current", "quality_first")
    return study_with(tmp_path, settings, [BEFORE, ADOPTED])


def frozen(middle=0.85, *, horizon=1, **more):
    """A frozen line as `freeze` writes it: adopted in 2024Q1, known to the end of 2023."""
    starts = Quarter(2024, 1)
    scheme = "quality_first" if more.get("adopted", True) else "current"
    return {
        "kind": "frozen", "frozen_on": "2024-01-10", "decision": "adopted by the board", "starts": str(starts),
        "target": str(starts.plus(horizon - 1)), "horizon": horizon, "elapsed_days": 9, "data_cutoff": "2023-12-31",
        "last_known": "2023Q4", "scheme": scheme, "fingerprint": f"print of {scheme}", "adopted": True,
        "outcome": "csat", "role": "agents", "unit": "share", "better": "higher",
        "finding": {"text": {"en": "said"}}, "predictive": told(middle),
        "references": {"random_walk": told(0.8)["quantiles"], "seasonal_naive": None},
    } | more  # fmt: skip


def told(middle, spread=0.01):
    return {"quantiles": [float(one) for one in middle + spread * NORMAL]}


def reviewed(study, contents, *, period="2024Q4", teams=None):
    if contents:
        append(study.folder / FILE, contents)
    return review(study, teams or teams_of(RATES), Quarter.parse(period))


def states(found):
    return [one.state for one in found.lines]


def by_id(found):
    return {finding.id: finding for finding in found.findings()}


def test_nothing_frozen_is_a_sentence(study):
    said = by_id(reviewed(study, []))
    assert {id: finding.value for id, finding in said.items()} == {
        "review.due": None, "review.coverage": None, "review.crps_skill": None,
    }  # fmt: skip
    assert "holds no frozen forecast" in said["review.due"].text["en"]


def test_what_is_not_due_waits(study):
    found = reviewed(study, [frozen(horizon=3), frozen(horizon=4)], period="2024Q2")
    assert states(found) == ["waiting", "waiting"]
    due = by_id(found)["review.due"]
    assert (due.value, due.n, due.claim) == (0, 2, "accounting")
    assert "the first forecasts speak of 2024Q3" in due.text["en"]


def test_a_line_is_scored_by_what_was_published_by_hand(study):
    found = reviewed(study, [frozen(0.85), frozen(0.83, adopted=False)])
    first = found.lines[0]
    assert (first.state, first.came.teams, first.came.of_teams, first.came.people) == ("scored", 4, 4, 24)
    assert first.came.value == pytest.approx(0.84)
    assert first.score.crps == pytest.approx(crps(told(0.85)["quantiles"], 0.84))
    assert first.score.apart == pytest.approx(-1.0, rel=1e-3)
    # The line without a change is what the adopted one is held against, and is not scored itself.
    assert first.score.references["no_change"][0] == pytest.approx(crps(told(0.83)["quantiles"], 0.84))
    assert states(found) == ["scored", "not_in_force"]
    assert found.table()["came"].tolist()[0] == pytest.approx(0.84)
    assert found.to_text("en")["came"].tolist() == ["84.0%", "–"]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"last_known": "2024Q1"}, "too_late"),
        ({"data_cutoff": "2024-03-31"}, "too_late"),
        ({"predictive": None}, "nothing_said"),
        ({"fingerprint": "another"}, "changed_scheme"),
        ({"scheme": "deleted_since"}, "changed_scheme"),
        ({"scheme": "current", "fingerprint": "print of current"}, "not_in_force"),
        ({"role": "nobody"}, "not_in_force"),
        ({"outcome": "transfers"}, "not_counted"),
    ],
)
def test_why_a_line_is_closed_unscored(study, change, state):
    found = reviewed(study, [frozen() | change])
    assert states(found) == [state]
    said = by_id(found)
    assert said[f"review.closed.{state}"].value == 1
    assert said["review.coverage"].value is None
    assert "none is scored" in said["review.coverage"].text["en"]


def test_a_scheme_put_in_force_later_than_said_closes_its_forecasts(settings, tmp_path, monkeypatch):
    named_schemes(monkeypatch, "quality_first")
    late = study_with(tmp_path, settings, [BEFORE | {"last_day": "2024-02-14"}, ADOPTED | {"first_day": "2024-02-15"}])
    assert states(reviewed(late, [frozen(), frozen(horizon=2)])) == ["not_in_force", "not_in_force"]


def test_teams_that_did_not_adopt_are_not_counted(settings, tmp_path, monkeypatch):
    named_schemes(monkeypatch, "current", "quality_first")
    history = [{"scheme": "current", "who": "all", "first_day": "2023-01-01"}, ADOPTED | {"who": ("A", "B")}]
    rates = RATES | {team: [0.80] * 8 for team in ("C", "D")}
    found = reviewed(study_with(tmp_path, settings, history), [frozen(), frozen(adopted=False)], teams=teams_of(rates))
    assert [(one.came.value, one.came.teams) for one in found.lines] == [
        (pytest.approx(0.84), 2),
        (pytest.approx(0.8), 2),
    ]


def test_too_few_people_are_not_told(settings, tmp_path, monkeypatch):
    named_schemes(monkeypatch, "quality_first")
    assert states(reviewed(study_with(tmp_path, settings, [BEFORE, ADOPTED], k=25), [frozen()])) == ["few_people"]


def test_freezing_again_before_new_data_takes_the_place_of_the_first_and_after_them_does_not(study):
    again, later = frozen(0.86), frozen(0.87, horizon=2) | {"last_known": "2024Q1", "data_cutoff": "2024-03-31"}
    assert states(reviewed(study, [frozen(), again, frozen(horizon=2), later])) == [
        "superseded", "scored", "scored", "scored",
    ]  # fmt: skip


def test_a_line_frozen_when_the_outcome_was_known_takes_no_place(study):
    cheat = frozen(0.84) | {"data_cutoff": "2024-06-30"}
    assert states(reviewed(study, [frozen(0.80), cheat])) == ["scored", "too_late"]


def test_frozen_after_the_quarter_had_ended_is_said(study):
    said = by_id(reviewed(study, [frozen() | {"frozen_on": "2024-04-03"}]))
    assert any("after their quarter had ended" in limit for limit in said["review.coverage"].limits)


def test_too_few_are_due_to_judge(study):
    said = by_id(reviewed(study, [frozen(horizon=horizon) for horizon in (1, 2, 3)]))
    assert said["review.due"].value == 3
    for id in ("review.coverage", "review.crps_skill", "review.crps_skill.random_walk"):
        assert (said[id].value, said[id].claim) == (None, "unidentified")
    assert "3 forecasts of 3 quarters" in said["review.coverage"].text["en"]


def test_enough_forecasts_are_judged_with_their_intervals(study):
    """Three roles' worth of lines in each of four quarters; the truth lies a standard deviation above each."""
    contents = [
        frozen(0.83 + 0.01 * horizon - 0.01, horizon=horizon, adopted=adopted, decision=f"decision {number}",
               last_known=f"2023Q{number}", **({} if adopted else {"predictive": told(0.80)}))
        for number in (2, 3, 4) for horizon in (1, 2, 3, 4) for adopted in (True, False)
    ]  # fmt: skip
    said = by_id(reviewed(study, contents))
    assert said["review.scored"].value == 12
    assert (said["review.coverage"].value, said["review.coverage_50"].value) == (1.0, 0.0)
    assert said["review.bias"].value == pytest.approx(1.0, rel=1e-3)
    own = 12 * crps(told(0.83)["quantiles"], 0.84)
    other = 3 * sum(crps(told(0.80)["quantiles"], came) for came in (0.84, 0.85, 0.86, 0.87))
    assert said["review.crps_skill"].value == pytest.approx(1 - own / other)
    assert said["review.crps_skill"].interval[0] > 0
    assert said["review.crps_skill.seasonal_naive"].claim == "unidentified"
    assert not [text for finding in said.values() for text in finding.text.values() if "calibrat" in text]


def test_scores_are_written_once_and_kept_when_data_are_revised(study):
    found = reviewed(study, [frozen(), frozen(horizon=2, scheme="deleted_since"), frozen(horizon=8)])
    before = (study.folder / FILE).read_bytes()
    new = write_scores(study, found, today=TODAY)
    assert (study.folder / FILE).read_bytes().startswith(before)
    assert [line.content["state"] for line in new] == ["scored", "changed_scheme"]
    scored = new[0].content
    assert (scored["line"], scored["of"]) == (1, found.lines[0].line.hash)
    assert scored["came"] == {"value": pytest.approx(0.84), "people": 24, "teams": 4, "of_teams": 4}
    assert scored["inside"] == {"50": False, "90": True}
    again = review(study, teams_of(RATES), Quarter.parse("2024Q4"))
    assert write_scores(study, again, today=TODAY) == ()
    revised = review(study, teams_of({team: [0.5] * 8 for team in TEAMS}), Quarter.parse("2024Q4"))
    assert [(one.written, one.revised) for one in revised.lines] == [(True, True), (True, False), (False, False)]
    assert revised.lines[0].came.value == pytest.approx(0.84)
    assert any("what was written stays" in limit for limit in by_id(revised)["review.coverage"].limits)


def test_a_changed_line_is_named_and_nothing_is_written(study):
    append(study.folder / FILE, [frozen(), frozen(horizon=2)])
    path = study.folder / FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    content = json.loads(lines[1])
    content["content"]["predictive"] = told(0.84)
    path.write_text("\n".join([lines[0], json.dumps(content, ensure_ascii=False), ""]), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="line 2: was changed after it was written"):
        review(study, teams_of(RATES), Quarter.parse("2024Q4"))
    assert path.read_bytes() == before


def test_lines_of_an_earlier_kind_say_nothing(study):
    old = {
        key: value
        for key, value in frozen().items()
        if key not in {"predictive", "outcome", "role", "adopted", "last_known"}
    }
    assert states(reviewed(study, [old])) == ["nothing_said"]


def test_every_reason_has_its_words_and_the_table_shows_each_line(study):
    found = reviewed(study, [frozen(), frozen(horizon=2, outcome="transfers"), frozen(horizon=8)])
    assert found.table()["state"].tolist() == ["scored", "not_counted"]
    for lang, word in (("en", "closed: not counted"), ("zh", "已关闭：无统计")):
        assert word in repr(study.show(found, lang))
    assert len(set(CLOSED)) == len(CLOSED) == 7
    assert read_ledger(study.folder / FILE) == tuple(one.line for one in found.lines)
    assert np.isfinite(found.lines[0].score.crps)

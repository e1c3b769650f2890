"""The explanation of one person, on the small centre: page, console, both languages, and nobody else in it."""

import re

import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.desk.explain import explain
from design_lab.desk.explorer import Explorer
from design_lab.desk.sliders import sliders
from design_lab.errors import DesignLabError
from design_lab.evaluation import effective_weights
from design_lab.evaluation.correction import correct
from design_lab.ingest import table_path
from design_lab.scoring import in_force, panel, score, score_in_force, targets
from design_lab.study import Study
from tests.conftest import HISTORY


@pytest.fixture(scope="module")
def person(small):
    people = panel(small, small.quarters[-1])
    busy = people.people[people.people["role"].eq("customer_service") & people.people["level"].eq("agent")]
    full = people.values.loc[busy.index, ["qa_score", "peer_rating", "calls_per_hour"]].dropna()
    return str(full.index.get_level_values("employee_id")[1])


@pytest.fixture(scope="module")
def found(small, person):
    return explain(
        small, person, quarter=small.quarters[-1], schemes=["current", "quality_first"], changes=["qa_score=97.5"]
    )


def test_both_schemes_are_accounted_for(found):
    assert [account.standing.scores.scheme.name for account in found.accounts] == ["current", "quality_first"]
    for account in found.accounts:
        made = sum(part.contribution or 0.0 for part in account.standing.parts)
        made += sum(value for _, value in account.standing.rules)
        assert made == pytest.approx(account.standing.total, abs=1e-9)
        assert account.correction.changes == {"qa_score": 97.5}


def test_the_page_holds_the_person_alone_and_fetches_nothing(found, small, person, tmp_path):
    page = found.write(tmp_path / "page.html", ("zh", "en")).read_text(encoding="utf-8")
    others = set(found.panel.people.index.get_level_values("employee_id")) - {person}
    assert person in page
    assert not [one for one in others if one in page]
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert page.count("<article") == 2
    for said in ("Article 24", "第二十四条", "guiding case 18", "指导案例18号", "Synthetic data"):
        assert said in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_console_tells_score_tier_and_correction(found, lang):
    text = "\n".join(found.lines(lang))
    total = found.accounts[0].standing.total
    assert f"{total:.1f}" in text
    assert {"en": "no rank within it", "zh": "层内不分名次"}[lang] in text or found.accounts[
        0
    ].standing.position is None
    assert {"en": "Others who would get another grade", "zh": "等级随之变化的其他人员"}[lang] in text


def test_what_is_not_known_is_refused(small, person):
    last = small.quarters[-1]
    with pytest.raises(DesignLabError, match="did you mean 'qa_score'"):
        explain(small, person, quarter=last, changes=["qa_scores=90"])
    with pytest.raises(DesignLabError, match=f"did you mean '{person}'"):
        explain(small, person[:-1] + "x", quarter=last)


@pytest.fixture(scope="module")
def appealed(small):
    """Who disputes a value in the sample's last quarter but one, and the row of the register."""
    quarter = small.quarters[-2]
    rows = pd.read_parquet(table_path(small, "appeals", quarter))
    said = rows[rows["indicator"].notna()].iloc[0]
    return explain(small, str(said["employee_id"]), quarter=quarter), said


@pytest.mark.long
def test_an_appeal_is_told_with_ground_evidence_decision_and_effect(appealed, small):
    found, said = appealed
    (appeal,) = found.appeals
    assert (appeal.indicator, appeal.claimed) == ("qa_score", said["corrected_x100"])
    assert (appeal.filed_on, appeal.closed_on, appeal.upheld) == (said["filed_on"], said["closed_on"], said["upheld"])
    (account,) = found.accounts  # of the scheme in force
    alone = correct(
        found.panel, account.standing.scores, found.row, {"qa_score": said["corrected_x100"] / 100},
        medians=targets(small, found.quarter), pay=pd.read_parquet(table_path(small, "pay", found.quarter)),
    )  # fmt: skip
    made = appeal.correction
    assert (made.totals, made.grades, made.others, made.pool_x100) == (
        alone.totals, alone.grades, alone.others, alone.pool_x100,
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_record_of_an_appeal_stands_on_the_page_before_the_score(appealed, lang, tmp_path):
    found, said = appealed
    page = found.write(tmp_path / "page.html", (lang,)).read_text(encoding="utf-8")
    spoken = words(lang)
    claimed = f"{said['corrected_x100'] / 100:.1f}"
    for text in (
        spoken.say("group.data_disputed"), said["evidence"], said["decision"], said["decided_by"], claimed,
        spoken.say("explain.heading.effect"), spoken.say("explain.appeal.signing.appellant"),
    ):  # fmt: skip
        assert text in page
    assert page.index(spoken.say("explain.heading.effect")) < page.index(spoken.say("explain.heading.parts"))
    console = "\n".join(found.lines(lang))
    assert spoken.say("explain.appeal.heading", day=str(said["filed_on"])) in console


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_register_does_not_say_is_said_to_be_so(small, lang):
    quarter = small.quarters[-1]
    rows = pd.read_parquet(table_path(small, "appeals", quarter))
    said = rows[rows["indicator"].isna()].iloc[0]
    found = explain(small, str(said["employee_id"]), quarter=quarter)
    (appeal,) = found.appeals
    assert (appeal.correction, appeal.why) == (None, "no_indicator")
    (told,) = found.told(lang).appeals
    spoken = words(lang)
    assert dict(told.rows)[spoken.say("explain.appeal.disputed")] == spoken.say("explain.appeal.silent")
    assert told.effect == (spoken.say("explain.appeal.no_effect", why=spoken.say("appeals.why.no_indicator")),)


@pytest.mark.long
def test_an_appeal_rests_on_the_scores_that_the_account_holds(appealed, small, monkeypatch):
    """Under her own scheme nobody is scored a second time; under another one her own is scored for the appeal."""
    found, said = appealed
    scored = []

    def counted(*given, **known):
        scored.append(given)
        return score_in_force(*given, **known)

    monkeypatch.setattr("design_lab.desk.heard.score_in_force", counted)
    (same,) = explain(small, said["employee_id"], quarter=found.quarter).appeals
    assert not scored
    (other,) = explain(small, said["employee_id"], quarter=found.quarter, schemes=["balanced"]).appeals
    assert len(scored) == 1
    assert same.correction.totals == other.correction.totals == found.appeals[0].correction.totals
    assert same.correction.grades == other.correction.grades


def test_who_did_not_appeal_has_no_record(found):
    assert found.appeals == ()
    assert found.told("en").appeals == ()


@pytest.mark.long
def test_without_a_scheme_named_it_is_the_person_s_own_and_graded_beside_the_others(told):
    """A small pilot: one team under another scheme, which grades as today's does, so that both share the pools."""
    study = told(HISTORY + "  - {scheme: quality_first, who: [客服03组], first_day: 2026-07-01, chosen: chosen}\n")
    quarter = study.quarters[-1]
    people, medians = panel(study, quarter), targets(study, quarter)
    scored = score_in_force(people, in_force(study, people, quarter), medians=medians)
    for team, scheme in (("客服03组", "quality_first"), ("客服02组", "current")):
        graded = scored[scheme].grade[scored[scheme].grade.notna() & people.people["team_at_end"].eq(team)]
        who = str(graded.index.get_level_values("employee_id")[0])
        found = explain(study, who, quarter=quarter, changes=["qa_score=99"])
        (account,) = found.accounts
        scores = account.standing.scores
        assert scores.scheme.name == scheme
        assert account.standing.grade == graded.iloc[0]
        assert account.standing.total == pytest.approx(scored[scheme].total[graded.index[0]], abs=1e-9)
        assert account.correction.pool_x100 is not None
        assert "Several schemes were in force" in "\n".join(found.lines("en"))


@pytest.mark.long
def test_who_was_under_no_known_scheme_is_asked_for_one(told):
    study = told(HISTORY.replace("who: all", "who: [客服01组]"))
    quarter = study.quarters[-1]
    people = panel(study, quarter).people
    who = str(people.index[people["team_at_end"].eq("客服02组")].get_level_values("employee_id")[0])
    with pytest.raises(DesignLabError, match=r"does not say under which scheme .* name one with --scheme"):
        explain(study, who, quarter=quarter)
    (account,) = explain(study, who, quarter=quarter, schemes=["current"]).accounts
    assert account.official == (None, None)


@pytest.mark.long
def test_other_spells_are_told_in_a_sentence(small):
    quarter = small.quarters[-1]
    people = panel(small, quarter).people
    ids = people.index.get_level_values("employee_id")
    moved = sorted(set(ids[ids.duplicated()]))
    who = moved[0] if moved else None
    assert who, "the small centre has nobody who changed post in its last quarter"
    found = explain(small, who, quarter=quarter)
    for lang, said in (("en", "Another spell in the quarter"), ("zh", "本季度内的另一段任职")):
        text = "\n".join(found.lines(lang))
        assert text.count(said) == found.spells - 1


INNOVATION = {"zh": "创新", "en": "new ideas"}


@pytest.mark.long
@pytest.mark.parametrize("named", [False, True])
def test_a_dimension_of_the_client_s_own_is_called_as_the_study_says_or_by_its_id(told, named):
    """In the page, in findings and on sliders; none of them raises."""
    study = told(HISTORY)
    path = study.folder / "schemes" / "own.yaml"
    text = (study.folder / "schemes" / "current.yaml").read_text(encoding="utf-8")
    text = text.replace("name: current", "name: own").replace("  teamwork: ", "  innovation: ")
    path.write_text(text, encoding="utf-8")
    if named:
        settings = (study.folder / "study.yaml").read_text(encoding="utf-8")
        told_names = "dimensions:\n  innovation: {en: new ideas, zh: 创新}\n"
        (study.folder / "study.yaml").write_text(settings + told_names, encoding="utf-8")
    study = Study.open(study.folder)
    quarter = study.quarters[-1]
    people = panel(study, quarter)
    who = str(people.people.index.get_level_values("employee_id")[0])
    found = explain(study, who, quarter=quarter, schemes=["own"])
    for lang in LANGUAGES:
        cells = {cell for row in found.told(lang).accounts[0].rows for cell in row}
        assert (INNOVATION[lang] if named else "innovation") in cells
    scores = score(people, study.scheme("own"), medians=targets(study, quarter, schemes=[study.scheme("own")]))
    said = [finding for finding in effective_weights(scores).findings() if finding.id.endswith(".innovation")]
    assert said
    called = INNOVATION if named else dict.fromkeys(LANGUAGES, "innovation")
    assert all(called[lang] in finding.text[lang].lower() for finding in said for lang in LANGUAGES)
    explorer = Explorer(people, scores, medians=pd.DataFrame(), study=study)
    shown = sliders(explorer, "zh", "own").children[len(explorer.weights) - 1]
    assert shown.description == (INNOVATION["zh"] if named else "innovation")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_upheld_appeal_is_held_against_the_grade_on_record(small, lang):
    """Nothing tells what the upheld appeals of the last quarter changed: no corrected value, no adjustment."""
    quarter = small.quarters[-1]
    rows = pd.read_parquet(table_path(small, "appeals", quarter))
    results = pd.read_parquet(table_path(small, "appraisal_results", quarter)).set_index("employee_id")
    said = rows[rows["indicator"].isna() & rows["upheld"].fillna(False).astype(bool)].iloc[0]
    assert pd.isna(results.at[said["employee_id"], "adjustment_x100"])
    found = explain(small, str(said["employee_id"]), quarter=quarter)
    assert found.appeals[0].standing == "untraced"
    grade = results.at[said["employee_id"], "grade"]
    (told,) = found.told(lang).appeals
    assert told.effect[-1] == words(lang).say("explain.appeal.on_record.untraced", grade=grade)

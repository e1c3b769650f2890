"""The explanation of one person, on the small centre: page, console, both languages, and nobody else in it."""

import re

import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.desk.explain import explain
from design_lab.errors import DesignLabError
from design_lab.evaluation.correction import correct
from design_lab.ingest import table_path
from design_lab.scoring import panel, targets


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


def test_who_did_not_appeal_has_no_record(found):
    assert found.appeals == ()
    assert found.told("en").appeals == ()

"""Metric cards: each is whole, each is computed as it says, and a client may add or change them."""

import datetime as dt
import re

import pytest

import design_lab as dl
from design_lab.catalogue import LANGUAGES, cards, cards_with, words
from design_lab.catalogue.indicators import DERIVED, columns_of
from design_lab.errors import SchemeError, StudyError
from design_lab.periods import Quarter
from design_lab.schema import TABLES
from design_lab.scoring import panel
from design_lab.scoring.measures import prepared
from design_lab.study import project_root
from tests.scoring.studies import call, person, write_study

Q = Quarter.parse("2026Q3")
HOUR = 3_600_000
DAY = dt.date(2026, 7, 1)
NINE = dt.datetime(2026, 7, 1, 9)

BY_HAND = {
    "calls_per_hour": 30 / 3,
    "calls_per_hour_adjusted": 40
    / 5
    * 4
    / 2.5,  # 5 calls in two hours of the same cell, expected 2.5 in each; E1 had 4
    "calls_answered": 30,
    "handle_seconds": (130 + 240 + 130 + 240) / 4,
    "handle_seconds_adjusted": 185,  # all calls are alike: the centre's mean times 185 over the centre's mean
    "wrap_seconds": 30,
    "utilisation": 2.5 / 3,
    "sessions_per_hour": 2,
    "first_contact_resolution": 0.5,
    "transfer_rate": 0.25,
    "qa_score": 85,
    "critical_error_rate": 0.5,
    "late_reply_share": 4 / 20,
    "effective_dialogue_share": 0.5,
    "text_resolution": 0.5,
    "complaint_rate": 1 / 4,
    "complaints_handled": 2,
    "complaints_on_time": 1 / 3,
    "repeat_complaint_rate": 1 / 3,
    "csat": 2 / 4,
    "very_satisfied_rate": 1 / 4,
    "dissatisfied_rate": 1 / 4,
    "rated_share": 4 / 4,
    "text_csat": 1,
    "sales_conversion": 1 / 4,
    "offers_per_contact": 4 / 10,
    "peer_rating": 4.5,
    "peer_rating_adjusted": 4.5,  # both raters rated both people, so that their severity is in both people's means
    "team_result": 3 / 5,
    "attendance_rate": 2 / 3,
    "lateness_rate": 1 / 2,
    "training_participation": 3 / 4,
    "exam_points": 80,
    "compliance_breaches": 2,
}


def session(minute, late, effective):
    return call(
        "E1", NINE + dt.timedelta(minutes=60 + minute), channel="chat", visitor_messages=10, late_replies=late,
        effective=effective, resolved_first_contact=effective,
    )  # fmt: skip


def tables():
    """One person's rows in every table, and a colleague to be compared with."""
    calls = [
        call("E1", NINE, 100, hold_ms=10_000, wrap_ms=20_000),
        call("E1", NINE, 200, wrap_ms=40_000, resolved_first_contact=False, transferred=True),
        call("E1", NINE, 100, hold_ms=10_000, wrap_ms=20_000),
        call("E1", NINE, 200, wrap_ms=40_000, resolved_first_contact=False),
        call("E2", NINE, 150),
        session(0, 1, True),
        session(30, 3, False),
    ]
    grades = ["very_satisfied", "satisfied", "neutral", "dissatisfied"]
    complaint = {"handler_id": "E1", "received_on": DAY, "repeated": False, "justified": False, "employee_id": "E2"}
    given = {
        "staff": [person("E1"), person("E2")],
        "interactions": calls,
        "agent_periods": [
            {"employee_id": "E1", "date": DAY, "answered": 30, "signed_in_ms": 3 * HOUR, "aux_ms": HOUR // 2},
            {"employee_id": "E2", "date": DAY, "answered": 10, "signed_in_ms": 2 * HOUR, "aux_ms": 0},
        ],
        "surveys": [
            *({"interaction_id": g, "employee_id": "E1", "rated_at": NINE, "grade": g} for g in grades),
            {"interaction_id": "t", "employee_id": "E1", "channel": "chat", "rated_at": NINE, "grade": "satisfied"},
        ],
        "quality_reviews": [
            {"employee_id": "E1", "review": 1, "reviewed_on": DAY, "points_x100": 8_000, "critical_error": False},
            {"employee_id": "E1", "review": 2, "reviewed_on": DAY, "points_x100": 9_000, "critical_error": True},
        ],
        "complaints": [
            complaint | {"complaint_id": "1", "closed_on": DAY + dt.timedelta(days=3)},
            complaint | {"complaint_id": "2", "closed_on": DAY + dt.timedelta(days=4), "repeated": True},
            complaint | {"complaint_id": "3", "employee_id": "E1", "justified": True},
        ],
        "sales": [{"employee_id": "E1", "date": DAY, "contacts": 10, "offers": 4, "successes": 1}],
        "ratings": [
            *({"rater_id": rater, "employee_id": ratee, "item": item, "points_x100": points}
              for (rater, ratee), forms in {
                  ("E3", "E1"): {"help": 450, "care": 550}, ("E4", "E1"): {"help": 350, "care": 450},
                  ("E3", "E2"): {"help": 300, "care": 500}, ("E4", "E2"): {"help": 200, "care": 300},
              }.items()
              for item, points in forms.items()),
            {"rater_id": "E1", "employee_id": "E1", "item": "help", "points_x100": 100},
        ],
        "attendance": [
            {"employee_id": "E1", "date": DAY + dt.timedelta(days=n), "scheduled": True, "present": n < 2, "late": n == 0,
             "approved_leave": "annual" if n == 3 else None}
            for n in range(4)
        ],
        "training": [
            {"employee_id": "E1", "date": DAY, "required_ms": 4 * HOUR, "attended_ms": 3 * HOUR, "exam_points_x100": 8_000}
        ],
        "appraisal_results": [{"employee_id": "E1", "score_x100": 8_000, "breaches": 2}],
    }  # fmt: skip
    return {name: {"2026Q3": rows} for name, rows in given.items()}


def test_every_scored_card_is_computed_as_by_hand(tmp_path):
    people = panel(write_study(tmp_path / "hand", tables()), Q)
    scored = {name for name, card in cards().items() if card.scored}
    assert set(BY_HAND) == scored == set(people.values)
    found = people.values.loc[("E1", 1)].to_dict()
    assert found == pytest.approx(BY_HAND)
    assert people.counts.loc[("E1", 1)].gt(0).all()


@pytest.mark.parametrize("name", [name for name, card in cards().items() if card.scored])
def test_without_its_tables_nobody_is_scored_on_it(tmp_path, name):
    left = {table: rows for table, rows in tables().items() if table == "staff" or table not in cards()[name].tables}
    assert name not in panel(write_study(tmp_path / "hand", left), Q).values


def test_about_thirty_cards_and_those_of_staffing_are_not_scored():
    apart = {name: card for name, card in cards().items() if not card.scored}
    assert len(cards()) - len(apart) >= 30
    assert set(apart) == {"occupancy", "service_level", "abandonment_rate", "connect_rate"}
    assert all("staffing sets it" in card.not_scored["en"] for card in apart.values())
    assert {card.controllable.person for card in apart.values()} == {"no"}


def test_every_card_is_whole_in_both_languages():
    for name, card in cards().items():
        texts = (
            card.name, card.definition, card.numerator, card.denominator, card.exclusions, card.window, card.gaming,
            card.controllable.why, *((card.not_scored,) if not card.scored else ()),
        )  # fmt: skip
        assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in texts), name
        assert set(card.tables) <= set(TABLES)
        assert card.tables, name
        assert card.dimension == "none" or all(f"dimension.{card.dimension}" in words(lang) for lang in LANGUAGES)


def test_what_is_derived_of_a_table_is_what_the_engine_derives():
    import ibis

    kinds = {"flag": "boolean", "date": "date", "time": "timestamp"}
    whole = {"text", "person", "code"}
    for name, table in TABLES.items():
        types = {
            key: kinds.get(column.kind, "string" if column.kind in whole else "int64")
            for key, column in table.columns.items()
        }
        made = prepared(name, ibis.table(types, name=name))
        assert set(made.columns) - set(types) == set(DERIVED.get(name, {}))
        assert set(columns_of(name)) == set(made.columns)


OWN = """
csat:
  definition: {en: share of ratings that are very satisfied, zh: 评价中非常满意的占比}
  computed:
    - {table: surveys, where: {channel: phone}, numerator: {count: rows, where: {grade: very_satisfied}}, denominator: {count: rows}}
  minimum_n: 2
loan_handle_seconds:
  name: {en: handle time of loans, zh: 贷款业务处理时长}
  definition: {en: mean handle time of calls about loans, zh: 贷款类电话的处理时长均值}
  numerator: {en: handle time, zh: 处理时长}
  denominator: {en: calls about loans, zh: 贷款类电话数}
  exclusions: {en: other calls, zh: 其他电话}
  window: {en: the period, zh: 考核期内}
  unit: seconds
  better: lower
  dimension: workload
  kind: quantitative
  scored: true
  minimum_n: 1
  controllable: {person: partly, why: {en: loans differ, zh: 贷款各异}}
  gaming: {en: hanging up, zh: 挂断}
  source: the client's sheet
  computed:
    - table: interactions
      where: {contact_type: [loan, mortgage], handle_ms: {min: 1000}}
      numerator: {sum: handle_ms}
      denominator: {count: handle_ms}
      scale: 0.001
"""


def test_a_client_changes_csat_and_adds_an_indicator_all_the_way_to_the_score(tmp_path):
    given = tables()
    given["interactions"]["2026Q3"] += [
        call("E1", NINE, 60, contact_type="loan"),
        call("E1", NINE, 120, contact_type="mortgage"),
    ]
    study = write_study(tmp_path / "own", given, cards=OWN)
    people = dl.panel(study, Q)
    assert people.values.loc[("E1", 1), "csat"] == pytest.approx(1 / 4), "her CSAT is very satisfied alone"
    assert people.values.loc[("E1", 1), "loan_handle_seconds"] == pytest.approx(90)
    scores = dl.score(people, study.current, medians=dl.targets(study, Q))
    assert scores.total[("E1", 1)] == pytest.approx(25), "which the scheme takes as 25 of 100 points"
    said = {f.id: f for f in dl.levels(people, targets={}, roles=study.settings.roles, least=1).findings()}
    assert "handle time of loans" in said["indicators.loan_handle_seconds.centre"].text["en"].lower()
    assert "贷款业务处理时长" in said["indicators.loan_handle_seconds.centre"].text["zh"]
    assert "very satisfied" in said["indicators.csat.centre"].text["en"]


def test_a_scheme_weighs_the_clients_own_indicator_and_no_other_study_knows_it(tmp_path):
    study = write_study(
        tmp_path / "own",
        tables(),
        cards=OWN,
        indicator="loan_handle_seconds",
        rule="{rule: linear, zero_at: 600, full_at: 0}",
    )
    assert study.current.indicators == ("loan_handle_seconds",)
    other = write_study(
        tmp_path / "other", tables(), indicator="loan_handle_seconds", rule="{rule: linear, zero_at: 600, full_at: 0}"
    )
    with pytest.raises(SchemeError, match=r"loan_handle_seconds: is not a known indicator"):
        _ = other.current


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("table: surveys,", "table: survey,", r"csat\.computed\.0\.table: survey is not a table; did you mean 'surveys'\?"),
        ("{grade: very", "{grad: very", r"numerator\.where\.grad: is not a column of surveys; did you mean 'grade'\?"),
        ("very_satisfied}", "very_content}", r"where\.grade: very_content never stands there; known are"),
        ("{channel: phone}", "{channel: true}", r"where\.channel: is a code, so say a word or a list of words"),
        ("{min: 1000}", "[loan]", r"where\.handle_ms: is a milliseconds, so say min or max"),
        ("{sum: handle_ms}", "{sum: handle}", r"numerator\.sum: handle is not a column of interactions; did you mean"),
        ("{sum: handle_ms}", "{sum: queue}", r"numerator\.sum: queue of interactions is a text and cannot be summed"),
        ("{count: handle_ms}", "{count: handle_ms, sum: talk_ms}", r"denominator\.needs one of sum, count and hours"),
        ("unit: seconds", "unit: second", r"loan_handle_seconds\.unit: 'second' is not known; did you mean 'seconds'\?"),
        ("minimum_n: 2", "minimum: 2", r"csat\.minimum: is not a known key; did you mean 'minimum_n'\?"),
        ("  better: lower\n", "", r"loan_handle_seconds\.better: is missing"),
        ("{en: hanging up, zh: 挂断}", "{en: hanging up}", r"loan_handle_seconds\.gaming: is missing in zh"),
        ("scored: true\n  minimum_n: 1", "scored: false\n  minimum_n: 1", r"not_scored: is missing in en, zh"),
    ],
)  # fmt: skip
def test_a_fault_in_a_card_is_said_in_a_sentence(tmp_path, old, new, said):
    assert old in OWN
    path = tmp_path / "indicators.yaml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError, match=said) as refused:
        cards_with(path)
    assert str(path) in str(refused.value)


def test_a_study_with_a_bad_card_is_refused_when_it_is_opened(tmp_path):
    with pytest.raises(StudyError, match=r"csat\.definition: is missing in zh"):
        write_study(tmp_path / "own", tables(), cards="csat: {definition: {en: good}}\n")


def test_the_page_of_indicators_lists_every_card_as_it_is():
    page = (project_root() / "docs" / "indicators.md").read_text(encoding="utf-8")
    for name, card in cards().items():
        least = card.minimum_n if card.scored else "-"
        tables_read = ", ".join(card.tables)
        row = f"| `{name}` | {card.name['en']} · {card.name['zh']} | {card.unit} | {card.better} | {least} | {tables_read} |"
        assert row in page
    assert {card.source for card in cards().values()} == {"report", "thesis", "GB/T 32312", "CBA", "practice"}


@pytest.mark.parametrize(("page", "wrapped"), [("new_client.md", "{}"), ("indicators.md", "handle_seconds:\n{}")])
def test_examples_of_cards_in_the_pages_are_read(tmp_path, page, wrapped):
    text = (project_root() / "docs" / page).read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "computed:" in block]
    inner = example if wrapped == "{}" else "".join(f"  {line}\n" for line in example.splitlines())
    path = tmp_path / "indicators.yaml"
    path.write_text(wrapped.format(inner), encoding="utf-8")
    assert cards_with(path) != cards()


@pytest.mark.parametrize(
    ("adjusted", "said"),
    [
        ("{adjusts: peer_rating}", r"peers\.adjusted: case_mix cannot be taken out of peer_rating"),
        ("{adjusts: handle_seconds, takes_out: severity}", r"severity cannot be taken out of handle_seconds"),
        ("{adjusts: handle_seconds}", r"within names the cells of like calls for case_mix"),
        ("{adjusts: peer_rating, takes_out: severity, within: [queue]}", r"within names .* nothing for severity"),
        ("{adjusts: peer_rating, takes_out: severty}", r"takes_out: 'severty' is not known; did you mean 'severity'\?"),
    ],
)
def test_what_cannot_be_taken_out_of_an_indicator_is_refused(tmp_path, adjusted, said):
    path = tmp_path / "indicators.yaml"
    own = OWN[OWN.index("loan_handle_seconds") :].replace("loan_handle_seconds", "peers")
    path.write_text(own[: own.index("  computed")] + f"  adjusted: {adjusted}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        cards_with(path)

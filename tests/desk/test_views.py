"""Who may see what: a leader her own people, human resources counts that give nobody away, auditors what holds."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from design_lab import cli
from design_lab.catalogue import LANGUAGES, words
from design_lab.desk.views import AUDIENCES, view
from design_lab.desk.views.hr import hr_pages
from design_lab.desk.views.leader import _spread, leader_pages, led_by
from design_lab.desk.views.page import HIDDEN, Page, write_view
from design_lab.desk.views.scored import scored
from design_lab.errors import ReportError, StudyError
from design_lab.finding import Results, state
from design_lab.ingest.mapping import read_sources
from design_lab.ledger import FILE
from design_lab.report.content import Row, Section, Table
from design_lab.run.record import gather, record, verify
from design_lab.scoring.roster import last_spells
from design_lab.study import Study


@pytest.fixture(scope="module")
def found(small):
    return scored(small, small.quarters[-1])


@pytest.fixture(scope="module")
def teams(found):
    people = found.panel.people
    held = people[~people["level"].isin(["team_leader", "manager"])]
    return sorted(held["team_at_end"].dropna().unique())


@pytest.fixture
def quick(monkeypatch, found):
    """Pages of leaders and of human resources without scoring the quarter anew."""
    for module in ("leader", "hr"):
        monkeypatch.setattr(f"design_lab.desk.views.{module}.scored", lambda study, quarter: found)


def with_k(study, **k):
    privacy = study.settings.privacy.model_copy(update={"k": {**study.settings.privacy.k, **k}})
    settings = study.settings.model_copy(update={"privacy": privacy})
    return dataclasses.replace(study, settings=settings)


def ids(panel):
    return set(panel.people.index.get_level_values("employee_id"))


def see(study, audience, tmp_path, langs=("zh", "en"), **options):
    """The text of a page, and that it fetches nothing."""
    options = {"quarter": study.quarters[-1], "verify": verify, **options}
    page = view(study, audience, langs=langs, out=tmp_path / "view.html", **options).read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert page.count("<article") == len(langs)
    for lang in langs:
        assert words(lang).say("report.mark") in page
    return page


def rows_of(page, place):
    return [row.cells for row in page.sections[place].blocks[0].rows]


def test_a_leaders_page_holds_all_her_people_and_nobody_elses(small, found, teams, quick, tmp_path):
    for team in teams:
        own = led_by(small, found.panel, team)
        hers = {person for person, _ in own.rows.index[own.rows]}
        page = see(small, "leader", tmp_path, who=team)
        assert {one for one in ids(found.panel) if one in page} == hers
        other = [name for name in teams if name != team and name not in team]
        assert not [name for name in other if name in page]


def test_everybody_is_in_one_team_alone_and_leaders_in_none(small, found, teams):
    people = found.panel.people[last_spells(found.panel.people.index)]
    led = [led_by(small, found.panel, team).rows for team in teams]
    told = [person for rows in led for person, _ in rows.index[rows]]
    assert len(told) == len(set(told))
    expected = people[people["team_at_end"].notna() & ~people["level"].eq("team_leader")]
    assert set(told) == set(expected.index.get_level_values("employee_id"))


def test_a_leader_is_known_by_her_pseudonym_and_does_not_see_herself(small, found, quick, tmp_path):
    people = found.panel.people[last_spells(found.panel.people.index)]
    leader = people[people["level"].eq("team_leader")].iloc[0]
    pseudonym = str(leader.name[0])
    page = see(small, "leader", tmp_path, who=pseudonym)
    assert pseudonym not in page
    assert page == see(small, "leader", tmp_path, who=leader["team_at_end"])


def test_who_leads_nobody_and_who_is_unknown_are_refused(small, found, teams, quick, tmp_path):
    people = found.panel.people
    agent = str(people.index[people["level"].eq("agent")][0][0])
    with pytest.raises(StudyError, match=f"{agent} leads nobody: .*team_leader, manager, and hers is agent"):
        see(small, "leader", tmp_path, who=agent)
    with pytest.raises(StudyError, match=f"did you mean '{teams[0]}'"):
        see(small, "leader", tmp_path, who=teams[0] + "x")
    for audience in ("leader", "person"):
        with pytest.raises(StudyError, match="by --who"):
            see(small, audience, tmp_path)
    with pytest.raises(StudyError, match="that of hr shows nobody alone"):
        see(small, "hr", tmp_path, who=agent)


def test_parts_of_a_score_add_up_or_are_all_withheld_so_that_none_follows_from_the_rest(small, found, teams, quick):
    withheld = told = 0
    for k in (5, 6, 7, 99):
        study = with_k(small, team_leader=k)
        for team in teams[:3]:
            (page,) = leader_pages(study, small.quarters[-1], team, ("en",))
            raters = found.panel.counts["peer_rating"]
            for person, _, total, _, *parts, loses in rows_of(page, 0):
                if HIDDEN in parts:
                    assert set(parts) == {HIDDEN}
                    withheld += loses == words("en").say("view.hers.few")
                    continue
                count = raters.xs(person, level="employee_id").iloc[-1]
                assert count == 0 or count > k  # who rated too can take her own mark away
                assert sum(float(part.split()[0]) for part in parts) == pytest.approx(float(total.split()[0]), abs=0.31)
                told += 1
    assert withheld > 0
    assert told > 0


def test_the_mean_outside_is_that_of_others_of_the_post_and_told_of_enough(small, found, teams, quick):
    scores = found.scores["current"]
    people = scores.people
    (page,) = leader_pages(small, small.quarters[-1], teams[0], ("en",))
    shown = {(role, level): mean for _, role, level, mean in rows_of(page, 1)}
    rest = last_spells(people.index) & people["role"].eq("customer_service") & people["level"].eq("agent")
    rest &= scores.told_apart & ~people["team_at_end"].astype(object).eq(teams[0]).fillna(False)
    assert len(people["team_at_end"][rest].unique()) > 1
    assert shown["customer service", "agent"] == f"{scores.total[rest].mean():.1f} points"
    (page,) = leader_pages(with_k(small, team_leader=int(rest.sum())), small.quarters[-1], teams[0], ("en",))
    shown = {(role, level): mean for _, role, level, mean in rows_of(page, 1)}
    assert shown["customer service", "agent"] == HIDDEN


@pytest.mark.parametrize(
    ("sizes", "answer"),
    [
        ({"a": 9}, False),
        ({"a": 9, "b": 4}, False),
        ({"a": 9, "b": 5}, True),
        ({"a": 3, "b": 3, "c": 2}, True),
        ({}, False),
    ],
)
def test_a_mean_is_not_told_where_one_other_team_makes_nearly_all_of_it(sizes, answer):
    units = pd.Series([name for name, size in sizes.items() for _ in range(size)], dtype=object)
    assert _spread(units, 5) is answer


def test_human_resources_see_counts_and_nobody(small, found, quick, tmp_path):
    page = see(small, "hr", tmp_path)
    assert not [one for one in ids(found.panel) if one in page]


def test_no_small_count_of_grades_is_shown_or_found_by_subtraction(small, found, quick):
    (page,) = hr_pages(small, small.quarters[-1], ("en",))
    table = page.sections[0].blocks[0]
    cells = np.array([row.cells[1:] for row in table.rows])
    hidden = cells == HIDDEN
    counts = cells[~hidden].astype(int)
    assert not ((counts > 0) & (counts < small.settings.privacy.k["hr"])).any()
    assert hidden.any()
    assert 1 not in hidden.sum(axis=0)
    assert 1 not in hidden.sum(axis=1)
    scores = found.scores["current"]
    once = last_spells(scores.people.index)
    names = [*scores.scheme.grades.names()]
    grades = scores.grade[once].astype(object).where(scores.grade[once].notna(), "none")
    known = (
        pd.crosstab(scores.people["role"][once], grades).reindex(columns=[*names, "none"], fill_value=0).sort_index()
    )
    assert (cells[~hidden].astype(int) == known.to_numpy()[~hidden]).all()


def test_it_sees_every_field_with_its_origin_and_what_was_wrong(small, tmp_path):
    page = see(small, "it", tmp_path)
    for name, parts in read_sources(small.folder).tables.items():
        assert f"({name})" in page
        for part in parts:
            assert part.files in page
            assert all(f">{field}" in page for field in part.columns)
    assert "时长" in page


def test_a_person_sees_what_explain_tells(small, found, tmp_path):
    person = next(iter(sorted(ids(found.panel))))
    page = view(
        small, "person", quarter=small.quarters[-1], langs=("zh",), who=person, out=tmp_path / "p.html", verify=verify
    )
    text = page.read_text(encoding="utf-8")
    assert person in text
    assert not [one for one in ids(found.panel) - {person} if one in text]


@pytest.fixture
def report(small, tmp_path):
    """A published report of three findings."""
    folder = tmp_path / "reports" / "small" / "2026Q3"
    folder.mkdir(parents=True)
    weights = [
        state(
            f"diagnosis.nominal_weight.{name}",
            value,
            says="diagnosis.nominal_weight",
            unit="weight",
            n=None,
            claim="accounting",
            dimension={"en": name, "zh": "维度"},
        )
        for name, value in (("workload", 0.4), ("csat", 0.25))
    ]
    Results(study="small", quarter="2026Q3", synthetic=True, findings=tuple(weights)).write(folder / "results.json")
    parameters = {
        "study": "small",
        "quarter": "2026Q3",
        "schemes": ["current"],
        "langs": ["en"],
        "formats": [],
        "seed": 42,
    }
    record(folder, gather(small.folder, parameters, []), [])
    return folder


def test_an_auditor_sees_findings_schemes_record_and_that_it_holds(small, report, tmp_path):
    def held(folder):
        return dataclasses.replace(verify(folder, study=small.folder), inputs=())

    page = see(small, "auditor", tmp_path, reports=tmp_path / "reports", verify=held)
    assert "All 1 published files are as they were, and so are the inputs" in page
    assert all(small.scheme(name).fingerprint in page for name in small.scheme_names)
    assert "diagnosis.nominal_weight.workload" in page
    assert "Nothing is frozen yet" in page
    (report / "results.json").write_text((report / "results.json").read_text(encoding="utf-8") + " ", encoding="utf-8")
    page = see(small, "auditor", tmp_path, reports=tmp_path / "reports", verify=held)
    assert "1 of the published files are not as they were published" in page
    assert "发布后被改动" in page


def test_an_auditor_is_told_of_a_changed_ledger(small, report, tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    for path in small.folder.iterdir():
        if path.name not in (FILE, "study.yaml"):
            (folder / path.name).symlink_to(path)
    (folder / "study.yaml").write_bytes((small.folder / "study.yaml").read_bytes())
    (folder / FILE).write_text("{}\n", encoding="utf-8")
    page = see(Study.open(folder), "auditor", tmp_path, reports=tmp_path / "reports")
    assert "A line was changed since it was written" in page
    assert "line 1" in page


def test_executives_see_the_answer_and_each_chapter_in_a_sentence(small, report, tmp_path):
    page = see(small, "executive", tmp_path, reports=tmp_path / "reports")
    for lang in LANGUAGES:
        assert words(lang).say("report.kicker.candidates") in page
        assert words(lang).say("view.answers.heading") in page


@pytest.mark.parametrize("audience", ["executive", "auditor"])
def test_without_a_report_there_is_no_view_of_it(small, tmp_path, audience):
    with pytest.raises(ReportError, match="there is no report of small in 2026Q3; run design-lab run"):
        see(small, audience, tmp_path, reports=tmp_path / "nowhere")


def test_text_from_data_is_escaped(tmp_path):
    table = Table(title="<b>", columns=("<i>",), rows=(Row(cells=('<script>alert("x")</script>',), shows=()),))
    section = Section(key="x", kicker="<u>", heading="<s>", lead=("<q>",), blocks=(table,))
    page = Page(lang="en", audience="it", title="<h1>", subtitle="&", mark="", sections=(section,))
    text = write_view([page], tmp_path / "x.html").read_text(encoding="utf-8")
    assert not re.search("<(script|b|i|u|s|q)>", text)
    assert "&lt;script&gt;" in text


def test_every_audience_has_its_words():
    for lang in LANGUAGES:
        assert all(f"view.audience.{name}" in words(lang) for name in AUDIENCES if name != "person")


def test_the_command_writes_a_page_and_refuses_in_sentences(small, tmp_path, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["design-lab", "view", str(small.folder), *map(str, arguments)])
        return cli._status(), capsys.readouterr()

    monkeypatch.chdir(tmp_path)
    status, printed = run("--as", "it", "--lang", "zh")
    assert (status, printed.out) == (0, "view_it_2026Q3.html\n")
    assert (tmp_path / "view_it_2026Q3.html").read_text(encoding="utf-8").count("<article") == 1
    status, printed = run("--as", "leader")
    assert status == 1
    assert printed.err.startswith("whom the view is for is not said; name a leader's pseudonym or what she leads")
    assert run("--as", "boss")[0] == 2
    assert run("--as", "it", "--quarter", "2026-Q3")[0] == 2

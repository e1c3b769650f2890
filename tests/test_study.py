"""Study folders: found, read and refused in words."""

import re
import shutil

import pytest

from design_lab.errors import SchemeError, StudyError
from design_lab.study import Study, project_root


@pytest.fixture
def folder(tmp_path):
    source = project_root() / "data" / "h_bank"
    target = tmp_path / "h_bank"
    target.mkdir()
    shutil.copy(source / "study.yaml", target)
    shutil.copytree(source / "schemes", target / "schemes")
    return target


def edited(folder, old, new):
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_relative_study_is_found_from_the_project_s_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Study.open("data/h_bank").folder == project_root() / "data" / "h_bank"


def test_h_bank_is_what_its_report_says():
    study = Study.open("data/h_bank")
    assert [str(q) for q in (study.quarters[0], study.quarters[-1])] == ["2023Q4", "2026Q3"]
    assert len(study.quarters) == 12
    assert sum(study.settings.expected_shares.values()) == 95
    assert [scheme.name for scheme in study.candidates()] == ["balanced", "quality_first", "team_share"]
    assert [scheme.name for scheme in study.candidates(["quality_first"])] == ["quality_first"]


def test_a_synthetic_study_says_so_wherever_it_is_shown(folder):
    assert "Synthetic data" in repr(Study.open(folder))
    edited(folder, "synthetic: true", "synthetic: false")
    edited(folder, "  published_key: h_bank-synthetic-people\n", "")
    assert "ynthetic" not in repr(Study.open(folder))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: h_bank", "name: other", "name: is 'other', but the folder is called 'h_bank'"),
        ("last: 2026Q3", "last: 2022Q3", "first 2023Q4 comes after last 2022Q3"),
        ("calendar: {}", "calendar: {month_ends_on: 30}", "month_ends_on: 30 is not between 1 and 28"),
        (
            "calendar: {}",
            "working_days: {make_up_days: [2026-10-12]}",
            "working_days.make_up_days: 2026-10-12 is no Saturday",
        ),
        (
            "calendar: {}",
            "working_days: {holidays: [2026-10-10], make_up_days: [2026-10-10]}",
            "among the holidays too",
        ),
        (
            "calendar: {}",
            "working_days: {holidays: [1 October]}",
            "working_days.holidays.0: input should be a valid date",
        ),
        ("[zh, en]", "[zh, de]", "language"),
        ("current_scheme: current", "current_scheme: curent", "there is no file schemes/curent.yaml"),
        ("marketing: 10", "marketng: 10", "expected_shares.marketng: is not a role; did you mean 'marketing'?"),
        ("synthetic: true", "synthetic: false", "published_key: is for synthetic studies only"),
        ("synthetic: true", "synthetic: yes please", "synthetic: input should be a valid boolean"),
        ("engine: duckdb", "engin: duckdb", "engin: is not a known key; did you mean 'engine'?"),
        ("data_cutoff: 2026-09-30\n", "", "data_cutoff: is missing"),
        ("service_level: 0.80", "service_level: 80", "service.service_level: 80 is not between 0 and 1; 80 % is 0.80"),
        ("weekly_hours: 40", "weekly_hours: 0", "service.weekly_hours: 0 is no number of hours in a week"),
        (
            "low: 0.25, central: 0.30",
            "low: 0.30, central: 0.25",
            "low 0.3, central 0.25 and high 0.35 are not in rising",
        ),
        (
            "high: 0.35",
            "high: 1.0",
            "service.shrinkage: 0.25 to 1 is out of range; state figures of at least 0 and under 1",
        ),
        (
            "currency: {en: yuan, zh: 元}",
            "currency: {en: yuan}",
            "costs.currency: is missing in zh",
        ),
        (
            "complaint: {low: 200,",
            "complaint: {low: -1,",
            "costs.complaint: -1 to 1000 is out of range; state figures of at least 0",
        ),
        (
            "csat_point:",
            "csat_piont:",
            "costs.csat_piont: is not a known key; did you mean 'csat_point'?",
        ),
        (
            "csat: {value: 0.90,",
            "csat: {milestones: {4: 0.85}, value: 0.90,",
            "targets.csat.milestones.4: state them for 3, 6, 12 months",
        ),
        (
            "csat: {value: 0.90,",
            "csat: {value: 90,",
            "targets.csat.value: 90 is out of range; a share lies between 0 and 1, 90 % is 0.90",
        ),
        (
            "csat: {value: 0.90,",
            "csat: {value: 0.9, milestones: {3: 85},",
            "targets.csat.milestones.3: 85 is out of range",
        ),
        (
            "csat: {low: 1000,",
            "csat: {low: 3001,",
            "costs.standard_deviation.csat: low 3001, central 3000 and high 5000 are not in rising order",
        ),
    ],
)
def test_a_wrong_setting_is_refused_with_file_and_key(folder, old, new, said):
    edited(folder, old, new)
    with pytest.raises(StudyError, match=re.escape(said)) as refused:
        Study.open(folder)
    assert str(folder / "study.yaml") in str(refused.value)


def test_a_folder_without_a_study_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"there is no study here \(no file study.yaml\)"):
        Study.open(tmp_path)


def test_unknown_quarters_and_schemes_are_named_with_what_there_is(folder):
    study = Study.open(folder)
    with pytest.raises(StudyError, match=r"2027Q1 is not in study h_bank, whose quarters are 2023Q4 to 2026Q3"):
        study.quarter("2027Q1")
    with pytest.raises(StudyError, match=r"has no scheme 'quality_frist'; did you mean 'quality_first'\?"):
        study.scheme("quality_frist")
    with pytest.raises(StudyError, match="cannot be a name"):
        study.scheme("../current")


def test_a_scheme_file_under_another_name_is_refused(folder):
    shutil.move(folder / "schemes" / "balanced.yaml", folder / "schemes" / "renamed.yaml")
    with pytest.raises(
        SchemeError, match=re.escape("the name in the file is 'balanced', but the file is called renamed")
    ):
        Study.open(folder).scheme("renamed")


def test_bounds_of_a_search_are_those_of_the_nearest_and_of_all_levels_together(folder):
    stated = (
        "search:\n  bounds:\n    customer_service: {csat: [20, 30]}\n    customer_service.agent: {csat: [25, 40]}\n"
    )
    search = Study.open(replaced_search(folder, stated)).settings.search
    assert search.bounds_for("customer_service", ("agent",))["csat"] == (25, 40)
    assert search.bounds_for("customer_service", ("agent", "senior_agent"))["csat"] == (25, 30)
    assert search.bounds_for("marketing", ("agent",))["csat"] == (15, 30)
    assert search.states("csat", "customer_service", ("agent", "senior_agent"))
    assert not search.states("csat", "marketing", ("agent",))
    assert not search.states("workload", "customer_service", ("agent",))


def test_bounds_of_a_level_that_there_is_not_are_refused(folder):
    stated = "search:\n  bounds:\n    customer_service.agnet: {csat: [20, 30]}\n"
    with pytest.raises(
        StudyError, match=r"search\.bounds\.customer_service\.agnet: is neither a role nor a role's level"
    ):
        Study.open(replaced_search(folder, stated))


def replaced_search(folder, stated):
    path = folder / "study.yaml"
    text = re.sub(r"search:.*?\nleads:", lambda _: stated + "leads:", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")
    return folder

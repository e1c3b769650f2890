"""A pilot that is planned before its data arrive, takes place, and is judged by its plan: the truth is planted."""

import datetime as dt
import json
import shutil

import numpy as np
import pytest
import yaml

import design_lab as dl
from design_lab.errors import ForecastError
from design_lab.expected import carry_out, pilot_verdicts
from design_lab.expected.plan import FILE
from design_lab.files import write_yaml
from design_lab.ingest import build
from design_lab.periods import Quarter
from design_lab.study import Study, project_root
from design_lab.synthetic import generate
from tests.conftest import STUDIES

TEAMS = 12
FIRST, PLANNED, LAST = Quarter(2025, 4), Quarter(2026, 1), Quarter(2026, 2)
LAW = {"satisfaction_logit": {"csat": 20.0}}  # .05 more of the weight on CSAT is 1 in the log-odds: not to be missed
NOTEBOOK = project_root() / "notebooks" / "07_volume_and_csat.ipynb"


def centre(folder, *, last, law=LAW, reform=None):
    """Twelve customer-service teams on one queue, up to a quarter."""
    told = yaml.safe_load((STUDIES / "small" / "centre.yaml").read_text(encoding="utf-8"))
    told |= {"first": str(FIRST), "last": str(last), "parquet_quarters": [], "law": told["law"] | {"effects": law}}
    told["roles"]["customer_service"]["teams"] = TEAMS
    told["queues"] = {
        name: one | ({"teams": TEAMS, "share": 0.8} if name == "general" else {})
        for name, one in told["queues"].items()
        if name in ("general", "technical")
    }
    told["queues"]["technical"]["share"] = 0.2
    told["demand"] |= {"answered_per_day": 500, "averaged_over": [str(FIRST), str(LAST)]}
    write_yaml(folder / "centre.yaml", told | ({"reform": reform} if reform else {}))


def settings(folder, *, last, history=()):
    told = yaml.safe_load((STUDIES / "small" / "study.yaml").read_text(encoding="utf-8"))
    everybody = {"scheme": "current", "who": "all", "first_day": FIRST.first_day(), "chosen": "unknown"}
    told |= {
        "quarters": {"first": str(FIRST), "last": str(last)}, "data_cutoff": last.last_day(),
        "scheme_history": [everybody, *history], "pilot": {"least_effects": {"csat": 1.0}, "volume_margin": 0.4},
    }  # fmt: skip
    write_yaml(folder / "study.yaml", told)


def arrived(folder):
    generate(folder, jobs=2)
    study = Study.open(folder)
    build(study, jobs=2)
    return study


@pytest.fixture(scope="module")
def piloted(tmp_path_factory):
    """The study with its plan, and the plan as it was written while two quarters of data were there."""
    folder = tmp_path_factory.mktemp("piloted") / "small"
    shutil.copytree(STUDIES / "small", folder, ignore=shutil.ignore_patterns("raw", "tables"))
    centre(folder, last=PLANNED)
    settings(folder, last=PLANNED)
    before = arrived(folder)
    teams = dl.team_quarters(before, before.quarters)
    past = dl.steady_past(before, dl.weight_history(before, roles=teams.roles), teams.rates())
    sought = dl.wanted_effect(before, past, PLANNED, None, rng=np.random.default_rng(1))
    drawn = dl.pilot_designs(before, past, sought, rng=np.random.default_rng(2)).lot(20260320)
    plan = dl.analysis_plan(
        before, drawn, scheme="quality_first", begins=Quarter(2026, 2), seed=7, written_on=dt.date(2026, 3, 20), draws=999,
    )  # fmt: skip
    plan.write(folder)
    observed = plan.begins.plus(-drawn.design.before)
    days = [observed.plus(step).first_day() for step in range(drawn.design.quarters)]
    waves = [
        {"first": date, "teams": [team for team, at in plan.starts.items() if at == date]}
        for date in sorted({at for at in plan.starts.values() if at})
    ]
    weights = {"workload": 0.25, "service_quality": 0.30, "csat": 0.30, "teamwork": 0.15}
    centre(folder, last=LAST, reform={"weights": weights, "waves": waves})
    settings(folder, last=LAST, history=drawn.history("quality_first", "current", days))
    return arrived(folder), plan


@pytest.mark.long
def test_the_planted_gain_is_found_and_the_pilot_goes_on_to_everybody(piloted):
    study, plan = piloted
    (found,) = pilot_verdicts(study, Quarter.parse(plan.looks[-1]))
    assert found.plan == plan
    assert (found.verdict, found.why) == ("go", "gain")
    assert found.effects.primary.claim.claim == "causal"
    (said,) = found.findings()
    assert said.value > plan.least_effect
    assert plan.digest[:12] in said.text["en"]
    assert plan.digest[:12] in said.text["zh"]


@pytest.mark.long
def test_the_plan_is_carried_out_by_the_cells_of_notebook_07_and_nothing_else(piloted, tmp_path):
    """Second road: the notebook's own cells, given the plan's seed and number of draws."""
    study, plan = piloted
    look = Quarter.parse(plan.looks[-1])
    held = {"study": str(study.folder), "quarter": str(look), "lang": "en", "out": str(tmp_path), "seed": plan.seed}
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(one["source"]) for one in cells if one["cell_type"] == "code" and one["metadata"] == {}]
    last = next(place for place, source in enumerate(code) if "dl.weight_effects(" in source)
    for source in code[: last + 1]:
        exec(source.replace("    checks=checks.checks,\n", f"    checks=checks.checks, draws={plan.draws},\n"), held)
    carried = carry_out(study, study.folder / FILE, look)
    assert carried.effects.findings() == held["effects"].findings()
    assert carried.checks.findings() == held["checks"].findings()


@pytest.mark.long
def test_no_verdict_is_given_where_no_look_is_due_or_no_plan_lies(piloted):
    study, _ = piloted
    assert pilot_verdicts(study, FIRST) == ()
    assert pilot_verdicts(Study.open(STUDIES / "small"), LAST) == ()


@pytest.mark.long
def test_a_plan_changed_after_the_data_came_is_refused(piloted, tmp_path):
    study, plan = piloted
    changed = tmp_path / FILE
    written = (study.folder / FILE).read_text(encoding="utf-8")
    changed.write_text(written.replace("least_effect: 1", "least_effect: 2"), encoding="utf-8")
    with pytest.raises(ForecastError, match="was changed after it was written"):
        carry_out(study, changed, Quarter.parse(plan.looks[-1]))


@pytest.mark.long
def test_a_plan_of_other_teams_or_of_another_draw_is_refused(piloted, tmp_path):
    study, plan = piloted
    look = Quarter.parse(plan.looks[-1])
    other = plan.model_copy(update={"draw": "another draw"}).write(tmp_path / "draw")
    with pytest.raises(ForecastError, match="the plan's draw is another draw, that of scheme_history design_lab"):
        carry_out(study, other, look)
    left, *rest = plan.starts
    fewer = plan.model_copy(update={"starts": {team: plan.starts[team] for team in rest}}).write(tmp_path / "teams")
    with pytest.raises(ForecastError, match=f"compares other teams than the plan: {left} is not in the plan"):
        carry_out(study, fewer, look)

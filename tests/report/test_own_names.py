"""What a client calls its dimensions stands in findings, on the page and on slides, and the id nowhere."""

import re
from html import unescape

import pytest
import yaml
from pptx import Presentation

from design_lab.evaluation import (
    coverage,
    effective_weights,
    movers,
    ways_to_weights,
    weights_by_role,
    weights_by_rule,
)
from design_lab.finding import Finding, Results
from design_lab.report import Cover, write_reports
from design_lab.scoring import in_force, panel, score, targets
from design_lab.study import Study
from tests.scoring.conftest import make_scheme

CALLED = {"en": "Contacts handled", "zh": "接听工作量"}
OTHERWISE = {"en": re.compile(r"\bworkload\b", re.IGNORECASE), "zh": re.compile("(?<!接听)工作量|workload")}


@pytest.fixture(scope="module")
def client(small, tmp_path_factory):
    """The small study, whose study.yaml names a dimension; its tables are the same."""
    folder = tmp_path_factory.mktemp("named") / "small"
    folder.mkdir()
    for path in small.folder.iterdir():
        if path.name != "study.yaml":
            (folder / path.name).symlink_to(path)
    given = yaml.safe_load((small.folder / "study.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(given | {"dimensions": {"workload": CALLED}}, allow_unicode=True)
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return Study.open(folder)


@pytest.fixture(scope="module")
def results(client):
    quarter = client.quarters[-1]
    people, medians, settings = panel(client, quarter), targets(client, quarter), client.settings
    held, least = in_force(client, people, quarter), settings.privacy.strictest
    today = score(people, client.current, medians=medians)
    tilted = {"workload": 90, "service_quality": 10, "csat": 0, "teamwork": 0}
    dimensions = {
        name: one.model_copy(update={"weight": tilted[name]}) for name, one in client.current.dimensions.items()
    }
    candidate = score(people, client.current.model_copy(update={"dimensions": dimensions}), medians=medians)
    made = (
        effective_weights(today), effective_weights(today, what="grade"),
        weights_by_role(today, roles=settings.roles, least=least), weights_by_rule(people, held, medians=medians),
        movers(today, candidate, least=1, names=settings.roles),
        ways_to_weights(today, roles=settings.roles, least=least),
        coverage(people, today.scheme, client.aims, roles=settings.roles, least=1),
    )  # fmt: skip
    told = [one for result in made for one in result.findings() if ".content_" not in one.id]  # a goal's, so named
    named = [Finding.from_dict(one.to_dict() | {"source": "03_what_the_scheme_rewards"}) for one in told]
    return Results(study=client.name, quarter=str(quarter), synthetic=True, findings=tuple(named))


@pytest.fixture(scope="module")
def folder(client, results, tmp_path_factory):
    made = tmp_path_factory.mktemp("report")
    write_reports(results, Cover.of(client, results.quarter), langs=("en", "zh"), formats=("html", "pptx"), folder=made)
    return made


@pytest.mark.parametrize("lang", CALLED)
def test_findings_speak_the_client_s_name(results, lang):
    kinds = {
        one.id.removesuffix(".workload") for one in results.findings if CALLED[lang].lower() in one.text[lang].lower()
    }
    assert {"diagnosis.nominal_weight", "diagnosis.effective_weight_of_grade"} <= kinds
    for stem in (
        "diagnosis.effective_weight_by_role", "diagnosis.effective_weight_by_rule", "candidates.current.moved_by",
        "weights.", "diagnosis.coverage",
    ):  # fmt: skip
        assert any(kind.startswith(stem) for kind in kinds), stem
    assert not [one.id for one in results.findings if OTHERWISE[lang].search(one.text[lang])]


@pytest.mark.parametrize("lang", CALLED)
def test_the_page_shows_the_client_s_name_alone(folder, lang):
    page = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style|code)\b.*?</\1>", "", page, flags=re.DOTALL)  # keys of findings stand in code
    shown = unescape(re.sub(r"<[^>]*>", " ", page) + " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', page)))
    assert CALLED[lang] in shown
    assert not OTHERWISE[lang].findall(shown)


@pytest.mark.parametrize("lang", CALLED)
def test_slides_show_the_client_s_name_alone(folder, lang):
    said = []
    for shape in (shape for slide in Presentation(folder / f"report.{lang}.pptx").slides for shape in slide.shapes):
        if shape.has_text_frame:
            said.append(shape.text_frame.text)
        if shape.has_table:
            said += [cell.text for row in shape.table.rows for cell in row.cells]
        if shape.has_chart:
            said += map(str, shape.chart.plots[0].categories)
    assert CALLED[lang] in said  # a label of a chart or a table's cell
    assert not OTHERWISE[lang].findall("\n".join(said))


def test_a_client_s_name_in_one_language_stands_in_both():
    scheme = make_scheme().calling({"workload": {"zh": "接听工作量"}})
    assert scheme.named("workload") == {"en": "接听工作量", "zh": "接听工作量"}
    assert scheme.remade(scheme.model_dump()).named("workload") == scheme.named("workload")
    assert scheme.fingerprint == make_scheme().fingerprint

"""The sections behind the diagnosis, on invented findings: chance, whom the grades honour, principles, coverage."""

import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import number
from design_lab.evaluation import weights_by_scheme
from design_lab.report import tell
from design_lab.report.content import Chart, Group, Table
from design_lab.scoring import score_in_force
from tests.evaluation.test_diagnosis import crowd
from tests.evaluation.test_several_schemes import piloted
from tests.report.conftest import MATRIX, WEIGHTS

pptx = pytest.importorskip("pptx")


@pytest.fixture(scope="module")
def report(invented):
    return tell(*invented(), "en")


def titles(section):
    return [block.title for block in section.blocks]


def ids(block):
    return [statement.id for statement in block.statements]


# Chance.


def test_the_section_on_chance_begins_with_the_grades_that_would_come_out_again(report):
    section = report.section("noise")
    assert section.heading == "Measured again equally well, 61.2% of the people with a grade would get the same grade"
    assert [type(block) for block in section.blocks] == [Group, Chart, Table, Table]
    again = section.blocks[0]
    assert ids(again)[0] == "diagnosis.grade_agreement"
    assert "diagnosis.tiers" in ids(again)
    assert {statement.claim for statement in again.statements} == {"scenario"}
    assert [statement.id for statement in section.brief] == [
        "diagnosis.grade_agreement", "diagnosis.score_reliability",
    ]  # fmt: skip


def test_chance_stands_beside_the_share_that_each_dimension_makes(report):
    table = report.section("noise").tables[0]
    assert table.columns == ("Dimension", "Share of the differences in score", "Made by chance")
    assert [row.cells for row in table.rows] == [
        ("Workload", "61.3%", "2.1%"),
        ("Service quality", "17.1%", "4.1%"),
        ("Customer satisfaction", "18.7%", "11.3%"),
        ("Teamwork", "3.1%", "5.2%"),
    ]
    assert {statement.id for statement in table.rows[1].shows} == {
        "diagnosis.effective_weight.service_quality", "diagnosis.effective_noise.service_quality",
    }  # fmt: skip


def test_reliability_is_drawn_by_cycle_with_the_interval_of_the_measured_one(report, invented):
    chart = report.section("noise").chart
    assert chart.categories == ("QA score", "Peer rating", "CSAT"), "the most reliable on top"
    month, quarter, year = chart.series
    assert quarter.values == (0.77, 0.61, 0.52)
    assert month.values == pytest.approx((0.56, 0.40, 0.31))
    assert year.values == pytest.approx((0.84, 0.68, 0.59))
    assert quarter.bounds == ((pytest.approx(0.69), pytest.approx(0.83)), *quarter.bounds[1:])
    assert None not in quarter.bounds
    assert set(month.bounds) == set(year.bounds) == {None}
    assert chart.note == "Thin lines are intervals at the 95% level."
    measured = [statement for statement in chart.shows if statement.id.startswith("diagnosis.reliability.")]
    assert {statement.claim for statement in measured} == {"association"}


def test_the_weights_elsewhere_are_rows_that_name_their_role_quarter_and_rule(report):
    table = report.section("noise").tables[1]
    assert [row.cells[0] for row in table.rows] == [
        "Customer service",
        "2026Q3",
        "Under z scores within role and level",
    ]
    assert table.rows[0].cells[1:] == ("58.0%", "17.0%", "20.0%", "5.0%")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_rerun_the_section_says_so_and_still_shows_what_there_is(invented, lang):
    without = (
        "diagnosis.grade_agreement",
        "diagnosis.score_reliability",
        "diagnosis.tiers",
        "diagnosis.effective_noise",
    )
    section = tell(*invented(without=without), lang).section("noise")
    say = words(lang).say
    assert section.heading == say("report.noise.none")
    assert section.lead == (say("report.missing_finding", what=say("report.what.noise")),)
    assert [type(block) for block in section.blocks] == [Chart, Table]
    assert section.brief == ()


# Whom the grades honour.


def test_the_grades_come_before_the_past_and_each_says_what_kind_of_claim_it_is(report):
    section = report.section("direction")
    assert section.heading == "29.5% of the people with the top grade are below the target for customer satisfaction"
    grades, chart, past = section.blocks
    assert ids(grades) == [
        "diagnosis.top_grade_below_csat_target", "diagnosis.top_true_csat_below_target",
        "diagnosis.low_grade_best_quality", "diagnosis.low_true_best_quality",
    ]  # fmt: skip
    assert ids(past) == [f"evidence.volume_csat.{kind}" for kind in ("pooled", "between", "within")]
    assert {statement.claim for statement in past.statements} == {"association"}
    assert chart.categories == ("Everybody, every week", "Between people", "The same person")
    assert chart.series[0].values == (-0.42, -0.81, 0.03)
    assert chart.series[0].bounds == ((-0.61, -0.23), (-1.2, -0.42), (-0.04, 0.1))
    assert [statement.id for statement in section.brief] == [ids(grades)[0], "evidence.volume_csat.within"]


def test_without_grades_the_past_makes_the_heading_and_without_both_that_is_said(invented):
    grades = ("diagnosis.top_", "diagnosis.low_")
    section = tell(*invented(without=grades), "en").section("direction")
    assert section.heading == (
        "When the same person takes on more, no difference in customer satisfaction can be told from none"
    )
    neither = tell(*invented(without=(*grades, "evidence.volume_csat")), "en").section("direction")
    assert neither.heading == "Whom the grades honour could not be counted"
    assert (neither.blocks, neither.chart) == ((), None)
    assert len(neither.lead) == 1


def test_a_slope_that_is_told_from_none_gives_its_value_to_the_heading(invented):
    results, cover = invented(without=("diagnosis.top_", "diagnosis.low_"))
    known = replace(results["evidence.volume_csat.within"], value=-0.3, interval=(-0.5, -0.1))
    found = tuple(known if one.id == known.id else one for one in results.findings)
    section = tell(replace(results, findings=found), cover, "en").section("direction")
    assert section.heading.endswith("customer satisfaction differs by -0.30 pp for each tenth more volume")


def test_a_slope_that_is_not_known_has_no_bar_and_keeps_its_sentence(invented):
    results, cover = invented()
    kept = tuple(
        replace(finding, value=None, interval=None, level=None, claim="unidentified")
        if finding.id == "evidence.volume_csat.between"
        else finding
        for finding in results.findings
    )
    section = tell(replace(results, findings=kept), cover, "en").section("direction")
    assert section.chart.series[0].values == (-0.42, None, 0.03)
    assert section.chart.series[0].bounds[1] is None
    assert "evidence.volume_csat.between" in ids(section.blocks[-1])


# Principles and goals.


def test_principles_are_answered_in_the_heading_and_their_details_are_folded(report):
    section = report.section("aims")
    assert section.heading == (
        "Of the four principles, fairness not met; completeness and timeliness cannot be told; quantification met"
    )
    assert [(block.title, block.folded) for block in section.blocks] == [
        ("The four principles", False),
        ("The goals", False),
        ("Appeals", False),
        ("Their criteria", True),
        ("Ratings of people by people, and who rates and leads how many", True),
        ("Appeals by group, ground and who decides", True),
    ]
    assert ids(section.blocks[3]) == ["diagnosis.principle.fair.same_grade"]
    claims = {statement.id.rpartition(".")[2]: statement.claim for statement in section.brief}
    assert claims == {
        "fair": "scenario",
        "quantified": "scenario",
        "complete": "unidentified",
        "timely": "unidentified",
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_appeals_stand_open_and_what_is_said_by_group_is_folded(invented, lang):
    results, cover = invented()
    shown = [block for block in tell(results, cover, lang).section("aims").blocks if block.kind == "group"]
    of_all, by_group = ([one for one in shown if "appeals.rate" in ids(one)], [one for one in shown if one.folded])
    assert {"appeals.rate", "appeals.upheld", "appeals.year.turnaround", "appeals.effect.grades"} <= set(ids(of_all[0]))
    assert ids(by_group[-1]) == ["appeals.ground-data_disputed", "appeals.appealed.gender-female"]
    told = [*ids(of_all[0]), *ids(by_group[-1])]
    assert set(told) == {finding.id for finding in results.under("appeals")}


def test_without_principles_none_is_said_to_be_met(invented):
    section = tell(
        *invented(without=("diagnosis.principle", "diagnosis.goal", "ratings", "organisation", "appeals")), "en"
    ).section("aims")
    assert section.heading == "The principles and goals of the appraisal were not held against data"
    assert (section.blocks, section.brief) == ((), ())


# Coverage.


def test_the_matrix_has_a_row_a_role_and_a_column_a_goal_with_dimensions_in_its_cells(report):
    section = report.section("coverage")
    table = section.blocks[0]
    assert table.columns == (
        "Role", "Better service quality", "Higher efficiency", "Closer teamwork", "Personal development",
    )  # fmt: skip
    named, service, complaints = (row.cells for row in table.rows)
    assert named == ("Indicators that the client's own paper names", "–", "2", "None", "–")
    assert service == (
        "Customer service",
        "Service quality 95.4%, customer satisfaction 93.1% (assumed)",
        "Workload 97.2%",
        "Teamwork 88.3% (assumed)",
        "No weight",
    )
    assert complaints == (
        "Complaints handling", "Service quality 6.7%: too few data", "Workload 0.0%: too few data", "Nothing", "No weight",
    )  # fmt: skip
    assert sum(len(row.shows) for row in table.rows) == 2 + sum(max(1, len(found)) for *_, found in MATRIX)


def test_every_hole_is_marked_and_nothing_else(report):
    named, service, complaints = report.section("coverage").blocks[0].rows
    assert service.holes == {4}
    assert complaints.holes == {1, 2, 3, 4}
    assert named.holes == {1, 3, 4}, "no indicator named, or nothing known of that"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            'For "closer teamwork", the client\'s own paper names no indicator; '
            "37.5% of all pairs of role and goal are covered",
        ),
        ("zh", "客户自己的报告没有为“加强团队协作”列出任何指标；岗位与目标的组合中已覆盖 37.5%"),
    ],
)
def test_that_the_client_names_nothing_for_teamwork_is_the_heading(invented, lang, said):
    assert tell(*invented(), lang).section("coverage").heading == said


def test_without_coverage_there_is_no_empty_table(invented):
    section = tell(*invented(without=("diagnosis.coverage",)), "en").section("coverage")
    assert section.heading == "What the appraisal looks at could not be calculated"
    assert (section.blocks, section.tables) == ((), ())
    named_alone = tell(*invented(without=("diagnosis.coverage_by_role",)), "en").section("coverage")
    assert named_alone.tables == ()
    assert ids(named_alone.blocks[0])[0] == "diagnosis.coverage.goals"


# The page and the slides.


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_matrix_on_the_page_has_scoped_headers_and_marked_holes(written, lang):
    folder, *_ = written()
    page = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="coverage"') : page.index('<section id="candidates"')]
    table = section[section.index("<table") : section.index("</table>")]
    assert len(re.findall(r'<th scope="col">', table)) == 5 + 1  # the claim, since rows differ in it
    assert len(re.findall(r'<th scope="row">', table)) == 3
    assert len(re.findall(r'<td class="hole">', table)) == 3 + 1 + 4
    assert "<caption>" in table


def test_details_are_folded_on_the_page_and_headlines_are_not(written):
    folder, *_ = written()
    page = (folder / "report.en.html").read_text(encoding="utf-8")
    folded = re.findall(r"<summary>(.*?)</summary>", page)
    assert folded == [
        "How the rule takes each candidate", "Tables delivered", "How people differ", "Their criteria",
        "Ratings of people by people, and who rates and leads how many",
        "Appeals by group, ground and who decides", "Every hole by name", "Findings",
        "The least effect that the pilot proposed finds four times in five", "The lot", "Quarter by quarter",
        "Each risk in words", "The findings that watch them",
        "Where people cannot be told apart, by indicator and role",
        "Limits, and the findings they apply to", "All findings", "Terms and their meaning",
    ]  # fmt: skip
    assert "<details open" not in page
    assert page.count("<details") == page.count("</details>") == len(folded)


def test_the_slides_of_these_sections_carry_their_heading_claims_and_ids(written):
    folder, results, cover = written()
    report = tell(results, cover, "en")
    slides = pptx.Presentation(folder / "report.en.pptx").slides
    by_heading = {slide.shapes.title.text_frame.text: slide for slide in slides}
    for key in ("noise", "direction", "gains", "conclusions"):
        section = report.section(key)
        slide = by_heading[section.heading]
        notes = slide.notes_slide.notes_text_frame.text.split("\n")
        foot = next(shape.text_frame.text for shape in slide.shapes if shape.name == "source")
        for statement in section.brief:
            assert statement.id in notes
            assert statement.claim_label in foot
    duties = report.section("responsibilities")
    table = next(shape.table for shape in by_heading[duties.heading].shapes if shape.has_table)
    assert [cell.text_frame.text for cell in table.rows[2].cells] == list(duties.tables[0].rows[1].cells)


def test_native_charts_bear_the_intervals_of_their_findings_in_the_chart_and_in_its_sheet(written):
    """Read back as PowerPoint would: value plus and less the error bars are the ends of the finding's interval."""
    import openpyxl

    folder, results, _ = written()
    slides = pptx.Presentation(folder / "report.en.pptx").slides
    charts = {shape.name: shape.chart for slide in slides for shape in slide.shapes if shape.has_chart}
    found = {title: chart for title, chart in charts.items() if chart._chartSpace.xpath(".//c:errBars")}
    assert len(found) == 4, "effective weights, reliability, slopes and what is expected"
    bearing = [
        (chart, series)
        for chart in found.values()
        for series in chart.plots[0].series
        if series._element.xpath("c:errBars")
    ]
    assert len(bearing) == 4, "one each"
    for chart, series in bearing:
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        for side in ("plus", "minus"):
            (reference,) = series._element.xpath(f"c:errBars/c:{side}//c:f")
            cells = [row[0].value for row in sheet[reference.text.removeprefix("Sheet1!").replace("$", "")]]
            told = [float(v.text) for v in series._element.xpath(f"c:errBars/c:{side}//c:v")]
            assert [cell for cell in cells if cell is not None] == told
    slopes = next(chart for title, chart in found.items() if "tenth more volume" in title)
    series = slopes.plots[0].series[0]
    plus, minus = (
        [float(v.text) for v in series._element.xpath(f"c:errBars/c:{side}//c:v")] for side in ("plus", "minus")
    )
    for value, above, below, kind in zip(series.values, plus, minus, ("pooled", "between", "within"), strict=True):
        assert (value - below, value + above) == pytest.approx(results[f"evidence.volume_csat.{kind}"].interval)


def test_the_markup_of_error_bars_stands_where_the_format_wants_it(written):
    """ECMA-376, CT_BarSer: labels, then error bars, then categories and values."""
    folder, *_ = written()
    with zipfile.ZipFile(folder / "report.en.pptx") as packed:
        parts = [
            packed.read(name).decode() for name in packed.namelist() if re.fullmatch(r"ppt/charts/chart\d+\.xml", name)
        ]
    bearing = [part for part in parts if "c:errBars" in part]
    assert len(bearing) == 4
    for part in bearing:
        ser = next(one for one in re.findall(r"<c:ser>.*?</c:ser>", part, flags=re.S) if "c:errBars" in one)
        order = [
            ser.index(f"<c:{tag}") for tag in ("tx>", "spPr>", "invertIfNegative", "dLbls>", "errBars", "cat>", "val>")
        ]
        assert order == sorted(order)


# Several schemes in force.


@pytest.mark.parametrize("lang", LANGUAGES)
def test_weights_of_each_scheme_in_force_stand_side_by_side(invented, lang):
    results, cover = invented()
    people = crowd(120, teams=12)
    held = piloted(people)
    schemes = dict(zip(("current", "quality_first"), held.schemes.values(), strict=True))
    named = {name: one.model_copy(update={"name": name, "title": cover.schemes[name]}) for name, one in schemes.items()}
    under = held.under.map(dict(zip(held.schemes, named, strict=True)))
    scored = score_in_force(people, replace(held, schemes=named, under=under), medians=pd.DataFrame())
    told = weights_by_scheme(scored, least=10).findings()
    report = tell(replace(results, findings=(*results.findings, *told)), cover, lang)
    say = words(lang).say
    section = report.section("weights")
    table = next(one for one in section.tables if one.title == say("report.weights.by_scheme"))
    assert table.columns[1:] == tuple(cover.schemes[name][lang] for name in named)
    by_id = {one.id: one for one in told}
    for dimension, row in zip(WEIGHTS, table.rows, strict=False):
        for name, cell in zip(named, row.cells[1:], strict=True):
            on_paper, real = (
                by_id[f"diagnosis.{kind}_weight_by_scheme.{name}.{dimension}"] for kind in ("nominal", "effective")
            )
            assert cell.startswith(f"{number(on_paper.value, 'weight', lang)} / {number(real.value, 'share', lang)}")
    assert any(cover.schemes["current"][lang] in sentence for sentence in section.lead)
    assert any("80" in sentence for sentence in report.section("candidates").lead)
    assert say("report.weights.by_scheme") not in titles(tell(results, cover, lang).section("weights"))

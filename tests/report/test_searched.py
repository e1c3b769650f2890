"""The chapter on the search, told from findings and points of two roles: the picture, the weights, what is lacking."""

from dataclasses import replace

import pytest

from design_lab.display import Quantity, Term
from design_lab.errors import FindingError
from design_lab.finding import Results, state
from design_lab.landscape import Landscape, read_landscapes, write_landscapes
from design_lab.report import tell, write_reports
from design_lab.report.charts import draw
from design_lab.report.content import Group, Scatter, Table

pptx = pytest.importorskip("pptx")
WEIGHTS = {"calls_per_hour": (0.4, 0.2, 0.35, 0.15), "very_satisfied_rate": (0.6, 0.8, 0.65, 0.85)}
ROLE = {"en": "customer service", "zh": "客户服务人员"}
LANDSCAPE = Landscape(
    name="customer_service",
    role=ROLE,
    axes=("reliability", "alignment"),
    cloud=((0.6, 0.1), (0.7, 0.15), (0.8, 0.12)),
    front=((0.65, 0.3), (0.9, 0.1)),
    named={"today": (0.62, 0.12), "even": (0.65, 0.3), "nearest": (0.65, 0.3), "reliable": (0.9, 0.1)},
)


def findings():
    said = {"n": 180, "claim": "accounting"}
    yield state("search.tried", 522, says="search.tried", unit="count", said=Quantity(1398, "count"),
                roles=Quantity(1, "count"), quarter="2026Q3", limits=["bounds_unstated"], **said)  # fmt: skip
    yield state("search.tried.customer_service", 522, says="search.tried_role", unit="count", role=ROLE,
                front=Quantity(216, "count"), **said)  # fmt: skip
    yield state("search.front_size", 216, says="search.front_size", unit="count", tried=Quantity(522, "count"), **said)
    yield state("search.plotted.customer_service", 5, says="search.plotted", unit="count", role=ROLE,
                tried=Quantity(522, "count"), **said)  # fmt: skip
    yield state("search.winner.customer_service", 0.1, says="search.winner", unit="correlation", role=ROLE,
                bounds=(-0.01, 0.22), level=0.95, tried=Quantity(522, "count"), seems=Quantity(0.21, "correlation"),
                **said)  # fmt: skip
    for indicator, held in WEIGHTS.items():
        for key, value in zip(("today", "even", "nearest", "reliable"), held, strict=True):
            yield state(f"search.weight.{key}.customer_service.{indicator}", value, says="search.weight", unit="weight",
                        scheme=Term(f"search.title.{key}"), indicator={"en": indicator, "zh": indicator}, role=ROLE,
                        **said)  # fmt: skip
    for place, way in enumerate(("even", "nearest", "reliable")):
        yield state(f"search.best.{way}.reliability", 0.7 + place / 10, says="search.best.reliability", unit="share",
                    scheme=Term(f"search.title.{way}"), today=Quantity(0.62, "share"), **said)  # fmt: skip


@pytest.fixture
def searched(invented):
    results, cover = invented()
    return replace(results, findings=(*results.findings, *findings()), landscapes=(LANDSCAPE,)), cover


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_picture_stands_beside_the_weights_and_the_luck_of_the_best(searched, lang):
    section = tell(*searched, lang).section("search")
    chart, weights, figures, luck = section.blocks
    assert (type(chart), type(weights), type(figures), type(luck)) == (Scatter, Table, Table, Group)
    assert "522" in section.heading
    assert "216" in section.heading
    assert [row.cells[1:] for row in weights.rows] == [("40%", "20%", "35%", "15%"), ("60%", "80%", "65%", "85%")]
    assert [row.cells[2:] for row in figures.rows] == [("70.0%", "80.0%", "90.0%")]
    assert [one.id for one in luck.statements] == ["search.winner.customer_service"]
    assert "5" in chart.note
    assert "522" in chart.note


def test_proposals_on_one_spot_share_its_name(searched):
    (field,) = tell(*searched, "en").section("search").chart.fields
    assert [spot.name for spot in field.spots] == ["Today", "Even, Nearest", "Most reliable"]
    assert [spot.at for spot in field.spots] == [(0.62, 0.12), (0.65, 0.3), (0.9, 0.1)]


def test_without_a_search_the_chapter_says_so_and_draws_nothing(invented):
    section = tell(*invented(), "en").section("search")
    assert section.heading == "Which schemes are worth proposing was not examined"
    assert section.chart is None
    assert not section.blocks


def test_the_drawing_is_the_same_each_time_and_tells_in_words_what_it_shows(searched):
    chart = tell(*searched, "en").section("search").chart
    first, again = draw(chart, "Synthetic data"), draw(chart, "Synthetic data")
    assert first == again
    assert "Scatter chart of the schemes tried: Reliability of the score across" in first[0]
    assert "style=" not in first[0]


def test_the_slide_holds_the_points_natively(searched, tmp_path):
    write_reports(*searched, langs=("zh",), formats=("pptx",), folder=tmp_path)
    slides = pptx.Presentation(tmp_path / "report.zh.pptx").slides
    (chart,) = [
        shape.chart for slide in slides for shape in slide.shapes if shape.has_chart and "散点图" in described(shape)
    ]
    points = [len([*series.values]) for series in chart.plots[0].series]
    assert points == [3, 2, 1, 1, 1]
    assert chart._chartSpace.xpath("count(.//c:legendEntry)") == 3.0


def described(shape):
    return shape._element.nvGraphicFramePr.cNvPr.get("descr")


def test_points_are_read_as_they_were_written(searched, tmp_path):
    path = write_landscapes([LANDSCAPE], tmp_path, "06_search")
    assert read_landscapes(path) == (LANDSCAPE,)
    assert read_landscapes(tmp_path / "nothing.json") == ()
    results, _ = searched
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results
    with pytest.raises(FindingError, match=r"landscape 'x': these keys are missing or unknown: \['axes'"):
        Landscape.from_dict({"name": "x"})

"""The chapter on the search, told from findings and points of two roles: the picture, the weights, what is lacking."""

import pytest

from design_lab.errors import FindingError
from design_lab.finding import Results
from design_lab.landscape import Landscape, read_landscapes, write_landscapes
from design_lab.report import tell, write_reports
from design_lab.report.charts import draw
from design_lab.report.content import Group, Scatter, Table
from tests.report.conftest import LANDSCAPE

pptx = pytest.importorskip("pptx")


@pytest.fixture
def searched(invented):
    return invented()


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
    section = tell(*invented(without=("search",)), "en").section("search")
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

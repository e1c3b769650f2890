"""One chart of the report in a notebook, or the sentence that nothing of it is known."""

import pytest

from design_lab.errors import ReportError
from design_lab.finding import state
from design_lab.report.picture import CHARTS, picture


@pytest.mark.parametrize("name", CHARTS)
def test_without_findings_a_sentence_stands_in_its_place(small, name):
    shown = picture(name, [], small, small.quarters[-1], "en")
    assert shown._repr_svg_() is None
    assert repr(shown).startswith("This run holds no finding on ")


def test_a_name_without_a_chart_is_refused(small):
    with pytest.raises(ReportError, match="has no chart 'weight'; did you mean 'weights'"):
        picture("weight", [], small, small.quarters[-1], "en")


def test_findings_make_a_chart(small):
    staff = state(
        "data.staff.customer_service", 24, says="data.staff", unit="people", n=24, claim="accounting",
        role=small.settings.roles["customer_service"], quarter="2026Q3",
    )  # fmt: skip
    assert "<svg" in picture("staff", [staff], small, small.quarters[-1], "zh")._repr_svg_()

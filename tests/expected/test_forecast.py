"""A forecast that nothing supports is not made: it says so, and what would tell."""

import pytest

from design_lab.evidence import ClaimTest
from design_lab.expected import expected_effects, no_change
from design_lab.scheme import Scheme
from design_lab.study import project_root


@pytest.mark.parametrize(
    ("sets", "why"), [(1, "nobody has been under other weights"), (2, "is not carried over to forecasts")]
)
def test_without_support_there_is_no_number(sets, why):
    history = ClaimTest(weight_sets=sets, first="2025Q2", last="2026Q3", claim="unidentified")
    candidate = Scheme.read(project_root() / "data/h_bank/schemes/quality_first.yaml")
    effects = expected_effects(history, candidate)
    (made,) = effects.findings()
    assert (made.id, made.value, made.interval, made.claim) == (
        "expected.quality_first.csat", None, None, "unidentified",
    )  # fmt: skip
    assert why in made.text["en"]
    assert candidate.title["zh"] in made.text["zh"]
    assert effects.table().to_dict("records") == [
        {"scheme": "quality_first", "outcome": "csat", "claim": "unidentified"}
    ]


def test_no_change_is_not_forecast_either():
    current = Scheme.read(project_root() / "data/h_bank/schemes/current.yaml")
    (made,) = no_change(current).findings()
    assert (made.id, made.value, made.claim) == ("expected.current.csat", None, "unidentified")
    assert "stays in force is not forecast" in made.text["en"]

"""Weights on paper: as the file states them, and whole where a role inherits some of them."""

from design_lab.evaluation.on_paper import on_paper
from tests.scoring.conftest import make_scheme

NAMES = {"complaints": {"en": "complaints handling", "zh": "投诉处理人员"}}


def test_a_role_that_is_weighed_otherwise_has_all_its_weights_told():
    scheme = make_scheme()
    override = {"role": "complaints", "dimensions": {name: one.model_dump() for name, one in scheme.dimensions.items()}}
    scheme = scheme.model_copy(
        update={
            "overrides": tuple(type(scheme).model_validate({**scheme.model_dump(), "overrides": [override]}).overrides)
        }
    )
    told = {one.id: one for one in on_paper([scheme], NAMES).findings()}
    for name, one in scheme.dimensions.items():
        assert told[f"on_paper.{scheme.name}.all.{name}"].value == one.weight / 100
        whole = told[f"on_paper.{scheme.name}.complaints.{name}"]
        assert whole.value == one.weight / 100
        assert "complaints handling" in whole.text["en"]
    assert len(told) == 2 * len(scheme.dimensions)

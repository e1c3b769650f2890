"""docs/schemes.md: every example is a scheme that is accepted, and every key is told."""

import re

import pytest
import yaml

from design_lab import gradebook, provenance, rulebook, scheme
from design_lab.catalogue import cards
from design_lab.rulebook import Record
from design_lab.scheme import Scheme
from design_lab.scheme_faults import scheme_faults
from design_lab.study import project_root

PAGE = (project_root() / "docs" / "schemes.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
BASE = yaml.safe_load(
    (project_root() / "data" / "h_bank" / "schemes" / "quality_first.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: ".".join(map(str, [*example][:3])))
def test_every_example_is_accepted_within_a_whole_scheme(example):
    read = Scheme.model_validate(BASE | example | {"rules": BASE["rules"] | example.get("rules", {})})
    assert [*scheme_faults(read, cards())] == []


def records():
    return [
        record
        for module in (scheme, rulebook, gradebook, provenance)
        for record in vars(module).values()
        if isinstance(record, type) and issubclass(record, Record) and record is not Record
    ]


def test_every_key_of_a_scheme_file_is_told_in_an_example():
    told = set(re.findall(r"[a-z_]+", "\n".join(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))))
    assert {key for record in records() for key in record.model_fields} - told == set()


def test_every_word_that_a_key_may_hold_is_told():
    words = set()
    for record in records():
        for field in record.model_json_schema()["properties"].values():
            for part in (field, *field.get("anyOf", []), field.get("items", {})):
                words |= {*part.get("enum", []), *([part["const"]] if "const" in part else [])}
    assert len(words) > 40
    assert {word for word in words if not re.search(rf"\b{word}\b", PAGE)} == set()

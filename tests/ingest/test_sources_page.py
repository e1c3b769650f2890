"""docs/sources.md: each example is a mapping that loads, and together they show every key."""

import re

import pytest

from design_lab.ingest.mapping import Header, Rows, Source, read_sources
from design_lab.ingest.origin import Count, From
from design_lab.study import Study, project_root

PAGE = (project_root() / "docs" / "sources.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(":")[0])
def test_every_example_loads(tmp_path, example):
    (tmp_path / "sources.yaml").write_text(example, encoding="utf-8")
    assert read_sources(tmp_path).tables


def test_every_key_has_an_example():
    shown = set(re.findall(r"(\w+):", "".join(EXAMPLES)))
    keys = {
        field.alias or name
        for model in (Source, Header, Rows, From, Count)
        for name, field in model.model_fields.items()
    }
    assert keys <= shown, keys - shown


@pytest.mark.parametrize("name", ["bank_1999", "ctrip", "pwc"])
def test_the_studies_of_public_files_are_whole(name):
    study = Study.open(project_root() / "tests" / "studies" / name)
    assert study.current.name == "current"
    assert read_sources(study.folder).tables.keys() >= {"staff"}

"""The claim test: with one set of weights nothing can be said about weights."""

import shutil

from design_lab.evidence import claim_test
from design_lab.study import Study


def test_one_set_of_weights_is_unidentified_and_a_pilot_is_named(small):
    (made,) = claim_test(small).findings()
    assert made.id == "evidence.claim"
    assert made.claim == "unidentified"
    assert made.value is None
    assert "2025Q2 to 2026Q3" in made.text["en"]
    assert "pilot" in made.text["en"]


def with_history(small, tmp_path, history):
    folder = tmp_path / "small"
    shutil.copytree(small.folder, folder, ignore=shutil.ignore_patterns("raw", "tables"))
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    old = "  - {scheme: current, who: all, first_day: 2025-04-01, chosen: unknown}\n"
    assert old in text
    (folder / "study.yaml").write_text(text.replace(old, history), encoding="utf-8")
    return folder


def test_a_renamed_scheme_is_no_second_set_of_weights(small, tmp_path):
    folder = with_history(
        small,
        tmp_path,
        "  - {scheme: current, who: all, first_day: 2025-04-01, last_day: 2025-12-31, chosen: unknown}\n"
        "  - {scheme: renamed, who: all, first_day: 2026-01-01, chosen: unknown}\n",
    )
    text = (folder / "schemes" / "current.yaml").read_text(encoding="utf-8")
    (folder / "schemes" / "renamed.yaml").write_text(text.replace("name: current", "name: renamed"), encoding="utf-8")
    assert claim_test(Study.open(folder)).weight_sets == 1


def test_two_sets_are_counted_and_still_not_estimated(small, tmp_path):
    folder = with_history(
        small,
        tmp_path,
        "  - {scheme: current, who: all, first_day: 2025-04-01, chosen: unknown}\n"
        "  - {scheme: quality_first, who: [客服01组], first_day: 2026-01-01, chosen: randomised, draw: minutes}\n",
    )
    test = claim_test(Study.open(folder))
    assert test.weight_sets == 2
    assert test.findings()[0].claim == "unidentified"

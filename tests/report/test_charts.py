"""Charts, fonts, and what is imported when; equal bytes for equal findings."""

import pickle
import subprocess
import sys

import pytest

from design_lab.errors import ReportError
from design_lab.report import FORMATS, tell, write_reports
from design_lab.report.charts import draw
from design_lab.report.fonts import FAMILIES, family_for

RUN = """
import pickle, sys
from pathlib import Path
from design_lab.report import write_reports
heavy = {"matplotlib", "seaborn", "pandas", "jinja2", "pptx", "docx", "typst", "lxml"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
with open(sys.argv[1], "rb") as file:
    results, cover = pickle.load(file)
folder, formats, absent = Path(sys.argv[2]), sys.argv[3].split(","), set(sys.argv[4].split(","))
write_reports(results, cover, langs=("en", "zh"), formats=formats, folder=folder)
assert not absent & set(sys.modules), absent & set(sys.modules)
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("format", "absent"),
    [
        ("html", "pptx,docx,typst"),
        ("docx", "pptx,typst,jinja2"),
        ("pptx", "docx,typst,matplotlib,seaborn,jinja2,pandas"),
        ("pdf", "pptx,docx,jinja2"),
    ],
)
def test_another_process_writes_the_same_bytes_and_imports_only_what_it_needs(written, tmp_path, format, absent):
    folder, results, cover = written()
    given = tmp_path / "given.pickle"
    given.write_bytes(pickle.dumps((results, cover)))
    command = [sys.executable, "-W", "error", "-c", RUN, str(given), str(tmp_path / "out"), format, absent]
    ran = subprocess.run(command, env={"PYTHONHASHSEED": "7", "PATH": "", "HOME": str(tmp_path)}, check=False,
                         capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    made = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert len(made) == {"html": 42, "docx": 2, "pptx": 2, "pdf": 4}[format]
    for path in made:
        assert (tmp_path / "out" / path).read_bytes() == (folder / path).read_bytes(), path


@pytest.mark.long
def test_languages_written_at_the_same_time_have_the_same_bytes(written, tmp_path):
    folder, results, cover = written()
    made = write_reports(results, cover, langs=("en", "zh"), formats=FORMATS, folder=tmp_path, jobs=2)
    names = [path.relative_to(tmp_path) for path in made.files]
    assert len(names) == len(set(names)) == 50
    assert all((tmp_path / name).read_bytes() == (folder / name).read_bytes() for name in names)


def test_figures_are_written_in_both_languages_and_formats(written):
    folder, *_ = written()
    names = {
        f"{name}.{lang}.{end}"
        for name in (
            "staff",
            "weights",
            "reliability",
            "slopes",
            "candidates",
            "robustness",
            "search",
            "expected",
            "pilot",
            "plan",
        )
        for lang in ("en", "zh")
        for end in ("svg", "png")
    }
    assert {path.name for path in (folder / "figures").iterdir()} == names
    svg = (folder / "figures" / "weights.zh.svg").read_text(encoding="utf-8")
    assert "<title" in svg
    assert "<desc" in svg
    assert "style=" not in svg
    assert "<metadata" not in svg


def test_a_figure_carries_the_mark_only_for_synthetic_data(invented):
    chart = tell(*invented(), "en").section("data").chart
    marked, plain = draw(chart, "Synthetic data"), draw(chart)
    assert "#9a3412" in marked[0]
    assert "#9a3412" not in plain[0]


def test_the_bundled_font_has_what_chinese_charts_need():
    assert family_for(["工作量（权重）%"], families=()) in ("Noto Sans CJK SC", "Noto Sans CJK JP")


def test_a_family_that_lacks_a_character_is_passed_over():
    assert family_for(["工"], families=("DejaVu Sans", *FAMILIES)) != "DejaVu Sans"
    assert family_for(["work"], families=("DejaVu Sans", *FAMILIES)) == "DejaVu Sans"


def test_a_character_that_no_font_has_is_refused_with_what_to_install(invented):
    titles = {"current": {"en": "Now", "zh": "现行"}, "x": {"en": "Falcon \U00013143", "zh": "鹰"}}
    chart = tell(*invented(titles=titles), "en").section("candidates").chart
    with pytest.raises(ReportError, match=r"no font on this machine has these characters.*fonts-noto-cjk"):
        draw(chart)


def test_a_symbol_without_a_picture_in_the_font_is_drawn_as_a_box(invented):
    titles = {"current": {"en": "Now", "zh": "现行"}, "x": {"en": "Rocket \U0001f680\ufe0f", "zh": "火箭"}}
    chart = tell(*invented(titles=titles), "en").section("candidates").chart
    assert "\U0001f680" in "".join(chart.texts)
    assert draw(chart)[1].startswith(b"\x89PNG")

"""The rules of the house, kept by the machine."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from design_lab.study import project_root

ROOT = project_root()
PACKAGE = ROOT / "design_lab"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARAMETERS = ["study", "quarter", "schemes", "lang", "out", "seed"]

# Who alone may know a library (design_lab/ paths begin with one of these).
KNOWN_ONLY_BY = {
    "matplotlib": ("report/",),
    "seaborn": ("report/",),
    "jinja2": ("report/",),
    "pptx": ("report/",),
    "papermill": ("run/",),
    "joblib": ("parallel.py",),
    "ibis": ("address.py", "engine.py", "ingest/", "scoring/measures.py", "scoring/periods.py"),
    "xlsxwriter": ("synthetic/", "report/", "desk/"),
    "docx": ("report/", "desk/"),
    "typst": ("report/",),
    "typer": ("cli.py",),
    "ipywidgets": ("desk/",),
}


def module_id(path):
    return path.relative_to(PACKAGE).as_posix()


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_imports_only_point_down():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_no_module_exceeds_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_heavy_libraries_stay_in_their_rooms(path):
    name = module_id(path)
    for library in set(imported(path)) & set(KNOWN_ONLY_BY):
        assert name.startswith(KNOWN_ONLY_BY[library]), f"{name} imports {library}"


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_library_code_does_not_print_or_leave_unfinished_marks(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", text)
    if path.name != "cli.py":
        calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        assert "print" not in {call.func.id for call in calls}


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["numpy", "pandas", "ibis", "duckdb", "pyarrow", "matplotlib", "papermill", "pydantic", "scipy"]
    code = f"import sys, design_lab; print(*set({heavy}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_public_names_are_those_of_the_tour():
    import design_lab

    for name in design_lab.__all__:
        assert getattr(design_lab, name).__doc__, name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_thin_and_keep_the_contract(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    cells = book["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in code]
    assert len(cells) <= 25
    assert sum(len(source.splitlines()) for source in sources) <= 120
    assert all(len(source.splitlines()) <= 12 for source in sources)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code), "outputs stay out of git"
    assert [tag for cell in code for tag in cell["metadata"].get("tags", [])] == ["parameters"]
    titles = [line for c in cells if c["cell_type"] == "markdown" for line in "".join(c["source"]).splitlines()]
    assert sum(line.startswith("# ") for line in titles) == 1
    assert titles[0].startswith("# ")
    for source in sources:
        kinds = {type(node) for node in ast.walk(ast.parse(source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While}
    assert sources[-1].strip().endswith(f'"{path.stem}")')
    assert set(book["metadata"]["design_lab"]["needs"]) == {"tables", "findings"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_parameters_are_plain_literals_with_a_comment_each(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = next("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", []))
    body = ast.parse(source).body
    assert [statement.targets[0].id for statement in body] == PARAMETERS
    for statement in body:
        ast.literal_eval(statement.value)
    assert all("#" in line for line in source.splitlines())


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode("utf-8", "replace").splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def written_in(path):
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(part).decode("utf-8") for part in book.namelist())


def test_no_local_path_stands_in_the_repository():
    # Tests may plant paths to see that they are found; they hold none of this machine's.
    for path in tracked():
        if path.suffix != ".png" and "tests" not in path.parts:
            text = written_in(path)
            assert not [place for place in ("/root/", "/home/", "/work/", "/tmp/", "C:\\Users") if place in text], path
        assert str(ROOT) not in path.read_text(encoding="utf-8", errors="replace"), path


def test_the_client_s_name_is_not_in_the_code():
    for path in MODULES:
        assert not re.search(r"H Bank|H银行|h_bank", _without_examples(path.read_text(encoding="utf-8"))), path


def _without_examples(text):
    """Docstrings, comments and the command line's default study may name the sample."""
    tree = ast.parse(text)
    strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    documented = [
        ast.get_docstring(n, clean=False)
        for n in ast.walk(tree)
        if isinstance(n, ast.Module | ast.FunctionDef | ast.ClassDef)
    ]
    return "\n".join(s for s in strings if s not in documented and "data/h_bank" not in s and "reports/h_bank" not in s)

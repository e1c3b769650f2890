"""What pages point to is there: links, anchors, paths, tests, names of Python and files of YAML."""

import ast
import importlib
import re

import pytest
import yaml

import design_lab
from design_lab.files import validated
from design_lab.scheme import Scheme
from design_lab.study import Settings
from tests.pages import PAGES, ROOT, anchors, blocks, named, prose

METADATA = {"design_lab.needs", "design_lab.yaml"}  # a key of a notebook's metadata; no modules
READ = [*PAGES, ROOT / "CHANGELOG.md"]
ROOMS = "|".join(sorted(path.name for path in (ROOT / "design_lab").iterdir() if path.is_dir() and path.name[0] != "_"))
MADE = ("raw/", "tables/", "reports/", "data/h_bank/raw", "data/h_bank_pilot/raw")  # by a run; not kept in git


@pytest.mark.parametrize("page", READ, ids=named)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"<(?:img|a) [^>]*?(?:src|href)=\"([^\"]+)\"", text)
    for target in targets:
        if re.match(r"(https?|mailto):", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{named(page)}: {target}"
        assert not anchor or anchor in anchors(there), f"{named(page)}: {target} has no such heading"


def paths(text):
    """Paths of the repository that a text names, without the test or the glob behind them."""
    text = re.sub(r"(tests/[\w/]*)\{([\w,]+)\}(\.py)?", _opened, text)
    whole = re.findall(r"(?<![\w/.<])(?:design_lab|tests|docs|notebooks)/[\w./*-]*[\w*/]", text)
    return {path for path in whole if "*" not in path and "…" not in path}


def _opened(match):
    """Each of the names in braces: tests/test_{a,b}.py are two files."""
    return " ".join(f"{match[1]}{name}{match[3] or ''}" for name in match[2].split(","))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_path_that_a_page_names_is_there(page):
    text = page.read_text(encoding="utf-8")
    for path in paths(text):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").is_file(), f"{named(page)}: {path}"
    for path in re.findall(rf"`((?:{ROOMS})/[\w/.]+)`", text):
        there = [ROOT / "design_lab" / path, ROOT / "design_lab" / f"{path}.py"]
        there += [room / path for room in (ROOT / "design_lab").iterdir() if room.is_dir()]
        dotted = f"design_lab.{path.replace('/', '.')}"
        assert any(place.exists() for place in there) or is_there(dotted), f"{named(page)}: {path}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_test_and_module_that_a_page_names_is_there(page):
    text = page.read_text(encoding="utf-8")
    for path, name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", text):
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{named(page)}: {path}::{name}"
    for module in {*re.findall(r"\b((?:design_lab|tests)(?:\.[a-z_]\w*)+)\b", text)} - METADATA:
        assert is_there(module), f"{named(page)}: {module}"


def is_there(dotted):
    """Whether a dotted name leads to a module, or to a name in one."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        home = ROOT.joinpath(*parts[:cut])
        if home.is_dir() or home.with_suffix(".py").is_file():
            thing = importlib.import_module(".".join(parts[:cut]))
            for name in parts[cut:]:
                if not hasattr(thing, name):
                    return False
                thing = getattr(thing, name)
            return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_public_name_that_a_page_calls_is_one(page):
    text = page.read_text(encoding="utf-8")
    called = set(re.findall(r"\bdl\.(\w+)", text))
    assert called <= {*design_lab.__all__, "__version__"}, called - {*design_lab.__all__}


# Python of these pages is run by tests of its own, or needs what only a notebook holds: here its names alone are held.
PYTHON_ELSEWHERE = {
    "README.md": "README.md",  # a doctest
    "docs/new_client.md": "tests/expected/test_carried_out.py",
    "docs/api.md": "tests/test_made_pages.py",
}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=named)
def test_python_of_a_page_runs_or_is_run_by_its_test(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for block in blocks(page, "python"):
        if block.startswith(">>>"):
            assert "--doctest-glob=*.md" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
            continue
        tree = ast.parse(block)
        if named(page) not in PYTHON_ELSEWHERE:
            exec(compile(tree, named(page), "exec"), {})
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), named(page), "exec"), {})
    assert (ROOT / PYTHON_ELSEWHERE.get(named(page), "README.md")).is_file()


SMALL = yaml.safe_load((ROOT / "tests" / "studies" / "small" / "study.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")], ids=named)
def test_yaml_of_a_page_is_read_and_what_is_of_study_yaml_is_accepted(page):
    """Schemes, sources and cards of pages are held to their readers by the tests of those pages."""
    for block in blocks(page, "yaml"):
        read = yaml.safe_load(block)
        if {*read} <= {*Settings.model_fields} - {*Scheme.model_fields}:
            validated(Settings, SMALL | read, page)


def test_a_newcomer_gets_to_every_page_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        targets = re.findall(r"\]\(([\w./-]+\.md)[)#]", page.read_text(encoding="utf-8"))
        ahead += {(page.parent / target).resolve() for target in targets} - reached
    assert {*PAGES} - reached == set()

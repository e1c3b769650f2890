"""What a file or a word from outside cannot do: execute, lead out of the study, fill the memory, tell a password."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from design_lab.errors import DataError, DesignLabError, StudyError, without_passwords
from design_lab.files import read_yaml
from design_lab.ingest.mapping import read_sources
from design_lab.ingest.readers import matching
from design_lab.ingest.readers.workbook import read_sheets
from design_lab.run.scrub import scrub
from design_lab.study import Study, project_root
from tests.small_road import ALONE, can_cut_off

ROOT = project_root()
TEMPLATES = sorted((ROOT / "design_lab" / "report" / "templates").glob("*.html.j2"))
SMALL = ROOT / "tests" / "studies" / "small"


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['touch harmed']",
        "a: !!python/object/new:subprocess.Popen [['touch', 'harmed']]",
        "a: !!python/name:os.system",
        "a: !!python/module:os",
        "? !!python/object/apply:os.system ['touch harmed']\n: 1",
        "a: !<tag:yaml.org,2002:python/object/apply:eval> ['1']",
        "a: !own {b: 1}",
        "a: &a [x]\nb: *a",
        "a: {<<: {b: 1}}",
    ],
)
def test_no_yaml_executes_or_refers(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="not allowed"):
        read_yaml(Path("study.yaml"))
    assert not Path("harmed").exists()


@pytest.mark.parametrize(
    "pattern",
    ["../other.csv", "a/../../b.csv", "/etc/passwd", "C:\\data\\a.csv", "C:a.csv", "\\\\server\\share\\a.csv",
     "..\\a.csv", "\\a.csv", "a\0b.csv", "a\nb.csv", "a\u202eb.csv"],
)  # fmt: skip
def test_no_pattern_of_files_leaves_the_study_on_any_system(tmp_path, pattern):
    import yaml

    content = {"staff": {"files": pattern, "format": "csv", "columns": {"employee_id": "id"}}}
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError, match=r"must stay below raw/<quarter>/|special characters"):
        read_sources(tmp_path)


def test_a_link_that_leads_out_of_the_raw_files_is_not_read(tmp_path):
    raw = tmp_path / "raw"
    (raw / "2026Q3").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("id\n1\n", encoding="utf-8")
    (raw / "2026Q3" / "staff.csv").symlink_to(tmp_path / "secret.csv")
    (raw / "2026Q3" / "own.csv").write_text("id\n1\n", encoding="utf-8")
    (raw / "2026Q3" / "within.csv").symlink_to(raw / "2026Q3" / "own.csv")
    (source,) = read_sources(SMALL).tables["staff"]
    assert [p.name for p in matching(raw, "2026Q3", source.model_copy(update={"files": "[ow]*.csv"}))] == [
        "own.csv", "within.csv",
    ]  # fmt: skip
    with pytest.raises(DataError, match=r"2026Q3/staff\.csv: is a link that leads out of the study's raw files"):
        list(matching(raw, "2026Q3", source.model_copy(update={"files": "*.csv"})))


@pytest.mark.parametrize("name", ["con", "NUL", "a.", "..", "a/b", "ａ", "schéma", "a\0"])
def test_no_scheme_is_sought_by_a_name_that_no_file_has(name):
    with pytest.raises(StudyError, match="cannot be a name"):
        Study.open(SMALL).scheme(name)


def test_a_study_is_not_called_like_a_device(tmp_path):
    shutil.copytree(SMALL, tmp_path / "nul", ignore=shutil.ignore_patterns("raw", "tables"))
    settings = tmp_path / "nul" / "study.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("name: small", "name: nul"), encoding="utf-8")
    with pytest.raises(StudyError, match="Windows' own"):
        Study.open(tmp_path / "nul")


def test_a_workbook_that_unpacks_to_hundreds_of_times_its_size_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book, book.open("xl/worksheets/s.xml", "w") as sheet:
        for _ in range(110):
            sheet.write(b" " * 1_000_000)
    with pytest.raises(DataError, match=r"bomb\.xlsx: unpacks to 110 MB, [\d,]+ times its size"):
        read_sheets(path, "bomb.xlsx", lambda there: there)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("postgres://ana:s3cret@db.bank/calls", "postgres://ana:***@db.bank/calls"),
        ("mysql+pymysql://ana:p@ss:w0rd@db:3306/x?a=b", "mysql+pymysql://ana:***@db:3306/x?a=b"),
        ("duckdb://raw/warehouse.duckdb", "duckdb://raw/warehouse.duckdb"),
        ("postgres://ana:${PASSWORD}@db/x", "postgres://ana:${PASSWORD}@db/x"),
        ("https://example.org/a:b and mail a@b.c", "https://example.org/a:b and mail a@b.c"),
    ],
)
def test_no_password_of_an_address_is_told(said, told):
    assert without_passwords(said) == told
    assert str(DesignLabError(f"cannot reach {said}")) == f"cannot reach {told}"
    notebook = {"metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "source": said}]}
    assert scrub(notebook, parameters={}, local={})["cells"][0]["source"] == told


def test_sources_hold_no_password(tmp_path):
    (tmp_path / "sources.yaml").write_text(
        "staff: {format: table, url: 'postgres://ana:s3cret@db/x', table: staff, columns: {employee_id: id}}",
        encoding="utf-8",
    )
    with pytest.raises(StudyError, match="a password must not stand here") as refused:
        read_sources(tmp_path)
    assert "s3cret" not in str(refused.value)


def test_a_word_that_begins_like_a_formula_stays_a_text_in_every_workbook_of_the_slides():
    """Names of schemes, roles and teams come from a client's files and stand in the workbooks behind native charts."""
    import io

    import openpyxl
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    from design_lab.report.look import cell_text

    words = ["=1+1", '=HYPERLINK("http://x")', "{=1}", "+1", "-1", "@SUM(1)", "http://x", "plain"]
    data = CategoryChartData()
    data.categories = [cell_text(word) for word in words]
    data.add_series(cell_text("=2+2"), range(len(words)))
    deck = Presentation()
    frame = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 9, 9, data)
    book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_workbooks_of_the_package_write_a_client_s_words_as_texts():
    """xlsxwriter's `write` takes what begins with = for a formula; `write_string` does not."""
    for path in sorted((ROOT / "design_lab").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "xlsxwriter" in text and "synthetic" not in path.parts and "strings_to_formulas" not in text:
            assert not re.search(r"\b(?:page|sheet)\.write(?:_row|_column)?\(", text), path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_page_forbids_all_that_it_does_not_bring(path):
    text = path.read_text(encoding="utf-8")
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'", "style-src": "'sha256-{{ style_digest }}'", "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip
    assert not re.search(
        r"<script|<iframe|<object|<link|<base|\son[a-z]+=|\sstyle=|https?://|//\w", text.replace("://www.w3.org", "")
    )


def test_a_browser_finds_nothing_to_object_to_and_the_page_works():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "there is no chromium here: install Debian's package chromium (apt-get install chromium)"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for lang in ("en", "zh"):
            address = (ROOT / "reports" / "example" / f"report.{lang}.html").as_uri()
            page.goto(address)
            assert page.evaluate("getComputedStyle(document.body).fontFamily") != "Times New Roman"
            folded = page.locator("details").first
            folded.locator("summary").first.click()
            assert folded.get_attribute("open") is not None
        assert said == []
        assert [one for one in asked if not one.startswith("file:")] == []
        assert len(asked) == 2


ALLOWED = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|CC0|OFL|Unlicense|HPND", re.I)
COPYLEFT = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public|SSPL|Commons Clause", re.I)


def needed():
    """All distributions that the project installs, those that others need included, by canonical name."""
    waiting, seen = [Requirement("design_lab[dev]")], {}
    while waiting:
        wanted = waiting.pop()
        for extra in {"", *wanted.extras}:
            key = canonicalize_name(wanted.name), extra
            if key in seen:
                continue
            seen[key] = importlib.metadata.distribution(wanted.name)
            for text in seen[key].requires or ():
                other = Requirement(text)
                if other.marker is None or other.marker.evaluate({"extra": extra}):
                    waiting.append(other)
    return {name: found for (name, _), found in seen.items() if name != "design-lab"}


def licence(found):
    about = found.metadata
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    return about.get("License-Expression") or "; ".join(classified) or (about.get("License") or "").split("\n")[0]


def test_every_dependency_of_a_dependency_is_pinned_to_what_is_installed():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    assert {name: found.version for name, found in needed().items() if pins.get(name) != found.version} == {}


def test_no_licence_of_a_dependency_binds_the_project():
    told = {name: licence(found) for name, found in needed().items()}
    assert [f"{name}: {said}" for name, said in told.items() if not ALLOWED.search(said) or COPYLEFT.search(said)] == []


def test_the_table_of_licences_is_the_installed_one():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| ([\w.-]+) \| \d[^|]* \| ([^|]+) \|$", page, re.MULTILINE))
    project = importlib.metadata.distribution("design_lab").requires or ()
    own = [Requirement(text) for text in project]
    direct = {canonicalize_name(one.name) for one in own if one.marker is None}
    found = needed()
    assert table == {name: licence(found[name]) for name in direct}


def test_nothing_on_the_road_asks_the_network():
    """The package opens no connection of its own; what starts kernels talks to this machine alone."""
    for path in sorted((ROOT / "design_lab").rglob("*.py")):
        names = re.findall(r"^\s*(?:import|from) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not {name.split(".")[0] for name in names} & {
            "requests",
            "httpx",
            "aiohttp",
            "ftplib",
            "smtplib",
            "socket",
        }, path
        assert not {"urllib.request", "http.client"} & set(names), path


@pytest.mark.long
@pytest.mark.skipif(not can_cut_off(), reason="this machine lets nobody leave the network")
def test_a_whole_run_without_any_network_publishes_the_report(small_road):
    nobody = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=20)"
    tried = subprocess.run([*ALONE, sys.executable, "-c", nobody], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in tried.stderr
    assert small_road.cut_off
    assert (small_road.published / "report.en.pdf").is_file()

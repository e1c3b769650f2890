"""From files to a report on the small centre: what is published, and that every way to run gives the same findings."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import python_calamine

from design_lab.catalogue.rollout import catalogued
from design_lab.display import number
from design_lab.finding import Finding, Results, read_findings, words_of_cause
from design_lab.report import Cover
from design_lab.run import run
from design_lab.run.notebooks import MADE
from design_lab.study import project_root
from tests.report.papers import numbers_in, numbers_told, text_of
from tests.small_road import QUARTER

NOTEBOOKS = project_root() / "notebooks"

pytestmark = pytest.mark.long


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "design_lab.cli", *map(str, arguments)],
        env={**os.environ, **environment}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(small_road):
    return small_road.published


@pytest.fixture(scope="module")
def results(folder):
    return Results.read(folder / "results.json")


@pytest.fixture(scope="module")
def changed(folder):
    """The findings of changes.json."""
    content = json.loads((folder / "changes.json").read_text(encoding="utf-8"))
    return tuple(Finding.from_dict(one) for one in content["findings"])


def test_the_first_report_says_so_and_the_same_findings_follow_in_a_fresh_folder(changed, results):
    assert [one.id for one in changed] == ["changes.first"]
    assert not results.under("changes")


def test_each_indicator_is_told_over_all_quarters_and_beside_a_quarter_and_a_year_before(small, results):
    quarters = {one.id.split(".")[2] for one in results.under("trend")} - {"source"}
    assert quarters == {str(one) for one in small.quarters}
    assert results["drift.quarter"].n > 0
    assert results["drift.year"].n > 0
    assert {one.claim for one in results.under("drift")} <= {"association", "unidentified"}


def test_the_report_folder_holds_what_the_design_says(folder):
    assert {path.name for path in folder.iterdir()} == {
        *(f"report.{lang}.{kind}" for lang in ("en", "zh") for kind in ("html", "docx", "pptx", "pdf")),
        "summary.en.pdf", "summary.zh.pdf",
        "results.json", "changes.json", "record.json", "notebooks", "figures", "proposals",
    }  # fmt: skip
    assert {path.name for path in (folder / "notebooks").iterdir()} == {
        path.name for path in NOTEBOOKS.glob("[0-9]*.ipynb")
    }


def test_what_was_published_verifies_and_its_inputs_are_the_same(small, folder):
    done = command("verify", folder, "--study", small.folder, "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_findings_of_the_first_road_are_there(results):
    dimensions = ("workload", "service_quality", "csat", "teamwork")
    wanted = {
        *(f"data.rows.{table}" for table in ("staff", "id_map", "interactions", "agent_periods", "surveys", "ratings")),
        "data.capacity",
        *(f"diagnosis.nominal_weight.{dimension}" for dimension in dimensions),
        *(f"diagnosis.effective_weight.{dimension}" for dimension in (*dimensions, "rules")),
        *(
            f"candidates.{scheme}.{what}"
            for scheme in ("quality_first", "balanced", "team_share")
            for what in ("rank_correlation", "grade_changes")
        ),
        "evidence.claim",
    }
    assert wanted <= {finding.id for finding in results.findings}
    assert results["evidence.claim"].claim == "unidentified"
    assert results["diagnosis.nominal_weight.workload"].value == 0.4
    assert results.synthetic
    shares = [finding.value for finding in results.under("diagnosis.effective_weight")]
    assert sum(shares) == pytest.approx(1, abs=1e-8)


def test_the_findings_on_what_the_scheme_really_rewards_are_there(results):
    """Those that the third notebook promises, each stated or said to be unidentified, and the same in the report."""
    dimensions = ("workload", "service_quality", "csat", "teamwork")
    found = {finding.id for finding in results.findings}
    promised = {
        *(f"diagnosis.replay.{what}" for what in ("score", "grade", "pool")),
        *(f"diagnosis.effective_noise.{dimension}" for dimension in dimensions),
        "diagnosis.grade_agreement",
        "diagnosis.top_grade_below_csat_target",
        "diagnosis.low_grade_best_quality",
        *(f"evidence.volume_csat.{slope}" for slope in ("pooled", "between", "within")),
    }
    assert promised <= found
    weighed = ("qa_score", "first_contact_resolution", "very_satisfied_rate", "peer_rating")
    assert {f"diagnosis.reliability.{indicator}" for indicator in weighed} <= found
    assert {finding.claim for finding in results.under("evidence.volume_csat")} == {"association"}


def test_every_sentence_is_whole_in_both_languages_and_claims_no_cause(results):
    for finding in results.findings:
        for text in (*finding.text.values(), *finding.limits):
            assert not re.search(r"[{}]|nan|None", text), text
            assert words_of_cause(text) == []
        assert re.search(r"[\u4e00-\u9fff]", finding.text["zh"])
        assert finding.source


def test_one_job_and_another_hash_seed_give_the_same_bytes(small, folder, tmp_path):
    done = command("run", small.folder, "--reports", tmp_path, "--jobs", 1, PYTHONHASHSEED="4711")
    assert done.returncode == 0, done.stderr
    again = tmp_path / "small" / QUARTER
    published = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    # Executed notebooks hold durations; everything else is equal to the byte.
    for name in published:
        if name.parts[0] not in ("notebooks", "record.json"):
            assert (again / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("notebook", ["01_what_arrived", "03_what_the_scheme_rewards", "11_decision"])
def test_papermill_by_hand_gives_the_findings_of_the_run(small, results, tmp_path, notebook):
    """Three stand for all: the run itself executes every notebook by papermill, with the same injected cell."""
    done = subprocess.run(
        [sys.executable, "-m", "papermill", str(NOTEBOOKS / f"{notebook}.ipynb"), str(tmp_path / "out.ipynb"),
         "-p", "study", str(small.folder), "-p", "quarter", QUARTER, "-p", "out", str(tmp_path), "--no-progress-bar"],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    by_hand = read_findings(tmp_path / "findings" / f"{notebook}.json")
    assert by_hand == tuple(finding for finding in results.findings if finding.source == notebook)


@pytest.mark.parametrize("notebook", sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb")))
def test_run_all_gives_the_findings_and_files_of_the_run(small, folder, results, tmp_path, monkeypatch, notebook):
    """As JupyterLab does it: a consultant edits the parameters cell and runs all cells."""
    import nbformat
    from nbclient import NotebookClient

    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    book = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    cell = next(cell for cell in book.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source = cell.source.replace("data/h_bank", small.folder.as_posix())
    cell.source = cell.source.replace("reports/h_bank/draft", tmp_path.as_posix())
    NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    by_hand = read_findings(tmp_path / "findings" / f"{notebook}.json")
    assert by_hand == tuple(finding for finding in results.findings if finding.source == notebook)
    for made in MADE:
        for path in (tmp_path / made).glob("*"):
            assert path.read_bytes() == (folder / made / path.name).read_bytes(), path.name


def secrets_of(study, walked_in):
    """Names and ids of the roster, ids of the other systems, and places of this machine."""
    for quarter in study.quarters:
        book = python_calamine.CalamineWorkbook.from_path(study.raw / str(quarter) / "花名册.xlsx")
        for row in book.get_sheet_by_index(0).to_python()[2:]:
            yield from (str(row[0]), str(row[1]))
    yield from (str(study.folder), str(walked_in), str(project_root()), str(Path.home()))


def texts(folder):
    """Every published text: files as they are, documents and slides unpacked, PDF by its pages and what it says of itself."""
    import zipfile

    import pypdf

    for path in folder.rglob("*"):
        if path.suffix == ".pdf":
            reader = pypdf.PdfReader(path)
            yield path.name, "\n".join([*(page.extract_text() for page in reader.pages), str(reader.metadata)])
        elif path.suffix in (".docx", ".pptx"):
            with zipfile.ZipFile(path) as book:
                yield from ((f"{path.name}/{n}", book.read(n).decode("utf-8", "ignore")) for n in book.namelist())
        elif path.is_file() and path.suffix != ".png":
            yield path.name, path.read_text(encoding="utf-8")


def words_in(text, longest):
    """Every run of letters and digits in a text, and every part of one in Chinese, of up to so many letters."""
    for word in re.findall(r"[\u4e00-\u9fff]+|[0-9A-Za-z]+", text):
        yield word
        if word >= "\u4e00":
            yield from (word[at : at + length] for length in range(2, longest + 1) for at in range(len(word)))


def test_no_person_and_no_place_of_this_machine_is_published(small, folder, small_road):
    secrets = set(secrets_of(small, small_road.walked_in))
    places = {one for one in secrets if not one.isalnum()}
    people, longest = secrets - places, max(len(one) for one in secrets if one >= "\u4e00")
    assert len(people) > 100
    assert all(set(words_in(one, longest)) >= {one} for one in people)
    for name, text in texts(folder):
        assert not people.intersection(words_in(text, longest)), name
        assert not [one for one in places if one in text], name


# Findings whose n counts no people: files, cards of evidence, respondents, criteria, teams, units, phases, quarters.
_NO_PEOPLE = re.compile(
    r"data\.rows|prior\.|weights\.|diagnosis\.principle|pilot\.|plan\.|risk\.|review\.|decision\.|appeals\.groups|"
    r"organisation\.span|targets\.cascade|diagnosis\.coverage\.|diagnosis\.coverage_by_role\.\w+\.\w+\.not_weighed$"
)


def stands_for_too_few(finding, least):
    """Whether a number is told of fewer people than may be told of, or is itself a count of fewer than that."""
    if finding.value is None or _NO_PEOPLE.match(finding.id):
        return False
    return finding.n is not None and 0 < finding.n < least


def test_no_number_of_a_group_stands_for_fewer_people_than_the_strictest_k(small, results):
    least = small.settings.privacy.strictest
    assert [finding.id for finding in results.findings if stands_for_too_few(finding, least)] == []


def test_what_was_published_was_looked_through_and_bears_names_that_every_system_can_have(folder, small_road):
    assert "looking through every file" in small_road.said
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", name) and not name.endswith(".") for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) < 80


def test_a_second_run_finds_nothing_to_do(small, folder):
    before = (folder / "record.json").stat().st_mtime_ns
    done = command("run", small.folder, "--reports", folder.parents[1])
    assert done.returncode == 0, done.stderr
    assert "unchanged" in done.stdout + done.stderr
    assert (folder / "record.json").stat().st_mtime_ns == before


def test_verify_says_what_holds_and_names_what_was_changed(small, folder):
    done = command("verify", folder, "--study", small.folder, "--strict")
    assert done.returncode == 0, done.stdout + done.stderr
    page = folder / "report.en.html"
    kept = page.read_bytes()
    page.write_bytes(kept.replace(b"40%", b"41%"))
    try:
        done = command("verify", folder, "--study", small.folder)
        assert done.returncode == 1
        assert "report.en.html" in done.stdout + done.stderr
    finally:
        page.write_bytes(kept)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_numbers_of_every_file_are_those_of_the_findings_and_none_speaks_of_causes(
    small, folder, results, changed, lang
):
    cover = Cover.of(small, QUARTER)
    results = dataclasses.replace(results, findings=(*changed, *results.findings))
    allowed = numbers_told(results, lang)
    for kind in ("html", "docx", "pptx", "pdf"):
        text = text_of(folder / f"report.{lang}.{kind}")
        assert numbers_in(text, results, cover) <= allowed, kind
        assert words_of_cause(text) == [], kind
        assert all(finding.id in text for finding in results.findings) or kind == "pptx"
    assert numbers_in(text_of(folder / f"summary.{lang}.pdf"), results, cover) <= allowed


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_and_slides_show_the_findings_values_and_sentences(folder, results, lang):
    from pptx import Presentation

    page = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
    slides = Presentation(str(folder / f"report.{lang}.pptx")).slides
    notes = " ".join(slide.notes_slide.notes_text_frame.text for slide in slides)
    assert len(slides) == 21
    for finding in results.under("diagnosis.effective_weight"):
        assert number(finding.value, finding.unit, lang) in page
        assert finding.id in notes
    assert results["evidence.claim"].text[lang] in page
    assert all(finding.id in page for finding in results.findings)


def test_every_watch_of_a_risk_names_findings_that_a_run_makes(results):
    watched = {watch.findings for risk in catalogued().risks.values() for watch in risk.watch}
    ids = [finding.id for finding in results.findings]
    assert {one for one in watched if not any(fnmatchcase(id, one) for id in ids)} == set()


def test_decisions_rest_on_the_numbers_of_the_other_notebooks(results):
    candidates = results.under("decision.candidate")
    assert len(candidates) == 3
    for one in candidates:
        expected = results[f"expected.{one.id.split('.')[2]}.csat"]
        assert (one.value, one.interval) == (expected.value, expected.interval)


def test_a_narrower_run_makes_what_was_asked_for_and_says_so(small, tmp_path):
    (tmp_path / "notebooks").mkdir()
    for notebook in NOTEBOOKS.glob("0[134]_*.ipynb"):  # candidates, and what they need
        shutil.copy(notebook, tmp_path / "notebooks")
    said = []
    made = run(
        small, reports=tmp_path, schemes=["balanced"], lang="zh", formats=["html"], notebooks=tmp_path / "notebooks",
        progress=lambda _: None, say=said.append,
    )  # fmt: skip
    assert {path.name for path in made.glob("report.*")} == {"report.zh.html"}
    candidates = Results.read(made / "results.json").under("candidates")
    assert {one.id.split(".")[1] for one in candidates} == {"balanced"}
    assert any("narrower" in line for line in said)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["run", "nowhere"], 1, "there is no study here"),
        (["run", "{small}", "--quarter", "2031Q1"], 1, "quarter 2031Q1 is not in study small"),
        (["run", "{small}", "--scheme", "quality_frist"], 1, "did you mean 'quality_first'?"),
        (["run", "{small}", "--formats", "pfd"], 2, "choose among html, docx, pptx, pdf"),
        (["run", "{small}", "--jobs", "many"], 2, "--jobs"),
        (["verify", "{small}"], 1, "record.json"),
    ],
)
def test_refusals_are_sentences_with_the_right_exit_status(small, tmp_path, arguments, status, said):
    done = command(
        *(str(a).format(small=small.folder) for a in arguments),
        *(["--reports", tmp_path] if arguments[0] == "run" else []),
    )
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr

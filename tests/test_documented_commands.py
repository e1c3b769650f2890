"""Every command that a page shows is executed here on a small study, or stands below with the test that executes it."""

import os
import re
import shlex
import subprocess
import sys

import pandas as pd
import pytest
import typer

from design_lab import cli
from design_lab.study import project_root
from tests.lakeside import files
from tests.lakeside.walk import PAGE as WALKED
from tests.pages import PAGES, Command, commands, named

ROOT = project_root()
ALL = sorted({command for page in PAGES for command in commands(page)}, key=lambda one: (one.text, one.page))

# Commands that run elsewhere: the test or script that runs them.
ELSEWHERE = {
    r"python( -3\.11)? -m venv \.venv": ".ci/run",
    r"(python -m )?pip (install|download) .*": ".ci/run",  # the first of each kind; extras are pinned beside them
    r"python -m pytest( -n 2)?( -m long)?|pytest( -n 2)?( -m long)?": ".ci/run",
    r"python -m pytest -q.*": ".ci/run",
    r"pytest -k \w+": "tests/test_readme.py",
    r"python -m tests\.proofs( --full( \w+)*)?": "tests/proofs/test_published.py",
    r"ruff (format|check) \.|mypy": ".ci/run",
    r"lint-imports": "tests/test_house_rules.py",
    r"python -m docs\.make": "tests/test_made_pages.py",
    r"papermill notebooks/.*": "tests/test_whole_road.py",
    r"jupyter lab .*": "tests/test_whole_road.py",
    r"design-lab run .*--force.*": "tests/test_cli.py",
    r"python -c \"import typer\"": "tests/test_cli.py",  # what --help is held beside
    r"design-lab verify .*--replay.*": "tests/run/test_replay.py",
    # Two whole runs each, that do nothing else than time the command line, which others run.
    r"python -m tests\.benchmarks\.(whole_run|rendering) .*": "tests/test_whole_road.py",
    r"python -m tests\.lakeside\.files inbox": "tests/lakeside/test_walked.py",
}
DEAR = {"run", "verify", "view", "kit", "check", "explain", "freeze", "new"}
LARGE = 1000  # a number of rows, calls or people from which on it is made small


def elsewhere(text):
    return next((place for pattern, place in ELSEWHERE.items() if re.fullmatch(pattern, text)), None)


def is_mention(command):
    """Whether it is a subcommand's name and no more, as prose speaks of it."""
    return command.program == "design-lab" and len(command.text.split()) <= 2 and command.text != "design-lab run"


def own(command):
    return command.page != named(WALKED) and not elsewhere(command.text) and not is_mention(command)


DESIGN_LAB = sorted({one.text for one in ALL if own(one) and one.program == "design-lab"})
PYTHON = sorted({one.text for one in ALL if own(one) and one.program != "design-lab"})


def marked(texts, dear):
    return [pytest.param(text, marks=[pytest.mark.long] if dear(text) else []) for text in texts]


def is_dear(text):
    return text.split()[1] in DEAR or "--study" in text


@pytest.fixture(scope="session")
def home(small, tmp_path_factory):
    """A folder in which commands are run: a copy of the small study, a client's files, and a place for the rest."""
    root = tmp_path_factory.mktemp("home")
    folder = root / "small"
    folder.mkdir()
    for part in small.folder.iterdir():
        if part.name in ("raw", "tables"):
            (folder / part.name).symlink_to(part, target_is_directory=True)
        elif part.is_dir():
            (folder / part.name).mkdir()
            for path in part.iterdir():
                (folder / part.name / path.name).write_bytes(path.read_bytes())
        else:
            (folder / part.name).write_bytes(part.read_bytes())
    files.write(root / "inbox")
    return root


@pytest.fixture(scope="session")
def people(small):
    """A team leader and an agent, by pseudonym."""
    staff = pd.read_parquet(small.tables / "staff" / "2026Q3.parquet")
    leader, agent = (staff.loc[staff["level"] == level, "employee_id"].iloc[0] for level in ("team_leader", "agent"))
    return {"leader": leader, "person": agent}


@pytest.fixture
def at_home(home, monkeypatch, capsys):
    """Run the command line in this process, from the folder of commands; return its status and what it said."""
    monkeypatch.chdir(home)

    def run(words):
        monkeypatch.setattr(sys, "argv", ["design-lab", *words])
        status = cli._status()
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def concrete(text, people):
    """A usage line or an example, as words with something real in each place: all its options at once."""
    words = shlex.split(re.sub(r"[\[\]…]", "", text.replace("'", "")))[1:]
    made = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if re.fullmatch(r"\w+(\|\w+)+", word):
            made.append(word.split("|")[0])
        else:
            made.append(placed(word, before, words, people))
    return made


STUDIES = {"STUDY", "acme", "data/h_bank", "data/h_bank_pilot", "tests/studies/small"}


def placed(word, before, words, people):
    if words[0] == "new":
        return {"PATH": "made_for_path", "acme": f"made_{len(words)}", "FILES": "inbox"}.get(word, word)
    if word in STUDIES or (before == "--study" and word == "PATH"):
        return "small"
    if before == "--who":
        return people["leader" if "leader" in words[words.index("--as") + 1].split("|")[0] else "person"]
    by_option = {
        "--scheme": "quality_first", "--respondent": word if word != "NAME" else "R09", "--out": "kit" if words[0] == "kit" else "page.html", "--reports": "out",
        "--set": "calls_per_hour=12", "--decision": "adopted", "--key": "key.txt", "--quarter": "2026Q3", "--lang": "en",
    }  # fmt: skip
    if before in by_option:
        return by_option[before]
    by_name = {
        "SCHEME": "quality_first" if "--study" in words else "small/schemes/quality_first.yaml", "EMPLOYEE": people["person"], "PSEUDONYM": people["person"],
        "REPORT_FOLDER": "reports/small/2026Q3", "FOLDER": "reports/small/2026Q3",
    }  # fmt: skip
    return by_name.get(word, word)


def lines(text):
    """A usage line for every audience apart, since not all of them take the same options; others as they are."""
    audiences = re.search(r"--as ([\w|]+)", text)
    if not audiences:
        return [text]
    whole = [text.replace(audiences[1], one) for one in audiences[1].split("|")]
    return [re.sub(r"\[?--who \S+ ?", "", one) if not re.search("--as (leader|person)", one) else one for one in whole]


SPLIT = [line for text in DESIGN_LAB for line in lines(text)]


def needs_report(text):
    return text.split()[1:2] in (["verify"], ["run"]) or bool(re.search("--as (executive|auditor)", text))


@pytest.mark.parametrize("text", marked([t for t in SPLIT if not needs_report(t)], is_dear))
def test_a_documented_line_of_the_command_line_does_what_it_says(at_home, home, people, text):
    words = concrete(text, people)
    if "--key" in words:
        key = home / "key.txt"
        key.write_text("small-synthetic-people", encoding="utf-8")
        key.chmod(0o600)
    before = {*(home / "small" / "preferences").iterdir()}
    status, said = at_home(words)
    for form in {
        *(home / "small" / "preferences").iterdir()
    } - before:  # an empty form is a fault when forms are checked
        form.unlink()
    assert status == 0, f"design-lab {shlex.join(words)}\n{said}"
    assert "Traceback" not in said


@pytest.mark.long
@pytest.mark.parametrize("text", [text for text in SPLIT if needs_report(text)])
def test_a_documented_line_about_a_report_does_what_it_says(walked, monkeypatch, capsys, text):
    """Of the worked example's bank, whose report stands: a run finds nothing changed."""
    monkeypatch.chdir(walked.root)
    here = {"small": "lakeside", "reports/small/2026Q3": "reports/lakeside/2026Q3", "out": "reports"}
    words = [here.get(word, word) for word in concrete(text, {"leader": "", "person": ""})]
    if words[0] == "run":
        words = ["run", "lakeside", "--formats", "html,pptx"]
    if "--out" in words:
        words[words.index("--out") + 1] = "page.html"
    monkeypatch.setattr(sys, "argv", ["design-lab", *words])
    status = cli._status()
    said = "".join(capsys.readouterr())
    assert status == 0, f"design-lab {shlex.join(words)}\n{said}"
    assert words[0] != "run" or "unchanged" in said


def small_sized(text):
    """A benchmark or proof with numbers that take seconds, on the small study."""
    text = re.sub(r"data/h_bank(_pilot)?|tests/studies/small", "small", text)
    text = re.sub(r"--repeats \d+", "--repeats 1", re.sub(r"--loops \d+", "--loops 1", text))
    text = re.sub(r"-n \d+ -r \d+", "-n 1 -r 1", text)
    sizes = iter(range(2000, 100_000, 2000))
    return re.sub(r"\b\d{4,}\b", lambda found: str(next(sizes)) if int(found[0]) >= LARGE else found[0], text)


def is_proof(text):
    return bool(re.match(r"python -m tests\.proofs\.test_\w+|pytest tests/", text))


@pytest.mark.parametrize("text", [text for text in PYTHON if is_proof(text)])
def test_a_documented_proof_or_test_is_one_that_the_suite_runs_at_its_small_size(text):
    (place,) = re.findall(r"tests[./][\w./]+", text)
    path = ROOT / (place if place.endswith(".py") else place.replace(".", "/") + ".py")
    source = path.read_text(encoding="utf-8")
    assert re.search(r"^def test_", source, flags=re.MULTILINE), path
    assert "python -m" not in text or "__main__" in source, f"{path} does nothing when it is called"


@pytest.mark.long
@pytest.mark.parametrize("text", [text for text in PYTHON if not is_proof(text)])
def test_a_documented_benchmark_runs_at_a_tiny_size(home, text):
    program, *words = shlex.split(small_sized(text))
    assert program == "python", f"nobody runs {text!r}: name the test that does in ELSEWHERE"
    if words[:2] == ["-m", "tests.benchmarks.evidence"] and "--rows" not in words:
        words += ["--rows", "30000", "60000"]
    if words[:2] == ["-m", "tests.benchmarks.many_people"]:
        words += ["--copies", "1", "2", "--notebooks", "02"]
    if words[:2] == ["-m", "tests.benchmarks.compare"]:
        words[2:] = ["HEAD", "HEAD", "--pairs", "1", "--", "-m", "design_lab.cli", "--help"]
    words = [str(home / word) if word == "small" else word for word in words]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT if words[:2] != ["-m", "timeit"] else home, capture_output=True, text=True,
        encoding="utf-8", env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=600,
    )  # fmt: skip
    if missing := re.search(r"No module named '(skcriteria|pymcdm)'", done.stderr):
        pytest.skip(f"{missing[1]} of the extra `benchmarks` is not installed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_every_mention_of_a_subcommand_is_of_one_that_is_there():
    known = typer.main.get_command(cli.app).commands
    for command in ALL:
        if command.program == "design-lab" and len(command.text.split()) > 1:
            assert command.text.split()[1] in {*known, "--help"}, command


def test_the_readme_tells_every_option_of_every_subcommand():
    usage = [one.text for one in ALL if one.page == "README.md" and re.search(r"design-lab \w+ \[?[A-Z]", one.text)]
    told = {text.split()[1]: text for text in usage}
    for name, command in typer.main.get_command(cli.app).commands.items():
        options = {opt for one in command.params if one.param_type_name == "option" for opt in one.opts}
        assert set(re.findall(r"--\w+", told[name])) == options, name


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_what_runs_a_command_elsewhere_is_there(place):
    assert (ROOT / place).is_file()


def test_nothing_is_listed_that_no_page_shows():
    optional = ("pytest -k", r"python -m pytest -q")
    for pattern in ELSEWHERE:
        if not pattern.startswith(optional):
            assert any(re.fullmatch(pattern, command.text) for command in ALL), pattern


def test_commands_are_found_in_blocks_in_indented_lines_and_within_lines(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(
        "`design-lab lint SCHEME [--lang en\\|zh]` and `design-lab`\n\n    design-lab check acme\n\n"
        "```sh\n.venv/bin/python -m docs.make  # makes pages\npython3 -m timeit \\\n  pass\n```\n\n```text\nno design-lab here\n```\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("tests.pages.ROOT", tmp_path)
    assert {*commands(page)} == {
        Command("page.md", "python -m docs.make"), Command("page.md", "python -m timeit    pass"),
        Command("page.md", "design-lab check acme"), Command("page.md", "design-lab lint SCHEME [--lang en|zh]"),
        Command("page.md", "design-lab"),
    }  # fmt: skip

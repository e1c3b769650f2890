"""One notebook in a worker: what is refused before it runs, and every way in which it can fail to reach its end."""

from __future__ import annotations

import json
import socket
import sys
from types import SimpleNamespace

import pytest

from design_lab.errors import NotebookError
from design_lab.run import kernel, kernel_process
from design_lab.run.kernel import checked
from design_lab.run.workers import Worker
from tests.run.conftest import finding

GOOD = {"study": "/s", "quarter": "2026Q3", "schemes": ["a"], "lang": "en", "out": "/o", "seed": 42}


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with Worker(tmp_path_factory.mktemp("worker") / "worker.log") as worker:
        yield worker


def execute(worker, tiny, path, timeout_seconds=60, **more):
    out = tiny.root / "work" / path.stem
    worker.call(
        "design_lab.run.kernel:execute",
        notebook=str(path),
        executed=str(out / path.name),
        parameters={**GOOD, "study": str(tiny.study), "out": str(out)},
        shown={**GOOD, "study": "data/tiny", "out": "reports/tiny/2026Q3"},
        local={str(tiny.root): "<root>", str(out): "reports/tiny/2026Q3"},
        timeout_seconds=timeout_seconds,
        **more,
    )
    return out


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seed": "42"}, "parameter 'seed': input should be a valid integer, but is '42'"),
        ({"seed": True}, "parameter 'seed': input should be a valid integer, but is True"),
        ({"schemes": "a"}, "parameter 'schemes': input should be a valid list, but is 'a'"),
        ({"lang": "both"}, "parameter 'lang': input should be 'en' or 'zh', but is 'both'"),
        ({"out": "reports/x"}, "parameter 'out': must be an absolute path"),
        ({"out": "/a{quarter}"}, "parameter 'out': papermill would fill in the braces"),
        ({"seeed": 1}, "parameter 'seeed' is not known; known are: study, quarter"),
    ],
)
def test_parameters_are_checked_before_they_are_injected(changed, words):
    with pytest.raises(NotebookError, match=words):
        checked({**GOOD, **changed})


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (None, "01_first.ipynb: has no cell tagged 'parameters'"),
        ('study = "s"', "01_first.ipynb: parameter 'seed' is missing from the cell tagged 'parameters'"),
        ("{good}\nseed = 'a'", "01_first.ipynb: parameter 'seed': input should be a valid integer, but is 'a'"),
        ("{good}\ntop = len(study)", r"01_first.ipynb: parameter top = len\(study\) is not a plain literal"),
        ("{good}\ntop = 5", None),
    ],
)
def test_a_notebook_must_declare_the_literals_of_the_contract(worker, tiny, parameters, words):
    good = "\n".join(f"{name} = {json.dumps(value)}  # of the contract" for name, value in GOOD.items())
    path = tiny.notebook("01_first", parameters=parameters and parameters.format(good=good))
    if words is None:
        worker.call("design_lab.run.kernel:inspect", notebooks=[str(path)])
        return
    with pytest.raises(NotebookError, match=words):
        worker.call("design_lab.run.kernel:inspect", notebooks=[str(path)])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("# why\nscores = 1 / 0", r"01_first.ipynb, cell 4 of 5 \(# why\): ZeroDivisionError: division by zero"),
        ("raise SystemExit", r"cell 4 of 5 \(raise SystemExit\): stopped itself by SystemExit"),
        ("import os; os._exit(0)", r"cell 4 of 5 .*: the notebook's process ended there"),
        ("import time; time.sleep(60)", r"cell 4 of 5 .*: did not end within 2 s"),
        ("from design_lab.errors import DataError; raise DataError('row 7')", "DataError: row 7"),
        ("f = None", r"cell 5 of 5 \(write_findings.*: TypeError: replace"),
        ("x =", "SyntaxError"),
        ("input()", "StdinNotImplementedError"),
    ],
)
def test_a_notebook_that_does_not_reach_its_end_is_refused_with_cell_and_reason(worker, tiny, line, words):
    path = tiny.notebook("01_first", line)
    with pytest.raises(NotebookError, match=words):
        execute(worker, tiny, path, timeout_seconds=2 if "sleep" in line else 60)


def test_a_notebook_that_writes_no_findings_is_refused_even_if_an_older_file_lies_there(worker, tiny):
    path = tiny.notebook("01_first", "f = 1", tail=False)
    old = tiny.root / "work/01_first/findings/01_first.json"
    old.parent.mkdir(parents=True)
    old.write_text("[]", encoding="utf-8")
    with pytest.raises(NotebookError, match="ran to its end but wrote no findings; its last cell must be"):
        execute(worker, tiny, path)


def test_an_executed_notebook_holds_no_local_path_time_or_papermill_metadata(worker, tiny):
    path = tiny.notebook(
        "01_first",
        "import os, sys, tempfile, warnings, pandas",
        "print(study, out, sys.prefix, pandas.__file__, os.path.expanduser('~'), tempfile.gettempdir(), os.getcwd())",
        "warnings.warn('look out')",
        "{'path': study.replace('/', '\\\\\\\\')}",
        "f'file://{out}/figures', __file__ if '__file__' in globals() else repr(lambda: 1)",
        'f = Finding(id="a.b", value=1, unit="count", n=1, claim="accounting", text={"en": "A.", "zh": "甲。"})',
    )
    out = execute(worker, tiny, path)
    text = (out / "01_first.ipynb").read_text(encoding="utf-8")
    import tempfile
    from pathlib import Path

    for place in (tiny.root, sys.prefix, tempfile.gettempdir(), Path.home(), Path(__file__).parents[2]):
        assert str(place) not in text, place
    made = json.loads(text)
    assert set(made["metadata"]) == {"design_lab", "kernelspec", "language_info"}
    injected = made["cells"][2]
    assert injected["id"] == "injected-parameters"
    assert 'out = "reports/tiny/2026Q3"' in injected["source"]
    assert "papermill" not in text
    assert "<cell>:1: UserWarning: look out" in text


def test_a_worker_that_loses_its_parent_ends_with_its_kernel(tiny, tmp_path):
    import subprocess
    import time

    import psutil

    begun = tmp_path / "begun"
    path = tiny.notebook("01_first", f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(300)")
    script = (
        "import sys, os, threading; from pathlib import Path; from design_lab.run.workers import Worker\n"
        "w = Worker(Path(sys.argv[2]) / 'log')\n"
        "w.call('design_lab.run.kernel:execute', notebook=sys.argv[1], executed=sys.argv[2] + '/x.ipynb', "
        f"parameters={ {**GOOD, 'out': str(tmp_path)}!r}, shown={GOOD!r}, local={{}}, timeout_seconds=600)"
    )
    parent = psutil.Popen([sys.executable, "-c", script, str(path), str(tmp_path)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    children = parent.children(recursive=True)
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


class InProcess:
    """Calls what a worker would call, here, so that a test can put something else in its place."""

    def call(self, _function, **given):
        kernel.execute(**given)


@pytest.fixture
def taken(monkeypatch):
    """Take the kernel's first port between its choice and its use, as often as told; yields the sockets that took it."""
    sockets, starts = [], [1]

    class Robbed(kernel.manager(None)):
        async def _async_launch_kernel(self, command, **given):
            if len(sockets) < starts[0]:
                sockets.append(socket.create_server((self.ip, self.shell_port)))
            await super()._async_launch_kernel(command, **given)

    monkeypatch.setattr(kernel, "manager", lambda _: Robbed)
    yield sockets, starts
    for held in sockets:
        held.close()


def test_a_kernel_whose_port_was_taken_is_started_on_another(tiny, taken):
    out = execute(InProcess(), tiny, tiny.notebook("01_first"))
    assert len(taken[0]) == 1
    assert (out / "findings" / "01_first.json").is_file()


def test_a_kernel_that_never_starts_is_told_in_a_sentence(tiny, taken):
    taken[1][0] = 99
    with pytest.raises(NotebookError, match=r"01_first\.ipynb: no kernel could be started, 5 times tried: Kernel died"):
        execute(InProcess(), tiny, tiny.notebook("01_first"))


def test_a_notebook_runs_by_another_version_of_the_package_where_one_is_named(worker, tiny, tmp_path):
    old = tmp_path / "old" / "design_lab"
    old.mkdir(parents=True)
    (old / "__init__.py").write_text("", encoding="utf-8")
    write = (
        "import json\nfrom pathlib import Path\n"
        "def write(study, out):\n    Path(out, 'findings').mkdir()\n"
        "    Path(out, 'findings', '01_first.json').write_text(json.dumps('by the old'))\n"
    )
    (old / "finding.py").write_text(f"Finding = write_findings = None\n{write}", encoding="utf-8")
    path = tiny.notebook("01_first", "from design_lab.finding import write\nwrite(study, out)", tail=False)
    out = execute(worker, tiny, path, package=str(old.parent))
    assert json.loads((out / "findings/01_first.json").read_text()) == "by the old"


linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")


@linux
def test_forked_notebooks_share_modules_and_nothing_else(tiny, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    left = "import os, pandas; pandas.mine = os.environ['MINE'] = 'left'; os.chdir('/')"
    first = tiny.notebook("01_first", left, finding("a.b"))
    second = tiny.notebook(
        "02_second",
        "import os, sys; from pathlib import Path",
        "assert {'pandas', 'seaborn', 'design_lab.scoring.panel'} <= set(sys.modules)",
        "assert not hasattr(sys.modules['pandas'], 'mine') and 'MINE' not in os.environ",
        f"assert os.getcwd() == {str(tiny.notebooks)!r}",
        "threads = [Path(at, 'comm').read_text().strip() for at in Path(f'/proc/{os.getppid()}/task').iterdir()]",
        "assert len(threads) - threads.count('jemalloc_bg_thd') == 1, threads  # of several threads no fork is safe",
        finding("c.d"),
    )
    with Worker(tmp_path / "worker.log") as worker:
        execute(worker, tiny, first)
        execute(worker, tiny, second)


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_a_fresh_interpreter_runs(tiny, monkeypatch, system):
    monkeypatch.setattr(kernel_process, "sys", SimpleNamespace(platform=system, executable=sys.executable))
    fresh = "import multiprocessing; assert multiprocessing.parent_process() is None"
    path = tiny.notebook("01_first", fresh, finding("a.b"))
    assert (execute(InProcess(), tiny, path) / "findings" / "01_first.json").is_file()

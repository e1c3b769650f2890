"""Workers: child processes that do one named task at a time and bring back plain data, a refusal or a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from design_lab import errors
from design_lab.errors import DesignLabError
from design_lab.run.publish import locks
from design_lab.study import project_root

Progress = Callable[[str], None]
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


class WorkerError(DesignLabError):
    """A worker process ended in the middle of its task."""


class WorkerCrashError(RuntimeError):
    """An unforeseen exception in a worker; its text is the worker's traceback."""


class Worker:
    """One child process; `log` takes what it prints. Use it as a context; a call that fails ends it."""

    def __init__(self, log: Path) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        # Beside the log, where the next run sweeps if nobody here lives to do it.
        self._scratch = tempfile.mkdtemp(prefix="scratch-", dir=log.parent)
        with log.open("ab") as printed:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "design_lab.run.child", self._scratch],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                env=child_environment(),
                **_apart(),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, task: str, *, progress: Progress | None = None, **arguments: Any) -> Any:
        """Have `module:function` called with `arguments` and return its answer.

        A refusal there is the same refusal here; the end of the process is a `WorkerError`.
        """
        tasks, answers = self._pipes()
        with contextlib.suppress(OSError):  # an ended process shows as the end of its answers
            tasks.write(json.dumps({"task": task, "arguments": arguments}).encode() + b"\n")
            tasks.flush()
        for line in answers:
            kind, content = json.loads(line)
            if kind == "done":
                return content
            if kind != "progress":
                raise _raised(kind, content)
            if progress:
                progress(content)
        raise WorkerError(self._ended(task))

    def close(self) -> None:
        """End the process and everything that it started."""
        tasks, answers = self._pipes()
        with contextlib.suppress(OSError):
            tasks.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        answers.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        tasks, answers = self._process.stdin, self._process.stdout
        if tasks is None or answers is None:
            raise WorkerError("a worker process has no pipes")
        return tasks, answers

    def _ended(self, task: str) -> str:
        status = self._process.wait()
        printed = errors.without_passwords(self._log.read_text(encoding="utf-8", errors="replace")).strip().splitlines()
        last = f" Its last words: {' / '.join(printed[-3:])}" if printed else ""
        killed = " (killed; perhaps memory ran out)" if status == -9 else ""
        return f"the worker process that did {task} ended with status {status}{killed}.{last}"


def child_environment() -> dict[str, str]:
    """Return the environment of workers and kernels: this package, UTF-8, one thread for each numerical library."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONSTARTUP"}
    paths = [str(project_root()), *filter(None, [inherited.get("PYTHONPATH")])]
    return {
        **inherited,
        **dict.fromkeys(_ONE_THREAD, "1"),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def _apart() -> dict[str, Any]:
    """Keep Ctrl-C for the parent, which then ends its workers in order; hold what it holds for as long as they live."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True, "pass_fds": tuple(locks)}


def _raised(kind: str, content: Any) -> Exception:
    if kind == "refused":
        name, text = content
        found = getattr(errors, name, DesignLabError)
        return found(text) if issubclass(found, DesignLabError) else DesignLabError(text)
    if kind == "system":
        number, reason, file, trace = content
        error = OSError(number, reason, file)
        error.add_note(errors.without_passwords(trace))
        return error
    return WorkerCrashError(errors.without_passwords(content))

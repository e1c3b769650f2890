"""A child process that does named tasks one after the other; the memory they took goes back when it ends.

Its parent is `workers.Worker`. Both speak in lines of JSON: a task is `{"task": "module:function", "arguments": {…}}`,
an answer `[kind, content]`. When the parent is gone, the child ends itself and everything that it started.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import shutil
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from design_lab.errors import DesignLabError

Tell = Callable[[str, Any], None]


def main() -> None:
    """Do the tasks that arrive on standard input, until it closes; the argument is a scratch folder, removed then."""
    tell = _channel()
    scratch = Path(sys.argv[1])
    # Kernels neither read the user's IPython profile nor leave connection files behind.
    os.environ["IPYTHONDIR"] = str(scratch / "ipython")
    os.environ["JUPYTER_RUNTIME_DIR"] = str(scratch / "runtime")
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks, scratch), daemon=True).start()
    while True:
        _answer(json.loads(tasks.get()), tell)


def _channel() -> Tell:
    """Keep standard output for answers; what libraries print there goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    one_at_a_time = threading.Lock()

    def tell(kind: str, content: Any) -> None:
        line = json.dumps([kind, content])
        with one_at_a_time:
            answers.write(line + "\n")
            answers.flush()

    return tell


def _listen(tasks: queue.SimpleQueue[bytes], scratch: Path) -> None:
    for line in sys.stdin.buffer:
        tasks.put(line)
    _end(scratch)


def _end(scratch: Path) -> None:
    """End everything that this process started, then itself, whatever it is doing."""
    with contextlib.suppress(Exception):
        import psutil

        started = psutil.Process().children(recursive=True)
        for process in started:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(started, timeout=5)
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


def _answer(order: Any, tell: Tell) -> None:
    try:
        module, _, function = order["task"].partition(":")
        task = getattr(importlib.import_module(module), function)
        content = task(progress=lambda line: tell("progress", line), **order["arguments"])
        tell("done", content)
    except DesignLabError as refusal:
        tell("refused", [type(refusal).__name__, str(refusal)])
    except OSError as error:
        tell("system", [error.errno, error.strerror, error.filename, traceback.format_exc()])
    except BaseException:  # told to the parent, which raises it
        tell("crashed", traceback.format_exc())


if __name__ == "__main__":
    main()

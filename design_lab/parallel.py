"""Independent tasks done one after the other, or several at a time where that is asked for; the results are the same.

A task draws from a generator of its own, spawned by its number, and results come back in the order of the tasks: how
many work at once, and where, changes nothing but time. `DESIGN_LAB_PARALLEL` says it, in the environment of a run:

- absent: in this process. A run has several notebooks at work already (`--jobs`).
- `4` or `threads:4`: that many processes, or threads of this one.
- `dask` or the address of a scheduler (`tcp://host:8786`): dask's workers (`pip install 'design_lab[dask]'`).
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from design_lab.errors import StudyError

PARALLEL = "DESIGN_LAB_PARALLEL"
_WORKERS = re.compile(r"(threads:)?([1-9]\d{0,3})")
_SCHEDULER = re.compile(r"dask|(tcp|tls)://\S+")
Result = TypeVar("Result")


def each(task: Callable[..., Result], calls: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
    """Call `task` with each of `calls` and yield the results in their order.

    A task must not change its arguments, and where processes or dask are asked for it and they must be of a module's
    own level. A setting that is not understood, and dask where it is not installed, raise `StudyError`.

    >>> list(each(divmod, [(7, 2), (9, 4)]))
    [(3, 1), (2, 1)]
    """
    asked = os.environ.get(PARALLEL, "")
    if not asked:
        yield from (task(*call) for call in calls)
        return
    from joblib import Parallel, delayed

    with _workers(asked) as workers:
        yield from Parallel(return_as="generator", **workers)(delayed(task)(*call) for call in calls)


@contextlib.contextmanager
def _workers(asked: str) -> Iterator[dict[str, Any]]:
    """What `Parallel` is told, within the block in which it holds."""
    if found := _WORKERS.fullmatch(asked):
        yield {"n_jobs": int(found[2]), "backend": "threading" if found[1] else "loky"}
        return
    if not _SCHEDULER.fullmatch(asked):
        raise StudyError(
            f"{PARALLEL} is {asked!r}; say how many processes (4), threads (threads:4), dask or a scheduler "
            "(tcp://host:8786), or unset it"
        )
    from joblib import parallel_config

    client = _client(asked)
    with parallel_config(backend="dask", client=client):
        yield {}


@functools.cache
def _client(asked: str) -> Any:
    """One client a process: of the scheduler that is named, or of workers of this machine."""
    try:
        from distributed import Client
    except ImportError:
        raise StudyError(
            f"{PARALLEL} is {asked!r}, but dask is not installed; pip install 'design_lab[dask]'"
        ) from None
    try:
        return Client(processes=True, dashboard_address=None) if asked == "dask" else Client(asked, timeout=30)
    except OSError as error:
        raise StudyError(f"{PARALLEL}: no dask scheduler answers at {asked} ({error})") from None

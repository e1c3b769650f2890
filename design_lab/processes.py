"""Several processes for one task, which end when the process that started them is gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any


def each(task: Callable[..., Any], calls: Sequence[tuple[Any, ...]], jobs: int) -> Iterator[Any]:
    """Call `task` for each, in this process or, with more jobs, in others; yield the results in the order of the calls.

    >>> list(each(divmod, [(7, 2), (9, 4)], jobs=1))
    [(3, 1), (2, 1)]
    """
    if min(jobs, len(calls)) <= 1:
        for call in calls:
            yield task(*call)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    workers = min(jobs, len(calls))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        yield from pool.map(task, *zip(*calls, strict=True))


def end_with_parent() -> None:
    """Watch for the end of the process that started this one: a pool's processes would wait for work for ever."""
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    from multiprocessing import parent_process

    if parent := parent_process():
        parent.join()
        os._exit(1)

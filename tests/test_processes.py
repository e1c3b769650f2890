"""Processes that share a task: in the order of the calls, and gone with the one that started them."""

import subprocess
import sys

import psutil
import pytest

from design_lab.processes import each

SCRIPT = """
import os, sys, time
from design_lab.processes import each

if __name__ == "__main__":
    list(each(time.sleep, [(300,), (300,)], 2))
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_calls(jobs):
    assert list(each(divmod, [(7, 2), (9, 4), (1, 1)], jobs)) == [(3, 1), (2, 1), (1, 0)]


def test_a_killed_process_takes_its_pool_with_it(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    parent = psutil.Popen([sys.executable, str(path)], stderr=subprocess.DEVNULL)
    while len(pool := [one for one in parent.children() if "spawn_main" in " ".join(one.cmdline())]) < 2:
        assert parent.poll() is None
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(pool, timeout=60)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []

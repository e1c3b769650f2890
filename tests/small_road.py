"""The small study's whole road by the command, cut off from every network where this machine allows it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from design_lab.files import read_json, write_json
from tests.namespaces import allowed

QUARTER = "2026Q3"
CUT = ("unshare", "--net", "--map-root-user")
# Kernels may speak through this machine's own address.
ALONE = (*CUT, "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$0" "$@"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallRoad:
    """A folder in which the small study was run, where that was, what the run said, and whether it had a network."""

    root: Path
    walked_in: Path
    said: str
    cut_off: bool

    @classmethod
    def read(cls, root: Path) -> SmallRoad:
        """Read what `walk_small` left in a folder."""
        told = read_json(root / "road.json")
        return cls(root=root, walked_in=Path(told["walked_in"]), said=told["said"], cut_off=told["cut_off"])

    @property
    def reports(self) -> Path:
        """The folder of reports."""
        return self.root / "reports"

    @property
    def published(self) -> Path:
        """The report."""
        return self.reports / "small" / QUARTER


def can_cut_off() -> bool:
    """Return whether this machine lets a process leave the network."""
    return allowed(*CUT, "true")


def walk_small(study: Path, root: Path) -> None:
    """Run a copy of the small study with two jobs; an exit status other than 0 is an error with all that it said."""
    shutil.copytree(study, root / "data" / "small")
    cut_off = can_cut_off()
    done = subprocess.run(
        [*(ALONE if cut_off else ()), sys.executable, "-m", "design_lab.cli", "run", str(root / "data" / "small"),
         "--reports", str(root / "reports"), "--jobs", "2"],
        env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = {"walked_in": str(root / "data" / "small"), "said": done.stdout + done.stderr, "cut_off": cut_off}
    write_json(root / "road.json", told)

"""The commands of docs/worked_example.md, run one after the other in a folder of their own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from design_lab.files import read_json, write_json
from design_lab.study import project_root

PAGE = project_root() / "docs" / "worked_example.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A folder in which the page's commands were run, the study as `new` drafted it, and what each command said."""

    root: Path
    said: tuple[str, ...]

    @classmethod
    def read(cls, root: Path) -> Walked:
        """Read what `walk` left in a folder."""
        return cls(root=root, said=tuple(read_json(root / "said.json")))

    @property
    def drafted(self) -> Path:
        """The bank's folder as it was before it was settled."""
        return self.root / "drafted"

    @property
    def study(self) -> Path:
        """The bank's folder, settled."""
        return self.root / "lakeside"

    @property
    def published(self) -> Path:
        """The report."""
        return self.root / "reports" / "lakeside" / "2026Q3"


def commands() -> list[str]:
    """Return the page's commands in their order."""
    found = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.splitlines()]


def walk(root: Path) -> None:
    """Run them all in a folder; one that ends with another status than 0 is an error with all that it said."""
    said = []
    for line in commands():
        words = shlex.split(line)
        if words[0] == "cp":
            shutil.copytree(root / words[-1], root / "drafted")
            shutil.copytree(project_root() / words[2], root / words[3], dirs_exist_ok=True)
            continue
        said.append(_run(words, root))
    write_json(root / "said.json", said)


def _run(words: list[str], root: Path) -> str:
    program = {"python": [sys.executable], "design-lab": [sys.executable, "-m", "design_lab.cli"]}
    done = subprocess.run(
        [*program[Path(words[0]).name], *words[1:]], cwd=root, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(project_root()), "PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}\n{done.stderr}"
    return f"{done.stdout}\n{done.stderr}"

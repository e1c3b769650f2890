"""The pages for readers, and what stands in them: blocks, commands, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from design_lab.study import project_root

ROOT = project_root()
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRAMS = (
    "design-lab", "python", "python3", "py", "pip", "pytest", "papermill", "jupyter", "ruff", "mypy", "lint-imports",
)  # fmt: skip
_BEGINS = re.compile(rf"(?:\$ |> )?(?:\.venv[/\\](?:bin|Scripts)[/\\])?({'|'.join(_PROGRAMS)})(?:\s+(.*))?")


@dataclass(frozen=True, slots=True)
class Command:
    """A documented command line, without the path of its program and without a comment: where it stands, and words."""

    page: str
    text: str

    @property
    def program(self) -> str:
        """The first word."""
        return self.text.split(maxsplit=1)[0]


def named(page: Path) -> str:
    """Return how a page is called, from the root."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *kinds: str) -> list[str]:
    """Return the fenced blocks of some kinds, in order."""
    return [body for kind, body in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind in kinds]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> Iterator[Command]:
    """Yield the commands of blocks, of indented lines and of code within lines."""
    for block in blocks(page, "sh", "text", "powershell", "console", ""):
        for line in block.replace("\\\n", " ").splitlines():
            yield from _command(page, line)
    for line in prose(page).splitlines():
        if line.startswith("    "):
            yield from _command(page, line.strip())
        for code in re.findall(r"`([^`\n]+)`", line):
            yield from _command(page, code.replace("\\|", "|"))


def _command(page: Path, line: str) -> Iterator[Command]:
    match = _BEGINS.fullmatch(re.sub(r"\s+# .*", "", line).strip())
    if match and (match[2] or match[1] in ("design-lab", "mypy", "lint-imports")):
        program = "python" if match[1] in ("py", "python3") else match[1]
        yield Command(named(page), " ".join([program, *(match[2] or "").split(" ")]).strip())


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    made = set()
    for heading in re.findall(r"^#+ (.*)$", _BLOCK.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        made.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return made

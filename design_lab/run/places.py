"""How a path is worded for the person at the keyboard."""

from __future__ import annotations

from pathlib import Path


def shown_path(path: Path) -> str:
    """Return a path as the user would type it: from the working directory where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return str(path)

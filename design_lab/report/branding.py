"""The client's look: templates in the study's folder `branding`, used as they are or refused in a sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError

_PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml"}


def templates(folder: Path | None, formats: Sequence[str]) -> dict[str, Path]:
    """Find `template.<format>` in a folder; one that is no file of its format raises `ReportError`."""
    found = {kind: folder / f"template.{kind}" for kind in _PARTS if folder and kind in formats}
    found = {kind: path for kind, path in found.items() if path.exists()}
    for kind, path in found.items():
        try:
            with zipfile.ZipFile(path) as packed:
                whole = _PARTS[kind] in packed.namelist() and packed.testzip() is None
        except (OSError, zipfile.BadZipFile):
            whole = False
        if not whole:
            raise _refusal(path)
    return found


def opened(path: Path, open_it: Callable[[str], Any]) -> Any:
    """Open a template by `open_it`; one that cannot be opened raises `ReportError`."""
    try:
        return open_it(str(path))
    except Exception as error:  # damaged XML is told by many kinds of error
        raise _refusal(path) from error


def _refusal(path: Path) -> ReportError:
    program = {".docx": "Word", ".pptx": "PowerPoint"}[path.suffix]
    return ReportError(
        f"branding/{path.name}: cannot be opened as a {program} file; open it in {program} and save it again as "
        f"{path.suffix} (not as a template, .dotx or .potx, and without a password), or take it out of the folder"
    )

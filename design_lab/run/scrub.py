"""What is local or secret is taken out of an executed notebook: paths, times, papermill's metadata, passwords."""

from __future__ import annotations

import copy
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from design_lab.errors import without_passwords

_PICTURES = ("image/png", "image/jpeg", "image/gif", "application/pdf")
_KEPT_METADATA = ("kernelspec", "language_info", "design_lab", "title", "widgets")
_KERNEL_CELL = re.compile(r"(?:<temporary>[\\/]+)?ipykernel_\d+[\\/]+\d+\.py")


def scrub(notebook: Mapping[str, Any], *, parameters: Mapping[str, Any], local: Mapping[str, str]) -> dict[str, Any]:
    """Return a notebook fit to be published.

    `parameters` are shown in place of the injected ones; `local` says which word stands for which absolute path.
    """
    made = copy.deepcopy(dict(notebook))
    made["metadata"] = {key: made["metadata"][key] for key in _KEPT_METADATA if key in made["metadata"]}
    for cell in made["cells"]:
        for key in ("papermill", "execution"):
            cell["metadata"].pop(key, None)
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = injected(parameters)
            cell["id"] = "injected-parameters"
    scrubbed: dict[str, Any] = _without(made, _patterns(local))
    return scrubbed


def injected(parameters: Mapping[str, Any]) -> str:
    """Write the cell that papermill would inject for these parameters."""
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in parameters.items())
    return "\n".join(("# Parameters", *lines))


def local_places() -> dict[str, str]:
    """Return this process's own places and the words that stand for them."""
    return {
        tempfile.gettempdir(): "<temporary>",
        sys.prefix: "<python>",
        sys.base_prefix: "<python>",
        str(Path.home()): "<home>",
    }


def _patterns(local: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    places = {form: word for path, word in local.items() for form in (path, os.path.realpath(path))}
    longest_first = sorted(places.items(), key=lambda place: -len(place[0]))
    return [(_pattern(path), word) for path, word in longest_first if _parts(path)]


def _pattern(path: str) -> re.Pattern[str]:
    """Match a path in any notation of its separators, but not by chance inside base64 or a longer word."""
    written = ("" if path[1:2] == ":" else r"[\\/]{1,2}") + r"[\\/]{1,2}".join(map(re.escape, _parts(path)))
    return re.compile(rf"(^|[^A-Za-z0-9+/]|\x1b\[[0-9;]*m)(?:file:/{{2,3}}(?=/|[A-Z]:))?{written}(?![A-Za-z0-9_])")


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[\\/]", path) if part]


def _without(content: Any, patterns: list[tuple[re.Pattern[str], str]]) -> Any:
    if isinstance(content, dict):
        return {key: value if key in _PICTURES else _without(value, patterns) for key, value in content.items()}
    if isinstance(content, list):
        return [_without(value, patterns) for value in content]
    if isinstance(content, str):
        for pattern, word in patterns:
            content = pattern.sub(rf"\g<1>{word}", content)
        return without_passwords(_KERNEL_CELL.sub("<cell>", content))
    return content

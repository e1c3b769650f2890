"""The key of pseudonyms: published for synthetic people, secret and outside the repository for real ones."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from design_lab.errors import StudyError
from design_lab.files import TEMPORARY_MARK, sweep, sync_folder
from design_lab.study import Study

VARIABLE = "DESIGN_LAB_KEY"
_LEAST = 16  # characters of a key


def pseudonym_key(study: Study) -> str:
    """Return the study's key: the published one, else that of the environment, else that of its key file.

    The key file is made on first use, readable by its owner alone; whoever holds it can resolve pseudonyms.
    """
    if study.settings.privacy.published_key:
        return study.settings.privacy.published_key
    if VARIABLE in os.environ:
        return _long_enough(os.environ[VARIABLE], f"the environment variable {VARIABLE}")
    path = Path.home() / ".design_lab" / f"{study.name}.key"
    if not path.is_file():
        _make(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise StudyError(f"the key file of study {study.name} can be read by others; chmod 600 {path}")
    return key_in(path)


def _make(path: Path) -> None:
    """Write a new key, whole or not at all; where another process was quicker, its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}{TEMPORARY_MARK}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # unlike a rename, it never replaces a key by which tables were built
        sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)
    sweep(path.parent)


def key_in(path: Path) -> str:
    """Return the key that a file holds; one that cannot be read, or holds too little, raises `StudyError`."""
    try:
        return _long_enough(path.read_text(encoding="utf-8").strip(), f"the key file {path}")
    except (OSError, UnicodeDecodeError):
        raise StudyError(f"{path}: holds no key; name the file of the one with which the tables were built") from None


def _long_enough(key: str, where: str) -> str:
    if len(key) < _LEAST:
        raise StudyError(f"{where} holds fewer than {_LEAST} characters, too few for a key")
    return key

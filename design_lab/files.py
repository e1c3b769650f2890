"""Files that are whole or absent: atomic writes, digests, safe names, and YAML that cannot surprise."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import time
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from design_lab.errors import MOST_FAULTS, Fault, StudyError, nearest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)  # names no file on Windows
TEMPORARY_MARK = ".part-"
_TICK_NS = 2_000_000_000  # of the coarsest clock of a file system: FAT's


def safe_name(word: str, what: str) -> str:
    """Return `word` if it can name a file in every system, else raise `StudyError`.

    >>> safe_name("quality_first", "scheme")
    'quality_first'
    """
    if not names_a_file(word):
        raise StudyError(
            f"{what} {word!r} cannot be a name: use letters of a-z, digits, '_' and '-', at most 64 of them, "
            "beginning with a letter or a digit, and none of Windows' own (con, nul, com1 and so on)"
        )
    return word


def names_a_file(word: str) -> bool:
    """Return whether a word can name a file in every system.

    >>> names_a_file("E017"), names_a_file("../E017"), names_a_file("<script>")
    (True, False, False)
    """
    return _NAME.fullmatch(word) is not None and not _DEVICE.fullmatch(word)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; when the block ends well it becomes `path`, else it is removed.

    The file is fsynced before it is renamed, and the folder after, so that a reader sees the old file or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last: writers choose their format by it.
    temporary = path.with_name(f"{path.stem}{TEMPORARY_MARK}{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        with temporary.open("r+b") as written:  # Windows flushes only what may be written
            os.fsync(written.fileno())
        Path(temporary).replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` durable where the system can: Windows cannot open one, some file servers refuse."""
    with contextlib.suppress(PermissionError, NotADirectoryError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


def sweep(folder: Path, *, deep: bool = False) -> None:
    """Remove the temporary files that killed writers left in `folder` (`deep`: and below), those of the living not.

    A number of a process that was given anew keeps its file until a later sweep.
    """
    for left in folder.rglob(f"*{TEMPORARY_MARK}*") if deep else folder.glob(f"*{TEMPORARY_MARK}*"):
        writer = left.name.rsplit(TEMPORARY_MARK, 1)[1].split("-")[0]
        if left.is_file() and writer.isdigit() and not is_running(int(writer)):
            with contextlib.suppress(OSError):
                left.unlink()


def is_running(process: int) -> bool:
    """Return whether a process of this number is there; one that ended and was not yet waited for is not."""
    import psutil

    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON that is equal to the byte for equal content; NaN is refused with `ValueError`."""
    write_text(path, json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(content: Any) -> str:
    """Return the SHA-256 of any JSON-like content in canonical form (keys sorted)."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def tree(folder: Path, of: Callable[[Path], str]) -> dict[str, str]:
    """Return digests of the files below a folder by relative name; hidden, temporary and compiled ones are left out."""
    found = {}
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(files):
            if not name.startswith((".", "~$")) and TEMPORARY_MARK not in name and not name.endswith(".pyc"):
                file = Path(path, name)
                found[file.relative_to(folder).as_posix()] = of(file)
    return dict(sorted(found.items()))


class Digests:
    """SHA-256 digests of files, remembered by size and times of change so that an unchanged file is read once.

    A file that changed only just now, or in what the clock calls the future, is read every time: it could be rewritten
    within the same tick of a coarse clock, or of one that was put back. `memory` is the JSON file that remembers; it
    may be removed at any time. `save()` writes it.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, list[Any]] = {}
        with contextlib.suppress(OSError, ValueError, AttributeError, RecursionError):  # damaged: all is read anew
            self._known = {key: value for key, value in read_json(memory).items() if _remembers(value)}

    def of(self, path: Path) -> str:
        """Return the digest of `path`, reading it only if its size, times or identity changed."""
        key, mark, now = str(path.resolve()), _mark(path), time.time_ns()
        known = self._known.get(key)
        if known and known[:-1] == mark:
            return str(known[-1])
        digest = sha256(path)
        if _mark(path) == mark and max(mark[1:3]) + _TICK_NS < now:
            self._known[key] = [*mark, digest]
        else:
            self._known.pop(key, None)
        return digest

    def save(self) -> None:
        """Remember what was read, leaving out files that are gone."""
        self._known = {key: value for key, value in self._known.items() if Path(key).exists()}
        write_json(self._memory, self._known)


def _mark(path: Path) -> list[int]:
    """What a rewritten file cannot keep: a time of change can be set back by hand, that of the entry cannot."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _remembers(value: Any) -> bool:
    kinds = [int] * 4 + [str]
    return isinstance(value, list) and [type(part) for part in value] == kinds


def read_yaml(path: Path, *, largest: int = 1_000_000) -> dict[str, Any]:
    """Read a YAML mapping of at most `largest` bytes; what could surprise raises `StudyError` with the line.

    Duplicate keys, aliases, merge keys and tags that build objects are refused, and so is a value that is none of its
    kind, such as a 13th month.
    """
    import yaml

    from design_lab.plain_yaml import parse, worded  # PyYAML takes its time to be imported

    try:
        size = path.stat().st_size
        if not (path.is_file() or path.is_dir()):
            raise _unreadable(path, "is no plain file; put the file itself there")
        if size > largest:
            raise _unreadable(path, f"has {size:,} bytes; a file of settings has at most {largest:,}")
        content = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _unreadable(path, "there is no such file") from None
    except (IsADirectoryError, NotADirectoryError):
        raise _unreadable(path, "is no file but a folder") from None
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except yaml.YAMLError as error:
        raise _unreadable(path, worded(error), getattr(error, "where", "")) from None
    if not isinstance(content, dict):
        held = "nothing" if content is None else f"a {type(content).__name__}"
        raise _unreadable(path, f"must hold 'key: value' lines, but holds {held}")
    return content


def _unreadable(path: Path, said: str, where: str = "") -> StudyError:
    return StudyError.of(path, [Fault("unreadable", where, said)])


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as YAML that `read_yaml` reads: innermost blocks on one line, whole numbers without a point."""
    import yaml

    class PlainDumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def represent_float(self, data: float) -> Any:
            return self.represent_int(int(data)) if data.is_integer() else super().represent_float(data)

    PlainDumper.add_representer(float, PlainDumper.represent_float)
    text = yaml.dump(
        content, Dumper=PlainDumper, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None
    )
    write_text(path, text)


def validated(model: type, content: Mapping[str, Any], path: Path) -> Any:
    """Build a pydantic `model` from a file's content; every fault is one line of a `StudyError` with its key."""
    from pydantic import ValidationError

    try:
        return model.model_validate(content)  # type: ignore[attr-defined]
    except ValidationError as error:
        found = error.errors()[: MOST_FAULTS + 1]
        raise StudyError.of(path, [_fault(model, fault, content) for fault in found]) from None


def _fault(model: type, fault: Any, content: Any) -> Fault:
    """Word one fault that pydantic found; words that are not known come with the nearest that are."""
    where = _keys(fault, content)
    key = ".".join(where) or "the file"
    context, given = fault.get("ctx") or {}, fault["input"]
    match fault["type"]:
        case "extra_forbidden":
            known = _fields_at(model, fault["loc"][:-1])
            return Fault("unknown_key", key, f"is not a known key; {nearest(where[-1], known)}")
        case "missing":
            return Fault("missing_key", key, "is missing")
        case "union_tag_not_found":
            return Fault("missing_key", f"{key}.{_quoted(context['discriminator'])[0]}", "is missing")
        case "union_tag_invalid":
            tag, named = context["tag"], _quoted(context["discriminator"])[0]
            near = nearest(tag, _quoted(context["expected_tags"]))
            return Fault("unknown_word", f"{key}.{named}", f"{tag!r} is not known; {near}")
        case "literal_error" if isinstance(given, str):
            return Fault("unknown_word", key, f"{given!r} is not known; {nearest(given, _quoted(context['expected']))}")
    message = str(fault["msg"]).removeprefix("Value error, ")
    found = "" if fault["type"] == "value_error" else f", but is {str(given)[:80]!r}"
    return Fault("wrong_value", key, f"{message[:1].lower()}{message[1:]}{found}")


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _keys(fault: Any, content: Any) -> list[str]:
    """The fault's place as the file writes it: pydantic's names for the branches of a choice are left out."""
    found = []
    for part in fault["loc"]:
        inside = isinstance(content, Mapping) and part in content
        if inside or (isinstance(content, list | tuple) and isinstance(part, int)):
            content = content[part]
        elif fault["type"] != "missing" or part != fault["loc"][-1]:
            continue
        found.append(str(part))
    return found


def _fields_at(model: type, location: tuple[Any, ...]) -> list[str]:
    """The known keys of the model that stands at `location` inside `model`, as far as annotations tell."""
    current: Any = model
    for part in location:
        fields = getattr(current, "model_fields", {})
        current = fields[part].annotation if part in fields else _branch(current, part)
    models = _models_in(current)
    return list(models[0].model_fields) if models else []


def _branch(annotation: Any, part: Any) -> Any:
    """Of the models in an annotation, the one that `part` chooses; all of it if `part` chooses none."""
    for one in _models_in(annotation):
        if any(part in typing.get_args(field.annotation) for field in one.model_fields.values()):
            return one
    return annotation


def _models_in(annotation: Any) -> list[Any]:
    if hasattr(annotation, "model_fields"):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in _models_in(part)]

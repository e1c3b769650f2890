"""The inputs of published reports, kept beside a study's tables so that a later run can replay them.

Below `<study>/tables/.kept`, `tables/<sha256>.parquet` are hard links to canonical tables (which are only ever
replaced by rename, so that a link keeps the old one), and `runs/<key>.zip` holds the small files, the notebooks and the
package's source of one state; `runs/<key>.json` says which tables belong to it and where reports of it stand. Raw files
and libraries are not kept. Nothing of it is published.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from design_lab.errors import ReportError
from design_lab.files import read_json, replacing, sha256, sha256_of, sync_folder, tree, write_json
from design_lab.run import record
from design_lab.run.record import READ, RECORD, Inputs

NOTEBOOKS = ("notebooks", "notebook_files")
_SMALL = ("settings", "schemes", "preferences")
_MANIFESTS = ".built"  # what arrived, beside the tables
_OLDEST_DATE = (1980, 1, 1, 0, 0, 0)  # of a zip file


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state of all that findings hang on, in folders.

    `study` is the study's folder, `notebooks` the project's notebooks, `package` the folder that holds the package, or
    None for the one that is running.
    """

    inputs: Inputs
    study: Path
    notebooks: Path
    package: Path | None = None


def key_of(inputs: Inputs) -> str:
    """Return one SHA-256 of what findings hang on: all that notebooks may read, and what they are told.

    Libraries are no part of it, nor the consultant's text, templates, formats and languages.
    """
    told = {name: inputs.parameters[name] for name in ("study", "quarter", "schemes", "seed")}
    return sha256_of([told, {kind: dict(inputs.files.get(kind, {})) for kind in (*READ, *NOTEBOOKS)}])


def keep(version: Version, published: Path) -> None:
    """Keep the inputs of the report that is about to stand in the folder `published`; the caller holds the study."""
    home, key = _home(version.study), key_of(version.inputs)
    tables = version.inputs.files["tables"]
    for name, digest in tables.items():
        _link(version.study / "tables" / name, home / "tables" / f"{digest}.parquet")
    if tables:
        sync_folder(home / "tables")
    pack = home / "runs" / f"{key}.zip"
    if not pack.is_file():
        with replacing(pack) as temporary:
            _pack(version, temporary)
    index = home / "runs" / f"{key}.json"
    reports = {*(read_json(index)["reports"] if index.is_file() else ()), str(published.resolve())}
    write_json(index, {"tables": sorted(set(tables.values())), "reports": sorted(reports)})


def _home(study: Path) -> Path:
    return study / "tables" / ".kept"


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; a copy where the file system knows no links. What is there already is right."""
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:
        with replacing(target) as temporary:
            shutil.copyfile(source, temporary)


def _pack(version: Version, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, file in _members(version):
            packed.writestr(zipfile.ZipInfo(name, _OLDEST_DATE), file.read_bytes(), zipfile.ZIP_DEFLATED)


def _members(version: Version) -> Iterator[tuple[str, Path]]:
    """Yield the small files of the running program's version, each with its place in the pack."""
    for name, path in (*_settings(version), *_manifests(version), *_own_notebooks(version)):
        yield f"study/{name}", path
    for name in version.inputs.files["notebooks"]:
        if not (version.study / "notebooks" / name).is_file():
            yield f"notebooks/{name}", version.notebooks / name
    for name in version.inputs.files["package"]:
        yield f"package/{record.PACKAGE.name}/{name}", record.PACKAGE / name


def _settings(version: Version) -> Iterator[tuple[str, Path]]:
    for kind in _SMALL:
        for name in version.inputs.files[kind]:
            place = name if kind == "settings" else f"{kind}/{name}"
            yield place, version.study / place


def _manifests(version: Version) -> Iterator[tuple[str, Path]]:
    for path in sorted((version.study / "tables" / _MANIFESTS).glob("*.json")):
        yield f"tables/{_MANIFESTS}/{path.name}", path


def _own_notebooks(version: Version) -> Iterator[tuple[str, Path]]:
    """Yield the study's own notebooks and what lies beside them."""
    for name in (name for kind in NOTEBOOKS for name in version.inputs.files.get(kind, {})):
        if (path := version.study / "notebooks" / name).is_file():
            yield f"notebooks/{name}", path


def restore(study: Path, then: Inputs, place: Path) -> Version:
    """Lay out the kept inputs of an earlier report in the empty folder `place`; `ReportError` if they are not whole."""
    home, key = _home(study), key_of(then)
    pack = home / "runs" / f"{key}.zip"
    if not pack.is_file():
        raise ReportError(f"the inputs of the report of {then.parameters['quarter']} are not kept any more")
    folder = place / "study" / str(then.parameters["study"])
    try:
        with zipfile.ZipFile(pack) as packed:
            packed.extractall(place)
    except (zipfile.BadZipFile, OSError):
        raise ReportError(f"{pack.name}: the kept inputs cannot be read") from None
    (place / "study").rename(place / "kept")
    folder.parent.mkdir()
    (place / "kept").rename(folder)
    for name, digest in then.files["tables"].items():
        kept = home / "tables" / f"{digest}.parquet"
        if not kept.is_file() or sha256(kept) != digest:
            raise ReportError(f"the kept inputs are not whole: tables/{name} is gone or was changed")
        _link(kept, folder / "tables" / name)
    (place / "notebooks").mkdir(exist_ok=True)
    _refuse_changed(then, folder, place)
    same = then.files["package"] == tree(record.PACKAGE, sha256)
    return Version(
        inputs=then, study=folder, notebooks=place / "notebooks", package=None if same else place / "package"
    )


def _refuse_changed(then: Inputs, folder: Path, place: Path) -> None:
    there: dict[str, Mapping[str, str]] = {kind: tree(folder / kind, sha256) for kind in ("schemes", "preferences")}
    there["settings"] = {path.name: sha256(path) for path in folder.iterdir() if path.is_file()}
    own = folder / "notebooks"
    there["notebooks"] = tree(place / "notebooks", sha256) | tree(own, sha256)
    there["package"] = tree(place / "package" / record.PACKAGE.name, sha256)
    for kind, names in there.items():
        wanted = then.files[kind] if kind != "notebooks" else _all_notebooks(then)
        if dict(wanted) != dict(names):
            raise ReportError(f"the kept inputs are not whole: {kind} are not what they were")


def _all_notebooks(inputs: Inputs) -> dict[str, str]:
    return {name: digest for kind in NOTEBOOKS for name, digest in inputs.files.get(kind, {}).items()}


def mixed(place: Path, *, data: Version, code: Version, parameters: Version) -> Version:
    """Lay out a study of several versions in the empty folder `place`: tables, notebooks and program, all the rest."""
    folder = place / str(parameters.inputs.parameters["study"])
    tables = ((f"tables/{name}", data.study / "tables" / name) for name in data.inputs.files["tables"])
    for name, path in (*tables, *_manifests(data), *_settings(parameters), *_own_notebooks(code)):
        _link(path, folder / name)
    return Version(inputs=parameters.inputs, study=folder, notebooks=code.notebooks, package=code.package)


def prune(study: Path) -> None:
    """Remove what no report refers to that still stands where it was published, or among its older revisions."""
    home = _home(study)
    wanted: set[str] = set()
    for index in sorted((home / "runs").glob("*.json")):
        content = read_json(index)
        if index.stem in _keys(content["reports"]):
            wanted.update(content["tables"])
        else:
            index.unlink()
    for pack in (home / "runs").glob("*.zip"):  # one whose index was never written belongs to a run that was killed
        if not pack.with_suffix(".json").is_file():
            pack.unlink()
    for path in (home / "tables").glob("*.parquet"):
        if path.stem not in wanted:
            path.unlink()


def _keys(reports: Iterable[str]) -> Iterator[str]:
    """Yield the keys of all reports that stand in these folders or are revisions of them."""
    for place in map(Path, reports):
        older = place.parent / ".revisions" / place.name
        for folder in (place, place.parent / ".ready" / place.name, *sorted(older.glob("*"))):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                content: dict[str, Any] = read_json(folder / RECORD)
                yield key_of(Inputs(**content["inputs"]))

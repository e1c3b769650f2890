"""Executing one notebook by papermill, inside a worker: parameters checked first, only our own end trusted."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from design_lab.errors import NotebookError
from design_lab.run.kernel_process import manager
from design_lab.run.scrub import local_places, scrub

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)
_STARTS = 5  # of a kernel: its ports are free when they are chosen, but another process may be quicker to take them


class Parameters(BaseModel):
    """What is injected into a notebook: plain literals, paths absolute."""

    model_config = _STRICT

    study: str
    quarter: str
    schemes: list[str]
    lang: Literal["en", "zh"]
    out: str
    seed: int

    @field_validator("study", "out")
    @classmethod
    def _absolute(cls, path: str) -> str:
        if not Path(path).is_absolute():
            raise ValueError("must be an absolute path")
        return path

    @field_validator("out")
    @classmethod
    def _no_braces(cls, path: str) -> str:
        if "{" in path or "}" in path:
            raise ValueError("papermill would fill in the braces; choose a folder without them")
        return path


class Declared(BaseModel):
    """What the cell tagged `parameters` must declare, with a literal of the right type; it may declare more."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    study: str
    quarter: str
    schemes: list[str]
    lang: str
    out: str
    seed: int


def checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters if they may be injected; else `NotebookError`, a line a fault.

    >>> checked({"study": "/s", "quarter": "2026Q3", "schemes": [], "lang": "en", "out": "/o", "seed": 1})["seed"]
    1
    """
    try:
        return Parameters.model_validate(dict(parameters)).model_dump()
    except ValidationError as error:
        raise NotebookError("\n".join(_faults("parameter", error))) from None


def inspect(*, notebooks: list[str], progress: object = None) -> None:
    """Refuse notebooks whose parameters cell does not hold the contract's literals, all faults at once."""
    faults = [fault for notebook in notebooks for fault in _declaration_faults(Path(notebook))]
    if faults:
        raise NotebookError("\n".join(faults))


def _declaration_faults(notebook: Path) -> list[str]:
    import papermill

    declared = papermill.inspect_notebook(_escaped(notebook))
    if not declared:
        return [f"{notebook.name}: has no cell tagged 'parameters' with {', '.join(Declared.model_fields)}"]
    literals, faults = {}, []
    for name, parameter in declared.items():
        try:
            literals[name] = ast.literal_eval(parameter["default"])
        except (ValueError, SyntaxError):
            faults.append(f"{notebook.name}: parameter {name} = {parameter['default']} is not a plain literal")
    if faults:
        return faults
    try:
        Declared.model_validate(literals)
    except ValidationError as error:
        return _faults(f"{notebook.name}: parameter", error)
    return []


def _faults(what: str, error: ValidationError) -> list[str]:
    faults = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "missing":
            faults.append(f"{what} {name!r} is missing from the cell tagged 'parameters'")
        elif fault["type"] == "extra_forbidden":
            faults.append(f"{what} {name!r} is not known; known are: {', '.join(Parameters.model_fields)}")
        else:
            message = str(fault["msg"]).removeprefix("Value error, ")
            faults.append(f"{what} {name!r}: {message[:1].lower()}{message[1:]}, but is {fault['input']!r}")
    return faults


def execute(
    *,
    notebook: str,
    executed: str,
    parameters: dict[str, Any],
    shown: dict[str, Any],
    local: dict[str, str],
    timeout_seconds: int,
    package: str | None = None,
    progress: object = None,
) -> None:
    """Execute a notebook and write it, fit to be published, to `executed`.

    `package` is the folder that holds another version of this package, by which the notebook is to run. `shown` stands
    in the published notebook where `parameters` were injected; `local` maps paths to the words that replace them. If it
    does not end as it should, `NotebookError` says where and why, and what ran stays at `executed`.
    """
    injected = checked(parameters)
    path, target = Path(notebook), Path(executed)
    findings = Path(injected["out"]) / "findings" / f"{path.stem}.json"
    findings.unlink(missing_ok=True)
    broken = _papermill(path, target, injected, timeout_seconds, package)
    cells = _cells(target)
    if fault := _broken(cells, broken) or _fault(cells):
        raise NotebookError(f"{path.name}, {fault}")
    if not findings.is_file():
        raise NotebookError(
            f"{path.name}: ran to its end but wrote no findings; its last cell must be "
            f'write_findings(findings, out, "{path.stem}")'
        )
    _publishable(target, shown=shown, local=local)


@dataclass(frozen=True, slots=True)
class _Break:
    """Where execution broke off without an exception of the cell (a cell's number from 0), and why."""

    cell: int
    reason: str


def _papermill(
    notebook: Path, executed: Path, parameters: dict[str, Any], timeout_seconds: int, package: str | None
) -> _Break | None:
    """Let papermill execute a notebook; a kernel that ends before its first cell is started again, on other ports."""
    for _ in range(_STARTS):
        try:
            return _executed(notebook, executed, parameters, timeout_seconds, package)
        except RuntimeError as error:
            reason = error
    raise NotebookError(f"{notebook.name}: no kernel could be started, {_STARTS} times tried: {reason}")


def _executed(
    notebook: Path, executed: Path, parameters: dict[str, Any], timeout_seconds: int, package: str | None
) -> _Break | None:
    """Execute once; return where and why it broke off, if not by an exception of a cell."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    executed.parent.mkdir(parents=True, exist_ok=True)
    begun = [0]
    try:
        papermill.execute_notebook(
            _escaped(notebook),
            _escaped(executed),
            parameters=parameters,
            kernel_name="python3",
            language="python",
            kernel_manager_class=manager(package),
            progress_bar=False,
            cwd=str(notebook.parent),
            execution_timeout=timeout_seconds,
            start_timeout=120,
            iopub_timeout=120,
            record_timing=False,
            shutdown_kernel="immediate",
            on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        )
    except PapermillExecutionError:
        return None  # the cell's output tells it
    except CellTimeoutError:
        return _Break(begun[-1], f"did not end within {timeout_seconds} s")
    except DeadKernelError:
        return _Break(
            begun[-1], "the notebook's process ended there (os._exit, a crash in a library, or no memory left)"
        )
    return None


def _escaped(path: Path) -> str:
    """Papermill fills in braces in paths; doubled, they stay themselves."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _cells(executed: Path) -> list[Any]:
    """Return the executed cells without papermill's error marks; the injected cell keeps its place."""
    import nbformat

    notebook = nbformat.read(executed, as_version=4)
    marks = "papermill-error-cell-tag"
    return [cell for cell in notebook.cells if marks not in cell.metadata.get("tags", [])]


def _broken(cells: list[Any], broken: _Break | None) -> str | None:
    return f"{_place(cells, cells[broken.cell])}: {broken.reason}" if broken else None


def _fault(cells: list[Any]) -> str | None:
    """Name the first cell that failed or did not run, and why; None if all ran."""
    for cell in cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                return f"{_place(cells, cell)}: {_exception(output)}"
        if cell.execution_count is None or cell.metadata.get("papermill", {}).get("exception"):
            return f"{_place(cells, cell)}: this cell did not run"
    return None


def _exception(output: Any) -> str:
    if output.ename == "SystemExit":
        return "stopped itself by SystemExit; a notebook must run to its last cell"
    return f"{output.ename}: {output.evalue}" if output.evalue else str(output.ename)


def _place(cells: list[Any], failed: Any) -> str:
    """Word a cell's place as the author counts it: from 1, all cells, without the injected one."""
    first_line = next(line for line in failed.source.splitlines() if line.strip()).strip()
    if "injected-parameters" in failed.metadata.get("tags", []):
        return "the injected parameters"
    authored = [cell for cell in cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    number = next(number for number, cell in enumerate(authored, start=1) if cell is failed)
    return f"cell {number} of {len(authored)} ({first_line[:80]})"


def _publishable(executed: Path, *, shown: Mapping[str, Any], local: Mapping[str, str]) -> None:
    import nbformat

    notebook = nbformat.read(executed, as_version=4)
    made = scrub(notebook, parameters=shown, local={**local_places(), **local})
    text = json.dumps(made, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    nbformat.validate(nbformat.from_dict(made))
    executed.write_bytes(text.encode("utf-8") + b"\n")

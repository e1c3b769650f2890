"""Synthetic centres whose truth is known: people, calls and the raw files a bank would send, from one YAML file.

`centre.yaml` states the centre; every raw byte is a function of it. The laws by which people work and answer to a
scheme stand in `behaviour`; no estimator of the package shares code with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.processes import each

if TYPE_CHECKING:
    from design_lab.periods import Quarter
    from design_lab.synthetic.centre import Centre
    from design_lab.synthetic.exports import Exported

__all__ = ["generate"]


def _silent(message: str) -> None:
    """Say nothing."""


def generate(
    study: Path,
    *,
    quarters: Sequence[Quarter] | None = None,
    progress: Callable[[str], None] = _silent,
    jobs: int = 1,
) -> list[Path]:
    """Write the raw exports of the centre that `<study>/centre.yaml` states, and return the paths that were written.

    `quarters` defaults to all of the centre; a raw file that exists is never replaced; `jobs` processes share the
    quarters and change no byte. `progress` gets one line for each quarter in which something was missing.
    """
    from design_lab.errors import StudyError
    from design_lab.synthetic.centre import read_centre

    centre = read_centre(study)
    chosen = list(quarters) if quarters is not None else list(centre.quarters)
    if outside := [str(quarter) for quarter in chosen if quarter not in centre.quarters]:
        raise StudyError(
            f"{study}: the centre runs from {centre.first} to {centre.last}; {', '.join(outside)} cannot be generated"
        )
    written: list[Path] = []
    for quarter, exported in zip(chosen, _exported(centre, chosen, study, jobs), strict=True):
        written += exported.paths
        if exported.calls is not None:
            progress(f"{quarter}: {exported.calls:,} calls")
    return written


def _exported(centre: Centre, quarters: Sequence[Quarter], study: Path, jobs: int) -> Iterator[Exported]:
    """Export quarter by quarter, in `jobs` processes if there is more than one of each."""
    from design_lab.synthetic.exports import export_quarter

    folders = [study / "raw" / str(quarter) for quarter in quarters]
    yield from each(export_quarter, [(centre, *where) for where in zip(quarters, folders, strict=True)], jobs)

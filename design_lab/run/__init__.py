"""Runs: the notebooks executed, their findings merged, and the report published whole with a record that binds it."""

from design_lab.run.publish import complete_moves
from design_lab.run.record import Record, Verification, verify
from design_lab.run.road import run

__all__ = ["Record", "Verification", "complete_moves", "run", "verify"]

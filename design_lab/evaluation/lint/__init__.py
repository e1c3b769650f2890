"""Lint: what a consultant would say of a scheme file before anybody is scored under it."""

from design_lab.evaluation.lint.check import Linter, lint, lint_file
from design_lab.evaluation.lint.record import Lint, Lints

__all__ = ["Lint", "Linter", "Lints", "lint", "lint_file"]

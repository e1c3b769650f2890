"""Every scheme that can be said aloud, measured on the past; the front, and the few that are worth proposing."""

from design_lab.evaluation.search.found import Searched
from design_lab.evaluation.search.seek import search

__all__ = ["Searched", "search"]

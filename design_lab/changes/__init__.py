"""What changed since the last report: findings beyond their intervals, and definitions; pure comparison of records."""

from design_lab.changes.beyond import apart, beyond, by_chance
from design_lab.changes.compared import Base, Changes, compare
from design_lab.changes.definitions import Redefined, redefined

__all__ = ["Base", "Changes", "Redefined", "apart", "beyond", "by_chance", "compare", "redefined"]

"""From canonical tables to people's scores: the panel, the rules, the totals and the grades."""

from design_lab.scoring.adjustment import Adjustment, adjustment
from design_lab.scoring.batch import Batch, Block
from design_lab.scoring.conduct import Conduct, conduct
from design_lab.scoring.history import History, history
from design_lab.scoring.in_force import InForce, everybody, in_force, score_in_force, score_moved
from design_lab.scoring.levels import Levels, levels
from design_lab.scoring.panel import Panel, panel, panels_due
from design_lab.scoring.periods import calls_by_period
from design_lab.scoring.rollup import RolledUp, roll_up
from design_lab.scoring.score import Scores, score
from design_lab.scoring.signal import Signal
from design_lab.scoring.targets import role_medians, targets
from design_lab.scoring.team_quarters import TeamQuarters, team_quarters
from design_lab.scoring.team_queues import team_queues
from design_lab.scoring.weeks import PersonWeeks, person_weeks

__all__ = [
    "Adjustment",
    "Batch",
    "Block",
    "Conduct",
    "History",
    "InForce",
    "Levels",
    "Panel",
    "PersonWeeks",
    "RolledUp",
    "Scores",
    "Signal",
    "TeamQuarters",
    "adjustment",
    "calls_by_period",
    "conduct",
    "everybody",
    "history",
    "in_force",
    "levels",
    "panel",
    "panels_due",
    "person_weeks",
    "role_medians",
    "roll_up",
    "score",
    "score_in_force",
    "score_moved",
    "targets",
    "team_quarters",
    "team_queues",
]

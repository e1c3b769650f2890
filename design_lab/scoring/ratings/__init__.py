"""360 ratings: severity of raters, adjusted scores, agreement, habits, reciprocity, anonymity and the raters' load."""

from design_lab.scoring.ratings.agreement import Agreement, Icc, Scale, agreement, icc
from design_lab.scoring.ratings.anonymity import Released, released, suppressed
from design_lab.scoring.ratings.forms import MINIMUM_RATERS, Forms, forms
from design_lab.scoring.ratings.habits import Habits, habits
from design_lab.scoring.ratings.load import RaterLoad, Spans, rater_load, spans
from design_lab.scoring.ratings.oneself import SelfOther, self_other
from design_lab.scoring.ratings.reciprocity import Reciprocity, reciprocity
from design_lab.scoring.ratings.review import Review, ratings_review
from design_lab.scoring.ratings.severity import Severity, adjusted_scores, rating_signals, severity

__all__ = [
    "MINIMUM_RATERS",
    "Agreement",
    "Forms",
    "Habits",
    "Icc",
    "RaterLoad",
    "Reciprocity",
    "Released",
    "Review",
    "Scale",
    "SelfOther",
    "Severity",
    "Spans",
    "adjusted_scores",
    "agreement",
    "forms",
    "habits",
    "icc",
    "rater_load",
    "rating_signals",
    "ratings_review",
    "reciprocity",
    "released",
    "self_other",
    "severity",
    "spans",
    "suppressed",
]

"""Signs of gaming in the data: screens for patterns that gaming would leave, and that honest reasons can leave too."""

from design_lab.evidence.gaming.bunching import bunching, score_bunching
from design_lab.evidence.gaming.odds import survey_selection, transfers_at_day_end
from design_lab.evidence.gaming.people import standing_out
from design_lab.evidence.gaming.sign import Sign
from design_lab.evidence.gaming.signs import GamingSigns, gaming_signs
from design_lab.evidence.gaming.timing import period_end_push

__all__ = [
    "GamingSigns",
    "Sign",
    "bunching",
    "gaming_signs",
    "period_end_push",
    "score_bunching",
    "standing_out",
    "survey_selection",
    "transfers_at_day_end",
]

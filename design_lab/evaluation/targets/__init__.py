"""Targets and standards: proposals from the past, cycles by reliability, levels with pay share and cascade."""

from design_lab.evaluation.targets.cycles import CycleAdvice, Cycles, advise_cycles
from design_lab.evaluation.targets.levels import Cascade, PayShares, cascade, pay_shares
from design_lab.evaluation.targets.proposals import Proposal, Proposals, propose_targets

__all__ = [
    "Cascade",
    "CycleAdvice",
    "Cycles",
    "PayShares",
    "Proposal",
    "Proposals",
    "advise_cycles",
    "cascade",
    "pay_shares",
    "propose_targets",
]

"""The trade's words and metric cards, in both languages."""

from design_lab.catalogue.indicators import Adjusted, Card, Condition, Quotient, Term, cards, cards_with
from design_lab.catalogue.words import LANGUAGES, Words, catalogue_text, words

__all__ = [
    "LANGUAGES",
    "Adjusted",
    "Card",
    "Condition",
    "Quotient",
    "Term",
    "Words",
    "cards",
    "cards_with",
    "catalogue_text",
    "words",
]

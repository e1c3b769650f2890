"""The trade's words and metric cards, in both languages."""

from design_lab.catalogue.indicators import Card, cards
from design_lab.catalogue.words import LANGUAGES, Words, words

__all__ = ["LANGUAGES", "Card", "Words", "cards", "words"]

"""The block of a report in which the consultant speaks: paragraphs of runs, with the findings that they quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from design_lab.report.content import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words set alike; where they name in brackets what a number is worth, `claim` is the finding that they label.

    `badge` is then the name without brackets, for a format that draws a badge.
    """

    text: str
    bold: bool = False
    claim: Statement | None = None
    badge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of kind text, item (of a list) or heading.

    `shows` are the findings that it quotes; `review` says why it is to be looked at again, '' if it is not.
    """

    kind: str
    runs: tuple[Run, ...]
    shows: tuple[Statement, ...] = ()
    review: str = ""

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(run.text for run in self.runs).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """What the consultant says in own words under a title."""

    kind: ClassVar[str] = "prose"

    title: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def heading(self) -> str:
        """Its first sub-heading, or nothing."""
        return next((one.text for one in self.paragraphs if one.kind == "heading"), "")

    @property
    def shows(self) -> tuple[Statement, ...]:
        """The findings that it quotes, each once."""
        return tuple({one.id: one for paragraph in self.paragraphs for one in paragraph.shows}.values())

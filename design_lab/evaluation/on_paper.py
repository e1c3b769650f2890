"""What schemes weigh on paper, by dimension, for everybody and where a role or level is weighed otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Shown
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OnPaper(Shown):
    """Schemes' weights of dimensions as their files state them; `names` are the study's of roles and levels."""

    units: ClassVar = {"nominal": "share"}
    schemes: tuple[Scheme, ...]
    names: Mapping[str, Mapping[str, str]]

    def rows(self) -> Iterator[tuple[Scheme, str, str, float]]:
        """Yield scheme, whom it is for (`all`, else role and level joined by a hyphen), dimension and share."""
        for scheme in self.schemes:
            for dimension, held in scheme.dimensions.items():
                yield scheme, "all", dimension, held.weight / 100
            for override in scheme.overrides:
                whom = "-".join(part for part in (override.role, override.level) if part)
                held_for = scheme.dimensions_for(override.role, override.level or "") if override.dimensions else {}
                for dimension, held in held_for.items():
                    yield scheme, whom, dimension, held.weight / 100

    def table(self) -> pd.DataFrame:
        """Return one row a scheme, role or level weighed on its own, and dimension."""
        import pandas as pd

        rows = [(scheme.name, whom, dimension, share) for scheme, whom, dimension, share in self.rows()]
        return pd.DataFrame(rows, columns=["scheme", "held_for", "dimension", "nominal"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for schemes, roles and levels."""
        shown = Shown.to_text(self, lang)
        titles = {scheme.name: scheme.title[lang] for scheme in self.schemes}
        shown["scheme"] = [titles[row[0].name] for row in self.rows()]
        shown["held_for"] = [self._whom(row[1])[lang] for row in self.rows()]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State each weight."""
        return tuple(
            state(
                f"on_paper.{scheme.name}.{whom}.{dimension}", share, says="on_paper.weight", unit="share", n=None,
                claim="accounting", scheme=scheme.title, whom=self._whom(whom), dimension=scheme.named(dimension),
            )
            for scheme, whom, dimension, share in self.rows()
        )  # fmt: skip

    def _whom(self, whom: str) -> dict[str, str]:
        """Name everybody, a role, a level, or a role and level."""
        if whom == "all":
            return {lang: words(lang).say("on_paper.all") for lang in LANGUAGES}
        parts = [self.names.get(part, {}) for part in whom.split("-")]
        return {
            lang: words(lang).say("report.join").join(part.get(lang) or whom for part in parts) for lang in LANGUAGES
        }


def on_paper(schemes: Sequence[Scheme], names: Mapping[str, Mapping[str, str]]) -> OnPaper:
    """Return what `schemes` weigh on paper, for everybody and where a role or level has weights of its own.

    `names` are of roles and levels, by id and language. No data are looked at.
    """
    return OnPaper(schemes=tuple(schemes), names=names)

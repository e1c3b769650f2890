"""Why no weights follow from data or judgements, in the words of every language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.catalogue.words import dimension_in
from design_lab.display import Wording, worded
from design_lab.errors import WeightingError

Array = npt.NDArray[np.float64]
DUST = 1e-12  # of the greatest value: differences below it are rounding


class NoWeightsError(WeightingError):
    """No weights follow: `why` is a key below `no_weights.` in the word files, `said` its words by language."""

    def __init__(self, why: str, **parts: Wording) -> None:
        self.why = why
        self.said = {
            lang: words(lang).say(f"no_weights.{why}", **{key: worded(part, lang) for key, part in parts.items()})
            for lang in LANGUAGES
        }
        super().__init__(self.said["en"])


def checked(x: Array, names: Sequence[Wording]) -> Array:
    """Return a decision matrix (n people, k columns) as it came; gaps and too few people are `NoWeightsError`."""
    if gaps := [name for name, column in zip(names, x.T, strict=True) if not np.isfinite(column).all()]:
        raise NoWeightsError("gaps", columns=listed(gaps))
    if len(x) < 2:
        raise NoWeightsError("too_few")
    return x


def constant(x: Array) -> npt.NDArray[np.bool_]:
    """Return which columns are the same for everybody, (k,)."""
    return np.asarray(np.ptp(x, axis=0) <= DUST * np.abs(x).max(axis=0))


def listed(names: Sequence[Wording]) -> Wording:
    """Join names of dimensions for a sentence in any language; an id is named by the words where it has any there."""

    def said(name: Wording, lang: str) -> str:
        return dimension_in(name, lang) if isinstance(name, str) else worded(name, lang)

    return {lang: words(lang).say("run.join").join(said(name, lang) for name in names) for lang in LANGUAGES}

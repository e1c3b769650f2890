"""A scheme: how people are scored and graded, as a file that introduces itself.

A scheme gives weights to dimensions and, within them, to indicators; says by which rule a value becomes points
(`rulebook`), how points are combined, who is eligible and how totals become grades (`gradebook`). Weights and rules may
differ by role and, within it, by level. docs/schemes.md shows every key.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from design_lab.catalogue import LANGUAGES, Card, cards
from design_lab.catalogue.words import dimension_in
from design_lab.errors import MOST_FAULTS, Fault, SchemeError, StudyError
from design_lab.files import read_yaml, sha256_of, validated, write_yaml
from design_lab.gradebook import Eligibility, Grades, Protected
from design_lab.provenance import Provenance
from design_lab.rulebook import Number, Record, Rule
from design_lab.scheme_faults import scheme_faults

Part = Literal[
    "weights", "indicators", "rules", "aggregation", "missing", "total", "rounding", "appraised", "eligibility",
    "protected", "grades",
]  # fmt: skip
# Everybody, for each spell in one role and level; or who is there on the last day, for the whole period in that one.
Appraised = Literal["roster", "on_last_day"]
_LARGEST = 50_000  # bytes of a scheme file; larger ones would be read for seconds


class Dimension(Record):
    """A dimension's share of the score and its indicators' shares of the dimension, both in percent.

    A rule of its own turns the indicators' combined points into the dimension's: z of a composite, say.
    """

    weight: Number
    indicators: dict[str, Number]
    rule: Rule | None = None


class Override(Record):
    """Dimensions and rules that differ for a role (and level); what is not named is inherited."""

    role: str
    level: str | None = None
    dimensions: dict[str, Dimension] = Field({})
    rules: dict[str, Rule] = Field({})

    def holds_for(self, role: str, level: str) -> bool:
        """Whether somebody of this role and level is meant."""
        return self.role == role and self.level in (None, level)


class Combine(Record):
    """How several points become one; its name alone may stand in its place.

    owa gives `places` (percent, best first) to the ordered points, beside the weights of who earned them: with equal
    weights it is Yager's ordered mean, with equal places the weighted mean (Torra 1997).
    """

    method: Literal["arithmetic", "geometric", "harmonic", "owa"] = "arithmetic"
    places: tuple[Number, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return {"method": given} if isinstance(given, str) else given


class Aggregation(Record):
    """How indicators are combined within a dimension, and dimensions over the total."""

    within: Combine = Combine()
    over: Combine = Combine()


class Missing(Record):
    """What happens where data are missing: weights are renormalised over what is there.

    At least `min_weight` percent of the weight must be there. A dimension of which a part is missing weighs as much as
    what is there of it (shrink), all it has on paper (keep), or nothing (drop). `total` is what people get who would
    have no score.
    """

    min_weight: Number
    incomplete: Literal["shrink", "keep", "drop"] = "shrink"
    total: Number | None = None


class Total(Record):
    """Between which bounds a total is kept; absent is unbounded."""

    floor: Number | None = None
    cap: Number | None = None


class Round(Record):
    """To how many decimals, and where a half goes: up, or to the even neighbour."""

    decimals: Annotated[int, Field(strict=True, ge=0, le=6)]
    half: Literal["up", "even"] = "up"


class Rounding(Record):
    """What is rounded: the points of each indicator, the total, or both; absent is not rounded."""

    points: Round | None = None
    total: Round | None = None


class Scheme(Record):
    """One appraisal scheme, checked: read it with `Scheme.read`.

    >>> scheme = Scheme.read("data/h_bank/schemes/current.yaml")
    >>> scheme.weights("customer_service", "agent")["calls_per_hour"]
    0.4
    """

    name: str
    title: dict[str, str]
    baseline: str | None = None
    effective_from: str | None = None
    why: str
    provenance: Provenance | None = None
    assumed: tuple[Part, ...] = ()
    dimensions: dict[str, Dimension]
    overrides: tuple[Override, ...] = ()
    rules: dict[str, Rule]
    aggregation: Aggregation = Aggregation()
    missing: Missing = Missing(min_weight=50)
    total: Total = Total()
    rounding: Rounding = Rounding()
    appraised: Appraised = "roster"
    eligibility: dict[str, Eligibility] = Field({})
    protected: Protected | None = None
    grades: Grades
    waive: dict[str, str] = Field({})
    _called: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)

    @classmethod
    def read(cls, path: str | Path, known: Mapping[str, Card] | None = None) -> Scheme:
        """Read and check a scheme file; each fault is a line of `SchemeError` with file, key and nearest known word.

        `known` are the metric cards that it may weigh, the catalogue's if nothing is said.
        """
        path = Path(path)
        try:
            scheme: Scheme = validated(cls, read_yaml(path, largest=_LARGEST), path)
        except StudyError as error:
            raise SchemeError.of(path, error.faults) from None
        found = scheme_faults(scheme, cards() if known is None else known)
        faults = [*dict.fromkeys(itertools.islice(found, 4 * MOST_FAULTS))]
        if scheme.name != path.stem:
            said = f"the name in the file is {scheme.name!r}, but the file is called {path.name}"
            faults.append(Fault("file_name", "name", said))
        if faults:
            raise SchemeError.of(path, faults)
        return scheme

    def calling(self, names: Mapping[str, Mapping[str, str]]) -> Scheme:
        """Return the same scheme whose dimensions bear a client's own names, by id and language; no file holds them."""
        named = self.model_copy()
        named._called = names
        return named

    def remade(self, content: Mapping[str, Any]) -> Scheme:
        """Return the scheme of another file's content, whose dimensions are called as this one's are."""
        return type(self).model_validate(content).calling(self._called)

    def named(self, dimension: str) -> dict[str, str]:
        """Return what a dimension is called, by language: by the client, else by the words, else by its id.

        >>> Scheme.read("data/h_bank/schemes/current.yaml").named("workload")
        {'en': 'workload', 'zh': '工作量'}
        """
        return {lang: dimension_in(dimension, lang, self._called) for lang in LANGUAGES}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a score or a grade; what tells of it and keys at their defaults are left out."""
        told = {"title", "why", "provenance", "waive"}
        return sha256_of(self.model_dump(mode="json", exclude=told, exclude_defaults=True))

    def write(self, path: Path) -> None:
        """Write the scheme as a file that `read` reads back as it is; what was never stated stays unsaid."""
        write_yaml(path, self.model_dump(mode="json", exclude_unset=True))

    @property
    def indicators(self) -> tuple[str, ...]:
        """All indicators that some role is scored on, in the file's order."""
        blocks = [self.dimensions, *(override.dimensions for override in self.overrides)]
        return tuple(dict.fromkeys(i for block in blocks for d in block.values() for i in d.indicators))

    def dimensions_for(self, role: str, level: str) -> Mapping[str, Dimension]:
        """Return the dimensions in force for a role and level."""
        merged = dict(self.dimensions)
        for override in self._overrides_for(role, level):
            merged |= override.dimensions
        return merged

    def rules_for(self, role: str, level: str) -> Mapping[str, Rule]:
        """Return the rules in force for a role and level, by indicator."""
        merged = dict(self.rules)
        for override in self._overrides_for(role, level):
            merged |= override.rules
        return merged

    def _overrides_for(self, role: str, level: str) -> list[Override]:
        """Those that hold, the role's before its levels'."""
        found = [override for override in self.overrides if override.holds_for(role, level)]
        return sorted(found, key=lambda override: override.level is not None)

    def weights(self, role: str, level: str) -> dict[str, float]:
        """Return each indicator's share of the total for a role and level; the shares sum to 1."""
        return {indicator: share for indicator, _, share in self.weighed(role, level)}

    def dimension_of(self, role: str, level: str) -> dict[str, str]:
        """Return the dimension in which each indicator is weighed for a role and level."""
        return {indicator: dimension for indicator, dimension, _ in self.weighed(role, level)}

    def weighed(self, role: str, level: str) -> list[tuple[str, str, float]]:
        """Return what is weighed for a role and level: the indicator, its dimension, its share of the total."""
        return [
            (indicator, name, dimension.weight * part / 10_000)
            for name, dimension in self.dimensions_for(role, level).items()
            for indicator, part in dimension.indicators.items()
            if dimension.weight and part
        ]

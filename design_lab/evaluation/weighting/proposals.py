"""Ways to weights as one result: a table beside today's weights, findings, and schemes with their provenance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from design_lab.catalogue import LANGUAGES, Card, words
from design_lab.display import Shown, number
from design_lab.errors import StudyError, nearest
from design_lab.evaluation.weighting.forms import Preferences
from design_lab.evaluation.weighting.sentences import said
from design_lab.evaluation.weighting.steps import in_steps
from design_lab.evaluation.weighting.ways import PREFERRED, Way, equal_ways, made_ways, preferred_ways
from design_lab.finding import Finding
from design_lab.provenance import EVERYBODY, Provenance
from design_lab.scheme import Dimension, Scheme
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

DEFAULT = ("entropy", "critic", "pca")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ways(Shown):
    """What each way gives, for everybody (`all`) or by role, beside the weights of `scheme`, today's.

    `forms` are those that were read; `roles` the roles' names by language; `limits` of the scores; `cards` the metric
    cards by which a scheme is checked.
    """

    scheme: Scheme
    quarter: str
    ways: tuple[Way, ...]
    forms: Preferences | None
    roles: Mapping[str, Mapping[str, str]]
    limits: tuple[str, ...]
    cards: Mapping[str, Card]

    def table(self) -> pd.DataFrame:
        """Return one row a dimension of everybody or a role: today's weight and that of each way, as shares of 1.

        Roles for which no way gives any are left out.
        """
        import pandas as pd

        rows: dict[tuple[str, str], dict[str, float]] = {}
        for way in self.ways:
            for name, weight in way.weights.items():
                rows.setdefault((way.who, name), {"today": way.today[name]})[way.method] = weight
        order = [EVERYBODY, *self.roles]
        kept = sorted(rows, key=lambda key: order.index(key[0]))
        methods = list(dict.fromkeys(way.method for way in self.ways))
        frame = pd.DataFrame([rows[key] for key in kept], columns=["today", *methods], dtype="float64")
        frame.insert(0, "for", [who for who, _ in kept])
        frame.insert(1, "dimension", [name for _, name in kept])
        return frame

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table in words, weights in percent; a dash where a way gives none."""
        spoken, shown = words(lang), self.table()
        for method in shown.columns[2:]:
            shown[method] = [number(None if math.isnan(share) else share, "share", lang) for share in shown[method]]
        shown["for"] = [self._named(who)[lang] for who in shown["for"]]
        shown["dimension"] = [self.scheme.named(name)[lang] for name in shown["dimension"]]
        heads = {name: spoken.say(f"weighting.{name}") for name in ("for", "dimension", "today")}
        return shown.rename(columns=heads | {m: spoken.say(f"way.{m}") for m in shown.columns[3:]})

    def findings(self) -> tuple[Finding, ...]:
        """State what each way gives and who says so, how far respondents agree, and where no weights follow."""
        return said(self.ways, self.forms, self.scheme, self.limits, self._named)

    def scheme_by(self, method: str, step: int = 5) -> Scheme:
        """Return today's scheme with the weights of one method in steps of so many percent, and their provenance.

        Everybody's weights replace the scheme's, a role's become an override of its own; levels with an override keep
        it. A method that gave no weights raises `StudyError`.
        """
        found = [way for way in self.ways if way.method == method and way.weights]
        if not found:
            there = sorted({way.method for way in self.ways if way.weights})
            raise StudyError(f"way {method!r} gives no weights here; {nearest(method, there)}")
        rounded = {way.who: in_steps(way.weights, step) for way in found}
        made = {name: digest for way in found for name, digest in way.made_from.items()}
        given = self.scheme.model_dump(mode="json", exclude_unset=True)
        given |= {
            "name": f"by_{method}",
            "title": {lang: _said("title", method, lang) for lang in LANGUAGES},
            "baseline": self.scheme.name,
            "why": _said("why", method, "en", quarter=self.quarter),
            "provenance": Provenance(
                method=method, quarter=self.quarter, step=step, made_from=made, details=_details(found),
                unrounded={way.who: {k: round(100 * share, 8) for k, share in way.weights.items()} for way in found},
                rounded={who: {k: float(weight) for k, weight in of.items()} for who, of in rounded.items()},
            ).model_dump(mode="json", exclude_unset=True),
        }  # fmt: skip
        if EVERYBODY in rounded:
            given["dimensions"] = _weighed(self.scheme.dimensions, rounded[EVERYBODY])
        if overrides := _overrides(self.scheme, {who: of for who, of in rounded.items() if who != EVERYBODY}):
            given["overrides"] = overrides
        return self.scheme.remade(given)

    def write(self, folder: Path, step: int = 5) -> list[Path]:
        """Write a scheme file for each way that gives weights, below `folder`; return the paths.

        They are proposals: who wants one copies it to the study's schemes/.
        """
        written = []
        for method in dict.fromkeys(way.method for way in self.ways if way.weights):
            scheme = self.scheme_by(method, step)
            path = folder / f"{scheme.name}.yaml"
            scheme.write(path)
            Scheme.read(path, self.cards)  # what is written can be read, or is refused in words
            written.append(path)
        return written

    def _named(self, who: str) -> Mapping[str, str]:
        if who == EVERYBODY:
            return {lang: words(lang).say("weighting.everybody") for lang in LANGUAGES}
        return self.roles[who]


def ways_to_weights(
    scores: Scores,
    *,
    roles: Mapping[str, Mapping[str, str]],
    least: int,
    forms: Preferences | None = None,
    methods: Sequence[str] = DEFAULT,
    wanted: Mapping[str, Mapping[str, float]] | None = None,
) -> Ways:
    """Set the weights that preferences and data would give beside today's.

    `roles` are the roles' names by language; a role of fewer people than `least` gives no weights out of data; `forms`
    are the study's, read by `preferences`; `methods` the data-driven ones; `wanted` the effective weights of a role
    that balancing aims at, those on paper if nothing is said. Data-driven weights and balancing are made from the
    points of those in the role who lack no dimension.
    """
    ways = (
        *equal_ways(scores, [*roles]),
        *(preferred_ways(scores, forms) if forms else ()),
        *made_ways(scores, [*roles], least=least, methods=methods, wanted=wanted or {}),
    )
    return Ways(
        scheme=scores.scheme, quarter=scores.quarter, ways=ways, forms=forms, roles=roles, limits=scores.limits,
        cards=scores.cards,
    )  # fmt: skip


def _said(what: str, method: str, lang: str, **parts: str) -> str:
    return words(lang).say(f"weighting.{what}", way=words(lang).say(f"way.{method}"), **parts)


def _details(ways: Iterable[Way]) -> dict[str, str | float]:
    """What a method adds about its own worth."""
    found: dict[str, str | float] = {}
    for way in ways:
        if way.n is not None:
            found[f"{way.who}.{'respondents' if way.method in PREFERRED else 'people'}"] = way.n
        if way.judged:
            found[f"{way.who}.consistency_ratio"] = round(way.judged.consistency.ratio, 8)
            found["random_index"] = way.judged.consistency.random_index
    return found


def _weighed(dimensions: Mapping[str, Dimension], weights: Mapping[str, int]) -> dict[str, object]:
    """The blocks of dimensions with other weights."""
    return {
        name: dimension.model_dump(mode="json", exclude_unset=True) | {"weight": weights.get(name, dimension.weight)}
        for name, dimension in dimensions.items()
    }


def _overrides(scheme: Scheme, by_role: Mapping[str, Mapping[str, int]]) -> list[dict[str, object]]:
    """The scheme's overrides, with the weights of roles in theirs or in a new one."""
    kept: dict[tuple[str, str | None], dict[str, object]] = {
        (one.role, one.level): one.model_dump(mode="json", exclude_unset=True) for one in scheme.overrides
    }
    for role, weights in by_role.items():
        block = kept.setdefault((role, None), {"role": role})
        block["dimensions"] = _weighed(scheme.dimensions_for(role, ""), weights)
    return [*kept.values()]

"""Effective weights side by side: by role, by quarter, and under other rules for the same weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from design_lab.display import Quantity, Shown, number
from design_lab.evaluation.alike import alike
from design_lab.evaluation.diagnosis import DimensionWeight, EffectiveWeights, effective_weights
from design_lab.evaluation.shares import LEVEL
from design_lab.finding import Finding, state
from design_lab.scheme import Scheme
from design_lab.scoring import InForce, Panel, Scores, score_in_force
from design_lab.scoring.roster import headcount

if TYPE_CHECKING:
    import pandas as pd

By = Literal["role", "quarter", "rule", "scheme"]
# The two rules that clients use most, with the bounds of the sample schemes and of domain practice.
ATTAINMENT: Mapping[str, Any] = {
    "rule": "attainment",
    "target": "role_median_prior_4_quarters",
    "floor": 60,
    "cap": 120,
}
Z: Mapping[str, Any] = {"rule": "z", "centre": 80, "spread": 10, "floor": 40, "cap": 120}
RULES: Mapping[str, Mapping[str, Any]] = {"attainment": ATTAINMENT, "z": Z}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WeightsBy(Shown):
    """The effective weights of several roles, quarters, rules or schemes, by id; `names` says what each is called.

    `under` counts the people on the roster under each of several schemes in force, also of those left out of `splits`.
    """

    by: By
    splits: Mapping[str, EffectiveWeights]
    names: Mapping[str, Mapping[str, str]]
    under: Mapping[str, int] = field(default_factory=dict)
    limits: tuple[str, ...] = ()  # of what is counted by scheme

    def table(self) -> pd.DataFrame:
        """Return one row a role, quarter, rule or scheme, one column a dimension: the effective weight as a share."""
        import pandas as pd

        rows = [
            {self.by: key, **{w.dimension: w.effective for w in split.weights}, "people": split.people}
            for key, split in self.splits.items()
        ]
        return pd.DataFrame(rows, columns=None if rows else [self.by, "people"])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids and shares in percent."""
        shown = self.table().astype(object)
        shown = shown.where(shown.notna(), None)
        shown[self.by] = [self.names.get(key, {}).get(lang, key) for key in shown[self.by]]
        for column in shown.columns.difference([self.by, "people"]):
            shown[column] = [number(value, "share", lang) for value in shown[column]]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State the effective weights that are known; by scheme also whose each is, and its weights on paper."""
        on_paper = self.splits if self.by == "scheme" else {}
        return (
            *(self._counted(key, people) for key, people in self.under.items()),
            *(
                self._nominal(key, split, weight)
                for key, split in on_paper.items()
                for weight in split.weights
                if weight.dimension != "rules"
            ),
            *self._effective(),
        )

    def _effective(self) -> tuple[Finding, ...]:
        return tuple(
            self._state(key, split, weight)
            for key, split in self.splits.items()
            for weight in split.weights
            if weight.effective is not None and (weight.dimension != "rules" or abs(weight.effective) > 1e-9)
        )

    def _counted(self, key: str, people: int) -> Finding:
        return state(
            f"diagnosis.people_by_scheme.{key}", people, says="diagnosis.people_by_scheme", unit="people",
            n=sum(self.under.values()), claim="accounting", limits=self.limits, where=self.names[key],
        )  # fmt: skip

    def _nominal(self, key: str, split: EffectiveWeights, weight: DimensionWeight) -> Finding:
        return state(
            f"diagnosis.nominal_weight_by_scheme.{key}.{weight.dimension}", weight.nominal,
            says="diagnosis.nominal_weight", unit="weight", n=split.people, claim="accounting", limits=split.whose,
            among=self.names[key], dimension=split.scheme.named(weight.dimension),
        )  # fmt: skip

    def _state(self, key: str, split: EffectiveWeights, weight: DimensionWeight) -> Finding:
        alone = "" if weight.interval else "_alone"
        says = "rules" if weight.dimension == "rules" else f"{self.by}{alone}"
        return state(
            f"diagnosis.effective_weight_by_{self.by}.{key}.{weight.dimension}", weight.effective,
            says=f"diagnosis.effective_weight_by_{says}", unit="share", n=split.people,
            claim="scenario" if self.by == "rule" else split.claim, bounds=weight.interval,
            level=LEVEL if weight.interval else None, limits=split.all_limits,
            among=None if self.by == "scheme" else split.among,
            dimension=split.scheme.named(weight.dimension), nominal=Quantity(weight.nominal, "weight"),
            where=self.names.get(key, {"en": key}),
        )  # fmt: skip


def weights_by_role(scores: Scores, *, roles: Mapping[str, Mapping[str, str]], least: int) -> WeightsBy:
    """Split the totals of each role with at least `least` people whose totals may be compared."""
    held = scores.people["role"]
    known = [role for role in roles if alike(scores, scores.told_apart & (held == role)).people >= least]
    return WeightsBy(
        by="role", splits={role: effective_weights(scores, who=held == role) for role in known}, names=roles
    )


def weights_by_quarter(history: Iterable[Scores]) -> WeightsBy:
    """Split the totals of several quarters, each by itself."""
    splits = {one.quarter: effective_weights(one) for one in history}
    return WeightsBy(by="quarter", splits=splits, names={quarter: {"en": quarter, "zh": quarter} for quarter in splits})


def weights_by_scheme(scored: Mapping[str, Scores], *, least: int) -> WeightsBy:
    """Split the totals of the people under each scheme where several were in force; nothing where one was.

    Schemes of fewer than `least` people whose totals may be compared are left out.
    """
    told = {name: scores for name, scores in scored.items() if scores.told_apart.sum() >= least}
    several = told if len(scored) > 1 else {}
    return WeightsBy(
        by="scheme",
        splits={name: effective_weights(scores) for name, scores in several.items()},
        names={name: scores.scheme.title for name, scores in scored.items()},
        under={name: headcount(scores.people.index) for name, scores in scored.items()} if len(scored) > 1 else {},
        limits=tuple(dict.fromkeys(limit for scores in scored.values() for limit in scores.whose)),
    )


def weights_by_rule(panel: Panel, held: InForce, *, medians: pd.DataFrame) -> WeightsBy:
    """Split totals under attainment and under z for all indicators, weights as in the scheme: how much rules decide.

    Where several schemes were in force it is the leading one that is changed, and its people that are looked at.
    """
    from design_lab.catalogue import LANGUAGES, words

    scheme = held.leading
    splits = {
        name: effective_weights(
            score_in_force(panel, held.stating(with_rule(scheme, rule)), medians=medians)[scheme.name]
        )
        for name, rule in RULES.items()
    }
    names = {name: {lang: words(lang).say(f"rule.{name}") for lang in LANGUAGES} for name in RULES}
    return WeightsBy(by="rule", splits=splits, names=names)


def with_rule(scheme: Scheme, rule: Mapping[str, Any]) -> Scheme:
    """Return the scheme with one rule for every indicator, checked like any other."""
    content = scheme.model_dump(exclude_unset=True)
    return scheme.remade(content | {"rules": {name: dict(rule) for name in scheme.indicators}})

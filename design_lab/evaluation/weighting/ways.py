"""Ways to weights: what each would give, for whom, beside the weights of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from design_lab.display import Quantity, Wording
from design_lab.errors import StudyError
from design_lab.evaluation.shares import apart
from design_lab.evaluation.weighting.balance import balanced_weights
from design_lab.evaluation.weighting.direct import stated_weights, weights_together
from design_lab.evaluation.weighting.forms import Answers, Preferences
from design_lab.evaluation.weighting.layout import Way as Page
from design_lab.evaluation.weighting.pairwise import (
    ACCEPTED,
    Consistency,
    Revision,
    consistency,
    judgements_together,
    most_disputed,
    priorities,
    priorities_together,
    to_revisit,
)
from design_lab.evaluation.weighting.refused import NoWeightsError
from design_lab.evaluation.weighting.spread import DATA_DRIVEN
from design_lab.files import sha256_of
from design_lab.provenance import EVERYBODY
from design_lab.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
BALANCED = "balanced"
PREFERRED = ("direct", "swing", "ahp", "ahp_priorities")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What pairwise judgements of several are worth together: their consistency, and what to talk about first.

    `beyond` counts respondents whose own judgements are less consistent than is usually accepted; `disputed` is the
    pair on which respondents differ most, by name, with the least and the greatest judgement.
    """

    consistency: Consistency
    revisit: Revision | None
    beyond: int
    disputed: tuple[str, str, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one method gives for `who`, all or a role: shares of 1 by dimension, or why none (`refused`).

    `spread` holds the least and the greatest weight among respondents, where they are several; `n` counts respondents
    or people; `wanted` are the effective weights that balancing aims at; `made_from` holds the SHA-256 of what went in,
    by its name.
    """

    method: str
    who: str
    today: Mapping[str, float]
    weights: Mapping[str, float]
    refused: NoWeightsError | None = None
    spread: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    n: int | None
    judged: Judged | None = None
    wanted: Mapping[str, float] = field(default_factory=dict)
    made_from: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of one role who lack no dimension: their points `x` (n, k), and `levels` (n,), a number for each."""

    role: str
    dimensions: tuple[str, ...]
    today: Array
    x: Array
    levels: npt.NDArray[np.integer[Any]]

    @property
    def covariance(self) -> Array:
        """The covariance of points within level, (k, k), but for a factor that no weight depends on."""
        within = apart(self.x, self.levels)
        return np.asarray(within.T @ within)


def groups(scores: Scores, roles: Sequence[str]) -> Iterator[Group]:
    """Yield those of each role whose weights are the role's own and who have points on all that is weighed.

    Their points are contributions over weights, and so those that the scheme makes of indicators, whatever its rules.
    """
    whole = (scores.why == "").all(axis="columns") & scores.total.notna()
    for role in roles:
        stated = {name: d.weight / 100 for name, d in scores.scheme.dimensions_for(role, "").items() if d.weight}
        mine = whole & scores.people["role"].eq(role) & _as_stated(scores.nominal, stated)
        paper = np.array([*stated.values()])
        levels = scores.people.loc[mine, "level"].astype("category").cat.codes.to_numpy()
        parts = scores.contributions.loc[mine].reindex(columns=[*stated]).to_numpy(dtype=np.float64)
        yield Group(role=role, dimensions=tuple(stated), today=paper, x=parts / paper, levels=levels)


def _as_stated(nominal: pd.DataFrame, stated: Mapping[str, float]) -> pd.Series:
    """Who has the weights of the role and not other ones of the level, (n,)."""
    wanted = np.array([stated.get(str(name), 0.0) for name in nominal.columns])
    return (nominal - wanted).abs().max(axis="columns").lt(1e-9)


def equal_ways(scores: Scores, roles: Sequence[str]) -> Iterator[Way]:
    """Yield equal weights for everybody, and for each role that has dimensions of its own."""
    own = {override.role for override in scores.scheme.overrides if override.dimensions and override.level is None}
    for who in (EVERYBODY, *(role for role in roles if role in own)):
        today = _on_paper(scores, who)
        yield Way(
            method="equal", who=who, today=today, weights=dict.fromkeys(today, 1 / len(today)), n=None,
            made_from=_of_scheme(scores),
        )  # fmt: skip


def preferred_ways(scores: Scores, forms: Preferences) -> Iterator[Way]:
    """Yield what respondents' forms give, by page and for whom they were filled in."""
    for page, method, made in _PAGES:
        for who, dimensions in forms.asked.dimensions.items():
            answers = [one for one in forms.answers if who in one.given[page] and one.voice > 0]
            if answers and len(dimensions) > 1:
                yield _preferred(scores, who, dimensions, answers, page, method, made)


def _preferred(
    scores: Scores,
    who: str,
    dimensions: Sequence[str],
    answers: Sequence[Answers],
    page: Page,
    method: str,
    together: Callable[[Sequence[Array], Sequence[float]], Array],
) -> Way:
    given, voices = [one.given[page][who] for one in answers], [one.voice for one in answers]
    own = np.stack([priorities(one) if page == "ahp" else stated_weights(one) for one in given])
    spread = zip(own.min(axis=0), own.max(axis=0), strict=True) if len(answers) > 1 else ()
    return Way(
        method=method,
        who=who,
        today=_on_paper(scores, who),
        weights=_by_name(dimensions, together(given, voices)),
        spread=dict(zip(dimensions, ((float(low), float(high)) for low, high in spread), strict=False)),
        n=len(answers),
        judged=_judged(dimensions, given, voices) if method == "ahp" else None,
        made_from={f"preferences/{one.respondent}.xlsx": one.digest for one in answers},
    )


def _judged(dimensions: Sequence[str], given: Sequence[Array], voices: Sequence[float]) -> Judged:
    together = judgements_together(given, voices)
    disputed = None
    if pair := most_disputed(given):
        answers = [float(matrix[pair]) for matrix in given]
        disputed = (dimensions[pair[0]], dimensions[pair[1]], min(answers), max(answers))
    return Judged(
        consistency=consistency(together),
        revisit=to_revisit(together),
        beyond=sum(consistency(one).ratio > ACCEPTED for one in given),
        disputed=disputed,
    )


# Page of the form, method, and how respondents' answers become one.
_PAGES: tuple[tuple[Page, str, Callable[[Sequence[Array], Sequence[float]], Array]], ...] = (
    ("direct", "direct", lambda given, voices: weights_together([stated_weights(one) for one in given], voices)),
    ("swing", "swing", lambda given, voices: weights_together([stated_weights(one) for one in given], voices)),
    ("ahp", "ahp", lambda given, voices: priorities(judgements_together(given, voices))),
    ("ahp", "ahp_priorities", lambda given, voices: priorities_together([priorities(one) for one in given], voices)),
)


def made_ways(
    scores: Scores,
    roles: Sequence[str],
    *,
    least: int,
    methods: Sequence[str],
    wanted: Mapping[str, Mapping[str, float]],
) -> Iterator[Way]:
    """Yield what the data give for each role: the data-driven `methods`, and the weights of balanced importance."""
    for group in groups(scores, roles):
        if len(group.dimensions) < 2:
            continue
        aims = _aims(group, wanted)
        called = [scores.scheme.named(name) for name in group.dimensions]
        ways = {method: partial(DATA_DRIVEN[method], group.x, called) for method in methods}
        ways[BALANCED] = partial(_balanced, group, aims, called)
        for method, make in ways.items():
            aimed = _by_name(group.dimensions, aims) if method == BALANCED else {}
            yield _made(scores, group, method, make, least=least, wanted=aimed)


def _balanced(group: Group, aims: Array, names: Sequence[Wording]) -> Array:
    return balanced_weights(group.covariance, aims, names)


def _aims(group: Group, wanted: Mapping[str, Mapping[str, float]]) -> Array:
    """The effective weights that are wanted of a role, (k,): those on paper where nothing is said."""
    aims = wanted.get(group.role)
    if aims is None:
        return group.today
    if odd := set(aims) ^ set(group.dimensions):
        names = ", ".join(sorted(odd))
        raise StudyError(f"wanted weights of {group.role}: {names} must stand in both the scheme and what is wanted")
    return np.array([aims[name] for name in group.dimensions])


def _made(
    scores: Scores, group: Group, method: str, make: Callable[[], Array], *, least: int, wanted: Mapping[str, float]
) -> Way:
    weights: Mapping[str, float] = {}
    refused = None
    try:
        if len(group.x) < least:
            raise NoWeightsError("few_people", least=Quantity(least, "people"))
        weights = _by_name(group.dimensions, make())
    except NoWeightsError as error:
        refused = error
    return Way(
        method=method,
        who=group.role,
        today=_by_name(group.dimensions, group.today),
        weights=weights,
        refused=refused,
        n=None if refused and refused.why == "few_people" else len(group.x),
        wanted=wanted,
        made_from={**_of_scheme(scores), f"points of {group.role}": sha256_of(group.x.round(9).tolist())},
    )


def _on_paper(scores: Scores, who: str) -> dict[str, float]:
    """Today's weights of everybody or of a role, as shares of 1, of what weighs something."""
    dimensions = scores.scheme.dimensions_for("" if who == EVERYBODY else who, "")
    return {name: dimension.weight / 100 for name, dimension in dimensions.items() if dimension.weight}


def _by_name(dimensions: Sequence[str], weights: Array) -> dict[str, float]:
    return dict(zip(dimensions, map(float, weights), strict=True))


def _of_scheme(scores: Scores) -> dict[str, str]:
    return {f"scheme {scores.scheme.name}": scores.scheme.fingerprint}

"""What would overturn the primary outcome's estimate: steps apart, bent trends, silent customers, movers, scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from design_lab.display import Quantity, Term
from design_lab.evidence.adoption import Adoption, adoption
from design_lab.evidence.bounds import Bounds, of_leaving, of_ratings
from design_lab.evidence.claim import breakdown_of
from design_lab.evidence.frames import beyond_own, varies
from design_lab.evidence.inference import LEVEL, Estimate
from design_lab.evidence.trends import Allowed, breakdown, smoothness
from design_lab.evidence.wording import between
from design_lab.finding import Claim, Finding, state

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Overturn:
    """How far the estimate of the primary outcome holds, each part None where it cannot be told.

    `relative_magnitudes` is how many times the largest step before adoption trends may step apart after it, and
    `smoothness` by how much a quarter they may bend, in the outcome's unit, before the interval reaches none.
    `silent_customers` is by how much those who did not rate may come to differ from those who did, in teams that
    changed beside the others, before it reaches none among all who were served.
    `response_rate` is the effect on the share of calls that are rated, `frozen_teams` the estimate with everybody kept
    where she was before the first adoption, `odds` the factor of the odds (from the logit scale, for rates near 1).
    `attrition` bounds the estimate for people who would have stayed either way, `selective_response` for customers who
    would have rated either way, `all_served` for all customers, whatever the silent ones would have said.
    """

    unit: str
    relative_magnitudes: float | None = None
    smoothness: float | None = None
    silent_customers: float | None = None
    response_rate: Estimate | None = None
    frozen_teams: Estimate | None = None
    odds: Estimate | None = None
    attrition: Bounds | None = None
    selective_response: Bounds | None = None
    all_served: Bounds | None = None

    def findings(self, claim: Claim, outcome: str) -> tuple[Finding, ...]:
        """State each part that is known, as `evidence.sensitivity.<name>`."""
        named = Term(f"outcome.{outcome}")
        bare = {
            "relative_magnitudes": (self.relative_magnitudes, "times"),
            "smoothness": (self.smoothness, self.unit),
            "silent_customers": (self.silent_customers, self.unit),
        }
        found = [
            state(
                f"evidence.sensitivity.{name}", value, says=f"evidence.sensitivity_{name}{'' if value else '_none'}",
                unit=unit, n=None, claim=claim, limits=(f"{name}_asked",), outcome=named,
            )
            for name, (value, unit) in bare.items()
            if value is not None
        ]  # fmt: skip
        bounded = {
            "response_rate": (self.response_rate, "pp"),
            "frozen_teams": (self.frozen_teams, self.unit),
            "odds": (self.odds, "times"),
        }
        return (
            *found,
            *self._bounds(claim, named),
            *(
                state(
                    f"evidence.sensitivity.{name}", one.value, says=f"evidence.sensitivity_{name}", unit=unit,
                    n=one.clusters, claim=claim, bounds=(one.low, one.high), level=LEVEL, outcome=named,
                    range=between(one.low, one.high, unit), share=Quantity(LEVEL, "weight"),
                )
                for name, (one, unit) in bounded.items()
                if one is not None
            ),
        )  # fmt: skip

    def _bounds(self, claim: Claim, named: Term) -> Iterator[Finding]:
        """State from where to where the estimate may lie; those trimmed rest on an assumption of their own."""
        assumed: Claim = "causal-under-assumptions" if claim == "causal" else claim
        parts = {
            "attrition": (self.attrition, assumed),
            "selective_response": (self.selective_response, assumed),
            "all_served": (self.all_served, claim),
        }
        for name, (one, kind) in parts.items():
            if one is not None:
                yield state(
                    f"evidence.sensitivity.{name}", one.value, says=f"evidence.sensitivity_{name}", unit=self.unit,
                    n=one.teams, claim=kind, bounds=one.ends, level=LEVEL, outcome=named,
                    limits=("nothing_of_the_silent",) if name == "all_served" else ("moved_one_way",),
                    low=Quantity(one.low, self.unit), high=Quantity(one.high, self.unit),
                    changed=Quantity(one.changed, "share"), waiting=Quantity(one.waiting, "share"),
                    range=between(*one.ends, self.unit),
                )  # fmt: skip


def overturned(
    effect: Adoption | None, panel: pd.DataFrame, frozen: pd.DataFrame | None, *, outcome: str, unit: str, scale: float,
    people: pd.DataFrame | None = None,
) -> Overturn:  # fmt: skip
    """Ask what would overturn the estimate of one outcome.

    `panel` has one row a team and quarter with `adopted`, and `response_rate` where ratings are counted; `frozen` is
    the same with everybody kept in one team. `people` has the outcome by person, as `of_leaving` asks for it. `scale`
    makes the outcome's unit of the panel's own.
    """
    trends = effect.trends if effect else None
    return Overturn(
        unit=unit,
        relative_magnitudes=breakdown_of(effect),
        smoothness=_largest_bend(trends) if trends else None,
        silent_customers=_silent(effect, panel) if outcome.startswith("csat") else None,
        response_rate=_estimate(panel, "response_rate", 100.0) if outcome.startswith("csat") else None,
        frozen_teams=_estimate(frozen, outcome, scale) if frozen is not None else None,
        odds=_odds(panel, outcome) if outcome.startswith("csat") else None,
        attrition=of_leaving(people, scale) if people is not None else None,
        selective_response=_of_ratings(panel, outcome, scale, either_way=True),
        all_served=_of_ratings(panel, outcome, scale, either_way=False),
    )


def _of_ratings(panel: pd.DataFrame, outcome: str, scale: float, *, either_way: bool) -> Bounds | None:
    """Bounds of a satisfied share; None of other outcomes, and where it is not known who answered."""
    if not outcome.startswith("csat") or "response_rate" not in panel:
        return None
    rows = usable(panel.dropna(subset="response_rate"), outcome)
    return None if rows is None else of_ratings(rows, outcome, either_way=either_way, scale=scale)


def _largest_bend(trends: Allowed) -> float:
    """By how much a quarter trends may bend; it is sought up to ten times the estimate's own size."""
    return breakdown(lambda most: smoothness(trends, most), most=10 * abs(trends.value) or 1.0)


def _silent(effect: Adoption | None, panel: pd.DataFrame) -> float | None:
    """How far apart silent customers may move before nothing is left among all who were served.

    Of all served the effect is that among those who answered, plus the share who did not times the change in how far
    they differ from those who did; asked of the end of the interval that is nearer to none.
    """
    if effect is None or effect.estimate is None or "response_rate" not in panel:
        return None
    changed = panel[panel["quarter"] >= panel["adopted"].fillna("~")]["response_rate"].dropna()
    ends = effect.estimate.low, effect.estimate.high
    if changed.empty or changed.mean() >= 1:
        return None
    nearest = min(map(abs, ends)) if ends[0] * ends[1] > 0 else 0.0
    return nearest / (1 - float(changed.mean()))


def _estimate(panel: pd.DataFrame, outcome: str, scale: float) -> Estimate | None:
    """The mean effect on a column of the panel; None where it is not known or one team decides it."""
    rows = usable(panel, outcome)
    if rows is None:
        return None
    return _adopted(rows.assign(**{outcome: scale * rows[outcome]}), outcome)


def _adopted(rows: pd.DataFrame, outcome: str) -> Estimate | None:
    drawn = drawn_in(rows)
    return adoption(rows, outcome=outcome, unit="team", time="quarter", adopted="adopted", drawn=drawn).estimate


def _odds(panel: pd.DataFrame, outcome: str) -> Estimate | None:
    """The factor of the odds, with the interval of the logit scale; None where a rate is 0 or 1."""
    rows = usable(panel, outcome)
    if rows is None or not rows[outcome].between(0, 1, inclusive="neither").all():
        return None
    found = _adopted(rows.assign(logit=np.log(rows[outcome] / (1 - rows[outcome]))), "logit")
    if found is None:
        return None
    value, low, high = (math.exp(end) for end in (found.value, found.low, found.high))
    error = value * found.standard_error
    return Estimate(value=value, standard_error=error, low=low, high=high, p=found.p, clusters=found.clusters)


def drawn_in(panel: pd.DataFrame) -> str | None:
    """The column that names each team's draw, where teams are compared within several."""
    return "draw" if "draw" in panel else None


def usable(panel: pd.DataFrame, outcome: str) -> pd.DataFrame | None:
    """Return the rows of teams seen in every quarter, if an effect on the outcome can be estimated from them.

    None where the outcome is unknown or varies no more than teams and quarters do by themselves, where fewer than three
    teams are whole, and where nobody has changed or nobody waits.
    """
    if outcome not in panel or panel[outcome].notna().sum() == 0:
        return None
    quarters = panel["quarter"].nunique()
    rows = panel.dropna(subset=outcome)
    rows = rows[rows.groupby("team")[outcome].transform("size") == quarters].reset_index(drop=True)
    dates = rows.groupby("team")["adopted"].first()
    known = dates.dropna()
    if len(dates) < 3 or known.empty or bool((dates == known.min()).all()):
        return None
    values = rows.pivot(index="team", columns="quarter", values=outcome).to_numpy(float)
    return rows if varies(values, beyond_own(values)) else None

"""Severity: how far raters differ in strictness, and what each person's ratings are once that is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from design_lab.display import Quantity, Shown, Term
from design_lab.errors import DataError
from design_lab.finding import Finding, state
from design_lab.scoring.ratings.crossed import Crossed, Design, fit, fixed_effects
from design_lab.scoring.ratings.forms import MINIMUM_RATERS, Forms, forms
from design_lab.scoring.signal import Signal

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Severity(Shown):
    """Ratings with the raters' severity taken out; points are those of the form.

    `people`, keyed by `employee_id`, has n_raters, raw (the mean of the forms), adjusted (as an average rater would
    have rated: raters random, people fixed), standard_error, shrunk (drawn to the mean of all as far as the ratings do
    not tell people apart), shrunk_se, and part, the number of the connected part of the design. `raters`, keyed by
    `rater_id`, has n_rated, severity (how far below others a rater rates, shrunk), standard_error and apart (whether
    the interval leaves 0 out, at the level for all raters together); it stays with who runs the appraisal. `sds` are
    the standard deviations of people, raters and pairs (what a rater sees in this person beyond both) and, with more
    than one item, of answers; empty where nothing can be told. `unknown` says why severity cannot be told ('' if it
    can), as a key below `unknown.` in the word files: then adjusted is raw.
    """

    units: ClassVar = {"sd": "rating_points", "share": "share"}
    people: pd.DataFrame
    raters: pd.DataFrame
    sds: Mapping[str, float]
    rater_sd_interval: tuple[float, float]
    unknown: str

    @property
    def parts(self) -> int:
        """How many groups of people no rater holds together."""
        return int(self.people["part"].nunique())

    @property
    def scored(self) -> pd.DataFrame:
        """The people with enough raters to be scored."""
        return self.people[self.people["n_raters"] >= MINIMUM_RATERS]

    @property
    def moved(self) -> int:
        """How many of those scored move by more than their standard error when severity is taken out."""
        moves = (self.scored["adjusted"] - self.scored["raw"]).abs()
        return int((moves > self.scored["standard_error"]).sum())

    def table(self) -> pd.DataFrame:
        """Return one row a source of differences between single answers: source, sd, share of their variance."""
        import pandas as pd

        found = pd.DataFrame({"source": list(self.sds), "sd": list(self.sds.values())})
        return found.assign(share=found["sd"] ** 2 / max(float((found["sd"] ** 2).sum()), 1e-300))

    def findings(self) -> tuple[Finding, ...]:
        """State who can be held against whom, how far raters differ, and how many people that moves."""
        largest = Quantity(int(self.people["part"].value_counts().max()), "people")
        together = state(
            "ratings.parts", self.parts, says="ratings.parts" if self.parts > 1 else "ratings.connected", unit="count",
            n=len(self.people), claim="accounting", largest=largest,
        )  # fmt: skip
        if self.unknown:
            return together, self._unknown("severity_sd", "rating_points"), self._unknown("adjusted_moves", "people")
        limits = ["severity_and_teams" if self.parts > 1 else "severity_assigned"]
        spread = state(
            "ratings.severity_sd", self.sds["rater"], says="ratings.severity_sd", unit="rating_points",
            n=len(self.raters), claim="association", bounds=self.rater_sd_interval, level=LEVEL, limits=limits,
            people_sd=Quantity(self.sds["person"], "rating_points"),
            apart=Quantity(int(self.raters["apart"].sum()), "people"),
        )  # fmt: skip
        moves = state(
            "ratings.adjusted_moves", self.moved, says="ratings.adjusted_moves", unit="people", n=len(self.scored),
            claim="accounting", limits=limits,
        )  # fmt: skip
        return together, spread, moves

    def _unknown(self, what: str, unit: str) -> Finding:
        return state(
            f"ratings.{what}", None, says=f"ratings.{what}_unknown", unit=unit, n=len(self.people),
            claim="unidentified", why=Term(f"unknown.{self.unknown}"),
        )  # fmt: skip


def severity(given: Forms) -> Severity:
    """Fit rating = mean + person - severity + residual to forms by others, and adjust everybody.

    Forms that answer fewer items weigh less, by as much as single answers scatter. See `crossed` for the estimator.
    """
    design, people, raters = given.design()
    unknown = _why_unknown(design)
    if unknown == "no_second_rater":
        return _raw(design, people, raters, unknown)
    found, design = _fitted(given, design, separable=not unknown)
    plain = _raw(design, people, raters, unknown)
    apart = np.abs(found.severity) > _simultaneous(len(raters)) * found.severity_se
    answers = given.item_variance
    pair = found.residual_sd**2 - (answers or 0.0) / float(given.others["items"].mean())
    sds = {"person": found.ratee_sd, "rater": found.rater_sd, "pair": float(np.sqrt(max(pair, 0.0)))}
    return replace(
        plain,
        people=plain.people.assign(
            adjusted=found.unshrunk, standard_error=found.unshrunk_se, shrunk=found.ratee, shrunk_se=found.ratee_se
        ),
        raters=plain.raters.assign(severity=found.severity, standard_error=found.severity_se, apart=apart),
        sds=sds if answers is None else sds | {"answer": float(np.sqrt(answers))},
        rater_sd_interval=found.rater_sd_interval,
    )


def adjusted_scores(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return each person's rating with the raters' severity taken out, keyed by `employee_id` in ascending order.

    `ratings` as `forms` reads them; ratings of oneself are left out. Columns: value (points of the form),
    standard_error (missing where nobody has a second rater) and n_raters; who has fewer raters than the card of peer
    ratings demands is in it, with the number.

    >>> import pandas as pd
    >>> rows = [(r, e, "help", 4 + (e == "B") - (r == "D")) for r in "ABCD" for e in "ABCD" if r != e]
    >>> ratings = pd.DataFrame(rows, columns=["rater_id", "employee_id", "item", "points"])
    >>> adjusted_scores(ratings)["value"].round(2).to_dict()  # D rates a point below everybody else
    {'A': 3.75, 'B': 4.75, 'C': 3.75, 'D': 3.75}
    """
    people = severity(forms(ratings)).people
    return people.rename(columns={"adjusted": "value"})[["value", "standard_error", "n_raters"]]


def rating_signals(ratings: pd.DataFrame, role: pd.Series) -> dict[str, Signal]:
    """Return, by role, whether its people can be told apart on their ratings, the raters' severity taken out.

    `role` is keyed by `employee_id`, one role a person. The F test holds people, adjusted for raters, against what is
    left (both fixed); people with fewer than `MINIMUM_RATERS` are left out. A role in which that cannot be tested is
    not named, and a person with two roles raises `DataError`.
    """
    if role.index.has_duplicates:
        raise DataError("rating_signals: a person has two roles; give the role that the ratings belong to")
    others = forms(ratings)
    n_raters = others.others.groupby("employee_id")["rater_id"].transform("size")
    of_role = others.others["employee_id"].map(role)
    found = {}
    for name in sorted(of_role.dropna().unique()):
        chosen = of_role.eq(name) & (n_raters >= MINIMUM_RATERS)
        if not chosen.any():
            continue
        design, people, _ = others.design(chosen)
        if len(people) - design.parts < 1 or design.residual_df < 1:
            continue
        fixed = fixed_effects(design)
        found[str(name)] = Signal(
            people=len(people),
            observations=len(design.y),
            p=fixed.p,
            reliability=max(0.0, 1 - 1 / fixed.ratio) if fixed.ratio else 0.0,
            between_variance=max(0.0, (fixed.between - fixed.within) / fixed.per_ratee),
            within_variance=fixed.within,
        )
    return found


def _why_unknown(design: Design) -> str:
    ratees, _ = design.cross.shape
    if ratees < 2 or len(design.y) <= ratees:
        return "no_second_rater"
    return "raters_rate_one" if design.residual_df < 1 else ""


def _fitted(given: Forms, design: Design, *, separable: bool) -> tuple[Crossed, Design]:
    """The fit, and once more with weights where forms hold different numbers of items."""
    found = fit(design, level=LEVEL, severity=separable)
    items = given.others["items"].to_numpy(np.float64)
    if given.item_variance is None or (items == items[0]).all():
        return found, design
    scatter = given.item_variance / items
    pair = max(found.residual_sd**2 - float(scatter.mean()), 0.0)
    weight = (pair + float(scatter.mean())) / (pair + scatter)
    weighed = replace(design, weight=weight)
    return fit(weighed, level=LEVEL, severity=separable), weighed


def _raw(design: Design, people: pd.Index, raters: pd.Index, unknown: str) -> Severity:
    """The ratings as they are, nothing taken out."""
    import pandas as pd

    n_raters = np.bincount(design.ratee)
    raw = np.bincount(design.ratee, design.y) / n_raters
    missing = np.nan
    return Severity(
        people=pd.DataFrame(
            {
                "n_raters": n_raters, "raw": raw, "adjusted": raw, "standard_error": missing, "shrunk": missing,
                "shrunk_se": missing, "part": design.component,
            },
            index=people.rename("employee_id"),
        ),
        raters=pd.DataFrame(
            {"n_rated": np.bincount(design.rater), "severity": missing, "standard_error": missing, "apart": False},
            index=raters.rename("rater_id"),
        ),
        sds={},
        rater_sd_interval=(0.0, 0.0),
        unknown=unknown,
    )  # fmt: skip


def _simultaneous(count: int) -> float:
    """The normal quantile of an interval at `LEVEL` for so many raters together (Bonferroni)."""
    from scipy import stats

    return float(stats.norm.ppf(1 - (1 - LEVEL) / 2 / count))

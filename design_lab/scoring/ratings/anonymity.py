"""Which ratings may be shown to whom: enough raters behind each number, and none that others' numbers give away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from design_lab.catalogue import words
from design_lab.display import Quantity, Shown, Term
from design_lab.errors import DataError
from design_lab.finding import Finding, state
from design_lab.scoring.ratings.forms import MINIMUM_RATERS, Forms

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Released(Shown):
    """Ratings as one audience may see them: no rater's id, and every number stands on at least `k` raters.

    `people`, keyed by `employee_id`, has group, value and n_raters, both missing where withheld, and withheld: '' if
    shown, 'few' with fewer than `k` raters, 'inferable' where the number could be found from the group's mean and the
    others' numbers. `groups`, keyed by group, has value (the mean over its forms) and n_raters, missing where fewer
    than `k` raters stand behind it; no mean over all groups is given, which could give a group away.
    """

    units: ClassVar = {"people": "count", "shown": "count", "few": "count", "inferable": "count"}
    audience: str
    k: int
    people: pd.DataFrame
    groups: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return one row: audience, people, and how many are shown, withheld for few raters, withheld as inferable."""
        import pandas as pd

        why = self.people["withheld"]
        row = (self.audience, len(why), int(why.eq("").sum()), int(why.eq("few").sum()), int(why.eq("inferable").sum()))
        return pd.DataFrame([row], columns=["audience", "people", "shown", "few", "inferable"])

    def findings(self) -> tuple[Finding, ...]:
        """State how many people's ratings this audience may not see."""
        why, named = self.people["withheld"], f"audience.{self.audience}"
        return (
            state(
                f"ratings.withheld.{self.audience}", int(why.ne("").sum()), says="ratings.withheld", unit="people",
                n=len(why), claim="accounting", k=str(self.k),
                audience=Term(named) if named in words("en") else self.audience,
                inferable=Quantity(int(why.eq("inferable").sum()), "people"),
            ),
        )  # fmt: skip


def released(
    given: Forms, scores: pd.Series, group: pd.Series, *, audience: str, k: int, readers_rate: bool = False
) -> Released:
    """Return what an audience may see: `scores` and `group` (the team, say) are keyed by `employee_id`.

    A person with fewer than `k` raters is withheld. With `readers_rate` the audience is among the raters: who takes her
    own mark away is left with one rater fewer, so one more than `k` is asked for. Where the mean of a group is shown,
    its withheld people together must be at least two and stand on at least `k` raters, or the mean less the others'
    numbers would tell: the next person with fewest raters is withheld too, until they do. A `k` below `MINIMUM_RATERS`
    raises `DataError`.
    """
    import pandas as pd

    if k < MINIMUM_RATERS:
        raise DataError(
            f"privacy.k of {audience} is {k}; ratings need at least {MINIMUM_RATERS} raters behind a number"
        )
    k = k + 1 if readers_rate else k
    raters = given.others.groupby("employee_id")["rater_id"].agg(frozenset)
    named = group.reindex(raters.index)
    withheld = pd.Series("", index=raters.index).mask(raters.map(len) < k, "few")
    shown_groups = {}
    for name, members in raters.groupby(named):
        behind = frozenset().union(*members)
        shown_groups[name] = len(behind) if len(behind) >= k else pd.NA
        if len(behind) >= k:
            hidden = _complement(members, set(withheld.index[withheld.eq("few") & named.eq(name)]), k)
            withheld[sorted(hidden - set(withheld.index[withheld.eq("few")]))] = "inferable"
    seen = withheld.eq("")
    people = pd.DataFrame(
        {
            "group": named,
            "value": scores.reindex(raters.index).where(seen),
            "n_raters": raters.map(len).astype("Int64").where(seen),
            "withheld": withheld,
        }
    )
    counts = pd.Series(shown_groups, dtype="Int64", name="n_raters")
    means = given.others["points"].groupby(given.others["employee_id"].map(group)).mean()
    groups = pd.DataFrame({"value": means.reindex(counts.index).where(counts.notna()), "n_raters": counts})
    return Released(audience=audience, k=k, people=people, groups=groups.rename_axis("group"))


def suppressed(given: Forms) -> Finding:
    """State how many people with ratings have too few raters to be scored."""
    n_raters = given.others.groupby("employee_id").size()
    return state(
        "ratings.suppressed", int((n_raters < MINIMUM_RATERS).sum()), says="ratings.suppressed", unit="people",
        n=len(n_raters), claim="accounting", least=str(MINIMUM_RATERS),
    )  # fmt: skip


def _complement(members: pd.Series, hidden: set[str], k: int) -> set[str]:
    """Who of a group must be hidden so that those hidden are nobody or, together, at least two with k raters."""
    waiting = sorted((len(raters), str(person)) for person, raters in members.items() if person not in hidden)
    while hidden and (len(hidden) < 2 or len(frozenset().union(*members[sorted(hidden)])) < k):
        if not waiting:
            break
        hidden = hidden | {waiting.pop(0)[1]}
    return hidden

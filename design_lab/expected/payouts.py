"""What people would be paid under a scheme, with today's behaviour and with what is expected of them.

Everybody's indicators are moved by the median effect on their outcome in the fourth quarter under the scheme, and all
are scored and graded anew. What no outcome stands for stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Shown
from design_lab.evaluation.pools import LEAST_MOVE
from design_lab.expected.course import from_scale, to_scale
from design_lab.expected.forecast import ExpectedEffects
from design_lab.finding import Finding, state
from design_lab.scoring import Panel, Scores, score
from design_lab.scoring.pay import neutral, payroll
from design_lab.scoring.team_quarters import CARDS

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
TRANSITION = 2  # quarters in which nobody gets less than today
_POOLS = ("today", "rescored", "expected", "neutral")
# The same ratings, counted from another bound: their odds move alike (McCullagh 1980, proportional odds).
_SAME: Mapping[str, str] = {"very_satisfied_rate": "csat"}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Payouts(Shown):
    """Performance pay of a quarter, in hundredths of the pay file's currency, and grades that change.

    `people`, keyed by `employee_id`, has `today_x100`, `rescored_x100` (the scheme with today's behaviour),
    `expected_x100` (with expected behaviour) and `neutral_x100` (the latter from a pool of today's size, to the
    hundredth); None where no performance pay was delivered. `rescored` and `moved` count people whose grade changes by
    re-scoring alone, and then again with what is expected of them. `stays` are weighed indicators without an outcome.
    """

    units: ClassVar = {"pool": "count", "change": "share", "gain": "people", "lose": "people"}
    found: ExpectedEffects
    people: pd.DataFrame | None
    least: int
    graded: int
    rescored: int
    moved: int
    stays: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a pool: paid_by, amount, change against today's, who gains or loses (None where too few)."""
        import pandas as pd

        rows = []
        for name in _POOLS if self.people is not None else ():
            pool, today = self._pool(name), self._pool("today")
            gain, lose = self._gains(name) or (None, None)
            rows.append((name, pool / 100, pool / today - 1 if today else None, gain, lose))
        return pd.DataFrame(rows, columns=["paid_by", *self.units])

    def transition(self, quarters: int = TRANSITION) -> float:
        """Return what it costs, in the client's currency, to pay nobody less than today for some quarters.

        Beside the neutral pool: the sum of what each would lose. Without pay it raises `ValueError`.
        """
        if self.people is None:
            raise ValueError("no performance pay was delivered, so that nothing can be made up for")
        short = (self.people["today_x100"] - self.people["neutral_x100"]).clip(lower=0)
        return quarters * int(short.sum()) / 100

    def _pool(self, name: str) -> int:
        assert self.people is not None
        return int(self.people[f"{name}_x100"].sum())

    def _gains(self, name: str) -> tuple[int, int] | None:
        """How many gain and lose at least `LEAST_MOVE` of their pay; None where one of them is a small cell."""
        assert self.people is not None
        today = self.people["today_x100"]
        change = self.people[f"{name}_x100"] - today
        counts = [int(((way * change > 0) & (way * change >= LEAST_MOVE * today)).sum()) for way in (1, -1)]
        rest = len(self.people) - sum(counts)
        shown = all(count == 0 or count >= self.least for count in (*counts, rest))
        return (counts[0], counts[1]) if shown else None

    def findings(self) -> tuple[Finding, ...]:
        """State the pool, what nobody's loss costs, who gains or loses, and grades that change on either account."""
        stem = f"expected.{self.found.scheme.name}"
        named: dict[str, Any] = {"scheme": self.found.scheme.title}
        if self.people is None or not self._pool("today"):
            return tuple(
                state(
                    f"{stem}.{name}", None, says="expected.pay_unknown", unit=unit, n=0, claim="unidentified", **named
                )
                for name, unit in (("pool_change", "share"), ("transition_cost", "money"))
            )  # fmt: skip
        held: dict[str, Any] = {"n": len(self.people), "claim": "scenario", "limits": self._limits(), **named}
        change = self._pool("expected") / self._pool("today") - 1
        pool = state(
            f"{stem}.pool_change", change, says="expected.pool_change", unit="share",
            rescored=Quantity(self._pool("rescored") / self._pool("today") - 1, "share"), **held,
        )  # fmt: skip
        cost = state(
            f"{stem}.transition_cost", self.transition(), says="expected.transition_cost", unit="money",
            quarters=str(TRANSITION), currency=self._currency(), **held,
        )  # fmt: skip
        return (pool, cost, *self._counts(stem, held))

    def _counts(self, stem: str, held: dict[str, Any]) -> Iterator[Finding]:
        limits = (*held["limits"], "small_cells")
        for way, count in zip(("gain", "lose"), self._gains("neutral") or (), strict=False):
            yield state(
                f"{stem}.pay_{way}", count, says=f"expected.pay_{way}", unit="people",
                **held | {"limits": limits, "least": Quantity(LEAST_MOVE, "weight")},
            )  # fmt: skip
        for name, count in (("grades_rescored", self.rescored), ("grades_behaviour", self.moved)):
            if count == 0 or count >= self.least:
                yield state(
                    f"{stem}.{name}", count, says=f"expected.{name}", unit="people",
                    **held | {"n": self.graded, "limits": limits},
                )  # fmt: skip

    def _limits(self) -> tuple[str, ...]:
        return ("prior_not_client", "all_at_once", "median_for_everybody", *(("some_stay",) if self.stays else ()))

    def _currency(self) -> dict[str, str]:
        costs = self.found.baseline.study.settings.costs
        return {
            lang: costs.currency[lang] if costs else words(lang).say("expected_part.currency") for lang in LANGUAGES
        }


def payouts(found: ExpectedEffects, pay: pd.DataFrame | None) -> Payouts:
    """Pay everybody as today, under a scheme as they are, and under it as they are expected to be.

    `pay` is the canonical table (a row a person and month), None where it was not delivered. Roles of whose outcomes
    nothing is forecast keep their values.
    """
    import pandas as pd

    start, scheme = found.baseline, found.scheme
    moved = expected_panel(found)
    today, rescored = (score(start.panel, one, medians=start.medians) for one in (start.study.current, scheme))
    expected = score(moved, scheme, medians=start.medians)
    people = None
    if pay is not None and pay["performance_x100"].sum() > 0:
        paid = {
            name: payroll(pay, one.by_person(one.grade), one.scheme)
            for name, one in (("today", today), ("rescored", rescored), ("expected", expected))
        }
        paid["neutral"] = neutral(paid["expected"], paid["today"].due_x100)[0]
        people = pd.DataFrame({f"{name}_x100": one.people["due_x100"] for name, one in paid.items()})
    graded, by_rescoring, by_behaviour = _changes(today, rescored, expected)
    outcomes = _outcomes(start.panel)
    return Payouts(
        found=found,
        people=people,
        least=start.study.settings.privacy.strictest,
        graded=graded,
        rescored=by_rescoring,
        moved=by_behaviour,
        stays=tuple(name for name in scheme.indicators if name not in outcomes),
    )


def expected_panel(found: ExpectedEffects) -> Panel:
    """Return the panel with everybody's indicators moved by the median effect in the fourth quarter under a scheme.

    A share moves by the effect on its log-odds, another indicator in proportion; a role's outcomes move its own people.
    """
    start = found.baseline
    values, outcomes = start.panel.values.copy(), _outcomes(start.panel)
    role = start.panel.people["role"].astype(str).to_numpy()
    for one in found.roles:
        for indicator, outcome in outcomes.items():
            if one.forecast is None or outcome not in one.forecast.paths or not one.moves(outcome):
                continue
            path, at = one.path(outcome), found.told
            sides = path.without[:, at], path.changed[:, at]
            mine = role == one.start.role
            own = values.loc[mine, indicator].to_numpy(np.float64)
            values.loc[mine, indicator] = _moved(own, *sides, share=start.panel.cards[indicator].unit == "share")
    return replace(start.panel, values=values)


def _moved(own: Array, without: Array, changed: Array, *, share: bool) -> Array:
    if not share:
        return own * float(np.median(changed / without))
    added = float(np.median(to_scale(changed, share=True) - to_scale(without, share=True)))
    inside = (own > 0) & (own < 1)
    held = np.where(inside, own, 0.5)
    return np.where(inside, from_scale(to_scale(held, share=True) + added, share=True), own)


def _outcomes(panel: Panel) -> Mapping[str, str]:
    """The outcome that stands for each indicator: its own, what it adjusts, or the ratings that it counts too."""
    own = {card: outcome for outcome, card in CARDS.items() if outcome != "response_rate"}
    found = {}
    for name in map(str, panel.values):
        adjusts = panel.cards[name].adjusted
        source = name if adjusts is None else adjusts.adjusts
        if (outcome := own.get(_SAME.get(source, source))) is not None:
            found[name] = outcome
    return found


def _changes(today: Scores, rescored: Scores, expected: Scores) -> tuple[int, int, int]:
    """How many are graded throughout, how many of them change by re-scoring, and how many then by behaviour."""
    import pandas as pd

    named = {"today": today, "rescored": rescored, "expected": expected}
    grades = pd.DataFrame({name: one.by_person(one.grade) for name, one in named.items()}).dropna()
    changed = (grades["today"] != grades["rescored"]), (grades["rescored"] != grades["expected"])
    return len(grades), int(changed[0].sum()), int(changed[1].sum())

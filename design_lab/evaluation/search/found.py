"""What a search found: how many schemes it tried, the front, and the proposals as scheme files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from design_lab.catalogue import LANGUAGES, Card, words
from design_lab.display import Quantity, Shown, Term, number, worded
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.evaluation.search.files import with_weights, write
from design_lab.evaluation.search.front import Places
from design_lab.evaluation.search.landscapes import landscape
from design_lab.evaluation.search.measures import Measured, agreement
from design_lab.evaluation.search.space import Space
from design_lab.evaluation.search.winner import LEVEL, Winner
from design_lab.finding import Finding, state
from design_lab.gradebook import ForcedGrades
from design_lab.landscape import Landscape
from design_lab.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

Way = Literal["even", "nearest", "reliable"]
WAYS: tuple[Way, ...] = ("even", "nearest", "reliable")
# The unit in which each figure is told.
FIGURES: Mapping[str, str] = {
    "alignment": "correlation", "reliability": "share", "agreement": "share", "weight": "share",
    "gap": "standard_deviations", "pool": "share", "distance": "weight",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for one space.

    `today` are the figures of today's weights, `measured` those of every scheme tried, `front` the places of those that
    no other one beats, and `chosen` the place of each proposal by the way in which it was chosen. `winner` is the best
    aligned one, shrunk; None where that cannot be told.
    """

    space: Space
    today: Mapping[str, float]
    measured: Measured
    front: Places
    chosen: Mapping[str, int]
    winner: Winner | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Searched(Shown):
    """What was found in a quarter, role by role; `unsought` are roles in which nothing could be sought.

    `names` are the roles and levels by language; `paid` says that the pool is made of real pay.
    """

    quarter: str
    today: Scheme
    others: tuple[Scheme, ...]
    tried: tuple[Found, ...]
    unsought: tuple[Space, ...]
    names: Mapping[str, Mapping[str, str]]
    cards: Mapping[str, Card]
    paid: bool

    @property
    def ended(self) -> tuple[Found, ...]:
        """Those in which a front was found."""
        return tuple(one for one in self.tried if one.front.size)

    def figures(self, way: Way | None) -> dict[str, float]:
        """Return the figures of a proposal, or of today's weights, as means over people; NaN where not known."""
        rows = [dict(one.today) if way is None else one.measured.at(one.chosen[way]) for one in self.ended]
        people = [one.space.people for one in self.ended]
        for row in rows:
            row["distance"] /= 100
            grades = self.today.grades
            row["agreement"] = float("nan")
            if isinstance(grades, ForcedGrades) and np.isfinite(row["reliability"]):
                row["agreement"] = float(agreement(np.array(row["reliability"]), grades))
        return (
            {name: float(np.average([row[name] for row in rows], weights=people)) for name in FIGURES} if rows else {}
        )

    def table(self) -> pd.DataFrame:
        """Return one row for today and one for each proposal, with their figures as means over people."""
        import pandas as pd

        ways = (None, *WAYS) if self.ended else ()
        rows = [{"scheme": way or "today", **self.figures(way)} for way in ways]
        return pd.DataFrame(rows, columns=["scheme", *FIGURES])

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with names for ids, each figure in its unit."""
        import pandas as pd

        spoken = words(lang)
        rows = [
            (
                spoken.say(f"search.title.{row['scheme']}"),
                *(number(row[n] if np.isfinite(row[n]) else None, unit, lang) for n, unit in FIGURES.items()),
            )
            for row in self.table().to_dict("records")
        ]
        return pd.DataFrame(rows, columns=[spoken.say(f"search.column.{name}") for name in ("scheme", *FIGURES)])

    def weights(self, lang: str = "en") -> pd.DataFrame:
        """Return the weights in percent, one row a role and indicator, one column for today and each proposal."""
        import pandas as pd

        rows = []
        for one in self.ended:
            columns: dict[str, Any] = {"today": one.space.today}
            columns |= {way: one.space.weights[one.chosen[way]] for way in WAYS}
            for place, indicator in enumerate(one.space.indicators):
                rows.append(
                    {words(lang).say("search.column.role"): self._name(one.space)[lang],
                     words(lang).say("search.column.indicator"): self.cards[indicator].name[lang]}
                    | {words(lang).say(f"search.title.{key}"): f"{held[place]:g}" for key, held in columns.items()}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def landscapes(self) -> tuple[Landscape, ...]:
        """Return what was tried as points of a picture, space by space, that with the most people first."""
        largest = sorted(self.ended, key=lambda one: (-one.space.people, one.space.name))
        return tuple(landscape(one, self._name(one.space)) for one in largest)

    def proposals(self) -> tuple[Scheme, ...]:
        """Return the proposals as whole schemes: today's with the weights found, and the reasons with their figures."""
        return tuple(self._proposal(way) for way in WAYS) if self.ended else ()

    def write(self, out: str | Path) -> tuple[Path, ...]:
        """Write the proposals to `<out>/proposals` as scheme files, for the consultant to copy what she chooses."""
        return tuple(write(scheme, Path(out) / "proposals") for scheme in self.proposals())

    def _proposal(self, way: Way) -> Scheme:
        figures = {"": self.figures(way), "_today": self.figures(None)}
        tried = Quantity(sum(len(one.space.weights) for one in self.tried), "count")

        def why(lang: str) -> str:
            told = {
                f"{name}{when}": number(held[name] if np.isfinite(held[name]) else None, unit, lang)
                for when, held in figures.items()
                for name, unit in FIGURES.items()
            }
            reasons = words(lang).say(f"search.why.{way}", tried=worded(tried, lang), quarter=self.quarter, **told)
            return "\n".join([reasons, *(self._aloud(one, way, lang) for one in self.ended)])

        return with_weights(
            self.today,
            [(one.space, one.space.weights[one.chosen[way]]) for one in self.ended],
            self.others,
            name=f"search_{way}",
            title={lang: words(lang).say(f"search.title.{way}") for lang in LANGUAGES},
            baseline=self.today.name,
            why="\n".join(why(lang) for lang in LANGUAGES),
        )

    def _aloud(self, one: Found, way: Way, lang: str) -> str:
        """The weights of a proposal for one space, as they are said: a scheme file divides them within dimensions."""
        told = [
            f"{self.cards[indicator].name[lang]} {weight}"
            for indicator, weight in zip(one.space.indicators, one.space.weights[one.chosen[way]], strict=True)
            if weight
        ]
        weights = words(lang).say("report.join").join(told)
        return words(lang).say("search.aloud", role=self._name(one.space)[lang], weights=weights)

    def findings(self) -> tuple[Finding, ...]:
        """State how many schemes were tried and are on the front, the proposals' figures, and the best one's luck."""
        return (
            *self._counts(),
            *(self._unsought(space) for space in self.unsought),
            *(self._today(name) for name in FIGURES if self.ended and name not in ("pool", "distance")),
            *(self._figure(way, name) for way in WAYS if self.ended for name in FIGURES),
            *(self._winner(one, one.winner) for one in self.tried if one.winner),
            *(finding for one in self.ended for finding in self._weights(one)),
            *(self._plotted(one) for one in self.ended),
        )

    @property
    def _stands_on(self) -> dict[str, Any]:
        reconstructed = is_reconstructed(self.today, "grades")
        untested = any(one.untested for space in self.tried for one in space.space.candidates)
        limits = ["same_behaviour", "one_quarter", *(["error_unknown"] if untested else []), *limits_of(reconstructed)]
        return {"claim": claim_of(reconstructed), "limits": limits}

    def _name(self, space: Space) -> dict[str, str]:
        named = {}
        for lang in LANGUAGES:
            parts = [self.names.get(key, {}).get(lang, key) for key in space.name.split(".")]
            named[lang] = (
                parts[0] if len(parts) == 1 else words(lang).say("search.of_level", role=parts[0], rank=parts[1])
            )
        return named

    def _counts(self) -> list[Finding]:
        people = sum(one.space.people for one in self.tried)
        tried, said = sum(len(one.space.weights) for one in self.tried), sum(one.space.said for one in self.tried)
        found = [
            state(
                "search.tried", tried, limits=_bounds(*(one.space for one in self.tried)),
                says="search.tried", unit="count", n=people, claim="accounting",
                said=Quantity(said, "count"), roles=Quantity(len(self.tried), "count"), quarter=self.quarter,
            ),
            self._front_size(people, Quantity(tried, "count")),
        ]  # fmt: skip
        by_role = [
            state(
                f"search.tried.{one.space.name}", len(one.space.weights), says="search.tried_role", unit="count",
                limits=_bounds(one.space),
                n=one.space.people, claim="accounting", role=self._name(one.space),
                front=Quantity(one.front.size, "count"),
            )
            for one in self.tried
        ]  # fmt: skip
        return [*found, *by_role]

    def _front_size(self, people: int, tried: Quantity) -> Finding:
        if not self.ended:
            return state(
                "search.front_size", None, says="search.front_size_unknown", unit="count", n=people,
                claim="unidentified", tried=tried,
            )  # fmt: skip
        return state(
            "search.front_size", sum(one.front.size for one in self.ended), says="search.front_size", unit="count",
            n=people, **self._stands_on, tried=tried,
        )  # fmt: skip

    def _unsought(self, space: Space) -> Finding:
        return state(
            f"search.unsought.{space.name}", None, says="search.unsought", unit="count", n=space.people,
            claim="unidentified", role=self._name(space), why=self._why_unsought(space),
        )  # fmt: skip

    def _why_unsought(self, space: Space) -> dict[str, str]:
        """Why nothing is sought, with what may be weighed together and which indicators lack but a rule."""

        def said(lang: str) -> str:
            held = [[self.cards[one].name[lang] for one in many] for many in (space.indicators, space.unruled)]
            ruled, unruled = (words(lang).say("run.join").join(names) for names in held)
            key = f"search.unknown.{space.unknown}{'' if ruled or not space.unruled else '_at_all'}"
            return words(lang).say(key, reach=number(space.reach / 100, "weight", lang), ruled=ruled, unruled=unruled)

        return {lang: said(lang) for lang in LANGUAGES}

    def _figure(self, way: Way, name: str) -> Finding:
        unit, then, now = FIGURES[name], self.figures(way)[name], self.figures(None)[name]
        scheme, people = Term(f"search.title.{way}"), sum(one.space.people for one in self.ended)
        if not np.isfinite(then):
            return state(
                f"search.best.{way}.{name}", None, says="search.best.unknown", unit=unit, n=people,
                claim="unidentified", scheme=scheme, what=Term(f"search.column.{name}"),
            )  # fmt: skip
        says = "pool_of_heads" if name == "pool" and not self.paid else name
        return state(
            f"search.best.{way}.{name}", then, says=f"search.best.{says}", unit=unit, n=people, **self._stands_on,
            scheme=scheme, today=Quantity(now, unit),
        )  # fmt: skip

    def _today(self, name: str) -> Finding:
        value, people = self.figures(None)[name], sum(one.space.people for one in self.ended)
        stands = self._stands_on if np.isfinite(value) else {"claim": "unidentified"}
        return state(
            f"search.today.{name}", value if np.isfinite(value) else None,
            says="search.today" if np.isfinite(value) else "search.today_unknown", unit=FIGURES[name], n=people,
            what=Term(f"search.column.{name}"), **stands,
        )  # fmt: skip

    def _weights(self, one: Found) -> list[Finding]:
        """What each proposal weighs for a role, and today's scheme; what neither weighs is left out."""
        columns = {"today": one.space.today} | {way: one.space.weights[one.chosen[way]] for way in WAYS}
        weighed = np.stack([*columns.values()]).max(axis=0) > 0
        return [
            state(
                f"search.weight.{key}.{one.space.name}.{indicator}", float(held[place]) / 100, says="search.weight",
                unit="weight", n=one.space.people, claim="accounting", scheme=Term(f"search.title.{key}"),
                indicator=self.cards[indicator].name, role=self._name(one.space),
            )
            for place, indicator in enumerate(one.space.indicators) if weighed[place]
            for key, held in columns.items()
        ]  # fmt: skip

    def _plotted(self, one: Found) -> Finding:
        return state(
            f"search.plotted.{one.space.name}", landscape(one, {}).plotted, says="search.plotted", unit="count",
            n=one.space.people, claim="accounting", role=self._name(one.space),
            tried=Quantity(len(one.space.weights), "count"),
        )  # fmt: skip

    def _winner(self, one: Found, best: Winner) -> Finding:
        stands = self._stands_on
        # Matrix decompositions differ in their last digits by the number of threads; a correlation needs six.
        shrunk, low, high = (round(float(told), 6) for told in (best.shrunk, *best.interval))
        return state(
            f"search.winner.{one.space.name}", shrunk, says="search.winner", unit="correlation",
            n=one.space.people, claim=stands["claim"], limits=[*stands["limits"], "few_teams"], bounds=(low, high),
            level=LEVEL, role=self._name(one.space), tried=Quantity(best.tried, "count"),
            seems=Quantity(best.seems, "correlation"),
        )  # fmt: skip


def _bounds(*spaces: Space) -> list[str]:
    """The limit that bounds are the tool's own where the study states none."""
    return ["bounds_unstated"] if any(space.unstated for space in spaces) else []

"""The quarterly review: frozen forecasts whose quarter has come, held to account, and what is written of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from design_lab.display import Quantity, Shown, Term, number
from design_lab.evidence.weight_effect import SHOWN
from design_lab.expected.due import CLOSED, Books, Came
from design_lab.expected.scores import BANDS, REFERENCES, Score, Summary, ends, scored, summary
from design_lab.expected.verdicts import stated
from design_lab.finding import Finding, state
from design_lab.ledger import FILE, Line, append, read_ledger
from design_lab.periods import Quarter
from design_lab.scoring import TeamQuarters
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_SKILLS: Mapping[str, str] = {"no_change": "", "random_walk": ".random_walk", "seasonal_naive": ".seasonal_naive"}
_NAMED = ("coverage", "crps_skill")  # of which it is said too that nothing is frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One frozen line: `state` is `waiting`, `scored`, or why it is closed unscored (`CLOSED`).

    `written` says that the ledger holds this already; `revised` that the data now give another value than was written,
    which stays.
    """

    line: Line
    state: str
    came: Came | None = None
    score: Score | None = None
    written: bool = False
    revised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Review(Shown):
    """All frozen lines of a study, with what had come of them by `period`."""

    period: Quarter
    lines: tuple[Reviewed, ...]
    late: int  # of those scored, frozen after their quarter had ended

    @property
    def due(self) -> tuple[Reviewed, ...]:
        """The lines whose quarter has come."""
        return tuple(one for one in self.lines if one.state != "waiting")

    @property
    def summary(self) -> Summary:
        """How good the forecasts were that are scored, each counted once."""
        return summary([one.score for one in self.lines if one.score])

    def table(self) -> pd.DataFrame:
        """Return one row a line that is due: what was forecast, what came, and how it stands."""
        import pandas as pd

        columns = ["line", "scheme", "role", "outcome", "target", "horizon", "low", "median", "high", "came", "state"]
        return pd.DataFrame([_row(one) for one in self.due], columns=columns)

    def to_text(self, lang: str = "en") -> pd.DataFrame:
        """Return the table with every number written in its outcome's unit."""
        shown = self.table().astype(object)
        shown = shown.where(shown.notna(), None)
        for column in ("low", "median", "high", "came"):
            shown[column] = [
                _in_unit(value, one.line.content, lang) for value, one in zip(shown[column], self.due, strict=True)
            ]
        return shown

    def findings(self) -> tuple[Finding, ...]:
        """State how many forecasts are due, why some are closed unscored, and how good the others were."""
        which = Term("review.frozen")
        if not self.lines:
            nothing = state("review.due", None, says="review.nothing_frozen", unit="count", n=0, claim="unidentified")
            return nothing, *stated("review", self.summary, which=which, skills={"no_change": ""}, only=_NAMED)
        limits = ["outcomes_move_together"]
        limits += ["frozen_after_its_end"] if self.late else []
        limits += ["revised_since"] if any(one.revised for one in self.lines) else []
        return (
            self._due(),
            *self._states(),
            *stated("review", self.summary, which=which, skills=_SKILLS, limits=limits),
        )

    def _due(self) -> Finding:
        waiting = [one.line.content["target"] for one in self.lines if one.state == "waiting"]
        says = "due_all" if not waiting else "due" if self.due else "due_none"
        return state(
            "review.due", len(self.due), says=f"review.{says}", unit="count", n=len(self.lines),
            claim="accounting", quarter=str(self.period), following=min(waiting, default=""),
        )  # fmt: skip

    def _states(self) -> list[Finding]:
        counts = Counter(one.state for one in self.due)
        return [
            state(
                f"review.{'scored' if one == 'scored' else f'closed.{one}'}", counts[one], says=f"review.state.{one}",
                unit="count", n=len(self.due), claim="accounting", due=Quantity(len(self.due), "count"),
            )
            for one in ("scored", *CLOSED)
            if counts[one]
        ]  # fmt: skip


def review(study: Study, teams: TeamQuarters, period: Quarter) -> Review:
    """Hold every frozen line of the study's ledger against the data up to a quarter; nothing is written.

    `teams` must hold that quarter; later ones in it are not looked at. A line is scored by the rate that was published
    of the role's teams which were under its scheme from the first quarter of adoption to the one that is forecast. A
    ledger with a changed line raises `LedgerError`.
    """
    books = Books(study=study, teams=teams, period=period, lines=read_ledger(study.folder / FILE))
    lines = tuple(_reviewed(books, line) for line in books.frozen)
    late = sum(one.score is not None and books.after_its_end(one.line.content) for one in lines)
    return Review(period=period, lines=lines, late=late)


def write_scores(study: Study, found: Review, *, today: dt.date) -> tuple[Line, ...]:
    """Append to the ledger what came of each line that is due and of which nothing is written yet; return the lines."""
    contents = [_content(study, one, today) for one in found.due if not one.written]
    return append(study.folder / FILE, contents) if contents else ()


def _reviewed(books: Books, line: Line) -> Reviewed:
    if not books.due(line):
        return Reviewed(line=line, state="waiting")
    now, kept = books.state(line), books.scored.get(line.hash)
    if kept is None:
        return _as(books, line, now)
    if kept["state"] != "scored":
        return Reviewed(line=line, state=kept["state"], written=True, revised=kept["state"] != now)
    came = Came(**kept["came"])
    return Reviewed(
        line=line, state="scored", came=came, score=_score(books, line, came), written=True, revised=now != came
    )


def _as(books: Books, line: Line, now: str | Came) -> Reviewed:
    if isinstance(now, str):
        return Reviewed(line=line, state=now)
    return Reviewed(line=line, state="scored", came=now, score=_score(books, line, now))


def _score(books: Books, line: Line, came: Came) -> Score:
    content = line.content
    return scored(
        content["predictive"]["quantiles"],
        came.value,
        series=f"{content['role']}.{content['outcome']}",
        quarter=content["target"],
        references={"no_change": books.no_change(content), **content["references"]},
    )


def _content(study: Study, one: Reviewed, today: dt.date) -> dict[str, Any]:
    """What is written of a line: its hash binds it to what was forecast."""
    written: dict[str, Any] = {
        "kind": "scored", "scored_on": today.isoformat(), "line": one.line.number, "of": one.line.hash,
        "target": one.line.content["target"], "data_cutoff": study.settings.data_cutoff.isoformat(), "state": one.state,
    }  # fmt: skip
    if one.came is None or one.score is None:
        return written
    came, score = one.came, one.score
    return written | {
        "came": {"value": came.value, "people": came.people, "teams": came.teams, "of_teams": came.of_teams},
        "unit": one.line.content["unit"],
        "crps": score.crps,
        "references": {name: score.references[name][0] for name in REFERENCES if name in score.references},
        "inside": {str(band): inside for band, inside in score.inside.items()},
        "error": score.error,
    }


def _row(one: Reviewed) -> tuple[Any, ...]:
    content, told = one.line.content, one.line.content.get("predictive")
    low, high = ends(told["quantiles"], max(BANDS)) if told else (None, None)
    return (
        one.line.number, content["scheme"], content.get("role"), content.get("outcome"), content["target"],
        content.get("horizon"), low, told["quantiles"][49] if told else None, high,
        one.came.value if one.came else None, one.state,
    )  # fmt: skip


def _in_unit(value: float | None, content: Mapping[str, Any], lang: str) -> str:
    """Write a value as its outcome is shown; one that is a share keeps to percent."""
    unit, scale = SHOWN.get(content.get("outcome", ""), ("pp", 100.0))
    if value is None:
        return number(None, "count", lang)
    if content["unit"] == "share":
        return number(value, "share", lang) if unit == "pp" else number(value * scale, unit, lang)
    return number(value, content["unit"], lang)

"""The analysis plan of a pilot: a file written before the pilot begins, by which alone it is judged afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt

from design_lab.catalogue.outcomes import OUTCOMES
from design_lab.errors import Fault, ForecastError, nearest
from design_lab.expected.lot import Lot
from design_lab.files import read_yaml, sha256_of, validated, write_yaml
from design_lab.periods import Quarter
from design_lab.piloting import MOST_MARGIN
from design_lab.rulebook import Better, Number, Record
from design_lab.scoring.team_quarters import CARDS
from design_lab.study import Study

FILE = "pilot_plan.yaml"
STOP_P = 0.001  # at looks before the last (Haybittle 1971, Peto 1976): so small that the last keeps its 5 %
_DIGEST = "digest"


class AnalysisPlan(Record):
    """What will be done with a pilot's data, decided before there are any.

    `starts` gives the quarter in which each team comes under `scheme` from `baseline`, None for never, as the `draw`
    dealt them out. Of the `looks`, quarters at whose end data are looked at, the last decides; those before it stop the
    pilot at a p of at most `stop_p`. Effects are in the unit in which they are told, and `least_effect` is without a
    sign; `volume_margin` is the share of the calls per hour before the pilot that may be lost at most, None where
    volume is not guarded. `draws` of the lot are taken from `seed`.
    """

    study: str
    written_on: dt.date
    design: Literal["parallel", "stepped"]
    baseline: str
    scheme: str
    starts: dict[str, str | None] = Field(min_length=1)
    draw: str
    primary_outcome: str
    better: Better
    least_effect: Annotated[Number, Field(gt=0)]
    volume_margin: Annotated[Number, Field(gt=0, le=MOST_MARGIN)] | None = None
    estimator: Literal["adoption"] = "adoption"
    stop_p: Annotated[Number, Field(gt=0, lt=0.05)] = STOP_P
    looks: tuple[str, ...] = Field(min_length=1)
    seed: StrictInt
    draws: Annotated[StrictInt, Field(ge=999)] = 1999

    @property
    def digest(self) -> str:
        """The SHA-256 of all that it says."""
        return sha256_of(self.model_dump(mode="json"))

    @property
    def begins(self) -> Quarter:
        """The quarter in which the first teams change."""
        return min(Quarter.parse(one) for one in self.starts.values() if one)

    def write(self, folder: Path) -> Path:
        """Write it to `pilot_plan.yaml` in a folder, with its digest; another plan that stands there is kept.

        `ForecastError` says so.
        """
        path = folder / FILE
        if path.exists() and read_plan(path).digest != self.digest:
            raise ForecastError(f"{path}: holds another plan; a plan is not changed after it was written")
        write_yaml(path, {**self.model_dump(mode="json"), _DIGEST: self.digest})
        return path

    def faults(self) -> Iterator[Fault]:
        """Yield what cannot be meant."""
        if self.primary_outcome not in OUTCOMES:
            said = f"{self.primary_outcome!r} is no outcome; {nearest(self.primary_outcome, OUTCOMES)}"
            yield Fault("unknown_word", "primary_outcome", said)
        dates = [Quarter.parse(one) for one in self.starts.values() if one]
        looks = [Quarter.parse(one) for one in self.looks]
        if not dates:
            yield Fault("wrong_value", "starts", "no team changes; state a quarter for some of them")
        elif looks != sorted({*looks}) or looks[0] < min(dates) or looks[-1] < max(dates):
            said = f"must be in order of time, none before {min(dates)} and the last not before {max(dates)}"
            yield Fault("wrong_value", "looks", said)


def analysis_plan(
    study: Study,
    drawn: Lot,
    *,
    scheme: str,
    begins: Quarter,
    seed: int,
    written_on: dt.date,
    looks: Sequence[Quarter] = (),
    least_effect: float | None = None,
    draws: int = 1999,
) -> AnalysisPlan:
    """Make the plan of a pilot of `scheme` whose teams were dealt out by a lot; the first change in quarter `begins`.

    `looks` are those before the last, which is the design's last quarter. What is worth finding and what volume may
    lose stand in study.yaml (`pilot`), the former unless it is passed. A pilot that has begun, a least effect that
    nobody states, and looks out of place raise `ForecastError`.
    """
    settings, closing = study.settings, study.settings.calendar.month_ends_on
    primary = settings.primary_outcome
    size = settings.pilot.least_effects.get(primary) if least_effect is None else least_effect
    if size is None:
        raise ForecastError(
            f"study.yaml, pilot.least_effects.{primary}: is missing; state the least effect to be found"
        )
    if written_on >= begins.first_day(closing):
        raise ForecastError(f"the pilot begins on {begins.first_day(closing)}; write its plan before that day")
    first = begins.plus(-drawn.design.before)
    last = first.plus(drawn.design.quarters - 1)
    made = AnalysisPlan(
        study=study.name,
        written_on=written_on,
        design=drawn.design.kind,
        baseline=settings.current_scheme,
        scheme=study.scheme(scheme).name,
        starts={team: None if at is None else str(first.plus(at)) for team, at in sorted(drawn.starts.items())},
        draw=drawn.record,
        primary_outcome=primary,
        better=study.cards[CARDS[primary]].better if primary in CARDS else "lower",
        least_effect=size,
        volume_margin=settings.pilot.volume_margin,
        looks=tuple(map(str, (*looks, last))),
        seed=seed,
        draws=draws,
    )
    _refuse(made, "the plan")
    return made


def read_plan(path: Path) -> AnalysisPlan:
    """Read a plan; one that was changed after it was written raises `ForecastError`, one that is none `StudyError`."""
    content: dict[str, Any] = dict(read_yaml(path))
    stated = content.pop(_DIGEST, None)
    plan: AnalysisPlan = validated(AnalysisPlan, content, path)
    if plan.digest != stated:
        raise ForecastError(
            f"{path}: was changed after it was written: it states digest {str(stated)[:12]} and has "
            f"{plan.digest[:12]}; restore the file as it was written"
        )
    _refuse(plan, path)
    return plan


def _refuse(plan: AnalysisPlan, where: object) -> None:
    if faults := [*plan.faults()]:
        raise ForecastError.of(where, faults)

"""Pilots of a small centre, call by call: null, harm, benefit, chosen adopters, spill-over, and an event beside them.

Fifteen customer-service teams of eight share one queue, so that what some leave undone the others get. What is made of
the calls is what a team x quarter panel would hold; the truth is the contrast of the same seed with and without the
reform, over the treated teams and quarters.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from design_lab.periods import Quarter
from design_lab.study import Study
from design_lab.synthetic.centre import Centre, read_centre
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.truth import UNITS, team_means

SMALL = Path(__file__).parents[1] / "studies" / "small"
TEAMS = [f"客服{number:02d}组" for number in range(1, 16)]
FIRST, LAST = "2024Q4", "2026Q3"
WAVES = {"2025Q2": 4, "2025Q4": 4, "2026Q1": 4}
QUALITY = {"workload": 0.25, "service_quality": 0.30, "csat": 0.30, "teamwork": 0.15}
VOLUME = {"workload": 0.60, "service_quality": 0.15, "csat": 0.15, "teamwork": 0.10}
SLOWER = -1.5  # log handle time per +1.00 of the weight of workload, of a law under which work is shed onto others
KINDS = ("null", "harm", "benefit", "chosen", "spill-over", "event")
CHOSEN, CHOSEN_BY, CHOSEN_FROM = 5, "2025Q3", "2025Q4"  # of fifteen teams the worst of a quarter, from the next one on
NEVER = "9999Q4"


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """One pilot: its panel (team, quarter, adopted, each outcome), its true effects by outcome, and who came when."""

    kind: str
    panel: pd.DataFrame
    truth: dict[str, float]
    waves: list[dict]


def small(seed):
    """Fifteen teams on one queue, eight quarters, nobody under other weights."""
    told = read_centre(SMALL).model_dump()
    told |= {"seed": seed, "first": FIRST, "last": LAST, "parquet_quarters": [], "text_desk": None}
    told["roles"] = {"customer_service": told["roles"]["customer_service"] | {"teams": len(TEAMS)}}
    told["queues"] = {"general": told["queues"]["general"] | {"teams": len(TEAMS), "share": 1.0}}
    told["demand"] |= {"answered_per_day": 1_000, "averaged_over": (FIRST, LAST)}
    return told


def made(kind, rng):
    """Draw a seed and the waves, and make the pilot."""
    told = small(int(rng.integers(1, 2**31)))
    if kind == "null":
        told["law"]["kind"] = "none"
    if kind == "spill-over":
        told["law"]["effects"]["log_handle"] = {"workload": SLOWER}
    waves = the_worst(Centre.model_validate(told)) if kind == "chosen" else drawn(rng)
    if kind == "event":
        moved = {
            "what": "AI",
            "first": waves[0]["first"],
            "teams": waves[0]["teams"],
            "moves": {"satisfaction_logit": 0.3},
        }
        told["happenings"] = [moved]
    reform = {"weights": VOLUME if kind == "harm" else QUALITY, "waves": waves}
    return contrast(kind, Centre.model_validate(told | {"reform": reform}), Centre.model_validate(told), waves)


def drawn(rng):
    """The waves by lot."""
    order, waves, begin = rng.permutation(TEAMS).tolist(), [], 0
    for first, size in WAVES.items():
        waves.append({"first": first, "teams": order[begin : begin + size]})
        begin += size
    return waves


def the_worst(centre):
    """One wave, of the teams with the lowest satisfaction in the quarter before."""
    means, _ = team_means(QuarterData(centre, Quarter.parse(CHOSEN_BY)))
    worst = np.argsort(means[list(UNITS).index("csat")])[:CHOSEN]
    return [{"first": CHOSEN_FROM, "teams": [TEAMS[team] for team in worst]}]


def contrast(kind, treated, without, waves):
    """The panel of the treated centre, and its means less those of the same seed without the reform."""
    adopted = {team: wave["first"] for wave in waves for team in wave["teams"]}
    rows, moved = [], []
    for quarter in treated.quarters:
        seen, _ = team_means(QuarterData(treated, quarter))
        under = [number for number, team in enumerate(TEAMS) if adopted.get(team, NEVER) <= str(quarter)]
        if under:
            moved.append((seen - team_means(QuarterData(without, quarter))[0])[:, under])
        for number, team in enumerate(TEAMS):
            means = dict(zip(UNITS, seen[:, number], strict=True))
            rows.append({"team": team, "quarter": str(quarter), "adopted": adopted.get(team)} | means)
    truth = np.concatenate(moved, axis=1).mean(axis=1)
    return Pilot(kind=kind, panel=pd.DataFrame(rows), truth=dict(zip(UNITS, truth.tolist(), strict=True)), waves=waves)


def study_of(pilot, folder):
    """A study whose history of schemes is the pilot's, as its minutes would have it; it has no tables."""
    shutil.copytree(SMALL / "schemes", folder / "schemes")
    told = yaml.safe_load((SMALL / "study.yaml").read_text(encoding="utf-8"))
    first, last = (Quarter.parse(text) for text in (FIRST, LAST))
    how = {"chosen": "chosen"} if pilot.kind == "chosen" else {"chosen": "randomised", "draw": "minutes"}
    history, date = [], {team: Quarter.parse(wave["first"]) for wave in pilot.waves for team in wave["teams"]}
    for team in TEAMS:
        until = {"last_day": date[team].plus(-1).last_day()} if team in date else {}
        history.append({"scheme": "current", "who": [team], "first_day": first.first_day(), **until, **how})
        if team in date:
            history.append({"scheme": "quality_first", "who": [team], "first_day": date[team].first_day(), **how})
    beside = {
        "what": "AI",
        "who": pilot.waves[0]["teams"],
        "first_day": Quarter.parse(pilot.waves[0]["first"]).first_day(),
    }
    told |= {
        "name": folder.name, "quarters": {"first": FIRST, "last": LAST}, "data_cutoff": last.last_day(),
        "scheme_history": history, "concurrent_events": [beside] if pilot.kind == "event" else [],
    }  # fmt: skip
    (folder / "study.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return Study.open(folder)


def one_queue():
    """All teams answer one queue."""
    return pd.DataFrame({"team": TEAMS, "queue": "general", "calls": 1_000})

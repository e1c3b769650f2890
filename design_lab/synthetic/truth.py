"""What a reform did in a synthetic centre: the same seed with and without it, over the treated teams and quarters.

Each team and quarter under the reform counts once, as a team-quarter panel does. `measured` contrasts what the exports
hold, `latent` what lies behind it: the satisfaction of all callers and not of those who were asked, the expected review
score, the helpfulness that peers rate. `value` is the measured contrast. No analysis reads this.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from design_lab.files import write_json
from design_lab.periods import Quarter
from design_lab.synthetic.behaviour import draw_character
from design_lab.synthetic.calls import expit, logit
from design_lab.synthetic.centre import Centre, read_centre
from design_lab.synthetic.demand import days_of
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.incentives import answers, reformed
from design_lab.synthetic.voices import SATISFIED

Floats = NDArray[np.float64]
FILE = "truth.json"
UNITS = {
    "csat": "share", "first_contact_resolution": "share", "qa_score": "points", "handle_seconds": "seconds",
    "calls_per_hour": "calls", "teamwork": "points",
}  # fmt: skip


def effects(centre: Centre, quarters: Sequence[Quarter] | None = None) -> dict[str, dict[str, float | str]]:
    """Return value, unit, measured and latent contrast by outcome, over all treated quarters or those given."""
    without = centre.model_copy(update={"reform": None})
    measured, latent = [], []
    for quarter in quarters or centre.quarters:
        treated = QuarterData(centre, quarter)
        under = np.flatnonzero(reformed(centre, treated.organisation, quarter))
        if under.size == 0:
            continue
        pairs = [team_means(data) for data in (treated, QuarterData(without, quarter))]
        measured.append((pairs[0][0] - pairs[1][0])[:, under])
        latent.append((pairs[0][1] - pairs[1][1])[:, under])
    if not measured:
        return {}
    means = [np.concatenate(parts, axis=1).mean(axis=1) for parts in (measured, latent)]
    return {
        name: {
            "value": _short(means[0][i]),
            "unit": unit,
            "measured": _short(means[0][i]),
            "latent": _short(means[1][i]),
        }
        for i, (name, unit) in enumerate(UNITS.items())
    }


def write_truth(study: Path) -> Path:
    """Write `<study>/truth.json` from its `centre.yaml` and return its path; its bytes depend on the centre only."""
    path = study / FILE
    write_json(path, {"effects": effects(read_centre(study))})
    return path


def _short(value: float) -> float:
    """Six significant digits: what is left is the same wherever the sums were made."""
    return float(f"{value:.6g}")


def team_means(data: QuarterData) -> tuple[Floats, Floats]:
    """Return what is measured, and what is latent, of each outcome by team, each (outcomes, teams)."""
    duty, calls, voices = data.duty, data.calls, data.centre.voices
    teams = len(data.organisation.teams)
    team = duty.team[calls.row]
    tone = np.array([kind.satisfaction for kind in data.centre.call_types.values()])[calls.kind]
    pleased = duty.latent.satisfaction_logit[calls.row] + voices.resolved_effect * (calls.resolved - 0.71) + tone
    resolved = _mean(team, calls.resolved, teams)
    handle = _mean(team, calls.handle, teams)
    pace = np.bincount(team, minlength=teams) / np.maximum(np.bincount(duty.team, duty.sign_in, teams), 1) * 3600
    placed = {stint.person: stint.team for stint in data.organisation.on(data.quarter.last_day())}
    rated = np.array([placed[person] for person in data.ratings.rated])
    reviewed = _teams_on(data)[duty.person[calls.row[data.reviews.call]], data.reviews.day]
    measured = [
        _mean(team[data.surveys.call], data.surveys.key <= SATISFIED, teams),
        resolved,
        _mean(reviewed, data.reviews.score, teams),
        handle,
        pace,
        _mean(rated, data.ratings.points, teams),
    ]
    expected = expit(logit(voices.satisfied) + pleased)
    peers = _mean(np.array(list(placed.values())), _peer_moves(data, placed), teams)
    latent = [
        _mean(team, expected, teams),
        resolved,
        _mean(team, duty.latent.qa_points[calls.row], teams),
        handle,
        pace,
        peers,
    ]
    return np.array(measured), np.array(latent)


def _teams_on(data: QuarterData) -> NDArray[np.int64]:
    """Return the team of each person on each day, (people, days): a review counts where its person is by then."""
    days = days_of(data.quarter)
    teams = np.zeros((len(data.organisation.people), len(days)), dtype=np.int64)
    for stint in data.organisation.stints:
        end = len(days) if stint.end is None else max((stint.end - days[0]).days + 1, 0)
        teams[stint.person, max((stint.start - days[0]).days, 0) : end] = stint.team
    return teams


def _peer_moves(data: QuarterData, placed: dict[int, int]) -> Floats:
    person, team = np.array(list(placed)), np.array(list(placed.values()))
    own = draw_character(data.centre, len(data.organisation.people)).responsiveness
    return answers(data.centre, data.organisation, data.quarter, own, person=person, team=team)["peer_points"]


def _mean(team: NDArray[np.int64], values: NDArray[np.generic], teams: int) -> Floats:
    sums = np.bincount(team, weights=values.astype(float), minlength=teams)
    return np.asarray(sums / np.maximum(np.bincount(team, minlength=teams), 1))

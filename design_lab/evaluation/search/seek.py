"""The search itself: every scheme that can be said aloud, measured; the front; the proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from design_lab.catalogue.goals import Aims
from design_lab.errors import SchemeError
from design_lab.evaluation.rerun import points_noise
from design_lab.evaluation.search.files import carrier
from design_lab.evaluation.search.found import Found, Searched
from design_lab.evaluation.search.front import chosen, pareto
from design_lab.evaluation.search.measures import (
    Array,
    Beside,
    Measured,
    alignment_errors,
    employment,
    measured,
    paid_in_all,
)
from design_lab.evaluation.search.space import Space, spaces
from design_lab.evaluation.search.winner import Winner, along, winner
from design_lab.gradebook import ForcedGrades
from design_lab.scheme import Scheme
from design_lab.scoring import Batch, Panel
from design_lab.scoring.roster import last_spells
from design_lab.study import Study

if TYPE_CHECKING:
    import pandas as pd

_DRAWS = 200  # of teams, for the error of an alignment
_MEASURED = 20  # times that everybody is measured twice, for the noise of points
_MOST = 400  # schemes among which the best one's luck is judged


def search(
    client: Study,
    panel: Panel,
    today: Scheme,
    *,
    before: Panel | None,
    medians: pd.DataFrame,
    pay: pd.DataFrame | None,
    rng: np.random.Generator,
) -> Searched:
    """Seek, role by role, among every scheme that can be said aloud within the study's bounds.

    `before` is the panel of the quarter before, by which goals are followed, so that no observation counts both in a
    score and in a goal; without it nothing is said of goals. `pay` is the canonical table; without it everybody's
    performance pay counts as equal. The rules, conditions and grades of `today` hold; only weights differ. A scheme
    under which people of one role are graded against another's raises `SchemeError`.
    """
    others = client.candidates()
    settings, least = client.settings.search, client.settings.privacy.strictest
    if isinstance(today.grades, ForcedGrades) and today.grades.pool == "all":
        raise SchemeError(
            f"scheme {today.name}: everybody is graded in one pool, so that no role can be sought by itself; state a "
            "pool by role (grades.pool: role_level)"
        )
    found = spaces(panel, today, others, settings, leads=client.settings.leads, least=least)
    sought = [space for space in found if not space.unknown]
    carried = carrier(today, sought, others)
    batch = Batch.of(panel, carried, medians=medians)
    now, paying = batch.weights([today]), _pay(panel.people, pay)
    beside = Beside(
        goals=_goals(panel, before, client.aims),
        groups=employment(panel.people, least=least),
        noise=points_noise(panel, carried, medians=medians, rng=rng, draws=_MEASURED),
        pay=paying,
        paid=paid_in_all(batch, now, paying),
    )
    tried = [_found(batch, now, space, beside, settings.key, settings.pool / 100, rng) for space in sought]
    return Searched(
        quarter=panel.quarter,
        today=today,
        tried=tuple(tried),
        unsought=tuple(space for space in found if space.unknown),
        others=others,
        names={**client.settings.roles, **client.settings.levels},
        cards=panel.cards,
        paid=pay is not None,
    )


def _found(
    batch: Batch,
    today: Array,
    space: Space,
    beside: Beside,
    key: tuple[str, ...],
    most: float,
    rng: np.random.Generator,
) -> Found:
    before, all_of = measured(batch, today, space, space.weights, beside, key=key)
    within = np.flatnonzero(np.abs(all_of.pool) <= most + 1e-9)
    figures = {name: values[within] for name, values in preferences(all_of).items()}
    known = {name: values for name, values in figures.items() if np.isfinite(values).any()}
    # Where reliability is not known, as in a study's first quarter, chance alone could put schemes in front.
    comparable = "reliability" in known
    whole = np.isfinite(np.stack([*known.values()])).all(axis=0) if comparable else np.zeros(within.size, dtype=bool)
    columns = {name: values[whole] for name, values in known.items()}
    front = pareto(np.stack([*columns.values()], axis=1)) if whole.any() else np.zeros(0, dtype=np.int64)
    places = within[whole][front]
    ways = chosen({name: values[front] for name, values in columns.items()}) if front.size else {}
    return Found(
        space=space,
        today=before.at(0),
        measured=all_of,
        front=places,
        chosen={way: int(places[place]) for way, place in ways.items()},
        winner=_winner(batch, today, space, beside, all_of.alignment, rng),
    )


def preferences(of: Measured) -> Mapping[str, Array]:
    """Return what schemes are held against each other on, more being better."""
    return {
        "alignment": of.alignment, "reliability": of.reliability, "weight": of.weight, "gap": -of.gap,
        "distance": -of.distance,
    }  # fmt: skip


def _winner(
    batch: Batch, today: Array, space: Space, beside: Beside, alignment: Array, rng: np.random.Generator
) -> Winner | None:
    """The best aligned scheme, its luck judged among at most so many, evenly taken; None where that cannot be told."""
    if not np.isfinite(alignment).any():
        return None
    best = int(np.nanargmax(np.round(alignment, 9)))
    taken = np.union1d(np.arange(0, len(alignment), -(-len(alignment) // _MOST)), [best])
    taken = taken[np.isfinite(alignment[taken])]
    errors = alignment_errors(batch, today, space, space.weights[taken], beside, rng=rng, draws=_DRAWS)
    if errors is None:
        return None
    return replace(winner(*along(space.weights[taken], alignment[taken], errors)), tried=len(alignment))


def _goals(panel: Panel, before: Panel | None, aims: Aims) -> Array:
    """Each goal's indicator in the quarter before by the last spell of each person, (n, g), higher being better."""
    ids = panel.people.index.get_level_values("employee_id")
    columns: list[Array] = []
    if before is None:
        return np.zeros((len(ids), 0))
    usable = before.usable()
    for aim in aims.goals.values():
        told = [name for name in aim.indicators if name in usable and usable[name].notna().any()]
        if not told:
            continue
        values = usable[told[0]].set_axis(usable.index.get_level_values("employee_id"))
        values = values[last_spells(usable.index)].reindex(ids)
        columns.append(values.to_numpy(np.float64) * (1 if before.cards[told[0]].better == "higher" else -1))
    return np.stack(columns, axis=1) if columns else np.zeros((len(ids), 0))


def _pay(people: pd.DataFrame, pay: pd.DataFrame | None) -> Array:
    """Performance pay at a coefficient of 1 in the quarter, (n,), of each person's last spell; 1 each without pay."""
    if pay is None:
        return np.ones(len(people))
    ids = people.index.get_level_values("employee_id")
    sums = pay.groupby("employee_id")["performance_x100"].sum().reindex(ids).fillna(0).to_numpy(np.float64)
    return np.where(last_spells(people.index), sums, 0.0)

"""People have the stated traits, and answer to weights by the stated law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from design_lab.synthetic.behaviour import Character, answer_to_weights, correlation, draw_character, speed_factor
from design_lab.synthetic.centre import Centre, Law, Traits
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.voices import make_reviews, make_surveys

QUALITY = {"workload": 0.20, "service_quality": 0.40, "csat": 0.30, "teamwork": 0.10}


def under(data: QuarterData, **changes: Any) -> QuarterData:
    return QuarterData(data.centre.model_copy(update=changes), data.quarter)


def calls_of(data: QuarterData) -> np.ndarray[Any, Any]:
    calls = data.calls
    return np.stack([calls.row, calls.start, calls.talk, calls.hold, calls.wrap, calls.resolved, calls.transferred])


def test_traits_have_the_stated_correlations(centre: Centre) -> None:
    found: Character = draw_character(centre, 4_000)
    traits = np.array([found.speed, found.quality, found.solving, found.warmth, found.helpful])
    assert np.corrcoef(traits) == pytest.approx(correlation(centre.traits), abs=0.06)
    assert correlation(centre.traits)[0, 1] == -0.2
    assert found.responsiveness.mean() == pytest.approx(1, abs=0.02)


def test_a_person_keeps_the_traits_whoever_else_is_there(centre: Centre) -> None:
    assert (draw_character(centre, 5).speed == draw_character(centre, 9).speed[:5]).all()


def test_speed_is_learned_towards_that_of_the_experienced() -> None:
    traits = Traits(b=0.3, tau_days=90)
    assert speed_factor(np.array([0.0, 90.0, 9_000.0]), traits) == pytest.approx([0.7, 1 - 0.3 / np.e, 1.0])


def test_the_same_weights_move_nothing_whatever_the_law(quarter: QuarterData) -> None:
    assert (calls_of(under(quarter, law=Law())) == calls_of(quarter)).all()


def test_without_a_law_other_weights_move_nothing(quarter: QuarterData) -> None:
    assert (calls_of(under(quarter, law=Law(), weights=QUALITY)) == calls_of(quarter)).all()


def test_less_weight_on_volume_means_longer_calls_and_better_work(quarter: QuarterData) -> None:
    careful = under(quarter, weights=QUALITY)
    assert careful.calls.handle.mean() > 1.01 * quarter.calls.handle.mean()
    assert careful.calls.resolved.mean() > quarter.calls.resolved.mean() + 0.02
    scores, keys = [], []
    for data in (quarter, careful):
        parts = data.centre, data.organisation, data.duty, data.calls
        scores.append(make_reviews(*parts, data.quarter).score.mean())
        keys.append((make_surveys(data.centre, data.duty, data.calls, data.quarter).key <= 2).mean())
    assert scores[1] > scores[0] + 1
    assert keys[1] > keys[0]


def test_a_move_is_effect_times_change_of_weight_times_responsiveness(centre: Centre) -> None:
    moves = answer_to_weights(centre.law, QUALITY, np.array([1.0, 2.0]))
    assert moves["qa_points"] == pytest.approx(np.array([1.0, 2.0]) * (-6.0 * -0.20 + 12.0 * 0.15))

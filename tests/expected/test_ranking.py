"""The front in the order of what is expected: sorted, exactly nothing for today's weights, and as told one by one."""

from dataclasses import replace

import numpy as np
import pytest

from design_lab.evaluation.search import search
from design_lab.evaluation.search.files import with_weights
from design_lab.expected import expected_effects
from design_lab.expected.forecast import TOLD
from design_lab.expected.ranking import ranked
from design_lab.scoring import panel


@pytest.fixture(scope="module")
def found(start):
    before = panel(start.study, start.quarter.plus(-1))
    return search(
        start.study, start.panel, start.study.current, before=before, medians=start.medians, pay=None,
        rng=np.random.default_rng(4),
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(found, start):
    return ranked(found, start)


def front_of(found, role):
    return next(one for one in found.ended if one.space.role == role)


def test_every_scheme_of_the_front_stands_in_order(found, start, told):
    front = front_of(found, told.role)
    assert len(told.places) == front.front.size
    effects = [one.primary[1] for one in told.places]
    assert effects == sorted(effects, reverse=True)
    assert all(one.primary[0] <= one.primary[1] <= one.primary[2] for one in told.places)
    assert {tuple(sorted(one.weights)) for one in told.places} <= {
        tuple(sorted(name for name, weight in zip(front.space.indicators, row, strict=True) if weight))
        for row in front.space.weights[front.front]
    }


def test_a_scheme_is_expected_to_do_what_is_told_of_it_alone(found, start, told):
    """One by one incentives come from whole re-runs of everybody, here from the noise of points: near, not the same."""
    front = front_of(found, told.role)
    names = front.space.indicators
    for one in (told.places[0], told.places[-1]):
        weights = np.array([one.weights.get(name, 0) for name in names])
        scheme = with_weights(found.today, [(front.space, weights)], found.others, name="alone")
        path = expected_effects(start, scheme).first.path(told.primary)
        at = TOLD - 1
        spread = float(np.std(path.effect[:, at]))
        assert one.primary[1] == pytest.approx(float(np.median(path.effect[:, at])), abs=0.5 * spread + 1e-4)


def test_today_s_weights_are_expected_to_change_exactly_nothing(found, start, told):
    front = front_of(found, told.role)
    weights = np.vstack([front.space.weights, front.space.today.round().astype(int)])
    space = replace(front.space, weights=weights)
    only = replace(front, space=space, front=np.array([len(weights) - 1]))
    (one,) = ranked(replace(found, tried=(only,)), start).places
    assert one.primary == (0.0, 0.0, 0.0)
    assert one.better == 0.0


def test_findings_tell_of_the_first_three_and_the_table_of_all(start, told):
    ids = [one.id for one in told.findings()]
    assert ids[:2] == ["expected.front.size", "expected.front.1"]
    assert len([id for id in ids if id.startswith("expected.front.")]) <= 7
    assert len(told.table()) == len(told.places)
    assert len(told.to_text("en")) == len(told.to_text("zh")) == min(10, len(told.places))
    first = next(one for one in told.findings() if one.id == "expected.front.1")
    assert first.value == pytest.approx(100 * told.places[0].primary[1])
    assert first.claim == "scenario"


def test_without_a_front_nothing_is_ordered_and_it_is_said(found, start):
    (only,) = ranked(replace(found, tried=()), start).findings()
    assert (only.value, only.claim) == (None, "unidentified")

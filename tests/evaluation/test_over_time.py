"""Every past quarter: nothing moves under today's own scheme, and a sentence needs two quarters."""

import numpy as np
import pytest

from design_lab.evaluation import compare, over_time
from design_lab.periods import Quarter
from design_lab.scoring import History, everybody, score
from tests.scoring.conftest import make_panel, make_scheme


def quarters(count, scheme=None):
    rng = np.random.default_rng(4)
    held = [Quarter.parse("2026Q3").plus(-back) for back in reversed(range(count))]
    people = {one: {f"E{i:02d}": (rng.normal(20, 3), rng.normal(85, 4), 0.7, 4.0) for i in range(40)} for one in held}
    panels = {one: make_panel(people[one], quarter=str(one)) for one in held}
    today = {one: everybody(panels[one], scheme or weighed(40)) for one in held}
    return History(panels=panels, in_force=today, recent=tuple(held))


def latest(past, speed):
    newest = past.recent[-1]
    return score(past.panels[newest], weighed(speed), medians=past.medians(newest))


def weighed(speed):
    dimensions = make_scheme().model_dump()["dimensions"]
    dimensions["workload"]["weight"], dimensions["service_quality"]["weight"] = speed, 65 - speed
    return make_scheme(name="other", dimensions=dimensions)


def test_the_scheme_in_force_changes_nothing_in_any_quarter():
    past = quarters(3)
    (found,) = over_time(past, latest(past, 40), [latest(past, 40)])
    assert found.table()["grade_changes"].tolist() == [0.0] * 3
    assert found.table()["rank_correlation"].to_numpy() == pytest.approx(1.0)
    assert [finding.value for finding in found.findings()] == [0.0] * 4


def test_each_quarter_is_compared_by_itself():
    past = quarters(3)
    (found,) = over_time(past, latest(past, 40), [latest(past, 10)])
    alone = [
        compare(*(score(past.panels[one], weighed(speed), medians=past.medians(one)) for speed in (40, 10))).changes
        for one in past.recent
    ]
    assert [one.changes for one in found.quarters] == alone
    span, *each = found.findings()
    assert span.value == pytest.approx(np.mean(alone))
    assert [finding.value for finding in each] == pytest.approx(alone)
    assert min(alone) < max(alone)


def test_one_quarter_is_no_course_of_time():
    past = quarters(1)
    (found,) = over_time(past, latest(past, 40), [latest(past, 10)])
    assert found.findings() == ()

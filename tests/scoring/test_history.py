"""Several quarters: each as it would be made by itself."""

import pandas as pd
import pytest

from design_lab.scoring import history, panel, score, targets


@pytest.mark.long
def test_each_quarter_is_scored_as_by_itself(small):
    *_, before, last = small.quarters
    past = history(small, last, quarters=2)
    assert past.recent == (before, last)
    for quarter, scores in zip(past.recent, past.scores(small.current), strict=True):
        alone = score(panel(small, quarter), small.current, medians=targets(small, quarter))
        assert scores.quarter == str(quarter)
        pd.testing.assert_series_equal(scores.total, alone.total)
        pd.testing.assert_series_equal(scores.grade, alone.grade)
    assert past.latest is past.panels[last]


def test_a_study_that_begins_has_no_quarters_before(small):
    first = small.quarters[0]
    past = history(small, first)
    assert past.recent == (first,)
    assert past.medians().empty

"""People and schemes of which it is known what holds."""

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation.robustness import Ensemble
from tests.evaluation.test_noise import observed, two_halves

NOBODY = pd.DataFrame()


@pytest.fixture
def around():
    """Around a scheme of two halves, calls exact and QA measured with error, for 200 people."""
    panel = observed(np.random.default_rng(7), 200, between=4, within=8, n=16)
    return Ensemble.of(panel, two_halves(), medians=NOBODY, rng=np.random.default_rng(8), measurements=6)

"""Ratings that nobody here wrote; the figures were measured by other means (their README)."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.scoring.ratings import forms, reciprocity, self_other, severity
from design_lab.scoring.ratings.crossed import fixed_effects

FILES = os.environ.get("DESIGN_LAB_PUBLIC_DATA")
pytestmark = pytest.mark.skipif(not FILES, reason="DESIGN_LAB_PUBLIC_DATA does not say where the public files are")


def peers(file, items):
    rows = pd.read_csv(Path(FILES) / file, sep=r"\s+")
    rows = rows.rename(columns={"perceiver.id": "rater_id", "target.id": "employee_id"})
    return rows.melt(["rater_id", "employee_id"], items, "item", "points").dropna()


def test_self_and_others_in_the_groups_file():
    found = forms(peers("peer_ratings_groups.tab", ["ex"]))
    oneself = self_other(found)
    assert round(oneself.own, 2) == 4.72
    assert round(found.others["points"].mean(), 2) == 4.28
    assert round(oneself.correlation, 2) == 0.58
    assert oneself.people == 220
    # Groups of strangers rate within their group alone.
    assert (
        severity(found).parts == pd.read_csv(Path(FILES) / "peer_ratings_groups.tab", sep=r"\s+")["group.id"].nunique()
    )


def test_a_round_robin_of_54_by_the_formulas_of_the_social_relations_model():
    """Second road: effects and variances of a full round robin in closed form (Kenny, Kashy and Cook, 2006, chapter 8)."""
    ratings = peers("peer_ratings_round_robin.tab", ["liking_a"])
    given = forms(ratings)
    wide = ratings.pivot(index="rater_id", columns="employee_id", values="points").to_numpy().copy()
    n = len(wide)
    others = ~np.eye(n, dtype=bool)
    wide[~others] = np.nan
    by_rater, by_rated, mean = np.nanmean(wide, axis=1), np.nanmean(wide, axis=0), np.nanmean(wide)
    own, cross, centre = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2)), (n - 1) / (n - 2) * mean
    actor, partner = own * by_rater + cross * by_rated - centre, own * by_rated + cross * by_rater - centre
    left = wide - mean - actor[:, None] - partner[None, :]
    np.testing.assert_allclose(fixed_effects(given.design()[0]).residual, left.T[others], atol=1e-9)
    there, back = left[np.triu_indices(n, 1)], left.T[np.triu_indices(n, 1)]
    pairs = (n - 1) * (n - 2) / 2
    between, within = ((there + back) ** 2).sum() / 2 / (pairs - 1), ((there - back) ** 2).sum() / 2 / pairs
    relation, mutual = (between + within) / 2, (between - within) / 2
    found = reciprocity(given)
    assert found.pairs == n * (n - 1) / 2
    assert found.correlation == pytest.approx(mutual / relation, abs=1e-9)
    error = (relation * (n - 1) + mutual) / (n * (n - 2))
    sds = severity(given).sds
    assert sds["person"] == pytest.approx(np.sqrt((partner**2).sum() / (n - 1) - error), rel=0.02)
    assert sds["rater"] == pytest.approx(np.sqrt((actor**2).sum() / (n - 1) - error), rel=0.02)


def test_the_student_ratings_in_seconds():
    rows = pd.read_csv(Path(FILES) / "student_ratings.csv")
    rater, rated = "student " + rows["s"].astype(str), "lecturer " + rows["d"].astype(str)
    ratings = pd.DataFrame({"rater_id": rater, "employee_id": rated, "item": "y", "points": rows["y"]})
    given = forms(ratings)
    assert len(given.others) == 73_421
    assert round(given.others["points"].mean(), 4) == 3.2057
    assert round(given.others.groupby("rater_id")["points"].mean().std(), 2) == 0.45
    found = severity(given)
    assert (len(found.people), len(found.raters), found.parts) == (1_128, 2_972, 1)
    # Of the spread of raters' means, .45, less than three quarters is strictness: the rest is chance and whom they rated.
    assert 0.31 < found.rater_sd_interval[0] < found.sds["rater"] < found.rater_sd_interval[1] < 0.35

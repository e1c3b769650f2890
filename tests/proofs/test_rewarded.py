"""What the sample centre really rewards, and how surely it measures it: the generator's truth against its exported files.

The truth is computed from the generator's arrays alone, by plain numpy; the package reads the files that the centre
exports. `python -m tests.proofs.test_rewarded` does it at full size, on data/h_bank with its tables built, and prints
the figures of docs/method.md; the tests do it on the small centre.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from design_lab.evaluation import effective_weights, official
from design_lab.scheme import Scheme
from design_lab.scoring import panel, score
from design_lab.scoring.signal import signal
from design_lab.study import Study, project_root
from design_lab.synthetic.appraisal import _measured
from design_lab.synthetic.calls import expit, logit
from design_lab.synthetic.centre import DIMENSIONS, read_centre
from design_lab.synthetic.exports import QuarterData
from design_lab.synthetic.organisation import level_of
from design_lab.synthetic.reward import COEFFICIENTS

STATED = Path(__file__).parents[1] / "schemes"
PARTS = (*DIMENSIONS, "rules")
TESTED = ("first_contact_resolution", "csat")


# ---- the truth: the generator's own arrays, by plain numpy ----


def z_points(values):
    """80 + 10 z among those who have a value, within 40 and 120."""
    known = values[np.isfinite(values)]
    alike = known.size < 2 or known.std() == 0
    return np.where(
        np.isfinite(values), 80 if alike else (80 + 10 * (values - known.mean()) / known.std()).clip(40, 120), np.nan
    )


def positions(data):
    """Role and level of everybody with a result on the quarter's last day, in the order of the results."""
    day, organisation = data.quarter.last_day(), data.organisation
    stints = {stint.person: stint for stint in organisation.on(day)}
    found = []
    for person in data.results.person:
        role = organisation.teams[stints[person].team].role
        found.append((role, level_of(data.centre.roles[role], stints[person], organisation.people[person], day)))
    return np.array(found)


def rewarded(data):
    """What each dimension adds to each official score before adjustments, and what rounding does, (people, 5)."""
    measured, role = _measured(data)[:, data.results.person], positions(data)[:, 0]
    points = np.full(measured.shape, np.nan)
    for name in np.unique(role):
        points[:, role == name] = [z_points(values) for values in measured[:, role == name]]
    weights = np.array([data.centre.weights[name] for name in DIMENSIONS])[:, None] * np.isfinite(points)
    parts = (weights / np.where(weights.sum(axis=0) > 0, weights.sum(axis=0), 1) * np.nan_to_num(points)).T
    given = data.results.score - data.results.adjustment
    return np.column_stack([parts, given - parts.sum(axis=1)])


def alike(data):
    """Who is judged by the dimensions that most are judged by, (people,), and where each stands, as text (people,).

    Only among them do the centre's weights hold for everybody: of who lacks a dimension the others weigh more, up to all
    of the score of who has one alone.
    """
    has = np.isfinite(_measured(data)[:, data.results.person]).T
    _, kind, sizes = np.unique(has, axis=0, return_inverse=True, return_counts=True)
    return kind == sizes.argmax(), np.array([" ".join(where) for where in positions(data)])


def true_shares(parts, outcome, groups):
    """cov(part, outcome) / cov(sum of parts, outcome) within groups, (d,)."""

    def within(values):
        return sum(
            np.cov(values[mine], outcome[mine])[0, 1] * (mine.sum() - 1)
            for mine in (groups == group for group in np.unique(groups))
            if mine.sum() > 1
        )

    return np.array([within(part) for part in parts.T]) / within(parts.sum(axis=1))


def coefficients(data):
    """The pay coefficient of each official grade."""
    return np.array(COEFFICIENTS)[data.results.grade]


# ---- what the package makes of the exported files ----


def own_study(folder, study):
    """A study of the same tables with the metric card and the scheme that the centre's own calculation needs."""
    shutil.copytree(study.folder, folder, ignore=shutil.ignore_patterns("raw", "tables", "indicators.yaml"))
    (folder / "tables").symlink_to(study.tables, target_is_directory=True)
    shutil.copy(STATED / "indicators.yaml", folder / "indicators.yaml")
    own = Study.open(folder)
    return own, Scheme.read(STATED / "official.yaml", own.cards)


def scored(own, scheme, quarter):
    """The quarter's panel, and its scores under the centre's own rules with the official grades."""
    people = panel(own, quarter, appraised=scheme.appraised)
    scores = score(people, scheme, medians=pd.DataFrame(), refuse_chance=False)
    grades = official(own, quarter).results["grade"].reindex(scores.people.index.get_level_values("employee_id"))
    return people, scores, replace(scores, grade=grades.set_axis(scores.people.index))


def told(scores, **of):
    found = {weight.dimension: weight.effective for weight in effective_weights(scores, **of).weights}
    return np.array([found[part] for part in PARTS])


# ---- how surely: what people's shares would be without the chance of single calls ----


def resolved_chances(centre, kind, skill):
    """The chance that a call is resolved, given its kind and the skill of who takes it."""
    types = [*centre.call_types.values()]
    resolved, transferred = (
        np.array([getattr(one, name) for one in types])[kind] for name in ("resolved", "transferred")
    )
    passed_on = expit(logit(transferred) - 0.5 * skill)
    return (1 - passed_on) * expit(logit(resolved) + skill) + passed_on * expit(logit(resolved) + skill - 1.6)


def satisfied_chances(centre, latent, row, kind, resolved):
    """The chance that the rating of a rated call is good: rated calls are resolved more often than others."""
    voices, tone = centre.voices, np.array([one.satisfaction for one in centre.call_types.values()])[kind]
    leaning = voices.selective + latent.selection_logit[row]
    solved = np.array([1.0, 0.0])[:, None] - 0.71
    rated = expit(logit(voices.invited) + latent.invite_logit[row] + leaning * solved) * np.array(
        [resolved, 1 - resolved]
    )
    good = expit(logit(voices.satisfied) + latent.satisfaction_logit[row] + voices.resolved_effect * solved + tone)
    return (rated * good).sum(axis=0) / rated.sum(axis=0)


def chances(data, indicator):
    """Of each single observation of an indicator, who it is of and the chance that it is a yes."""
    calls, duty, latent = data.calls, data.duty, data.duty.latent
    chance = resolved_chances(data.centre, calls.kind, latent.resolution_logit[calls.row])
    if indicator == "first_contact_resolution":
        return duty.person[calls.row], chance
    rated = data.surveys.call
    row = calls.row[rated]
    return duty.person[row], satisfied_chances(data.centre, latent, row, calls.kind[rated], chance[rated])


def true_reliability(person, chance, least, rng):
    """Share of the variance between people's means that is not the chance of single observations, and how far an estimate
    of it strays (a standard deviation over 100 quarters in which the same people's observations come out anew).
    """
    n = np.bincount(person)
    known = n >= least

    def sums(values):
        return np.bincount(person, values)[known]

    n = n[known].astype(float)
    mean = sums(chance) / n
    between = (n * (mean - n @ mean / n.sum()) ** 2).sum() / (n.size - 1)
    truth = between / (between + (mean * (1 - mean)).mean())
    anew = [sums(rng.random(chance.size) < chance) for _ in range(100)]
    return truth, np.std([signal(n, yes, yes).reliability for yes in anew], ddof=1)


def last_roles(data):
    """The role of everybody in the quarter, by the last position in it, keyed by person."""
    first, last, teams = data.quarter.first_day(), data.quarter.last_day(), data.organisation.teams
    there = [one for one in data.organisation.stints if one.start <= last and (one.end is None or one.end >= first)]
    return {one.person: teams[one.team].role for one in sorted(there, key=lambda one: one.start)}


def held_against_truth(data, people, role, rng):
    """For each tested indicator of a role: true reliability, how far an estimate strays, and the package's."""
    mine = np.isin(
        np.arange(len(data.organisation.people)), [one for one, of in last_roles(data).items() if of == role]
    )
    found = {}
    for indicator in TESTED:
        person, chance = chances(data, indicator)
        theirs = mine[person]
        truth = true_reliability(person[theirs], chance[theirs], people.cards[indicator].minimum_n, rng)
        found[indicator] = (*truth, people.signals[role, indicator].reliability)
    return found


@pytest.fixture(scope="module")
def own(small, tmp_path_factory):
    return own_study(tmp_path_factory.mktemp("own") / "small", small)


@pytest.fixture(scope="module")
def quarters(own):
    """Each quarter of the small centre: what was made, the panel, its scores, and those with the official grades."""
    study, scheme = own
    centre = read_centre(study.folder)
    return [(QuarterData(centre, quarter), *scored(study, scheme, quarter)) for quarter in study.quarters]


def test_the_planted_shares_of_the_score_are_recovered(quarters):
    for data, _, scores, _ in quarters:
        (kept, groups), parts = alike(data), rewarded(data)
        truth = true_shares(parts[kept], parts[kept].sum(axis=1), groups[kept])
        assert told(scores) == pytest.approx(truth, abs=1e-9)
        assert truth.sum() == pytest.approx(1, abs=1e-9)
        # What is on paper would not have passed for what is rewarded.
        assert abs(truth[:4] - [0.40, 0.25, 0.25, 0.10]).max() > 0.03


def test_most_lack_nothing_and_who_is_left_out_is_counted(quarters):
    for data, _, scores, _ in quarters:
        kept, groups = alike(data)
        assert np.isfinite(_measured(data)[:, data.results.person[kept]]).all()
        _, sizes = np.unique(groups[kept], return_counts=True)
        weights = effective_weights(scores)
        alone = (sizes == 1).sum()
        assert (weights.people, weights.left_out, weights.alone) == (kept.sum() - alone, (~kept).sum() + alone, alone)


def test_they_are_recovered_among_those_who_have_peer_ratings_alone(quarters):
    """Of their scores teamwork is all, whatever it weighs on paper; among all people it would pass for a third."""
    differing = 0
    for data, _, scores, _ in quarters:
        (_, groups), parts = alike(data), rewarded(data)
        mine = (parts[:, :3] == 0).all(axis=1) & (parts[:, 3] != 0)
        totals, alone = parts[mine].sum(axis=1), scores.weights["teamwork"] == 1
        if all(np.ptp(totals[groups[mine] == group]) < 1e-9 for group in np.unique(groups[mine])):
            # Nobody differs from anybody like her: there is no share to recover, and none may be told.
            assert effective_weights(scores, who=alone).unknown
            continue
        differing += 1
        truth = true_shares(parts[mine], totals, groups[mine])
        assert told(scores, who=alone) == pytest.approx(truth, abs=1e-9)
        assert truth[3] == pytest.approx(1, abs=0.01)  # but for rounding
    assert differing > 2


def test_the_planted_shares_of_the_grade_are_recovered(quarters):
    for data, _, scores, graded in quarters:
        (kept, groups), parts = alike(data), rewarded(data)
        truth = true_shares(parts[kept], coefficients(data)[kept], groups[kept])
        assert told(graded, what="grade") == pytest.approx(truth, abs=1e-9)
        # The scheme's own grades know nothing of adjustments by hand: three in a hundred people.
        assert told(scores, what="grade") == pytest.approx(truth, abs=0.05)


def test_the_planted_reliability_of_shares_is_recovered(quarters):
    """The F ratio of the files against the true means of the generator, give or take the chance of single calls."""
    rng = np.random.default_rng(2026)
    found = [held_against_truth(data, people, "customer_service", rng) for data, people, *_ in quarters]
    apart = np.array([[(one[name][2] - one[name][0]) / one[name][1] for name in TESTED] for one in found])
    assert abs(apart).max() < 4
    assert abs(apart.mean(axis=0)).max() < 3 / np.sqrt(len(found))


def main():
    """Print the figures of the full-size centre."""
    with tempfile.TemporaryDirectory() as folder:
        own, scheme = own_study(Path(folder) / "h_bank", Study.open(project_root() / "data" / "h_bank"))
        data = QuarterData(read_centre(own.folder), own.quarters[-1])
        people, scores, graded = scored(own, scheme, own.quarters[-1])
        (kept, groups), parts = alike(data), rewarded(data)
        rows = {
            "score: truth": true_shares(parts[kept], parts[kept].sum(axis=1), groups[kept]),
            "score: files": told(scores),
            "grade: truth": true_shares(parts[kept], coefficients(data)[kept], groups[kept]),
            "grade: files": told(graded, what="grade"),
            "grade of the scheme": told(scores, what="grade"),
            "score of everybody, whatever they lack: truth": true_shares(parts, parts.sum(axis=1), groups),
        }
        lines = ["| " + " | ".join(("", *PARTS)) + " |"]
        lines += [f"| {name} | " + " | ".join(f"{value:.4f}" for value in row) + " |" for name, row in rows.items()]
        for name, values in held_against_truth(data, people, "customer_service", np.random.default_rng(2026)).items():
            lines.append(f"{name}: true reliability {values[0]:.3f}, error {values[1]:.3f}, files {values[2]:.3f}")
        weights = effective_weights(scores)
        lines.append(f"{weights.people} people compared, {weights.left_out} left out, of whom {weights.alone} alone")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

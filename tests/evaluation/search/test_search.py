"""The search on the small centre: every figure reached by a second road, and proposals that are whole schemes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from design_lab.errors import SchemeError
from design_lab.evaluation import official, rerun
from design_lab.evaluation.search import search
from design_lab.evaluation.search.files import with_weights
from design_lab.evaluation.search.space import spaces
from design_lab.evaluation.shares import apart, shares, variance_within
from design_lab.scheme import Scheme
from design_lab.scoring import panel, score, targets
from design_lab.scoring.pay import payroll


@pytest.fixture(scope="module")
def sought(small):
    period = small.quarter("2026Q3")
    people, before, medians = panel(small, period), panel(small, period.plus(-1)), targets(small, period)
    found = search(
        small,
        people,
        small.current,
        before=before,
        medians=medians,
        pay=official(small, period).pay,
        rng=np.random.default_rng(1),
    )
    return small, people, before, medians, found


def test_figures_are_those_of_scoring_the_scheme_alone(sought):
    small, people, before, medians, found = sought
    (one,) = found.tried
    for place in (0, len(one.space.weights) // 2, *one.chosen.values()):
        scheme = with_weights(small.current, [(one.space, one.space.weights[place])], small.candidates(), name="alone")
        scores = score(people, scheme, medians=medians)
        inside = people.people["role"].eq(one.space.role) & people.people["level"].isin(one.space.levels)
        rows = inside & scores.total.notna()
        cells = people.people[rows].groupby("level").ngroup().to_numpy()
        totals = apart(scores.total[rows].to_numpy(), cells)
        figures = one.measured.at(place)
        parts = dict(
            zip(
                scores.contributions,
                shares(scores.contributions[rows].to_numpy(), scores.total[rows].to_numpy(), cells),
                strict=True,
            )
        )
        assert figures["weight"] == pytest.approx(parts["csat"], abs=1e-9)
        assert figures["distance"] == pytest.approx(np.abs(one.space.weights[place] - one.space.today).sum() / 2)
        assert figures["alignment"] == pytest.approx(by_hand(small, people, before, inside, rows, totals), abs=1e-9)
        assert abs(figures["gap"]) == pytest.approx(gap(people.people[rows], totals, cells), abs=1e-9)
        paid, today = (pool(small, people, s, medians) for s in (scheme, small.current))
        assert figures["pool"] == pytest.approx(paid / today - 1, abs=1e-4)


def by_hand(small, people, before, inside, rows, totals):
    """The mean correlation with the goals, each goal's indicator in the quarter before, centred among all `inside`."""
    found, usable = [], before.usable()  # who is not known counts as average
    for aim in small.aims.goals.values():
        told = [name for name in aim.indicators if name in usable and usable[name].notna().any()]
        if not told:
            continue
        by_person = usable[told[0]].droplevel("part")
        by_person = by_person[~by_person.index.duplicated(keep="last")]
        goal = by_person.reindex(people.people.index.get_level_values("employee_id")).set_axis(people.people.index)
        goal = (goal - goal[inside].groupby(people.people.loc[inside, "level"]).transform("mean"))[inside].fillna(0.0)
        if goal.any():
            sign = 1 if before.cards[told[0]].better == "higher" else -1
            beside = apart(goal[rows[inside]].to_numpy(), people.people[rows].groupby("level").ngroup().to_numpy())
            found.append(sign * totals @ beside / np.sqrt((totals @ totals) * (beside @ beside)))
    return np.mean(found)


def gap(people, totals, cells):
    kinds = people["employment_type"]
    found = []
    for kind in kinds.unique():
        held = apart(kinds.eq(kind).to_numpy(float), cells)
        if min(kinds.eq(kind).sum(), kinds.ne(kind).sum()) >= 10:
            found.append(abs(held @ totals / (held @ held)) / np.sqrt(totals @ totals / (len(totals) - 1)))
    return max(found)


def pool(small, people, scheme, medians):
    scores = score(people, scheme, medians=medians)
    return payroll(official(small, small.quarter("2026Q3")).pay, scores.by_person(scores.grade), scheme).due_x100


def test_reliability_is_that_of_measuring_everybody_again(sought):
    small, people, _, medians, found = sought
    (one,) = found.tried
    for place in (0, one.chosen["reliable"]):
        scheme = with_weights(small.current, [(one.space, one.space.weights[place])], small.candidates(), name="alone")
        scores = score(people, scheme, medians=medians)
        again = rerun(people, scores, medians=medians, rng=np.random.default_rng(2), draws=20)
        rows = (
            people.people["role"].eq(one.space.role)
            & people.people["level"].isin(one.space.levels)
            & scores.total.notna()
        )
        cells = people.people[rows].groupby("level").ngroup().to_numpy()
        noise = again.total_variance[rows].mean() / variance_within(scores.total[rows].to_numpy(), cells)
        assert one.measured.reliability[place] == pytest.approx(1 - noise, abs=0.06)


def test_proposals_are_files_that_are_read_as_they_were_found(sought, tmp_path):
    small, _, _, _, found = sought
    (one,) = found.tried
    paths = found.write(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        f"proposals/search_{way}.yaml" for way in ("even", "nearest", "reliable")
    ]
    for path, way in zip(paths, ("even", "nearest", "reliable"), strict=True):
        scheme = Scheme.read(path)
        assert scheme.assumed == small.current.assumed
        assert scheme.title["en"]
        assert scheme.title["zh"]
        assert str(len(one.space.weights)) in scheme.why
        happy = one.space.weights[one.chosen[way]][one.space.indicators.index("very_satisfied_rate")]
        assert f"{small.cards['very_satisfied_rate'].name['en']} {happy}" in scheme.why
        stated = scheme.weights(one.space.role, one.space.levels[0])
        expected = {
            name: w / 100 for name, w in zip(one.space.indicators, one.space.weights[one.chosen[way]], strict=True) if w
        }
        assert stated == pytest.approx(expected)
        assert scheme.weights("marketing", "agent") == small.current.weights("marketing", "agent")
        assert one.chosen[way] in one.front


def test_what_was_tried_is_told_with_the_luck_of_the_best(sought):
    _, _, _, _, found = sought
    (one,) = found.tried
    told = {finding.id: finding for finding in found.findings()}
    assert told["search.tried"].value == len(one.space.weights) > 100
    assert told["search.front_size"].value == one.front.size
    best = told[f"search.winner.{one.space.name}"]
    assert best.value < one.measured.alignment.max()
    assert best.interval[0] < best.value < best.interval[1]
    assert told["search.best.even.alignment"].claim == "scenario"
    assert told["search.unsought.marketing"].claim == "unidentified"


def test_a_role_that_is_not_sought_is_told_what_lacks_a_rule(sought):
    """The sales of marketers are in the data, without a rule in any scheme."""
    small, people, _, _, found = sought
    known = spaces(people, small.current, small.candidates(), small.settings.search, leads={}, least=1)
    space = next(one for one in known if one.name == "marketing")
    found = replace(found, unsought=(space,))
    assert space.unknown == "without_rule"
    assert space.reach == sum(one.most for one in space.candidates) < 100
    ruled = {name for scheme in (small.current, *small.candidates()) for name in scheme.rules}
    usable = people.usable()[people.people["role"].eq("marketing")].notna().mean()
    assert "sales_conversion" in space.unruled
    assert all(usable[name] >= 0.5 and name not in ruled for name in space.unruled)
    told = next(finding for finding in found.findings() if finding.id == "search.unsought.marketing").text
    for lang in ("en", "zh"):
        assert all(small.cards[name].name[lang] in told[lang] for name in (*space.indicators, *space.unruled))


def test_without_a_quarter_before_nothing_is_said_of_goals(sought):
    small, people, _, medians, _ = sought
    found = search(small, people, small.current, before=None, medians=medians, pay=None, rng=np.random.default_rng(1))
    told = {finding.id: finding for finding in found.findings()}
    assert told["search.best.nearest.alignment"].claim == "unidentified"
    assert told["search.best.nearest.reliability"].value > 0
    assert "no pay was delivered" in told["search.best.nearest.pool"].text["en"]
    assert not [id for id in told if id.startswith("search.winner")]


def test_one_pool_for_everybody_is_refused(sought):
    small, people, before, medians, _ = sought
    content = small.current.model_dump(exclude_unset=True)
    together = Scheme.model_validate(content | {"grades": content["grades"] | {"pool": "all"}})
    with pytest.raises(SchemeError, match="everybody is graded in one pool"):
        search(small, people, together, before=before, medians=medians, pay=None, rng=np.random.default_rng(1))


def test_tables_show_today_beside_the_proposals(sought):
    *_, found = sought
    assert found.table()["scheme"].tolist() == ["today", "even", "nearest", "reliable"]
    assert isinstance(found.to_text("zh"), pd.DataFrame)
    assert (found.weights().iloc[:, 2:].astype(float).groupby(found.weights().iloc[:, 0]).sum() == 100).all(axis=None)


def test_in_a_first_quarter_whose_reliability_nobody_knows_there_is_no_front(small):
    first = small.quarters[0]
    found = search(
        small, panel(small, first), small.current, before=None, medians=targets(small, first),
        pay=official(small, first).pay, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert found.tried
    assert found.ended == found.proposals() == ()
    (front,) = (one for one in found.findings() if one.id == "search.front_size")
    assert (front.value, front.claim) == (None, "unidentified")

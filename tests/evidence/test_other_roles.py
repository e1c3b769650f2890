"""Each role whose teams changed has an estimate and a claim of its own."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from design_lab.catalogue import LANGUAGES
from design_lab.display import View
from design_lab.errors import DataError
from design_lab.evidence import other_roles, weight_effects, weight_history
from design_lab.study import Study
from tests.evidence.test_history import adopting, line, study  # noqa: F401

SERVICE = [f"S{number}" for number in range(1, 11)]
SUPPORT = [f"T{number}" for number in range(1, 9)]
COMPLAINTS = ["C1", "C2"]
MARKETING = ["M1", "M2", "M3"]
ROLES = (
    dict.fromkeys(SERVICE, "customer_service")
    | dict.fromkeys(SUPPORT, "technical_support")
    | dict.fromkeys(COMPLAINTS, "complaints")
    | dict.fromkeys(MARKETING, "marketing")
)
CHANGED = [*SERVICE[:5], *SUPPORT[:4], COMPLAINTS[0]]
DRAWN = {"chosen": "randomised", "draw": "minutes"}


@dataclass(frozen=True)
class Panels:
    """A panel in which CSAT of support moves by 3 points with the change and that of service by none."""

    roles: dict = field(default_factory=lambda: ROLES)
    absent: dict = field(default_factory=dict)

    def rates(self):
        rng, rows = np.random.default_rng(6), []
        for team, role in self.roles.items():
            own = rng.normal(size=2)
            for quarter in ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"):
                moved = 0.03 * (team in CHANGED and role == "technical_support" and quarter >= "2026Q1")
                noise = rng.normal(size=2)
                csat = 0.9 + 0.01 * own[0] + 0.004 * noise[0] + moved
                rows.append({"team": team, "quarter": quarter, "csat": csat, "qa_score": 80 + own[1] + noise[1]})
        return pd.DataFrame(rows)

    def frozen_on(self, day):
        return self


@pytest.fixture
def reformed(study) -> Study:  # noqa: F811
    """Teams of three roles came under other weights by one draw; nobody of marketing did."""
    rest = [team for team in ROLES if team not in CHANGED]
    return study(adopting(CHANGED, "2026-01-01", "2025-12-31", **DRAWN), line("current", rest, "2025-04-01", **DRAWN))


def asked(reformed, **more):
    past = weight_history(reformed, roles=ROLES)
    return other_roles(reformed, past, Panels(), rng=np.random.default_rng(1), draws=199, **more)


def test_each_other_role_whose_teams_changed_is_estimated_by_itself(reformed):
    found = asked(reformed)
    assert list(found.effects) == ["complaints", "technical_support"]
    support = found.effects["technical_support"]
    assert {one.name for one in support.history.compared} == set(SUPPORT)
    apart = weight_history(reformed, roles=ROLES, role="technical_support")
    same = weight_effects(apart, Panels().rates(), primary="csat", rng=np.random.default_rng(3), draws=199)
    assert support.primary.adoption.value == same.primary.adoption.value
    assert support.primary.interval[0] < 3.0 < support.primary.interval[1]
    assert support.primary.interval[0] > 0
    assert same.claim.claim == support.claim.claim == "causal"


def test_a_role_with_too_few_teams_says_so_and_has_no_number(reformed):
    found = asked(reformed)
    assert found.effects["complaints"].claim.claim == "unidentified"
    assert set(found.table()["role"]) == {"technical_support"}
    stated = [one for one in found.findings() if one.id.startswith("evidence.role.complaints.")]
    assert [(one.id, one.value) for one in stated] == [("evidence.role.complaints.claim", None)]
    assert "2 teams" in stated[0].text["en"]


def test_all_outcomes_of_other_roles_are_held_together_the_primary_one_too(reformed):
    own = [one for each in asked(reformed).effects.values() for one in each.effects if one.p is not None]
    assert [one.outcome for one in own] == ["csat", "qa_score"]
    assert [one.p_held for one in own] == pytest.approx(multipletests([one.p for one in own], method="holm")[1])
    assert own[0].p_held > own[0].p


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_sentences_name_the_role(reformed, lang):
    found, named = asked(reformed), reformed.settings.roles["technical_support"][lang]
    finding = next(one for one in found.findings() if one.id == "evidence.role.technical_support.weight_effect.csat")
    assert named in finding.text[lang]
    assert finding.text[lang] in found.text[lang]
    assert set(finding.limits) <= set(found.limits)
    assert len(View(result=found, lang=lang).frame()) == len(found.table()) == 2
    assert not any(".event." in one.id or ".sensitivity." in one.id for one in found.findings())


def test_where_one_role_changed_nothing_is_said_of_others(study):  # noqa: F811
    rest = [team for team in ROLES if team not in SERVICE[:5]]
    one = study(
        adopting(SERVICE[:5], "2026-01-01", "2025-12-31", **DRAWN), line("current", rest, "2025-04-01", **DRAWN)
    )
    found = asked(one)
    assert (dict(found.effects), found.findings(), len(found.table())) == ({}, (), 0)


def test_the_history_of_a_role_can_be_asked_for_and_one_that_is_not_there_is_refused(reformed):
    support = weight_history(reformed, roles=ROLES, role="technical_support")
    assert {one.name for one in support.teams} == set(SUPPORT)
    assert sorted(teams for _, teams in support.roles_apart) == [1, 5]
    marketing = weight_history(reformed, roles=ROLES, role="marketing")
    assert (marketing.weight_sets, marketing.treated) == (1, ())
    with pytest.raises(DataError, match=r"role='tech': no team of `roles` is of it"):
        weight_history(reformed, roles=ROLES, role="tech")

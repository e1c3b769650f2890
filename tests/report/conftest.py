"""Invented findings of a small centre, in the words of the project: enough for every section of the report."""

import dataclasses
import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from design_lab.catalogue import cards
from design_lab.catalogue.goals import aims
from design_lab.display import Quantity, Term
from design_lab.evaluation.appeals import Appeals
from design_lab.evaluation.appeals.slices import Slice
from design_lab.evaluation.appeals.tally import Tally
from design_lab.evaluation.fairness.groups import Group
from design_lab.evaluation.misdirection import Misdirected, Misdirection
from design_lab.evaluation.noise import Noise, NoiseShare
from design_lab.evaluation.reliability import Reliabilities, Reliability
from design_lab.evaluation.robustness import Factor, Factors, Held, Stability
from design_lab.evaluation.tiers import Tiers
from design_lab.evidence.slopes import Slope, VolumeCsat
from design_lab.expected import pilot_designs
from design_lab.expected.decision import decisions
from design_lab.expected.rollout import rollout
from design_lab.expected.steady import Steady
from design_lab.expected.wanted import Wanted
from design_lab.finding import Finding, Results, state
from design_lab.landscape import Landscape
from design_lab.piloting import Piloting
from design_lab.report import FORMATS, Cover, write_reports
from design_lab.study import Study
from tests.once import made_once
from tests.report.papers import numbers_in, numbers_told
from tests.scoring.conftest import make_scheme

ROLES = {
    "customer_service": ({"en": "customer service", "zh": "客户服务人员"}, 180),
    "technical_support": ({"en": "technical support", "zh": "技术支持人员"}, 60),
    "marketing": ({"en": "marketing", "zh": "市场人员"}, 30),
    "complaints": ({"en": "complaints handling", "zh": "投诉处理人员"}, 15),
    "management": ({"en": "management and support (assumed)", "zh": "管理及支持人员(假定)"}, 15),
}
TITLES = {
    "current": {"en": "Today's scheme", "zh": "现行方案"},
    "quality_first": {"en": "Quality first", "zh": "质量优先"},
    "balanced": {"en": "Balanced", "zh": "均衡"},
    "team_share": {"en": "Team share", "zh": "团队共担"},
}
WEIGHTS = {  # on paper, effective, interval
    "workload": (0.40, 0.6125, (0.571, 0.652)),
    "service_quality": (0.25, 0.1712, (0.142, 0.203)),
    "csat": (0.25, 0.1871, (0.151, 0.226)),
    "teamwork": (0.10, 0.0312, (0.011, 0.049)),
}
QUARTER = "2026Q3"
MATRIX = (  # role, goal, status, dimensions with the share of people who have data
    ("customer_service", "service_quality", "assumed", {"service_quality": 0.954, "csat": 0.931}),
    ("customer_service", "efficiency", "covered", {"workload": 0.972}),
    ("customer_service", "teamwork", "assumed", {"teamwork": 0.883}),
    ("customer_service", "development", "not_weighed", {}),
    ("complaints", "service_quality", "no_data", {"service_quality": 0.067}),
    ("complaints", "efficiency", "no_data", {"workload": 0.0}),
    ("complaints", "teamwork", "nothing", {}),
    ("complaints", "development", "not_weighed", {}),
)

SEARCHED_WEIGHTS = {"calls_per_hour": (0.4, 0.2, 0.35, 0.15), "very_satisfied_rate": (0.6, 0.8, 0.65, 0.85)}
SEARCHED_ROLE = {"en": "customer service", "zh": "客户服务人员"}
LANDSCAPE = Landscape(
    name="customer_service",
    role=SEARCHED_ROLE,
    axes=("reliability", "alignment"),
    cloud=((0.6, 0.1), (0.7, 0.15), (0.8, 0.12)),
    front=((0.65, 0.3), (0.9, 0.1)),
    named={"today": (0.62, 0.12), "even": (0.65, 0.3), "nearest": (0.65, 0.3), "reliable": (0.9, 0.1)},
)


def _data():
    rows = {"staff": 300, "id_map": 640, "interactions": 1_366_120, "surveys": 214_480, "quality_reviews": 9_116}
    for table, count in rows.items():
        excluded = Quantity(count // 97, "count")
        yield state(f"data.rows.{table}", count, says="data.rows", unit="count", n=None, claim="accounting",
                    table=Term(f"table.{table}"), quarter=QUARTER, excluded=excluded)  # fmt: skip
    yield state("data.rows.ratings", None, says="data.missing", unit="count", n=None, claim="unidentified",
                table=Term("table.ratings"), quarter=QUARTER)  # fmt: skip
    for role, (name, people) in ROLES.items():
        limits = ("unknown_roles",) if role == "management" else ()
        yield state(f"data.staff.{role}", people, says="data.staff", unit="people", n=300, claim="accounting",
                    role=name, quarter=QUARTER, limits=limits)  # fmt: skip
    yield state("data.unassigned_share", 0.05, says="data.unassigned_share", unit="share", n=300, claim="accounting",
                stated=Quantity(0.95, "weight"), quarter=QUARTER, limits=("unknown_roles",))  # fmt: skip
    yield state("data.contacts_per_day", 14849, says="data.contacts_per_day", unit="count", n=92, claim="accounting",
                quarter=QUARTER)  # fmt: skip
    yield state("data.capacity", 0.7834, says="data.capacity", unit="share", n=240, claim="accounting",
                quarter=QUARTER, limit=Quantity(0.9, "weight"), limits=("signed_in_only",))  # fmt: skip


def _indicators():
    centres = {"calls_per_hour": (14.21, 1.93, "per_hour"), "qa_score": (86.4, 3.72, "points"),
               "csat": (0.8712, 0.0313, "share"), "handle_seconds": (163.1, 18.4, "seconds")}  # fmt: skip
    for id, (centre, spread, unit) in centres.items():
        card = cards()[id]
        said = {"indicator": card.name, "quarter": QUARTER}
        limits = ("raw_difference", "self_selected_ratings") if id == "csat" else ("raw_difference",)
        yield state(f"indicators.{id}.centre", centre, says="indicators.centre", unit=unit, n=228, claim="accounting",
                    definition=card.definition, people=Quantity(228, "people"), limits=limits[1:], **said)  # fmt: skip
        yield state(f"indicators.{id}.spread", spread, says="indicators.spread", unit=unit, n=228, claim="accounting",
                    limits=limits, **said)  # fmt: skip
    yield state("indicators.csat.target", 0.8712, says="indicators.target_missed", unit="share", n=228,
                claim="accounting", quarter=QUARTER, target=Quantity(0.9, "weight"),
                limits=("self_selected_ratings",))  # fmt: skip


def _diagnosis(weights):
    yield state("diagnosis.scored", 228, says="diagnosis.scored", unit="people", n=300, claim="scenario",
                staff=Quantity(300, "people"), graded=Quantity(219, "people"), quarter=QUARTER,
                limits=("reconstructed_scheme",))  # fmt: skip
    limits = ("reconstructed_scheme", "not_replayed", "noise_included", "one_quarter", "few_teams")
    for dimension, (nominal, effective, bounds) in weights.items():
        label = Term(f"dimension.{dimension}")
        yield state(f"diagnosis.nominal_weight.{dimension}", nominal, says="diagnosis.nominal_weight", unit="weight",
                    n=None, claim="accounting", dimension=label)  # fmt: skip
        kind = "same" if bounds[0] <= nominal <= bounds[1] else "more" if effective > nominal else "less"
        yield state(f"diagnosis.effective_weight.{dimension}", effective, says=f"diagnosis.effective_weight_{kind}",
                    unit="share", n=228, claim="scenario", bounds=bounds, level=0.95, dimension=label,
                    nominal=Quantity(nominal, "weight"), limits=limits)  # fmt: skip
    yield state("diagnosis.effective_weight.rules", -0.002, says="diagnosis.effective_weight_rules", unit="share",
                n=228, claim="scenario", bounds=(-0.006, 0.001), level=0.95, limits=limits)  # fmt: skip


def _candidates(titles):
    for place, (scheme, title) in enumerate(titles.items()):
        up, down = 26 + 7 * (place * 5 % 8), 22 + 6 * (place * 3 % 8)
        limits = ("same_behaviour", "reconstructed_scheme", "one_quarter")
        yield state(f"candidates.{scheme}.rank_correlation", 0.94 - 0.031 * place, unit="correlation", n=219,
                    says="candidates.rank_correlation", claim="scenario", scheme=title, limits=limits)  # fmt: skip
        yield state(f"candidates.{scheme}.grade_changes", (up + down) / 219, says="candidates.grade_changes",
                    unit="share", n=219, claim="scenario", scheme=title, up=Quantity(up, "people"),
                    down=Quantity(down, "people"), limits=limits)  # fmt: skip
        for kind, people in (("grade_up", up), ("grade_down", down)):
            yield Finding(id=f"candidates.{scheme}.{kind}", value=people, unit="people", n=219, claim="scenario",
                          text={"en": f"Under {title['en']}, {people} people would change grade ({kind[6:]}).",
                                "zh": f"在“{title['zh']}”方案下,{people} 人的等级改变。"})  # fmt: skip


def _behind():
    """What stands behind the weights: chance, reliability, grades and the past, by the records that make them."""
    names = {role: name for role, (name, _) in ROLES.items()} | {"agent": {"en": "agent", "zh": "座席"}}
    shares = (
        ("workload", 0.021, 0.008),
        ("service_quality", 0.041, 0.012),
        ("csat", 0.113, 0.031),
        ("teamwork", 0.052, 0.02),
    )
    yield from Noise(
        shares=tuple(NoiseShare(dimension=name, noise=noise, margin=margin) for name, noise, margin in shares),
        margin=0.05, people=228, agreement=(0.612, 0.571, 0.655), graded=219, names=names, scheme=make_scheme(assumed=["rules"]),
        tiers={("customer_service", "agent"): Tiers(people=110, tiers=6)}, unmeasured=("calls_per_hour",),
        grade_shares=(), grade_people=219,
    ).findings()  # fmt: skip
    found = [
        Reliability(
            role="customer_service", indicator=indicator, people=170, observations=90.0, reliability=value,
            low=value - 0.08, high=value + 0.06, enough_n=needed, tells_apart=True,
            by_cycle={"month": value - 0.21, "quarter": value, "half-year": value + 0.04, "year": value + 0.07},
        )
        for indicator, value, needed in (("qa_score", 0.77, 18), ("csat", 0.52, 233), ("peer_rating", 0.61, None))
    ]  # fmt: skip
    yield from Reliabilities(quarter=QUARTER, found=tuple(found), roles=names, cards=cards()).findings()
    yield from Misdirection(
        quarter=QUARTER, top="A", last="D", target=0.9, quality="qa_score", names=cards()["qa_score"].name, reconstructed=True, least=10,
        below_target=Misdirected(people=44, measured=13, true_share=0.27, low=0.18, high=0.36),
        passed_over=Misdirected(people=22, measured=3, true_share=0.11, low=0.05, high=0.23),
    ).findings()  # fmt: skip
    slopes = (("pooled", -0.42, -0.61, -0.23), ("between", -0.81, -1.2, -0.42), ("within", 0.03, -0.04, 0.1))
    yield from VolumeCsat(
        slopes=tuple(
            Slope(kind=kind, value=value, low=low, high=high, rows=9000, people=300, teams=20)
            for kind, value, low, high in slopes
        ),
        by_hour=True, adjusted=True, weekly=True, first="2023Q4", last=QUARTER,
    ).findings()  # fmt: skip
    for kind, key in (("role", "customer_service"), ("quarter", QUARTER), ("rule", "z")):
        for dimension, share in (("workload", 0.58), ("service_quality", 0.17), ("csat", 0.2), ("teamwork", 0.05)):
            yield state(f"diagnosis.effective_weight_by_{kind}.{key}.{dimension}", share, unit="share", n=170,
                        says=f"diagnosis.effective_weight_by_{kind}_alone", claim="scenario",
                        where=names.get(key, {"en": key, "zh": key}), dimension=Term(f"dimension.{dimension}"),
                        nominal=Quantity(0.25, "weight"), limits=("reconstructed_scheme",))  # fmt: skip


def _appeals():
    """Appeals of a quarter and of a year, a ground and a group."""
    count, everybody = 12, np.ones(300, dtype=bool)
    quarter = Tally(quarters=1, people=300, appellants=count, without_result=0, filed=count, open=1, decided=11,
                    upheld=3, holidays=False, days=np.arange(2.0, 13.0), waited=np.arange(1.0, 13.0))  # fmt: skip
    year = dataclasses.replace(quarter, quarters=4, people=1200, filed=48, open=1, decided=47, upheld=14,
                               days=np.repeat(np.arange(2.0, 13.0), 4))  # fmt: skip
    women = Group(attribute="gender", value="female", inside=np.arange(300) < 160, known=everybody)
    ground = Group(attribute="ground", value="data_disputed", inside=np.arange(48) < 17, known=everybody[:48])
    one = Slice(measure="appealed", group=women, n=160, hits=21, expected=23.4, p=0.412, p_adjusted=0.412)
    yield from Appeals(
        quarter=QUARTER, least=10, tally=quarter, year=year, grounds=((ground, 17),), slices=(one,)
    ).findings()


def _aims():
    """Principles of which one is met, one missed and two open; a goal; a hole in the coverage; ratings."""
    for name, met, of in (("fair", 1, 2), ("quantified", 2, 2), ("complete", None, 2), ("timely", None, 3)):
        answer = "unknown" if met is None else "met" if met == of else "not_met"
        said = {} if answer == "met" else {"met": "1"}
        claim = "unidentified" if met is None else "scenario"
        yield state(f"diagnosis.principle.{name}", met, says=f"diagnosis.principle_{answer}", unit="count", n=of,
                    claim=claim, principle=Term(f"principle.{name}"), criteria={"en": "a gap", "zh": "差距"}, **said)  # fmt: skip
    yield state("diagnosis.goal.teamwork", 4.1, says="diagnosis.goal_met", unit="points", n=228, claim="accounting",
                goal={"en": "closer teamwork", "zh": "加强团队协作"}, indicator=cards()["peer_rating"].name,
                quarter=QUARTER, ends={"en": "", "zh": ""}, target=Quantity(4, "points"))  # fmt: skip
    goals = {name: aim.name for name, aim in aims().goals.items()}
    limits = ("reconstructed_scheme",)
    yield state("diagnosis.coverage.goals", 0.375, says="diagnosis.coverage_goals", unit="share", n=8, claim="scenario",
                quarter=QUARTER, assumed=Quantity(3, "count"), covered=Quantity(3, "count"), limits=limits)  # fmt: skip
    yield state("diagnosis.coverage.goal_development.not_weighed", 2, says="diagnosis.coverage_not_weighed",
                unit="count", n=195, claim="scenario", aim=goals["development"], limits=limits,
                roles={"en": "customer service, complaints handling", "zh": "客户服务人员、投诉处理人员"})  # fmt: skip
    for role, goal, status, found in MATRIX:
        said = {"role": ROLES[role][0], "aim": goals[goal]}
        stem = f"diagnosis.coverage_by_role.{role}.{goal}.{status}"
        for dimension, share in found.items():
            yield state(f"{stem}.{dimension}", share, says="diagnosis.coverage_by_role", unit="share", n=ROLES[role][1],
                        claim="scenario", dimension=Term(f"dimension.{dimension}"), limits=limits, **said)  # fmt: skip
        if not found:
            yield state(stem, 0.0, says="diagnosis.coverage_by_role_none", unit="share", n=ROLES[role][1],
                        claim="scenario", limits=limits, **said)  # fmt: skip
    yield state("diagnosis.coverage.named.goal_efficiency", 2, says="diagnosis.coverage_named", unit="count", n=None,
                claim="accounting", aim=goals["efficiency"], indicators=cards()["calls_answered"].name)  # fmt: skip
    yield state("diagnosis.coverage.unnamed.goal_teamwork", 0, says="diagnosis.coverage_unnamed", unit="count", n=None,
                claim="accounting", aim=goals["teamwork"], indicators=cards()["peer_rating"].name)  # fmt: skip
    yield state("diagnosis.principle.fair.same_grade", 0.612, says="diagnosis.criterion", unit="share", n=219,
                claim="scenario", principle=Term("principle.fair"), criterion=Term("criterion.same_grade"),
                bound=Quantity(0.52, "share"), source=Term("criterion_source.same_grade"), answer=Term("answer.met"),
                limits=limits)  # fmt: skip
    yield state("ratings.severity_sd", None, says="ratings.not_delivered", unit="rating_points", n=0,
                claim="unidentified", quarter=QUARTER)  # fmt: skip


def _robustness(titles):
    """How far each scheme's grades hold and which choice matters, by the records that make them."""
    for place, (name, title) in enumerate(titles.items()):
        scheme = make_scheme(name=name, title=title, assumed=["rules"])
        less = 0.021 * (place % 9)
        yield from Stability(
            scheme=scheme, people=219, draws=300, samples=30, width=0.31, unmeasured=("calls_per_hour",),
            tiers={("customer_service", "agent"): 3},
            held={
                source: Held(share=share - less, low=share - less - 0.06, high=share - less + 0.05, holding=0.42 - less)
                for source, share in (("sampling", 0.713), ("weights", 0.884), ("choices", 0.792), ("all", 0.634))
            },
        ).findings()  # fmt: skip
        shares = (
            ("weights", 0.04),
            ("rule", 0.72 - less),
            ("aggregation", 0.08),
            ("missing", 0.11),
            ("sampling", 0.33),
        )
        found = tuple(
            Factor(name=factor, first=total - 0.03, first_margin=0.05, total=total, total_margin=0.06)
            for factor, total in shares
        )
        yield from Factors(
            scheme=scheme, people=219, draws=1792, grades=found, places=found, changed=0.35, shifted=0.12, unmeasured=(),
        ).findings()  # fmt: skip


def _evidence():
    yield state("evidence.claim", None, says="evidence.claim_no_variation", unit="points", n=None, claim="unidentified",
                first="2023Q4", last=QUARTER)  # fmt: skip


def _search():
    said = {"n": 180, "claim": "accounting"}
    yield state("search.tried", 522, says="search.tried", unit="count", said=Quantity(1398, "count"),
                roles=Quantity(1, "count"), quarter="2026Q3", limits=["bounds_unstated"], **said)  # fmt: skip
    yield state("search.tried.customer_service", 522, says="search.tried_role", unit="count", role=SEARCHED_ROLE,
                front=Quantity(216, "count"), **said)  # fmt: skip
    yield state("search.front_size", 216, says="search.front_size", unit="count", tried=Quantity(522, "count"), **said)
    yield state("search.plotted.customer_service", 5, says="search.plotted", unit="count", role=SEARCHED_ROLE,
                tried=Quantity(522, "count"), **said)  # fmt: skip
    yield state("search.winner.customer_service", 0.1, says="search.winner", unit="correlation", role=SEARCHED_ROLE,
                bounds=(-0.01, 0.22), level=0.95, tried=Quantity(522, "count"), seems=Quantity(0.21, "correlation"),
                **said)  # fmt: skip
    for indicator, held in SEARCHED_WEIGHTS.items():
        for key, value in zip(("today", "even", "nearest", "reliable"), held, strict=True):
            yield state(f"search.weight.{key}.customer_service.{indicator}", value, says="search.weight", unit="weight",
                        scheme=Term(f"search.title.{key}"), indicator={"en": indicator, "zh": indicator}, role=SEARCHED_ROLE,
                        **said)  # fmt: skip
    for place, way in enumerate(("even", "nearest", "reliable")):
        yield state(f"search.best.{way}.reliability", 0.7 + place / 10, says="search.best.reliability", unit="share",
                    scheme=Term(f"search.title.{way}"), today=Quantity(0.62, "share"), **said)  # fmt: skip


def _pilot():
    """A pilot planned on twelve quarters of fourteen invented teams."""
    rng, teams = np.random.default_rng(12), [f"T{number:02d}" for number in range(14)]
    levels = {"csat": (92.0, 0.5), "qa_score": (85.0, 0.6), "calls_per_hour": (14.0, 0.2)}
    quarters = tuple(f"{year}Q{number}" for year in (2024, 2025, 2026) for number in (1, 2, 3, 4))
    values = {
        name: pd.DataFrame(level + spread * rng.standard_normal((14, 12)), teams, quarters)
        for name, (level, spread) in levels.items()
    }
    past = Steady(
        role="customer_service", title=ROLES["customer_service"][0], teams=tuple(teams), free=tuple(teams),
        quarters=quarters, asked=12, values=values, primary="csat",
    )  # fmt: skip
    study = SimpleNamespace(settings=SimpleNamespace(pilot=Piloting(volume_margin=0.03)))
    planned = pilot_designs(study, past, Wanted(primary="csat", sizes={"csat": 1.2}), rng=rng)
    yield from planned.findings()
    yield from planned.lot(3).findings()


PILOT = tuple(_pilot())


def _expected(others):
    """A year ahead: what each candidate would bring, quarter by quarter."""
    role, csat = ROLES["customer_service"][0], Term("outcome.csat")
    for place, (name, title) in enumerate(others.items(), 1):
        said = {"n": 180, "claim": "scenario", "bounds": (-0.4, place + 0.9), "level": 0.9, "unit": "pp",
                "limits": ("prior_not_client", "all_at_once")}  # fmt: skip
        yield state(f"expected.{name}.csat", place / 2, says="expected.effect", scheme=title, role=role, outcome=csat,
                    quarter="2027Q3", changed=Quantity(0.93 + place / 200, "share"), without=Quantity(0.93, "share"),
                    basis=Term("expected_part.elsewhere"), **said)  # fmt: skip
        for ahead in range(1, 9):
            yield state(f"expected.{name}.csat.q{ahead}", place / 2, says="expected.quarter", scheme=title, role=role,
                        outcome=csat, quarter="2027Q3", number=str(ahead), **said)  # fmt: skip
        yield state(f"expected.{name}.fte", None, says="capacity.change_unknown", unit="people_each", n=None,
                    claim="unidentified", scheme=title)  # fmt: skip
        yield state(f"expected.{name}.target_probability.csat", 0.7, says="expected.target", unit="share", n=180,
                    claim="scenario", scheme=title, role=role, quarter="2027Q3", indicator={"en": "CSAT", "zh": "CSAT"},
                    target=Quantity(0.9, "share"))  # fmt: skip


def _decided(told, others):
    """What is asked for, when it would come and what may go wrong, by the findings so far."""
    study = Study.open("data/h_bank")
    year = SimpleNamespace(
        proposed=SimpleNamespace(design=SimpleNamespace(after=4)), past=SimpleNamespace(free=("team",) * 14)
    )
    schedule = rollout(study, study.quarter(QUARTER), told, year)
    schemes = [SimpleNamespace(name=name, title=title) for name, title in others.items()]
    yield from decisions(study, schemes, told, schedule, margin=0.45).findings()
    yield from schedule.findings()


@pytest.fixture(scope="session")
def invented():
    """A maker of (results, cover); `without` leaves out findings by the beginning of their id."""

    def make(*, without=(), weights=WEIGHTS, titles=TITLES, synthetic=True, assumed=("indicators", "rules", "grades")):
        others = {name: title for name, title in titles.items() if name != "current"}
        everything = (
            *_data(),
            *_indicators(),
            *_diagnosis(weights),
            *_behind(),
            *_aims(),
            *_appeals(),
            *_evidence(),
            *_search(),
            *_candidates(others),
            *_expected(others),
            *_robustness(titles),
            *PILOT,
        )
        everything += tuple(_decided(everything, others))
        kept = [f for f in everything if not f.id.startswith(tuple(without))] if without else everything
        sources = {"data": "01_what_arrived", "indicators": "02_indicators", "candidates": "04_candidates",
                   "robustness": "05_robustness", "search": "06_search", "pilot": "09_pilot",
                   "evidence": "07_volume_and_csat", "expected": "08_expected_effects", "plan": "11_decision",
                   "risk": "11_decision", "risks": "11_decision", "decision": "11_decision"}  # fmt: skip
        named = [
            Finding.from_dict(f.to_dict() | {"source": sources.get(f.id.split(".")[0], "03_what_the_scheme_rewards")})
            for f in kept
        ]
        landscapes = () if "search" in without else (LANDSCAPE,)
        cover = Cover(
            study="h_bank", title={"en": "H Bank customer-service centre", "zh": "H银行客服中心"}, quarter=QUARTER,
            synthetic=synthetic, current="current", schemes=titles, dimensions=tuple(weights),
            roles={role: name for role, (name, _) in ROLES.items()}, assumed=assumed,
            left_out=({"en": "Peer ratings did not arrive.", "zh": "未收到同事互评。"},), begins=dt.date(2026, 10, 5),
        )  # fmt: skip
        return Results(
            study="h_bank", quarter=QUARTER, synthetic=synthetic, findings=tuple(named), landscapes=landscapes
        ), cover

    return make


@pytest.fixture(scope="session")
def written(invented, tmp_path_factory):
    """A maker of report folders, each variant written once: (folder, results, cover); tests must not change them."""
    made = {}

    def make(name="full", **variant):
        if name not in made:
            results, cover = invented(**variant)

            def write(place):
                write_reports(results, cover, langs=("en", "zh"), formats=FORMATS, folder=place / "report")

            made[name] = (made_once(tmp_path_factory, f"report {name}", write) / "report", results, cover)
        return made[name]

    return make


VARIANTS = {
    "full": {},
    "nothing": {
        "without": (
            "data",
            "indicators",
            "diagnosis",
            "evidence",
            "candidates",
            "appeals",
            "robustness",
            "search",
            "plan",
            "risk",
            "decision",
        ),
        "assumed": (),
    },
    "one": {"titles": {name: TITLES[name] for name in ("current", "balanced")}},
    "eight": {
        "titles": {"current": TITLES["current"]}
        | {
            f"c_{i:c}": {"en": f"Candidate with a long title {i:c}", "zh": f"标题很长的方案{i:c}"}
            for i in range(65, 73)
        }
    },
    "negative": {
        "weights": WEIGHTS | {"teamwork": (0.1, -0.0421, (-0.081, 0.002))},
        "without": ("candidates", "data.staff", "data.rows.ratings"),
    },
    "hostile": {
        "titles": {
            "current": TITLES["current"],
            "x": {"en": '<script>alert("x")</script> $x$ {y} & "q"', "zh": "<img src=x onerror=alert(甲)>\u202e"},
            "y": {"en": "A very long title " * 20, "zh": "非常长的标题" * 40},
        }
    },
}


QUICK = ("full", "nothing")  # the others take longer than what they would tell at each change


@pytest.fixture(params=[name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in VARIANTS])
def variant(request, written):
    """Every variant's folder, results and cover."""
    return written(request.param, **VARIANTS[request.param])


@pytest.fixture(scope="session")
def numbers_of():
    """All numbers in a text, names taken out first."""
    return numbers_in


@pytest.fixture(scope="session")
def allowed_numbers():
    """Every number that a finding shows."""
    return numbers_told


HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.example","click")',
    "#panic() $x^2$ @ref *b* _i_ `raw` \\u{41} // /* \\end",
    "Rocket \U0001f680 team",
    "A\u202eB\u200fC team",
    "{{ 7 * 7 }} %s ${x} <<TOC>>",
    "N" * 300,
)


@pytest.fixture(scope="session")
def hostile(invented, tmp_path_factory):
    """A report whose findings speak of hostile names, as a client's files may hold them; and what must be readable."""
    results, cover = invented()
    said = [
        state(f"data.staff.team_{place}", 3, says="data.staff", unit="people", n=3, claim="accounting",
              role={"en": name, "zh": name}, quarter=QUARTER)
        for place, name in enumerate(HOSTILE)
    ]  # fmt: skip
    spoken = Finding.from_dict(
        results["evidence.claim"].to_dict() | {"text": {lang: " ".join(HOSTILE) for lang in ("en", "zh")}}
    )
    kept = [spoken if finding.id == spoken.id else finding for finding in results.findings]
    roles = {f"team_{place}": {"en": name, "zh": name} for place, name in enumerate(HOSTILE)}

    def write(place):
        write_reports(
            dataclasses.replace(results, findings=(*kept, *said)),
            dataclasses.replace(cover, roles={**cover.roles, **roles}),
            langs=("en", "zh"), formats=FORMATS, folder=place / "report",
        )  # fmt: skip

    folder = made_once(tmp_path_factory, "report of hostile names", write) / "report"
    return folder, [*HOSTILE[:3], "ABC team", HOSTILE[5], HOSTILE[6]]

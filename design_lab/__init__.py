"""Find, test and defend the weights of an appraisal scheme on a service centre's own data.

The road, each step a call:

    study = Study.open("data/h_bank")            # one client's folder
    quarter = study.quarter("2026Q3")
    build_tables(study)                          # the client's files become canonical tables
    facts(study, quarter)                        # what arrived
    people = panel(study, quarter)               # one row a person, one column an indicator
    adjustment(people)                           # handle time and calls per hour beside themselves, like with like
    levels(people, targets=..., roles=..., least=...)
    held = in_force(study, people, quarter)      # who was under which scheme
    replay(people, held, official(study, quarter), medians=...)  # do they give the official results
    scored = score_in_force(people, held, medians=targets(study, quarter))  # by scheme, each person under her own
    today = scored["current"]
    effective_weights(today)                     # what today's scheme really rewards
    noise(rerun(people, today, ...), ...)        # what of it is chance
    ceilings(today)                              # where points end
    reliabilities(people, ...)                   # how well each indicator tells people apart
    misdirection(people, today, ...)             # whom the grades honour and pass over
    coverage(people, study.current, ...)         # which goals it looks at, for whom, and the holes
    feedback(study, quarter, official(study, quarter))  # how soon people were told
    appeals(study, quarter, people, ...)         # how many appeal, with what success, how soon decided
    principles(people, today, ...)               # is it fair, quantified, complete, timely
    ratings_review(study, quarter, ...)          # what ratings of people by people are worth
    volume_csat(person_weeks(study, ...), ...)   # what volume and satisfaction did together
    gaming_signs(conduct(study, ...), ...)       # whether the past bears signs of gaming: a screen, no proof
    lint(scheme, study=study, ...)               # what is doubtful in a scheme before anybody is scored under it
    preference_forms(study, ["R01"])             # forms on which people say what should weigh how much
    ways_to_weights(today, forms=preferences(study), ...)  # what they and the data would make of the weights
    compare(today, candidate)                    # what another scheme would change, same behaviour
    movers(today, candidate, ...)                # who moves, and what moved them
    pools(today, candidate, ...)                 # the bonus pool, neutral to the cent
    over_time(history(...), today, candidates)   # the same in every past quarter
    impact(candidate, ...)                       # whether rare grades fall evenly on like people
    around = Ensemble.of(people, candidate, ...) # what might be otherwise: sample, weights, rule, aggregation
    stability(around, ...); factors(around, ...) # how far grades hold, and which choice matters most
    tornado(around); reversals(around, ...)      # one weight at a time; whether others' order turns round
    gaming(around)                               # the cheapest way to play it
    propose_targets(history(...).panels, ...)    # targets from the past, told as SMART ones
    advise_cycles(people, scheme, study, ...)    # how long a cycle must be for each role
    pay_shares(study, people, pay)               # how much of the pay hangs on the appraisal, by level
    cascade(people, proposals, study)            # what a leader's unit would stand at if all met their targets
    search(study, panel, ...)                    # every scheme that can be said aloud; the few worth proposing
    write_landscapes(found.landscapes(), ...)    # what was tried, as points of the report's picture
    past = weight_history(study, quarter, ...)   # who came under other weights when, and who can be compared
    teams = team_quarters(study, quarters)       # every outcome by team and quarter
    queues = team_queues(study, quarter)         # which team answers which queue
    checks = check_adoption(study, past, ...)    # what speaks against an effect (evidence_checks: of anybody's frame)
    weight_effects(past, teams.rates(), ...)     # what other weights did, which claim that is, what would overturn it
    other_roles(study, past, teams, ...)         # the same of each other role whose teams changed
    claim_test(study)                            # what the past can say about weights
    start = forecast_start(study, quarter, seed=42)  # what comes if nothing changes, and what is paid for
    expected_effects(start, candidate)           # what is expected under a scheme, and what cannot be said
    capacity(study, quarter, {...}, ...)         # people needed for longer calls; waits if nobody is hired
    worth(expected, people, ...)                 # what it is worth at the client's own values
    payouts(expected, pay)                       # what people would be paid with expected behaviour
    multitask(start, candidate)                  # whether it pays for what the client values, and at what risk
    otherwise(expected)                          # the answer by weights alone, and without each evidence card
    ranked(searched, start)                      # a search's front in the order of what is expected
    held = courses(study, quarters)              # every indicator in every quarter, in all and by person
    trends(held, ...), drift(held, quarter, ...) # how the centre stood; whether people are distributed otherwise
    beside_sector(study, people, facts(...))     # what the centre's trade publishes of itself, beside it
    on_paper(schemes, names)                     # what schemes weigh, for everybody and where a role differs
    goal_tree(people, study.aims, ...)           # each goal's targets over a year, and what must not get worse
    review(study, teams, quarter)                # frozen forecasts, held to account once their quarter has come
    backtest(study, teams, ...)                  # how good they would have been in the past quarters
    planned_on = steady_past(study, past, teams.rates())  # the quarters in which nobody's scheme changed
    sought = wanted_effect(study, planned_on, ...)  # how large an effect a pilot is to find, and who says so
    pilot_designs(study, planned_on, sought, ...)  # what pilots would find, by design, teams and quarters; the lot
    shadow_runs(candidates, findings)            # what computing both schemes side by side would show
    pilot_verdicts(study, quarter)               # the pilot judged by the plan written before it
    schedule = rollout(study, quarter, findings, ...)  # when a scheme would be put in force, and what may go wrong
    decisions(study, candidates, findings, schedule)  # the options, and the one that a published rule recommends
    write_findings(findings, out, "my_notebook") # every number leaves as a finding

Each result shows itself in a notebook and states its findings with `.findings()`. docs/api.md tells of each name.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from design_lab.desk.preferences import preference_forms
    from design_lab.evaluation import (
        appeals,
        as_if_all,
        ceilings,
        compare,
        coverage,
        effective_weights,
        feedback,
        goals,
        impact,
        misdirection,
        movers,
        noise,
        official,
        over_time,
        pools,
        preferences,
        principles,
        reliabilities,
        replay,
        rerun,
        search,
        ways_to_weights,
        weights_by_quarter,
        weights_by_role,
        weights_by_rule,
        weights_by_scheme,
    )
    from design_lab.evaluation.drift import drift, trends
    from design_lab.evaluation.lint import lint
    from design_lab.evaluation.on_paper import on_paper
    from design_lab.evaluation.robustness import Ensemble, factors, gaming, reversals, stability, tornado
    from design_lab.evaluation.sector import beside_sector
    from design_lab.evaluation.targets import advise_cycles, cascade, pay_shares, propose_targets
    from design_lab.evidence import (
        check_adoption,
        claim_test,
        evidence_checks,
        gaming_signs,
        other_roles,
        volume_csat,
        weight_effects,
        weight_history,
    )
    from design_lab.expected import (
        analysis_plan,
        backtest,
        carry_out,
        expected_effects,
        pilot_designs,
        pilot_verdicts,
        priors,
        review,
        shadow_runs,
        steady_past,
        wanted_effect,
    )
    from design_lab.expected.capacity import HandleChange, capacity
    from design_lab.expected.consequences import handle_change, side_by_side, worth
    from design_lab.expected.cost import Outlook, net_value
    from design_lab.expected.decision import decisions
    from design_lab.expected.goal_tree import goal_tree
    from design_lab.expected.multitask import multitask
    from design_lab.expected.otherwise import otherwise
    from design_lab.expected.payouts import payouts
    from design_lab.expected.preview import forecast_start
    from design_lab.expected.ranking import ranked
    from design_lab.expected.rollout import rollout
    from design_lab.finding import Finding, Results, tell, write_findings
    from design_lab.ingest import build as build_tables
    from design_lab.ingest import facts
    from design_lab.landscape import write_landscapes
    from design_lab.report.picture import picture
    from design_lab.scheme import Scheme
    from design_lab.scoring.adjustment import adjustment
    from design_lab.scoring.conduct import conduct
    from design_lab.scoring.courses import courses
    from design_lab.scoring.history import history
    from design_lab.scoring.in_force import in_force, score_in_force, score_moved
    from design_lab.scoring.levels import levels
    from design_lab.scoring.panel import panel
    from design_lab.scoring.ratings import ratings_review, spans
    from design_lab.scoring.score import score
    from design_lab.scoring.targets import targets
    from design_lab.scoring.team_quarters import team_quarters
    from design_lab.scoring.team_queues import team_queues
    from design_lab.scoring.weeks import person_weeks
    from design_lab.study import Study

__version__ = "0.1.0"

# Names are fetched when first used, so that `import design_lab` is instant.
_HOMES = {
    "payouts": "expected.payouts",
    "multitask": "expected.multitask",
    "otherwise": "expected.otherwise",
    "ranked": "expected.ranking",
    "beside_sector": "evaluation.sector",
    "on_paper": "evaluation.on_paper",
    "Ensemble": "evaluation.robustness",
    "HandleChange": "expected.capacity",
    "Outlook": "expected.cost",
    "factors": "evaluation.robustness",
    "gaming": "evaluation.robustness",
    "reversals": "evaluation.robustness",
    "stability": "evaluation.robustness",
    "tornado": "evaluation.robustness",
    "pools": "evaluation",
    "other_roles": "evidence",
    "over_time": "evaluation",
    "movers": "evaluation",
    "impact": "evaluation",
    "Finding": "finding",
    "Results": "finding",
    "Scheme": "scheme",
    "Study": "study",
    "adjustment": "scoring",
    "advise_cycles": "evaluation.targets",
    "analysis_plan": "expected",
    "appeals": "evaluation",
    "as_if_all": "evaluation",
    "backtest": "expected",
    "build_tables": "ingest",
    "capacity": "expected.capacity",
    "carry_out": "expected",
    "cascade": "evaluation.targets",
    "ceilings": "evaluation",
    "check_adoption": "evidence",
    "claim_test": "evidence",
    "compare": "evaluation",
    "conduct": "scoring",
    "courses": "scoring.courses",
    "coverage": "evaluation",
    "decisions": "expected.decision",
    "drift": "evaluation.drift",
    "effective_weights": "evaluation",
    "evidence_checks": "evidence",
    "expected_effects": "expected",
    "forecast_start": "expected.preview",
    "handle_change": "expected.consequences",
    "priors": "expected",
    "side_by_side": "expected.consequences",
    "worth": "expected.consequences",
    "facts": "ingest",
    "feedback": "evaluation",
    "gaming_signs": "evidence",
    "goal_tree": "expected.goal_tree",
    "goals": "evaluation",
    "history": "scoring",
    "in_force": "scoring",
    "levels": "scoring",
    "lint": "evaluation.lint",
    "misdirection": "evaluation",
    "net_value": "expected.cost",
    "noise": "evaluation",
    "official": "evaluation",
    "panel": "scoring",
    "pay_shares": "evaluation.targets",
    "person_weeks": "scoring",
    "picture": "report.picture",
    "pilot_designs": "expected",
    "pilot_verdicts": "expected",
    "preference_forms": "desk.preferences",
    "preferences": "evaluation",
    "principles": "evaluation",
    "propose_targets": "evaluation.targets",
    "ratings_review": "scoring.ratings",
    "reliabilities": "evaluation",
    "replay": "evaluation",
    "rerun": "evaluation",
    "review": "expected",
    "rollout": "expected.rollout",
    "score": "scoring",
    "score_in_force": "scoring",
    "score_moved": "scoring",
    "search": "evaluation",
    "shadow_runs": "expected",
    "spans": "scoring.ratings",
    "steady_past": "expected",
    "targets": "scoring",
    "team_quarters": "scoring",
    "team_queues": "scoring",
    "tell": "finding",
    "trends": "evaluation.drift",
    "volume_csat": "evidence",
    "wanted_effect": "expected",
    "ways_to_weights": "evaluation",
    "weight_effects": "evidence",
    "weight_history": "evidence",
    "weights_by_quarter": "evaluation",
    "weights_by_role": "evaluation",
    "weights_by_rule": "evaluation",
    "weights_by_scheme": "evaluation",
    "write_findings": "finding",
    "write_landscapes": "landscape",
}

__all__ = [
    "Ensemble",
    "Finding",
    "HandleChange",
    "Outlook",
    "Results",
    "Scheme",
    "Study",
    "adjustment",
    "advise_cycles",
    "analysis_plan",
    "appeals",
    "as_if_all",
    "backtest",
    "beside_sector",
    "build_tables",
    "capacity",
    "carry_out",
    "cascade",
    "ceilings",
    "check_adoption",
    "claim_test",
    "compare",
    "conduct",
    "courses",
    "coverage",
    "decisions",
    "drift",
    "effective_weights",
    "evidence_checks",
    "expected_effects",
    "factors",
    "facts",
    "feedback",
    "forecast_start",
    "gaming",
    "gaming_signs",
    "goal_tree",
    "goals",
    "handle_change",
    "history",
    "impact",
    "in_force",
    "levels",
    "lint",
    "misdirection",
    "movers",
    "multitask",
    "net_value",
    "noise",
    "official",
    "on_paper",
    "other_roles",
    "otherwise",
    "over_time",
    "panel",
    "pay_shares",
    "payouts",
    "person_weeks",
    "picture",
    "pilot_designs",
    "pilot_verdicts",
    "pools",
    "preference_forms",
    "preferences",
    "principles",
    "priors",
    "propose_targets",
    "ranked",
    "ratings_review",
    "reliabilities",
    "replay",
    "rerun",
    "reversals",
    "review",
    "rollout",
    "score",
    "score_in_force",
    "score_moved",
    "search",
    "shadow_runs",
    "side_by_side",
    "spans",
    "stability",
    "steady_past",
    "targets",
    "team_quarters",
    "team_queues",
    "tell",
    "tornado",
    "trends",
    "volume_csat",
    "wanted_effect",
    "ways_to_weights",
    "weight_effects",
    "weight_history",
    "weights_by_quarter",
    "weights_by_role",
    "weights_by_rule",
    "weights_by_scheme",
    "worth",
    "write_findings",
    "write_landscapes",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'design_lab' has no attribute {name!r}")
    home = importlib.import_module(f"design_lab.{_HOMES[name]}")
    return getattr(home, "build" if name == "build_tables" else name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

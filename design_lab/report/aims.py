"""The section on what an appraisal is for: principles and goals against data, ratings, appeals."""

from __future__ import annotations

from design_lab.finding import Finding
from design_lab.report.content import Section
from design_lab.report.facts import Facts

_PRINCIPLES = ("fair", "quantified", "complete", "timely")
_RATINGS = (
    "ratings.suppressed", "ratings.parts", "ratings.severity_sd", "ratings.adjusted_moves", "ratings.icc_k",
    "ratings.agreement", "ratings.self_other", "ratings.reciprocity", "ratings.halo",
)  # fmt: skip


def aims_section(facts: Facts) -> Section:
    """The four principles and the goals, each with its answer; what ratings are worth; appeals."""
    principles = [found for name in _PRINCIPLES if (found := facts.get(f"diagnosis.principle.{name}"))]
    appeals, by_group = _appeals(facts)
    told = (
        *facts.groups({"aims.principles": principles, "aims.goals": _goals(facts), "aims.appeals": appeals}),
        *facts.groups(
            {"aims.criteria": _criteria(facts), "aims.ratings": _ratings(facts), "aims.appeals_by": by_group},
            folded=True,
        ),
    )
    missing = facts.say("missing_finding", what=facts.say("what.aims"))
    return Section(
        key="aims",
        kicker=facts.say("kicker.aims"),
        heading=_heading(facts, principles),
        lead=(facts.say("aims.lead"),) if told else (missing,),
        blocks=told,
        brief=facts.statements(principles),
    )


def _heading(facts: Facts, principles: list[Finding]) -> str:
    """Which principles are missed, cannot be told and are met; a principle counts the criteria met, of n."""
    if not principles:
        return facts.say("aims.none")
    open_ones = [found for found in principles if found.value is None]
    missed = [found for found in principles if found.value is not None and found.value != found.n]
    met = [found for found in principles if found not in open_ones and found not in missed]
    named = {kind: _named(facts, found) for kind, found in (("missed", missed), ("open", open_ones), ("met", met))}
    parts = [facts.say(f"aims.{kind}", principles=text) for kind, text in named.items() if text]
    return facts.say("aims.heading", answers=facts.say("aims.join").join(parts))


def _named(facts: Facts, principles: list[Finding]) -> str:
    return facts.joined([facts.say(f"aims.{found.id.rpartition('.')[2]}") for found in principles])


def _goals(facts: Facts) -> list[Finding]:
    return list(facts.results.under("diagnosis.goal"))


def _ratings(facts: Facts) -> list[Finding]:
    return [*(found for id in _RATINGS if (found := facts.get(id))), *facts.results.under("organisation")]


def _appeals(facts: Facts) -> tuple[list[Finding], list[Finding]]:
    """What is said of all appeals, and what of those of a group, on a ground or by who decides."""
    found = facts.results.under("appeals")
    by_group = [one for one in found if "-" in one.id]  # what is said of all has no value of an attribute in its id
    return [one for one in found if one not in by_group], by_group


def _criteria(facts: Facts) -> list[Finding]:
    return [one for name in _PRINCIPLES for one in facts.results.under(f"diagnosis.principle.{name}")]

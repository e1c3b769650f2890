"""The section on forecasts held to account: those that were frozen, and those that past quarters would have seen."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.finding import Finding
from design_lab.report.content import Chart, Section
from design_lab.report.facts import Facts, capital

_STEM = "review.backtest"


def review_sections(facts: Facts) -> tuple[Section, ...]:
    """Say how good forecasts were, frozen and back-tested; no section where no run looked."""
    found = facts.results.under("review")
    if not found:
        return ()
    tested = facts.results.under(_STEM)
    frozen = [finding for finding in found if finding not in tested]
    overall = [finding for finding in tested if _about(finding) in ("coverage", "coverage_50", "bias", "crps_skill")]
    came = [finding for finding in tested if finding.id.split(".")[-2] == "came"]
    rest = [finding for finding in tested if finding not in (*overall, *came)]
    chart = _chart(facts)
    groups = facts.groups({"review.frozen": frozen, "review.backtest": overall})
    folded = facts.groups({"review.came": came, "review.by_outcome": rest}, folded=True)
    return (
        Section(
            key="review",
            kicker=facts.say("kicker.review"),
            heading=_heading(facts),
            lead=(facts.say("review.lead"),),
            blocks=(*groups, *((chart,) if chart else ()), *folded),
            brief=facts.statements([*frozen[:1], *overall[:1]]),
        ),
    )


def _about(finding: Finding) -> str:
    return finding.id.split(".")[2]


def _heading(facts: Facts) -> str:
    covered = facts.measured("review.coverage")
    tested = facts.measured(f"{_STEM}.coverage")
    if covered:
        return facts.say("review.scored", value=facts.shown(covered))
    return facts.say("review.tested", value=facts.shown(tested)) if tested else facts.say("review.none")


def _chart(facts: Facts) -> Chart | None:
    """How often the 90 % band held what came, outcome by outcome."""
    spoken = words(facts.lang)
    found = [
        finding
        for finding in facts.results.under(_STEM)
        if finding.id.endswith(".coverage") and finding.value is not None and f"outcome.{_about(finding)}" in spoken
    ]
    if not found:
        return None
    names = [capital(spoken.say(f"outcome.{_about(finding)}")) for finding in found]
    items = (
        facts.chart_word("backtest_item", outcome=name, value=facts.bounded(finding))
        for name, finding in zip(names, found, strict=True)
    )
    return Chart(
        name="backtest",
        title=facts.chart_word("backtest"),
        alt=facts.alt("backtest", items),
        categories=tuple(names),
        series=(facts.series("backtest_held", "effect", found),),
        percent=True,
        shows=facts.statements(found),
        note=facts.level(found),
    )

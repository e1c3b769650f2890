"""The report told from its findings: sections whose headings are sentences chosen by the numbers."""

from __future__ import annotations

from design_lab.catalogue import words
from design_lab.finding import CLAIMS, Finding, Results
from design_lab.report.aims import aims_section
from design_lab.report.annex import annex_sections
from design_lab.report.candidates import candidates_section
from design_lab.report.changes import changed_sentence, changes_sections, is_change
from design_lab.report.chapters import data_section, weights_section
from design_lab.report.closing import closing_section
from design_lab.report.content import Entry, Group, Meaning, Points, Report, Section, Statement, clean, once
from design_lab.report.cover import Cover
from design_lab.report.coverage import coverage_section
from design_lab.report.decision import decision_section
from design_lab.report.facts import Facts, capital
from design_lab.report.forecast import forecast_section, greatest_effect
from design_lab.report.gains import gains_section
from design_lab.report.gaps import gaps, heaviest, telling, widest
from design_lab.report.held import review_sections
from design_lab.report.narrative.told import with_voice
from design_lab.report.outline import in_order
from design_lab.report.past import evidence_heading, evidence_section, primary_effect
from design_lab.report.pilot import pilot_section
from design_lab.report.plan import plan_sections
from design_lab.report.purpose import purpose_section
from design_lab.report.rewards import direction_section, noise_section
from design_lab.report.risks import risks_section
from design_lab.report.robust import robust_section
from design_lab.report.searched import search_section
from design_lab.report.sector import sector_sections
from design_lab.report.targets import targets_section
from design_lab.report.trends import trends_sections

_CENTRE = ("indicators.csat.target", "data.capacity", "data.contacts_per_day", "diagnosis.scored")


def tell(results: Results, cover: Cover, lang: str) -> Report:
    """Tell the findings of one run as a report in one language; what is absent is said, never guessed."""
    facts = Facts(results, cover, lang)
    study = clean(cover.title.get(lang) or next(iter(cover.title.values()), "")) or cover.study
    report = Report(
        lang=lang,
        title=facts.say("title", study=study),
        subtitle=facts.say("subtitle", scheme=capital(facts.scheme(cover.current)), quarter=cover.quarter),
        quarter=cover.quarter,
        mark=facts.say("mark") if cover.synthetic else None,
        assumed=_limits(facts).heading if cover.assumed else None,
        sections=in_order(
            (
                _summary(facts),
                decision_section(facts),
                *changes_sections(facts),
                *trends_sections(facts),
                purpose_section(facts),
                data_section(facts),
                *sector_sections(facts),
                weights_section(facts),
                noise_section(facts),
                direction_section(facts),
                evidence_section(facts),
                aims_section(facts),
                coverage_section(facts),
                targets_section(facts),
                candidates_section(facts),
                robust_section(facts),
                search_section(facts),
                forecast_section(facts),
                gains_section(facts),
                *review_sections(facts),
                pilot_section(facts),
                *plan_sections(facts),
                risks_section(facts),
                closing_section(facts),
                _unknown(facts),
                _limits(facts),
                *annex_sections(facts),
            )
        ),
        legend=_legend(facts),
        index=tuple(_entry(facts, finding) for finding in results.findings),
        limits=_all_limits(facts),
    )
    return with_voice(report, facts, cover.voice)


def _summary(facts: Facts) -> Section:
    """The answer: what the scheme in force rewards, and whether the past says what other weights would do."""
    keys = _key_statements(facts)
    evidence = facts.get("evidence.claim")
    lead = "unidentified" if evidence and evidence.claim == "unidentified" else "unchecked"
    leads = [facts.say(f"summary.{lead}")] if lead == "unidentified" or evidence is None else []
    if primary_effect(facts):
        leads.append(facts.say("summary.past", answer=evidence_heading(facts)))
    if not keys:
        leads.append(facts.say("summary.none"))
    leads += changed_sentence(facts)
    return Section(
        key="summary",
        kicker=facts.say("kicker.summary"),
        heading=_answer(facts),
        lead=tuple(leads),
        blocks=(Group(title=facts.say("summary.key"), statements=keys),) if keys else (),
        brief=keys,
    )


def _answer(facts: Facts) -> str:
    found, scheme = gaps(facts), capital(facts.scheme(facts.cover.current))
    if not found:
        return facts.say("summary.no_weights")
    gap = telling(found) or widest(found, "alone") or heaviest(found)
    return facts.say(
        f"summary.{gap.kind}",
        scheme=scheme,
        dimension=capital(facts.dimension(gap.dimension)) if gap.kind == "same" else facts.dimension(gap.dimension),
        value=facts.shown(gap.effective),
        nominal=facts.shown(gap.nominal),
    )


def _key_statements(facts: Facts) -> tuple[Statement, ...]:
    """Three or four findings: the widest gap, the greatest effect expected, the centre, and what the past says.

    Where nothing is expected, the candidate that would change most grades stands in its place.
    """
    changes = [facts.measured(f"candidates.{name}.grade_changes") for name in facts.candidates()]
    most = max((change for change in changes if change), key=_value, default=None)
    centre = next((finding for id in _CENTRE if (finding := facts.measured(id))), None)
    gap = telling(gaps(facts)) or widest(gaps(facts))
    chosen = [
        gap.effective if gap else None,
        greatest_effect(facts) or most,
        centre,
        primary_effect(facts) or facts.get("evidence.claim"),
    ]
    return facts.statements(chosen)


def _unknown(facts: Facts) -> Section:
    """What the data cannot say, and what would tell."""
    evidence = facts.get("evidence.claim")
    made = [finding for finding in facts.results.findings if not is_change(finding)]
    open_ones = [finding for finding in made if finding.claim == "unidentified"]
    open_ones.sort(key=lambda finding: finding is not evidence)
    alike = [finding for finding in open_ones if _is_of_many(finding)]
    statements = facts.statements(finding for finding in open_ones if finding not in alike)
    many = facts.groups({"unknown.told_apart": alike}, folded=True)
    # Where the question on which the reform stands is open, a slide has room for no other; the page has them all.
    told_first = facts.statements([evidence]) if evidence in open_ones else ()
    group = Group(title=facts.say("unknown.statements"), statements=statements)
    tell = Points(title=facts.say("unknown.tell"), sentences=_what_would_tell(facts))
    return Section(
        key="unknown",
        kicker=facts.say("kicker.unknown"),
        heading=facts.say(f"unknown.{_unknown_kind(evidence, bool(open_ones))}"),
        lead=() if evidence else (facts.say("missing_finding", what=facts.say("what.evidence")),),
        blocks=(*((group,) if statements else ()), *many, tell),
        brief=told_first or statements,
    )


def _is_of_many(finding: Finding) -> bool:
    """Whether it is one of the sentences that come once an indicator or outcome, alike but for the names."""
    parts = finding.id.split(".")
    return (
        parts[0] == "drift"
        or (parts[0] == "indicators" and "no_signal" in parts)
        or parts[:2]
        in (
            ["diagnosis", "minimum_n"],
            ["review", "backtest"],
        )
    )


def _unknown_kind(evidence: Finding | None, something_open: bool) -> str:
    if evidence and evidence.claim == "unidentified":
        return "evidence"
    if evidence and something_open:
        return "judged"
    return "other" if something_open else "none"


def _what_would_tell(facts: Facts) -> tuple[str, ...]:
    evidence = facts.get("evidence.claim")
    limits = {limit for finding in facts.results.findings for limit in finding.limits}
    missing = [f.id.split(".")[2] for f in facts.results.under("data.rows") if f.value is None]
    told = []
    if evidence is None or evidence.claim == "unidentified":
        told.append(facts.say("unknown.tell_pilot"))
    if facts.cover.assumed:
        told.append(facts.say("unknown.tell_rules"))
    if words("en").say("limit.not_replayed") in limits and not facts.measured("data.rows.appraisal_results"):
        told.append(facts.say("unknown.tell_results"))
    if missing:
        told.append(facts.say("unknown.tell_tables", tables=facts.joined([facts.table(name) for name in missing])))
    return tuple(told) or (facts.say("unknown.tell_none"),)


def _limits(facts: Facts) -> Section:
    """What the numbers rest on, and how each is found again."""
    parts = [_part(facts, part) for part in facts.cover.assumed]
    points = []
    if parts:
        points.append(Points(title=facts.say("limits.parts"), sentences=tuple(capital(part) for part in parts)))
    if facts.cover.left_out:
        reasons = tuple(clean(reason.get(facts.lang) or next(iter(reason.values()))) for reason in facts.cover.left_out)
        points.append(Points(title=facts.say("left_out_title"), sentences=reasons))
    find = (facts.say("limits.find_results"), facts.say("limits.find_record"))
    points.append(Points(title=facts.say("limits.find"), sentences=find))
    heading = facts.say("limits.assumed", parts=facts.joined(parts)) if parts else facts.say("limits.confirmed")
    return Section(key="limits", kicker=facts.say("kicker.limits"), heading=heading, blocks=tuple(points))


def _part(facts: Facts, part: str) -> str:
    key = f"report.part.{part}"
    return words(facts.lang).say(key) if key in words(facts.lang) else clean(part.replace("_", " "))


def _legend(facts: Facts) -> tuple[Meaning, ...]:
    spoken = words(facts.lang)
    return tuple(
        Meaning(claim=claim, label=facts.claim(claim), meaning=capital(spoken.say(f"claim_meaning.{claim}")))
        for claim in CLAIMS
    )


def _entry(facts: Facts, finding: Finding) -> Entry:
    return Entry(
        id=finding.id,
        value=facts.shown(finding),
        n=f"{finding.n:,}" if finding.n is not None else facts.say("unstated"),
        claim=finding.claim,
        claim_label=facts.claim(finding.claim),
        source=clean(finding.source) or facts.say("unstated"),
    )


def _all_limits(facts: Facts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every limit once, with the findings it applies to; ids that share two parts are told as one, ending in '*'."""
    bearers: dict[str, list[str]] = {}
    for finding in facts.results.findings:
        for limit in facts.statement(finding).limits:
            bearers.setdefault(limit, []).append(finding.id)
    return tuple((limit, _folded(ids)) for limit, ids in bearers.items())


def _folded(ids: list[str]) -> tuple[str, ...]:
    heads = {id: ".".join(id.split(".")[:2]) for id in ids}
    counts = list(heads.values())
    return once(f"{heads[id]}.*" if counts.count(heads[id]) > 1 else id for id in ids)


def _value(finding: Finding) -> float:
    return float(finding.value or 0)

"""study.yaml and schemes/current.yaml of a new client, as text that explains itself; what is not known is marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from design_lab.catalogue import words
from design_lab.ingest.draft.plan import Draft
from design_lab.ingest.draft.yaml_text import scalar
from design_lab.periods import Quarter

_STUDY = """\
# study.yaml: who the client is and what the analyses must know of it. 客户与分析所需的基本设定。
# A line that ends in '# ?' was guessed: correct it or take the mark away.
name: {name}                     # the folder's name
title: {{en: {title}, zh: {title}}}   # ? the client's name as reports print it, in both languages
synthetic: false                 # true puts the mark of synthetic data on everything
languages: [zh, en]
# How often people are appraised: month, quarter, half-year or year; by role too: {{default: quarter, marketing: month}}
cycle: {{default: quarter}}        # ? not told by files
calendar: {{}}                     # ? calendar months; {{month_ends_on: 20}} if the client's months close on the 20th
# Public holidays and the weekends worked in their place, for how soon appeals are decided. 法定节假日、调休上班日
working_days: {{}}                 # {{holidays: [2026-10-01, 2026-10-02], make_up_days: [2026-10-10]}}
quarters: {{first: {first}, last: {last}}}   # {quarters_doubt}
data_cutoff: {cutoff}          # {cutoff_doubt}
engine: duckdb
current_scheme: current          # schemes/current.yaml
# Who was under which scheme since when; chosen: randomised (with draw: where it is recorded) | chosen | unknown
scheme_history:
  - {{scheme: current, who: all, first_day: {first_day}, chosen: unknown}}   # ? ask since when the scheme is in force
concurrent_events: []            # what else happened: - {{what: AI routing, who: all, first_day: 2026-01-01}}
primary_outcome: csat            # what other weights are asked about first; named before anybody looks
evidence: {{}}                     # studies elsewhere, weighed anew: {{cards: {{E5: {{weight: 0}}}}}}
targets: {{}}                      # csat: {{value: 0.90, definition: "as the client words it"}}
expected_shares: {{}}              # of staff by role in percent, as the client states them: {{customer_service: 60}}
occupancy_max: 0.90              # ? share of the available time that can be spent on contacts; assumed
# For people needed: the share of calls to be answered in so many seconds, a person's paid hours, and the share of them
# in which nobody is ready for calls. Money is by quarter, in ranges. Take out the marks # and put in the client's own:
# service:
#   {{service_level: 0.80, within_seconds: 20, weekly_hours: 40, shrinkage: {{low: 0.25, central: 0.30, high: 0.35}}}}
# costs:
#   currency: {{en: yuan, zh: 元}}
#   person_quarter: {{low: , central: , high: }}   # the full cost of one person
#   csat_point: {{low: , central: , high: }}       # the value of one percentage point of CSAT
#   complaint: {{low: , central: , high: }}        # the value of one complaint avoided
privacy:
  k: {{executive: 10, hr: 5, team_leader: 5}}   # the least number of people that a published figure may stand for
roles:                           # the codes of sources.yaml and their names
{roles}
levels:
{levels}
"""
_SCHEME = """\
# schemes/current.yaml: the scheme in force. 现行考核方案。
# Nothing of it is the client's yet: every part stands under `assumed`, and the report says so. Put in the client's own
# weights, rules and grades, and take each part out of `assumed` once the client has confirmed it.
name: current
title: {{en: "Today's scheme", zh: 现行方案}}
why: >-
  Drafted when the study was set up; the client's own scheme is not entered yet.
assumed: [weights, indicators, rules, protected, grades, missing]
dimensions:                      # ? weights in percent, of the dimensions and within each; equal ones are no proposal
{dimensions}
rules:                           # ? how a value becomes points: attainment, linear, ladder or z
{rules}
missing: {{min_weight: 50}}        # ? below this share of the weight there is no score
protected: {{tenure_months: 6, min_days: 30}}   # ? who is scored and not graded
grades:                          # ? shares in percent, best first, and the coefficients of performance pay
  method: forced
  pool: role_level
  ties: better
  shares: {{A: 20, B: 40, C: 30, D: 10}}
  coefficients: {{A: 1.2, B: 1.0, C: 0.9, D: 0.6}}
"""
_BY_TARGET = {"rule": "attainment", "target": "role_median_prior_4_quarters", "floor": 60, "cap": 120}
_AMONG_PEERS = {"rule": "z", "centre": 80, "spread": 10, "floor": 40, "cap": 120}
# Dimension -> its indicators and the fields that each needs, the best first.
_NEEDS: Mapping[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "workload": (
        ("calls_per_hour", "agent_periods", ("answered", "signed_in_ms")),
        ("calls_answered", "agent_periods", ("answered",)),
        ("handle_seconds", "interactions", ("talk_ms",)),
    ),
    "service_quality": (
        ("qa_score", "quality_reviews", ("points_x100",)),
        ("first_contact_resolution", "interactions", ("resolved_first_contact",)),
    ),
    "csat": (("very_satisfied_rate", "surveys", ("grade",)),),
    "teamwork": (("peer_rating", "ratings", ("points_x100",)),),
}


def study_text(name: str, found: Draft) -> str:
    """Return the text of study.yaml, which `Study.open` reads as it stands."""
    first, last = found.quarters[0], found.quarters[-1]
    told = bool(found.planned)
    cutoff = found.last_day or last.last_day()
    return _STUDY.format(
        name=scalar(name),
        title=scalar(name.replace("_", " ")),
        first=first,
        last=last,
        quarters_doubt="those with work and a roster" if told else "? the last whole quarter; no file was given",
        cutoff=cutoff.isoformat(),
        cutoff_doubt=_cutoff_doubt(found.last_day, last),
        first_day=first.first_day().isoformat(),
        roles=_named("role", found.codes("staff", "role")),
        levels=_named("level", found.codes("staff", "level")),
    )


def _cutoff_doubt(last_day: dt.date | None, last: Quarter) -> str:
    if last_day is None:
        return "? the last day up to which the data are complete"
    if last_day < last.last_day():
        return f"? the last day of work that was found; {last} is not whole"
    return "the last day of work that was found"


def _named(kind: str, codes: Mapping[str, str]) -> str:
    """Each code with its names: the client's word in its language, the project's in the other."""
    by_code: dict[str, str] = {}
    for word, code in (codes or {"agent": "agent"}).items():
        by_code.setdefault(code, word)
    lines = []
    for code, word in by_code.items():
        known = {lang: words(lang).say(f"{kind}.{code}") for lang in ("en", "zh") if f"{kind}.{code}" in words(lang)}
        own = {"en" if word.isascii() else "zh": word}
        names = {"en": code.replace("_", " "), "zh": word, **known, **(own if word != code else {})}
        doubt = "" if known else "   # ? name it in both languages"
        lines.append(f"  {scalar(code)}: {scalar({lang: names[lang] for lang in ('en', 'zh')})}{doubt}")
    return "\n".join(lines)


def scheme_text(found: Draft) -> str:
    """Return the text of schemes/current.yaml: equal weights on what the files hold, on everything where none came."""
    chosen = {
        dimension: indicators
        for dimension, needs in _NEEDS.items()
        if (indicators := _measurable(found, needs) if found.planned else [needs[0][0]])
    } or {"workload": ["calls_per_hour"]}
    weights = _shares(len(chosen))
    dimensions = [
        f"  {dimension}: {scalar({'weight': weight, 'indicators': dict.fromkeys(indicators, 100)})}"
        for (dimension, indicators), weight in zip(chosen.items(), weights, strict=True)
    ]
    # Targets out of the past need one; with a single quarter people are placed among their peers.
    rule = _BY_TARGET if len(found.quarters) > 1 else _AMONG_PEERS
    rules = [f"  {indicator}: {scalar(rule)}" for indicators in chosen.values() for indicator in indicators]
    return _SCHEME.format(dimensions="\n".join(dimensions), rules="\n".join(rules))


def _measurable(found: Draft, needs: Sequence[tuple[str, str, tuple[str, ...]]]) -> list[str]:
    """The first indicator of a dimension whose fields are mapped."""
    return [indicator for indicator, table, columns in needs if set(columns) <= found.columns(table)][:1]


def _shares(count: int) -> list[int]:
    """Whole percentages, as equal as can be, that sum to 100."""
    return [100 * (at + 1) // count - 100 * at // count for at in range(count)]

"""What ways to weights say, as findings: each weight with who says so, and where none follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from design_lab.catalogue import LANGUAGES, words
from design_lab.display import Quantity, Term
from design_lab.evaluation.grounds import claim_of, is_reconstructed, limits_of
from design_lab.evaluation.weighting.forms import Preferences
from design_lab.evaluation.weighting.pairwise import ACCEPTED
from design_lab.evaluation.weighting.ways import BALANCED, PREFERRED, Judged, Way
from design_lab.finding import Finding, state
from design_lab.provenance import EVERYBODY
from design_lab.scheme import Scheme

Named = Callable[[str], Mapping[str, str]]
_WHOLE = 1.0  # the level of a range in which every respondent lies


def said(
    ways: Sequence[Way], forms: Preferences | None, scheme: Scheme, limits: Sequence[str], named: Named
) -> tuple[Finding, ...]:
    """State every way but equal weights, which need no statement."""
    findings = [*_forms(forms), *_few_people(ways, named)]
    for way in ways:
        findings += _refused(way, named)
        if way.method in PREFERRED:
            findings += _preferred(way, scheme, named)
        elif way.n is not None:
            findings += _made(way, scheme, limits, named)
    return tuple(findings)


def _forms(forms: Preferences | None) -> Iterator[Finding]:
    used = len(forms.answers) if forms else 0
    left_out = len(forms.left_out) if forms else 0
    if not used:
        yield state(
            "weights.forms", None, says=f"weights.no_forms{'_usable' if left_out else ''}", unit="count", n=left_out,
            claim="unidentified",
        )  # fmt: skip
        return
    yield state(
        "weights.forms", used, says=f"weights.forms{'_left_out' if left_out else ''}", unit="count",
        n=used + left_out, claim="accounting", left_out=Quantity(left_out, "count"),
    )  # fmt: skip


def _few_people(ways: Sequence[Way], named: Named) -> Iterator[Finding]:
    """One statement for all roles of which too few can be used, whatever the method; how few is not told."""
    small = {way.who: way.refused for way in ways if way.refused and way.refused.why == "few_people"}
    if small:
        roles = {lang: words(lang).say("run.join").join(named(who)[lang] for who in small) for lang in LANGUAGES}
        yield state(
            "weights.few_people", None, says="weights.few_people", unit="share", n=None, claim="unidentified",
            roles=roles, why=next(iter(small.values())).said,
        )  # fmt: skip


def _stem(way: Way) -> str:
    return f"weights.{way.method}" if way.who == EVERYBODY else f"weights.{way.method}.{way.who}"


def _parts(way: Way, named: Named) -> dict[str, Any]:
    return {"way": Term(f"way.{way.method}"), "whose": named(way.who)}


def _refused(way: Way, named: Named) -> Iterator[Finding]:
    if way.refused and way.refused.why != "few_people":
        yield state(
            f"{_stem(way)}.refused", None, says="weights.refused", unit="share", n=way.n, claim="unidentified",
            why=way.refused.said, **_parts(way, named),
        )  # fmt: skip


def _preferred(way: Way, scheme: Scheme, named: Named) -> Iterator[Finding]:
    for name, weight in way.weights.items():
        bounds = way.spread.get(name)
        yield state(
            f"{_stem(way)}.{name}", weight, says=f"weights.preferred{'' if bounds else '_by_one'}", unit="share",
            n=way.n, claim="accounting", bounds=bounds, level=_WHOLE if bounds else None, limits=("opinions",),
            dimension=scheme.named(name), today=Quantity(way.today[name], "weight"), **_parts(way, named),
        )  # fmt: skip
    if way.judged:
        yield from _judged(way, way.judged, scheme, named)


def _judged(way: Way, judged: Judged, scheme: Scheme, named: Named) -> Iterator[Finding]:
    """How far pairwise judgements agree with themselves and, of several respondents, with each other."""
    found, again, names = judged.consistency, judged.revisit, [*way.weights]
    table = Term(f"random_index.{found.random_index}")
    if found.ratio <= ACCEPTED or again is None:
        yield state(
            f"{_stem(way)}.consistency_ratio", found.ratio, says="weights.consistent", unit="ratio", n=way.n,
            claim="accounting", table=table, **_parts(way, named),
        )  # fmt: skip
    else:
        yield state(
            f"{_stem(way)}.consistency_ratio", found.ratio, says="weights.inconsistent", unit="ratio", n=way.n,
            claim="accounting", table=table, first=scheme.named(names[again.first]),
            second=scheme.named(names[again.second]), given=times(again.given), fitting=times(again.fitting),
            then=Quantity(again.ratio, "ratio"), **_parts(way, named),
        )  # fmt: skip
    if way.n and way.n > 1:
        yield state(
            f"{_stem(way)}.inconsistent_respondents", judged.beyond, says="weights.own_inconsistent", unit="count",
            n=way.n, claim="accounting", table=table, **_parts(way, named),
        )  # fmt: skip
    if judged.disputed:
        first, second, low, high = judged.disputed
        yield state(
            f"{_stem(way)}.disputed", high / low, says="weights.disputed", unit="ratio", n=way.n, claim="accounting",
            first=scheme.named(first), second=scheme.named(second), low=times(low), high=times(high),
            **_parts(way, named),
        )  # fmt: skip


def _made(way: Way, scheme: Scheme, limits: Sequence[str], named: Named) -> Iterator[Finding]:
    reconstructed = is_reconstructed(scheme, "totals")
    balanced = way.method == BALANCED
    own = ("noise_included", "lacking_nothing") if balanced else ("spread_not_importance", "lacking_nothing")
    for name, weight in way.weights.items():
        yield state(
            f"{_stem(way)}.{name}", weight, says=f"weights.{'balanced' if balanced else 'made'}", unit="share",
            n=way.n, claim=claim_of(reconstructed), limits=(*limits_of(reconstructed), *own, "one_quarter", *limits),
            dimension=scheme.named(name), today=Quantity(way.today[name], "weight"),
            wanted=Quantity(way.wanted.get(name, 0.0), "share"), **_parts(way, named),
        )  # fmt: skip


def times(judgement: float) -> str:
    """Write how many times as important, as a whole number or one over it where it is one.

    >>> times(3.0), times(1 / 3), times(1.7)
    ('3', '1/3', '1.7')
    """
    for scale, pattern in ((judgement, "{}"), (1 / judgement, "1/{}")):
        if abs(scale - round(scale)) < 1e-6:
            return pattern.format(round(scale))
    return f"{judgement:.1f}" if judgement >= 1 else f"1/{1 / judgement:.1f}"

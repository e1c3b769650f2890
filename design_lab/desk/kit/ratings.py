"""Peer-rating forms with anchors, and practice cases for raters with a criterion out of the study's own ratings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from design_lab.catalogue.kit import LEVELS, Behaviour
from design_lab.desk.kit.content import Book, Cell, Entry, Formula, Number, Sheet, first_row
from design_lab.desk.kit.facts import Facts
from design_lab.desk.kit.told import Told
from design_lab.scoring.ratings import MINIMUM_RATERS, Scale
from design_lab.scoring.ratings.severity import LEVEL, Severity

_ROWS = 30  # of a rater's form
_LINES = 6  # above the answers
_DEFAULT = ("cooperation", "knowledge_sharing", "responsibility")  # items where the client has none yet


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the peer form: what the client calls it, the behaviour it means, and that behaviour's texts."""

    name: str
    key: str
    behaviour: Behaviour


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """When a rater passes, by what today's raters do: `mean` and `sd` in points of the form, for so many answers.

    `mean` is how far the mean difference from the references may lie from 0 before severity is told from chance at
    level .95; `sd` what the scatter of her differences exceeds with probability .05 where she scatters as they do.
    """

    mean: float
    sd: float
    cases: int
    items: int


def levels_of(facts: Facts) -> tuple[float, ...]:
    """Return the points of the five levels: 1 to 5, or evenly over the client's own scale where it goes further."""
    if facts.given is None or facts.given.answers["points"].nunique() < 2:
        return tuple(float(level) for level in range(1, LEVELS + 1))
    used = Scale.used_in(facts.given.answers["points"])
    top = next((top for top in (LEVELS, 10, 100) if used.high <= top), used.high)
    return tuple(top * level / LEVELS for level in range(1, LEVELS + 1))


def items_of(told: Told) -> tuple[Item, ...]:
    """Return the client's own rating items with their anchors, else the usual three."""
    given = told.facts.given
    if given is None:
        return _usual(told)
    names = [str(name) for name in dict.fromkeys(given.answers["item"])]
    keys = [told.texts.called(name) for name in names]
    return tuple(Item(name, key, told.texts.behaviours[key]) for name, key in zip(names, keys, strict=True))


def _usual(told: Told) -> tuple[Item, ...]:
    return tuple(Item(told.texts.behaviours[key].name, key, told.texts.behaviours[key]) for key in _DEFAULT)


def criterion(found: Severity, *, cases: int, items: int) -> Criterion | None:
    """Return the criterion for so many cases and items; None where the ratings do not tell how raters scatter.

    The error of a mean over c cases with i items each is sqrt(pair²/c + answer²/(c i)), the scatter of one answer
    sqrt(pair² + answer²); the limit of an estimated scatter on df = c i - 1 is that times sqrt(chi²(.95, df)/df).

    >>> from types import SimpleNamespace
    >>> made = criterion(SimpleNamespace(sds={"pair": 0.3, "answer": 0.4}), cases=4, items=2)
    >>> round(made.mean, 3), round(made.sd, 3)
    (0.404, 0.709)
    """
    from scipy import stats

    if "pair" not in found.sds:
        return None
    pair, answer = found.sds["pair"], found.sds.get("answer", 0.0)
    df = cases * items - 1
    scatter = math.hypot(pair, answer)
    if df < 1 or scatter == 0:
        return None
    error = math.sqrt(pair**2 / cases + answer**2 / (cases * items))
    return Criterion(
        mean=float(stats.norm.ppf((1 + LEVEL) / 2)) * error,
        sd=scatter * math.sqrt(float(stats.chi2.ppf(LEVEL, df)) / df),
        cases=cases,
        items=items,
    )


def peer_rating(told: Told) -> Iterator[Book]:
    """Yield the form on which one rater rates colleagues, with its anchors."""
    items, levels = items_of(told), levels_of(told.facts)
    notes = (
        told.say("peer_rating.anonymous", least=str(MINIMUM_RATERS)),
        told.say("peer_rating.how", low=f"{levels[0]:g}", high=f"{levels[-1]:g}"),
        told.say("peer_rating.not_judged"),
    )
    first = first_row(notes, range(2))
    last = first + _ROWS - 1
    end = chr(ord("B") + len(items) - 1)
    answer = Entry(choices=levels, form="number")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Entry(), *[answer] * len(items), Formula(f'IF(COUNT(B{row}:{end}{row})=0,"",AVERAGE(B{row}:{end}{row}))'))
        for row in range(first, last + 1)
    )
    spread = Formula(f'IF(COUNT(B{first}:{end}{last})<2,"",STDEV(B{first}:{end}{last}))')
    form = Sheet(
        name=told.say("peer_rating.sheet"),
        title=told.say("form.peer_rating"),
        notes=notes,
        settings=((told.say("peer_rating.code"), Entry()), (told.say("peer_rating.spread"), spread)),
        columns=(told.say("peer_rating.colleague"), *(item.name for item in items), told.say("peer_rating.mean")),
        rows=rows,
        widths=(34, *[18] * len(items), 12),
    )
    yield Book(title=told.say("form.peer_rating"), sheets=(form, _anchor_sheet(told, items, levels)))


def _anchor_sheet(told: Told, items: tuple[Item, ...], levels: tuple[float, ...]) -> Sheet:
    """What each level of each item means."""
    return Sheet(
        name=told.say("peer_rating.anchors"),
        title=told.say("peer_rating.anchors"),
        notes=(told.say("peer_rating.anchors_note"),),
        columns=(told.say("behaviour"), *(told.say("level", level=f"{level:g}") for level in levels)),
        rows=tuple((item.name, *item.behaviour.levels) for item in items),
        widths=(18, *[30] * LEVELS),
    )


def rater_training(told: Told) -> Iterator[Book]:
    """Yield the practice cases: cases, answers beside references, and whether the rater passes."""
    known = {item.key: item for item in items_of(told) if item.key in told.texts.cases[0].reference}
    items = tuple(known.values()) or _usual(told)
    levels = levels_of(told.facts)
    found = told.facts.severity
    passed = criterion(found, cases=len(told.texts.cases), items=len(items)) if found is not None else None
    yield Book(
        title=told.say("form.rater_training"),
        sheets=(
            _cases(told, items, levels),
            _answers(told, items, levels, passed),
            _anchor_sheet(told, items, levels),
        ),
    )


def _cases(told: Told, items: tuple[Item, ...], levels: tuple[float, ...]) -> Sheet:
    names, ends = told.join.join(item.name for item in items), (f"{levels[0]:g}", f"{levels[-1]:g}")
    return Sheet(
        name=told.say("training.cases"),
        title=told.say("form.rater_training"),
        notes=(told.say("training.how", items=names, low=ends[0], high=ends[1]),),
        columns=(told.say("training.number"), told.say("training.case"), told.say("training.story")),
        rows=tuple((Number(at, "count"), one.title, one.story) for at, one in enumerate(told.texts.cases, 1)),
        widths=(8, 30, 96),
    )


def _answers(told: Told, items: tuple[Item, ...], levels: tuple[float, ...], passed: Criterion | None) -> Sheet:
    """Answers and references row by row; what they come to stands above, with the criterion where there is one."""
    pairs = [(case, item) for case in told.texts.cases for item in items]
    notes = (told.say("training.answers_note"), *_grounds(told, passed))
    first = first_row(notes, range(_LINES))
    settings = _results(told, passed, first=first, count=len(pairs))
    rows = tuple(
        (
            case.title,
            item.name,
            Entry(choices=levels, form="number"),
            Number(levels[case.reference[item.key] - 1]),
            Formula(f'IF(C{row}="","",C{row}-D{row})'),
        )
        for row, (case, item) in enumerate(pairs, first)
    )
    parts = ("case", "item", "answer", "reference", "difference")
    return Sheet(
        name=told.say("training.answers"),
        title=told.say("training.answers"),
        notes=notes,
        settings=settings,
        columns=tuple(told.say(f"training.{part}") for part in parts),
        rows=rows,
        widths=(48, 22, 14, 14, 14),
        alarms=(told.say("training.not_yet"),),
    )


def _results(told: Told, passed: Criterion | None, *, first: int, count: int) -> tuple[tuple[str, Cell], ...]:
    """The lines above the answers; the criterion's are in words where there is none."""
    span, top = f"E{first}:E{first + count - 1}", first - _LINES - 2
    unknown = told.say("training.no_criterion_cell")
    answered, mean, scatter = f"B{top}", f"B{top + 1}", f"B{top + 2}"
    verdict: Cell = unknown
    if passed is not None:
        yes, no, open_ = (told.say(f"training.{one}") for one in ("passed", "not_yet", "unfinished"))
        held = f"AND(ABS({mean})<=B{top + 3},{scatter}<=B{top + 4})"
        verdict = Formula(f'IF({answered}<{count},"{open_}",IF({held},"{yes}","{no}"))', "text")
    return (
        (told.say("training.answered", of=str(count)), Formula(f"COUNT({span})", "count")),
        (told.say("training.mean_difference"), Formula(f'IF({answered}<2,"",AVERAGE({span}))')),
        (told.say("training.scatter"), Formula(f'IF({answered}<2,"",STDEV({span}))')),
        (told.say("training.mean_allowed"), unknown if passed is None else Number(passed.mean)),
        (told.say("training.scatter_allowed"), unknown if passed is None else Number(passed.sd)),
        (told.say("training.verdict"), verdict),
    )


def _grounds(told: Told, passed: Criterion | None) -> tuple[str, ...]:
    """What the criterion rests on, in the sentences of the findings; or why there is none."""
    facts = told.facts
    if facts.severity is None or facts.agreement is None:
        return (told.say("training.no_ratings", quarter=str(facts.quarter)),)
    wanted = ("ratings.severity_sd", "ratings.icc", "ratings.agreement")
    texts: Mapping[str, str] = {
        finding.id: finding.text[told.lang] for finding in (*facts.severity.findings(), *facts.agreement.findings())
    }
    said = tuple(texts[key] for key in wanted if key in texts)
    key = "criterion" if passed is not None else "no_criterion"
    return (*said, told.say(f"training.{key}", quarter=str(facts.quarter)))

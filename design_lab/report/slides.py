"""Some sixteen slides, one idea each: a sentence as heading, native charts, claims and limits, ids in the notes."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from design_lab.catalogue import words
from design_lab.files import replacing
from design_lab.periods import Quarter
from design_lab.report.content import Report, Scatter, Section, Statement, Table, once
from design_lab.report.deck import (
    MARGIN,
    WIDTH,
    Box,
    Type,
    badge,
    badge_size,
    fill_text,
    fits,
    panel,
    style,
    tall,
    write,
)
from design_lab.report.look import ACCENT, CLAIMS, INK, MARK, MUTED, PANEL
from design_lab.report.native import native_chart, native_table
from design_lab.report.outline import placed
from design_lab.report.package import new_deck, settled
from design_lab.report.voice_slide import voice_body, voice_section

_FULL = WIDTH - 2 * MARGIN
_TOP, _END = 2.0, 5.95  # where the body of a slide begins and ends
_TITLE = Type(sizes=(30, 28, 26, 24, 22, 20, 18), bold=True, anchor="top")
_BODY = Type(sizes=(18, 17, 16, 15, 14, 13, 12, 11, 10))
_ROW_SIZES = (18, 17, 16, 15, 14, 13, 12, 11, 10, 9)
_SMALL = Type(sizes=(10.5, 10, 9.5, 9), colour=MUTED)
_SHOWN_IN_CARDS = 4
_ROWS_BESIDE_CHART = 4
_OPEN_ON_SLIDE = 3
_COLUMNS = {  # how broad the columns of a table beside a chart are, as shares; what is not named is left out
    "weights": (0.37, 0.15, 0.16, 0.32),
    "search": (0.42, 0.13, 0.12, 0.15, 0.18),
    "gains": (0.28, 0.18, 0.18, 0.18, 0.18),
}
_WIDE_COLUMNS = {  # the same of a table over the whole width
    "decision": (0.15, 0.12, 0.15, 0.36, 0.12, 0.1),
    "responsibilities": (0.2, 0.17, 0.24, 0.2, 0.19),
    "communication": (0.19, 0.29, 0.16, 0.09, 0.12, 0.15),
    "baseline": (0.16, 0.16, 0.24, 0.08, 0.08, 0.08, 0.2),
    "risks": (0.26, 0.15, 0.15, 0.28, 0.16),
}
_MOST_ROWS = 8  # of a worded table; more would be too small to read


def write_slides(report: Report, path: Path, *, template: Path | None = None) -> Path:
    """Write the presentation, in the look of the client's template if there is one, and return its path."""
    deck, layout = new_deck(report, template)
    bodies: dict[str, Callable[[Any, Section, Report], Sequence[Statement]]] = {
        "decision": _whole_table,
        "summary": _summary,
        "changes": _beside_chart,
        "trends": _whole_chart,
        "peers": _beside_chart,
        "weights": _with_table,
        "noise": _beside_chart,
        "direction": _beside_chart,
        "evidence": _beside_chart,
        "candidates": _with_table,
        "search": _with_table,
        "expected": _beside_chart,
        "gains": _with_table,
        "pilot": _beside_chart,
        "plan": _whole_chart,
        "responsibilities": _whole_table,
        "communication": _whole_table,
        "risks": _whole_table,
        "baseline": _whole_table,
        "conclusions": _unknown,
        "unknown": _unknown,
    }
    sections = {section.key: section for section in report.sections}
    for key, body in bodies.items():
        if key not in sections:  # of a run that worked out no plan
            continue
        section = sections[key]
        slide = deck.slides.add_slide(layout)
        _head(slide, section, report)
        _close(slide, body(slide, section, report), section, report)
    for section in report.sections:
        for prose in section.prose:
            slide = deck.slides.add_slide(layout)
            spoken = voice_section(prose, section, report)
            _head(slide, spoken, report)
            shown = voice_body(slide, prose, Box(MARGIN, _TOP, _FULL, _END - _TOP), report)
            _close(slide, shown, spoken, report)
    content = io.BytesIO()
    deck.save(content)
    made = f"{Quarter.parse(report.quarter).last_day().isoformat()}T00:00:00Z"
    with replacing(path) as temporary:
        temporary.write_bytes(settled(content.getvalue(), made))
    return path


def _close(slide: Any, shown: Sequence[Statement], section: Section, report: Report) -> None:
    """The foot and the speaker notes of a slide whose body shows these findings."""
    _foot(slide, shown, report)
    _notes(slide, shown, section, report)


def _say(report: Report, key: str, **parts: str) -> str:
    return words(report.lang).say(f"report.{key}", **parts)


def _head(slide: Any, section: Section, report: Report) -> None:
    """The kicker, the mark of synthetic data, and the heading in the slide's own title."""
    kicker = Type(sizes=(12,), colour=ACCENT, bold=True)
    write(slide, [placed(section, report.lang)], Box(MARGIN, 0.36, 7.5, 0.26), kicker, report.lang, name="kicker")
    if report.mark:
        box = Box(WIDTH - MARGIN - 3.9, 0.32, 3.9, 0.32)
        shape = panel(slide, box, MARK, name="synthetic data")
        colours = Type(sizes=(12, 11, 10), colour="#FFFFFF", bold=True, align="center", anchor="middle")
        fill_text(shape.text_frame, [report.mark], box, colours, report.lang)
    title = slide.shapes.title
    box = Box(MARGIN, 0.76, _FULL, 1.06)
    title.left, title.top, title.width, title.height = box.emu()
    fill_text(title.text_frame, [section.heading], box, _TITLE, report.lang)


def _summary(slide: Any, section: Section, report: Report) -> Sequence[Statement]:
    """The answer's second sentence, and the key findings as cards side by side."""
    top, shown = _TOP, section.brief[:_SHOWN_IN_CARDS]
    if not shown:
        _absent(slide, section, Box(MARGIN, _TOP, _FULL, _END - _TOP), report)
        return ()
    if section.lead:
        lead = Type(sizes=(20, 18, 16, 14, 12, 11), colour=MUTED)
        told = _say(report, "sentence_join").join(section.lead)
        write(slide, [told], Box(MARGIN, 1.84, _FULL, 0.42), lead, report.lang, name="lead")
        top = 2.4
    _cards(slide, shown, Box(MARGIN, top, _FULL, _END - top), report)
    return shown


def _cards(slide: Any, shown: Sequence[Statement], box: Box, report: Report) -> None:
    gap = 0.25
    each = (box.width - gap * (len(shown) - 1)) / max(1, len(shown))
    body = _one_size(shown, Box(0, 0, each - 0.4, box.height - 1.5), _BODY, report.lang)
    for place, statement in enumerate(shown):
        left = box.left + place * (each + gap)
        panel(slide, Box(left, box.top, each, box.height), PANEL, name=f"card {place + 1}")
        panel(slide, Box(left, box.top, each, 0.06), CLAIMS[statement.claim], name=f"card {place + 1} edge")
        inner = each - 0.4
        sizes = (40, 36, 32, 28, 24, 20) if statement.figure else (24, 22, 20, 18, 16)
        big = Type(sizes=sizes, bold=True, anchor="bottom")
        figure = statement.figure or _say(report, "slide.open")
        write(
            slide, [figure], Box(left + 0.2, box.top + 0.16, inner, 0.62), big, report.lang, name=f"figure {place + 1}"
        )
        text = Box(left + 0.2, box.top + 0.9, inner, box.height - 1.5)
        write(slide, [statement.text], text, body, report.lang, name=f"finding {statement.id}")
        badge(slide, left + 0.2, box.top + box.height - 0.58, inner, statement, report.lang)


def _one_size(shown: Sequence[Statement], room: Box, type: Type, lang: str) -> Type:
    """The largest size at which every finding fits its card; all sizes if there is none, so each fits as it can."""
    for size in type.sizes:
        if all(fits([statement.text], room, Type(sizes=(size,)), lang) for statement in shown):
            return Type(sizes=(size,))
    return type


def _beside_chart(slide: Any, section: Section, report: Report) -> Sequence[Statement]:
    """A chart on the left, findings with their badges on the right; each takes the whole width without the other."""
    left, right = Box(MARGIN, _TOP, 5.6, _END - _TOP), Box(6.7, _TOP, WIDTH - MARGIN - 6.7, _END - _TOP)
    whole = Box(MARGIN, _TOP, _FULL, _END - _TOP)
    shown = section.brief[:_ROWS_BESIDE_CHART]
    if section.chart:
        place = left if shown else whole
        _titled_chart(slide, section, place, report)
    if shown:
        _rows(slide, shown, right if section.chart else whole, report)
    if not section.chart and not shown:
        _absent(slide, section, whole, report)
    return [*(section.chart.shows if section.chart else ()), *shown]


def _titled_chart(slide: Any, section: Section, box: Box, report: Report) -> None:
    chart = section.chart
    if chart is None:
        return
    title = Type(sizes=(14, 13, 12, 11), bold=True)
    told = chart.title
    if isinstance(chart, Scatter):  # a slide has room for its first field
        told = _say(report, "slide.field", title=told, field=chart.fields[0].title)
    write(slide, [told], Box(box.left, box.top, box.width, 0.3), title, report.lang, name="chart title")
    note = 0.22 if chart.note else 0.0
    native_chart(slide, chart, Box(box.left, box.top + 0.35, box.width, box.height - 0.35 - note), report.lang)
    if chart.note:
        below = Box(box.left, box.top + box.height - note, box.width, note)
        write(slide, [chart.note], below, Type(sizes=(10, 9), colour=MUTED), report.lang, name="chart note")


def _rows(slide: Any, shown: Sequence[Statement], box: Box, report: Report) -> None:
    """Findings below each other, each over its badge, all at one size."""
    highs = [badge_size(statement, box.width)[1] + 0.08 for statement in shown]
    for size in _ROW_SIZES:
        texts = [tall(statement.text, box.width, size, report.lang) + 0.04 for statement in shown]
        gap = (box.height - sum(texts) - sum(highs)) / max(1, len(shown) - 1)
        if gap >= 0.12 or size == _ROW_SIZES[-1]:
            break
    top = box.top
    for statement, text, high in zip(shown, texts, highs, strict=True):
        place = Box(box.left, top, box.width, text)
        write(slide, [statement.text], place, Type(sizes=(size,)), report.lang, name=f"finding {statement.id}")
        badge(slide, box.left, top + text + 0.06, box.width, statement, report.lang)
        top += text + high + max(0.05, min(gap, 0.4))


def _whole_table(slide: Any, section: Section, report: Report) -> Sequence[Statement]:
    """The section's table over the whole width, and how to read it."""
    if not section.tables:
        return _beside_chart(slide, section, report)
    table = _readable(section.tables[0], report)
    title = Type(sizes=(14, 13, 12, 11), bold=True)
    write(slide, [table.title], Box(MARGIN, _TOP, _FULL, 0.3), title, report.lang, name="table title")
    columns = range(len(table.columns))
    shares = _WIDE_COLUMNS[section.key]
    notes = 0.55 if table.notes else 0.0
    room = Box(MARGIN, _TOP + 0.35, _FULL, _END - _TOP - 0.35 - notes)
    taken = native_table(slide, table, columns, shares, room, report.lang)
    if table.notes:
        below = Box(MARGIN, taken.top + taken.height + 0.18, _FULL, 0.36)
        write(slide, table.notes, below, Type(sizes=(12, 11, 10, 9), colour=MUTED), report.lang, name="reading")
    return once_each([*table.shows, *section.brief])


def _readable(table: Table, report: Report) -> Table:
    """A worded table with no more rows than a slide bears, and a note that the page has all."""
    if not table.worded or len(table.rows) <= _MOST_ROWS:
        return table
    kept = _say(report, "slide.of_rows", shown=f"{_MOST_ROWS}", all=f"{len(table.rows)}")
    return replace(table, rows=table.rows[:_MOST_ROWS], notes=(kept, *table.notes))


def _whole_chart(slide: Any, section: Section, report: Report) -> Sequence[Statement]:
    """The section's chart over the whole width."""
    whole = Box(MARGIN, _TOP, _FULL, _END - _TOP)
    if section.chart is None:
        _absent(slide, section, whole, report)
        return ()
    _titled_chart(slide, section, whole, report)
    return section.chart.shows


def _with_table(slide: Any, section: Section, report: Report) -> Sequence[Statement]:
    """A chart on the left; on the right its table and how to read it."""
    height = _END - _TOP
    if section.chart:
        _titled_chart(slide, section, Box(MARGIN, _TOP, 6.4, height), report)
    left = 7.4 if section.chart else MARGIN
    right = Box(left, _TOP, WIDTH - MARGIN - left, height)
    if not section.tables:
        _absent(slide, section, right, report)
        return section.chart.shows if section.chart else ()
    table = section.tables[0]
    widths = _COLUMNS.get(section.key, (0.5, 0.25, 0.25))
    columns = range(min(len(widths), len(table.columns)))
    shares = tuple(widths[column] / sum(widths[: len(columns)]) for column in columns)
    room = Box(right.left, right.top, right.width, height - 1.3)
    taken = native_table(slide, table, columns, shares, room, report.lang)
    below = Box(right.left, taken.top + taken.height + 0.2, right.width, _END - taken.top - taken.height - 0.2)
    reading = Type(sizes=(16, 15, 14, 13, 12, 11, 10), colour=MUTED)
    write(slide, [*section.lead[-1:], *table.notes], below, reading, report.lang, name="reading")
    return once_each([*(section.chart.shows if section.chart else ()), *table.shows])


def once_each(statements: Sequence[Statement]) -> list[Statement]:
    """Keep each finding once, in order."""
    return list({statement.id: statement for statement in statements}.values())


def _absent(slide: Any, section: Section, box: Box, report: Report) -> None:
    """Say what this run holds nothing on, where it would have stood."""
    panel(slide, box, PANEL, name="panel")
    inner = Box(box.left + 0.4, box.top + 0.3, box.width - 0.8, box.height - 0.6)
    type = Type(sizes=(24, 22, 20, 18, 16, 14), colour=MUTED, anchor="middle")
    write(slide, section.lead, inner, type, report.lang, name="lead")


def _stack(slide: Any, shown: Sequence[Statement], box: Box, report: Report) -> None:
    """Findings as cards above each other."""
    gap = 0.2
    each = (box.height - gap * (len(shown) - 1)) / len(shown)
    sizes = Type(sizes=(22, 20, 19, *_BODY.sizes))
    type = _one_size(shown, Box(0, 0, box.width - 0.55, each - 0.75), sizes, report.lang)
    for place, statement in enumerate(shown):
        top = box.top + place * (each + gap)
        panel(slide, Box(box.left, top, box.width, each), PANEL, name=f"card {place + 1}")
        panel(slide, Box(box.left, top, 0.07, each), CLAIMS[statement.claim], name=f"card {place + 1} edge")
        text = Box(box.left + 0.3, top + 0.18, box.width - 0.55, each - 0.75)
        write(slide, [statement.text], text, type, report.lang, name=f"finding {statement.id}")
        badge(slide, text.left, top + each - 0.46, text.width, statement, report.lang)


def _unknown(slide: Any, section: Section, report: Report) -> Sequence[Statement]:
    """What was found or stays open on the left; on the right what it depends on, or what would tell."""
    shown = section.brief[:_OPEN_ON_SLIDE]
    points = section.points[0]
    left = Box(MARGIN, _TOP, 6.3, _END - _TOP)
    right = Box(7.2, _TOP, WIDTH - MARGIN - 7.2, _END - _TOP)
    if len(shown) > 1:
        _rows(slide, shown, left, report)
    elif shown:
        _stack(slide, shown, left, report)
    else:
        right = Box(MARGIN, _TOP, _FULL, _END - _TOP)
    panel(slide, right, PANEL, name="panel")
    inner = Box(right.left + 0.3, right.top + 0.25, right.width - 0.6, right.height - 0.5)
    title = Type(sizes=(18, 16), bold=True)
    write(slide, [points.title], Box(inner.left, inner.top, inner.width, 0.38), title, report.lang, name="panel title")
    text = Box(inner.left, inner.top + 0.5, inner.width, inner.height - 0.5)
    bullets = Type(sizes=(20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10), bullets=True)
    write(slide, points.sentences, text, bullets, report.lang, name="points")
    return shown


def _foot(slide: Any, shown: Sequence[Statement], report: Report) -> None:
    """A rule, the limits of what is shown, its claims and sources, and the slide's number."""
    panel(slide, Box(MARGIN, 6.1, _FULL, 0.012), MUTED, name="rule")
    limits = once(limit for statement in shown for limit in statement.limits)
    box = Box(MARGIN, 6.2, _FULL, 0.62)
    if told := _limits_that_fit(limits, box, report) if limits else report.assumed:
        write(slide, [told], box, _SMALL, report.lang, name="limits")
    source = Box(MARGIN, 6.9, _FULL - 0.8, 0.3)
    type = Type(sizes=(11, 10.5, 10, 9.5, 9, 8.5, 8), colour=INK, bold=False, anchor="middle")
    write(slide, [_source(shown, report)], source, type, report.lang, name="source")
    _number(slide, Box(WIDTH - MARGIN - 0.6, 6.9, 0.6, 0.3), report.lang)


def _limits_that_fit(limits: Sequence[str], box: Box, report: Report) -> str:
    """All limits, or as many as there is room for and where the others stand; a limit is never cut in half."""
    join = _say(report, "sentence_join")
    for kept in range(len(limits), 0, -1):
        told = _say(report, "slide.limits", limits=join.join(limits[:kept]))
        if kept < len(limits):
            told = _say(report, "slide.limits_more", limits=told)
        if fits([told], box, _SMALL, report.lang):
            return told
    return _say(report, "slide.limits_more", limits="").strip()


def _source(shown: Sequence[Statement], report: Report) -> str:
    if not shown:
        return _say(report, "slide.source_bare")
    ids = {statement.id for statement in shown}
    sources = once(entry.source for entry in report.index if entry.id in ids)
    join = _say(report, "join")
    claims = join.join(once(statement.claim_label for statement in shown))
    return _say(report, "slide.source", claims=claims, sources=join.join(sources))


def _number(slide: Any, box: Box, lang: str) -> None:
    """The slide's number as a field, so that it stays right when slides are added."""
    from pptx.oxml.ns import qn

    type = Type(sizes=(11,), colour=MUTED, align="right", anchor="middle")
    shape = write(slide, ["‹#›"], box, type, lang, name="number")
    run = shape.text_frame.paragraphs[0].runs[0]._r
    field = run.makeelement(qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"})
    for child in list(run):
        field.append(child)
    run.getparent().replace(run, field)


def _notes(slide: Any, shown: Sequence[Statement], section: Section, report: Report) -> None:
    """Speaker notes: the ids behind the slide, every limit, and where the whole report stands."""
    lines = [section.heading]
    if shown:
        lines += [_say(report, "slide.notes"), *(statement.id for statement in once_each(shown))]
    else:
        lines.append(_say(report, "slide.notes_none"))
    if limits := once(limit for statement in shown for limit in statement.limits):
        lines += [_say(report, "slide.notes_limits"), *limits]
    lines.append(_say(report, "slide.notes_page", file=f"report.{report.lang}.html"))
    frame = slide.notes_slide.notes_text_frame
    frame.text = "\n".join(lines)
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            style(run.font, 12, INK, False, report.lang)

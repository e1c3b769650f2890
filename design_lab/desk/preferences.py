"""The preference form: what should weigh how much, said by sharing out points, by swings and by pairs.

Filled forms lie in the study's `preferences/`, one file a respondent; `evaluation.weighting.preferences` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import words
from design_lab.catalogue.words import dimension_in
from design_lab.desk.paper import HEAD, SHADE, look, workbook
from design_lab.evaluation.weighting.layout import (
    ABOUT,
    ABOUT_COLUMN,
    CODE_COLUMN,
    CODE_ROW,
    FIRST_COLUMN,
    FIRST_ROW,
    JUDGEMENTS,
    OVER,
    WAYS,
    Asked,
    Way,
    asked,
    cell,
    sheet,
)
from design_lab.evaluation.weighting.pairwise import ACCEPTED, RANDOM_INDEX
from design_lab.files import safe_name
from design_lab.provenance import EVERYBODY
from design_lab.scheme import Scheme
from design_lab.study import Study

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_CODE, _ANSWER, _CLOSED = "#6B7280", "#FFFBE6", "#E5E7EB"
_LAST_NAME = FIRST_COLUMN - 1
Names = Mapping[str, Mapping[str, str]]
Filled = Mapping[Way, Mapping[str, Mapping[str, str | float]]]  # by page, column and row: what is entered


def preference_forms(study: Study, respondents: Sequence[str], scheme: Scheme | None = None) -> list[Path]:
    """Write an empty form for each respondent to the study's `preferences/`; return those that were written.

    A form asks for the dimensions of a scheme, the current one if none is named; a file that is there is kept. A
    respondent's name becomes the file's: take one that says no more than the report may, such as R01.
    """
    of = asked(scheme or study.current, study.settings.roles)
    paths = [study.folder / "preferences" / f"{safe_name(one, 'respondent')}.xlsx" for one in respondents]
    fresh = [path for path in paths if not path.exists()]
    said = study.settings
    for path in fresh:
        write_preference_form(path, of, roles=said.roles, dimensions=said.dimensions, synthetic=said.synthetic)
    return fresh


def write_preference_form(
    path: Path,
    of: Asked,
    *,
    roles: Names,
    dimensions: Names = MappingProxyType({}),
    synthetic: bool = False,
    position: str = "",
    voice: float | None = None,
    filled: Filled | None = None,
) -> None:
    """Write a form, empty or `filled`; one of a synthetic study bears its mark.

    `dimensions` holds what the client calls its own, by id and language; others are called as in the words.
    """
    with workbook(path) as book:
        _write_about(book, synthetic=synthetic, position=position, voice=voice)
        for way in WAYS:
            page = book.add_worksheet(sheet(way))
            _write_head(book, page, of, way, roles)
            _write_rows(book, page, of, way, dimensions, (filled or {}).get(way, {}))
            _write_foot(book, page, of, way)
            page.freeze_panes(FIRST_ROW, FIRST_COLUMN)
            _fit(page)
        _write_consistency(book, of)


def _fit(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _both(key: str, between: str = "\n") -> str:
    return between.join(words(lang).say(key) for lang in ("zh", "en"))


def _write_about(book: Workbook, *, synthetic: bool, position: str, voice: float | None) -> None:
    page = book.add_worksheet(sheet("about"))
    _fit(page)
    page.set_column(0, 1, 34)
    page.set_column(ABOUT_COLUMN, ABOUT_COLUMN, 40)
    plain = look(book, border=0)
    page.merge_range(
        0, 0, 0, ABOUT_COLUMN, _both("form.preferences.title"), look(book, bold=True, font_size=14, border=0)
    )
    page.set_row(0, 40)
    for row, lang in ((1, "zh"), (2, "en")):
        page.merge_range(row, 0, row, ABOUT_COLUMN, words(lang).say("form.preferences.about.note"), plain)
        page.set_row(row, 76)
    if synthetic:
        page.merge_range(3, 0, 3, ABOUT_COLUMN, _both("report.mark", " · "), look(book, bold=True, border=0))
    answer = look(book, bg_color=_ANSWER)
    for part, row in ABOUT.items():
        page.merge_range(row, 0, row, 1, _both(f"form.preferences.{part}"), look(book))
        page.set_row(row, 34)
        page.write_blank(row, ABOUT_COLUMN, None, answer)
    if position:
        page.write_string(ABOUT["position"], ABOUT_COLUMN, position, answer)
    if voice is not None:
        page.write_number(ABOUT["voice"], ABOUT_COLUMN, voice, answer)
    page.data_validation(
        ABOUT["voice"], ABOUT_COLUMN, ABOUT["voice"], ABOUT_COLUMN,
        {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": _both("form.preferences.voice_choice")},
    )  # fmt: skip


def _write_head(book: Workbook, page: Worksheet, of: Asked, way: Way, roles: Names) -> None:
    last = FIRST_COLUMN + len(of.columns) - 1
    title = f"{_both(f'form.preferences.{way}.title')}"
    page.merge_range(0, 0, 0, last, title, look(book, bold=True, font_size=13, border=0))
    page.set_row(0, 38)
    for row, lang in ((1, "zh"), (2, "en")):
        page.merge_range(row, 0, row, last, words(lang).say(f"form.preferences.{way}.note"), look(book, border=0))
        page.set_row(row, 36)
    page.set_column(CODE_COLUMN, CODE_COLUMN, 28 if way == "ahp" else 18)
    page.set_column(CODE_COLUMN + 1, _LAST_NAME, 24)
    page.set_column(FIRST_COLUMN, last, 20)
    head, code = look(book, bold=True, bg_color=HEAD), look(book, font_color=_CODE, bg_color=SHADE)
    named = ("first", "second") if way == "ahp" else ("dimension", "blank")
    for at, part in enumerate(named, CODE_COLUMN + 1):
        page.write_string(CODE_ROW + 1, at, "" if part == "blank" else _both(f"form.preferences.{part}"), head)
    page.write_string(CODE_ROW + 1, CODE_COLUMN, _both("form.preferences.code"), head)
    for at, column in enumerate(of.columns, FIRST_COLUMN):
        name = (
            _both("form.preferences.everybody")
            if column == EVERYBODY
            else "\n".join(roles[column][lang] for lang in ("zh", "en") if lang in roles[column])
        )
        page.write_string(CODE_ROW, at, column, code)
        page.write_string(CODE_ROW + 1, at, name, head)
    page.set_row(CODE_ROW + 1, 48)


def _write_rows(
    book: Workbook, page: Worksheet, of: Asked, way: Way, dimensions: Names, filled: Mapping[str, Any]
) -> None:
    body, code = look(book), look(book, font_color=_CODE)
    answer, closed = look(book, align="center", bg_color=_ANSWER), look(book, bg_color=_CLOSED)
    for down, row in enumerate(of.rows(way), FIRST_ROW):
        page.write_string(down, CODE_COLUMN, row, code)
        names = [*(_dimension(one, dimensions) for one in row.split(OVER)), ""]
        for at in range(CODE_COLUMN + 1, FIRST_COLUMN):
            page.write_string(down, at, names[at - CODE_COLUMN - 1], body)
        page.set_row(down, 32)
        for at, column in enumerate(of.columns, FIRST_COLUMN):
            if not of.is_asked(row, column):
                page.write_blank(down, at, None, closed)
                continue
            page.data_validation(down, at, down, at, _choice(way))
            said = filled.get(column, {}).get(row)
            if isinstance(said, str):
                page.write_string(down, at, said, answer)
            elif said is not None:
                page.write_number(down, at, said, answer)
            else:
                page.write_blank(down, at, None, answer)


def _dimension(name: str, names: Names) -> str:
    """What a dimension is called in both languages, once where both say the same."""
    return "\n".join(dict.fromkeys(dimension_in(name, lang, names) for lang in ("zh", "en")))


def _choice(way: Way) -> dict[str, Any]:
    """What Excel lets be entered."""
    if way == "ahp":
        return {
            "validate": "list", "source": [*JUDGEMENTS], "error_message": _both("form.preferences.ahp.choice"),
        }  # fmt: skip
    return {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100,
        "error_message": _both("form.preferences.points_choice"),
    }  # fmt: skip


def _write_foot(book: Workbook, page: Worksheet, of: Asked, way: Way) -> None:
    """Beneath the answers what they come to, live: the sum, the greatest swing, or the consistency ratio."""
    end = FIRST_ROW + len(of.rows(way)) - 1
    down = end + 2  # a row between: what is read ends above it
    label = look(book, bold=True, bg_color=SHADE)
    page.merge_range(down, 1, down, _LAST_NAME, _both(f"form.preferences.{way}.foot"), label)
    page.set_row(down, 48)
    wrong = look(book, bold=True, font_color="#B42318")
    for at, column in enumerate(of.columns, FIRST_COLUMN):
        first, last = cell(FIRST_ROW, at), cell(end, at)
        size = len(of.dimensions[column])
        if way == "ahp":
            if size < 3:
                page.write_blank(down, at, None, label)
                continue
            page.write_formula(down, at, _ratio(of, column), label, "")
            bad = {"type": "cell", "criteria": ">", "value": ACCEPTED, "format": wrong}
        else:
            made = "SUM" if way == "direct" else "MAX"
            page.write_formula(down, at, f'=IF(COUNT({first}:{last})=0,"",{made}({first}:{last}))', label, "")
            bad = {"type": "cell", "criteria": "!=", "value": 100, "format": wrong}
        page.conditional_format(down, at, down, at, bad)


_HIDDEN = "AHP"


def _block(of: Asked, column: str) -> tuple[int, list[str]]:
    """Where a column's matrix begins on the hidden page, and the dimensions of its rows."""
    before = of.columns[: of.columns.index(column)]
    inside = [name for name in of.rows("direct") if name in of.dimensions[column]]
    return sum(len(of.dimensions[one]) + 1 for one in before), inside


def _ratio(of: Asked, column: str) -> str:
    """The formula of a column's consistency ratio; nothing until every pair is judged."""
    top, names = _block(of, column)
    size = len(names)
    index = RANDOM_INDEX["saaty"]
    lambdas = f"{_HIDDEN}!{cell(top, size + 1)}:{cell(top + size - 1, size + 1)}"
    random = index[size - 1] if size <= len(index) else index[-1]
    return f'=IF(COUNT({lambdas})<{size},"",ROUND((AVERAGE({lambdas})-{size})/{size - 1}/{random},3))'


def _write_consistency(book: Workbook, of: Asked) -> None:
    """The hidden page: each column's matrix, geometric means of its rows, and the eigenvalue that each row gives."""
    page = book.add_worksheet(_HIDDEN)
    page.hide()
    rows = {row: FIRST_ROW + at for at, row in enumerate(of.rows("ahp"))}
    for at, column in enumerate(of.columns, FIRST_COLUMN):
        top, names = _block(of, column)
        size = len(names)
        means = f"{cell(top, size)}:{cell(top + size - 1, size)}"
        for i, first in enumerate(names):
            for j, second in enumerate(names):
                if i < j:
                    judged = f"'{sheet('ahp')}'!{cell(rows[f'{first}{OVER}{second}'], at)}"
                    formula = (
                        f'=IF({judged}="","",IF({judged}&""="1",1,IF(LEFT({judged},1)="A",VALUE(MID({judged},2,1)),'
                        f"1/VALUE(MID({judged},2,1)))))"
                    )
                elif i > j:
                    mirrored = cell(top + j, i)
                    formula = f'=IF({mirrored}="","",1/{mirrored})'
                else:
                    formula = "=1"
                page.write_formula(top + i, j, formula, None, "")
            across = f"{cell(top + i, 0)}:{cell(top + i, size - 1)}"
            page.write_formula(top + i, size, f"=GEOMEAN({across})", None, "")
            own = cell(top + i, size)
            page.write_array_formula(
                top + i, size + 1, top + i, size + 1, f'{{=IFERROR(MMULT({across},{means})/{own},"")}}', None, ""
            )

"""The staff questionnaire: one anonymous form a person, read back as the table `staff_survey`.

Collected forms are numbered in the order in which they come in (员工问卷_001.xlsx …) and put below
raw/<quarter>/员工问卷/; `reading` is the mapping that reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from design_lab.catalogue import words
from design_lab.desk.paper import HEAD, look, workbook
from design_lab.ingest.draft.yaml_text import scalar

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_NAMES = "form.survey.item_names."
_HEADER_ROW = 3  # below the title and a note in each language
_LEAST, _MOST = 1, 5


def items() -> tuple[str, ...]:
    """Return the codes of the form's items in its order."""
    # The order of the word file is that of the form.
    return tuple(key.removeprefix(_NAMES) for key in words("en").ordered if key.startswith(_NAMES))


def headers() -> tuple[str, ...]:
    """Return the form's column headers, each in both languages."""
    return tuple(_both(f"form.survey.{part}") for part in ("role", "item", "sentence", "score"))


def reading(role_codes: Mapping[str, str]) -> dict[str, Any]:
    """Return the source of `staff_survey` in sources.yaml; `role_codes` are the study's, by the words of the form."""
    role, item, _, score = headers()
    return {
        "files": "员工问卷/*.xlsx",
        "format": "xlsx",
        "header": {"first_row": _HEADER_ROW + 1},
        "columns": {
            "response": {"file_name": r"(\d+)"},
            "role": {"from": role, "codes": dict(role_codes)} if role_codes else role,
            "item": item,
            "points_x100": score,
        },
        "exclude_limit": 1.0,  # a sentence left out is no fault of the file
    }


def reading_lines(role_codes: Mapping[str, str]) -> list[str]:
    """Return that source as lines of sources.yaml behind a '#', for the day on which filled forms come in."""
    said = reading(role_codes)
    lines = [
        "# Filled forms 员工问卷_001.xlsx, _002 … below raw/<quarter>/员工问卷/ are read by this, without its '# '.",
        "# staff_survey:",
    ]
    lines += [f"#   {key}: {scalar(value)}" for key, value in said.items() if key != "columns"]
    lines.append("#   columns:")
    return lines + [f"#     {column}: {scalar(value)}" for column, value in said["columns"].items()]


def write_questionnaire(path: Path, *, roles: Sequence[str]) -> None:
    """Write the empty form; `roles` are the words to choose from, any word if there are none."""
    with workbook(path) as book:
        page = book.add_worksheet(words("zh").say("form.survey.sheet"))
        _write_head(book, page)
        _write_items(book, page)
        _restrict(page, roles)
        page.set_paper(9)
        page.fit_to_pages(1, 1)
        page.freeze_panes(_HEADER_ROW + 1, 0)


def _both(key: str) -> str:
    return f"{words('zh').say(key)} {words('en').say(key)}"


def _write_head(book: Workbook, page: Worksheet) -> None:
    last = len(headers()) - 1
    title = f"{words('zh').say('form.survey.title')}\n{words('en').say('form.survey.title')}"
    page.merge_range(0, 0, 0, last, title, look(book, bold=True, font_size=14, border=0))
    page.set_row(0, 40)
    for row, lang in ((1, "zh"), (2, "en")):
        page.merge_range(row, 0, row, last, words(lang).say("form.survey.note"), look(book, border=0))
        page.set_row(row, 46)
    head = look(book, bold=True, bg_color=HEAD)
    for at, (text, width) in enumerate(zip(headers(), (18, 24, 66, 12), strict=True)):
        page.write_string(_HEADER_ROW, at, text, head)
        page.set_column(at, at, width)


def _write_items(book: Workbook, page: Worksheet) -> None:
    body, answer = look(book), look(book, align="center", valign="vcenter", bg_color="#FFFBE6", font_size=12)
    first = _HEADER_ROW + 1
    # One cell for all rows: the role is chosen once, and the reader fills merged cells.
    page.merge_range(first, 0, first + len(items()) - 1, 0, "", answer)
    for row, code in enumerate(items(), first):
        page.write_string(row, 1, code, look(book, font_color="#6B7280"))
        sentence = f"{words('zh').say(_NAMES + code)}\n{words('en').say(_NAMES + code)}"
        page.write_string(row, 2, sentence, body)
        page.write_blank(row, 3, None, answer)
        page.set_row(row, 32)


def _restrict(page: Worksheet, roles: Sequence[str]) -> None:
    """Let Excel refuse what is no answer."""
    first, last = _HEADER_ROW + 1, _HEADER_ROW + len(items())
    if roles and len(",".join(roles)) <= 255:  # Excel's limit of a list
        choice = {
            "validate": "list",
            "source": list(roles),
            "input_message": words("zh").say("form.survey.role_choice"),
        }
    else:
        choice = {"validate": "any", "input_message": words("zh").say("form.survey.role_any")}
    page.data_validation(first, 0, first, 0, choice)
    page.data_validation(
        first, 3, last, 3,
        {
            "validate": "integer", "criteria": "between", "minimum": _LEAST, "maximum": _MOST,
            "error_message": _both("form.survey.score_choice"),
        },
    )  # fmt: skip

"""The kit of the small centre, made once, and what its files hold."""

import pickle
import shutil
import subprocess
import zipfile

import docx
import openpyxl
import pytest

from design_lab.desk.kit import kit
from tests.once import made_once


@pytest.fixture(scope="session")
def made(small, tmp_path_factory):
    """The kit of the small centre in both languages; tests must not change it."""

    def make(place):
        (place / "made.pickle").write_bytes(pickle.dumps(kit(small, place / "kit")))

    return pickle.loads((made_once(tmp_path_factory, "kit", make) / "made.pickle").read_bytes())


def papers(folder):
    return sorted(folder.rglob("*.docx"))


def books(folder):
    return sorted(folder.rglob("*.xlsx"))


def text_of(path):
    """All text of a document: paragraphs and cells, a line each."""
    page = docx.Document(path)
    cells = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in page.paragraphs), *cells])


def rows_of(path, head):
    """The rows of the first table whose header begins with `head`, by column header."""
    for table in docx.Document(path).tables:
        first, *rest = [[cell.text for cell in row.cells] for row in table.rows]
        if first[0] == head:
            return [dict(zip(first, row, strict=True)) for row in rest]
    raise AssertionError(f"{path}: no table that begins with {head}")


def cells_of(path):
    """Every filled cell of a workbook."""
    return [cell for page in openpyxl.load_workbook(path) for row in page.iter_rows() for cell in row if cell.value]


def parts_of(path):
    """The XML of a file by the name of its part."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode("utf-8") for name in file.namelist() if name.endswith((".xml", ".rels"))}


@pytest.fixture(scope="session")
def recalculated(tmp_path_factory):
    """Calculate a workbook anew with LibreOffice; return it as values. Skips where there is no LibreOffice Calc."""

    def calculate(path):
        program = shutil.which("soffice")
        if program is None:
            pytest.skip("LibreOffice is not installed")
        out = tmp_path_factory.mktemp("recalculated")
        command = [
            program, f"-env:UserInstallation=file://{out}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
            "--outdir", str(out), str(path),
        ]  # fmt: skip
        subprocess.run(command, check=False, capture_output=True, timeout=300)
        if not (out / path.name).is_file():
            pytest.skip("LibreOffice has no Calc")
        return openpyxl.load_workbook(out / path.name, data_only=True)

    return calculate


def find(page, text):
    """The cell that holds a text."""
    return next(cell for row in page.iter_rows() for cell in row if cell.value == text)


def table(page, head):
    """A sheet's table as rows by column header; it begins with the header `head`."""
    at = find(page, head)
    heads = [cell.value for cell in page[at.row]]
    return [
        dict(zip(heads, row, strict=True))
        for row in page.iter_rows(min_row=at.row + 1, values_only=True)
        if any(value is not None for value in row)
    ]

"""Excel workbooks as the lines of a CSV file: the one sheet with rows, as its cells read."""

import csv
import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import load_workbook

from schools.imports.core.unpacking import Unusable

MOST_COLUMNS, MOST_ROWS = 1_000, 1_048_576
WORKBOOK = "Excel"
"""What stands in the place of an encoding."""


def lines_of(raw: IO[bytes], name: str) -> Iterator[str]:
    """Yield each row of the sheet as one line of CSV, each byte as the character of that number, as files are read.

    Numbers of lines are those of rows. `Unusable` when the workbook is damaged, or more than one sheet has rows.
    """
    try:
        with warnings.catch_warnings():
            # About styles and validations, which we do not read.
            warnings.simplefilter("ignore")
            book = load_workbook(raw, read_only=True, data_only=True, keep_links=False)
            yield from _lines(_sheet(book, name))
    except Unusable:
        raise
    except Exception:
        # openpyxl raises whatever the damage leads to.
        raise Unusable(f"{name} is an Excel file we cannot read. Save it as CSV, and import that file.") from None


def _sheet(book: Any, name: str) -> Any:
    filled = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and _has_rows(sheet)]
    if len(filled) > 1:
        titles = ", ".join(f"“{' '.join(sheet.title.split())}”" for sheet in filled)
        raise Unusable(
            f"{name} is an Excel file with {len(filled)} sheets that have rows: {titles}. Save the one you need as CSV."
        )
    if not filled:
        raise Unusable(f"{name} is empty.")
    return filled[0]


def _has_rows(sheet: Any) -> bool:
    # What a workbook says about its size may be wrong.
    sheet.reset_dimensions()
    return any(value is not None for row in _rows(sheet) for value in row)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Yield rows, of columns no further than a table of ours; `Unusable` where there are more than Excel can have."""
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        if number > MOST_ROWS:
            raise Unusable(f"The sheet has more than {MOST_ROWS:,} rows. Save the rows you need as CSV.")
        yield row


def _lines(sheet: Any) -> Iterator[str]:
    width = 0
    for row in _rows(sheet):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        if cells:
            # A row is as wide as the header, whatever the workbook says of cells without anything in them.
            cells += [""] * (width - len(cells))
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        yield line.getvalue().encode(errors="replace").decode("latin-1")


def _text(value: Any) -> str:
    """The cell as the person reads it in Excel, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())

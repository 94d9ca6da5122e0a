"""Lists taken away as CSV, XLSX or JSON: documented columns, the filter named, and text that stays text.

A spreadsheet takes a cell that begins with = + - @ for a formula, whoever typed it. In CSV such text gets an
apostrophe before it; in XLSX it is written as a string. Numbers that are numbers are left alone. Characters that no
person sees and no reader of such files expects – NUL, other controls, halves of surrogate pairs – are left out.
"""

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any, TypeVar

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse

from schoolimprove.lib import clock

FORMULA_STARTS = frozenset("=+-@")
BREAKS = ("\t", "\r", "\n")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that end a file before its end, or make it one that no reader opens."""
LONGEST_CELL = 32_767
"""Excel's limit of characters in a cell, counted as UTF-16 does."""
MOST_ROWS = 1_048_576
"""Excel's limit of rows in a sheet, the headings among them."""
SHORTENED = " … (shortened: the CSV has the full text)"
CUT_OFF = "This sheet is full. The CSV has all the rows."
OLDEST_DAY = date(1900, 3, 1)
"""Before it, Excel counts days wrongly or not at all."""
ROWS_A_CHUNK = 500
NO_FILTER = ("Filter", "None: everything you can see")
KINDS = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}
"""Kind of file, as its address ends → as people call it."""

Rows = Iterable[Sequence[Any]]
T = TypeVar("T")
Filters = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """A column of an export: its key in JSON, its heading for people, and what it means."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True)
class ListFile:
    """A list that can be taken away: the name of its file, what it is called in a sentence, the page it is on, and
    what a row of it is.

    `name` may be followed by the number of what the list is of: `actions-100123`.
    """

    name: str
    called: str
    page: str
    row: str
    columns: Sequence[Column]


@dataclass(frozen=True)
class _Export:
    columns: Sequence[Column]
    rows: Rows
    name: str
    filters: Filters


def export_response(
    columns: Sequence[Column], rows: Rows, kind: str, name: str, filters: Filters | None = None
) -> HttpResponseBase:
    """A download of `rows` (each in the order of `columns`), streamed. An unknown `kind` is not found.

    `filters` is `{name: chosen}` in words; what was chosen is told in the file, and for CSV in its name.
    """
    return writer_of(kind)(_Export(columns, rows, name, told(filters or {})))


def writer_of(kind: str) -> "Writer":
    writer = WRITERS.get(kind)
    if writer is None:
        raise Http404(f"There is no export as {kind}.")
    return writer


def told(filters: Filters) -> dict[str, str]:
    """What was chosen, as files and the audit hold it."""
    return {seen(label): seen(words) for label, words in filters.items() if words}


def in_batches(rows: Iterable[T], size: int = ROWS_A_CHUNK) -> Iterator[list[T]]:
    """Rows a few at a time, for what is asked of the database about many at once."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def file_name(name: str, filters: Filters, extension: str) -> str:
    """`schools-phase-primary-2026-05-01.csv`: the list, what was chosen, the day."""
    chosen = (f"{key} {value}" for key, value in filters.items())
    words = _slug(" ".join([name, *chosen]))[:120].rstrip("-")
    return f"{words}-{clock.today().isoformat()}.{extension}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def seen(text: str) -> str:
    """Text without what nobody sees and files do not survive."""
    return UNSEEN.sub("", text)


def safe_text(text: str) -> str:
    """Text that a spreadsheet reading CSV will not run."""
    return f"'{text}" if text.startswith(BREAKS) or _first_read(text) in FORMULA_STARTS else text


def _first_read(text: str) -> str:
    """The first character after blanks and invisible ones, whatever its width or height: `＝` and `﹦` are `=`."""
    if text[:1].isalnum():
        return ""
    first = next((each for each in text if unicodedata.category(each) not in ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn")), "")
    return unicodedata.normalize("NFKC", first)[:1]


def plain(value: Any) -> Any:
    """A value for CSV and JSON: dates in ISO form, moments in London's time, nothing as nothing."""
    if isinstance(value, datetime):
        return _in_london(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, float, Decimal)) else seen(str(value))


def _in_london(moment: datetime) -> datetime:
    return moment.astimezone(clock.LONDON) if moment.tzinfo else moment


def csv_cell(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return safe_text(value) if isinstance(value, str) else "" if value is None else value


def csv_lines(columns: Sequence[Column], rows: Rows) -> Iterator[str]:
    """The file in pieces, with the mark that tells Excel it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(safe_text(column.label) for column in columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow(csv_cell(value) for value in row)
        if number % ROWS_A_CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def json_pieces(columns: Sequence[Column], rows: Rows, name: str, filters: Filters) -> Iterator[str]:
    """One object: what the file is, its columns with their meaning, and the rows by column name."""
    names = [column.name for column in columns]
    head = {
        "name": name,
        "made": plain(clock.now()),
        "filters": dict(filters),
        "columns": [asdict(column) for column in columns],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    for number, row in enumerate(rows):
        cells = dict(zip(names, map(_json_cell, row), strict=True))
        yield ("," if number else "") + "\n" + json.dumps(cells, ensure_ascii=False)
    yield "\n]}\n"


def _json_cell(value: Any) -> Any:
    """Decimals as text, so that money keeps its pence."""
    value = plain(value)
    return str(value) if isinstance(value, Decimal) else value


def write_xlsx(file: IO[bytes], columns: Sequence[Column], rows: Rows, name: str, filters: Filters) -> None:
    """A workbook, row by row in constant memory: the list, and a sheet that says what it is."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**options, "remove_timezone": True, "default_date_format": "d mmm yyyy"}) as book:
        _write_list(book, columns, rows)
        _write_about(book, columns, name, filters)


def _write_list(book: Any, columns: Sequence[Column], rows: Rows) -> None:
    sheet = book.add_worksheet("List")
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "d mmm yyyy hh:mm"})
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(len(columns) - 1, 0), 18)
    sheet.write_row(0, 0, [column.label for column in columns], bold)
    for number, row in enumerate(rows, start=1):
        if number == MOST_ROWS - 1:
            sheet.write_string(number, 0, CUT_OFF, bold)
            break
        for position, value in enumerate(row):
            _write_cell(sheet, number, position, value, moment)


def _write_cell(sheet: Any, row: int, column: int, value: Any, moment: Any) -> None:
    """Dates as dates, numbers as numbers, everything else as the text it is."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "Yes" if value else "No")
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, _in_london(value), moment)
    elif isinstance(value, date) and value >= OLDEST_DAY:
        sheet.write_datetime(row, column, value)
    else:
        sheet.write_string(row, column, _fitting(_as_in_the_sheet(value) if isinstance(value, date) else str(value)))


def _as_in_the_sheet(day: date) -> str:
    """As the dates of the sheet look."""
    return f"{day:%-d %b} {day.year}"


def _fitting(text: str) -> str:
    """What a cell of a sheet takes; a character outside the first plane counts as two."""
    text = seen(text)
    if len(text) * 2 <= LONGEST_CELL or len(text.encode("utf-16-le")) // 2 <= LONGEST_CELL:
        return text
    kept = text.encode("utf-16-le")[: 2 * (LONGEST_CELL - len(SHORTENED))].decode("utf-16-le", "ignore")
    return kept + SHORTENED


def _write_about(book: Any, columns: Sequence[Column], name: str, filters: Filters) -> None:
    sheet = book.add_worksheet("About this file")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    made = clock.now().astimezone(clock.LONDON)
    lines = [
        ("File", name),
        ("Made", f"{clock.uk_date(made)} at {made:%H:%M}"),
        *([(f"Filter: {label}", chosen) for label, chosen in filters.items()] or [NO_FILTER]),
        ("", ""),
        ("Column", "What it means"),
        *((column.label, column.meaning) for column in columns),
    ]
    for row, (label, text) in enumerate(lines):
        sheet.write_string(row, 0, str(label), bold)
        sheet.write_string(row, 1, _fitting(str(text)))


def _download(response: StreamingHttpResponse, export: _Export, extension: str) -> StreamingHttpResponse:
    named = file_name(export.name, export.filters, extension)
    response["Content-Disposition"] = f'attachment; filename="{named}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _as_csv(export: _Export) -> HttpResponseBase:
    lines = csv_lines(export.columns, export.rows)
    return _download(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), export, "csv")


def _as_json(export: _Export) -> HttpResponseBase:
    pieces = json_pieces(export.columns, export.rows, export.name, export.filters)
    return _download(StreamingHttpResponse(pieces, content_type="application/json"), export, "json")


def _as_xlsx(export: _Export) -> HttpResponseBase:
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the response closes it)
    write_xlsx(file, export.columns, export.rows, export.name, export.filters)
    file.seek(0)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(FileResponse(file, content_type=media), export, "xlsx")


Writer = Callable[[_Export], HttpResponseBase]
WRITERS: dict[str, Writer] = {"csv": _as_csv, "xlsx": _as_xlsx, "json": _as_json}

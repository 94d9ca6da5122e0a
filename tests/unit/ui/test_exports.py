"""Lists taken away: text stays text, numbers stay numbers, and the file says what it is."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404
from django.http.response import HttpResponseBase
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.ui import exports
from schoolimprove.ui.exports import Column, csv_cell, export_response, file_name

COLUMNS = [
    Column("name", "Name", "Name of the school"),
    Column("balance", "Balance", "Reserve in pounds"),
    Column("visit", "Next visit", "Day of the next visit"),
    Column("saved", "Saved", "Moment of the last save"),
    Column("open", "Open", "Whether it is open"),
]
SUMMER = datetime(2026, 5, 1, 13, 32, 5, tzinfo=UTC)
ROW = ["=HYPERLINK(1)", Decimal("-3.50"), date(2026, 5, 1), SUMMER, True]
NOTHING = [None, None, None, None, None]


def content(response: HttpResponseBase) -> bytes:
    """Everything that is sent; the temporary file is closed, but not, as `close()` would, the database."""
    with ExitStack() as stack:
        for close in response._resource_closers:  # type: ignore[attr-defined]
            stack.callback(close)
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def exported(kind: str, rows: Sequence[Sequence[Any]] = (ROW,), **filters: str) -> bytes:
    return content(export_response(COLUMNS, rows, kind, "schools", filters))


def csv_rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe_in_csv(start: str) -> None:
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("number", [-3, -3.5, Decimal("-3.50"), 0])
def test_a_number_below_nothing_stays_a_number(number: Any) -> None:
    assert csv_cell(number) == number


@given(st.text())
def test_no_text_at_all_begins_a_formula(text: str) -> None:
    assert not str(csv_cell(text)).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_csv_has_headings_iso_dates_and_londons_time() -> None:
    heading, row = csv_rows(exported("csv"))
    assert heading == ["Name", "Balance", "Next visit", "Saved", "Open"]
    assert row == ["'=HYPERLINK(1)", "-3.50", "2026-05-01", "2026-05-01T14:32:05+01:00", "Yes"]
    assert csv_rows(exported("csv", [NOTHING]))[1] == [""] * 5


def test_json_says_what_the_file_is_and_what_each_column_means(clock_at: Callable[[date], datetime]) -> None:
    clock_at(date(2026, 6, 1))
    told = json.loads(exported("json", phase="Primary", q=""))
    assert told["name"] == "schools"
    assert told["made"] == "2026-06-01T12:00:00+01:00"
    assert told["filters"] == {"phase": "Primary"}
    assert told["columns"][1] == {"name": "balance", "label": "Balance", "meaning": "Reserve in pounds"}
    assert told["rows"] == [
        {
            "name": "=HYPERLINK(1)",
            "balance": "-3.50",
            "visit": "2026-05-01",
            "saved": "2026-05-01T14:32:05+01:00",
            "open": True,
        }
    ]
    assert json.loads(exported("json", []))["rows"] == []


def sheet(data: bytes, number: int) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_a_workbook_holds_text_as_text_and_dates_as_dates() -> None:
    data = exported("xlsx", phase="Primary")
    listed = sheet(data, 1)
    assert "<f>" not in listed
    assert 't="inlineStr"><is><t>=HYPERLINK(1)</t>' in listed
    assert "<v>-3.50</v>" in listed
    assert "<v>46143</v>" in listed, "1 May 2026 as Excel counts days"
    assert "46143.60561342" in listed, "14:32:05 in London"
    about = sheet(data, 2)
    for words in ("Reserve in pounds", "phase", "Primary", "schools"):
        assert words in about


def test_a_text_longer_than_a_cell_says_that_it_was_shortened() -> None:
    listed = sheet(exported("xlsx", [["x" * 40_000, 1, None, None, None]]), 1)
    assert "shortened: the CSV holds all of it" in listed


def test_rows_are_read_as_they_are_sent() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[Any]]:
        for number in range(2_000):
            asked.append(number)
            yield [f"School {number}", number, None, None, False]

    pieces = iter(export_response(COLUMNS, rows(), "csv", "schools").streaming_content)  # type: ignore[attr-defined]
    next(pieces)
    assert len(asked) < 2_000
    assert len(csv_rows(b"\xef\xbb\xbf" + b"".join(pieces))) > 0


def test_the_file_is_named_for_the_list_its_filters_and_the_day(clock_at: Callable[[date], datetime]) -> None:
    clock_at(date(2026, 5, 1))
    response = export_response(COLUMNS, [], "csv", "Schools", {"phase": 'Primary"; x', "empty": ""})
    assert response["Content-Disposition"] == 'attachment; filename="schools-phase-primary-x-2026-05-01.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert file_name("schools", {"q": "a" * 500}, "xlsx").endswith("-2026-05-01.xlsx")
    assert len(file_name("schools", {"q": "a" * 500}, "xlsx")) < 140


def test_an_unknown_kind_of_file_is_not_found() -> None:
    with pytest.raises(Http404):
        export_response(COLUMNS, [], "exe", "schools")


def test_a_row_that_does_not_fit_its_columns_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        content(export_response(COLUMNS, [["too few"]], "json", "schools"))


def test_every_kind_has_its_writer() -> None:
    assert set(exports.WRITERS) == {"csv", "xlsx", "json"}

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
from xml.etree import ElementTree

import pytest
from django.http import Http404
from django.http.response import HttpResponseBase
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.ui import exports
from schoolimprove.ui.exports import Column, csv_cell, export_response, file_name, seen

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


HIDDEN = [
    pytest.param("\x00=1+1", "'=1+1", id="NUL, which Excel leaves out"),
    pytest.param("\x1f\x0b=1+1", "'=1+1", id="other controls"),
    pytest.param("\u00a0\u3000=1+1", "'\u00a0\u3000=1+1", id="blanks of other widths"),
    pytest.param("\u200b\u2060=1+1", "'\u200b\u2060=1+1", id="characters without width"),
    pytest.param("\ufeff=1+1", "'\ufeff=1+1", id="a mark of byte order"),
    pytest.param("\u202e=1+1", "'\u202e=1+1", id="a change of direction"),
    pytest.param("\u0301=1+1", "'\u0301=1+1", id="an accent of nothing"),
    pytest.param("﹦1+1", "'﹦1+1", id="a small sign"),
    pytest.param("＋1", "'＋1", id="a wide sign"),
    pytest.param("﹫SUM(1)", "'﹫SUM(1)", id="a small at"),
    pytest.param("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0", id="a program by DDE"),
    pytest.param('"=1+1', '"=1+1', id="a quotation mark is text"),
    pytest.param("a=1", "a=1", id="a sign within is text"),
    pytest.param("Ysgol -", "Ysgol -", id="a sign at the end is text"),
    pytest.param("\ud800x\ufffe", "x", id="half a pair and no character"),
]


@pytest.mark.parametrize(("typed", "cell"), HIDDEN)
def test_a_formula_is_found_behind_whatever_hides_it(typed: str, cell: str) -> None:
    assert csv_cell(typed) == cell


@pytest.mark.parametrize("number", [-3, -3.5, Decimal("-3.50"), 0])
def test_a_number_below_nothing_stays_a_number(number: Any) -> None:
    assert csv_cell(number) == number


@given(st.text(st.characters()))
def test_every_file_of_any_text_can_be_read_again_and_no_cell_runs(text: str) -> None:
    """Halves of surrogate pairs among them."""
    row = [text, 1, None, None, None]
    read = csv_rows(exported("csv", [row]))
    assert len(read) == 2
    assert json.loads(exported("json", [row]))["rows"][0]["name"] == seen(text)
    sheets = exported("xlsx", [row])
    for number in (1, 2):
        parsed(sheet(sheets, number))
    assert "<f>" not in sheet(sheets, 1)


@pytest.mark.parametrize("words", ["=1+1", "a\x00b", "\ud800", "x" * 40_000])
def test_what_was_chosen_harms_no_file_either(words: str) -> None:
    for kind in ("csv", "xlsx", "json"):
        assert exported(kind, Search=words)
    assert "<f>" not in sheet(exported("xlsx", Search=words), 2)


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


def parsed(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 (our own)


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
    assert "shortened: the CSV has the full text" in listed


def test_a_character_that_excel_counts_as_two_is_counted_as_two() -> None:
    listed = sheet(exported("xlsx", [["🏫" * 20_000, 1, None, None, None]]), 1)
    text = parsed(listed).findall(".//{*}t")[-1].text or ""
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text.endswith("shortened: the CSV has the full text)")


@pytest.mark.parametrize(("day", "words"), [(date(1850, 9, 1), "1 Sep 1850"), (date(1900, 2, 28), "28 Feb 1900")])
def test_a_day_that_excel_cannot_count_is_written_as_words(day: date, words: str) -> None:
    assert f"<t>{words}</t>" in sheet(exported("xlsx", [["Old school", 1, day, None, None]]), 1)


def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 4)
    listed = sheet(exported("xlsx", [[f"School {number}", 1, None, None, None] for number in range(10)]), 1)
    assert listed.count("<row ") == 4
    assert "This sheet is full. The CSV has all the rows." in listed


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

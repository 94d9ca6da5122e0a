"""What a file is: tables are opened, also packed ones; what is none is named, with what to do."""

import csv
import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.imports.core import unpacking
from schools.imports.core.csv_files import Record, Unusable, opened
from tests.processes import ROOT

REPORTS = ROOT / "tests" / "fixtures" / "imports"
TABLE = b"URN,Name\n900101,Ashmere Primary School\n"


def read(path: Path) -> list[Record]:
    with opened(path) as source:
        return list(source.records())


def refusal(path: Path) -> str:
    with pytest.raises(Unusable) as refused:
        read(path)
    return str(refused.value)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zipped(folder: Path, parts: dict[str, bytes], name: str = "extract.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return path


def workbook(folder: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    path = folder / "schools.xlsx"
    book.save(path)
    return path


# Quotation marks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "line"),
    [("unclosed_quote.csv", 6), ("unclosed_quote_closed_later.csv", 6), ("links_unclosed_quote.csv", 5)],
)
def test_a_file_with_a_quotation_mark_too_many_is_refused_with_its_line(name: str, line: int) -> None:
    said = refusal(REPORTS / name)
    assert said.startswith(f"{name} cannot be read as CSV from line {line} because a quotation mark is not closed")
    assert said.endswith("import the file again.")


def test_a_quotation_mark_in_the_last_row_is_refused_too(tmp_path: Path) -> None:
    assert "from line 3" in refusal(written(tmp_path, "file.csv", TABLE + b'900102,"Beck School\n'))


def test_two_marks_too_many_do_not_hide_the_rows_between_them(tmp_path: Path) -> None:
    """It is good CSV with as many cells as the header, and one of them holds three schools."""
    rows = [f"90010{n},999,School {n},Primary" for n in range(1, 6)]
    rows[1], rows[3] = '900102,999,"School 2,Primary', '900104,999,School 4",Primary'
    content = "\n".join(["URN,LA,Name,Phase", *rows, ""]).encode()
    assert "from line 3" in refusal(written(tmp_path, "file.csv", content))


@given(
    st.lists(st.lists(st.text("ab\n' ", max_size=6), min_size=4, max_size=4), min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(0, 3),
)
def test_no_row_behind_a_mark_that_opens_a_cell_is_lost(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], row: int, column: int
) -> None:
    """Every row is read, or the file is refused; cells with line breaks of their own are no reason to refuse it."""
    rows = [[str(900_101 + at), *each[1:]] for at, each in enumerate(cells)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["URN", "A", "B", "C"], *rows])
    path = written(tmp_path_factory.mktemp("marks"), "file.csv", text.getvalue().encode())
    assert [record.cells for record in read(path)] == rows
    spoilt = [*rows]
    at = row % len(rows)
    spoilt[at] = [*rows[at]]
    lines = [",".join(each).replace("\n", " ") for each in rows]
    marked = lines[at].split(",")
    marked[column] = f'"{marked[column]}'
    lines[at] = ",".join(marked)
    path.write_text("\n".join(["URN,A,B,C", *lines, ""]))
    assert f"from line {at + 2} because" in refusal(path)


# Kinds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            b"<!DOCTYPE html><html><body>Sorry</body></html>",
            "is a web page, not a table. The website may have asked you",
        ),
        (b"\xef\xbb\xbf\n <HTML>", "is a web page, not a table."),
        (b'<?xml version="1.0"?><rows/>', "is a web page or XML, not a table."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is an Excel file in the old format (.xls)"),
        ("URN\tName\n".encode("utf-16"), "is text in UTF-16, which Excel calls Unicode text."),
        (b"%PDF-1.7\n", "is a PDF, not a table."),
        (b"\x89PNG\r\n\x1a\n", "is a picture, not a table."),
        (b"URN;Name\n1;2\n", "has semicolons between the cells. We need commas."),
        (b"URN\tName\n1\t2\n", "has tabs between the cells. We need commas."),
        (b"URN|Name\n1|2\n", "has vertical bars between the cells. We need commas."),
        (b"PK\x03\x04 and no more", "is a damaged zip or Excel file."),
        (b"\x1f\x8b and no more", "is damaged and cannot be unpacked."),
    ],
)
def test_a_file_that_is_no_table_is_named_with_what_to_do(tmp_path: Path, content: bytes, what: str) -> None:
    said = refusal(written(tmp_path, "file.csv", content))
    assert said.startswith(f"file.csv {what}")
    assert said.count(".") >= 2


@pytest.mark.parametrize(("name", "what"), [("h_html.csv", "a web page"), ("h_semicolon.csv", "semicolons")])
def test_what_officers_upload_by_mistake_is_named(name: str, what: str) -> None:
    assert what in refusal(REPORTS / name)


def test_a_header_that_begins_with_the_letters_of_a_zip_is_a_header(tmp_path: Path) -> None:
    assert [record.cells for record in read(written(tmp_path, "file.csv", b"PK,Name\n1,a\n"))] == [["1", "a"]]


# Packed ---------------------------------------------------------------------------------------------------------------


def test_a_packed_table_reads_as_the_table(tmp_path: Path) -> None:
    plain = read(written(tmp_path, "file.csv", TABLE))
    assert read(written(tmp_path, "file.csv.gz", gzip.compress(TABLE))) == plain
    hidden = {"__MACOSX/._file.csv": b"x", ".hidden.csv": b"x", "notes/readme.pdf": b"%PDF"}
    assert read(zipped(tmp_path, {"folder/file.CSV": TABLE, **hidden})) == plain
    assert len(read(REPORTS / "extract.zip")) == 1


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({}, "without a CSV file in it"),
        ({"readme.pdf": b"%PDF"}, "without a CSV file in it"),
        ({"a.csv": TABLE, "b.csv": TABLE}, "with 2 CSV files in it. Unzip it"),
        ({"a.csv": b"<html>"}, "is a web page"),
        ({"word/document.xml": b""}, "is a Word document"),
        ({"content.xml": b""}, "is an OpenDocument file"),
        ({"xl/workbook.xml": b"nothing"}, "is an Excel file we cannot read"),
    ],
)
def test_a_zip_of_anything_but_one_table_is_refused(tmp_path: Path, parts: dict[str, bytes], what: str) -> None:
    assert what in refusal(zipped(tmp_path, parts))


def test_what_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST_UNPACKED", 2 * 1024 * 1024)
    monkeypatch.setattr(unpacking, "LARGEST_WORKBOOK", 1024)
    many = TABLE + b"900102,x\n" * 400_000
    for path in (zipped(tmp_path, {"file.csv": many}), written(tmp_path, "file.csv.gz", gzip.compress(many))):
        assert path.stat().st_size < 50_000
        assert "unpacks to more than 2 MB" in refusal(path)
    assert "is an Excel file that unpacks to more than" in refusal(workbook(tmp_path, [["URN"]]))


@pytest.mark.parametrize("spoilt", [200, -12])
def test_a_damaged_archive_is_refused(tmp_path: Path, spoilt: int) -> None:
    packed = bytearray(gzip.compress(TABLE + bytes(range(32, 127)) * 200))
    packed[spoilt] ^= 0xFF
    assert refusal(written(tmp_path, "file.csv.gz", bytes(packed))).endswith(".")


# Workbooks ------------------------------------------------------------------------------------------------------------


def test_a_workbook_reads_as_a_person_reads_it(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["URN", "Name", "Opened", "Served", "Share"],
        [900101, "Ashmere\nPrimary, School", date(2020, 9, 1), True, 0.5],
        [],
        [
            900102.0,
            " Beck",
            datetime(2020, 9, 1, 9, 30),  # noqa: DTZ001 (as Excel has it)
            False,
            None,
        ],
    ]
    with opened(workbook(tmp_path, rows)) as source:
        assert source.header == rows[0]
        assert list(source.records()) == [
            Record(2, ["900101", "Ashmere Primary, School", "01/09/2020", "yes", "0.5"]),
            Record(4, ["900102", "Beck", "2020-09-01 09:30:00", "no", ""]),
        ]
        assert source.encoding == "Excel"


def test_a_workbook_with_rows_on_several_sheets_is_refused_with_their_names(tmp_path: Path) -> None:
    assert "2 sheets that have rows: “Sheet1”, “Sheet2”" in refusal(workbook(tmp_path, [["URN"]], [["Notes"]]))
    assert refusal(workbook(tmp_path, [])) == "schools.xlsx is empty."

"""CSV files: encodings, line numbers, and files that are none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.imports.core.csv_files import CsvFile, Unusable, opened


def read(tmp_path: Path, content: bytes) -> tuple[CsvFile, list[tuple[int, list[str]]]]:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with opened(path) as source:
        return source, [(record.line, record.cells) for record in source.records()]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"URN,Name\n1,Hoyland\n", "utf-8"),
        ("URN,Name\n1,Høyland\n".encode(), "utf-8"),
        ("URN,Name\n1,Høyland\n".encode("utf-8-sig"), "utf-8-sig"),
        ("URN,Name\n1,Høyland\n".encode("cp1252"), "windows-1252"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, content: bytes, encoding: str) -> None:
    source, records = read(tmp_path, content)
    assert source.header == ["URN", "Name"]
    assert source.encoding == encoding
    assert records[0][1][1] in ("Høyland", "Hoyland")


def test_windows_1252_is_found_however_late_it_begins(tmp_path: Path) -> None:
    source, records = read(tmp_path, b"URN,Name\n" + b"1,plain\n" * 20_000 + "2,É\n".encode("cp1252"))
    assert source.encoding == "windows-1252"
    assert records[-1] == (20_002, ["2", "É"])


def test_one_wrong_byte_does_not_spoil_the_other_lines(tmp_path: Path) -> None:
    _, records = read(tmp_path, "URN,Name\n1,Høyland\n".encode() + b"2,\x81\n")
    assert [cells[1] for _, cells in records] == ["Høyland", "\ufffd"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_record_is_known_by_the_physical_line_it_starts_on(tmp_path: Path, end: str) -> None:
    lines = ["URN,Street", '1,"Lodge', 'Long Drive"', "2,x", "", "3,y"]
    _, records = read(tmp_path, end.join(lines).encode())
    assert [(line, cells[0]) for line, cells in records] == [(2, "1"), (4, "2"), (6, "3")]


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b",,,\n1,2,3\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Unusable, match=r"^file\.csv is empty\.$"):
        read(tmp_path, content)


def test_a_quotation_that_never_ends_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"^file\.csv cannot be read as CSV from line 3 because .*\.$"):
        read(tmp_path, b'URN,Name\n1,a\n2,"' + b"word\n" * 40_000)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.csv", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(Unusable, match=why), opened(path):
            raise AssertionError


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_read_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    said = refusal(tmp_path_factory.mktemp("any"), content)
    assert said is None or said.endswith(".")


def refusal(tmp_path: Path, content: bytes) -> str | None:
    try:
        read(tmp_path, content)
    except Unusable as error:
        return str(error)
    return None

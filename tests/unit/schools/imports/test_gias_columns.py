"""A file read column by column says what it would say row by row."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.imports.core.cells import (
    Unreadable,
    plain_texts,
    plain_wholes,
    required,
    shown,
    text_of,
    tidy,
    whole_up_to,
)
from schools.imports.core.csv_files import Record
from schools.imports.core.outcome import FileRead, Rejection
from schools.imports.gias import rows as rows_module
from schools.imports.gias import staging
from schools.imports.gias.layout import LA_CODE, LA_NAME, PARTS, TELLING, URN, Layout
from schools.imports.gias.rows import Rows
from schools.imports.gias.whole_columns import Part
from schools.register.models.school import searchable
from tests.processes import ROOT

with (ROOT / "tests" / "fixtures" / "gias" / "invented.csv").open(encoding="utf-8", newline="") as _file:
    INVENTED = list(csv.reader(_file))
WANTED = {URN, LA_CODE, LA_NAME, *(column for part in PARTS for column in part.columns)}
KEPT = [at for at, name in enumerate(INVENTED[0]) if name in WANTED]
PAIRS = ("TypeOfEstablishment (code)", "PhaseOfEducation (code)", "EstablishmentStatus (code)")
HEADER = [*(INVENTED[0][at] for at in KEPT), *PAIRS, "Unknown"]
ROWS = [[*(row[at] for at in KEPT), "", "", "", "x"] for row in INVENTED[1:]]
PHASES = {"07": "special", "14": "alternative", "15": "nursery"}
AWKWARD = [
    *("", " ", "  ", "|", "a | b", " x", "x ", "a  b", "a\nb", "\ufffd", "\x00", "\x92", "Høyland", "Not applicable"),
    *("0", "7", "007", "02", "9", "12.5", "1e3", "²", "99999999999", "00000000412", "2147483648", "40000", "9999"),
    *("900101", "900102", "0900101", "12345678", "999", "998", "９９９", "31-12-2020", "1/9/2021", "31-02-2020"),
    *("Open", "Primary", "primary ", "Children’s centre", "Pupil referral unit", "\\", "\t", "\\N", "y" * 400),
]
CELLS = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=12))
CHANGES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200), CELLS), max_size=30)
WIDTHS = st.lists(st.one_of(st.none(), st.integers(1, len(HEADER) + 2)), min_size=len(ROWS) * 2, max_size=len(ROWS) * 2)
WITHOUT = st.lists(st.sampled_from([name for name in HEADER if name not in (URN, LA_CODE, "EstablishmentName")]))


# Row by row, as plainly as it can be said -----------------------------------------------------------------------------


class Refused(Exception):
    pass


class RowByRow:
    def __init__(self, header: Sequence[str], only: str | None) -> None:
        self.header = list(header)
        self.only = only
        self.staged: list[tuple[Any, ...]] = []
        self.rejected: list[tuple[int, str | None, str]] = []
        self.rows = self.ignored = self.refused = 0
        self.seen: dict[int, int] = {}
        self.codes: set[str] = set()
        self.unread: set[str] = set()

    def take(self, record: Record) -> None:
        self.rows += 1
        try:
            self._take(record)
        except Refused as refusal:
            self.refused += 1
            column, reason = refusal.args
            self.rejected.append((record.line, column, reason))

    def _cell(self, record: Record, column: str) -> str:
        at = self.header.index(column) if column in self.header else len(record.cells)
        return record.cells[at] if at < len(record.cells) else ""

    def _take(self, record: Record) -> None:
        urn, code = self._cell(record, URN).strip(), self._cell(record, LA_CODE).strip()
        is_urn = 5 <= len(urn) <= 7 and urn.isascii() and urn.isdigit() and urn[0] != "0"
        is_code = len(code) == 3 and code.isascii() and code.isdigit()
        first = self.seen.setdefault(int(urn), record.line) if is_urn else record.line
        if self.only is not None and is_code and code != self.only:
            self.ignored += 1
            return
        if not is_urn:
            raise Refused(URN, f"{shown(urn)} is not a URN of 5 to 7 digits.")
        if not is_code:
            raise Refused(LA_CODE, f"{shown(code)} is not a local authority's three-digit code.")
        if first != record.line:
            raise Refused(URN, f"URN {urn} is on line {first} too. We use that row.")
        self._read(record, int(urn), code)

    def _read(self, record: Record, urn: int, code: str) -> None:
        width, values, unread = len(record.cells), dict[str, Any](), list[str]()
        if width < len(self.header) or any(cell.strip() for cell in record.cells[len(self.header) :]):
            said = f"The row has {width} cells and the header has {len(self.header)}"
            self._reject(record, None, f"{said}. We use only the cells that match a column.")
        wrong = list[Part]()
        carried = [part for part in PARTS if any(column in self.header for column in part.columns)]
        beyond = [part for part in carried if any(column in self.header[width:] for column in part.columns)]
        unread.extend(name for part in beyond for name in part.fields)
        for part in carried:
            if part not in beyond:
                cells = [self._cell(record, column) for column in part.columns]
                try:
                    got = part.read(*cells)
                except Unreadable as error:
                    unread.extend(part.fields)
                    wrong.append(part)
                    pairs = zip(part.columns, cells, strict=True)
                    given = [(name, cell) for name, cell in pairs if name in self.header]
                    self._reject(record, next((name for name, cell in given if cell.strip()), given[0][0]), str(error))
                else:
                    values |= dict(zip(part.fields, got if len(part.fields) > 1 else [got], strict=True))
        if width != len(self.header):
            self._distrust(record, [part for part in carried if part not in beyond], wrong, values, unread)
        self._phase(values, unread)
        self.codes.add(code)
        self.unread.update(unread)
        self.staged.append(self._staged(record, urn, code, values, unread))

    def _distrust(
        self, record: Record, reached: list[Part], wrong: list[Part], values: dict[str, Any], unread: list[str]
    ) -> None:
        """From the last cell that tells where it is, before the first that cannot be read, nothing is taken."""
        said = [each for each in self.rejected if each[0] == record.line]
        if len({column for _, column, _ in said if column}) < 2:
            return
        first = min(map(self._last, wrong))
        telling = [part for part in reached if self._last(part) < first and {*part.fields} & TELLING]
        filled = [part for part in telling if any(self._cell(record, column).strip() for column in part.columns)]
        trusted = max(map(self._last, filled), default=self.header.index(URN))
        behind = [part for part in reached if self._last(part) > trusted]
        for name in [name for part in behind if part not in wrong for name in part.fields]:
            unread.append(name)
            del values[name]
        for each in said:
            if each[1] and self.header.index(each[1]) > trusted:
                self.rejected.remove(each)
        sentence = "From here on, the cells are in the wrong columns. We do not use the rest of the row."
        self._reject(record, min(behind, key=self._last).columns[-1], sentence)

    def _last(self, part: Part) -> int:
        return max(self.header.index(column) for column in part.columns if column in self.header)

    def _reject(self, record: Record, column: str | None, reason: str) -> None:
        self.rejected.append((record.line, column, reason))

    def _phase(self, values: dict[str, Any], unread: list[str]) -> None:
        if values.get("phase") == "":
            if "type_code" in values:
                values["phase"] = PHASES.get(values["type_code"], "none")
            else:
                del values["phase"]
                unread.append("phase")

    def _staged(
        self, record: Record, urn: int, code: str, values: dict[str, Any], unread: list[str]
    ) -> tuple[Any, ...]:
        key = None
        if {"name", "establishment_number", "postcode"} <= values.keys():
            key = searchable(values["name"], urn, code, values["establishment_number"], values["postcode"])
        try:
            la_name = tidy(self._cell(record, LA_NAME))[:100]
        except Unreadable:
            la_name = ""
        said = f",{','.join(unread)}," if unread else ""
        read = map(values.get, (*staging.NAMED, *staging.VALUES))
        return (record.line, urn, code, la_name, key, said, *read)


# ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 3, 1_000])
@given(changes=CHANGES, widths=WIDTHS, without=WITHOUT, only=st.sampled_from([None, "999", "998"]))
def test_columns_say_what_rows_say(
    at_once: int,
    changes: list[tuple[int, int, str]],
    widths: list[int | None],
    without: list[str],
    only: str | None,
) -> None:
    kept = [at for at, name in enumerate(HEADER) if name not in without]
    header, table = [HEADER[at] for at in kept], [[row[at] for at in kept] for row in [*ROWS, *ROWS]]
    for number, again in enumerate(table[len(ROWS) :]):
        again[0] = str(800_000 + number)
    for down, across, cell in changes:
        table[down % len(table)][across % len(header)] = cell
    cut = [(row + ["y"] * 9)[:width] if width else row for row, width in zip(table, widths, strict=True)]
    records = [Record(2 + 3 * number, row) for number, row in enumerate(cut)]

    plainly = RowByRow(header, only)
    for record in records:
        plainly.take(record)
    staged, file, rejected = by_columns(header, records, only, at_once)

    assert staged == plainly.staged
    assert [(each.row, each.column, each.reason) for each in rejected] == plainly.rejected
    for name in ("rows", "ignored", "refused", "seen", "codes", "unread"):
        assert getattr(file, name) == getattr(plainly, name)


def by_columns(
    header: list[str], records: list[Record], only: str | None, at_once: int
) -> tuple[list[tuple[Any, ...]], FileRead, list[Rejection]]:
    file, rejected = FileRead(Path("file.csv"), ""), list[Rejection]()
    source: Any = SimpleNamespace(called={}, records=lambda: iter(records))
    rows = Rows(source, Layout(header, "file.csv", phases=PHASES), file, rejected, only)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_module, "AT_ONCE", at_once)
        return [tuple(row) for row in rows], file, rejected


COLUMNS: list[tuple[Callable[[Sequence[str]], list[Any] | None], Callable[[str], Any]]] = [
    (plain_texts(5), text_of(5)),
    (plain_texts(5, required=True), required(text_of(5))),
    (plain_wholes(500), whole_up_to(500)),
]


@pytest.mark.parametrize(("read_plain", "read"), COLUMNS)
@given(st.lists(st.one_of(CELLS, st.sampled_from(["a", "12", "a b", "499"])), min_size=1, max_size=4))
def test_a_column_is_read_as_its_cells_are_or_not_at_all(
    read_plain: Callable[[Sequence[str]], list[Any] | None], read: Callable[[str], Any], cells: list[str]
) -> None:
    got = read_plain(cells)
    assert got is None or got == [read(cell) for cell in cells]


@pytest.mark.parametrize(
    ("column", "read"), [(["St Mary's", "", "a b"], plain_texts(9)), (["1", "0499", "0"], plain_wholes(500))]
)
def test_a_plain_column_is_read_at_once(column: list[str], read: Callable[[Sequence[str]], list[Any] | None]) -> None:
    assert read(column) is not None

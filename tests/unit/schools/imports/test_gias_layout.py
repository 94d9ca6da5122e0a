"""Rows of GIAS, read by the names of their columns."""

from dataclasses import dataclass
from typing import Any

import pytest

from schools.imports.core.csv_files import Record, Unusable
from schools.imports.gias.layout import FIELDS, Layout
from schools.imports.gias.whole_columns import Problem

PHASES = {"07": "special", "14": "alternative", "15": "nursery"}
IDENTITY = {"URN": "900101", "LA (code)": "999", "EstablishmentName": "Invented School"}


@dataclass
class OneRow:
    """What one record says by itself: `values` has only the fields that were read."""

    values: dict[str, Any]
    unread: list[str]
    problems: list[Problem]


def read_one(layout: Layout, record: Record) -> OneRow:
    reading = layout.read([record])
    unread = reading.unread.get(0, [])
    values = {name: column[0] for name, column in reading.values.items() if name not in unread}
    assert all(reading.values[name] == [None] for name in unread if name in reading.values)
    return OneRow(values, unread, reading.problems.get(0, []))


def read(**cells: str) -> OneRow:
    """A row with these cells besides those that identify it; `type_name` stands for `TypeOfEstablishment (name)`."""
    named = {LONG.get(column, column): cell for column, cell in cells.items()}
    row = {**IDENTITY, **named}
    return read_one(Layout(list(row), "file.csv", phases=PHASES), Record(2, list(row.values())))


LONG = {
    "type_code": "TypeOfEstablishment (code)",
    "type_name": "TypeOfEstablishment (name)",
    "phase_code": "PhaseOfEducation (code)",
    "phase_name": "PhaseOfEducation (name)",
    "status_code": "EstablishmentStatus (code)",
    "status_name": "EstablishmentStatus (name)",
    "diocese": "Diocese (name)",
}


def reasons(reading: OneRow) -> list[tuple[str | None, str]]:
    return [(problem.column, problem.reason) for problem in reading.problems]


def test_an_absent_column_says_nothing_and_an_empty_cell_says_that_there_is_nothing() -> None:
    assert "town" not in read().values
    assert read(Town="").values["town"] == ""
    assert read(OpenDate="").values["opened_on"] is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"type_code": "2"}, ("02", "Voluntary aided school")),
        ({"type_code": "02", "type_name": "Voluntary Aided School"}, ("02", "Voluntary Aided School")),
        ({"type_name": "Academy converter"}, ("34", "Academy converter")),
        ({"type_name": "Children’s centre"}, ("47", "Children’s centre")),
        ({"type_code": "", "type_name": "Free schools"}, ("35", "Free schools")),
        ({"type_code": "4", "type_name": "Children's centre"}, ("47", "Children's centre")),
        ({"type_code": "", "type_name": ""}, ("", "")),
    ],
)
def test_the_type_is_read_by_its_code_else_by_its_name(cells: dict[str, str], expected: tuple[str, str]) -> None:
    values = read(**cells).values
    assert (values["type_code"], values["type_name"]) == expected


@pytest.mark.parametrize(
    ("cells", "phase"),
    [
        ({"phase_name": "Primary"}, "primary"),
        ({"phase_code": "4"}, "secondary"),
        ({"phase_code": "3", "phase_name": "Middle deemed primary"}, "middle_deemed_primary"),
        ({"phase_code": "5", "phase_name": ""}, "middle_deemed_secondary"),
        ({"phase_name": "All-through", "type_name": "Pupil referral unit"}, "all_through"),
        ({"phase_name": "16 plus"}, "16_plus"),
        ({"phase_name": "Not applicable", "type_name": "Pupil referral unit"}, "alternative"),
        ({"phase_code": "0", "phase_name": "Not applicable", "type_code": "7"}, "special"),
        ({"phase_name": "", "type_name": "Local authority nursery school"}, "nursery"),
        ({"phase_name": "Not applicable", "type_name": "Children's centre"}, "none"),
    ],
)
def test_the_phase_is_that_of_gias_else_that_of_the_type(cells: dict[str, str], phase: str) -> None:
    assert read(**cells).values["phase"] == phase


@pytest.mark.parametrize("cells", [{"phase_name": ""}, {"phase_name": "", "type_name": "Nonsense"}])
def test_without_a_phase_and_without_a_type_the_phase_stays_as_held(cells: dict[str, str]) -> None:
    reading = read(**cells)
    assert "phase" not in reading.values
    assert "phase" in reading.unread


@pytest.mark.parametrize(
    ("cells", "establishment"),
    [
        ({"status_name": "Open"}, "open"),
        ({"status_code": "2"}, "closed"),
        ({"status_name": "Open, but proposed to close"}, "closing"),
        ({"status_code": "4", "status_name": "Proposed to open"}, "proposed"),
        ({"status_code": "6", "status_name": "De-registered as EY Setting"}, "unknown"),
        ({"status_code": "7", "status_name": "Quarantine"}, "unknown"),
        ({"status_code": "8", "status_name": ""}, "unknown"),
        ({"status_code": "", "status_name": "Rejected Opening"}, "unknown"),
        ({"status_code": "10", "status_name": "Created in error"}, "unknown"),
    ],
)
def test_open_or_closed(cells: dict[str, str], establishment: str) -> None:
    assert read(**cells).values["establishment"] == establishment


@pytest.mark.parametrize(
    ("cells", "column", "fields"),
    [
        ({"status_name": ""}, "EstablishmentStatus (name)", ["establishment"]),
        ({"status_name": "Ajar"}, "EstablishmentStatus (name)", ["establishment"]),
        ({"status_code": "99", "status_name": ""}, "EstablishmentStatus (code)", ["establishment"]),
        ({"phase_name": "Tertiary"}, "PhaseOfEducation (name)", ["phase"]),
        ({"type_code": "99", "type_name": ""}, "TypeOfEstablishment (code)", ["type_code", "type_name"]),
        ({"type_name": "School of thought"}, "TypeOfEstablishment (name)", ["type_code", "type_name"]),
        ({"EstablishmentName": ""}, "EstablishmentName", ["name"]),
        ({"OpenDate": "soon"}, "OpenDate", ["opened_on"]),
        ({"Postcode": "much too long"}, "Postcode", ["postcode"]),
        ({"diocese": "\ufffd"}, "Diocese (name)", ["diocese"]),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_and_the_others_are_read(
    cells: dict[str, str], column: str, fields: list[str]
) -> None:
    reading = read(Town="Nowhere", **cells)
    assert [problem.column for problem in reading.problems] == [column]
    assert reading.unread == fields
    assert reading.values["town"] == "Nowhere"
    assert not set(fields) & set(reading.values)


def test_columns_are_known_by_name_wherever_they_stand_and_however_they_are_written() -> None:
    header = [" Town", "establishmentname", "la (CODE)", "unknown", "urn"]
    layout = Layout([name.strip() for name in header], "file.csv", phases={})
    record = Record(2, ["Nowhere", "Invented School", "999", "x", "900101"])
    assert (layout.urns([record]), layout.la_codes([record])) == ([900101], ["999"])
    assert read_one(layout, record).values == {"name": "Invented School", "town": "Nowhere"}
    assert layout.carried == {"name", "town"}


def test_a_short_row_is_read_as_far_as_it_goes() -> None:
    layout = Layout([*IDENTITY, "Town", "Postcode"], "file.csv", phases={})
    reading = read_one(layout, Record(2, [*IDENTITY.values(), "Nowhere"]))
    assert reading.values == {"name": "Invented School", "town": "Nowhere"}
    assert reading.unread == ["postcode"]
    assert reasons(reading) == [
        (None, "The row has 4 cells and the header has 5. We use only the cells that match a column.")
    ]


@pytest.mark.parametrize(("more", "said"), [(["", " "], 0), (["", "x"], 1)])
def test_a_long_row_is_reported_when_there_is_something_in_the_cells_too_many(more: list[str], said: int) -> None:
    layout = Layout([*IDENTITY, "Town"], "file.csv", phases={})
    reading = read_one(layout, Record(2, [*IDENTITY.values(), "Nowhere", *more]))
    assert reading.values["town"] == "Nowhere"
    assert len(reading.problems) == said


@pytest.mark.parametrize("urn", ["", "1234", "12345678", "012345", "12 345", "９００１０１", "X00101"])
def test_a_row_without_a_urn_of_5_to_7_digits_is_not_identified(urn: str) -> None:
    layout = Layout(list(IDENTITY), "file.csv", phases={})
    [refusal] = layout.urns([Record(2, [urn, "999", "Invented School"])])
    assert isinstance(refusal, Problem)
    assert refusal.column == "URN"


@pytest.mark.parametrize("code", ["", "99", "9999", "abc", "９９９"])
def test_a_row_without_an_authority_is_not_identified(code: str) -> None:
    layout = Layout(list(IDENTITY), "file.csv", phases={})
    [refusal] = layout.la_codes([Record(2, ["900101", code, "Invented School"])])
    assert isinstance(refusal, Problem)
    assert refusal.column == "LA (code)"


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (
            ["URN", "LinkURN", "LinkName"],
            "file.csv has links between schools. Select a list of establishments from GIAS.",
        ),
        (
            ["type-of-establishment-code", "type-of-establishment-name"],
            "file.csv is a list of types. Select a list of establishments from GIAS.",
        ),
        (
            ["LA (code)", "EstablishmentName"],
            "file.csv is not a list of establishments from GIAS: it has no column URN.",
        ),
        (
            ["a", "b"],
            "file.csv is not a list of establishments from GIAS: it has no columns URN, LA (code) and "
            "EstablishmentName.",
        ),
        (
            [*IDENTITY, "Town", "town"],
            "file.csv has the column Town more than once. Keep one of them.",
        ),
    ],
)
def test_another_file_is_refused_with_a_sentence(header: list[str], sentence: str) -> None:
    with pytest.raises(Unusable) as refusal:
        Layout(header, "file.csv", phases={})
    assert str(refusal.value) == sentence


def test_a_column_that_we_do_not_take_may_stand_there_twice() -> None:
    assert Layout([*IDENTITY, "MSOA (name)", "MSOA (name)"], "file.csv", phases={}).carried == {"name"}


def test_no_column_that_names_a_person_is_taken() -> None:
    from schools.imports.gias.layout import PARTS

    columns: list[Any] = [column for part in PARTS for column in part.columns]
    assert not [column for column in columns if "Head" in column or "Props" in column]
    assert len(FIELDS) == len(set(FIELDS))

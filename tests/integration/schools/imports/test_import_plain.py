"""A plain list of schools, as CSV or Excel: taken by the names of its columns, by the importer of GIAS."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from schools.imports.core.csv_files import Unusable
from schools.imports.gias import plain
from schools.imports.gias.run import import_gias
from schools.models import LocalAuthority, School
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory

pytestmark = pytest.mark.django_db
Listed = Callable[..., Path]


@pytest.fixture(autouse=True)
def own() -> LocalAuthority:
    return LocalAuthorityFactory.create(code="999", own=True)


@pytest.fixture
def listed(tmp_path: Path) -> Listed:
    """`listed(header, row, …)` is a CSV file of these rows."""

    def write(*rows: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_text("".join(f"{row}\n" for row in rows))
        return path

    return write


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_a_list_with_urn_name_and_phase_is_taken(listed: Listed) -> None:
    outcome = import_gias([listed("URN,Name,Phase", "900101,Ashmere School,Primary", "900102,Beck School,Special")])
    assert (outcome.added, outcome.rejected) == (2, [])
    held = School.objects.order_by("urn").values_list("name", "phase", "authority__code", "establishment")
    assert list(held) == [("Ashmere School", "primary", "999", "open"), ("Beck School", "special", "999", "open")]
    assert outcome.warnings == [
        "list.csv has no column for the status: we would add 2 schools as open.",
        "list.csv has no column for the type of school: we would add 2 schools without one. No visits are due there "
        "until a file gives the type.",
    ]
    assert School.objects.matching("ashmere").get().urn == 900101


def test_a_workbook_says_the_same_as_the_list(tmp_path: Path) -> None:
    header = [
        "School name",
        "urn",
        "DfE number",
        "Phase of education",
        "Type",
        "Status",
        "Opened",
        "Pupils",
        "Post code",
    ]
    rows: list[list[Any]] = [
        header,
        ["Ashmere School", 900101, "999/2001", "Primary", "Community school", "Open", date(2020, 9, 1), 198, "ZZ1 1AA"],
        ["Beck School", 900102, 2002, "Secondary", "Community school", "Closed"],
    ]
    outcome = import_gias([workbook(tmp_path / "list.xlsx", rows)])
    assert (outcome.added, outcome.rejected, outcome.warnings) == (2, [], [])
    ashmere, beck = School.objects.order_by("urn")
    assert (ashmere.laestab, ashmere.type_code, ashmere.opened_on) == ("999/2001", "01", date(2020, 9, 1))
    assert (ashmere.pupils, ashmere.postcode) == (198, "ZZ1 1AA")
    assert (beck.laestab, beck.establishment, beck.pupils) == ("999/2002", "closed", None)
    again = import_gias([workbook(tmp_path / "again.xlsx", rows)])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)


def test_columns_that_are_not_there_leave_what_is_held_and_a_school_stays_with_its_authority(listed: Listed) -> None:
    neighbour = LocalAuthorityFactory.create(code="998", name="Next County", own=False)
    SchoolFactory.create(urn=900101, name="Ashmere School", authority=neighbour, postcode="ZZ1 1AA")
    outcome = import_gias([listed("URN,Name,Town", "900101,Ashmere Academy,Nowhere")])
    assert (outcome.added, outcome.changed) == (0, 1)
    school = School.objects.get(urn=900101)
    assert (school.name, school.postcode, school.authority) == ("Ashmere Academy", "ZZ1 1AA", neighbour)


def test_what_is_not_taken_is_named_by_the_headings_of_the_list(listed: Listed) -> None:
    path = listed(
        "URN,School,LAESTAB,Phase,Opened,Closed,Our notes",
        "900101,Ashmere School,999-x,Middling,soon,,a",
        "900102,Beck School,,Primary,01/09/2020,31/08/2019,b",
        "12,Coombe School,,Primary,,,",
        "900104,,,Primary,,,",
    )
    outcome = import_gias([path])
    assert [(each.row, each.column) for each in outcome.rejected] == [
        (2, "LAESTAB"),
        (2, "Phase"),
        (2, "Opened"),
        (3, "Closed"),
        (4, "URN"),
        (5, "School"),
        (5, None),
    ]
    assert outcome.warnings[0] == "list.csv has the column “Our notes”, which we do not read."


def test_one_authority_may_be_asked_for(listed: Listed) -> None:
    outcome = import_gias(
        [listed("URN,Name,LA code", "900101,Ashmere School,999", "900102,Beck School,998")], only="998"
    )
    assert (outcome.added, outcome.ignored) == (1, 1)
    assert School.objects.get().authority.code == "998"


def test_a_list_without_an_authority_is_refused_where_none_is_clear(listed: Listed) -> None:
    LocalAuthorityFactory.create(code="998", own=True)
    path = listed("URN,Name", "900101,Ashmere School")
    with pytest.raises(Unusable, match=r"^list\.csv has no column for the authority, .* Add a column called LA code"):
        import_gias([path])
    assert import_gias([path], only="998").added == 1


def test_a_heading_that_stands_there_twice_is_refused(listed: Listed) -> None:
    path = listed("URN,Name,School,Phase", "900101,Ann Example,Ashmere School,Primary")
    with pytest.raises(Unusable, match=r"two columns for the same data, Name: Name and School\. Keep one"):
        import_gias([path])


def test_the_template_is_read_and_its_example_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    example = plain.template()
    path.write_text(example)
    assert import_gias([path]).added == 0
    path.write_text(example + example.splitlines()[1].replace("900001", "900101") + "\n")
    outcome = import_gias([path])
    assert (outcome.added, outcome.rejected, outcome.warnings) == (1, [], [])
    school = School.objects.get()
    assert (school.urn, school.laestab, school.type_code, school.pupils) == (900101, "999/2001", "01", 198)


def test_every_heading_is_known_once_and_explained() -> None:
    headings = [label for label, _holds in plain.columns()]
    assert len(headings) == len(set(headings))
    assert plain.is_plain(headings)
    assert plain.unknown(headings) == []

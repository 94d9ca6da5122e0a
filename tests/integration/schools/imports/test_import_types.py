"""Types of establishment, from GIAS's list of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome, Sample
from schools.imports.core.registry import Work
from schools.imports.gias import types
from schools.models import EstablishmentType
from schools.register.establishments import TYPES
from tests.factories.accounts import UserFactory
from tests.integration.schools.imports.importing import counts, in_run, said, taken

pytestmark = pytest.mark.django_db
COLUMNS = (
    "establishment-type-group-code",
    "establishment-type-group-name",
    types.CODE,
    types.NAME,
    "further-education",
)
COLLEGE = "1,Colleges,18,Further education,"
Given = Callable[..., Path]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """`given(row, …)` is a list of types with these rows."""

    def write(*rows: str, header: str = ",".join(COLUMNS)) -> Path:
        path = tmp_path / "types.csv"
        path.write_text("\n".join([header, *rows, ""]))
        return path

    return write


def take(path: Path, by: Actor | None = None) -> Outcome:
    return taken(types.take, path, by=by or Actor(), only="999")


def held() -> list[tuple[str, ...]]:
    return list(EstablishmentType.objects.values_list("code", "name", "group_code", "group_name"))


def undo(run: int, outcome: Outcome | None = None) -> tuple[int, int]:
    with connection.cursor() as cursor:
        return types.undo(cursor, run, Work(), outcome or Outcome())


def test_a_type_that_stands_there_once_for_each_further_education_name_is_one_type(given: Given) -> None:
    path = given(COLLEGE, f"{COLLEGE}Tertiary College", "4,Local authority maintained schools,1,Community school,")
    outcome = take(path)
    assert counts(outcome) == (2, 0, 1, 0, 0)
    assert held() == [
        ("01", "Community school", "4", "Local authority maintained schools"),
        ("18", "Further education", "1", "Colleges"),
    ]
    assert outcome.samples == [
        Sample("Further education (18)", what="added"),
        Sample("Community school (01)", what="added"),
    ]
    assert (counts(take(path)), outcome.rejected) == ((0, 0, 3, 0, 0), [])


def test_what_is_imported_goes_before_what_is_shipped(given: Given) -> None:
    take(given("1,Colleges,18,Colleges of further education,", "14,Places,58,Place of learning,"))
    known = types.known_types()
    assert (known["18"], known["58"], known["01"]) == (
        "Colleges of further education",
        "Place of learning",
        "Community school",
    )
    assert set(known) == {*TYPES, "58"}


def test_another_name_changes_a_type_and_leaves_an_event(given: Given) -> None:
    by = Actor(UserFactory(), 5)
    with in_run(3):
        take(given(COLLEGE), by=by)
    with in_run(5):
        outcome = take(given(COLLEGE.replace("Colleges", "Col").replace("Further", "More")), by=by)
    assert counts(outcome) == (0, 1, 0, 0, 0)
    assert outcome.samples == [
        Sample(
            "Further education (18)", [("Name", "Further education", "More education"), ("Group", "Colleges", "Col")]
        )
    ]
    changed = AuditEvent.objects.of_run(5).get()
    assert (changed.verb, changed.by, changed.appointment_id) == ("changed", by.user, 5)
    assert changed.changes == {"name": ["Further education", "More education"], "group_name": ["Colleges", "Col"]}
    assert AuditEvent.objects.of_run(3).get().changes["code"] == [None, "18"]
    kept = EstablishmentType.objects.get(code="18")
    assert (kept.version, kept.created_by, kept.updated_by) == (2, by.user, by.user)


def test_what_cannot_be_read_keeps_what_is_held_and_a_row_without_a_code_is_refused(given: Given) -> None:
    take(given(COLLEGE))
    outcome = take(
        given(
            f"1,Colleges of all kinds,18,{'x' * 101},",
            "1000,Colleges,31,,",
            "1,Colleges,,Nothing,",
            "1,Colleges,1000,Nothing,",
            "1,Colleges,58,,",
            "1,Colleges,58,Place of learning,",
            "1,Colleges,58,Another place,",
            "1,Colleges,59",
        )
    )
    assert counts(outcome) == (2, 1, 0, 0, 5)
    assert said(outcome) == [
        (2, types.NAME, f"“{'x' * 39}…” is longer than 100 characters."),
        (3, types.NAME, "The cell is empty. Every type needs a name."),
        (3, "establishment-type-group-code", "“1000” is longer than 3 characters."),
        (4, types.CODE, "“” is not the code of a type, which is a number of one to three digits."),
        (5, types.CODE, "“1000” is not the code of a type, which is a number of one to three digits."),
        (6, types.NAME, "The cell is empty. Every type needs a name."),
        (6, None, "Type 58 is new, so it needs a name."),
        (8, types.CODE, "Type 58 is on line 7 too, with another name. We use that row."),
        (9, None, "The row has 3 cells and the header has 5. We use only the cells that match a column."),
        (9, None, "Type 59 is new, so it needs a name."),
    ]
    assert held() == [
        ("18", "Further education", "1", "Colleges of all kinds"),
        ("31", "Sixth form centres", "", "Colleges"),
        ("58", "Place of learning", "1", "Colleges"),
    ]


def test_a_list_without_its_columns_is_refused(given: Given) -> None:
    with pytest.raises(Unusable) as refusal:
        take(given(header=types.CODE))
    assert str(refusal.value) == (
        "types.csv is not a list of types of establishment from GIAS: it has no column type-of-establishment-name."
    )


def test_undoing_takes_out_what_was_added_and_puts_back_what_was_changed(given: Given) -> None:
    take(given(COLLEGE))
    before = held()
    with in_run(7):
        take(given(COLLEGE.replace("Further", "More"), "1,Colleges,58,Place,"))
        take(given(COLLEGE.replace("Further", "Most"), "1,Colleges,58,Places,"))
    outcome = Outcome()
    with in_run(8):
        assert undo(7, outcome) == (1, 1)
    assert outcome.samples == [
        Sample("Most education (18)", [("Name", "Most education", "Further education")]),
        Sample("Places (58)", what="removed"),
    ]
    assert held() == before
    assert [(each.verb, each.subject_name, each.changes) for each in AuditEvent.objects.of_run(8)] == [
        ("restored", "Further education (18)", {"name": ["Most education", "Further education"]}),
        (
            "removed",
            "Places (58)",
            {
                "code": ["58", None],
                "name": ["Places", None],
                "group_code": ["1", None],
                "group_name": ["Colleges", None],
            },
        ),
    ]


def test_undoing_is_refused_whole_naming_each_type_that_changed_since(given: Given) -> None:
    take(given(COLLEGE))
    with in_run(7):
        take(given(COLLEGE.replace("Further", "More"), "1,Colleges,58,Place,"))
    EstablishmentType.objects.filter(code="18").update(name="Else")
    with pytest.raises(Blocked) as refusal:
        undo(7)
    assert refusal.value.messages == ["The type “More education (18)” was changed after this import."]
    assert refusal.value.messages == types.blockers_to_undoing(7)
    assert [row[1] for row in held()] == ["Else", "Place"]

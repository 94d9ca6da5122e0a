"""Links between schools, from GIAS's file of them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome, Sample
from schools.imports.core.registry import Work
from schools.imports.gias import links
from schools.models import SchoolLink
from tests.factories.accounts import UserFactory
from tests.factories.imports import SchoolLinkFactory
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory
from tests.integration.schools.imports.importing import counts, in_run, said, taken

pytestmark = pytest.mark.django_db
HEADER = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate"
FIRST = "900101,900201,Old Infant School,Predecessor - merged,01-09-2020"
SECOND = "900102,900202,New Academy,Successor,"
Given = Callable[..., Path]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """`given(row, …)` is a file of links with these rows."""

    def write(*rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "links.csv"
        path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
        return path

    return write


def take(path: Path, only: str = "", by: Actor | None = None) -> Outcome:
    return taken(links.take, path, only=only, by=by or Actor())


def held() -> list[tuple[object, ...]]:
    return list(SchoolLink.objects.values_list("urn", "linked_urn", "linked_name", "kind", "established_on"))


def events(run: int) -> list[tuple[str, str, object]]:
    return [(each.verb, each.subject_name, each.changes) for each in AuditEvent.objects.of_run(run)]


def undo(run: int, outcome: Outcome | None = None) -> tuple[int, int]:
    with connection.cursor() as cursor:
        return links.undo(cursor, run, Work(), outcome or Outcome())


def test_links_are_added_as_the_file_says_and_a_second_time_nothing_changes(given: Given) -> None:
    outcome = take(given(FIRST, SECOND))
    assert counts(outcome) == (2, 0, 0, 0, 0)
    assert (outcome.rejected, outcome.files[0].encoding) == ([], "utf-8")
    assert held() == [
        (900101, 900201, "Old Infant School", "Predecessor - merged", date(2020, 9, 1)),
        (900102, 900202, "New Academy", "Successor", None),
    ]
    assert outcome.samples == [
        Sample("900101: Predecessor - merged 900201", what="added"),
        Sample("900102: Successor 900202", what="added"),
    ]
    before = AuditEvent.objects.count()
    assert counts(take(given(FIRST, SECOND))) == (0, 0, 2, 0, 0)
    assert AuditEvent.objects.count() == before


def test_another_name_or_date_changes_a_link_and_another_kind_is_another_link(given: Given) -> None:
    take(given(FIRST, SECOND))
    outcome = take(
        given(
            FIRST.replace("Old Infant", "Older").replace("01-09-2020", "31/08/2020"),
            SECOND + "01-01-2021",
            SECOND.replace("Successor", "Other"),
        )
    )
    assert counts(outcome) == (1, 2, 0, 0, 0)
    assert [each.changes for each in outcome.samples] == [
        [
            ("Linked name", "Old Infant School", "Older School"),
            ("Established on", "1 September 2020", "31 August 2020"),
        ],
        [("Established on", "", "1 January 2021")],
        [],
    ]
    assert {(row[3], row[4]) for row in held()} == {
        ("Predecessor - merged", date(2020, 8, 31)),
        ("Successor", date(2021, 1, 1)),
        ("Other", None),
    }


def test_each_link_added_or_changed_leaves_an_event_at_its_school_if_that_is_held(given: Given) -> None:
    school = SchoolFactory(urn=900102)
    by = Actor(UserFactory(), 5)
    with in_run(3):
        take(given(FIRST, SECOND), by=by)
    with in_run(4):
        take(given(FIRST, SECOND.replace("New", "Newer")), by=by)
    assert events(3) == [
        (
            "added",
            "900101: Predecessor - merged 900201",
            {
                "urn": [None, 900101],
                "linked_urn": [None, 900201],
                "kind": [None, "Predecessor - merged"],
                "linked_name": [None, "Old Infant School"],
                "established_on": [None, "2020-09-01"],
            },
        ),
        (
            "added",
            "900102: Successor 900202",
            {
                "urn": [None, 900102],
                "linked_urn": [None, 900202],
                "kind": [None, "Successor"],
                "linked_name": [None, "New Academy"],
            },
        ),
    ]
    assert events(4) == [
        ("changed", "900102: Successor 900202", {"linked_name": ["New Academy", "Newer Academy"]}),
    ]
    assert list(AuditEvent.objects.of_run(3).values_list("school_id", "by", "appointment_id", "subject_kind")) == [
        (None, by.user_id, 5, "schools.schoollink"),
        (school.pk, by.user_id, 5, "schools.schoollink"),
    ]


def test_columns_go_by_their_names_and_one_that_is_absent_leaves_what_is_held(given: Given) -> None:
    take(given(FIRST, SECOND))
    outcome = take(given("Successor,x,900202,900102", header="linktype,Other,LINKURN, urn"))
    assert counts(outcome) == (0, 0, 1, 0, 0)
    assert counts(take(given("900102,900202,,Successor,"))) == (0, 1, 0, 0, 0)
    assert held()[1] == (900102, 900202, "", "Successor", None)


def test_a_cell_that_cannot_be_read_keeps_what_is_held_and_costs_nothing_else(given: Given) -> None:
    take(given(FIRST))
    outcome = take(
        given(
            "900101,900201,Old\x07,Predecessor - merged,02-09-2020",
            f"900101,900202,{'x' * 201},Successor,31-02-2020",
            "900101,900203,Short,Successor",
            "900101,900204,Long,Successor,,,more",
        )
    )
    assert counts(outcome) == (3, 1, 0, 0, 0)
    assert said(outcome) == [
        (2, "LinkName", "“Old\ufffd” has a character we cannot read."),
        (3, "LinkName", f"“{'x' * 39}…” is longer than 200 characters."),
        (3, "LinkEstablishedDate", "“31-02-2020” is not a date such as 31-08-2021."),
        (4, None, "The row has 4 cells and the header has 5. We use only the cells that match a column."),
        (5, None, "The row has 7 cells and the header has 5. We use only the cells that match a column."),
    ]
    assert {row[1:3] + row[4:] for row in held()} == {
        (900201, "Old Infant School", date(2020, 9, 2)),
        (900202, "", None),
        (900203, "Short", None),
        (900204, "Long", None),
    }


def test_a_row_that_names_no_link_is_refused(given: Given) -> None:
    outcome = take(
        given(
            "1,900201,Name,Successor,",
            "900101,,Name,Successor,",
            "900101,900201,Name,,",
            "900101,900101,Name,Successor,",
            "900101",
            SECOND,
            "",
            SECOND.replace("New", "Newer"),
        )
    )
    assert counts(outcome) == (1, 0, 0, 0, 6)
    assert said(outcome) == [
        (2, "URN", "“1” is not a URN of 5 to 7 digits."),
        (3, "LinkURN", "“” is not a URN of 5 to 7 digits."),
        (4, "LinkType", "The cell is empty. Every link needs a value here."),
        (5, "LinkURN", "School 900101 cannot be linked to itself."),
        (6, "LinkURN", "“” is not a URN of 5 to 7 digits."),
        (9, None, "This link is on line 7 too. We use that row."),
    ]
    assert held() == [(900102, 900202, "New Academy", "Successor", None)]


def test_with_an_authority_only_the_links_of_its_schools_are_taken(given: Given) -> None:
    SchoolFactory(urn=900102, authority=LocalAuthorityFactory(code="998"))
    SchoolFactory(urn=900101, authority=LocalAuthorityFactory(code="997"))
    rows = (FIRST, SECOND, "900101,x,,,", "x,900101,Name,Successor,", FIRST)
    outcome = take(given(*rows), only="998")
    assert counts(outcome) == (1, 0, 0, 3, 1)
    assert [row[0] for row in held()] == [900102]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("URN,LinkURN,LinkName", "links.csv is not a list of links from GIAS: it has no column LinkType."),
        ("LinkURN", "links.csv is not a list of links from GIAS: it has no columns URN and LinkType."),
        (
            f"{HEADER},urn",
            "links.csv has the column URN more than once. Keep one of them.",
        ),
    ],
)
def test_a_file_that_is_no_list_of_links_is_refused(given: Given, header: str, sentence: str) -> None:
    with pytest.raises(Unusable) as refusal:
        take(given(FIRST, header=header))
    assert str(refusal.value) == sentence


def test_undoing_takes_out_what_was_added_and_puts_back_what_was_changed(given: Given) -> None:
    take(given(FIRST, SECOND))
    before = held()
    with in_run(7):
        take(given(FIRST.replace("01-09", "02-09"), SECOND.replace("New", "Newer"), "900103,900203,X,Other,"))
        take(given(FIRST.replace("01-09", "03-09"), SECOND, "900103,900203,Y,Other,"))
    assert links.blockers_to_undoing(7) == []
    outcome = Outcome()
    with in_run(8):
        assert undo(7, outcome) == (1, 1)
    assert outcome.samples == [
        Sample("900101: Predecessor - merged 900201", [("Established on", "3 September 2020", "1 September 2020")]),
        Sample("900103: Other 900203", what="removed"),
    ]
    assert held() == before
    assert events(8) == [
        ("restored", "900101: Predecessor - merged 900201", {"established_on": ["2020-09-03", "2020-09-01"]}),
        (
            "removed",
            "900103: Other 900203",
            {"urn": [900103, None], "linked_urn": [900203, None], "kind": ["Other", None], "linked_name": ["Y", None]},
        ),
    ]


def test_undoing_is_refused_whole_naming_each_link_that_changed_since(given: Given) -> None:
    SchoolLinkFactory(urn=900105, linked_urn=900205)
    take(given(FIRST))
    with in_run(7):
        take(given(FIRST.replace("Old", "Older"), SECOND, "900103,900203,X,Other,", "900104,900204,X,Other,"))
    # What the import did not touch may change; what changed and changed back is as the import left it.
    SchoolLink.objects.filter(urn=900101).update(established_on=None)
    SchoolLink.objects.filter(urn=900102).update(linked_name="Else")
    SchoolLink.objects.filter(urn=900103).delete()
    sentences = [
        "The link “900102: Successor 900202” was changed after this import.",
        "The link “900103: Other 900203” was changed after this import.",
    ]
    assert links.blockers_to_undoing(7) == sentences
    before = held()
    with pytest.raises(Blocked) as refusal:
        undo(7)
    assert (refusal.value.messages, held()) == (sentences, before)

"""Files that failed elsewhere: each is refused or taken with everything said that a person should know before."""

import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schools.imports.gias.run import import_gias
from schools.models import School
from schools.policy import SERVICE_BY_TYPE
from schools.records.actions import blockers_to_record
from schools.records.states import RecordStatus
from schools.register.models.school import Establishment
from schools.visits.opening.actions import open_term
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import (
    AppointmentFactory,
    LocalAuthorityFactory,
    RecordOfVisitFactory,
    SchoolFactory,
    VisitFactory,
    appointed,
    record_at,
)
from tests.integration.schools.imports.gias_files import changed_file
from tests.processes import ROOT

pytestmark = pytest.mark.django_db
REPORTS = ROOT / "tests" / "fixtures" / "imports"
KINDS = ("import_gias", "import_calendar", "import_appointments")


def run(command: str, *arguments: Any) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ending:
        return int(ending.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


# Unclosed quotes and files of another kind ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("unclosed_quote.csv", "from line 6 because a quotation mark is not closed"),
        ("unclosed_quote_closed_later.csv", "from line 6 because a quotation mark is not closed"),
        ("links_unclosed_quote.csv", "from line 5 because a quotation mark is not closed"),
        ("h_semicolon.csv", "has semicolons between the cells"),
        ("h_html.csv", "is a web page"),
    ],
)
def test_each_importer_says_what_is_wrong_with_a_file(tmp_path: Path, kind: str, name: str, what: str) -> None:
    """The files are given the columns that each importer looks for, since those are asked for first."""
    headers = {
        "import_calendar": "Academic year,Term,First day,Half-term first day,Half-term last day,Last day",
        "import_appointments": "Role,Name,URN,From,To",
    }
    content = (REPORTS / name).read_text()
    header, _, rows = content.partition("\n")
    columns = headers.get(kind, header) + "," * max(header.count(",") - headers.get(kind, header).count(","), 0)
    path = tmp_path / name
    path.write_text(f"{columns}\n{rows}" if name.endswith("quote.csv") or "closed_later" in name else content)
    status, out, err = run(kind, path)
    assert (status, out) == (2, "")
    assert err.startswith(f"{name} ")
    assert what in err
    assert run(kind, path, "--json") == (2, json.dumps({"error": err.strip()}, ensure_ascii=False) + "\n", "")
    assert not School.objects.exists()


def test_a_zip_with_one_table_is_taken() -> None:
    outcome = import_gias([REPORTS / "extract.zip"])
    assert (outcome.added, outcome.rejected) == (1, [])


# Statuses -------------------------------------------------------------------------------------------------------------


def test_a_school_of_an_unusual_status_is_not_open_and_no_visit_is_opened_for_it() -> None:
    LocalAuthorityFactory.create(code="999", own=True)
    outcome = import_gias([REPORTS / "statuses_999.csv"])
    assert outcome.added == 7
    held = dict(School.objects.values_list("urn", "establishment"))
    assert held == {900201: "open"} | dict.fromkeys(range(900202, 900208), "unknown")
    assert [school.urn for school in School.objects.open()] == [900201]
    (warning,) = outcome.warnings
    assert warning.startswith("6 schools have no status, or one that says neither open nor closed")
    assert all(f"(URN {urn})" in warning for urn in range(900202, 900208))
    hold_terms(2026)
    opened = open_term(2026, "autumn", by=None, on=date(2026, 9, 1))
    assert [place.school.urn for place in opened.opened] == [900201]
    pending = School.objects.get(urn=900202)
    blockers = pending.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=clock.today()), on=clock.today())
    assert blockers == ["We do not know whether B Pending is open."]


def test_an_unusual_status_closes_a_school_that_was_open_and_an_empty_one_leaves_it(tmp_path: Path) -> None:
    import_gias([changed_file(tmp_path)])
    unusual = {"EstablishmentStatus (name)": "Created in error"}
    import_gias([changed_file(tmp_path, {900101: unusual, 900102: {"EstablishmentStatus (name)": ""}})])
    held = dict(School.objects.values_list("urn", "establishment"))
    assert (held[900101], held[900102]) == ("unknown", "open")


def test_a_file_without_a_column_for_the_status_says_that_new_schools_are_open(tmp_path: Path) -> None:
    outcome = import_gias([changed_file(tmp_path, without=("EstablishmentStatus (name)",))])
    assert outcome.warnings == ["changed.csv has no column for the status: we would add 8 schools as open."]


# Another code, no rows ------------------------------------------------------------------------------------------------


@pytest.fixture
def five_held() -> None:
    authority = LocalAuthorityFactory.create(code="999", own=True)
    for urn in range(900101, 900106):
        SchoolFactory.create(urn=urn, name=f"School {urn}", authority=authority)


def test_held_schools_under_another_code_are_named_when_their_authority_is_asked_for(five_held: None) -> None:
    status, out, _ = run("import_gias", REPORTS / "la_reorganised.csv", "--la", "999", "--json")
    told = json.loads(out)
    assert (status, told["ignored"], told["vanished"]) == (0, 5, [])
    elsewhere, none = told["warnings"]
    assert elsewhere.startswith("In la_reorganised.csv, 5 schools that we have under 999 have another code: ")
    assert "School 900101 (URN 900101, 998)" in elsewhere
    assert none == "No row we can import is for authority 999."


def test_held_schools_that_the_file_gives_to_another_authority_are_named(five_held: None) -> None:
    outcome = import_gias([REPORTS / "la_reorganised.csv"], dry_run=True)
    (leaving,) = [each for each in outcome.warnings if "would move there" in each]
    assert leaving.startswith("In la_reorganised.csv, 5 schools of our own authority have another authority’s code")
    assert "School 900105 (URN 900105, 998)" in leaving


def test_nobody_is_told_of_another_code_when_it_is_our_own_too(five_held: None) -> None:
    LocalAuthorityFactory.create(code="998", name="North Merrow", own=True)
    assert import_gias([REPORTS / "la_reorganised.csv"], dry_run=True).warnings == []


def test_a_code_that_is_not_known_is_warned_of() -> None:
    outcome = import_gias([REPORTS / "statuses_999.csv"], only="123")
    assert (outcome.added, outcome.ignored) == (0, 7)
    assert outcome.warnings == [
        "We have no authority with the code 123, and no row we can import has it. Check the code."
    ]


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("import_gias", "URN,LA (code),EstablishmentName"),
        ("import_gias", "URN,LinkURN,LinkType"),
        ("import_calendar", "Academic year,Term,First day,Half-term first day,Half-term last day,Last day"),
        ("import_appointments", "Role,Name,URN,From"),
    ],
)
def test_a_file_without_rows_is_warned_of(tmp_path: Path, kind: str, header: str) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(f"{header}\n")
    status, out, _ = run(kind, path, "--json")
    assert status == 0
    assert json.loads(out)["warnings"] == ["empty.csv has no rows below its header."]
    assert "empty.csv has no rows below its header." in run(kind, path)[1]


# A school that closes -------------------------------------------------------------------------------------------------


@pytest.fixture
def wrenmarsh(clock_at: Callable[..., Any]) -> School:
    """Entered before the days of the tests: what its history says of them must not depend on the day they are run."""
    clock_at(date(2026, 11, 2))
    authority = LocalAuthorityFactory.create(code="999", own=True)
    return SchoolFactory.create(urn=900102, name="Wrenmarsh Primary School", authority=authority)


def test_what_is_still_open_at_a_school_that_closes_is_named_before(
    wrenmarsh: School, clock_at: Callable[..., Any]
) -> None:
    clock_at(date(2026, 11, 30))
    AppointmentFactory.create(person__name="Ann Example", role=Role.SIP, school=wrenmarsh)
    VisitFactory.create(school=wrenmarsh, status=VisitStatus.AGREED, planned_on=date(2027, 1, 12), held_on=None)
    record = RecordOfVisitFactory.create(visit__school=wrenmarsh)
    DeadlineFactory.create(school_id=wrenmarsh.pk)
    outcome = import_gias([REPORTS / "closed_no_date.csv"], dry_run=True)
    assert outcome.warnings == [
        "Wrenmarsh Primary School (URN 900102) is closing, and still has 1 planned visit (12 January 2027);"
        f" 1 unfinished record ({record.reference}); School Improvement Partner: Ann Example; 1 open deadline."
        " Cancel the visits that will not take place. You can still record a visit that took place before."
    ]
    assert import_gias([REPORTS / "closed_no_date.csv"]).warnings == outcome.warnings
    assert import_gias([REPORTS / "closed_no_date.csv"]).warnings == []


def test_a_school_that_closes_with_nothing_open_is_not_worth_a_word(wrenmarsh: School) -> None:
    assert import_gias([REPORTS / "closed_no_date.csv"], dry_run=True).warnings == []


def test_a_visit_held_before_a_school_closed_without_a_date_can_be_recorded(
    wrenmarsh: School, clock_at: Callable[..., Any]
) -> None:
    clock_at(date(2026, 11, 30))
    partner = appointed(Role.SIP, school=wrenmarsh)
    import_gias([REPORTS / "closed_no_date.csv"])
    wrenmarsh.refresh_from_db()
    assert (wrenmarsh.establishment, wrenmarsh.closed_on) == (Establishment.CLOSED, None)
    clock_at(date(2026, 12, 4))
    refused = blockers_to_record(wrenmarsh, by=partner, on=date(2026, 12, 4), kind="core", held_on=date(2026, 12, 2))
    assert refused == ["Wrenmarsh Primary School is closed."]
    record = record_at(
        RecordStatus.DRAFT, school=wrenmarsh, author=partner, manager=partner, held_on=date(2026, 11, 27)
    )
    assert record.visit.status == VisitStatus.HELD

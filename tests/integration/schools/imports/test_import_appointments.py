"""Appointments by the file: who is meant, what over, what is refused with the line, and the same file again."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import context
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.transition import Blocked, record_event
from schools.imports.appointments.run import COLUMNS, ONE_BY_ONE, read, template, undo
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome, Sample
from schools.imports.core.registry import Work
from schools.models import Appointment, ImportRun, Person, School
from tests.factories.accounts import UserFactory
from tests.factories.imports import ImportRunFactory
from tests.factories.schools import (
    AppointmentFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    PersonFactory,
    SchoolFactory,
    appointed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
HEAD = "Role,Name,Email,Telephone,URN,LAESTAB,District,From,To,Ends previous"


@pytest.fixture
def school() -> School:
    return SchoolFactory.create(urn=900101, establishment_number=2001, name="Hilltop School")


@pytest.fixture
def by() -> Actor:
    """Acts by an appointment that is none of those a test is about."""
    return Actor(appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory()), 700_000)


Take = Callable[..., Outcome]


@pytest.fixture
def take(tmp_path: Path, by: Actor) -> Take:
    """Reads lines as one file; the header is the usual one unless `head` is another."""

    def taken(*lines: str, head: str = HEAD, run: ImportRun | None = None, encoding: str = "utf-8") -> Outcome:
        path = tmp_path / "people.csv"
        path.write_bytes("\r\n".join([head, *lines]).encode(encoding))
        return read_in(path, by, run)

    return taken


def read_in(path: Path, by: Actor, run: ImportRun | None = None) -> Outcome:
    token = context.run_id.set(run.pk if run else None)
    try:
        outcome = read([path], Work(by=by))
    finally:
        context.run_id.reset(token)
    rows = sum(each.rows for each in outcome.files)
    assert rows == outcome.added + outcome.changed + outcome.unchanged + outcome.ignored + outcome.refused
    return outcome


def given() -> Any:
    """All but the administrator's own."""
    return Appointment.objects.exclude(role=Role.SYSTEM_ADMINISTRATOR).order_by("pk")


def refusals(outcome: Outcome) -> list[tuple[int, str | None, str]]:
    return [(each.row, each.column, each.reason) for each in outcome.rejected]


# What is taken.


def test_a_head_without_a_sign_in_and_a_partner_who_is_known(school: School, take: Take) -> None:
    sip = appointed(Role.SIP, school=SchoolFactory.create())
    Person.objects.filter(user=sip).update(email=sip.email)
    outcome = take(
        "Headteacher,Bo Example,,01632 960001,900101,,,01/09/2026,,",
        f"sip,,{sip.email.upper()},,,999/2001,,2026-09-01,31-08-2027,no",
        "Chair,Bo Chair,BO@chair.example,,,9992001,,1/9/2026,,",
    )
    assert (outcome.counts()["added"], outcome.rejected) == (3, [])
    held = Appointment.objects.filter(school=school).order_by("pk")
    assert [(each.role, each.person.name, each.starts_on, each.ends_on) for each in held] == [
        ("headteacher", "Bo Example", date(2026, 9, 1), None),
        ("sip", sip.name, date(2026, 9, 1), date(2027, 8, 31)),
        ("chair", "Bo Chair", date(2026, 9, 1), None),
    ]
    head = held[0].person
    assert (head.user, head.telephone) == (None, "01632 960001")
    assert user_can(User.objects.get(pk=sip.pk), Permission.WRITE_RECORD, on=school)
    assert "We add 2 people who are new to the service." in outcome.warnings
    assert outcome.samples[0].name == "Bo Example, Headteacher, Hilltop School, from 1 September 2026"


def test_a_name_alone_gives_nobody_a_right_who_signs_in(school: School, take: Take) -> None:
    namesake = appointed(Role.HEADTEACHER, school=SchoolFactory.create())
    outcome = take(f"Headteacher,{namesake.name},,,900101,,,01/09/2026,,")
    assert [(row, column) for row, column, _reason in refusals(outcome)] == [(2, "Email")]
    assert not user_can(User.objects.get(pk=namesake.pk), Permission.VIEW_SHARED_RECORD, on=school)


def test_a_name_with_another_address_is_another_person_than_one_who_signs_in(school: School, take: Take) -> None:
    """Whose own address may be held with their sign-in alone."""
    namesake = appointed(Role.HEADTEACHER, school=SchoolFactory.create())
    assert Person.objects.get(user=namesake).email == ""
    take(f"Headteacher,{namesake.name},another@school.example,,900101,,,01/09/2026,,")
    assert not user_can(User.objects.get(pk=namesake.pk), Permission.VIEW_SHARED_RECORD, on=school)
    assert Person.objects.filter(name=namesake.name).count() == 2


def test_the_address_somebody_signs_in_with_finds_them(school: School, take: Take) -> None:
    head = appointed(Role.HEADTEACHER, school=SchoolFactory.create())
    take(f"Headteacher,{head.name},{head.email.upper()},,900101,,,01/09/2026,,")
    assert user_can(User.objects.get(pk=head.pk), Permission.VIEW_SHARED_RECORD, on=school)
    assert Person.objects.filter(name=head.name).count() == 1


def test_every_kind_of_scope_is_named(school: School, take: Take) -> None:
    DistrictFactory.create(name="South", double_district=DoubleDistrictFactory.create(name="South and West"))
    PartnershipFactory.create(name="Riverside")
    head = "from,Starts_on-of nothing,role,NAME,district,Double district,partnership,diocese,phase,authority"
    outcome = take(
        "01/09/2026,,EIP,A,south,,,,,",
        "01/09/2026,,dsim,B,,South and West,,,,",
        "01/09/2026,,School Improvement Partner,C,,,riverside,,,",
        "01/09/2026,,SIP,D,,,,,Primary,",
        "01/09/2026,,Diocesan officer,E,,,,Nowhere,,",
        "01/09/2026,,SIP,F,,,,,,999",
        "01/09/2026,,Headteacher,G,south,,,,,",
        head=head,
    )
    assert [each.scope_kind for each in given()] == [*("district", "double_district", "partnership", "phase")]
    assert [row for row, _column, _reason in refusals(outcome)] == [6, 7, 8]
    assert "covers a school, not a district" in outcome.rejected[2].reason
    assert "We do not read the column “Starts_on-of nothing” of people.csv." in outcome.warnings


def test_the_same_file_again_changes_nothing(school: School, take: Take) -> None:
    AppointmentFactory.create(school=school, role=Role.HEADTEACHER, person__name="Old Head")
    lines = [
        "HT,Bo Example,bo@head.example,,900101,,,01/09/2026,31/12/2026,yes",
        "HT,Cy Example,,,900101,,,01/12/2026,,yes",
        "HT,Cy Example,,,900101,,,01/12/2026,,yes",
    ]
    first = take(*lines)
    assert (first.added, first.unchanged) == (2, 1)
    events, versions = AuditEvent.objects.count(), list(Appointment.objects.values_list("pk", "version"))
    again = take(*lines)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    assert AuditEvent.objects.count() == events
    assert list(Appointment.objects.values_list("pk", "version")) == versions
    held = {each.person.name: each.ends_on for each in given()}
    assert held == {"Old Head": date(2026, 8, 31), "Bo Example": date(2026, 11, 30), "Cy Example": None}
    assert refusals(again) == [(2, "To", "We already have this appointment, to 30 November 2026.")]


def test_a_last_day_is_given_to_what_had_none(school: School, take: Take) -> None:
    take("HT,Bo Example,,,900101,,,01/09/2026,,")
    outcome = take("HT,Bo Example,bo@head.example,01632 960002,900101,,,01/09/2026,31/08/2027,")
    assert outcome.changed == 1
    assert outcome.samples[0].changes == [("To", "", "31 August 2027")]
    person = Person.objects.get(name="Bo Example")
    assert (person.email, person.telephone) == ("bo@head.example", "01632 960002")


def test_a_day_is_read_as_spreadsheets_write_it(school: School, take: Take) -> None:
    take("HT,Bo Example,,,900101,,,01/09/2026 00:00,2027-08-31T00:00:00,")
    assert (given().get().starts_on, given().get().ends_on) == (date(2026, 9, 1), date(2027, 8, 31))
    assert "“01/12/2026 09:30” is not a date" in take("HT,A,,,900101,,,01/12/2026 09:30,,").rejected[0].reason


def test_a_day_is_read_as_people_write_it_and_what_nobody_sees_is_left_out(school: School, take: Take) -> None:
    outcome = take("HT,Bo\u00ad Example,bo\u200b@head.example\ufeff,,900\u200b101,,,25 Nov 26,31/08/27,")
    assert outcome.rejected == []
    held = given().get()
    assert (held.starts_on, held.ends_on) == (date(2026, 11, 25), date(2027, 8, 31))
    assert (held.person.name, held.person.email) == ("Bo Example", "bo@head.example")


def test_of_two_schools_with_one_number_the_one_that_is_open_then(take: Take) -> None:
    old = SchoolFactory.create(establishment_number=2002, establishment="closed", closed_on=date(2020, 8, 31))
    new = SchoolFactory.create(establishment_number=2002, opened_on=date(2020, 9, 1))
    outcome = take(
        "HT,Then Head,,,,999/2002,,01/09/2015,31/08/2020,",
        "HT,Now Head,,,,999/2002,,01/09/2020,,",
        f"HT,Late Head,,,{old.urn},,,01/09/2021,,",
    )
    assert {each.person.name: each.school for each in given()} == {"Then Head": old, "Now Head": new}
    assert "closed on 31 August 2020, before the first day" in outcome.rejected[0].reason


CLOSED = {"establishment": "closed", "closed_on": date(2026, 9, 30)}
PLACES: list[tuple[dict[str, Any], str, str | None]] = [
    (CLOSED, "SIP", "closed on 30 September 2026. Enter that day or an earlier one as the last day."),
    (CLOSED, "HT", "closed on 30 September 2026. Enter that day or an earlier one as the last day."),
    ({"establishment": "closed"}, "Chair", "is closed."),
    ({"establishment": "proposed"}, "SIP", "has not opened yet."),
    ({"establishment": "proposed"}, "HT", None),
    ({"establishment": "closing", "closed_on": date(2027, 8, 31)}, "SIP", None),
]


@pytest.mark.parametrize(("fields", "role", "reason"), PLACES)
def test_a_school_that_is_closed_gets_nobody_and_one_to_come_no_partner(
    take: Take, fields: dict[str, Any], role: str, reason: str | None
) -> None:
    SchoolFactory.create(urn=900102, name="Valley School", **fields)
    outcome = take(f"{role},A,,,900102,,,01/09/2026,,")
    assert refusals(outcome) == ([(2, "URN", f"Valley School {reason}")] if reason else [])
    assert outcome.added == (reason is None)


def test_whoever_was_invited_and_never_appointed_signs_in_as_that_person(school: School, take: Take) -> None:
    user = UserFactory.create(email="new@officer.example")
    take("SIP,New Officer,New@Officer.example,,900101,,,01/09/2026,,")
    assert Person.objects.get(name="New Officer").user == user


# What is refused, with its line.

NASTY = [
    ("Caretaker,A,,,900101,,,01/09/2026,,", "Role", "“Caretaker” is not a role we know."),
    (",A,,,900101,,,01/09/2026,,", "Role", "Enter a role."),
    ("SIP,,,,900101,,,01/09/2026,,", "Name", "The row has no person. Enter a name or an email address."),
    ("SIP,,who@is.example,,900101,,,01/09/2026,,", "Email", "We know no one with the address who@is.example"),
    ("SIP,A,,,900101,,,,,", "From", "Enter the first day."),
    ("SIP,A,,,900101,,,31/09/2026,,", "From", "“31/09/2026” is not a date such as 1 September 2026 or 01/09/2026."),
    ("SIP,A,,,900101,,,01/09/2062,,", "From", "1 September 2062 is more than two years ahead. Check the year."),
    ("SIP,A,,,900101,,,01/09/0206,,", "From", "1 September 206 is before 1950. Check the year."),
    ("SIP,A,,,900101,,,01/09/2026,soon,", "To", "“soon” is not a date such as 1 September 2026 or 01/09/2026."),
    ("SIP,A,,,900101,,,01/09/2026,,perhaps", "Ends previous", "“perhaps” is not yes or no."),
    ("SIP,A,,,900101,,,01/09/2026,31/08/2026,", None, "An appointment cannot end before it starts."),
    ("SIP,A,,,,,,01/09/2026,,", None, "The row has no school or area. Enter a URN, a LAESTAB"),
    ("SIP,A,,,900199,,,01/09/2026,,", "URN", "We have no school with the URN “900199”."),
    ("SIP,A,,,９００１０１,,,01/09/2026,,", "URN", "We have no school with the URN “９００１０１”."),
    ("SIP,A,,,,999/20011,,01/09/2026,,", "LAESTAB", "We have no school with the LAESTAB “999/20011”."),
    ("SIP,A,,,900101,999/2009,,01/09/2026,,", "URN", "URN 900101 is Hilltop School, whose LAESTAB is 999/2001."),
    ("SIP,A,,,900101,,North,01/09/2026,,", "URN", "Fill in only one of URN, District."),
    ("SIP,A,,,,,Nowhere,01/09/2026,,", "District", "We cannot find the district “Nowhere”: none has this name."),
    ("SIP,A\x00B,,,900101,,,01/09/2026,,", "Name", "“A�B” has a character we cannot read."),
    (f"SIP,{'A' * 151},,,900101,,,01/09/2026,,", "Name", f"“{'A' * 39}…” is longer than 150 characters."),
    ("SIP,Smith, Ann,,,900101,,,01/09/2026,,yes", None, "The row has more cells"),
    ("SIP", "Name", "The row has no person"),
    ("SIP,Twin,,,900101,,,01/09/2026,,", "Name", "2 people are called Twin. Enter the email address."),
    ("SIP,X,twins@share.example,,900101,,,01/09/2026,,", "Name", "2 people have the address twins@share.example."),
    ("SIP,Her Head,,,900101,,,01/09/2026,,", None, "Her Head cannot be both Headteacher and"),
    ("SIP,Left Long Ago,,,900101,,,01/09/2026,,", None, "Left Long Ago’s account is deactivated."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "column", "reason"), NASTY)
def test_a_row_that_cannot_be_taken_says_why(
    school: School, take: Take, line: str, column: str | None, reason: str
) -> None:
    PersonFactory.create_batch(2, name="Twin", email="twins@share.example")
    AppointmentFactory.create(person__name="Her Head", role=Role.HEADTEACHER, school=school)
    PersonFactory.create(name="Left Long Ago", user=UserFactory.create(is_active=False))
    people = Person.objects.count()
    outcome = take("", ",,,", line, "Chair,Always Taken,,,900101,,,01/09/2026,,")
    assert (outcome.added, outcome.refused) == (1, 1)
    [told] = outcome.rejected
    assert (Path(told.file).name, told.row, told.column) == ("people.csv", 4, column)
    assert told.reason.startswith(reason)
    assert Person.objects.count() == people + 1


@pytest.mark.parametrize("role", sorted(ONE_BY_ONE))
def test_roles_over_the_whole_authority_are_given_one_by_one(school: School, take: Take, role: Role) -> None:
    outcome = take(f"{role.value},A,,,900101,,,01/09/2026,,")
    assert "by file. Give it on each person’s page, under Administration, People." in outcome.rejected[0].reason
    assert not Person.objects.filter(name="A").exists()


def test_a_cell_that_cannot_be_read_loses_no_other(school: School, take: Take) -> None:
    outcome = take(f"HT,Zoë Example,zoe at school,{'0' * 41},900101,,,01/09/2026,,", encoding="cp1252")
    assert (outcome.added, outcome.refused) == (1, 0)
    assert [(each.row, each.column) for each in outcome.rejected] == [(2, "Email"), (2, "Telephone")]
    assert Person.objects.get(name="Zoë Example").email == ""
    assert outcome.files[0].encoding == "windows-1252"


def test_an_address_that_is_somebody_elses_by_name_is_told(school: School, take: Take) -> None:
    PersonFactory.create(name="Ann Example", email="ann@x.example")
    outcome = take("HT,Ann Exempel,ann@x.example,,900101,,,01/09/2026,,")
    assert refusals(outcome) == [
        (2, "Name", "The address belongs to Ann Example. We do not use the name “Ann Exempel”.")
    ]
    assert outcome.added == 1


def test_two_files_of_one_name_are_counted_apart(tmp_path: Path, by: Actor, school: School) -> None:
    paths = [tmp_path / folder / "people.csv" for folder in ("a", "b")]
    for path, urn in zip(paths, (900199, 900101), strict=True):
        path.parent.mkdir()
        path.write_text(f"{HEAD}\nHT,Bo Example,,,{urn},,,01/09/2026,,\n")
    outcome = read(paths, Work(by=by))
    assert [(each.path, each.refused) for each in outcome.files] == [(paths[0], 1), (paths[1], 0)]
    assert [each.file for each in outcome.rejected] == [str(paths[0])]


UNUSABLE = [
    (b"", "is empty"),
    (b"Name,URN\n", "no column Role and no column From"),
    (b"Role,Name,From\n", "no column for a school or a district"),
    (b"Role,role,Name,URN,From\n", "has the column Role twice"),
    (b"PK\x03\x04\x00\x00\xff\xfe", "is a damaged zip or Excel file"),
    (b'Role,Name,URN,From\nSIP,"A' + b"x" * 200_000, "cannot be read as CSV"),
]


@pytest.mark.parametrize(("content", "said"), UNUSABLE)
def test_a_file_that_is_no_list_of_appointments_is_refused(
    tmp_path: Path, by: Actor, content: bytes, said: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=said):
        read_in(path, by)


def test_the_template_is_read_by_what_it_is_for(tmp_path: Path, by: Actor, school: School) -> None:
    path = tmp_path / "template.csv"
    path.write_text(template())
    outcome = read_in(path, by)
    assert template().splitlines()[0] == ",".join(COLUMNS)
    assert outcome.warnings == [] or outcome.added
    assert {each.column for each in outcome.rejected} <= {"URN", "District"}


# Taking back.


def test_undoing_takes_out_what_was_added_and_gives_back_what_was_ended(school: School, take: Take, by: Actor) -> None:
    old = AppointmentFactory.create(school=school, role=Role.HEADTEACHER, person__name="Old Head")
    run = ImportRunFactory.create(kind="appointments")
    take("HT,Bo Example,,,900101,,,01/09/2026,,yes", run=run)
    outcome = undo(run, Work(by=by))
    assert (outcome.changed, outcome.removed) == (1, 2)
    assert outcome.samples == [
        Sample("Bo Example, Headteacher, Hilltop School", what="removed"),
        Sample("Old Head, Headteacher, Hilltop School", [("To", "31 August 2026", "")]),
        Sample("Bo Example", what="removed"),
    ]
    assert given().get().person == old.person
    assert given().get().ends_on is None
    assert not Person.objects.filter(name="Bo Example").exists()


def test_a_successor_who_was_to_come_is_withdrawn_and_by_undoing_is_to_come_again(
    school: School, take: Take, by: Actor
) -> None:
    now = AppointmentFactory.create(school=school, role=Role.HEADTEACHER, person__name="Now Head")
    first_day = date(2027, 1, 4)
    later = AppointmentFactory.create(
        school=school, role=Role.HEADTEACHER, starts_on=first_day, person__name="Later Head"
    )
    Appointment.objects.filter(pk=now.pk).update(ends_on=date(2027, 1, 3))
    run = ImportRunFactory.create(kind="appointments")
    line = "HT,Bo Example,,,900101,,,01/12/2026,,yes"
    outcome = take(line, run=run)
    assert [(each.name, each.changes) for each in outcome.samples[1:]] == [
        ("Now Head, Headteacher, Hilltop School", [("To", "3 January 2027", "30 November 2026")]),
        ("Later Head, Headteacher, Hilltop School", [("Withdrawn because", "", "Handed over to Bo Example")]),
    ]
    assert [each.person.name for each in given().current(first_day)] == ["Bo Example"]
    assert take(line).unchanged == 1
    outcome = undo(run, Work(by=by))
    assert (outcome.changed, outcome.removed) == (2, 2)
    assert [each.person.name for each in given().current(first_day)] == ["Later Head"]
    later.refresh_from_db()
    assert later.withdrawn_because == ""


def test_a_successor_whom_the_file_names_or_who_begins_when_the_new_one_is_gone_stays(
    school: School, take: Take
) -> None:
    AppointmentFactory.create(
        school=school, role=Role.HEADTEACHER, starts_on=date(2027, 1, 4), person__name="Later Head"
    )
    take(
        "HT,Bo Example,,,900101,,,01/12/2026,31/12/2026,yes",
        "HT,Cy Example,,,900101,,,01/12/2026,,yes",
        "HT,Later Head,,,900101,,,04/01/2027,,yes",
    )
    held = {each.person.name: each.ends_on for each in given().standing()}
    assert held == {"Later Head": None, "Bo Example": date(2026, 12, 31), "Cy Example": date(2027, 1, 3)}


USES: list[Callable[[Appointment], Any]] = [
    lambda held: record_event(held.school, "exported schools", by=Actor(None, held.pk)),  # type: ignore[arg-type]
    lambda held: AppointmentFactory.create(cover_for=held, school=held.school),
    lambda held: AppointmentFactory.create(person=held.person, role=Role.CHAIR, school=held.school),
]


@pytest.mark.parametrize("use", USES)
def test_what_was_used_since_stays(school: School, take: Take, by: Actor, use: Callable[[Appointment], Any]) -> None:
    run = ImportRunFactory.create(kind="appointments")
    take("HT,Bo Example,,,900101,,,01/09/2026,,", run=run)
    use(Appointment.objects.get(role=Role.HEADTEACHER))
    with pytest.raises(Blocked, match="Bo Example"):
        undo(run, Work(by=by))
    assert Appointment.objects.filter(role=Role.HEADTEACHER).exists()


# Size.


def lines(count: int, first: int = 0) -> list[str]:
    SchoolFactory.create_batch(count - first)
    numbers = list(School.objects.order_by("urn").values_list("urn", flat=True))[first:count]
    return [f"HT,Head of {urn},head{urn}@s.example,01632 {urn},{urn},,,01/09/2026,," for urn in numbers]


def test_a_row_costs_the_same_however_many_there_are(take: Take) -> None:
    def queries(*rows: str) -> int:
        # Each asks to have deadlines counted anew, and finds no job that waits already.
        Job.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            take(*rows)
        return len(captured)

    few = lines(5)
    more = lines(25, first=5)
    a, b = queries(*few), queries(*more)
    assert a == b, "a row asks for nothing more"
    assert queries(*few, *more) < a


# The command.


@pytest.mark.parametrize("dry", [True, False])
def test_the_command_takes_them_in_or_only_says_so(school: School, by: Actor, tmp_path: Path, dry: bool) -> None:
    path, said = tmp_path / "people.csv", io.StringIO()
    path.write_text(f"{HEAD}\nHT,Bo Example,,,900101,,,01/09/2026,,\nHT,,,,900101,,,01/09/2026,,\n")
    options = {"json": True, "by": by.user.email, "dry_run": dry}
    call_command("import_appointments", str(path), stdout=said, **options)
    told = json.loads(said.getvalue())
    assert (told["added"], len(told["rejected"])) == (1, 1)
    assert Appointment.objects.filter(school=school).exists() is not dry
    if not dry:
        assert Appointment.objects.get(school=school).created_by == by.user


@pytest.mark.parametrize(("email", "name"), [("nobody@x.example", "people.csv"), (None, "absent.csv")])
def test_the_command_refuses_with_a_sentence(tmp_path: Path, email: str | None, name: str) -> None:
    (tmp_path / "people.csv").write_text(HEAD)
    said = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("import_appointments", str(tmp_path / name), stdout=said, by=email, json=True)
    assert end.value.code == 2
    assert json.loads(said.getvalue())["error"].endswith(".")

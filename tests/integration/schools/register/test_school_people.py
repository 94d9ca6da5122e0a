"""The People tab: whom to contact, since when, and somebody who leaves a post at a school."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import Appointment, Person, School, SchoolContact
from schools.register.contacts.actions import change_contact, end_contact, keep_contact
from schools.register.people.appointing import end_appointment
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolContactFactory
from tests.factories.schools import (
    AppointmentFactory,
    LocalAuthorityFactory,
    PersonFactory,
    SchoolFactory,
    appointed,
)
from tests.integration.accounts.conftest import signed_in
from tests.integration.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
TOMORROW, NEXT_TERM = TUESDAY + timedelta(days=1), date(2027, 1, 4)
OFFICE = {
    "purpose": "office",
    "name": "Invented Secretary",
    "email": "office@school.example",
    "telephone": "01632 960001",
    "source": "A call",
    "as_of": TUESDAY,
}


@pytest.fixture
def administrator(county: County) -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())


@pytest.fixture
def by() -> Actor:
    return Actor(UserFactory.create(), 7)


def url(name: str, school: School, *more: int) -> str:
    return reverse(f"schools:{name}", args=[school.urn, *more])


def people(county: County, who: User) -> str:
    """The page without the places at which an address may break."""
    return signed_in(who).get(url("people", county.school)).content.decode().replace("<wbr>", "")


def posted(fields: dict[str, Any], *days: str) -> dict[str, Any]:
    """The fields as a browser sends them: a day in three boxes."""
    out = {name: value for name, value in fields.items() if name not in days}
    for name in days:
        if value := fields.get(name):
            out |= {f"{name}_0": value.day, f"{name}_1": value.month, f"{name}_2": value.year}
    return out


# Contacts.


def test_a_contact_is_kept_changed_and_ended_and_all_of_it_is_remembered(county: County, by: Actor) -> None:
    contact = keep_contact(county.school, by=by, **OFFICE)
    change_contact(contact, by=by, seen_version=1, **{**OFFICE, "telephone": ""})
    end_contact(contact, by=by, seen_version=2, reason="The office has moved")
    for again in (end_contact, change_contact):
        with pytest.raises(Conflict):
            again(contact, by=by, seen_version=3, reason="Once more")
    events = AuditEvent.objects.about("schools.schoolcontact", contact.pk).order_by("pk")
    assert [(each.verb, each.reason, each.school_id) for each in events] == [
        ("added", "", county.school.pk),
        ("changed", "", county.school.pk),
        ("ended", "The office has moved", county.school.pk),
    ]
    assert events[1].changes == {"telephone": ["01632 960001", ""]}
    assert not SchoolContact.objects.standing().exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "", "telephone": ""}, "Enter an email address or a telephone number"),
        ({"as_of": TOMORROW}, "The date must be today or in the past"),
        ({"email": "nobody"}, "Enter a valid email address"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(county: County, by: Actor, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Blocked, match=said):
        keep_contact(county.school, by=by, **{**OFFICE, **wrong})
    held = SchoolContactFactory.create(school=county.school)
    with pytest.raises(Blocked, match=said):
        change_contact(held, by=by, seen_version=1, **{**OFFICE, **wrong})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "", "telephone": ""}, "Enter an email address or a telephone number"),
        ({"telephone": "ring the bell"}, "Enter a telephone number, like 01632 960 001"),
        ({"email": "nobody"}, "in the correct format"),
        ({"source": ""}, "Enter the source"),
        ({"as_of": TOMORROW}, "The date must be today or in the past"),
        ({"as_of": None}, "Enter the date this was correct"),
        ({"purpose": "x"}, "Select the contact for from the list"),
    ],
)
def test_the_form_says_what_is_wrong(county: County, wrong: dict[str, Any], said: str) -> None:
    data = posted({**OFFICE, **wrong}, "as_of")
    assert said in signed_in(county.sip).post(url("contact_add", county.school), data).content.decode()
    assert not SchoolContact.objects.exists()


def test_the_tab_says_whom_to_contact_and_who_says_so(county: County) -> None:
    county.school.telephone, county.school.website = "01632 960009", "www.school.example"
    county.school.source_changed_on = date(2021, 5, 1)
    county.school.save()
    Person.objects.filter(user=county.headteacher).update(email="head@school.example")
    client = signed_in(county.sip)
    added = client.post(
        url("contact_add", county.school), posted({**OFFICE, "name": "<b>Bo</b>"}, "as_of"), follow=True
    )
    assert "office<wbr>@school<wbr>.example" in added.content.decode()
    page = added.content.decode().replace("<wbr>", "")
    ways = ('href="mailto:office@school.example">office@school.example<', 'href="tel:01632960001">01632 960001<')
    for text in ("&lt;b&gt;Bo&lt;/b&gt;", *ways, "A call", "3 November 2026"):
        assert text in page
    for text in ("01632 960009", "www.school.example", "GIAS", "1 May 2021", "head@school.example", "Add a contact"):
        assert text in page
    contact = SchoolContact.objects.get()
    change = url("contact_change", county.school, contact.pk)
    assert (
        "Nothing was changed"
        in client.post(
            change, posted({**OFFICE, "name": "<b>Bo</b>", "base_version": 1}, "as_of"), follow=True
        ).content.decode()
    )
    link = appointed(Role.SCHOOL_LINK, school=county.school)
    assert "office@school.example" not in people(county, link)
    reader = people(county, county.chair)
    assert "office@school.example" in reader
    assert "Add a contact" not in reader


def test_whoever_saves_second_sees_what_is_saved_and_keeps_what_they_typed(county: County, by: Actor) -> None:
    contact = keep_contact(county.school, by=by, **OFFICE)
    client, path = signed_in(county.sip), url("contact_change", county.school, contact.pk)
    assert 'name="base_version" value="1"' in client.get(path).content.decode()
    change_contact(contact, by=by, seen_version=1, **{**OFFICE, "name": "Theirs"})
    lost = client.post(path, posted({**OFFICE, "name": "Mine", "base_version": 1}, "as_of"))
    page = lost.content.decode()
    assert lost.status_code == 409
    for text in ("Name: Theirs", 'value="Mine"', 'name="base_version" value="2"', str(by.user)):
        assert text in page
    assert client.post(path, posted({**OFFICE, "name": "Mine", "base_version": 2}, "as_of")).status_code == 302
    end_contact(SchoolContact.objects.get(), by=by, seen_version=3, reason="Gone")
    path = url("contact_end", county.school, contact.pk)
    assert "has ended this contact: Gone" in client.get(path, follow=True).content.decode()
    assert client.post(path, {"reason": "Gone too", "base_version": 3}).status_code == 409


@pytest.mark.parametrize("page", ["contact_change", "contact_end"])
def test_the_contact_of_another_school_and_one_that_never_was_are_not_found(county: County, page: str) -> None:
    other = SchoolContactFactory.create(school=SchoolFactory.create())
    for key in (other.pk, 0):
        assert signed_in(county.sip).get(url(page, county.school, key)).status_code == 404


# Somebody leaves a post.


def head_of(county: County) -> Appointment:
    return Appointment.objects.get(school=county.school, role=Role.HEADTEACHER)


def leaving(held: Appointment, on: date = NEXT_TERM, **more: str) -> dict[str, Any]:
    fields = {"last_day": on, "reason": "Retires", "base_version": held.version, **more}
    return posted(fields, "last_day")


def test_a_head_leaves_and_a_new_one_begins_on_the_next_day(county: County, administrator: User) -> None:
    held, client = head_of(county), signed_in(administrator)
    path = url("appointment_end", county.school, held.pk)
    assert path in people(county, administrator)
    new: dict[str, Any] = {"name": "Bo Example", "email": "bo@school.example", "telephone": "01632 960002"}
    page = client.post(path, leaving(held, **new), follow=True).content.decode()
    assert "last day is 4 January 2027. Bo Example begins on 5 January 2027." in page
    assert "From 5 January 2027" in page
    held.refresh_from_db()
    successor = Appointment.objects.get(person__name="Bo Example")
    assert (held.ends_on, successor.starts_on, successor.role) == (NEXT_TERM, date(2027, 1, 5), Role.HEADTEACHER)
    assert (successor.person.email, successor.person.telephone) == ("bo@school.example", "01632 960002")
    withdraw = url("appointment_end", county.school, successor.pk)
    assert "Withdraw the appointment of Bo Example" in client.get(withdraw).content.decode()
    client.post(withdraw, {"reason": "Declined", "base_version": 1})
    assert not Appointment.objects.standing().filter(person__name="Bo Example").exists()


def test_whoever_is_known_by_address_succeeds_and_a_namesake_does_not(county: County, administrator: User) -> None:
    known = PersonFactory.create(name="Jane Brown", email="jane@school.example", user=UserFactory.create())
    held, client = head_of(county), signed_in(administrator)
    path = url("appointment_end", county.school, held.pk)
    page = client.post(path, leaving(held, name="Jane Brown")).content.decode()
    assert "We already know a person called Jane Brown" in page
    assert head_of(county).ends_on is None
    page = client.post(path, leaving(held, email="nobody@known.example")).content.decode()
    assert "Enter their name too" in page
    client.post(path, leaving(held, email="JANE@school.example"))
    assert Appointment.objects.get(school=county.school, starts_on=date(2027, 1, 5)).person == known


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Bo Example"}, "We know jane@school.example under another name."),
        ({"telephone": "01632 960002"}, "We have no telephone number for jane@school.example."),
    ],
)
def test_what_is_typed_of_somebody_known_otherwise_is_refused_and_kept(
    county: County, administrator: User, typed: dict[str, Any], sentence: str
) -> None:
    PersonFactory.create(name="Jane Brown", email="jane@school.example")
    held = head_of(county)
    path = url("appointment_end", county.school, held.pk)
    page = signed_in(administrator).post(path, leaving(held, email="jane@school.example", **typed)).content.decode()
    assert sentence in page
    assert all(f'value="{text}"' in page for text in typed.values())
    assert head_of(county).ends_on is None
    same = leaving(held, email="jane@school.example", name="Jane  Brown")
    assert "begins on 5 January 2027" in signed_in(administrator).post(path, same, follow=True).content.decode()


def test_a_successor_who_cannot_hold_it_ends_nothing(county: County, administrator: User) -> None:
    Person.objects.filter(user=county.sip).update(email="sip@county.example")
    held = head_of(county)
    path = url("appointment_end", county.school, held.pk)
    page = signed_in(administrator).post(path, leaving(held, email="sip@county.example")).content.decode()
    assert "cannot be both Headteacher and School Improvement Partner" in page
    assert head_of(county).ends_on is None


def test_who_assigns_partners_ends_partners_alone(county: County) -> None:
    client, sip = signed_in(county.dsim), Appointment.objects.get(school=county.school, role=Role.SIP)
    assert client.get(url("appointment_end", county.school, head_of(county).pk)).status_code == 403
    client.post(url("appointment_end", county.school, sip.pk), leaving(sip))
    event = AuditEvent.objects.get(verb="ended")
    assert (event.reason, event.appointment_id) == ("Retires", Appointment.objects.get(role=Role.DSIM).pk)
    elsewhere = AppointmentFactory.create()
    assert client.get(url("appointment_end", county.school, elsewhere.pk)).status_code == 404


def test_who_ends_it_second_is_told_how_it_stands(county: County, administrator: User, by: Actor) -> None:
    held = head_of(county)
    stale = leaving(held, name="Bo Example", email="bo@school.example")
    end_appointment(held, on=TOMORROW, by=by, reason="Leaves")
    lost = signed_in(administrator).post(url("appointment_end", county.school, held.pk), stale)
    assert lost.status_code == 409
    page = lost.content.decode()
    assert f"{by.user} changed this after you opened it. It now ends on 4 November 2026." in page
    assert 'value="Bo Example"' in page
    assert not Person.objects.filter(name="Bo Example").exists()


def test_what_is_over_does_not_come_back_by_a_later_last_day(
    county: County, administrator: User, by: Actor, clock_at: Any
) -> None:
    held = head_of(county)
    end_appointment(held, on=TOMORROW, by=by, reason="Leaves")
    clock_at(TOMORROW + timedelta(days=1))
    late = signed_in(administrator).post(url("appointment_end", county.school, held.pk), leaving(held))
    assert late.status_code == 409
    assert "has already ended, on 4 November 2026." in late.content.decode()
    assert "saving again" not in late.content.decode()
    held.refresh_from_db()
    assert (held.ends_on, held.version) == (TOMORROW, 2)


@pytest.mark.usefixtures("name_is_known")
def test_the_tab_takes_the_same_queries_at_two_sizes(county: County, administrator: User) -> None:
    def queries() -> list[int]:
        counts = []
        for who in (county.dsim, county.headteacher, administrator):
            client = signed_in(who)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url("people", county.school)).status_code == 200
            counts.append(len(captured))
        return counts

    def grow() -> None:
        SchoolContactFactory.create(school=county.school)
        AppointmentFactory.create(school=county.school, role=Role.CLERK, person__email="clerk@school.example")
        AppointmentFactory.create(school=county.school, role=Role.SIP, starts_on=NEXT_TERM)

    grow()
    few = queries()
    for _more in range(6):
        grow()
    assert queries() == few


class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_of_two_who_change_a_contact_one_is_told(self, county: County, by: Actor) -> None:
        contact = keep_contact(county.school, by=by, **OFFICE)
        outcomes = together(
            lambda: change_contact(contact, by=by, seen_version=1, **{**OFFICE, "name": "One"}),
            lambda: change_contact(SchoolContact.objects.get(), by=by, seen_version=1, **{**OFFICE, "name": "Two"}),
        )
        assert sorted(type(each) is Conflict for each in outcomes) == [False, True]

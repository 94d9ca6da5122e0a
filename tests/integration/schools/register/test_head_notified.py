"""The Head of service gets an email about every appointment over the whole authority."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from post_office.models import Email

from schoolimprove.accounts.roles import AUTHORITY_WIDE_ROLES, ROLE_SCOPES, Role
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.imports.appointments.run import read
from schools.imports.core.registry import Work
from schools.models import Appointment, LocalAuthority, Person
from schools.register.models.school import Phase
from schools.register.people.appointing import Saving, appoint, end_appointment, save_appointment, save_together
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY
from tests.factories.schools import (
    AppointmentFactory,
    LocalAuthorityFactory,
    PersonFactory,
    SchoolFactory,
    appointed,
)
from tests.integration.signing_in import signed_in
from tests.integration.test_admin_hardening import saved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)


@pytest.fixture
def authority() -> LocalAuthority:
    return LocalAuthorityFactory.create(own=True, name="Borsetshire")


@pytest.fixture
def by(authority: LocalAuthority) -> Actor:
    return Actor(appointed(Role.SYSTEM_ADMINISTRATOR, authority=authority))


@pytest.fixture
def jo() -> Person:
    return PersonFactory.create(name="Jo Smith", user=UserFactory.create(email="jo@example.org"))


def officer(role: Role, authority: LocalAuthority, **fields: Any) -> Person:
    person: Person = Person.objects.get(user=appointed(role, authority=authority))
    for name, value in fields.items():
        setattr(person, name, value)
    person.save()
    return person


def recipients() -> list[str]:
    return sorted(each.to[0] for each in Email.objects.all())


def account_of(person: Person) -> str:
    assert person.user is not None
    return person.user.email


# What is told.


def test_the_head_reads_who_got_which_role_from_whom_and_what_it_opens(
    jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    other = officer(Role.SYSTEM_ADMINISTRATOR, authority, name="Olu Other")
    made = appoint(jo, Role.CORPORATE_DIRECTOR, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    mail = Email.objects.get()
    assert mail.to == [account_of(head)]
    assert mail.subject == "New appointment: Jo Smith, Corporate Director"
    for text in (mail.message, mail.html_message):
        lacking = [
            said
            for said in (
                "has given an appointment that covers the whole authority or a whole phase",
                str(by.user),
                "Jo Smith",
                "jo@example.org",
                f"Corporate Director, {authority}, from 3 November 2026",
                "read drafts by DSIMs",
                f"ask another system administrator to end the appointment today: {other.name}",
            )
            if said not in text
        ]
        assert lacking == []
    event = AuditEvent.objects.get(subject_id=made.pk, verb="Head notified")
    assert (event.by, event.reason) == (by.user, f"Email to {head.name}")


def test_the_page_of_the_person_says_who_got_the_e_mail(jo: Person, by: Actor, authority: LocalAuthority) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    appoint(jo, Role.FINANCE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    page = signed_in(by.user).get(f"/people/{jo.user_id}/").content.decode()
    assert f"From 3 November 2026. Email to {head.name}, 3 November 2026" in page


@pytest.mark.parametrize("role", sorted(AUTHORITY_WIDE_ROLES - {Role.HEAD_OF_SERVICE}))
def test_every_role_over_the_whole_authority_is_told_of(
    role: Role, jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    scope = {"phase": Phase.PRIMARY} if "phase" in ROLE_SCOPES[role] else {"authority": authority}
    appoint(jo, role, scope=scope, starts_on=TUESDAY, by=by)
    assert recipients() == [account_of(head)]


def test_a_partner_of_a_whole_phase_is_told_of_and_one_of_a_school_is_not(
    jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    appoint(jo, Role.SIP, scope={"school": SchoolFactory.create(authority=authority)}, starts_on=TUESDAY, by=by)
    assert recipients() == []
    appoint(jo, Role.SIP, scope={"phase": Phase.SECONDARY}, starts_on=TUESDAY, by=by)
    assert recipients() == [account_of(head)]


def test_a_change_into_one_and_a_longer_one_are_told_of_and_an_end_is_not(
    jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    officer(Role.HEAD_OF_SERVICE, authority)
    held = AppointmentFactory.create(person=jo, ends_on=date(2026, 12, 18))
    held.school, held.phase = None, Phase.PRIMARY
    save_appointment(held, by=by)
    assert len(recipients()) == 1
    end_appointment(held, on=TUESDAY + timedelta(days=1), by=by, reason="Sooner")
    assert len(recipients()) == 1
    held.ends_on = date(2027, 12, 18)
    save_appointment(held, by=by)
    assert len(recipients()) == 2


def test_many_at_once_are_one_e_mail(by: Actor, authority: LocalAuthority) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    people = [PersonFactory.create(name=f"Officer {number}") for number in range(20)]
    new = [Appointment(person=each, role=Role.FINANCE, authority=authority, starts_on=TUESDAY) for each in people]
    narrow = Appointment(person=people[0], role=Role.CLERK, school=SchoolFactory.create(), starts_on=TUESDAY)
    save_together([Saving(each, "appointed", by, "") for each in [*new, narrow]])
    mail = Email.objects.get()
    assert (mail.to, mail.subject) == ([account_of(head)], "20 new appointments that cover a whole authority or phase")
    assert all(f"Officer {number}" in mail.message for number in range(20))
    assert "Clerk" not in mail.message
    assert AuditEvent.objects.filter(verb="Head notified").count() == 20


def test_a_table_of_partners_over_phases_is_one_e_mail(by: Actor, authority: LocalAuthority, tmp_path: Path) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    phases = [each.label for each in (Phase.PRIMARY, Phase.SECONDARY, Phase.NURSERY)]
    rows = [f"sip,Partner {phase},,{phase},01/09/2026" for phase in phases]
    (path := tmp_path / "people.csv").write_text("\n".join(["Role,Name,Email,Phase,From", *rows]))
    assert read([path], Work(by=by)).added == 3
    mail = Email.objects.get()
    assert (mail.to, mail.subject) == ([account_of(head)], "3 new appointments that cover a whole authority or phase")
    assert all(f"Partner {phase}" in mail.message for phase in phases)


def test_what_is_refused_is_not_told_of(by: Actor, authority: LocalAuthority) -> None:
    officer(Role.HEAD_OF_SERVICE, authority)
    me = Person.objects.get(user=by.user)
    with pytest.raises(Blocked):
        appoint(me, Role.CORPORATE_DIRECTOR, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    assert recipients() == []
    assert not AuditEvent.objects.filter(verb="Head notified").exists()


def test_what_was_typed_as_a_name_arrives_as_text(by: Actor, authority: LocalAuthority) -> None:
    officer(Role.HEAD_OF_SERVICE, authority)
    odd = PersonFactory.create(name="<b>Jo</b> {{ by }}")
    appoint(odd, Role.FINANCE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    mail = Email.objects.get()
    assert "<b>Jo</b> {{ by }}" in mail.message
    assert "&lt;b&gt;Jo&lt;/b&gt; {{ by }}" in mail.html_message


# Who is told.


def test_the_account_is_written_to_and_not_an_address_that_an_administrator_can_change(
    jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority, email="diverted@example.org")
    without = PersonFactory.create(email="second.head@example.org")
    AppointmentFactory.create(person=without, role=Role.HEAD_OF_SERVICE, school=None, authority=authority)
    appoint(jo, Role.FINANCE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    assert recipients() == sorted([account_of(head), "second.head@example.org"])


def test_a_head_who_left_is_not_written_to(jo: Person, by: Actor, authority: LocalAuthority) -> None:
    gone, left = officer(Role.HEAD_OF_SERVICE, authority), officer(Role.HEAD_OF_SERVICE, authority)
    Appointment.objects.filter(person=gone).update(ends_on=TUESDAY - timedelta(days=1))
    assert left.user is not None
    left.user.is_active = False
    left.user.save()
    director = officer(Role.CORPORATE_DIRECTOR, authority)
    appoint(jo, Role.FINANCE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    assert recipients() == [account_of(director)]


def test_a_new_head_is_told_of_their_own_appointment_and_somebody_besides(
    jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    other = officer(Role.SYSTEM_ADMINISTRATOR, authority)
    appoint(jo, Role.HEAD_OF_SERVICE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    assert recipients() == sorted(["jo@example.org", account_of(other)])


def test_a_second_head_is_told_of_to_both(jo: Person, by: Actor, authority: LocalAuthority) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    officer(Role.CORPORATE_DIRECTOR, authority)
    appoint(jo, Role.HEAD_OF_SERVICE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    assert recipients() == sorted(["jo@example.org", account_of(head)])


def test_without_a_head_and_a_director_it_is_the_other_administrators(
    jo: Person, by: Actor, authority: LocalAuthority
) -> None:
    other = officer(Role.SYSTEM_ADMINISTRATOR, authority)
    appoint(jo, Role.FINANCE, scope={"authority": authority}, starts_on=TUESDAY, by=by)
    assert recipients() == [account_of(other)]


def test_where_there_is_nobody_it_is_in_the_audit(jo: Person, authority: LocalAuthority) -> None:
    made = appoint(jo, Role.SYSTEM_ADMINISTRATOR, scope={"authority": authority}, starts_on=TUESDAY, by=SYSTEM)
    assert recipients() == []
    event = AuditEvent.objects.get(subject_id=made.pk, verb="Head notified")
    assert event.reason == "No email sent: there is no Head, Corporate Director or other system administrator"


# By another account.


def test_an_account_given_to_somebody_who_holds_one_is_told_of(by: Actor, authority: LocalAuthority) -> None:
    head = officer(Role.HEAD_OF_SERVICE, authority)
    person = PersonFactory.create(name="Dee Director", email="dee@example.org")
    AppointmentFactory.create(person=person, role=Role.CORPORATE_DIRECTOR, school=None, authority=authority)
    account = UserFactory.create(email="not.dee@example.org")
    assert saved(signed_in(by.user), person, user=account.pk).status_code == 302
    mail = Email.objects.get()
    assert (mail.to, mail.subject) == ([account_of(head)], "New account: Dee Director, Corporate Director")
    said = "has given an account to a person with an appointment that covers the whole authority or a whole phase"
    assert said in mail.message
    assert "Dee Director (signs in as not.dee@example.org)" in mail.message

"""Somebody leaves: what they hold ends or goes on with another, what they began can be finished, and why is private."""

from datetime import date, timedelta
from typing import Any

import pytest

from schoolimprove.accounts.actions.person import deactivate, reactivate
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.models import Appointment, Person, RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.hand_over import RecordsHandOver
from schools.records.states import RecordStatus
from schools.register.allocation.actions import Choice, hand_over_schools
from schools.register.allocation.board import seen_of
from schools.register.people.account_hooks import AppointmentsHandOver, appointments_panel
from schools.visits.states import VisitStatus
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY, County
from tests.factories.schools import (
    AppointmentFactory,
    LocalAuthorityFactory,
    PersonFactory,
    RecordOfVisitFactory,
    SchoolFactory,
    VisitFactory,
    also_appointed,
    appointed,
)
from tests.integration.accounts.conftest import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
TOMORROW, NEXT_TERM = TUESDAY + timedelta(days=1), date(2027, 1, 5)


@pytest.fixture
def administrator() -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())


@pytest.fixture
def by(administrator: User) -> Actor:
    return Actor(administrator)


def person_of(user: User) -> Person:
    return Person.objects.get(user=user)


def leave(user: User, by: Actor, **to: User) -> None:
    """Deactivated today, with everything going to whom is named: `appointments=`, `records=`."""
    chosen = {key: str(person_of(each).pk if key == "appointments" else each.pk) for key, each in to.items()}
    deactivate(user, by=by, on=TUESDAY, reason="Long-term illness", hand_over_to=chosen)


def held(user: User, on: date) -> set[tuple[str, str]]:
    return {(each.role, each.scope_name) for each in Appointment.objects.current(on).held_by(user)}


def offered(hook: Any, user: User) -> list[str]:
    return [name for _value, name in hook.candidates(user, on=TUESDAY)]


# Appointments that have not begun.


def test_what_has_not_begun_is_handed_over_too(by: Actor) -> None:
    now, later = SchoolFactory.create_batch(2)
    leaver, successor = appointed(Role.SIP, school=now), appointed(Role.SIP, school=SchoolFactory.create())
    AppointmentFactory.create(person=person_of(leaver), school=later, starts_on=NEXT_TERM)
    assert AppointmentsHandOver().held_by(leaver, on=TUESDAY) == [
        f"School Improvement Partner, {now}",
        f"School Improvement Partner, {later}, from 5 January 2027",
    ]
    leave(leaver, by, appointments=successor)
    assert held(leaver, NEXT_TERM) == set()
    begins = Appointment.objects.get(person=person_of(successor), school=later)
    assert (begins.starts_on, begins.ends_on) == (NEXT_TERM, None)


def test_what_has_not_begun_and_goes_to_nobody_never_begins(by: Actor, administrator: User) -> None:
    school: School = SchoolFactory.create(name="Hilltop School")
    leaver = appointed(Role.SIP, school=school, starts_on=NEXT_TERM)
    leave(leaver, by)
    assert not school.appointments.current(NEXT_TERM).exists()
    appointment = school.appointments.get()
    assert (appointment.starts_on, appointment.ends_on) == (NEXT_TERM, None)
    panel = appointments_panel(administrator, leaver, TUESDAY)
    assert [row.note for row in panel.rows] == ["Withdrawn; was due to begin on 5 January 2027"]
    reactivate(leaver, by=by, reason="Back")
    assert held(User.objects.get(pk=leaver.pk), NEXT_TERM) == set()


def test_what_the_successor_holds_already_is_theirs_already(by: Actor) -> None:
    school: School = SchoolFactory.create()
    leaver, successor = appointed(Role.SIP, school=school), appointed(Role.SIP, school=school)
    leave(leaver, by, appointments=successor)
    assert Appointment.objects.current(TOMORROW).get(school=school).person == person_of(successor)


def test_what_the_successor_holds_for_a_while_only_is_not_silently_lost(by: Actor) -> None:
    school: School = SchoolFactory.create()
    leaver, successor = appointed(Role.SIP, school=school), appointed(Role.SIP, school=school, ends_on=NEXT_TERM)
    with pytest.raises(Blocked, match="is already appointed School Improvement Partner"):
        leave(leaver, by, appointments=successor)
    leaver.refresh_from_db()
    assert leaver.is_active


# Who may succeed.


def test_a_successor_holds_all_the_roles_that_are_handed_over(by: Actor) -> None:
    school: School = SchoolFactory.create()
    leaver = appointed(Role.SIP, school=school)
    also_appointed(leaver, Role.EIP, district=school.district)
    elsewhere: School = SchoolFactory.create()
    half, whole = appointed(Role.SIP, school=elsewhere), appointed(Role.SIP, school=elsewhere)
    also_appointed(whole, Role.EIP, district=school.district)
    assert offered(AppointmentsHandOver(), leaver) == [whole.name]
    with pytest.raises(Blocked, match="Select who takes over appointments"):
        leave(leaver, by, appointments=half)


def test_roles_over_the_whole_authority_are_never_handed_over(by: Actor) -> None:
    school: School = SchoolFactory.create()
    leaver, successor = appointed(Role.SIP, school=school), appointed(Role.SIP, school=SchoolFactory.create())
    for role in (Role.SYSTEM_ADMINISTRATOR, Role.ERA, Role.HEAD_OF_SERVICE):
        also_appointed(leaver, role, authority=school.authority)
    lines = AppointmentsHandOver().held_by(leaver, on=TUESDAY)
    assert f"System administrator, {school.authority} (ends; cannot be handed over)" in lines
    leave(leaver, by, appointments=successor)
    successor = User.objects.get(pk=successor.pk)
    assert {role for role, _where in held(successor, TOMORROW)} == {Role.SIP}
    assert not successor.is_staff
    assert not Appointment.objects.current(TOMORROW).held_by(leaver).exists()


def test_nobody_is_offered_what_is_never_handed_over(by: Actor, administrator: User) -> None:
    other = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    assert offered(AppointmentsHandOver(), other) == []
    leave(other, by)
    assert held(other, TOMORROW) == set()


# Why they left.


def test_the_reason_stays_with_the_account(by: Actor, county: County) -> None:
    successor = appointed(Role.SIP, school=SchoolFactory.create())
    record = county.record()
    leave(county.sip, by, appointments=successor, records=successor)
    leave(county.chair, by)
    told = AuditEvent.objects.filter(reason__contains="illness")
    assert set(told.values_list("verb", "subject_kind")) == {("deactivated", "accounts.user")}
    assert not Appointment.history.filter(history_change_reason__contains="illness").exists()
    ended = AuditEvent.objects.filter(verb="ended").values_list("reason", flat=True)
    assert sorted(ended) == [f"Handed over to {successor.name}", "Left the service"]
    page = signed_in(county.dsim).get(f"/schools/{county.school.urn}/chronology/").content.decode()
    assert f"Handed over to {successor.name}" in page
    assert "illness" not in page
    assert record.reference in page


# Records that are not finished.


def test_somebody_must_take_over_what_is_begun_or_submitted(by: Actor, county: County) -> None:
    county.record(RecordStatus.SHARED)
    draft = county.start(county.sip, kind="review")
    sent = county.submitted(county.sip, kind="monitoring")
    assert RecordsHandOver().held_by(county.sip, on=TUESDAY) == [
        f"{draft.reference}, {county.school.name}: draft",
        f"{sent.reference}, {county.school.name}: awaiting approval",
    ]
    with pytest.raises(Blocked, match="Select who takes over unfinished records of visit"):
        leave(county.sip, by)
    county.sip.refresh_from_db()
    assert county.sip.is_active


def test_a_new_author_finishes_what_was_begun(by: Actor, county: County) -> None:
    shared, draft = county.record(RecordStatus.SHARED), county.start(county.sip, kind="review")
    successor = appointed(Role.SIP, school=county.school)
    leave(county.sip, by, appointments=successor, records=successor)
    draft, shared = RecordOfVisit.objects.get(pk=draft.pk), RecordOfVisit.objects.get(pk=shared.pk)
    assert (draft.author, draft.author_role, draft.visit.author) == (successor, Role.SIP, county.sip)
    assert shared.author == county.sip
    record_actions.revise(draft, by=successor, seen_version=draft.version, findings="Finished by another")
    record_actions.submit(draft, by=successor, on=TUESDAY, seen_version=draft.version)
    record_actions.approve(draft, by=county.dsim, on=TUESDAY, seen_version=draft.version)
    event = AuditEvent.objects.get(verb="handed over")
    assert (event.by, event.reason) == (by.user, f"Handed over from {county.sip} to {successor}")
    assert event.changes == {"author": [county.sip.pk, successor.pk]}


def test_a_colleague_who_gets_the_school_writes_there_from_the_next_day(
    by: Actor, county: County, clock_at: Any
) -> None:
    draft = county.start(county.sip)
    colleague = appointed(Role.SIP, school=SchoolFactory.create())
    leave(county.sip, by, appointments=colleague, records=colleague)
    draft = RecordOfVisit.objects.get(pk=draft.pk)
    assert not draft.is_written_by(User.objects.get(pk=colleague.pk))
    clock_at(TOMORROW)
    assert draft.is_written_by(User.objects.get(pk=colleague.pk))


def test_a_manager_who_takes_over_writes_as_such_and_their_own_manager_approves(by: Actor, county: County) -> None:
    sent = county.submitted(county.sip)
    assert offered(RecordsHandOver(), county.sip) == sorted([county.dsim.name, county.head.name])
    leave(county.sip, by, records=county.dsim)
    sent = RecordOfVisit.objects.get(pk=sent.pk)
    assert (sent.author, sent.author_role) == (county.dsim, Role.DSIM)
    assert not sent.is_approved_by(county.dsim)
    assert sent.is_approved_by(county.head)


def test_only_who_could_finish_all_of_them_is_offered(by: Actor, county: County) -> None:
    other: School = SchoolFactory.create(district__name="South", district__double_district__name="South and West")
    also_appointed(county.sip, Role.SIP, school=other)
    county.start(county.sip)
    county.start(county.sip, school=other)
    peer = appointed(Role.SIP, school=SchoolFactory.create())
    User.objects.filter(pk=peer.pk).update(is_active=False)
    names = offered(RecordsHandOver(), county.sip)
    assert county.dsim.name not in names
    assert county.head.name in names
    assert peer.name not in names
    assert county.headteacher.name not in names


def test_where_nobody_could_take_them_the_way_in_is_still_closed(by: Actor) -> None:
    school: School = SchoolFactory.create(district=None)
    sip = appointed(Role.SIP, school=school)
    record = RecordOfVisitFactory.create(visit=VisitFactory.create(school=school, author=sip))
    leave(sip, by)
    record.refresh_from_db()
    assert record.author == sip
    assert not User.objects.get(pk=sip.pk).is_active


def test_the_page_asks_for_both(administrator: User, county: County) -> None:
    draft = county.start(county.sip)
    client = signed_in(administrator)
    url = f"/people/{county.sip.pk}/deactivate/"
    page = client.get(url).content.decode()
    assert "Who takes over unfinished records of visit?" in page
    assert draft.reference in page
    posted = {"reason": "Long-term illness", "to_records": str(county.dsim.pk), "to_appointments": "end"}
    assert client.post(url, posted).status_code == 302
    assert RecordOfVisit.objects.get().author == county.dsim
    assert not user_can(User.objects.get(pk=county.sip.pk), Permission.WRITE_RECORD, on=county.school)


def test_whoever_holds_nothing_is_asked_nothing() -> None:
    for user in (UserFactory.create(), PersonFactory.create(user=UserFactory.create()).user):
        for hook in (AppointmentsHandOver(), RecordsHandOver()):
            assert hook.held_by(user, on=TUESDAY) == []
            assert hook.candidates(user, on=TUESDAY) == []


# Visits to come.


def test_the_visits_of_who_leaves_go_with_the_schools(county: County, by: Actor) -> None:
    successor = appointed(Role.SIP, school=SchoolFactory.create())
    coming = VisitFactory.create(
        school=county.school, author=county.sip, status=VisitStatus.AGREED, held_on=None, planned_on=NEXT_TERM
    )
    held = VisitFactory.create(school=county.school, author=county.sip)
    leave(county.sip, by, appointments=successor)
    coming.refresh_from_db()
    held.refresh_from_db()
    assert (coming.author, held.author) == (successor, county.sip)
    event = AuditEvent.objects.about("schools.visit", coming.pk).get()
    assert (event.verb, event.reason) == ("handed over", f"Handed over from {county.sip} to {successor}")


def test_the_visits_of_who_leaves_without_a_successor_are_nobodys(county: County, by: Actor) -> None:
    coming = VisitFactory.create(school=county.school, author=county.sip, status=VisitStatus.DUE, held_on=None)
    leave(county.sip, by)
    coming.refresh_from_db()
    assert coming.author is None
    assert AuditEvent.objects.about("schools.visit", coming.pk).get().reason == "Left the service"


def test_a_partner_who_hands_over_schools_hands_over_their_visits(county: County) -> None:
    successor = appointed(Role.SIP, school=SchoolFactory.create(district=county.school.district))
    elsewhere = SchoolFactory.create(district=county.school.district)
    also_appointed(county.sip, Role.SIP, school=elsewhere)
    moved, kept = (
        VisitFactory.create(school=school, author=county.sip, status=VisitStatus.DUE, held_on=None)
        for school in (county.school, elsewhere)
    )
    held = county.sip.person.appointments.get(school=county.school)
    choice = Choice(county.school, seen_of([held], on=TUESDAY))
    hand_over_schools(
        person_of(county.sip), [choice], person_of(successor), last_day=TUESDAY, by=county.dsim, on=TUESDAY
    )
    moved.refresh_from_db()
    kept.refresh_from_db()
    assert (moved.author, kept.author) == (successor, county.sip)

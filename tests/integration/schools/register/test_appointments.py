"""Appointing, ending and handing over: what is refused in which words, and what history and audit keep of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import ROLE_LABELS, Permission, Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Conflict
from schools.models import Appointment, Person, School
from schools.register.models.school import Phase
from schools.register.models.scoped import SCOPE_FIELDS
from schools.register.people.appointing import appoint, end_appointment, save_appointment
from schools.register.people.leaving import hand_over
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY
from tests.factories.schools import (
    AppointmentFactory,
    DioceseFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    PersonFactory,
    SchoolFactory,
)
from tests.integration.refusals import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]

YESTERDAY, TOMORROW = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)


@pytest.fixture
def by() -> Actor:
    return Actor(UserFactory.create(), 77)


@pytest.fixture
def school() -> School:
    return SchoolFactory.create(partnership=PartnershipFactory.create())


@pytest.fixture
def person() -> Person:
    return PersonFactory.create(user=UserFactory.create())


def told(appointment: Appointment) -> list[tuple[str, Any, int | None, str, dict[str, Any]]]:
    events = AuditEvent.objects.about("schools.appointment", appointment.pk).order_by("pk")
    return [(each.verb, each.by, each.appointment_id, each.reason, each.changes) for each in events]


def rows_of_history(appointment: Appointment) -> list[tuple[str, User | None, str | None]]:
    rows = appointment.history.order_by("history_id")
    return [(row.history_type, row.history_user, row.history_change_reason) for row in rows]


def test_appointing_gives_the_right_at_once(person: Person, school: School, by: Actor) -> None:
    user = person.user
    assert user is not None
    assert not user_can(user, Permission.WRITE_RECORD, on=school)
    appointment = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    assert user_can(user, Permission.WRITE_RECORD, on=school)
    assert (appointment.created_by, appointment.version) == (by.user, 1)


def test_history_and_audit_say_who_when_and_why(person: Person, school: School, by: Actor) -> None:
    appointment = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by, reason="New partner")
    end_appointment(appointment, on=TOMORROW, by=by, reason="Moves to another district")
    assert rows_of_history(appointment) == [("+", by.user, "New partner"), ("~", by.user, "Moves to another district")]
    assert told(appointment) == [
        ("appointed", by.user, 77, "New partner", {}),
        ("ended", by.user, 77, "Moves to another district", {"ends_on": [None, "2026-11-04"]}),
    ]
    assert set(AuditEvent.objects.filter(verb="ended").values_list("school_id", flat=True)) == {school.pk}
    assert (appointment.version, appointment.updated_by) == (2, by.user)


def test_a_change_is_told_with_before_and_after(person: Person, school: School, by: Actor) -> None:
    appointment = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    other = SchoolFactory.create()
    appointment.school, appointment.starts_on = other, YESTERDAY
    save_appointment(appointment, by=by, reason="Corrected")
    changes = {"school": [school.pk, other.pk], "starts_on": ["2026-11-03", "2026-11-02"]}
    assert told(appointment)[-1] == ("changed", by.user, 77, "Corrected", changes)


def test_a_long_reason_is_whole_in_the_audit_and_cut_in_the_history(school: School, person: Person, by: Actor) -> None:
    reason = "Because " * 40
    appointment = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by, reason=reason)
    assert told(appointment)[0][3] == reason
    assert rows_of_history(appointment)[0][2] == reason[:100]


def test_whoever_saves_an_appointment_that_somebody_else_saved_meanwhile_is_told(
    school: School, person: Person, by: Actor
) -> None:
    mine = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    theirs = Appointment.objects.get(pk=mine.pk)
    end_appointment(theirs, on=TOMORROW, by=by, reason="Leaves")
    mine.starts_on = YESTERDAY
    with pytest.raises(Conflict):
        save_appointment(mine, by=by)
    assert Appointment.objects.get().starts_on == TUESDAY


def test_it_may_not_end_before_it_starts(school: School, person: Person, by: Actor) -> None:
    appointment = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    said = refusal(lambda: end_appointment(appointment, on=YESTERDAY, by=by, reason="Never came"))
    assert said == ["An appointment cannot end before it starts."]
    assert Appointment.objects.get().ends_on is None
    assert [event[0] for event in told(appointment)] == ["appointed"]


def test_it_may_end_on_its_first_day(school: School, person: Person, by: Actor) -> None:
    appointment = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    end_appointment(appointment, on=TUESDAY, by=by, reason="One day")
    assert appointment.is_current(TUESDAY)
    assert not appointment.is_current(TOMORROW)


def test_the_database_refuses_an_end_before_the_start() -> None:
    with pytest.raises(IntegrityError, match="appointment_ends_after_it_starts"), transaction.atomic():
        AppointmentFactory.create(starts_on=TUESDAY, ends_on=YESTERDAY)


def every_scope() -> dict[str, Any]:
    return {
        "school": SchoolFactory.create(),
        "district": DistrictFactory.create(),
        "double_district": DoubleDistrictFactory.create(),
        "partnership": PartnershipFactory.create(),
        "diocese": DioceseFactory.create(),
        "phase": Phase.SECONDARY,
        "authority": LocalAuthorityFactory.create(),
    }


ROLE_OVER = {
    "school": Role.HEADTEACHER,
    "district": Role.EIP,
    "double_district": Role.DSIM,
    "partnership": Role.CENTRE_COORDINATOR,
    "diocese": Role.DIOCESAN_OFFICER,
    "phase": Role.DEPUTY_HEAD,
    "authority": Role.ERA,
}


@pytest.mark.parametrize("kind", SCOPE_FIELDS)
def test_one_scope_of_any_kind_is_enough(kind: str, person: Person, by: Actor) -> None:
    scope = every_scope()
    appointment = appoint(person, ROLE_OVER[kind], scope={kind: scope[kind]}, starts_on=TUESDAY, by=by)
    assert appointment.scope_kind == kind
    assert appointment.scope_key_of(kind) == str(getattr(scope[kind], "pk", scope[kind]))
    assert appointment.scope_name in str(appointment)


ONE_SCOPE = "Select one of school, district, double district, partnership, diocese, phase and authority, and only one."


def test_without_a_scope_nobody_is_appointed(person: Person, by: Actor) -> None:
    assert refusal(lambda: appoint(person, Role.SIP, scope={}, starts_on=TUESDAY, by=by)) == [ONE_SCOPE]
    with pytest.raises(IntegrityError, match="appointment_has_exactly_one_scope"), transaction.atomic():
        AppointmentFactory.create(school=None)


@pytest.mark.parametrize("second", [kind for kind in SCOPE_FIELDS if kind != "district"])
def test_two_scopes_are_one_too_many(second: str, person: Person, by: Actor) -> None:
    scope = {kind: value for kind, value in every_scope().items() if kind in ("district", second)}
    assert refusal(lambda: appoint(person, Role.EIP, scope=scope, starts_on=TUESDAY, by=by)) == [ONE_SCOPE]
    with pytest.raises(IntegrityError, match="appointment_has_exactly_one_scope"), transaction.atomic():
        Appointment.objects.create(person=person, role=Role.EIP, starts_on=TUESDAY, **scope)
    assert not Appointment.objects.exists()


# Working in a school and being its SIP.

SCHOOL_SIDE = [Role.HEADTEACHER, Role.CHAIR, Role.CLERK, Role.SCHOOL_LINK]


@pytest.mark.parametrize("role", SCHOOL_SIDE)
@pytest.mark.parametrize("sip_first", [True, False])
def test_nobody_works_in_a_school_and_is_its_sip(
    person: Person, school: School, by: Actor, role: Role, sip_first: bool
) -> None:
    first, second = (Role.SIP, role) if sip_first else (role, Role.SIP)
    appoint(person, first, scope={"school": school}, starts_on=YESTERDAY, by=by)
    said = refusal(lambda: appoint(person, second, scope={"school": school}, starts_on=TUESDAY, by=by))
    assert said == [f"{person} cannot be both {ROLE_LABELS[role]} and School Improvement Partner of {school}."]
    assert Appointment.objects.count() == 1


def test_the_head_of_one_school_may_be_sip_of_another(person: Person, school: School, by: Actor) -> None:
    appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=TUESDAY, by=by)
    assert appoint(person, Role.SIP, scope={"school": SchoolFactory.create()}, starts_on=TUESDAY, by=by).pk


def test_one_persons_being_head_bars_nobody_else(person: Person, school: School, by: Actor) -> None:
    appoint(PersonFactory.create(), Role.HEADTEACHER, scope={"school": school}, starts_on=TUESDAY, by=by)
    assert appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by).pk


# The SIP from 3 November; the headship from, to; refused or not.
PERIODS = [
    (YESTERDAY, None, True),
    (date(2020, 1, 1), TUESDAY, True),
    (date(2020, 1, 1), YESTERDAY, False),
    (date(2027, 9, 1), None, True),
]


@pytest.mark.parametrize(("starts_on", "ends_on", "barred"), PERIODS)
def test_it_is_barred_on_any_day_on_which_both_would_hold(
    person: Person, school: School, by: Actor, starts_on: date, ends_on: date | None, barred: bool
) -> None:
    AppointmentFactory.create(person=person, role=Role.HEADTEACHER, school=school, starts_on=starts_on, ends_on=ends_on)
    sip = Appointment(person=person, role=Role.SIP, school=school, starts_on=TUESDAY)
    if barred:
        assert refusal(lambda: save_appointment(sip, by=by))
    else:
        save_appointment(sip, by=by)
        assert sip.pk


def test_a_sip_until_the_day_before_may_become_the_head(person: Person, school: School, by: Actor) -> None:
    sip = appoint(person, Role.SIP, scope={"school": school}, starts_on=date(2020, 1, 1), by=by)
    end_appointment(sip, on=TUESDAY, by=by, reason="Becomes the head")
    assert appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=TOMORROW, by=by).pk


def test_being_sip_of_a_whole_partnership_is_being_sip_of_each_of_its_schools(
    person: Person, school: School, by: Actor
) -> None:
    appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=TUESDAY, by=by)
    said = refusal(
        lambda: appoint(person, Role.SIP, scope={"partnership": school.partnership}, starts_on=TUESDAY, by=by)
    )
    assert said == [f"{person} cannot be both Headteacher and School Improvement Partner of {school}."]


def test_what_should_never_have_been_can_still_be_ended(person: Person, school: School, by: Actor) -> None:
    AppointmentFactory.create(person=person, role=Role.HEADTEACHER, school=school)
    sip = AppointmentFactory.create(person=person, role=Role.SIP, school=school)
    end_appointment(sip, on=TUESDAY, by=by, reason="They are the head there")
    assert not sip.is_current(TOMORROW)


# Handing over.


def test_everything_a_leaver_holds_goes_to_the_successor_the_next_day(person: Person, by: Actor) -> None:
    schools = SchoolFactory.create_batch(3)
    for each in schools:
        AppointmentFactory.create(person=person, school=each)
    AppointmentFactory.create(person=person, role=Role.EIP, school=None, district=schools[0].district)
    successor = PersonFactory.create()
    made = hand_over(person, to=successor, on=TUESDAY, by=by)
    assert {each.ends_on for each in person.appointments.all()} == {TUESDAY}
    assert {(each.role, each.school or each.district, each.starts_on, each.ends_on) for each in made} == {
        *((Role.SIP, each, TOMORROW, None) for each in schools),
        (Role.EIP, schools[0].district, TOMORROW, None),
    }
    assert {each.person for each in made} == {successor}
    events = AuditEvent.objects.filter(subject_kind="schools.appointment").values_list("verb", "reason")
    given, taken = f"Handed over to {successor}", f"Takes over from {person}"
    assert sorted(events) == [("appointed", taken)] * 4 + [("ended", given)] * 4
    assert {row.history_user for row in Appointment.history.filter(history_change_reason=given)} == {by.user}


def test_what_goes_to_nobody_ends_and_stays_vacant(person: Person, school: School, by: Actor) -> None:
    AppointmentFactory.create(person=person, school=school)
    assert hand_over(person, to=None, on=TUESDAY, by=by) == []
    assert not school.appointments.current(TOMORROW).exists()
    assert school.appointments.current(TUESDAY).exists()


def test_what_was_to_end_later_ends_then_for_the_successor(person: Person, school: School, by: Actor) -> None:
    until = date(2027, 8, 31)
    absent = AppointmentFactory.create()
    AppointmentFactory.create(person=person, school=school, ends_on=until, cover_for=absent)
    [made] = hand_over(person, to=PersonFactory.create(), on=TUESDAY, by=by)
    assert (made.ends_on, made.cover_for) == (until, absent)


def test_what_ends_today_anyway_is_nobodys_tomorrow(person: Person, school: School, by: Actor) -> None:
    AppointmentFactory.create(person=person, school=school, ends_on=TUESDAY)
    assert hand_over(person, to=PersonFactory.create(), on=TUESDAY, by=by) == []


def test_what_ended_before_is_left_as_it_was(person: Person, school: School, by: Actor) -> None:
    old = AppointmentFactory.create(person=person, school=school, ends_on=date(2020, 1, 1))
    assert hand_over(person, to=PersonFactory.create(), on=TUESDAY, by=by) == []
    old.refresh_from_db()
    assert old.ends_on == date(2020, 1, 1)


def test_a_successor_who_may_not_take_one_takes_none(person: Person, school: School, by: Actor) -> None:
    AppointmentFactory.create(person=person, school=SchoolFactory.create())
    AppointmentFactory.create(person=person, school=school)
    successor = PersonFactory.create()
    AppointmentFactory.create(person=successor, role=Role.HEADTEACHER, school=school)
    said = refusal(lambda: hand_over(person, to=successor, on=TUESDAY, by=by))
    assert said == [f"{successor} cannot be both Headteacher and School Improvement Partner of {school}."]
    assert set(person.appointments.values_list("ends_on", flat=True)) == {None}
    assert not AuditEvent.objects.filter(verb="ended").exists()


def test_rights_go_with_the_appointments(person: Person, school: School, by: Actor) -> None:
    AppointmentFactory.create(person=person, school=school)
    successor = PersonFactory.create(user=UserFactory.create())
    hand_over(person, to=successor, on=YESTERDAY, by=by)
    assert not user_can(User.objects.get(pk=person.user_id), Permission.WRITE_RECORD, on=school)
    assert user_can(User.objects.get(pk=successor.user_id), Permission.WRITE_RECORD, on=school)


def test_entry_to_the_admin_follows(person: Person, by: Actor) -> None:
    scope = {"authority": LocalAuthorityFactory.create()}
    appointment = appoint(person, Role.SYSTEM_ADMINISTRATOR, scope=scope, starts_on=YESTERDAY, by=by)
    assert User.objects.get(pk=person.user_id).is_staff
    end_appointment(appointment, on=YESTERDAY, by=by, reason="Leaves")
    assert not User.objects.get(pk=person.user_id).is_staff

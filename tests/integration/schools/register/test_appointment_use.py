"""An appointment that was used keeps the days it was used on, in whatever way appointments are changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock, context
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, record_event
from schools.imports.appointments.run import read, undo
from schools.imports.core.registry import Work
from schools.models import Appointment, LocalAuthority, Person, School
from schools.register.allocation.actions import Choice, assign, planned
from schools.register.models.school import Phase
from schools.register.people.appointing import appoint, end_appointment, save_appointment, withdraw_appointment
from schools.register.people.appointment_use import last_use
from schools.register.people.leaving import replace_holder
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.county import TUESDAY
from tests.factories.imports import ImportRunFactory
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
ENTERED, USED, FRIDAY = date(2026, 9, 1), date(2026, 10, 12), date(2026, 10, 30)
ClockAt = Callable[[date | datetime], datetime]


@pytest.fixture
def authority() -> LocalAuthority:
    return LocalAuthorityFactory.create(own=True)


@pytest.fixture
def by(authority: LocalAuthority) -> Actor:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=authority)
    return Actor(user, Person.objects.get(user=user).appointments.get().pk)


@pytest.fixture
def school(authority: LocalAuthority) -> School:
    return SchoolFactory.create(name="Hill School", authority=authority, urn=990101)


@pytest.fixture
def jo() -> Person:
    return PersonFactory.create(name="Jo Smith", user=UserFactory.create())


@pytest.fixture
def held(clock_at: ClockAt, jo: Person, school: School) -> Appointment:
    """Jo is the school's partner since 1 September, and today is a Tuesday in November."""
    clock_at(ENTERED)
    made = AppointmentFactory.create(person=jo, school=school, role=Role.SIP, starts_on=ENTERED)
    clock_at(TUESDAY)
    return made


@pytest.fixture
def sign_in(client: Any, clock_at: ClockAt, jo: Person) -> Callable[..., None]:
    """Jo comes in by the sign-in page on a day, and the clock goes back to where it was."""

    def come_in(at: date | datetime) -> None:
        now = clock.now()
        clock_at(at)
        assert jo.user is not None
        client.post("/sign-in/", {"email": jo.user.email, "password": PASSWORD})
        client.logout()
        clock_at(now)

    return come_in


SignIn = Callable[[date | datetime], None]


def refusal(verb: Callable[[], Any]) -> list[str]:
    with pytest.raises(Blocked) as refused:
        verb()
    return list(refused.value.messages)


def used(appointment: Appointment) -> date | None:
    return last_use([appointment]).get(appointment.pk)


# What use is.


def test_what_nobody_used_was_never_used(held: Appointment) -> None:
    assert used(held) is None
    assert used(AppointmentFactory.create()) is None


def test_signing_in_uses_what_runs(held: Appointment, sign_in: SignIn) -> None:
    sign_in(USED)
    assert used(held) == USED
    sign_in(FRIDAY)
    assert used(held) == FRIDAY


def test_only_what_runs_is_used(held: Appointment, jo: Person, sign_in: SignIn) -> None:
    before = AppointmentFactory.create(person=jo, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    Appointment.objects.filter(pk=before.pk).update(created_at=datetime(2025, 1, 1, tzinfo=UTC))
    before.refresh_from_db()
    to_come = AppointmentFactory.create(person=jo, starts_on=TUESDAY + timedelta(days=1))
    entered_since = AppointmentFactory.create(person=jo, starts_on=ENTERED)
    sign_in(USED)
    assert last_use([held, before, to_come, entered_since]) == {held.pk: USED}
    sign_in(date(2025, 6, 2))
    assert used(before) == date(2025, 6, 2)


def test_an_act_that_the_audit_records_under_it_is_use(held: Appointment, jo: Person, clock_at: ClockAt) -> None:
    clock_at(USED)
    assert held.school is not None
    record_event(held.school, "changed", by=Actor(jo.user, held.pk))
    clock_at(TUESDAY)
    assert used(held) == USED


def test_unlinking_the_account_makes_nothing_unused(held: Appointment, jo: Person, sign_in: SignIn, by: Actor) -> None:
    sign_in(USED)
    record_event(jo, "changed", by=by, changes={"user": [jo.user_id, None]})
    Person.objects.filter(pk=jo.pk).update(user=None)
    assert used(held) == USED


def test_a_session_from_before_uses_what_is_given_over_the_whole_authority(
    jo: Person, school: School, sign_in: SignIn, clock_at: ClockAt
) -> None:
    sign_in(datetime(2026, 11, 3, 9, tzinfo=UTC))
    clock_at(datetime(2026, 11, 3, 15, tzinfo=UTC))
    wide = appoint(jo, Role.DEPUTY_HEAD, scope={"phase": Phase.PRIMARY}, starts_on=USED, by=SYSTEM)
    narrow = appoint(jo, Role.SIP, scope={"school": school}, starts_on=USED, by=SYSTEM)
    assert last_use([wide, narrow]) == {wide.pk: TUESDAY}


def test_the_days_are_those_of_london(held: Appointment, sign_in: SignIn) -> None:
    sign_in(datetime(2026, 9, 30, 23, 30, tzinfo=UTC))
    assert used(held) == date(2026, 10, 1)


def test_many_are_asked_about_in_constant_queries(held: Appointment, sign_in: SignIn) -> None:
    def queries(appointments: list[Appointment]) -> int:
        with CaptureQueriesContext(connection) as captured:
            last_use(appointments)
        return len(captured)

    sign_in(USED)
    past = AppointmentFactory.create(person=held.person, ends_on=USED)
    more = [AppointmentFactory.create(person__user=UserFactory.create(), ends_on=FRIDAY) for _ in range(5)]
    assert queries([held, past]) == queries([held, past, *more]) < 8


# What is refused, by each way.


SENTENCE = "The appointment of Jo Smith was last used on 12 October 2026, so its last day must be that day or later."


def test_it_does_not_end_before_it_was_used(held: Appointment, sign_in: SignIn, by: Actor) -> None:
    sign_in(USED)
    day_before = USED - timedelta(days=1)
    assert refusal(lambda: end_appointment(held, on=day_before, by=by, reason="x")) == [SENTENCE]
    held.refresh_from_db()
    held.ends_on = day_before
    assert refusal(lambda: save_appointment(held, by=by)) == [SENTENCE]
    held.refresh_from_db()
    end_appointment(held, on=USED, by=by, reason="Left")
    assert Appointment.objects.get(pk=held.pk).ends_on == USED


def test_a_past_end_can_be_entered_of_somebody_who_has_not_come_since(
    held: Appointment, sign_in: SignIn, by: Actor
) -> None:
    sign_in(USED)
    end_appointment(held, on=FRIDAY, by=by, reason="Left last Friday")
    assert Appointment.objects.get(pk=held.pk).ends_on == FRIDAY


def test_a_headteacher_without_an_account_ends_on_any_day(school: School, by: Actor, clock_at: ClockAt) -> None:
    clock_at(TUESDAY)
    held = AppointmentFactory.create(school=school, role=Role.HEADTEACHER, person__email="head@hill.example")
    end_appointment(held, on=FRIDAY, by=by, reason="Left last Friday")
    assert Appointment.objects.get(pk=held.pk).ends_on == FRIDAY


@pytest.mark.parametrize("starts_on", [date(2026, 8, 31), date(2026, 9, 2)])
def test_its_first_day_stays(held: Appointment, sign_in: SignIn, by: Actor, starts_on: date) -> None:
    held.starts_on = starts_on
    sign_in(USED)
    assert refusal(lambda: save_appointment(held, by=by)) == [
        "The appointment of Jo Smith was last used on 12 October 2026, so you cannot change its first day, 1 September "
        "2026."
    ]


def test_what_it_was_for_and_whose_it_was_stay(held: Appointment, sign_in: SignIn, by: Actor) -> None:
    sign_in(USED)
    held.person = PersonFactory.create()
    assert "so you cannot change its person." in refusal(lambda: save_appointment(held, by=by))[0]
    held.refresh_from_db()
    held.role = Role.HEADTEACHER
    assert "so you cannot change its role." in refusal(lambda: save_appointment(held, by=by))[0]
    held.refresh_from_db()
    held.school = SchoolFactory.create()
    assert "so you cannot change its scope." in refusal(lambda: save_appointment(held, by=by))[0]


def test_what_was_not_used_can_all_be_put_right(held: Appointment, by: Actor) -> None:
    other = SchoolFactory.create()
    held.starts_on, held.ends_on, held.role, held.school = date(2026, 8, 1), FRIDAY, Role.CLERK, other
    save_appointment(held, by=by)
    assert Appointment.objects.get(pk=held.pk).school == other


def test_what_began_today_and_was_used_is_not_withdrawn_by_a_clock_that_is_wrong(
    held: Appointment, sign_in: SignIn, by: Actor
) -> None:
    sign_in(USED)
    said = refusal(lambda: withdraw_appointment(held, on=date(2026, 8, 1), by=by, reason="x"))
    assert said == [
        "The appointment of Jo Smith was last used on 12 October 2026, so you cannot withdraw it. End it instead."
    ]


def test_the_admin_says_so_beside_the_fields(held: Appointment, sign_in: SignIn, by: Actor) -> None:
    sign_in(USED)
    client = signed_in(by.user)
    typed = {"starts_on": "02/09/2026", "ends_on": "11/10/2026", "role": "clerk", "school": SchoolFactory.create().pk}
    errors = saved(client, held, **typed).context["adminform"].form.errors
    assert set(errors) == {"starts_on", "ends_on", "role", "school"}
    assert errors["ends_on"] == [SENTENCE]
    held.refresh_from_db()
    assert (held.starts_on, held.ends_on, held.version) == (ENTERED, None, 1)
    assert saved(client, held, ends_on="12/10/2026").status_code == 302


def test_a_successor_does_not_begin_before_it_was_used(held: Appointment, sign_in: SignIn, by: Actor) -> None:
    sign_in(USED)
    who = {"name": "New Here", "email": "", "telephone": ""}
    day_before = USED - timedelta(days=1)
    said = refusal(lambda: replace_holder(held, on=day_before, reason="Left", by=by, seen_version=1, **who))
    assert said == [SENTENCE]
    assert not Person.objects.filter(name="New Here").exists()


def test_the_people_page_of_a_school_says_so(held: Appointment, sign_in: SignIn, by: Actor, school: School) -> None:
    sign_in(USED)
    Appointment.objects.filter(pk=held.pk).update(role=Role.CLERK)
    address = reverse("schools:appointment_end", args=[school.urn, held.pk])
    day = {"last_day_0": "11", "last_day_1": "10", "last_day_2": "2026", "reason": "Left", "base_version": "1"}
    page = signed_in(by.user).post(address, day)
    assert page.status_code == 200
    assert SENTENCE in page.content.decode()


def test_the_allocation_board_says_so(held: Appointment, sign_in: SignIn, by: Actor, school: School) -> None:
    sign_in(USED)
    new, choices = PersonFactory.create(), [Choice(school, f"{held.pk}.1")]
    [move] = planned(choices, new, first_day=USED, by=by.user, on=TUESDAY)
    assert move.cannot == [SENTENCE]
    with pytest.raises(Blocked, match="its last day must be that day or later"):
        assign(choices, new, first_day=USED, by=by.user, on=TUESDAY)
    assert assign(choices, new, first_day=USED + timedelta(days=1), by=by.user, on=TUESDAY)[0].changes


def brought(path: Path, by: Actor, *rows: str, run: Any = None) -> Any:
    path.write_text("\n".join(["Role,Name,Email,URN,From,To,Ends previous", *rows]))
    token = context.run_id.set(run.pk if run else None)
    try:
        return read([path], Work(by=by))
    finally:
        context.run_id.reset(token)


def test_a_row_of_a_file_is_refused_with_the_sentence_and_the_others_are_taken(
    held: Appointment, sign_in: SignIn, by: Actor, school: School, tmp_path: Path
) -> None:
    sign_in(USED)
    rows = ["sip,Ann Example,,990101,12/10/2026,,yes", "clerk,Cy Example,,990101,01/09/2026,,"]
    outcome = brought(tmp_path / "people.csv", by, *rows)
    assert [(each.row, each.column, each.reason) for each in outcome.rejected] == [(2, "From", SENTENCE)]
    assert outcome.added == 1
    held.refresh_from_db()
    assert held.ends_on is None
    assert not Person.objects.filter(name="Ann Example").exists()
    outcome = brought(tmp_path / "people.csv", by, "sip,Ann Example,,990101,13/10/2026,,yes")
    assert outcome.rejected == []
    assert Appointment.objects.get(pk=held.pk).ends_on == USED


def test_a_last_day_in_a_file_is_not_before_it_was_used(
    held: Appointment, jo: Person, sign_in: SignIn, by: Actor, tmp_path: Path
) -> None:
    sign_in(USED)
    assert jo.user is not None
    outcome = brought(tmp_path / "people.csv", by, f"sip,Jo Smith,{jo.user.email},990101,01/09/2026,11/10/2026,")
    assert [(each.column, each.reason) for each in outcome.rejected] == [("To", SENTENCE)]


def test_what_a_file_gave_is_not_taken_out_again_once_its_holder_has_come(
    jo: Person, school: School, by: Actor, tmp_path: Path, clock_at: ClockAt, sign_in: SignIn
) -> None:
    clock_at(ENTERED)
    run = ImportRunFactory.create()
    assert jo.user is not None
    brought(tmp_path / "people.csv", by, f"sip,Jo Smith,{jo.user.email},990101,01/09/2026,,", run=run)
    made = jo.appointments.get()
    clock_at(TUESDAY)
    sign_in(USED)
    said = refusal(lambda: undo(run, Work(by=by)))
    assert said == [f"{made}: it was last used on 12 October 2026. End it instead."]
    assert AuditEvent.objects.filter(verb="removed").count() == 0
    assert User.objects.get(pk=jo.user_id).is_active

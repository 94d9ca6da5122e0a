"""Nobody gives themselves an appointment, in whatever way appointments are given."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.actions.person import deactivate
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import context
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import Blocked
from schools.imports.appointments.run import read, undo
from schools.imports.core.registry import Work
from schools.models import Appointment, LocalAuthority, Person, School
from schools.register.allocation.actions import Choice, assign, planned
from schools.register.models.school import Phase
from schools.register.people.appointing import Saving, appoint, end_appointment, save_appointment, save_together
from schools.register.people.leaving import replace_holder
from schools.register.rules import GIVEN_TO_ONESELF
from tests.factories.accounts import UserFactory
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
from tests.integration.test_admin_hardening import page_of, saved, shown
from tests.integration.together import one_before_the_other_commits

pytestmark = pytest.mark.django_db
YESTERDAY, TOMORROW = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)


@pytest.fixture
def authority() -> LocalAuthority:
    return LocalAuthorityFactory.create(own=True)


@pytest.fixture
def school(authority: LocalAuthority) -> School:
    return SchoolFactory.create(name="Hill School", authority=authority, urn=990101)


@pytest.fixture
def user(authority: LocalAuthority) -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=authority)


@pytest.fixture
def me(user: User) -> Person:
    return Person.objects.get(user=user)


@pytest.fixture
def by(user: User, me: Person) -> Actor:
    return Actor(user, me.appointments.get().pk)


@pytest.fixture
def colleague(authority: LocalAuthority) -> Actor:
    return Actor(appointed(Role.SYSTEM_ADMINISTRATOR, authority=authority))


def refusal(verb: Callable[[], Any]) -> list[str]:
    with pytest.raises(Blocked) as refused:
        verb()
    return list(refused.value.messages)


def form_errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


# By the verbs.


def test_nobody_appoints_themselves(me: Person, by: Actor, authority: LocalAuthority, school: School) -> None:
    for role, scope in (
        (Role.HEAD_OF_SERVICE, {"authority": authority}),
        (Role.DEPUTY_HEAD, {"phase": Phase.PRIMARY}),
        (Role.SIP, {"school": school}),
        (Role.CHAIR, {"school": school}),
    ):
        said = refusal(lambda: appoint(me, role, scope=scope, starts_on=TUESDAY, by=by))  # noqa: B023
        assert said == [GIVEN_TO_ONESELF]
    assert Appointment.objects.get(person=me).role == Role.SYSTEM_ADMINISTRATOR


def test_a_colleague_and_the_service_itself_may(me: Person, colleague: Actor, school: School) -> None:
    assert appoint(me, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=colleague).pk
    assert appoint(me, Role.DEPUTY_HEAD, scope={"phase": Phase.PRIMARY}, starts_on=TUESDAY, by=SYSTEM).pk


def test_a_person_without_an_account_who_has_ones_own_address_is_oneself(user: User, by: Actor, school: School) -> None:
    again = PersonFactory.create(name="Somebody Else", email=user.email.upper())
    assert refusal(lambda: appoint(again, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)) == [
        GIVEN_TO_ONESELF
    ]
    other = PersonFactory.create(email=user.email, user=UserFactory.create())
    assert appoint(other, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by).pk


@pytest.mark.parametrize(
    "changed",
    [
        {"ends_on": None},
        {"ends_on": date(2027, 8, 31)},
        {"starts_on": date(2026, 8, 31)},
        {"role": Role.HEADTEACHER},
    ],
)
def test_nobody_changes_their_own_for_more(me: Person, by: Actor, school: School, changed: dict[str, Any]) -> None:
    held = AppointmentFactory.create(
        person=me, school=school, starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18), role=Role.SIP
    )
    for name, value in changed.items():
        setattr(held, name, value)
    assert refusal(lambda: save_appointment(held, by=by)) == [GIVEN_TO_ONESELF]


def test_nobody_ends_their_own_later_but_everybody_may_end_it_sooner(me: Person, by: Actor, school: School) -> None:
    held = AppointmentFactory.create(person=me, school=school, ends_on=date(2026, 12, 18))
    assert refusal(lambda: end_appointment(held, on=date(2027, 3, 1), by=by, reason="x")) == [GIVEN_TO_ONESELF]
    held.refresh_from_db()
    end_appointment(held, on=TUESDAY, by=by, reason="Stops")
    assert Appointment.objects.get(pk=held.pk).ends_on == TUESDAY


def test_nobody_takes_over_anothers_by_the_persons_name_on_it(me: Person, by: Actor, school: School) -> None:
    held = AppointmentFactory.create(school=school)
    held.person = me
    assert refusal(lambda: save_appointment(held, by=by)) == [GIVEN_TO_ONESELF]


def test_nobody_covers_for_somebody_by_their_own_hand(me: Person, by: Actor, school: School) -> None:
    covered = AppointmentFactory.create(school=school)
    cover = {"school": school, "cover_for": covered}
    assert refusal(lambda: appoint(me, Role.SIP, scope=cover, starts_on=TUESDAY, by=by)) == [GIVEN_TO_ONESELF]


def test_nobody_names_themselves_as_the_successor(user: User, me: Person, by: Actor, school: School) -> None:
    Person.objects.filter(pk=me.pk).update(email=user.email)
    held = AppointmentFactory.create(school=school)
    who = {"name": "", "email": user.email, "telephone": ""}
    said = refusal(lambda: replace_holder(held, on=TUESDAY, reason="Left", by=by, seen_version=1, **who))
    assert said == [GIVEN_TO_ONESELF]
    held.refresh_from_db()
    assert held.ends_on is None


def test_nobody_is_handed_what_somebody_held_whom_they_deactivate(me: Person, by: Actor, school: School) -> None:
    leaver = appointed(Role.SIP, school=school)
    AppointmentFactory.create(person=me, role=Role.SIP)
    to = {"appointments": str(me.pk)}
    said = refusal(lambda: deactivate(leaver, by=by, on=TUESDAY, reason="Left", hand_over_to=to))
    assert said == [GIVEN_TO_ONESELF]
    leaver.refresh_from_db()
    assert leaver.is_active


def test_the_verb_for_many_asks_too(me: Person, by: Actor, school: School) -> None:
    new = Appointment(person=me, role=Role.SIP, school=school, starts_on=TUESDAY)
    assert refusal(lambda: save_together([Saving(new, "appointed", by, "")])) == [GIVEN_TO_ONESELF]
    assert not Appointment.objects.filter(role=Role.SIP).exists()


# On the first day.


def test_a_superuser_makes_themselves_the_first_system_administrator(authority: LocalAuthority) -> None:
    first = UserFactory.create(is_superuser=True)
    person = PersonFactory.create(user=first)
    over = {"authority": authority}
    assert refusal(lambda: appoint(person, Role.HEAD_OF_SERVICE, scope=over, starts_on=TUESDAY, by=Actor(first)))
    assert appoint(person, Role.SYSTEM_ADMINISTRATOR, scope=over, starts_on=TUESDAY, by=Actor(first)).pk


def test_a_superuser_does_not_once_there_is_a_system_administrator(user: User, authority: LocalAuthority) -> None:
    later = UserFactory.create(is_superuser=True)
    person, over = PersonFactory.create(user=later), {"authority": authority}
    said = refusal(lambda: appoint(person, Role.SYSTEM_ADMINISTRATOR, scope=over, starts_on=TUESDAY, by=Actor(later)))
    assert said == [GIVEN_TO_ONESELF]
    assert appoint(person, Role.SYSTEM_ADMINISTRATOR, scope=over, starts_on=TUESDAY, by=Actor(user)).pk


def test_somebody_who_is_no_superuser_is_never_the_first(authority: LocalAuthority) -> None:
    somebody = UserFactory.create()
    person, over = PersonFactory.create(user=somebody), {"authority": authority}
    assert refusal(
        lambda: appoint(person, Role.SYSTEM_ADMINISTRATOR, scope=over, starts_on=TUESDAY, by=Actor(somebody))
    )


# In the admin.


def test_the_admin_says_so_beside_the_person(user: User, me: Person, authority: LocalAuthority) -> None:
    client = signed_in(user)
    typed = {
        "person": me.pk,
        "role": Role.HEAD_OF_SERVICE.value,
        "authority": authority.pk,
        "starts_on": "03/11/2026",
    }
    response = client.post(reverse("admin:schools_appointment_add"), typed)
    assert form_errors(response) == {"person": [GIVEN_TO_ONESELF]}
    assert me.appointments.count() == 1


def test_the_admin_does_not_change_the_role_of_ones_own(user: User, me: Person) -> None:
    held = me.appointments.get()
    response = saved(signed_in(user), held, role=Role.HEAD_OF_SERVICE.value)
    assert form_errors(response)["person"] == [GIVEN_TO_ONESELF]
    held.refresh_from_db()
    assert held.role == Role.SYSTEM_ADMINISTRATOR


@pytest.fixture
def superuser() -> User:
    """Return a superuser without a person, who can be linked to one without losing rights."""
    return UserFactory.create(is_superuser=True, is_staff=True)


LINKED = (
    "You cannot link your account to Jo Smith, because that would give you an appointment. Ask another system "
    "administrator."
)


@pytest.mark.parametrize("since", [date(2020, 1, 1), TOMORROW])
def test_nobody_links_their_account_to_a_person_who_holds_something(
    superuser: User, authority: LocalAuthority, since: date
) -> None:
    head = PersonFactory.create(name="Jo Smith")
    AppointmentFactory.create(person=head, role=Role.HEAD_OF_SERVICE, school=None, authority=authority, starts_on=since)
    assert form_errors(saved(signed_in(superuser), head, user=superuser.pk)) == {"user": [LINKED]}
    head.refresh_from_db()
    assert head.user is None


def test_whoever_holds_nothing_any_more_can_be_linked_to_anybody(superuser: User, school: School) -> None:
    person = PersonFactory.create()
    AppointmentFactory.create(person=person, school=school, ends_on=YESTERDAY)
    assert saved(signed_in(superuser), person, user=superuser.pk).status_code == 302


def test_an_account_under_which_something_was_used_stays_linked(user: User, school: School) -> None:
    sip = appointed(Role.SIP, school=school)
    person = Person.objects.get(user=sip)
    Person.objects.filter(pk=person.pk).update(name="Jo Smith")
    User.objects.filter(pk=sip.pk).update(last_login="2026-11-03T12:00:00Z")
    errors = form_errors(saved(signed_in(user), person, user=""))
    assert errors["user"] == [
        "Jo Smith has used an appointment with their current account. End their appointments first. You can change "
        "the account on the next day."
    ]


class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_linking_waits_for_an_appointment_and_is_refused(self, superuser: User, school: School) -> None:
        person = PersonFactory.create(name="Jo Smith")
        client = signed_in(superuser)
        form = {**shown(client, person), "user": superuser.pk}
        _made, response = one_before_the_other_commits(
            lambda: appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=Actor(superuser)),
            lambda: client.post(page_of(person), form),
        )
        assert form_errors(response) == {"user": [LINKED]}

    def test_appointing_waits_for_the_link_and_is_refused(self, superuser: User, school: School) -> None:
        person = PersonFactory.create(name="Jo Smith")
        client, seen = signed_in(superuser), Person.objects.get(pk=person.pk)
        form = {**shown(client, person), "user": superuser.pk}
        linked, refused = one_before_the_other_commits(
            lambda: client.post(page_of(person), form),
            lambda: appoint(seen, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=Actor(superuser)),
        )
        assert linked.status_code == 302
        assert refused.messages == [GIVEN_TO_ONESELF]
        assert not Appointment.objects.exists()

    def test_of_two_administrators_who_lengthen_and_end_the_second_is_overtaken(
        self, user: User, by: Actor, colleague: Actor, school: School
    ) -> None:
        held = AppointmentFactory.create(school=school, person__name="Jo Smith")
        client = signed_in(user)
        form = {**shown(client, held), "ends_on": "31/08/2027"}
        _ended, response = one_before_the_other_commits(
            lambda: end_appointment(Appointment.objects.get(pk=held.pk), on=TUESDAY, by=colleague, reason="x"),
            lambda: client.post(page_of(held), form),
        )
        assert "changed this after you opened it" in response.content.decode()
        held.refresh_from_db()
        assert held.ends_on == TUESDAY


# On the allocation board.


def a_dsim(school: School) -> User:
    assert school.district is not None
    return appointed(Role.DSIM, double_district=school.district.double_district)


def test_a_school_cannot_be_given_to_oneself_on_the_board(school: School, colleague: Actor) -> None:
    dsim = a_dsim(school)
    Person.objects.filter(user=dsim).update(email=dsim.email)
    to, choices = Person.objects.get(user=dsim), [Choice(school, "")]
    [move] = planned(choices, to, first_day=TOMORROW, by=dsim, on=TUESDAY)
    assert move.cannot == [GIVEN_TO_ONESELF]
    with pytest.raises(Blocked, match="Ask a colleague"):
        assign(choices, to, first_day=TOMORROW, by=dsim, on=TUESDAY)
    client = signed_in(dsim)
    day = {"starts_on_0": "4", "starts_on_1": "11", "starts_on_2": "2026"}
    posted = {"schools": f"{school.urn}:", "sip": "", "other": dsim.email, **day}
    assert GIVEN_TO_ONESELF in client.post(reverse("schools:allocation"), posted).content.decode()
    other = a_dsim(school)
    for allowed in (other, colleague.user):
        assign(choices, to, first_day=TOMORROW, by=allowed, on=TUESDAY)
        Appointment.objects.filter(role=Role.SIP).delete()


def test_ones_own_school_can_be_given_away_but_does_not_go_on(school: School) -> None:
    dsim = a_dsim(school)
    me = Person.objects.get(user=dsim)
    held = AppointmentFactory.create(person=me, school=school, ends_on=date(2026, 12, 18))
    choices = [Choice(school, f"{held.pk}.1")]
    [move] = planned(choices, me, first_day=TOMORROW, by=dsim, on=TUESDAY)
    assert move.cannot == [GIVEN_TO_ONESELF]
    [move] = assign(choices, PersonFactory.create(), first_day=TOMORROW, by=dsim, on=TUESDAY)
    assert move.changes


# By a file.


HEAD = "Role,Name,Email,URN,From,To,Ends previous"


def brought(path: Path, by: Actor, *rows: str, run: Any = None) -> Any:
    path.write_text("\n".join([HEAD, *rows]))
    token = context.run_id.set(run.pk if run else None)
    try:
        return read([path], Work(by=by))
    finally:
        context.run_id.reset(token)


def test_a_file_appoints_others_and_refuses_the_row_that_is_for_oneself(
    user: User, me: Person, by: Actor, school: School, tmp_path: Path
) -> None:
    rows = ["sip,Ann Example,ann@example.org,990101,01/09/2026,,", f"clerk,{me.name},{user.email},990101,01/09/2026,,"]
    outcome = brought(tmp_path / "people.csv", by, *rows)
    assert outcome.added == 1
    assert [(each.row, each.column, each.reason) for each in outcome.rejected] == [(3, "Email", GIVEN_TO_ONESELF)]
    assert me.appointments.count() == 1


def test_a_file_does_not_appoint_somebody_new_with_ones_own_address(
    authority: LocalAuthority, school: School, tmp_path: Path
) -> None:
    somebody = UserFactory.create()
    row = f"sip,New Here,{somebody.email},990101,01/09/2026,,"
    outcome = brought(tmp_path / "people.csv", Actor(somebody), row)
    assert [each.reason for each in outcome.rejected] == [GIVEN_TO_ONESELF]
    assert not Person.objects.filter(user=somebody).exists()


def test_undoing_a_file_does_not_let_ones_own_go_on_again(
    me: Person, by: Actor, colleague: Actor, school: School, tmp_path: Path
) -> None:
    held = AppointmentFactory.create(person=me, school=school, starts_on=date(2026, 9, 1))
    run = ImportRunFactory.create()
    row = "sip,Ann Example,ann@example.org,990101,10/11/2026,,yes"
    assert brought(tmp_path / "people.csv", colleague, row, run=run).added == 1
    held.refresh_from_db()
    assert held.ends_on == date(2026, 11, 9)
    assert refusal(lambda: undo(run, Work(by=by))) == [f"{held}: {GIVEN_TO_ONESELF}"]
    undo(run, Work(by=colleague))
    held.refresh_from_db()
    assert held.ends_on is None

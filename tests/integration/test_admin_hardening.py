"""What the admin does when it is posted to, asked and raced in ways its pages do not offer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.admin import OPENED, GuardedAdmin, KeptAdmin, KeptForm, KeptHistoryAdmin
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import save_changes
from schools.models import Appointment, School
from tests.factories.accounts import UserFactory
from tests.factories.calendar import ClosureDayFactory, TermFactory
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import (
    AppointmentFactory,
    DistrictFactory,
    LocalAuthorityFactory,
    PersonFactory,
    SchoolFactory,
    appointed,
)
from tests.integration.signing_in import signed_in
from tests.integration.test_admin import in_admin, our_models
from tests.integration.together import one_before_the_other_commits

pytestmark = pytest.mark.django_db


def page_of(obj: Any, page: str = "change") -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{page}", args=[obj.pk])


def shown(client: Client, obj: Any) -> dict[str, Any]:
    """What the change form would post if nothing were typed."""
    form = client.get(page_of(obj)).context["adminform"].form
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, False)}


def saved(client: Client, obj: Any, **typed: Any) -> Any:
    return client.post(page_of(obj), {**shown(client, obj), **typed})


def administrator(name: str = "Ada Admin") -> tuple[Client, User]:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    User.objects.filter(pk=user.pk).update(name=name)
    user.refresh_from_db()
    return signed_in(user), user


# History is read ------------------------------------------------------------------------------------------------------


def test_every_history_in_the_admin_is_of_the_kind_that_is_only_read() -> None:
    kept = [page for model, page in admin.site._registry.items() if hasattr(model, "history")]
    assert len(kept) >= 7
    assert all(isinstance(page, KeptHistoryAdmin) for page in kept)


@pytest.mark.parametrize("role", [Role.ERA, Role.SYSTEM_ADMINISTRATOR])
def test_posting_to_an_earlier_state_changes_nothing(role: Role) -> None:
    school = SchoolFactory(name="Hill Primary")
    form = shown(administrator()[0], school)
    entry = reverse("admin:schools_school_simple_history", args=[school.pk, school.history.get().pk])
    refused = in_admin(role).post(entry, {**form, "name": "Taken over"})
    assert refused.status_code == 405
    school.refresh_from_db()
    assert (school.name, school.version, school.history.count()) == ("Hill Primary", 1, 1)
    assert not AuditEvent.objects.filter(subject_kind="schools.school").exists()


@pytest.mark.parametrize("role", [Role.ERA, Role.SYSTEM_ADMINISTRATOR])
def test_an_earlier_state_is_read_as_text_and_offers_no_way_back(role: Role) -> None:
    school = SchoolFactory(name="Hill Primary")
    first = school.history.get()
    school.name = "Hilltop Primary"
    school.save()
    page = in_admin(role).get(reverse("admin:schools_school_simple_history", args=[school.pk, first.pk]))
    text = page.content.decode()
    assert '<div class="readonly">Hill Primary</div>' in text
    assert not any(field in text for field in ('name="name"', 'name="_save"', "Revert", OPENED))


def test_an_appointments_history_is_read_too() -> None:
    appointment = AppointmentFactory()
    entry = reverse("admin:schools_appointment_simple_history", args=[appointment.pk, appointment.history.get().pk])
    client, _user = administrator()
    assert str(appointment.person) in client.get(entry).content.decode()
    assert client.post(entry, {"role": "headteacher"}).status_code == 405


# Appointments are changed and ended -----------------------------------------------------------------------------------


def test_an_appointment_is_ended_in_the_admin_audited_and_kept_in_history() -> None:
    client, user = administrator()
    appointment = AppointmentFactory(starts_on=date(2020, 9, 1))
    assert saved(client, appointment, ends_on="31/08/2021").status_code == 302
    appointment.refresh_from_db()
    assert (appointment.ends_on, appointment.version, appointment.updated_by) == (date(2021, 8, 31), 2, user)
    event = AuditEvent.objects.get(subject_kind="schools.appointment", subject_id=appointment.pk)
    assert (event.verb, event.by, event.school_id) == ("changed", user, appointment.school_id)
    assert event.changes == {"ends_on": [None, "2021-08-31"]}
    newest = appointment.history.latest()
    assert (newest.ends_on, newest.history_user) == (date(2021, 8, 31), user)


def test_a_changed_appointment_is_held_to_the_rules_of_a_new_one() -> None:
    client, _user = administrator()
    school, person = SchoolFactory(), PersonFactory()
    AppointmentFactory(person=person, role=Role.HEADTEACHER, school=school)
    other = AppointmentFactory(person=person, role=Role.SIP)
    assert "cannot be both" in saved(client, other, school=school.pk).content.decode()
    assert "cannot end before it starts" in saved(client, other, ends_on="31/12/1999").content.decode()
    other.refresh_from_db()
    assert (other.version, other.ends_on) == (1, None)


# Lists are narrowed by what they offer --------------------------------------------------------------------------------


def test_every_admin_of_ours_is_guarded() -> None:
    assert all(isinstance(admin.site._registry[model], GuardedAdmin) for model in our_models())


@pytest.mark.parametrize(
    "asked",
    [
        "password__startswith=argon2",
        "password=x",
        "otp_secret=x",
        "person__name__startswith=A",
        "is_active__password=x",
        "last_login__gte=2020-01-01",
    ],
)
def test_users_are_not_listed_by_what_the_list_does_not_offer(asked: str) -> None:
    client, _user = administrator()
    assert client.get(f"{reverse('admin:accounts_user_changelist')}?{asked}").status_code == 400


@pytest.mark.parametrize("asked", ["visits__isnull=False", "district__schools__visits__isnull=False", "pupils__gte=1"])
def test_a_data_analyst_learns_nothing_of_visits_by_filtering_schools(asked: str) -> None:
    page = in_admin(Role.ERA).get(f"{reverse('admin:schools_school_changelist')}?{asked}")
    assert page.status_code == 400


def test_what_the_lists_offer_narrows_them() -> None:
    client, user = administrator()
    north, _south = SchoolFactory(), SchoolFactory(district=DistrictFactory(name="South"))
    offered = {
        "accounts_user": ["is_active__exact=1", f"pk={user.pk}", f"pk__in={user.pk}", "q=ada", "o=1"],
        "schools_school": [f"district__id__exact={north.district_id}", "phase__exact=primary", "district__isnull=True"],
        "schools_schoolclosure": ["day__year=2026", "day__month=5&day__year=2026", "day__gte=2026-05-01"],
    }
    for name, queries in offered.items():
        for query in queries:
            assert client.get(f"{reverse(f'admin:{name}_changelist')}?{query}").status_code == 200, query
    found = client.get(f"{reverse('admin:schools_school_changelist')}?district__id__exact={north.district_id}")
    assert list(found.context["cl"].queryset) == [north]


def test_every_filter_and_day_that_a_list_links_to_opens() -> None:
    client, _user = administrator()
    ClosureDayFactory()
    TermFactory()
    PolicyRowFactory()
    AppointmentFactory()
    followed = 0
    for model in our_models():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        listed = client.get(address).context.get("cl")
        # Imports are listed on a page of our own, which links to no filters.
        for spec in listed.filter_specs if listed else []:
            for choice in spec.choices(listed):
                assert client.get(f"{address}{choice['query_string']}").status_code == 200, choice["query_string"]
                followed += 1
    assert followed > 30


# The first of two wins ------------------------------------------------------------------------------------------------


def test_every_form_of_a_kept_thing_carries_the_version_it_was_opened_on() -> None:
    pages = [page for page in admin.site._registry.values() if isinstance(page, KeptAdmin)]
    assert len(pages) >= 13
    assert all(issubclass(page.form, KeptForm) for page in pages)


@pytest.mark.parametrize("make", [SchoolFactory, PersonFactory, DistrictFactory, AppointmentFactory, TermFactory])
def test_the_version_is_hidden_where_something_can_be_saved_and_absent_elsewhere(make: Callable[[], Any]) -> None:
    client, _user = administrator()
    obj = make()
    page = client.get(page_of(obj)).content.decode()
    assert f'<input type="hidden" name="{OPENED}" value="1"' in page
    add = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_add")
    assert OPENED not in client.get(add).content.decode()


def test_who_may_only_read_sees_no_version() -> None:
    page = in_admin(Role.ERA).get(page_of(SchoolFactory())).content.decode()
    assert "Invented Primary School" in page
    assert OPENED not in page
    assert "Opened version" not in page


def test_of_two_saves_from_one_form_the_first_wins_and_the_second_keeps_what_was_typed() -> None:
    mine, _me = administrator()
    theirs, them = administrator("Thea First")
    school = SchoolFactory(name="Hill Primary")
    opened = shown(mine, school)
    assert theirs.post(page_of(school), {**opened, "name": "Hilltop Primary"}).status_code == 302
    second = mine.post(page_of(school), {**opened, "name": "Hillside Primary", "telephone": "0300 123456"})
    text = second.content.decode()
    assert second.status_code == 200
    assert "Nothing was saved. Thea First changed this after you opened it." in text
    assert 'value="Hillside Primary"' in text
    assert 'value="0300 123456"' in text
    school.refresh_from_db()
    assert (school.name, school.telephone, school.version, school.updated_by) == ("Hilltop Primary", "", 2, them)
    assert school.history.count() == 2
    assert AuditEvent.objects.filter(subject_kind="schools.school").count() == 1
    again = saved(mine, school, name="Hillside Primary")
    assert again.status_code == 302


def test_a_second_save_of_an_appointment_loses_too() -> None:
    client, _user = administrator()
    appointment = AppointmentFactory()
    opened = shown(client, appointment)
    assert client.post(page_of(appointment), {**opened, "ends_on": "31/08/2021"}).status_code == 302
    second = client.post(page_of(appointment), {**opened, "ends_on": "31/08/2022"})
    assert "Ada Admin changed this after you opened it" in second.content.decode()
    appointment.refresh_from_db()
    assert appointment.ends_on == date(2021, 8, 31)


@pytest.mark.parametrize("version", ["", "one"])
def test_a_form_that_does_not_say_its_version_saves_nothing(version: str) -> None:
    client, _user = administrator()
    school = SchoolFactory(name="Hill Primary")
    page = saved(client, school, name="Hilltop Primary", **{OPENED: version})
    assert "Nothing was saved, because the page is out of date. Open it again." in page.content.decode()
    assert School.objects.get().name == "Hill Primary"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("make", "theirs", "typed"),
    [
        (SchoolFactory, {"telephone": "0300 111111"}, {"telephone": "0300 222222"}),
        (AppointmentFactory, {"ends_on": date(2021, 8, 31)}, {"ends_on": "31/08/2022"}),
    ],
)
def test_who_is_overtaken_while_saving_is_told_and_keeps_what_was_typed(
    make: Callable[[], Any], theirs: dict[str, Any], typed: dict[str, Any]
) -> None:
    client, _user = administrator()
    _theirs, them = administrator("Thea First")
    obj = make()
    form = {**shown(client, obj), **typed}
    won, lost = one_before_the_other_commits(
        lambda: save_changes(type(obj).objects.get(pk=obj.pk), "changed", by=Actor(them), seen_version=1, **theirs),
        lambda: client.post(page_of(obj), form),
    )
    assert won is None
    assert lost.status_code == 200
    text = lost.content.decode()
    assert "Thea First changed this after you opened it" in text
    assert all(f'value="{value}"' in text for value in typed.values())
    obj.refresh_from_db()
    assert {name: getattr(obj, name) for name in theirs} == theirs
    assert obj.version == 2


# Staff follow the link ------------------------------------------------------------------------------------------------


def test_linking_and_unlinking_a_person_lets_staff_follow() -> None:
    client, _user = administrator()
    first, second = UserFactory.create(), UserFactory.create()
    person = PersonFactory()
    AppointmentFactory(person=person, role=Role.ERA, school=None, authority=LocalAuthorityFactory())

    def staff() -> list[bool]:
        return [User.objects.get(pk=user.pk).is_staff for user in (first, second)]

    for chosen, expected in [(first.pk, [True, False]), (second.pk, [False, True]), ("", [False, False])]:
        assert saved(client, person, user=chosen).status_code == 302
        assert staff() == expected
    assert AuditEvent.objects.filter(verb="admin site", subject_id=first.pk).count() == 2


def test_a_person_entered_with_a_user_has_their_staff_settled_at_once() -> None:
    client, _user = administrator()
    user = UserFactory.create(is_staff=True)
    made = client.post(reverse("admin:schools_person_add"), {"name": "Noor New", "user": user.pk})
    assert made.status_code == 302
    user.refresh_from_db()
    assert not user.is_staff
    assert not Appointment.objects.filter(person__user=user).exists()

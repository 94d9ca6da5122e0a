"""Django's admin follows appointments: settings, people and policy for those who keep them; records for nobody."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.policy.keys import PolicyKey, all_keys
from schoolimprove.policy.models import PolicyRow
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent
from schools.models import Appointment, LocalAuthority, Person
from schools.policy import PHASE_BY_TYPE, RECORD_LIMITS, SERVICE_BY_TYPE, SIP_DAYS
from schools.register.people.appointing import appoint
from tests.factories.accounts import UserFactory
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import LocalAuthorityFactory, PersonFactory, SchoolFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
OURS = ("schools", "accounts", "policy", "calendar", "reminders")


def in_admin(role: Role, **scope: Any) -> Client:
    user = appointed(role, **(scope or {"authority": LocalAuthorityFactory()}))
    return signed_in(user)


def our_models() -> list[Any]:
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def test_a_system_administrator_opens_every_list_and_deletes_nothing() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    assert len(our_models()) >= 14
    for model in our_models():
        meta = model._meta
        page = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
        assert page.status_code == 200, meta.label
        assert not admin.site._registry[model].has_delete_permission(page.wsgi_request), meta.label


def test_no_record_is_in_the_admin() -> None:
    labels = {model._meta.label for model in admin.site._registry}
    hidden = {"schools.Visit", "schools.RecordOfVisit", "schools.RecordVersion", "schools.Response"}
    assert not labels & (hidden | {"records.Draft", "documents.Blob"})


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMINISTRATOR, Role.ERA, Role.HEAD_OF_SERVICE}))
def test_nobody_else_enters_the_admin(role: Role) -> None:
    scope = {"school": SchoolFactory()} if role in (Role.HEADTEACHER, Role.SIP) else {}
    page = in_admin(role, **scope).get(reverse("admin:index"))
    assert page.status_code in (302, 403)


def test_a_data_analyst_reads_schools_there_and_nothing_else() -> None:
    client = in_admin(Role.ERA)
    assert client.get(reverse("admin:schools_school_changelist")).status_code == 200
    assert client.get(reverse("admin:schools_school_add")).status_code == 403
    for name in ("schools_appointment", "policy_policyrow", "accounts_user"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_a_superuser_can_install_but_is_given_no_records() -> None:
    user = UserFactory.create(is_superuser=True, is_staff=True)
    client = signed_in(user)
    assert client.get(reverse("admin:schools_localauthority_add")).status_code == 200
    made = client.post(
        reverse("admin:schools_localauthority_add"),
        {"code": "997", "name": "Installed", "own": "on", "colour": "#1d4f5f"},
    )
    assert made.status_code == 302
    assert AuditEvent.objects.filter(verb="added", subject_name="Installed (997)", by=user).exists()
    assert client.get(reverse("schools:list")).context["paginator"].count == 0


def test_a_colour_on_which_white_cannot_be_read_is_refused() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    page = client.post(
        reverse("admin:schools_localauthority_add"), {"code": "996", "name": "Pale", "colour": "#ffee00"}
    )
    assert "at least 4.5 to 1" in page.content.decode()
    assert not LocalAuthority.objects.filter(code="996").exists()


LONGER = {"submit_working_days": 7, "assure_working_days": 5, "respond_school_days": 10}


def form_of(key: PolicyKey[Any]) -> str:
    return reverse("admin:policy_policyrow_propose", args=[key.name])


def typed_value(value: Mapping[str, Any]) -> dict[str, Any]:
    return {f"value_{name}": entry for name, entry in value.items()}


def proposed(client: Client, value: Mapping[str, Any] = LONGER, key: PolicyKey[Any] = RECORD_LIMITS) -> Any:
    return client.post(
        form_of(key), {"effective_from": "01/09/2026", "reason": "Advisers asked for longer", **typed_value(value)}
    )


def approved(client: Client, row: PolicyRow) -> Any:
    chosen = {"action": "approve_selected", "_selected_action": [row.pk]}
    return client.post(reverse("admin:policy_policyrow_changelist"), chosen, follow=True)


def test_a_policy_needs_a_second_person_before_it_is_in_force() -> None:
    proposer = in_admin(Role.SYSTEM_ADMINISTRATOR)
    assert proposed(proposer).status_code == 302
    row = PolicyRow.objects.get(shipped=False)
    day = date(2026, 9, 1)

    own = approved(proposer, row)
    assert "Another person must approve a change that you proposed." in own.content.decode()
    assert policy_value(RECORD_LIMITS, on=day).submit_working_days == 5

    approved(in_admin(Role.HEAD_OF_SERVICE), row)
    assert policy_value(RECORD_LIMITS, on=day).submit_working_days == 7
    assert policy_value(RECORD_LIMITS, on=date(2026, 8, 31)).submit_working_days == 5


def test_a_value_that_does_not_fit_is_refused_beside_its_field() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    page = proposed(client, {**LONGER, "assure_working_days": "soon"})
    assert page.context["adminform"].form.errors == {
        "value_assure_working_days": ["The working days to approve or return it must be a whole number, like 12"]
    }
    page = proposed(client, {**LONGER, "respond_school_days": 0})
    assert page.context["adminform"].form.errors == {"__all__": ["Each limit must be 1 day or more."]}
    page = proposed(client, {"days_a_year": 51}, SIP_DAYS)
    assert page.context["adminform"].form.errors == {"value_days_a_year": ["Enter between 0 and 50 days."]}
    assert not PolicyRow.objects.filter(shipped=False).exists()


def test_a_list_is_typed_line_by_line_and_its_codes_may_have_their_names() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    form = client.get(form_of(SERVICE_BY_TYPE)).content.decode()
    assert "01 Community school\n02 " in form
    assert proposed(client, {"entitled": "01 Community school\r\n\r\n 02 ", "by_invitation": "28"}, SERVICE_BY_TYPE)
    assert PolicyRow.objects.get(shipped=False).value == {"entitled": ["01", "02"], "by_invitation": ["28"]}


def test_a_table_is_typed_line_by_line_with_a_colon() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    assert "18 Further education: 16 plus" in client.get(form_of(PHASE_BY_TYPE)).content.decode()
    for typed, why in [
        ("18 Further education", "Enter both sides with a colon between them: 18 Further education"),
        ("18: 16 plus\n18: special", "18 is in the list twice. Remove one of the two lines."),
        ("18: tertiary", "There is no phase called tertiary. The phases are: 16 plus, "),
    ]:
        [error] = proposed(client, {"phases": typed}, PHASE_BY_TYPE).context["adminform"].form.errors["value_phases"]
        assert error.startswith(why)
    proposed(client, {"phases": "18 Further education: 16 plus\n07: Special"}, PHASE_BY_TYPE)
    assert PolicyRow.objects.get(shipped=False).value == {"phases": {"18": "16_plus", "07": "special"}}


@pytest.mark.parametrize("key", all_keys(), ids=lambda key: key.name)
def test_every_policy_is_proposed_as_it_is_in_force_without_a_change(key: PolicyKey[Any]) -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    form = client.get(form_of(key)).context["adminform"].form
    typed = {name: form[name].value() for name in form.fields if name.startswith("value_")}
    typed = {name: form.fields[name].prepare_value(entry) for name, entry in typed.items()}
    sent = {**typed, "effective_from": "1 September 2031", "reason": "Once more"}
    assert client.post(form_of(key), sent).status_code == 302
    row = PolicyRow.objects.get(shipped=False)
    in_force = PolicyRow.objects.in_force(clock.today()).filter(key=key.name).first()
    assert in_force is not None
    assert (row.key, row.value) == (key.name, in_force.value)


def test_a_policy_that_the_code_does_not_have_has_no_form() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    assert client.get(reverse("admin:policy_policyrow_propose", args=["schools.nothing"])).status_code == 404
    assert client.get(reverse("admin:policy_policyrow_add")).headers["Location"] == "/admin/policy/policyrow/"
    assert in_admin(Role.HEAD_OF_SERVICE).get(form_of(SIP_DAYS)).status_code == 403


def test_the_head_reads_what_each_policy_does_since_when_and_who_approved_it() -> None:
    proposer, head = in_admin(Role.SYSTEM_ADMINISTRATOR), in_admin(Role.HEAD_OF_SERVICE)
    proposed(proposer)
    row = PolicyRow.objects.get(shipped=False)
    page = head.get(reverse("admin:policy_policyrow_changelist")).content.decode()
    for key in all_keys():
        assert escape(key.label) in page
        assert escape(key.does) in page
        assert all(escape(key.label_of(name)) in page for name in key.dump(next(iter(key.shipped.values()))))
    assert "Waiting for approval" in page
    assert "Advisers asked for longer" in page
    assert "Supplied with the service" in page
    assert "01 Community school" in page
    assert not any(word in page for word in ("schools.record_limits", "submit_working_days", "Propose a change"))
    assert page.count('value="approve_selected"') == 1
    approved(head, row)
    detail = head.get(reverse("admin:policy_policyrow_change", args=[row.pk])).content.decode()
    approver = PolicyRow.objects.get(pk=row.pk).approved_by
    assert str(approver) in detail
    assert "1 September 2026" in detail
    assert 'value="approve_selected"' not in detail


def test_values_as_supplied_are_short_and_long_lists_are_folded() -> None:
    proposer, head = in_admin(Role.SYSTEM_ADMINISTRATOR), in_admin(Role.HEAD_OF_SERVICE)
    response = head.get(reverse("admin:policy_policyrow_changelist"))
    page = response.content.decode()
    facts = {each.key.name: [fact.label for fact in each.facts] for each in response.context["sections"]}
    assert facts[SIP_DAYS.name] == ["Days in an academic year"]
    assert facts[RECORD_LIMITS.name][-1] == "Unit"
    assert facts["schools.sef_aspects"] == ["Aspects", "Unit", "In force since", "Approved by"]
    assert "Values without a date are those supplied with the service." in page
    assert page.count("Earlier and later values") == 4
    assert '19 entries<span class="govuk-visually-hidden">: Type of school and its phase</span>' in page
    assert not any(words in page for words in ("Shipped:", "5 entries"))
    proposed(proposer)
    approved(head, PolicyRow.objects.get(shipped=False))
    page = head.get(reverse("admin:policy_policyrow_changelist")).content.decode()
    assert "Advisers asked for longer" in page


def test_a_proposer_is_told_that_a_second_person_approves_and_begins_from_the_value_in_force() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    proposed(client)
    page = client.get(reverse("admin:policy_policyrow_changelist")).content.decode()
    assert "You proposed this change. Another person must approve it." in page
    assert 'value="approve_selected"' not in page
    assert 'value="withdraw_selected"' in page
    form = client.get(form_of(RECORD_LIMITS)).content.decode()
    assert 'name="value_submit_working_days" value="5"' in form
    assert "Working days after the visit to submit it" in form


def test_every_policy_says_what_it_does_and_labels_each_field() -> None:
    for key in all_keys():
        names = key.dump(next(iter(key.shipped.values())))
        assert key.does.endswith("."), key.name
        assert key.labels.keys() == names.keys(), key.name


def test_the_page_of_policy_takes_the_same_queries_however_many_values_there_are() -> None:
    client = in_admin(Role.HEAD_OF_SERVICE)
    counted = []
    for number in (1, 10):
        for day in range(1, number + 1):
            PolicyRowFactory.create(key=SIP_DAYS.name, value={"days_a_year": 6}, effective_from=date(2030, number, day))
        client.get(reverse("admin:policy_policyrow_changelist"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:policy_policyrow_changelist"))
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_head_approves_policy_and_does_not_propose_it() -> None:
    client = in_admin(Role.HEAD_OF_SERVICE)
    assert client.get(reverse("admin:policy_policyrow_changelist")).status_code == 200
    assert client.get(reverse("admin:policy_policyrow_add")).status_code == 403


def test_an_appointment_given_in_the_admin_is_checked_audited_and_kept_in_history() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    school, person = SchoolFactory(), PersonFactory()
    form = {"person": person.pk, "role": "sip", "school": school.pk, "starts_on": "01/09/2026"}
    both = client.post(reverse("admin:schools_appointment_add"), {**form, "phase": "primary"})
    assert "Select one of school" in both.content.decode()

    assert client.post(reverse("admin:schools_appointment_add"), form).status_code == 302
    appointment = Appointment.objects.get(person=person)
    history = appointment.history.get()
    event = AuditEvent.objects.get(verb="appointed", subject_id=appointment.pk)
    assert history.history_user == event.by
    assert event.appointment_id is not None
    assert event.school_id == school.pk

    head = client.post(reverse("admin:schools_appointment_add"), {**form, "role": "headteacher"})
    assert "cannot be both" in head.content.decode()


def test_staff_follow_appointments_at_once() -> None:
    user = UserFactory.create()
    person: Person = PersonFactory(user=user)
    appoint(person, Role.ERA, scope={"authority": LocalAuthorityFactory()}, starts_on=date(2020, 1, 1), by=SYSTEM)
    user.refresh_from_db()
    assert user.is_staff


# What is typed there.


def picked(client: Client, model: str, field: str, typed: str) -> list[str]:
    """Return what the picker of a field of the admin offers for what is typed into it."""
    asked = {"app_label": "schools", "model_name": model, "field_name": field, "term": typed}
    return [each["text"] for each in client.get(reverse("admin:autocomplete"), asked).json()["results"]]


@pytest.mark.parametrize("typed", ["O'Brien", "O’Brien", "o´brien", "Mary & O'Brien", "mary and brien"])
def test_a_picker_finds_a_person_however_the_apostrophe_and_and_are_typed(typed: str) -> None:
    for name in ("Mary O’Brien", "Mary and Tom O'Brien"):
        PersonFactory.create(name=name)
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    assert sorted(picked(client, "appointment", "person", typed)) == ["Mary O’Brien", "Mary and Tom O'Brien"]


@pytest.mark.parametrize("typed", ["St Marys", "saint mary’s & john", "Mary and John", "900321", "mary\u200bs"])
def test_a_picker_finds_a_school_as_its_list_does(typed: str) -> None:
    SchoolFactory.create(name="St. Mary's & St John C of E Primary School", urn=900_321)
    SchoolFactory.create(name="Another School")
    found = picked(in_admin(Role.SYSTEM_ADMINISTRATOR), "appointment", "school", typed)
    assert [each.split(" Primary")[0] for each in found] == ["St. Mary's & St John C of E"]


def test_the_lists_of_the_admin_find_users_and_schools_as_people_spell_them() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    UserFactory.create(name="Siân O’Brien", email="sian@invented.example")
    page = client.get(reverse("admin:accounts_user_changelist"), {"q": "Sian O'Brien"}).content.decode()
    assert "1 user" in page
    SchoolFactory.create(name="Holy Trinity CE School")
    page = client.get(reverse("admin:schools_school_changelist"), {"q": "holy cofe"}).content.decode()
    assert "Holy Trinity CE School" in page


@pytest.mark.parametrize("typed", ["25 Nov 26", "25/11/26", "25.11.2026", "25-11-26", "2026-11-25"])
def test_a_day_is_read_in_the_admin_as_everywhere(typed: str) -> None:
    authority = LocalAuthorityFactory.create()
    client, person = in_admin(Role.SYSTEM_ADMINISTRATOR, authority=authority), PersonFactory.create()
    data = {"person": person.pk, "role": Role.HEAD_OF_SERVICE.value, "authority": authority.pk, "starts_on": typed}
    assert client.post(reverse("admin:schools_appointment_add"), data).status_code == 302
    assert Appointment.objects.get(person=person).starts_on == date(2026, 11, 25)


def test_a_day_that_cannot_be_read_in_the_admin_is_refused_with_how_to_type_it() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    page = client.post(reverse("admin:schools_appointment_add"), {"starts_on": "11/25/2026"}).content.decode()
    assert "“11/25/2026” is not a date: there is no month 25. Enter the day first" in page


def test_what_nobody_sees_is_taken_out_of_what_is_typed_in_the_admin() -> None:
    client = in_admin(Role.SYSTEM_ADMINISTRATOR)
    data = {"name": "Tom\u00ad Example\u200b", "email": "\ufefftom@\u200binvented.example"}
    assert client.post(reverse("admin:schools_person_add"), data).status_code == 302
    person = Person.objects.get(name="Tom Example")
    assert person.email == "tom@invented.example"

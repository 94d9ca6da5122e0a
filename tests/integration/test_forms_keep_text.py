"""Every form of the product in which a person types keeps what they typed when the session ends."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic.edit import FormMixin

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.policy.models import PolicyRow
from schoolimprove.records.admin import KeptAdmin
from schoolimprove.records.drafts import KeepsDrafts, read_token
from schoolimprove.records.models import Draft
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.sweep import sweep
from schools.models import District
from schools.records import actions as record_actions
from schools.records.corrections import actions as correction_actions
from schools.visits.states import VisitStatus
from tests.factories.accounts import UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import CategoryMismatchFactory, RecommendationFactory
from tests.factories.county import TUESDAY, County
from tests.factories.schools import DistrictFactory, LocalAuthorityFactory, VisitFactory, appointed
from tests.factories.shared import propose, shared
from tests.forms import PageForm, forms_in
from tests.integration.signing_in import signed_in
from tests.integration.test_matrix import ROUTES, World, address, client_of, world

__all__ = ["world"]

A_WEEK_LATE, NEXT_TERM = date(2026, 11, 18), date(2027, 4, 14)

PASSWORD_OR_CODE = "asks for a password or a code, which no draft may hold"
KEEPS_NOTHING = {
    "accounts:sign_in": "nobody is signed in yet",
    "accounts:password_forgotten": "nobody is signed in yet",
    "accounts:address_accept": "is a button",
    **dict.fromkeys(
        (
            *("accounts:verify", "accounts:recovery", "accounts:invitation", "accounts:password_reset"),
            *("accounts:password_change", "accounts:address_change", "accounts:recovery_codes"),
            *("accounts:second_factor", "accounts:second_factor_change", "accounts:second_factor_remove"),
        ),
        PASSWORD_OR_CODE,
    ),
    "reminders:choices": "offers choices alone",
    "schools:attachment_add": "takes files alone, which no draft can hold",
}
"""Forms without the token, and why. Filters and searches are not posted: they stay in the address."""


OTHER_STATES = frozenset(
    {
        *("reminders:late", "schools:visit_propose", "schools:performance_hold", "schools:performance_void"),
        "categorisation:mismatch_return",
        *("schools:record_edit", "schools:record_abandon", "schools:record_close_unpresented"),
        *("schools:correction_return", "schools:correction_withdraw", "schools:record_undo_presentation"),
        "categorisation:recommendation_write",
    }
)
"""Forms about something that no record, visit, recommendation or meeting of the matrix's world is."""
NOTHING_TO_TYPE = frozenset(
    {
        *("schools:letter_approve", "schools:letter_issue", "schools:letters_issue"),
        *("categorisation:recommendation_submit", "categorisation:recommendation_share"),
        *("categorisation:recommendation_no_change", "categorisation:recommendations_no_change"),
        *("categorisation:round_open", "categorisation:round_agenda", "categorisation:round_close"),
        *("meetings:meeting_call", "meetings:meeting_hold", "meetings:meeting_confirm", "meetings:together"),
        *(
            "referrals:referral_add_to_agenda",
            "categorisation:category_letter_again",
            "categorisation:recommendation_give",
        ),
        "categorisation:mismatch_sign",
    }
)
"""Moves that are made with a button, or with ticks and choices alone."""


def views() -> dict[str, Any]:
    """Return the view class of every route that has one."""
    return dict(_views(get_resolver().url_patterns))


def _views(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", getattr(pattern.callback, "view_class", None)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _views(pattern.url_patterns, inner)


def forms() -> set[str]:
    return {name for name, view in views().items() if isinstance(view, type) and issubclass(view, FormMixin)}


def test_every_view_of_a_form_keeps_drafts_or_says_why_not() -> None:
    keeping = {name for name in forms() if issubclass(views()[name], KeepsDrafts)}
    assert len(keeping) > 45
    assert forms() - keeping == set(KEEPS_NOTHING)


def test_every_page_with_a_form_to_type_in_carries_the_note(db: None, world: World) -> None:
    roles = (Role.DSIM, Role.SIP, Role.HEADTEACHER, Role.HEAD_OF_SERVICE, Role.SYSTEM_ADMINISTRATOR, Role.PROVIDER)
    clients = {role: client_of(world.sessions[role]) for role in roles}
    carrying: set[str] = set()
    without: set[str] = set()
    for name, route in ROUTES.items():
        if route.method != "get" or name.endswith(("export", "pdf")) or name in KEEPS_NOTHING:
            continue
        for record, answers in ((world.shared, route.shared), (world.unshared, route.unshared or {})):
            role = next((each for each in roles if answers.get(each) == 200), None)
            path = address(name, record, world.users[Role.SCHOOL_LINK])
            for form in typed_forms(clients[role], path) if role else ():
                (carrying if carries_note(form, path) else without).add(name)
    assert without == set()
    assert carrying == forms() - set(KEEPS_NOTHING) - OTHER_STATES - NOTHING_TO_TYPE


def test_so_do_forms_about_things_in_other_states(county: County, clock_at: Any) -> None:
    hold_terms(2026)
    at, sip, dsim = [county.school.urn], county.sip, county.dsim
    usual: dict[str, Any] = {"school": county.school, "author": sip, "held_on": None}
    due = VisitFactory.create(**usual, status=VisitStatus.DUE)
    usual["kind"] = "performance_management"
    planned = VisitFactory.create(**usual, status=VisitStatus.PROPOSED, planned_on=TUESDAY)
    held = VisitFactory.create(**{**usual, "held_on": TUESDAY})
    draft, record = county.start(sip, kind="monitoring"), shared(county)
    correction = propose(record)
    recommendation = RecommendationFactory.create(school=county.school)
    response: dict[str, Any] = {"response": "none", "explanation": "Results rose", "drafted_by": dsim}
    drafted = CategoryMismatchFactory.create(school=county.school, status="drafted", **response)
    walked = [
        walk("categorisation:recommendation_write", f"{recommendation.get_absolute_url()}write/", sip),
        walk("schools:visit_propose", reverse("schools:visit_propose", args=[*at, due.pk]), sip),
        walk("schools:performance_hold", reverse("schools:performance_hold", args=[*at, planned.pk]), sip),
        walk("schools:performance_void", reverse("schools:performance_void", args=[*at, held.pk]), sip),
        walk("schools:record_edit", f"{draft.get_absolute_url()}edit/", sip),
        walk("schools:record_abandon", f"{draft.get_absolute_url()}abandon/", sip),
        walk("schools:correction_return", f"{record.get_absolute_url()}correction/return/", dsim),
        walk("schools:correction_withdraw", f"{record.get_absolute_url()}correction/withdraw/", sip),
        walk("categorisation:mismatch_return", f"{drafted.get_absolute_url()}return/", county.head),
    ]
    correction_actions.withdraw(correction, by=sip, on=TUESDAY, reason="It was right.", seen_version=1)
    clock_at(A_WEEK_LATE)
    sweep(A_WEEK_LATE)
    reminder = Reminder.objects.filter(user=sip, subject_id=draft.pk).latest("pk")
    walked.append(walk("reminders:late", reverse("reminders:late", args=[reminder.pk]), sip))
    clock_at(NEXT_TERM)
    walked.append(walk("schools:record_close_unpresented", f"{record.get_absolute_url()}close-unpresented/", dsim))
    record.refresh_from_db()
    record_actions.present(record, by=county.chair, on=NEXT_TERM, held_on=NEXT_TERM, seen_version=record.version)
    walked.append(
        walk("schools:record_undo_presentation", f"{record.get_absolute_url()}undo-presentation/", county.chair)
    )
    assert set(walked) == OTHER_STATES


def walk(name: str, path: str, who: User) -> str:
    """Check that the page carries the token, and return the name of its route."""
    [form] = typed_forms(signed_in(who), path)
    assert carries_note(form, path), name
    return name


def test_every_form_of_the_admin_carries_the_note(db: None) -> None:
    client = signed_in(appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create()))
    seen = 0
    for model, page in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        if model is PolicyRow:
            path = reverse("admin:policy_policyrow_propose", args=["schools.record_limits"])
        if not isinstance(page, KeptAdmin) and model._meta.model_name != "importrun":
            assert client.get(path).status_code == 403, path
            continue
        [form] = typed_forms(client, path)
        assert carries_note(form, path), path
        seen += 1
    assert seen >= 13


def typed_forms(client: Client, path: str) -> list[PageForm]:
    response: Any = client.get(path, {"seen_version": 1})
    if response.streaming or not response["Content-Type"].startswith("text/html"):
        return []
    return [each for each in forms_in(response.content.decode()) if each.method == "post" and each.typed]


def carries_note(form: PageForm, path: str) -> bool:
    """Return whether the form has a token signed for this page; a form with a password must have none."""
    assert not form.passwords
    token = read_token("".join(form.sent.get("keep_token", [])))
    return token is not None and token.path == path


# The admin and the account.


def test_a_proposal_typed_in_the_admin_when_the_session_had_ended_is_there_again_and_can_be_saved(db: None) -> None:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create())
    client, path = signed_in(user), reverse("admin:policy_policyrow_propose", args=["schools.record_limits"])
    [opened] = typed_forms(client, path)
    value = {"value_submit_working_days": "7", "value_assure_working_days": "5", "value_respond_school_days": "10"}
    typed = {"effective_from": "01/09/2027", "reason": "Advisers asked", **value}
    client.logout()
    client.post(path, {**opened.sent, **typed, "_save": "Save"})
    again: Any = signed_in(user).get(path)
    [form] = [each for each in forms_in(again.content.decode()) if "reason" in each.typed]
    assert {name: form.sent[name] for name in typed} == {name: [text] for name, text in typed.items()}
    assert "Your unsaved text is in the form." in again.content.decode()
    listed = signed_in(user).get("/account/kept-text/").content.decode()
    assert "Policy value</h2>" in listed
    assert "Save</h3>" not in listed
    assert signed_in(user).post(path, form.sent).status_code == 302
    assert not Draft.objects.exists()


def test_text_kept_in_the_admin_still_loses_to_whoever_saved_first(db: None) -> None:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create())
    district = DistrictFactory.create(name="North")
    client, path = signed_in(user), reverse("admin:schools_district_change", args=[district.pk])
    [opened] = typed_forms(client, path)
    client.logout()
    client.post(path, {**opened.sent, "name": "North and Coast"})
    District.objects.filter(pk=district.pk).update(version=2)
    [form] = typed_forms(signed_in(user), path)
    page = signed_in(user).post(path, form.sent).content.decode()
    assert "changed this after you opened it" in page
    assert 'value="North and Coast"' in page


@pytest.mark.parametrize(
    ("route", "typed"),
    [
        ("name_change", {"name": "Ada Lovelace"}),
        ("person_name", {"name": "Grace Hopper"}),
        ("person_invite_again", {"note": "Look in your other mailbox"}),
        ("person_reset_second_factor", {"reason": "Lost at the station"}),
        ("person_deactivate", {"reason": "Has left"}),
        ("person_reactivate", {"reason": "Has come back"}),
        ("person_take_superuser", {"reason": "The first day is over"}),
    ],
)
def test_what_was_typed_about_an_account_is_in_the_form_again(db: None, route: str, typed: dict[str, str]) -> None:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create())
    path = reverse(f"accounts:{route}", args=[] if route == "name_change" else [UserFactory.create().pk])
    client = signed_in(user)
    [opened] = typed_forms(client, path)
    client.logout()
    client.post(path, {**opened.sent, **typed})
    [form] = typed_forms(signed_in(user), path)
    assert {name: form.sent[name] for name in typed} == {name: [text] for name, text in typed.items()}


def test_a_reason_for_deactivating_stays_when_the_deactivation_is_refused(db: None) -> None:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create())
    path = reverse("accounts:person_deactivate", args=[user.pk])
    page = signed_in(user).post(path, {"reason": "I retire"}).content.decode()
    assert "You cannot deactivate yourself" in page
    assert "I retire</textarea>" in page

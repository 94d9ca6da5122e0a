"""The calendar's pages in the admin: versioned, audited, attributed, and nothing is deleted there."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.calendar.models import BankHolidayOverride, ClosureDay, Term
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from schools.models import SchoolClosure, SchoolTerm
from tests.factories.accounts import UserFactory
from tests.factories.calendar import (
    BankHolidayOverrideFactory,
    ClosureDayFactory,
    SchoolClosureFactory,
    SchoolTermFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db
MODELS = [Term, ClosureDay, BankHolidayOverride, SchoolTerm, SchoolClosure]
FACTORIES = [TermFactory, ClosureDayFactory, BankHolidayOverrideFactory, SchoolTermFactory, SchoolClosureFactory]


@pytest.fixture
def administrator() -> User:
    user: User = UserFactory(is_superuser=True, is_staff=True)
    return user


def saved(user: User, obj: Any, **changes: Any) -> Any:
    """What the admin's form does with a valid change."""
    page = admin.site.get_model_admin(type(obj))
    request = RequestFactory().post("/")
    request.user = user
    form_class = page.get_form(request, obj, change=True)
    shown = form_class(instance=obj).initial
    form = form_class({**shown, **changes}, instance=obj)
    assert form.is_valid(), form.errors
    changed = form.save(commit=False)
    page.save_model(request, changed, form, True)
    return changed


@pytest.mark.parametrize("model", MODELS)
def test_nothing_of_the_calendar_is_deleted_in_the_admin(administrator: User, model: Any) -> None:
    request = RequestFactory().get("/")
    request.user = administrator
    page = admin.site.get_model_admin(model)
    assert not page.has_delete_permission(request)
    assert "delete_selected" not in page.get_actions(request)


def test_taking_a_closure_back_is_versioned_audited_and_attributed(administrator: User) -> None:
    closure = saved(administrator, ClosureDayFactory(), withdrawn_because="The election was moved")
    closure.refresh_from_db()
    assert (closure.version, closure.updated_by) == (2, administrator)
    assert closure.history.latest().history_user == administrator
    event = AuditEvent.objects.get(subject_kind="calendar.closureday", subject_id=closure.pk)
    assert event.by == administrator
    assert event.changes == {"withdrawn_because": ["", "The election was moved"]}


def test_a_changed_date_is_in_the_audit_before_and_after(administrator: User) -> None:
    term = saved(administrator, TermFactory(), ends_on=date(2008, 12, 18))
    event = AuditEvent.objects.get(subject_kind="calendar.term", subject_id=term.pk)
    assert event.changes == {"ends_on": ["2008-12-19", "2008-12-18"]}


@pytest.mark.parametrize("make", FACTORIES)
def test_every_page_of_the_calendar_opens(administrator: User, client: Client, make: Any) -> None:
    entry = make()
    client.force_login(administrator)
    store = client.session
    store[session.VERIFIED] = clock.now().isoformat()
    store.save()
    name = f"admin:{entry._meta.app_label}_{entry._meta.model_name}"
    for page in ("changelist", "add"):
        assert client.get(reverse(f"{name}_{page}")).status_code == 200
    for page in ("change", "history"):
        assert client.get(reverse(f"{name}_{page}", args=[entry.pk])).status_code == 200
    assert client.post(reverse(f"{name}_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403

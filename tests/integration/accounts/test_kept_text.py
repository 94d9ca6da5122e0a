import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.accounts.views import people
from schoolimprove.records.drafts import SIZE_LIMIT, new_token
from schoolimprove.records.models import AuditEvent, Draft
from tests.factories.accounts import PASSWORD, TOTPDeviceFactory, code_of
from tests.integration.accounts.conftest import Holds, signed_in

pytestmark = pytest.mark.django_db
INVITE = "/people/invite/"
NOTE = "First line\nSecond line with “quotes” and <b>braces</b> {{ 1 }}"
START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ClockAt = Callable[[date | datetime], datetime]


@pytest.fixture
def administrator(holds: Holds) -> User:
    return holds(Role.SYSTEM_ADMINISTRATOR, email="admin@example.org", name="Ada Administrator")


def tokens(client: Client, path: str = INVITE) -> dict[str, str]:
    """The hidden inputs of the form at that address."""
    page = client.get(path).content.decode().split("<form novalidate")[-1]
    return dict(re.findall(r'<input type="hidden" name="(keep_token|base_version)" value="([^"]+)"', page))


def typed(client: Client, **fields: str) -> dict[str, str]:
    return {"name": "New Person", "email": "not-yet-right", "note": NOTE, **tokens(client), **fields}


def come_back(user: User, path: str = INVITE) -> HttpResponse:
    """The page as this user finds it after signing in again with password and code."""
    return signed_in(user).get(path)  # type: ignore[return-value]


def test_a_form_posted_after_the_session_ended_is_kept_and_reopens_filled(
    administrator: User, clock_at: ClockAt
) -> None:
    device = TOTPDeviceFactory.create(user=administrator)
    clock_at(START)
    client = signed_in(administrator)
    fields = typed(client)
    clock_at(START + timedelta(minutes=31))
    response = client.post(INVITE, fields, follow=True)
    assert response.redirect_chain == [("/sign-in/?next=/people/invite/", 302)]
    page = response.content.decode()
    assert "We signed you out after 30 minutes without activity." in page
    assert "We kept what you typed" in page
    assert NOTE.split("\n", maxsplit=1)[0] not in page
    client.post("/sign-in/?next=/people/invite/", {"email": administrator.email, "password": PASSWORD})
    response = client.post("/sign-in/code/?next=/people/invite/", {"code": code_of(device)}, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(INVITE, 302)]
    assert "You have unsaved text from 1 May 2026 at 10:31. It is in the form." in page
    assert "Second line with “quotes” and &lt;b&gt;braces&lt;/b&gt; {{ 1 }}" in page
    assert 'value="not-yet-right"' in page


@pytest.mark.parametrize(("first", "second", "kept"), [("", "", "second"), ("2", "1", "first"), ("1", "2", "second")])
def test_an_autosave_that_arrives_after_newer_text_does_not_bring_the_older_back(
    administrator: User, first: str, second: str, kept: str
) -> None:
    """The form was sent while an autosave was still under way. A page without script says no time, and is believed."""
    client = signed_in(administrator)
    fields = typed(client)
    for note, moment in (("first", first), ("second", second)):
        answer = client.post("/drafts/", {**fields, "note": note, "typed_at": moment})
        assert answer.status_code == 200
    assert Draft.objects.get().fields["note"] == [kept]
    assert "typed_at" not in Draft.objects.get().fields


@pytest.mark.parametrize("moment", ["x", "-1", "9" * 16, "²"])
def test_a_moment_that_is_none_is_taken_for_none(administrator: User, moment: str) -> None:
    client = signed_in(administrator)
    fields = typed(client)
    client.post("/drafts/", {**fields, "note": "first", "typed_at": "5"})
    client.post("/drafts/", {**fields, "note": "second", "typed_at": moment})
    assert Draft.objects.get().fields["note"] == ["second"]


def test_another_person_on_the_same_browser_sees_nothing_of_it(
    administrator: User, holds: Holds, clock_at: ClockAt
) -> None:
    clock_at(START)
    client = signed_in(administrator)
    fields = typed(client)
    clock_at(START + timedelta(minutes=31))
    client.post(INVITE, fields)
    other = holds(Role.SYSTEM_ADMINISTRATOR)
    client.force_login(other)
    page = come_back(other).content.decode()
    assert "Second line" not in page
    assert "not-yet-right" not in page
    assert "Second line" in come_back(administrator).content.decode()


def test_keeping_writes_neither_record_nor_audit(administrator: User, client: Client) -> None:
    fields = typed(signed_in(administrator), email="fresh@example.org")
    before = AuditEvent.objects.count()
    client.post(INVITE, fields)
    assert not User.objects.filter(email="fresh@example.org").exists()
    assert AuditEvent.objects.count() == before
    assert Draft.objects.get().user == administrator


def test_a_form_without_a_valid_token_is_kept_for_nobody(administrator: User, client: Client) -> None:
    fields = typed(signed_in(administrator))
    response = client.post(INVITE, {**fields, "keep_token": fields["keep_token"][:-2]}, follow=True)
    assert not Draft.objects.exists()
    assert "We kept what you typed" not in response.content.decode()


def test_nothing_is_kept_for_somebody_who_was_deactivated(administrator: User, client: Client) -> None:
    fields = typed(signed_in(administrator))
    User.objects.update(is_active=False)
    client.post(INVITE, fields)
    assert not Draft.objects.exists()


def test_a_script_posting_after_the_end_is_told_and_its_text_kept(administrator: User, client: Client) -> None:
    fields = typed(signed_in(administrator))
    response = client.post("/drafts/", fields, headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code == 401
    assert "We kept what you typed" in response.json()["message"]
    assert Draft.objects.get().fields["note"] == [NOTE]


def test_half_a_session_keeps_too(administrator: User, client: Client) -> None:
    TOTPDeviceFactory.create(user=administrator)
    fields = typed(signed_in(administrator))
    client.post("/sign-in/", {"email": administrator.email, "password": PASSWORD})
    response = client.post(INVITE, fields)
    assert response["Location"] == "/sign-in/code/?next=/people/invite/"
    assert Draft.objects.get().fields["note"] == [NOTE]


def test_signing_in_again_in_another_tab_does_not_cost_the_text(administrator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    session = client.session
    session["otp_verified_at"] = START.isoformat()
    session.save()
    page = client.get(INVITE).content.decode()
    stale = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
    client.cookies["csrftoken"] = "b" * 32
    response = client.post(INVITE, {**typed(client), "csrfmiddlewaretoken": stale}, follow=True)
    assert response.redirect_chain == [(INVITE, 302)]
    page = response.content.decode()
    assert "You signed in again in another tab" in page
    assert "Second line" in page


def test_a_forged_form_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "a@example.org", "password": "x"})
    assert response.status_code == 403
    assert "Nothing has been changed" in response.content.decode()


def test_text_too_long_to_keep_is_not_lost_in_silence(administrator: User, client: Client) -> None:
    fields = typed(signed_in(administrator), note="x" * SIZE_LIMIT)
    response = client.post(INVITE, fields, follow=True)
    assert "too long for us to keep. Go back in your browser" in response.content.decode()
    assert not Draft.objects.exists()


class TestAutosave:
    def test_it_answers_with_the_time_and_saves_no_record(self, administrator: User, clock_at: ClockAt) -> None:
        clock_at(datetime(2026, 5, 1, 13, 32, tzinfo=UTC))
        client = signed_in(administrator)
        response = client.post("/drafts/", typed(client))
        assert response.json() == {"saved_at": "14:32", "idle_seconds": 1800, "warn_seconds": 1500}
        assert Draft.objects.get().form == INVITE

    def test_it_refuses_the_form_of_another_person(self, administrator: User, holds: Holds) -> None:
        fields = typed(signed_in(administrator))
        response = signed_in(holds(Role.SYSTEM_ADMINISTRATOR)).post("/drafts/", fields)
        assert response.status_code == 403
        assert not Draft.objects.exists()

    def test_it_refuses_too_much(self, administrator: User) -> None:
        client = signed_in(administrator)
        assert client.post("/drafts/", typed(client, note="x" * SIZE_LIMIT)).status_code == 413

    def test_it_is_a_post(self, administrator: User) -> None:
        assert signed_in(administrator).get("/drafts/").status_code == 405

    def test_saving_forgets_the_draft_and_a_late_autosave_does_not_bring_it_back(self, administrator: User) -> None:
        client = signed_in(administrator)
        fields = typed(client, email="fresh@example.org")
        client.post("/drafts/", fields)
        assert client.post(INVITE, fields).status_code == 302
        assert not Draft.objects.exists()
        assert client.post("/drafts/", fields).status_code == 409
        assert not Draft.objects.exists()

    def test_a_new_opening_of_the_form_is_saved_again(self, administrator: User) -> None:
        client = signed_in(administrator)
        client.post(INVITE, typed(client, email="fresh@example.org"))
        assert client.post("/drafts/", typed(client)).status_code == 200


def test_an_invalid_form_keeps_the_draft(administrator: User) -> None:
    client = signed_in(administrator)
    fields = typed(client)
    client.post("/drafts/", fields)
    assert client.post(INVITE, fields).status_code == 200
    assert Draft.objects.exists()


def test_discarding_is_for_ones_own_text(administrator: User, holds: Holds) -> None:
    client = signed_in(administrator)
    fields = typed(client)
    client.post("/drafts/", fields)
    signed_in(holds(Role.SYSTEM_ADMINISTRATOR)).post("/drafts/discard/", fields)
    assert Draft.objects.exists()
    response = client.post("/drafts/discard/", {"keep_token": fields["keep_token"]}, follow=True)
    assert response.redirect_chain == [(INVITE, 302)]
    assert not Draft.objects.exists()
    assert "Unsaved text" not in response.content.decode()


def test_a_failure_of_the_service_keeps_what_was_posted(
    administrator: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def broken(**_fields: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(people, "invite", broken)
    client = signed_in(administrator)
    client.raise_request_exception = False
    assert client.post(INVITE, typed(client, email="fresh@example.org")).status_code == 500
    assert Draft.objects.get().fields["note"] == [NOTE]


def test_a_draft_begun_on_an_older_version_says_so(administrator: User) -> None:
    token = new_token(administrator.pk, INVITE, 4).signed()
    client = signed_in(administrator)
    client.post("/drafts/", {"keep_token": token, "note": "x"})
    page = client.get(INVITE).content.decode()
    assert "A colleague has saved this since you started." in page
    assert tokens(client)["base_version"] == "4"


def test_no_form_of_the_door_is_kept(client: Client) -> None:
    assert "keep_token" not in client.get("/sign-in/").content.decode()

from collections.abc import Sequence
from datetime import date

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from post_office.models import Email
from pytest_django import DjangoAssertNumQueries

from schoolimprove.accounts import registry
from schoolimprove.accounts.actions.person import (
    deactivate,
    invite_again,
    reactivate,
    rename,
    sync_staff,
    take_superuser,
)
from schoolimprove.accounts.models import SecretLink, User
from schoolimprove.accounts.registry import IdentityFollower, Panel, PersonFacts, PersonPanel
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schoolimprove.ui.components import Link
from tests.factories.accounts import PASSWORD, TOTPDeviceFactory, UserFactory
from tests.integration.accounts.conftest import Holds, Roles, signed_in

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the higher apps register is theirs to test."""
    for name in ("hand_overs", "person_panels", "person_facts", "identity_followers", "access_followers"):
        monkeypatch.setattr(getattr(registry, name), "_entries", {})


@pytest.fixture
def administrator(holds: Holds) -> User:
    return holds(Role.SYSTEM_ADMINISTRATOR, name="Ada Administrator")


class Visits:
    """A hook that hands visits over and writes down what it was asked to do."""

    key, order, label = "visits", 10, "Planned visits"

    def __init__(self, lines: Sequence[str] = ("Visit to Ambridge",), end_label: str = "Cancel them") -> None:
        self.lines, self.end_label = lines, end_label
        self.done: list[tuple[str, str]] = []

    def held_by(self, user: User, *, on: date) -> Sequence[str]:
        return self.lines

    def candidates(self, user: User, *, on: date) -> Sequence[tuple[str, str]]:
        return [("7", "Next Person")]

    def hand_over(self, user: User, *, to: str, by: Actor, on: date, reason: str) -> None:
        self.done.append((to, reason))


def verbs_about(user: User) -> list[str]:
    return list(AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True))


class TestWho:
    PAGES = ("/people/", "/people/invite/", "/people/export.csv", "/people/{pk}/", "/people/{pk}/deactivate/")

    @pytest.mark.parametrize("role", [Role.HEAD_OF_SERVICE, Role.SIP, Role.HEADTEACHER])
    def test_other_roles_look_after_nobodys_account(self, holds: Holds, role: Role) -> None:
        user = holds(role)
        client = signed_in(user)
        for page in self.PAGES:
            assert client.get(page.format(pk=user.pk)).status_code == 403, page

    def test_system_administrators_do(self, administrator: User) -> None:
        client = signed_in(administrator)
        for page in self.PAGES:
            assert client.get(page.format(pk=administrator.pk)).status_code == 200, page

    def test_so_does_a_superuser_on_installation_day(self, holds: Holds) -> None:
        client = signed_in(holds(is_superuser=True))
        fields = {"name": "First Administrator", "email": "first@example.org", "note": ""}
        assert client.post("/people/invite/", fields).status_code == 302
        assert User.objects.filter(email="first@example.org").exists()

    def test_nobody_by_that_number_is_not_found(self, administrator: User) -> None:
        assert signed_in(administrator).get("/people/999999/").status_code == 404


class TestTheList:
    def test_it_is_searched_by_name_and_address_without_regard_to_accents(self, administrator: User) -> None:
        UserFactory.create(name="Zoë Müller", email="zoe@example.org")
        client = signed_in(administrator)
        for text in ("zoe", "MULLER zoë", "zoe@example"):
            page = client.get("/people/", {"q": text}).content.decode()
            assert "Zoë Müller" in page
            assert "1 person" in page
        assert "0 people" in client.get("/people/", {"q": "nobody"}).content.decode()

    def test_it_is_filtered_by_state(self, administrator: User) -> None:
        UserFactory.create(name="Only Invited", password=None)
        UserFactory.create(name="Long Gone", is_active=False)
        client = signed_in(administrator)
        for state, name in (("invited", "Only Invited"), ("deactivated", "Long Gone"), ("active", "Ada Administrator")):
            page = client.get("/people/", {"state": state}).content.decode()
            assert name in page
            assert "1 person" in page

    def test_it_says_what_the_higher_apps_know_and_costs_the_same_at_any_length(
        self, administrator: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        registry.person_facts.register(PersonFacts("x", 1, lambda ids, on: {pk: [f"Number {pk}"] for pk in ids}))
        client = signed_in(administrator)
        client.get("/people/")
        for count in (1, 12):
            UserFactory.create_batch(count)
            with django_assert_num_queries(4):
                page = client.get("/people/").content.decode()
            assert f"Number {administrator.pk}" in page

    def test_it_is_taken_away_as_it_stands_and_the_audit_says_so(self, administrator: User) -> None:
        UserFactory.create(name="=SUM(1)", email="sum@example.org")
        client = signed_in(administrator)
        response = client.get("/people/export.csv", {"q": "sum"})
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert "'=SUM(1)" in text
        assert "Ada Administrator" not in text
        event = AuditEvent.objects.about("accounts.user", administrator.pk).get(verb="exported people")
        assert event.changes == {
            "file": [None, "CSV"],
            "filter": [None, {"Name or email address": "sum"}],
            "rows": [None, 1],
        }
        assert client.get("/people/export.pdf").status_code == 404


class TestInviting:
    def test_an_administrator_invites_by_address(self, administrator: User) -> None:
        client = signed_in(administrator)
        fields = {"name": "New Person", "email": "New@Example.org", "note": "Welcome to the service"}
        response = client.post("/people/invite/", fields, follow=True)
        assert "We are emailing an invitation to New Person." in response.content.decode()
        user = User.objects.get(email="new@example.org")
        event = AuditEvent.objects.about("accounts.user", user.pk).get(verb="invited")
        assert event.by == administrator
        assert event.appointment_id == 1
        mail = Email.objects.get()
        assert mail.subject == "Invitation to use School improvement"
        assert "Ada Administrator has invited you" in mail.message
        assert "Welcome to the service" in mail.message

    def test_an_address_that_is_taken_is_said_beside_the_field(self, administrator: User) -> None:
        UserFactory.create(email="taken@example.org")
        response = signed_in(administrator).post("/people/invite/", {"name": "X", "email": "TAKEN@example.org"})
        assert "A person with this email address already has an account." in response.content.decode()

    def test_an_invitation_is_sent_again_with_a_new_link(self, administrator: User) -> None:
        user = UserFactory.create(password=None)
        client = signed_in(administrator)
        for _ in range(2):
            assert client.post(f"/people/{user.pk}/invite-again/", {"note": ""}).status_code == 302
        assert SecretLink.objects.filter(user=user, voided_at__isnull=True).count() == 1
        assert SecretLink.objects.filter(user=user).count() == 2

    def test_somebody_who_has_accepted_is_not_invited_again(self) -> None:
        with pytest.raises(Blocked, match="does not have an invitation that you can send again"):
            invite_again(UserFactory.create(), by=SYSTEM)


class TestALostTelephone:
    def test_an_administrator_removes_the_app_for_a_reason(self, administrator: User, holds: Holds) -> None:
        user = holds(Role.HEAD_OF_SERVICE)
        TOTPDeviceFactory.create(user=user)
        theirs = signed_in(user)
        client = signed_in(administrator)
        url = f"/people/{user.pk}/second-factor/"
        assert "Enter the reason" in client.post(url, {"reason": ""}).content.decode()
        assert client.post(url, {"reason": "Lost on the bus; spoke to her"}).status_code == 302
        assert not TOTPDevice.objects.filter(user=user).exists()
        assert theirs.get("/account/").status_code == 302
        event = AuditEvent.objects.about("accounts.user", user.pk).get(verb="second factor reset")
        assert event.reason == "Lost on the bus; spoke to her"
        assert event.by == administrator
        assert Email.objects.filter(to=user.email, subject="Your authenticator app has been removed").exists()
        page = Client().post("/sign-in/", {"email": user.email, "password": PASSWORD})
        assert page["Location"] == "/account/second-factor/"


class TestDeactivating:
    def test_it_ends_sessions_links_and_the_way_in(self, administrator: User, holds: Holds) -> None:
        user = holds(Role.SIP)
        theirs = signed_in(user)
        SecretLink.objects.issue("password_reset", user)
        client = signed_in(administrator)
        response = client.post(f"/people/{user.pk}/deactivate/", {"reason": "Left in May"}, follow=True)
        assert f"You have deactivated {user.name}’s account." in response.content.decode()
        assert theirs.get("/account/").status_code == 302
        assert not SecretLink.objects.open(at=clock.now()).exists()
        event = AuditEvent.objects.about("accounts.user", user.pk).get(verb="deactivated")
        assert (event.reason, event.changes) == ("Left in May", {"is_active": [True, False]})
        assert Client().post("/sign-in/", {"email": user.email, "password": PASSWORD}).status_code == 200

    def test_a_session_does_not_come_back_with_its_person(self, administrator: User, holds: Holds) -> None:
        user = holds()
        theirs = signed_in(user)
        deactivate(user, by=Actor(administrator), on=ON, reason="x")
        User.objects.filter(pk=user.pk).update(is_active=True)
        assert theirs.get("/account/").status_code == 302

    def test_what_the_person_holds_goes_to_whom_was_chosen(self, administrator: User) -> None:
        hook, user = Visits(), UserFactory.create()
        registry.hand_overs.register(hook)
        client = signed_in(administrator)
        page = client.get(f"/people/{user.pk}/deactivate/").content.decode()
        assert "Visit to Ambridge" in page
        assert "Who takes over planned visits?" in page
        refused = client.post(f"/people/{user.pk}/deactivate/", {"reason": "Left"})
        assert "Select who takes over planned visits" in refused.content.decode()
        client.post(f"/people/{user.pk}/deactivate/", {"reason": "Left", "to_visits": "7"})
        assert hook.done == [("7", "Left")]

    def test_or_ends_when_that_was_chosen(self, administrator: User) -> None:
        hook, user = Visits(), UserFactory.create()
        registry.hand_overs.register(hook)
        signed_in(administrator).post(f"/people/{user.pk}/deactivate/", {"reason": "Left", "to_visits": "end"})
        assert hook.done == [("", "Left")]

    def test_what_must_have_a_successor_blocks_until_there_is_one(self, administrator: User) -> None:
        user = UserFactory.create()
        registry.hand_overs.register(Visits(end_label=""))
        with pytest.raises(Blocked, match="Select who takes over planned visits"):
            deactivate(user, by=Actor(administrator), on=ON, reason="Left")
        with pytest.raises(Blocked, match="Select who takes over"):
            deactivate(user, by=Actor(administrator), on=ON, reason="Left", hand_over_to={"visits": "999"})
        user.refresh_from_db()
        assert user.is_active

    def test_a_hand_over_that_fails_leaves_everything_as_it_was(self, administrator: User) -> None:
        class Failing(Visits):
            def hand_over(self, user: User, *, to: str, by: Actor, on: date, reason: str) -> None:
                raise Blocked(["Next Person has no room."])

        user = UserFactory.create()
        registry.hand_overs.register(Failing())
        fields = {"reason": "Left", "to_visits": "7"}
        response = signed_in(administrator).post(f"/people/{user.pk}/deactivate/", fields)
        assert "Next Person has no room." in response.content.decode()
        user.refresh_from_db()
        assert user.is_active
        assert verbs_about(user) == []

    def test_nobody_deactivates_themselves(self, administrator: User) -> None:
        page = signed_in(administrator).get(f"/people/{administrator.pk}/deactivate/").content.decode()
        assert "You cannot deactivate yourself" in page
        with pytest.raises(Blocked, match="yourself"):
            deactivate(administrator, by=Actor(administrator), on=ON, reason="x")

    def test_of_two_administrators_at_once_the_second_is_told(self, administrator: User) -> None:
        user = UserFactory.create()
        deactivate(user, by=Actor(administrator), on=ON, reason="x")
        with pytest.raises(Blocked, match="already deactivated"):
            deactivate(user, by=Actor(administrator), on=ON, reason="x")

    def test_coming_back_is_by_invitation_alone(self, administrator: User, holds: Holds) -> None:
        user = holds()
        TOTPDeviceFactory.create(user=user)
        deactivate(user, by=Actor(administrator), on=ON, reason="x")
        signed_in(administrator).post(f"/people/{user.pk}/reactivate/", {"reason": "Back from leave"})
        user.refresh_from_db()
        assert (user.is_active, user.has_usable_password()) == (True, False)
        assert not TOTPDevice.objects.filter(user=user).exists()
        assert SecretLink.objects.open(at=clock.now()).filter(user=user, purpose="invitation").exists()
        with pytest.raises(Blocked, match="not deactivated"):
            reactivate(user, by=SYSTEM, reason="x")


class TestTheSuperuser:
    def test_a_system_administrator_takes_the_right_away_for_a_reason(self, administrator: User, holds: Holds) -> None:
        first = holds(is_superuser=True, is_staff=True)
        client = signed_in(administrator)
        assert f"/people/{first.pk}/superuser/" in client.get(f"/people/{first.pk}/").content.decode()
        answer = client.post(f"/people/{first.pk}/superuser/", {"reason": "The service is set up"})
        assert answer.status_code == 302
        first.refresh_from_db()
        assert (first.is_superuser, first.is_staff, first.is_active) == (False, False, True)
        event = AuditEvent.objects.about("accounts.user", first.pk).get(verb="superuser’s right taken away")
        assert (event.by, event.reason, event.changes) == (
            administrator,
            "The service is set up",
            {"is_superuser": [True, False]},
        )
        assert signed_in(first).get("/people/").status_code == 403
        assert "Take the superuser" not in client.get(f"/people/{first.pk}/").content.decode()

    def test_who_is_both_stays_an_administrator(self, holds: Holds) -> None:
        both = holds(Role.SYSTEM_ADMINISTRATOR, is_superuser=True, is_staff=True)
        client = signed_in(both)
        client.post(f"/people/{both.pk}/superuser/", {"reason": "The service is set up"})
        both.refresh_from_db()
        assert (both.is_superuser, both.is_staff) == (False, True)
        assert client.get("/people/").status_code == 200

    def test_a_superuser_without_an_appointment_is_told_why_not(self, holds: Holds) -> None:
        alone = holds(is_superuser=True)
        page = signed_in(alone).post(f"/people/{alone.pk}/superuser/", {"reason": "Too early"})
        assert "You do not have an appointment as a system administrator." in page.content.decode()
        alone.refresh_from_db()
        assert alone.is_superuser

    def test_the_second_of_two_at_once_is_told(self, administrator: User, holds: Holds) -> None:
        first = holds(is_superuser=True)
        take_superuser(first, by=Actor(administrator), reason="x")
        with pytest.raises(Blocked, match="is not a superuser"):
            take_superuser(first, by=Actor(administrator), reason="x")


def test_the_admin_flag_follows_appointments(holds: Holds, roles: Roles) -> None:
    user = holds(Role.SYSTEM_ADMINISTRATOR)
    assert sync_staff(user) is True
    assert sync_staff(user) is False
    assert User.objects.filter(pk=user.pk, is_staff=True).exists()
    roles.by_user[user.pk] = [Role.SIP]
    assert sync_staff(user) is True
    assert User.objects.filter(pk=user.pk, is_staff=False).exists()
    assert verbs_about(user) == ["admin site", "admin site"]


def test_a_change_of_name_reaches_those_who_keep_a_copy_and_the_search(administrator: User) -> None:
    told = []
    registry.identity_followers.register(IdentityFollower("x", 1, lambda user, by: told.append(user.name)))
    user = UserFactory.create(name="Old Name")
    client = signed_in(administrator)
    client.post(f"/people/{user.pk}/name/", {"name": " New Name "})
    assert told == ["New Name"]
    assert User.objects.search("new name").get() == user
    user.refresh_from_db()
    rename(user, "New Name", by=SYSTEM)
    assert verbs_about(user) == ["renamed"]


def test_a_persons_page_shows_what_they_hold_and_what_happened(
    administrator: User, holds: Holds, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = holds(Role.SIP)
    panel = Panel("Letters", rows=[Link("Letter of May", "/letters/1/")], actions=[Link("Write", "/letters/new/")])
    registry.person_panels.register(PersonPanel("letters", 1, lambda viewer, person, on: panel))
    client = signed_in(administrator)
    client.get(f"/people/{user.pk}/")
    for names in (["One"], ["Two", "Three", "Four", "Five"]):
        for name in names:
            rename(user, name, by=Actor(administrator))
        with django_assert_num_queries(6):
            page = client.get(f"/people/{user.pk}/").content.decode()
    assert '<a class="govuk-link" href="/letters/1/">Letter of May</a>' in page
    assert page.count(">Renamed<") == 5
    assert "Ada Administrator" in page

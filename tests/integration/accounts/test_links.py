import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_totp.models import TOTPDevice
from post_office.models import STATUS, Email

from schoolimprove.accounts.actions.address import ask_for_address, confirm_address
from schoolimprove.accounts.actions.links import LinkSpent, find_link
from schoolimprove.accounts.actions.password import JOB, change_password
from schoolimprove.accounts.actions.person import accept_invitation, invite, invite_again
from schoolimprove.accounts.actions.second_factor import reset_second_factor
from schoolimprove.accounts.mail import forget_sent_links
from schoolimprove.accounts.models import EmailLimit, Purpose, SecretLink, User
from schoolimprove.accounts.models.email_limit import MOST_IN_AN_HOUR
from schoolimprove.accounts.models.secret_link import hash_of
from schoolimprove.accounts.roles import Role
from schoolimprove.accounts.tasks import forget_email_limits
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.transition import Blocked
from tests.factories.accounts import PASSWORD, SecretLinkFactory, TOTPDeviceFactory, UserFactory, code_of
from tests.integration.accounts.conftest import Holds, Roles, ask_for_password_link, signed_in, work_off
from tests.integration.together import one_before_the_other_commits, together

pytestmark = pytest.mark.django_db
NEW = "another-good-long-one"
START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ClockAt = Callable[[date | datetime], datetime]


def newest_mail(to: str) -> Email:
    return Email.objects.filter(to=to).latest("pk")


def link_in(mail: Email) -> str:
    """The path of the link in the text of an email, which is also in its HTML."""
    found = re.search(r"http://testserver(/sign-in/[a-z-]+/[0-9a-f]{32}/)", mail.message)
    assert found is not None, mail.message
    assert found[0] in mail.html_message
    return found[1]


def verbs_about(user: User) -> list[str]:
    return list(AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True))


def two_passwords(password: str = NEW) -> dict[str, str]:
    return {"password": password, "again": password}


def invited(email: str = "new@example.org", note: str = "") -> tuple[User, str]:
    user = invite(email=email, name="New Person", note=note, by=SYSTEM)
    return user, link_in(newest_mail(email))


class TestInvitations:
    def test_it_is_accepted_by_choosing_a_password(self, client: Client) -> None:
        user, link = invited()
        assert user.email in client.get(link).content.decode()
        assert client.post(link, two_passwords()).status_code == 302
        assert client.get("/account/").status_code == 200
        user.refresh_from_db()
        assert user.check_password(NEW)
        assert verbs_about(user) == ["signed in", "accepted the invitation", "invited"]

    def test_opening_the_link_does_not_use_it(self, client: Client) -> None:
        _user, link = invited()
        for _ in range(3):
            assert client.get(link).status_code == 200

    def test_it_works_once(self, client: Client) -> None:
        _user, link = invited()
        client.post(link, two_passwords())
        response = Client().post(link, two_passwords("yet-another-long-one"))
        assert response.status_code == 410
        assert "This link no longer works" in response.content.decode()

    def test_it_works_for_seven_days(self, client: Client, clock_at: ClockAt) -> None:
        clock_at(START)
        _user, link = invited()
        clock_at(START + timedelta(days=7, seconds=-1))
        assert client.get(link).status_code == 200
        clock_at(START + timedelta(days=7))
        assert client.get(link).status_code == 410

    def test_its_token_is_stored_only_as_a_hash(self) -> None:
        _user, link = invited()
        token = link.split("/")[-2]
        assert len(bytes.fromhex(token)) == 16
        stored = SecretLink.objects.get()
        assert stored.token_hash == hash_of(token)
        assert token not in str(SecretLink.objects.values())
        assert token not in str(AuditEvent.objects.values())

    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("short", "at least 12"),
            ("password1234", "too common"),
            ("new@example.org", "too similar"),
            ("1" * 14, "numeric"),
        ],
    )
    def test_a_weak_password_is_refused_and_says_why(self, client: Client, password: str, why: str) -> None:
        _user, link = invited()
        response = client.post(link, two_passwords(password))
        assert response.status_code == 200
        assert why in response.content.decode()

    def test_the_form_says_in_short_what_a_password_needs(self, client: Client) -> None:
        _user, link = invited()
        hint = "At least 12 characters. Do not use only a name, a common or work-related word, or numbers."
        assert hint in client.get(link, follow=True).content.decode()

    def test_two_different_passwords_are_refused(self, client: Client) -> None:
        _user, link = invited()
        response = client.post(link, {"password": NEW, "again": NEW + "x"})
        assert "The passwords must match" in response.content.decode()

    def test_accepting_signs_out_whoever_was_signed_in_here(self, holds: Holds) -> None:
        client = signed_in(holds(name="Somebody Else"))
        user, link = invited()
        client.post(link, two_passwords())
        page = client.get("/account/").content.decode()
        assert user.email in page
        assert "Somebody Else" not in page

    def test_somebody_with_an_authority_wide_role_goes_on_to_the_second_factor(
        self, client: Client, roles: Roles
    ) -> None:
        user, link = invited()
        roles.by_user[user.pk] = [Role.HEAD_OF_SERVICE]
        assert client.post(link, two_passwords())["Location"] == "/account/second-factor/"

    def test_what_was_said_arrives_as_it_was_typed(self) -> None:
        note = "{% include 'x' %} {{ settings }} <script>alert(1)</script> & welcome"
        invited(note=note)
        mail = newest_mail("new@example.org")
        assert note in mail.message
        assert "<script>" not in mail.html_message
        assert "{% include &#x27;x&#x27; %} {{ settings }}" in mail.html_message

    def test_an_address_that_is_taken_is_refused(self) -> None:
        UserFactory.create(email="taken@example.org")
        with pytest.raises(Blocked, match="already has an account"):
            invite(email="Taken@Example.org ", name="Somebody", by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_accepting_one_invitation_at_once_one_succeeds() -> None:
    if connection.vendor != "postgresql":
        pytest.fail("Two at once need PostgreSQL: set DATABASE_URL=postgres://…")
    user, link = invited()
    token = link.split("/")[-2]
    start, outcomes = threading.Barrier(2), []

    def accept(password: str) -> None:
        start.wait()
        try:
            accept_invitation(token, password)
            outcomes.append(password)
        except LinkSpent:
            outcomes.append("spent")
        finally:
            connections.close_all()

    passwords = ["the-first-long-password", "the-second-long-password"]
    threads = [threading.Thread(target=accept, args=(password,)) for password in passwords]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("spent") == 1
    winner = next(outcome for outcome in outcomes if outcome != "spent")
    user.refresh_from_db()
    assert user.check_password(winner)
    assert verbs_about(user).count("accepted the invitation") == 1


def test_the_database_allows_one_unused_link_of_a_purpose_each() -> None:
    first = SecretLinkFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        SecretLinkFactory.create(user=first.user)


def test_the_database_allows_several_links_to_set_a_password() -> None:
    first = SecretLinkFactory.create(purpose=Purpose.PASSWORD_RESET)
    SecretLinkFactory.create(purpose=Purpose.PASSWORD_RESET, user=first.user)
    assert SecretLink.objects.open(at=clock.now()).count() == 2


class TestForgottenPasswords:
    def ask(self, client: Client, email: str) -> str:
        response = client.post("/sign-in/forgotten/", {"email": email}, follow=True)
        assert response.redirect_chain == [("/sign-in/forgotten/sent/", 302)]
        work_off()
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())

    def test_the_answer_is_the_same_whoever_has_the_address(self, client: Client) -> None:
        known, gone = UserFactory.create(), UserFactory.create(is_active=False)
        pages = {self.ask(Client(), email) for email in (known.email, gone.email, "nobody@example.org")}
        assert len(pages) == 1
        assert Email.objects.get().to == [known.email]

    def test_the_link_sets_a_password_and_ends_every_session(self, client: Client) -> None:
        user = UserFactory.create()
        elsewhere = signed_in(user)
        self.ask(client, user.email)
        link = link_in(newest_mail(user.email))
        assert client.post(link, two_passwords())["Location"] == "/sign-in/"
        assert elsewhere.get("/account/").status_code == 302
        assert client.post("/sign-in/", {"email": user.email, "password": NEW}).status_code == 302
        assert newest_mail(user.email).subject == "Your password has changed"
        assert client.post(link, two_passwords()).status_code == 410

    def test_it_does_not_go_round_the_second_factor(self, client: Client, holds: Holds) -> None:
        user = holds(Role.HEAD_OF_SERVICE)
        self.ask(client, user.email)
        client.post(link_in(newest_mail(user.email)), two_passwords())
        assert client.get("/account/").status_code == 302

    def test_the_link_works_for_two_hours(self, client: Client, clock_at: ClockAt) -> None:
        clock_at(START)
        user = UserFactory.create()
        self.ask(client, user.email)
        link = link_in(newest_mail(user.email))
        clock_at(START + timedelta(hours=2))
        assert client.get(link).status_code == 410

    def test_a_request_by_a_stranger_leaves_the_owners_link_until_one_of_them_is_used(
        self, client: Client, clock_at: ClockAt
    ) -> None:
        clock_at(START)
        user = UserFactory.create()
        self.ask(client, user.email)
        owners = link_in(newest_mail(user.email))
        clock_at(START + timedelta(minutes=5))
        self.ask(Client(), user.email)
        later = link_in(newest_mail(user.email))
        assert later != owners
        assert [client.get(link).status_code for link in (owners, later)] == [200, 200]
        assert client.post(owners, two_passwords()).status_code == 302
        assert [client.get(link).status_code for link in (owners, later)] == [410, 410]

    def test_nobodys_mailbox_is_filled_by_a_stranger(self, client: Client) -> None:
        user = UserFactory.create()
        for _ in range(5):
            self.ask(client, user.email)
        assert Email.objects.count() == 1

    @pytest.mark.parametrize("password", ["a-long-password", None], ids=["with an account", "only invited"])
    def test_an_address_gets_three_emails_in_an_hour_however_often_a_stranger_asks(
        self, client: Client, clock_at: ClockAt, password: str | None
    ) -> None:
        user = UserFactory.create(password=password)
        for minutes in range(0, 59, 3):
            clock_at(START + timedelta(minutes=minutes))
            self.ask(client, user.email)
        assert Email.objects.filter(to=user.email).count() == 3
        clock_at(START + timedelta(minutes=60))
        self.ask(client, user.email)
        assert Email.objects.filter(to=user.email).count() == 4

    def test_the_page_says_how_many_emails_an_address_gets(self, client: Client) -> None:
        page = self.ask(client, "nobody@example.org")
        assert "You can ask again after 2 minutes. We send up to 3 emails an hour to each address." in page

    def test_the_answer_takes_the_same_work_for_every_address(self, client: Client) -> None:
        """Nothing is looked up or drawn before the answer: the worker does that, for every address."""
        known, gone, invited = (
            UserFactory.create(),
            UserFactory.create(is_active=False),
            UserFactory.create(password=None),
        )
        work = {}
        for email in (known.email, gone.email, invited.email, "nobody@example.org"):
            with CaptureQueriesContext(connection) as captured:
                client.post("/sign-in/forgotten/", {"email": email})
            statements = [re.sub(r"'[^']*'|\"s\d+_x\d+\"|\b\d+\b", "?", each["sql"]) for each in captured]
            work[email] = statements
            assert not any('"accounts_user"' in each for each in statements)
        assert Email.objects.count() == 0
        assert len({tuple(each) for each in work.values()}) == 1
        assert Job.objects.unfinished().filter(kind=JOB).count() == 4

    def test_an_address_that_was_asked_for_is_forgotten_after_a_day(self, client: Client, clock_at: ClockAt) -> None:
        clock_at(START)
        self.ask(client, "nobody@example.org")
        clock_at(START + timedelta(hours=23))
        forget_email_limits()
        assert EmailLimit.objects.get().address == "nobody@example.org"
        clock_at(START + timedelta(hours=24))
        forget_email_limits()
        assert not EmailLimit.objects.exists()
        assert not Job.objects.filter(kind=JOB).exists()

    def test_somebody_only_invited_is_told_what_to_do(self, client: Client) -> None:
        user = UserFactory.create(password=None)
        self.ask(client, user.email)
        assert "You have not accepted your invitation yet." in newest_mail(user.email).message

    def test_setting_a_new_password_ends_the_lock_out_wherever_the_link_is_opened(self, client: Client) -> None:
        """The link is opened on a telephone, which is on another network."""
        user = UserFactory.create()
        for _ in range(5):
            client.post("/sign-in/", {"email": user.email, "password": "wrong-password-here"})
        self.ask(client, user.email)
        Client(REMOTE_ADDR="198.51.100.7").post(link_in(newest_mail(user.email)), two_passwords())
        assert client.post("/sign-in/", {"email": user.email, "password": NEW}).status_code == 302

    def test_setting_a_new_password_ends_the_lock_out_of_this_computer(self, client: Client) -> None:
        user = UserFactory.create()
        for _ in range(5):
            client.post("/sign-in/", {"email": user.email, "password": "wrong-password-here"})
        self.ask(client, user.email)
        client.post(link_in(newest_mail(user.email)), two_passwords())
        assert not AccessAttempt.objects.exists()
        assert client.post("/sign-in/", {"email": user.email, "password": NEW}).status_code == 302


class TestHowManyEmailsAnAddressGets:
    def test_an_invitation_is_sent_three_times_in_an_hour_and_the_page_says_when_again(
        self, holds: Holds, clock_at: ClockAt
    ) -> None:
        clock_at(START)
        client = signed_in(holds(Role.SYSTEM_ADMINISTRATOR))
        user, _link = invited()
        again = f"/people/{user.pk}/invite-again/"
        assert [client.post(again, {"note": ""}).status_code for _ in range(2)] == [302] * 2
        refused = client.post(again, {"note": "Welcome"})
        page = refused.content.decode()
        assert "We have sent 3 emails to new@example.org in the last hour. Try again in an hour." in page
        assert "Welcome" in page
        assert Email.objects.filter(to="new@example.org").count() == 3
        assert SecretLink.objects.open(at=clock.now()).filter(user=user).count() == 1
        clock_at(START + timedelta(hours=1))
        assert client.post(again, {"note": ""}).status_code == 302

    def test_a_stranger_cannot_use_up_what_an_administrator_sends(self, clock_at: ClockAt) -> None:
        clock_at(START)
        user, _link = invited()
        for minutes in range(3, 30, 3):
            clock_at(START + timedelta(minutes=minutes))
            ask_for_password_link(Client(), user.email)
        assert Email.objects.filter(to=user.email).count() == 1 + 3
        invite_again(user, by=SYSTEM)
        assert "Invitation to use" in newest_mail(user.email).subject

    def test_an_intruder_who_is_signed_in_cannot_use_up_the_owners_links_to_set_a_password(self, holds: Holds) -> None:
        user = holds()
        for number in range(5):
            signed_in(user).post("/account/address/", {"email": f"new{number}@example.org", "present": PASSWORD})
        ask_for_password_link(Client(), user.email)
        assert link_in(newest_mail(user.email)).startswith("/sign-in/new-password/")

    @pytest.mark.parametrize("taken", [True, False])
    def test_a_new_address_gets_three_emails_in_an_hour_and_the_asker_learns_nothing(
        self, holds: Holds, taken: bool
    ) -> None:
        if taken:
            UserFactory.create(email="new@example.org")
        for _ in range(5):
            user = holds()
            response = signed_in(user).post(
                "/account/address/", {"email": "new@example.org", "present": PASSWORD}, follow=True
            )
            assert "We are sending a link to your new address." in response.content.decode()
            assert newest_mail(user.email).subject == "Request to change your email address"
        assert Email.objects.filter(to="new@example.org").count() == 3

    def test_a_change_of_address_is_refused_when_its_owner_could_not_be_told(self, holds: Holds) -> None:
        user = holds()
        client = signed_in(user)
        for number in range(3):
            client.post("/account/address/", {"email": f"new{number}@example.org", "present": PASSWORD})
        refused = client.post("/account/address/", {"email": "new3@example.org", "present": PASSWORD})
        assert f"We have sent 3 emails to {user.email} in the last hour" in refused.content.decode()
        assert not Email.objects.filter(to="new3@example.org").exists()
        assert Email.objects.filter(to=user.email).count() == 3

    def test_capitals_make_no_second_address(self, clock_at: ClockAt) -> None:
        user = UserFactory.create(email="mary@example.org")
        spellings = ["mary@example.org", "Mary@example.org", "MARY@example.org", "mary@EXAMPLE.org"]
        for number, written in enumerate(spellings):
            clock_at(START + timedelta(minutes=3 * number))
            ask_for_password_link(Client(), written)
        assert Email.objects.filter(to=user.email).count() == 3

    @pytest.mark.django_db(transaction=True)
    def test_of_two_emails_at_once_one_is_too_many(self) -> None:
        limit = EmailLimit.objects.asked("new@example.org", by_anyone=True, at=clock.now())
        for _ in range(MOST_IN_AN_HOUR - 1):
            assert limit.take()
        assert sorted(together(limit.take, limit.take)) == [False, True]


class TestChangeOfAddress:
    def ask(self, user: User, email: str = "new@example.org") -> str:
        ask_for_address(user, email)
        return link_in(newest_mail(email))

    def confirm(self, client: Client, link: str) -> Any:
        """Open the link and press the button on the page it leads to."""
        opened = client.get(link)
        assert opened["Location"] == "/account/address/confirm/"
        return client.post(opened["Location"])

    def test_it_asks_for_the_password_first(self, holds: Holds) -> None:
        client = signed_in(holds())
        fields = {"email": "new@example.org", "present": "not-the-password"}
        assert "The password you entered is not correct" in client.post("/account/address/", fields).content.decode()
        assert not SecretLink.objects.exists()

    def test_nothing_changes_until_the_new_address_confirms(self, holds: Holds) -> None:
        user = holds(email="old@example.org")
        client = signed_in(user)
        client.post("/account/address/", {"email": "New@example.org", "present": PASSWORD})
        assert "We sent a link to new@example.org" in client.get("/account/").content.decode()
        assert newest_mail("old@example.org").subject == "Request to change your email address"
        user.refresh_from_db()
        assert user.email == "old@example.org"
        response = self.confirm(client, link_in(newest_mail("new@example.org")))
        assert response.status_code == 302
        user.refresh_from_db()
        assert user.email == "new@example.org"
        assert newest_mail("old@example.org").subject == "Your email address has changed"
        event = AuditEvent.objects.about("accounts.user", user.pk).get(verb="changed the address")
        assert event.changes == {"email": ["old@example.org", "new@example.org"]}

    def test_an_address_that_is_taken_gets_a_letter_and_the_asker_learns_nothing(self, holds: Holds) -> None:
        UserFactory.create(email="taken@example.org")
        client = signed_in(holds())
        pages = []
        for email in ("taken@example.org", "free@example.org"):
            fields = {"email": email, "present": PASSWORD}
            response = client.post("/account/address/", fields, follow=True)
            page = response.content.decode().replace(email, "")
            pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))
        assert pages[0] == pages[1]
        assert newest_mail("taken@example.org").subject == "This address already has an account"

    def test_an_address_taken_in_between_is_refused_gracefully(self) -> None:
        user = UserFactory.create(email="old@example.org")
        link = self.ask(user)
        UserFactory.create(email="NEW@example.org")
        response = self.confirm(signed_in(user), link)
        assert response.status_code == 200
        assert "Another person now uses this address." in response.content.decode()
        user.refresh_from_db()
        assert user.email == "old@example.org"

    def test_a_password_link_sent_to_the_old_address_does_not_outlive_it(self, client: Client) -> None:
        user = UserFactory.create(email="old@example.org")
        link = self.ask(user)
        ask_for_password_link(client, "old@example.org")
        reset = link_in(newest_mail("old@example.org"))
        confirm_address(find_link(Purpose.ADDRESS_CHANGE, link.split("/")[-2]), by=user)
        assert client.get(reset).status_code == 410

    def test_it_can_be_given_up(self, holds: Holds) -> None:
        user = holds()
        link = self.ask(user)
        client = signed_in(user)
        client.post("/account/address/withdraw/")
        assert client.get(link).status_code == 410
        assert "is waiting" not in client.get("/account/").content.decode()

    # Whose link it is.

    def test_somebody_signed_out_signs_in_and_comes_back_to_it(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        user = UserFactory.create(email="old@example.org")
        link = self.ask(user)
        with caplog.at_level("INFO"):
            to_sign_in = client.get(link, follow=True)
            back = client.post(
                to_sign_in.redirect_chain[-1][0], {"email": "old@example.org", "password": PASSWORD}, follow=True
            )
        assert "You will sign in with new@example.org." in back.content.decode()
        addresses = [address for address, _status in [*to_sign_in.redirect_chain, *back.redirect_chain]]
        assert addresses == [
            "/account/address/confirm/",
            "/sign-in/?next=/account/address/confirm/",
            "/account/address/confirm/",
        ]
        assert link.split("/")[-2] not in caplog.text
        assert client.post("/account/address/confirm/").status_code == 302
        user.refresh_from_db()
        assert user.email == "new@example.org"

    def test_half_a_session_gives_the_second_factor_first(self, client: Client, holds: Holds) -> None:
        user = holds(Role.HEAD_OF_SERVICE, email="old@example.org")
        device = TOTPDeviceFactory.create(user=user)
        client.post("/sign-in/", {"email": "old@example.org", "password": PASSWORD})
        client.get(self.ask(user))
        for response in (client.get("/account/address/confirm/"), client.post("/account/address/confirm/")):
            assert response["Location"].startswith("/sign-in/code/?next=")
        user.refresh_from_db()
        assert user.email == "old@example.org"
        whole = client.post("/sign-in/code/?next=/account/address/confirm/", {"code": code_of(device)}, follow=True)
        assert "You will sign in with new@example.org." in whole.content.decode()

    def test_somebody_else_changes_nothing_and_does_not_learn_the_address(self, holds: Holds) -> None:
        user, other = holds(name="Olive Owner", email="old@example.org"), holds()
        link = self.ask(user)
        client = signed_in(other)
        for response in (client.get(link, follow=True), client.post("/account/address/confirm/")):
            page = response.content.decode()
            assert response.status_code == 403
            assert "This link is for another account" in page
            assert not [each for each in ("new@example.org", "old@example.org", "Olive Owner") if each in page]
        user.refresh_from_db()
        assert user.email == "old@example.org"
        with pytest.raises(PermissionDenied):
            confirm_address(find_link(Purpose.ADDRESS_CHANGE, link.split("/")[-2]), by=other)

    def test_a_mail_scanner_that_opens_it_changes_nothing(self, holds: Holds) -> None:
        user = holds(email="old@example.org")
        link = self.ask(user)
        for scanner in (Client(), Client(), signed_in(user)):
            scanner.get(link, follow=True)
            scanner.head(link)
            assert scanner.post(link).status_code == 405
        user.refresh_from_db()
        assert user.email == "old@example.org"
        assert self.confirm(signed_in(user), link).status_code == 302

    # What ends it.

    def test_a_reset_of_the_password_voids_it(self, client: Client, holds: Holds) -> None:
        user = holds(email="old@example.org")
        link = self.ask(user)
        opened = signed_in(user)
        opened.get(link)
        ask_for_password_link(client, "old@example.org")
        client.post(link_in(newest_mail("old@example.org")), two_passwords())
        response = client.get(link)
        assert response.status_code == 410
        assert "This link no longer works" in response.content.decode()
        assert opened.get("/account/address/confirm/").status_code == 302
        client.post("/sign-in/", {"email": "old@example.org", "password": NEW})
        assert client.get("/account/address/confirm/").status_code == 410
        user.refresh_from_db()
        assert user.email == "old@example.org"

    @pytest.mark.parametrize("reset_too", [True, False])
    @pytest.mark.parametrize(
        ("address", "fields"),
        [
            ("/account/password/", {"present": PASSWORD, **two_passwords()}),
            ("/account/sign-out-elsewhere/", {}),
        ],
    )
    def test_a_new_password_and_signing_out_elsewhere_void_every_link(
        self, holds: Holds, address: str, fields: dict[str, str], reset_too: bool
    ) -> None:
        user = holds(email="old@example.org")
        links = [self.ask(user)]
        if reset_too:
            ask_for_password_link(Client(), "old@example.org")
            links.append(link_in(newest_mail("old@example.org")))
        client = signed_in(user)
        client.get(links[0])
        assert client.post(address, fields).status_code == 302
        assert [Client().get(link).status_code for link in links] == [410] * len(links)
        assert client.post("/account/address/confirm/").status_code == 410
        assert "We sent a link to" not in client.get("/account/").content.decode()

    def test_a_new_app_and_a_reset_by_an_administrator_void_it(self, holds: Holds) -> None:
        user = holds()
        link = self.ask(user)
        reset_second_factor(user, by=SYSTEM, reason="Telephone lost")
        assert Client().get(link).status_code == 410
        user.refresh_from_db()
        link = self.ask(user)
        client = signed_in(user)
        client.post("/account/second-factor/change/", {"present": PASSWORD})
        client.get("/account/second-factor/")
        device = TOTPDevice.objects.get(user=user, confirmed=False)
        assert client.post("/account/second-factor/", {"code": code_of(device)}).status_code == 200
        assert Client().get(link).status_code == 410

    def test_resetting_the_second_factor_leaves_an_invitation(self) -> None:
        user, link = invited()
        reset_second_factor(user, by=SYSTEM, reason="Telephone lost")
        assert Client().get(link).status_code == 200

    def test_a_session_that_was_ended_meanwhile_asks_for_nothing(self) -> None:
        user = UserFactory.create()
        in_the_request = User.objects.get(pk=user.pk)
        change_password(user, NEW)
        with pytest.raises(Blocked, match="We signed you out before we could send the link"):
            ask_for_address(in_the_request, "new@example.org")
        assert not SecretLink.objects.exists()


class TestChangeOfAddressAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def user(self) -> User:
        return UserFactory.create(email="old@example.org")

    @pytest.fixture
    def link(self, user: User) -> SecretLink:
        ask_for_address(user, "new@example.org")
        return SecretLink.objects.select_related("user").get()

    def test_confirming_waits_for_a_new_password_and_finds_the_link_void(self, user: User, link: SecretLink) -> None:
        outcomes = one_before_the_other_commits(
            lambda: change_password(user, NEW), lambda: confirm_address(link, by=user)
        )
        assert [type(outcome) for outcome in outcomes] == [type(None), LinkSpent]
        assert User.objects.get().email == "old@example.org"

    def test_a_new_password_waits_for_the_confirming(self, user: User, link: SecretLink) -> None:
        confirmed, changed = one_before_the_other_commits(
            lambda: confirm_address(link, by=user), lambda: change_password(User.objects.get(pk=user.pk), NEW)
        )
        assert (confirmed, changed) == (user, None)
        found = User.objects.get()
        assert (found.email, found.check_password(NEW)) == ("new@example.org", True)

    def test_of_two_who_confirm_one_succeeds(self, user: User, link: SecretLink) -> None:
        again = SecretLink.objects.select_related("user").get()
        outcomes = together(lambda: confirm_address(link, by=user), lambda: confirm_address(again, by=user))
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkSpent", "User"]

    def test_asking_waits_for_a_new_password_and_is_refused(self, user: User) -> None:
        in_the_request = User.objects.get(pk=user.pk)
        _changed, refused = one_before_the_other_commits(
            lambda: change_password(user, NEW), lambda: ask_for_address(in_the_request, "new@example.org")
        )
        assert isinstance(refused, Blocked)
        assert not SecretLink.objects.exists()


def test_links_of_a_deactivated_person_do_not_work(client: Client) -> None:
    user, link = invited()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(link).status_code == 410


def test_a_link_of_one_purpose_opens_no_other(client: Client) -> None:
    _user, link = invited()
    assert client.get(link.replace("invitation", "new-password")).status_code == 410
    assert SecretLink.objects.open(at=clock.now()).get().purpose == Purpose.INVITATION


def test_a_link_is_not_kept_in_the_outbox_once_its_letter_has_gone(client: Client) -> None:
    _user, link = invited()
    token = link.split("/")[-2]
    mail = newest_mail("new@example.org")
    assert forget_sent_links() == 0
    Email.objects.update(status=STATUS.sent)
    assert forget_sent_links() == 1
    mail.refresh_from_db()
    assert token not in mail.message + mail.html_message
    assert "Invitation to use" in mail.subject
    assert client.get(link).status_code == 200
    assert forget_sent_links() == 0

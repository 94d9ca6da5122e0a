import logging
import re
import time
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from schoolimprove.accounts.lockout import cool_off
from schoolimprove.accounts.models import SecretLink, User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib.clock import LONDON
from schoolimprove.records.models import AuditEvent
from tests.factories.accounts import PASSWORD, UserFactory
from tests.integration.accounts.conftest import Holds, ask_for_password_link, signed_in

SIGN_IN = "/sign-in/"
pytestmark = pytest.mark.django_db


def verbs_about(user: User) -> list[str]:
    return list(AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True))


WRONG = "wrong-password-here"
NEW = "another-good-long-one"


def attempt(client: Client, email: str, password: str = WRONG, *, client_address: str = "127.0.0.1") -> int:
    return client.post(SIGN_IN, {"email": email, "password": password}, REMOTE_ADDR=client_address).status_code


def test_somebody_signs_in_by_address_and_password(client: Client) -> None:
    user = UserFactory.create()
    response = client.post(f"{SIGN_IN}?next=/account/", {"email": user.email.upper(), "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert verbs_about(user) == ["signed in"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_never_leaves_the_site(client: Client, target: str) -> None:
    user = UserFactory.create()
    response = client.post(f"{SIGN_IN}?next={target}", {"email": user.email, "password": PASSWORD})
    assert response["Location"] == reverse("home")


def test_every_page_is_behind_the_door(client: Client) -> None:
    response = client.get("/account/?a=b")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/account/%3Fa%3Db"


def test_failures_tell_nobody_which_addresses_have_accounts() -> None:
    known = UserFactory.create()
    gone = UserFactory.create(is_active=False)
    invited = UserFactory.create(password=None)
    pages = set()
    for email in (known.email, gone.email, invited.email, "nobody@example.org"):
        response = Client().post(SIGN_IN, {"email": email, "password": "wrong-password-here"})
        text = response.content.decode().replace(email, "")
        pages.add(text.split("<main")[1].split("csrfmiddlewaretoken")[0] + text.split("</form>")[-1])
        assert "The email address or password is not correct" in text
    assert len(pages) == 1


def test_an_inactive_person_with_the_right_password_stays_outside(client: Client) -> None:
    user = UserFactory.create(is_active=False)
    assert attempt(client, user.email, PASSWORD) == 200
    assert client.get("/account/").status_code == 302


def test_five_wrong_passwords_lock_out_and_the_page_says_what_to_do(client: Client) -> None:
    user = UserFactory.create()
    statuses = [attempt(client, user.email) for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    response = client.post(SIGN_IN, {"email": user.email, "password": PASSWORD})
    assert response.status_code == 429
    text = response.content.decode()
    assert "Too many wrong passwords" in text
    assert reverse("accounts:password_forgotten") in text
    assert verbs_about(user).count("failed to sign in") == 5
    assert verbs_about(user).count("locked out") == 1


def test_the_lock_out_reads_the_same_for_an_address_nobody_has(client: Client) -> None:
    statuses = [attempt(client, "nobody@example.org") for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]


def test_nobody_can_lock_another_person_out_from_elsewhere(client: Client) -> None:
    head = UserFactory.create()
    for _ in range(6):
        attempt(client, head.email, client_address="203.0.113.9")
    assert attempt(client, head.email, client_address="203.0.113.9") == 429
    assert attempt(client, head.email, PASSWORD, client_address="198.51.100.7") == 302


def test_capitals_give_no_further_attempts(client: Client) -> None:
    user = UserFactory.create(email="mary@example.org")
    for spelling in (
        "mary@example.org",
        "Mary@example.org",
        "MARY@example.org",
        " mary@EXAMPLE.org",
        "mARY@example.org",
    ):
        attempt(client, spelling)
    assert attempt(client, user.email, PASSWORD) == 429


def test_a_lock_out_ends_by_itself_and_trying_does_not_prolong_it(client: Client) -> None:
    user = UserFactory.create()
    for _ in range(5):
        attempt(client, user.email)
    before = AccessAttempt.objects.get().attempt_time
    attempt(client, user.email)
    assert AccessAttempt.objects.get().attempt_time == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - cool_off())
    assert attempt(client, user.email, PASSWORD) == 302


def failed(number: int, *, client_address: str, ago: timedelta = timedelta()) -> None:
    """As many addresses that one client gave four wrong passwords for."""
    for each in range(number):
        attempt = AccessAttempt.objects.create(
            username=f"{ago.seconds}-{each}@example.org", ip_address=client_address, failures_since_start=4
        )
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=timezone.now() - ago)


def test_a_client_that_tries_a_list_of_addresses_is_kept_out_of_all_of_them(client: Client) -> None:
    user = UserFactory.create()
    failed(13, client_address="203.0.113.9")
    assert attempt(client, user.email, PASSWORD, client_address="203.0.113.9") == 429
    assert attempt(client, user.email, PASSWORD, client_address="198.51.100.7") == 302


def test_a_schools_worth_of_mistyped_passwords_keeps_nobody_out(client: Client) -> None:
    user = UserFactory.create()
    failed(12, client_address="203.0.113.9")
    failed(40, client_address="203.0.113.9", ago=cool_off())
    assert attempt(client, user.email, PASSWORD, client_address="203.0.113.9") == 302


SCHOOL = "203.0.113.9"


def reset_link(user: User) -> str:
    ask_for_password_link(Client(), user.email)
    found = re.search(r"/sign-in/new-password/[0-9a-f]{32}/", Email.objects.filter(to=user.email).latest("pk").message)
    assert found is not None
    return found[0]


def known_browser_of(user: User) -> Client:
    """A browser in which this person has signed in, and out again."""
    browser = Client()
    assert attempt(browser, user.email, PASSWORD, client_address=SCHOOL) == 302
    browser.post("/sign-out/")
    return browser


class TestALockedNetwork:
    """A school: eighty members of staff, and a person who tries passwords, behind one network address."""

    @pytest.fixture
    def head(self) -> User:
        return UserFactory.create()

    @pytest.fixture
    def known(self, head: User) -> Client:
        return known_browser_of(head)

    @pytest.fixture(autouse=True)
    def locked(self, known: Client) -> None:
        failed(13, client_address=SCHOOL)

    def test_the_page_says_what_is_true(self, client: Client, head: User) -> None:
        response = client.post(SIGN_IN, {"email": head.email, "password": PASSWORD}, REMOTE_ADDR=SCHOOL)
        page = " ".join(response.content.decode().split())
        assert response.status_code == 429
        assert "We are not accepting sign-ins from your network" in page
        assert "There have been 50 or more wrong passwords from your network in the last 15 minutes." in page
        assert "this computer" not in page
        assert "Use a browser that you have signed in with in the last 90 days." in page
        assert reverse("accounts:password_forgotten") in page

    def test_the_page_reads_the_same_for_an_address_nobody_has(self, head: User) -> None:
        pages = set()
        for email in (head.email, "nobody@example.org"):
            response = Client().post(SIGN_IN, {"email": email, "password": WRONG}, REMOTE_ADDR=SCHOOL)
            pages.add(response.content.decode().split("<main")[1])
        assert len(pages) == 1

    def test_the_page_says_when_it_ends(self, client: Client, head: User) -> None:
        """When the oldest failure of the newest fifty has become old."""
        AccessAttempt.objects.all().delete()
        now = timezone.now()
        for minutes, number in ((14, 40), (10, 30), (2, 20)):
            each = AccessAttempt.objects.create(username=f"{minutes}", ip_address=SCHOOL, failures_since_start=number)
            AccessAttempt.objects.filter(pk=each.pk).update(attempt_time=now - timedelta(minutes=minutes))
        response = client.post(SIGN_IN, {"email": head.email, "password": PASSWORD}, REMOTE_ADDR=SCHOOL)
        ends = (now + timedelta(minutes=5, seconds=59)).astimezone(LONDON)
        assert f"Wait until {ends:%H:%M}" in response.content.decode()

    def test_a_password_still_signs_in_where_its_owner_signed_in_before(self, known: Client, head: User) -> None:
        assert attempt(known, head.email, PASSWORD, client_address=SCHOOL) == 302
        assert known.get("/account/").status_code == 200

    def test_a_known_browser_gives_its_owner_five_attempts_and_no_more(self, known: Client, head: User) -> None:
        statuses = [attempt(known, head.email, client_address=SCHOOL) for _ in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]
        assert attempt(known, head.email, PASSWORD, client_address=SCHOOL) == 429

    def test_a_known_browser_opens_nothing_for_anybody_else(self, known: Client) -> None:
        colleague = UserFactory.create()
        assert attempt(known, colleague.email, PASSWORD, client_address=SCHOOL) == 429

    def test_a_browser_is_known_by_all_who_signed_in_there(self, known: Client, head: User) -> None:
        colleague = UserFactory.create()
        assert attempt(known, colleague.email, PASSWORD, client_address="198.51.100.7") == 302
        known.post("/sign-out/")
        for user in (head, colleague):
            assert attempt(known, user.email, PASSWORD, client_address=SCHOOL) == 302
            known.post("/sign-out/")

    @pytest.mark.parametrize("forged", ["1.2", "name.hash:1abcde:signature", ""])
    def test_a_cookie_that_we_did_not_sign_makes_no_browser_known(
        self, client: Client, head: User, forged: str
    ) -> None:
        client.cookies["knownbrowser"] = forged
        assert attempt(client, head.email, PASSWORD, client_address=SCHOOL) == 429

    @pytest.mark.parametrize(("days", "status"), [(89, 302), (91, 429)])
    def test_a_browser_is_known_for_ninety_days(self, known: Client, head: User, days: int, status: int) -> None:
        cookie = known.cookies["knownbrowser"]
        assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (90 * 24 * 3600, True, "Lax")
        assert head.email not in cookie.value
        with patch("django.core.signing.time.time", return_value=time.time() + days * 24 * 3600):
            assert attempt(known, head.email, PASSWORD, client_address=SCHOOL) == status

    def test_a_link_from_an_email_lets_its_owner_in_at_once(self, client: Client, head: User) -> None:
        """Opened on a telephone, and the new password typed in the school."""
        response = Client(REMOTE_ADDR="198.51.100.7").post(reset_link(head), {"password": NEW, "again": NEW})
        assert response.status_code == 302
        assert attempt(client, head.email, NEW, client_address=SCHOOL) == 302

    def test_a_link_from_an_email_gives_five_attempts_and_no_more(self, client: Client, head: User) -> None:
        Client(REMOTE_ADDR="198.51.100.7").post(reset_link(head), {"password": NEW, "again": NEW})
        statuses = [attempt(client, head.email, client_address=SCHOOL) for _ in range(5)]
        assert statuses == [200, 200, 200, 200, 429]
        assert attempt(client, head.email, NEW, client_address=SCHOOL) == 429

    def test_a_link_from_an_email_lets_in_for_an_hour(self, client: Client, head: User) -> None:
        Client(REMOTE_ADDR="198.51.100.7").post(reset_link(head), {"password": NEW, "again": NEW})
        SecretLink.objects.update(used_at=timezone.now() - timedelta(minutes=60))
        assert attempt(client, head.email, NEW, client_address=SCHOOL) == 429

    def test_the_browser_that_used_the_link_is_known_from_then_on(self, client: Client, head: User) -> None:
        client.post(reset_link(head), {"password": NEW, "again": NEW}, REMOTE_ADDR=SCHOOL)
        SecretLink.objects.update(used_at=timezone.now() - timedelta(hours=2))
        assert attempt(client, head.email, NEW, client_address=SCHOOL) == 302

    def test_a_command_opens_the_network(self, client: Client, head: User) -> None:
        call_command("axes_reset_ip", SCHOOL, stdout=StringIO())
        assert attempt(client, head.email, PASSWORD, client_address=SCHOOL) == 302

    def test_other_networks_are_open(self, client: Client, head: User) -> None:
        assert attempt(client, head.email, PASSWORD, client_address="198.51.100.7") == 302


def test_a_pupil_in_the_school_cannot_use_up_the_attempts_of_the_headteachers_own_browser(client: Client) -> None:
    head = UserFactory.create()
    own = known_browser_of(head)
    statuses = [attempt(client, head.email, client_address=SCHOOL) for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]
    assert attempt(own, head.email, PASSWORD, client_address=SCHOOL) == 302
    assert attempt(client, head.email, PASSWORD, client_address=SCHOOL) == 429


def test_an_address_too_long_to_be_one_is_refused_and_breaks_nothing(client: Client) -> None:
    long = "x" * 60 + "@" + ".".join(["y" * 60] * 4) + ".example"
    response = client.post(SIGN_IN, {"email": long, "password": WRONG})
    assert response.status_code == 200
    assert "must be 254 characters or fewer" in response.content.decode()


def test_an_address_that_grows_when_it_is_folded_breaks_nothing(client: Client) -> None:
    """Two letters stand for one "ß", which a domain may have."""
    grows = "x@" + ".".join(["ß" * 60] * 4) + ".example"
    assert len(grows) <= 254
    assert attempt(client, grows) == 200
    assert client.post("/sign-in/forgotten/", {"email": grows}).status_code == 302


def test_each_refusal_is_a_line_of_the_log_without_the_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "schoolimprove.security"):
        attempt(client, "nobody@example.org")
    (line,) = (record for record in caplog.records if record.name == "schoolimprove.security")
    assert line.getMessage() == "Sign-in refused"
    assert "nobody" not in str(vars(line))


def test_signing_in_forgets_earlier_failures(client: Client) -> None:
    user = UserFactory.create()
    for _ in range(4):
        attempt(client, user.email)
    assert attempt(client, user.email, PASSWORD) == 302
    assert not AccessAttempt.objects.exists()


def test_the_password_is_nowhere_in_audit_or_lock_out_rows(client: Client) -> None:
    user = UserFactory.create()
    attempt(client, user.email, "wrong-password-here")
    rows = [*AuditEvent.objects.values(), *AccessAttempt.objects.values()]
    assert rows
    assert "wrong-password-here" not in str(rows)


def test_what_was_typed_for_an_unknown_address_is_not_in_the_audit(client: Client) -> None:
    attempt(client, "nobody@example.org")
    assert not AuditEvent.objects.filter(subject_kind="accounts.user").exists()


def test_signing_out_is_a_post_and_ends_the_session(holds: Holds) -> None:
    user = holds()
    client = signed_in(user)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/account/").status_code == 302
    assert "signed out" in verbs_about(user)


def test_signing_out_when_the_session_is_already_over_is_no_error(client: Client) -> None:
    response = client.post("/sign-out/", follow=True)
    assert response.redirect_chain == [("/sign-in/", 302)]


def test_somebody_signed_in_is_not_asked_again(holds: Holds) -> None:
    client = signed_in(holds())
    assert client.get("/sign-in/?next=/account/")["Location"] == "/account/"


def test_the_admin_uses_our_door(client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/sign-in/?next=")
    assert client.get("/admin/login/?next=/admin/accounts/user/")["Location"] == (
        "/sign-in/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    )


def test_the_admin_follows_appointments_not_the_flag_alone(holds: Holds) -> None:
    administrator = holds(Role.SYSTEM_ADMINISTRATOR, is_staff=True)
    assert signed_in(administrator).get("/admin/").status_code == 200
    former = holds(Role.SIP, is_staff=True)
    assert signed_in(former).get("/admin/", follow=True).status_code == 403
    unstaffed = holds(Role.SYSTEM_ADMINISTRATOR, is_staff=False)
    assert signed_in(unstaffed).get("/admin/", follow=True).status_code == 403


def test_users_are_read_in_the_admin_and_never_deleted(holds: Holds) -> None:
    administrator = holds(Role.SYSTEM_ADMINISTRATOR, is_staff=True)
    client = signed_in(administrator)
    assert client.get("/admin/accounts/user/").status_code == 200
    page = client.get(f"/admin/accounts/user/{administrator.pk}/change/")
    assert page.status_code == 200
    assert f"/people/{administrator.pk}/" in page.content.decode()
    assert client.get(f"/admin/accounts/user/{administrator.pk}/delete/").status_code == 403
    assert client.get("/admin/accounts/user/add/").status_code == 403


@pytest.mark.parametrize("model", ["otp_totp/totpdevice", "otp_static/staticdevice", "post_office/email", "auth/group"])
def test_secrets_of_others_are_not_in_the_admin(holds: Holds, model: str) -> None:
    root = holds(is_superuser=True, is_staff=True)
    assert signed_in(root).get(f"/admin/{model}/").status_code == 404


def test_no_mail_leaves_by_another_way(client: Client) -> None:
    UserFactory.create(email="mary@example.org")
    ask_for_password_link(client, "mary@example.org")
    assert mail.outbox == []

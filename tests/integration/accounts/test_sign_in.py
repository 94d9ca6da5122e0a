import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolimprove.accounts.lockout import cool_off
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from tests.factories.accounts import PASSWORD, UserFactory
from tests.integration.accounts.conftest import Holds, signed_in

SIGN_IN = "/sign-in/"
pytestmark = pytest.mark.django_db


def verbs_about(user: User) -> list[str]:
    return list(AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True))


WRONG = "wrong-password-here"


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
        assert "The email address or password is not right" in text
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
    client.post("/sign-in/forgotten/", {"email": "mary@example.org"})
    assert mail.outbox == []

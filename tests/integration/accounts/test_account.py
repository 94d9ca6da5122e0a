import pytest
from django.template.loader import get_template
from django.test import Client
from post_office.models import Email
from pytest_django import DjangoAssertNumQueries

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from tests.factories.accounts import PASSWORD, TOTPDeviceFactory, UserFactory
from tests.integration.accounts.conftest import Holds, signed_in

pytestmark = pytest.mark.django_db
NEW = "another-good-long-one"


def test_the_account_page_says_what_one_has_and_holds(
    holds: Holds, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = holds(Role.SIP, name="Sam Partner")
    TOTPDeviceFactory.create(user=user)
    client = signed_in(user)
    client.get("/account/")
    # Session, user, appointments, devices, recovery codes, and how much unsaved text is kept.
    with django_assert_num_queries(6):
        page = client.get("/account/").content.decode()
    assert "Sam Partner" in page
    assert "0 left" in page
    assert "School Improvement Partner, Borsetshire" in page
    assert "Sign out everywhere else" in page


def test_somebody_who_holds_nothing_is_told_so(holds: Holds) -> None:
    page = signed_in(holds()).get("/account/").content.decode()
    assert "You have no appointments today, so you cannot see any schools." in page


def test_ones_name_is_changed_by_oneself_and_audited(holds: Holds) -> None:
    user = holds(name="Old Name")
    assert signed_in(user).post("/account/name/", {"name": "New Name"}).status_code == 302
    event = AuditEvent.objects.about("accounts.user", user.pk).get()
    assert (event.verb, event.by, event.changes) == ("renamed", user, {"name": ["Old Name", "New Name"]})


def test_changing_the_password_needs_the_present_one(holds: Holds) -> None:
    user = holds()
    client = signed_in(user)
    fields = {"present": "not-the-password", "password": NEW, "again": NEW}
    assert "The password you entered is not correct" in client.post("/account/password/", fields).content.decode()
    assert client.post("/account/password/", {**fields, "present": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert AuditEvent.objects.about("accounts.user", user.pk).filter(verb="changed the password").exists()
    assert Email.objects.get(to=user.email).subject == "Your password has changed"


def test_guessing_the_present_password_is_locked_out_like_the_door(holds: Holds) -> None:
    client = signed_in(holds())
    fields = {"present": "not-the-password", "password": NEW, "again": NEW}
    statuses = [client.post("/account/password/", fields).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def test_no_password_comes_back_in_a_page(client: Client) -> None:
    user = UserFactory.create()
    page = client.post("/sign-in/", {"email": user.email, "password": "typed-and-wrong"}).content.decode()
    assert "typed-and-wrong" not in page


LETTERS = [
    "address_asked",
    "address_changed",
    "address_confirm",
    "address_taken",
    "invitation",
    "not_yet_accepted",
    "password_changed",
    "password_reset",
    "second_factor_gone",
    "second_factor_set",
]


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_has_a_subject_a_text_and_the_same_in_html(letter: str) -> None:
    words = {
        "name": "Ann <b>O'Neill</b>",
        "inviter": "Bob & Co",
        "note": "One\nTwo",
        "link": "http://x/1",
        "new": "a@b.c",
    }
    email = mail.send(f"accounts/emails/{letter}", to="a@example.org", **words)
    assert email.subject
    assert "\n" not in email.subject
    assert "Dear Ann <b>O'Neill</b>" in email.message
    assert "Ann &lt;b&gt;O&#x27;Neill&lt;/b&gt;" in email.html_message
    assert "<b>" not in email.html_message
    assert "School improvement" in email.message
    assert get_template(f"accounts/emails/{letter}.html")


def test_a_letter_is_queued_in_the_transaction_of_its_act_and_sent_from_us() -> None:
    email = mail.send("accounts/emails/password_changed", to="a@example.org", name="Ann")
    assert Email.objects.get(pk=email.pk).get_status_display() == "queued"
    assert email.from_email == "School improvement <school.improvement@example.invalid>"

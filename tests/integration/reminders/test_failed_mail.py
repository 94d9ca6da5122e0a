"""Email that a server refused or sent back: marked, shown to administrators, sent again as the same message."""

from email.message import EmailMessage
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from post_office import mail as outbox
from post_office.models import STATUS, Email, Log, RecipientDeliveryStatus

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.reminders.failed import failed, note_bounce, notices_about_mail, try_again
from tests.factories.accounts import UserFactory
from tests.factories.schools import LocalAuthorityFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Email:
    email = mail.send("reminders/emails/digest", to="head@school.invalid", name="Head", late=[], coming=[], lines=[])
    Email.objects.filter(pk=email.pk).update(status=STATUS.sent)
    email.refresh_from_db()
    return email


@pytest.fixture
def administrator() -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())


def bounce(message_id: str, *, action: str = "failed", status: str = "5.1.1", whole: bool = True) -> bytes:
    """A delivery status notification (RFC 3464), with our message or with its headers alone."""
    headers = f"Message-ID: {message_id}\r\nSubject: 3 dates late\r\n\r\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "From: MAILER-DAEMON@relay.invalid\r\nTo: office@authority.invalid\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.invalid\r\n\r\n"
        f"Final-Recipient: rfc822; head@school.invalid\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 No such mailbox\r\n\r\n"
        f"--b\r\nContent-Type: {kind}\r\n\r\n{headers}--b--\r\n"
    ).encode()


@pytest.mark.parametrize("whole", [True, False])
def test_what_comes_back_is_known_by_its_message_id(sent: Email, whole: bool) -> None:
    assert note_bounce(bounce(str(sent.message_id), whole=whole)) == sent
    sent.refresh_from_db()
    assert sent.recipient_delivery_status == RecipientDeliveryStatus.HARD_BOUNCED
    assert [each.why for each in failed()] == ["5.1.1 smtp; 550 No such mailbox"]


def test_what_is_only_delayed_comes_back_softly(sent: Email) -> None:
    note_bounce(bounce(str(sent.message_id), action="delayed", status="4.2.2"))
    sent.refresh_from_db()
    assert sent.recipient_delivery_status == RecipientDeliveryStatus.SOFT_BOUNCED


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("quota_422_failed.eml", RecipientDeliveryStatus.HARD_BOUNCED),
        ("action_comment.eml", RecipientDeliveryStatus.HARD_BOUNCED),
        ("control_511.eml", RecipientDeliveryStatus.HARD_BOUNCED),
        ("delayed_471.eml", RecipientDeliveryStatus.SOFT_BOUNCED),
    ],
)
def test_what_mail_servers_report_is_read_as_they_mean_it(
    sent: Email, shared_data: Path, name: str, kind: RecipientDeliveryStatus
) -> None:
    report = (shared_data / "data" / "reports" / name).read_text().replace("<MESSAGE-ID-OF-OURS>", str(sent.message_id))
    assert note_bounce(report.encode()) == sent
    sent.refresh_from_db()
    assert sent.recipient_delivery_status == kind


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("failed", "4.2.2"),
        ("failed (delivery attempts exhausted)", "5.0.0 (permanent failure)"),
        ("(after five days) Failed", ""),
    ],
)
def test_what_failed_has_failed_whatever_its_code_and_comments(sent: Email, action: str, status: str) -> None:
    note_bounce(bounce(str(sent.message_id), action=action, status=status))
    sent.refresh_from_db()
    assert sent.recipient_delivery_status == RecipientDeliveryStatus.HARD_BOUNCED
    assert [each.why for each in failed()] == [f"{status.split(' ')[0] or '5.0.0'} smtp; 550 No such mailbox"]


def test_a_delay_that_is_reported_later_takes_no_failure_back(sent: Email) -> None:
    note_bounce(bounce(str(sent.message_id)))
    assert note_bounce(bounce(str(sent.message_id), action="delayed", status="4.7.1")) == sent
    sent.refresh_from_db()
    assert sent.recipient_delivery_status == RecipientDeliveryStatus.HARD_BOUNCED
    assert [each.why for each in failed()] == ["5.1.1 smtp; 550 No such mailbox"]


def test_of_several_recipients_one_that_failed_counts_before_one_that_is_delayed(sent: Email) -> None:
    late = "\r\nFinal-Recipient: rfc822; a@school.invalid\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    report = bounce(str(sent.message_id)).decode().replace("\r\nFinal-", f"{late}\r\nFinal-", 1)
    note_bounce(report.encode())
    sent.refresh_from_db()
    assert sent.recipient_delivery_status == RecipientDeliveryStatus.HARD_BOUNCED


STRANGE = [b"", b"\xff\x00 no email at all", bounce("<somebody@else.invalid>"), EmailMessage().as_bytes()]


@pytest.mark.parametrize("raw", STRANGE)
def test_what_is_about_nothing_of_ours_marks_nothing(sent: Email, raw: bytes) -> None:
    assert note_bounce(raw) is None
    assert not failed().exists()


def test_an_out_of_office_reply_is_no_bounce(sent: Email) -> None:
    reply = EmailMessage()
    reply["Subject"], reply["In-Reply-To"] = "Out of office", str(sent.message_id)
    reply.set_content("I am away.")
    assert note_bounce(reply.as_bytes()) is None


def test_the_mail_server_pipes_to_the_command(sent: Email, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(bounce(str(sent.message_id)))))
    out = StringIO()
    call_command("note_bounce", stdout=out)
    assert out.getvalue() == "Marked as bounced: head@school.invalid.\n"


def test_sent_again_it_is_the_same_message(sent: Email, administrator: User) -> None:
    before = sent.message_id
    note_bounce(bounce(str(before)))
    assert try_again(sent, by=Actor(administrator))
    assert not try_again(sent, by=Actor(administrator))
    sent.refresh_from_db()
    assert (sent.status, sent.recipient_delivery_status, sent.message_id) == (STATUS.queued, None, before)
    assert sent.email_message().extra_headers["Message-ID"] == before


def test_a_server_that_refuses_is_asked_five_times_and_then_an_administrator_is(
    sent: Email, administrator: User, settings: Any
) -> None:
    Email.objects.update(status=STATUS.queued)
    settings.POST_OFFICE = {
        **settings.POST_OFFICE,
        "BACKENDS": {"default": "tests.integration.reminders.refusing.Backend"},
    }
    for _ in range(5):
        Email.objects.update(scheduled_time=None)
        sent.refresh_from_db()
        outbox._send_bulk([sent], uses_multiprocessing=False, log_level=1)
    sent.refresh_from_db()
    assert sent.status == STATUS.failed
    assert Log.objects.filter(email=sent).count() == 5
    assert [str(notice) for notice in notices_about_mail(administrator, clock.today())] == ["An email did not arrive."]
    page = signed_in(administrator).get(reverse("reminders:failed_mail")).content.decode()
    assert "550 No such mailbox" in page
    assert "head@school.invalid" in page


def test_nobody_else_is_asked_or_shown(sent: Email) -> None:
    note_bounce(bounce(str(sent.message_id)))
    somebody = UserFactory.create()
    assert notices_about_mail(somebody, clock.today()) == []
    assert signed_in(somebody).get(reverse("reminders:failed_mail")).status_code == 403

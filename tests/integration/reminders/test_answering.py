"""What people do with reminders: one's own alone, what one may still see, answers with their reasons."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent, Draft
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.actions import put_away, read, say_why_late
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.sweep import sweep
from schools.models import Appointment
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
LATE = date(2026, 11, 18)


@pytest.fixture
def late(county: County, clock_at: Any) -> County:
    """Its record is a week late: the partner and the DSIM have been told."""
    county.record(RecordStatus.DRAFT)
    clock_at(LATE)
    sweep(LATE)
    return county


def of(user: User) -> Reminder:
    return Reminder.objects.get(user=user)


def test_opening_a_reminder_is_reading_it(late: County) -> None:
    client = signed_in(late.sip)
    assert "1<span" in client.get(reverse("reminders:inbox")).content.decode().replace(" ", "")
    client.get(reverse("reminders:reminder", args=[of(late.sip).pk]))
    assert of(late.sip).read_at == clock.now()
    late.sip.refresh_from_db()
    assert late.sip.unread_reminders == 0


def test_a_reason_is_kept_with_the_date_and_read_by_those_it_went_up_to(late: County) -> None:
    say_why_late(of(late.sip), " The head was ill. ", by=late.sip)
    page = signed_in(late.dsim).get(reverse("reminders:reminder", args=[of(late.dsim).pk])).content.decode()
    assert "Overdue because: The head was ill." in page
    event = AuditEvent.objects.get(verb="said why a date is late")
    assert (event.by, event.reason, event.school_id) == (late.sip, "The head was ill.", late.school.pk)


def test_the_author_sees_who_was_told_only_as_far_as_dates_of_others_are_theirs_to_know(late: County) -> None:
    page = signed_in(late.sip).get(reverse("reminders:reminder", args=[of(late.sip).pk])).content.decode()
    assert "Who we reminded of this date" not in page


def test_put_away_it_waits_no_more_and_can_be_found_among_all(late: County) -> None:
    put_away(of(late.sip), by=late.sip)
    client = signed_in(late.sip)
    assert "No reminders" in client.get(reverse("reminders:inbox")).content.decode()
    assert "1 reminder<" in client.get(reverse("reminders:inbox"), {"show": "answered"}).content.decode()
    with pytest.raises(Blocked):
        put_away(of(late.sip), by=late.sip)


def test_a_reason_typed_while_the_date_was_met_is_kept(late: County) -> None:
    client, reminder = signed_in(late.sip), of(late.sip)
    path = reverse("reminders:late", args=[reminder.pk])
    token = re.search(r'name="keep_token" value="([^"]*)"', client.get(path).content.decode())
    assert token
    put_away(reminder, by=late.sip)
    page = client.post(path, {"because": "The head was ill.", "keep_token": token.group(1)}, follow=True)
    assert "We kept what you typed." in page.content.decode()
    assert Draft.objects.get().fields["because"] == ["The head was ill."]


def test_nobody_answers_for_somebody_else(late: County) -> None:
    theirs = of(late.sip)
    client = signed_in(late.dsim)
    for name in ("reminder", "done", "late"):
        answer = client.post(reverse(f"reminders:{name}", args=[theirs.pk]), {"because": "x"})
        assert answer.status_code == 404, name
    with pytest.raises(Blocked):
        say_why_late(theirs, "Because.", by=late.dsim)
    assert read(Reminder.objects.filter(pk=theirs.pk), by=late.dsim) == 0


def test_a_date_that_was_met_is_answered_no_more(late: County) -> None:
    record = late.school.records_of_visit.get()
    record_actions.submit(record, by=late.sip, on=LATE, seen_version=record.version)
    with pytest.raises(Blocked):
        say_why_late(of(late.sip), "Because.", by=late.sip)
    page = signed_in(late.sip).get(reverse("reminders:reminder", args=[of(late.sip).pk])).content.decode()
    assert "This has been done, or is no longer needed." in page
    assert signed_in(late.sip).get(reverse("reminders:late", args=[of(late.sip).pk])).status_code == 302


def test_whoever_lost_the_right_finds_that_they_were_told_and_not_of_what(late: County) -> None:
    Appointment.objects.held_by(late.dsim).update(ends_on=LATE - timedelta(days=1))
    client = signed_in(late.dsim)
    for address in (
        reverse("reminders:reminder", args=[of(late.dsim).pk]),
        reverse("reminders:inbox"),
        reverse("reminders:inbox_export", args=["csv"]),
    ):
        answer = client.get(address)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert late.school.name not in said.decode("utf-8-sig"), address


def test_a_school_reads_nothing_of_what_officers_were_told(county: County, clock_at: Any) -> None:
    hold_terms(2026)
    county.record(RecordStatus.SHARED)
    day = date(2027, 9, 30)
    clock_at(day)
    sweep(day)
    reminder = Reminder.objects.filter(user=county.headteacher).first()
    assert reminder is not None
    page = signed_in(county.headteacher).get(reverse("reminders:reminder", args=[reminder.pk])).content.decode()
    assert county.dsim.name not in page
    assert "Who we reminded" not in page


def test_the_list_takes_as_many_queries_for_many_as_for_few(late: County, name_is_known: None) -> None:
    client = signed_in(late.sip)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("reminders:inbox")).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for days in range(1, 9):
        late.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=days))
    sweep(LATE)
    assert Reminder.objects.to(late.sip).count() == 9
    assert queries() == few

"""What is mailed of reminders: a digest a person a working day, statutory dates at once, each once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils.html import strip_tags
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.lib.clock import LONDON
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Deadline, Mailing, Reminder, ReminderChoices
from schoolimprove.reminders.registry import rules
from schoolimprove.reminders.sweep import sweep
from schoolimprove.reminders.turn import turn
from schools.models import Appointment
from schools.records import actions as record_actions
from schools.records.deadlines import SUBMIT
from schools.records.states import RecordStatus
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import SweepFactory

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 10)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON)


def swept_and_delivered(day: date, hour: int = 7) -> int:
    with clock.at(at(day, hour)):
        sweep(day)
        return deliver(clock.now())


@pytest.fixture
def statutory() -> Iterator[None]:
    """As if submitting were a date set by law: none of the rules that schools has is."""
    held = rules[SUBMIT]
    rules._entries[SUBMIT] = replace(held, statutory=True)
    yield
    rules._entries[SUBMIT] = held


def test_a_digest_says_rule_date_why_that_date_and_where_in_text_and_html(county: County) -> None:
    record = county.record(RecordStatus.DRAFT)
    assert swept_and_delivered(DUE) == 1
    email = Email.objects.get()
    assert email.to == [county.sip.email]
    assert email.subject == "1 coming due"
    for text in (email.message, " ".join(strip_tags(email.html_message).split())):
        assert "Submit the record" in text
        assert f"Record of Visit of 3 November 2026, {county.school.name}" in text
        assert "10 November 2026" in text
        assert "5 working days after Tuesday 3 November 2026, first day counted 4 November 2026" in text
        assert "Weekend, 7 to 8 November 2026" in text
        assert "rule 3.4" in text
    link = f"{record.get_absolute_url()}"
    assert link in email.message
    assert link in email.html_message


def test_a_digest_of_several_has_what_is_late_before_what_is_coming(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=7))
    swept_and_delivered(date(2026, 11, 5))
    email = Email.objects.get()
    assert email.subject == "1 overdue, 1 coming due"
    assert email.message.index("27 October 2026") < email.message.index("3 November 2026, ")


def test_it_goes_out_at_seven_and_once(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    with clock.at(at(DUE, 6)):
        sweep(DUE)
        assert deliver(clock.now()) == 0
    with clock.at(at(DUE, 7)):
        assert [deliver(clock.now()), deliver(clock.now())] == [1, 0]
    assert Email.objects.count() == 1
    assert Mailing.objects.get().state == "handed over"


def test_what_is_found_after_the_digest_waits_for_the_next_days(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    swept_and_delivered(DUE)
    county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=7))
    assert swept_and_delivered(DUE, 12) == 0
    # The older one goes up to the DSIM as well by now.
    assert swept_and_delivered(DUE + timedelta(days=1)) == 2
    newest = Email.objects.filter(to=county.sip.email).latest("pk")
    assert newest.subject == "2 overdue"


def test_what_is_new_on_a_saturday_is_mailed_on_monday(county: County) -> None:
    county.record(RecordStatus.DRAFT, held_on=date(2026, 10, 30))  # Due on Friday 6 November.
    assert swept_and_delivered(date(2026, 11, 7)) == 0
    assert swept_and_delivered(date(2026, 11, 8)) == 0
    assert swept_and_delivered(date(2026, 11, 9)) == 1


def test_a_person_chooses_the_hour(county: County) -> None:
    ReminderChoices.objects.create(user=county.sip, digest_at=time(17, 30))
    county.record(RecordStatus.DRAFT)
    assert swept_and_delivered(DUE, 17) == 0
    with clock.at(at(DUE, 17, 30)):
        assert deliver(clock.now()) == 1


def test_whoever_muted_is_told_here_and_never_again_by_mail(county: County) -> None:
    ReminderChoices.objects.create(user=county.sip, muted=True)
    county.record(RecordStatus.DRAFT)
    assert swept_and_delivered(DUE) == 0
    assert Mailing.objects.get().state == "muted"
    assert Reminder.objects.get().mailing is not None
    ReminderChoices.objects.update(muted=False)
    sweep(DUE + timedelta(days=1))
    assert not Mailing.objects.waiting().exclude(user=county.sip).exists()


def test_a_statutory_date_is_mailed_at_once_and_cannot_be_muted(county: County, statutory: None) -> None:
    ReminderChoices.objects.create(user=county.sip, muted=True, digest_at=time(17))
    county.record(RecordStatus.DRAFT)
    assert swept_and_delivered(DUE, 6) == 1
    email = Email.objects.get()
    assert email.subject == f"Submit the record: {county.school.name}"
    assert "A date set by law is coming." in email.message
    assert swept_and_delivered(DUE, 7) == 0


def test_a_date_that_was_met_before_the_digest_is_not_mailed(county: County) -> None:
    record = county.record(RecordStatus.DRAFT)
    with clock.at(at(DUE, 6)):
        sweep(DUE)
    record_actions.submit(record, by=county.sip, on=DUE, seen_version=record.version)
    with clock.at(at(DUE, 7)):
        assert deliver(clock.now()) == 0
    assert Mailing.objects.get().state == "nothing"


def test_whoever_lost_the_right_meanwhile_is_told_nothing_of_the_school(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    with clock.at(at(date(2026, 11, 18), 6)):
        sweep(date(2026, 11, 18))
    Appointment.objects.held_by(county.dsim).update(ends_on=date(2026, 11, 17))
    with clock.at(at(date(2026, 11, 18), 7)):
        deliver(clock.now())
    assert {email.to[0] for email in Email.objects.all()} == {county.sip.email}


def test_nothing_goes_to_whoever_may_not_sign_in_any_more(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    with clock.at(at(DUE, 6)):
        sweep(DUE)
    User.objects.filter(pk=county.sip.pk).update(is_active=False)
    with clock.at(at(DUE, 7)):
        assert deliver(clock.now()) == 0


def test_every_email_has_a_message_id_that_it_keeps(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    swept_and_delivered(DUE)
    email = Email.objects.get()
    assert email.message_id
    assert [each.email_message().extra_headers["Message-ID"] for each in (email, Email.objects.get())] == [
        email.message_id
    ] * 2


# The turn of a day: beat asks every minute.


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 10, 5, 59, tzinfo=LONDON), 0),
        (datetime(2026, 11, 10, 6, 0, tzinfo=LONDON), 1),
        (datetime(2026, 11, 10, 23, 0, tzinfo=LONDON), 1),
    ],
)
def test_a_day_is_swept_from_six_in_london_on(county: County, moment: datetime, expected: int) -> None:
    county.record(RecordStatus.DRAFT)
    with clock.at(moment):
        assert turn(clock.now()).created == expected


def test_a_day_is_swept_once_however_often_it_is_asked(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    county.record(RecordStatus.DRAFT)
    with clock.at(at(DUE, 6)):
        assert [turn(clock.now()).created, turn(clock.now()).created] == [1, 0]
    with clock.at(at(DUE + timedelta(days=1), 6)):
        SweepFactory.create(on=DUE + timedelta(days=1), ended_at=clock.now())
        assert turn(clock.now()).created == 0


def test_a_sweep_that_was_made_before_its_day_does_not_count_as_the_days(county: County) -> None:
    """As `run_reminders --on` of a day to come leaves it."""
    county.record(RecordStatus.DRAFT)
    SweepFactory.create(on=DUE, ended_at=at(DUE - timedelta(days=1), 12))
    with clock.at(at(DUE, 6)):
        assert turn(clock.now()).created == 1


# The clocks go forward on 29 March and back on 25 October.
CHANGES = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]


@pytest.mark.parametrize("day", CHANGES)
def test_six_oclock_is_once_a_day_when_the_clocks_change(county: County, day: date) -> None:
    """Every half-hour from midnight to midnight, in real time."""
    county.record(RecordStatus.DRAFT, held_on=date(2026, 2, 2))
    Deadline.objects.update(opened_at=at(date(2026, 2, 2), 9))
    moment, swept = datetime.combine(day, time(0), LONDON).astimezone(clock.now().tzinfo), []
    while moment.astimezone(LONDON).date() == day:
        with clock.at(moment):
            if turn(moment).created:
                swept.append(moment.astimezone(LONDON).time())
        moment += timedelta(minutes=30)
    assert swept == [time(6)]


def test_a_weekend_that_was_missed_is_made_good_on_monday(county: County) -> None:
    """The day before, the day itself and the day after fell out; nobody is told what is over, nor anything twice."""
    county.record(RecordStatus.DRAFT, held_on=date(2026, 10, 30))  # Due on Friday 6 November.
    with clock.at(at(date(2026, 11, 9), 6)):
        assert turn(clock.now()).created == 1
    assert list(Reminder.objects.values_list("step", flat=True)) == ["late"]


def rows(model: Any) -> int:
    return int(model.objects.count())


@pytest.mark.parametrize("days", [4, 8])
def test_sweeping_now_and_then_tells_all_that_sweeping_daily_tells_but_what_is_over(county: County, days: int) -> None:
    county.record(RecordStatus.DRAFT)
    for n in range(0, 60, days):
        swept_and_delivered(TUESDAY + timedelta(days=n), 9)
    told = set(Reminder.objects.values_list("step", flat=True))
    assert told >= {"late", "first", "second", "third"}
    assert rows(Reminder) == len(told)

"""The command that does without a broker what the worker does."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from post_office.models import Email

from schoolimprove.reminders.models import Reminder, Sweep
from schools.records.states import RecordStatus
from tests.factories.county import County

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 10)


def answered(**options: object) -> dict[str, int]:
    out = StringIO()
    call_command("run_reminders", json=True, stdout=out, **options)
    answer: dict[str, int] = json.loads(out.getvalue())
    return answer


def test_it_says_what_is_due_what_it_wrote_and_what_it_mailed_and_does_it_once(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    assert answered(on=DUE.isoformat()) == {"due": 1, "created": 1, "delivered": 1}
    assert answered(on=DUE.isoformat()) == {"due": 1, "created": 0, "delivered": 0}
    assert (Reminder.objects.count(), Email.objects.count()) == (1, 1)


def test_a_dry_run_says_the_same_and_does_nothing(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    assert answered(on=DUE.isoformat(), dry_run=True) == {"due": 1, "created": 1, "delivered": 0}
    assert [model.objects.count() for model in (Reminder, Sweep, Email)] == [0, 0, 0]


def test_without_a_day_it_is_today(county: County, clock_at: object) -> None:
    """A Tuesday at noon: what is due in three working days is told of; the digest of seven has its hour behind it."""
    county.record(RecordStatus.DRAFT, held_on=date(2026, 10, 28))
    assert answered() == {"due": 1, "created": 1, "delivered": 1}


def test_it_answers_people_in_a_sentence(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    out = StringIO()
    call_command("run_reminders", on=DUE.isoformat(), stdout=out)
    assert out.getvalue() == "1 dates due or overdue; 1 reminders created; 1 emails queued.\n"


def test_a_day_that_is_none_is_refused_in_a_sentence(county: County) -> None:
    with pytest.raises(CommandError, match="“tomorrow” is not a date such as 1 September 2026"):
        call_command("run_reminders", on="tomorrow")


def test_an_authority_without_any_date_has_nothing_to_say() -> None:
    assert answered(on=DUE.isoformat()) == {"due": 0, "created": 0, "delivered": 0}

"""One's own calendar as a program reads it that did not write it and takes London's time from the file itself."""

from datetime import UTC, date, time
from typing import Any

import pytest
import vobject
from django.test import Client
from django.urls import reverse

from schoolimprove.reminders.calendar_feed.addresses import make_address
from schoolimprove.reminders.sweep import sweep
from schools.records.states import RecordStatus
from tests.factories.county import County
from tests.factories.schools import VisitFactory
from tests.factories.visits import GovernorsMeetingFactory

pytestmark = pytest.mark.django_db


def calendar_of(user: Any) -> Any:
    data = Client().get(reverse("calendar_feed:calendar", args=[make_address(user)])).content
    return vobject.readOne(data.decode())


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        (date(2026, 10, 24), 8),
        (date(2026, 10, 25), 9),
        (date(2027, 1, 12), 9),
        (date(2027, 3, 27), 9),
        (date(2027, 3, 28), 8),
        (date(2027, 3, 29), 8),
    ],
)
def test_nine_in_the_morning_is_nine_in_london(county: County, day: date, hour: int) -> None:
    VisitFactory.create(
        school=county.school, author=county.sip, held_on=None, planned_on=day, planned_at=time(9), status="agreed"
    )
    (event,) = calendar_of(county.sip).vevent_list
    assert event.dtstart.value.astimezone(UTC).hour == hour
    assert event.summary.value == f"Core visit: {county.school.name}"


def test_whole_days_and_text_are_read_as_they_were_meant(county: County) -> None:
    county.school.name = 'a;b,c:d\\n"e"'
    county.school.save()
    county.record(RecordStatus.DRAFT)
    sweep(date(2026, 11, 11))
    GovernorsMeetingFactory.create(school=county.school, held_on=date(2026, 11, 12))
    found = {event.summary.value: event.dtstart.value for event in calendar_of(county.sip).vevent_list}
    assert found == {
        'Core visit: a;b,c:d\\n"e"': date(2026, 11, 3),
        'Due: Submit the record, a;b,c:d\\n"e"': date(2026, 11, 10),
        'Governors’ meeting: a;b,c:d\\n"e"': date(2026, 11, 12),
    }


def test_the_calendar_says_its_name_and_when_to_look_again(county: County) -> None:
    calendar = calendar_of(county.sip)
    assert calendar.contents["x-wr-calname"][0].value == "School improvement"
    assert calendar.contents["refresh-interval"][0].value == "PT1H"
    assert calendar.contents["x-published-ttl"][0].value == "PT1H"

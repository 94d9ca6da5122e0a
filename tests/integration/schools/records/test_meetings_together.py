"""Meetings that change while a record is shared, presented or closed: every record is dated by what stands then."""

from datetime import date, timedelta
from typing import Any

import pytest

from schoolimprove.reminders.models import Deadline
from schools.models import GovernorsMeeting, RecordOfVisit
from schools.records import actions as record_actions
from schools.records.governors.actions import add_meetings, cancel_meeting
from tests.factories.county import TUESDAY, County
from tests.integration.together import one_before_the_other_commits, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("with_terms")]
NEXT = TUESDAY + timedelta(days=7)


def own(record: RecordOfVisit) -> RecordOfVisit:
    return RecordOfVisit.objects.for_page().get(pk=record.pk)


def shared(county: County) -> RecordOfVisit:
    record = county.submitted(county.sip)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    return own(record)


def meet(county: County) -> Any:
    """Enters the next meeting."""
    return add_meetings(county.school, [NEXT], by=county.chair)


def call_off(county: County) -> None:
    meeting = GovernorsMeeting.objects.select_related("school").get(held_on=NEXT)
    cancel_meeting(meeting, by=county.chair, reason="No quorum.", seen_version=meeting.version)


def due() -> date:
    return Deadline.objects.open().get(rule="record.present").day


def test_presenting_and_cancelling_a_meeting_do_not_wait_for_each_other_for_ever(county: County) -> None:
    meet(county)
    mine = shared(county)
    outcomes = together(
        lambda: call_off(county),
        lambda: record_actions.present(mine, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=mine.version),
    )
    assert outcomes == [None, None]
    assert not Deadline.objects.open().filter(rule="record.present").exists()


def test_a_record_approved_while_a_meeting_is_cancelled_is_not_due_at_it(county: County) -> None:
    meet(county)
    mine = own(county.submitted(county.sip))
    outcomes = one_before_the_other_commits(
        lambda: record_actions.approve(mine, by=county.dsim, on=TUESDAY, seen_version=mine.version),
        lambda: call_off(county),
    )
    assert outcomes == [None, None]
    assert due() > NEXT


def test_a_record_approved_while_a_meeting_is_entered_is_due_at_it(county: County) -> None:
    mine = own(county.submitted(county.sip))
    one_before_the_other_commits(
        lambda: record_actions.approve(mine, by=county.dsim, on=TUESDAY, seen_version=mine.version),
        lambda: meet(county),
    )
    assert due() == NEXT


def test_a_record_closed_while_a_meeting_is_entered_is_due_at_none(county: County, clock_at: Any) -> None:
    mine, later = shared(county), date(2027, 4, 1)
    clock_at(later)
    outcomes = one_before_the_other_commits(
        lambda: record_actions.close_unpresented(
            mine, by=county.dsim, on=later, reason="No meeting.", seen_version=mine.version
        ),
        lambda: add_meetings(county.school, [later + timedelta(days=7)], by=county.chair) and None,
    )
    assert outcomes == [None, None]
    assert not Deadline.objects.open().filter(rule="record.present").exists()

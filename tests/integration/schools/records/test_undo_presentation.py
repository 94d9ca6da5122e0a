"""A clerk marked the wrong record as presented, and says so."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import Job
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.todo import tasks_of
from schools.models import RecordOfVisit
from schools.records import actions as record_actions
from schools.records import guards, pdf
from schools.records.deadlines import PRESENT, RESPOND
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.factories.shared import propose, respond, shared
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
BY_MISTAKE = "It was the record of October."


@pytest.fixture
def presented(county: County) -> RecordOfVisit:
    hold_terms(2026)
    record = shared(county)
    record_actions.present(record, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    record.refresh_from_db()
    return record


def undo(record: RecordOfVisit, county: County, **other: Any) -> None:
    usual = {"by": county.chair, "on": TUESDAY, "reason": BY_MISTAKE, "seen_version": record.version}
    record_actions.undo_presentation(record, **{**usual, **other})
    record.refresh_from_db()


def stands(record: RecordOfVisit) -> list[tuple[str, str]]:
    """(occasion, how the record stood) of each PDF that was asked for since it was shared."""
    keys = Job.objects.filter(kind=pdf.JOB).order_by("pk").values_list("key", flat=True)
    occasions = [key.split(" ", 1)[1] for key in keys][1:]
    return [(each, pdf.standing_at(record.newest_version(), each).words) for each in occasions]


def test_each_act_has_a_pdf_of_its_own(county: County, presented: RecordOfVisit) -> None:
    undo(presented, county)
    later = TUESDAY + timedelta(days=1)
    record_actions.present(presented, by=county.chair, on=later, held_on=later, seen_version=presented.version)
    presented.refresh_from_db()
    assert stands(presented) == [
        ("presented", "Presented to governors on 3 November 2026"),
        ("undone", "Shared with the school. It was marked as presented to the governors by mistake"),
        ("presented-2", "Presented to governors on 4 November 2026"),
    ]


def test_the_governors_have_to_see_it_by_the_day_they_had(county: County, presented: RecordOfVisit) -> None:
    due = Deadline.objects.get(rule=PRESENT).due_on
    assert not Deadline.objects.open().filter(rule=PRESENT).exists()
    undo(presented, county)
    assert (presented.status, presented.presented_on) == (RecordStatus.SHARED, None)
    assert Deadline.objects.open().get(rule=PRESENT).due_on == due
    assert "Present the Record of Visit to the governors" in [task.title for task in tasks_of(county.chair, TUESDAY)]


def test_a_record_that_the_night_closed_is_open_again_for_28_days(county: County, presented: RecordOfVisit) -> None:
    for user in (county.headteacher, county.chair):
        respond(presented, user)
    presented.refresh_from_db()
    record_actions.close(presented, by=None, on=TUESDAY, seen_version=presented.version)
    presented.refresh_from_db()
    closed = clock.today()
    with pytest.raises(Blocked, match="more than 28 days ago"):
        undo(presented, county, on=closed + timedelta(days=29))
    undo(presented, county, on=closed + timedelta(days=28))
    assert (presented.status, presented.closed_at) == (RecordStatus.SHARED, None)


def test_a_record_that_nobody_answered_can_be_presented_and_closed_again(
    county: County, presented: RecordOfVisit
) -> None:
    late = Deadline.objects.open().get(rule=RESPOND).day + timedelta(days=1)
    with clock.at(late):
        record_actions.close(presented, by=None, on=late, seen_version=presented.version)
        presented.refresh_from_db()
        undo(presented, county, on=late)
        assert not guards.to_close(late).filter(pk=presented.pk).exists()
        record_actions.present(presented, by=county.chair, on=late, held_on=late, seen_version=presented.version)
        presented.refresh_from_db()
        assert guards.to_close(late).filter(pk=presented.pk).exists()
        record_actions.close(presented, by=None, on=late, seen_version=presented.version)


def test_while_a_correction_waits_it_stays_as_it_is(county: County, presented: RecordOfVisit) -> None:
    propose(presented)
    with pytest.raises(Blocked, match="The correction of this record must be issued or withdrawn first"):
        undo(presented, county)


def test_the_clerk_does_it_on_the_page_and_everyone_reads_the_reason(
    county: County, presented: RecordOfVisit, clock_at: Any
) -> None:
    clock_at(TUESDAY)
    clerk = appointed(Role.CLERK, school=county.school)
    page = unescape(signed_in(clerk).get(presented.get_absolute_url()).content.decode())
    assert "Undo “presented to the governors”" in page
    url = reverse("schools:record_undo_presentation", args=[county.school.urn, presented.reference])
    signed_in(clerk).post(url, {"reason": BY_MISTAKE, "base_version": presented.version})
    presented.refresh_from_db()
    assert presented.status == RecordStatus.SHARED
    chronology = reverse("schools:chronology", args=[county.school.urn])
    for reader in (county.headteacher, county.dsim):
        assert BY_MISTAKE in unescape(signed_in(reader).get(chronology).content.decode())
    assert "Undo “presented" not in unescape(signed_in(clerk).get(presented.get_absolute_url()).content.decode())

"""The chronology of a school tells each reader what they may know of, and nothing of how it came about before."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event
from schoolimprove.ui.components import Event
from schools.models import RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.register.chronology import Place, entries, in_words
from schools.register.people.appointing import appoint
from tests.factories.county import TUESDAY, County, end
from tests.factories.records import AuditEventFactory
from tests.factories.schools import PersonFactory, SchoolFactory, appointed

pytestmark = pytest.mark.django_db


def verbs(user: User, school: School, *, kind: str = "visits") -> list[str]:
    """What the user reads, oldest first."""
    kinds = [kind] if kind else []
    return [event.verb for event in entries(user, [Place(school)], kinds=kinds)][::-1]


def said(user: User, school: School, *, kind: str = "") -> list[Event]:
    """The same as the page shows it."""
    kinds = [kind] if kind else []
    return in_words(entries(user, [Place(school)], kinds=kinds), [Place(school)])[::-1]


def lived(county: County) -> RecordOfVisit:
    """A record that was returned once, shared, and answered by the head."""
    record = county.submitted(county.sip)
    record_actions.return_to_author(
        record, by=county.dsim, on=TUESDAY, reason="Say more of year 6", seen_version=record.version
    )
    record_actions.revise(record, by=county.sip, seen_version=record.version, findings="More.")
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    record_actions.respond(
        record, by=county.headteacher, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content=""
    )
    return record


WHOLE_LIFE = ["started", "submit", "return", "revised", "submit", "approve", "responded"]


def test_author_and_managers_follow_a_record_from_its_first_word(county: County) -> None:
    lived(county)
    for user in (county.sip, county.dsim, county.head, county.deputy, county.director):
        assert verbs(user, county.school) == WHOLE_LIFE


def test_the_school_reads_that_it_was_shared_and_answered_and_nothing_before(county: County) -> None:
    lived(county)
    for user in (county.headteacher, county.chair, appointed(Role.CLERK, school=county.school)):
        assert verbs(user, county.school) == ["approve", "responded"]
        assert not entries(user, [Place(county.school)]).filter(reason__contains="year 6").exists()


def test_an_officer_who_reads_only_what_is_shared_reads_no_more_than_the_school(county: County) -> None:
    lived(county)
    assert verbs(appointed(Role.EIP, school=county.school), county.school) == ["approve", "responded"]


@pytest.mark.parametrize("status", [RecordStatus.DRAFT, RecordStatus.SUBMITTED])
def test_nothing_of_a_draft_reaches_the_school(county: County, status: RecordStatus) -> None:
    county.record(status)
    for user in (county.headteacher, county.chair):
        assert verbs(user, county.school, kind="") == []


def test_a_school_reads_nothing_of_another(county: County) -> None:
    lived(county)
    other = SchoolFactory.create(district=county.school.district)
    head = appointed(Role.HEADTEACHER, school=other)
    assert verbs(head, county.school) == verbs(head, other) == []


def test_a_link_and_a_data_analyst_read_nothing_of_visits(county: County) -> None:
    lived(county)
    assert verbs(appointed(Role.SCHOOL_LINK, school=county.school), county.school) == []
    assert verbs(appointed(Role.ERA, authority=county.school.authority), county.school) == []


def test_a_second_dsim_reads_nothing_of_the_firsts_draft(county: County) -> None:
    county.start(county.dsim)
    assert verbs(appointed(Role.DSIM, double_district=county.double_district), county.school) == []


def test_an_author_who_left_still_reads_the_life_of_their_own(county: County) -> None:
    lived(county)
    county.start(county.dsim)
    end(county.sip, on=TUESDAY - timedelta(days=1))
    assert verbs(county.sip, county.school) == WHOLE_LIFE


def test_appointments_and_changes_are_the_officers_to_read(county: County) -> None:
    by = Actor(county.head)
    appoint(PersonFactory.create(), Role.CLERK, scope={"school": county.school}, starts_on=TUESDAY, by=by)
    record_event(county.school, "changed", by=by)
    record_event(SchoolFactory.create(), "changed", by=by)
    assert verbs(county.sip, county.school, kind="register") == ["appointed", "changed"]
    for user in (county.headteacher, county.chair):
        assert verbs(user, county.school, kind="register") == []


def test_one_kind_or_everything(county: County) -> None:
    record_event(county.school, "changed", by=Actor(county.head))
    county.start(county.sip)
    assert verbs(county.dsim, county.school, kind="") == ["changed", "started"]
    assert verbs(county.dsim, county.school, kind="visits") == ["started"]
    assert verbs(county.dsim, county.school, kind="register") == ["changed"]
    assert verbs(county.dsim, county.school, kind="nonsense") == []


def test_what_no_source_speaks_of_is_told_to_nobody(county: County) -> None:
    AuditEventFactory.create(subject_kind="accounts.user", school_id=county.school.pk, verb="invited")
    assert "invited" not in verbs(county.head, county.school, kind="")


def test_an_event_is_worded_for_people(county: County) -> None:
    record = lived(county)
    told = said(county.dsim, county.school, kind="visits")
    assert [event.what for event in told] == [
        f"Record of Visit {record.reference} {past}"
        for past in (
            "started",
            "submitted for approval",
            "returned with comments",
            "revised",
            "submitted for approval",
            "approved and shared",
            "responded to by the school",
        )
    ]
    assert (told[2].who, told[2].why) == (county.dsim.name, "Say more of year 6")
    assert told[2].when == record.created_at


def test_what_the_system_did_is_said_to_be_its_own(county: County) -> None:
    AuditEventFactory.create(subject_kind="schools.school", school_id=county.school.pk, by=None, verb="changed")
    [event] = said(county.sip, county.school)
    assert (event.what, event.who) == ("School changed", "The service")


@pytest.mark.parametrize("records", [1, 8])
def test_reading_it_takes_the_same_queries_however_long_it_is(county: County, records: int) -> None:
    for day in range(records):
        county.start(county.sip, held_on=TUESDAY - timedelta(days=day))
    reader = User.objects.get(pk=county.dsim.pk)
    with CaptureQueriesContext(connection) as captured:
        told = said(reader, county.school)
    assert len(told) == records
    # The appointments of the reader, and the events.
    assert len(captured) == 2

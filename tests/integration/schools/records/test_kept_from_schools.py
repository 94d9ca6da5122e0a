"""What is done while a record is written stays with it: its agenda, its dates, its lines, and whom it moves."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.reminders.models import Deadline
from schools.models import Person, RecordOfVisit
from schools.records import actions as record_actions
from schools.records.writing.forms import RecordForm
from schools.records.writing.parts import parts_for
from schools.register.chronology import entries, places_of
from schools.visits import actions as visit_actions
from schools.visits.pages import agenda_of, record_of
from schools.visits.states import VisitStatus
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms")]
HEADING = "How the school is led"


def with_new_item(county: County) -> RecordOfVisit:
    record = county.start(county.sip)
    written, seen = record.written, record.version
    record_actions.revise(record, by=county.sip, seen_version=seen, content=written, new_item=(HEADING, "Not well."))
    return record


def on_the_agenda(record: RecordOfVisit, user: User) -> list[str]:
    return [line.heading for line, _own in agenda_of(record.visit, user, record_of(record.visit, user))]


def told_in_the_chronology(county: County, user: User) -> list[str]:
    return [event.subject_name for event in entries(user, places_of(county.school, []))]


def test_an_agenda_item_added_while_writing_is_not_seen_before_the_record_is_shared(county: County) -> None:
    record = with_new_item(county)
    assert HEADING in on_the_agenda(record, county.sip)
    assert HEADING in on_the_agenda(record, county.dsim)
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, double_district=county.double_district)
    for user in (county.headteacher, county.chair, administrator):
        assert set(on_the_agenda(record, user)) == set(on_the_agenda(record, county.sip)) - {HEADING}
        assert HEADING not in told_in_the_chronology(county, user)


def test_an_agenda_item_added_while_writing_is_seen_once_the_record_is_shared(county: County) -> None:
    record = with_new_item(county)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    assert HEADING in on_the_agenda(record, county.headteacher)


def test_an_agenda_item_of_an_abandoned_record_is_never_seen_by_the_school(county: County) -> None:
    record = with_new_item(county)
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="The wrong school.", seen_version=record.version)
    record = RecordOfVisit.objects.for_page().get(pk=record.pk)
    assert HEADING not in on_the_agenda(record, county.headteacher)


def due_to_submit() -> Any:
    return Deadline.objects.open().get(rule="record.submit").due_on


def test_a_change_to_the_visit_leaves_the_date_that_a_return_gave(county: County, clock_at: Any) -> None:
    record = county.submitted(county.sip)
    later = TUESDAY + timedelta(days=21)
    clock_at(later)
    record_actions.return_to_author(record, by=county.dsim, on=later, reason="Say more.", seen_version=record.version)
    due = due_to_submit()
    for facts in ({"days": Decimal("0.5")}, {"held_on": TUESDAY - timedelta(days=1)}):
        record_actions.revise(record, by=county.sip, seen_version=record.version, visit=facts)
        assert due_to_submit() == due


def test_the_school_is_told_of_a_planned_visit_that_gives_way_to_one_that_was_held(county: County) -> None:
    Person.objects.filter(user=county.headteacher).update(email="head@school.example")
    record = county.start(county.sip, kind="additional")
    plan = visit_actions.Plan("core", TUESDAY + timedelta(days=14), visitor=county.sip)
    planned = visit_actions.plan(county.school, plan, by=county.sip, on=TUESDAY)
    visit_actions.agree(planned, by=county.headteacher, on=TUESDAY, seen_version=planned.version)
    told = Email.objects.filter(to__contains="head@school.example")
    before = told.count()
    record_actions.revise(record, by=county.sip, seen_version=record.version, visit={"kind": "core"})
    planned.refresh_from_db()
    assert planned.status == VisitStatus.CANCELLED
    assert told.count() == before + 1


def test_a_line_of_a_number_no_page_of_ours_has_takes_no_place(county: County) -> None:
    record = county.start(county.sip)
    posted = {"kind": "core", "held_on_0": "3", "held_on_1": "11", "held_on_2": "2026", "days": "1"}
    parts = replace(parts_for(record), highest=4)
    form = RecordForm({**posted, "strength_s9999": "Far away", "strength_s6": "Near"}, parts=parts)
    assert form.is_valid(), form.errors
    assert [line.key for line in form.content().strengths] == ["s6"]

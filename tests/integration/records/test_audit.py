"""What an audit event holds, and whose school it belongs to."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schoolimprove.lib import context
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import record_event
from tests.factories.accounts import UserFactory
from tests.factories.records import AuditEventFactory
from tests.factories.schools import DistrictFactory, PersonFactory, SchoolFactory, VisitFactory

pytestmark = pytest.mark.django_db


def test_an_act_on_a_school_belongs_to_that_school() -> None:
    school = SchoolFactory.create()
    event = record_event(school, "changed", by=SYSTEM)
    assert (event.subject_kind, event.subject_id, event.school_id) == ("schools.school", school.pk, school.pk)


def test_an_act_on_what_belongs_to_a_school_is_that_schools() -> None:
    visit = VisitFactory.create()
    assert record_event(visit, "changed", by=SYSTEM).school_id == visit.school_id


def test_an_act_on_what_belongs_to_no_school_is_no_schools() -> None:
    assert record_event(DistrictFactory.create(), "changed", by=SYSTEM).school_id is None


def test_a_school_named_by_the_verb_is_the_one() -> None:
    school = SchoolFactory.create()
    assert record_event(PersonFactory.create(), "changed", by=SYSTEM, school_id=school.pk).school_id == school.pk


def test_the_system_acts_without_a_person_or_an_appointment() -> None:
    event = AuditEvent.objects.get(pk=record_event(SchoolFactory.create(), "shipped", by=SYSTEM).pk)
    assert (event.by, event.appointment_id) == (None, None)


def test_it_keeps_the_moment_of_the_clock_and_the_request(clock_at: Callable[[date], datetime]) -> None:
    moment = clock_at(date(2026, 5, 1))
    token = context.request_id.set("req-1")
    try:
        event = record_event(SchoolFactory.create(), "changed", by=Actor(UserFactory.create(), 7))
    finally:
        context.request_id.reset(token)
    event.refresh_from_db()
    assert (event.at, event.request_id, event.appointment_id) == (moment, "req-1", 7)


def test_dates_days_and_money_in_a_change_are_kept_as_text() -> None:
    moment = datetime(2026, 5, 1, 9, tzinfo=ZoneInfo("UTC"))
    changes: dict[str, list[Any]] = {
        "on": [None, date(2026, 5, 1)],
        "days": [Decimal("0.5"), Decimal("1.0")],
        "at": [None, moment],
    }
    event = record_event(SchoolFactory.create(), "changed", by=SYSTEM, changes=changes)
    event.refresh_from_db()
    assert event.changes == {
        "on": [None, "2026-05-01"],
        "days": ["0.5", "1.0"],
        "at": [None, "2026-05-01T09:00:00Z"],
    }


def test_a_name_longer_than_the_audit_holds_is_cut() -> None:
    school = SchoolFactory.create(name="N" * 200)
    visit = VisitFactory.create(school=school)
    assert len(record_event(visit, "changed", by=SYSTEM).subject_name) == 200


def test_events_are_read_newest_first() -> None:
    first, second = AuditEventFactory.create(), AuditEventFactory.create()
    assert list(AuditEvent.objects.filter(pk__in=[first.pk, second.pk])) == [second, first]


def test_events_are_found_by_subject_and_by_school() -> None:
    mine = AuditEventFactory.create(subject_kind="schools.visit", subject_id=5, school_id=9)
    AuditEventFactory.create(subject_kind="schools.school", subject_id=5, school_id=8)
    assert list(AuditEvent.objects.about("schools.visit", 5)) == [mine]
    assert list(AuditEvent.objects.at_schools([9])) == [mine]

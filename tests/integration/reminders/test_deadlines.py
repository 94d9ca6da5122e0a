"""Deadlines are rows: opened once for a rule and subject, moved, met, and open again after that."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from schoolimprove.lib import clock
from schoolimprove.lib.clock import Working
from schoolimprove.reminders.deadlines import meet_deadline, open_deadline, open_deadlines_of
from schoolimprove.reminders.models import Deadline
from schools.models import School
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import SchoolFactory
from tests.integration.together import together

pytestmark = pytest.mark.django_db

DUE = date(2026, 11, 9)


@pytest.fixture
def school() -> School:
    return SchoolFactory.create()


def opened(school: School, rule: str = "profile.update", *, due_on: date = DUE, **changed: Any) -> Deadline:
    usual: dict[str, Any] = {"calendar": "working days", "first_day": date(2026, 11, 3), "n": 5}
    working = Working(start=date(2026, 11, 2), ends=due_on, skipped=(), **{**usual, **changed})
    return open_deadline(rule, school, school_id=school.pk, working=working)


def test_a_deadline_tells_its_calendar_first_day_and_working(
    school: School, clock_at: Callable[[date], datetime]
) -> None:
    moment = clock_at(date(2026, 11, 2))
    deadline = Deadline.objects.get(pk=opened(school).pk)
    assert (deadline.subject_kind, deadline.subject_id, deadline.school_id) == ("schools.school", school.pk, school.pk)
    assert (deadline.due_on, deadline.calendar, deadline.first_day) == (DUE, "working days", date(2026, 11, 3))
    assert (deadline.working["n"], deadline.opened_at, deadline.met_at) == (5, moment, None)


def test_opening_again_moves_the_open_one(school: School, clock_at: Callable[[date], datetime]) -> None:
    first_opened = clock_at(date(2026, 11, 2))
    first = opened(school)
    clock_at(date(2026, 11, 4))
    moved = opened(school, due_on=date(2026, 11, 16), n=10)
    assert (moved.pk, moved.due_on, moved.working["n"]) == (first.pk, date(2026, 11, 16), 10)
    assert Deadline.objects.get().opened_at == first_opened


def test_a_deadline_is_met_once(school: School) -> None:
    opened(school)
    assert meet_deadline("profile.update", school) is True
    assert meet_deadline("profile.update", school) is False


def test_meeting_notes_when_and_closes_it(school: School, clock_at: Callable[[date], datetime]) -> None:
    moment = clock_at(date(2026, 11, 5))
    opened(school)
    meet_deadline("profile.update", school)
    assert Deadline.objects.get().met_at == moment
    assert open_deadlines_of(school) == []


def test_meeting_leaves_other_rules_and_other_subjects_open(school: School) -> None:
    other_rule, other_school = opened(school, "visit.core"), opened(SchoolFactory.create())
    opened(school)
    meet_deadline("profile.update", school)
    assert set(Deadline.objects.open()) == {other_rule, other_school}


def test_after_it_is_met_the_same_rule_may_be_opened_anew(school: School) -> None:
    first = opened(school)
    meet_deadline("profile.update", school)
    second = opened(school, due_on=date(2027, 3, 1))
    assert second.pk != first.pk
    assert open_deadlines_of(school) == [second]


def test_the_open_deadlines_of_a_subject_come_soonest_first(school: School) -> None:
    later, sooner = opened(school, "b", due_on=date(2026, 12, 1)), opened(school, "a", due_on=date(2026, 11, 20))
    assert open_deadlines_of(school) == [sooner, later]


def test_the_last_day_is_not_late_and_the_day_after_is(school: School) -> None:
    deadline = opened(school)
    assert list(Deadline.objects.overdue(DUE)) == []
    assert list(Deadline.objects.overdue(date(2026, 11, 10))) == [deadline]
    meet_deadline("profile.update", school)
    assert list(Deadline.objects.overdue(date(2026, 11, 10))) == []


def test_the_database_holds_one_open_deadline_a_rule_and_subject() -> None:
    held = DeadlineFactory.create()
    with pytest.raises(IntegrityError, match="deadline_one_open_per_rule_and_subject"), transaction.atomic():
        DeadlineFactory.create(subject_id=held.subject_id)
    DeadlineFactory.create(subject_id=held.subject_id, met_at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_opened_twice_at_once_it_is_one() -> None:
    school = SchoolFactory.create()
    outcomes = together(lambda: opened(school), lambda: opened(school))
    assert outcomes[0] == outcomes[1] == Deadline.objects.get()

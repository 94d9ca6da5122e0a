"""Rows an import writes by the row: what saving one leaves, and taking a whole run back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from schoolimprove.calendar.models import ClosureDay, Term
from schoolimprove.lib import context
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.imports.core.outcome import Outcome, Sample
from schools.imports.core.registry import Work
from schools.imports.core.undo import blockers_to_undoing, save_kept, undo
from schools.models import Appointment, EstablishmentType, Person, SchoolClosure
from tests.factories.accounts import UserFactory
from tests.factories.calendar import ClosureDayFactory, TermFactory
from tests.factories.schools import AppointmentFactory, PersonFactory, SchoolFactory

pytestmark = pytest.mark.django_db
RUN, UNDOING = 71, 72
TYPE_FIELDS = ("code", "name", "group_code", "group_name")


@pytest.fixture(autouse=True)
def on_a_day(clock_at: Any) -> None:
    clock_at(date(2026, 5, 3))


@pytest.fixture
def by() -> Actor:
    return Actor(UserFactory(name="Invented Officer"))


@pytest.fixture
def in_a_run() -> Iterator[None]:
    token = context.run_id.set(RUN)
    yield
    context.run_id.reset(token)


def in_run(number: int | None, obj: Any, verb: str, by: Actor, *names: str, **values: Any) -> bool:
    """Saved as the run of that number does it; None is a person in the admin."""
    for name, value in values.items():
        setattr(obj, name, value)
    token = context.run_id.set(number)
    try:
        return save_kept(obj, verb, by=by, reason="terms.csv", fields=names or tuple(values))
    finally:
        context.run_id.reset(token)


def undone(by: Actor, outcome: Outcome | None = None) -> tuple[int, int]:
    token = context.run_id.set(UNDOING)
    try:
        return undo(RUN, Work(by=by), outcome or Outcome(), reason=f"Undoing of import {RUN}")
    finally:
        context.run_id.reset(token)


def new_type(by: Actor, **values: str) -> EstablishmentType:
    made = EstablishmentType(code="60", name="Invented type", **values)
    in_run(RUN, made, "added", by, *TYPE_FIELDS)
    return made


def last_event(obj: Any) -> AuditEvent:
    return AuditEvent.objects.about(obj._meta.label_lower, obj.pk).latest("pk")


# Saving.


def test_a_new_row_is_the_persons_and_its_event_tells_everything_it_says(by: Actor, in_a_run: None) -> None:
    made = ClosureDay(day=date(2026, 6, 4), reason="Polling day")
    assert save_kept(made, "added", by=by, reason="terms.csv", fields=["day", "reason"])
    assert (made.created_by, made.updated_by, made.version) == (by.user, by.user, 1)
    event = last_event(made)
    assert (event.verb, event.by, event.reason, event.run_id) == ("added", by.user, "terms.csv", RUN)
    assert event.changes == {"day": [None, "2026-06-04"], "reason": [None, "Polling day"]}
    history = made.history.get()
    assert (history.history_type, history.history_user, history.history_change_reason) == ("+", by.user, "terms.csv")


def test_a_change_raises_the_version_and_tells_only_what_differs(by: Actor) -> None:
    term = TermFactory()
    before = term.starts_on
    in_run(RUN, term, "changed", by, "starts_on", "ends_on", starts_on=date(2008, 9, 4))
    stored = Term.objects.get()
    assert (stored.starts_on, stored.version, stored.updated_by) == (date(2008, 9, 4), 2, by.user)
    assert last_event(term).changes == {"starts_on": [before.isoformat(), "2008-09-04"]}
    assert term.history.count() == 2


def test_what_differs_in_nothing_is_not_written(by: Actor) -> None:
    term = TermFactory()
    assert not in_run(RUN, term, "changed", by, "starts_on", "ends_on")
    assert (term.version, term.history.count(), AuditEvent.objects.of_run(RUN).count()) == (1, 1, 0)


def test_a_row_that_somebody_saved_since_it_was_read_conflicts(by: Actor) -> None:
    mine, theirs = TermFactory(), Term.objects.get()
    in_run(None, theirs, "changed", by, starts_on=date(2008, 9, 4))
    with pytest.raises(Conflict):
        in_run(RUN, mine, "changed", by, ends_on=date(2008, 12, 18))
    assert Term.objects.get().ends_on == date(2008, 12, 19)


# Taking back.


def test_undoing_puts_every_field_back_and_takes_out_what_was_added(by: Actor) -> None:
    term, kept = TermFactory(), EstablishmentType.objects.create(code="01", name="Community school")
    before = (term.starts_on, term.ends_on)
    in_run(RUN, term, "changed", by, starts_on=date(2008, 9, 4), ends_on=date(2008, 12, 18))
    in_run(RUN, term, "changed", by, starts_on=date(2008, 9, 5))
    added = new_type(by)
    in_run(RUN, added, "changed", by, name="Renamed in the same run")
    assert undone(by) == (1, 1)
    stored = Term.objects.get()
    assert (stored.starts_on, stored.ends_on, stored.version) == (*before, 4)
    assert list(EstablishmentType.objects.all()) == [kept]
    events = AuditEvent.objects.of_run(UNDOING)
    assert [(event.verb, event.subject_kind, event.by) for event in events] == [
        ("removed", "schools.establishmenttype", by.user),
        ("restored", "calendar.term", by.user),
    ]
    assert events[1].changes["starts_on"] == ["2008-09-05", before[0].isoformat()]
    assert stored.history.latest().history_change_reason == "Undoing of import 71"


def test_what_goes_back_is_noted_with_its_fields_and_what_is_taken_out_by_name(by: Actor) -> None:
    term, school, outcome = TermFactory(), SchoolFactory.create(name="Hilltop School"), Outcome()
    in_run(RUN, term, "changed", by, starts_on=date(2008, 9, 4))
    in_run(RUN, SchoolClosure(school=school, day=date(2026, 6, 4), reason="Flood"), "added", by, "school", "day")
    assert undone(by, outcome) == (1, 1)
    assert outcome.samples == [
        Sample("Hilltop School: 4 June 2026: Flood", what="removed"),
        Sample(str(term), [("First day", "4 September 2008", "3 September 2008")]),
    ]


def test_what_is_taken_out_leaves_its_history(by: Actor) -> None:
    made = ClosureDay(day=date(2026, 6, 4), reason="Polling day")
    in_run(RUN, made, "added", by, "day", "reason")
    assert undone(by) == (0, 1)
    assert not ClosureDay.objects.exists()
    last = ClosureDay.history.latest()
    assert (last.history_type, last.history_user, last.day) == ("-", by.user, date(2026, 6, 4))


def test_a_field_changed_since_is_named_in_words_with_who_changed_it(by: Actor) -> None:
    term = TermFactory()
    other = Actor(UserFactory(name="Another Officer"))
    in_run(RUN, term, "changed", by, starts_on=date(2008, 9, 4), ends_on=date(2008, 12, 18))
    in_run(None, term, "changed", other, starts_on=date(2008, 9, 5))
    Term.objects.update(ends_on=date(2008, 12, 17))
    expected = [
        "Autumn term 2008/09: first day is now 5 September 2008, no longer 4 September 2008; "
        "changed by Another Officer on 3 May 2026.",
        "Autumn term 2008/09: last day is now 17 December 2008, no longer 18 December 2008.",
    ]
    assert blockers_to_undoing(RUN) == expected
    with pytest.raises(Blocked) as refused:
        undone(by)
    assert refused.value.messages == expected
    assert Term.objects.get().version == 3


def test_other_fields_of_a_changed_row_may_have_changed_since(by: Actor) -> None:
    term = TermFactory()
    in_run(RUN, term, "changed", by, starts_on=date(2008, 9, 4))
    in_run(None, term, "changed", by, ends_on=date(2008, 12, 18))
    assert undone(by) == (1, 0)
    stored = Term.objects.get()
    assert (stored.starts_on, stored.ends_on) == (date(2008, 9, 3), date(2008, 12, 18))


def test_an_added_row_that_a_person_touched_stays(by: Actor) -> None:
    made = ClosureDay(day=date(2026, 6, 4), reason="Polling day")
    in_run(RUN, made, "added", by, "day", "reason")
    in_run(None, made, "changed", by, withdrawn_because="No poll after all")
    assert blockers_to_undoing(RUN) == ["4 June 2026: Polling day was changed since by Invented Officer on 3 May 2026."]
    with pytest.raises(Blocked):
        undone(by)
    assert ClosureDay.objects.exists()


def test_a_later_import_that_was_itself_taken_back_is_no_bar(by: Actor) -> None:
    made = ClosureDay(day=date(2026, 6, 4), reason="Polling day")
    in_run(RUN, made, "added", by, "day", "reason")
    in_run(80, made, "changed", by, reason="Snow")
    in_run(81, made, "restored", by, reason="Polling day")
    assert undone(by) == (0, 1)


def test_an_added_row_that_something_points_to_stays_unless_the_run_added_that_too(by: Actor) -> None:
    person = Person(name="Invented Person")
    in_run(RUN, person, "added", by, "name", "email")
    held = Appointment(person=person, role="sip", school=SchoolFactory(), starts_on=date(2026, 9, 1))
    in_run(RUN, held, "added", by, "person", "role", "school", "starts_on")
    assert blockers_to_undoing(RUN) == []
    other = AppointmentFactory(person=person)
    assert blockers_to_undoing(RUN) == [f"Invented Person is used: appointment {other}."]
    AppointmentFactory(person=PersonFactory(), cover_for=held)
    assert len(blockers_to_undoing(RUN)) == 2


def test_hidden_relations_hold_a_row_too_and_history_does_not(by: Actor) -> None:
    person = Person(name="Invented Person")
    in_run(RUN, person, "added", by, "name")
    held = AppointmentFactory(person=person)
    held.delete()
    assert Appointment.history.filter(person=person).exists()
    assert undone(by) == (0, 1)


def test_who_uses_an_added_row_may_be_asked_otherwise(by: Actor) -> None:
    new_type(by)
    assert blockers_to_undoing(RUN, uses=lambda obj: [f"{obj} is needed."]) == ["Invented type (60) is needed."]


def test_an_empty_value_and_a_relation_are_put_back(by: Actor) -> None:
    school, other = SchoolFactory(), SchoolFactory()
    held = AppointmentFactory(school=school, ends_on=None)
    in_run(RUN, held, "changed", by, school=other, ends_on=date(2027, 7, 31))
    in_run(None, held, "changed", by, ends_on=None)
    [blocker] = blockers_to_undoing(RUN)
    assert "to is now empty, no longer 31 July 2027" in blocker
    in_run(None, held, "changed", by, ends_on=date(2027, 7, 31))
    assert undone(by) == (1, 0)
    stored = Appointment.objects.get()
    assert (stored.school, stored.ends_on) == (school, None)


def test_a_place_taken_since_by_something_else_is_said(by: Actor) -> None:
    day = ClosureDayFactory(day=date(2026, 6, 4))
    in_run(RUN, day, "changed", by, day=date(2026, 6, 5))
    ClosureDayFactory(day=date(2026, 6, 4))
    with pytest.raises(Blocked) as refused:
        undone(by)
    assert refused.value.messages == [
        "We cannot restore 5 June 2026: European election: another entry has replaced it."
    ]
    assert ClosureDay.objects.get(pk=day.pk).day == date(2026, 6, 5)


def test_events_about_what_is_no_kept_row_are_left_to_their_own_verbs(by: Actor) -> None:
    user = UserFactory()
    AuditEvent.objects.create(
        verb="admin site",
        subject_kind="accounts.user",
        subject_id=user.pk,
        run_id=RUN,
        changes={"is_staff": [True, False]},
    )
    assert undone(by) == (0, 0)


@pytest.mark.parametrize("rows", [2, 7])
def test_looking_for_blockers_asks_the_database_as_often_however_many_rows_changed(
    by: Actor, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        day = ClosureDayFactory(day=date(2026, 6, 1 + number))
        in_run(RUN, day, "changed", by, reason="Snow")
    with django_assert_num_queries(3):
        assert blockers_to_undoing(RUN) == []

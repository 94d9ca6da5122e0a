"""The one way a status changes, on a real record: which moves are legal, what they leave, and what they refuse."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict, save_changes
from schoolimprove.records.transition import transition as move
from schools.models import RecordOfVisit
from schools.records import actions as record_actions
from schools.records import guards
from schools.records.states import RECORD_OF_VISIT, RecordStatus
from tests.factories.county import TUESDAY, County
from tests.undone import undone

DRAFT, SUBMITTED, SHARED = RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED
PRESENTED, CLOSED, ABANDONED = RecordStatus.PRESENTED, RecordStatus.CLOSED, RecordStatus.ABANDONED
VERBS = [
    *("submit", "recall", "return", "approve", "abandon"),
    *("present", "undo presentation", "close", "close unpresented", "correct"),
]
LEGAL = {
    (DRAFT, "submit"): SUBMITTED,
    (SUBMITTED, "recall"): DRAFT,
    (SUBMITTED, "return"): DRAFT,
    (SUBMITTED, "approve"): SHARED,
    (DRAFT, "abandon"): ABANDONED,
    (SHARED, "present"): PRESENTED,
    (PRESENTED, "undo presentation"): SHARED,
    (CLOSED, "undo presentation"): SHARED,
    (SHARED, "close"): CLOSED,
    (PRESENTED, "close"): CLOSED,
    (SHARED, "close unpresented"): CLOSED,
    (SHARED, "correct"): SHARED,
    (PRESENTED, "correct"): SHARED,
    (CLOSED, "correct"): SHARED,
}
"""Written by hand from domain 3.4, not read from the table."""


def moved(record: RecordOfVisit, verb: str, county: County, **other: Any) -> None:
    """The bare transition, with what the database wants beside the status."""
    stamps: dict[str, dict[str, Any]] = {
        "approve": {"approved_at": clock.now(), "approved_by": county.dsim, "shared_version": 1},
        "present": {"presented_on": TUESDAY},
        "close": {"closed_at": clock.now()},
        "close unpresented": {"closed_at": clock.now()},
    }
    usual: dict[str, Any] = {"by": Actor(county.dsim), "reason": "Because"}
    move(record, verb, **{**usual, "seen_version": record.version, **stamps.get(verb, {}), **other})


WAY_TO = {
    DRAFT: (),
    SUBMITTED: ("submit",),
    SHARED: ("submit", "approve"),
    PRESENTED: ("submit", "approve", "present"),
    CLOSED: ("submit", "approve", "present", "close"),
    ABANDONED: ("abandon",),
}


def record_in(status: RecordStatus, county: County) -> RecordOfVisit:
    """A record in that state by bare transitions; what a verb may be blocked by has tests of its own."""
    record = county.record()
    for verb in WAY_TO[status]:
        moved(record, verb, county)
    return record


def events_of(record: RecordOfVisit) -> list[str]:
    found = AuditEvent.objects.about("schools.recordofvisit", record.pk).order_by("pk")
    return list(found.values_list("verb", flat=True))


def test_the_verbs_of_the_table_are_those_of_this_test() -> None:
    assert [each.verb for each in RECORD_OF_VISIT.moves] == VERBS


def test_a_verb_moves_from_its_legal_states_alone(county: County) -> None:
    """Return the record that a conflict names, if any, and its status, version and events afterwards."""
    got: dict[tuple[str, str], tuple[int | None, str, int, list[str]]] = {}
    expected: dict[tuple[str, str], tuple[int | None, str, int, list[str]]] = {}
    for before, verb in product(RecordStatus, VERBS):
        with undone():
            record = record_in(before, county)
            version, told = record.version, events_of(record)
            after = LEGAL.get((before, verb))
            lost = None
            try:
                moved(record, verb, county)
            except Conflict as conflict:
                lost = conflict.current.pk
            record.refresh_from_db()
            got[before, verb] = (lost, record.status, record.version, events_of(record))
            if after is None:
                expected[before, verb] = (record.pk, before, version, told)
            else:
                expected[before, verb] = (None, after, version + 1, [*told, verb])
    assert len(got) == 60
    assert got == expected


def test_there_is_a_way_from_one_state_to_another_only_where_the_domain_has_one() -> None:
    pairs = list(product(RecordStatus, RecordStatus))
    ways = {
        (before, after): [
            each.verb for each in RECORD_OF_VISIT.moves if before in each.sources and each.target == after
        ]
        for before, after in pairs
    }
    assert ways == {
        pair: [verb for (source, verb), target in LEGAL.items() if (source, target) == pair] for pair in pairs
    }


def test_whoever_saw_an_older_version_is_told_how_the_record_stands_now(county: County) -> None:
    mine, theirs = county.record(), RecordOfVisit.objects.get()
    record_actions.revise(theirs, by=county.sip, seen_version=theirs.version, met="The deputy headteacher")
    with pytest.raises(Conflict) as lost:
        moved(mine, "submit", county)
    current = lost.value.current
    assert isinstance(current, RecordOfVisit)
    assert (current.met, current.version, current.status) == ("The deputy headteacher", 2, DRAFT)


def test_a_newer_version_than_there_is_conflicts_too(county: County) -> None:
    record = county.record()
    with pytest.raises(Conflict):
        moved(record, "submit", county, seen_version=record.version + 1)


def test_of_a_status_that_moved_and_a_version_that_did_not_the_status_decides(county: County) -> None:
    record = county.record(SUBMITTED)
    with pytest.raises(Conflict) as lost:
        moved(record, "submit", county)
    assert lost.value.current.version == record.version


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t"])
def test_a_move_that_wants_a_reason_refuses_without_one(county: County, nothing: str) -> None:
    record = county.record(SUBMITTED)
    with pytest.raises(Blocked) as refused:
        moved(record, "return", county, reason=nothing)
    assert refused.value.messages == ["Enter a reason."]
    record.refresh_from_db()
    assert record.status == SUBMITTED


def test_every_reason_against_a_move_is_named_at_once(county: County) -> None:
    record = county.start(county.sip, texts={})
    with pytest.raises(Blocked) as refused:
        moved(record, "submit", county, blockers=guards.blockers(record, "submit", on=TUESDAY))
    assert refused.value.messages == [
        "Enter who you met.",
        "Enter the evidence you saw.",
        "Enter what you found.",
    ]


def test_no_verb_that_the_table_does_not_know(county: County) -> None:
    with pytest.raises(KeyError):
        moved(county.record(), "vanish", county)


def test_a_field_given_with_a_move_never_overrides_its_target(county: County) -> None:
    record = county.record()
    with pytest.raises((TypeError, ValueError)):
        moved(record, "submit", county, status=SHARED)
    record.refresh_from_db()
    assert record.status == DRAFT


def test_a_move_says_who_touched_the_record_last_and_when(county: County, clock_at: Any) -> None:
    record = county.record()
    later = TUESDAY + timedelta(days=1)
    clock_at(later)
    moved(record, "submit", county)
    assert record.updated_by == county.dsim
    assert record.updated_at.date() == later
    assert record.created_by == county.sip


def test_the_audit_tells_who_under_which_appointment_what_before_after_and_why(county: County) -> None:
    record = county.record(SUBMITTED)
    appointment = county.dsim.person.appointments.get()
    record_actions.return_to_author(
        record, by=county.dsim, on=TUESDAY, reason="Say more of year 6", seen_version=record.version
    )
    event = AuditEvent.objects.about("schools.recordofvisit", record.pk).latest("pk")
    assert (event.verb, event.by, event.appointment_id) == ("return", county.dsim, appointment.pk)
    assert (event.reason, event.school_id) == ("Say more of year 6", county.school.pk)
    assert event.at == clock.now()
    assert event.subject_name == f"{record.reference}, {county.school.name}"
    assert event.changes == {"status": ["submitted", "draft"], "returned_because": ["", "Say more of year 6"]}


def test_a_relation_is_told_by_its_key_and_a_moment_as_text(county: County) -> None:
    record = county.record()
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=1)
    changes = AuditEvent.objects.about("schools.recordofvisit", record.pk).latest("pk").changes
    assert changes["submitted_by"] == [None, county.sip.pk]
    assert changes["submitted_at"] == [None, "2026-11-03T12:00:00Z"]
    assert "returned_because" not in changes


def test_a_rollback_takes_the_move_and_its_audit_event_together(county: County) -> None:
    record = county.record()
    told = events_of(record)
    with transaction.atomic():
        record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=1)
        transaction.set_rollback(True)
    fresh = RecordOfVisit.objects.get()
    assert (fresh.status, fresh.version, events_of(fresh)) == (DRAFT, 1, told)


def test_what_fails_after_the_write_undoes_it(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    record = county.record(SUBMITTED)

    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("no deadline can be counted")

    monkeypatch.setattr("schools.records.deadlines.shared", fails)
    with pytest.raises(RuntimeError):
        record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    fresh = RecordOfVisit.objects.get()
    assert (fresh.status, fresh.versions.count(), events_of(fresh)[-1]) == (SUBMITTED, 0, "submit")


def test_saving_without_a_move_raises_the_version_and_tells_what_changed(county: County) -> None:
    record = county.record()
    before = record.met
    save_changes(record, "revised", by=Actor(county.sip), seen_version=1, met="The chair", evidence=record.evidence)
    assert (record.met, record.version, record.status) == ("The chair", 2, DRAFT)
    event = AuditEvent.objects.about("schools.recordofvisit", record.pk).latest("pk")
    assert event.changes == {"met": [before, "The chair"]}


def test_saving_refuses_to_write_a_status(county: County) -> None:
    record = county.record()
    with pytest.raises(ValueError, match=r"transition\(\)"):
        save_changes(record, "revised", by=SYSTEM, seen_version=1, status=SHARED)
    record.refresh_from_db()
    assert record.status == DRAFT


def test_saving_over_a_newer_version_conflicts_and_keeps_theirs(county: County) -> None:
    mine, theirs = county.record(), RecordOfVisit.objects.get()
    save_changes(theirs, "revised", by=Actor(county.sip), seen_version=1, met="Theirs")
    with pytest.raises(Conflict):
        save_changes(mine, "revised", by=Actor(county.sip), seen_version=1, met="Mine")
    assert RecordOfVisit.objects.get().met == "Theirs"

"""Two people at once with a shared record: one is first, the other is told, and nothing is done twice."""

from collections import Counter
from typing import Any

import pytest

from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import Correction, GovernorsMeeting, RecordOfVisit, RecordVersion, Response, Strength
from schools.records import actions as record_actions
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.corrections import actions as correction_actions
from schools.records.governors.actions import add_meetings
from schools.records.overnight import close_what_may
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.factories.shared import propose, respond, shared
from tests.integration.together import one_before_the_other_commits, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("with_terms")]


def own(record: RecordOfVisit) -> RecordOfVisit:
    """As each of two people has it on their own page."""
    return RecordOfVisit.objects.for_page().get(pk=record.pk)


def correction_of(record: RecordOfVisit) -> Correction:
    return Correction.objects.select_related("record__visit", "record__school__district").get(record=record)


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter("done" if outcome is None else type(outcome).__name__ for outcome in outcomes)


def test_of_two_who_present_at_once_one_is_told(county: County) -> None:
    record = shared(county)
    clerk = appointed(Role.CLERK, school=county.school)
    mine, theirs = own(record), own(record)
    seen = record.version
    outcomes = together(
        lambda: record_actions.present(mine, by=clerk, on=TUESDAY, held_on=TUESDAY, seen_version=seen),
        lambda: record_actions.present(theirs, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=seen),
    )
    assert kinds(outcomes) == {"done": 1, "Conflict": 1}
    assert AuditEvent.objects.filter(verb="present").count() == 1
    assert GovernorsMeeting.objects.count() == 1


def test_a_correction_is_issued_once(county: County) -> None:
    record = shared(county)
    propose(record)
    mine, theirs = correction_of(record), correction_of(record)
    outcomes = together(
        lambda: correction_actions.issue(mine, by=county.dsim, on=TUESDAY, seen_version=1),
        lambda: correction_actions.issue(theirs, by=county.dsim, on=TUESDAY, seen_version=1),
    )
    assert kinds(outcomes) == {"done": 1, "Conflict": 1} or kinds(outcomes) == {"done": 1, "Blocked": 1}
    assert list(RecordVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_of_issuing_and_withdrawing_one_is_done(county: County) -> None:
    record = shared(county)
    propose(record)
    mine, theirs = correction_of(record), correction_of(record)
    outcomes = together(
        lambda: correction_actions.issue(mine, by=county.dsim, on=TUESDAY, seen_version=1),
        lambda: correction_actions.withdraw(theirs, by=county.sip, on=TUESDAY, reason="It was right.", seen_version=1),
    )
    assert kinds(outcomes) == {"done": 1, "Conflict": 1}
    status = Correction.objects.get().status
    assert RecordVersion.objects.count() == (2 if status == "issued" else 1)


def test_an_answer_to_what_is_being_corrected_answers_nothing(county: County) -> None:
    record = shared(county)
    propose(record)
    correction, read = correction_of(record), own(record)
    outcomes = one_before_the_other_commits(
        lambda: correction_actions.issue(correction, by=county.dsim, on=TUESDAY, seen_version=1),
        lambda: respond(read, county.headteacher, version=1),
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Conflict)
    assert not Response.objects.exists()


def test_an_answer_that_came_first_stays_with_the_version_it_answers(county: County) -> None:
    record = shared(county)
    propose(record)
    correction, read = correction_of(record), own(record)
    outcomes = one_before_the_other_commits(
        lambda: respond(read, county.headteacher, version=1),
        lambda: correction_actions.issue(correction, by=county.dsim, on=TUESDAY, seen_version=1),
    )
    assert outcomes[1] is None
    assert Response.objects.get().version.number == 1
    assert own(record).shared_version == 2


def test_of_two_corrections_proposed_at_once_one_waits(county: County) -> None:
    record = shared(county)
    mine, theirs = own(record), own(record)
    outcomes = together(lambda: propose(mine), lambda: propose(theirs))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Blocked", "Correction"]
    assert Correction.objects.count() == 1


def test_a_correction_proposed_while_the_night_closes_is_not_lost(county: County) -> None:
    record = shared(county, kind="monitoring")
    for user in (county.headteacher, county.chair):
        respond(record, user)
    mine = own(record)
    outcomes = together(lambda: propose(mine), lambda: close_what_may(TUESDAY))
    assert isinstance(outcomes[0], Correction)
    assert Correction.objects.get().status == "proposed"
    closed = outcomes[1] == 1
    assert own(record).status == ("closed" if closed else "shared")


def test_two_who_enter_the_same_meetings_enter_each_once(county: County) -> None:
    clerk = appointed(Role.CLERK, school=county.school)
    shared(county)
    days = [TUESDAY.replace(month=12, day=day) for day in (1, 8, 15)]
    outcomes = together(
        lambda: len(add_meetings(county.school, days, by=clerk)),
        lambda: len(add_meetings(county.school, days, by=county.chair)),
    )
    assert sorted(outcomes) == [0, 3]
    assert GovernorsMeeting.objects.count() == 3


def test_consent_given_to_words_that_are_being_changed_is_told_or_asked_again(county: County) -> None:
    record = shared(county)
    mine, theirs = (Strength.objects.select_related("school__district").get() for _each in range(2))
    outcomes = together(
        lambda: agreed_actions.decide(mine, "consent", by=county.headteacher, on=TUESDAY, seen_version=1),
        lambda: agreed_actions.decide(theirs, "decline", by=county.headteacher, on=TUESDAY, seen_version=1),
    )
    assert kinds(outcomes) == {"done": 1, "Conflict": 1}
    assert Strength.objects.get(record=record).version == 2


def test_of_two_who_close_at_once_one_is_told(county: County) -> None:
    record = shared(county, kind="monitoring")
    for user in (county.headteacher, county.chair):
        respond(record, user)
    mine, theirs = own(record), own(record)
    outcomes = together(
        lambda: record_actions.close(mine, by=county.sip, on=TUESDAY, seen_version=mine.version),
        lambda: record_actions.close(theirs, by=county.dsim, on=TUESDAY, seen_version=theirs.version),
    )
    assert kinds(outcomes)["done"] == 1
    assert all(outcome is None or isinstance(outcome, (Conflict, Blocked)) for outcome in outcomes)
    assert AuditEvent.objects.filter(verb="close").count() == 1

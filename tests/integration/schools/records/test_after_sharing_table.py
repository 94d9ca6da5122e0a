"""Who may do what to a shared record, its corrections, actions and strengths, in which state: a table by hand.

Every pair of a state and a role that is not in it is refused, and leaves everything as it was.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import Correction, RecordAction, RecordOfVisit, RecordVersion, Response, Silence, Strength
from schools.records import actions as record_actions
from schools.records import follow_up
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.corrections import actions as correction_actions
from schools.records.states import ActionStatus, CorrectionStatus, RecordStatus, StrengthStatus
from tests.factories.county import TUESDAY, County
from tests.factories.schools import TEXTS, appointed
from tests.factories.shared import propose, respond, shared, visit_facts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms")]
LATE = date(2027, 3, 26)
"""Both the time to respond and the time to present are over."""
AUTHOR, MANAGER = "author", "manager"
HT, CHAIR, CLERK = Role.HEADTEACHER, Role.CHAIR, Role.CLERK
WHO = [AUTHOR, MANAGER, *Role]
"""The author (a SIP) and their manager (a DSIM) of the record, and somebody else in each role over the school."""


def user_of(who: str, county: County) -> User:
    if who == AUTHOR:
        return county.sip
    if who == MANAGER:
        return county.dsim
    return appointed(Role(who), school=county.school)


def everything() -> list[Any]:
    """What a verb could change, as it is stored."""
    models = (RecordOfVisit, RecordVersion, Correction, RecordAction, Strength, Response, Silence, AuditEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


def attempt(verb: Callable[[], Any], before: list[Any]) -> bool:
    """Return whether the verb acted; a refusal of any kind must have changed nothing."""
    try:
        verb()
    except (PermissionDenied, Blocked, Conflict):
        assert everything() == before
        return False
    assert everything() != before
    return True


def checked(done: set[tuple[Any, Any]], allowed: dict[str, set[str]], states: Any) -> None:
    expected = {(state, who) for state, people in allowed.items() for who in people}
    assert {(str(state), str(who)) for state, who in done} == {(str(state), str(who)) for state, who in expected}
    assert set(allowed) <= {str(state) for state in states}


# The record -----------------------------------------------------------------------------------------------------------


def record_in(status: RecordStatus, county: County, *, held_on: date) -> RecordOfVisit:
    """A record brought there by its verbs."""
    if status in (RecordStatus.DRAFT, RecordStatus.ABANDONED):
        record = county.start(county.sip, held_on=held_on)
        if status == RecordStatus.ABANDONED:
            record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="Not held.", seen_version=record.version)
        return record
    if status == RecordStatus.SUBMITTED:
        return county.submitted(county.sip, held_on=held_on)
    record = shared(county, held_on=held_on)
    if status == RecordStatus.SHARED:
        return record
    record_actions.present(record, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    if status == RecordStatus.CLOSED:
        record_actions.close(record, by=county.sip, on=LATE, seen_version=record.version)
    return record


def present(record: RecordOfVisit, by: User) -> None:
    record_actions.present(record, by=by, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)


def undo_presentation(record: RecordOfVisit, by: User) -> None:
    record_actions.undo_presentation(record, by=by, on=TUESDAY, reason="Another record.", seen_version=record.version)


def close(record: RecordOfVisit, by: User) -> None:
    record_actions.close(record, by=by, on=LATE, seen_version=record.version)


def close_unpresented(record: RecordOfVisit, by: User) -> None:
    record_actions.close_unpresented(record, by=by, on=LATE, reason="No meeting.", seen_version=record.version)


def answer(record: RecordOfVisit, by: User) -> None:
    respond(record, by)


def correct(record: RecordOfVisit, by: User) -> None:
    propose(record, by=by)


MANAGERS = {MANAGER, Role.DSIM}
RECORD: dict[str, tuple[Callable[[RecordOfVisit, User], None], dict[str, set[str]]]] = {
    "present": (present, {"shared": {HT, CHAIR, CLERK}}),
    "undo presentation": (undo_presentation, {"presented": {HT, CHAIR, CLERK}, "closed": {HT, CHAIR, CLERK}}),
    "close": (close, {"presented": {AUTHOR, *MANAGERS}}),
    "close unpresented": (close_unpresented, {"shared": MANAGERS}),
    "respond": (answer, {"shared": {HT, CHAIR}, "presented": {HT, CHAIR}}),
    "propose": (correct, {"shared": {AUTHOR}, "presented": {AUTHOR}, "closed": {AUTHOR}}),
}


def in_savepoint(verb: Callable[[], Any], before: list[Any]) -> bool:
    """An attempt whose doing is taken back, so that the next one finds the same."""
    with transaction.atomic():
        done = attempt(verb, before)
        transaction.set_rollback(True)
    return done


@pytest.mark.parametrize("verb", RECORD)
def test_a_verb_of_a_record_is_for_these_in_these_states(verb: str, county: County) -> None:
    act, allowed = RECORD[verb]
    people = {who: user_of(who, county) for who in WHO}
    done = set()
    for number, status in enumerate(RecordStatus):
        record = record_in(status, county, held_on=date(2026, 10, 1 + number))
        before = everything()
        for who, user in people.items():
            fresh = RecordOfVisit.objects.for_page().get(pk=record.pk)
            if in_savepoint(lambda: act(fresh, user), before):  # noqa: B023
                done.add((status, who))
    checked(done, allowed, RecordStatus)


# A correction ---------------------------------------------------------------------------------------------------------


def correction_in(status: CorrectionStatus, record: RecordOfVisit, county: County) -> Correction:
    correction = propose(record)
    if status == CorrectionStatus.RETURNED:
        correction_actions.return_to_author(correction, by=county.dsim, on=TUESDAY, reason="No.", seen_version=1)
    if status == CorrectionStatus.WITHDRAWN:
        correction_actions.withdraw(correction, by=county.sip, on=TUESDAY, reason="No.", seen_version=1)
    if status == CorrectionStatus.ISSUED:
        correction_actions.issue(correction, by=county.dsim, on=TUESDAY, seen_version=1)
    return correction


def again(correction: Correction, by: User) -> None:
    record = correction.record
    written = {"texts": TEXTS | {"met": "Nobody"}, "content": record.written, "visit": visit_facts(record)}
    seen = correction.version
    correction_actions.propose_again(correction, by=by, on=TUESDAY, reason="So.", seen_version=seen, **written)


def send_back(correction: Correction, by: User) -> None:
    correction_actions.return_to_author(correction, by=by, on=TUESDAY, reason="No.", seen_version=correction.version)


def withdraw(correction: Correction, by: User) -> None:
    correction_actions.withdraw(correction, by=by, on=TUESDAY, reason="No.", seen_version=correction.version)


def issue(correction: Correction, by: User) -> None:
    correction_actions.issue(correction, by=by, on=TUESDAY, seen_version=correction.version)


CORRECTION: dict[str, tuple[Callable[[Correction, User], None], dict[str, set[str]]]] = {
    "return": (send_back, {"proposed": MANAGERS}),
    "propose again": (again, {"returned": {AUTHOR}}),
    "issue": (issue, {"proposed": MANAGERS}),
    "withdraw": (withdraw, {"proposed": MANAGERS | {AUTHOR}, "returned": MANAGERS | {AUTHOR}}),
}


@pytest.mark.parametrize("verb", CORRECTION)
def test_a_verb_of_a_correction_is_for_these_in_these_states(verb: str, county: County) -> None:
    act, allowed = CORRECTION[verb]
    people = {who: user_of(who, county) for who in WHO}
    done = set()
    for number, status in enumerate(CorrectionStatus):
        record = shared(county, held_on=date(2026, 10, 1 + number), content=None)
        correction = correction_in(status, record, county)
        before = everything()
        for who, user in people.items():
            fresh = Correction.objects.select_related("record__visit", "record__school__district").get(pk=correction.pk)
            if in_savepoint(lambda: act(fresh, user), before):  # noqa: B023
                done.add((status, who))
    checked(done, allowed, CorrectionStatus)


# Actions and strengths ------------------------------------------------------------------------------------------------


def begin(action: RecordAction, by: User) -> None:
    agreed_actions.begin(action, by=by, on=TUESDAY, note="Begun.", seen_version=action.version)


def finish(action: RecordAction, by: User) -> None:
    agreed_actions.finish(action, by=by, on=TUESDAY, note="Done.", seen_version=action.version)


def report(action: RecordAction, by: User) -> None:
    agreed_actions.report_progress(action, by=by, note="Half.", seen_version=action.version)


ACTION: dict[str, tuple[Callable[[RecordAction, User], None], set[str]]] = {
    "begin": (begin, {"open", "done"}),
    "finish": (finish, {"open", "underway"}),
    "report progress": (report, {"open", "underway"}),
}
KEPT_BY: dict[str, set[str]] = {
    "school": {HT, CHAIR},
    "authority": {AUTHOR, MANAGER, Role.SIP, Role.DSIM, Role.HEAD_OF_SERVICE},
}


def action_in(status: ActionStatus, action: RecordAction, county: County) -> None:
    owner = county.headteacher if action.owner == "school" else county.sip
    if status == ActionStatus.UNDERWAY:
        begin(action, owner)
    if status == ActionStatus.DONE:
        finish(action, owner)
    if status == ActionStatus.DROPPED:
        follow_up.drop(action, by=Actor(county.sip), on=TUESDAY, reason="Not any more.")


@pytest.mark.parametrize("owner", KEPT_BY)
@pytest.mark.parametrize("verb", ACTION)
def test_a_verb_of_an_action_is_for_these_in_these_states(verb: str, owner: str, county: County) -> None:
    act, states = ACTION[verb]
    people = {who: user_of(who, county) for who in WHO}
    done = set()
    for number, status in enumerate(ActionStatus):
        record = shared(county, held_on=date(2026, 10, 1 + number))
        action_in(status, record.actions.get(owner=owner), county)
        before = everything()
        for who, user in people.items():
            fresh = record.actions.select_related("school__district").get(owner=owner)
            if in_savepoint(lambda: act(fresh, user), before):  # noqa: B023
                done.add((status, who))
    checked(done, dict.fromkeys(states, KEPT_BY[owner]), ActionStatus)


STRENGTH = {"consent": {"asked", "declined"}, "decline": {"asked", "agreed"}}


def strength_in(status: StrengthStatus, strength: Strength, county: County) -> None:
    if status in (StrengthStatus.AGREED, StrengthStatus.DECLINED):
        verb = "consent" if status == StrengthStatus.AGREED else "decline"
        agreed_actions.decide(strength, verb, by=county.headteacher, on=TUESDAY, seen_version=strength.version)
    if status == StrengthStatus.WITHDRAWN:
        follow_up.withdraw_strength(strength, by=Actor(county.dsim), on=TUESDAY, reason="Corrected.")


@pytest.mark.parametrize("verb", STRENGTH)
def test_a_verb_of_a_strength_is_for_the_headteacher_in_these_states(verb: str, county: County) -> None:
    people = {who: user_of(who, county) for who in WHO}
    done = set()
    for number, status in enumerate(StrengthStatus):
        record = shared(county, held_on=date(2026, 10, 1 + number))
        strength_in(status, record.strengths.get(), county)
        before = everything()
        for who, user in people.items():
            fresh = record.strengths.select_related("school__district").get()
            if in_savepoint(
                partial(partial(agreed_actions.decide, fresh), verb, by=user, on=TUESDAY, seen_version=fresh.version),
                before,
            ):
                done.add((status, who))
    checked(done, {state: {HT} for state in STRENGTH[verb]}, StrengthStatus)

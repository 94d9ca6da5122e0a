"""Presenting, closing, silence, meetings, and the dates that follow; actions and strengths."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Conflict
from schoolimprove.reminders.models import Deadline
from schools.models import GovernorsMeeting, RecordAction, RecordOfVisit, Silence, Strength
from schools.oversight.recalculate_deadlines import recount
from schools.records import actions as record_actions
from schools.records import guards
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.corrections import actions as correction_actions
from schools.records.deadlines import PRESENT, RESPOND
from schools.records.governors.actions import add_meetings, cancel_meeting
from schools.records.overnight import close_what_may, record_silence
from schools.register.models.school import Establishment
from schools.tasks import follow_records
from tests.factories.county import TUESDAY, County, end
from tests.factories.schools import DistrictFactory, SchoolFactory, also_appointed, appointed
from tests.factories.shared import issue, propose, respond, shared
from tests.factories.visits import GovernorsMeetingFactory
from tests.integration.refusals import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms")]
RESPOND_BY = date(2026, 11, 17)
"""Ten school days after the county's Tuesday, by hand: two whole weeks of term."""
AFTER = date(2026, 11, 18)
END_OF_SPRING = date(2027, 3, 25)


@pytest.fixture
def record(county: County) -> RecordOfVisit:
    return shared(county)


@pytest.fixture
def clerk(county: County) -> User:
    return appointed(Role.CLERK, school=county.school)


def due(record: RecordOfVisit) -> dict[str, date]:
    rows = Deadline.objects.open().dated().filter(subject_kind=record._meta.label_lower, subject_id=record.pk)
    return {row.rule: row.day for row in rows}


def present(record: RecordOfVisit, by: User, *, held_on: date = TUESDAY, on: date = TUESDAY) -> None:
    record_actions.present(record, by=by, on=on, held_on=held_on, seen_version=record.version)


def both_answer(record: RecordOfVisit, county: County) -> None:
    for user in (county.headteacher, county.chair):
        respond(record, user)


# Answering.


def test_a_presented_record_is_still_answered_and_a_closed_one_is_not(county: County, record: RecordOfVisit) -> None:
    respond(record, county.headteacher)
    present(record, county.chair)
    respond(record, county.chair)
    record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    with pytest.raises(Conflict):
        respond(record, county.chair)


def test_the_author_is_told_that_the_school_answered_and_not_what(county: County, record: RecordOfVisit) -> None:
    respond(record, county.chair, accurate=False, on_accuracy="31 pupils, not 30.")
    sent: Any = Email.objects.get().email_message()
    assert sent.to == [county.sip.email]
    assert "chair of governors" in sent.body
    assert "something in the record is not accurate" in sent.body
    assert "31 pupils" not in sent.body
    respond(record, county.headteacher)
    assert "not accurate" not in Email.objects.latest("pk").email_message().body


# Presenting.


@pytest.mark.parametrize("who", ["clerk", "chair", "headteacher"])
def test_the_clerk_the_chair_and_the_headteacher_present(
    county: County, record: RecordOfVisit, clerk: User, who: str
) -> None:
    user = clerk if who == "clerk" else getattr(county, who)
    present(record, user)
    assert (record.status, record.presented_on) == ("presented", TUESDAY)
    assert due(record).keys() == {RESPOND}
    assert Deadline.objects.get(rule=PRESENT).met_at is not None


def test_nobody_of_the_authority_presents(county: County, record: RecordOfVisit) -> None:
    for user in (county.sip, county.dsim, county.head, appointed(Role.CLERK, school=SchoolFactory.create())):
        with pytest.raises(PermissionDenied):
            present(record, user)


def test_a_meeting_to_come_and_one_before_the_sharing_are_refused(record: RecordOfVisit, clerk: User) -> None:
    tomorrow, yesterday = TUESDAY + timedelta(days=1), TUESDAY - timedelta(days=1)
    assert refusal(lambda: present(record, clerk, held_on=tomorrow)) == [
        "The date of the meeting must be today or in the past."
    ]
    assert refusal(lambda: present(record, clerk, held_on=yesterday)) == [
        "The meeting must be on or after 3 November 2026, the day this version was shared."
    ]
    assert not GovernorsMeeting.objects.exists()


def test_only_the_record_of_a_core_visit_is_presented(county: County, clerk: User) -> None:
    record = shared(county, kind="monitoring")
    assert PRESENT not in due(record)
    assert refusal(lambda: present(record, clerk)) == [
        "You can only present the record of a core visit to the governors."
    ]


def test_a_meeting_that_was_not_known_is_entered_with_what_was_presented_at_it(
    county: County, record: RecordOfVisit, clerk: User
) -> None:
    other = shared(county, held_on=TUESDAY - timedelta(days=4))
    present(record, clerk, held_on=date(2026, 11, 10), on=date(2026, 11, 12))
    meeting = GovernorsMeeting.objects.get()
    assert (meeting.held_on, meeting.created_by) == (date(2026, 11, 10), clerk)
    # It was the next meeting for the other record too.
    assert due(other)[PRESENT] == date(2026, 11, 10)
    present(other, clerk, held_on=date(2026, 11, 10), on=date(2026, 11, 12))
    assert GovernorsMeeting.objects.count() == 1


# Meetings and the dates that follow.


def test_without_a_meeting_it_is_the_end_of_the_next_term(record: RecordOfVisit) -> None:
    assert due(record)[PRESENT] == END_OF_SPRING


def test_a_meeting_that_comes_to_be_known_moves_the_date_and_its_cancelling_moves_it_back(
    county: County, record: RecordOfVisit, clerk: User
) -> None:
    first, second = date(2026, 12, 3), date(2027, 2, 4)
    assert len(add_meetings(county.school, [second, first, first], by=clerk)) == 2
    assert due(record)[PRESENT] == first
    assert Deadline.objects.get(rule=PRESENT).calendar == "governors’ meetings"
    for day, then in ((first, second), (second, END_OF_SPRING)):
        meeting = GovernorsMeeting.objects.standing().get(held_on=day)
        cancel_meeting(meeting, by=clerk, reason="Snow", seen_version=meeting.version)
        assert due(record)[PRESENT] == then


def test_a_meeting_before_the_record_was_shared_is_none_to_present_it_at(
    county: County, record: RecordOfVisit, clerk: User
) -> None:
    add_meetings(county.school, [TUESDAY - timedelta(days=7), TUESDAY], by=clerk)
    assert due(record)[PRESENT] == END_OF_SPRING


def test_meetings_of_another_school_move_nothing(county: County, record: RecordOfVisit) -> None:
    other = SchoolFactory.create(district=county.school.district)
    add_meetings(other, [date(2026, 12, 3)], by=county.dsim)
    assert due(record)[PRESENT] == END_OF_SPRING


def test_entering_a_meeting_twice_enters_it_once(county: County, clerk: User) -> None:
    day = date(2026, 12, 3)
    assert len(add_meetings(county.school, [day], by=clerk)) == 1
    assert add_meetings(county.school, [day], by=county.sip) == []
    assert [event.verb for event in AuditEvent.objects.filter(subject_kind="schools.governorsmeeting")] == ["entered"]


def test_a_cancelled_meeting_may_be_entered_again(county: County, clerk: User) -> None:
    [meeting] = add_meetings(county.school, [date(2026, 12, 3)], by=clerk)
    cancel_meeting(meeting, by=clerk, reason="Snow", seen_version=1)
    with pytest.raises(Conflict):
        cancel_meeting(meeting, by=clerk, reason="Snow", seen_version=meeting.version)
    assert len(add_meetings(county.school, [date(2026, 12, 3)], by=clerk)) == 1


def test_a_meeting_at_which_a_record_was_presented_was_held(county: County, record: RecordOfVisit, clerk: User) -> None:
    present(record, clerk)
    meeting = GovernorsMeeting.objects.get()
    assert refusal(lambda: cancel_meeting(meeting, by=clerk, reason="Snow", seen_version=1)) == [
        "A Record of Visit was presented at this meeting, so it was held."
    ]


@pytest.mark.parametrize("role", Role)
def test_only_these_roles_keep_meetings(county: County, role: Role) -> None:
    keeps = {Role.CLERK, Role.CHAIR, Role.HEADTEACHER, Role.SIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR}
    user = appointed(role, school=county.school)
    if role in keeps:
        assert add_meetings(county.school, [date(2026, 12, 3)], by=user)
    else:
        with pytest.raises(PermissionDenied):
            add_meetings(county.school, [date(2026, 12, 3)], by=user)


def test_terms_that_come_to_be_known_date_what_had_none(county: County, clock_at: Any) -> None:
    record = shared(county)
    Deadline.objects.filter(subject_id=record.pk, rule__in=[RESPOND, PRESENT]).delete()
    assert recount() == 2
    assert due(record) == {RESPOND: RESPOND_BY, PRESENT: END_OF_SPRING}
    assert recount() == 0


def test_a_version_that_was_never_dated_is_though_the_one_before_was(
    county: County, record: RecordOfVisit, clock_at: Any
) -> None:
    both_answer(record, county)
    clock_at(date(2026, 11, 5))
    corrected = issue(propose(record), county, on=date(2026, 11, 5))
    Deadline.objects.open().delete()
    assert recount() == 2
    assert due(corrected)[RESPOND] == date(2026, 11, 19)


# Closing.


def test_a_core_record_closes_once_it_is_answered_and_presented(county: County, record: RecordOfVisit) -> None:
    waits = "The school has until 17 November 2026 to respond."
    assert guards.blockers(record, "close", on=TUESDAY) == [
        "The record has not been presented to the governors.",
        waits,
    ]
    present(record, county.chair)
    assert refusal(lambda: record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)) == [
        waits
    ]
    both_answer(record, county)
    record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert record.status == "closed"
    assert record.closed_at is not None
    assert (due(record), Silence.objects.count()) == ({}, 0)


def test_another_record_closes_without_governors(county: County) -> None:
    record = shared(county, kind="monitoring")
    both_answer(record, county)
    record_actions.close(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    assert record.status == "closed"


def test_silence_blocks_nothing_and_is_recorded_at_closing(county: County) -> None:
    record = shared(county, kind="monitoring")
    respond(record, county.chair)
    assert refusal(lambda: record_actions.close(record, by=county.sip, on=RESPOND_BY, seen_version=record.version))
    record_actions.close(record, by=county.sip, on=AFTER, seen_version=record.version)
    silence = Silence.objects.get()
    assert (silence.role, silence.due_on, silence.version.number) == (Role.HEADTEACHER, RESPOND_BY, 1)
    assert due(record) == {}


def test_a_correction_that_waits_keeps_it_open(county: County) -> None:
    record = shared(county, kind="monitoring")
    both_answer(record, county)
    correction = propose(record)
    assert refusal(lambda: record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)) == [
        "The correction of this record must be issued or withdrawn first."
    ]
    correction_actions.withdraw(
        correction, by=county.sip, on=TUESDAY, reason="It was right.", seen_version=correction.version
    )
    record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)


def test_a_closed_record_is_not_waited_for_when_nobody_is_left_to_answer(county: County) -> None:
    """Nobody is head or chair: the time to respond runs all the same, and nobody was silent."""
    for user in (county.headteacher, county.chair):
        end(user, on=TUESDAY - timedelta(days=1))
    record = shared(county, kind="monitoring")
    assert refusal(lambda: record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version))
    record_actions.close(record, by=county.sip, on=AFTER, seen_version=record.version)
    assert not Silence.objects.exists()


def test_nobody_at_the_school_closes_a_record(county: County) -> None:
    record = shared(county, kind="monitoring")
    both_answer(record, county)
    for user in (county.headteacher, county.chair, county.head, appointed(Role.SIP, school=county.school)):
        with pytest.raises(PermissionDenied):
            record_actions.close(record, by=user, on=TUESDAY, seen_version=record.version)


def test_a_core_record_is_closed_unpresented_when_the_time_is_over(county: County, record: RecordOfVisit) -> None:
    def close(on: date, reason: str = "No quorum all year.") -> None:
        record_actions.close_unpresented(record, by=county.dsim, on=on, reason=reason, seen_version=record.version)

    both_answer(record, county)
    assert refusal(lambda: close(END_OF_SPRING)) == ["The governors have until 25 March 2027 to see the record."]
    assert refusal(lambda: close(date(2027, 3, 26), "")) == ["Enter a reason."]
    close(date(2027, 3, 26))
    assert (record.status, record.presented_on, due(record)) == ("closed", None, {})
    assert not Deadline.objects.filter(rule=PRESENT).exists()


def test_a_school_that_closed_presents_nothing_any_more(county: County, record: RecordOfVisit) -> None:
    county.school.establishment = Establishment.CLOSED
    county.school.save()
    record = RecordOfVisit.objects.get()
    record_actions.close_unpresented(
        record, by=county.dsim, on=AFTER, reason="The school closed.", seen_version=record.version
    )
    assert record.status == "closed"


def test_only_the_line_manager_closes_unpresented_and_only_a_core_record(county: County) -> None:
    record, late = shared(county, kind="monitoring"), date(2027, 3, 26)
    with pytest.raises(PermissionDenied):
        record_actions.close_unpresented(record, by=county.sip, on=late, reason="So.", seen_version=record.version)
    said = refusal(
        lambda: record_actions.close_unpresented(
            record, by=county.dsim, on=late, reason="So.", seen_version=record.version
        )
    )
    assert said == ["You can only close the record of a core visit without presentation."]


def test_without_term_dates_it_closes_once_both_have_answered(county: County) -> None:
    record = shared(county, kind="monitoring")
    Deadline.objects.all().delete()
    assert refusal(lambda: record_actions.close(record, by=county.sip, on=AFTER, seen_version=record.version)) == [
        "The school has not responded. We cannot work out how long it has, because the term dates are missing."
    ]
    both_answer(record, county)
    assert close_what_may(TUESDAY) == 1


# The night.


def test_silence_is_recorded_at_night_once_for_each_who_was_asked(county: County, record: RecordOfVisit) -> None:
    respond(record, county.headteacher)
    assert record_silence(RESPOND_BY) == 0
    assert record_silence(AFTER) == 1
    assert record_silence(AFTER) == 0
    assert Silence.objects.get().role == Role.CHAIR
    respond(record, county.chair, on=AFTER)
    assert due(record).keys() == {PRESENT}


def test_a_role_that_nobody_holds_is_not_silent(county: County, record: RecordOfVisit) -> None:
    end(county.chair, on=TUESDAY)
    assert record_silence(AFTER) == 1
    assert Silence.objects.get().role == Role.HEADTEACHER


def test_a_new_version_has_a_silence_of_its_own(county: County, record: RecordOfVisit, clock_at: Any) -> None:
    assert record_silence(AFTER) == 2
    clock_at(AFTER)
    issue(propose(record), county, on=AFTER)
    assert record_silence(AFTER) == 0
    assert record_silence(date(2026, 12, 31)) == 2
    assert sorted(Silence.objects.values_list("version__number", flat=True)) == [1, 1, 2, 2]


def many_silent(county: County, number: int, kind: str = "monitoring") -> None:
    for each in range(number):
        shared(county, kind=kind, held_on=TUESDAY - timedelta(days=each + 1), content=None)


def test_silence_costs_the_same_however_many_are_silent(county: County) -> None:
    counts = []
    for number, kind in ((2, "monitoring"), (8, "familiarisation")):
        many_silent(county, number, kind)
        with CaptureQueriesContext(connection) as queries:
            assert record_silence(AFTER) == 2 * number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_night_closes_what_may_be_closed_and_nothing_else(county: County) -> None:
    answered, waits = shared(county, kind="monitoring"), shared(county, kind="familiarisation")
    core = shared(county)
    both_answer(answered, county)
    both_answer(core, county)
    assert close_what_may(TUESDAY) == 1
    states = {each.pk: each.status for each in RecordOfVisit.objects.all()}
    assert states == {answered.pk: "closed", waits.pk: "shared", core.pk: "shared"}
    event = AuditEvent.objects.get(verb="close")
    assert (event.by, event.subject_id) == (None, answered.pk)
    assert close_what_may(AFTER) == 1
    present(core, county.chair, held_on=TUESDAY, on=AFTER)
    assert close_what_may(AFTER) == 1
    assert close_what_may(AFTER) == 0


def test_the_night_closes_so_many_at_once_and_no_more(county: County) -> None:
    many_silent(county, 3)
    assert [close_what_may(AFTER, at_most=2) for _night in range(3)] == [2, 1, 0]


def test_the_nightly_task_records_and_closes(county: County, clock_at: Any) -> None:
    shared(county, kind="monitoring")
    clock_at(AFTER)
    assert follow_records() == 1
    assert follow_records() == 0
    assert Silence.objects.count() == 2


# Actions and strengths.


def action(owner: str = "school") -> RecordAction:
    return RecordAction.objects.get(owner=owner)


def test_the_school_says_how_far_its_own_actions_are(county: County, record: RecordOfVisit) -> None:
    mine = action()
    agreed_actions.begin(mine, by=county.headteacher, on=TUESDAY, seen_version=1)
    assert (mine.status, mine.progress) == ("underway", "")
    agreed_actions.report_progress(mine, by=county.chair, note="Half of it.", seen_version=2)
    assert (mine.status, mine.progress, mine.progress_by) == ("underway", "Half of it.", county.chair)
    agreed_actions.finish(mine, by=county.headteacher, on=TUESDAY, note="All of it.", seen_version=3)
    assert (mine.status, mine.progress) == ("done", "All of it.")
    agreed_actions.begin(mine, by=county.headteacher, on=TUESDAY, seen_version=4)
    assert (mine.status, mine.progress) == ("underway", "All of it.")
    verbs = list(AuditEvent.objects.filter(subject_kind="schools.recordaction").values_list("verb", flat=True))
    assert sorted(verbs) == ["agreed", "agreed", "begin", "begin", "finish", "progress reported"]


def test_what_was_done_is_said(county: County, record: RecordOfVisit) -> None:
    mine = action()
    assert refusal(lambda: agreed_actions.finish(mine, by=county.chair, on=TUESDAY, note=" ", seen_version=1)) == [
        "Enter what has been done."
    ]
    assert refusal(lambda: agreed_actions.report_progress(mine, by=county.chair, note="", seen_version=1)) == [
        "Enter what has been done so far."
    ]


def test_nothing_is_reported_of_what_is_done(county: County, record: RecordOfVisit) -> None:
    mine = action()
    agreed_actions.finish(mine, by=county.chair, on=TUESDAY, note="All.", seen_version=1)
    with pytest.raises(Conflict):
        agreed_actions.report_progress(mine, by=county.chair, note="More.", seen_version=mine.version)


def test_the_headteacher_consents_and_may_change_their_mind(county: County, record: RecordOfVisit) -> None:
    strength = Strength.objects.get()
    agreed_actions.decide(strength, "consent", by=county.headteacher, on=TUESDAY, seen_version=1)
    assert (strength.status, strength.decided_by) == ("agreed", county.headteacher)
    agreed_actions.decide(strength, "decline", by=county.headteacher, on=TUESDAY, seen_version=2)
    assert strength.status == "declined"
    with pytest.raises(Conflict):
        agreed_actions.decide(strength, "decline", by=county.headteacher, on=TUESDAY, seen_version=3)


def test_the_head_of_another_school_decides_nothing_here(county: County, record: RecordOfVisit) -> None:
    other = SchoolFactory.create(district=DistrictFactory.create())
    user = appointed(Role.HEADTEACHER, school=other)
    also_appointed(user, Role.CHAIR, school=county.school)
    strength = Strength.objects.get()
    with pytest.raises(PermissionDenied):
        agreed_actions.decide(strength, "consent", by=user, on=TUESDAY, seen_version=1)


def test_the_meeting_of_a_factory_is_one_to_come(county: County) -> None:
    GovernorsMeetingFactory.create(school=county.school)
    assert due(shared(county))[PRESENT] == date(2026, 12, 3)

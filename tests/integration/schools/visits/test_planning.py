"""Visits planned with a school: who may move which state, what is refused in which words, and what is left behind."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Conflict
from schoolimprove.reminders.models import Deadline
from schools.models import AgendaItem, School, Visit
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.models.visit import Source, VisitKind
from schools.visits.states import NOT_HELD, VISIT, VisitStatus
from tests.factories.calendar import SchoolClosureFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, VisitFactory, appointed
from tests.factories.visits import AgendaItemFactory, ProgrammeEditionFactory
from tests.integration.refusals import refusal
from tests.undone import undone

pytestmark = pytest.mark.django_db

DUE, PROPOSED, COUNTERED = VisitStatus.DUE, VisitStatus.PROPOSED, VisitStatus.COUNTERED
AGREED, HELD, CANCELLED = VisitStatus.AGREED, VisitStatus.HELD, VisitStatus.CANCELLED
NEXT_WEEK, WEEK_AFTER, YESTERDAY = date(2026, 11, 10), date(2026, 11, 17), TUESDAY - timedelta(days=1)
PERFORMANCE = VisitKind.PERFORMANCE_MANAGEMENT


@pytest.fixture(autouse=True)
def _terms(db: None) -> None:
    hold_terms(2026)


def visit_at(status: VisitStatus, school: School, **fields: Any) -> Visit:
    """A visit in that state, written straight into the database."""
    dated = {} if status == DUE else {"planned_on": NEXT_WEEK}
    asked = {"suggested_on": WEEK_AFTER} if status == COUNTERED else {}
    author = fields.pop("author", None)
    held = {"held_on": YESTERDAY} if status == HELD else {"held_on": None}
    if status == HELD and author is None:
        author = appointed(Role.SIP, school=school)
    usual = {"kind": VisitKind.CORE, "academic_year": 2026, "term": "autumn", "author": author}
    made: Visit = VisitFactory.create(school=school, status=status, **{**usual, **held, **dated, **asked, **fields})
    return made


def events_of(visit: Visit) -> list[tuple[str, User | None]]:
    found = AuditEvent.objects.about("schools.visit", visit.pk).order_by("pk")
    return [(event.verb, event.by) for event in found]


def told() -> list[tuple[list[str], str]]:
    return [(email.to, email.subject) for email in Email.objects.order_by("pk")]


def addressed(*users: User) -> None:
    """Give these people, as the county knows them, the address they sign in with."""
    for user in users:
        person = user.person
        person.email = user.email
        person.save()


# Planning.


def test_a_planned_visit_is_proposed_to_the_school_and_belongs_to_the_term_of_its_day(county: County) -> None:
    addressed(county.headteacher, county.chair)
    wanted = Plan("monitoring", NEXT_WEEK, time(9, 30), Decimal("0.5"), county.sip, "Reading in year 2", "The adviser")
    visit = visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)
    assert (visit.status, visit.planned_on, visit.planned_at) == (PROPOSED, NEXT_WEEK, time(9, 30))
    assert (visit.academic_year, visit.term, visit.edition) == (2026, "autumn", None)
    assert (visit.days, visit.author, visit.purpose, visit.team) == (
        Decimal("0.5"),
        county.sip,
        "Reading in year 2",
        "The adviser",
    )
    assert events_of(visit) == [("planned", county.sip), ("propose", county.sip)]
    assert [to for to, _ in told()] == [[county.headteacher.email], [county.chair.email]]
    assert {subject for _, subject in told()} == {f"Agree a date for a visit to {county.school.name}"}
    # The day itself, and five working days after Tuesday 10 November.
    due = {"visit.agree": NEXT_WEEK, "visit.write": date(2026, 11, 17)}
    assert dict(Deadline.objects.values_list("rule", "due_on")) == due


def test_a_core_visit_planned_by_hand_fills_the_terms_slot_with_its_programme_and_deadline(county: County) -> None:
    edition = ProgrammeEditionFactory.create()
    type(edition).objects.filter(pk=edition.pk).update(
        status="published", published_from=date(2026, 9, 1), published_at="2026-09-01T09:00Z", published_by=county.head
    )
    visit = visit_actions.plan(county.school, Plan("core", NEXT_WEEK), by=county.dsim, on=TUESDAY)
    assert (visit.academic_year, visit.term, visit.edition) == (2026, "autumn", edition)
    due = dict(Deadline.objects.values_list("rule", "due_on"))
    of_term = {"visit.core": date(2026, 12, 18), "visit.core_soon": date(2026, 11, 20)}
    assert due == {**of_term, "visit.agree": NEXT_WEEK, "visit.write": date(2026, 11, 17)}
    assert refusal(lambda: visit_actions.plan(county.school, Plan("core", WEEK_AFTER), by=county.sip, on=TUESDAY)) == [
        f"{county.school.name} already has a core visit for this term. Propose a date for that visit."
    ]
    assert county.school.visits.count() == 1


def test_a_visit_is_planned_without_term_dates_too(county: County) -> None:
    visit = visit_actions.plan(county.school, Plan("additional", date(2028, 10, 3)), by=county.sip, on=TUESDAY)
    assert (visit.academic_year, visit.term) == (None, "")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (YESTERDAY, "The date must be today or in the future."),
        (date(2036, 11, 3), "3 November 2036 is more than two years ahead. Check the year."),
    ],
)
def test_a_day_that_has_been_or_is_far_ahead_is_refused(county: County, day: date, said: str) -> None:
    assert refusal(lambda: visit_actions.plan(county.school, Plan("core", day), by=county.sip, on=TUESDAY)) == [said]


def test_a_school_that_is_not_served_is_not_visited(county: County) -> None:
    county.school.closed_on = TUESDAY
    county.school.save()
    said = f"{county.school.name} closed on 3 November 2026."
    assert refusal(lambda: visit_actions.plan(county.school, Plan("core", NEXT_WEEK), by=county.sip, on=TUESDAY)) == [
        said
    ]


def test_a_visitor_holds_a_role_that_writes_there(county: County) -> None:
    stranger = appointed(Role.SIP, school=SchoolFactory.create())
    wanted = Plan("core", NEXT_WEEK, visitor=stranger)
    assert refusal(lambda: visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)) == [
        f"{stranger} has no role that lets them visit {county.school.name}."
    ]


def test_a_review_is_commissioned_by_the_dsim_with_scope_and_lead(county: County) -> None:
    wanted = Plan(VisitKind.LA_REVIEW, NEXT_WEEK, visitor=county.sip, purpose="Leadership", team="Two advisers")
    with pytest.raises(PermissionDenied):
        visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)
    bare = Plan(VisitKind.LA_REVIEW, NEXT_WEEK)
    assert refusal(lambda: visit_actions.plan(county.school, bare, by=county.dsim, on=TUESDAY)) == [
        "Enter the scope of the review.",
        "Select who leads the review.",
    ]
    review = visit_actions.plan(county.school, wanted, by=county.dsim, on=TUESDAY)
    assert events_of(review) == [("commissioned", county.dsim), ("propose", county.dsim)]
    assert visit_actions.may_write(county.sip, review)
    assert not visit_actions.may_write(county.dsim, review)
    assert not visit_actions.may_change(county.sip, review)


def test_the_record_of_a_review_is_written_by_its_lead(county: County) -> None:
    wanted = Plan(VisitKind.LA_REVIEW, NEXT_WEEK, visitor=county.sip, purpose="Leadership", team="Two advisers")
    review = visit_actions.plan(county.school, wanted, by=county.dsim, on=TUESDAY)
    record = county.start(county.sip, kind=VisitKind.LA_REVIEW, visit=review)
    assert (record.visit, record.visit.status, record.visit.purpose) == (review, HELD, "Leadership")


# The days.


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 10), ""),
        (date(2026, 11, 14), "Saturday 14 November 2026 is not a school day: Saturday."),
        (date(2026, 12, 22), "Tuesday 22 December 2026 is not a school day: Christmas holiday."),
        (date(2026, 11, 11), "Wednesday 11 November 2026 is not a school day: Training."),
        (date(2026, 12, 16), "Wednesday 16 December 2026 is in the last days of term."),
        (date(2028, 9, 30), "Saturday 30 September 2028 is at the weekend."),
        (date(2028, 9, 29), ""),
    ],
)
def test_what_speaks_against_a_day_is_said_and_never_refused(county: County, day: date, said: str) -> None:
    SchoolClosureFactory.create(school=county.school, day=date(2026, 11, 11), reason="Training")
    assert visit_actions.doubt_about(county.school, day) == said
    visit = visit_actions.plan(county.school, Plan("additional", day), by=county.sip, on=TUESDAY)
    assert visit.planned_on == day


# The verbs: every state, every role.

VERBS: dict[str, Callable[[Visit, User], Any]] = {
    "propose": lambda visit, by: visit_actions.propose(
        visit, by=by, on=TUESDAY, seen_version=visit.version, day=WEEK_AFTER
    ),
    "agree": lambda visit, by: visit_actions.agree(visit, by=by, on=TUESDAY, seen_version=visit.version),
    "note agreement": lambda visit, by: visit_actions.note_agreement(
        visit, by=by, on=TUESDAY, seen_version=visit.version, how="By telephone"
    ),
    "ask for another date": lambda visit, by: visit_actions.ask_for_another_date(
        visit, by=by, on=TUESDAY, seen_version=visit.version, suggested_on=WEEK_AFTER, reason="A school trip"
    ),
    "reschedule": lambda visit, by: visit_actions.reschedule(
        visit, by=by, on=TUESDAY, seen_version=visit.version, day=WEEK_AFTER, reason="Training"
    ),
    "cancel": lambda visit, by: visit_actions.cancel(
        visit, by=by, on=TUESDAY, seen_version=visit.version, reason="Ill"
    ),
}
PLANNERS = {Role.SIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR}
SCHOOLS = {Role.HEADTEACHER, Role.CHAIR}
MAY = {**dict.fromkeys(VERBS, PLANNERS), "agree": SCHOOLS, "ask for another date": SCHOOLS}
LEGAL = {
    ("propose", DUE): PROPOSED,
    ("agree", PROPOSED): AGREED,
    ("note agreement", PROPOSED): AGREED,
    ("note agreement", COUNTERED): AGREED,
    ("ask for another date", PROPOSED): COUNTERED,
    ("ask for another date", AGREED): COUNTERED,
    **dict.fromkeys([("reschedule", PROPOSED), ("reschedule", COUNTERED), ("reschedule", AGREED)], PROPOSED),
    **dict.fromkeys([("cancel", DUE), ("cancel", PROPOSED), ("cancel", COUNTERED), ("cancel", AGREED)], CANCELLED),
}


def test_a_verb_moves_a_visit_where_the_table_says_and_nowhere_else(county: County) -> None:
    got, expected = {}, {}
    for verb, status in product(VERBS, VisitStatus):
        with undone():
            visit = visit_at(status, county.school)
            conflicts = False
            try:
                VERBS[verb](visit, county.headteacher if MAY[verb] == SCHOOLS else county.sip)
            except Conflict:
                conflicts = True
            visit.refresh_from_db()
            got[verb, status] = (conflicts, visit.status, [name for name, _ in events_of(visit)])
        target = LEGAL.get((verb, status))
        expected[verb, status] = (target is None, target or status, [verb] if target else [])
    assert got == expected


def test_the_moves_written_here_are_those_of_the_state_table() -> None:
    moves = {(move.verb, source): move.target for move in VISIT.moves for source in move.sources}
    assert {key: value for key, value in moves.items() if key[0] not in ("hold", "void")} == LEGAL


SCOPED = {Role.DSIM: "double_district", Role.DISTRICT_ADMINISTRATOR: "district", Role.EIP: "district"}
EVERYBODY = {*PLANNERS, *SCHOOLS, Role.EIP, Role.CLERK, Role.HEAD_OF_SERVICE, Role.ERA, Role.SYSTEM_ADMINISTRATOR}


def test_a_verb_is_for_these_roles_at_their_own_schools_and_no_other(county: County) -> None:
    scopes: dict[str, Any] = {
        "double_district": county.double_district,
        "district": county.school.district,
        "authority": county.school.authority,
        "school": county.school,
    }
    got, expected = {}, {}
    for verb, role in product(VERBS, sorted(EVERYBODY)):
        status = next(status for name, status in LEGAL if name == verb)
        kind = SCOPED.get(role, "authority" if role in (Role.HEAD_OF_SERVICE, Role.ERA) else "school")
        kind = "authority" if role == Role.SYSTEM_ADMINISTRATOR else kind
        with undone():
            user = appointed(role, **{kind: scopes[kind]})
            here = outcome_of(verb, visit_at(status, county.school), user)
            elsewhere = None
            if kind == "school":
                elsewhere = outcome_of(verb, visit_at(status, SchoolFactory.create()), user)
        got[verb, role] = (here, elsewhere)
        expected[verb, role] = (
            LEGAL[verb, status] if role in MAY[verb] else "refused",
            "refused" if kind == "school" else None,
        )
    assert len(got) == 60
    assert got == expected


def outcome_of(verb: str, visit: Visit, user: User) -> str:
    """Return the status of a visit after a user tried a verb, or that the verb refused."""
    try:
        VERBS[verb](visit, user)
    except PermissionDenied:
        return "refused"
    return visit.status


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_is_second_moves_nothing_and_is_told(county: County, verb: str) -> None:
    status = next(status for name, status in LEGAL if name == verb)
    visit = visit_at(status, county.school)
    Visit.objects.filter(pk=visit.pk).update(version=visit.version + 1)
    with pytest.raises(Conflict):
        VERBS[verb](visit, county.headteacher if MAY[verb] == SCHOOLS else county.sip)


# What each leaves behind.


def test_the_date_the_school_asked_for_becomes_the_date_when_it_is_agreed(county: County) -> None:
    visit = visit_at(COUNTERED, county.school, planned_at=time(9, 0))
    VERBS["note agreement"](visit, county.sip)
    assert (visit.planned_on, visit.planned_at, visit.suggested_on) == (WEEK_AFTER, None, None)
    event = AuditEvent.objects.about("schools.visit", visit.pk).get()
    assert event.reason == "By telephone"
    assert event.changes["planned_on"] == ["2026-11-10", "2026-11-17"]


def test_another_date_needs_to_be_another(county: County) -> None:
    visit = visit_at(PROPOSED, county.school)
    same: dict[str, Any] = {"on": TUESDAY, "seen_version": visit.version, "reason": "Training"}
    assert refusal(lambda: visit_actions.reschedule(visit, by=county.sip, day=NEXT_WEEK, **same)) == [
        "Enter a different date or time. This is the current one."
    ]
    ask = visit_actions.ask_for_another_date
    assert refusal(lambda: ask(visit, by=county.chair, suggested_on=NEXT_WEEK, **same)) == [
        "Enter a different date. This one is already proposed."
    ]
    assert refusal(lambda: ask(visit, by=county.chair, suggested_on=YESTERDAY, **same)) == [
        "The date must be today or in the future."
    ]
    visit_actions.reschedule(visit, by=county.sip, day=NEXT_WEEK, at=time(13, 0), **same)
    assert visit.planned_at == time(13, 0)


def test_a_visit_whose_day_has_passed_is_not_asked_to_be_moved(county: County) -> None:
    visit = visit_at(AGREED, county.school, planned_on=YESTERDAY)
    assert refusal(lambda: VERBS["ask for another date"](visit, county.chair)) == ["The date of the visit has passed."]


def test_a_visit_that_is_moved_into_another_term_belongs_to_it_unless_it_is_owed(county: County) -> None:
    core = visit_at(PROPOSED, county.school)
    other = visit_at(PROPOSED, county.school, kind="monitoring")
    for visit in (core, other):
        visit_actions.reschedule(
            visit, by=county.sip, on=TUESDAY, seen_version=visit.version, day=date(2027, 1, 12), reason="Snow"
        )
    assert (core.term, other.term) == ("autumn", "spring")


def test_a_cancelled_core_visit_is_owed_again(county: County) -> None:
    visit = visit_at(AGREED, county.school, author=county.sip)
    again = VERBS["cancel"](visit, county.sip)
    assert (again.status, again.academic_year, again.term, again.author) == (DUE, 2026, "autumn", county.sip)
    assert set(Deadline.objects.open().values_list("rule", "subject_id")) == {
        ("visit.core", again.pk),
        ("visit.core_soon", again.pk),
    }


def test_a_cancelled_core_visit_is_owed_no_more_to_a_school_that_is_no_longer_served(county: County) -> None:
    visit = visit_at(AGREED, county.school)
    county.school.closed_on = YESTERDAY
    county.school.save()
    visit.refresh_from_db()
    assert VERBS["cancel"](visit, county.sip) is None
    assert not Deadline.objects.open().exists()


def test_a_cancelled_visit_of_another_kind_is_not_owed(county: County) -> None:
    assert VERBS["cancel"](visit_at(AGREED, county.school, kind="monitoring"), county.sip) is None


def test_each_side_is_told_by_e_mail_of_what_the_other_did(county: County) -> None:
    addressed(county.headteacher, county.chair)
    visit = visit_at(DUE, county.school, author=county.sip)
    school = [[county.headteacher.email], [county.chair.email]]
    for verb, by, to in [
        ("propose", county.sip, school),
        ("agree", county.headteacher, [[county.sip.email]]),
        ("ask for another date", county.chair, [[county.sip.email]]),
        ("note agreement", county.sip, school),
        ("cancel", county.sip, school),
    ]:
        Email.objects.all().delete()
        if verb == "ask for another date":
            visit_actions.ask_for_another_date(
                visit,
                by=by,
                on=TUESDAY,
                seen_version=visit.version,
                suggested_on=date(2026, 11, 24),
                reason="A school trip",
            )
        else:
            VERBS[verb](visit, by)
        assert [recipients for recipients, _ in told()] == to, verb


def test_the_partners_are_told_where_nobody_in_particular_goes(county: County) -> None:
    addressed(county.sip)
    VERBS["agree"](visit_at(PROPOSED, county.school), county.headteacher)
    assert [to for to, _ in told()] == [[county.sip.email]]


def test_somebody_who_is_head_and_chair_is_told_once(county: County) -> None:
    county.headteacher.person.appointments.create(role=Role.CHAIR, school=county.school, starts_on=date(2020, 1, 1))
    addressed(county.headteacher)
    VERBS["propose"](visit_at(DUE, county.school), county.sip)
    assert [to for to, _ in told()] == [[county.headteacher.email]]


# Purpose, people and agenda.


def test_purpose_and_people_are_changed_while_a_visit_is_to_come(county: County) -> None:
    visit = visit_at(AGREED, county.school)
    change = visit_actions.change
    assert change(visit, by=county.sip, seen_version=1, purpose="Writing", author=county.dsim)
    assert (visit.purpose, visit.author, visit.version) == ("Writing", county.dsim, 2)
    assert not change(visit, by=county.sip, seen_version=2, purpose="Writing")
    with pytest.raises(Conflict):
        change(visit, by=county.sip, seen_version=1, purpose="Reading")
    held = visit_at(HELD, SchoolFactory.create(district=county.school.district))
    with pytest.raises(Conflict):
        change(held, by=county.dsim, seen_version=1, purpose="Reading")


@pytest.mark.parametrize("status", VisitStatus)
def test_each_side_adds_and_takes_away_its_own_while_a_visit_is_to_come(county: County, status: VisitStatus) -> None:
    visit = visit_at(status, county.school)
    if status not in NOT_HELD:
        with pytest.raises(Conflict):
            visit_actions.add_to_agenda(visit, by=county.headteacher, heading="Reading")
        return
    ours = visit_actions.add_to_agenda(visit, by=county.headteacher, heading="Reading", detail="The new scheme")
    theirs = visit_actions.add_to_agenda(visit, by=county.sip, heading="Targets")
    assert (ours.source, theirs.source) == (Source.SCHOOL, Source.AUTHORITY)
    assert [line.heading for line in visit.agenda()] == ["Reading", "Targets"]
    with pytest.raises(PermissionDenied):
        visit_actions.take_from_agenda(ours, by=county.sip, seen_version=1)
    with pytest.raises(PermissionDenied):
        visit_actions.take_from_agenda(theirs, by=county.chair, seen_version=1)
    visit_actions.take_from_agenda(ours, by=county.chair, seen_version=1)
    with pytest.raises(Conflict):
        visit_actions.take_from_agenda(AgendaItem.objects.get(pk=ours.pk), by=county.chair, seen_version=2)
    assert [line.heading for line in visit.agenda()] == ["Targets"]
    told_of = AuditEvent.objects.about("schools.agendaitem", ours.pk).values_list("verb", flat=True)
    assert sorted(told_of) == ["added", "taken away"]


def test_the_clerk_adds_nothing(county: County) -> None:
    clerk = appointed(Role.CLERK, school=county.school)
    with pytest.raises(PermissionDenied):
        visit_actions.add_to_agenda(visit_at(AGREED, county.school), by=clerk, heading="Reading")


def test_nothing_is_taken_away_once_the_visit_was_held(county: County) -> None:
    item = AgendaItemFactory.create(visit=visit_at(HELD, county.school))
    with pytest.raises(Conflict):
        visit_actions.take_from_agenda(item, by=county.chair, seen_version=1)


# The headteacher's performance management.


def recorded(county: County, **other: Any) -> Visit:
    usual = {"held_on": YESTERDAY, "days": Decimal("0.5"), "team": "Chair, governors’ panel"}
    return visit_actions.record_performance_management(county.school, by=county.sip, on=TUESDAY, **{**usual, **other})


def test_performance_management_is_held_at_once_with_date_people_and_days(county: County) -> None:
    visit = recorded(county)
    assert (visit.status, visit.held_on, visit.days) == (HELD, YESTERDAY, Decimal("0.5"))
    assert (visit.team, visit.purpose, visit.edition, visit.term) == ("Chair, governors’ panel", "", None, "autumn")
    assert not hasattr(visit, "record")
    assert Email.objects.count() == 0


@pytest.mark.parametrize(
    ("held_on", "said"),
    [
        (TUESDAY + timedelta(days=1), "The date of the visit must be today or in the past."),
        (date(1980, 1, 1), "The date of the visit must be 1990 or later."),
    ],
)
def test_performance_management_was_held_on_a_day_that_has_been(county: County, held_on: date, said: str) -> None:
    assert refusal(lambda: recorded(county, held_on=held_on)) == [said]


def test_performance_management_counts_once(county: County) -> None:
    recorded(county)
    assert refusal(lambda: recorded(county)) == ["You already have a record of this type for this school on that day."]


def test_performance_management_is_planned_as_any_visit_and_then_held(county: County) -> None:
    visit = visit_actions.plan(county.school, Plan(PERFORMANCE, NEXT_WEEK, team="Chair"), by=county.sip, on=TUESDAY)
    visit_actions.agree(visit, by=county.headteacher, on=TUESDAY, seen_version=visit.version)
    visit_actions.hold_performance_management(
        visit,
        by=county.sip,
        on=WEEK_AFTER,
        seen_version=visit.version,
        held_on=NEXT_WEEK,
        days=Decimal("1.0"),
        team="Chair and a governor",
    )
    assert (visit.status, visit.author, visit.team) == (HELD, county.sip, "Chair and a governor")


def test_nothing_is_written_of_performance_management(county: County) -> None:
    said = ["Leave the purpose empty. For performance management we keep only the date, people and days."]
    wanted = Plan(PERFORMANCE, NEXT_WEEK, purpose="Pay")
    assert refusal(lambda: visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)) == said
    visit = visit_actions.plan(county.school, Plan(PERFORMANCE, NEXT_WEEK), by=county.sip, on=TUESDAY)
    assert (
        refusal(lambda: visit_actions.change(visit, by=county.sip, seen_version=visit.version, purpose="Pay")) == said
    )
    assert refusal(lambda: visit_actions.add_to_agenda(visit, by=county.sip, heading="Pay")) == [
        "A headteacher’s performance management has no agenda."
    ]
    assert refusal(lambda: county.start(county.sip, kind=PERFORMANCE)) == [
        "We record only the date, people and days of a headteacher’s performance management."
    ]
    assert not visit_actions.may_write(county.sip, visit)


def test_performance_management_is_for_the_partner_and_the_dsim(county: County) -> None:
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    for user in (administrator, county.head, county.headteacher):
        with pytest.raises(PermissionDenied):
            visit_actions.record_performance_management(
                county.school, by=user, on=TUESDAY, held_on=YESTERDAY, days=Decimal("1.0"), team="Chair"
            )
        with pytest.raises(PermissionDenied):
            visit_actions.plan(county.school, Plan(PERFORMANCE, NEXT_WEEK), by=user, on=TUESDAY)
    assert PERFORMANCE not in dict(visit_actions.plannable_kinds(administrator, county.school))
    assert PERFORMANCE in dict(visit_actions.plannable_kinds(county.sip, county.school))


def test_performance_management_is_seen_by_those_it_concerns_and_nobody_else(county: County) -> None:
    visit = recorded(county)
    clerk = appointed(Role.CLERK, school=county.school)
    eip = appointed(Role.EIP, district=county.school.district)
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    for user in (county.headteacher, county.chair, county.sip, county.dsim):
        assert Visit.objects.visible_to(user).get() == visit
        assert Visit.objects.visible_at(county.school, user).get() == visit
    for user in (clerk, eip, administrator, county.head, county.deputy, county.director):
        assert not Visit.objects.visible_to(user).exists()
        assert not Visit.objects.visible_at(county.school, user).exists()


def test_performance_management_is_not_read_through_the_school_that_followed(county: County) -> None:
    recorded(county)
    heir = SchoolFactory.create()
    new_head = appointed(Role.HEADTEACHER, school=heir)
    assert not Visit.objects.visible_at(county.school, new_head, heir).exists()


def test_performance_management_is_taken_back_by_who_recorded_it(county: County) -> None:
    visit = recorded(county)
    void = visit_actions.void_performance_management
    with pytest.raises(PermissionDenied):
        void(visit, by=county.dsim, on=TUESDAY, seen_version=visit.version, reason="Wrong school")
    with pytest.raises(Conflict):
        void(visit, by=county.sip, on=TUESDAY, seen_version=visit.version - 1, reason="Wrong school")
    assert refusal(lambda: void(visit, by=county.sip, on=TUESDAY, seen_version=visit.version, reason=" ")) == [
        "Enter a reason."
    ]
    void(visit, by=county.sip, on=TUESDAY, seen_version=visit.version, reason="Wrong school")
    assert visit.status == CANCELLED
    assert county.school.visits.count() == 1
    with pytest.raises(Conflict):
        void(visit, by=county.sip, on=TUESDAY, seen_version=visit.version, reason="Wrong school")


def test_no_e_mail_says_that_a_visit_is_performance_management(county: County) -> None:
    addressed(county.headteacher, county.chair)
    visit = visit_actions.plan(
        county.school, Plan(PERFORMANCE, NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY
    )
    VERBS["agree"](visit, county.headteacher)
    VERBS["cancel"](visit, county.sip)
    assert Email.objects.count() == 5
    for email in Email.objects.all():
        assert "performance" not in f"{email.subject} {email.message} {email.html_message}".lower()

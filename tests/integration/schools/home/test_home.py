"""The home page beyond its tasks: dates to know, what changed, the watch-list, whose work one does."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent
from schoolimprove.reminders.deadlines import follow_tasks
from schoolimprove.ui.registry import dates_for, news_for, notices_for
from schools.home import watchlist
from schools.models import Appointment, School, Watch
from schools.oversight.recalculate_deadlines import follow_schools
from schools.records import actions as record_actions
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.content import Owner
from schools.records.governors.actions import add_meetings
from schools.records.states import RecordStatus
from schools.register.models.school import SchoolQuerySet
from schools.register.people.appointing import appoint
from schools.visits import actions as visit_actions
from schools.visits import deadlines as visit_deadlines
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import (
    DistrictFactory,
    PartnershipFactory,
    SchoolFactory,
    ServiceInvitationFactory,
    also_appointed,
    appointed,
)
from tests.factories.tasks import tasks_with_rows_made
from tests.factories.visits import GovernorsMeetingFactory, RecordActionFactory
from tests.integration.schools.visits.test_planning import visit_at
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=clock.LONDON)


@pytest.fixture(autouse=True)
def _tuesday(clock_at: Any) -> None:
    clock_at(TUESDAY)
    hold_terms(2026)


def titles(asks: Any) -> list[str]:
    return [each.title for each in asks]


def only(*schools: School) -> SchoolQuerySet:
    return School.objects.filter(pk__in=[school.pk for school in schools])


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def dates(user: User, on: date = TUESDAY) -> list[str]:
    """Without the turn of the term, which stands for everybody."""
    return [title for title in titles(dates_for(fresh(user), on)) if "day of the" not in title]


def news(user: User, since: datetime = LONG_AGO) -> list[str]:
    return [f"{event.what} @ {event.where}" for event in news_for(fresh(user), since, most=50)]


def meeting(chair: User, school: School, day: date) -> None:
    add_meetings(school, [day], by=fresh(chair))


# Dates to know.


def test_visits_to_come_are_known_to_whoever_reads_of_them(county: County) -> None:
    soon, far = TUESDAY + timedelta(days=28), TUESDAY + timedelta(days=29)
    visit_at(VisitStatus.AGREED, county.school, author=county.sip, planned_on=soon)
    visit_at(VisitStatus.PROPOSED, county.school, author=county.sip, planned_on=soon, kind="monitoring")
    visit_at(VisitStatus.AGREED, county.school, author=county.sip, planned_on=far, kind="additional")
    eip = appointed(Role.EIP, district=county.school.district)
    for user in (county.sip, county.dsim, county.headteacher, county.chair, county.head, eip):
        assert dates(user) == ["Core visit", "Monitoring visit, date proposed"], user
    for role in (Role.ERA, Role.SYSTEM_ADMINISTRATOR):
        assert dates(appointed(role, authority=county.school.authority)) == []
    assert dates(appointed(Role.HEADTEACHER, school=SchoolFactory.create())) == []


def test_a_heads_performance_management_is_a_date_for_those_it_concerns_alone(county: County) -> None:
    kind = VisitKind.PERFORMANCE_MANAGEMENT
    visit_at(VisitStatus.AGREED, county.school, author=county.sip, planned_on=TUESDAY + timedelta(days=3), kind=kind)
    clerk = appointed(Role.CLERK, school=county.school)
    knows = {user: bool(dates(user)) for user in (county.sip, county.headteacher, county.head, clerk)}
    assert knows == {county.sip: True, county.headteacher: True, county.head: False, clerk: False}


def test_meetings_are_told_to_the_people_of_the_school_and_its_partner(county: County) -> None:
    GovernorsMeetingFactory.create(school=county.school, held_on=TUESDAY + timedelta(days=9))
    clerk = appointed(Role.CLERK, school=county.school)
    for user in (county.sip, county.headteacher, county.chair, clerk):
        assert dates(user) == ["Governors’ meeting"]
    assert dates(county.dsim) == dates(county.head) == []


def test_what_is_late_is_counted_for_those_who_look_after_districts_and_drafts_only_for_managers(
    county: County,
) -> None:
    for number in range(2):
        county.start(county.sip, on=date(2026, 10, 1) + timedelta(days=number))
    visit_deadlines.core_visit_owed(visit_at(VisitStatus.DUE, SchoolFactory.create(district=county.school.district)))
    later = date(2027, 1, 11)
    late = ["2 records are not submitted", "A core visit was not held in its term"]
    assert [title for title in dates(county.dsim, later) if title in late] == late
    assert [title for title in dates(county.head, later) if title in late] == late
    eip = appointed(Role.EIP, district=county.school.district)
    assert [title for title in dates(eip, later) if title in late] == late[1:]
    assert not set(dates(county.headteacher, later)) & set(late)
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, double_district=county.double_district)
    assert [title for title in dates(administrator, later) if title in late] == late[1:]
    elsewhere = appointed(Role.DSIM, district=DistrictFactory.create(name="South"))
    assert not set(dates(elsewhere, later)) & set(late)


def test_that_a_school_is_late_goes_to_its_partner_and_their_manager_and_no_further(county: County) -> None:
    county.record(RecordStatus.SHARED, held_on=date(2026, 9, 15))
    later = date(2027, 6, 1)
    titles_of = ("A school has not responded to its record", "A record is not presented to governors")
    assert [title for title in dates(county.dsim, later) if title in titles_of] == list(titles_of)
    eip = appointed(Role.EIP, district=county.school.district)
    for user in (county.head, county.director, county.deputy, eip):
        assert not set(dates(user, later)) & set(titles_of)
        # That it was not seen since September is the authority’s own, and all that they are told.
        assert [each.late for each in watchlist.glances(only(county.school), user, later)] == [1]
    assert [each.late for each in watchlist.glances(only(county.school), county.sip, later)] == [3]


def test_the_next_turn_of_the_term_is_known_to_everybody_who_sees_a_school(county: County) -> None:
    assert [(turn.title, turn.due_on) for turn in dates_for(county.chair, TUESDAY)] == [
        ("Last day of the autumn term 2026/27", date(2026, 12, 18)),
        ("First day of the spring term 2026/27", date(2027, 1, 4)),
    ]
    assert dates_for(appointed(Role.LEAD_MEMBER, authority=county.school.authority), TUESDAY) == []


def test_a_school_that_closes_soon_is_a_date_for_those_who_keep_the_register(county: County) -> None:
    SchoolFactory.create(name="Closing School", closed_on=date(2026, 12, 31), district=county.school.district)
    assert dates(appointed(Role.ERA, authority=county.school.authority)) == ["School closes"]
    assert dates(county.headteacher) == []


# Tasks.


def test_a_districts_administrator_is_asked_once_for_all_core_visits_without_a_date(county: County) -> None:
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, double_district=county.double_district)
    for school in (county.school, SchoolFactory.create(district=county.school.district)):
        visit_deadlines.core_visit_owed(visit_at(VisitStatus.DUE, school))
    [ask] = tasks_with_rows_made(administrator, TUESDAY)
    assert (ask.title, ask.due_on) == ("Help find dates for 2 core visits", date(2026, 12, 18))


def test_a_partner_with_many_visits_to_plan_is_asked_once(county: County) -> None:
    for _number in range(3):
        school = SchoolFactory.create(district=county.school.district)
        also_appointed(county.sip, Role.SIP, school=school)
        visit_deadlines.core_visit_owed(visit_at(VisitStatus.DUE, school, author=county.sip))
    assert len(tasks_with_rows_made(fresh(county.sip), TUESDAY)) == 3
    visit_deadlines.core_visit_owed(visit_at(VisitStatus.DUE, county.school, author=county.sip))
    [ask] = tasks_with_rows_made(fresh(county.sip), TUESDAY)
    assert (ask.title, ask.due_on) == ("Propose dates for 4 core visits", date(2026, 12, 18))
    assert ask.url == "/schools/my-term/?term=2026-autumn&group=to_plan"


def test_actions_are_asked_about_a_fortnight_ahead_of_those_whose_they_are(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    near, far = TUESDAY + timedelta(days=14), TUESDAY + timedelta(days=15)

    def action(owner: Owner, day: date, what: str) -> None:
        RecordActionFactory.create(record=record, school=county.school, owner=owner, due_on=day, what=what)

    action(Owner.SCHOOL, near, "Read more")
    action(Owner.SCHOOL, far, "Read most")
    action(Owner.AUTHORITY, TUESDAY - timedelta(days=1), "Send the plan")

    def asked(user: User) -> list[tuple[str, bool]]:
        return [(ask.title, ask.overdue) for ask in tasks_with_rows_made(fresh(user), TUESDAY) if "action" in ask.title]

    assert asked(county.headteacher) == asked(county.chair) == [("Update the action: Read more", False)]
    assert asked(county.sip) == [("Update the action: Send the plan", True)]
    assert asked(county.dsim) == []
    for user in (county.dsim, county.head, appointed(Role.EIP, district=county.school.district)):
        assert dates(user) == ["One of the authority’s actions is overdue"]
    action(Owner.SCHOOL, TUESDAY - timedelta(days=1), "Write more")
    assert asked(county.headteacher) == [("Update 2 actions", True)]


def test_a_partner_with_actions_at_many_schools_is_asked_once_and_finds_each(county: County, client: Client) -> None:
    record = county.record(RecordStatus.SHARED)
    schools = [county.school, *SchoolFactory.create_batch(3, district=county.school.district)]
    for number, school in enumerate(schools):
        day = TUESDAY + timedelta(days=number - 1)
        RecordActionFactory.create(record=record, school=school, owner=Owner.AUTHORITY, due_on=day, what="Send it")
        if school != county.school:
            also_appointed(county.sip, Role.SIP, school=school)
        asks = [ask for ask in tasks_with_rows_made(fresh(county.sip), TUESDAY) if "action" in ask.title]
        assert len(asks) == (number + 1 if number < 3 else 1)
    [ask] = asks
    assert (ask.title, ask.where, ask.url) == ("Update 4 actions", "4 of your schools", "")
    assert (ask.due_on, ask.overdue) == (TUESDAY - timedelta(days=1), True)
    assert [(part.where, part.overdue) for part in ask.parts] == [
        (school.name, school == county.school) for school in schools
    ]
    client.force_login(county.sip)
    shown = client.get("/").content.decode()
    assert all(f'<a class="govuk-link" href="{part.url}">' in shown for part in ask.parts)


def test_a_second_person_is_asked_to_approve_a_change_of_policy_before_its_day(county: County) -> None:
    administrators = [appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority) for _ in range(2)]
    PolicyRowFactory.create(
        key="schools.sip_days",
        value={"days_a_year": 6},
        effective_from=TUESDAY - timedelta(days=1),
        proposed_by=administrators[0],
        approved_by=None,
        approved_at=None,
        shipped=False,
    )
    title = "Approve or refuse a change of policy"
    people = (*administrators, county.head)
    asked = [[ask.title for ask in tasks_with_rows_made(user, TUESDAY)].count(title) for user in people]
    assert asked == [0, 1, 1]
    assert next(ask for ask in tasks_with_rows_made(administrators[1], TUESDAY) if ask.title == title).overdue


def test_whoever_imports_is_asked_for_term_dates_before_the_year_begins(county: County) -> None:
    era = appointed(Role.ERA, authority=county.school.authority)
    title = "Import the term dates of 2027/28"
    assert title not in titles(tasks_with_rows_made(county.head, TUESDAY))
    for on, late in ((date(2027, 8, 17), False), (date(2027, 8, 31), False), (date(2027, 9, 1), True)):
        [found] = [each for each in tasks_with_rows_made(era, on) if each.title == title]
        assert (found.due_on, found.overdue) == (date(2027, 8, 31), late)
        assert title not in dates(era, on)
    for early, told in ((date(2027, 3, 3), False), (date(2027, 3, 4), True), (date(2027, 8, 16), True)):
        assert (title in titles(tasks_with_rows_made(era, early)), title in dates(era, early)) == (False, told)
    assert title not in titles(tasks_with_rows_made(era, date(2026, 8, 31)))


def test_posts_that_end_and_posts_nobody_followed_in_are_told_to_whoever_manages_people(county: County) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    Appointment.objects.held_by(county.chair).update(ends_on=TUESDAY - timedelta(days=3))
    Appointment.objects.held_by(county.sip).update(ends_on=TUESDAY + timedelta(days=3))
    assert dates(administrator) == ["A post has no successor", "An appointment ends"]
    appointed(Role.CHAIR, school=county.school)
    assert dates(administrator) == ["An appointment ends"]
    assert dates(county.head) == []


def vacant(administrator: User) -> list[str]:
    told = dates_for(fresh(administrator), TUESDAY)
    return [each.where for each in told if each.title == "A post has no successor"]


def test_a_post_at_an_academy_is_told_of_in_a_year_for_which_it_accepted(county: County) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    invited, register_only = (SchoolFactory.create(type_code="34") for _ in range(2))
    ServiceInvitationFactory.create(school=invited)
    for school in (invited, register_only):
        Appointment.objects.held_by(appointed(Role.CHAIR, school=school)).update(ends_on=TUESDAY - timedelta(days=3))
    [told] = vacant(administrator)
    assert invited.name in told


def test_a_post_that_two_people_left_is_told_of_once_and_with_the_last_of_them(county: County) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    Appointment.objects.held_by(county.chair).update(ends_on=TUESDAY - timedelta(days=9))
    for days in (3, 3):
        last = appointed(Role.CHAIR, school=county.school)
        Appointment.objects.held_by(last).update(ends_on=TUESDAY - timedelta(days=days))
    [told] = vacant(administrator)
    assert last.name in told


def test_a_school_with_a_partner_over_its_whole_district_is_not_without_one(county: County) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    Appointment.objects.held_by(county.sip).update(ends_on=TUESDAY - timedelta(days=3))
    assert len(vacant(administrator)) == 1
    appointed(Role.SIP, partnership=(partnership := PartnershipFactory.create()))
    School.objects.filter(pk=county.school.pk).update(partnership=partnership)
    assert vacant(administrator) == []


# What changed.


def test_what_others_did_is_news_to_those_who_may_know_of_it(county: County) -> None:
    record = county.submitted(county.sip)
    assert news(county.headteacher) == news(county.dsim) == []
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    shared = f"Record of Visit {record.reference} approved and shared @ {county.school.name}"
    for user in (county.sip, county.headteacher, county.chair, county.head):
        assert shared in news(user)
    assert shared not in news(county.dsim), "their own act"
    for role in (Role.ERA, Role.SYSTEM_ADMINISTRATOR):
        assert shared not in news(appointed(role, authority=county.school.authority))
    outsider = appointed(Role.HEADTEACHER, school=SchoolFactory.create())
    assert news(outsider) == []


def test_news_begins_after_the_moment_one_was_here(county: County, clock_at: Any) -> None:
    meeting(county.chair, county.school, TUESDAY + timedelta(days=20))
    assert len(news(county.headteacher)) == 1
    assert news(county.headteacher, clock.now()) == []


def test_who_came_and_left_is_news_to_the_authority_and_an_import_is_not(county: County) -> None:
    clerk = appointed(Role.CLERK, school=county.school)
    person = Appointment.objects.held_by(clerk).get().person
    school = SchoolFactory.create(district=county.school.district)
    appoint(person, Role.CLERK, scope={"school": school}, starts_on=TUESDAY, by=SYSTEM)
    assert len(news(county.dsim)) == 1
    assert news(county.headteacher) == []
    event = AuditEvent.objects.order_by("-pk")[0]
    event.pk, event.run_id = None, 1
    event.save(force_insert=True)
    assert len(news(county.dsim)) == 1


# Cover.


def test_cover_is_said_to_whoever_covers_and_to_whoever_is_covered(county: County) -> None:
    covered = Appointment.objects.held_by(county.dsim).get()
    other = appointed(Role.DSIM, district=SchoolFactory.create().district)
    appoint(
        Appointment.objects.held_by(other).get().person,
        Role.DSIM,
        scope={"double_district": county.double_district, "cover_for": covered},
        starts_on=TUESDAY,
        ends_on=date(2026, 12, 4),
        by=SYSTEM,
    )
    [mine], [theirs] = (list(map(str, notices_for(fresh(user), TUESDAY))) for user in (other, county.dsim))
    what = "(District Strategic Improvement Manager, North and East) until 4 December 2026."
    assert mine == f"You cover for {county.dsim} {what}"
    assert theirs == f"{other} covers for you {what}"
    assert notices_for(county.head, TUESDAY) == []


# The watch-list.


def test_whoever_presses_to_watch_a_school_is_told_what_came_of_it(county: County) -> None:
    client, name = signed_in(county.dsim), county.school.name
    for verb, told in (("watch", f"You are watching {name}."), ("stop_watching", f"You have stopped watching {name}.")):
        answer = client.post(reverse(f"schools:{verb}", args=[county.school.urn]), follow=True)
        assert told in answer.content.decode()


def test_a_school_is_watched_once_and_seen_at_a_glance(county: County) -> None:
    for _twice in range(2):
        watchlist.watch(county.school, by=county.dsim)
    visit_at(VisitStatus.AGREED, county.school, author=county.sip, planned_on=TUESDAY + timedelta(days=9))
    county.start(county.sip, on=TUESDAY, held_on=date(2026, 10, 1), kind="monitoring", days=Decimal("0.5"))
    [glance] = watchlist.glances(watchlist.watched_by(county.dsim), county.dsim, TUESDAY)
    assert (glance.school, glance.seen_on, glance.next_on) == (
        county.school,
        date(2026, 10, 1),
        TUESDAY + timedelta(days=9),
    )
    watchlist.stop_watching(county.school, by=county.dsim)
    assert list(watchlist.watched_by(county.dsim)) == []


def test_a_schools_own_people_have_no_watch_list_and_a_lost_district_is_off_it(county: County) -> None:
    with pytest.raises(PermissionDenied):
        watchlist.watch(county.school, by=county.headteacher)
    watchlist.watch(county.school, by=county.dsim)
    Appointment.objects.held_by(county.dsim).update(ends_on=TUESDAY - timedelta(days=1))
    assert list(watchlist.watched_by(fresh(county.dsim))) == []
    assert Watch.objects.count() == 1


# The page.


def client_of(user: User, before: datetime | None = None) -> Client:
    client = Client()
    client.force_login(user)
    kept = client.session
    kept[session.BEGAN] = kept[session.SEEN] = kept[session.VERIFIED] = clock.now().isoformat()
    if before is not None:
        kept[session.HERE_BEFORE] = before.isoformat()
    kept.save()
    return client


def test_the_page_parts_what_is_new_from_what_was_there(county: County, clock_at: Any) -> None:
    meeting(county.chair, county.school, TUESDAY + timedelta(days=20))
    clock_at(TUESDAY + timedelta(days=2))
    meeting(county.chair, county.school, TUESDAY + timedelta(days=30))
    before = clock.now() - timedelta(days=1)
    context = client_of(county.headteacher, before).get("/").context
    assert [len(context["news"]), len(context["news_before"])] == [1, 1]
    assert [len(client_of(county.headteacher).get("/").context[name]) for name in ("news", "news_before")] == [2, 0]


def test_nothing_new_is_said_only_where_there_is_no_other_news(county: County, clock_at: Any) -> None:
    meeting(county.chair, county.school, TUESDAY + timedelta(days=20))
    clock_at(TUESDAY + timedelta(days=2))
    before = clock.now() - timedelta(days=1)
    page = client_of(county.headteacher, before).get("/").content.decode()
    assert "Before you were last here, on 4 November 2026" in page
    assert "New since you were last here" not in page
    clock_at(TUESDAY + timedelta(days=40))
    page = client_of(county.headteacher, clock.now() - timedelta(days=1)).get("/").content.decode()
    assert "New since you were last here, on 12 December 2026" in page
    assert "No changes since then." in page


def test_only_the_first_day_of_a_term_says_whose_calendar_it_is_in(county: County) -> None:
    page = client_of(county.headteacher).get("/").content.decode()
    assert "First day of the spring term 2026/27" in page
    assert page.count("In the authority’s calendar. A school’s own days may differ") == 1


def test_signing_in_remembers_when_one_was_here_before() -> None:
    user = UserFactory.create()
    for remembered in (False, True):
        client, before = Client(), fresh(user).last_login
        client.post("/sign-in/", {"email": user.email, "password": PASSWORD})
        assert session.here_before(client.session) == before
        assert (before is not None) is remembered


def test_a_long_list_begins_with_the_most_urgent_and_opens_to_the_rest(county: County) -> None:
    for number in range(21):
        county.submitted(county.sip, on=TUESDAY, held_on=TUESDAY - timedelta(days=number), kind="additional")
    client = client_of(county.dsim)
    follow_tasks(TUESDAY)
    page = client.get("/")
    assert (len(page.context["tasks"]), page.context["number_of_tasks"]) == (20, 22)
    assert "See all 22 tasks" in page.content.decode()
    assert len(client.get("/?all").context["tasks"]) == 22


def test_watching_from_the_page_and_back(county: County) -> None:
    client = client_of(county.dsim)
    page = client.get(county.school.get_absolute_url())
    assert "Watch this school" in page.content.decode()
    address = reverse("schools:watch", args=[county.school.urn])
    assert client.get(address).status_code == 405
    assert "Schools you are watching" not in client.get("/").content.decode()
    assert "Stop watching this school" in client.post(address, follow=True).content.decode()
    assert "Schools you are watching" in client.get("/").content.decode()
    assert county.school.name in client.get("/").content.decode()
    client.post(reverse("schools:stop_watching", args=[county.school.urn]))
    assert not Watch.objects.exists()


def test_more_schools_than_anybody_looks_through_are_not_listed(county: County) -> None:
    client = client_of(county.dsim)
    assert client.get("/").context["schools"]
    for _number in range(watchlist.LOOKED_THROUGH):
        SchoolFactory.create(district=county.school.district)
    page = client.get("/")
    assert page.context["schools"] == []
    assert "See all your schools" in page.content.decode()


def test_the_home_page_takes_the_same_queries_at_any_size(county: County) -> None:
    hold = []
    for _round in range(2):
        for number in range(3):
            school = SchoolFactory.create(district=county.school.district)
            for user, role in ((county.sip, Role.SIP), (county.headteacher, Role.HEADTEACHER)):
                also_appointed(user, role, school=school)
            visit_at(VisitStatus.AGREED, school, author=county.sip, planned_on=TUESDAY + timedelta(days=number))
            visit_deadlines.core_visit_owed(visit_at(VisitStatus.DUE, SchoolFactory.create(district=school.district)))
            GovernorsMeetingFactory.create(school=school, held_on=TUESDAY + timedelta(days=9))
            meeting(county.headteacher, school, TUESDAY + timedelta(days=30 + number))
            watchlist.watch(school, by=county.dsim)
        taken = []
        for user in (county.sip, county.dsim, county.head, county.headteacher):
            client = client_of(user)
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/").status_code == 200
            taken.append(len(queries))
        hold.append(taken)
    # With few schools an appointment is named, which takes a query more.
    assert all(more <= less for less, more in zip(*hold, strict=True))
    assert max(hold[-1]) <= 12


def test_the_schools_that_wait_longest_are_those_that_are_served(county: County) -> None:
    visit_at(VisitStatus.HELD, county.school, author=county.sip)
    unseen = SchoolFactory.create(name="Zennor", district=county.school.district)
    unserved = SchoolFactory.create(name="Alder", district=county.school.district, type_code="11")
    follow_schools(TUESDAY)
    glances = watchlist.glances(only(unserved, county.school, unseen), county.dsim, TUESDAY)
    shown = watchlist.longest_unseen_first(glances)
    assert [each.school for each in shown] == [unseen, county.school, unserved]


def test_whoever_has_one_school_finds_it_before_all_that_is_asked(county: County, client: Client) -> None:
    client.force_login(county.headteacher)
    one = client.get("/").content.decode()
    assert one.count(">Your school<") == 1
    assert one.index(">Your school<") < one.index(">Your tasks<")
    assert ">Your schools<" not in one
    also_appointed(county.headteacher, Role.HEADTEACHER, school=SchoolFactory.create(district=county.school.district))
    two = client.get("/").content.decode()
    assert ">Your school<" not in two
    assert two.index(">Your tasks<") < two.index(">Your schools<")


def test_what_has_changed_leads_to_where_it_can_be_read(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    action = RecordActionFactory.create(record=record, school=county.school, owner=Owner.SCHOOL, due_on=TUESDAY)
    agreed_actions.begin(action, by=county.headteacher, on=TUESDAY, note="We have begun.", seen_version=action.version)
    visit_actions.add_to_agenda(
        visit_at(VisitStatus.AGREED, county.school, kind="monitoring"), by=county.headteacher, heading="Our library"
    )
    events = news_for(fresh(county.sip), LONG_AGO, most=50)
    found = {event.url for event in events if event.what.startswith(("Action", "Agenda"))}
    here = county.school.get_absolute_url()
    assert found == {
        f"{here}actions/?status=open&status=underway&status=done&status=dropped",
        f"{here}visits/",
    }

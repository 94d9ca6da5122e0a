"""Opening a term: for whom a core visit is made, what is adopted, left out and never made twice."""

import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.calendar.models import Term
from schoolimprove.lib import clock
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import TodoItem
from schools.models import Appointment, ProgrammeEdition, School, TermOpening, Visit
from schools.oversight.recalculate_deadlines import recount
from schools.register.models.school import Phase
from schools.visits.deadlines import CORE_SOON, CORE_VISIT
from schools.visits.opening.actions import Opened, open_term
from schools.visits.states import VisitStatus
from tests.factories.calendar import SchoolClosureFactory, SchoolTermFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import (
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    PersonFactory,
    SchoolFactory,
    ServiceInvitationFactory,
    VisitFactory,
    also_appointed,
    appointed,
)
from tests.factories.tasks import tasks_with_rows_made
from tests.factories.visits import ProgrammeEditionFactory
from tests.integration.signing_in import signed_in
from tests.integration.together import one_before_the_other_commits, together

pytestmark = pytest.mark.django_db
LAST_DAY = date(2026, 12, 18)


@pytest.fixture
def terms(db: None) -> None:
    hold_terms(2026)


def opened(by: User | None, *, term: str = "autumn", on: date = TUESDAY, **other: Any) -> Opened:
    return open_term(2026, term, by=by, on=on, **other)


def schools_of(places: Any) -> list[School]:
    return [place.school for place in places]


def beyond() -> School:
    """In a district of ours that the county's DSIM does not have."""
    district = DistrictFactory.create(name="Far", double_district=DoubleDistrictFactory.create(name="Far and Away"))
    return SchoolFactory.create(name="Faraway School", district=district)


# For whom.


def test_every_school_served_gets_a_core_visit_with_programme_partner_and_deadline(county: County, terms: None) -> None:
    done = opened(county.dsim)
    visit = Visit.objects.get()
    assert schools_of(done.opened) == [county.school]
    assert (visit.school, visit.kind, visit.status) == (county.school, "core", VisitStatus.DUE)
    assert (visit.academic_year, visit.term, visit.author, visit.held_on) == (2026, "autumn", county.sip, None)
    assert visit.edition is not None
    assert visit.edition.shipped_as == "every-phase-autumn"
    assert visit.created_by == county.dsim
    deadline = Deadline.objects.get(rule=CORE_VISIT, subject_id=visit.pk)
    assert (deadline.due_on, deadline.school_id) == (LAST_DAY, county.school.pk)
    assert deadline.working["start"] == "2026-09-01"
    event = AuditEvent.objects.get(verb="opened")
    assert (event.by, event.school_id, event.subject_id) == (county.dsim, county.school.pk, visit.pk)
    assert event.appointment_id == Appointment.objects.held_by(county.dsim).get().pk
    assert TermOpening.objects.get().term == "autumn"


def test_a_dsim_opens_for_their_districts_and_the_head_for_the_authority(county: County, terms: None) -> None:
    far, neighbour = beyond(), SchoolFactory.create(authority=LocalAuthorityFactory.create(code="998", own=False))
    assert schools_of(opened(county.dsim).opened) == [county.school]
    done = opened(county.head)
    assert (schools_of(done.opened), done.there) == ([far], [county.school])
    assert not neighbour.visits.exists()


@pytest.mark.parametrize("role", ["sip", "deputy", "director", "headteacher"])
def test_nobody_else_opens_a_term(county: County, terms: None, role: str) -> None:
    with pytest.raises(PermissionDenied):
        opened(getattr(county, role))


def test_academies_are_opened_once_they_have_accepted_for_that_year(county: County, terms: None) -> None:
    kind = {"type_code": "34", "district": county.school.district}
    accepted, last_year, not_accepted = (SchoolFactory.create(name=f"Academy {n}", **kind) for n in range(3))
    ServiceInvitationFactory.create(school=accepted)
    ServiceInvitationFactory.create(school=last_year, academic_year=2025)
    ServiceInvitationFactory.create(school=not_accepted, accepted_on=None, accepted_by_name="")
    done = opened(county.dsim)
    assert schools_of(done.opened) == [accepted, county.school]
    assert done.left_out == {"invitation": [last_year, not_accepted]}


def test_schools_that_are_left_out_are_told_with_the_reason(county: County, terms: None) -> None:
    district = county.school.district
    register = SchoolFactory.create(district=district, type_code="10")
    closing = SchoolFactory.create(district=district, establishment="closing", closed_on=date(2026, 8, 31))
    opening = SchoolFactory.create(district=district, opened_on=date(2027, 1, 1))
    closed = SchoolFactory.create(district=district, establishment="closed")
    done = opened(county.dsim)
    assert done.left_out == {"register": [register], "closes": [closing], "opens": [opening]}
    assert not closed.visits.exists()


def test_a_visit_goes_to_the_one_partner_who_signs_in_and_else_to_nobody_yet(county: County, terms: None) -> None:
    district = county.school.district
    nobodys, silent, two = (SchoolFactory.create(name=f"School {n}", district=district) for n in range(3))
    PersonFactory.create(name="Silent Partner").appointments.create(
        role=Role.SIP, school=silent, starts_on=date(2020, 1, 1)
    )
    also_appointed(county.sip, Role.SIP, school=two)
    other = appointed(Role.SIP, school=two)
    shown = signed_in(county.dsim).get(reverse("schools:term_open"), {"term": "2026-autumn"}).content.decode()
    assert "Silent Partner (has no active account)" in shown
    assert "(several partners)" in shown
    done = opened(county.dsim)
    authors = {place.school: place.author for place in done.opened}
    assert authors == {county.school: county.sip.pk, nobodys: None, silent: None, two: None}
    assert schools_of(done.without_partner) == [nobodys]
    assert schools_of(done.without_author) == [silent, two]
    other.is_active = False
    other.save()
    assert {p.school: p.author for p in opened(county.dsim, term="spring").opened}[two] == county.sip.pk


def test_a_phase_of_its_own_programme_has_that_one(county: County, terms: None) -> None:
    ProgrammeEditionFactory.create(
        phase=Phase.SECONDARY, title="Ours", status=EditionStatus.PUBLISHED, published_from=date(2026, 9, 1)
    )
    secondary = SchoolFactory.create(district=county.school.district, phase=Phase.SECONDARY)
    opened(county.dsim)
    assert [str(visit.edition) for visit in (secondary.visits.get(), county.school.visits.get())] == [
        "Ours",
        "Autumn: performance and targets",
    ]


def test_the_programme_is_the_one_of_the_terms_first_day_or_of_the_day_within_it(county: County, terms: None) -> None:
    late = ProgrammeEditionFactory.create(
        title="Late", status=EditionStatus.PUBLISHED, published_from=date(2026, 10, 1), term="autumn"
    )
    assert opened(county.dsim, on=date(2026, 8, 20), dry_run=True).opened
    opened(county.dsim, on=date(2026, 9, 30))
    assert county.school.visits.get().edition != late
    other = SchoolFactory.create(district=county.school.district)
    opened(county.dsim, on=TUESDAY)
    assert other.visits.get().edition == late
    assert ProgrammeEdition.objects.count() > 1


# Again.


def test_opening_again_makes_only_what_is_missing(county: County, terms: None) -> None:
    opened(county.dsim)
    late = SchoolFactory.create(district=county.school.district)
    assert schools_of(opened(county.dsim).opened) == [late]
    assert opened(county.dsim).missing == 0
    assert (Visit.objects.count(), Deadline.objects.filter(rule=CORE_VISIT).count()) == (2, 2)
    assert TermOpening.objects.count() == 1


def test_a_core_visit_begun_with_its_record_is_there_already(county: County, terms: None) -> None:
    county.record()
    assert opened(county.dsim).there == [county.school]


def test_a_held_visit_of_the_term_that_belongs_to_none_is_counted_for_it(county: County, terms: None) -> None:
    second, first = (
        VisitFactory.create(school=county.school, author=county.sip, held_on=day)
        for day in (date(2026, 11, 2), date(2026, 10, 6))
    )
    done = opened(county.dsim)
    assert ([place.visit for place in done.adopted], done.opened) == ([first], [])
    for visit in (first, second):
        visit.refresh_from_db()
    assert (first.academic_year, first.term, first.version, first.edition) == (2026, "autumn", 2, None)
    assert second.term == ""
    event = AuditEvent.objects.get(subject_id=first.pk, verb="counted for the term")
    assert event.changes == {"academic_year": [None, 2026], "term": ["", "autumn"]}
    assert opened(county.dsim).missing == 0


def test_a_held_visit_of_another_term_or_kind_is_not_counted(county: County, terms: None) -> None:
    VisitFactory.create(school=county.school, author=county.sip, held_on=date(2027, 1, 20))
    VisitFactory.create(school=county.school, author=county.sip, kind="monitoring")
    VisitFactory.create(school=county.school, author=county.sip, status=VisitStatus.CANCELLED)
    done = opened(county.dsim)
    assert (len(done.opened), done.adopted) == (1, [])


def test_a_dry_run_says_the_same_and_changes_nothing(county: County, terms: None) -> None:
    VisitFactory.create(school=SchoolFactory.create(district=county.school.district), held_on=TUESDAY)
    would = opened(county.dsim, dry_run=True)
    assert (Visit.objects.count(), TermOpening.objects.count(), Deadline.objects.count()) == (1, 0, 0)
    done = opened(county.dsim)
    assert schools_of(would.opened) == schools_of(done.opened)
    assert schools_of(would.adopted) == schools_of(done.adopted)


def test_only_the_schools_that_are_named_are_opened(county: County, terms: None) -> None:
    other = SchoolFactory.create(district=county.school.district)
    far = beyond()
    done = opened(county.dsim, schools=School.objects.filter(pk__in=[other.pk, far.pk]))
    assert schools_of(done.opened) == [other]


def test_without_term_dates_a_term_is_refused_in_a_sentence(county: County) -> None:
    with pytest.raises(Blocked, match="We have no term dates for 2026/27"):
        opened(county.dsim)
    hold_terms(2026)
    Term.objects.get(name="summer").delete()
    with pytest.raises(Blocked, match="We have no term dates for 2026/27"):
        opened(county.dsim, dry_run=True)


# At once.


@pytest.mark.django_db(transaction=True)
def test_two_who_open_a_term_at_once_make_no_visit_twice(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)
    county = County()
    hold_terms(2026)
    SchoolFactory.create(district=county.school.district)
    done = together(lambda: opened(county.dsim), lambda: opened(county.head))
    assert sorted(len(each.opened) for each in done) == [0, 2]
    assert (Visit.objects.count(), Deadline.objects.filter(rule=CORE_VISIT).count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_record_begun_while_the_term_is_opened_keeps_its_visit(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)
    county = County()
    hold_terms(2026)
    other = SchoolFactory.create(district=county.school.district)
    record, done = one_before_the_other_commits(county.record, lambda: opened(county.dsim))
    assert county.school.visits.get() == record.visit
    assert (schools_of(done.opened), done.there) == ([other], [county.school])


@pytest.mark.django_db(transaction=True)
def test_a_record_begun_after_the_term_was_opened_at_once_takes_the_visit_it_owes(
    clock_at: Callable[..., object],
) -> None:
    clock_at(TUESDAY)
    county = County()
    hold_terms(2026)
    done, record = one_before_the_other_commits(lambda: opened(county.dsim), county.record)
    assert [place.visit for place in done.opened] == [record.visit]
    assert Visit.objects.get().status == VisitStatus.HELD


@pytest.mark.django_db(transaction=True)
def test_of_two_records_of_a_core_visit_begun_at_once_one_is_the_terms(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)
    county = County()
    hold_terms(2026)
    first, second = one_before_the_other_commits(lambda: county.start(county.sip), lambda: county.start(county.dsim))
    assert (first.visit.term, second.visit.term) == ("autumn", "")


@pytest.mark.parametrize("dry_run", [True, False])
def test_opening_takes_the_same_statements_for_many_schools(county: County, terms: None, dry_run: bool) -> None:
    taken = []
    opened(county.dsim, term="summer", dry_run=True)
    for term, count, day in (("autumn", 2, TUESDAY), ("spring", 20, date(2027, 1, 20))):
        for _ in range(count):
            school = SchoolFactory.create(district=county.school.district)
            also_appointed(county.sip, Role.SIP, school=school)
            VisitFactory.create(school=SchoolFactory.create(district=county.school.district), held_on=day)
        SchoolClosureFactory.create(school=county.school, day=date(2026, 11, 2 + count))
        with CaptureQueriesContext(connection) as queries:
            assert len(opened(county.dsim, term=term, dry_run=dry_run).opened) >= count
        taken.append(len(queries))
    assert taken[0] == taken[1]


# Deadlines.


def test_the_deadline_is_by_the_schools_own_calendar(county: County, terms: None) -> None:
    SchoolClosureFactory.create(school=county.school, day=LAST_DAY)
    other = SchoolFactory.create(district=county.school.district)
    opened(county.dsim)
    due = dict(Deadline.objects.filter(rule=CORE_VISIT).values_list("school_id", "due_on"))
    assert due == {county.school.pk: date(2026, 12, 17), other.pk: LAST_DAY}


def test_the_deadline_moves_with_the_terms(county: County, terms: None) -> None:
    opened(county.dsim)
    autumn = Term.objects.get(name="autumn")
    autumn.starts_on, autumn.ends_on = date(2026, 9, 7), date(2026, 12, 16)
    autumn.save()
    SchoolTermFactory.create(school=SchoolFactory.create(), academic_year=2026, name="autumn")
    assert recount() == 2
    deadline = Deadline.objects.get(rule=CORE_VISIT)
    assert (deadline.due_on, deadline.working["start"]) == (date(2026, 12, 16), "2026-09-07")
    # Four weeks before that Wednesday.
    assert Deadline.objects.get(rule=CORE_SOON).due_on == date(2026, 11, 18)
    assert recount() == 0


def test_a_visit_owed_without_a_deadline_gets_one_when_terms_are_held(county: County, terms: None) -> None:
    opened(county.dsim)
    Deadline.objects.all().delete()
    assert recount() == 2
    assert set(Deadline.objects.values_list("rule", "due_on")) == {
        (CORE_VISIT, LAST_DAY),
        (CORE_SOON, date(2026, 11, 20)),
    }


def test_recounting_core_visits_takes_the_same_queries_for_many(county: County, terms: None) -> None:
    taken = []
    for count in (1, 10):
        for _ in range(count):
            SchoolFactory.create(district=county.school.district)
        opened(county.dsim)
        Deadline.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert recount() > count
        taken.append(len(queries))
    assert taken[0] == taken[1]


# The page, the command and what is asked.


def test_a_term_is_opened_by_page_after_seeing_what_would_happen(county: County, terms: None) -> None:
    nobodys = SchoolFactory.create(name="Nobody’s School", district=county.school.district)
    SchoolFactory.create(name="Far from it", district=county.school.district, type_code="10")
    client = signed_in(county.dsim)
    page = client.get(reverse("schools:term_open")).content.decode()
    assert "Autumn term 2026/27" in page
    shown = client.get(reverse("schools:term_open"), {"term": "2026-autumn"}).content.decode()
    for said in (
        "We have not created anything yet",
        nobodys.name,
        "No partner yet",
        "On the register only: 1 school",
        "Far from it",
    ):
        assert said in shown
    assert "Create core visits for 2 schools" in shown
    assert not Visit.objects.exists()
    done = client.post(reverse("schools:term_open"), {"term": "2026-autumn"}, follow=True).content.decode()
    assert "Core visits created for 2 schools." in done
    assert "Core visits created for the autumn term 2026/27" in done
    assert "1 visit has no School Improvement Partner yet" in done
    again = client.post(reverse("schools:term_open"), {"term": "2026-autumn"}, follow=True).content.decode()
    assert "Nothing to create: all your schools already have their core visit for this term." in again


def test_a_term_that_is_over_or_not_held_cannot_be_chosen(county: County) -> None:
    client = signed_in(county.head)
    assert "No term dates yet" in client.get(reverse("schools:term_open")).content.decode()
    hold_terms(2025, 2026)
    for posted in ("2025-summer", "2030-autumn", "nonsense"):
        page = client.post(reverse("schools:term_open"), {"term": posted}).content.decode()
        assert "Select a term from the list" in page
    assert not Visit.objects.exists()


def test_the_command_opens_a_term_for_the_whole_authority(county: County, terms: None) -> None:
    beyond()
    out = StringIO()
    call_command("open_term", "2026", "autumn", "--dry-run", "--json", stdout=out)
    would = json.loads(out.getvalue())
    assert (would["dry_run"], len(would["opened"]), Visit.objects.count()) == (True, 2, 0)
    out = StringIO()
    call_command("open_term", "2026", "autumn", stdout=out)
    assert "Autumn term 2026/27: 2 core visits created, 1 of them without a partner" in out.getvalue()
    event = AuditEvent.objects.filter(verb="opened").first()
    assert event is not None
    assert (event.by, event.appointment_id) == (None, None)


def test_the_command_refuses_a_term_without_dates_in_a_sentence(county: County) -> None:
    with pytest.raises(CommandError, match="We have no term dates for 2026/27"):
        call_command("open_term", "2026", "autumn")


def asks_about_terms(user: User, on: date) -> list[TodoItem]:
    with clock.at(on):
        return [task for task in tasks_with_rows_made(user, on) if task.title.startswith("Create core visits")]


def test_head_and_dsim_are_asked_to_open_a_term_until_it_is_open(county: County, terms: None) -> None:
    beyond()
    (ask,) = asks_about_terms(county.head, TUESDAY)
    assert (ask.title, ask.where) == (
        "Create core visits for the autumn term 2026/27",
        "2 schools have no core visit for it yet",
    )
    opened(county.dsim)
    assert asks_about_terms(county.dsim, TUESDAY) == []
    assert [each.where for each in asks_about_terms(county.head, TUESDAY)] == ["1 school has no core visit for it yet"]
    assert asks_about_terms(county.sip, TUESDAY) == []


def test_the_next_term_is_asked_about_a_fortnight_before_it_begins(county: County, terms: None) -> None:
    opened(county.head)
    assert asks_about_terms(county.head, date(2026, 12, 20)) == []
    (ask,) = asks_about_terms(county.head, date(2026, 12, 21))
    assert ask.title == "Create core visits for the spring term 2026/27"
    assert asks_about_terms(county.head, date(2027, 3, 26)) == []

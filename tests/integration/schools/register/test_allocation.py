"""Who has which school: the board, giving schools to another, and somebody who leaves."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.models import Appointment, Person, RecordOfVisit, School
from schools.register.allocation.actions import Choice, Moved, assign, hand_over_schools, planned
from schools.register.allocation.board import board_of
from tests.factories.county import TUESDAY, County
from tests.factories.schools import (
    AppointmentFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    PersonFactory,
    SchoolFactory,
    ServiceInvitationFactory,
    also_appointed,
    appointed,
)
from tests.integration.accounts.conftest import signed_in
from tests.integration.together import one_before_the_other_commits, together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
YESTERDAY, TOMORROW, NEXT_TERM = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1), date(2027, 1, 4)
BOARD = "/schools/allocation/"


def board(day: date = TUESDAY) -> Any:
    return board_of(School.objects.all(), on=TUESDAY, then=day)


def choices(*schools: School) -> list[Choice]:
    """As a page that is opened now would send them."""
    seen = {place.school.pk: place.seen for place in board().places}
    return [Choice(school, seen.get(school.pk, "")) for school in schools]


def person_of(user: User) -> Person:
    return Person.objects.get(user=user)


def who_has(school: School, on: date) -> list[str]:
    held = Appointment.objects.current(on).filter(school=school, role=Role.SIP)
    return sorted(held.values_list("person__name", flat=True))


def a_sip(name: str, *schools: School) -> Person:
    person = PersonFactory.create(name=name)
    for school in schools:
        AppointmentFactory.create(person=person, school=school)
    return person


# The board.


def test_the_board_says_who_has_a_school_and_over_what(county: County) -> None:
    school = county.school
    school.partnership = PartnershipFactory.create()
    school.save()
    appointed(Role.SIP, partnership=school.partnership)
    later = AppointmentFactory.create(school=school, starts_on=NEXT_TERM)
    [place] = board(NEXT_TERM).places
    assert [each.scope_kind for each in place.today] == ["school", "partnership"]
    assert place.later == [later]
    assert len(place.then) == 3


def test_only_schools_that_are_owed_a_partner_are_counted(county: County) -> None:
    alone = SchoolFactory.create(district=county.school.district)
    SchoolFactory.create(type_code="11")
    SchoolFactory.create(type_code="34")
    invited = ServiceInvitationFactory.create().school
    SchoolFactory.create(establishment="closed")
    found = board()
    assert {place.why_not for place in found.places} == {"", "register", "invitation"}
    assert [place.school for place in found.served] == sorted(
        [county.school, alone, invited], key=lambda school: school.name
    )
    assert {place.school for place in found.without} == {alone, invited}


def test_a_load_counts_each_school_once_and_those_elsewhere_apart(county: County) -> None:
    sip = person_of(county.sip)
    AppointmentFactory.create(person=sip, district=county.school.district, school=None)
    SchoolFactory.create(district=county.school.district)
    there = SchoolFactory.create(district=DistrictFactory.create(name="South"))
    AppointmentFactory.create(person=sip, school=there)
    AppointmentFactory.create(person=sip, school=SchoolFactory.create(district=there.district), starts_on=NEXT_TERM)
    mine = School.objects.filter(district=county.school.district)
    [load] = board_of(mine, on=TUESDAY, then=NEXT_TERM).loads
    assert (load.today, load.then, load.elsewhere) == (2, 2, 1)


# Giving and taking.


def test_the_old_partner_ends_on_the_day_before_and_the_new_one_begins(county: County) -> None:
    new = a_sip("Ann Example")
    assign(choices(county.school), new, first_day=NEXT_TERM, by=county.dsim, on=TUESDAY)
    assert who_has(county.school, NEXT_TERM - timedelta(days=1)) == [county.sip.name]
    assert who_has(county.school, NEXT_TERM) == ["Ann Example"]
    events = AuditEvent.objects.filter(subject_kind="schools.appointment").order_by("pk")
    assert [(each.verb, each.reason) for each in events] == [
        ("ended", "Handed over to Ann Example"),
        ("appointed", f"Takes over from {county.sip.name}"),
    ]
    assert {each.appointment_id for each in events} == {person_of(county.dsim).appointments.get().pk}


def test_leaving_a_school_to_nobody_ends_and_withdraws(county: County) -> None:
    AppointmentFactory.create(school=county.school, starts_on=NEXT_TERM, person__name="Never Here")
    assign(choices(county.school), None, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert who_has(county.school, TUESDAY) == [county.sip.name]
    assert who_has(county.school, TOMORROW) == who_has(county.school, NEXT_TERM) == []


def test_what_is_theirs_already_stays_and_goes_on(county: County) -> None:
    sip = person_of(county.sip)
    [move] = planned(choices(county.school), sip, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert not move.changes
    Appointment.objects.filter(person=sip).update(ends_on=NEXT_TERM)
    assign(choices(county.school), sip, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert Appointment.objects.get(person=sip).ends_on is None


def test_who_cannot_have_it_is_told_with_the_reason(county: County) -> None:
    closing = SchoolFactory.create(closed_on=TUESDAY, name="Closing School", district=county.school.district)
    head = person_of(county.headteacher)
    AppointmentFactory.create(school=closing, starts_on=YESTERDAY, person__name="New Here")
    first, second = planned(choices(county.school, closing), head, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert "cannot be both Headteacher and School Improvement Partner" in first.cannot[0]
    assert second.cannot == ["Closing School closed on 3 November 2026."]
    [third] = planned(choices(closing), None, first_day=YESTERDAY, by=county.dsim, on=TUESDAY)
    assert third.cannot == ["New Here began at this school on 2 November 2026. Enter a later day."]
    with pytest.raises(Blocked, match="cannot be both"):
        assign(choices(county.school), head, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert who_has(county.school, NEXT_TERM) == [county.sip.name]


def test_a_hundred_schools_at_once(county: County) -> None:
    schools = SchoolFactory.create_batch(30, district=county.school.district)
    old, new = a_sip("Old Hand", *schools), a_sip("Ann Example")
    with CaptureQueriesContext(connection) as captured:
        moves = assign(choices(*schools), new, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert len(moves) == 30
    assert {who_has(school, TOMORROW)[0] for school in schools} == {"Ann Example"}
    assert not Appointment.objects.current(TOMORROW).filter(person=old).exists()
    assert len(captured) < 40, "as many statements as for one school"
    assert Appointment.history.filter(person=new, history_user=county.dsim, history_type="+").count() == 30


def test_a_choice_that_is_out_of_date_changes_nothing_and_says_who_was_quicker(county: County) -> None:
    other = SchoolFactory.create(district=county.school.district)
    seen, new = choices(county.school, other), a_sip("Ann Example")
    assign(choices(county.school), a_sip("Bo Quick"), first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    with pytest.raises(Moved) as lost:
        assign(seen, new, first_day=TOMORROW, by=county.dsim, on=TUESDAY)
    assert lost.value.told == [
        f"{county.school.name} has {county.sip.name} from 1 January 2000 until 3 November 2026 "
        f"and Bo Quick from 4 November 2026 now. {county.dsim} changed it."
    ]
    assert who_has(other, TOMORROW) == []


class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_of_two_who_give_the_same_school_one_is_told(self, county: County) -> None:
        second = appointed(Role.DSIM, district=county.school.district)
        ann, bo = a_sip("Ann Example"), a_sip("Bo Quick")
        seen = choices(county.school)
        outcomes = together(
            lambda: assign(seen, ann, first_day=TOMORROW, by=county.dsim, on=TUESDAY),
            lambda: assign(seen, bo, first_day=TOMORROW, by=second, on=TUESDAY),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Moved", "list"]
        assert len(who_has(county.school, TOMORROW)) == 1

    def test_a_giving_waits_for_a_giving_to_another(self, county: County) -> None:
        ann, bo, seen = a_sip("Ann Example"), a_sip("Bo Quick"), choices(county.school)
        _done, lost = one_before_the_other_commits(
            lambda: assign(seen, ann, first_day=TOMORROW, by=county.dsim, on=TUESDAY),
            lambda: assign(seen, bo, first_day=TOMORROW, by=county.dsim, on=TUESDAY),
        )
        assert isinstance(lost, Moved)
        assert who_has(county.school, TOMORROW) == ["Ann Example"]


# Somebody leaves.


def test_unfinished_records_go_with_the_school_once_the_day_has_come(county: County) -> None:
    new = appointed(Role.SIP, school=SchoolFactory.create())
    here = county.start(county.sip)
    there = SchoolFactory.create(district=county.school.district)
    also_appointed(county.sip, Role.SIP, school=there)
    other = county.start(county.sip, school=there)
    leaver, to = person_of(county.sip), person_of(new)
    hand_over_schools(leaver, choices(there), to, last_day=NEXT_TERM, by=county.dsim, on=TUESDAY)
    assert RecordOfVisit.objects.filter(author=county.sip).count() == 2
    hand_over_schools(leaver, choices(county.school), to, last_day=TUESDAY, by=county.dsim, on=TUESDAY)
    assert RecordOfVisit.objects.get(pk=here.pk).author == new
    assert RecordOfVisit.objects.get(pk=other.pk).author == county.sip
    assert who_has(there, NEXT_TERM) == [county.sip.name]
    assert who_has(county.school, TOMORROW) == [new.name]


# The pages.


def posted(schools: Sequence[School], to: Person | None, day: date = TOMORROW, **more: str) -> dict[str, Any]:
    parts = dict(zip(("starts_on_0", "starts_on_1", "starts_on_2"), (day.day, day.month, day.year), strict=True))
    values = {place.school.pk: place.value for place in board().places}
    return {
        "schools": [values.get(school.pk, f"{school.urn}:") for school in schools],
        "sip": to.pk if to else "nobody",
        **parts,
        **more,
    }


def test_a_giving_is_looked_at_before_it_is_done(county: County) -> None:
    client = signed_in(county.dsim)
    new = a_sip("Ann Example", SchoolFactory.create(district=county.school.district))
    data = posted([county.school], new)
    page = client.post(BOARD, data).content.decode()
    assert "Check who gets which school" in page
    assert f"{county.sip.name}, on 3 November 2026" in page
    assert who_has(county.school, TOMORROW) == [county.sip.name]
    done = client.post(BOARD, {**data, "confirm": "1"}, follow=True)
    assert "1 school has Ann Example from 4 November 2026." in done.content.decode()
    assert who_has(county.school, TOMORROW) == ["Ann Example"]
    again = client.post(BOARD, {**data, "confirm": "1"})
    assert again.status_code == 409
    assert "a colleague changed these schools first" in again.content.decode()
    assert f'value="{county.school.urn}:' in again.content.decode()
    assert " checked" in again.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schools": []}, "Select at least one school"),
        ({"sip": ""}, "Select who gets the schools, or enter a name or email address"),
        ({"sip": "", "other": "Nobody Known"}, "We know no one called “Nobody Known”"),
        ({"sip": "", "other": "Twin"}, "Several people are called that"),
        ({"other": "Twin One"}, "not both"),
        ({"starts_on_0": ""}, "The first day must include a day"),
        ({"starts_on_2": "2062"}, "Check the year"),
        ({"sip": "999999999999"}, "from the list"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_unticked(
    county: County, change: dict[str, Any], said: str
) -> None:
    PersonFactory.create(name="Twin One"), PersonFactory.create(name="Twin Two")
    data = {**posted([county.school], person_of(county.sip)), **change}
    page = signed_in(county.dsim).post(BOARD, data).content.decode()
    assert said in page
    assert (" checked>" in page) == bool(data["schools"])


def test_somebody_new_is_found_by_address(county: County) -> None:
    PersonFactory.create(name="Newly Come", email="new@invented.example")
    data = {**posted([county.school], None), "sip": "", "other": "NEW@invented.example"}
    client = signed_in(county.dsim)
    [found] = re.findall('name="sip" value="([^"]+)"', client.post(BOARD, data).content.decode())
    again = {**posted([county.school], None), "sip": found}
    assert "Newly Come" in client.post(BOARD, {**again, "change": "1"}).content.decode()
    colleague = signed_in(appointed(Role.DSIM, double_district=county.double_district))
    assert "Newly Come" not in colleague.post(BOARD, again).content.decode()
    client.post(BOARD, {**again, "confirm": "1"})
    assert who_has(county.school, TOMORROW) == ["Newly Come"]


def test_nobody_is_named_by_a_number_that_was_not_looked_up(county: County) -> None:
    head = person_of(county.headteacher)
    page = signed_in(county.dsim).post(BOARD, posted([county.school], head)).content.decode()
    assert "Select who gets the schools from the list" in page
    assert head.name not in page


def test_the_districts_of_others_are_neither_seen_nor_given(county: County) -> None:
    district = DistrictFactory.create(name="Beyond", double_district=DoubleDistrictFactory.create(name="Far"))
    there = SchoolFactory.create(district=district, name="Far Away School")
    far = a_sip("Far Partner", there)
    client = signed_in(county.dsim)
    assert "Far Away School" not in client.get(BOARD).content.decode()
    assert b"Far Away" not in b"".join(client.get(reverse("schools:allocation_export", args=["csv"])))
    assert client.post(BOARD, posted([there], person_of(county.sip))).status_code == 404
    assert client.get(reverse("schools:hand_over", args=[far.pk])).status_code == 404
    assert client.get(reverse("schools:hand_over", args=[person_of(county.sip).pk])).status_code == 200


def test_schools_of_a_neighbour_are_not_on_the_board(county: County) -> None:
    neighbour = LocalAuthorityFactory.create(code="998", name="Neighbour", own=False)
    there = SchoolFactory.create(authority=neighbour, district=county.school.district, name="Over The Border School")
    client = signed_in(county.dsim)
    page = client.get(BOARD).content.decode()
    assert county.school.name in page
    assert "Over The Border" not in page
    assert client.post(BOARD, posted([there], None)).status_code == 404


def test_whoever_only_looks_gives_nothing(county: County) -> None:
    client = signed_in(county.head)
    page = client.get(BOARD).content.decode()
    assert county.school.name in page
    assert 'type="checkbox" id="school-' not in page
    assert client.post(BOARD, posted([county.school], None)).status_code == 403
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    assert signed_in(administrator).post(BOARD, posted([county.school], None)).status_code == 200


def test_schools_are_filtered_by_partner_and_by_having_none(county: County) -> None:
    alone = SchoolFactory.create(name="Lonely School", district=county.school.district)
    SchoolFactory.create(name="Private School", type_code="11", district=county.school.district)
    client = signed_in(county.dsim)
    sip = person_of(county.sip)

    def names(query: str) -> set[str]:
        rows = client.get(f"{reverse('schools:allocation_export', args=['json'])}?{query}")
        text = b"".join(rows).decode()
        return {each for each in (county.school.name, alone.name, "Private School") if f'"{each}"' in text}

    assert names("") == {county.school.name, alone.name}
    assert names("sip=nobody") == {alone.name}
    assert names(f"sip={sip.pk}") == {county.school.name}
    assert names("also=register&q=private") == {"Private School"}
    assert names("district=0") == {county.school.name, alone.name}
    event = AuditEvent.objects.filter(verb="exported the SIP allocation").latest("pk")
    assert event.by == county.dsim


def test_a_hand_over_is_checked_done_and_comes_back_for_the_rest(county: County) -> None:
    there = SchoolFactory.create(district=county.school.district)
    also_appointed(county.sip, Role.SIP, school=there)
    record = county.start(county.sip)
    new = appointed(Role.SIP, school=SchoolFactory.create())
    client, url = signed_in(county.dsim), reverse("schools:hand_over", args=[person_of(county.sip).pk])
    assert record.reference in client.get(url).content.decode()
    data = posted([county.school], person_of(new))
    last = {"last_day_0": TUESDAY.day, "last_day_1": TUESDAY.month, "last_day_2": TUESDAY.year}
    checked = client.post(url, {**data, **last}).content.decode()
    assert f"We give these to {new.name} now" in checked
    done = client.post(url, {**data, **last, "confirm": "1"})
    assert done["Location"] == url
    assert RecordOfVisit.objects.get(pk=record.pk).author == new
    rest = client.post(url, {**posted([there], None), **last, "confirm": "1"})
    assert rest["Location"] == BOARD


def test_handing_over_a_partners_schools_moves_no_record_of_another_role(county: County) -> None:
    """A draft of the Head would be read by the DSIM once its author were a partner."""
    record = county.start(county.head)
    client, url = signed_in(county.dsim), reverse("schools:hand_over", args=[person_of(county.head).pk])
    last = {"last_day_0": TUESDAY.day, "last_day_1": TUESDAY.month, "last_day_2": TUESDAY.year}
    data = {**posted([county.school], person_of(county.sip)), **last, "confirm": "1"}
    assert client.post(url, data).status_code == 404
    also_appointed(county.head, Role.SIP, school=county.school)
    client.post(url, {**posted([county.school], person_of(county.sip)), **last, "confirm": "1"})
    record.refresh_from_db()
    assert (record.author, record.author_role) == (county.head, Role.HEAD_OF_SERVICE)


def board_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
        assert response.status_code == 200
        assert b"".join(response) if response.streaming else response.content
    return len(captured)


@pytest.mark.usefixtures("name_is_known")
def test_the_board_takes_the_same_queries_at_two_sizes(county: County) -> None:
    dsim, sip = signed_in(county.dsim), person_of(county.sip)
    paths = [
        *(BOARD, f"{BOARD}?sip=nobody&then_0=4&then_1=1&then_2=2027&sort=-sip", f"{BOARD}?also=register&q=school"),
        reverse("schools:allocation_export", args=["csv"]),
        reverse("schools:hand_over", args=[sip.pk]),
    ]

    def grow(number: int) -> None:
        district = DistrictFactory.create(name=f"D{number}", double_district=county.double_district)
        school = SchoolFactory.create(district=district)
        AppointmentFactory.create(person=sip, school=school)
        AppointmentFactory.create(person=sip, district=district, school=None)
        appointed(Role.SIP, school=school)
        far = DistrictFactory.create(name=f"F{number}", double_district=DoubleDistrictFactory.create(name="Far"))
        AppointmentFactory.create(person=sip, school=SchoolFactory.create(district=far))

    for number in range(2):
        grow(number)
    few = [board_queries(dsim, path) for path in paths]
    for number in range(2, 9):
        grow(number)
    assert [board_queries(dsim, path) for path in paths] == few

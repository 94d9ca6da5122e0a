"""The list of schools: what there is to choose from and how much of it, what is found, in which order."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import Appointment, District, Partnership, School
from schools.register.facets import tally_for
from tests.factories.imports import SchoolLinkFactory
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    PersonFactory,
    SchoolFactory,
    appointed,
)
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def schools() -> dict[str, School]:
    """Five schools: two of the north, two of the south, and one of a neighbour's that nobody here sees."""
    south = DistrictFactory.create(name="South", double_district=DoubleDistrictFactory.create(name="South and West"))
    river = PartnershipFactory.create(name="Riverside")
    neighbour = LocalAuthorityFactory.create(code="998", name="Neighbour", own=False)
    return {
        "a": SchoolFactory.create(name="Ash", partnership=river, pupils=90, town="York", religious_character="None"),
        "b": SchoolFactory.create(name="Birch", phase="special", type_code="07", pupils=None, town="Ely"),
        "c": SchoolFactory.create(
            name="Cedar", district=south, type_code="34", trust_name="Tree Trust", pupils=900, town="Bath"
        ),
        "d": SchoolFactory.create(
            name="Damson", district=south, type_code="", establishment="closed", closed_on=date(2012, 3, 31)
        ),
        "z": SchoolFactory.create(name="Zelkova", authority=neighbour, district=None, partnership=river),
    }


@pytest.fixture
def officer(schools: dict[str, School]) -> User:
    return appointed(Role.HEAD_OF_SERVICE, authority=schools["a"].authority)


def read(user: User, query: str = "") -> Any:
    response = signed_in(user).get(f"{reverse('schools:list')}{query or '?q='}")
    assert response.status_code == 200
    return response.context


def found(user: User, query: str = "") -> str:
    """The initials of the schools found, in their order."""
    return "".join(school.name[0] for school in read(user, query)["page_obj"])


def options(user: User, query: str = "") -> dict[str, list[tuple[str, int | None]]]:
    """Filter → (choice, how many) as they stand in the panel."""
    panel = read(user, query)["filters"]
    return {
        group.label: [(option.label, option.count) for option in group.options if option.value]
        for group in panel.groups
        if group.options
    }


# What there is to choose from -----------------------------------------------------------------------------------------


def test_each_choice_says_how_many_schools_of_ones_scope_it_has(officer: User, schools: dict[str, School]) -> None:
    sip = appointed(Role.SIP, school=schools["a"])
    shown = options(officer)
    assert shown["Phase"][:2] == [("Primary", 3), ("Special", 1)]
    assert {count for _label, count in shown["Phase"][2:]} == {0}
    assert shown["Service"] == [("Entitled", 2), ("By invitation", 1), ("Register only", 1)]
    assert shown["District"] == [("North", 2), ("South", 2)]
    assert shown["Partnership"] == [("Riverside", 1)]
    assert shown["School Improvement Partner"] == [("Without a School Improvement Partner", 3), (sip.name, 1)]
    assert shown["Trust"] == [("Tree Trust", 1)]
    assert shown["Open or closed"][:2] == [("Open", 3), ("Closed", 1)]
    assert "Diocese" not in shown
    assert "Local authority" not in shown


def test_a_choice_that_no_school_has_is_last_but_where_it_is_chosen(officer: User) -> None:
    assert [label for label, _count in options(officer, "?phase=nursery")["Phase"]][:3] == [
        "Nursery", "Primary", "Special",
    ]  # fmt: skip


def test_nobody_is_shown_the_numbers_of_another_scope(officer: User, schools: dict[str, School]) -> None:
    south = appointed(Role.EIP, district=schools["c"].district)
    head = appointed(Role.HEADTEACHER, school=schools["a"])
    everything = appointed(Role.DIOCESAN_OFFICER, diocese=DioceseFactory.create())
    for _again in range(2):
        assert options(officer)["District"] == [("North", 2), ("South", 2)]
        assert options(south)["District"] == [("South", 2)]
        assert options(head)["District"] == [("North", 1)]
        assert "District" not in options(everything)
        assert options(everything)["Open or closed"][0] == ("Open", 0)


def test_two_who_may_see_the_same_share_what_was_counted(officer: User, schools: dict[str, School]) -> None:
    tally_for(officer)
    other = appointed(Role.ERA, authority=schools["a"].authority)
    tally_for(other)
    again = appointed(Role.FINANCE, authority=schools["a"].authority)
    # The appointments of the reader, and how the register stands.
    assert counted_in(lambda: tally_for(again)) == 4
    assert counted_in(lambda: tally_for(User.objects.get(pk=again.pk))) == 3


def counted_in(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def renamed(schools: dict[str, School]) -> None:
    District.objects.filter(name="South").update(name="Southern", updated_at=clock.now().replace(year=2027))


def moved(schools: dict[str, School]) -> None:
    School.objects.filter(name="Ash").update(district=schools["c"].district, updated_at=clock.now().replace(year=2027))


def one_more(schools: dict[str, School]) -> None:
    SchoolFactory.create(district=schools["c"].district)


def given_a_sip(schools: dict[str, School]) -> None:
    PersonFactory.create(name="New").appointments.create(
        role=Role.SIP, district=schools["c"].district, starts_on=date(2020, 1, 1)
    )


@pytest.mark.parametrize(
    ("change", "group", "expected"),
    [
        (renamed, "District", [("North", 2), ("Southern", 2)]),
        (moved, "District", [("North", 1), ("South", 3)]),
        (one_more, "District", [("North", 2), ("South", 3)]),
        (given_a_sip, "School Improvement Partner", [("Without a School Improvement Partner", 2), ("New", 2)]),
    ],
)
def test_what_was_counted_before_a_change_is_counted_again(
    officer: User, schools: dict[str, School], change: Callable[[dict[str, School]], None], group: str, expected: Any
) -> None:
    options(officer)
    change(schools)
    assert options(officer)[group] == expected


def test_a_sip_who_begins_tomorrow_counts_tomorrow(officer: User, schools: dict[str, School]) -> None:
    person = PersonFactory.create(name="Next")
    Appointment.objects.create(person=person, role=Role.SIP, school=schools["a"], starts_on=date(2026, 11, 4))
    assert options(officer)["School Improvement Partner"] == [("Without a School Improvement Partner", 4)]
    with clock.at(date(2026, 11, 4)):
        assert options(officer)["School Improvement Partner"] == [
            ("Without a School Improvement Partner", 3),
            ("Next", 1),
        ]


# What is found --------------------------------------------------------------------------------------------------------


def test_each_filter_finds_what_it_says(officer: User, schools: dict[str, School]) -> None:
    appointed(Role.SIP, school=schools["a"])
    over_district = appointed(Role.SIP, district=schools["c"].district)
    partnership = Partnership.objects.get().pk
    for query, expected in [
        ("", "ABCD"),
        ("?phase=special&phase=primary", "ABCD"),
        ("?phase=special", "B"),
        ("?type=34", "C"),
        ("?service=register+only", "D"),
        (f"?partnership={partnership}", "A"),
        ("?religion=None", "A"),
        ("?trust=Tree+Trust", "C"),
        ("?establishment=closed", "D"),
        ("?sip=nobody", "B"),
        (f"?sip={over_district.person.pk}", "CD"),
        ("?district=999999", "ABCD"),
        ("?sip=999999", "ABCD"),
        ("?q=%00", "ABCD"),
        ("?phase=primary&trust=Tree+Trust&q=ced", "C"),
    ]:
        assert (query, found(officer, query)) == (query, expected)


def test_authorities_can_be_chosen_where_several_are_held(officer: User, schools: dict[str, School]) -> None:
    neighbour = schools["z"].authority
    second = appointed(Role.ERA, authority=neighbour)
    assert "Local authority" not in options(second)
    PersonFactory.create()
    Appointment.objects.create(
        person=second.person, role=Role.ERA, authority=schools["a"].authority, starts_on=date(2020, 1, 1)
    )
    assert options(second)["Local authority"] == [("Invented County", 4), ("Neighbour", 1)]
    assert found(second, f"?authority={neighbour.pk}") == "Z"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "ABCD"),
        ("-name", "DCBA"),
        ("phase", "ACDB"),
        ("town", "CBDA"),
        ("pupils", "ACBD"),
        ("-pupils", "CABD"),
        ("changed", "BACD"),
        ("-changed", "ABCD"),
        ("nonsense", "ABCD"),
    ],
)
def test_what_is_not_known_is_last_in_any_order(
    officer: User, schools: dict[str, School], sort: str, expected: str
) -> None:
    for initial, day in (("a", date(2026, 2, 1)), ("b", date(2026, 1, 1))):
        School.objects.filter(pk=schools[initial].pk).update(source_changed_on=day)
    assert found(officer, f"?sort={sort}") == expected


def test_the_best_match_comes_first_unless_another_order_is_asked_for(officer: User) -> None:
    for name, urn, number in [
        ("The Oak School", 910_003, 2001),
        ("Oak Academy", 910_002, 2003),
        ("Beech School in Oak Road", 910_001, 2004),
        ("Poplar School", 913_333, 1111),
        ("Elm School 913333", 910_005, 2005),
    ]:
        SchoolFactory.create(name=name, urn=urn, establishment_number=number)
    assert found(officer, "?q=oak") == "OBT"
    assert found(officer, "?q=oak&sort=-name") == "TOB"
    assert found(officer, "?q=913333") == "PE"
    assert found(officer, "?q=999/1111") == "P"
    assert found(officer, "?q=999+2005") == "E"


def test_a_school_that_is_not_simply_open_is_marked(officer: User) -> None:
    SchoolFactory.create(name="Elm", establishment="proposed")
    SchoolFactory.create(name="Fir", establishment="closing")
    SchoolFactory.create(name="Gum", establishment="closed")
    cells = [row[0] for row in read(officer)["table"].rows]
    assert [cell.status.label if cell.status else "" for cell in cells] == [
        *("", "", "", "Closed 31 March 2012"),
        *("Proposed to open", "Open, proposed to close", "Closed"),
    ]


# Taken away -----------------------------------------------------------------------------------------------------------


def test_the_list_is_taken_away_with_what_is_known_of_each_school(officer: User, schools: dict[str, School]) -> None:
    sip = appointed(Role.SIP, district=schools["c"].district)
    for urn, kind in ((910_002, "Successor"), (910_001, "Successor - Split School")):
        SchoolLinkFactory.create(urn=schools["d"].urn, linked_urn=urn, kind=kind)
    SchoolLinkFactory.create(urn=910_001, linked_urn=schools["d"].urn, kind="Predecessor")
    SchoolLinkFactory.create(urn=schools["d"].urn, linked_urn=910_009, kind="Other")
    School.objects.filter(pk=schools["d"].pk).update(easting=437_293, northing=115_561, capacity=210)
    response = signed_in(officer).get(reverse("schools:export", args=["json"]), {"establishment": "closed"})
    taken = json.loads(b"".join(response))
    assert all(column["meaning"] for column in taken["columns"])
    [row] = taken["rows"]
    assert {name: value for name, value in row.items() if value not in ("", None)} == {
        "urn": schools["d"].urn,
        "laestab": schools["d"].laestab,
        "name": "Damson",
        "phase": "Primary",
        "type": "Community school",
        "service": "Register only",
        "establishment": "Closed",
        "closed_on": "2012-03-31",
        "successors": "910001, 910002",
        "district": "South",
        "sip": sip.name,
        "capacity": 210,
        "town": "Nowhere",
        "postcode": "ZZ1 1ZZ",
        "easting": 437_293,
        "northing": 115_561,
        "late_now": 0,
    }


def test_the_overview_says_where_on_the_map_the_school_is(officer: User, schools: dict[str, School]) -> None:
    School.objects.filter(pk=schools["a"].pk).update(
        easting=437_293, northing=115_561, source_changed_on=date(2026, 5, 1)
    )
    summary = signed_in(officer).get(schools["a"].get_absolute_url()).context["register"]
    [fact] = [fact for fact in summary if fact.label == "Map reference"]
    assert (fact.value, fact.source) == ("SU 372 155 (easting 437293, northing 115561)", "GIAS, 1 May 2026")
    nowhere = signed_in(officer).get(schools["b"].get_absolute_url()).content.decode()
    assert "Map reference" in nowhere

"""The page of the chronology: narrowed, as at a day, in words, and taken away."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import LONDON
from schoolimprove.records.models import AuditEvent
from schools.models import School
from schools.records.states import RecordStatus
from schools.register.chronology import Place, entries, in_words
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY, County
from tests.factories.imports import ImportRunFactory, SchoolLinkFactory
from tests.factories.records import AuditEventFactory
from tests.factories.schools import DistrictFactory, PersonFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 1, 23, 30, tzinfo=LONDON)


def read(county: County, user: User, **query: Any) -> Any:
    """What the page is made of."""
    address = reverse("schools:chronology", args=[county.school.urn])
    response = signed_in(user).get(address, query)
    assert response.status_code == 200
    return response.context


def told(county: County, user: User, **query: Any) -> list[str]:
    return [event.what for event in read(county, user, **query)["events"]]


def as_at(day: date) -> Mapping[str, int]:
    return {"as_at_0": day.day, "as_at_1": day.month, "as_at_2": day.year}


def happened(county: County, verb: str, **fields: Any) -> AuditEvent:
    """Something that happened to the school."""
    about = {"subject_kind": "schools.school", "subject_id": county.school.pk, "school_id": county.school.pk}
    event: AuditEvent = AuditEventFactory.create(**{**about, "verb": verb, **fields})
    return event


# Narrowed -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def year(county: County) -> County:
    """Three things that happened in May, in June by somebody else, and today by nobody."""
    someone = UserFactory.create(name="Invented Clerk")
    happened(county, "changed", at=MAY, reason="Census", by=county.dsim)
    happened(county, "reopened", at=MAY + timedelta(days=40), by=someone)
    happened(county, "flooded", by=None, at=clock.now())
    county.record(RecordStatus.SHARED)
    return county


SHARED_LIFE = 3
NARROWED: list[tuple[dict[str, Any], list[str]]] = [
    ({"kind": "register"}, ["School flooded", "School reopened", "School changed"]),
    ({"kind": "register", "q": "census"}, ["School changed"]),
    ({"kind": "register", "q": "invented clerk"}, ["School reopened"]),
    ({"kind": "register", "q": "clerk census"}, []),
    ({"kind": "register", "by": "system"}, ["School flooded"]),
    ({"kind": "register", "since_0": 2, "since_1": 5, "since_2": 2026}, ["School flooded", "School reopened"]),
    ({"kind": "register", "until_0": 1, "until_1": 5, "until_2": 2026}, ["School changed"]),
    (
        {"kind": "register", "until_0": 31, "until_1": 12, "until_2": 9999},
        NARROWED_BY_NOTHING := ["School flooded", "School reopened", "School changed"],
    ),
    ({"kind": "register", "since_0": 1, "since_1": 1, "since_2": "0001"}, NARROWED_BY_NOTHING),
    ({"kind": "register", **as_at(date(2026, 5, 1))}, ["School changed"]),
    ({"kind": "register", **as_at(date(2026, 4, 30))}, []),
    ({"kind": "days"}, []),
]


@pytest.mark.parametrize(("query", "expected"), NARROWED)
def test_the_chronology_is_narrowed(year: County, query: dict[str, Any], expected: list[str]) -> None:
    assert told(year, year.dsim, **query) == expected


def test_kinds_and_people_are_counted_up_to_the_day_it_is_read_as_at(year: County) -> None:
    def counted(**query: Any) -> dict[str, int | None]:
        panel = read(year, year.dsim, **query)["filters"]
        return {option.label: option.count for group in panel.groups for option in group.options}

    now, then = counted(), counted(**as_at(date(2026, 5, 1)))
    assert (now["Visits"], now["Register"], now["Invented Clerk"], now["The service"]) == (SHARED_LIFE, 3, 1, 1)
    assert (then["Visits"], then["Register"], then["Invented Clerk"], then[year.dsim.name]) == (0, 1, 0, 1)


def test_kinds_are_not_counted_that_the_reader_may_not_know_of(year: County) -> None:
    panel = read(year, year.headteacher)["filters"]
    options = {option.label: option.count for group in panel.groups for option in group.options}
    assert options["Visits"] == 1
    assert options["Register"] == 0
    assert "Invented Clerk" not in options


def test_what_was_chosen_is_shown_with_its_day_in_words(year: County) -> None:
    panel = read(year, year.dsim, kind="register", **as_at(date(2026, 5, 1)))["filters"]
    assert [(group.label, [tag.label for tag in group.tags]) for group in panel.chosen] == [
        ("Kind of event", ["Register"]),
        ("Show the school as it was on", ["1 May 2026"]),
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (as_at(TUESDAY + timedelta(days=1)), "The date must be today or in the past"),
        ({"as_at_0": 31, "as_at_1": 2, "as_at_2": 2026}, "The date must be a real date"),
        (
            {"since_0": 2, "since_1": 5, "since_2": 2026, "until_0": 1, "until_1": 5, "until_2": 2026},
            "The last day must be the same as or after the first day",
        ),
        ({"q": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_is_refused_and_everything_shown(year: County, query: dict[str, Any], message: str) -> None:
    context = read(year, year.dsim, **query)
    assert message in str(context["form"].errors)
    assert not context["as_at"]
    assert len(context["events"]) >= SHARED_LIFE


# As it stood ----------------------------------------------------------------------------------------------------------


def stood(county: County, user: User, day: date) -> dict[str, Any]:
    return {fact.label: fact.value for fact in read(county, user, **as_at(day))["stood"]}


def test_the_head_of_the_file_says_how_the_school_stood_that_day(county: County) -> None:
    school, name, north = county.school, county.school.name, county.school.district
    assert north is not None
    School.history.filter(id=school.pk).update(history_date=datetime(2020, 1, 1, tzinfo=LONDON))
    with clock.at(date(2026, 6, 1)):
        school.name, school.establishment, school.phase = "Renamed", "closing", "special"
        school.district = DistrictFactory.create(name="Moved")
        school.save()
    school.history.filter(name="Renamed").update(history_date=datetime(2026, 6, 1, 0, 0, tzinfo=LONDON))
    was_head = appointed(Role.HEADTEACHER, school=school, starts_on=date(2019, 1, 1), ends_on=date(2026, 5, 31))
    county.headteacher.person.appointments.update(starts_on=date(2026, 6, 1))
    before, after = (stood(county, county.dsim, day) for day in (date(2026, 5, 31), date(2026, 6, 1)))
    assert [before[label] for label in ("Name", "Phase", "Open or closed", "District")] == [
        name,
        "Primary",
        "Open",
        "North",
    ]
    assert [after[label] for label in ("Name", "Phase", "Open or closed", "District")] == [
        "Renamed",
        "Special",
        "Open, proposed to close",
        "Moved",
    ]
    assert (before["Headteacher"], after["Headteacher"]) == (was_head.name, county.headteacher.name)
    assert after["Chair of governors"] == county.chair.name
    assert after["School Improvement Partner"] == county.sip.name


def test_before_the_register_held_the_school_it_says_so(county: County) -> None:
    facts = read(county, county.dsim, **as_at(date(1990, 1, 1)))["stood"]
    assert facts[0].empty == "The school was not in the register on that day"
    assert [fact.value for fact in facts[1:]] == ["", "", ""]


def test_whoever_may_not_read_the_history_is_not_told_of_it_as_at_a_day(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    for user in (county.headteacher, county.chair):
        context = read(county, user, **as_at(TUESDAY))
        assert context["stood"] == []
        assert [event.what for event in context["events"]] == [
            f"Record of Visit {record.reference} approved and shared"
        ]


# In words -------------------------------------------------------------------------------------------------------------


def said(county: County) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    places = [Place(county.school)]
    events = in_words(entries(county.dsim, places, kinds=["register", "contacts", "days"]), places)
    return [(event.what, list(event.changes)) for event in events]


def words_of(county: County, verb: str, **fields: Any) -> tuple[str, list[tuple[str, Any, Any]]]:
    happened(county, verb, **fields)
    [event] = said(county)
    return event


def test_a_change_that_came_with_an_import_says_what_and_whence(county: County) -> None:
    run = ImportRunFactory.create()
    assert words_of(
        county, "changed by import", run_id=run.pk, changes={"town": ["Nowhere", "Elsewhere"], "version": [1, 2]}
    ) == ("Changed in GIAS: Town Nowhere → Elsewhere", [("Town", "Nowhere", "Elsewhere")])


def test_keys_are_names_codes_are_words_and_days_are_days(county: County) -> None:
    there = DistrictFactory.create(name="South")
    what, changes = words_of(
        county,
        "changed by import",
        changes={
            "district": [county.school.district_id, there.pk],
            "phase": ["primary", "16_plus"],
            "closed_on": [None, "2026-08-31"],
            "capacity": [200, None],
            "gone": ["a", "b"],
        },
    )
    assert what == "Changed in GIAS: Phase, Closed on, District and 1 more"
    assert changes == [
        ("Phase", "Primary", "16 plus"),
        ("Closed on", None, date(2026, 8, 31)),
        ("District", "North", "South"),
        ("Capacity", 200, None),
    ]


@pytest.mark.parametrize(
    ("verb", "changes", "expected"),
    [
        ("added by import", {"town": [None, "Nowhere"]}, "Added to the register from GIAS"),
        ("changed", {"town": ["", "Nowhere"]}, "School changed: Town nothing → Nowhere"),
        ("changed", {"town": ["A", "B"], "county": ["C", "D"]}, "School changed: Town and County"),
        ("changed", {"closed_on": [None, "2026-08-31"]}, "School changed: Closed on nothing → 31 August 2026"),
        (
            "restored by undoing",
            {"town": ["Elsewhere", "Nowhere"]},
            "Restored by undoing an import: Town Elsewhere → Nowhere",
        ),
    ],
)
def test_what_happened_to_a_school_in_words(county: County, verb: str, changes: Any, expected: str) -> None:
    assert words_of(county, verb, changes=changes)[0] == expected


def test_a_link_a_contact_and_a_day_of_its_own_are_told_too(county: County) -> None:
    link = SchoolLinkFactory.create(urn=county.school.urn)
    usual = {"by": None, "at": MAY}
    for kind, pk, name, verb in [
        ("schools.schoollink", link.pk, str(link), "added by import"),
        ("schools.schoollink", 0, "900001: Successor 910001", "removed by undoing"),
        ("schools.schoolcontact", 1, "School office, Invented Secretary", "added"),
        ("schools.schoolclosure", 1, "1 May 2026: Flood", "added by import"),
        ("schools.schoolterm", 1, "Autumn term 2026/27", "withdrawn"),
    ]:
        happened(county, verb, subject_kind=kind, subject_id=pk, subject_name=name, **usual)
    assert sorted(what for what, _changes in said(county)) == [
        "Contact added: School office, Invented Secretary",
        "Link removed by undoing an import: 900001: Successor 910001",
        "Own closure day added from GIAS: 1 May 2026: Flood",
        "Own term withdrawn: Autumn term 2026/27",
        "Successor recorded: Invented Academy",
    ]
    for reader in (county.headteacher, county.chair):
        assert not entries(reader, [Place(county.school)]).exists()


def test_an_appointment_names_whom_and_where(county: County) -> None:
    one, other = PersonFactory.create(name="One"), PersonFactory.create(name="Other")
    changes = {"person": [one.pk, other.pk], "school": [None, county.school.pk], "ends_on": [None, "2026-12-31"]}
    what, shown = words_of(
        county, "changed", subject_kind="schools.appointment", subject_name="Other, Clerk", changes=changes
    )
    assert what == "Other, Clerk: changed"
    assert shown == [("School", "", county.school.name), ("Person", "One", "Other"), ("To", None, date(2026, 12, 31))]


# Taken away -----------------------------------------------------------------------------------------------------------


def test_it_is_taken_away_as_it_is_narrowed_and_that_is_remembered(year: County) -> None:
    query: dict[str, Any] = {"kind": "register", **as_at(date(2026, 5, 1))}
    address = reverse("schools:chronology_export", args=[year.school.urn, "json"])
    happened(year, "changed by import", changes={"town": ["Nowhere", "=Elsewhere"]}, at=MAY)
    response = signed_in(year.dsim).get(address, query)
    taken = json.loads(b"".join(response))
    assert taken["filters"] == {"Kind of event": "Register", "Show the school as it was on": "1 May 2026"}
    assert [row["changes"] for row in taken["rows"]] == ["Town: Nowhere → =Elsewhere", ""]
    assert taken["rows"][1] | {"at": "", "school": ""} == {
        "at": "",
        "kind": "Register",
        "event": "School changed",
        "school": "",
        "by": year.dsim.name,
        "reason": "Census",
        "changes": "",
    }
    event = AuditEvent.objects.get(verb="exported a chronology")
    assert (event.by, event.school_id) == (year.dsim, year.school.pk)
    assert "exported" not in " ".join(told(year, year.dsim))


def test_long_and_short_take_the_same_queries(county: County) -> None:
    run = ImportRunFactory.create()
    address = reverse("schools:chronology", args=[county.school.urn])
    exported = reverse("schools:chronology_export", args=[county.school.urn, "csv"])
    counts = []
    for _size in range(2):
        for number in range(4):
            district = DistrictFactory.create(name=f"District {AuditEvent.objects.count()}")
            happened(county, "changed by import", run_id=run.pk, changes={"district": [None, district.pk]})
            link = SchoolLinkFactory.create(urn=county.school.urn + number)
            happened(county, "added by import", subject_kind="schools.schoollink", subject_id=link.pk)
        SchoolLinkFactory._meta.model.objects.all().delete()
        client, found = signed_in(User.objects.get(pk=county.dsim.pk)), []
        client.get(reverse("home"))
        for path in (address, f"{address}?q=a&kind=register&as_at_0=3&as_at_1=11&as_at_2=2026", exported):
            with CaptureQueriesContext(connection) as captured:
                response = client.get(path)
                assert b"".join(response)
            found.append(len(captured))
        counts.append(found)
    assert counts[0] == counts[1]

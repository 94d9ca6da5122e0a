"""What was changed about a school, by whom, when and why."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.history import attribute_history
from schools.models import School
from schools.register.models.school import Establishment
from schools.register.schools.history import LONGEST, school_changes
from tests.factories.accounts import UserFactory
from tests.factories.schools import DistrictFactory, PartnershipFactory, SchoolFactory

pytestmark = pytest.mark.django_db


def change(school: School, *, by: User | None = None, reason: str = "", **fields: object) -> None:
    for name, value in fields.items():
        setattr(school, name, value)
    attribute_history(school, by=Actor(by), reason=reason)
    school.save()


def test_a_school_begins_with_its_entry_in_the_register(clock_at: Callable[[date], datetime]) -> None:
    moment = clock_at(date(2026, 5, 1))
    [entry] = school_changes(SchoolFactory.create())
    assert (entry.what, entry.who, list(entry.changes)) == ("Added to the register", "The service", [])
    assert moment.date() == date(2026, 5, 1)


def test_each_change_says_before_and_after_newest_first() -> None:
    school, user = SchoolFactory.create(name="Hill School", pupils=None), UserFactory.create()
    change(school, by=user, reason="Census", pupils=210)
    change(school, by=user, reason="Renamed by its governors", name="Hilltop School", pupils=211)
    newest, middle, _entry = school_changes(school)
    assert (newest.what, newest.who, newest.why) == ("Changed", user.name, "Renamed by its governors")
    assert list(newest.changes) == [("Name", "Hill School", "Hilltop School"), ("Number of pupils", 210, 211)]
    assert (middle.why, list(middle.changes)) == ("Census", [("Number of pupils", None, 210)])


def test_a_relation_is_shown_by_name_and_a_choice_by_its_label() -> None:
    north = DistrictFactory.create(name="North")
    south = DistrictFactory.create(name="South")
    school = SchoolFactory.create(district=north)
    partnership = PartnershipFactory.create(name="Riverside")
    change(school, district=south, partnership=partnership, establishment=Establishment.CLOSING)
    changes = {label: (before, after) for label, before, after in school_changes(school)[0].changes}
    assert changes == {
        "District": ("North", "South"),
        "Partnership": ("", "Riverside"),
        "Open or closed": ("Open", "Open, proposed to close"),
    }


def test_a_save_that_changes_nothing_is_not_told() -> None:
    school = SchoolFactory.create()
    change(school)
    school.version += 1
    change(school, by=UserFactory.create())
    assert [entry.what for entry in school_changes(school)] == ["Added to the register"]


def test_another_schools_changes_are_not_this_ones() -> None:
    school, other = SchoolFactory.create_batch(2)
    change(other, pupils=5)
    assert len(school_changes(school)) == 1


def test_only_the_newest_are_shown_and_each_of_them_rightly() -> None:
    school = SchoolFactory.create(pupils=0)
    for pupils in range(1, LONGEST + 10):
        change(school, pupils=pupils)
    shown = school_changes(school)
    # The oldest row read has nothing older beside it to be compared with.
    assert len(shown) == LONGEST - 1
    assert list(shown[0].changes) == [("Number of pupils", LONGEST + 8, LONGEST + 9)]
    assert all(len(entry.changes) == 1 for entry in shown)


@pytest.mark.parametrize("changes", [1, 20])
def test_the_queries_do_not_grow_with_the_changes(changes: int) -> None:
    school = SchoolFactory.create()
    for number in range(changes):
        district = DistrictFactory.create(name=f"District {number}")
        change(
            school, by=UserFactory.create(), district=district, partnership=PartnershipFactory.create(name=str(number))
        )
    with CaptureQueriesContext(connection) as captured:
        shown = school_changes(school)
    assert len(shown) == changes + 1
    # The rows with their authors, and the names of authorities, districts and partnerships; of no diocese.
    assert len(captured) == 4


def test_the_system_is_named_where_nobody_did_it() -> None:
    school = SchoolFactory.create()
    attribute_history(school, by=SYSTEM, reason="GIAS, 1 May 2026")
    school.pupils = 12
    school.save()
    newest = school_changes(school)[0]
    assert (newest.who, newest.why) == ("The service", "GIAS, 1 May 2026")

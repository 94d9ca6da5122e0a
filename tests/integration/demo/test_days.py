"""The demonstration lives on any day of the year: in term, in a holiday, on the first day of it and on the last."""

from datetime import date

import pytest
from django.test import Client

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.accounts.session import VERIFIED
from schoolimprove.demo import places, signins
from schoolimprove.demo.load import load_demo
from schoolimprove.lib import clock
from schoolimprove.records.models import Job
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import Ask, asked_of
from schools.deadlines import ASSURE, RESPOND, SUBMIT
from schools.lineage import predecessors
from schools.models import Appointment, ImportKind, ImportRun, RecordOfVisit, Response, School, SchoolContact

pytestmark = pytest.mark.django_db

DAYS = [
    date(2026, 9, 1),
    date(2026, 10, 31),
    date(2026, 12, 25),
    date(2027, 3, 31),
    date(2027, 7, 20),
    date(2027, 8, 31),
]
ARE_ASKED = (
    Role.SIP,
    Role.DSIM,
    Role.HEAD_OF_SERVICE,
    Role.DEPUTY_HEAD,
    Role.CORPORATE_DIRECTOR,
    Role.HEADTEACHER,
    Role.CHAIR,
)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_on_any_day_everybody_finds_something_on_their_home_page(today: date) -> None:
    load_demo(today=today, seed=1)
    with clock.at(today):
        assert {role for role in Role if status_of_home(role) != 200} == set()
        assert {role for role in ARE_ASKED if not asks_of(role)} == set()
        assert_that_work_stands_in_every_state(today)
        assert_that_files_were_brought_in(today)
        assert_that_schools_can_be_rung()
        assert {ask.overdue for ask in asks_of(Role.HEADTEACHER)} == {False, True}


def user_in(role: Role) -> User:
    return User.objects.get(email=signins.address(role))


def status_of_home(role: Role) -> int:
    client = Client()
    client.force_login(user_in(role))
    session = client.session
    session[VERIFIED] = clock.now().isoformat()
    session.save()
    return client.get("/").status_code


def asks_of(role: Role) -> list[Ask]:
    return list(asked_of(user_in(role), clock.today()))


def assert_that_work_stands_in_every_state(today: date) -> None:
    assert set(RecordOfVisit.objects.values_list("status", flat=True)) == {"draft", "submitted", "shared"}
    for rule in (SUBMIT, ASSURE, RESPOND):
        assert Deadline.objects.overdue(today).filter(rule=rule).exists(), f"nothing late: {rule}"
        assert Deadline.objects.open().filter(rule=rule, due_on__gte=today).exists(), f"nothing in time: {rule}"
    assert RecordOfVisit.objects.exclude(returned_because="").exists()
    assert answered_by("headteacher") - answered_by("chair")
    assert answered_by("headteacher", accurate=False) & answered_by("chair")
    assert School.objects.filter(visits__held_on__lt=today.replace(year=today.year - 1)).count() == 0


def answered_by(role: str, **said: bool) -> set[int]:
    return set(Response.objects.filter(role=role, **said).values_list("version__record", flat=True))


def assert_that_files_were_brought_in(today: date) -> None:
    """Of each kind an applied one; one with what was not taken, one that waits to be confirmed, one undone."""
    runs = ImportRun.objects.all()
    assert {kind for kind, _ in ImportKind.choices if not runs.applied().filter(kind=kind).exists()} == set()
    waiting, undone = runs.get(status="checked"), runs.get(status="undone")
    assert waiting.outcome["added"] == 1
    assert waiting.outcome["changed"] > 5
    assert waiting.created_at.astimezone(clock.LONDON).date() < today
    assert not Appointment.objects.filter(school__name=places.WITHOUT_CHAIR, role=Role.CHAIR).exists(), undone
    newest = runs.newest_applied(ImportKind.GIAS)
    assert newest is not None
    assert newest.outcome["ignored"] == len(places.NEIGHBOURS)
    assert [School.objects.get(urn=urn).name for urn in newest.outcome["vanished"]] == [places.NOT_IN_FILE]
    assert [(each.column, each.file) for each in newest.rejections.all()] == [("NumberOfPupils", newest.names[0])]
    assert not Job.objects.unfinished().exists()
    new = School.objects.get(name=places.CONVERTER)
    assert [school.name for school in predecessors(new)] == [places.CONVERTED]


def assert_that_schools_can_be_rung() -> None:
    standing = SchoolContact.objects.standing()
    assert standing.values("school").distinct().count() > 10
    (ended,) = SchoolContact.objects.exclude(ended_because="")
    (follows,) = standing.filter(school=ended.school, purpose=ended.purpose)
    assert follows.as_of > ended.as_of
    served = School.objects.filter(appointments__role=Role.SIP)
    assert not served.filter(name=places.WITHOUT_SIP).exists()

"""The demonstration lives on any day of the year: in term, in a holiday, on the first day of it and on the last.

`make test` looks at the day that it is loaded for once; `make prove` loads it for five others.
"""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.accounts.session import VERIFIED
from schoolimprove.demo import places, signins
from schoolimprove.demo.load import load_demo
from schoolimprove.lib import clock
from schoolimprove.records.models import Job
from schoolimprove.reminders.models import Deadline, Mailing, Reminder, Sweep
from schoolimprove.reminders.reconciling import reconcile
from schoolimprove.reminders.steps import Step
from schoolimprove.reminders.todo import tasks_of
from schoolimprove.ui.registry import TodoItem
from schools.letters.pdf import JOB as LETTER_JOB
from schools.models import (
    AgendaItem,
    Appointment,
    AssuranceComment,
    ContactNote,
    Correction,
    Entitlement,
    GovernorsMeeting,
    ImportKind,
    ImportRun,
    ProgrammeEdition,
    RecordAction,
    RecordAttachment,
    RecordDocument,
    RecordOfVisit,
    Response,
    School,
    SchoolContact,
    Silence,
    Strength,
    TermOpening,
    Visit,
)
from schools.records.deadlines import ASSURE, RESPOND, SUBMIT
from schools.records.pdf import JOB
from schools.register.lineage import predecessors
from schools.register.recalculation import JOB as RECOUNT
from schools.tasks import follow_calendar, follow_unseen_schools
from schools.visits.models.visit import VisitKind
from tests.demonstration import DAY

DAYS = [
    date(2026, 9, 1),
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
    Role.CLERK,
)


LIVE_WITH_DATES = {*ARE_ASKED, Role.EIP, Role.DISTRICT_ADMINISTRATOR, Role.DEPUTY_DIRECTOR, Role.ERA} | {
    Role.SYSTEM_ADMINISTRATOR
}
"""Roles of the first release: each has at least three dated things on the home page, one of them late."""
ARE_REMINDED = (Role.SIP, Role.DSIM, Role.HEAD_OF_SERVICE, Role.HEADTEACHER, Role.CHAIR, Role.CLERK)


@pytest.mark.usefixtures("demonstration")
def test_everybody_finds_something_on_their_home_page() -> None:
    with clock.at(DAY), transaction.atomic():
        assert_that_it_lives(DAY)
        transaction.set_rollback(True)


@pytest.mark.prove
@pytest.mark.django_db
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_on_any_day_everybody_finds_something_on_their_home_page(today: date) -> None:
    load_demo(today=today, seed=1)
    with clock.at(today):
        assert_that_it_lives(today)


def assert_that_it_lives(today: date) -> None:
    assert {role for role in Role if status_of_home(role) != 200} == set()
    assert {role for role in ARE_ASKED if not asks_of(role)} == set()
    assert {role: dated for role in LIVE_WITH_DATES if (dated := dates_of(role)) != (3, 1)} == {}
    assert_that_work_stands_in_every_state(today)
    assert_that_terms_were_opened(today)
    assert_that_everything_follows(today)
    assert_that_files_were_brought_in(today)
    assert_that_people_are_reminded(today)
    assert_that_schools_can_be_rung()
    follow_unseen_schools()
    follow_calendar()
    assert reconcile(today).examples == {"missing": [], "left over": [], "on another day": []}
    if today == DAY:
        assert missing_states(Visit) == set()
    assert {ask.overdue for ask in asks_of(Role.HEADTEACHER)} == {False, True}


def user_in(role: Role) -> User:
    return User.objects.get(email=signins.address(role))


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(user_in(role))
    session = client.session
    session[VERIFIED] = clock.now().isoformat()
    session.save()
    return client


def status_of_home(role: Role) -> int:
    return client_of(role).get("/").status_code


def asks_of(role: Role) -> list[TodoItem]:
    return tasks_of(user_in(role), clock.today())


def dates_of(role: Role) -> tuple[int, int]:
    """How many things on the home page have a date, up to three, and how many of them are late, up to one."""
    context = client_of(role).get("/").context
    dated = [each for each in (*context["tasks"], *context["dates"]) if each.due_on]
    return min(len(dated), 3), min(sum(each.overdue for each in dated), 1)


def assert_that_people_are_reminded(today: date) -> None:
    """Whoever rules tell has been told, this morning too; some of it is read, some answered, some waits unread."""
    assert {role for role in ARE_REMINDED if not Reminder.objects.to(user_in(role)).exists()} == set()
    assert {role for role in (Role.SIP, Role.DSIM) if not user_in(role).unread_reminders} == set()
    assert Sweep.objects.filter(on=today, ended_at__isnull=False).exists()
    told = Reminder.objects.all()
    assert told.unread().exists()
    assert told.filter(answer="late").exists()
    assert {step for step in Step if not told.filter(step=step).exists()} == set()
    assert Mailing.objects.filter(state="handed over").exists()


def assert_that_work_stands_in_every_state(today: date) -> None:
    everywhere = [RecordOfVisit, Correction, RecordAction, Strength, ProgrammeEdition]
    assert {model.__name__: missing_states(model) for model in everywhere if missing_states(model)} == {}
    for rule in (SUBMIT, ASSURE, RESPOND):
        assert Deadline.objects.overdue(today).filter(rule=rule).exists(), f"nothing late: {rule}"
        assert Deadline.objects.open().filter(rule=rule, due_on__gte=today).exists(), f"nothing in time: {rule}"
    assert RecordOfVisit.objects.exclude(returned_because="").exists()
    assert answered_by("headteacher") - answered_by("chair")
    assert answered_by("headteacher", accurate=False) & answered_by("chair")
    assert School.objects.filter(visits__held_on__lt=today.replace(year=today.year - 1)).count() == 0


def missing_states(model: Any) -> set[str]:
    """States of which the demonstration has nothing."""
    states = {value for value, _label in model.STATES.choices()}
    return states - set(model.objects.values_list("status", flat=True))


def assert_that_terms_were_opened(today: date) -> None:
    """Of the last term that is over nearly every core visit was held, and the days to come have theirs."""
    assert TermOpening.objects.count() >= 2
    core = Visit.objects.filter(kind=VisitKind.CORE)
    opened = core.exclude(term="").filter(status__in=["due", "proposed", "agreed", "held"])
    over = TermOpening.objects.order_by("pk")[0]
    of_it = opened.of_term(over.academic_year, over.term)
    assert of_it.held().count() > 0.85 * of_it.count() > 35
    assert not Visit.objects.filter(status__in=["proposed", "agreed"], planned_on__lt=today).exists()
    assert Visit.objects.filter(status__in=["proposed", "countered"], planned_on__gte=today).count() >= 2
    assert core.filter(status="cancelled").exists()
    assert core.filter(status="due").exists()


def assert_that_everything_follows(today: date) -> None:
    """What surrounds the records: meetings, silence, comments, files, a review, notes, days."""
    meetings = GovernorsMeeting.objects.standing()
    assert meetings.filter(held_on__lt=today).values("school").distinct().count() > 30
    assert Silence.objects.exists()
    assert RecordOfVisit.objects.filter(visit__kind=VisitKind.LA_REVIEW, status="shared").exists()
    assert Visit.objects.filter(kind=VisitKind.PERFORMANCE_MANAGEMENT).count() == 3
    assert AssuranceComment.objects.filter(part__startswith="item_").exists()
    assert RecordAttachment.objects.filter(record__status="shared").exists()
    assert RecordAction.objects.overdue(today).exists()
    assert RecordAction.objects.unfinished().filter(due_on__gt=today).exists()
    assert {row.owner for row in RecordAction.objects.all()} == {"school", "authority"}
    assert [entitled.days > 5 for entitled in Entitlement.objects.all()] == [True]
    assert ContactNote.objects.count() == 4
    assert AgendaItem.objects.filter(source="school").exists()
    (corrected,) = Correction.objects.filter(status="issued").select_related("record")
    assert corrected.record.shared_version == 2
    assert Response.objects.filter(version__record=corrected.record, version__number=2, role="chair").exists()
    carried = [line for each in RecordOfVisit.objects.all() for line in each.written.carried]
    assert {line.outcome for line in carried} == {"open", "done", "dropped"}
    assert RecordDocument.objects.exists()


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
    assert not Job.objects.unfinished().exclude(kind__in=[JOB, LETTER_JOB, RECOUNT]).exists()
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

"""Many dates, each somebody else's, made at once."""

from datetime import date, timedelta

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Working
from schoolimprove.reminders.models import Deadline
from schools.models import Appointment, Person, School, Visit
from schools.visits.deadlines import CORE_VISIT
from tests.factories.schools import LONG_AGO, SchoolFactory


def dates_of_many(number: int, *, due_on: date) -> None:
    """A core visit that is due in each of so many schools, each with a visitor of its own."""
    one = SchoolFactory.create()
    School.objects.bulk_create(
        School(urn=910_000 + n, name=f"Invented School {n}", authority=one.authority, type_code="01", phase="primary")
        for n in range(number)
    )
    User.objects.bulk_create(
        User(email=f"partner{n}@authority.invalid", name=f"Partner {n}", password="!") for n in range(number)
    )
    schools, people = (
        School.objects.exclude(pk=one.pk).order_by("urn"),
        User.objects.filter(name__startswith="Partner ").order_by("pk"),
    )
    Person.objects.bulk_create(Person(name=each.name, user=each) for each in people)
    Appointment.objects.bulk_create(
        Appointment(person=person, role=Role.SIP, school=school, starts_on=LONG_AGO)
        for person, school in zip(Person.objects.order_by("user_id"), schools, strict=True)
    )
    visits = Visit.objects.bulk_create(
        Visit(school=school, author=author, academic_year=2026, term="autumn", status="due")
        for school, author in zip(schools, people, strict=True)
    )
    working = Working("working days", due_on - timedelta(days=1), 1, due_on, due_on, ())
    Deadline.objects.bulk_create(
        Deadline(
            rule=CORE_VISIT,
            subject_kind=Visit._meta.label_lower,
            subject_id=visit.pk,
            school_id=visit.school_id,
            due_on=due_on,
            calendar=working.calendar,
            first_day=working.first_day,
            working=working.as_record(),
            opened_at=clock.now() - timedelta(days=365),
        )
        for visit in visits
    )

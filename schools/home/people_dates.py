"""Dates to know for those who manage people: appointments that end soon, and posts that nobody followed in."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.ui.registry import TodoItem
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.partners import with_exactly
from schools.register.served import served_on

ENDS_WITHIN = timedelta(days=60)
"""How long before its last day the end of an appointment is told, and how long after it that nobody followed."""
MOST = 5
_POSTS = (Role.SIP, Role.HEADTEACHER, Role.CHAIR, Role.CLERK)
"""Those that a school is not to be without."""


def dates_about_people(user: Any, on: date) -> Sequence[TodoItem]:
    """For those who manage people: appointments that end soon, and posts that nobody followed in."""
    if not user_can(user, Permission.MANAGE_PEOPLE):
        return []
    return [*_vacant(on), *_ending(on)]


def _ending(on: date) -> Iterator[TodoItem]:
    ending = Appointment.objects.current(on).filter(ends_on__range=(on, on + ENDS_WITHIN))
    for each in ending.with_scope().select_related("person", "school").order_by("ends_on", "pk")[:MOST]:
        yield TodoItem("An appointment ends", _named(each), _address(each), due_on=each.ends_on)


def _vacant(on: date) -> Iterator[TodoItem]:
    """Posts at schools that are served, whose holder left and whom nobody follows: the last who held each.

    A partner may follow by an appointment over more than the school.
    """
    served = School.objects.open().filter(served_on(on)).order_by()
    of_the_post = Appointment.objects.standing().filter(role=OuterRef("role"), school=OuterRef("school"))
    follows = of_the_post.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("ends_on")))
    at_once = of_the_post.filter(ends_on=OuterRef("ends_on"), pk__gt=OuterRef("pk"))
    has_partner = Q(role=Role.SIP) & ~Q(school__in=School.objects.filter(with_exactly([])).order_by().values("pk"))
    ended = Appointment.objects.standing().filter(
        ~Exists(follows),
        ~Exists(at_once),
        ~has_partner,
        role__in=_POSTS,
        school__in=served.values("pk"),
        ends_on__range=(on - ENDS_WITHIN, on - timedelta(days=1)),
    )
    for each in ended.with_scope().select_related("person", "school").order_by("ends_on", "pk")[:MOST]:
        yield TodoItem("A post has no successor", _named(each), _address(each), due_on=each.ends_on, overdue=True)


def _named(appointment: Appointment) -> str:
    return f"{appointment.person}, {appointment.get_role_display()}, {appointment.scope_name}"


def _address(appointment: Appointment) -> str:
    if appointment.school is not None:
        return reverse("schools:people", args=[appointment.school.urn])
    return reverse("admin:schools_person_change", args=[appointment.person_id])

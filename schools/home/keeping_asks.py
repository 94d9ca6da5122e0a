"""What the home page asks of those who keep the register and its people: fresh files, and posts that end."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.calendar.models import Term
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label
from schoolimprove.policy.keys import key_named
from schoolimprove.policy.models import PolicyRow
from schoolimprove.policy.values import policy_value
from schoolimprove.ui.registry import Ask
from schools.imports.models import ImportKind, ImportRun
from schools.policy import REGISTER_AGE
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.partners import with_exactly
from schools.register.served import served_on

ENDS_WITHIN = timedelta(days=60)
"""How long before its last day the end of an appointment is told, and how long after it that nobody followed."""
ASKED_BEFORE = timedelta(days=14)
"""How long before its day a file is asked for."""
TOLD_BEFORE = timedelta(days=180)
"""How long before its day it is told that the file will be wanted."""
MOST = 5
_POSTS = (Role.SIP, Role.HEADTEACHER, Role.CHAIR, Role.CLERK)
"""Those that a school is not to be without."""


def asks_about_files(user: Any, on: date) -> Sequence[Ask]:
    """Of those who import, once it is time: a file before the register is too old, and the next year's term dates."""
    return [each for each in _wanted_files(user, on) if each.due_on is None or each.due_on <= on + ASKED_BEFORE]


def dates_about_files(user: Any, on: date) -> Sequence[Ask]:
    """When the files will be wanted that nobody needs to bring in yet."""
    wanted = _wanted_files(user, on)
    return [each for each in wanted if each.due_on and on + ASKED_BEFORE < each.due_on <= on + TOLD_BEFORE]


def _wanted_files(user: Any, on: date) -> list[Ask]:
    return [*_register_file(on), *_term_dates(on)] if user_can(user, Permission.IMPORT_DATA) else []


def _register_file(on: date) -> Iterator[Ask]:
    if not School.objects.exists():
        yield Ask("Bring in the schools", "The register is empty", reverse("admin:schools_importrun_add"))
        return
    newest = ImportRun.objects.applied().filter(kind=ImportKind.GIAS).aggregate(at=Max("applied_at"))["at"]
    if newest is None:
        return
    came = newest.astimezone(clock.LONDON).date()
    due = came + timedelta(days=policy_value(REGISTER_AGE, on=on).days)
    where = f"Schools from GIAS; the last file was applied on {clock.uk_date(came)}"
    yield Ask("Bring in a fresh file", where, reverse("admin:schools_importrun_add"), due_on=due, overdue=due < on)


def _term_dates(on: date) -> Iterator[Ask]:
    """A year's dates are wanted before the year before it ends: by then visits of its autumn are planned."""
    for year in (academic_year(on), academic_year(on) + 1):
        if Term.objects.filter(academic_year=year).count() < len(TermName):
            due = academic_year_bounds(year)[0] - timedelta(days=1)
            title = f"Bring in the term dates of {academic_year_label(year)}"
            url = reverse("admin:schools_importrun_add")
            yield Ask(title, "Without them no date of that year can be worked out", url, due_on=due, overdue=due < on)


def asks_about_policy(user: Any, on: date) -> Sequence[Ask]:
    """Of a second person, who did not propose it: decide on a change before the day from which it is to hold."""
    if not user_can(user, Permission.APPROVE_POLICY):
        return []
    waiting = PolicyRow.objects.awaiting_approval().exclude(proposed_by=user).order_by("effective_from", "pk")
    return [
        Ask(
            "Approve a change of policy, or refuse it",
            f"{key_named(row.key).label}, from {clock.uk_date(row.effective_from)}",
            reverse("admin:policy_policyrow_change", args=[row.pk]),
            due_on=row.effective_from,
            overdue=row.effective_from < on,
        )
        for row in waiting
    ]


def dates_about_people(user: Any, on: date) -> Sequence[Ask]:
    """For those who manage people: appointments that end soon, and posts that nobody followed in."""
    if not user_can(user, Permission.MANAGE_PEOPLE):
        return []
    return [*_vacant(on), *_ending(on)]


def _ending(on: date) -> Iterator[Ask]:
    ending = Appointment.objects.current(on).filter(ends_on__range=(on, on + ENDS_WITHIN))
    for each in ending.with_scope().select_related("person", "school").order_by("ends_on", "pk")[:MOST]:
        yield Ask("An appointment ends", _named(each), _address(each), due_on=each.ends_on)


def _vacant(on: date) -> Iterator[Ask]:
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
        yield Ask("Nobody follows in a post", _named(each), _address(each), due_on=each.ends_on, overdue=True)


def _named(appointment: Appointment) -> str:
    return f"{appointment.person}, {appointment.get_role_display()}, {appointment.scope_name}"


def _address(appointment: Appointment) -> str:
    if appointment.school is not None:
        return reverse("schools:people", args=[appointment.school.urn])
    return reverse("admin:schools_person_change", args=[appointment.person_id])

"""The watch-list, and what the home page says of schools: when each was seen, and when it is seen next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.reminders.models import Deadline
from schools.oversight.school_facts import LAST_VISIT, LATE_NOW, NEXT_VISIT
from schools.register.models.school import School, SchoolQuerySet
from schools.register.models.watch import Watch
from schools.register.pages import school_in_scope
from schools.register.school_facts import with_facts
from schools.visits.deadlines import NOT_SEEN

LOOKED_THROUGH = 60
"""With more schools than these nobody reads a list of them: they search."""


def watch(school: School, *, by: User) -> None:
    """Put the school on one's list; on it already is as well."""
    acting(by, Permission.VIEW_SCHOOL_HISTORY, on=school)
    Watch.objects.get_or_create(user=by, school=school)


def stop_watching(school: School, *, by: User) -> None:
    """Take it off one's list; not on it is as well."""
    Watch.objects.filter(user=by, school=school).delete()


def is_watched(school: School, user: Any) -> bool:
    return Watch.objects.filter(user=user, school=school).exists()


@dataclass(frozen=True)
class Glance:
    """A school at a glance. Days are none where there is none that the reader may know of.

    It is `waited_for` where the authority wants to see it again by some day, `watched` where it is on their list.
    """

    school: School
    seen_on: date | None = None
    next_on: date | None = None
    late: int = 0
    waited_for: bool = False
    watched: bool = False


def glances(schools: SchoolQuerySet, user: Any, on: date) -> list[Glance]:
    """Return schools by name, with what the list of schools says of them, in one query."""
    waits = Deadline.objects.open().filter(
        rule=NOT_SEEN, subject_kind=School._meta.label_lower, subject_id=OuterRef("pk")
    )
    watched = Watch.objects.of(user).filter(school=OuterRef("pk"))
    marked = schools.only("urn", "name").annotate(
        waited_for=Exists(waits.order_by()), is_watched=Exists(watched.order_by())
    )
    return [_glance(school) for school in with_facts(marked, user, on).order_by("name", "pk")]


def _glance(school: Any) -> Glance:
    last, following, late = (getattr(school, fact.key, None) for fact in (LAST_VISIT, NEXT_VISIT, LATE_NOW))
    return Glance(school, last, following, late or 0, school.waited_for, school.is_watched)


@dataclass(frozen=True)
class HomeSchools:
    """The schools of a home page: how many there are, those that are listed, and those that are watched."""

    number: int
    listed: Sequence[Glance]
    watched: Sequence[Glance]


def schools_at_home(user: Any, on: date) -> HomeSchools:
    """Return a user's schools, where there are few enough to look through, and their watch-list; two queries."""
    mine = list(School.objects.visible_to(user).open().order_by().values_list("pk", flat=True)[: LOOKED_THROUGH + 1])
    few = set(mine) if len(mine) <= LOOKED_THROUGH else set()
    shown = Q(pk__in=few)
    if user_can(user, Permission.VIEW_SCHOOL_HISTORY):
        shown |= Q(pk__in=watched_by(user).order_by().values("pk"))
    found = glances(School.objects.filter(shown), user, on)
    return HomeSchools(
        len(mine),
        longest_unseen_first(each for each in found if each.school.pk in few),
        [each for each in found if each.watched],
    )


def longest_unseen_first(seen: Iterable[Glance]) -> list[Glance]:
    """Never seen, then by the day of the last visit; schools that nobody waits to see come last."""

    def place(each: Glance) -> tuple[bool, bool, date, str]:
        return not each.waited_for, each.seen_on is not None, each.seen_on or date.min, each.school.name

    return sorted(seen, key=place)


def watched_by(user: Any) -> SchoolQuerySet:
    return School.objects.filter(pk__in=Watch.objects.of(user).order_by().values("school")).order_by("name", "pk")


@require_POST
def watch_school(request: HttpRequest, urn: int) -> HttpResponse:
    school = school_in_scope(request, urn)
    watch(school, by=user_of(request))
    messages.success(request, f"You are watching {school.name}. It is on your home page.")
    return redirect(school)


@require_POST
def stop_watching_school(request: HttpRequest, urn: int) -> HttpResponse:
    school = school_in_scope(request, urn)
    stop_watching(school, by=user_of(request))
    messages.success(request, f"You have stopped watching {school.name}.")
    return redirect(school)

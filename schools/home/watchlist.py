"""The watch-list, and what the home page says of schools: when each was seen, and when it is seen next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schools.oversight.school_facts import LAST_VISIT, LATE_NOW, NEXT_VISIT
from schools.register.models.school import School, SchoolQuerySet
from schools.register.models.watch import Watch
from schools.register.pages import school_in_scope
from schools.register.school_facts import facts_for, with_facts
from schools.register.served import served_on

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
    """A school at a glance. Days are none where there is none that the reader may know of."""

    school: School
    seen_on: date | None = None
    next_on: date | None = None
    late: int = 0


def glances(schools: Iterable[School], user: Any, on: date) -> list[Glance]:
    """Return schools in their order with what the list of schools says of them, in one query, or none for none."""
    shown, keys = list(schools), [fact.key for fact in facts_for(user)]
    if not shown or not keys:
        return [Glance(school) for school in shown]
    known = with_facts(School.objects.filter(pk__in=[school.pk for school in shown]).order_by(), user, on)
    facts = {row["pk"]: row for row in known.values("pk", *keys)}
    return [_glance(school, facts.get(school.pk, {})) for school in shown]


def _glance(school: School, facts: Mapping[str, Any]) -> Glance:
    last, following, late = (facts.get(fact.key) for fact in (LAST_VISIT, NEXT_VISIT, LATE_NOW))
    return Glance(school, last, following, late or 0)


def longest_unseen_first(seen: Iterable[Glance], on: date) -> list[Glance]:
    """Never seen, then by the day of the last visit; schools that are not served wait for none and come last."""
    shown = list(seen)
    served = set(
        School.objects.filter(served_on(on), pk__in=[each.school.pk for each in shown]).values_list("pk", flat=True)
    )

    def place(each: Glance) -> tuple[bool, bool, date, str]:
        return each.school.pk not in served, each.seen_on is not None, each.seen_on or date.min, each.school.name

    return sorted(shown, key=place)


def watched_by(user: Any) -> SchoolQuerySet:
    return School.objects.filter(pk__in=Watch.objects.of(user).order_by().values("school")).order_by("name", "pk")


@require_POST
def watch_school(request: HttpRequest, urn: int) -> HttpResponse:
    school = school_in_scope(request, urn)
    watch(school, by=user_of(request))
    messages.success(request, f"You watch {school.name}. It is listed on your home page.")
    return redirect(school)


@require_POST
def stop_watching_school(request: HttpRequest, urn: int) -> HttpResponse:
    school = school_in_scope(request, urn)
    stop_watching(school, by=user_of(request))
    messages.success(request, f"You no longer watch {school.name}.")
    return redirect(school)

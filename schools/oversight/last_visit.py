"""When schools were last seen, and when they will be next.

Seen is a school at which a visit was held, of whatever kind, by whomever (domain 3.1, 3.2): other visits than the core
one follow need, and each looks at the school. A headteacher’s performance management is not among them: it is about a
person and leaves no record of the school, and only those it concerns may know of it (domain 3.3), so that the same
school would be seen for one reader and not for another. A call, letter or meeting is a contact, no visit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, OuterRef, Q, Subquery, When

from schoolimprove.accounts.roles import Permission
from schools.register.models.school import School, SchoolQuerySet
from schools.register.partners import Sips
from schools.register.scope import in_scope
from schools.register.served import served_on
from schools.visits.models.visit import Visit
from schools.visits.states import VisitStatus

Schools = Any
"""A `SchoolQuerySet` with what is added to each school here, which no checker can know."""
DATED = [VisitStatus.PROPOSED, VisitStatus.COUNTERED, VisitStatus.AGREED]


def looking_at_the_school(user: Any) -> Any:
    """The visits this user may know of that count as seeing the school, once they are held."""
    return Visit.objects.visible_to(user).look_at_schools()


def with_last_seen(schools: Schools, user: Any, *, on: date) -> Schools:
    """Each with `last_seen`, the day, and `last_visit`, the key of that day's visit; None where it never was."""
    return schools.annotate(
        last_seen=last_visit_on(user, on), last_visit=_where_read(user, _newest_first(on).values("pk"))
    )


def with_next_date(schools: Schools, user: Any, *, on: date) -> Schools:
    """Each with `next_on`, the next date proposed or agreed from that day on, and `next_visit`, its visit's key."""
    return schools.annotate(
        next_on=next_visit_on(user, on), next_visit=_where_read(user, _soonest_first(on).values("pk"))
    )


def last_visit_on(user: Any, on: date) -> Case:
    """Return the day on which a school was last seen, as an expression over a school."""
    return _where_read(user, _newest_first(on).values("held_on"))


def next_visit_on(user: Any, on: date) -> Case:
    """Return the next day proposed or agreed for a visit of a school, as an expression over a school."""
    return _where_read(user, _soonest_first(on).values("planned_on"))


def _newest_first(on: date) -> Any:
    return _looking_at_each().held().filter(held_on__lte=on).order_by("-held_on", "-pk")


def _soonest_first(on: date) -> Any:
    return _looking_at_each().filter(status__in=DATED, planned_on__gte=on).order_by("planned_on", "pk")


def _looking_at_each() -> Any:
    return Visit.objects.filter(school=OuterRef("pk")).look_at_schools()


def _where_read(user: Any, first: Any) -> Case:
    """What `looking_at_the_school` says of each, with the right asked once a school and not of its every visit."""
    return Case(When(in_scope(user, Permission.VIEW_SHARED_RECORD), then=Subquery(first[:1])))


def waited_for(on: date) -> SchoolQuerySet:
    """The schools that are to be seen: open and served on the day, of the authority that runs this service."""
    return School.objects.filter(served_on(on), authority__own=True).open()


def not_seen_for(days: int, user: Any, *, on: date) -> Schools:
    """The schools of the reader's coverage that are served and were not seen for that many days, or longer.

    Where a school was never seen the days count from its opening, so that a new school is not asked about at once.
    """
    mine = waited_for(on).visible_to(user, Permission.VIEW_COVERAGE)
    since = on - timedelta(days=days)
    never = Q(last_seen=None) & ~Q(opened_on__gt=since)
    found = with_last_seen(mine, user, on=on).filter(Q(last_seen__lte=since) | never)
    return with_next_date(found, user, on=on)


@dataclass(frozen=True)
class NotSeen:
    """A school of the list. `days` since it was last seen; None where it never was."""

    school: School
    partners: Sequence[str]
    last: Visit | None
    next: Visit | None
    days: int | None


def listed(schools: Sequence[School], *, on: date) -> list[NotSeen]:
    """With what is shown of each; two queries, however many."""
    sips = Sips.at([school.pk for school in schools])
    keys = {getattr(school, name) for school in schools for name in ("last_visit", "next_visit")} - {None}
    visits = Visit.objects.select_related("author").in_bulk(keys)
    found = []
    for school in schools:
        last, following = (visits.get(getattr(school, name)) for name in ("last_visit", "next_visit"))
        for visit in (last, following):
            if visit is not None:
                visit.school = school
        days = (on - last.held_on).days if last is not None and last.held_on else None
        found.append(NotSeen(school, sips.names_of(school), last, following, days))
    return found

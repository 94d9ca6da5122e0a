"""Which schools are owed visits, on a day or in a term."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import policy_value
from schools.policy import SERVICE_BY_TYPE
from schools.register.models.school import School, SchoolQuerySet
from schools.register.models.service_invitation import ServiceInvitation
from schools.visits.term_slots import TermDays


def ours(user: Any, permission: Permission) -> SchoolQuerySet:
    """Open schools of the authority that runs this service, as far as this right of the user reaches."""
    return School.objects.visible_to(user, permission).filter(authority__own=True).open()


def served_in(days: TermDays) -> Q:
    """Schools that are owed a core visit in a term: entitled, or by invitation that was accepted for its year."""
    return _served(days.year, days.first, days.last)


def served_on(day: date) -> Q:
    """Schools that are served on a day."""
    return _served(academic_year(day), day, day)


def _served(year: int, first: date, last: date) -> Q:
    policy = policy_value(SERVICE_BY_TYPE, on=first)
    accepted = ServiceInvitation.objects.filter(academic_year=year, accepted_on__isnull=False)
    invited = Q(type_code__in=policy.by_invitation) & Q(Exists(accepted.filter(school=OuterRef("pk"))))
    there = ~Q(opened_on__gt=last) & ~Q(closed_on__lt=first)
    return there & (Q(type_code__in=policy.entitled) | invited)

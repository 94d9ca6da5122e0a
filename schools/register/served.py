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


def ours(user: Any, permission: Permission) -> SchoolQuerySet:
    """Open schools of the authority that runs this service, as far as this right of the user reaches."""
    return School.objects.visible_to(user, permission).filter(authority__own=True).open()


def served_on(day: date) -> Q:
    """Schools that are served on a day."""
    return served_between(academic_year(day), day, day)


def served_between(year: int, first: date, last: date) -> Q:
    policy = policy_value(SERVICE_BY_TYPE, on=first)
    accepted = ServiceInvitation.objects.filter(academic_year=year, accepted_on__isnull=False)
    invited = Q(type_code__in=policy.by_invitation) & Q(Exists(accepted.filter(school=OuterRef("pk"))))
    there = ~Q(opened_on__gt=last) & ~Q(closed_on__lt=first)
    return there & (Q(type_code__in=policy.entitled) | invited)

"""The days of visits a school is entitled to in an academic year, and how many of them are used (domain 3.1).

The total counts every visit that was held, a headteacher's performance management among them. Using more than the
entitlement is told and never refused.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label
from schoolimprove.policy.values import policy_value
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes
from schools.policy import SERVICE_BY_TYPE, SIP_DAYS
from schools.register.establishments import Service
from schools.register.models.school import School
from schools.visits.models.entitlement import Entitlement
from schools.visits.models.visit import WITHOUT_RECORD, Visit

NONE = Decimal(0)
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Usage:
    """Of one school in one academic year. `on_management` is the part of the days used for performance management."""

    year: int
    entitled: Decimal
    used: Decimal
    on_management: Decimal = NONE

    @property
    def over(self) -> Decimal:
        """Days beyond the entitlement; nothing while there are some left."""
        return max(self.used - self.entitled, NONE)

    @property
    def label(self) -> str:
        return academic_year_label(self.year)

    def __str__(self) -> str:
        """`3.5 of 5 days used in 2026/27`, with what is over."""
        over = f", {in_days(self.over)} over the entitlement" if self.over else ""
        return f"{plain(self.used)} of {in_days(self.entitled)} used in {self.label}{over}"


def plain(days: Decimal) -> str:
    """`5`, `3.5`."""
    whole = days.to_integral_value()
    return str(whole) if days == whole else str(days.normalize())


def in_days(days: Decimal) -> str:
    return f"{plain(days)} day{'' if days == 1 else 's'}"


def days_used(schools: Collection[int], year: int) -> dict[int, Decimal]:
    """School → days of the visits held there in the academic year. One query."""
    return {school: total for school, (total, _part) in _used(schools, year).items()}


def _used(schools: Collection[int], year: int) -> dict[int, tuple[Decimal, Decimal]]:
    """Total, and what of it was for performance management."""
    held = Visit.objects.held().filter(school__in=schools, held_on__range=academic_year_bounds(year)).order_by()
    sums = held.values("school").annotate(
        total=Sum("days"), part=Sum("days", filter=Q(kind__in=sorted(WITHOUT_RECORD)))
    )
    return {row["school"]: (row["total"], row["part"] or NONE) for row in sums}


def usage_of(schools: Collection[int], year: int) -> dict[int, Usage]:
    """Of each of these schools; two queries and the policy's."""
    own = dict(Entitlement.objects.filter(school__in=schools, academic_year=year).values_list("school", "days"))
    usual, used = usual_days(year), _used(schools, year)
    return {school: Usage(year, own.get(school, usual), *used.get(school, (NONE, NONE))) for school in schools}


def usual_days(year: int) -> Decimal:
    """What the policy says for schools without a number of their own."""
    first, _last = academic_year_bounds(year)
    return Decimal(policy_value(SIP_DAYS, on=first).days_a_year)


def usage_told(user: Any, school: School, *, on: date) -> str:
    """The year's usage for whoever reads the school's visits; what went on performance management only for those it
    concerns. Nothing for others, and for a school that is owed no days and used none.
    """
    if not user_can(user, Permission.VIEW_SHARED_RECORD, on=school):
        return ""
    usage = usage_of([school.pk], academic_year(on))[school.pk]
    if not usage.used and school.service(policy_value(SERVICE_BY_TYPE, on=on)) is Service.REGISTER_ONLY:
        return ""
    concerned = usage.on_management and user_can(user, Permission.VIEW_PERFORMANCE_MANAGEMENT, on=school)
    part = (
        f", including {in_days(usage.on_management)} for the headteacher’s performance management" if concerned else ""
    )
    return f"{usage}{part}"


def years_to_set(on: date) -> tuple[int, ...]:
    """Last year's may still be put right, and next year's planned."""
    now = academic_year(on)
    return now - 1, now, now + 1


def entitlement_at(school: School, year: int) -> Entitlement | None:
    """The number the school has of its own in that year."""
    return school.entitlements.select_related("updated_by").filter(academic_year=year).first()


def blockers_to_setting(days: Decimal) -> list[str]:
    if days % HALF:
        return ["Enter whole or half days, like 5 or 7.5."]
    return [] if NONE <= days <= Decimal(100) else ["Enter between 0 and 100 days."]


def set_entitlement(
    school: School, year: int, *, days: Decimal, reason: str, by: User, seen_version: int
) -> Entitlement:
    """Days of their own for a school and year, with the reason; `seen_version` is 0 where there was no number yet.

    `Conflict` when somebody set it meanwhile.
    """
    actor = acting(by, Permission.SET_ENTITLEMENT, on=school)
    if reasons := blockers_to_setting(days):
        raise Blocked(reasons)
    held = entitlement_at(school, year)
    if held is not None:
        with transaction.atomic():
            save_changes(held, "set", by=actor, reason=reason, seen_version=seen_version, days=days)
            Entitlement.objects.filter(pk=held.pk).update(reason=reason)
        held.refresh_from_db()
        return held
    new = Entitlement(school=school, academic_year=year, days=days, reason=reason, created_by=by, updated_by=by)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
            record_event(new, "set", by=actor, reason=reason, changes={"days": [str(usual_days(year)), str(days)]})
    except IntegrityError as error:
        current = entitlement_at(school, year)
        if current is None:
            raise
        raise Conflict(current) from error
    return new


def as_mapping(held: Entitlement | None, year: int) -> Mapping[str, Any]:
    """How the form begins."""
    if held is None:
        return {"days": plain(usual_days(year))}
    return {"days": plain(held.days), "reason": held.reason}


def updated_on(held: Entitlement) -> date:
    return held.updated_at.astimezone(clock.LONDON).date()

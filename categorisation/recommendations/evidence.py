"""What stands beside a recommendation while it is written, read and moderated: the year's visits and the past (4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.states import RecommendationStatus
from categorisation.schemes.rules import flags_of
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year_bounds
from schools.inspections.models import Inspection, grades_of, latest_inspections
from schools.records.content import GradeLine
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School
from schools.register.models.standing import Standing, StandingKind

FORMER = 6
"""Earlier categories that are shown; the school’s own tab has all."""


@dataclass(frozen=True)
class VisitSeen:
    """A visit of the year with what its shared record says."""

    label: str
    url: str
    grades: Sequence[GradeLine]
    judgements: str
    strengths: Sequence[str]


@dataclass(frozen=True)
class Evidence:
    """The year's visits, newest first, the last inspection with what it points to, and earlier categories."""

    visits: Sequence[VisitSeen]
    inspection: Inspection | None
    flags: Sequence[str]
    former: Sequence[Standing]


def visits_of(user: Any, school: School, academic_year: int) -> list[VisitSeen]:
    """Return the visits of a year whose shared records this user may read. One query."""
    records = RecordOfVisit.objects.visible_at(school, user).filter(
        shared_version__isnull=False, visit__held_on__range=academic_year_bounds(academic_year)
    )
    return [
        VisitSeen(
            f"{record.visit.get_kind_display()}, {clock.uk_date(record.held_on)}",
            record.get_absolute_url(),
            record.written.grades,
            record.judgements,
            [line.text for line in record.written.strengths],
        )
        for record in records.select_related("visit", "school").order_by("-visit__held_on", "-pk")
    ]


def evidence_for(user: Any, row: Recommendation) -> Evidence:
    """Return what this user may read beside a recommendation. Three queries."""
    inspection = latest_inspections([row.school_id], clock.today()).get(row.school_id)
    flags = (
        flags_of(row.scheme, framework=inspection.framework.code, grades=grades_of(inspection)) if inspection else []
    )
    former = Standing.objects.visible_to(user).filter(school=row.school_id, kind=StandingKind.CATEGORY, overruled=False)
    visits = visits_of(user, row.school, row.round.academic_year)
    return Evidence(visits, inspection, flags, list(former.order_by("-starts_on", "-pk")[:FORMER]))


def last_assessment(user: Any, row: Recommendation) -> Recommendation | None:
    """Return the recommendation of the last annual round, whose ratings a new one may start from."""
    former = Recommendation.objects.visible_to(user).filter(
        school=row.school_id,
        no_change=False,
        status=RecommendationStatus.DECIDED,
        round__recommend_by__lt=row.round.recommend_by,
    )
    return former.select_related("round__scheme").order_by("-round__recommend_by").first()

"""What stands beside a recommendation while it is written, read and moderated: the year's visits and the past (4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.states import RecommendationStatus
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year_bounds
from schools.records.content import GradeLine
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School

FORMER_ROUNDS = 6


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
    """The year's visits, newest first, and what was recommended in earlier rounds."""

    visits: Sequence[VisitSeen]
    former: Sequence[Recommendation]


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
    """Return what this user may read beside a recommendation. Two queries."""
    earlier = Recommendation.objects.visible_to(user).filter(
        school=row.school_id, status=RecommendationStatus.DECIDED, round__recommend_by__lt=row.round.recommend_by
    )
    former = earlier.select_related("round__scheme").order_by("-round__recommend_by")[:FORMER_ROUNDS]
    return Evidence(visits_of(user, row.school, row.round.academic_year), list(former))


def last_assessment(user: Any, row: Recommendation) -> Recommendation | None:
    """Return the recommendation of the last annual round, whose ratings a new one may start from."""
    former = Recommendation.objects.visible_to(user).filter(
        school=row.school_id,
        no_change=False,
        status=RecommendationStatus.DECIDED,
        round__recommend_by__lt=row.round.recommend_by,
    )
    return former.select_related("round__scheme").order_by("-round__recommend_by").first()

"""Nightly work on recommendations: record that a school did not answer in time (domain 4.3)."""

from datetime import date

from categorisation.recommendations.deadlines import AGREE, roles_asked
from categorisation.recommendations.models import Agreement, Recommendation
from categorisation.recommendations.states import RecommendationStatus
from schoolimprove.reminders.models import Deadline


def record_silence(on: date) -> int:
    """Record “None received” for each role asked that did not answer in time; return how many. It blocks nothing.

    Running it twice records nothing more.
    """
    late = Deadline.objects.overdue(on).filter(rule=AGREE).values("subject_id")
    rows = list(Recommendation.objects.filter(pk__in=late, status=RecommendationStatus.SHARED).order_by("pk"))
    asked = roles_asked(rows, on)
    known = set(Agreement.objects.filter(recommendation__in=rows).values_list("recommendation", "role"))
    silent = [
        Agreement(recommendation=row, role=role)
        for row in rows
        for role in sorted(asked[row.school_id])
        if (row.pk, role) not in known
    ]
    Agreement.objects.bulk_create(silent, ignore_conflicts=True)
    return len(silent)

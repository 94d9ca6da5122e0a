"""Put the schools of a round on the agenda of a meeting, in the order in which there is most to talk about (4.3)."""

from collections.abc import Collection

from django.db import transaction

from categorisation.moderation.item import KIND, require_moderating
from categorisation.moderation.rules import PLACE_LABELS
from categorisation.moderation.standpoints import known_of
from categorisation.recommendations.models import Recommendation, RecommendationQuerySet
from categorisation.recommendations.states import RecommendationStatus
from categorisation.rounds.models import Round
from schoolimprove.accounts.models import User
from schoolimprove.records.transition import Blocked
from schools.meetings.actions import ToAdd, add_items
from schools.meetings.models import Meeting, MeetingItem
from schools.meetings.states import OPEN


def to_moderate(round_: Round) -> RecommendationQuerySet:
    """Return the recommendations of a round that a meeting can take: shared, or reviewed, and on no open agenda."""
    kind = Recommendation._meta.label_lower
    taken = MeetingItem.objects.current().filter(kind=KIND, subject_kind=kind, meeting__status__in=OPEN, deferred=False)
    ready = RecommendationStatus.SHARED if round_.is_annual else RecommendationStatus.SUBMITTED
    rows = Recommendation.objects.filter(round=round_, status=ready)
    return rows.exclude(pk__in=taken.order_by().values("subject_id"))


def build_agenda(meeting: Meeting, round_: Round, districts: Collection[int], *, by: User) -> list[MeetingItem]:
    """Add the schools of these districts to a meeting of a group that moderates; return the items.

    Raise `Blocked` for another group, and where no school is ready.
    """
    require_moderating(meeting.group)
    with transaction.atomic():
        rows = to_moderate(round_).filter(school__district__in=districts)
        known = known_of(list(rows.select_related("round__scheme", "school")))
        ordered = sorted(known.values(), key=lambda each: (each.place, each.row.school.name, each.row.pk))
        if not ordered:
            raise Blocked(["No schools of these districts are ready to be decided in this round."])
        items = [
            ToAdd(KIND, f"{each.row.school}: {PLACE_LABELS[each.place]}", each.row.school, each.row) for each in ordered
        ]
        return add_items(meeting, items, by=by)

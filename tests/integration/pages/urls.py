"""Routes of a thing with states and of a list with ticks, which the product has none of yet."""

from datetime import date
from typing import Any

import django_filters
from django.urls import include, path

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move, StateTable
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.nouns import NounPage
from schoolimprove.ui import components
from schoolimprove.urls import handler403
from schoolimprove.urls import urlpatterns as urls_of_the_product
from schools.models import GovernorsMeeting, Strength
from schools.records.models.record import RecordOfVisit, follows_corrections
from schools.records.states import STRENGTH, StrengthStatus

__all__ = ["handler403"]
S = StrengthStatus
TABLE = StateTable(
    noun=STRENGTH.noun,
    statuses=S,
    labels=STRENGTH.labels,
    initial=S.ASKED,
    moves=(
        *(move for move in STRENGTH.moves if move.verb == "consent"),
        Move(
            "decline",
            frozenset({S.ASKED, S.AGREED}),
            S.DECLINED,
            "declined",
            reason_required=True,
            effect="It stands nowhere but in the record.",
            permission=(Permission.CONSENT_TO_SHARE, Permission.RESPOND_TO_RECORD),
            public=True,
        ),
        Move(
            "take out",
            frozenset({S.ASKED, S.AGREED, S.DECLINED}),
            S.WITHDRAWN,
            "taken out",
            permission=Permission.APPROVE_RECORD_OF_SIP,
            final="You cannot put it back.",
            reason_required=True,
        ),
        Move("ask again", frozenset({S.WITHDRAWN}), S.ASKED, "asked about again", who="A correction"),
    ),
)
BARRED = "You wrote the record that names it."


def decided(verb: str) -> Any:
    def decide(strength: Strength, *, by: User, on: date, seen_version: int, reason: str = "") -> None:
        stamp: dict[str, Any] = {"decided_at": clock.now(), "decided_by": by}
        make_move(strength, verb, by=by, seen_version=seen_version, reason=reason, **stamp)

    return decide


class StrengthPage(NounPage):
    model, route = Strength, "toolkit:strength"
    verbs = {"consent": decided("consent"), "decline": decided("decline")}

    @classmethod
    def visible(cls, user: Any) -> Any:
        records = RecordOfVisit.objects.visible_to(user)
        return Strength.objects.filter(record__in=records).select_related("school", "updated_by")

    @classmethod
    def states(cls) -> StateTable:
        return TABLE

    @classmethod
    def facts(cls, subject: Strength, user: Any) -> list[components.Fact]:
        return [components.Fact("School", subject.school.name)]

    @classmethod
    def blockers(cls, subject: Strength, move: Move, *, on: date) -> list[str]:
        return ["Its theme is missing."] if move.verb == "consent" and not subject.theme else []

    @classmethod
    def knows_all(cls, user: Any, subject: Strength) -> bool:
        return follows_corrections(subject.record, user)


class MeetingFilter(django_filters.FilterSet):
    pass


class MeetingList(ListPage):
    title, noun, row = "Meetings", ("meeting", "meetings"), "A meeting"
    route, permission = "toolkit:meetings", Permission.VIEW_SHARED_RECORD
    filters, order = MeetingFilter, ("held_on",)
    nothing = components.Empty("No meetings yet")
    columns = (Column("held_on", "Meeting", "Day of the meeting"),)
    bulk = ("Cancel the meetings you select", "schools:meetings_cancel")

    def rows(self) -> Any:
        return GovernorsMeeting.objects.select_related("school")

    def exportable(self, rows: Any) -> Any:
        return rows

    def tickable(self, rows: Any) -> set[int]:
        return {row.pk for row in rows if not row.cancelled_because}

    def bulk_url(self, route: str) -> str:
        return f"/schools/{GovernorsMeeting.objects.first().school.urn}/governors/cancel/"  # type: ignore[union-attr]


urlpatterns = [
    path("", include(([*StrengthPage.paths("strengths/"), *MeetingList.paths("meetings/")], "toolkit"))),
    path("", include(urls_of_the_product)),
]

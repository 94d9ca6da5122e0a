"""Meetings: a meeting with its moves, agenda, attendance and minutes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.urls import URLPattern

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Move
from schoolimprove.pages.nouns import NounPage
from schoolimprove.ui import components
from schools.meetings import actions
from schools.meetings.deciding import blockers_to_confirming
from schools.meetings.models import Meeting


class MeetingPage(NounPage):
    model, route = Meeting, "meetings:meeting"
    verbs: ClassVar[Mapping[str, Callable[..., Any]]] = {
        "call": actions.call_meeting,
        "hold": actions.hold_meeting,
        "confirm": actions.confirm_meeting,
        "cancel": actions.cancel_meeting,
    }

    @classmethod
    def visible(cls, user: Any) -> Any:
        meetings = Meeting.objects.visible_to(user)
        return meetings.select_related("group__district", "group__school__district", "chair", "updated_by")

    @classmethod
    def facts(cls, subject: Meeting, user: Any) -> Sequence[components.Fact]:
        return [components.Fact("Date", subject.held_on), components.Fact("Place", subject.place)]

    @classmethod
    def blockers(cls, subject: Meeting, move: Move, *, on: date) -> list[str]:
        if move.verb == "hold":
            return actions.blockers_to_holding(subject, on=on)
        return blockers_to_confirming(subject, on=on) if move.verb == "confirm" else []

    @classmethod
    def knows_all(cls, user: Any, subject: Meeting) -> bool:
        return user_can(user, Permission.KEEP_GROUPS, on=subject.group)


def paths() -> list[URLPattern]:
    return MeetingPage.paths("")

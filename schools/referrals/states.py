"""The states of a referral of a school to a group (domain 5.0)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Move, StateTable


class ReferralStatus(StrEnum):
    SENT = "sent"
    ON_AGENDA = "on_agenda"
    ACCEPTED = "accepted"
    DECLINED = "declined"


ANSWERED = frozenset({ReferralStatus.ACCEPTED, ReferralStatus.DECLINED})

_GROUP = "The group, when its meeting is confirmed"

REFERRAL = StateTable(
    noun="Referral",
    statuses=ReferralStatus,
    labels={
        ReferralStatus.SENT: "Sent",
        ReferralStatus.ON_AGENDA: "On an agenda",
        ReferralStatus.ACCEPTED: "Accepted",
        ReferralStatus.DECLINED: "Declined",
    },
    initial=ReferralStatus.SENT,
    moves=(
        Move(
            verb="add to agenda",
            sources=frozenset({ReferralStatus.SENT}),
            target=ReferralStatus.ON_AGENDA,
            past="put on an agenda",
            permission=Permission.KEEP_GROUPS,
            button="Put on an agenda",
            guard="The meeting is one of the group and is not confirmed yet.",
            effect="The group decides the referral at the meeting you select.",
        ),
        Move(
            verb="accept",
            sources=frozenset({ReferralStatus.ON_AGENDA}),
            target=ReferralStatus.ACCEPTED,
            past="accepted",
            who=_GROUP,
        ),
        Move(
            verb="decline",
            sources=frozenset({ReferralStatus.ON_AGENDA}),
            target=ReferralStatus.DECLINED,
            past="declined",
            who=_GROUP,
            effect="The school never sees it.",
            reason_required=True,
        ),
        Move(
            verb="send back",
            sources=frozenset({ReferralStatus.ON_AGENDA}),
            target=ReferralStatus.SENT,
            past="sent back to wait for another meeting",
            who="The service, when the item is deferred or withdrawn, or the meeting cancelled",
        ),
    ),
)

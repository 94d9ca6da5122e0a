"""The states of a meeting of a group (domain 5.7)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable


class MeetingStatus(StrEnum):
    PLANNED = "planned"
    CALLED = "called"
    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


AHEAD = frozenset({MeetingStatus.PLANNED, MeetingStatus.CALLED})
OPEN = AHEAD | {MeetingStatus.HELD}
"""While the agenda can change."""
MINUTED = frozenset({MeetingStatus.HELD, MeetingStatus.CONFIRMED})

_KEEPERS = "The DSIM and the district administrator in their districts; the Head of School Improvement"
_DECIDERS = "The chair and the members of the group; not its advisers, nor who takes the minutes"

MEETING = StateTable(
    noun="Meeting",
    statuses=MeetingStatus,
    labels={
        MeetingStatus.PLANNED: "Planned",
        MeetingStatus.CALLED: "Called",
        MeetingStatus.HELD: "In progress",
        MeetingStatus.CONFIRMED: "Confirmed",
        MeetingStatus.CANCELLED: "Cancelled",
    },
    initial=MeetingStatus.PLANNED,
    moves=(
        Move(
            verb="call",
            sources=frozenset({MeetingStatus.PLANNED}),
            target=MeetingStatus.CALLED,
            past="called",
            permission=Permission.KEEP_GROUPS,
            button="Call the meeting",
            effect="Members can read the agenda and the papers. We email those who can sign in.",
            public=True,
        ),
        Move(
            verb="hold",
            sources=frozenset({MeetingStatus.CALLED}),
            target=MeetingStatus.HELD,
            past="started",
            permission=Permission.KEEP_GROUPS,
            button="Start the meeting",
            who="Also the chair of the meeting",
            effect="You can record who is present. Members can record decisions.",
            public=True,
        ),
        Move(
            verb="confirm",
            sources=frozenset({MeetingStatus.HELD}),
            target=MeetingStatus.CONFIRMED,
            past="confirmed",
            permission=Permission.KEEP_GROUPS,
            button="Confirm the decisions",
            who="Also the chair of the meeting; others only if they decide in the group",
            guard="Each item is decided or deferred, and enough people who are free to decide it are present.",
            effect="All decisions of the meeting take effect together.",
            final="You cannot change the decisions or the attendance after you confirm them.",
            public=True,
        ),
        Move(
            verb="cancel",
            sources=AHEAD,
            target=MeetingStatus.CANCELLED,
            past="cancelled",
            permission=Permission.KEEP_GROUPS,
            button="Cancel the meeting",
            effect="If the meeting was called, we email the members who can sign in.",
            reason_required=True,
            public=True,
            public_reason=True,
        ),
    ),
    acts=(
        Act("change the meeting", AHEAD, _KEEPERS),
        Act("change the agenda", OPEN, _KEEPERS),
        Act("record attendance", frozenset({MeetingStatus.CALLED, MeetingStatus.HELD}), _KEEPERS),
        Act(
            "decide an item",
            frozenset({MeetingStatus.HELD}),
            _DECIDERS,
            guard="They did not recommend the school, do not work in or govern it, have no interest in it, and are not "
            "recorded as absent.",
        ),
        Act("defer an item", frozenset({MeetingStatus.HELD}), f"{_DECIDERS}. {_KEEPERS}"),
        Act("write minutes", MINUTED, _KEEPERS, guard="A correction is a new version, with a reason."),
    ),
)

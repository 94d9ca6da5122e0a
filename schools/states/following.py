"""What outlives the record it was agreed in: actions, and strengths to share (domain 3.3)."""

from enum import StrEnum

from schoolimprove.lib.states import Act, Move, StateTable


class ActionStatus(StrEnum):
    OPEN = "open"
    UNDERWAY = "underway"
    DONE = "done"
    DROPPED = "dropped"


_UNFINISHED = frozenset({ActionStatus.OPEN, ActionStatus.UNDERWAY})
_OWNER = "The school's: headteacher or chair. The authority's: whoever writes at the school"

ACTION = StateTable(
    noun="Action from a record",
    statuses=ActionStatus,
    labels={
        ActionStatus.OPEN: "Not started",
        ActionStatus.UNDERWAY: "Under way",
        ActionStatus.DONE: "Done",
        ActionStatus.DROPPED: "No longer needed",
    },
    initial=ActionStatus.OPEN,
    moves=(
        Move(
            verb="begin",
            sources=frozenset({ActionStatus.OPEN, ActionStatus.DONE}),
            target=ActionStatus.UNDERWAY,
            past="under way",
            who=_OWNER,
            effect="What was done so far is kept beside it.",
        ),
        Move(
            verb="finish",
            sources=_UNFINISHED,
            target=ActionStatus.DONE,
            past="done",
            who=_OWNER,
            effect="It is no longer carried over.",
        ),
        Move(
            verb="open again",
            sources=frozenset({ActionStatus.DONE, ActionStatus.DROPPED}),
            target=ActionStatus.OPEN,
            past="open again",
            who="Nobody by itself: a correction that takes back what its record said of the action does it",
            effect="It is carried over again.",
        ),
        Move(
            verb="drop",
            sources=_UNFINISHED,
            target=ActionStatus.DROPPED,
            past="no longer needed",
            who="Nobody by itself: a later record or a correction says so",
            effect="It is no longer carried over.",
            reason_required=True,
        ),
    ),
    acts=(Act("report progress", _UNFINISHED, _OWNER),),
)


class StrengthStatus(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_HEAD = "The headteacher"
_ANSWERED_OR_NOT = frozenset({StrengthStatus.ASKED, StrengthStatus.AGREED, StrengthStatus.DECLINED})

STRENGTH = StateTable(
    noun="Strength to share",
    statuses=StrengthStatus,
    labels={
        StrengthStatus.ASKED: "Waits for the headteacher",
        StrengthStatus.AGREED: "May be shared",
        StrengthStatus.DECLINED: "Not to be shared",
        StrengthStatus.WITHDRAWN: "Taken out by a correction",
    },
    initial=StrengthStatus.ASKED,
    moves=(
        Move(
            verb="consent",
            sources=frozenset({StrengthStatus.ASKED, StrengthStatus.DECLINED}),
            target=StrengthStatus.AGREED,
            past="may be shared with other schools",
            who=_HEAD,
            effect="It may stand in the directory of good practice.",
        ),
        Move(
            verb="decline",
            sources=frozenset({StrengthStatus.ASKED, StrengthStatus.AGREED}),
            target=StrengthStatus.DECLINED,
            past="not to be shared with other schools",
            who=_HEAD,
            effect="It stands nowhere but in the record.",
        ),
        Move(
            verb="ask again",
            sources=frozenset({StrengthStatus.AGREED, StrengthStatus.DECLINED, StrengthStatus.WITHDRAWN}),
            target=StrengthStatus.ASKED,
            past="asked about again",
            who="Nobody by itself: a correction that words it otherwise, or names it again, does it",
            effect="Consent was to other words: the headteacher is asked anew.",
        ),
        Move(
            verb="withdraw",
            sources=_ANSWERED_OR_NOT,
            target=StrengthStatus.WITHDRAWN,
            past="taken out by a correction",
            who="Nobody by itself: a correction does it",
            effect="It stands in the former version only.",
            reason_required=True,
        ),
    ),
)

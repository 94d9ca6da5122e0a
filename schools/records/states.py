"""The states of Records of Visit, of their corrections, and of the actions and strengths they lead to (domain 3.4)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable


class RecordStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SHARED = "shared"
    PRESENTED = "presented"
    CLOSED = "closed"
    ABANDONED = "abandoned"


SHARED_STATES = frozenset({RecordStatus.SHARED, RecordStatus.PRESENTED, RecordStatus.CLOSED})
"""In which the school reads it."""
_ANSWERED_IN = frozenset({RecordStatus.SHARED, RecordStatus.PRESENTED})
_AUTHOR = "The author, while they hold a role that writes at the school"
_MANAGER = "The author's line manager (DSIM for SIP and EIP, Head or phase Deputy for a DSIM, Director for the Head)"
_NEVER_OWN = f"{_MANAGER}, or who covers for them; never the author"

RECORD_OF_VISIT = StateTable(
    noun="Record of Visit",
    statuses=RecordStatus,
    labels={
        RecordStatus.DRAFT: "Draft",
        RecordStatus.SUBMITTED: "Awaiting approval",
        RecordStatus.SHARED: "Shared with the school",
        RecordStatus.PRESENTED: "Presented to governors",
        RecordStatus.CLOSED: "Closed",
        RecordStatus.ABANDONED: "Abandoned",
    },
    initial=RecordStatus.DRAFT,
    moves=(
        Move(
            verb="submit",
            sources=frozenset({RecordStatus.DRAFT}),
            target=RecordStatus.SUBMITTED,
            past="submitted for approval",
            who=_AUTHOR,
            guard="Who was met, evidence and a finding on each agenda item are written; each action has a person and a "
            "date; all typed text is saved.",
            effect="The line manager is asked to approve it; the submission deadline is met, the one to approve opens.",
        ),
        Move(
            verb="recall",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.DRAFT,
            past="recalled by its author",
            who=_AUTHOR,
            guard="The line manager has not decided yet.",
            effect="The author may write again; the deadline to submit is again the one it had from the visit.",
        ),
        Move(
            verb="return",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.DRAFT,
            past="returned with comments",
            who=_NEVER_OWN,
            effect="The author sees the comments, item by item, and may write again; the deadline to submit runs anew.",
            reason_required=True,
        ),
        Move(
            verb="approve",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.SHARED,
            past="approved and shared",
            who=_NEVER_OWN,
            effect="Version 1 is frozen and its PDF asked for; headteacher and chair are told and asked to respond; "
            "actions, strengths and what became of earlier actions take effect; the deadlines to respond and, for a "
            "core visit, to present open.",
        ),
        Move(
            verb="abandon",
            sources=frozenset({RecordStatus.DRAFT}),
            target=RecordStatus.ABANDONED,
            past="abandoned",
            who=f"The author; {_MANAGER.lower()[:1]}{_MANAGER[1:]}, so that a leaver's draft does not stay for ever",
            effect="The visit no longer counts and its days are free; a core visit of the term is owed again. The text "
            "is kept and stays readable to the author and their managers.",
            reason_required=True,
        ),
        Move(
            verb="present",
            sources=frozenset({RecordStatus.SHARED}),
            target=RecordStatus.PRESENTED,
            past="presented to the governors",
            who="The clerk, the chair or the headteacher of the school",
            guard="It is of a core visit; the meeting was held after the record was shared, and not in the future.",
            effect="The date of the meeting is kept; the deadline to present is met.",
        ),
        Move(
            verb="undo presentation",
            sources=frozenset({RecordStatus.PRESENTED, RecordStatus.CLOSED}),
            target=RecordStatus.SHARED,
            past="no longer marked as presented to the governors",
            who="The clerk, the chair or the headteacher of the school",
            guard="The record is marked as presented. If it is closed, it was closed in the last 28 days.",
            effect="The record is open again with its earlier deadline to present, and a new PDF says why.",
            reason_required=True,
        ),
        Move(
            verb="close",
            sources=frozenset({RecordStatus.SHARED, RecordStatus.PRESENTED}),
            target=RecordStatus.CLOSED,
            past="closed",
            who="The author or their line manager; the nightly job",
            guard="A core visit's record is presented. Headteacher and chair have answered, or the time to respond is "
            "over; no correction waits.",
            effect="Where nobody answered, that is recorded as none received; the PDF with all responses is asked for.",
        ),
        Move(
            verb="close unpresented",
            sources=frozenset({RecordStatus.SHARED}),
            target=RecordStatus.CLOSED,
            past="closed without being presented",
            who=_NEVER_OWN,
            guard="It is of a core visit and the time to present it is over, or the school is closed.",
            effect="As closing; the deadline to present is met by nobody and falls away.",
            reason_required=True,
        ),
        Move(
            verb="correct",
            sources=SHARED_STATES,
            target=RecordStatus.SHARED,
            past="corrected: a new version issued",
            who="Nobody by itself: issuing a correction does it",
            effect="A new version with its reason is frozen and shared, the former ones stay as they were; headteacher "
            "and chair may each respond once more; a core visit's record is to be presented again.",
            reason_required=True,
        ),
    ),
    acts=(
        Act("start", frozenset({RecordStatus.DRAFT}), "Whoever may write at the school", "The visit was held."),
        Act("revise", frozenset({RecordStatus.DRAFT}), _AUTHOR, effect="The text, and what is said of the visit."),
        Act("attach, take away a file", frozenset({RecordStatus.DRAFT}), _AUTHOR),
        Act(
            "hand over",
            frozenset({RecordStatus.DRAFT, RecordStatus.SUBMITTED}),
            "Whoever ends the author's appointment",
            effect="A colleague becomes the author.",
        ),
        Act(
            "respond",
            _ANSWERED_IN,
            "The headteacher and the chair, each for themselves",
            "Once for each version. The answer “not accurate” says what is wrong; the answer “accurate” does not.",
            "Author and managers read it; the deadline is met once all who are asked have answered.",
        ),
        Act(
            "record silence",
            _ANSWERED_IN | {RecordStatus.CLOSED},
            "The nightly job; closing",
            "The time to respond is over.",
            "“None received” is recorded for each who was asked. It blocks nothing, and an answer is still taken while "
            "the record is open.",
        ),
    ),
)


class CorrectionStatus(StrEnum):
    PROPOSED = "proposed"
    RETURNED = "returned"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


_OPEN = frozenset({CorrectionStatus.PROPOSED, CorrectionStatus.RETURNED})

CORRECTION = StateTable(
    noun="Correction of a shared record",
    statuses=CorrectionStatus,
    labels={
        CorrectionStatus.PROPOSED: "Awaiting approval",
        CorrectionStatus.RETURNED: "Returned to the author",
        CorrectionStatus.ISSUED: "Issued as a new version",
        CorrectionStatus.WITHDRAWN: "Withdrawn",
    },
    initial=CorrectionStatus.PROPOSED,
    moves=(
        Move(
            verb="return",
            sources=frozenset({CorrectionStatus.PROPOSED}),
            target=CorrectionStatus.RETURNED,
            past="returned with comments",
            who=_NEVER_OWN,
            effect="The author sees the comments and may propose it anew.",
            reason_required=True,
        ),
        Move(
            verb="propose again",
            sources=frozenset({CorrectionStatus.RETURNED}),
            target=CorrectionStatus.PROPOSED,
            past="proposed again",
            who=_AUTHOR,
            guard="Something differs from the version it corrects, and the reason is given.",
            effect="The line manager is asked again.",
        ),
        Move(
            verb="issue",
            sources=frozenset({CorrectionStatus.PROPOSED}),
            target=CorrectionStatus.ISSUED,
            past="issued as a new version",
            who=_NEVER_OWN,
            guard="The version it corrects is still the newest.",
            effect="The record is corrected: a new version with this reason.",
        ),
        Move(
            verb="withdraw",
            sources=_OPEN,
            target=CorrectionStatus.WITHDRAWN,
            past="withdrawn",
            who=f"The author; {_MANAGER[:1].lower()}{_MANAGER[1:]}, so that a leaver's does not keep the record open",
            effect="The record stays as it is.",
            reason_required=True,
        ),
    ),
    acts=(
        Act(
            "propose",
            frozenset({CorrectionStatus.PROPOSED}),
            _AUTHOR,
            "The record is shared, presented or closed; no other correction of it is open; something differs; the "
            "reason is given. Text, grades, strengths, actions and the facts of the visit may be corrected; who wrote "
            "it may not.",
            "The school sees nothing of it before it is issued.",
        ),
    ),
)


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
            effect="It may appear in the directory of good practice.",
            permission=Permission.CONSENT_TO_SHARE,
            button="May be shared",
            public=True,
        ),
        Move(
            verb="decline",
            sources=frozenset({StrengthStatus.ASKED, StrengthStatus.AGREED}),
            target=StrengthStatus.DECLINED,
            past="not to be shared with other schools",
            effect="It appears only in the record.",
            permission=Permission.CONSENT_TO_SHARE,
            button="Do not share",
            public=True,
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

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
_AUTHOR = "The author, while they have a role that can write records at the school"
_MANAGER = "The author's line manager (DSIM for SIP and EIP, Head or phase Deputy for a DSIM, Director for the Head)"
_NEVER_OWN = f"{_MANAGER}, or the person covering for them; never the author"

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
            guard="The author has written who they met, the evidence and a finding on each agenda item. Each action "
            "has a person and a date. All typed text is saved.",
            effect="We ask the line manager to approve the record. The deadline to submit is met and the deadline to "
            "approve begins.",
        ),
        Move(
            verb="recall",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.DRAFT,
            past="recalled by its author",
            who=_AUTHOR,
            guard="The line manager has not decided yet.",
            effect="The author can edit the record again. Its earlier deadline to submit applies again.",
        ),
        Move(
            verb="return",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.DRAFT,
            past="returned with comments",
            who=_NEVER_OWN,
            effect="The author sees the comments on each part and can edit the record. The time to submit restarts.",
            reason_required=True,
        ),
        Move(
            verb="approve",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.SHARED,
            past="approved and shared",
            who=_NEVER_OWN,
            effect="We freeze version 1, make its PDF and email the headteacher and the chair to ask for their "
            "responses. Actions, strengths and the outcomes of earlier actions take effect. The deadlines to respond "
            "and, for a core visit, to present begin.",
        ),
        Move(
            verb="abandon",
            sources=frozenset({RecordStatus.DRAFT}),
            target=RecordStatus.ABANDONED,
            past="abandoned",
            who=f"The author; {_MANAGER.lower()[:1]}{_MANAGER[1:]}, so that a leaver's draft does not stay open",
            effect="The visit no longer counts and its days can be used again. A core visit is due again. "
            "We keep the text for the author and their managers to read.",
            reason_required=True,
        ),
        Move(
            verb="present",
            sources=frozenset({RecordStatus.SHARED}),
            target=RecordStatus.PRESENTED,
            past="presented to the governors",
            who="The clerk, the chair or the headteacher of the school",
            guard="It is the record of a core visit. The meeting was on or after the day the record was shared, and is "
            "not in the future.",
            effect="We record the date of the meeting. The deadline to present is met.",
        ),
        Move(
            verb="undo presentation",
            sources=frozenset({RecordStatus.PRESENTED, RecordStatus.CLOSED}),
            target=RecordStatus.SHARED,
            past="no longer marked as presented to the governors",
            who="The clerk, the chair or the headteacher of the school",
            guard="The record is marked as presented. If it is closed, it was closed in the last 28 days.",
            effect="The record is open again, with its earlier deadline to present. A new PDF says so.",
            reason_required=True,
        ),
        Move(
            verb="close",
            sources=frozenset({RecordStatus.SHARED, RecordStatus.PRESENTED}),
            target=RecordStatus.CLOSED,
            past="closed",
            who="The author or their line manager; automatically at night",
            guard="The record of a core visit has been presented. The headteacher and the chair have responded, or the "
            "time to respond is over. No correction is open.",
            effect="We record “None received” for each role that did not respond, and make the PDF with all responses.",
        ),
        Move(
            verb="close unpresented",
            sources=frozenset({RecordStatus.SHARED}),
            target=RecordStatus.CLOSED,
            past="closed without being presented",
            who=_NEVER_OWN,
            guard="It is the record of a core visit. The time to present it is over, or the school is closed.",
            effect="As for closing. We remove the deadline to present.",
            reason_required=True,
        ),
        Move(
            verb="correct",
            sources=SHARED_STATES,
            target=RecordStatus.SHARED,
            past="corrected: a new version issued",
            who="No one directly: issuing a correction does this",
            effect="We freeze and share a new version with its reason. Earlier versions do not change. The headteacher "
            "and the chair can each respond once more. The record of a core visit must be presented again.",
            reason_required=True,
        ),
    ),
    acts=(
        Act(
            "start",
            frozenset({RecordStatus.DRAFT}),
            "Anyone with a role that can write records at the school",
            "The visit was held.",
        ),
        Act("revise", frozenset({RecordStatus.DRAFT}), _AUTHOR, effect="Changes the text and the facts of the visit."),
        Act("attach or remove a file", frozenset({RecordStatus.DRAFT}), _AUTHOR),
        Act(
            "hand over",
            frozenset({RecordStatus.DRAFT, RecordStatus.SUBMITTED}),
            "The person who ends the author's appointment",
            effect="A colleague becomes the author.",
        ),
        Act(
            "respond",
            _ANSWERED_IN,
            "The headteacher and the chair, each for themselves",
            "Once for each version. “Not accurate” must say what is wrong; “accurate” must not.",
            "The author and their managers can read it. The deadline is met once each role we asked has responded.",
        ),
        Act(
            "record no response",
            _ANSWERED_IN | {RecordStatus.CLOSED},
            "Automatically at night; closing the record",
            "The time to respond is over.",
            "We record “None received” for each role we asked. This blocks nothing: the school can still respond while "
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
            effect="The author sees the comments and can propose the correction again.",
            reason_required=True,
        ),
        Move(
            verb="propose again",
            sources=frozenset({CorrectionStatus.RETURNED}),
            target=CorrectionStatus.PROPOSED,
            past="proposed again",
            who=_AUTHOR,
            guard="Something differs from the version it corrects, and the author gives a reason.",
            effect="We ask the line manager again.",
        ),
        Move(
            verb="issue",
            sources=frozenset({CorrectionStatus.PROPOSED}),
            target=CorrectionStatus.ISSUED,
            past="issued as a new version",
            who=_NEVER_OWN,
            guard="The version it corrects is still the newest.",
            effect="We share a new version of the record, with this reason.",
        ),
        Move(
            verb="withdraw",
            sources=_OPEN,
            target=CorrectionStatus.WITHDRAWN,
            past="withdrawn",
            who=f"The author; {_MANAGER[:1].lower()}{_MANAGER[1:]}, so that a leaver's does not keep the record open",
            effect="The record does not change.",
            reason_required=True,
        ),
    ),
    acts=(
        Act(
            "propose",
            frozenset({CorrectionStatus.PROPOSED}),
            _AUTHOR,
            "The record is shared, presented or closed. No other correction of it is open. Something differs, and the "
            "author gives a reason. The author can correct text, grades, strengths, actions and the facts of the "
            "visit, but not who wrote it.",
            "The school sees nothing until the correction is issued.",
        ),
    ),
)


class ActionStatus(StrEnum):
    OPEN = "open"
    UNDERWAY = "underway"
    DONE = "done"
    DROPPED = "dropped"


_UNFINISHED = frozenset({ActionStatus.OPEN, ActionStatus.UNDERWAY})
_OWNER = (
    "The school's actions: the headteacher or the chair. The authority's: anyone with a role that can write records at "
    "the school"
)

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
            effect="The last report stays unless a new one replaces it.",
        ),
        Move(
            verb="finish",
            sources=_UNFINISHED,
            target=ActionStatus.DONE,
            past="done",
            who=_OWNER,
            effect="Later records no longer ask about it.",
        ),
        Move(
            verb="open again",
            sources=frozenset({ActionStatus.DONE, ActionStatus.DROPPED}),
            target=ActionStatus.OPEN,
            past="open again",
            who="No one directly: a correction does this if it withdraws the outcome its record gave",
            effect="Later records ask about it again.",
        ),
        Move(
            verb="drop",
            sources=_UNFINISHED,
            target=ActionStatus.DROPPED,
            past="no longer needed",
            who="No one directly: a later record or a correction does this",
            effect="Later records no longer ask about it.",
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
        StrengthStatus.ASKED: "Waiting for the headteacher",
        StrengthStatus.AGREED: "May be shared",
        StrengthStatus.DECLINED: "Not to be shared",
        StrengthStatus.WITHDRAWN: "Removed by a correction",
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
            button="Allow sharing",
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
            who="No one directly: a correction does this if it rewords the strength or adds it again",
            effect="The headteacher decided on different words, so we ask again.",
        ),
        Move(
            verb="withdraw",
            sources=_ANSWERED_OR_NOT,
            target=StrengthStatus.WITHDRAWN,
            past="removed by a correction",
            who="No one directly: a correction does this",
            effect="Only earlier versions show it.",
            reason_required=True,
        ),
    ),
)

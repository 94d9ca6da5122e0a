"""The states of the recommendation of a school's category, in an annual round and in a review (domain 4.3)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable

P = Permission


class RecommendationStatus(StrEnum):
    DUE = "due"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SHARED = "shared"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


S = RecommendationStatus
UNDECIDED = frozenset({S.DUE, S.DRAFT, S.SUBMITTED, S.SHARED})
UNSHARED = frozenset({S.DRAFT, S.SUBMITTED})
"""Only the author and their managers read these."""
ASSURE = (P.APPROVE_RECORD_OF_SIP, P.APPROVE_RECORD_OF_DSIM)
NO_CHANGE = "no change"

RECOMMENDATION = StateTable(
    noun="Recommendation of a category",
    statuses=RecommendationStatus,
    labels={
        S.DUE: "Not started",
        S.DRAFT: "Draft",
        S.SUBMITTED: "Submitted",
        S.SHARED: "Shared with the school",
        S.DECIDED: "Decided",
        S.WITHDRAWN: "Withdrawn",
    },
    initial=S.DUE,
    moves=(
        Move(
            verb="start",
            sources=frozenset({S.DUE}),
            target=S.DRAFT,
            past="started",
            who="SIP at own schools, DSIM; saving the form does this",
            effect="Only the author and their managers can read it.",
        ),
        Move(
            verb="submit",
            sources=frozenset({S.DRAFT}),
            target=S.SUBMITTED,
            past="submitted for approval",
            permission=P.RECOMMEND,
            button="Submit for approval",
            guard="The user wrote it. Each heading asked for has a rating; category, level and statement are entered; "
            "a level that is not usual has a reason; each cause of concern has evidence.",
            effect="We ask your line manager to approve or return it. If your authority needs no approval, the school "
            "can read it straight away.",
        ),
        Move(
            verb=NO_CHANGE,
            sources=frozenset({S.DUE}),
            target=S.SUBMITTED,
            past="reviewed: no change recommended",
            permission=P.REVIEW_CATEGORY,
            button="Recommend no change",
            guard="The round is a review, and the school has a category.",
            effect="The category and the level of support go to the group as they are.",
        ),
        Move(
            verb="return",
            sources=frozenset({S.SUBMITTED}),
            target=S.DRAFT,
            past="returned to its author",
            permission=ASSURE,
            button="Return to its author",
            guard="The user is the author’s line manager, or covers for them; never the author. The round is annual.",
            effect="The author reads your reason and can edit the recommendation.",
            reason_required=True,
        ),
        Move(
            verb="give",
            sources=frozenset({S.DRAFT}),
            target=S.DRAFT,
            past="given to the current School Improvement Partner",
            permission=ASSURE,
            button="Give to the current SIP",
            guard="The user is the author’s line manager, or covers for them. The author is not a School Improvement "
            "Partner of the school today, and someone else is.",
            effect="The School Improvement Partner of the school can read the draft and continue it.",
        ),
        Move(
            verb="share",
            sources=frozenset({S.SUBMITTED}),
            target=S.SHARED,
            past="approved and shared with the school",
            permission=ASSURE,
            button="Approve and share",
            guard="The user is the author’s line manager, or covers for them; never the author. The round is annual.",
            effect="The headteacher and the chair can read it, and we ask them whether they agree.",
            final="You cannot take it back. You can only withdraw the school from the round.",
            public=True,
        ),
        Move(
            verb="decide",
            sources=frozenset({S.SUBMITTED, S.SHARED}),
            target=S.DECIDED,
            past="decided",
            who="The group that moderates, at a meeting",
            effect="The decision is recorded. The school is told when its letter is issued.",
        ),
        Move(
            verb="withdraw",
            sources=UNDECIDED,
            target=S.WITHDRAWN,
            past="withdrawn",
            permission=(P.OPEN_ROUND, P.REVIEW_CATEGORY),
            button="Withdraw",
            effect="The school is left out of this round and keeps the category it has.",
            reason_required=True,
        ),
    ),
    acts=(
        Act("write", frozenset({S.DUE, S.DRAFT}), "SIP at own schools, DSIM; a draft only by its author"),
        Act(
            "agree or disagree",
            frozenset({S.SHARED}),
            "The headteacher and the chair, each for themselves",
            "Once for each of them. Disagreeing needs words.",
            "The deadline is met when both have answered.",
        ),
        Act(
            "record no answer",
            frozenset({S.SHARED}),
            "Automatically at night",
            "The time to answer is over.",
            "We record “None received”. This blocks nothing: the school can still answer until the decision.",
        ),
    ),
)

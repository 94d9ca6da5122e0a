"""The states of a mismatch between Ofsted and the authority's category, and what can be answered (domain 4.5)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Move, StateTable


class MismatchStatus(StrEnum):
    FOUND = "found"
    DRAFTED = "drafted"
    SETTLED = "settled"
    ENDED = "ended"


class MismatchResponse(StrEnum):
    APPEAL_LETTER = "appeal_letter"
    PRESENTATION = "presentation"
    NONE = "none"


S = MismatchStatus
OPEN = frozenset({S.FOUND, S.DRAFTED})
RESPONSE_LABELS = {
    MismatchResponse.APPEAL_LETTER: "Appeal letter to Ofsted",
    MismatchResponse.PRESENTATION: "Presentation of the concern to governors",
    MismatchResponse.NONE: "No response needed",
}

MISMATCH = StateTable(
    noun="Difference between Ofsted and the category",
    statuses=MismatchStatus,
    labels={
        S.FOUND: "Response needed",
        S.DRAFTED: "Waiting for signature",
        S.SETTLED: "Settled",
        S.ENDED: "Ended",
    },
    initial=S.FOUND,
    moves=(
        Move(
            verb="draft",
            sources=frozenset({S.FOUND}),
            target=S.DRAFTED,
            past="drafted: waiting for signature",
            permission=Permission.DRAFT_MISMATCH_RESPONSE,
            button="Write the response",
            guard="An appeal letter only where Ofsted is harsher, a presentation only where Ofsted is more generous.",
            effect="We ask the Head of School Improvement to sign the response.",
        ),
        Move(
            verb="sign",
            sources=frozenset({S.DRAFTED}),
            target=S.SETTLED,
            past="signed: the difference is settled",
            permission=Permission.SIGN_MISMATCH_RESPONSE,
            button="Sign the response",
            guard="Another person wrote the response.",
            effect="The difference is settled with this response.",
            final="You cannot change the response after you sign it.",
        ),
        Move(
            verb="return",
            sources=frozenset({S.DRAFTED}),
            target=S.FOUND,
            past="returned for another response",
            permission=Permission.SIGN_MISMATCH_RESPONSE,
            button="Return the response",
            effect="The DSIM reads your reason and writes the response again. We keep the text.",
            reason_required=True,
        ),
        Move(
            verb="end",
            sources=OPEN,
            target=S.ENDED,
            past="ended without a response",
            who="Automatically, when an inspection or a decision changes",
            guard="The last full inspection and the category no longer differ, or differ in another way.",
            effect="No response is needed. If they differ in another way, there is a new difference.",
        ),
    ),
)

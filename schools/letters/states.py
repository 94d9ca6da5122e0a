"""The states of a letter and of its templates."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable
from schoolimprove.policy.states import edition_states


class LetterStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


NOT_ISSUED = frozenset({LetterStatus.DRAFT, LetterStatus.APPROVED})

LETTER = StateTable(
    noun="Letter",
    statuses=LetterStatus,
    labels={
        LetterStatus.DRAFT: "Draft",
        LetterStatus.APPROVED: "Approved",
        LetterStatus.ISSUED: "Issued",
        LetterStatus.WITHDRAWN: "Withdrawn",
    },
    initial=LetterStatus.DRAFT,
    moves=(
        Move(
            verb="issue",
            sources=NOT_ISSUED,
            target=LetterStatus.ISSUED,
            past="issued",
            permission=Permission.ISSUE_LETTER,
            button="Issue letter",
            guard="A letter of a kind that needs approval is approved first.",
            effect="The headteacher and the chair of governors can read the letter at once. We email those who can "
            "sign in. You need to post the letter to the others.",
            final="You cannot change a letter after you issue it. You can only withdraw it.",
            public=True,
        ),
        Move(
            verb="approve",
            sources=frozenset({LetterStatus.DRAFT}),
            target=LetterStatus.APPROVED,
            past="approved",
            permission=Permission.APPROVE_LETTER,
            button="Approve letter",
            effect="No one can edit the letter after you approve it. The school cannot read it until it is issued.",
        ),
        Move(
            verb="discard",
            sources=NOT_ISSUED,
            target=LetterStatus.WITHDRAWN,
            past="discarded",
            permission=Permission.WRITE_LETTER,
            button="Discard letter",
            effect="We keep the letter, with your reason. The school never sees it.",
            reason_required=True,
        ),
        Move(
            verb="withdraw",
            sources=frozenset({LetterStatus.ISSUED}),
            target=LetterStatus.WITHDRAWN,
            past="withdrawn",
            permission=Permission.ISSUE_LETTER,
            button="Withdraw letter",
            effect="The school can still read the letter. It will see that you withdrew it, and your reason.",
            final="You cannot issue a letter again after you withdraw it.",
            reason_required=True,
            public=True,
            public_reason=True,
        ),
    ),
    acts=(
        Act("revise", frozenset({LetterStatus.DRAFT}), "The Head, a Deputy Head, a DSIM or a district administrator"),
        Act(
            "record service",
            frozenset({LetterStatus.ISSUED, LetterStatus.WITHDRAWN}),
            "The Head, a Deputy Head, a DSIM or a district administrator",
            guard="The letter was issued, and how it was served is not recorded yet.",
        ),
    ),
)

LETTER_TEMPLATE = edition_states(
    "Edition of a letter template",
    who="System administrator; published by another system administrator or the Head",
    write=Permission.PROPOSE_POLICY,
    publish=Permission.APPROVE_POLICY,
    guard="It has a subject, a body and only fields that its letters have, and its first day is not past. Another "
    "person wrote it.",
    effect="Letters drafted from its first day use it. Earlier letters keep their words.",
)

"""The states of a Record of Visit and the legal moves between them (domain 3.4)."""

from enum import StrEnum

from schoolimprove.lib.states import Move, StateTable


class RecordStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SHARED = "shared"


RECORD_OF_VISIT = StateTable(
    noun="Record of Visit",
    statuses=RecordStatus,
    labels={
        RecordStatus.DRAFT: "Draft",
        RecordStatus.SUBMITTED: "Awaiting approval",
        RecordStatus.SHARED: "Shared with the school",
    },
    initial=RecordStatus.DRAFT,
    moves=(
        Move(
            verb="submit",
            sources=frozenset({RecordStatus.DRAFT}),
            target=RecordStatus.SUBMITTED,
            past="submitted for approval",
            who="The author",
            guard="Who was met, evidence and findings are written.",
            effect="The line manager is asked to approve it; the submission deadline is met.",
        ),
        Move(
            verb="return",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.DRAFT,
            past="returned with comments",
            who="The author's line manager, never the author",
            effect="The author sees the comments and may write again.",
            reason_required=True,
        ),
        Move(
            verb="approve",
            sources=frozenset({RecordStatus.SUBMITTED}),
            target=RecordStatus.SHARED,
            past="approved and shared",
            who="The author's line manager, never the author",
            effect="Version 1 is frozen and shared with the headteacher and the chair of governors, who are asked "
            "to respond.",
        ),
    ),
)

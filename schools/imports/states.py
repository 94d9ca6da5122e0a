"""The states of imports (design, Schools as they come), and the legal moves."""

from enum import StrEnum

from schoolimprove.lib.states import Move, StateTable


class ImportStatus(StrEnum):
    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    FAILED = "failed"


_UNDERWAY = frozenset({ImportStatus.CHECKING, ImportStatus.APPLYING})
_WORKER = "The worker"
_IMPORTER = "Whoever may bring in data of this kind"

IMPORT_RUN = StateTable(
    noun="Import",
    statuses=ImportStatus,
    labels={
        ImportStatus.CHECKING: "Being checked",
        ImportStatus.CHECKED: "Ready to confirm",
        ImportStatus.REFUSED: "Cannot be done",
        ImportStatus.ABANDONED: "Not confirmed",
        ImportStatus.APPLYING: "Being applied",
        ImportStatus.APPLIED: "Applied",
        ImportStatus.UNDONE: "Undone",
        ImportStatus.FAILED: "Failed",
    },
    initial=ImportStatus.CHECKING,
    moves=(
        Move(
            verb="check",
            sources=frozenset({ImportStatus.CHECKING}),
            target=ImportStatus.CHECKED,
            past="checked",
            who=_WORKER,
            guard="The files can be read.",
            effect="A preview says what would happen; nothing has happened yet.",
        ),
        Move(
            verb="refuse",
            sources=_UNDERWAY,
            target=ImportStatus.REFUSED,
            past="refused",
            who=_WORKER,
            effect="Nothing was changed; each reason is named.",
        ),
        Move(
            verb="abandon",
            sources=frozenset({ImportStatus.CHECKED}),
            target=ImportStatus.ABANDONED,
            past="abandoned",
            who=_IMPORTER,
            effect="Nothing was changed; the files and the preview are kept.",
        ),
        Move(
            verb="confirm",
            sources=frozenset({ImportStatus.CHECKED}),
            target=ImportStatus.APPLYING,
            past="confirmed",
            who=_IMPORTER,
            effect="The worker is asked to apply it in one transaction.",
        ),
        Move(
            verb="look again",
            sources=frozenset({ImportStatus.APPLYING}),
            target=ImportStatus.CHECKED,
            past="previewed anew",
            who=_WORKER,
            guard="What is held has changed since the preview, so that something else would happen.",
            effect="Nothing was changed; the new preview is there to confirm.",
        ),
        Move(
            verb="apply",
            sources=frozenset({ImportStatus.APPLYING}),
            target=ImportStatus.APPLIED,
            past="applied",
            who=_WORKER,
            effect="Everything it says is held, with history and audit.",
        ),
        Move(
            verb="load",
            sources=frozenset({ImportStatus.CHECKING}),
            target=ImportStatus.APPLIED,
            past="loaded from the command line",
            who="Whoever runs the command",
            effect="As applied, without a preview.",
        ),
        Move(
            verb="fail",
            sources=_UNDERWAY,
            target=ImportStatus.FAILED,
            past="given up",
            who=_WORKER,
            guard="It was begun several times and did not come to an end.",
            effect="Nothing was changed.",
        ),
        Move(
            verb="undo",
            sources=frozenset({ImportStatus.APPLIED}),
            target=ImportStatus.UNDONE,
            past="undone",
            who=_WORKER,
            guard="It is the newest import of its kind, and at least one of its changes can still be undone.",
            effect="We restore what the import changed and remove what it added. Schools that were changed or used "
            "since stay as they are.",
        ),
    ),
)

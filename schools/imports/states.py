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
_WORKER = "The service"
_IMPORTER = "People who can import this kind of data"

IMPORT_RUN = StateTable(
    noun="Import",
    statuses=ImportStatus,
    labels={
        ImportStatus.CHECKING: "Being checked",
        ImportStatus.CHECKED: "Ready to confirm",
        ImportStatus.REFUSED: "Refused",
        ImportStatus.ABANDONED: "Cancelled",
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
            effect="We show a preview. Nothing has changed yet.",
        ),
        Move(
            verb="refuse",
            sources=_UNDERWAY,
            target=ImportStatus.REFUSED,
            past="refused",
            who=_WORKER,
            effect="We change nothing and list each reason.",
        ),
        Move(
            verb="abandon",
            sources=frozenset({ImportStatus.CHECKED}),
            target=ImportStatus.ABANDONED,
            past="abandoned",
            who=_IMPORTER,
            effect="We change nothing. We keep the files and the preview.",
        ),
        Move(
            verb="confirm",
            sources=frozenset({ImportStatus.CHECKED}),
            target=ImportStatus.APPLYING,
            past="confirmed",
            who=_IMPORTER,
            effect="We then apply the whole import or none of it.",
        ),
        Move(
            verb="look again",
            sources=frozenset({ImportStatus.APPLYING}),
            target=ImportStatus.CHECKED,
            past="previewed again",
            who=_WORKER,
            guard="Our data has changed since the preview, so the result would be different.",
            effect="We change nothing and show a new preview to confirm.",
        ),
        Move(
            verb="apply",
            sources=frozenset({ImportStatus.APPLYING}),
            target=ImportStatus.APPLIED,
            past="applied",
            who=_WORKER,
            effect="We save every change, with its history and audit.",
        ),
        Move(
            verb="load",
            sources=frozenset({ImportStatus.CHECKING}),
            target=ImportStatus.APPLIED,
            past="loaded from the command line",
            who="The person who runs the command",
            effect="We save every change, without a preview.",
        ),
        Move(
            verb="fail",
            sources=_UNDERWAY,
            target=ImportStatus.FAILED,
            past="stopped",
            who=_WORKER,
            guard="The service tried several times and could not finish.",
            effect="We change nothing.",
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

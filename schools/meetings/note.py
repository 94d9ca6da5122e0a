"""The kind of item that every group has: a report received, whose outcome is a text and changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from schoolimprove.ui.forms import Form, TextArea
from schools.meetings.kinds import ItemKind, Outcome, item_kinds

RECEIVED = "Received."


class NoteForm(Form):
    words = TextArea(label="What the group decided", named="what the group decided", rows=4, max_length=5_000)


def _form(item: Any, user: Any) -> type[Form]:
    return NoteForm


def _outcome(item: Any, answers: Mapping[str, Any]) -> Outcome:
    return Outcome(answers["words"])


def _together(items: Sequence[Any]) -> Mapping[int, Mapping[str, Any]]:
    return {item.pk: {"words": RECEIVED} for item in items}


def _initial(item: Any) -> Mapping[str, Any]:
    return {"words": item.outcome_summary}


NOTE = ItemKind("note", 90, "Report received", _form, _outcome, initial=_initial, together=_together)


def register() -> None:
    """Called once, when the app is ready."""
    item_kinds.register(NOTE)

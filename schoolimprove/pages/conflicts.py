"""The message and the form for a user whose change came second."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components


def what_happened(lost: Conflict, state: str = "") -> str:
    """Say who was first and what they did, as sentences; `state` describes a thing without a status."""
    current: Any = lost.current
    if did := who_did(current):
        return f"{did} this after you opened it."
    if not state and hasattr(current, "get_status_display"):
        state = current.get_status_display().lower()
    changed = f"{current.updated_by or 'Someone else'} changed this after you opened it."
    return f"{changed} It is now {state}." if state else changed


def who_did(current: Any) -> str:
    """Return who made the last change and its verb, "Deborah Wojcik returned"; empty unless it was a move."""
    moves = {move.verb: move for move in current.STATES.moves if move.did} if hasattr(current, "STATES") else {}
    events = AuditEvent.objects.about(current._meta.label_lower, current.pk).filter(verb__in=moves)
    last = events.filter(at__gte=current.updated_at, by=current.updated_by_id).select_related("by").first()
    return f"{last.by} {moves[last.verb].did}" if last and last.by else ""


KEPT = "What you typed is still in the form. Check it before you continue."


def show_conflict(
    view: Any, form: Any, lost: Conflict, *, state: str = "", version: int | None = None, says: Sequence[str] = ()
) -> HttpResponse:
    """Show the form again with what was typed (409), and say who was first and what they did.

    The next attempt is on `version`, by default the current one. Pass `state` for something that has no status, or
    `says`, how it stands now in sentences of its own.
    """
    form.base_version = lost.current.version if version is None else version
    first, *others = says or [what_happened(lost, state)]
    if others:
        form.add_error(None, ValidationError([f"Nothing was saved. {first}", *others, KEPT]))
    else:
        form.add_error(None, f"Nothing was saved. {first} {KEPT}")
    response: HttpResponse = view.render_to_response(view.get_context_data(form=form), status=409)
    return response


def refused(view: Any, form: Any, error: Blocked) -> HttpResponse:
    """Show the form again, with the reasons why the verb was refused."""
    form.add_error(None, error)
    response: HttpResponse = view.form_invalid(form)
    return response


@dataclass(frozen=True)
class Difference:
    """One field in which two versions differ, as text; "" where a version has nothing there."""

    label: str
    yours: str
    saved: str


def table_of_differences(
    found: Sequence[Difference], *, yours: str = "Yours", nothing: str = "It is the same as yours."
) -> components.Table:
    """Return a table of the fields that differ, the user's own version beside the one that is saved now."""
    columns = [components.Column(label) for label in ("Field", yours, "Saved now")]
    rows = [[each.label, _lines(each.yours), _lines(each.saved)] for each in found]
    return components.Table("What differs", columns, rows, empty=nothing)


def _lines(text: str) -> Any:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines())) or "Nothing"

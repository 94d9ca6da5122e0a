"""Long texts as people type them, on pages and in PDFs."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from schoolimprove.ui.prose import ADDED, REMOVED, SAME, changed_prose
from schoolimprove.ui.prose import prose as drawn

register = template.Library()
_MARKS = {"added": ADDED, "removed": REMOVED, "same": SAME}


@register.filter
def prose(text: str | None) -> SafeString:
    """Return a text with its paragraphs, lists and bold words."""
    return drawn(text or "")


@register.filter
def changed(pieces: Iterable[Any]) -> SafeString:
    """Return the pieces of a change (each with `mark` and `text`) as one text in which what differs is marked."""
    return changed_prose((_MARKS[piece.mark], piece.text) for piece in pieces)

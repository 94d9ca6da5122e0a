"""Whose name a row of history carries: the verb says it, so that workers and commands are attributed too."""

from django.db import models

from .actor import Actor

LONGEST_REASON = 100


def attribute_history(obj: models.Model, *, by: Actor, reason: str = "") -> None:
    """Let the history row of the next save carry this person and reason (simple-history reads these attributes)."""
    obj._history_user = by.user  # type: ignore[attr-defined]
    obj._change_reason = reason[:LONGEST_REASON]  # type: ignore[attr-defined]

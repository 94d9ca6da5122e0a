"""What was changed about a school, when and by whom, from its history."""

from typing import Any

from schoolimprove.ui.components import Event
from schools.models import School

NOT_SHOWN = {"id", "version", "updated_at", "updated_by", "created_at", "created_by", "search_key"}
LONGEST = 100
"""Entries shown, newest first."""


def school_changes(school: School) -> list[Event]:
    """Newest first. Constant queries: values are compared as stored, relations by the names held now."""
    rows: list[Any] = list(
        school.history.select_related("history_user").order_by("-history_date", "-history_id")[:LONGEST]
    )
    names = _relation_names(rows)
    pairs = zip(rows, [*rows[1:], None], strict=True)
    changes = [_change(after, before, names) for after, before in pairs]
    return [change for change, row in zip(changes, rows, strict=True) if change.changes or row.history_type == "+"]


def _change(after: Any, before: Any, names: dict[tuple[str, Any], str]) -> Event:
    who = str(after.history_user) if after.history_user else "The system"
    what = "Entered in the register" if after.history_type == "+" else "Changed"
    why = after.history_change_reason or ""
    return Event(what, after.history_date, who, why, changes=_differences(after, before, names))


def _differences(after: Any, before: Any, names: dict[tuple[str, Any], str]) -> list[tuple[str, Any, Any]]:
    if before is None:
        return []
    compared = [field for field in School._meta.concrete_fields if field.name not in NOT_SHOWN]
    return [
        (_label(field), _shown(field, before, names), _shown(field, after, names))
        for field in compared
        if getattr(before, field.attname) != getattr(after, field.attname)
    ]


def _label(field: Any) -> str:
    label = str(field.verbose_name)
    return label[:1].upper() + label[1:]


def _shown(field: Any, row: Any, names: dict[tuple[str, Any], str]) -> Any:
    value = getattr(row, field.attname)
    if field.is_relation:
        return names.get((field.name, value), "")
    return dict(field.flatchoices).get(value, value) if field.choices else value


def _relation_names(rows: list[Any]) -> dict[tuple[str, Any], str]:
    """One query a relation, for all rows together."""
    names: dict[tuple[str, Any], str] = {}
    for field in School._meta.concrete_fields:
        if field.is_relation and field.name not in NOT_SHOWN and field.related_model is not None:
            keys = {getattr(row, field.attname) for row in rows}
            found = field.related_model._default_manager.in_bulk(list(keys - {None}))
            names |= {(field.name, key): str(related) for key, related in found.items()}
    return names

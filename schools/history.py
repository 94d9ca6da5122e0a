"""What was changed about schools, when and by whom, from their history; and how one stood on a day."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from schoolimprove.ui.components import Event
from schools.models import School
from schools.wording import Names, label_of, names_of, shown_value

NOT_SHOWN = {"id", "version", "updated_at", "updated_by", "created_at", "created_by", "search_key"}
COMPARED = [field for field in School._meta.concrete_fields if field.name not in NOT_SHOWN]
LONGEST = 100
"""Entries shown, newest first."""


def school_changes(*schools: School) -> list[Event]:
    """Of one school, or of one and its predecessors, which are named. Newest first.

    Constant queries: values are compared as stored, relations by the names held now.
    """
    rows = _rows(schools)
    names = names_of((field, getattr(row, field.attname)) for row in rows for field in COMPARED)
    told = {school.pk: "" if number == 0 else school.name for number, school in enumerate(schools)}
    pairs = zip(rows, _rows_before(rows), strict=True)
    changes = [(row, _change(row, before, names, told[row.id])) for row, before in pairs]
    return [change for row, change in changes if change.changes or row.history_type == "+"]


def as_it_stood(school: School, until: datetime) -> Any:
    """The row of its history that held just before that moment; None where the register held nothing of it."""
    rows = school.history.filter(history_date__lt=until).select_related("district")
    return rows.order_by("-history_date", "-history_id").first()


def _rows(schools: Sequence[School]) -> list[Any]:
    rows: Any = School.history.filter(id__in=[school.pk for school in schools]).select_related("history_user")
    return list(rows.order_by("-history_date", "-history_id")[:LONGEST])


def _rows_before(rows: Iterable[Any]) -> list[Any]:
    """For each row, the one before it of the same school, if it is among them."""
    older: dict[int, Any] = {}
    found = []
    for row in reversed(list(rows)):
        found.append(older.get(row.id))
        older[row.id] = row
    return found[::-1]


def _change(after: Any, before: Any, names: Names, where: str) -> Event:
    who = str(after.history_user) if after.history_user else "The system"
    what = "Entered in the register" if after.history_type == "+" else "Changed"
    why = after.history_change_reason or ""
    return Event(what, after.history_date, who, why, changes=_differences(after, before, names), where=where)


def _differences(after: Any, before: Any, names: Names) -> list[tuple[str, Any, Any]]:
    if before is None:
        return []
    pairs = ((field, getattr(before, field.attname), getattr(after, field.attname)) for field in COMPARED)
    return [
        (label_of(field), shown_value(field, old, names), shown_value(field, new, names))
        for field, old, new in pairs
        if old != new
    ]

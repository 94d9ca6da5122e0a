"""The History tab of a school: what changed about it, when and who changed it; and how it stood on a day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.cells import shown
from schoolimprove.ui.components import Event
from schoolimprove.ui.exports import Column, ListFile
from schools.register.field_labels import Names, label_of, names_of, shown_value
from schools.register.lineage import predecessors
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, school_read

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
    who = str(after.history_user) if after.history_user else "The service"
    what = "Added to the register" if after.history_type == "+" else "Changed"
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


class SchoolHistory(SchoolTabView):
    template_name = "schools/register/school_history.html"
    tab = "history"
    permission = Permission.VIEW_SCHOOL_HISTORY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            events=school_changes(self.school, *self.predecessors),
            exports=export_links("schools:history_export", self.request.user, self.school.urn, on=self.school),
            **kwargs,
        )


HISTORY = ListFile(
    "school-history",
    "a school’s history in the register",
    "A school: History",
    "A field that changed, or the addition of the school",
    [
        Column("at", "When", "Date and time of the change"),
        Column("what", "What", "Whether the school was added or changed"),
        Column("school", "School", "School it is about: this one, or one that this one followed"),
        Column("field", "Field", "What changed"),
        Column("before", "Before", "Value before the change"),
        Column("after", "After", "Value after the change"),
        Column("by", "By", "Who changed it"),
        Column("reason", "Reason", "The reason given"),
    ],
)


@exports(HISTORY)
def export_history(request: HttpRequest, urn: int) -> Taken:
    """The changes that the tab shows, a row for each field."""
    school = school_read(request, urn, Permission.VIEW_SCHOOL_HISTORY)
    events = school_changes(school, *predecessors(school))
    rows = [row for event in events for row in _history_rows(event, event.where or school.name)]
    return Taken(rows, len(rows), school=school)


def _history_rows(event: Event, where: str) -> Iterator[list[Any]]:
    for name, before, after in event.changes or [("", "", "")]:
        yield [event.when, event.what, where, name, shown(before), shown(after), event.who, event.why]

"""One verb done to several things at once, ticked in a list or on the page itself: to all of them, or to none."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import Barred
from schoolimprove.pages.conflicts import what_happened
from schoolimprove.pages.lists import ROWS_FIELD
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.drafts import fill_from_draft
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui.fields import CheckboxesField

MOST_ROWS = 200
"""Rows that are offered at once; a list has fewer on a page."""


class RowsField(CheckboxesField):
    """The ticked rows, each as its key and the version that the user saw: `17.3`."""

    def valid_value(self, value: Any) -> bool:
        key, _, version = str(value).partition(".")
        return all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (key, version))


class BulkPage(VerbPage):
    """Do one verb to several things, all in one transaction.

    A subclass says in `rows` to which things this user may do it, and does it to one in `act_on`. The address may name
    those that were ticked in a list (`?rows=17&rows=18`); the others are not offered then. Where one cannot be done,
    none is: the form says which and why. One that another user changed is named, and no longer ticked (409).
    """

    rows_label: ClassVar[str]
    """What is ticked: "Meetings to cancel"."""
    noun: ClassVar[tuple[str, str]]

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def label_of(self, row: Any) -> str:
        return str(row)

    def act_on(self, row: Any, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        raise NotImplementedError

    @cached_property
    def offered(self) -> Sequence[Any]:
        """The rows the address names, or all; as they are now."""
        rows = self.rows()
        if ROWS_FIELD in self.request.GET:
            asked = [key for key in self.request.GET.getlist(ROWS_FIELD) if key.isascii() and key.isdecimal()]
            rows = rows.filter(pk__in=[int(key) for key in asked if len(key) < 19])
        return list(rows[:MOST_ROWS])

    def choices(self) -> list[tuple[str, str]]:
        return [(f"{row.pk}.{row.version}", self.label_of(row)) for row in self.offered]

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        ticks = RowsField(label=self.rows_label, choices=self.choices(), named=f"the {self.noun[1]}")
        form.fields = {ROWS_FIELD: ticks, **form.fields}
        if form.is_bound:
            return form
        if self.draft:
            fill_from_draft(form, self.draft)
        elif ROWS_FIELD in self.request.GET:
            form.initial[ROWS_FIELD] = [value for value, _label in self.choices()]
        return form

    def closed(self) -> str:
        return "" if self.offered else f"There are no {self.noun[1]} to select."

    def act(self, *, by: User, on: date, seen_version: int, rows: Sequence[str] = (), **fields: Any) -> int:
        reasons: list[str] = []
        for row in self.chosen(rows):
            try:
                with transaction.atomic():
                    self.act_on(row, by=by, on=on, seen_version=row.version, **fields)
            except Blocked as error:
                reasons += [f"{self.label_of(row)}: {reason}" for reason in error.messages]
            except PermissionDenied as error:
                why = str(error) if isinstance(error, Barred) else "You do not have permission to do this."
                reasons.append(f"{self.label_of(row)}: {why}")
            except Conflict as lost:
                raise RowsChanged(self.happened_to(row, lost)) from lost
        if reasons:
            raise Blocked(reasons)
        return len(rows)

    def chosen(self, values: Sequence[str]) -> list[Any]:
        """Return the ticked rows; raise `RowsChanged` for one that is gone or was changed since the user saw it."""
        known, rows = {str(row.pk): row for row in self.offered}, []
        for value in values:
            key, _, seen = value.partition(".")
            if key not in known:
                raise RowsChanged(f"One of the {self.noun[1]} you selected is no longer available.")
            if int(seen) != known[key].version:
                raise RowsChanged(self.happened_to(known[key], Conflict(known[key])))
            rows.append(known[key])
        return rows

    def happened_to(self, row: Any, lost: Conflict) -> str:
        return f"{self.label_of(row)}: {what_happened(lost, self.state_of(lost.current))}"

    def stopped(self, form: Any) -> HttpResponse | None:
        try:
            self.chosen(form.cleaned_data[ROWS_FIELD])
        except RowsChanged as changed:
            return self._overtaken(form, str(changed))
        return super().stopped(form)

    def done_message(self, result: int) -> str:
        one, many = self.noun
        return self.done.format(result=f"{result:,} {one if result == 1 else many}")

    def send(self, form: Any) -> HttpResponse:
        try:
            return super().send(form)
        except RowsChanged as changed:
            return self._overtaken(form, str(changed))

    def _overtaken(self, form: Any, happened: str) -> HttpResponse:
        form.add_error(None, f"Nothing was saved. {happened} Check which {self.noun[1]} you have selected.")
        del self.offered
        form.fields[ROWS_FIELD].choices = self.choices()
        return self.render_to_response(self.get_context_data(form=form), status=409)


class RowsChanged(Exception):
    """Another user changed one of the ticked rows first; the message says which and how it stands now."""

"""Calls, letters and meetings with schools: adding a note, taking one back, and the list over all schools."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import django_filters
from django.forms import CheckboxSelectMultiple
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages import columns
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import DayFilter
from schoolimprove.ui import components
from schoolimprove.ui.exports import ListFile
from schools.register.filters import SchoolScopeFilter
from schools.register.pages import SchoolListPage, SchoolVerbPage
from schools.visits.contact_notes.actions import may_take_back, note_contact, take_back
from schools.visits.contact_notes.forms import ContactNoteForm, TakeBackForm
from schools.visits.models.contact_note import ContactKind, ContactNote


def contact_in_words(note: ContactNote) -> str:
    return f"{note.get_kind_display()}, {note.with_whom}"


class ContactNoteFilter(SchoolScopeFilter):
    searched = ("note", "with_whom")

    kind = django_filters.MultipleChoiceFilter(
        label="Kind", choices=ContactKind.choices, widget=CheckboxSelectMultiple, distinct=False
    )
    by = django_filters.ModelChoiceFilter(
        label="Written by", field_name="author", queryset=User.objects.none(), empty_label="Anyone"
    )
    since = DayFilter(label="From", field_name="happened_on", lookup_expr="gte", named="the first day")
    until = DayFilter(label="To", field_name="happened_on", lookup_expr="lte", named="the last day")

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        self.filters["q"].label = "School, person or words in the note"
        authors = User.objects.filter(pk__in=queryset.order_by().values("author"))
        self.filters["by"].queryset = authors.order_by("name", "pk")


class ContactNoteList(SchoolListPage):
    title, noun, row = (
        "Calls, letters and meetings",
        ("call, letter or meeting", "calls, letters and meetings"),
        "A call, letter or meeting",
    )
    route, permission = "schools:contact_notes", Permission.VIEW_CONTACT_NOTE
    filters, order = ContactNoteFilter, ("-happened_on", "-pk")
    nothing = components.Empty("No calls, letters or meetings yet", "Add a note of one on the Visits tab of a school.")
    columns = (
        Column("happened_on", "Date", "Day of the call, letter or meeting", sort=("happened_on",)),
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column(
            "school",
            "School",
            "Name of the school",
            "school.name",
            lambda note: components.Link(note.school.name, visits_url(note), contact_in_words(note)),
            sort=("school__name",),
        ),
        Column("kind", "Kind", "Call, letter or meeting", ContactNote.get_kind_display, file_only=True),
        Column("with_whom", "With whom", "Who it was with", file_only=True),
        Column("note", "Note", "Text of the note"),
        Column("author", "Written by", "Who wrote the note", lambda note: str(note.author), sort=("author__name",)),
    )

    @classmethod
    def list_file(cls) -> ListFile:
        """As the audit has called it since the first download."""
        return replace(super().list_file(), called="contacts")

    @classmethod
    def file_name(cls) -> str:
        return "contacts"

    def rows(self) -> Any:
        return ContactNote.objects.visible_to(self.request.user).standing().select_related("school", "author")


def visits_url(note: ContactNote) -> str:
    return reverse("schools:visits", args=[note.school.urn])


def note_table(notes: Iterable[ContactNote], *, user: Any) -> components.Table:
    """Return the contacts of one school, with a way to take back one's own."""

    def note_or_link(note: ContactNote) -> Any:
        return _with_take_back(note) if note.author_id == user.pk else note.note

    shown = (
        Column("happened_on", "Date"),
        Column("contact", "Call, letter or meeting", value=contact_in_words),
        Column("note", "Note", value=note_or_link),
        Column("author", "By"),
    )
    empty = "No calls, letters or meetings yet."
    return columns.table("Calls, letters and meetings", shown, notes, empty=empty)


def _with_take_back(note: ContactNote) -> Any:
    url = reverse("schools:contact_note_take_back", args=[note.school.urn, note.pk])
    link = '{}<br><a class="govuk-link" href="{}">Withdraw<span class="govuk-visually-hidden">: {}</span></a>'
    return format_html(link, note.note, url, note)


class NotePage(SchoolVerbPage):
    permission, tab = Permission.WRITE_CONTACT_NOTE, ("Visits", "schools:visits")


class ContactNoteAdd(NotePage):
    form_class, heading, done = (
        ContactNoteForm,
        "Add a note of a call, letter or meeting",
        "You added this note: {result}.",
    )
    lede = "The school cannot read it."

    def get_initial(self) -> dict[str, Any]:
        return {"happened_on": clock.today()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> ContactNote:
        return note_contact(self.school, by=by, on=on, **fields)


class ContactNoteTakeBack(NotePage):
    template_name = "layouts/confirm.html"
    form_class, heading, done = TakeBackForm, "Withdraw this note?", "You withdrew the note."

    def find(self) -> None:
        super().find()
        notes = ContactNote.objects.visible_to(self.request.user).filter(school=self.school)
        notes = notes.select_related("school", "author", "updated_by")
        self.subject = get_object_or_404(notes, pk=self.kwargs["note"])

    def may(self, user: Any) -> bool:
        return may_take_back(user, self.subject)

    def closed(self) -> str:
        return "This note has already been withdrawn." if self.subject.taken_back_because else ""

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        take_back(self.subject, by=by, seen_version=seen_version, **fields)

    def state_of(self, current: Any) -> str:
        why = current.taken_back_because
        return f"withdrawn ({why})" if why else "not withdrawn"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gone = [f"We will no longer list “{self.subject.note}”.", "We will keep it in the audit, with your reason."]
        undo = "You cannot undo this. You can add the note again."
        return super().get_context_data(consequences=gone, undo=undo, **kwargs)


def paths() -> list[URLPattern]:
    return [
        *ContactNoteList.paths("contact-notes/"),
        path("<int:urn>/visits/contacts/add/", ContactNoteAdd.as_view(), name="contact_note_add"),
        path(
            "<int:urn>/visits/contacts/<int:note>/take-back/",
            ContactNoteTakeBack.as_view(),
            name="contact_note_take_back",
        ),
    ]

"""Calls, letters and meetings with schools: adding a note, taking one back, and the list over all schools."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.search import search_key
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.register.acting import refused, show_conflict
from schools.register.models.school import School
from schools.register.pages import paged, school_in_scope
from schools.register.scope import in_scope
from schools.visits.contact_notes.actions import may_take_back, note_contact, take_back
from schools.visits.contact_notes.forms import ContactNoteFilter, ContactNoteForm, TakeBackForm
from schools.visits.models.contact_note import ContactNote


def note_table(notes: Any, *, user: Any, names_school: bool = False) -> components.Table:
    """Contacts in two lines; where they are listed for one school, with a way to take back one's own."""
    labels = ["Date", "School" if names_school else "Contact", "What is worth remembering", "By"]
    rows = [_note_row(note, user, names_school=names_school) for note in notes]
    return components.Table(
        "Calls, letters and meetings",
        [components.Column(label) for label in labels],
        rows,
        empty="No call, letter or meeting is noted here yet.",
        caption_hidden=names_school,
    )


def _note_row(note: ContactNote, user: Any, *, names_school: bool) -> list[Any]:
    own = note.author_id == user.pk and not names_school
    visits, contact = reverse("schools:visits", args=[note.school.urn]), f"{note.get_kind_display()}, {note.with_whom}"
    return [
        note.happened_on,
        components.Link(note.school.name, visits, contact) if names_school else contact,
        _with_take_back(note) if own else note.note,
        note.author,
    ]


def _with_take_back(note: ContactNote) -> Any:
    url = reverse("schools:contact_note_take_back", args=[note.school.urn, note.pk])
    link = '{}<br><a class="govuk-link" href="{}">Take back<span class="govuk-visually-hidden">: {}</span></a>'
    return format_html(link, note.note, url, note)


MOST_WORDS = 10
"""Words of a search that are looked for."""


def visits_crumbs(school: School, heading: str) -> list[components.Crumb]:
    return [
        components.Crumb("Schools", reverse("schools:list")),
        components.Crumb(school.name, school.get_absolute_url()),
        components.Crumb("Visits", reverse("schools:visits", args=[school.urn])),
        components.Crumb(heading),
    ]


class NoteView(KeepsDrafts, FormView[Any]):
    """A form about a school in the reader's scope that leads back to its visits."""

    template_name = "layouts/form.html"
    heading: str
    lede = ""
    school: School

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), Permission.WRITE_CONTACT_NOTE, on=self.school)
        return super().dispatch(request, *args, **kwargs)

    @property
    def visits_url(self) -> str:
        return reverse("schools:visits", args=[self.school.urn])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": self.visits_url}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"page_title": self.heading, "lede": self.lede, "caption": self.school.name}
        return super().get_context_data(breadcrumbs=visits_crumbs(self.school, self.heading), **shown, **kwargs)


class ContactNoteAdd(NoteView):
    form_class = ContactNoteForm
    heading = "Note a contact"
    lede = "A call, letter or meeting worth remembering. The school does not read it."

    def get_initial(self) -> dict[str, Any]:
        return {"happened_on": clock.today()}

    def form_valid(self, form: ContactNoteForm) -> HttpResponse:
        try:
            note = note_contact(self.school, by=user_of(self.request), on=clock.today(), **form.said())
        except Blocked as error:
            return refused(self, form, error)
        messages.success(self.request, f"Noted: {note}.")
        return redirect(self.visits_url)


class ContactNoteTakeBack(NoteView):
    template_name = "layouts/confirm.html"
    form_class = TakeBackForm
    heading = "Take this contact back?"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        school = school_in_scope(request, kwargs["urn"])
        notes = ContactNote.objects.visible_to(request.user).filter(school=school).select_related("school", "author")
        acting(user_of(request), Permission.WRITE_CONTACT_NOTE, on=school)
        self.note = get_object_or_404(notes, pk=kwargs["note"])
        if not may_take_back(user_of(request), self.note):
            raise PermissionDenied
        if request.method == "GET" and self.note.taken_back_because:
            messages.warning(request, "This contact has been taken back already.")
            return redirect(reverse("schools:visits", args=[school.urn]))
        return super().dispatch(request, *args, **kwargs)

    def current_version(self) -> int:
        return self.note.version

    def form_valid(self, form: TakeBackForm) -> HttpResponse:
        reason, seen = form.cleaned_data["reason"], self.base_version
        try:
            take_back(self.note, by=user_of(self.request), seen_version=seen, reason=reason)
        except Conflict as lost:
            why = lost.current.taken_back_because  # type: ignore[attr-defined]
            return show_conflict(self, form, lost, state=f"taken back ({why})" if why else "not taken back")
        messages.success(self.request, "The contact is taken back.")
        return redirect(self.visits_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "consequences": [f"“{self.note.note}” is no longer listed.", "It stays in the audit, with your reason."],
            "undo": "This cannot be undone. It can be noted again.",
        }


class Notes:
    """The contacts a reader may see, as the address narrows them, newest first."""

    def __init__(self, request: HttpRequest) -> None:
        if not user_can(request.user, Permission.VIEW_CONTACT_NOTE):
            raise PermissionDenied
        self.query = request.GET
        seen = ContactNote.objects.visible_to(request.user).standing()
        wrote = User.objects.filter(pk__in=seen.order_by().values("author")).order_by("name", "pk")
        people = [(str(pk), name) for pk, name in wrote.values_list("pk", "name")]
        self.form = ContactNoteFilter(self.query, people=people)
        self.form.is_valid()
        self.everything, self.chosen = seen.select_related("school", "author"), self.form.cleaned_data

    def found(self) -> QuerySet[ContactNote]:
        chosen, notes = self.chosen, self.everything.filter(_with_words(self.chosen.get("q") or ""))
        if kinds := chosen.get("kind"):
            notes = notes.filter(kind__in=kinds)
        if by := chosen.get("by"):
            notes = notes.filter(author=by)
        if since := chosen.get("since"):
            notes = notes.filter(happened_on__gte=since)
        if until := chosen.get("until"):
            notes = notes.filter(happened_on__lte=until)
        return notes


def _with_words(text: str) -> Q:
    """Each word in the school's name or URN, with whom it was, or the note."""
    wanted = Q()
    for word in text.replace("\0", "").split()[:MOST_WORDS]:
        said = Q(note__icontains=word) | Q(with_whom__icontains=word)
        key = search_key(word)
        wanted &= said | Q(school__search_key__contains=key) if key else said
    return wanted


class ContactNoteList(TemplateView):
    template_name = "layouts/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notes = Notes(self.request)
        page = paged(self.request, notes.found())
        count = page.paginator.count
        return super().get_context_data(
            page_title="Calls, letters and meetings",
            filters=filter_panel(notes.form, self.request.GET, label="Filter contacts"),
            found=f"{count:,} contact{'' if count == 1 else 's'}",
            table=note_table(page.object_list, user=self.request.user, names_school=True),
            page_obj=page,
            exports=export_links("schools:contact_notes_export", self.request.user),
            nothing=None if self.request.GET else _nothing(),
            **kwargs,
        )


def _nothing() -> components.Empty:
    return components.Empty(
        "No contacts are noted yet", "Calls, letters and meetings are noted on the Visits tab of a school."
    )


COLUMNS_TAKEN = [
    Column("happened_on", "Date", "Day of the contact"),
    Column("urn", "URN", "Unique reference number of the school"),
    Column("school", "School", "Name of the school"),
    Column("kind", "Kind", "Kind of contact"),
    Column("with_whom", "With whom", "With whom it was"),
    Column("note", "Note", "What is worth remembering"),
    Column("author", "By", "Who wrote it"),
]


CONTACTS = ListFile(
    "contacts", "contacts", "Calls, letters and meetings", "A call, letter or meeting that was noted", COLUMNS_TAKEN
)


@exports(CONTACTS)
def export_contact_notes(request: HttpRequest) -> Taken:
    """The list as it stands in the address."""
    notes = Notes(request)
    found = notes.found().filter(in_scope(request.user, Permission.EXPORT, school="school"))
    return Taken(_export_rows(found), found.count(), words_of(filter_panel(notes.form, request.GET)))


def _export_rows(notes: QuerySet[ContactNote]) -> Iterator[Sequence[Any]]:
    for note in notes.iterator(2000):
        yield [
            note.happened_on,
            note.school.urn,
            note.school.name,
            note.get_kind_display(),
            note.with_whom,
            note.note,
            str(note.author),
        ]

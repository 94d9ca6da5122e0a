"""Letters to schools: the list, a letter with its moves, its words, how it was served, and the tab of a school."""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from schoolimprove.accounts.models import User
from schoolimprove.accounts.recipients import collected
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.documents.downloads import download, served
from schoolimprove.documents.pdf import CONTENT_TYPE, PdfUnavailable
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages import columns
from schoolimprove.pages.bulk import BulkPage, RowsChanged
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import DayFilter
from schoolimprove.pages.nouns import NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.transition import Conflict
from schoolimprove.ui import components
from schoolimprove.ui.forms import Form
from schools.letters.actions import issue_letters, record_service, revise_letter
from schools.letters.forms import LetterForm, ServiceForm
from schools.letters.kinds import OWN_FIELDS, letter_kinds
from schools.letters.models import Letter, LetterDelivery, LetterQuerySet, Method
from schools.letters.pdf import body_html, draft_pdf
from schools.letters.recipients import recipients_of
from schools.letters.rules import Value
from schools.letters.states import LETTER, NOT_ISSUED, LetterStatus
from schools.register.filters import SchoolScopeFilter
from schools.register.pages import SchoolListPage, SchoolTabView
from schools.register.scope import in_scope

_log = logging.getLogger(__name__)
MOST_ON_TAB = 100


def letters_for(user: Any) -> LetterQuerySet:
    """Return the letters that a user may see, with what pages read."""
    letters = Letter.objects.visible_to(user)
    return letters.select_related("school__district", "issued_by", "updated_by", "template")


class LetterFilter(SchoolScopeFilter):
    searched = ("reference",)

    kind = django_filters.MultipleChoiceFilter(
        label="Kind",
        choices=lambda: [(each.key, each.label) for each in letter_kinds],
        widget=CheckboxSelectMultiple,
        distinct=False,
    )
    status = django_filters.MultipleChoiceFilter(
        label="Status", choices=LETTER.choices(), widget=CheckboxSelectMultiple, distinct=False
    )
    since = DayFilter(label="Issued from", field_name="issued_on", lookup_expr="gte", named="the first day")
    until = DayFilter(label="Issued to", field_name="issued_on", lookup_expr="lte", named="the last day")

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        self.filters["q"].label = "School, URN or reference"


class LetterList(SchoolListPage):
    title, noun, row = "Letters", ("letter", "letters"), "A letter to a school"
    route, permission = "schools:letters", Permission.VIEW_LETTER
    filters, order = LetterFilter, ("-pk",)
    bulk = ("Issue letters", "schools:letters_issue")
    nothing = components.Empty("No letters yet", "We draft letters when a decision about a school is made.")
    columns = (
        Column("reference", "Reference", "Reference of the letter", file_only=True),
        Column("heading", "Subject", "Subject of the letter", lambda letter: letter.heading_for([]), file_only=True),
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column(
            "school",
            "School",
            "Name of the school",
            "school.name",
            lambda letter: components.Link(letter.school.name, letter.get_absolute_url(), letter.reference),
            sort=("school__name",),
        ),
        Column("kind", "Kind", "What the letter is for", lambda letter: letter.letter_kind.label, sort=("kind",)),
        Column(
            "status",
            "Status",
            "Draft, approved, issued or withdrawn",
            Letter.get_status_display,
            lambda letter: components.Status(letter.status, letter.get_status_display()),
            sort=("status",),
        ),
        Column(
            "issued_on",
            "Issued",
            "Day the letter was issued",
            cell=lambda letter: letter.issued_on or "Not issued",
            sort=("issued_on",),
        ),
        Column("issued_by", "Issued by", "Who issued it", lambda each: str(each.issued_by or ""), file_only=True),
    )

    def rows(self) -> Any:
        return letters_for(self.request.user)

    def tickable(self, rows: Sequence[Letter]) -> set[int]:
        user = self.request.user
        return {
            each.pk for each in rows if each.status in NOT_ISSUED and user_can(user, Permission.ISSUE_LETTER, on=each)
        }


class LettersIssue(BulkPage):
    """Issue several letters in one press, such as those of a round."""

    form_class, heading = Form, "Issue letters"
    noun, rows_label = ("letter", "letters"), "Letters to issue"
    lede = "Schools can read the letters at once. We email recipients who can sign in."
    final = "You cannot change a letter after you issue it. You can only withdraw it."
    check_heading, send_label = "Check which letters you issue", "Issue these letters"

    def find(self) -> None:
        """Nothing is found before the right is asked: `rows` are what the user may issue."""

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.ISSUE_LETTER)

    def rows(self) -> QuerySet[Letter]:
        mine = in_scope(self.request.user, Permission.ISSUE_LETTER, school="school")
        return letters_for(self.request.user).waiting().filter(mine).order_by("school__name", "pk")

    def label_of(self, row: Letter) -> str:
        return f"{row.school}: {row.letter_kind.label.lower()} {row.reference}"

    def back_url(self) -> str:
        return reverse("schools:letters")

    def crumbs(self) -> list[components.Crumb]:
        return [components.Crumb("Letters", self.back_url()), components.Crumb(self.heading)]

    def act(  # type: ignore[override]
        self, *, by: User, on: date, seen_version: int, rows: Sequence[str] = ()
    ) -> list[LetterDelivery]:
        letters = self.chosen(rows)
        try:
            # The message counts the recipients: it would be long if it named them.
            with collected():
                return issue_letters(letters, by=by, on=on)
        except Conflict as lost:
            raise RowsChanged(self.happened_to(lost.current, lost)) from lost

    def done_message(self, result: list[LetterDelivery]) -> str:  # type: ignore[override]
        letters = len({each.letter_id for each in result})
        post = sum(each.method == Method.POST for each in result)
        emails = len(result) - post
        return (
            f"You issued {letters} letter{'' if letters == 1 else 's'}. We are emailing {emails} recipient"
            f"{'' if emails == 1 else 's'}.{f' You need to post {post}.' if post else ''}"
        )


def issue_letter(letter: Letter, *, by: User, on: date, seen_version: int) -> None:
    if seen_version != letter.version:
        raise Conflict(letter)
    issue_letters([letter], by=by, on=on)


class LetterPage(NounPage):
    """A letter with its words, its recipients and what happened to it."""

    template_name = "schools/letters/letter.html"
    model, route, list_route, key = Letter, "schools:letter", "schools:letters", "letter"
    verbs = {"issue": issue_letter}

    @classmethod
    def visible(cls, user: Any) -> QuerySet[Letter]:
        return letters_for(user)

    @classmethod
    def blockers(cls, subject: Letter, move: Move, *, on: date) -> list[str]:
        return subject.blockers_to_issuing() if move.verb == "issue" else []

    @classmethod
    def knows_all(cls, user: Any, subject: Letter) -> bool:
        return user_can(user, Permission.VIEW_DRAFT_LETTER, on=subject)

    @classmethod
    def crumbs(cls, subject: Letter) -> list[components.Crumb]:
        school = subject.school
        return [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(school.name, school.get_absolute_url()),
            components.Crumb("Letters", reverse("schools:letters_of_school", args=[school.urn])),
            components.Crumb(subject.reference),
        ]

    @classmethod
    def facts(cls, subject: Letter, user: Any) -> list[components.Fact]:
        issued = f"{clock.uk_date(subject.issued_on)} by {subject.issued_by}" if subject.issued_on else None
        return [
            components.Fact("School", subject.school.name),
            components.Fact("Kind", subject.letter_kind.label),
            components.Fact("Issued", issued, empty="Not issued"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        letter, user = context["subject"], self.request.user
        sent = list(letter.deliveries.order_by("pk"))
        recipients = sent if letter.issued_on else recipients_of([letter], on=clock.today())[letter.pk]
        for each in sent:
            each.letter = letter
        writes = user_can(user, Permission.WRITE_LETTER, on=letter)
        is_officer = self.knows_all(user, letter)
        return context | {
            "caption": letter.school.name,
            "page_title": letter.heading_for(recipients),
            "body": body_html(letter, recipients),
            "recipients": recipient_table(recipients, is_officer=is_officer, records=writes),
            "edits": writes and letter.status == LetterStatus.DRAFT,
        }


def recipient_table(recipients: Sequence[LetterDelivery], *, is_officer: bool, records: bool) -> components.Table:
    """Return who a letter goes or went to; officers see how an issued one was served, and can record it."""

    def how(each: LetterDelivery) -> str:
        where = f" to {each.address}" if each.address and is_officer else ""
        return f"{each.get_method_display()}{where}{f', {clock.uk_date(each.sent_on)}' if each.sent_on else ''}"

    def served_or_link(each: LetterDelivery) -> Any:
        if each.served_on:
            return f"{clock.uk_date(each.served_on)}. {each.proof}"
        if not records:
            return "Not recorded"
        url = reverse("schools:letter_service", args=[each.letter_id, each.pk])
        link = '<a class="govuk-link" href="{}">Record it<span class="govuk-visually-hidden">: {}</span></a>'
        return format_html(link, url, each.recipient)

    shown = [Column("recipient", "Recipient"), Column("how", "Sent by", value=how)]
    if is_officer and any(each.pk for each in recipients):
        shown.append(Column("served", "Served", value=served_or_link))
    return columns.table("Recipients", shown, recipients, caption_hidden=True)


class LetterEdit(VerbPage):
    template_name = "schools/letters/letter_edit.html"
    form_class, heading, done = LetterForm, "Edit the letter", "You saved the letter."
    subject: Letter

    def find(self) -> None:
        self.subject = get_object_or_404(letters_for(self.request.user), pk=self.kwargs["letter"])

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.WRITE_LETTER, on=self.subject)

    def closed(self) -> str:
        if self.subject.status == LetterStatus.DRAFT:
            return ""
        return f"You can no longer edit this letter. It is now {self.subject.get_status_display().lower()}."

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    def crumbs(self) -> list[components.Crumb]:
        *above, own = LetterPage.crumbs(self.subject)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb(self.heading)]

    def get_initial(self) -> dict[str, Any]:
        return {"heading": self.subject.heading, "body": self.subject.body}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "known": self.subject.letter_kind.known}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        revise_letter(self.subject, by=by, seen_version=seen_version, **fields)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = self.subject.letter_kind
        values = {**self.subject.fields, "recipient": OWN_FIELDS["recipient"]}
        table = columns.table("Fields of this letter", FIELDS, [(name, values.get(name, "")) for name in kind.known])
        return super().get_context_data(fields=table, **kwargs)


def _value_in_words(row: tuple[str, Value]) -> str:
    return row[1] if isinstance(row[1], str) else "; ".join(row[1])


FIELDS = (
    Column("field", "Field", value=lambda row: f"{{{row[0]}}}"),
    Column("value", "What we fill in", value=_value_in_words),
)


class ServiceRecord(VerbPage):
    form_class, heading, done = ServiceForm, "Record how the letter was served", "You recorded how it was served."
    lede = "You can record this once."
    subject: LetterDelivery

    def find(self) -> None:
        letter = get_object_or_404(letters_for(self.request.user), pk=self.kwargs["letter"])
        self.subject = get_object_or_404(letter.deliveries.select_related("updated_by"), pk=self.kwargs["delivery"])
        self.subject.letter = letter

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.WRITE_LETTER, on=self.subject)

    def closed(self) -> str:
        return "How this letter was served is already recorded." if self.subject.served_on else ""

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    def crumbs(self) -> list[components.Crumb]:
        *above, own = LetterPage.crumbs(self.subject.letter)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb("Record how it was served")]

    def get_initial(self) -> dict[str, Any]:
        return {"method": self.subject.method, "sent_on": self.subject.sent_on}

    def state_of(self, current: Any) -> str:
        return f"served on {clock.uk_date(current.served_on)}" if current.served_on else "not served"

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        record_service(self.subject, by=by, on=on, seen_version=seen_version, **fields)


class SchoolLetters(SchoolTabView):
    template_name = "schools/letters/school_letters.html"
    tab, permission = "letters", Permission.VIEW_LETTER

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        letters = letters_for(self.request.user).filter(school=self.school).order_by("-pk")[:MOST_ON_TAB]
        empty = "No letters yet. When we issue a letter to this school, you can read it here."
        table = columns.table("Letters", TAB, letters, empty=empty, caption_hidden=True)
        return super().get_context_data(letters=table, **kwargs)


TAB = (
    Column(
        "letter",
        "Letter",
        value=lambda letter: components.Link(
            letter.heading_for([]), letter.get_absolute_url(), f"{letter.letter_kind.label}, {letter.reference}"
        ),
    ),
    Column("status", "Status", value=lambda letter: components.Status(letter.status, letter.get_status_display())),
    Column("issued_on", "Issued", value=lambda letter: letter.issued_on or "Not issued"),
)


def letter_pdf(request: HttpRequest, letter: int) -> HttpResponse:
    """Return the PDF of an issued letter, or of a draft as it would read today."""
    found = get_object_or_404(letters_for(request.user).select_related("document__blob"), pk=letter)
    document = getattr(found, "document", None)
    if document is not None:
        return served(request, document.blob, f"{found.reference}.pdf", back=found.get_absolute_url())
    if found.issued_on:
        messages.info(request, "We are preparing the PDF. Try again in a minute.")
        return redirect(found)
    try:
        pdf = draft_pdf(found, on=clock.today())
    except PdfUnavailable:
        _log.exception("No PDF of %s could be made", found.reference)
        messages.error(request, "We cannot make PDFs at the moment. Tell your system administrator.")
        return redirect(found)
    return download(pdf.content, f"{found.reference}-draft.pdf", CONTENT_TYPE)


def paths() -> list[URLPattern]:
    return [
        *LetterList.paths("letters/"),
        path("letters/issue/", LettersIssue.as_view(), name="letters_issue"),
        *LetterPage.paths("letters/"),
        path("letters/<int:letter>/edit/", LetterEdit.as_view(), name="letter_edit"),
        path("letters/<int:letter>/pdf/", letter_pdf, name="letter_pdf"),
        path("letters/<int:letter>/served/<int:delivery>/", ServiceRecord.as_view(), name="letter_service"),
        path("<int:urn>/letters/", SchoolLetters.as_view(), name="letters_of_school"),
    ]

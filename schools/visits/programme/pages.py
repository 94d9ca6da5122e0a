"""The visit programme: as it is published, and its editions written, published and given up."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages.conflicts import Difference, show_conflict, table_of_differences
from schoolimprove.policy.editions import as_seen, blockers_to_publishing
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schools.visits.models.programme import ProgrammeEdition, Topic, phase_name
from schools.visits.programme.actions import (
    Strand,
    abandon_programme,
    editions_for,
    publish_programme,
    revise_programme,
    strands,
    write_programme,
)
from schools.visits.programme.forms import AbandonForm, EditionForm, PublishForm, initial_of, keys_of
from schools.visits.programme.shipped import CLOSING
from schools.visits.states import PROGRAMME_EDITION

HEADING = "Visit programme"


def address_of(edition: ProgrammeEdition) -> str:
    return reverse("schools:programme_edition", args=[edition.pk])


def crumbs(*further: components.Crumb) -> list[components.Crumb]:
    return [components.Crumb(HEADING, reverse("schools:programme")), *further]


class Programme(TemplateView):
    """What core visits cover, by term and phase: now, from when on what else, and what it was before."""

    template_name = "schools/visits/programme_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = user_of(self.request)
        acting(user, Permission.VIEW_SCHOOL)
        editions = list(editions_for(user))
        found = strands(editions, on=clock.today())
        writes = user_can(user, Permission.PUBLISH_PROGRAMME)
        former = [edition for strand in found for edition in strand.former]
        return super().get_context_data(
            page_title=HEADING,
            lede="What core visits cover in each term. Schools can add their own items to any visit.",
            terms=_by_term(found),
            former=edition_table(former, "Former editions") if former else None,
            drafts=unpublished_table(editions, EditionStatus.DRAFT, "Drafts") if writes else None,
            given_up=unpublished_table(editions, EditionStatus.ABANDONED, "Discarded drafts") if writes else None,
            writes=writes,
            exports=export_links("schools:programme_export", user) if editions else [],
            **kwargs,
        )


def _by_term(found: Iterable[Strand]) -> list[dict[str, Any]]:
    """Term → a table of what is in force and what comes, a line for each phase."""
    terms: dict[str, list[Strand]] = {}
    for strand in found:
        terms.setdefault(strand.term, []).append(strand)
    return [{"term": term.capitalize(), "table": strand_table(term, held)} for term, held in terms.items()]


def strand_table(term: str, held: Iterable[Strand]) -> components.Table:
    columns = [components.Column(label) for label in ("Phase", "In force today", "Since", "Next edition")]
    rows = [[phase_name(each.phase), _link(each.now), _since(each.now), _coming(each)] for each in held]
    return components.Table(f"{term.capitalize()} term", columns, rows, caption_hidden=True)


def _link(edition: ProgrammeEdition | None) -> Any:
    if edition is None:
        return "No edition yet"
    items = [topic.heading for topic in edition.agenda]
    return components.Link(edition.title, address_of(edition), "; ".join(items))


def _since(edition: ProgrammeEdition | None) -> Any:
    return edition.first_day if edition else "Not yet"


def _coming(strand: Strand) -> Any:
    if not strand.coming:
        return "None planned"
    first = strand.coming[0]
    more = f", and {len(strand.coming) - 1} more after it" if len(strand.coming) > 1 else ""
    day = clock.uk_date(first.published_from) if first.published_from else ""
    return components.Link(first.title, address_of(first), f"From {day}{more}")


def edition_table(editions: Iterable[ProgrammeEdition], caption: str) -> components.Table:
    columns = [components.Column(label) for label in ("Edition", "Term", "Phase", "In force from")]
    rows = [
        [
            components.Link(each.title, address_of(each)),
            each.get_term_display(),
            phase_name(each.phase),
            each.first_day,
        ]
        for each in editions
    ]
    return components.Table(caption, columns, rows)


def unpublished_table(editions: Iterable[ProgrammeEdition], status: str, caption: str) -> components.Table:
    columns = [components.Column(label) for label in ("Edition", "Term", "Phase", "Last changed")]
    rows = [
        [
            components.Link(each.title, address_of(each)),
            each.get_term_display(),
            phase_name(each.phase),
            each.updated_at,
        ]
        for each in editions
        if each.status == status
    ]
    return components.Table(caption, columns, rows, empty="No drafts.")


class EditionMixin:
    """An edition that the reader may read; *not found* for a draft of those who do not publish."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def edition(self) -> ProgrammeEdition:
        return get_object_or_404(editions_for(user_of(self.request)), pk=self.kwargs["edition"])


class EditionDetail(EditionMixin, TemplateView):
    template_name = "schools/visits/programme_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edition = self.edition
        writes = user_can(self.request.user, Permission.PUBLISH_PROGRAMME)
        return super().get_context_data(**kwargs) | {
            "page_title": edition.title,
            "caption": f"{HEADING}, {edition.get_term_display().lower()} term, {phase_name(edition.phase).lower()}",
            "breadcrumbs": crumbs(components.Crumb(edition.title)),
            "edition": edition,
            "summary": edition_facts(edition),
            "topics": edition.agenda,
            "is_draft": edition.status == EditionStatus.DRAFT,
            "writes": writes,
            "events": history_of(edition) if writes else [],
        }


def edition_facts(edition: ProgrammeEdition) -> list[components.Fact]:
    facts = [
        components.Fact("State", components.Status(edition.status, edition.get_status_display())),
        components.Fact("Phase", phase_name(edition.phase)),
        components.Fact("Term", edition.get_term_display()),
    ]
    if edition.status == EditionStatus.PUBLISHED:
        facts += [components.Fact("In force from", edition.first_day), components.Fact("Until", _until(edition))]
    if edition.source:
        facts.append(components.Fact("Source", edition.source))
    return facts


def _until(edition: ProgrammeEdition) -> str:
    """It ends where the next of its phase and term begins."""
    following = edition.alike().filter(published_from__gt=edition.published_from).order_by("published_from").first()
    if following is None:
        return "No later edition yet"
    return f"{following.first_day}, when “{following.title}” begins"


def history_of(edition: ProgrammeEdition) -> list[components.Event]:
    past = {move.verb: move.past for move in PROGRAMME_EDITION.moves}
    kind = ProgrammeEdition._meta.label_lower
    events = AuditEvent.objects.filter(subject_kind=kind, subject_id=edition.pk).select_related("by")
    return [
        components.Event(
            past.get(event.verb, event.verb).capitalize(), event.at, str(event.by or "The service"), event.reason
        )
        for event in events.order_by("-at", "-pk")
    ]


BEGUN_FROM = "begun_from"
"""The hidden input of the form that names the edition it began with."""


class EditionWrite(KeepsDrafts, FormView[EditionForm]):
    """A new draft, begun from nothing or from an edition that is there."""

    template_name = "schools/visits/programme_write.html"
    form_class = EditionForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        acting(user_of(request), Permission.PUBLISH_PROGRAMME)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def beginning(self) -> ProgrammeEdition | None:
        """Return the edition named in the form, or else in the address; its items keep their keys."""
        kept = self.draft.fields.get(BEGUN_FROM, [""])[0] if self.draft else ""
        named = self.request.POST.get(BEGUN_FROM) or kept or self.request.GET.get("from", "")
        is_key = named.isascii() and named.isdigit() and len(named) < 10
        return ProgrammeEdition.objects.filter(pk=named).first() if is_key else None

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.beginning) if self.beginning else {"closing": CLOSING.guidance}

    def get_form(self, form_class: Any = None) -> EditionForm:
        """Name the edition in the form too, because a draft is reopened at the address without its query."""
        form: EditionForm = super().get_form(form_class)
        form.fields[BEGUN_FROM] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=self.beginning.pk if self.beginning else ""
        )
        return form

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        action = self.request.get_full_path()
        return {
            **kwargs,
            "known": keys_of(self.beginning),
            "action": action,
            "cancel_url": reverse("schools:programme"),
        }

    def form_valid(self, form: EditionForm) -> HttpResponse:
        edition = write_programme(by=user_of(self.request), topics=form.topics(), **form.said())
        messages.success(self.request, "You have saved a draft. Schools cannot see it until you publish it.")
        return redirect(address_of(edition))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = "Write an edition of the programme"
        begun = f"The items come from “{self.beginning.title}”. " if self.beginning else ""
        return super().get_context_data(
            page_title=title,
            caption=HEADING,
            lede=f"{begun}Leave items you do not need empty.",
            breadcrumbs=crumbs(components.Crumb(title)),
            **kwargs,
        )


class DraftView(EditionMixin, KeepsDrafts, FormView[Any]):
    """A form about a draft. A user who comes second sees what differs."""

    heading = ""
    conflict: Any = None
    seen_version = 0

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.kwargs = kwargs
        edition = self.edition
        acting(user_of(request), Permission.PUBLISH_PROGRAMME)
        if request.method == "GET" and edition.status != EditionStatus.DRAFT:
            messages.warning(request, f"This edition is no longer a draft: {edition.get_status_display().lower()}.")
            return redirect(address_of(edition))
        return super().dispatch(request, *args, **kwargs)

    def current_version(self) -> int:
        return self.edition.version

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": address_of(self.edition)}

    def act(self, form: Any) -> str:
        """Do it, and say that it is done."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            done = self.act(form)
        except Blocked as blocked:
            form.add_error(None, blocked)
            return self.form_invalid(form)
        except Conflict as lost:
            return self.overtaken(form, lost)
        messages.success(self.request, done)
        return redirect(address_of(self.edition))

    def overtaken(self, form: Any, lost: Conflict) -> HttpResponse:
        """Show what another user made of the draft, where it differs, with what was typed still in the form."""
        self.conflict = lost.current
        self.seen_version = self.base_version
        return show_conflict(self, form, lost)

    def differences(self, form: Any) -> components.Table:
        """Return the fields that were changed since the user opened the page."""
        found = differing(as_seen(self.conflict, self.seen_version), self.conflict)
        return table_of_differences(found, yours="When you opened it", nothing="Its fields are as you saw them.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {
            "page_title": self.heading,
            "caption": self.edition.title,
            "breadcrumbs": crumbs(
                components.Crumb(self.edition.title, address_of(self.edition)), components.Crumb(self.heading)
            ),
            "edition": self.edition,
        }
        if self.conflict is None:
            return context
        is_draft = self.conflict.status == EditionStatus.DRAFT
        return context | {"is_draft": is_draft, "differences": self.differences(context["form"])}


def differing(yours: ProgrammeEdition, saved: ProgrammeEdition) -> list[Difference]:
    """Return the fields and agenda items in which two versions of an edition differ."""
    fields = [
        Difference("Title", yours.title, saved.title),
        Difference("Phase", phase_name(yours.phase), phase_name(saved.phase)),
        Difference("Term", yours.get_term_display(), saved.get_term_display()),
    ]
    left = {topic.key: topic for topic in saved.agenda}
    items, common = [], []
    for topic in yours.agenda:
        alike = (other for other in left.values() if other.heading == topic.heading)
        other = left.get(topic.key) or next(alike, None)
        items.append(Difference(f"Item: {topic.heading}", _item(topic), _item(other)))
        if other:
            common.append(left.pop(other.key))
    items += [Difference(f"Item: {topic.heading}", "", _item(topic)) for topic in left.values()]
    ordered = [topic for topic in saved.agenda if topic in common]
    order = Difference("Order of the items", _headings(common), _headings(ordered))
    return [each for each in (*fields, *items, order) if each.yours != each.saved]


def _item(topic: Topic | None) -> str:
    return f"{topic.heading}\n{topic.guidance}".strip() if topic else ""


def _headings(topics: Iterable[Topic]) -> str:
    return "\n".join(topic.heading for topic in topics)


class EditionEdit(DraftView):
    template_name = "schools/visits/programme_write.html"
    form_class = EditionForm
    heading = "Edit the draft"

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.edition)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "known": keys_of(self.edition)}

    def differences(self, form: EditionForm) -> components.Table:
        """Return the fields in which what was typed is not what is saved now."""
        typed = ProgrammeEdition(topics=[topic.as_json() for topic in form.topics()], **form.said())
        return table_of_differences(differing(typed, self.conflict))

    def act(self, form: EditionForm) -> str:
        by = user_of(self.request)
        revise_programme(self.edition, by=by, seen_version=self.base_version, topics=form.topics(), **form.said())
        return "You have saved the draft."


class EditionPublish(DraftView):
    template_name = "schools/visits/programme_publish.html"
    form_class = PublishForm
    heading = "Publish this edition"

    def act(self, form: PublishForm) -> str:
        day = form.cleaned_data["published_from"]
        publish_programme(
            self.edition, by=user_of(self.request), on=clock.today(), published_from=day, seen_version=self.base_version
        )
        return (
            f"You have published this edition. It is in force from {clock.uk_date(day)}, and schools can read it now."
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edition = self.edition
        whose = f"core visits in the {edition.term} term ({phase_name(edition.phase).lower()})"
        return super().get_context_data(**kwargs) | {
            "consequences": [
                f"From its first day this is the programme of {whose}. {_replaces(edition)}",
                "Schools can read it straight away, with its first day.",
                "Visits created before that day keep their agenda.",
                "No one can edit it again. To change it, write a new edition.",
            ],
            "undo": "You cannot undo this. A later edition can replace it.",
            "grave": True,
            "blockers": []
            if not [*edition.content_errors()]
            else blockers_to_publishing(edition, published_from=clock.today(), on=clock.today()),
            "alike": alike_of(edition),
        }


def alike_of(edition: ProgrammeEdition) -> list[ProgrammeEdition]:
    """Return the other published editions of its phase and term, the latest first."""
    return list(edition.alike().order_by("-published_from"))


def _replaces(edition: ProgrammeEdition) -> str:
    alike = alike_of(edition)
    if not alike:
        return f"Until then {'they use the edition for every phase' if edition.phase else 'they have no programme'}."
    if len(alike) == 1 and edition.alike().published(clock.today()).exists():
        return f"It replaces “{alike[0].title}”."
    listed = [f"“{each.title}” (from {_in_words(each)})" for each in alike]
    return f"Already published: {'; '.join(listed)}."


def _in_words(edition: ProgrammeEdition) -> str:
    return edition.first_day.lower() if edition.shipped_as else edition.first_day


class EditionAbandon(DraftView):
    template_name = "schools/visits/programme_write.html"
    form_class = AbandonForm
    heading = "Discard this draft"

    def act(self, form: AbandonForm) -> str:
        reason = form.cleaned_data["reason"]
        abandon_programme(
            self.edition, by=user_of(self.request), on=clock.today(), reason=reason, seen_version=self.base_version
        )
        return "You have discarded the draft. We keep it, but do not use it."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lede = "People who write programmes can still read it, with your reason. Schools never see it."
        return super().get_context_data(**kwargs) | {"lede": lede}


PROGRAMME = ListFile(
    "visit-programme",
    "the visit programme",
    "Visit programme",
    "An edition: current, future or former. Drafts too, if you can publish",
    [
        Column("term", "Term", "Term whose core visits it is for"),
        Column("phase", "Phase", "Phase of education it is for"),
        Column("title", "Edition", "Title of the edition"),
        Column("state", "State", "Whether it is published, a draft or discarded"),
        Column("now", "In force", "Whether core visits created today have its agenda"),
        Column(
            "published_from", "In force from", "First day it is in force. Empty for editions that came with the service"
        ),
        Column("agenda", "Agenda", "Headings of its agenda, one on each line"),
    ],
)


@exports(PROGRAMME)
def export_programme(request: HttpRequest) -> Taken:
    user = user_of(request)
    acting(user, Permission.VIEW_SCHOOL)
    editions = list(editions_for(user))
    now = {strand.now.pk for strand in strands(editions, on=clock.today()) if strand.now}
    return Taken((_export_row(each, now) for each in editions), len(editions))


def _export_row(edition: ProgrammeEdition, now: Collection[int]) -> list[Any]:
    shipped = edition.shipped_as and edition.published_by_id is None
    return [
        edition.get_term_display(),
        phase_name(edition.phase),
        edition.title,
        edition.get_status_display(),
        edition.pk in now,
        None if shipped else edition.published_from,
        "\n".join(topic.heading for topic in edition.agenda),
    ]

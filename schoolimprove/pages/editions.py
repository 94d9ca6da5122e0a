"""The pages of one kind of edition, from one declaration: its list, an edition, and writing, publishing, discarding."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import django_filters
from django.db.models import Case, QuerySet, Value, When
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import holds_permission, require_move
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages.columns import Column
from schoolimprove.pages.conflicts import Difference, table_of_differences
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.nouns import MovePage, NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.policy import editions
from schoolimprove.policy.content import Entry, Section, Wording, flattened, sections_of
from schoolimprove.policy.content_forms import CONTENT, EditionForm, Press, model_field
from schoolimprove.policy.models.edition import Edition
from schoolimprove.policy.nested import PolicyError, load
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.drafts import fill_from_draft, posted_form_of, typed_fields
from schoolimprove.records.models import Draft
from schoolimprove.records.transition import Conflict
from schoolimprove.ui import components
from schoolimprove.ui.cells import listed
from schoolimprove.ui.forms import DateField, Form
from schoolimprove.ui.searching import holds_words

WRITE, PUBLISH = "abandon", "publish"
"""The moves of the state table whose permissions are those to write a draft and to publish it."""


class PublishForm(Form):
    published_from = DateField(label="First day", help_text="It cannot be in the past.")


def publish(edition: Edition, *, by: User, on: date, published_from: date, seen_version: int) -> None:
    actor = require_move(by, edition, edition.STATES.move(PUBLISH))
    editions.publish_edition(edition, by=actor, on=on, published_from=published_from, seen_version=seen_version)


class EditionPages(NounPage):
    """All pages of one kind of edition; this class itself is the page of one.

    A subclass declares the model, its `route` and `list_route`, what they are called, who reads what is published
    (`permission`), and the `wording` of the content. `strand_columns` show the fields of its strand in the list.
    """

    template_name = "layouts/edition.html"
    verbs = {PUBLISH: publish}
    forms = {PUBLISH: PublishForm}

    title: ClassVar[str]
    """The heading of the list."""
    lede: ClassVar[str] = ""
    noun: ClassVar[tuple[str, str]]
    permission: ClassVar[Permission]
    parameter: ClassVar[str]
    """The name of the number in the address, its own for each kind."""
    wording: ClassVar[Wording] = {}
    strand_columns: ClassVar[Sequence[Column]] = ()

    # Who may.

    @classmethod
    def may_write(cls, user: Any) -> bool:
        return holds_permission(user, cls.model(), cls.states().move(WRITE))

    @classmethod
    def knows_all(cls, user: Any, subject: Any = None) -> bool:
        """Return whether this user sees drafts: those who write them or publish them."""
        return cls.may_write(user) or holds_permission(user, cls.model(), cls.states().move(PUBLISH))

    @classmethod
    def visible(cls, user: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = cls.model.objects.select_related("created_by", "updated_by", "published_by")
        if cls.knows_all(user):
            return rows
        return rows.filter(status=EditionStatus.PUBLISHED) if user_can(user, cls.permission) else rows.none()

    # The page of one.

    @classmethod
    def lookup(cls, **kwargs: Any) -> Mapping[str, Any]:
        return {"pk": kwargs[cls.parameter]}

    @classmethod
    def address_of(cls, subject: Any) -> dict[str, Any]:
        return {cls.parameter: subject.pk}

    @classmethod
    def crumbs(cls, subject: Any = None) -> list[components.Crumb]:
        own = [components.Crumb(str(subject))] if subject else []
        return [components.Crumb(cls.title, reverse(cls.list_route)), *own]

    @classmethod
    def facts(cls, subject: Any, user: Any) -> Sequence[components.Fact]:
        facts = [components.Fact(each.label, each.drawn(subject)) for each in cls.strand_columns]
        if subject.status == EditionStatus.PUBLISHED:
            facts += [components.Fact("In force from", subject.first_day), components.Fact("Until", _until(subject))]
        if subject.source:
            facts.append(components.Fact("Source", subject.source))
        if subject.created_by:
            facts.append(components.Fact("Written by", _by(subject.created_by, subject.created_at)))
        if subject.published_by:
            facts.append(components.Fact("Published by", _by(subject.published_by, subject.published_at)))
        return facts

    @classmethod
    def blockers(cls, subject: Any, move: Move, *, on: date) -> list[str]:
        lacks = move.verb == PUBLISH and any(subject.content_errors())
        return ["Correct what is wrong with the draft first."] if lacks else []

    @classmethod
    def sections(cls, edition: Edition) -> list[Section]:
        """Return what the edition says, by section; nothing where it no longer fits the code."""
        fields = [
            (str(model_field(cls.model, name).label), str(getattr(edition, name)).splitlines())
            for name in cls.model.FIELDS
            if name not in ("title", CONTENT, *cls.model.STRAND)
        ]
        own = [Section("", "", "", [Entry("", fields)])] if fields else []
        kind = cls.model.CONTENT
        if kind is None:
            return own
        content: Any = getattr(edition, CONTENT)
        try:
            load(kind, content)
        except PolicyError:
            return own
        return [*own, *sections_of(kind, content, cls.wording)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        edition, user = context["subject"], self.request.user
        is_draft, writes = edition.status == EditionStatus.DRAFT, self.may_write(user)
        address = self.address_of(edition)
        return context | {
            "sections": [_drawn(each) for each in self.sections(edition)],
            "wrong": list(edition.content_errors()) if is_draft else [],
            "edit_url": reverse(f"{self.route}_edit", kwargs=address) if is_draft and writes else "",
            "begin_url": reverse(f"{self.route}_begin", kwargs=address) if writes else "",
            "noun": self.noun[0],
        }

    @classmethod
    def paths(cls, prefix: str, base: Any = None, *, key: str = "") -> list[URLPattern]:
        """Return the paths of the list, its file, and every page of one edition."""
        name, one = cls.route.partition(":")[2], f"{prefix}<int:{cls.parameter}>/"
        pages: dict[type[EditionFormPage], Any] = {
            kind: type(f"{cls.__name__}{kind.__name__}", (kind,), {"page": cls, "__module__": cls.__module__})
            for kind in (EditionWrite, EditionEdit)
        }
        return [
            *_list_of(cls).paths(prefix),
            path(f"{prefix}write/", pages[EditionWrite].as_view(), name=f"{name}_write"),
            path(f"{one}begin/", pages[EditionWrite].as_view(), name=f"{name}_begin"),
            path(f"{one}edit/", pages[EditionEdit].as_view(), name=f"{name}_edit"),
            *super().paths(prefix, base or EditionMove, key=f"<int:{cls.parameter}>"),
        ]


def _by(person: Any, at: Any) -> str:
    return f"{person}, {clock.uk_date(at.astimezone(clock.LONDON).date())}"


def _until(edition: Any) -> str:
    """Return the day on which the next of its strand begins."""
    following = edition.alike().filter(published_from__gt=edition.published_from).order_by("published_from").first()
    return f"{following.first_day}, when “{following.title}” begins" if following else "No later edition yet"


def _drawn(section: Section) -> dict[str, Any]:
    """Return a section as its template draws it: one table, or a list of facts for each entry."""
    table = None
    if section.is_table and section.entries:
        columns = [components.Column(label) for label, _lines in section.entries[0].lines]
        rows = [[_cell(lines) for _label, lines in each.lines] for each in section.entries]
        table = components.Table(section.label, columns, rows, caption_hidden=True)
    entries = [
        (
            each.title,
            [
                components.Fact(label, _cell(lines), empty="None")
                for label, lines in each.lines
                if label not in each.named
            ],
        )
        for each in section.entries
    ]
    return {"name": section.name, "label": section.label, "table": table, "entries": entries}


def _cell(lines: Sequence[str]) -> Any:
    return listed(lines) if len(lines) > 1 else next(iter(lines), "")


class EditionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Title", method="with_words")
    status = django_filters.MultipleChoiceFilter(
        label="State",
        choices=[(EditionStatus.DRAFT, "Draft"), (EditionStatus.PUBLISHED, "Published")],
        widget=CheckboxSelectMultiple,
        distinct=False,
    )

    def with_words(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(holds_words(text, ["title"]))


class EditionList(ListPage):
    """The editions of one kind: drafts first for those who write or publish them, then what is published."""

    template_name = "layouts/editions.html"
    filters = EditionFilter
    page: ClassVar[type[EditionPages]]

    @classmethod
    def may(cls, user: Any) -> bool:
        return cls.page.knows_all(user) or user_can(user, cls.page.permission)

    def rows(self) -> QuerySet[Any]:
        rank = Case(When(status=EditionStatus.DRAFT, then=Value(0)), When(status="published", then=1), default=2)
        rows: QuerySet[Any] = self.page.visible(self.request.user).annotate(rank=rank)
        return rows

    def exportable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows

    def prepared(self, rows: Sequence[Any]) -> Iterable[Any]:
        """Add the edition that follows each, and whether it is in force today."""
        following, today = editions.following(self.page.model), clock.today()
        for row in rows:
            row.following = following.get(row.pk)
            begun = row.status == EditionStatus.PUBLISHED and row.published_from <= today
            row.in_force = begun and (row.following is None or row.following.published_from > today)
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.page
        write = reverse(f"{page.route}_write") if page.may_write(self.request.user) else ""
        return super().get_context_data(write_url=write, noun=page.noun[0], lede=page.lede, filters_above=True) | kwargs


def _list_of(page: type[EditionPages]) -> type[EditionList]:
    """Return the list page of one kind."""
    one, many = page.noun
    drafts = "Drafts and discarded drafts too, if you can write or publish them"
    columns = (
        Column(
            "title",
            "Title",
            "Title of the edition",
            cell=lambda edition: components.Link(edition.title, page.url_of(edition)),
            sort=("title",),
        ),
        *page.strand_columns,
        Column(
            "state",
            "State",
            "Whether it is published, a draft or discarded",
            lambda edition: edition.get_status_display(),
            lambda edition: components.Status(edition.status, edition.get_status_display()),
        ),
        Column(
            "published_from",
            "In force from",
            "First day it is in force. Empty for drafts and for what came with the service",
            lambda edition: None if _came_with_the_service(edition) else edition.published_from,
            lambda edition: edition.first_day,
            sort=("published_from",),
        ),
        Column(
            "until",
            "Until",
            "First day of the edition that follows",
            "following.published_from",
            lambda edition: (
                edition.following.first_day
                if edition.following
                else "No later edition"
                if edition.status == EditionStatus.PUBLISHED
                else ""
            ),
        ),
        Column("in_force", "In force today", "Whether it is in force today"),
    )
    made: type[EditionList] = type(
        f"{page.__name__}List",
        (EditionList,),
        {
            "page": page,
            "title": page.title,
            "noun": page.noun,
            "row": f"A {one}. {drafts}",
            "permission": page.permission,
            "columns": columns,
            "order": ("rank", *page.model.STRAND, "-published_from", "pk"),
            "route": page.list_route,
            "nothing": components.Empty(f"No {many} yet", "You can read them here when they are published."),
            "__module__": page.__module__,
        },
    )
    return made


def _came_with_the_service(edition: Any) -> bool:
    return bool(edition.shipped_as) and edition.published_by_id is None


class EditionFormPage(VerbPage):
    """Write an edition: entries are added, removed and moved by buttons; nothing is saved until the draft is."""

    template_name = "layouts/edition_form.html"
    form_class = EditionForm
    kept_title = "Draft of an edition"

    page: ClassVar[type[EditionPages]]
    press: Press | None = None

    def may(self, user: Any) -> bool:
        return self.page.may_write(user)

    def begun_from(self) -> Any:
        """Return the edition whose words the form begins with, if there is one."""
        return self.subject

    def get_initial(self) -> dict[str, Any]:
        edition = self.begun_from()
        return {name: getattr(edition, name) for name in self.page.model.FIELDS if name != CONTENT} if edition else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        edition = self.begun_from()
        return {
            **super().get_form_kwargs(),
            "model": self.page.model,
            "wording": self.page.wording,
            "content": getattr(edition, CONTENT, None),
            "typed": posted_form_of(self.draft) if self.draft else None,
        }

    def fields(self, form: EditionForm) -> dict[str, Any]:
        return form.values()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form as it was typed, with an entry more or less, where such a button was pressed."""
        self.press = Press.read(request.POST.get("then", ""))
        if self.press is None:
            return super().post(request, *args, **kwargs)
        typed = Draft(fields=typed_fields(request.POST))
        given = {name: value for name, value in self.get_form_kwargs().items() if name not in ("data", "files")}
        form = EditionForm(**given | {"typed": posted_form_of(typed), "press": self.press})
        fill_from_draft(form, typed)
        return self.render_to_response(self.get_context_data(form=form))

    def crumbs(self) -> list[components.Crumb]:
        above = self.page.crumbs(self.subject)
        if self.subject:
            above[-1] = components.Crumb(str(self.subject), self.page.url_of(self.subject))
        return [*above, components.Crumb(self.heading)]


class EditionWrite(EditionFormPage):
    """Write a new edition, from nothing or from one that is there."""

    done = "You saved a draft. No one else can use it until it is published."
    beginning: Any = None

    @property
    def heading(self) -> str:  # type: ignore[override]
        return f"Write a new {self.page.noun[0]}"

    @property
    def lede(self) -> str:  # type: ignore[override]
        if self.beginning:
            return f"The words come from “{self.beginning}”."
        return "To change only part of one, open it and begin a new one from it."

    def find(self) -> None:
        if self.page.parameter in self.kwargs:
            things = self.page.visible(self.request.user)
            self.beginning = get_object_or_404(things, **self.page.lookup(**self.kwargs))

    def begun_from(self) -> Any:
        return self.beginning

    def back_url(self) -> str:
        return self.page.url_of(self.beginning) if self.beginning else reverse(self.page.list_route)

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Any:
        actor = require_move(by, self.page.model(), self.page.states().move(WRITE))
        self.written = editions.write_edition(self.page.model, by=actor, **fields)
        return self.written

    def next_url(self) -> str:
        return self.page.url_of(self.written)


class EditionEdit(EditionFormPage):
    """Edit a draft. A user who comes second sees where their text differs from what is saved."""

    heading, done = "Edit the draft", "You saved the draft."
    lost: Conflict | None = None

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    def find(self) -> None:
        things = self.page.visible(self.request.user)
        self.subject = get_object_or_404(things, **self.page.lookup(**self.kwargs))

    def closed(self) -> str:
        now = self.subject.get_status_display().lower()
        return "" if self.subject.status == EditionStatus.DRAFT else f"This edition is no longer a draft: {now}."

    def back_url(self) -> str:
        return self.page.url_of(self.subject)

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actor = require_move(by, self.subject, self.page.states().move(WRITE))
        editions.revise_edition(self.subject, by=actor, seen_version=seen_version, **fields)

    def overtaken(self, form: Any, lost: Conflict) -> HttpResponse:
        self.lost = lost
        return super().overtaken(form, lost)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.lost is None:
            return context
        current: Any = self.lost.current
        typed = self.page.model(**context["form"].values())
        table = table_of_differences(differing(self.page, typed, current))
        return context | {"differences": table, "is_draft": current.status == EditionStatus.DRAFT}


def differing(page: type[EditionPages], yours: Edition, saved: Edition) -> list[Difference]:
    """Return the lines in which two versions of an edition differ."""
    mine, theirs = _every_line(page, yours), _every_line(page, saved)
    found = [Difference(label, mine.get(label, ""), theirs.get(label, "")) for label in {**mine, **theirs}]
    return [each for each in found if each.yours != each.saved]


def _every_line(page: type[EditionPages], edition: Edition) -> dict[str, str]:
    named = {each.label: str(each.of(edition)) for each in page.strand_columns}
    return {"Title": edition.title, **named, **flattened(page.sections(edition))}


class EditionMove(MovePage):
    """Publish or discard a draft. A user who comes second sees what was changed since they opened the page."""

    page: ClassVar[type[EditionPages]]
    template_name = "layouts/edition_move.html"
    lost: Conflict | None = None

    def overtaken(self, form: Any, lost: Conflict) -> HttpResponse:
        self.lost, self.seen = lost, self.base_version
        return super().overtaken(form, lost)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.move.verb == PUBLISH and (alike := self.subject.alike().order_by("-published_from").first()):
            latest = f"The latest published is “{alike}” ({alike.first_day})."
            context["consequences"] = [*context["consequences"], latest]
        if self.lost is None:
            return context
        current: Any = self.lost.current
        found = differing(self.page, editions.as_seen(current, self.seen), current)
        nothing = "Its words are as you saw them."
        table = table_of_differences(found, yours="When you opened it", nothing=nothing)
        return context | {"differences": table, "is_draft": current.status == EditionStatus.DRAFT}

"""Writing an edition and editing its draft, and the moves of a draft; who comes second sees what differs."""

from datetime import date
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import require_move
from schoolimprove.pages.conflicts import Difference, table_of_differences
from schoolimprove.pages.edition_page import PUBLISH, WRITE, EditionPage
from schoolimprove.pages.nouns import MovePage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.policy import editions
from schoolimprove.policy.content import flattened
from schoolimprove.policy.content_forms import CONTENT, ContentForm, Press
from schoolimprove.policy.models.edition import Edition
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.drafts import fill_from_draft, posted_form_of, typed_fields
from schoolimprove.records.models import Draft
from schoolimprove.records.transition import Conflict
from schoolimprove.ui import components

BEGIN = "To change only part of one, open it and begin a new one from it."
UNSAVED = "Nothing is saved until you select “Save the draft”."


class EditionFormPage(VerbPage):
    """Write an edition: entries are added, removed and moved by buttons; nothing is saved until the draft is."""

    template_name = "layouts/edition_form.html"
    form_class = ContentForm
    kept_title = "Draft of an edition"

    page: ClassVar[type[EditionPage]]
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

    def fields(self, form: ContentForm) -> dict[str, Any]:
        return form.values()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form as it was typed, with an entry more or less, where such a button was pressed."""
        self.press = Press.read(request.POST.get("then", ""))
        if self.press is None:
            return super().post(request, *args, **kwargs)
        typed = Draft(fields=typed_fields(request.POST))
        given = {name: value for name, value in self.get_form_kwargs().items() if name not in ("data", "files")}
        form = ContentForm(**given | {"typed": posted_form_of(typed), "press": self.press})
        fill_from_draft(form, typed)
        return self.render_to_response(self.get_context_data(form=form))

    def crumbs(self) -> list[components.Crumb]:
        above = self.page.crumbs(self.subject)
        if self.subject:
            above[-1] = components.Crumb(str(self.subject), self.page.url_of(self.subject))
        return [*above, components.Crumb(self.heading)]


class DraftWrite(EditionFormPage):
    """Write a new edition, from nothing or from one that is there."""

    done = "You saved a draft. No one else can use it until it is published."
    beginning: Any = None

    @property
    def heading(self) -> str:  # type: ignore[override]
        return f"Write a new {self.page.noun[0]}"

    @property
    def lede(self) -> str:  # type: ignore[override]
        begun = f"The words come from “{self.beginning}”."
        return f"{begun if self.beginning else BEGIN} {UNSAVED}"

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


class DraftEdit(EditionFormPage):
    """Edit a draft. A user who comes second sees where their text differs from what is saved."""

    heading, done, lede = "Edit the draft", "You saved the draft.", UNSAVED
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


def differing(page: type[EditionPage], yours: Edition, saved: Edition) -> list[Difference]:
    """Return the lines in which two versions of an edition differ."""
    mine, theirs = _every_line(page, yours), _every_line(page, saved)
    found = [Difference(label, mine.get(label, ""), theirs.get(label, "")) for label in {**mine, **theirs}]
    return [each for each in found if each.yours != each.saved]


def _every_line(page: type[EditionPage], edition: Edition) -> dict[str, str]:
    named = {each.label: str(each.of(edition)) for each in page.strand_columns}
    return {"Title": edition.title, **named, **flattened(page.sections(edition))}


class EditionMove(MovePage):
    """Publish or discard a draft. A user who comes second sees what was changed since they opened the page."""

    page: ClassVar[type[EditionPage]]
    template_name = "layouts/edition_move.html"
    lost: Conflict | None = None

    def overtaken(self, form: Any, lost: Conflict) -> HttpResponse:
        self.lost, self.seen = lost, self.base_version
        return super().overtaken(form, lost)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.move.verb == PUBLISH and (alike := self.subject.alike().order_by("-published_from").first()):
            since = f"from {alike.first_day}" if alike.published_by_id else "since the service began"
            latest = f"The latest published is “{alike}”, in force {since}."
            context["consequences"] = [*context["consequences"], latest]
        if self.lost is None:
            return context
        current: Any = self.lost.current
        found = differing(self.page, editions.as_seen(current, self.seen), current)
        nothing = "Its words are as you saw them."
        table = table_of_differences(found, yours="When you opened it", nothing=nothing)
        return context | {"differences": table, "is_draft": current.status == EditionStatus.DRAFT}

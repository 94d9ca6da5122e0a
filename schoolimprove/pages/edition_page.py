"""The page of an edition: its facts, what it says, and its moves."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import holds_permission, require_move
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages.columns import Column
from schoolimprove.pages.nouns import NounPage
from schoolimprove.policy import editions
from schoolimprove.policy.content import ContentSection, Entry, Wording, sections_of
from schoolimprove.policy.content_forms import CONTENT, model_field
from schoolimprove.policy.models.edition import Edition
from schoolimprove.policy.nested import PolicyError, load
from schoolimprove.policy.states import EditionStatus
from schoolimprove.ui import components
from schoolimprove.ui.cells import listed
from schoolimprove.ui.forms import DateField, Form

WRITE, PUBLISH = "abandon", "publish"
"""The moves of the state table whose permissions are those to write a draft and to publish it."""


class FirstDayForm(Form):
    published_from = DateField(label="First day", help_text="It cannot be in the past.")


def publish(edition: Edition, *, by: User, on: date, published_from: date, seen_version: int) -> None:
    actor = require_move(by, edition, edition.STATES.move(PUBLISH))
    editions.publish_edition(edition, by=actor, on=on, published_from=published_from, seen_version=seen_version)


class EditionPage(NounPage):
    """The page of one edition, and what its kind declares for all of its pages.

    A subclass declares the model, its `route` and `list_route`, what they are called, who reads what is published
    (`permission`), and the `wording` of the content. `strand_columns` show the fields of its strand in the list.
    """

    template_name = "layouts/edition.html"
    verbs = {PUBLISH: publish}
    forms = {PUBLISH: FirstDayForm}

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
    def sections(cls, edition: Edition) -> list[ContentSection]:
        """Return what the edition says, by section; nothing where it no longer fits the code."""
        fields = [
            (str(model_field(cls.model, name).label), str(getattr(edition, name)).splitlines())
            for name in cls.model.FIELDS
            if name not in ("title", CONTENT, *cls.model.STRAND)
        ]
        own = [ContentSection("", "", "", [Entry("", fields)])] if fields else []
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
        address, moves = self.address_of(edition), list(context["moves"])
        if is_draft and writes:
            # After Publish, where there is that button: nothing else is what one would do first.
            published = any(label == self.states().move(PUBLISH).label for label, _url in moves)
            moves.insert(int(published), ("Edit the draft", reverse(f"{self.route}_edit", kwargs=address)))
        return context | {
            "moves": moves,
            "sections": [_drawn(each) for each in self.sections(edition)],
            "wrong": list(edition.content_errors()) if is_draft else [],
            "begin_url": reverse(f"{self.route}_begin", kwargs=address) if writes else "",
            "noun": self.noun[0],
        }


def _by(person: Any, at: Any) -> str:
    return f"{person}, {clock.uk_date(at.astimezone(clock.LONDON).date())}"


def _until(edition: Any) -> str:
    """Return the day on which the next of its strand begins."""
    following = edition.alike().filter(published_from__gt=edition.published_from).order_by("published_from").first()
    return f"{following.first_day}, when “{following.title}” begins" if following else "No later edition yet"


def _drawn(section: ContentSection) -> dict[str, Any]:
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

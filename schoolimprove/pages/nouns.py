"""A thing with states: its page, and a page for each of its moves, from the state table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.generic import TemplateView

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import Barred, holds_permission, make_move, require_move, why_barred
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move, StateTable
from schoolimprove.pages.conflicts import who_did
from schoolimprove.pages.verbs import ReasonForm, VerbPage
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schoolimprove.ui import components
from schoolimprove.ui.forms import Form

MOST_EVENTS = 50
"""Events of a timeline; the chronology of the school and the audit have the rest."""


class NounPage(TemplateView):
    """A thing with states: its facts, what this user may do now, and what happened.

    A subclass names the `model`, whose objects have `visible_to(user)` and `STATES`, and the `route`. `verbs` are its
    own functions for moves that do more than move (`publish` → `publish_edition`), called as `make_move` without the
    name of the verb; `blockers` says why a move cannot be made today. Readers for whom `knows_all` is false see
    only the public moves.
    """

    template_name = "layouts/noun.html"

    model: ClassVar[Any]
    route: ClassVar[str]
    verbs: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    forms: ClassVar[Mapping[str, type[Form]]] = {}
    """Forms of moves that ask for more than a reason, by the name of the verb."""
    key: ClassVar[str] = "pk"
    """What the address calls the key of a thing."""
    list_route: ClassVar[str] = "home"
    """Where a user goes on to who no longer sees the thing after a move."""

    @classmethod
    def states(cls) -> StateTable:
        table: StateTable = cls.model.STATES
        return table

    @classmethod
    def visible(cls, user: Any) -> Any:
        """Return what this user may see, with what the page reads."""
        return cls.model.objects.visible_to(user)

    @classmethod
    def facts(cls, subject: Any, user: Any) -> Sequence[components.Fact]:
        raise NotImplementedError

    @classmethod
    def blockers(cls, subject: Any, move: Move, *, on: date) -> list[str]:
        """Return why the move cannot be made on that day, as sentences."""
        return []

    @classmethod
    def blockers_for(cls, user: Any, subject: Any, move: Move, *, on: date) -> list[str]:
        """Return the blockers in words that this user may read; a page whose blockers name hidden things extends it."""
        return cls.blockers(subject, move, on=on)

    @classmethod
    def offers(cls, subject: Any, move: Move) -> bool:
        """Return whether the move is one of this thing at all: some are only for some kinds of it."""
        return True

    @classmethod
    def known_status(cls, subject: Any) -> Any:
        """Return the status that the page shows: that of the thing, or the last one that this reader knows."""
        return subject.status

    @classmethod
    def knows_all(cls, user: Any, subject: Any) -> bool:
        """Return whether this user sees the whole timeline, not only the public moves."""
        raise NotImplementedError

    @classmethod
    def lookup(cls, **kwargs: Any) -> Mapping[str, Any]:
        """Return what an address names, as a filter of the things."""
        return {"pk": kwargs[cls.key]}

    @classmethod
    def address_of(cls, subject: Any) -> dict[str, Any]:
        """Return what the address of a thing names: the other way of `lookup`."""
        return {cls.key: subject.pk}

    @classmethod
    def crumbs(cls, subject: Any) -> list[components.Crumb]:
        return [components.Crumb(str(subject))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        subject = get_object_or_404(self.visible(user), **self.lookup(**self.kwargs))
        known = self.known_status(subject)
        state = components.Status(known, self.states().labels[known])
        offered = [each for each in self.states().moves_from(subject.status) if self.offers(subject, each)]
        moves = [each for each in offered if holds_permission(user, subject, each)]
        on = clock.today()
        stopped = {
            each: [*filter(None, [why_barred(subject, user, each)]), *self.blockers_for(user, subject, each, on=on)]
            for each in moves
        }
        context = {
            "page_title": str(subject),
            "breadcrumbs": self.crumbs(subject),
            "subject": subject,
            "summary": [components.Fact("Status", state), *self.facts(subject, user)],
            "moves": [(each.label, self.move_url(subject, each)) for each, why in stopped.items() if not why],
            "stopped": [f"{each.label}: {' '.join(why)}" for each, why in stopped.items() if why],
            "events": events_of(subject, self.states(), all_of_it=self.knows_all(user, subject)),
        }
        return super().get_context_data(**context | kwargs)

    @classmethod
    def url_of(cls, subject: Any) -> str:
        return reverse(cls.route, kwargs=cls.address_of(subject))

    @classmethod
    def move_url(cls, subject: Any, move: Move) -> str:
        return reverse(f"{cls.route}_{move.slug.replace('-', '_')}", kwargs=cls.address_of(subject))

    @classmethod
    def moves(cls, base: type["MovePage"] | None = None) -> list[type["MovePage"]]:
        """Return a page for each move that has a permission."""
        return [
            type(
                f"{cls.__name__}{move.slug}",
                (base or MovePage,),
                {"page": cls, "move": move, "kept_title": move.label, "__module__": cls.__module__},
            )
            for move in cls.states().moves
            if move.permissions
        ]

    @classmethod
    def paths(cls, prefix: str, base: type["MovePage"] | None = None, *, key: str = "") -> list[URLPattern]:
        """Return the paths of the page and of each move: `<prefix><pk>/`, `<prefix><pk>/<move>/`."""
        name, key = cls.route.partition(":")[2], key or f"<int:{cls.key}>"
        return [
            path(f"{prefix}{key}/", cls.as_view(), name=name),
            *(
                path(f"{prefix}{key}/{page.move.slug}/", page.as_view(), name=page.route_name())
                for page in cls.moves(base)
            ),
        ]


class MovePage(VerbPage):
    """Make one move of a thing: what will happen, a reason where the move asks for one, and checking what is final."""

    template_name = "layouts/confirm.html"

    page: ClassVar[type[NounPage]]
    move: ClassVar[Move]
    kept_title: ClassVar[str]
    """What text that was typed here and not saved is called, among the user's other text."""

    @classmethod
    def route_name(cls) -> str:
        return f"{cls.page.route.partition(':')[2]}_{cls.move.slug.replace('-', '_')}"

    @property
    def heading(self) -> str:  # type: ignore[override]
        return self.move.label

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    @property
    def done(self) -> str:  # type: ignore[override]
        return f"{{subject}}: {self.move.past}."

    @property
    def final(self) -> str:  # type: ignore[override]
        return self.move.final

    @property
    def send_label(self) -> str:  # type: ignore[override]
        return self.move.label

    def find(self) -> None:
        things = self.page.visible(self.request.user)
        self.subject = get_object_or_404(things, **self.page.lookup(**self.kwargs))
        if not self.page.offers(self.subject, self.move):
            raise Http404

    def back_url(self) -> str:
        return self.page.url_of(self.subject)

    def next_url(self) -> str:
        """The thing, or the list where the move took the thing out of the user's sight."""
        seen = self.page.visible(self.request.user).filter(pk=self.subject.pk).exists()
        return self.back_url() if seen else reverse(self.page.list_route)

    def may(self, user: Any) -> bool:
        if not holds_permission(user, self.subject, self.move):
            return False
        if reason := why_barred(self.subject, user, self.move):
            raise Barred(reason)
        return True

    def closed(self) -> str:
        if self.subject.status not in self.move.sources:
            did = who_did(self.subject)
            now = f"{did} it." if did else f"It is now {self.subject.get_status_display().lower()}."
            return f"You can no longer do this. {now}"
        return " ".join(self.page.blockers_for(self.request.user, self.subject, self.move, on=clock.today()))

    def get_form_class(self) -> Any:
        return self.page.forms.get(self.move.verb, ReasonForm if self.move.reason_required else Form)

    def get_form_kwargs(self) -> dict[str, Any]:
        # Without fields there are no answers to check: the button makes the move.
        is_checked = self.final and self.get_form_class().base_fields
        return {**super().get_form_kwargs(), "submit_label": "Continue" if is_checked else self.move.label}

    def crumbs(self) -> list[components.Crumb]:
        *above, own = self.page.crumbs(self.subject)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb(self.move.label)]

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Any:
        blockers = self.page.blockers_for(by, self.subject, self.move, on=on)
        if verb := self.page.verbs.get(self.move.verb):
            require_move(by, self.subject, self.move)
            if blockers:
                raise Blocked(blockers)
            return verb(self.subject, by=by, on=on, seen_version=seen_version, **fields)
        return make_move(self.subject, self.move.verb, by=by, seen_version=seen_version, blockers=blockers, **fields)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        effect = [self.move.effect] if self.move.effect else []
        return super().get_context_data(
            consequences=effect, undo=self.move.final, grave=bool(self.move.final), **kwargs
        )


def events_of(subject: Any, table: StateTable, *, all_of_it: bool) -> list[components.Event]:
    """Return what happened to a thing, newest first; without `all_of_it` only the public moves."""
    moves = {move.verb: move for move in table.moves}
    events = AuditEvent.objects.about(subject._meta.label_lower, subject.pk).select_related("by").order_by("-at", "-pk")
    if not all_of_it:
        events = events.filter(verb__in=[verb for verb, move in moves.items() if move.public])
    timeline = []
    for event in events[:MOST_EVENTS]:
        move = moves.get(event.verb)
        shows_reason = all_of_it or (move is not None and move.public_reason)
        past = move.past if move else event.verb
        who = str(event.by or "The service")
        timeline.append(
            components.Event(past[:1].upper() + past[1:], event.at, who, event.reason if shows_reason else "")
        )
    return timeline

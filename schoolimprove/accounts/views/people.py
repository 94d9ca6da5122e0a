"""People: found, invited, helped when a telephone is lost, and deactivated. For system administrators."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import FormView, ListView

from schoolimprove.accounts.actions.person import (
    blockers_to_deactivating,
    deactivate,
    invite,
    invite_again,
    last_invited_at,
    reactivate,
    rename,
    take_superuser,
)
from schoolimprove.accounts.actions.second_factor import has_second_factor, recovery_codes_left, reset_second_factor
from schoolimprove.accounts.exporting import Taken, exports, links_to, words_of
from schoolimprove.accounts.filters import STATE_LABELS, PeopleFilter
from schoolimprove.accounts.forms.own import NameForm
from schoolimprove.accounts.forms.people import DeactivateForm, InviteAgainForm, InviteForm, ReasonForm
from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.models.user import UserState
from schoolimprove.accounts.people import managing
from schoolimprove.accounts.registry import HandOver, facts_about, hand_overs, person_panels
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schoolimprove.ui.filters import filter_panel

EVENTS_SHOWN = 20
SORTS = {"name": ("name", "email"), "email": ("email",), "last_login": ("last_login", "name", "email")}


class ForManagers:
    """Guards a class-based view; `self.actor` is who acts."""

    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = managing(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


def chosen_people(request: HttpRequest) -> PeopleFilter:
    """Everybody, filtered and sorted as the address says."""
    wanted = request.GET.get("sort", "name")
    order = SORTS.get(wanted.removeprefix("-"), SORTS["name"])
    if wanted.startswith("-"):
        order = tuple(f"-{column}" for column in order)
    return PeopleFilter(request.GET, User.objects.order_by(*order), request=request)


class PeopleList(ForManagers, ListView[User]):
    template_name = "accounts/people.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[User]:
        self.filter = chosen_people(self.request)
        people: QuerySet[User] = self.filter.qs
        return people

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["paginator"].count
        return context | {
            "page_title": "People",
            "found": f"{count:,} {'person' if count == 1 else 'people'}",
            "filters": filter_panel(self.filter.form, self.request.GET, label="Filter people"),
            "table": people_table(context["page_obj"], self.request.GET.get("sort", "name")),
            "exports": links_to("accounts:people_export"),
        }


def people_table(page: Page[User], ordering: str) -> components.Table:
    people = list(page.object_list)
    facts = facts_about([person.pk for person in people], on=clock.today())
    columns = [
        components.Column("Name", "name"),
        components.Column("Email address", "email"),
        components.Column("Appointments"),
        components.Column("Status"),
        components.Column("Last signed in", "last_login"),
    ]
    rows = [_list_row(person, facts[person.pk]) for person in people]
    return components.Table("People", columns, rows, ordering=ordering, caption_hidden=True)


def _list_row(person: User, facts: Sequence[str]) -> list[Any]:
    return [
        components.Link(person.name, reverse("accounts:person", args=[person.pk])),
        person.email,
        "; ".join(facts) or "No appointments",
        components.Status(person.state.value, STATE_LABELS[person.state]),
        person.last_login.astimezone(clock.LONDON).date() if person.last_login else "Never",
    ]


COLUMNS_TAKEN = [
    Column("name", "Name", "Name of the person"),
    Column("email", "Email address", "Email address the person signs in with"),
    Column("holds", "Appointments", "Appointments today"),
    Column("state", "Status", "Active, invited or deactivated"),
    Column("last_login", "Last signed in", "When the person last signed in"),
]


PEOPLE = ListFile("people", "people", "People", "A person with an account", COLUMNS_TAKEN)


@exports(PEOPLE)
def people_export(request: HttpRequest) -> Taken:
    """The list as it stands in the address."""
    actor = managing(request)
    found = chosen_people(request)
    chosen = words_of(filter_panel(found.form, request.GET))
    return Taken(_export_rows(found.qs), found.qs.count(), chosen, actor=actor)


def _export_rows(found: QuerySet[User]) -> Iterator[Sequence[Any]]:
    for people in in_batches(found.iterator(500)):
        facts = facts_about([person.pk for person in people], on=clock.today())
        for person in people:
            held, state = "; ".join(facts[person.pk]), STATE_LABELS[person.state]
            yield [person.name, person.email, held, state, person.last_login]


def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    managing(request)
    person = get_object_or_404(User, pk=pk)
    today = clock.today()
    context = {
        "page_title": person.name,
        "caption": "Person",
        "breadcrumbs": [components.Crumb("People", reverse("accounts:people")), components.Crumb(person.name)],
        "person": person,
        "state": STATE_LABELS[person.state],
        "facts": person_facts_of(person),
        "panels": [entry.panel(user_of(request), person, today) for entry in person_panels],
        "events": [_event(event) for event in account_events(person)],
        "invited": person.state == UserState.INVITED,
        "has_device": has_second_factor(person),
        "is_self": person.pk == request.user.pk,
    }
    return render(request, "accounts/person.html", context)


def person_facts_of(person: User) -> list[components.Fact]:
    enrolled = has_second_factor(person)
    facts = [
        components.Fact("Name", person.name, change_url=reverse("accounts:person_name", args=[person.pk])),
        components.Fact("Email address", person.email),
        components.Fact("Status", components.Status(person.state.value, STATE_LABELS[person.state])),
        components.Fact("Last signed in", person.last_login, empty="Never"),
        components.Fact("Authenticator app", "Set up" if enrolled else "Not set up"),
    ]
    if enrolled:
        facts.append(components.Fact("Recovery codes left", recovery_codes_left(person)))
    if person.is_superuser:
        facts.append(components.Fact("Superuser", "Yes. Remove these rights after you set up the service."))
    if person.state == UserState.INVITED:
        facts.append(components.Fact("Invited", last_invited_at(person), empty="Never"))
    return facts


WORDS_OF_VERBS = {
    "admin site": "access to settings changed",
    "asked for a new address": "asked to change the email address",
    "changed the address": "changed the email address",
    "gave up the new address": "kept the current email address",
    "made new recovery codes": "replaced the recovery codes",
    "new password asked for": "asked for a link to set a new password",
    "removed the second factor": "removed the authenticator app",
    "second factor reset": "authenticator app removed",
    "set up the second factor": "set up an authenticator app",
    "superuser’s right taken away": "superuser’s rights removed",
}
"""Verbs of the audit, as the page says them."""


def account_events(person: User) -> QuerySet[AuditEvent]:
    """The newest of what happened to the account, whoever did it."""
    events = AuditEvent.objects.about(User._meta.label_lower, person.pk)
    return events.select_related("by")[:EVENTS_SHOWN]


def _event(event: AuditEvent) -> components.Event:
    who = str(event.by) if event.by else "The service"
    changes = [(_label(name), before, after) for name, (before, after) in event.changes.items()]
    verb = WORDS_OF_VERBS.get(event.verb, event.verb)
    return components.Event(f"{verb[:1].upper()}{verb[1:]}", event.at, who=who, why=event.reason, changes=changes)


def _label(name: str) -> str:
    """A field as people call it."""
    names = {field.name: str(field.verbose_name) for field in User._meta.concrete_fields}
    label = names.get(name, name)
    return f"{label[:1].upper()}{label[1:]}"


class Invite(ForManagers, KeepsDrafts, FormView[InviteForm]):
    template_name = "layouts/form.html"
    form_class = InviteForm
    extra_context = {
        "page_title": "Invite a person",
        "lede": "We will email them a link to create a password. Their appointments decide what they can see.",
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": reverse("accounts:people")}

    def form_valid(self, form: InviteForm) -> HttpResponse:
        try:
            person = invite(**form.cleaned_data, by=self.actor)
        except Blocked as blocked:
            form.add_error("email", blocked)
            return self.form_invalid(form)
        messages.success(self.request, f"We are emailing an invitation to {person.name}. The link works for 7 days.")
        return redirect("accounts:person", person.pk)


class PersonForm(ForManagers, KeepsDrafts, FormView[Any]):
    """A form about one person, back to that person's page when done; what the verb refuses is said on the form."""

    template_name = "layouts/form.html"
    page_title = ""
    lede = ""
    done = ""
    submit_label = ""
    """Of the button, where the form has none of its own."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        managing(request)
        self.person = get_object_or_404(User, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def person_url(self) -> str:
        return reverse("accounts:person", args=[self.person.pk])

    def get_form_kwargs(self) -> dict[str, Any]:
        named = {"submit_label": self.submit_label} if self.submit_label else {}
        return {**super().get_form_kwargs(), "cancel_url": self.person_url, **named}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"page_title": self.page_title, "lede": self.lede, "caption": self.person.name}
        back = {"back_url": self.person_url, "back_label": self.person.name}
        return {**super().get_context_data(**kwargs), **shown, **back, "person": self.person}

    def act(self, form: Any) -> None:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except Blocked as blocked:
            form.add_error(None, blocked)
            return self.form_invalid(form)
        messages.success(self.request, self.done.format(name=self.person.name))
        return redirect(self.person_url)


class PersonName(PersonForm):
    form_class = NameForm
    page_title = "Change name"
    done = "You have changed the name to {name}."

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.person.name}

    def act(self, form: NameForm) -> None:
        rename(self.person, form.cleaned_data["name"], by=self.actor)


class PersonInviteAgain(PersonForm):
    form_class = InviteAgainForm
    page_title = "Send invitation again"
    lede = "We will email a new link, which works for 7 days. The earlier link will stop working."
    done = "We are emailing a new invitation to {name}."

    def act(self, form: InviteAgainForm) -> None:
        invite_again(self.person, note=form.cleaned_data["note"], by=self.actor)


class PersonResetSecondFactor(PersonForm):
    form_class = ReasonForm
    page_title = "Remove the authenticator app"
    template_name = "accounts/person_reset_second_factor.html"
    lede = "Do this if the person has lost their phone or it is broken. Speak to them first to check that they asked."
    done = "You have removed {name}’s authenticator app."
    submit_label = "Remove the app"

    def act(self, form: ReasonForm) -> None:
        reset_second_factor(self.person, by=self.actor, reason=form.cleaned_data["reason"])


class PersonDeactivate(PersonForm):
    form_class = DeactivateForm
    template_name = "accounts/person_deactivate.html"
    page_title = "Deactivate this account"
    done = "You have deactivated {name}’s account."

    def held(self) -> list[tuple[HandOver, Sequence[str]]]:
        """What the person holds, by the hook that hands it over."""
        today = clock.today()
        found = [(hook, hook.held_by(self.person, on=today)) for hook in hand_overs]
        return [(hook, lines) for hook, lines in found if lines]

    def get_form_kwargs(self) -> dict[str, Any]:
        today = clock.today()
        hooks = [(hook, hook.candidates(self.person, on=today)) for hook, _lines in self.held()]
        return {**super().get_form_kwargs(), "hooks": hooks}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        blockers = blockers_to_deactivating(self.person, by=self.actor)
        return {**context, "held": self.held(), "blockers": blockers}

    def act(self, form: DeactivateForm) -> None:
        reason, to = form.cleaned_data["reason"], form.hand_over_to
        deactivate(self.person, by=self.actor, on=clock.today(), reason=reason, hand_over_to=to)


class PersonReactivate(PersonForm):
    form_class = ReasonForm
    page_title = "Reactivate this account"
    lede = (
        "We will email them an invitation to create a new password. Their earlier appointments do not restart. "
        "Give them new ones."
    )
    done = "You have reactivated {name}’s account. We are emailing an invitation to them."
    submit_label = "Reactivate"

    def act(self, form: ReasonForm) -> None:
        reactivate(self.person, by=self.actor, reason=form.cleaned_data["reason"])


class PersonTakeSuperuser(PersonForm):
    form_class = ReasonForm
    page_title = "Remove the superuser’s rights"
    lede = (
        "A superuser sets up the service on its first day. After you remove these rights, the person’s appointments "
        "decide what they can see and do."
    )
    done = "{name} is no longer a superuser."
    submit_label = "Remove the superuser’s rights"

    def act(self, form: ReasonForm) -> None:
        take_superuser(self.person, by=self.actor, reason=form.cleaned_data["reason"])

"""Interests in schools: an officer’s own and those of others, and the forms that declare and end one."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import is_officer, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.ui import components
from schoolimprove.ui.searching import holds_words
from schools.register.interests.actions import declare_interest, end_interest, who_keeps
from schools.register.interests.forms import EndInterestForm, InterestForm
from schools.register.models.interest import Interest, InterestKind

BARS = (
    "At a school in which you have an interest, your work for the authority falls to a colleague: "
    "you cannot open the school’s records, visits or cases."
)


def keeps_interests(user: Any) -> bool:
    """Return whether a user declares and ends the interests of others, at least in some schools."""
    return any(user_can(user, each) for each in (Permission.KEEP_GROUPS, Permission.MANAGE_PEOPLE))


class InterestFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Person or school", method="with_words")
    kind = django_filters.MultipleChoiceFilter(
        label="Interest", choices=InterestKind.choices, widget=CheckboxSelectMultiple, distinct=False
    )
    status = django_filters.ChoiceFilter(
        label="Status", choices=[("open", "Not ended"), ("ended", "Ended")], method="of_status", empty_label="Any"
    )

    def with_words(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(holds_words(text, ["person__name", "school__search_key"]))

    def of_status(self, rows: Any, _name: str, chosen: str) -> Any:
        return rows.filter(ends_on__isnull=chosen == "open")


class InterestList(ListPage):
    title, noun, row = "Interests in schools", ("interest", "interests"), "An interest that a person has in a school"
    route, permission = "schools:interests", Permission.VIEW_SCHOOL
    filters, order = InterestFilter, ("person__name", "school__name", "pk")
    nothing = components.Empty("No interests yet", f"Declare an interest if you have one. {BARS}")
    columns = (
        Column("person", "Person", "Who has the interest", "person.name", sort=("person__name",)),
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column("school", "School", "Name of the school", "school.name", sort=("school__name",)),
        Column("kind", "Interest", "Kind of interest", Interest.get_kind_display, sort=("kind",)),
        Column("note", "Note", "What was noted"),
        Column("starts_on", "Since", "First day", sort=("starts_on",)),
        Column(
            "ends_on",
            "Until",
            "Last day, if the interest has ended",
            cell=lambda interest: interest.ends_on or interest.end_link,
        ),
    )

    @classmethod
    def may(cls, user: Any) -> bool:
        return is_officer(user)

    def rows(self) -> QuerySet[Interest]:
        return Interest.objects.visible_to(self.request.user).select_related("person", "school__district")

    def prepared(self, rows: Sequence[Any]) -> Iterable[Any]:
        for each in rows:
            each.end_link = end_link(each) if who_keeps(self.request.user, each.person, each.school) else "No end"
        return rows

    def exportable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All of them: a user reads their own, and those of the schools that they look after."""
        return rows

    def actions(self) -> Sequence[components.Link]:
        return [components.Link("Declare an interest", reverse("schools:interest_declare"))]


def end_link(interest: Interest) -> Any:
    link = '<a class="govuk-link" href="{}">End<span class="govuk-visually-hidden">: {}</span></a>'
    return format_html(link, reverse("schools:interest_end", args=[interest.pk]), interest)


class InterestPage(VerbPage):
    def back_url(self) -> str:
        return reverse("schools:interests")

    def crumbs(self) -> list[components.Crumb]:
        return [components.Crumb("Interests in schools", self.back_url()), components.Crumb(self.heading)]


class InterestDeclare(InterestPage):
    form_class, heading, lede = InterestForm, "Declare an interest", BARS
    done = "You declared this interest: {result}."

    def find(self) -> None:
        """There is nothing to find: the interest is new."""

    def may(self, user: Any) -> bool:
        return is_officer(user)

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": clock.today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "keeps": keeps_interests(self.request.user)}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Interest:
        person = fields.pop("person", None) or by.person
        return declare_interest(person, by=by, on=on, **fields)


class InterestEnd(InterestPage):
    form_class, heading, done = EndInterestForm, "End an interest", "You ended this interest: {subject}."

    def find(self) -> None:
        interests = Interest.objects.visible_to(self.request.user)
        interests = interests.select_related("person", "school__district", "updated_by")
        self.subject = get_object_or_404(interests, pk=self.kwargs["interest"])

    def may(self, user: Any) -> bool:
        return who_keeps(user, self.subject.person, self.subject.school) is not None

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"{self.subject}, since {clock.uk_date(self.subject.starts_on)}."

    def closed(self) -> str:
        ended = self.subject.ends_on
        return f"This interest has already ended, on {clock.uk_date(ended)}." if ended else ""

    def get_initial(self) -> dict[str, Any]:
        return {"last_day": clock.today()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        end_interest(self.subject, by=by, on=on, seen_version=seen_version, **fields)

    def state_of(self, current: Interest) -> str:
        return f"ended on {clock.uk_date(current.ends_on)}" if current.ends_on else "not ended"


def paths() -> list[URLPattern]:
    return [
        *InterestList.paths("interests/"),
        path("interests/declare/", InterestDeclare.as_view(), name="interest_declare"),
        path("interests/<int:interest>/end/", InterestEnd.as_view(), name="interest_end"),
    ]

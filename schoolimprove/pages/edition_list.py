"""The list of one kind of edition: drafts, what is in force, what comes and what was."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import Case, QuerySet, Value, When
from django.forms import CheckboxSelectMultiple
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.lib import clock
from schoolimprove.pages.columns import Column
from schoolimprove.pages.edition_page import EditionPage
from schoolimprove.pages.lists import ListPage
from schoolimprove.policy import editions
from schoolimprove.policy.states import EditionStatus
from schoolimprove.ui import components
from schoolimprove.ui.searching import holds_words


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
    page: ClassVar[type[EditionPage]]

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


def list_of(page: type[EditionPage]) -> type[EditionList]:
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

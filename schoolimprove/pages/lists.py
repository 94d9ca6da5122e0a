"""A list and its file, from one declaration of columns."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.generic import TemplateView

from schoolimprove.accounts.exporting import ExportView, Taken, export_links, exports, words_of
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.pages.columns import Column, documented, lines, on_page, table
from schoolimprove.ui import components
from schoolimprove.ui.exports import ListFile, in_batches
from schoolimprove.ui.filters import FilterPanel, filter_panel
from schoolimprove.ui.forms import DateField

BATCH = 500
WIDE = 5
"""A table of so many columns takes the full width, below the filters."""
ROWS_FIELD = "rows"
"""The name of the ticks, in the address that leads from a list to a `BulkPage` and in its form."""


def tick(row: Any) -> Any:
    """Return the cell in which a row is ticked."""
    return format_html(
        '<div class="govuk-checkboxes govuk-checkboxes--small"><div class="govuk-checkboxes__item">'
        '<input class="govuk-checkboxes__input" type="checkbox" id="row-{0}" name="{2}" value="{0}">'
        '<label class="govuk-label govuk-checkboxes__label" for="row-{0}">'
        '<span class="govuk-visually-hidden">Select {1}</span></label></div></div>',
        row.pk,
        row,
        ROWS_FIELD,
    )


class DayFilter(django_filters.Filter):
    """A day, typed as in every other form."""

    field_class = DateField


class ListPage(TemplateView):
    """A list that is filtered, sorted, paged and exported.

    A subclass declares what it shows and says in `rows` what this reader may see. `prepared` adds what is asked about
    many rows at once, in a constant number of queries. `exportable` narrows the rows of the file.
    """

    template_name = "layouts/list.html"
    per_page = 50

    title: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    """What a row is, and what many are: `("contact", "contacts")`."""
    row: ClassVar[str]
    """What a row of the file is, for its readers."""
    permission: ClassVar[Permission]
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[type[django_filters.FilterSet]]
    order: ClassVar[Sequence[str]]
    route: ClassVar[str]
    """The name of its route, with the app's; that of the file ends in `_export`."""
    nothing: ClassVar[components.Empty]
    ticks: Collection[int] = ()
    bulk: ClassVar[tuple[str, str] | None] = None
    """What is done to ticked rows and the route of its `BulkPage`: `("Cancel meetings", "schools:meetings_cancel")`."""

    def rows(self) -> QuerySet[Any]:
        """Return what this reader may see, with what the columns read."""
        raise NotImplementedError

    def prepared(self, rows: Sequence[Any]) -> Iterable[Any]:
        return rows

    def exportable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return those of the rows that this user may take away."""
        raise NotImplementedError

    def actions(self) -> Sequence[components.Link]:
        """Return what this reader can do here besides reading, such as adding a new one: buttons above the list."""
        return ()

    @classmethod
    def may(cls, user: Any) -> bool:
        return user_can(user, cls.permission)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated and not self.may(request.user):
            raise PermissionDenied

    @cached_property
    def filterset(self) -> django_filters.FilterSet:
        return self.filters(self.request.GET or QueryDict(), self.rows(), request=self.request)

    @cached_property
    def panel(self) -> FilterPanel:
        self.filterset.is_valid()
        return filter_panel(self.filterset.form, self.request.GET, label=f"Filter {self.noun[1]}")

    @property
    def sort(self) -> str:
        """Return the order that the address asks for; empty where no column has that name."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in {each.name for each in self.columns if each.sort} else ""

    def found(self) -> QuerySet[Any]:
        """Return the rows as the address narrows and sorts them; what has no value comes last."""
        rows: QuerySet[Any] = self.filterset.qs if self.filterset.is_valid() else self.rows().none()
        column = next((each for each in self.columns if each.name == self.sort.removeprefix("-")), None)
        if column is None:
            return rows.order_by(*self.order)
        back = self.sort.startswith("-")
        keys = [F(key).desc(nulls_last=True) if back else F(key).asc(nulls_last=True) for key in column.sort]
        return rows.order_by(*keys, *self.order)

    def tickable(self, rows: Sequence[Any]) -> set[int]:
        """Return the keys of those rows to which this user may do what `bulk` does."""
        raise NotImplementedError

    def bulk_url(self, route: str) -> str:
        return reverse(route, kwargs=self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.found(), self.per_page).get_page(self.request.GET.get("page"))
        count, (one, many) = page.paginator.count, self.noun
        rows = self.table(list(page.object_list))
        context = {
            "page_title": self.title,
            "actions": self.actions(),
            "found": f"{count:,} {one if count == 1 else many}",
            "filters": self.panel,
            "filters_above": len(on_page(self.columns)) >= WIDE,
            "table": rows,
            "page_obj": page,
            "exports": export_links(f"{self.route}_export", self.request.user),
            "nothing": None if self.request.GET else self.nothing,
            "bulk": components.Link(self.bulk[0], self.bulk_url(self.bulk[1])) if self.bulk and self.ticks else None,
        }
        return super().get_context_data(**context | kwargs)

    def table(self, rows: Sequence[Any]) -> components.Table:
        shown, rows = list(self.columns), list(self.prepared(rows))
        if self.bulk:
            self.ticks = self.tickable(rows)
            ticked = Column("tick", "Select", value=lambda row: tick(row) if row.pk in self.ticks else "")
            shown = [ticked, *shown] if self.ticks else shown
        return table(self.title, shown, rows, ordering=self.sort, caption_hidden=True)

    @classmethod
    def list_file(cls) -> ListFile:
        many = cls.noun[1]
        return ListFile(cls.file_name(), many, cls.title, cls.row, documented(cls.columns))

    @classmethod
    def file_name(cls) -> str:
        """What the name of the file begins with."""
        return cls.noun[1].replace(" ", "-").replace("’", "")

    @classmethod
    def export_view(cls) -> ExportView:
        @exports(cls.list_file())
        def export(request: HttpRequest, **kwargs: Any) -> Taken:
            page = cls()
            page.setup(request, **kwargs)
            rows = page.exportable(page.found())
            return Taken(page.lines(rows), rows.count(), words_of(page.panel))

        return export

    def lines(self, rows: QuerySet[Any]) -> Iterator[list[Any]]:
        """Yield the lines of the file, reading them as they are sent."""
        for batch in in_batches(rows.iterator(BATCH), BATCH):
            yield from lines(self.columns, self.prepared(batch))

    @classmethod
    def paths(cls, prefix: str) -> list[URLPattern]:
        """Return the paths of the page and its file."""
        name = cls.route.partition(":")[2]
        view: Callable[..., Any] = cls.export_view()
        return [
            path(prefix, cls.as_view(), name=name),
            path(f"{prefix}export.<export_kind:kind>", view, name=f"{name}_export"),
        ]

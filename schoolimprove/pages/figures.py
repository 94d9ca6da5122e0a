"""A page of figures: tables of counts over rows that a reader may see, narrowed by filters, with a chart of them."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui import components
from schoolimprove.ui.charts import Chart
from schoolimprove.ui.filters import FilterPanel, filter_panel


class FiguresPage(TemplateView):
    """A subclass says in `rows` what is counted, and in `tables` and `chart` how; each in a constant number of queries.

    A chart draws what a table of the page has in full. `nothing` is shown while there is nothing to count.
    """

    template_name = "layouts/figures.html"

    title: ClassVar[str]
    lede: ClassVar[str] = ""
    noun: ClassVar[tuple[str, str]]
    """What is counted, one and many."""
    permission: ClassVar[Permission]
    filters: ClassVar[type[django_filters.FilterSet]]
    nothing: ClassVar[components.Empty]

    def rows(self) -> QuerySet[Any]:
        """Return what this reader may see."""
        raise NotImplementedError

    def tables(self, rows: QuerySet[Any]) -> Sequence[components.Table]:
        raise NotImplementedError

    def chart(self, tables: Sequence[components.Table]) -> Chart | None:
        return None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated and not user_can(request.user, self.permission):
            raise PermissionDenied

    @cached_property
    def filterset(self) -> django_filters.FilterSet:
        return self.filters(self.request.GET or QueryDict(), self.rows(), request=self.request)

    @cached_property
    def panel(self) -> FilterPanel:
        self.filterset.is_valid()
        return filter_panel(self.filterset.form, self.request.GET, label="Filter these figures")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.filterset.qs if self.filterset.is_valid() else None
        tables, number = ([], 0) if rows is None else (self.tables(rows), rows.count())
        return super().get_context_data(
            page_title=self.title,
            lede=self.lede,
            filters=self.panel,
            found=f"{number:,} {self.noun[number != 1]}",
            tables=tables,
            chart=self.chart(tables),
            nothing=None if any(each.rows for each in tables) else self.nothing,
            **kwargs,
        )

"""Django's own admin over the same rows, as it comes: what a list costs where nobody wrote one.

It stands on no address but the benchmarks' own, asks nobody for a right, and shows each reader what the product would.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from schools.models import School, Visit


class Stock(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return True


class StockList(admin.ModelAdmin[Any]):
    """A list as long as ours, of the rows that this reader sees."""

    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.visible_to(request.user)


class StockSchools(StockList):
    list_display = ["name", "phase", "town", "pupils", "source_changed_on"]
    list_filter = ["phase", "establishment", "district"]
    search_fields = ["name", "urn", "postcode"]


class StockVisits(StockList):
    list_display = ["kind", "status", "planned_on", "held_on", "author"]
    list_filter = ["kind", "status"]
    list_select_related = ["author"]


stock = Stock(name="stock")
stock.register(School, StockSchools)
stock.register(Visit, StockVisits)

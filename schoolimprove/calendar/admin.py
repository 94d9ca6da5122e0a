"""Terms, closure days and corrections of bank holidays, kept by administrators."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from schoolimprove.records.admin import KeptHistoryAdmin
from schoolimprove.records.changes import CALENDAR, changed

from .models import BankHolidayOverride, ClosureDay, Term


class CalendarAdmin(KeptHistoryAdmin):
    """Days that dates are counted with: whoever counts with them is told of each change."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            changed(CALENDAR)


@admin.register(Term)
class TermAdmin(CalendarAdmin):
    list_display = ["__str__", "starts_on", "half_term_starts_on", "half_term_ends_on", "ends_on"]
    list_filter = ["academic_year"]
    ordering = ["-starts_on"]


@admin.register(ClosureDay)
class ClosureDayAdmin(CalendarAdmin):
    list_display = ["day", "reason", "withdrawn_because"]
    date_hierarchy = "day"
    ordering = ["-day"]


@admin.register(BankHolidayOverride)
class BankHolidayOverrideAdmin(CalendarAdmin):
    list_display = ["day", "kind", "name", "reason", "withdrawn_because"]
    ordering = ["-day"]

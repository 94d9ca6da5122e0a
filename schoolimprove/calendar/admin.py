"""Terms, closure days and corrections of bank holidays, kept by administrators."""

from django.contrib import admin

from schoolimprove.records.actor import Actor
from schoolimprove.records.admin import KeptAdmin
from schoolimprove.records.models import BaseRecord

from .models import BankHolidayOverride, ClosureDay, Term


class CalendarAdmin(KeptAdmin):
    """Entries whose history says who changed them."""

    def stamp(self, obj: BaseRecord, actor: Actor, change: bool) -> None:
        super().stamp(obj, actor, change)
        obj._history_user = actor.user  # type: ignore[attr-defined]


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

"""Terms, closure days and corrections of bank holidays, kept by administrators."""

from django.contrib import admin

from schoolimprove.records.admin import KeptHistoryAdmin

from .models import BankHolidayOverride, ClosureDay, Term


@admin.register(Term)
class TermAdmin(KeptHistoryAdmin):
    list_display = ["__str__", "starts_on", "half_term_starts_on", "half_term_ends_on", "ends_on"]
    list_filter = ["academic_year"]
    ordering = ["-starts_on"]


@admin.register(ClosureDay)
class ClosureDayAdmin(KeptHistoryAdmin):
    list_display = ["day", "reason", "withdrawn_because"]
    date_hierarchy = "day"
    ordering = ["-day"]


@admin.register(BankHolidayOverride)
class BankHolidayOverrideAdmin(KeptHistoryAdmin):
    list_display = ["day", "kind", "name", "reason", "withdrawn_because"]
    ordering = ["-day"]

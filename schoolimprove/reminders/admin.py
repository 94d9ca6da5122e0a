"""What an administrator may see of reminders: whether deadlines are as they should be."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from schoolimprove.lib import clock
from schoolimprove.records.admin import GuardedAdmin

from .models import Reconciliation


@admin.register(Reconciliation)
class ReconciliationAdmin(GuardedAdmin):
    """Written by the night, read by people."""

    list_display = ["on", "at", "expected", "missing", "left_over", "other_day"]
    fields = ("on", "at", "expected", "missing", "left_over", "other_day", "some_of_them")
    readonly_fields = fields
    date_hierarchy = "on"

    @admin.display(description="Examples")
    def some_of_them(self, done: Reconciliation) -> SafeString | str:
        found = [(kind, each) for kind, some in done.examples.items() for each in some]
        return format_html_join("", "<div>{}</div>", ((_in_words(*one),) for one in found)) or "None"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _in_words(kind: str, found: dict[str, Any]) -> str:
    where = f" at school {found['school']}" if found["school"] else ""
    return f"{kind.capitalize()}: {found['rule']} of {found['subject']}{where}, {_days(found)}"


def _days(found: dict[str, Any]) -> str:
    words = {"due_on": "open for", "expected": "expected for"}
    said = [f"{word} {clock.uk_date(day)}" for name, word in words.items() if (day := _date(found[name]))]
    return ", ".join(said)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

"""The filters of one's own reminders."""

import django_filters
from django import forms

from .models import Reminder
from .models.reminder import Answer, ReminderQuerySet
from .registry import rules
from .steps import STEP_LABELS

WAITING, ANSWERED, EVERY = "waiting", "answered", "all"
SHOWN = [(WAITING, "Open"), (ANSWERED, "Answered"), (EVERY, "All")]


class ReminderFilter(django_filters.FilterSet):
    """Without a choice, what still waits."""

    show = django_filters.ChoiceFilter(label="Show", choices=SHOWN, method="shown", empty_label=None)
    rule = django_filters.MultipleChoiceFilter(
        label="What to do",
        choices=lambda: [(each.key, each.label) for each in rules if each.ladder],
        widget=forms.CheckboxSelectMultiple,
    )
    step = django_filters.MultipleChoiceFilter(
        label="Reminder",
        choices=[(step.value, label) for step, label in STEP_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Reminder
        fields: list[str] = []

    @property
    def chosen_show(self) -> str:
        asked = self.data.get("show", "") if self.data else ""
        return asked if asked in dict(SHOWN) else WAITING

    def filter_queryset(self, queryset: ReminderQuerySet) -> ReminderQuerySet:
        found: ReminderQuerySet = super().filter_queryset(queryset)
        return found if self.chosen_show != WAITING else found.newest().open()

    def shown(self, reminders: ReminderQuerySet, _name: str, show: str) -> ReminderQuerySet:
        return reminders.exclude(answer=Answer.NONE) if show == ANSWERED else reminders

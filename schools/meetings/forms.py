"""Forms of meetings: when and where, an item of the agenda, its order, who is present, deferring, and the minutes."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError

from schoolimprove.pages.verbs import ReasonForm
from schoolimprove.ui.forms import (
    CheckboxesField,
    DateField,
    Form,
    ModelSelectField,
    NumberField,
    TextArea,
    TextField,
)
from schools.groups.models import Group
from schools.meetings.models import LONGEST_MINUTES, LONGEST_TITLE, MeetingItem
from schools.register.models.person import Person

TIMES = ("%H:%M", "%I:%M%p", "%I%p")


class WhenForm(Form):
    held_on = DateField(label="Date", named="the date of the meeting")
    starts_at = TextField(label="Time (optional)", help_text="For example, 9:30am or 14:00", width=10, required=False)
    place = TextField(label="Place (optional)", max_length=200, required=False)

    def clean_starts_at(self) -> time | None:
        text = self.cleaned_data["starts_at"].replace(" ", "").replace(".", ":")
        if not text:
            return None
        for form in TIMES:
            try:
                return datetime.strptime(text, form).time()  # noqa: DTZ007 - a time of day, in no zone
            except ValueError:
                continue
        raise ValidationError("Enter a time like 9:30am or 14:00")


class PlanForm(WhenForm):
    submit_label = "Plan the meeting"
    field_order = ("group",)

    group = ModelSelectField(Group.objects.none(), label="Group", named="the group")

    def __init__(self, *args: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]


class ChangeForm(WhenForm):
    submit_label = "Save the changes"

    chair = ModelSelectField(
        Person.objects.none(), label="Chair (optional)", named="the chair", empty_label="No chair yet", required=False
    )

    def __init__(self, *args: Any, chairs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = chairs  # type: ignore[attr-defined]


class ItemForm(Form):
    submit_label = "Add to the agenda"

    title = TextField(label="Item", named="the item", max_length=LONGEST_TITLE)
    paper = TextField(label="Name of a paper (optional)", max_length=LONGEST_TITLE, required=False)
    url = TextField(
        label="Link to the paper (optional)",
        named="the link",
        help_text="It must begin with https://",
        max_length=500,
        required=False,
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not url.startswith("https://"):
            raise ValidationError("Enter a link that begins with https://")
        return url

    def papers(self) -> list[dict[str, str]]:
        url = self.cleaned_data["url"]
        return [{"label": self.cleaned_data["paper"] or url, "url": url}] if url else []


class OrderForm(Form):
    """A number for each item; the items are put in the order of their numbers."""

    submit_label = "Save the order"

    def __init__(self, *args: Any, items: Sequence[MeetingItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for number, item in enumerate(items, start=1):
            name = f"item_{item.pk}"
            self.fields[name] = NumberField(label=str(item), named="a number", width=3, min_value=1, max_value=9_999)
            self.fields[name].initial = number

    def order(self) -> list[int]:
        numbers = {item.pk: self.cleaned_data[f"item_{item.pk}"] for item in self.items}
        return sorted(numbers, key=lambda key: numbers[key])


class AttendanceForm(Form):
    submit_label = "Save the attendance"

    present = CheckboxesField(label="Members present", named="who is present", required=False)
    also_present = TextField(
        label="Also present (optional)", help_text="Names of people who are not members", max_length=500, required=False
    )

    def __init__(self, *args: Any, members: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = members  # type: ignore[attr-defined]


class DeferForm(ReasonForm):
    submit_label = "Defer the item"


class WithdrawForm(ReasonForm):
    submit_label = "Remove from the agenda"


class MinutesForm(Form):
    submit_label = "Save the minutes"

    text = TextArea(
        label="Minutes",
        named="the minutes",
        help_text="You can use bullets, numbers and **bold**.",
        rows=25,
        max_length=LONGEST_MINUTES,
    )


class CorrectForm(MinutesForm):
    reason = TextField(label="Why you correct the minutes", named="why you correct the minutes", max_length=5_000)

"""The forms of assurance: the filters of what waits, and returning a record to its author."""

from collections.abc import Sequence
from typing import Any

import django_filters

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.ui.forms import Form, TextArea
from schoolimprove.ui.searching import holds_words
from schools.records.models.record import LONGEST, RecordOfVisit
from schools.records.states import RecordStatus

WAITING, RETURNED, LATE = "waiting", "returned", "late"
STAGES = [
    (WAITING, "Waiting for you"),
    (RETURNED, "Returned to the author"),
    (LATE, "Overdue to be submitted"),
]


class AssuranceFilter(django_filters.FilterSet):
    """What waits, new records and corrections, unless another stage is asked for."""

    q = django_filters.CharFilter(label="School, author or reference", method="search")
    stage = django_filters.ChoiceFilter(label="Stage", choices=STAGES[1:], empty_label=STAGES[0][1], method="at_stage")
    author = django_filters.ModelChoiceFilter(label="Author", queryset=User.objects.none(), empty_label="Any")

    class Meta:
        model = RecordOfVisit
        fields: list[str] = []

    def __init__(self, data: Any, queryset: Any, *, request: Any) -> None:
        super().__init__(data, queryset, request=request)
        authors = User.objects.filter(pk__in=queryset.order_by().values("author")).order_by("name", "pk")
        self.filters["author"].queryset = self.form.fields["author"].queryset = authors

    def filter_queryset(self, queryset: Any) -> Any:
        stage = self.form.cleaned_data.get("stage") or WAITING
        return super().filter_queryset(self.at_stage(queryset, "stage", stage))

    def at_stage(self, records: Any, _name: str, stage: str) -> Any:
        if stage == RETURNED:
            return records.filter(status=RecordStatus.DRAFT).exclude(returned_because="")
        if stage == LATE:
            return records.filter(status=RecordStatus.DRAFT, due_on__lt=clock.today())
        return records.exclude(status=RecordStatus.DRAFT)

    def search(self, records: Any, _name: str, text: str) -> Any:
        return records.filter(holds_words(text, ["author__name", "reference", "school__search_key"]))


class ReturnForm(Form):
    """The line manager's comments to the author: on the whole, and on any part of the record.

    `parts` are (name, heading) in the order of the record.
    """

    submit_label = "Return to the author"

    reason = TextArea(
        label="Comments on the whole record",
        rows=5,
        max_length=LONGEST,
        named="your comments for the author",
        required=False,
    )

    def __init__(self, *args: Any, parts: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = dict(parts)
        for name, heading in parts:
            self.fields[f"comment_{name}"] = TextArea(
                label=f"Comment on “{heading}”", rows=2, max_length=LONGEST, required=False
            )
        for field in self.fields.values():
            field.note = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not str(data.get("reason", "")).strip() and not self.comments():
            self.add_error("reason", "Enter a comment on the whole record or on a part")
        return data

    def comments(self) -> dict[str, str]:
        """Part → comment, of those that have one."""
        said = {name: str(self.cleaned_data.get(f"comment_{name}", "")).strip() for name in self.headings}
        return {name: text for name, text in said.items() if text}

    def summary(self) -> str:
        """What is said on the whole; without it, where the comments are."""
        whole = str(self.cleaned_data["reason"]).strip()
        return whole or f"See the comments on: {', '.join(self.headings[name] for name in self.comments())}."

    def comment_field(self, name: str) -> Any:
        return self[f"comment_{name}"]

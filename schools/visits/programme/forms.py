"""Writing an edition of the visit programme, publishing it from a day, and giving it up."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.ui.forms import DateField, Form, RadiosField, SelectField, TextArea, TextField
from schools.register.models.school import Phase
from schools.visits.models.programme import CLOSING_KEY, EVERY_PHASE, ProgrammeEdition, Topic
from schools.visits.programme.actions import MOST_TOPICS, Wanted, agenda_of
from schools.visits.programme.shipped import CLOSING

GUIDANCE = 1_000
EVERY = "every"
"""The choice of every phase, which an edition keeps as none."""
PLACES = range(1, MOST_TOPICS + 1)


class EditionForm(Form):
    """What is on the agenda: places for the items, some of which stay empty, and the closing one every programme has.

    `known` are the keys that items of the edition, or of the one it begins from, have already.
    """

    submit_label = "Save the draft"
    sections = (
        ("Which visits", ("title", "phase", "term")),
        *((f"Item {n}", (f"key_{n}", f"heading_{n}", f"guidance_{n}")) for n in PLACES),
        (f"Last item: {CLOSING.heading.lower()}", ("closing",)),
    )

    title = TextField(
        label="Title", help_text="Schools see this. For example, “Autumn: performance and targets”.", max_length=150
    )
    phase = SelectField(
        label="Phase",
        help_text="If a phase has its own edition, its schools use that one.",
        choices=[(EVERY, EVERY_PHASE), *Phase.choices],
        empty="",
    )
    term = RadiosField(label="Term", choices=TERM_NAMES)
    closing = TextArea(
        label="What it covers", named="what the last item covers", max_length=GUIDANCE, rows=3, required=False
    )

    def __init__(self, *args: Any, known: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = known

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in PLACES:
            if data.get(f"guidance_{n}") and not data.get(f"heading_{n}"):
                self.add_error(f"heading_{n}", f"Enter the heading of item {n}, or delete what it covers")
        return data

    def said(self) -> dict[str, str]:
        data = self.cleaned_data
        phase = "" if data["phase"] == EVERY else data["phase"]
        return {"title": data["title"], "phase": phase, "term": data["term"]}

    def topics(self) -> list[Topic]:
        data = self.cleaned_data
        typed = [Wanted(data[f"heading_{n}"], data[f"guidance_{n}"], data[f"key_{n}"]) for n in PLACES]
        items = [item for item in typed if item.heading]
        return agenda_of(items, closing=data["closing"], known=self._known)


def _add_places() -> None:
    """The same three fields for each place."""
    for n in PLACES:
        EditionForm.base_fields[f"key_{n}"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=60, label=f"Key of item {n}"
        )
        EditionForm.base_fields[f"heading_{n}"] = TextField(
            label="Heading", named=f"the heading of item {n}", max_length=200, required=False
        )
        EditionForm.base_fields[f"guidance_{n}"] = TextArea(
            label="What it covers", named=f"what item {n} covers", max_length=GUIDANCE, rows=3, required=False
        )


_add_places()


def initial_of(edition: ProgrammeEdition) -> dict[str, str]:
    """An edition as the form shows it."""
    closing = next((topic.guidance for topic in edition.agenda if topic.key == CLOSING_KEY), CLOSING.guidance)
    filled = {"title": edition.title, "phase": edition.phase or EVERY, "term": edition.term, "closing": closing}
    items = [topic for topic in edition.agenda if topic.key != CLOSING_KEY]
    for n, topic in enumerate(items[:MOST_TOPICS], start=1):
        filled |= {f"key_{n}": topic.key, f"heading_{n}": topic.heading, f"guidance_{n}": topic.guidance}
    return filled


def keys_of(edition: ProgrammeEdition | None) -> Sequence[str]:
    return [topic.key for topic in edition.agenda] if edition else []


class PublishForm(Form):
    submit_label = "Publish this edition"

    published_from = DateField(
        label="First day", help_text="Core visits created from this day have its agenda. It cannot be in the past."
    )


class AbandonForm(Form):
    submit_label = "Discard this draft"

    reason = TextArea(label="Reason", named="the reason", max_length=1_000, rows=4)

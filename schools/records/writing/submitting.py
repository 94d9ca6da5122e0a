"""Whether a draft is ready: its own reasons, and text its author typed and has not saved."""

import re
from typing import Any

from django.urls import reverse

from schoolimprove.lib import clock
from schoolimprove.lib.text import unix_lines
from schoolimprove.policy.values import policy_value
from schoolimprove.records.models import Draft
from schools.policy import SEF_ASPECTS
from schools.records import guards
from schools.records.content import Content
from schools.records.models.record import RecordOfVisit
from schools.records.writing.forms import as_posted, initial_of

_PRESET = re.compile(r"^(then|action_a\d+_owner|carried_\d+)$")
"""What a form posts though nobody typed it."""
_LINE = re.compile(r"^(strength|action)_[a-z0-9]+$")


def blockers_to_submitting(record: RecordOfVisit, user: Any) -> list[str]:
    """The record's own reasons, and text its author typed and has not saved, which would not go with it."""
    reasons = guards.blockers(record, "submit", on=clock.today())
    unsaved = record.author_id == user.pk and has_unsaved_text(record, user)
    return [*reasons, "Save or discard the text you have not saved."] if unsaved else reasons


def has_unsaved_text(record: RecordOfVisit, user: Any) -> bool:
    """Whether a kept draft says anything the record does not; an autosave that overtook the save says the same."""
    edit = reverse("schools:record_edit", args=[record.school.urn, record.reference])
    kept = list(Draft.objects.filter(user=user, form=edit))
    if not kept:
        return False
    saved = as_posted(saved_values(record))
    typed = any(_is_unsaved(name, value, saved) for draft in kept for name, value in _typed(draft))
    return typed or any(_has_removed_line(draft, saved) for draft in kept)


def saved_values(record: RecordOfVisit) -> dict[str, Any]:
    """Field name → value of the form, as the record is saved."""
    return {**record.texts, **visit_of(record), **content_values(record, record.written)}


def content_values(record: RecordOfVisit, written: Content) -> dict[str, Any]:
    """The same of what is written beside the texts."""
    listed = policy_value(SEF_ASPECTS, on=record.held_on).entries
    graded = [line.aspect for line in written.grades if line.aspect not in listed]
    return initial_of(written, [*listed, *graded])


def visit_of(record: RecordOfVisit) -> dict[str, Any]:
    return {"kind": record.visit.kind, "held_on": record.held_on, "days": record.visit.days}


def _typed(draft: Draft) -> list[tuple[str, str]]:
    return [(name, unix_lines(str(value)).strip()) for name, values in draft.fields.items() for value in values]


def _has_removed_line(draft: Draft, saved: dict[str, str]) -> bool:
    """Return whether a saved strength or action was removed from the form."""
    return any(value and _LINE.match(name) and name not in draft.fields for name, value in saved.items())


def _is_unsaved(name: str, value: str, saved: dict[str, str]) -> bool:
    if name == "days":
        return value not in {saved["days"], saved["days"].removesuffix(".0")}
    if name not in saved:
        return bool(value) and not _PRESET.match(name)
    return value != unix_lines(saved[name]).strip()

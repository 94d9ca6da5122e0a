"""Which errors a form has, in field order, and which element each should lead to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BaseForm, BoundField, MultiValueField


@dataclass(frozen=True)
class ListedError:
    """A message, and the id of the element to correct ("" where there is none)."""

    message: str
    target: str


def _first_bad_part(field: MultiValueField) -> int:
    """Which input of several was found wanting; the first when none in particular was."""
    parts = [bool(getattr(part.widget, "errors", [])) for part in field.fields]
    return parts.index(True) if True in parts else 0


def target_of(bound: BoundField) -> str:
    """The id of the first element of `bound` that takes focus."""
    if isinstance(bound.field, MultiValueField):
        return f"{bound.auto_id}_{_first_bad_part(bound.field)}"
    return bound.auto_id


def listed_errors(form: BaseForm) -> Iterator[ListedError]:
    """Errors of the whole form lead to its first field, the others to their own."""
    if not form.errors:
        return
    visible = form.visible_fields()
    first = target_of(visible[0]) if visible else ""
    for message in form.non_field_errors():
        yield ListedError(str(message), first)
    for bound in visible:
        yield from (ListedError(str(message), target_of(bound)) for message in bound.errors)
    for bound in form.hidden_fields():
        yield from (ListedError(str(message), "") for message in bound.errors)

"""Fields and their stored values as people read them: labels, names for keys, words for codes, days as days."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model

Names = dict[tuple[str, Any], str]
"""(model label, key) → the name of what the key points to."""


def field_of(model: type[Model], name: str) -> Any:
    """The field of that name; None for one that the model has no more."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if field.concrete else None


def label_of(field: Any) -> str:
    label = str(field.verbose_name)
    return label[:1].upper() + label[1:]


def names_of(stored: Iterable[tuple[Any, Any]]) -> Names:
    """Names for these (field, stored value) pairs, as they are held now: one query for each model pointed to."""
    keys: dict[type[Model], set[Any]] = {}
    for field, value in stored:
        if field.is_relation and field.related_model is not None and value is not None:
            keys.setdefault(field.related_model, set()).add(value)
    names: Names = {}
    for model, wanted in keys.items():
        found = model._default_manager.in_bulk(list(wanted))
        names |= {(model._meta.label, key): str(row) for key, row in found.items()}
    return names


def shown_value(field: Any, value: Any, names: Names) -> Any:
    """A stored value in words; `value` may be as a column holds it or as the audit keeps it."""
    if field.is_relation:
        return names.get((field.related_model._meta.label, value), "")
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    try:
        return field.to_python(value)
    except ValidationError:
        return value


def differences_in_words(
    changes: Mapping[str, Any], model: type[Model], names: Names, *, besides: Iterable[str] = ()
) -> list[tuple[str, Any, Any]]:
    """(label, before, after) for `{field: [before, after]}` of the audit, in the order of the model's fields.

    Fields that are no more are left out.
    """
    changed = [field for field in model._meta.concrete_fields if field.name in changes and field.name not in besides]
    return [
        (label_of(field), *(shown_value(field, value, names) for value in changes[field.name])) for field in changed
    ]


def stored_of(changes: Mapping[str, Any], model: type[Model]) -> list[tuple[Any, Any]]:
    """The (field, stored value) pairs of an audit event's changes."""
    fields = ((field_of(model, name), pair) for name, pair in changes.items())
    return [(field, value) for field, pair in fields if field is not None for value in pair]

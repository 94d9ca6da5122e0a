"""Changes as the audit stores them, in words: labels of fields, of choices, and names of what is pointed to."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import models

from schoolimprove.ui.cells import shown
from schools.imports.core.outcome import Change
from schools.register.field_labels import label_of, shown_value


class Words:
    """Of one model. Names of related rows are read once for each relation, when the first of it is shown."""

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        self._related: dict[str, dict[Any, str]] = {}

    def of(self, changes: Mapping[str, Sequence[Any]]) -> list[Change]:
        """`{field: [before, after]}` as (label, before, after), in the order of the model's fields."""
        fields = [field for field in self._fields if field.name in changes]
        return [(label_of(field), *(self._shown(field, value) for value in changes[field.name])) for field in fields]

    @cached_property
    def _fields(self) -> list[Any]:
        return list(self._model._meta.concrete_fields)

    def _shown(self, field: Any, value: Any) -> Any:
        if value is None or value == "":
            return ""
        if field.is_relation:
            return self._names(field).get(value, f"number {value}")
        return shown(shown_value(field, value, {}))

    def _names(self, field: Any) -> dict[Any, str]:
        if field.name not in self._related:
            rows = field.related_model._default_manager.all()
            self._related[field.name] = {row.pk: str(row) for row in rows}
        return self._related[field.name]

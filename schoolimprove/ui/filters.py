"""The filter panel of a list: what can be chosen, what is chosen, and the address without each choice.

Built from the form of a django-filter FilterSet (or any form) and the address' query.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from schoolimprove.lib import clock

from .errors import ListedError, target_of

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """One filter. `kind`: text, select, radios, checkboxes, or field (drawn as any form field)."""

    kind: str
    name: str
    label: str
    id: str
    bound: BoundField
    value: str = ""
    hint: str = ""
    options: Sequence[Option] = ()

    @property
    def chosen_count(self) -> int:
        return sum(option.chosen and option.value != "" for option in self.options)

    @property
    def opened(self) -> bool:
        return self.chosen_count > 0


@dataclass(frozen=True)
class Tag:
    """A chosen value, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Chosen:
    name: str
    label: str
    tags: Sequence[Tag]


@dataclass(frozen=True)
class FilterPanel:
    """`kept` are parameters of the address that are not filters and outlive applying: the order, the tab."""

    label: str
    groups: Sequence[Group]
    chosen: Sequence[Chosen]
    clear_url: str
    kept: Sequence[tuple[str, str]] = field(default=())

    @property
    def errors(self) -> list[ListedError]:
        """What is said beside a filter, for the summary at the top of the page."""
        drawn = [group.bound for group in self.groups if group.kind == "field"]
        return [ListedError(str(message), target_of(bound)) for bound in drawn for message in bound.errors]


def filter_panel(
    form: forms.BaseForm, query: QueryDict, *, counts: Counts | None = None, label: str = "Filter"
) -> FilterPanel:
    """`counts` is `{field: {value: how many}}`, shown beside the options."""
    groups = [_group(bound, query, (counts or {}).get(bound.name, {})) for bound in form.visible_fields()]
    ours = {name for group in groups for name in _parameters(group, query)} | {"page"}
    kept = [(name, value) for name in query if name not in ours for value in query.getlist(name)]
    chosen = [found for group in groups if (found := _chosen(group, query)).tags]
    return FilterPanel(label, groups, chosen, _without(query, ours), kept)


def chosen_words(panel: FilterPanel) -> list[tuple[str, str]]:
    """The chosen filters in words, for the head of an export."""
    return [(group.label, ", ".join(tag.label for tag in group.tags)) for group in panel.chosen]


def _group(bound: BoundField, query: QueryDict, counts: Mapping[str, int]) -> Group:
    options = list(_options(bound, query.getlist(bound.html_name), counts))
    return Group(
        _kind(bound.field),
        bound.html_name,
        str(bound.label),
        str(bound.auto_id),
        bound,
        query.get(bound.html_name, ""),
        str(bound.help_text),
        options,
    )


def _kind(field: forms.Field) -> str:
    widget = field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if isinstance(widget, forms.Select):
        return "select"
    return "text" if type(widget) in (forms.TextInput, forms.widgets.SearchInput) else "field"


def _options(bound: BoundField, values: Iterable[str], counts: Mapping[str, int]) -> Iterator[Option]:
    chosen = set(values)
    for value, label in _flat(getattr(bound.field, "choices", ())):
        plain = "" if value is None else str(value)
        yield Option(plain, str(label), plain in chosen, counts.get(plain))


def _flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield value, label


def _parameters(group: Group, query: QueryDict) -> list[str]:
    """The parameters a filter reads: its own name, or for a date of three boxes name_0, name_1 and name_2."""
    if group.kind != "field":
        return [group.name]
    parts = len(getattr(group.bound.field, "fields", ()))
    return [group.name, *(f"{group.name}_{part}" for part in range(parts))]


def _chosen(group: Group, query: QueryDict) -> Chosen:
    return Chosen(group.name, group.label, list(_tags(group, query)))


def _tags(group: Group, query: QueryDict) -> Iterator[Tag]:
    if group.kind == "field":
        yield from _field_tag(group, query)
    elif group.options:
        for option in group.options:
            if option.chosen and option.value:
                yield Tag(option.label, _without_value(query, group.name, option.value))
    elif group.value.strip():
        yield Tag(group.value.strip(), _without(query, [group.name, "page"]))


def _field_tag(group: Group, query: QueryDict) -> Iterator[Tag]:
    """What was typed into a filter of several boxes: a date as people read it, else the words."""
    names = _parameters(group, query)
    typed = " ".join(value for name in names if (value := query.get(name, "").strip()))
    if typed:
        yield Tag(_as_read(group, typed), _without(query, [*names, "page"]))


def _as_read(group: Group, typed: str) -> str:
    value = getattr(group.bound.form, "cleaned_data", {}).get(group.name)
    return clock.uk_date(value) if isinstance(value, date) else typed


def _without(query: QueryDict, names: Iterable[str]) -> str:
    left = query.copy()
    for name in names:
        left.pop(name, None)
    return f"?{left.urlencode()}"


def _without_value(query: QueryDict, name: str, value: str) -> str:
    left = query.copy()
    left.setlist(name, [kept for kept in left.getlist(name) if kept != value])
    left.pop("page", None)
    return f"?{left.urlencode()}"

"""Drawing of form fields: what crispy-forms-gds leaves undone or marks safe."""

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.Select, "govuk-select"),
    (forms.Textarea, "govuk-textarea"),
    (forms.FileInput, "govuk-file-upload"),
    (forms.widgets.Input, "govuk-input"),
)
"""The class of each kind of widget, subclasses included: numbers, dates, addresses and multiple selects too."""


def css_class(widget: forms.Widget) -> str:
    """The govuk class of a widget; "" for one that is drawn in parts."""
    return next((name for kind, name in CLASSES if isinstance(widget, kind)), "")


@register.filter
def kind(bound: BoundField) -> str:
    """How the field is drawn: radios, checkboxes, checkbox, parts, password or input."""
    widget = bound.field.widget
    kinds: tuple[tuple[type[forms.Widget], str], ...] = (
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.CheckboxInput, "checkbox"),
        (forms.MultiWidget, "parts"),
        (forms.PasswordInput, "password"),
    )
    return next((name for kind, name in kinds if isinstance(widget, kind)), "input")


@register.filter
def optional_note(bound: BoundField) -> str:
    """What the label of a field that may be left empty ends with: the field's own `note`, or that it is optional.

    Nothing where the note is None: in lines of which each may be left empty it would be said at every box.
    """
    note = getattr(bound.field, "note", "")
    if note or note is None:
        return f" ({note})" if note else ""
    said = "optional" in str(bound.label).lower() or bound.field.required or kind(bound) == "checkbox"
    return "" if said else " (optional)"


@register.filter
def described_by(bound: BoundField) -> str:
    """Ids of what explains the field: its hint, its character count, its errors."""
    ids = [f"{bound.auto_id}_hint"] if bound.help_text else []
    if limit(bound):
        ids.append(f"{bound.auto_id}-info")
    return " ".join([*ids, *(f"{bound.auto_id}_{number}_error" for number in range(1, len(bound.errors) + 1))])


@register.filter
def limit(bound: BoundField) -> int | None:
    """How many characters a long text may have, for its counter."""
    return getattr(bound.field, "max_length", None) if isinstance(bound.field.widget, forms.Textarea) else None


@register.filter
def limit_words(bound: BoundField) -> str:
    """What the counter says before a script counts."""
    return f"You can enter up to {limit(bound):,} characters"


@register.filter
def hint_of(field: forms.Field, value: Any) -> str:
    """The line beneath a choice."""
    return str(getattr(field, "hints", {}).get(str(value), ""))


@register.simple_tag
def widget(bound: BoundField) -> SafeString:
    """The field's input with its class, its error class and what describes it."""
    base = css_class(bound.field.widget)
    classes = [base, bound.field.widget.attrs.get("class", "")]
    if kind(bound) == "password":
        classes.append("govuk-password-input__input govuk-js-password-input-input")
    if limit(bound):
        classes.append("govuk-js-character-count")
    if bound.errors and base and base != "govuk-checkboxes__input":
        classes.append(f"{base}--error")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))} if kind(bound) != "parts" else {}
    if described := described_by(bound):
        attrs["aria-describedby"] = described
    return bound.as_widget(attrs=attrs)


@register.simple_tag
def date_parts(bound: BoundField) -> SafeString:
    """A field of several boxes; those in which something is wrong are marked."""
    for field, part in zip(bound.field.fields, bound.field.widget.widgets, strict=True):  # type: ignore[attr-defined]
        if getattr(field.widget, "errors", None) or (bound.errors and not _marked(bound)):
            part.attrs["class"] += " govuk-input--error"
    return bound.as_widget()


def _marked(bound: BoundField) -> bool:
    """Whether any box in particular was found wanting."""
    return any(getattr(field.widget, "errors", None) for field in bound.field.fields)  # type: ignore[attr-defined]

"""The one module through which all forms are built.

`Form` and `ModelForm` are drawn by `{% crispy form %}` in GOV.UK markup: no browser validation, an error summary, a
button that cannot be pressed twice, and the hidden inputs a form needs to survive a conflict or an expired session.
Labels, help texts and choices are text, so they are escaped; only markup that code declared safe stays markup.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Fieldset, Layout
from django import forms
from django.forms.utils import flatatt, pretty_name
from django.utils.safestring import SafeString

from .fields import (
    LONG_TEXT,
    CheckboxesField,
    ConfirmField,
    DateField,
    DecimalField,
    EmailField,
    FileField,
    FilesField,
    ModelCheckboxesField,
    ModelRadiosField,
    ModelSelectField,
    MoneyField,
    NumberField,
    PasswordField,
    RadiosField,
    SelectField,
    Spoken,
    TextArea,
    TextField,
    spoken,
)

__all__ = [
    "LONG_TEXT",
    "CheckboxesField",
    "ConfirmField",
    "DateField",
    "DecimalField",
    "EmailField",
    "FileField",
    "FilesField",
    "Form",
    "ModelCheckboxesField",
    "ModelForm",
    "ModelRadiosField",
    "ModelSelectField",
    "MoneyField",
    "NumberField",
    "PasswordField",
    "RadiosField",
    "SelectField",
    "TextArea",
    "TextField",
]


class GovukForm(forms.BaseForm):
    """What our forms have in common.

    `base_version` is the version of the record the form was opened on, `keep_token` the signed note by which an
    expired session's text is kept, `opening_token` that of a form whose text is not; they travel as hidden inputs. With
    `autosave_url` the page saves a draft there while the user types. `action` is where the form is posted to, by
    default its own page.
    """

    submit_label = "Save and continue"
    submit_kind = ""
    cancel_label = "Cancel"
    form_tag = True
    """False where the page writes the form element itself, around several forms."""
    sections: Sequence[tuple[str, Sequence[str]]] = ()
    """Legends with the names of the fields under each; without them the fields simply follow one another."""
    opening_token = ""

    def __init__(
        self,
        *args: Any,
        submit_label: str = "",
        cancel_url: str = "",
        action: str = "",
        autosave_url: str = "",
        base_version: int | None = None,
        keep_token: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.submit_label = submit_label or self.submit_label
        self.cancel_url, self.action, self.autosave_url = cancel_url, action, autosave_url
        self.base_version, self.keep_token = base_version, keep_token
        for name, field in self.fields.items():
            _word(name, field)

    @property
    def seen_version(self) -> int | None:
        """The version the form was opened on, as it came back; None when it did not or is no number of a version."""
        posted = str(self.data.get("base_version", ""))
        return int(posted) if posted.isascii() and posted.isdigit() and len(posted) < 10 else None

    @property
    def hidden_inputs(self) -> Mapping[str, str]:
        """Names and values of the hidden inputs; an invalid form keeps the version it was opened on."""
        version = self.base_version if self.base_version is not None else self.seen_version
        inputs = {"base_version": version, "keep_token": self.keep_token, "opening_token": self.opening_token}
        return {name: str(value) for name, value in inputs.items() if value not in (None, "")}

    @property
    def helper(self) -> FormHelper:
        """How crispy-forms draws it: as a whole form with our own buttons."""
        helper = FormHelper()
        helper.attrs = {"novalidate": True, "data-once": True, **self._keeping()}
        helper.form_action = self.action
        helper.form_class = "app-form"
        helper.form_tag = self.form_tag
        if self.sections:
            helper.layout = Layout(*(Fieldset(*names, legend=legend) for legend, names in self.sections))
            helper.render_unmentioned_fields = True
        return helper

    @property
    def attributes(self) -> SafeString:
        """The attributes of the form element, for a page that draws the form by hand."""
        return flatatt({"novalidate": True, "data-once": True, **self._keeping()})

    def _keeping(self) -> dict[str, Any]:
        """What the scripts are told about keeping typed text."""
        kept: dict[str, Any] = {"data-keep": True} if self.keep_token else {}
        return {**kept, "data-autosave": True, "data-autosave-url": self.autosave_url} if self.autosave_url else kept


def _word(name: str, field: forms.Field) -> None:
    """Give a field its messages: ours by their label, Django's own in the same words."""
    label = field.label if field.label is not None else pretty_name(name)
    if isinstance(field, Spoken):
        field.name_messages(label)
    elif field.required and field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        asks = "Select" if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)) else "Enter"
        field.error_messages["required"] = f"{asks} {spoken(label)}"
    field.widget.attrs.pop("maxlength", None)


class Form(GovukForm, forms.Form):
    """A form of no model."""


class ModelForm(GovukForm, forms.ModelForm):  # type: ignore[type-arg]
    """A form of a model. Declare its dates, long texts and choices with the fields of this module."""

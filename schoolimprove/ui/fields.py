"""Form fields as GOV.UK has them: messages that say what to do, and no silent change to what was typed.

Every field takes `named`, the thing as it is spoken of in messages ("the date of the visit"); by default the label
with an article before it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.widgets import DateInputWidget
from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import BlankChoiceIterator, normalize_choices

from schoolimprove.lib import clock
from schoolimprove.lib.text import unix_lines, visible

LONG_TEXT = 5_000
"""Where text limits begin; users of other services found less to be too little."""


WITHOUT_ARTICLE = (
    "the ",
    "a ",
    "an ",
    "any ",
    "all ",
    "your ",
    "who ",
    "what ",
    "which ",
    "when ",
    "where ",
    "why ",
    "how ",
)


def spoken(label: Any, named: str = "") -> str:
    """The thing in the middle of a sentence: "Date of visit" becomes "the date of visit", "URN" "the URN"."""
    if named or not label:
        return named
    text = str(label)
    text = text if text[:2].isupper() else text[:1].lower() + text[1:]
    return text if text.lower().startswith(WITHOUT_ARTICLE) else f"the {text}"


def sentence(text: str) -> str:
    """The same at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


class Spoken:
    """Gives a field its messages in the words of its own label; those passed by hand win."""

    asks = "Enter"
    note: str | None = ""
    """What the label ends with, in brackets, in place of "optional"; None: nothing."""

    def __init__(
        self, *args: Any, named: str = "", error_messages: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        self.named = named
        self.given = dict(error_messages or {})
        super().__init__(*args, error_messages=self.given, **kwargs)  # type: ignore[call-arg]
        self.name_messages(kwargs.get("label"))

    def name_messages(self, label: Any) -> None:
        """Word the messages again; the form calls this too, when it made the label from the field's name."""
        thing = spoken(label, self.named)
        if thing:
            self.error_messages: dict[str, Any] = {**self.error_messages, **self.messages(thing), **self.given}

    def messages(self, thing: str) -> dict[str, str]:
        return {"required": f"{self.asks} {thing}"}


class Limited(Spoken):
    """A text field whose limit is told by a message, never by the browser cutting off what was pasted.

    Invisible characters, such as those copied from a web page or from Word, are removed.
    """

    max_length: int | None

    def to_python(self, value: Any) -> Any:
        return super().to_python(visible(unix_lines(value)) if isinstance(value, str) else value)  # type: ignore[misc]

    def messages(self, thing: str) -> dict[str, str]:
        longest = f"{_literal(sentence(thing))} must be {self.max_length or 0:,} characters or fewer"
        return {**super().messages(thing), "max_length": longest}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)  # type: ignore[misc]
        attrs.pop("maxlength", None)
        return attrs


def _literal(text: str) -> str:
    """Text for a message that Django will fill in with the percent operator."""
    return text.replace("%", "%%")


class TextField(Limited, forms.CharField):
    """One line of text; `width` is a count of characters: 2, 3, 4, 5, 10, 20 or 30."""

    def __init__(
        self, *, width: int | None = None, autocomplete: str = "", max_length: int = 255, **kwargs: Any
    ) -> None:
        super().__init__(max_length=max_length, **kwargs)
        if width:
            self.widget.attrs["class"] = f"govuk-input--width-{width}"
        if autocomplete:
            self.widget.attrs["autocomplete"] = autocomplete


class TextArea(Limited, forms.CharField):
    """Many lines, counted as the browser counts them."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int = LONG_TEXT, rows: int = 8, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs["rows"] = rows


class EmailField(Limited, forms.EmailField):
    def __init__(self, *, autocomplete: str = "email", max_length: int = 254, **kwargs: Any) -> None:
        """Take no more than a stored address holds: RFC 5321 allows no longer one."""
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs |= {"autocomplete": autocomplete, "spellcheck": "false"}

    def messages(self, thing: str) -> dict[str, str]:
        wrong = "Enter an email address in the correct format, like name@example.com"
        return {**super().messages(thing), "invalid": wrong}


class PasswordField(Limited, forms.CharField):
    """`autocomplete` is current-password or new-password. A password stays as it was typed."""

    widget = forms.PasswordInput

    def __init__(self, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.widget.attrs |= {"autocomplete": autocomplete, "spellcheck": "false", "autocapitalize": "none"}

    def to_python(self, value: Any) -> Any:
        return forms.CharField.to_python(self, value)


class Typed(Spoken):
    """A number, typed into a text box: browsers' number boxes change on scroll and hide what is wrong.

    Thousands separators and spaces are understood. `prefix` and `suffix` stand beside the box.
    """

    widget = forms.TextInput
    example = "12"
    kind = "a number"
    prefix = ""
    min_value: Any
    max_value: Any

    def __init__(self, *, width: int = 5, suffix: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.suffix = suffix
        self.widget.attrs |= {
            "class": f"govuk-input--width-{width}",
            "inputmode": "numeric" if self.kind == "a whole number" else "decimal",
            "spellcheck": "false",
        }

    def to_python(self, value: Any) -> Any:
        return super().to_python(re.sub(r"[£,\s]", "", visible(value)) if isinstance(value, str) else value)  # type: ignore[misc]

    def messages(self, thing: str) -> dict[str, str]:
        named = sentence(thing)
        return {
            **super().messages(thing),
            "invalid": f"{named} must be {self.kind}, like {self.example}",
            "min_value": f"{_literal(named)} must be {_figure(self.min_value)} or more",
            "max_value": f"{_literal(named)} must be {_figure(self.max_value)} or less",
        }


def _figure(limit: Any) -> str:
    """A limit with its thousands separated."""
    limit = limit() if callable(limit) else limit
    return "" if limit is None else f"{limit:,}"


class NumberField(Typed, forms.IntegerField):
    kind = "a whole number"


class DecimalField(Typed, forms.DecimalField):
    example = "2.5"

    def messages(self, thing: str) -> dict[str, str]:
        named, places = _literal(sentence(thing)), self.decimal_places
        too_long = f"{named} has too many digits"
        return {
            **super().messages(thing),
            "max_decimal_places": f"{named} must have {places} decimal place{'s' * (places != 1)} or fewer",
            "max_digits": too_long,
            "max_whole_digits": too_long,
        }


class MoneyField(DecimalField):
    """Pounds and pence; a pound sign is understood."""

    prefix = "£"
    kind = "an amount of money"
    example = "1,920.00"

    def __init__(self, *, width: int = 10, max_digits: int = 12, decimal_places: int = 2, **kwargs: Any) -> None:
        super().__init__(width=width, max_digits=max_digits, decimal_places=decimal_places, **kwargs)


class Chosen(Spoken):
    """A field chosen from a list. `hints` is `{value: a line beneath the choice}`."""

    asks = "Select"

    def __init__(self, *args: Any, hints: Mapping[Any, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}

    def messages(self, thing: str) -> dict[str, str]:
        gone = f"{self.asks} {thing} from the list"
        return {**super().messages(thing), "invalid_choice": gone, "invalid_pk_value": gone, "invalid_list": gone}


class RadiosField(Chosen, forms.ChoiceField):
    """Radio buttons; `inline` puts them in a row, for many questions in a section with the same few short answers."""

    widget = forms.RadioSelect

    def __init__(self, *args: Any, inline: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inline = inline


class CheckboxesField(Chosen, forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class SelectField(Chosen, forms.ChoiceField):
    """A drop-down; unless `empty` is "" it begins with nothing chosen."""

    def __init__(self, *, choices: Any = (), empty: str = "Select one", **kwargs: Any) -> None:
        listed = normalize_choices(choices)
        super().__init__(choices=BlankChoiceIterator(listed, [("", empty)]) if empty else listed, **kwargs)


class ModelSelectField(Chosen, forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, queryset: Any, *, empty_label: str | None = "Select one", **kwargs: Any) -> None:
        super().__init__(queryset, empty_label=empty_label, **kwargs)


class ModelRadiosField(Chosen, forms.ModelChoiceField):  # type: ignore[type-arg]
    widget = forms.RadioSelect

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        super().__init__(queryset, empty_label=None, **kwargs)


class ModelCheckboxesField(Chosen, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    widget = forms.CheckboxSelectMultiple


class ConfirmField(Spoken, forms.BooleanField):
    """A single checkbox that has to be ticked; `named` says what is confirmed: "that the school has been told"."""

    def messages(self, thing: str) -> dict[str, str]:
        return {"required": f"Confirm {thing}"}


class FileField(Spoken, forms.FileField):
    """`accept` lists what the browser offers; the server decides by content."""

    asks = "Select"
    widget = forms.FileInput

    def __init__(self, *, accept: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if accept:
            self.widget.attrs["accept"] = ",".join(accept)

    def messages(self, thing: str) -> dict[str, str]:
        named = sentence(thing)
        return {
            **super().messages(thing),
            "empty": f"{named} is an empty file",
            "missing": f"{self.asks} {thing}",
            "invalid": f"{named} was not uploaded. Select the file again",
            "max_length": f"{named} must have a shorter file name",
        }


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(FileField):
    """One file or several; the value is a list."""

    widget = FilesInput

    def messages(self, thing: str) -> dict[str, str]:
        """The label is of several, and what is wrong is wrong with one."""
        return {
            **super().messages(thing),
            "empty": "The file you selected is empty",
            "invalid": f"{sentence(thing)} were not uploaded. Select them again",
            "max_length": "The file you selected must have a shorter file name",
        }

    def clean(self, data: Any, initial: Any = None) -> Any:
        clean_one = super().clean
        files = data if isinstance(data, (list, tuple)) else [data]
        return [clean_one(file, initial) for file in files or [None]]


_IN_PARTS = re.compile(r"[^\W_][\s/.–-]+[^\W_]|\d[^\W\d_]{3}")
"""What tells a whole date typed into one box from a part of one."""


class DateWidget(DateInputWidget):  # type: ignore[misc]
    """Day, month and year, each its own box."""

    template_name = "ui/widgets/date.html"
    use_fieldset = True

    def __init__(self, attrs: Any = None) -> None:
        super().__init__()
        for widget in self.widgets:
            widget.attrs["inputmode"] = "numeric"

    def decompress(self, value: Any) -> list[str | None]:
        """As text, so that an unchanged date is not taken for a changed one."""
        return [str(value.day), str(value.month), str(value.year)] if isinstance(value, date) else [None, None, None]


class DateField(Spoken, DateInputField):  # type: ignore[misc]
    """A day typed as day, month (number or name) and year, or whole in one of the boxes: `25 Nov 26`.

    What is read, and which years two digits can mean, is said in `schoolimprove.lib.clock.typed`.
    """

    widget = DateWidget
    parts = ("day", "month", "year")

    def __init__(self, **kwargs: Any) -> None:
        error_messages = kwargs.pop("error_messages", None)
        named = kwargs.pop("named", "")
        self.named, self.given = named, dict(error_messages or {})
        DateInputField.__init__(self, require_all_fields=False, **kwargs)
        self.error_messages.update(self.given)
        self.name_messages(kwargs.get("label"))

    def messages(self, thing: str) -> dict[str, str]:
        named = sentence(thing)
        return {
            **super().messages(thing),
            "incomplete": f"{named} must include a {{parts}}",
            "invalid": f"{named} must be a real date",
            "year": f"{named} must include a year of 4 numbers, like 2026",
        }

    def clean(self, value: Any) -> date | None:
        """The date; each box found wanting is marked on its own widget."""
        if isinstance(value, date):
            return value
        typed = [str(part or "").strip() for part in (value or ["", "", ""])]
        self._mark(())
        if not any(typed):
            self._refuse_nothing()
            return None
        found = self._date(typed) if all(typed) else self._whole_date(typed)
        self.run_validators(found)
        return found

    def _refuse_nothing(self) -> None:
        if self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def _date(self, typed: list[str]) -> date:
        day, month, year = map(visible, typed)
        try:
            full_year = clock.full_year(year)
        except clock.NotADay:
            self._refuse("year" if year.isdigit() and year.strip("0") else "invalid", [2])
            raise
        try:
            return date(full_year, clock.month_number(month), int(day))
        except (ValueError, OverflowError):
            self._refuse("invalid", [0, 1, 2])
            raise

    def _whole_date(self, typed: list[str]) -> date:
        """Read a date of which not all boxes are filled: one that was typed whole, or one that lacks a part."""
        filled = [index for index, part in enumerate(typed) if part]
        if len(filled) == 2 and not typed[2]:
            self._refuse("incomplete", [2])
        try:
            return clock.read_day(" ".join(typed[index] for index in filled))
        except clock.NotADay as error:
            if len(filled) == 1 and _IN_PARTS.search(typed[filled[0]]):
                self._mark(filled)
                raise ValidationError(str(error), code="invalid") from None
            self._refuse("incomplete", [index for index in range(3) if index not in filled])
            raise

    def _refuse(self, code: str, parts: Sequence[int]) -> None:
        self._mark(parts)
        missing = " and ".join(self.parts[part] for part in parts)
        raise ValidationError(self.error_messages[code].replace("{parts}", missing), code=code)

    def _mark(self, parts: Sequence[int]) -> None:
        for index, field in enumerate(self.fields):
            field.widget.errors = [self.parts[index]] if index in parts else []

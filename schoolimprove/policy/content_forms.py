"""The form of an edition: the fields of its model, and of its content, whose lists grow and shrink by buttons.

An entry of a list has a number of its own while the form is open. Other fields name an entry by that number and not by
its code, so that they follow when the code is changed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from datetime import date
from typing import Any, get_origin

from django import forms
from django.db import models
from django.utils.text import slugify

from schoolimprove.policy.content import (
    Wording,
    Words,
    code_name,
    empty,
    entry_kind,
    hints_of,
    title_of,
    without_none,
)
from schoolimprove.policy.fields import value_field
from schoolimprove.policy.models.edition import Edition
from schoolimprove.policy.nested import PolicyError, dump, load
from schoolimprove.ui.fields import DateField, spoken
from schoolimprove.ui.forms import CheckboxesField, Form, SelectField, TextArea, TextField

MOST_ENTRIES = 60
LONGEST_KEY = 40
CONTENT = "content"
"""The first part of the names of all fields of the content; one of an entry is `content-levels-2-label`."""
_PRESSED = re.compile(r"^(add|remove|up) (content-[a-z0-9_-]{1,200})$")


@dataclass(frozen=True)
class Press:
    """What a button beside entries does: add one to the list at `place`, remove the entry there, or move it up."""

    verb: str
    place: str

    @classmethod
    def read(cls, pressed: str) -> "Press | None":
        found = _PRESSED.match(pressed)
        return cls(found[1], found[2]) if found else None


@dataclass(frozen=True)
class EntryPart:
    """An entry on the page. It is `folded` where it is long, and `opened` where something in it needs attention."""

    place: str
    number: str
    position: int
    title: str
    folded: bool
    opened: bool
    parts: Sequence["FormPart"]

    @property
    def is_one(self) -> bool:
        """Return whether it is a single field, whose label says what the legend would."""
        return len(self.parts) == 1 and not self.folded

    @property
    def boxes(self) -> list["FormPart"]:
        """Return the fields of one line, which stand beside each other."""
        return [each for each in self.parts if each.is_box]

    @property
    def others(self) -> list["FormPart"]:
        return [each for each in self.parts if not each.is_box]


@dataclass(frozen=True)
class FormPart:
    """A part of the form: one field, several under a legend, or a list with its entries."""

    label: str = ""
    hint: str = ""
    field: Any = None
    parts: Sequence["FormPart"] = ()
    place: str = ""
    one: str = ""
    numbers: str = ""
    entries: Sequence[EntryPart] | None = None
    removed: bool = False
    """An entry was removed just now: the button that adds one has the focus."""

    @property
    def is_box(self) -> bool:
        return self.field is not None and type(self.field.field.widget) in (forms.TextInput, forms.Select)

    @property
    def is_full(self) -> bool:
        return len(self.entries or ()) >= MOST_ENTRIES


class ContentForm(Form):
    """A draft of an edition of `model`, begun from `content`. None of its entries is needed to save.

    `typed` is what was posted before where the form is not bound, `press` the button that was pressed then.
    """

    submit_label = "Save the draft"

    def __init__(
        self,
        *args: Any,
        model: type[Edition],
        wording: Wording,
        content: Mapping[str, Any] | None = None,
        typed: Mapping[str, Any] | None = None,
        press: Press | None = None,
        **kwargs: Any,
    ) -> None:
        self.model, self.kind, self.wording, self.press = model, model.CONTENT, wording, press
        super().__init__(*args, **kwargs)
        self._typed = self.data or typed or {}
        for name in model.FIELDS:
            if name != CONTENT:
                self.fields[name] = model_field(model, name)
        self._content = {**(empty(self.kind) if self.kind else {}), **(content or {})}
        self._targets: dict[str, Sequence[tuple[str, str]]] = {}
        """List of the content → (number, title) of its entries."""
        self._codes: dict[str, Mapping[str, str]] = {}
        """List of the content → code → number of its entries, as it was saved."""
        if self.kind:
            for name, hint in hints_of(self.kind).items():
                if inner := entry_kind(hint):
                    self._note_entries(name, inner, self.wording[self.kind][name])
        self._lists: dict[str, tuple[Any, FormPart]] = {}
        """Place of every list, however deep → the dataclass of its entries, and its part of the form."""
        self._made = self._make(self.kind, CONTENT, self._content, "", required=True) if self.kind else []

    # Making the fields.

    def _note_entries(self, name: str, kind: Any, words: Words) -> None:
        place, saved = f"{CONTENT}-{name}", self._content[name]
        code = code_name(kind)
        self._codes[name] = {str(each[code]): str(number) for number, each in enumerate(saved, 1)} if code else {}
        self._targets[name] = [
            (
                number,
                self._title(kind, f"{place}-{number}", self._saved(saved, number))
                or f"{words.one.capitalize()} {position}",
            )
            for position, number in enumerate(self._numbers(place, saved), 1)
        ]

    def _title(self, kind: Any, place: str, saved: Mapping[str, Any]) -> str:
        named = {name: self._typed.get(f"{place}-{name}", saved.get(name, "")) for name in hints_of(kind)}
        return title_of(self.wording, kind, named)

    @staticmethod
    def _saved(entries: Sequence[Mapping[str, Any]], number: str) -> Mapping[str, Any]:
        return entries[int(number) - 1] if int(number) <= len(entries) else {}

    def _numbers(self, place: str, saved: Sequence[Any]) -> list[str]:
        """Return the numbers of the entries of a list in order, after the button that was pressed."""
        typed = self._typed.get(f"{place}-entries")
        found = [str(number) for number in range(1, len(saved) + 1)]
        if typed is not None:
            found = [each for each in dict.fromkeys(str(typed).split()) if re.fullmatch("[1-9][0-9]{0,3}", each)]
        found, press = found[:MOST_ENTRIES], self.press
        if press and press.verb == "add" and press.place == place and len(found) < MOST_ENTRIES:
            # Above the saved ones too: the number of an entry that was removed would bring back what it said.
            found.append(str(max([len(saved), *map(int, found)]) + 1))
        at = next((index for index, each in enumerate(found) if press and press.place == f"{place}-{each}"), None)
        if press and at is not None:
            moved = found.pop(at)
            if press.verb == "up":
                found.insert(max(at - 1, 0), moved)
        return found

    def _make(self, kind: Any, place: str, value: Mapping[str, Any], of: str, *, required: bool) -> list[FormPart]:
        """Make the fields of one dataclass; `of` ends the names of its fields in messages: " of category 2"."""
        parts = []
        for name, hint in hints_of(kind).items():
            words, at, given = self.wording[kind][name], f"{place}-{name}", value.get(name)
            inner, _optional = without_none(hint)
            if entry := entry_kind(inner):
                parts.append(self._make_list(entry, at, words, given or []))
            elif is_dataclass(inner):
                made = self._make(inner, at, given or {}, f" of {words.label.lower()}{of}", required=required)
                parts.append(FormPart(words.label, words.hint, parts=made))
            elif words.codes_of and get_origin(inner) is dict:
                parts.append(self._make_texts(at, words, given or {}, of))
            else:
                wanted = required and not words.optional
                self.fields[at] = self._field(hint, words, of, required=wanted)
                if not required:
                    # Of an entry in which nothing is typed yet, no field is more optional than another.
                    self.fields[at].note = None  # type: ignore[attr-defined]
                self.initial.setdefault(at, self._shown(inner, words, given))
                if not words.made_from:
                    parts.append(FormPart(place=at))
        return parts

    def _make_list(self, kind: Any, place: str, words: Words, saved: Sequence[Mapping[str, Any]]) -> FormPart:
        entries = []
        for position, number in enumerate(self._numbers(place, saved), 1):
            at = f"{place}-{number}"
            filled = self._is_filled(at, saved=int(number) <= len(saved))
            of = f" of {words.one} {position}"
            made = self._make(kind, at, self._saved(saved, number), of, required=filled)
            title = self._title(kind, at, self._saved(saved, number))
            folded = any(get_origin(each) is dict or entry_kind(each) for each in hints_of(kind).values())
            pressed = self.press is not None and self.press.place == at
            entries.append(EntryPart(at, number, position, title, folded, pressed or not title, made))
            self._word_entry(entries[-1], words)
        press = self.press
        removed = press is not None and press.verb == "remove" and press.place.rpartition("-")[0] == place
        numbers = " ".join(each.number for each in entries)
        part = FormPart(
            words.label, words.hint, place=place, one=words.one, numbers=numbers, entries=entries, removed=removed
        )
        self._lists[place] = (kind, part)
        for each in entries:
            added = press and press == Press("add", place) and each is entries[-1]
            if added or (press and press.place == each.place):
                first = next(name for name in _fields(each.parts) if name in self.fields)
                self.fields[first].widget.attrs["autofocus"] = True
        return part

    def _word_entry(self, entry: EntryPart, words: Words) -> None:
        """Number the label of a single field, and give the hints once, at the first entry."""
        if entry.is_one:
            self.fields[entry.parts[0].place].label = f"{words.one.capitalize()} {entry.position}"
        if entry.position > 1 and not entry.folded:
            for name in _fields(entry.parts):
                if name in self.fields:
                    self.fields[name].help_text = ""

    def _make_texts(self, place: str, words: Words, given: Mapping[str, str], of: str) -> FormPart:
        """Make a text for each entry of another list."""
        codes = {number: code for code, number in self._codes[words.codes_of].items()}
        parts = []
        for number, title in self._targets[words.codes_of]:
            at = f"{place}-{number}"
            text = TextArea(label=title, named=f"{spoken(words.label)} of {title}{of}", rows=2, required=False)
            text.note = None
            self.fields[at] = text
            self.initial.setdefault(at, given.get(codes.get(number, ""), ""))
            parts.append(FormPart(place=at))
        return FormPart(words.label, words.hint, parts=parts)

    def _field(self, hint: Any, words: Words, of: str, *, required: bool) -> forms.Field:
        named = f"{spoken(words.label)}{of}"
        if words.made_from:
            return forms.CharField(widget=forms.HiddenInput, required=False, max_length=60, label=words.label)
        shared: dict[str, Any] = {"label": words.label, "named": named, "help_text": words.hint, "required": required}
        inner, _optional = without_none(hint)
        if words.codes_of:
            several = get_origin(inner) is tuple
            targets = self._targets[words.codes_of]
            return CheckboxesField(choices=targets, **shared) if several else SelectField(choices=targets, **shared)
        made: forms.Field = value_field(hint, long=words.long, choices=words.choices, **shared)
        return made

    def _shown(self, kind: Any, words: Words, value: Any) -> Any:
        """Return what a field begins with: the number of the entry where it holds a code of one."""
        if not words.codes_of:
            return date.fromisoformat(value) if kind is date and value else value
        numbers = self._codes[words.codes_of]
        return [numbers.get(each) for each in value or ()] if isinstance(value, list) else numbers.get(str(value))

    def _is_filled(self, place: str, *, saved: bool) -> bool:
        """Return whether anything is in an entry; one in which nothing was typed is not kept."""
        if f"{place.rpartition('-')[0]}-entries" not in self._typed:
            return saved
        posted = (name for name in self._typed if name.startswith(f"{place}-") and not name.endswith("-entries"))
        return any(str(self._typed.get(name) or "").strip() for name in posted)

    # For the page.

    @property
    def own_fields(self) -> list[Any]:
        """Return the fields of the model."""
        return [self[name] for name in self.model.FIELDS if name != CONTENT]

    @property
    def parts(self) -> list[FormPart]:
        """Return the parts of the content with their fields, errors and all."""
        return [self._bound(each) for each in self._made]

    @property
    def made_keys(self) -> list[Any]:
        return [self[name] for name, field in self.fields.items() if isinstance(field.widget, forms.HiddenInput)]

    def _bound(self, part: FormPart) -> FormPart:
        entries = None if part.entries is None else [self._bound_entry(each) for each in part.entries]
        field = self[part.place] if part.place in self.fields else None
        return replace(part, field=field, parts=[self._bound(each) for each in part.parts], entries=entries)

    def _bound_entry(self, entry: EntryPart) -> EntryPart:
        wrong = any(name.startswith(f"{entry.place}-") for name in self.errors)
        parts = [self._bound(each) for each in entry.parts]
        return replace(entry, opened=entry.opened or wrong, parts=parts)

    # Reading what was typed.

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for kind, part in self._lists.values():
            code, seen = code_name(kind), set()
            for entry in part.entries or () if code and not self.wording[kind][code].made_from else ():
                typed = data.get(f"{entry.place}-{code}")
                if typed and typed in seen:
                    # Texts are kept by code: one of the two would be lost.
                    wrong = f"{part.one.capitalize()} {typed} is in the list twice. Enter another code"
                    self.add_error(f"{entry.place}-{code}", wrong)
                seen.add(typed)
        if self.kind and not self.errors:
            try:
                load(self.kind, self.content())
            except PolicyError as error:
                self.add_error(None, str(error))
        return data

    def values(self) -> dict[str, Any]:
        """Return the fields of the edition as they were typed."""
        values = {name: self.cleaned_data[name] for name in self.model.FIELDS if name != CONTENT}
        return {**values, CONTENT: self.content()} if self.kind else values

    def content(self) -> dict[str, Any]:
        """Return the content as JSON."""
        return self._read(self.kind, CONTENT, {place: dict(self._read_codes(place)) for place in self._lists})

    def _read_codes(self, place: str) -> Iterator[tuple[str, str]]:
        """Yield the number and the code of each entry of a list; what has no key yet gets one, never given twice."""
        kind, part = self._lists[place]
        code = code_name(kind)
        made_from = self.wording[kind][code].made_from if code else ""
        taken = {str(self.cleaned_data[f"{each.place}-{code}"]) for each in part.entries or () if code}
        given: set[str] = set()
        for entry in part.entries or () if code else ():
            key = str(self.cleaned_data[f"{entry.place}-{code}"])
            if made_from and (not key or key in given):
                key = _new_key(str(self.cleaned_data[f"{entry.place}-{made_from}"]), taken | given)
            given.add(key)
            yield entry.number, key

    def _read(self, kind: Any, place: str, codes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        hints, words = hints_of(kind), self.wording[kind]
        return {name: self._read_one(hint, words[name], f"{place}-{name}", codes) for name, hint in hints.items()}

    def _read_one(self, hint: Any, words: Words, at: str, codes: Mapping[str, Mapping[str, str]]) -> Any:
        inner, optional = without_none(hint)
        if entry := entry_kind(inner):
            kept = [each for each in self._lists[at][1].entries or () if self._is_filled(each.place, saved=True)]
            keyed = {each.number: {code_name(entry): codes[at][each.number]} for each in kept if codes[at]}
            return [self._read(entry, each.place, codes) | keyed.get(each.number, {}) for each in kept]
        if is_dataclass(inner):
            return self._read(inner, at, codes)
        named = codes.get(f"{CONTENT}-{words.codes_of}", {})
        if words.codes_of and get_origin(inner) is dict:
            texts = {code: self.cleaned_data[f"{at}-{number}"] for number, code in named.items()}
            return {code: text for code, text in texts.items() if code and text}
        value = self.cleaned_data[at]
        if words.codes_of:
            return [named[each] for each in value] if isinstance(value, list) else named.get(value, "")
        return None if optional and value in (None, "") else dump(value)


def _fields(parts: Sequence[FormPart]) -> Iterator[str]:
    for each in parts:
        yield from _fields(each.parts) if each.parts else [each.place]


def _new_key(label: str, taken: set[str]) -> str:
    """Return a key made from a label, which no other entry has."""
    slug = slugify(label).replace("-", "_")[:LONGEST_KEY].strip("_") or "entry"
    number, key = 1, slug
    while key in taken:
        number += 1
        key = f"{slug}_{number}"
    return key


def model_field(model: type[Edition], name: str) -> forms.Field:
    """Return the field of a form for a field of the model."""
    field: Any = model._meta.get_field(name)
    shared: dict[str, Any] = {
        "label": str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:],
        "help_text": field.help_text,
        "required": not field.blank,
    }
    if field.choices:
        return SelectField(choices=list(field.choices), **shared)
    if isinstance(field, models.DateField):
        return DateField(**shared)
    if isinstance(field, models.TextField):
        return TextArea(max_length=field.max_length or 20_000, **shared)
    return TextField(max_length=field.max_length, **shared)

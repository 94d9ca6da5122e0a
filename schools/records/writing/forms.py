"""The forms in which a Record of Visit is begun and written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import ConfirmField, DateField, Form, SelectField, TextArea, TextField
from schools.records.content import (
    OUTCOME_LABELS,
    OWNER_LABELS,
    ActionLine,
    CarriedLine,
    Content,
    GradeLine,
    Outcome,
    Owner,
    StrengthLine,
)
from schools.records.models.record import LONGEST
from schools.records.rules import wrong_with_action_date
from schools.visits.forms import VisitFactsForm


class NewRecordForm(VisitFactsForm):
    """A visit that was held, whose record is begun; who was met is what one knows at once."""

    submit_label = "Begin the record"

    met = TextArea(label="Who you met", help_text="Roles are enough.", rows=3, max_length=LONGEST, required=False)


class ReasonForm(Form):
    """Why something is given up."""

    reason = TextArea(label="Why you are abandoning it", named="why you are abandoning it", rows=4)


MOST_LINES = 40
LONGEST_LINE = 2_000
STRENGTH, ACTION = "strength", "action"
_LETTERS = {STRENGTH: "s", ACTION: "a"}
_LINE = re.compile(r"^(strength|action)_([sa][0-9]{1,4})(?:_|$)")
_PARTS = {STRENGTH: ("", "_theme"), ACTION: ("", "_who", "_due_0", "_due_1", "_due_2")}
"""Ends of the names of a line's boxes, of which none is filled in by itself."""
_CHANGE = re.compile(r"^(?:(?P<add>add) (?P<kind>strength|action)|remove (?P<name>(?:strength|action)_\w{1,10}))$")


@dataclass(frozen=True)
class LineChange:
    """What one of the buttons beside lines does: add another of a kind, or remove the one of that name."""

    kind: str
    removed: str = ""

    @classmethod
    def read(cls, pressed: str) -> "LineChange | None":
        """Return what the value of a button asks for: `add action`, `remove action_a2`; None for any other."""
        found = _CHANGE.match(pressed)
        if found is None:
            return None
        return cls(found["kind"]) if found["add"] else cls(found["name"].partition("_")[0], found["name"])


@dataclass(frozen=True)
class Carried:
    """An open action of an earlier record, as the author is asked about it."""

    pk: int
    what: str
    described: str
    """Whose it is, by when, how far it is."""


@dataclass(frozen=True)
class Parts:
    """What the fields are made of. `agenda` are lines with key, heading, guidance, source and source_label."""

    agenda: Sequence[Any] = ()
    aspects: Sequence[str] = ()
    grades: Sequence[str] = ()
    themes: Sequence[str] = ()
    carried: Sequence[Carried] = ()
    content: Content = field(default_factory=Content)
    highest: int = 0
    """The highest number a line of this record ever had, so that no key is given twice."""
    may_add_items: bool = True


class RecordForm(VisitFactsForm):
    """None of its texts is needed to save; the page says what is missing before the record can be submitted."""

    submit_label = "Save and finish for now"

    met = TextArea(label="Who you met", help_text="Roles are enough.", rows=3, max_length=LONGEST, required=False)
    evidence = TextArea(
        label="Evidence you saw",
        max_length=LONGEST,
        required=False,
    )
    findings = TextArea(label="What you found", rows=12, max_length=LONGEST, required=False)
    judgements = TextArea(label="Judgements", max_length=LONGEST, required=False)

    def __init__(
        self,
        *args: Any,
        parts: Parts,
        typed: Mapping[str, Any] | None = None,
        change: LineChange | None = None,
        **kwargs: Any,
    ) -> None:
        """Make the form; `typed` is what was posted before where it is not bound, `change` the button pressed then."""
        self.parts, self.change = parts, change
        self.blank: dict[str, str] = {}
        super().__init__(*args, **kwargs)
        self._typed = self.data or typed or {}
        for name in ("met", "evidence"):
            self._note(name, "needed to submit")
        self._make_items()
        self._make_grades()
        self._make_carried()
        self.strength_keys = self._line_keys(STRENGTH, [line.key for line in parts.content.strengths])
        self.action_keys = self._line_keys(ACTION, [line.key for line in parts.content.actions])
        for number, key in enumerate(self.strength_keys, start=1):
            self._make_strength(number, key)
        for number, key in enumerate(self.action_keys, start=1):
            self._make_action(number, key)
        self._initial_lines()
        if change and not change.removed and self.blank[change.kind]:
            self.fields[f"{change.kind}_{self.blank[change.kind]}"].widget.attrs["autofocus"] = True

    # Making the fields.

    def _note(self, name: str, note: str | None) -> None:
        self.fields[name].note = note  # type: ignore[attr-defined]

    def _add(self, name: str, made: forms.Field, *, note: str | None = None) -> None:
        """A field with its messages in the words of its label; `note` None: nothing is said of its being optional."""
        self.fields[name] = made
        self._note(name, note)

    def _make_items(self) -> None:
        for number, line in enumerate(self.parts.agenda, start=1):
            made = TextArea(label=f"{number}. {line.heading}", rows=8, max_length=LONGEST, required=False)
            made.named = f"what you found on “{line.heading}”"
            self._add(f"item_{line.key}", made, note="needed to submit")
            if line.source == "authority" and self.parts.may_add_items:
                self._add(f"drop_{line.key}", ConfirmField(label="Remove this item from the agenda", required=False))
        if not self.parts.agenda:
            self._note("findings", "needed to submit")
        else:
            self.fields["findings"].label = "Anything else you found"
            self.fields["findings"].widget.attrs["rows"] = 6
        if self.parts.may_add_items:
            self._add(
                "new_item",
                TextField(label="New agenda item", max_length=200, required=False),
                note=None,
            )
            self._add(
                "new_item_text",
                TextArea(label="What you found on the new item", rows=4, max_length=LONGEST, required=False),
                note=None,
            )

    def _make_grades(self) -> None:
        given = {grade for line in self.parts.content.grades for grade in (line.school, line.sip) if grade}
        choices = [(grade, grade) for grade in [*self.parts.grades, *sorted(given - set(self.parts.grades))]]
        for number, aspect in enumerate(self.aspects):
            for side, label in (("school", "School’s grade"), ("sip", "Your grade")):
                made = SelectField(label=label, choices=choices, empty="Not graded", required=False)
                made.named = f"{label.lower()} of {aspect.lower()}"
                self._add(f"grade_{number}_{side}", made)

    @property
    def aspects(self) -> list[str]:
        """The policy's, and those graded before the list was changed."""
        graded = [line.aspect for line in self.parts.content.grades]
        return [*self.parts.aspects, *(aspect for aspect in graded if aspect not in self.parts.aspects)]

    def _make_carried(self) -> None:
        for action in self.parts.carried:
            outcomes = [(each.value, OUTCOME_LABELS[each]) for each in Outcome]
            self._add(
                f"carried_{action.pk}",
                SelectField(label="Outcome", choices=outcomes, empty="", required=False),
            )
            self._add(
                f"carried_{action.pk}_note",
                TextField(label="Note", max_length=500, required=False),
            )

    def _line_keys(self, kind: str, saved: list[str]) -> list[str]:
        """Return the keys of the lines: those typed if anything was, else those saved, and one blank if there are none.

        A blank line is never kept. One is added by its button, and only one.
        """
        letter, change = _LETTERS[kind], self.change
        highest = max([_number(key) for key in saved] + [self.parts.highest])
        found = [match[2] for name in self._typed if (match := _LINE.match(name)) and match[1] == kind]
        # A number far beyond those there are is of no page of ours, and leaves none for the lines after it.
        typed = {key for key in found if key.startswith(letter) and _number(key) <= highest + MOST_LINES}
        typed |= {key for key in saved if f"{kind}_{key}" in self._typed}
        keys = sorted((key for key in typed if self._is_filled(kind, key)) if self._typed else saved, key=_number)
        used = max([highest, *(_number(key) for key in keys)])
        if change and change.removed:
            keys = [key for key in keys if f"{kind}_{key}" != change.removed]
        wanted = not keys or (change is not None and change.kind == kind and not change.removed)
        self.blank[kind] = f"{letter}{used + 1}" if wanted and len(keys) < MOST_LINES else ""
        return [*keys, self.blank[kind]] if self.blank[kind] else keys[:MOST_LINES]

    def _is_filled(self, kind: str, key: str) -> bool:
        return any(str(self._typed.get(f"{kind}_{key}{end}") or "").strip() for end in _PARTS[kind])

    def _make_strength(self, number: int, key: str) -> None:
        text = TextArea(label=f"Strength {number}", rows=2, max_length=LONGEST, required=False)
        self._add(f"strength_{key}", text)
        held = {line.theme for line in self.parts.content.strengths if line.theme}
        themes = [*self.parts.themes, *sorted(held - set(self.parts.themes))]
        self._add(
            f"strength_{key}_theme",
            SelectField(
                label=f"Theme of strength {number}",
                choices=[(theme, theme) for theme in themes],
                empty="No theme",
                required=False,
            ),
        )

    def _make_action(self, number: int, key: str) -> None:
        self._add(f"action_{key}", TextArea(label=f"Action {number}", rows=2, max_length=LONGEST_LINE, required=False))
        self._add(
            f"action_{key}_owner",
            SelectField(
                label=f"Action {number}: owner",
                choices=[(each.value, OWNER_LABELS[each]) for each in Owner],
                empty="",
                initial=Owner.SCHOOL.value,
                required=False,
            ),
        )
        self._add(
            f"action_{key}_who",
            TextField(label=f"Action {number}: person or post", max_length=150, width=20, required=False),
        )
        self._add(
            f"action_{key}_due",
            DateField(label=f"Action {number}: due date", named=f"the due date of action {number}", required=False),
        )

    def _initial_lines(self) -> None:
        for name, value in initial_of(self.parts.content, self.aspects).items():
            self.initial.setdefault(name, value)

    # Reading what was typed.

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("new_item_text", "").strip() and not data.get("new_item", "").strip():
            self.add_error("new_item", "Enter the new agenda item")
        for line in self.parts.agenda:
            if data.get(f"drop_{line.key}") and str(data.get(f"item_{line.key}", "")).strip():
                self.add_error(
                    f"drop_{line.key}",
                    f"Clear what you found on “{line.heading}”, or keep the item",
                )
        for number, key in enumerate(self.strength_keys, start=1):
            if data.get(f"strength_{key}_theme") and not str(data.get(f"strength_{key}", "")).strip():
                self.add_error(f"strength_{key}", f"Enter strength {number}, or remove it")
        for key in self.action_keys:
            self._check_action(key, data)
        return data

    def _check_action(self, key: str, data: Mapping[str, Any]) -> None:
        number = self.action_keys.index(key) + 1
        what, due = str(data.get(f"action_{key}", "")).strip(), data.get(f"action_{key}_due")
        if not what and (due or str(data.get(f"action_{key}_who", "")).strip()):
            self.add_error(f"action_{key}", f"Enter action {number}, or remove it")
        known = next((line for line in self.parts.content.actions if line.key == key), None)
        if due and (known is None or known.due_on != due):
            for reason in wrong_with_action_date(due, today=clock.today()):
                self.add_error(f"action_{key}_due", reason)

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("met", "evidence", "findings", "judgements")}

    def dropped_items(self) -> list[str]:
        """Keys of agenda items that are taken off."""
        return [line.key for line in self.parts.agenda if self.cleaned_data.get(f"drop_{line.key}")]

    def added_item(self) -> tuple[str, str] | None:
        """(heading, finding) of an item that is added."""
        heading = str(self.cleaned_data.get("new_item", "")).strip()
        return (heading, str(self.cleaned_data.get("new_item_text", ""))) if heading else None

    def content(self) -> Content:
        data, dropped = self.cleaned_data, set(self.dropped_items())
        agenda = [line.key for line in self.parts.agenda if line.key not in dropped]
        return Content(
            findings={key: data[f"item_{key}"] for key in agenda if data[f"item_{key}"]},
            grades=tuple(line for n, aspect in enumerate(self.aspects) if (line := self._grade(n, aspect))),
            strengths=tuple(
                StrengthLine(key, data[f"strength_{key}"], data[f"strength_{key}_theme"])
                for key in self.strength_keys
                if data[f"strength_{key}"].strip()
            ),
            actions=tuple(self._action(key) for key in self.action_keys if data[f"action_{key}"].strip()),
            carried=tuple(
                CarriedLine(each.pk, data[f"carried_{each.pk}"] or Outcome.OPEN.value, data[f"carried_{each.pk}_note"])
                for each in self.parts.carried
            ),
        )

    def untouched(self) -> Content:
        """What `content` gives where nobody changed anything: every action asked about has an outcome."""
        held = self.parts.content
        said = {line.action: line for line in held.carried}
        carried = tuple(said.get(each.pk, CarriedLine(each.pk)) for each in self.parts.carried)
        agenda = {line.key for line in self.parts.agenda}
        found = {key: text for key, text in held.findings.items() if key in agenda and text}
        grades = tuple(line for line in sorted(held.grades, key=lambda line: self.aspects.index(line.aspect)))
        return replace(held, findings=found, carried=carried, grades=grades)

    def _grade(self, number: int, aspect: str) -> GradeLine | None:
        school, sip = (self.cleaned_data[f"grade_{number}_{side}"] for side in ("school", "sip"))
        return GradeLine(aspect, school, sip) if school or sip else None

    def _action(self, key: str) -> ActionLine:
        data = self.cleaned_data
        return ActionLine(
            key,
            data[f"action_{key}"],
            data[f"action_{key}_owner"] or Owner.SCHOOL.value,
            data[f"action_{key}_who"],
            data[f"action_{key}_due"],
        )

    # For the page, which draws the parts under headings of its own.

    @property
    def guidance(self) -> list[Any]:
        """The lines of the agenda that say what to write about."""
        return [line for line in self.parts.agenda if line.guidance]

    @property
    def item_rows(self) -> list[dict[str, Any]]:
        return [
            {"line": line, "text": self[f"item_{line.key}"], "drop": self._bound(f"drop_{line.key}")}
            for line in self.parts.agenda
        ]

    @property
    def grade_rows(self) -> list[dict[str, Any]]:
        return [
            {"aspect": aspect, "school": self[f"grade_{n}_school"], "sip": self[f"grade_{n}_sip"]}
            for n, aspect in enumerate(self.aspects)
        ]

    @property
    def carried_rows(self) -> list[dict[str, Any]]:
        return [
            {"action": each, "outcome": self[f"carried_{each.pk}"], "note": self[f"carried_{each.pk}_note"]}
            for each in self.parts.carried
        ]

    @property
    def strength_rows(self) -> list[dict[str, Any]]:
        return [
            {"text": self[f"strength_{key}"], "theme": self[f"strength_{key}_theme"], **self._of_line(STRENGTH, key)}
            for key in self.strength_keys
        ]

    @property
    def action_rows(self) -> list[dict[str, Any]]:
        return [
            {name: self[f"action_{key}{end}"] for name, end in _ACTION_PARTS.items()} | self._of_line(ACTION, key)
            for key in self.action_keys
        ]

    def _of_line(self, kind: str, key: str) -> dict[str, Any]:
        """Return the number of a line, and the value of the button that removes it; a blank one alone has none."""
        keys = self._keys[kind]
        alone = keys == [self.blank[kind]]
        return {"number": keys.index(key) + 1, "remove": "" if alone else f"{kind}_{key}"}

    @property
    def _keys(self) -> dict[str, list[str]]:
        return {STRENGTH: self.strength_keys, ACTION: self.action_keys}

    @property
    def may_add(self) -> dict[str, bool]:
        return {kind: len(keys) < MOST_LINES for kind, keys in self._keys.items()}

    def _bound(self, name: str) -> Any:
        return self[name] if name in self.fields else None


_ACTION_PARTS = {"what": "", "owner": "_owner", "who": "_who", "due": "_due"}


def _number(key: str) -> int:
    """The number of a key such as `s12`; 0 for a key of another kind."""
    return int(key[1:]) if key[1:].isdecimal() else 0


def initial_of(content: Content, aspects: Sequence[str]) -> dict[str, Any]:
    """Field name → value of what is written in `content`."""
    values: dict[str, Any] = {f"item_{key}": text for key, text in content.findings.items()}
    for line in content.grades:
        if line.aspect in aspects:
            number = list(aspects).index(line.aspect)
            values |= {f"grade_{number}_school": line.school, f"grade_{number}_sip": line.sip}
    for strength in content.strengths:
        values |= {f"strength_{strength.key}": strength.text, f"strength_{strength.key}_theme": strength.theme}
    for action in content.actions:
        values |= {
            f"action_{action.key}": action.what,
            f"action_{action.key}_owner": action.owner,
            f"action_{action.key}_who": action.who,
            f"action_{action.key}_due": action.due_on,
        }
    for carried in content.carried:
        values |= {f"carried_{carried.action}": carried.outcome, f"carried_{carried.action}_note": carried.note}
    return values


def as_posted(values: Mapping[str, Any]) -> dict[str, str]:
    """The same as a browser posts it, each box of a date by itself."""
    posted: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, date):
            boxes = (value.day, value.month, value.year)
            posted |= {f"{name}_{box}": str(part) for box, part in enumerate(boxes)}
        else:
            posted[name] = "" if value is None else str(value)
    return posted

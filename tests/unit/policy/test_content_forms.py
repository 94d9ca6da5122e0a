"""The form of nested content: every type it may hold, and entries that are added, removed, moved and renamed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from django.http import QueryDict

from schoolimprove.policy.content import Wording, Words, flattened, sections_of
from schoolimprove.policy.content_forms import ContentForm, Press
from schoolimprove.policy.nested import dump, load
from schoolimprove.records.drafts import fill_from_draft
from schoolimprove.records.models import Draft
from schoolimprove.ui.forms import CheckboxesField, DateField


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True)
class Step:
    key: str
    label: str
    days: int


@dataclass(frozen=True)
class Stage:
    code: str
    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Clock:
    starts: date
    ends: date | None


@dataclass(frozen=True)
class Text:
    stage: str
    only_for: tuple[str, ...]
    by_stage: dict[str, str]


@dataclass(frozen=True)
class Invented:
    note: str
    colour: Colour
    rate: Decimal
    counted: bool
    words: tuple[str, ...]
    pairs: dict[str, str]
    agrees: dict[str, tuple[str, ...]]
    clock: Clock
    stages: tuple[Stage, ...]
    texts: tuple[Text, ...]


WORDS: Wording = {
    Invented: {
        "note": Words("Note", long=True),
        "colour": Words("Colour", choices={"red": "Red", "green": "Green"}),
        "rate": Words("Rate"),
        "counted": Words("Counted"),
        "words": Words("Words"),
        "pairs": Words("Pairs"),
        "agrees": Words("Agrees"),
        "clock": Words("Clock"),
        "stages": Words("Stages", one="stage"),
        "texts": Words("Texts", one="text"),
    },
    Clock: {"starts": Words("Starts"), "ends": Words("Ends")},
    Stage: {"code": Words("Code"), "label": Words("Name"), "steps": Words("Steps", one="step")},
    Step: {"key": Words("Key", made_from="label"), "label": Words("Name"), "days": Words("Days")},
    Text: {
        "stage": Words("Stage", codes_of="stages"),
        "only_for": Words("Only for", codes_of="stages", optional=True, empty="Every stage"),
        "by_stage": Words("At each stage", codes_of="stages"),
    },
}
WHOLE = Invented(
    note="Two lines\nof text",
    colour=Colour.GREEN,
    rate=Decimal("2.50"),
    counted=True,
    words=("one", "two"),
    pairs={"left": "right"},
    agrees={"1": ("A", "B")},
    clock=Clock(date(2026, 9, 1), None),
    stages=(
        Stage("A", "First", (Step("ask", "Ask", 5), Step("answer", "Answer", 10))),
        Stage("B", "Second", ()),
    ),
    texts=(Text("B", ("A",), {"A": "At first", "B": "At last"}),),
)


class Kind:
    FIELDS = ("content",)
    CONTENT = Invented


def form_of(content: Any, data: QueryDict | None = None, **kwargs: Any) -> ContentForm:
    kind: Any = Kind
    return ContentForm(data, model=kind, wording=WORDS, content=content, **kwargs)


def posted(form: ContentForm) -> QueryDict:
    """Return what a browser would send of the form as it is shown."""
    data = QueryDict(mutable=True)
    fields: dict[str, Any] = form.fields
    for name, field in fields.items():
        value = form[name].value()
        kind = type(field)
        if kind is DateField:
            for box, part in enumerate(field.widget.decompress(value) if isinstance(value, date) else value or ()):
                data[f"{name}_{box}"] = part
        elif kind is CheckboxesField:
            data.setlist(name, [number for number, _title in field.choices if number in (value or ())])
        elif value is not None and value is not False:
            data[name] = "on" if value is True else str(value)
    for name, part in lists_of(form).items():
        data[f"{name}-entries"] = part.numbers
    return data


def _with(data: QueryDict, typed: Mapping[str, str]) -> QueryDict:
    for name, value in typed.items():
        data[f"content-{name.replace('__', '-')}"] = value
    return data


def lists_of(form: ContentForm) -> dict[str, Any]:
    return {place: part for place, (_kind, part) in form._lists.items()}


def saved(data: QueryDict, content: Any = None) -> Any:
    form = form_of(content, data)
    assert form.errors == {}
    return load(Invented, form.content())


def pressed(data: QueryDict, verb: str, place: str, content: Any = None) -> ContentForm:
    """Return the form as it is shown after a button: what was typed is in it again, as the page fills it in."""
    form = form_of(content, typed=data, press=Press(verb, place))
    fill_from_draft(form, Draft(fields={name: data.getlist(name) for name in data}))
    return form


@pytest.fixture
def data() -> QueryDict:
    return posted(form_of(dump(WHOLE)))


def test_every_type_of_value_is_read_back_as_it_was_shown(data: QueryDict) -> None:
    assert saved(data, dump(WHOLE)) == WHOLE
    assert saved(data) == WHOLE


def test_what_names_an_entry_follows_when_its_code_is_changed(data: QueryDict) -> None:
    found = saved(_with(data, {"stages__1__code": "X"}))
    assert found.texts == (Text("B", ("X",), {"X": "At first", "B": "At last"}),)


def test_an_entry_is_added_and_a_key_is_made_for_it_once(data: QueryDict) -> None:
    form = pressed(data, "add", "content-stages-2-steps")
    more = _with(posted(form), {"stages__2__steps__1__label": "Ask again", "stages__2__steps__1__days": "3"})
    assert saved(more).stages[1].steps == (Step("ask_again", "Ask again", 3),)
    twice = pressed(data, "add", "content-stages-1-steps")
    more = _with(posted(twice), {"stages__1__steps__3__label": "Ask", "stages__1__steps__3__days": "1"})
    assert [each.key for each in saved(more).stages[0].steps] == ["ask", "answer", "ask_2"]


def test_an_entry_in_which_nothing_was_typed_is_not_kept(data: QueryDict) -> None:
    form = pressed(data, "add", "content-stages")
    assert len(lists_of(form)["content-stages"].entries) == 3
    assert saved(posted(form)) == WHOLE


def test_an_entry_is_removed_with_what_was_written_about_it(data: QueryDict) -> None:
    found = saved(posted(pressed(data, "remove", "content-stages-1", dump(WHOLE))), dump(WHOLE))
    assert [each.code for each in found.stages] == ["B"]
    assert found.texts == (Text("B", (), {"B": "At last"}),)


def test_the_number_of_an_entry_that_was_removed_is_not_given_again(data: QueryDict) -> None:
    less = posted(pressed(data, "remove", "content-stages-2", dump(WHOLE)))
    again = pressed(less, "add", "content-stages", dump(WHOLE))
    assert lists_of(again)["content-stages"].numbers == "1 3"
    assert again["content-stages-3-label"].value() in (None, "")


def test_an_entry_is_moved_up(data: QueryDict) -> None:
    found = saved(posted(pressed(data, "up", "content-stages-2")))
    assert [each.code for each in found.stages] == ["B", "A"]
    assert found.texts == WHOLE.texts


def test_a_code_that_is_there_twice_is_refused_beside_its_field(data: QueryDict) -> None:
    form = form_of(None, _with(data, {"stages__2__code": "A"}))
    assert form.errors == {"content-stages-2-code": ["Stage A is in the list twice. Enter another code"]}


def test_what_is_missing_is_named_with_its_entry(data: QueryDict) -> None:
    wrong = {"stages__1__steps__1__days": "soon", "stages__2__label": ""}
    assert form_of(None, _with(data, wrong)).errors == {
        "content-stages-1-steps-1-days": ["The days of step 1 must be a whole number, like 12"],
        "content-stages-2-label": ["Enter the name of stage 2"],
    }


@pytest.mark.parametrize("then", ["", "stay", "add", "add levels", "remove content-../", "up content-" + "a" * 300])
def test_no_other_button_adds_or_removes(then: str) -> None:
    assert Press.read(then) is None


def test_the_content_is_read_as_sections_with_their_entries() -> None:
    own, stages, texts = sections_of(Invented, dump(WHOLE), WORDS)
    assert own.entries[0].lines == [
        ("Note", ["Two lines", "of text"]),
        ("Colour", ["Green"]),
        ("Rate", ["2.50"]),
        ("Counted", ["Yes"]),
        ("Words", ["one", "two"]),
        ("Pairs", ["left: right"]),
        ("Agrees", ["1: A, B"]),
        ("Clock: starts", ["1 September 2026"]),
        ("Clock: ends", []),
    ]
    assert [each.title for each in stages.entries] == ["A: First", "B: Second"]
    assert ("Step, Ask: days", ["5"]) in stages.entries[0].lines
    assert texts.entries[0].lines == [
        ("Stage", ["B: Second"]),
        ("Only for", ["A: First"]),
        ("A: First", ["At first"]),
        ("B: Second", ["At last"]),
    ]


def test_every_line_has_a_label_of_its_own_and_a_list_its_order() -> None:
    lines = flattened(sections_of(Invented, dump(WHOLE), WORDS))
    assert lines["Stages, A: First: Step, Ask: days"] == "5"
    assert lines["Stages: order"] == "A: First\nB: Second"

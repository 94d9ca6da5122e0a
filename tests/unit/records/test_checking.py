"""How a form's values are read back before they are sent."""

from typing import Any

from schoolimprove.records.checking import value_in_words
from schoolimprove.ui.cells import cell
from schoolimprove.ui.forms import CheckboxesField, ConfirmField, DateField, Form, RadiosField, TextArea

KINDS = [("a", "An <i>answer</i>"), ("b", "A question")]


class Sent(Form):
    kind = RadiosField(label="Kind", choices=KINDS, required=False)
    kinds = CheckboxesField(label="Kinds", choices=KINDS, required=False)
    day = DateField(label="Day", required=False)
    sure = ConfirmField(label="Sure", required=False)
    words = TextArea(label="Words", required=False)


def read(**posted: Any) -> dict[str, str]:
    form = Sent(posted)
    assert form.is_valid(), form.errors
    return {bound.name: cell(value_in_words(bound, form.cleaned_data)) for bound in form.visible_fields()}


def test_choices_are_read_by_their_labels_and_days_in_words() -> None:
    day = {"day_0": "1", "day_1": "5", "day_2": "2026"}
    shown = read(kind="a", kinds=["a", "b"], sure="on", words="Two <b>lines</b>\nand more.\n\nThen", **day)
    assert shown["kind"] == "An &lt;i&gt;answer&lt;/i&gt;"
    assert shown["kinds"] == "An &lt;i&gt;answer&lt;/i&gt;, A question"
    assert shown["day"] == "1 May 2026"
    assert shown["sure"] == "Yes"
    words = "<p>Two &lt;b&gt;lines&lt;/b&gt;<br>and more.</p>\n\n<p>Then</p>"
    assert shown["words"] == f'<div class="app-prose">{words}</div>'


def test_what_was_left_empty_is_nothing() -> None:
    assert {name: read()[name] for name in ("kind", "kinds", "day", "words")} == dict.fromkeys(
        ("kind", "kinds", "day", "words"), ""
    )

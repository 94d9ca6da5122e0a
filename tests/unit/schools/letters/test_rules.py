"""Merging by hand, and that a value is text wherever it stands."""

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.ui.prose import prose
from schools.letters.rules import Value, fields_in, marked, one_line, wrong_fields


def drawn(text: str, **values: Value) -> str:
    found = marked(text, values)
    return found.filled(prose(found.text), [escape(piece) for piece in found.pieces])


def test_fields_are_found_once_in_their_order() -> None:
    assert fields_in("{why} at {school}, {why}; not {Why}, { why } or {}") == ["why", "school"]


def test_a_field_that_is_not_known_is_named_with_those_that_are() -> None:
    assert wrong_fields("{school}: {wy}", ["school", "why"]) == [
        "{wy} is not a field of this letter. Use {school}, {why}."
    ]


def test_a_subject_is_one_line() -> None:
    assert one_line("{school}: {support}", {"school": "Nowhere\nPrimary", "support": ["One", "Two"]}) == (
        "Nowhere Primary: One; Two"
    )


def test_a_letter_merged_by_hand() -> None:
    text = "Dear {recipient}\n\n**Category {category}**\n\n{why}\n\n{support}\n\nWith {support}."
    values: dict[str, Value] = {
        "recipient": "Ann",
        "category": "3",
        "why": "First.\n\nSecond.",
        "support": ["A plan", "A visit"],
    }
    assert str(marked(text, values)) == (
        "Dear Ann\n\n**Category 3**\n\nFirst.\n\nSecond.\n\n- A plan\n- A visit\n\nWith A plan; A visit."
    )
    assert drawn(text, **values).replace("\n", "") == (
        "<p>Dear Ann</p><p><strong>Category 3</strong></p><p>First.</p><p>Second.</p>"
        "<ul><li>A plan</li><li>A visit</li></ul><p>With A plan; A visit.</p>"
    )


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ("**Bold** & <b>", "<p>**Bold** &amp; &lt;b&gt;</p>"),
        ("- no list", "<p>- no list</p>"),
        ("1. no number", "<p>1. no number</p>"),
        ("{why}", "<p>{why}</p>"),
        ("{school}", "<p>{school}</p>"),
        ("\U00100000", "<p>\U00100000</p>"),
        ("", ""),
    ],
)
def test_a_value_is_text(value: str, html: str) -> None:
    assert drawn("{school}", school=value, why="Never").replace("\n", "") == html


def test_marks_that_were_typed_are_left_out() -> None:
    assert drawn("A\U00100000\U00100005 {school}", school="B").strip() == "<p>A B</p>"


@given(st.text(), st.lists(st.text()))
def test_whatever_the_values_the_words_around_them_are_the_same(text: str, items: list[str]) -> None:
    html = drawn("Before {why} after\n\n{support}\n\n**End**", why=text, support=items)
    assert html.startswith("<p>Before")
    assert "after</p>" in html
    assert html.strip().endswith("<p><strong>End</strong></p>")
    assert html.count("<li>") == len(items)

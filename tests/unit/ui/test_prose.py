"""Texts as they are typed or pasted from Word, drawn for a page, a preview, a PDF and a comparison."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.ui.prose import ADDED, REMOVED, SAME, changed_prose, prose


def drawn(text: str) -> str:
    return prose(text).replace("\n", "")


def words_of(markup: str) -> str:
    """What a reader sees, without spaces and without what only changes bring."""
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("One\nTwo\n\nThree", "<p>One<br>Two</p><p>Three</p>"),
        ("- One\n- Two", "<ul><li>One</li><li>Two</li></ul>"),
        ("Seen:\n* Books\n* Talk", "<p>Seen:</p><ul><li>Books</li><li>Talk</li></ul>"),
        ("1. One\n2. Two", '<ol><li value="1">One</li><li value="2">Two</li></ol>'),
        ("All **but two** were", "<p>All <strong>but two</strong> were</p>"),
        ("- One\n  - Inner\n- Two", "<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>"),
    ],
)
def test_paragraphs_bullets_numbers_and_bold_are_drawn(typed: str, read: str) -> None:
    assert drawn(typed) == read


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("•\tOne\r\n•\tTwo", "<ul><li>One</li><li>Two</li></ul>"),
        ("·\u00a0\u00a0\u00a0 One", "<ul><li>One</li></ul>"),
        ("\uf0b7\tOne", "<ul><li>One</li></ul>"),
        ("•\tOne\no\tInner\n•\tTwo", "<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>"),
        ("1.\tOne\n2.\tTwo", '<ol><li value="1">One</li><li value="2">Two</li></ol>'),
        ("–\tOne", "<ul><li>One</li></ul>"),
    ],
)
def test_what_word_pastes_as_bullets_and_numbers_is_a_list(pasted: str, read: str) -> None:
    assert drawn(pasted) == read


@pytest.mark.parametrize(
    "typed",
    [
        "5 * 3 * 2 and *one star*",
        "a_file_name, _underlined_ and __twice__",
        "# Heading",
        "> Quoted",
        "[a link](https://example.invalid) and https://example.invalid",
        "`code`",
        "+ 3% on last year",
        "– as a dash",
        "o clock",
        "C:\\folder\\*",
        "3 lessons were seen",
        "-5 points",
        "***",
        "&amp; &lt;",
    ],
)
def test_what_is_no_bullet_number_or_bold_reads_as_it_was_typed(typed: str) -> None:
    assert drawn(typed) == f"<p>{html.escape(typed, quote=False)}</p>"


def test_a_number_stays_as_it_was_typed() -> None:
    assert 'value="4"' in drawn("2. Two\n4. Four")
    assert drawn("It was in\n2026. Then") == "<p>It was in<br>2026. Then</p>"


def test_markup_is_text() -> None:
    assert drawn("<b>bold</b> <script>") == "<p>&lt;b&gt;bold&lt;/b&gt; &lt;script&gt;</p>"


PIECES = st.lists(
    st.sampled_from(
        ["word", " ", "\n", "\n\n", "- ", "* ", "1. ", "7) ", "**", "*", "_", "\\", "<", "•\t", "    ", "+ "]
    ),
    max_size=30,
).map("".join)


@given(PIECES)
def test_no_word_is_ever_lost(text: str) -> None:
    assert prose(text).count("word") == text.count("word")
    assert "<script" not in prose(text)


@given(st.text(alphabet="ab1.-*)(+_\\ \n\t<&", max_size=60))
def test_everything_but_markers_is_read_as_it_was_typed(text: str) -> None:
    """Letters, in their order, whatever else is typed between them."""
    letters = re.sub(r"[^ab]", "", text)
    seen = html.unescape(re.sub(r"<[^>]*>", "", prose(text)))
    assert re.sub(r"[^ab]", "", seen) == letters


def test_deep_lists_lose_nothing() -> None:
    text = "\n".join(f"{' ' * 2 * depth}- level {depth}" for depth in range(200))
    assert all(f"level {depth}<" in prose(text) or f"level {depth}\n" in prose(text) for depth in range(200))
    assert prose("- " * 5000 + "end").count("end") == 1


# Changes.


def test_changes_are_marked_inside_lists_and_bold_and_said() -> None:
    read = changed_prose([(SAME, "- One\n- "), (REMOVED, "Two"), (ADDED, "2\n- **Three**")]).replace("\n", "")
    assert words_of(read) == "One[removed:Two][added:2][added:Three]"
    assert read.count("<li>") == 3
    assert '<strong><ins class="app-change__added">' in read


def test_an_item_that_was_added_is_an_item() -> None:
    read = changed_prose([(SAME, "- One\n"), (ADDED, "- Two\n"), (REMOVED, "•\tThree")]).replace("\n", "")
    assert read.count("<li>") == 3
    assert read.index("<li><ins") < read.index("<li><del")


def test_a_paragraph_that_was_added_is_a_paragraph() -> None:
    read = changed_prose([(SAME, "One"), (ADDED, "\n\nTwo")]).replace("\n", "")
    assert read.startswith("<p>One</p><p><ins")


@given(st.lists(st.tuples(st.sampled_from([ADDED, REMOVED, SAME]), PIECES), max_size=8))
def test_every_word_of_every_piece_is_there_and_marked_as_it_is(pieces: list[tuple[str, str]]) -> None:
    read = changed_prose(pieces)
    marked = dict.fromkeys((ADDED, REMOVED, SAME), 0)
    for mark, text in pieces:
        marked[mark] += text.count("word")
    assert read.count("word") == sum(marked.values())
    added = "".join(re.findall(r"<ins [^>]*>(.*?)</ins>", read, re.DOTALL))
    assert added.count("word") == marked[ADDED]


def test_the_characters_of_marks_in_a_text_mark_nothing() -> None:
    assert "<ins" not in prose(f"{ADDED}One")

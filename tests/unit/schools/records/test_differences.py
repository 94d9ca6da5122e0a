"""What differs between two documents of a record, part by part and word by word."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schools.records.diff import Mark, Piece, compare, differences

VISIT = {
    "kind": "Core visit",
    "held_on": "2026-11-03",
    "days": "1",
    "author": "A. Partner",
    "author_role": "School Improvement Partner",
    "purpose": "",
    "team": "",
}
DOCUMENT: dict[str, Any] = {
    "visit": VISIT,
    "met": "The headteacher",
    "evidence": "Two lessons",
    "findings": "",
    "judgements": "Teaching is good.",
    "agenda": [{"key": "standards", "heading": "Standards", "source": "Visit programme", "text": "They rise."}],
    "grades": [{"aspect": "Teaching", "school": 2, "sip": 3}],
    "strengths": [{"key": "s1", "text": "Reading", "theme": "Reading and writing"}],
    "actions": [{"key": "x1", "what": "Moderate", "owner": "school", "who": "Deputy", "due_on": "2026-11-30"}],
    "carried": [],
    "attachments": [{"attachment": 1, "name": "data.pdf", "sha256": "0", "size": 1}],
}


def said(after: dict[str, Any], before: dict[str, Any] = DOCUMENT) -> list[tuple[str, str, str]]:
    """(heading, what, text with marks) of each change."""
    signs = {Mark.SAME: "{}", Mark.ADDED: "+{}+", Mark.REMOVED: "-{}-"}
    return [
        (each.heading, each.what, "".join(signs[piece.mark].format(piece.text) for piece in each.pieces))
        for each in differences(before, after)
    ]


def test_nothing_differs_from_itself() -> None:
    assert said(DOCUMENT) == []


def test_spaces_and_line_breaks_alone_make_no_difference() -> None:
    assert said(DOCUMENT | {"met": "The  headteacher\n"}) == []


def test_a_word_is_marked_where_it_stands() -> None:
    assert said(DOCUMENT | {"judgements": "Teaching is very good."}) == [
        ("Judgements", "Changed", "Teaching is +very +good.")
    ]


def test_texts_that_have_little_in_common_are_shown_one_after_the_other() -> None:
    assert said(DOCUMENT | {"evidence": "A sample of books from year 4"}) == [
        ("Evidence seen", "Changed", "-Two lessons-+A sample of books from year 4+")
    ]


def test_the_facts_of_the_visit_are_compared_in_words() -> None:
    after = DOCUMENT | {"visit": VISIT | {"held_on": "2026-11-04", "days": "0.5"}}
    assert [(heading, what) for heading, what, _text in said(after)] == [
        ("Date of the visit", "Changed"),
        ("Days used", "Changed"),
    ]


def test_lines_are_found_again_by_their_keys() -> None:
    after = DOCUMENT | {
        "agenda": [
            {"key": "standards", "heading": "Standards", "source": "Visit programme", "text": "They rise fast."}
        ],
        "grades": [{"aspect": "Teaching", "school": 2, "sip": 2}],
        "strengths": [{"key": "s2", "text": "Mathematics", "theme": ""}],
        "actions": [],
        "attachments": [],
    }
    assert said(after) == [
        ("Findings: Standards", "Changed", "They -rise.-+rise fast.+"),
        ("Grade", "Changed", "Teaching: school 2, good; visitor -3, satisfactory-+2, good+"),
        ("Strength to share", "Added", "+Mathematics+"),
        ("Strength to share", "Removed", "-Reading (Reading and writing)-"),
        ("Action agreed", "Removed", "-Moderate (The school: Deputy, by 30 November 2026)-"),
        ("Attached file", "Removed", "-data.pdf-"),
    ]


def test_an_agenda_item_that_is_new_is_added_under_its_heading() -> None:
    item = {"key": "a1", "heading": "The new scheme", "source": "Added by the school", "text": "It works."}
    after = DOCUMENT | {"agenda": [*DOCUMENT["agenda"], item]}
    assert said(after) == [("Findings: The new scheme", "Added", "+It works.+")]


def test_the_oldest_versions_are_compared_by_their_bare_texts() -> None:
    before = {"met": "The head", "evidence": "", "findings": "", "judgements": "", "strengths": "Reading"}
    after = DOCUMENT | {"agenda": [], "grades": [], "actions": [], "attachments": []}
    headings = [heading for heading, _what, _text in said(after, before)]
    assert "Date of the visit" not in headings
    assert {"Who was met", "Judgements"} <= set(headings)


def test_long_stretches_without_change_are_left_out() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    pieces = compare(f"{words} old {words}", f"{words} new {words}")
    assert [piece.mark for piece in pieces] == [Mark.SAME, Mark.REMOVED, Mark.ADDED, Mark.SAME]
    assert all(len(piece.text.split()) <= 14 for piece in pieces)
    assert pieces[0].text.startswith(" […] ")
    assert pieces[-1].text.endswith("[…] ")


def test_a_paragraph_that_is_inserted_leaves_its_neighbours_alone() -> None:
    pieces = compare("One.\nThree.", "One.\nTwo.\nThree.")
    assert [(piece.mark, piece.text.strip()) for piece in pieces] == [
        (Mark.SAME, "One."),
        (Mark.ADDED, "Two."),
        (Mark.SAME, "Three."),
    ]


def test_markup_is_text() -> None:
    assert compare("", "<b>bold</b>") == [Piece(Mark.ADDED, "<b>bold</b>")]


SHORT = st.lists(st.sampled_from(["a", "b", "c", "\n"]), max_size=12).map(" ".join)


@given(SHORT, SHORT)
def test_what_is_kept_and_added_is_the_new_text_and_what_is_kept_and_removed_the_old(before: str, after: str) -> None:
    pieces = compare(before, after)
    new = "".join(piece.text for piece in pieces if piece.mark is not Mark.REMOVED)
    old = "".join(piece.text for piece in pieces if piece.mark is not Mark.ADDED)
    assert (old.split(), new.split()) == (before.split(), after.split())

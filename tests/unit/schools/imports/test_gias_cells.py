"""Cells of GIAS, read or refused with a sentence."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.imports.core.cells import Unreadable, day, required, text_of, whole_up_to, words_of


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("31-08-2021", "2021-08-31"),
        ("31/08/2021", "2021-08-31"),
        ("1/9/2021", "2021-09-01"),
        (" 29-02-2020 ", "2020-02-29"),
        ("2021-08-31", "2021-08-31"),
        ("31 Aug 2021", "2021-08-31"),
        ("31-Aug-1921", "1921-08-31"),
        ("", None),
        ("  ", None),
    ],
)
def test_days_are_read_as_gias_and_spreadsheets_write_them(cell: str, iso: str | None) -> None:
    assert day(cell) == iso


@pytest.mark.parametrize("cell", ["29-02-2021", "31-08-21", "08-31-2021", "00-00-0000", "today", "１-9-2021"])
def test_other_days_are_refused_by_name(cell: str) -> None:
    with pytest.raises(Unreadable, match=f"“{cell}” is not a date such as 31-08-2021"):
        day(cell)


@pytest.mark.parametrize(("cell", "number"), [("0", 0), ("0412", 412), (" 9999 ", 9999), ("", None)])
def test_whole_numbers_are_read(cell: str, number: int | None) -> None:
    assert whole_up_to(9999)(cell) == number


@pytest.mark.parametrize("cell", ["12.5", "-1", "1e3", "SUPP", "²", "٣"])
def test_what_is_not_a_whole_number_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable, match="is not a whole number"):
        whole_up_to(9999)(cell)


@pytest.mark.parametrize("cell", ["10000", "9" * 400])
def test_a_number_that_is_too_large_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable, match="is more than 9,999"):
        whole_up_to(9999)(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  St   Mary's\nSchool ", "St Mary's School"),
        ("Høyland", "Høyland"),
        ("a\u00a0b", "a b"),
        ("Cities of London and Westminster\x92", "Cities of London and Westminster’"),
        ("=1+1", "=1+1"),
    ],
)
def test_texts_are_tidied_and_otherwise_left_alone(cell: str, text: str) -> None:
    assert text_of(100)(cell) == text


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    assert text_of(3)("abc") == "abc"
    with pytest.raises(Unreadable, match="“abcd” is longer than 3 characters"):
        text_of(3)("abcd")


@pytest.mark.parametrize("cell", ["a\x00b", "a\ufffdb", "\x1b[2J"])
def test_a_text_with_a_lost_character_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable, match="has a character we cannot read"):
        text_of(100)(cell)


@pytest.mark.parametrize(("cell", "text"), [("Not applicable", ""), ("Does not apply", ""), ("None", "None")])
def test_what_gias_calls_nothing_is_nothing(cell: str, text: str) -> None:
    assert words_of(100)(cell) == text


def test_a_school_is_not_without_a_name() -> None:
    with pytest.raises(Unreadable, match="Every school needs a value here"):
        required(text_of(100))("  ")


@pytest.mark.parametrize("read", [day, text_of(20), words_of(20), whole_up_to(500), required(text_of(20))])
@given(st.text())
def test_any_text_at_all_is_read_or_refused_with_a_sentence(read: Callable[[str], Any], cell: str) -> None:
    said = refusal(read, cell)
    assert said is None or (said.endswith(".") and len(said) < 120)


def refusal(read: Callable[[str], Any], cell: str) -> str | None:
    try:
        read(cell)
    except Unreadable as error:
        return str(error)
    return None

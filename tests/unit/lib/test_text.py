"""Invisible characters are removed; those that change how a text looks stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib.text import unix_lines, visible

ZERO_WIDTH = [
    *("\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff"),
    *("\u00ad", "\u180e", "\u202a", "\u202e", "\u2066"),
]


@pytest.mark.parametrize("sign", ZERO_WIDTH)
def test_a_sign_without_width_is_taken_out_of_an_address_and_of_a_code(sign: str) -> None:
    assert visible(f"{sign}office{sign}@school.example{sign}") == "office@school.example"
    assert visible(f"9{sign}00101") == "900101"


@pytest.mark.parametrize(
    "text",
    [
        "Siân’s school",
        "👩\u200d🏫 and ❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "क्\u200dष",
        "1\ufe0f\u20e3",
    ],
)
def test_what_changes_how_a_text_looks_stays(text: str) -> None:
    assert visible(text) == text


@given(st.text())
def test_taking_out_twice_takes_out_no_more_and_adds_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert [each for each in visible(text) if unicodedata.category(each)[0] == "L"] == [
        each for each in text if unicodedata.category(each)[0] == "L" and each not in "\u115f\u1160\u3164\uffa0"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\u2028", "\u2029", "\x85"])
def test_every_end_of_a_line_is_one_character(end: str) -> None:
    assert unix_lines(f"one{end}two") == "one\ntwo"

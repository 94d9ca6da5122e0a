"""Search keys are made many at a time, each as if it were alone."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib.search import APOSTROPHES, search_key, search_keys, spellings, wanted, words_to_find
from schoolimprove.lib.text import visible

SIGNS = st.sampled_from(
    ["st", "St.", "ST", " ", "'", "’", "`", "_", "\n", "\r", "\x0b", "é", "e\u0301", "ß", "ﷺ", "1", "´", "\u200b"]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(SIGNS, max_size=12).map("".join))


def plainly(text: str) -> str:
    """One text, one step after another."""
    seen = re.sub(f"[{APOSTROPHES}]", "", visible(text.casefold()))
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", seen) if not unicodedata.combining(mark))
    plain = re.sub(r"[^a-z0-9]+", " ", re.sub(f"[{APOSTROPHES}]", "", plain)).strip()
    return re.sub(r"\bst\b", "saint", plain)


@given(st.lists(TEXTS))
def test_many_keys_at_once_are_each_the_key_of_its_text(texts: list[str]) -> None:
    assert search_keys(texts) == list(map(plainly, texts)) == list(map(search_key, texts))


@pytest.mark.parametrize("sign", APOSTROPHES)
def test_an_apostrophe_is_left_out_of_a_key_however_it_is_typed(sign: str) -> None:
    assert search_key(f"St Mary{sign}s") == "saint marys"
    assert set(spellings(f"O{sign}Brien")) == {f"O{each}Brien" for each in APOSTROPHES}


@pytest.mark.parametrize("typed", ["Mary & John", "mary and john", "Mary AND John", "Mary John"])
def test_and_is_not_looked_for_where_there_is_something_else(typed: str) -> None:
    assert wanted(search_key(typed)) == [("mary",), ("john",)]
    assert [word.casefold() for word in words_to_find(typed)] == ["mary", "john"]


def test_and_alone_is_looked_for() -> None:
    assert wanted("and") == [("and",)]
    assert words_to_find("&") == ["&"]

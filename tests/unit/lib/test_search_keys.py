"""Search keys are made many at a time, each as if it were alone."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib.search import search_key, search_keys

SIGNS = st.sampled_from(["st", "St.", "ST", " ", "'", "’", "`", "_", "\n", "\r", "\x0b", "é", "e\u0301", "ß", "ﷺ", "1"])
TEXTS = st.one_of(st.text(max_size=30), st.lists(SIGNS, max_size=12).map("".join))


def plainly(text: str) -> str:
    """One text, one step after another."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))
    plain = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’‘`´]", "", plain)).strip()
    return re.sub(r"\bst\b", "saint", plain)


@given(st.lists(TEXTS))
def test_many_keys_at_once_are_each_the_key_of_its_text(texts: list[str]) -> None:
    assert search_keys(texts) == list(map(plainly, texts)) == list(map(search_key, texts))

"""What people type, and what is stored, brought to one form so that the two meet."""

import re
import unicodedata
from collections.abc import Sequence

from .text import visible

# A literal to look for, and only then what may stand beside it: several times as fast as `\bst\b` on a long text.
_SAINT = re.compile(r"st(?<![a-z0-9]st)(?![a-z0-9])")
APOSTROPHES = "'’‘‛`´ʼʻ′＇"
"""What people, keyboards and Word write for an apostrophe, the usual one first."""
_APOSTROPHES = re.compile(f"[{APOSTROPHES}]")
_JOINING = frozenset({"and", "&"})
"""Written in either way: "&" finds "and"."""
MOST_WORDS = 10
"""Words of a search that are looked for."""
_OTHER = re.compile(r"[^a-z0-9]")
_SPELLINGS = (
    ("church of england", "c of e", "cofe", "c e", "ce"),
    ("roman catholic", "catholic", "rc"),
)
"""What names of schools write in more ways than one."""
_SPELT = re.compile(r"\b(?:church of england|c of e|cofe|c e|ce|roman catholic|rc)\b")
_ASCII = {code: " " for code in range(128) if not chr(code).isalnum()} | {
    ord("\n"): "\n",
    ord("'"): None,
    ord("`"): None,
}


def search_key(text: str) -> str:
    """Casefolded, unaccented, without punctuation, `St` written out: "St. Mary's" gives "saint marys"."""
    return search_keys([text])[0]


def search_keys(texts: Sequence[str]) -> list[str]:
    """The same for many texts at once, which are worked on as the lines of one."""
    if not texts:
        return []
    lines = "\n".join([text.replace("\n", " ") for text in texts]).casefold()
    if not lines.isascii():
        lines = "\n".join([line if line.isascii() else _unaccented(line) for line in lines.split("\n")])
    tidy = [" ".join(line.split()) for line in lines.translate(_ASCII).split("\n")]
    return _SAINT.sub("saint", "\n".join(tidy)).split("\n")


def _unaccented(line: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", visible(line)))
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return _OTHER.sub(" ", _APOSTROPHES.sub("", plain))


def words_to_find(text: str) -> list[str]:
    """Return the words to look for, without "&" and "and" unless there is nothing else."""
    words = visible(text).replace("\0", "").split()[:MOST_WORDS]
    return [word for word in words if word.casefold() not in _JOINING] or words


def spellings(word: str) -> tuple[str, ...]:
    """Return the word with each of the signs that may stand for its apostrophe."""
    plain = _APOSTROPHES.sub("'", word)
    return tuple(plain.replace("'", sign) for sign in APOSTROPHES) if "'" in plain else (word,)


def wanted(key: str) -> list[tuple[str, ...]]:
    """What is to be found for a search key: each word, or a name however it is spelt, as the spellings that will do.

    A short spelling is looked for as a whole word: "cofe" finds "Holy Trinity CE Primary". "And" is left out, because
    a name may have "&" in its place.
    """
    named = [_however_spelt(found) for found in _SPELT.findall(key)]
    typed = _SPELT.sub(" ", key).split()
    words = [word for word in typed if word not in _JOINING] or ([] if named else typed)
    return [*((word,) for word in words), *named]


def _however_spelt(typed: str) -> tuple[str, ...]:
    known = next(group for group in _SPELLINGS if typed in group)
    return (typed, *(f" {other} " if len(other) < 4 else other for other in known if other != typed))


def squeezed(text: str) -> str:
    """The same without any space, for postcodes and numbers: "gu12 6lx" gives "gu126lx"."""
    return search_key(text).replace(" ", "")

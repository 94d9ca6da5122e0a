"""What people type, and what is stored, brought to one form so that the two meet."""

import re
import unicodedata

_SAINT = re.compile(r"\bst\b")
_APOSTROPHES = re.compile(r"['’‘`´]")
_OTHER = re.compile(r"[^a-z0-9]+")


def search_key(text: str) -> str:
    """Casefolded, unaccented, without punctuation, `St` written out: "St. Mary's" gives "saint marys"."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(mark for mark in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(mark))
    plain = _OTHER.sub(" ", _APOSTROPHES.sub("", plain)).strip()
    return _SAINT.sub("saint", plain)


def squeezed(text: str) -> str:
    """The same without any space, for postcodes and numbers: "gu12 6lx" gives "gu126lx"."""
    return search_key(text).replace(" ", "")

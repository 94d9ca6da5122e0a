"""Passwords that are refused: common ones, words of this office, names, runs of letters, each also with a little added;
and stolen ones.

Checked when a password is set; never when a person signs in.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from schoolimprove.lib.search import search_key

_WORDS = """
academy admin assurance authority borough categorisation changeme classroom council county district education governor
governors headteacher improve improvement infant inspection junior learner learning letmein ofsted partner partnership
password primary pupil pupils qwerty school schools secondary secret support teacher teachers visit visits welcome
spring summer autumn winter january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
"""
WORDS = frozenset(_WORDS.split())
"""What people here would think of first. To it come the words of the service's own name and address."""
SHORTEST_WORD = 4
OF_ITS_OWN = 6
"""What must be left of a password beside such words: letters, and each run of digits counted as one."""
SHORTEST_OF_A_PERSON = 2
"""Of the words of a person's own name."""
SHORTEST_RUN = 3
MOST_READ = 500
"""Characters of a password that are looked at: comparing each with each takes time."""
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {pair for row in KEYBOARD for pair in pairwise(row)}
_AGAIN = re.compile(r"(.{2,}?)\1+", re.DOTALL)
_AS_TYPED = str.maketrans("0134578@$!", "oieastbasi")
"""Digits and signs that stand for letters."""


Names = Callable[[Any], Iterable[str]]
_names: Names = lambda _user: ()  # noqa: E731


def register_names(names: Names) -> None:
    """Called once: `names(user)` are those of the authority and of where the user works, which the apps above keep."""
    global _names
    _names = names


def _words_of(text: str, shortest: int = SHORTEST_WORD) -> set[str]:
    """Return the words of a name or an address, with accents and apostrophes and without."""
    written = f"{text.casefold()} {search_key(text)}"
    return {word for word in re.findall(r"[^\W\d_]+", written) if len(word) >= shortest}


def names_around(user: Any) -> frozenset[str]:
    """Return the words of the service's name and address, and for a user those of their own and of where they work."""
    known = _words_of(f"{settings.SERVICE_NAME} {settings.SITE_URL}")
    if user is not None:
        known |= _words_of(user.name, SHORTEST_OF_A_PERSON) | _words_of(" ".join([user.email, *_names(user)]))
    return frozenset(known)


@lru_cache(maxsize=64)
def _words(names: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern of every known word, the longest first."""
    known = sorted(WORDS | (names - {"http", "https"}), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, known)))


def has_little_of_its_own(
    password: str, common: Collection[str] = frozenset(), names: frozenset[str] = frozenset()
) -> bool:
    """Whether it is known words, runs of letters or a common password, and hardly more.

    `Autumn2026!` and `abcdefghijkl` are; a random one never is.
    """
    return any(_is_mostly_known(form, common, names) for form in _forms(password[:MOST_READ].casefold()))


def _forms(text: str) -> Iterator[str]:
    yield text
    yield text.translate(_AS_TYPED)


def _is_mostly_known(text: str, common: Collection[str], names: frozenset[str]) -> bool:
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    if len(core) >= SHORTEST_WORD and core in common and len(text) - len(core) < OF_ITS_OWN + len(core):
        return True
    rest = _without_runs(_AGAIN.sub(r"\1", _words(names).sub(" ", text)))
    own = len(re.findall(r"[^\W\d_]", rest)) + len(re.findall(r"\d+", rest))
    return rest != text and own < OF_ITS_OWN


def _without_runs(text: str) -> str:
    """Return the text without letters that follow one another: the same, or next in the alphabet or on the keyboard."""
    kept, run = "", ""
    for each in [*text, ""]:
        if run and each and _follows(run[-1], each):
            run += each
        else:
            kept += " " if len(run) >= SHORTEST_RUN else run
            run = each
    return kept


def _follows(one: str, other: str) -> bool:
    if not (one.isalpha() and other.isalpha()):
        return False
    return abs(ord(one) - ord(other)) <= 1 or bool({(one, other), (other, one)} & _NEIGHBOURS)


class KnownWordsValidator(CommonPasswordValidator):
    """As Django's, and for a common password, a word of the office, a name or a run of letters with a little added."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        if has_little_of_its_own(password, self.passwords, names_around(user)):
            raise ValidationError(
                "This password is too easy to guess. Use 3 unrelated words.",
                code="password_known_words",
            )


class BreachedPasswordValidator:
    """Against a list of passwords known to be stolen, one a line, kept by whoever runs the service."""

    def __init__(self, path: str) -> None:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        self.stolen = frozenset(line.strip().casefold() for line in lines)

    def validate(self, password: str, user: Any = None) -> None:
        if password.strip().casefold() in self.stolen:
            raise ValidationError(
                "This password is in a list of stolen passwords. Enter a different password.",
                code="password_breached",
            )

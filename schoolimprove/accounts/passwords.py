"""Passwords that nobody may choose: common ones, the service's own words with something put around them, stolen ones.

Checked when a password is set; never when somebody signs in.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

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
_AS_TYPED = str.maketrans("0134578@$!", "oieastbasi")
"""Digits and signs that stand for letters."""


@lru_cache(maxsize=1)
def _words(service: str, site: str) -> re.Pattern[str]:
    """Every known word, the longest first."""
    own = {word for word in re.findall(r"[a-z]+", f"{service} {site}".casefold()) if len(word) >= SHORTEST_WORD}
    known = sorted(WORDS | (own - {"http", "https"}), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, known)))


def has_little_of_its_own(password: str, common: frozenset[str] | set[str] = frozenset()) -> bool:
    """Whether it is known words, or a common password, and hardly more. `Autumn2026!` is; a random one never is."""
    return any(_is_mostly_known(form, common) for form in _forms(password.casefold()))


def _forms(text: str) -> Iterator[str]:
    yield text
    yield text.translate(_AS_TYPED)


def _is_mostly_known(text: str, common: frozenset[str] | set[str]) -> bool:
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    if len(core) >= SHORTEST_WORD and core in common and len(text) - len(core) < OF_ITS_OWN + len(core):
        return True
    rest, found = _words(settings.SERVICE_NAME, settings.SITE_URL).subn(" ", text)
    own = len(re.findall(r"[^\W\d_]", rest)) + len(re.findall(r"\d+", rest))
    return bool(found) and own < OF_ITS_OWN


class KnownWordsValidator(CommonPasswordValidator):
    """As Django's, and for what has been put before or behind a common password or a word of the office."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        if has_little_of_its_own(password, self.passwords):
            raise ValidationError(
                "This password is too easy to guess: a well-known word with little beside it. Three words that have "
                "nothing to do with each other are better.",
                code="password_known_words",
            )

    def get_help_text(self) -> str:
        return "It can’t be a commonly used password, or a word of your work with a number behind it."


class BreachedPasswordValidator:
    """Against a list of passwords known to be stolen, one a line, kept by whoever runs the service."""

    def __init__(self, path: str) -> None:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        self.stolen = frozenset(line.strip().casefold() for line in lines)

    def validate(self, password: str, user: Any = None) -> None:
        if password.strip().casefold() in self.stolen:
            raise ValidationError(
                "This password has been stolen from another service, from you or somebody else. Choose another.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return "It can’t be a password that is known to have been stolen."

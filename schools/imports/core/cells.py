"""Cells: what GIAS writes, as a value of ours, or a sentence that says why not.

What reads a cell is given one. What reads a column is given many, and reads all of them or, where one of them is not
plain, none: it is a short cut for columns in which hardly any two cells are alike.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from schoolimprove.lib.clock import NotADay, read_day

_BROKEN = re.compile("[\x00-\x1f\x7f\ufffd]")
# Windows-1252 that somebody took for Latin-1 before it was written as UTF-8.
_MISREAD = {code: bytes([code]).decode("cp1252", errors="replace") for code in range(0x80, 0xA0)}
NOTHING = frozenset({"not applicable", "does not apply"})
"""How GIAS writes that there is nothing to say."""


Column = Callable[[Sequence[str]], list[Any] | None]


class Unreadable(ValueError):
    """Why a cell cannot be read, as a sentence."""


def tidy(cell: str) -> str:
    """A cell without space to spare; `Unreadable` when a character of it was lost on the way."""
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        return cell.strip()
    text = " ".join(cell.split()).translate(_MISREAD)
    if _BROKEN.search(text):
        raise Unreadable(f"{shown(text)} has a character we cannot read.")
    return text


def shown(text: str) -> str:
    """A cell inside a sentence, cut short where it is long."""
    plain = _BROKEN.sub("\ufffd", text)
    return f"“{plain}”" if len(plain) <= 40 else f"“{plain[:39]}…”"


def text_of(longest: int) -> Callable[[str], str]:
    """Reads a text; an empty cell is an empty text. What is too long is refused, never cut."""

    def read(cell: str) -> str:
        text = tidy(cell)
        if len(text) > longest:
            raise Unreadable(f"{shown(text)} is longer than {longest} characters.")
        return text

    return read


def like(longest: int, pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Reads a text that looks like one of these; an empty cell is an empty text."""
    read_text = text_of(longest)

    def read(cell: str) -> str:
        text = read_text(cell)
        if text and not pattern.fullmatch(text):
            raise Unreadable(f"{shown(text)} is not {what}.")
        return text

    return read


def words_of(longest: int) -> Callable[[str], str]:
    """Reads a text in which GIAS may say that there is nothing to say."""
    read_text = text_of(longest)

    def read(cell: str) -> str:
        text = read_text(cell)
        return "" if text.casefold() in NOTHING else text

    return read


def required(read: Callable[[str], str]) -> Callable[[str], str]:
    """Refuses an empty cell, where a school cannot be without."""

    def read_something(cell: str) -> str:
        text = read(cell)
        if not text:
            raise Unreadable("The cell is empty. Every school needs a value here.")
        return text

    return read_something


def whole_up_to(largest: int) -> Callable[[str], int | None]:
    """Reads a whole number from nought to `largest`; an empty cell is None."""

    def read(cell: str) -> int | None:
        text = cell.strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise Unreadable(f"{shown(text)} is not a whole number.")
        if len(text) > 10 or int(text) > largest:
            raise Unreadable(f"{shown(text)} is more than {largest:,}.")
        return int(text)

    return read


def day(cell: str) -> str | None:
    """Reads a day into an ISO date; an empty cell is None.

    A year of two digits is refused: schools were opened in every century.
    """
    if not cell.strip():
        return None
    try:
        return read_day(cell, short_years=False).isoformat()
    except NotADay:
        raise Unreadable(f"{shown(cell.strip())} is not a date such as 31-08-2021.") from None


def plain_texts(longest: int, *, required: bool = False) -> Column:
    """Reads a column as `text_of` its cells, where they are ASCII without space to spare."""
    shortest = 1 if required else 0

    def read(cells: Sequence[str]) -> list[Any] | None:
        line = f"|{'|'.join(cells)}|"
        is_plain = line.isascii() and line.isprintable() and not any(space in line for space in ("  ", "| ", " |"))
        lengths = set(map(len, cells))
        return list(cells) if is_plain and all(shortest <= length <= longest for length in lengths) else None

    return read


def plain_like(longest: int, pattern: re.Pattern[str]) -> Column:
    """Reads a column as `like` its cells, where all of them do."""
    read_texts = plain_texts(longest)

    def read(cells: Sequence[str]) -> list[Any] | None:
        looks = all(not cell or pattern.fullmatch(cell) for cell in cells)
        return read_texts(cells) if looks else None

    return read


def plain_wholes(largest: int) -> Column:
    """Reads a column as `whole_up_to` its cells, where each is a number."""

    def read(cells: Sequence[str]) -> list[Any] | None:
        digits = "".join(cells)
        if not (digits.isascii() and digits.isdigit() and all(cells) and max(map(len, cells)) <= 10):
            return None
        numbers = list(map(int, cells))
        return numbers if max(numbers) <= largest else None

    return read

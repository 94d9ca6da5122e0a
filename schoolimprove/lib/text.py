"""Text as it was typed, pasted or imported: without invisible characters, and its lines ended in one way."""

import re

_TAGS = "\U000e0000-\U000e007f"
_NEVER_SEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
    f"|(?<![\U0001f3f4{_TAGS}])[{_TAGS}]+"
)
"""Soft hyphens, spaces of no width, marks of direction, fillers, byte order marks, and tags but for those of a flag."""
_JOINERS = re.compile("(?<![^\x00-\x7f])[\u200c\u200d\ufe00-\ufe0f]+(?!\u20e3)|[\u200c\u200d]+(?![^\x00-\x7f])")
"""Joiners and selectors beside ASCII. Between other letters, and in an emoji, they change what is seen."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


_OF_WORD = str.maketrans(
    {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "•", "\uf076": "•", "\uf0a8": "•", "\uf0fc": "✓", "\uf0e0": "→"}
)
"""Bullets and ticks of Word's own fonts Symbol and Wingdings, which no other font has."""


def visible(text: str) -> str:
    """Return the text without invisible characters: those of no width and their kin.

    The bullets that Word draws with fonts of its own become those that everybody has.
    """
    return text if text.isascii() else _JOINERS.sub("", _NEVER_SEEN.sub("", text)).translate(_OF_WORD)


def unix_lines(text: str) -> str:
    """Return the text with each line ended by the one character that everything here counts and prints."""
    return _LINE_ENDS.sub("\n", text)


def quoted(text: str) -> str:
    """Return what was written, inside a sentence; cut short where it is long."""
    plain = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return f"“{plain}”" if len(plain) <= 40 else f"“{plain[:39]}…”"

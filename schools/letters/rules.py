"""How a letter gets its words: a template with fields such as {school}, and their values (domain 4, 5.2, 6).

A value is text, or a list of texts. It is never read as Markdown and never as another field: wherever it stands, a mark
stands in its place until the words around it have been drawn.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

Value = str | Sequence[str]
Values = Mapping[str, Value]

_FIELD = re.compile(r"\{([a-z][a-z_]*)\}")
_FIRST_MARK = 0x100000
_MARK = re.compile("[\U00100000-\U0010fffd]")
"""Characters that no text has: the last of Unicode's planes for private use."""


@dataclass(frozen=True)
class LetterText:
    """The words of a template: a subject of one line, and a body with paragraphs, lists and bold."""

    subject: str
    body: str


def fields_in(text: str) -> list[str]:
    """Return the names of the fields in a text, each once, in their order."""
    return list(dict.fromkeys(_FIELD.findall(text)))


def wrong_fields(text: str, known: Collection[str]) -> list[str]:
    """Return why a text cannot be merged, a sentence for each field that is not known."""
    names = ", ".join(f"{{{name}}}" for name in known)
    return [f"{{{name}}} is not a field of this letter. Use {names}." for name in fields_in(text) if name not in known]


def one_line(text: str, values: Values) -> str:
    """Return the text on one line, with its values in it."""
    merged = _FIELD.sub(lambda found: _inline(values.get(found[1], found[0])), text)
    return " ".join(merged.split())


@dataclass(frozen=True)
class Marked:
    """A text with a mark wherever a value stands; `pieces` are these, in the order of their marks."""

    text: str
    pieces: Sequence[str]

    def filled(self, drawn: str, pieces: Sequence[str]) -> str:
        """Return what was drawn of the text, with `pieces` (escaped, where that is needed) for the marks."""
        return _MARK.sub(lambda found: pieces[ord(found[0]) - _FIRST_MARK], drawn)

    def __str__(self) -> str:
        return self.filled(self.text, self.pieces)


def marked(text: str, values: Values) -> Marked:
    """Return the text with marks for its values. A list that has a line to itself becomes a bulleted list."""
    pieces: list[str] = []

    def mark(piece: str) -> str:
        pieces.append(piece)
        return chr(_FIRST_MARK + len(pieces) - 1)

    def mark_lines(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        return "\n".join(mark(line) if line.strip() else "" for line in _inline(values[found[1]]).splitlines())

    lines = []
    for line in _MARK.sub("", text).splitlines():
        alone = _FIELD.fullmatch(line.strip())
        value = values.get(alone[1], "") if alone else ""
        if isinstance(value, str):
            lines.append(_FIELD.sub(mark_lines, line))
        else:
            lines += [f"- {mark(' '.join(item.split()))}" for item in value]
    return Marked("\n".join(lines), pieces)


def _inline(value: Value) -> str:
    return value if isinstance(value, str) else "; ".join(value)

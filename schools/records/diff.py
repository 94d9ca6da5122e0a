"""What differs between two frozen documents of a record: part by part, and inside a text word by word.

Values only. What comes out is plain text in pieces; the template marks and escapes them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from schools.records.document import ActionRead, CarriedRead, Grade, Reading, StrengthRead, read

CONTEXT = 24
"""Words, and the spaces between them, of unchanged text kept on either side of a change."""
ALIKE = 0.3
"""Below this share of common words two texts are shown whole, the old and then the new."""
_WORD = re.compile(r"\S+|\s+")
_LINE = re.compile(r"[^\n]+|\n+")
GAP = " […] "


class Mark(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    mark: Mark
    text: str


@dataclass(frozen=True)
class Change:
    """A part that reads otherwise, under its heading."""

    heading: str
    pieces: Sequence[Piece]

    @property
    def what(self) -> str:
        marks = {piece.mark for piece in self.pieces}
        if marks == {Mark.ADDED}:
            return "Added"
        return "Removed" if marks == {Mark.REMOVED} else "Changed"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """In the order in which a record is read. Spaces and line breaks alone make no difference."""
    old, new = read(before), read(after)
    parts = [*_visit(old, new), *_plain(old, new)]
    return [Change(heading, compare(one, other)) for heading, one, other in parts if one.split() != other.split()]


Part = tuple[str, str, str]
VISIT_LABELS = {
    "kind": "Type of visit",
    "held_on": "Date of the visit",
    "days": "Days used",
    "author": "Written by",
    "purpose": "Purpose of the visit",
    "team": "Who took part",
}


def _visit(old: Reading, new: Reading) -> Iterator[Part]:
    """The oldest versions say nothing of the visit, and nothing of it is then said to be new."""
    if not (old.visit and new.visit):
        return
    for name, label in VISIT_LABELS.items():
        yield label, _fact(name, old.visit), _fact(name, new.visit)


def _fact(name: str, visit: Mapping[str, Any]) -> str:
    value = str(visit.get(name) or "")
    return _day(date.fromisoformat(value)) if name == "held_on" and value else value


def _plain(old: Reading, new: Reading) -> Iterator[Part]:
    yield "Who was met", old.met, new.met
    yield "Evidence seen", old.evidence, new.evidence
    yield from _paired("Findings", _by_key(old.items), _by_key(new.items), lambda item: item.text)
    findings = "Other findings" if new.items or old.items else "Findings"
    yield findings, old.findings, new.findings
    yield from _listed("Grade", {each.aspect: each for each in old.grades}, _aspects(new.grades), _grade)
    yield "Judgements", old.judgements, new.judgements
    yield from _listed("Strength to share", _by_key(old.strengths), _by_key(new.strengths), _strength)
    yield from _listed("Action from an earlier record", _carried_by(old.carried), _carried_by(new.carried), _carried)
    yield from _listed("Action agreed", _by_key(old.actions), _by_key(new.actions), action_in_words)
    yield from _listed("Attached file", _files(old), _files(new), str)


def _by_key(lines: Iterable[Any]) -> dict[str, Any]:
    return {each.key or str(number): each for number, each in enumerate(lines)}


def _aspects(grades: Iterable[Grade]) -> dict[str, Grade]:
    return {each.aspect: each for each in grades}


def _carried_by(lines: Iterable[CarriedRead]) -> dict[str, CarriedRead]:
    return {f"{each.reference} {each.what}": each for each in lines}


def _files(reading: Reading) -> dict[str, str]:
    return {str(each["attachment"]): str(each["name"]) for each in reading.attachments}


def _paired(heading: str, old: Mapping[str, Any], new: Mapping[str, Any], words: Any) -> Iterator[Part]:
    """Agenda items: under the heading they have now."""
    for key, item in {**new, **{key: item for key, item in old.items() if key not in new}}.items():
        one, other = old.get(key), new.get(key)
        yield f"{heading}: {item.heading}", words(one) if one else "", words(other) if other else ""


def _listed(heading: str, old: Mapping[str, Any], new: Mapping[str, Any], words: Any) -> Iterator[Part]:
    """Lines, each said in a sentence of its own; those taken out after those that stay."""
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = old.get(key), new.get(key)
        yield heading, words(one) if one else "", words(other) if other else ""


def _grade(each: Grade) -> str:
    return f"{each.aspect}: school {each.school}; visitor {each.sip}"


def _strength(each: StrengthRead) -> str:
    return f"{each.text} ({each.theme})" if each.theme else each.text


def _carried(each: CarriedRead) -> str:
    said = f"{each.what} ({each.owner}, {each.reference}): {each.outcome}."
    return f"{said} {each.note}" if each.note else said


def action_in_words(each: ActionRead) -> str:
    """Return an action with whose it is and by when."""
    whose = f"{each.owner}: {each.who}" if each.who else each.owner
    return f"{each.what} ({whose}, {f'by {_day(each.due_on)}' if each.due_on else 'no date'})"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def compare(before: str, after: str) -> list[Piece]:
    """Paragraphs first, then words inside those that changed, with some unchanged words around each change."""
    pieces: list[Piece] = []
    old, new = _LINE.findall(before), _LINE.findall(after)
    for same, one, other in _runs(old, new):
        pieces += [Piece(Mark.SAME, "".join(other))] if same else _words("".join(one), "".join(other))
    return list(_shortened(_joined(pieces)))


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Stretches that are alike, but for their spaces, and those that are not. Spaces alone hold nothing together."""
    matcher = SequenceMatcher(_is_space, [each.strip() for each in old], [each.strip() for each in new])
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield tag == "equal", old[i1:i2], new[j1:j2]


def _is_space(stripped: str) -> bool:
    return not stripped


def _words(before: str, after: str) -> list[Piece]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    runs = list(_runs(old, new))
    common = sum(_count(one) for same, one, _other in runs if same)
    if 2 * common < ALIKE * (_count(old) + _count(new)):
        return _replaced(before, after)
    return [
        piece
        for same, one, other in runs
        for piece in ([Piece(Mark.SAME, "".join(other))] if same else _replaced("".join(one), "".join(other)))
    ]


def _count(tokens: Iterable[str]) -> int:
    return sum(not token.isspace() for token in tokens)


def _replaced(before: str, after: str) -> list[Piece]:
    both = [Piece(Mark.REMOVED, before), Piece(Mark.ADDED, after)]
    return [piece for piece in both if piece.text]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].mark == piece.mark:
            joined[-1] = Piece(piece.mark, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Long stretches without change are left out in their middle, or at the end that has no change beside it."""
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        if piece.mark is not Mark.SAME:
            yield piece
            continue
        words = _WORD.findall(piece.text)
        head, tail = CONTEXT if number > 0 else 0, CONTEXT if number < last else 0
        if len(words) <= head + tail + CONTEXT:
            yield piece
        else:
            yield Piece(Mark.SAME, "".join(words[:head]) + GAP + "".join(words[len(words) - tail :]))

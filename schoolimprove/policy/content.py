"""The content of an edition in words: nested dataclasses, kept as JSON, as sections of labelled lines.

The page of an edition, its form and the table of what differs between two versions are all made from the `Wording`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from schoolimprove.lib import clock

SECTION_LINES = 4
"""Lines of an entry up to which the entries of a section are rows of one table."""


@dataclass(frozen=True)
class Words:
    """How a field is asked for and shown.

    `one` is what an entry of a list of dataclasses is called: "category". `codes_of` names the list of the whole
    content whose codes the field holds, or has as its keys. `made_from` names the field a key is made from, once:
    people neither type it nor read it. `choices` are the labels of a `StrEnum`, by its values.
    """

    label: str
    hint: str = ""
    one: str = ""
    codes_of: str = ""
    made_from: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    long: bool = False
    optional: bool = False
    empty: str = "None"
    """What stands where nothing is entered."""


Wording = Mapping[type, Mapping[str, Words]]
"""Dataclass → its fields in words."""


def hints_of(kind: Any) -> dict[str, Any]:
    """Return the fields of a dataclass in order, with their types."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def entry_kind(hint: Any) -> Any:
    """Return the dataclass of the entries of a list, None where it is not such a list."""
    arguments = get_args(hint)
    return arguments[0] if get_origin(hint) is tuple and is_dataclass(arguments[0]) else None


def without_none(hint: Any) -> tuple[Any, bool]:
    """Return a type without its "or nothing", and whether it had one."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    [inner] = [each for each in get_args(hint) if each is not NoneType]
    return inner, True


def code_name(kind: Any) -> str:
    """Return the name of the field by which others name an entry: `code` or `key`; empty where it has neither."""
    return next((name for name in ("code", "key") if name in hints_of(kind)), "")


def title_of(wording: Wording, kind: Any, entry: Mapping[str, Any]) -> str:
    """Return what an entry is called: "B: Good", "Teaching"; empty where nothing is typed yet."""
    parts = [str(entry.get(name) or "").strip() for name in _naming(wording, kind)]
    # Of "low" and "Low" one is enough, the name.
    return ": ".join({part.casefold(): part for part in parts if part}.values())


def _naming(wording: Wording, kind: Any) -> list[str]:
    """Return the fields that make up the title of an entry."""
    shown = [name for name, words in wording[kind].items() if not words.made_from]
    label = next((name for name in ("label", "title", "name", "heading") if name in shown), "")
    return [name for name in (code_name(kind), label) if name in shown] or shown[:1]


@dataclass(frozen=True)
class Entry:
    """An entry of a list, with its fields as (label, lines of text). `named` are those that its title says."""

    title: str
    lines: Sequence[tuple[str, Sequence[str]]]
    named: Sequence[str] = ()


@dataclass(frozen=True)
class ContentSection:
    """A list of the content; with an empty label the fields of the content that are no lists."""

    name: str
    label: str
    one: str
    entries: Sequence[Entry]

    @property
    def is_table(self) -> bool:
        return bool(self.label) and all(len(each.lines) <= SECTION_LINES for each in self.entries)


def sections_of(kind: Any, content: Mapping[str, Any], wording: Wording) -> list[ContentSection]:
    """Return the content as people read it."""
    titles = {
        name: {
            str(entry[code_name(inner)]): title_of(wording, inner, entry) for entry in content[name] if code_name(inner)
        }
        for name, hint in hints_of(kind).items()
        if (inner := entry_kind(hint))
    }
    plain: list[tuple[str, Sequence[str]]] = []
    lists: list[ContentSection] = []
    for name, hint in hints_of(kind).items():
        words = wording[kind][name]
        if inner := entry_kind(hint):
            named = [wording[inner][each].label for each in _naming(wording, inner)]
            entries = [
                Entry(title_of(wording, inner, each), [*_lines(inner, each, wording, titles)], named)
                for each in content[name]
            ]
            lists.append(ContentSection(name, words.label, words.one, entries))
        else:
            plain += _line(words, hint, content[name], wording, titles)
    return [ContentSection("", "", "", [Entry("", plain)]), *lists] if plain else lists


Titles = Mapping[str, Mapping[str, str]]
"""List of the content → code → what its entry is called."""


def _lines(
    kind: Any, entry: Mapping[str, Any], wording: Wording, titles: Titles
) -> Iterator[tuple[str, Sequence[str]]]:
    for name, hint in hints_of(kind).items():
        if not wording[kind][name].made_from:
            yield from _line(wording[kind][name], hint, entry[name], wording, titles)


def _line(words: Words, hint: Any, value: Any, wording: Wording, titles: Titles) -> Iterator[tuple[str, Sequence[str]]]:
    kind, _optional = without_none(hint)
    if inner := entry_kind(kind):
        for each in value:
            for label, lines in _lines(inner, each, wording, titles):
                yield f"{words.one.capitalize()}, {title_of(wording, inner, each)}: {label.lower()}", lines
    elif is_dataclass(kind) and value is not None:
        yield from ((f"{words.label}: {label.lower()}", lines) for label, lines in _lines(kind, value, wording, titles))
    elif words.codes_of and isinstance(value, Mapping):
        named = titles[words.codes_of]
        order = [*(code for code in named if code in value), *(code for code in value if code not in named)]
        yield from ((named.get(code, code), str(value[code]).splitlines()) for code in order)
    elif isinstance(value, Mapping):
        yield words.label, [f"{name}: {_text(words, value[name], titles)}" for name in sorted(value)]
    elif isinstance(value, list):
        yield words.label, [_text(words, each, titles) for each in value] or [words.empty]
    elif kind is date and value:
        yield words.label, [clock.uk_date(date.fromisoformat(value))]
    else:
        yield words.label, _text(words, value, titles).splitlines()


def _text(words: Words, value: Any, titles: Titles) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(value)
    text = "" if value is None else str(value)
    return words.choices.get(text) or titles.get(words.codes_of, {}).get(text, text)


def flattened(sections: Sequence[ContentSection]) -> dict[str, str]:
    """Return every line of the content by a label of its own, and the order of each list with several entries."""
    found: dict[str, str] = {}
    for section in sections:
        named = [each.title or f"{section.one} {number}" for number, each in enumerate(section.entries, 1)]
        for number, entry in enumerate(section.entries):
            again = f" ({number + 1})" if named[number] in named[:number] else ""
            place = f"{section.label}, {named[number]}{again}: " if section.label else ""
            found |= {f"{place}{label}": "\n".join(lines) for label, lines in entry.lines}
        if section.label and len(named) > 1:
            found[f"{section.label}: order"] = "\n".join(named)
    return found


def empty(hint: Any) -> Any:
    """Return the JSON of a content in which nothing is written yet."""
    kind, optional = without_none(hint)
    if optional:
        return None
    if is_dataclass(kind):
        return {name: empty(each) for name, each in hints_of(kind).items()}
    if get_origin(kind) in (tuple, dict):
        return {} if get_origin(kind) is dict else []
    return {bool: False, int: None, Decimal: None, date: None}.get(kind, "")

"""Long texts as people type them or paste them from Word: paragraphs, line breaks, bullets, numbers and bold.

markdown-it-py reads them with everything else switched off: no HTML, links, headings, code or italics. A backslash, a
single asterisk, an underscore and a plus sign stay what they look like, and a number stays as it was typed, so that a
text that knew nothing of Markdown reads as it did.
"""

import re
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

ADDED, REMOVED, SAME = "\ue000", "\ue001", "\ue002"
"""Characters before text that was added, removed or left alone; a text of its own never has one."""
_MARKS = re.compile(f"([{ADDED}{REMOVED}{SAME}])")
_LINE = re.compile(
    rf"(?P<marks>[{ADDED}{REMOVED}{SAME}]*)(?P<indent>[ \t\u00a0]*)"
    r"(?:(?P<word>[•·●▪■◦○‣\uf0b7\uf0a7]|[o–—](?=\t))[ \t\u00a0]*|(?P<marker>[-*]|[0-9]{1,9}[.)])[ \t\u00a0]+)?"
    r"(?P<rest>.*)",
    re.DOTALL,
)
"""`word` is a bullet as a browser pastes it from Word: a letter o or a dash only with a tab behind it."""
_LEVELS = {"o": 1, "◦": 1, "○": 1, "▪": 2, "■": 2, "\uf0a7": 2}
"""How deep Word's bullets stand: the others are of the first level."""
_STEP, _DEEPEST = 4, 12
"""Spaces of a level, and how many before a line count."""
_LIKE_A_MARKER = re.compile(r"([-*+])(?=[ \t]|$)|([0-9]{1,9})([.)])(?=[ \t]|$)")
_TAGS = {ADDED: ("ins", "added", "added"), REMOVED: ("del", "removed", "removed")}
"""Element, end of its class, and what is said to those who do not see it."""


def prose(text: str) -> SafeString:
    """Return the text as HTML: paragraphs, lists and bold; everything else is escaped."""
    return _drawn(_MARKS.sub("", text))


def changed_prose(pieces: Iterable[tuple[str, str]]) -> SafeString:
    """Return pieces of (`ADDED`, `REMOVED` or `SAME`; text) as one prose in which changes are marked and said."""
    return _drawn("".join(mark + _MARKS.sub("", text) for mark, text in pieces if text))


def _drawn(text: str) -> SafeString:
    # The library escapes text; what is around it are the tags of paragraphs, lists and bold, and our own.
    drawn: str = _MARKDOWN.render(_markdown(text), {"mark": SAME})
    return mark_safe(drawn)  # noqa: S308


def _markdown(text: str) -> str:
    """Return the text in the Markdown that is read: a mark of changes is moved behind what makes a line an item."""
    lines: list[str] = []
    waiting = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        read = _LINE.match(line)
        assert read is not None  # noqa: S101 - every part of the pattern may be empty
        marks, rest = waiting + read["marks"], read["rest"].replace("\\", "\\\\")
        if not (rest.strip() or read["marker"] or read["word"]):
            lines.append("")
            waiting = marks
            continue
        waiting, indent = "", min(len(read["indent"].replace("\t", " " * _STEP)), _DEEPEST)
        # Only what opens the line is a marker: “- - -” is no list within a list, and a plus sign is one of no list.
        rest = _LIKE_A_MARKER.sub(_literal, rest, count=1) if _LIKE_A_MARKER.match(rest) else rest
        if read["word"]:
            indent, marker = max(indent, _STEP * _LEVELS.get(read["word"], 0)), "- "
        else:
            marker = f"{read['marker']} " if read["marker"] else ""
        lines.append(f"{' ' * indent}{marker}{marks}{rest}")
    return "\n".join(lines)


def _literal(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"


Tokens = Sequence[Token]
Env = MutableMapping[str, Any]


def _text(_renderer: RendererHTML, tokens: Tokens, index: int, _options: Any, env: Env) -> str:
    """Return escaped text; where it was added or removed, each stretch in an element of its own."""
    drawn = []
    for part in _MARKS.split(tokens[index].content or tokens[index].markup):
        if _MARKS.fullmatch(part):
            env["mark"] = part
        elif part.strip() and env["mark"] in _TAGS:
            tag, name, said = _TAGS[env["mark"]]
            before, after = (f'<span class="govuk-visually-hidden">{words}</span>' for words in (f"[{said}: ", "]"))
            drawn.append(f'<{tag} class="app-change__{name}">{before}{escape(part)}{after}</{tag}>')
        else:
            drawn.append(escape(part))
    return "".join(drawn)


def _strong(renderer: RendererHTML, tokens: Tokens, index: int, options: Any, env: Env) -> str:
    """Return the tag of bold text; two underscores are two underscores."""
    token = tokens[index]
    return (
        renderer.renderToken(tokens, index, options, env)
        if token.markup == "**"
        else _text(renderer, tokens, index, options, env)
    )


def _item(renderer: RendererHTML, tokens: Tokens, index: int, options: Any, env: Env) -> str:
    """Return the tag of an item, with the number that was typed."""
    if tokens[index].info:
        tokens[index].attrSet("value", str(int(tokens[index].info)))
    return renderer.renderToken(tokens, index, options, env)


def _made() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": 100})
    markdown.enable(["list", "newline", "escape", "emphasis"])
    for name in ("text", "em_open", "em_close"):
        markdown.add_render_rule(name, _text)
    for name in ("strong_open", "strong_close"):
        markdown.add_render_rule(name, _strong)
    markdown.add_render_rule("list_item_open", _item)
    return markdown


_MARKDOWN = _made()

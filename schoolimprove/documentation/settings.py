"""The settings as `.env.example` tells of them, which a repository test holds to those that are read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .marks import table

_HEADING = re.compile(r"# --- (.+?) -+")
_VARIABLE = re.compile(r"(# )?([A-Z][A-Z_]*)=(.*)")


@dataclass(frozen=True)
class Setting:
    """`shown` is its default or an example of it; `meaning` is a sentence or more."""

    section: str
    name: str
    shown: str
    meaning: str


def written(root: Path) -> str:
    settings = list(told_of((root / ".env.example").read_text()))
    sections = dict.fromkeys(setting.section for setting in settings)
    return "\n".join(_section(name, [each for each in settings if each.section == name]) for name in sections)


def told_of(text: str) -> Iterator[Setting]:
    """Blocks of comment lines and one variable, under headings."""
    section = ""
    for block in text.split("\n\n"):
        *comment, last = block.strip().splitlines()
        if heading := _HEADING.fullmatch(last):
            section = heading[1]
        elif variable := _VARIABLE.fullmatch(last):
            meaning = " ".join(line.removeprefix("#").strip() for line in comment)
            yield Setting(section, variable[2], variable[3], meaning)


def _section(name: str, settings: list[Setting]) -> str:
    rows = [[f"`{each.name}`", f"`{each.shown}`" if each.shown else "", _cell(each.meaning)] for each in settings]
    return f"## {name}\n\n" + table(["setting", "default or example", "what it is"], rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

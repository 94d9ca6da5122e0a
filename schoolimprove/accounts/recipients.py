"""Who was told of what a user has just done, so that the page can say it truly.

A page collects around its verb; email and reminders note each person they tell. Outside a page nothing is collected.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum

from django.utils.text import get_text_list


class How(Enum):
    AT_ONCE = "We are emailing {}."
    DIGEST = "{} will see it in their tasks, and in their next daily email."
    TASKS = "{} will see it in their tasks."


@dataclass
class Recipients:
    """The people told, by how, each once; `missing` are those whom no email can reach."""

    names: dict[str, How] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """Return who was told and how, as sentences; empty where nobody was to be told."""
        told = [
            how.value.format(get_text_list(sorted(names), "and"))
            for how in How
            if (names := [name for name, was in self.names.items() if was == how])
        ]
        missing = [f"We do not have an email address for {get_text_list(self.missing, 'or')}."] if self.missing else []
        return " ".join([*told, *missing])


_collected: ContextVar[Recipients | None] = ContextVar("recipients", default=None)


@contextmanager
def collected() -> Iterator[Recipients]:
    """Collect who is told of what is done inside."""
    found = Recipients()
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)


def note_recipient(name: str, how: How) -> None:
    """Note a person told; the quickest way counts where there are two."""
    found = _collected.get()
    if found is not None and (name not in found.names or list(How).index(how) < list(How).index(found.names[name])):
        found.names[name] = how


def note_missing(who: str) -> None:
    """Note a person who should have had an email and has no address."""
    found = _collected.get()
    if found is not None and who not in found.missing:
        found.missing.append(who)

"""The kinds of letters, which the apps that send them register, and what these do once a letter is issued."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schoolimprove.records.actor import Actor
from schoolimprove.ui.registry import Registry

OWN_FIELDS = {
    "school": "Name of the school",
    "recipient": "Names of the headteacher and the chair of governors on the day of issue",
}
"""Fields of every letter. The service fills them in."""


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter. `fields` are those that a draft of it is given, with what they mean to writers of templates.

    Where `needs_approval`, a letter is approved before it is issued.
    """

    key: str
    order: int
    label: str
    fields: Mapping[str, str]
    needs_approval: bool = False

    @property
    def known(self) -> dict[str, str]:
        return {**OWN_FIELDS, **self.fields}


@dataclass(frozen=True)
class IssueFollower:
    """`follow(letters, by, on)` runs in the transaction that issued these letters of the kind that `key` names."""

    key: str
    order: int
    follow: Callable[[Sequence[Any], Actor, date], None]


letter_kinds: Registry[LetterKind] = Registry()
letter_issued: Registry[IssueFollower] = Registry()

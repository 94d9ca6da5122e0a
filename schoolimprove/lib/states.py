"""State tables: the legal moves of a thing, as one literal table beside its status enum."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Move:
    """One legal move: a verb takes a thing from any of `sources` to `target`.

    `who`, `guard` and `effect` are sentences for `docs/states.md`; the code that enforces them is the verb.
    """

    verb: str
    sources: frozenset[StrEnum]
    target: StrEnum
    past: str
    who: str
    guard: str = ""
    effect: str = ""
    reason_required: bool = False


@dataclass(frozen=True)
class Act:
    """What may be done in some states without moving, for `docs/states.md`; the verb's own code enforces it."""

    verb: str
    states: frozenset[StrEnum]
    who: str
    guard: str = ""
    effect: str = ""


@dataclass(frozen=True)
class StateTable:
    """Every move of one kind of thing, and what is done to it without moving. Verbs are unique."""

    noun: str
    statuses: type[StrEnum]
    labels: dict[StrEnum, str]
    initial: StrEnum
    moves: Sequence[Move]
    acts: Sequence[Act] = ()

    def move(self, verb: str) -> Move:
        """The move of that name; `KeyError` for a verb the table does not know."""
        for candidate in self.moves:
            if candidate.verb == verb:
                return candidate
        raise KeyError(verb)

    def choices(self) -> list[tuple[str, str]]:
        """(value, label) pairs for a model field."""
        return [(status.value, self.labels[status]) for status in self.statuses]

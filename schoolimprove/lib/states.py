"""State tables: the legal moves of a thing, as one literal table beside its status enum."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Move:
    """One legal move: a verb takes a thing from any of `sources` to `target`.

    `permission` is what a user must hold to make it, one of several where it is a sequence; the pages and the verb read
    it. `button` is what the user selects, `effect` says on the page what will happen, and `final` why they should check
    their answers before they send them. Readers of a shared thing see the move in its timeline if it is `public`, and
    its reason only with `public_reason`.

    `who` and `guard` are sentences for `docs/states.md`; the code that enforces them is the verb. `who` is needed only
    where there is no `permission`.
    """

    verb: str
    sources: frozenset[StrEnum]
    target: StrEnum
    past: str
    who: str = ""
    guard: str = ""
    effect: str = ""
    reason_required: bool = False
    permission: StrEnum | Sequence[StrEnum] = ()
    button: str = ""
    final: str = ""
    public: bool = False
    public_reason: bool = False

    @property
    def permissions(self) -> tuple[StrEnum, ...]:
        return (self.permission,) if isinstance(self.permission, StrEnum) else tuple(self.permission)

    @property
    def label(self) -> str:
        return self.button or self.verb.capitalize()

    @property
    def did(self) -> str:
        """Return the verb as it follows a name, "returned"; empty where `past` does not begin with it."""
        word = self.past.split()[0]
        return word if word.endswith("ed") and word.startswith(self.verb[:3]) and " " not in self.verb else ""

    @property
    def slug(self) -> str:
        """Return the end of its page's address: `return-to-author`."""
        return self.verb.replace(" ", "-")


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

    def moves_from(self, status: str) -> list[Move]:
        """Return the moves that are legal in a state and have a permission, in the order of the table."""
        return [move for move in self.moves if status in move.sources and move.permissions]

    def choices(self) -> list[tuple[str, str]]:
        """(value, label) pairs for a model field."""
        return [(status.value, self.labels[status]) for status in self.statuses]

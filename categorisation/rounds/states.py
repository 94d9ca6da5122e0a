"""The states of a category round (domain 4.3)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable


class RoundStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


ROUND = StateTable(
    noun="Category round",
    statuses=RoundStatus,
    labels={RoundStatus.OPEN: "Open", RoundStatus.CLOSED: "Closed"},
    initial=RoundStatus.OPEN,
    moves=(
        Move(
            verb="close",
            sources=frozenset({RoundStatus.OPEN}),
            target=RoundStatus.CLOSED,
            past="closed",
            permission=Permission.OPEN_ROUND,
            button="Close this round",
            guard="Every recommendation of the round is decided or withdrawn.",
            effect="No one can add a recommendation to the round.",
            final="You cannot open a closed round again.",
        ),
    ),
    acts=(
        Act(
            "open",
            frozenset({RoundStatus.OPEN}),
            "Head; automatically each term",
            "We have the dates of the term.",
            "Every school that we serve in the term gets a recommendation. Doing it again adds what is missing.",
        ),
    ),
)

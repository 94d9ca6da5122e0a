"""The states of a group, and the words for how often it meets and in what capacity its members sit (domain 1)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable


class GroupStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


class Rhythm(StrEnum):
    HALF_TERMLY = "half_termly"
    TERMLY = "termly"
    NONE = "none"


RHYTHM_LABELS = {
    Rhythm.HALF_TERMLY: "Every half-term",
    Rhythm.TERMLY: "Every term",
    Rhythm.NONE: "When it is called",
}


class Capacity(StrEnum):
    CHAIR = "chair"
    MEMBER = "member"
    ADVISER = "adviser"
    MINUTES = "minutes"


CAPACITY_LABELS = {
    Capacity.CHAIR: "Chair",
    Capacity.MEMBER: "Member",
    Capacity.ADVISER: "Adviser",
    Capacity.MINUTES: "Takes the minutes",
}
DECIDES = frozenset({Capacity.CHAIR, Capacity.MEMBER})
"""Advisers, such as finance, advise; who takes the minutes only writes them."""

_KEEPERS = (
    "The DSIM and the district administrator in their districts; the Head of School Improvement. Of a group that "
    "decides categories, the Head alone"
)

GROUP = StateTable(
    noun="Group",
    statuses=GroupStatus,
    labels={GroupStatus.ACTIVE: "Active", GroupStatus.ENDED: "Ended"},
    initial=GroupStatus.ACTIVE,
    moves=(
        Move(
            verb="end",
            sources=frozenset({GroupStatus.ACTIVE}),
            target=GroupStatus.ENDED,
            past="ended",
            effect="The group and all its memberships end today. We keep them, with your reason.",
            reason_required=True,
            permission=Permission.KEEP_GROUPS,
            button="End the group",
            final="You cannot undo this. You can form the group again.",
        ),
    ),
    acts=(
        Act(
            verb="change",
            states=frozenset({GroupStatus.ACTIVE}),
            who=_KEEPERS,
            effect="Changes the name, the quorum and how often the group meets.",
        ),
        Act(
            verb="choose members",
            states=frozenset({GroupStatus.ACTIVE}),
            who=_KEEPERS,
            guard="A group has one chair. A person is in a group once.",
        ),
    ),
)

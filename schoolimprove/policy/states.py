"""The states of an edition, the same for every kind: a draft, then published from a day or discarded."""

from collections.abc import Sequence
from enum import StrEnum

from schoolimprove.lib.states import Act, Move, StateTable


class EditionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


DRAFT = frozenset({EditionStatus.DRAFT})


def edition_states(
    noun: str,
    *,
    who: str,
    write: StrEnum | Sequence[StrEnum],
    publish: StrEnum | Sequence[StrEnum],
    guard: str,
    effect: str,
) -> StateTable:
    """Return the state table of one kind of edition.

    `write` and `publish` are the permissions to write a draft and to publish it; `who`, `guard` and `effect` say in
    words who writes, what a draft needs before it is published, and what publishing does.
    """
    return StateTable(
        noun=noun,
        statuses=EditionStatus,
        labels={
            EditionStatus.DRAFT: "Draft",
            EditionStatus.PUBLISHED: "Published",
            EditionStatus.ABANDONED: "Not published",
        },
        initial=EditionStatus.DRAFT,
        moves=(
            Move(
                verb="publish",
                sources=DRAFT,
                target=EditionStatus.PUBLISHED,
                past="published",
                permission=publish,
                button="Publish",
                who=who,
                guard=guard,
                effect=effect,
                final="You cannot edit a published edition. To change it, write a new one.",
                public=True,
            ),
            Move(
                verb="abandon",
                sources=DRAFT,
                target=EditionStatus.ABANDONED,
                past="not published",
                permission=write,
                button="Discard this draft",
                who=who,
                effect="We keep it, and do not use it.",
                reason_required=True,
            ),
        ),
        acts=(Act("revise", DRAFT, who),),
    )

"""Editions of the visit programme: written, then published from a date and never edited (design, Policy)."""

from enum import StrEnum

from schoolimprove.lib.states import Act, Move, StateTable


class EditionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


_WHO = "Head, DSIM"

PROGRAMME_EDITION = StateTable(
    noun="Edition of the visit programme",
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
            sources=frozenset({EditionStatus.DRAFT}),
            target=EditionStatus.PUBLISHED,
            past="published",
            who=_WHO,
            guard="It has agenda items and a first day that is not past, and no edition of the same phase and term "
            "begins on that day.",
            effect="Schools read it from then on; visits of terms opened from that day have its agenda. It is never "
            "edited again.",
        ),
        Move(
            verb="abandon",
            sources=frozenset({EditionStatus.DRAFT}),
            target=EditionStatus.ABANDONED,
            past="not published",
            who=_WHO,
            effect="It is kept, and used nowhere.",
            reason_required=True,
        ),
    ),
    acts=(Act("revise", frozenset({EditionStatus.DRAFT}), _WHO),),
)

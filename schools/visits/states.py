"""The states of visits, from being owed to having been held, and of editions of the programme (domain 3.1, 3.2)."""

from enum import StrEnum

from schoolimprove.lib.states import Act, Move, StateTable


class VisitStatus(StrEnum):
    DUE = "due"
    PROPOSED = "proposed"
    COUNTERED = "countered"
    AGREED = "agreed"
    HELD = "held"
    CANCELLED = "cancelled"


NOT_HELD = frozenset({VisitStatus.DUE, VisitStatus.PROPOSED, VisitStatus.COUNTERED, VisitStatus.AGREED})
"""Still to come."""
_PLANNER = "SIP at own schools, DSIM, district administrator"
_SCHOOL = "The headteacher or the chair"

VISIT = StateTable(
    noun="Visit",
    statuses=VisitStatus,
    labels={
        VisitStatus.DUE: "To be planned",
        VisitStatus.PROPOSED: "Date proposed",
        VisitStatus.COUNTERED: "School asks for another date",
        VisitStatus.AGREED: "Date agreed",
        VisitStatus.HELD: "Held",
        VisitStatus.CANCELLED: "Cancelled",
    },
    initial=VisitStatus.DUE,
    moves=(
        Move(
            verb="propose",
            sources=frozenset({VisitStatus.DUE}),
            target=VisitStatus.PROPOSED,
            past="date proposed",
            who=_PLANNER,
            guard="The school is served that day; the date is not past.",
            effect="The school is asked to agree.",
        ),
        Move(
            verb="agree",
            sources=frozenset({VisitStatus.PROPOSED}),
            target=VisitStatus.AGREED,
            past="date agreed by the school",
            who=_SCHOOL,
            effect="The date stands.",
        ),
        Move(
            verb="note agreement",
            sources=frozenset({VisitStatus.PROPOSED, VisitStatus.COUNTERED}),
            target=VisitStatus.AGREED,
            past="date noted as agreed with the school",
            who=_PLANNER,
            guard="How it was agreed is said; a date the school asked for becomes the date.",
            effect="The date stands, for schools that agree on the telephone.",
            reason_required=True,
        ),
        Move(
            verb="ask for another date",
            sources=frozenset({VisitStatus.PROPOSED, VisitStatus.AGREED}),
            target=VisitStatus.COUNTERED,
            past="another date asked for by the school",
            who=_SCHOOL,
            guard="The visit is still to come.",
            effect="The planner sees the date the school suggests, and why.",
            reason_required=True,
        ),
        Move(
            verb="reschedule",
            sources=frozenset({VisitStatus.PROPOSED, VisitStatus.COUNTERED, VisitStatus.AGREED}),
            target=VisitStatus.PROPOSED,
            past="another date proposed",
            who=_PLANNER,
            guard="The date is another, and not past.",
            effect="The school is asked again.",
            reason_required=True,
        ),
        Move(
            verb="hold",
            sources=NOT_HELD,
            target=VisitStatus.HELD,
            past="held",
            who="Whoever writes its record; for performance management, who plans it",
            guard="The day is today or past, and the school was served on it.",
            effect="Its days count; for a core visit the term's deadline is met.",
        ),
        Move(
            verb="cancel",
            sources=NOT_HELD,
            target=VisitStatus.CANCELLED,
            past="cancelled",
            who=f"{_PLANNER}; an LA review the DSIM",
            effect="The school is told, where a date was proposed to it. A core visit owed by the programme is owed "
            "again, unless the school is no longer served.",
            reason_required=True,
        ),
        Move(
            verb="void",
            sources=frozenset({VisitStatus.HELD}),
            target=VisitStatus.CANCELLED,
            past="taken back with its record",
            who="Nobody by itself: abandoning the record does it; for performance management, who recorded it",
            effect="Its days no longer count. A core visit owed by the programme is owed again, unless the school is "
            "no longer served.",
            reason_required=True,
        ),
    ),
    acts=(
        Act("open", frozenset({VisitStatus.DUE}), "Head, DSIM for own schools: opening the term"),
        Act(
            "plan",
            frozenset({VisitStatus.DUE}),
            f"{_PLANNER}; an LA review is commissioned by the DSIM; performance management by the SIP or the DSIM",
        ),
        Act("add, take away an agenda item", NOT_HELD, f"{_SCHOOL}; {_PLANNER}; each what their side added"),
        Act("change purpose, team or visitor", NOT_HELD, f"{_PLANNER}; of an LA review the DSIM"),
        Act("hand over", NOT_HELD, "Whoever ends the visitor's appointment", effect="A colleague is to go."),
    ),
)


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

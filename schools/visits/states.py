"""The states of visits, from being owed to having been held, and of editions of the programme (domain 3.1, 3.2)."""

from enum import StrEnum

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Act, Move, StateTable
from schoolimprove.policy.states import edition_states


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
            guard="We serve the school on that day. The date is not past.",
            effect="We ask the school to agree.",
        ),
        Move(
            verb="agree",
            sources=frozenset({VisitStatus.PROPOSED}),
            target=VisitStatus.AGREED,
            past="date agreed by the school",
            who=_SCHOOL,
            effect="The date is agreed.",
        ),
        Move(
            verb="note agreement",
            sources=frozenset({VisitStatus.PROPOSED, VisitStatus.COUNTERED}),
            target=VisitStatus.AGREED,
            past="date noted as agreed with the school",
            who=_PLANNER,
            guard="The planner says how the school agreed. A date the school asked for becomes the date.",
            effect="The date is agreed, for schools that agree by phone.",
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
            guard="The date is different, and not past.",
            effect="We ask the school to agree again.",
            reason_required=True,
        ),
        Move(
            verb="hold",
            sources=NOT_HELD,
            target=VisitStatus.HELD,
            past="held",
            who="The author of its record; for performance management, the planner",
            guard="The day is today or past, and we served the school on it.",
            effect="Its days count. For a core visit, the term's deadline is met.",
        ),
        Move(
            verb="cancel",
            sources=NOT_HELD,
            target=VisitStatus.CANCELLED,
            past="cancelled",
            who=f"{_PLANNER}; for an LA review, the DSIM",
            effect="We email the school if it had a proposed date. A core visit is due again, unless we no longer "
            "serve the school.",
            reason_required=True,
        ),
        Move(
            verb="void",
            sources=frozenset({VisitStatus.HELD}),
            target=VisitStatus.CANCELLED,
            past="withdrawn with its record",
            who="Automatic when its record is abandoned; for performance management, the person who recorded it",
            effect="Its days no longer count. A core visit is due again, unless we no longer serve the school.",
            reason_required=True,
        ),
    ),
    acts=(
        Act("open", frozenset({VisitStatus.DUE}), "Head, DSIM for own schools: creating core visits"),
        Act(
            "plan",
            frozenset({VisitStatus.DUE}),
            f"{_PLANNER}; the DSIM commissions an LA review; the SIP or the DSIM plan performance management",
        ),
        Act("add, remove an agenda item", NOT_HELD, f"{_SCHOOL}; {_PLANNER}; each for their own side"),
        Act("change purpose, team or visitor", NOT_HELD, f"{_PLANNER}; for an LA review, the DSIM"),
        Act("hand over", NOT_HELD, "The person who ends the visitor's appointment", effect="A colleague goes instead."),
    ),
)


PROGRAMME_EDITION = edition_states(
    "Edition of the visit programme",
    who="Head, DSIM",
    write=Permission.PUBLISH_PROGRAMME,
    publish=Permission.PUBLISH_PROGRAMME,
    guard="It has agenda items and a first day that is not past. No other edition of its phase and term begins on that "
    "day.",
    effect="Schools can read it. Core visits created from that day have its agenda. No one can edit it again.",
)

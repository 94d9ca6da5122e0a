"""The one mapping of status to tag colour. The words are always shown; colour only helps the eye.

Grey: not begun, or over. Blue: under way. Yellow: waits for somebody. Orange: sent back. Green: done, agreed.
Red: late or grave. Purple: seen by the school. Teal: approved within the authority.
"""

COLOURS: dict[str, str] = {
    # Not begun, or over.
    "not_started": "grey",
    "cannot_start": "grey",
    "planned": "grey",
    "proposed": "grey",
    "draft": "grey",
    "closed": "grey",
    "cancelled": "grey",
    "withdrawn": "grey",
    "expired": "grey",
    "superseded": "grey",
    "ended": "grey",
    "inactive": "grey",
    # Under way.
    "new": "blue",
    "open": "blue",
    "in_progress": "blue",
    "arranged": "blue",
    "booked": "blue",
    "active": "blue",
    "running": "blue",
    # Waits for somebody.
    "submitted": "yellow",
    "awaiting": "yellow",
    "awaiting_approval": "yellow",
    "awaiting_response": "yellow",
    "invited": "yellow",
    "due_soon": "yellow",
    "paused": "yellow",
    # Sent back.
    "returned": "orange",
    "disputed": "orange",
    "challenged": "orange",
    # Approved here, then seen by the school.
    "approved": "teal",
    "moderated": "teal",
    "shared": "purple",
    "issued": "purple",
    # Done, agreed.
    "held": "green",
    "done": "green",
    "completed": "green",
    "complete": "green",
    "responded": "green",
    "answered": "green",
    "agreed": "green",
    "accepted": "green",
    "met": "green",
    "published": "green",
    "applied": "green",
    "paid": "green",
    # Late or grave.
    "overdue": "red",
    "late": "red",
    "failed": "red",
    "refused": "red",
    "rejected": "red",
    "missed": "red",
    "urgent": "red",
    # Policy letters of category and stages of concern.
    "category_a": "green",
    "category_b": "blue",
    "category_c": "yellow",
    "category_d": "red",
    "stage_1": "yellow",
    "stage_2": "orange",
    "stage_3": "red",
}
UNKNOWN = "grey"


def colour_of(code: str) -> str:
    """The govuk tag colour of a status code; a code without one is grey, never an error."""
    return COLOURS.get(str(code).lower().replace("-", "_").replace(" ", "_"), UNKNOWN)

"""The one mapping of status to tag colour. The words are always shown; colour only helps the eye.

A status of a state table that is not named here fails a test, so that its colour is chosen and not left to chance.
"""

MEANINGS: dict[str, tuple[str, ...]] = {
    # Not begun, or over.
    "grey": (
        *("not_started", "cannot_start", "planned", "draft", "closed", "cancelled", "withdrawn"),
        *("deactivated", "abandoned", "undone", "due", "dropped", "declined", "deferred", "unknown", "ended"),
    ),
    # Under way.
    "blue": (
        *("open", "in_progress", "arranged", "active", "checking", "applying", "underway", "unread", "called"),
        "on_agenda",
    ),
    # Waits for somebody.
    "yellow": (
        *("submitted", "awaiting", "proposed", "invited", "due_soon", "closing", "checked", "asked", "sent"),
        *("found", "drafted"),
    ),
    # Sent back.
    "orange": ("returned", "challenged", "countered"),
    # Approved within the authority.
    "teal": ("approved", "moderated", "decided"),
    # Seen by the school.
    "purple": ("shared", "issued", "presented", "told"),
    # Done, agreed.
    "green": (
        *("done", "completed", "held", "answered", "agreed", "accepted", "met", "published", "applied", "decided"),
        "confirmed",
        "settled",
    ),
    # Late or grave.
    "red": ("overdue", "failed", "refused"),
}
COLOURS = {code: colour for colour, codes in MEANINGS.items() for code in codes}
UNKNOWN = "grey"


def colour_of(code: str) -> str:
    """The govuk tag colour of a status code; a code without one is grey, never an error."""
    return COLOURS.get(str(code).lower().replace("-", "_").replace(" ", "_"), UNKNOWN)

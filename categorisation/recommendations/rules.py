"""What a recommendation says, and what it lacks before it can be submitted (domain 4.1 to 4.4). No database."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from categorisation.schemes.rules import Scheme, headings_for, level_errors


@dataclass(frozen=True)
class Rating:
    """The category that the school is like under one heading, and how the author knows."""

    heading: str
    category: str
    evidence: str = ""


@dataclass(frozen=True)
class CauseOfConcern:
    """One of the scheme's causes, with its evidence."""

    key: str
    evidence: str = ""


@dataclass(frozen=True)
class Assessment:
    """All that an author writes; what is still open is empty."""

    sef_grade: str = ""
    ratings: tuple[Rating, ...] = ()
    category: str = ""
    level: str = ""
    level_reason: str = ""
    causes: tuple[CauseOfConcern, ...] = ()
    statement: str = ""


def submission_errors(scheme: Scheme, written: Assessment) -> Iterator[str]:
    """Yield what a recommendation lacks, as sentences in the order of its form."""
    if not written.sef_grade:
        yield "Select the school’s own grade."
    if not written.category:
        yield "Select the category you recommend."
        return
    rated = {each.heading for each in written.ratings if each.category}
    if missing := [each.label for each in headings_for(scheme, written.category) if each.key not in rated]:
        yield f"Select a rating for: {', '.join(missing)}."
    if not written.level:
        yield "Select the level of support."
    else:
        yield from level_errors(scheme, category=written.category, level=written.level, reason=written.level_reason)
    labels = {each.key: each.label for each in scheme.causes}
    for cause in written.causes:
        if not cause.evidence.strip():
            yield f"Enter the evidence for the cause of concern: {labels.get(cause.key, cause.key)}."
    if not written.statement.strip():
        yield "Enter the statement."


class Progress(StrEnum):
    """How far the category of a school has come in a round; in the order it passes through them."""

    DUE = "due"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SHARED = "shared"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SILENT = "silent"
    MODERATED = "moderated"
    TOLD = "told"
    WITHDRAWN = "withdrawn"


ANSWERING = frozenset({Progress.SHARED, Progress.AGREED, Progress.DISPUTED, Progress.SILENT})
"""What the school says of it is how far it has come."""
FINISHED = frozenset({Progress.MODERATED, Progress.TOLD, Progress.WITHDRAWN})

PROGRESS_LABELS = {
    Progress.DUE: "Not started",
    Progress.DRAFT: "Draft",
    Progress.SUBMITTED: "Submitted",
    Progress.SHARED: "Shared, no answer yet",
    Progress.AGREED: "School agrees",
    Progress.DISPUTED: "School disagrees",
    Progress.SILENT: "No answer in time",
    Progress.MODERATED: "Decided",
    Progress.TOLD: "Letter issued",
    Progress.WITHDRAWN: "Withdrawn",
}

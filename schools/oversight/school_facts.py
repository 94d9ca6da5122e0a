"""What oversight tells of every school: its last visit, its next visit, and how much is late there now."""

from typing import Any

from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.components import Status
from schools.oversight.last_visit import last_visit_on, next_visit_on
from schools.oversight.school_deadlines import number_late
from schools.register.school_facts import SchoolFact, school_facts

LAST_VISIT = SchoolFact(
    key="last_visit_on",
    order=10,
    label="Last visit",
    meaning="Date of the last visit, not counting performance management. Empty if there was none. "
    "Included only if you can read shared records",
    annotation=last_visit_on,
    permission=Permission.VIEW_SHARED_RECORD,
    cell=lambda day: day or "None recorded",
)
NEXT_VISIT = SchoolFact(
    key="next_visit_on",
    order=20,
    label="Next visit",
    meaning="Next date proposed or agreed for a visit, not counting performance management. Empty if none. "
    "Included only if you can read shared records",
    annotation=next_visit_on,
    permission=Permission.VIEW_SHARED_RECORD,
    cell=lambda day: day or "None planned",
)


def _late(number: int) -> Any:
    return Status("overdue", f"{number:,} overdue") if number else "None"


LATE_NOW = SchoolFact(
    key="late_now",
    order=30,
    label="Overdue",
    meaning="Number of overdue deadlines at the school that you can see. Included only if you can read shared records",
    annotation=number_late,
    permission=Permission.VIEW_SHARED_RECORD,
    cell=_late,
    only="Schools with overdue deadlines",
)


def register() -> None:
    """Called once, when the app is ready."""
    for fact in (LAST_VISIT, NEXT_VISIT, LATE_NOW):
        school_facts.register(fact)

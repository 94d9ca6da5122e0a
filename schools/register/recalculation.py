"""Ask for the deadlines of schools to be counted again; the work itself is in `schools.oversight`."""

from schoolimprove.accounts.roles import Role
from schoolimprove.records import jobs

JOB, KEY = "recount_deadlines", "all"

ASKED = (Role.HEADTEACHER, Role.CHAIR)


def ask_to_recount() -> None:
    """Called in the transaction of the change, and triggered when that is committed."""
    jobs.ask_for(JOB, KEY)

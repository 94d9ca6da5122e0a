"""Deadlines counted anew in the background, as soon as what they are counted with has changed.

Calendar, policy, and who is asked for a school. Asked for many times it is done once, and done twice it changes nothing
more; the nightly tasks of `schools.tasks` are the net below it.
"""

import logging

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records import changes, jobs
from schools.policy import CORE_VISIT_WEEKS, NOT_SEEN, RECORD_LIMITS, SERVICE_BY_TYPE
from schools.recounting import recount
from schools.responses import settle_responses
from schools.seeing_again import follow_schools

JOB, KEY = "recount_deadlines", "all"
POLICY = (RECORD_LIMITS.name, CORE_VISIT_WEEKS.name, NOT_SEEN.name, SERVICE_BY_TYPE.name)
COUNTED_WITH = frozenset({changes.CALENDAR, *POLICY})
ASKED = (Role.HEADTEACHER, Role.CHAIR)
_log = logging.getLogger(__name__)


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 40, _run, _given_up))
    changes.followers.register(changes.Follower("deadlines of schools", 10, COUNTED_WITH, ask_to_recount))


def ask_to_recount() -> None:
    """Called in the transaction of the change, and triggered when that is committed."""
    jobs.ask_for(JOB, KEY)


def _run(_key: str, tell: jobs.Progress) -> None:
    on = clock.today()
    tell("Counting deadlines anew")
    moved = recount() + settle_responses(on)
    tell("Dating schools to be seen")
    _log.info("%s deadlines were opened, moved, met or dropped", moved + follow_schools(on))


def _given_up(_key: str, sentence: str) -> None:
    _log.error("Deadlines were not counted anew, and are tonight: %s", sentence)

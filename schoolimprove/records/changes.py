"""What apps above do once something that they count with has changed: the calendar, a policy.

Whoever changes it says so here, in the transaction of the change. Each app fills `followers` in `AppConfig.ready()`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from schoolimprove.ui.registry import Registry

CALENDAR = "calendar"
TASKS = "tasks"
"""What somebody is asked to do follows from what was changed: a proposal, an import, a term that was opened."""


@dataclass(frozen=True)
class Follower:
    """`follow()` is called in the transaction of the change; whatever takes long, it asks for as a job.

    `subjects` are what it counts with: the calendar, or policy by the names of its keys.
    """

    key: str
    order: int
    subjects: frozenset[str]
    follow: Callable[[], object]


followers: Registry[Follower] = Registry()


def changed(*subjects: str) -> None:
    """Call each follower of these subjects once, in their order, so that two changes lock the same rows alike."""
    for follower in followers:
        if follower.subjects & set(subjects):
            follower.follow()

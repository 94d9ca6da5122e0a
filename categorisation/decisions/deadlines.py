"""The deadline of a decision: the Head issues the letter that tells the school (domain 4.3)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from categorisation.decisions.models import CategoryDecision
from categorisation.policy import NOTIFY_LIMIT
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib.clock import working_days_after
from schoolimprove.policy.values import one_reading, policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.reminders.deadlines import follow
from schoolimprove.reminders.handing_over import hand_over
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Described, Expected, Provider, Rule, Rung, providers, rules
from schoolimprove.reminders.steps import Step
from schoolimprove.ui.registry import TodoItem
from schools.oversight import audiences
from schools.visits.todo import at_my_schools

NOTIFY, LABEL = "category.notify", "Issue the category letter"
RULES = (NOTIFY,)


def expected(_on: date) -> list[Expected]:
    """Return a deadline for each decision of which no letter was issued. Two queries."""
    return list(_counted(CategoryDecision.objects.to_notify().only("school_id", "decided_at")))


def _counted(rows: Iterable[CategoryDecision]) -> Iterator[Expected]:
    with one_reading():
        calendar = working_days_calendar()
        for row in rows:
            limit = policy_value(NOTIFY_LIMIT, on=row.decided_on)
            working = working_days_after(row.decided_on, limit.working_days, calendar)
            kind = CategoryDecision._meta.label_lower
            yield Expected(NOTIFY, kind, row.pk, row.school_id, working.ends, working=working)


def follow_letters(decided: Collection[CategoryDecision] = (), *, by: Actor, on: date) -> None:
    """Bring the deadlines up to date after letters were drafted, of these decisions, or issued."""
    follow(expected(on), RULES)
    hand_over(RULES, *decided, by=by.user)


def _described(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    rows = CategoryDecision.objects.all() if user is None else CategoryDecision.objects.visible_to(user)
    found = rows.filter(pk__in={each.subject_id for each in dated}).select_related("school", "scheme")
    return {row.pk: Described(f"Category {row.label}", row.school.name, row.get_absolute_url()) for row in found}


def _asked_of(user: Any, _on: date) -> Q | None:
    may = user_can(user, Permission.ISSUE_LETTER)
    return at_my_schools(user, Permission.ISSUE_LETTER) if may else None


def _tasks(_user: Any, rows: Sequence[tuple[Deadline, Described]], on: date) -> Iterable[TodoItem]:
    """Return one line for all letters, which are issued together."""
    first, words = rows[0]
    late = sum(row.due_on is not None and row.due_on < on for row, _words in rows)
    where = words.where if len(rows) == 1 else f"{late} overdue" if late else f"{len(rows)} schools"
    task = LABEL if len(rows) == 1 else f"Issue {len(rows)} category letters"
    return [TodoItem(task, where, reverse("schools:letters_issue"), due_on=first.due_on, overdue=bool(late))]


def register() -> None:
    """Register the rule with reminders; called once, when the app is ready."""
    head = audiences.HEAD
    providers.register(Provider("category decisions", 45, expected, frozenset(RULES), nightly=True))
    rules.register(
        Rule(
            NOTIFY,
            55,
            LABEL,
            "rule 4.3",
            ladder=(Rung(Step.ASKED, head), Rung(Step.COMING, head), Rung(Step.LATE, head)),
            described=_described,
            known_to=lambda user: at_my_schools(user, Permission.VIEW_COVERAGE),
            asked_of=_asked_of,
            tasks=_tasks,
        )
    )

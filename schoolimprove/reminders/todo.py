"""A user's tasks, for their home page: the open deadlines that are theirs to do something about, in words."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from schoolimprove.ui.registry import TodoItem, by_urgency

from .models import Deadline
from .registry import Described, asked_of, described, rule_named


def tasks_of(user: Any, on: date) -> list[TodoItem]:
    """Return everything asked of a user on a day: overdue first, then soonest due, then what has no date."""
    deadlines = list(asked_of(user, on))
    words = described(user, deadlines)
    by_rule: dict[str, list[tuple[Deadline, Described]]] = {}
    for each in deadlines:
        if each.pk in words:
            by_rule.setdefault(each.rule, []).append((each, words[each.pk]))
    return by_urgency((task for key, rows in by_rule.items() for task in _lines(user, key, rows, on)), on)


def task(deadline: Deadline, words: Described, on: date) -> TodoItem:
    """Return one deadline as a line of its own."""
    rule = rule_named(deadline.rule)
    return TodoItem(
        title=(rule and rule.task) or words.task or (rule and rule.label) or deadline.rule,
        where=words.about or f"{words.where}: {words.what}",
        url=words.task_url or f"{words.url}{rule.task_page if rule else ''}",
        due_on=deadline.due_on,
        working=deadline.working or None,
        overdue=deadline.due_on is not None and deadline.due_on < on,
    )


def _lines(user: Any, key: str, rows: list[tuple[Deadline, Described]], on: date) -> Iterable[TodoItem]:
    rule = rule_named(key)
    ordered = sorted(rows, key=lambda row: (row[0].due_on or date.max, row[0].subject_id))
    if rule is not None and rule.tasks is not None:
        return rule.tasks(user, ordered, on)
    return [task(deadline, words, on) for deadline, words in ordered]

"""The tasks of a home page, where a test made the rows they are about and no verb opened their deadlines."""

from datetime import date
from typing import Any

from schoolimprove.reminders.deadlines import follow_tasks, open_missing
from schoolimprove.reminders.todo import tasks_of
from schoolimprove.ui.registry import TodoItem


def tasks_with_rows_made(user: Any, on: date) -> list[TodoItem]:
    """Open what the rows call for, as an upgrade does, and what follows from the day; then return the user's tasks."""
    open_missing(on)
    follow_tasks(on, night=True)
    return tasks_of(user, on)

"""What each app says of its rules: who is told at which step, how a date is worded, and who may know of it.

This app knows no domain. Whatever it shows or sends of a deadline it asks of the rule's entry here, for many deadlines
at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import Q
from icalendar import Event

from schoolimprove.lib.clock import Working
from schoolimprove.ui.registry import Registry, TodoItem

from .models import Deadline
from .steps import Step

Sql = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Audience:
    """Some people of a deadline. `told(on)` is a SELECT from the table `due` (id, subject_id, school_id).

    Its columns are `deadline_id`, `user_id` (none for those who do not sign in), `address`, `name`, and `covered`: 1
    where somebody holds recorded cover for the appointment the person is told by, else 0. It is asked for all deadlines
    of a rule at once, and is the same on both databases.
    """

    label: str
    told: Callable[[date], Sql]


@dataclass(frozen=True)
class Rung:
    """At `step`, `audience` is told."""

    step: Step
    audience: Audience


class Dated(Protocol):
    """A deadline, or a reminder of one."""

    @property
    def subject_id(self) -> int: ...

    @property
    def school_id(self) -> int | None: ...


@dataclass(frozen=True)
class Described:
    """A deadline in words: of what, at which school, and the page on which something can be done.

    Among somebody's tasks it may say more: what to do (`task`), about what, and on which page. `group` is the same for
    those that one line can stand for.
    """

    what: str
    where: str
    url: str
    task: str = ""
    about: str = ""
    task_url: str = ""
    group: str = ""


def nobody(_user: Any) -> Q:
    return Q(pk__in=[])


@dataclass(frozen=True)
class Rule:
    """A rule that deadlines come from.

    `label` says what is to be done. `statutory` dates are mailed at once and cannot be muted. `described(user, dated)`
    answers by subject, and leaves out what that user may not see; for nobody in particular (none) it answers in full.
    `known_to(user)` is a filter of deadlines of this rule: those whose dates the user may know of, on a board.
    `asked_of(user, on)` is another: those that are this user's task that day, none where there can be none. Rules that
    share one of these are asked together. On the home page a deadline is a line: `task` in place of the label, and a
    link to `task_page` under the address of its subject; or `tasks(user, rows, on)` says which lines there are.
    """

    key: str
    order: int
    label: str
    source: str = ""
    ladder: Sequence[Rung] = ()
    described: Callable[[Any, Sequence[Dated]], Mapping[int, Described]] = lambda _user, _dated: {}
    known_to: Callable[[Any], Q] = nobody
    task: str = ""
    task_page: str = ""
    asked_of: Callable[[Any, date], Q | None] = lambda _user, _on: None
    tasks: Callable[[Any, Sequence[tuple[Deadline, Described]], date], Iterable[TodoItem]] | None = None
    statutory: bool = False


@dataclass(frozen=True)
class Expected:
    """A deadline that should be open, with the way its day was counted, or its first day.

    Without a day nobody can count one now: it is a task without a date, or stands as it was once counted. Where it is
    not `required`, it need not be there at all then.
    """

    rule: str
    subject_kind: str
    subject_id: int
    school_id: int | None = None
    due_on: date | None = None
    first_day: date | None = None
    working: Working | None = None
    required: bool = True


@dataclass(frozen=True)
class Provider:
    """What an app expects to be open: `expected(on)` in a constant number of queries, however many there are.

    The deadlines of `rules` follow from what is kept (`follow_tasks`), so that no verb can forget them; those of all
    other rules are opened, moved and met by verbs. With `nightly` they follow at night alone, and verbs help by day.
    """

    key: str
    order: int
    expected: Callable[[date], Iterable[Expected]]
    rules: frozenset[str] = frozenset()
    nightly: bool = False


@dataclass(frozen=True)
class CalendarSource:
    """What stands in a person's own calendar: `events(user, on)`, as that user may see it on a day.

    A calendar is read by others too: an event says where and when, and judges nothing. The same event has the same
    `UID` whenever it is asked for, and a `DTSTAMP` that changes with it alone.
    """

    key: str
    order: int
    events: Callable[[Any, date], Iterable[Event]]


rules: Registry[Rule] = Registry()
providers: Registry[Provider] = Registry()
calendar_sources: Registry[CalendarSource] = Registry()

Reached = Callable[[str, Collection[int]], Collection[int]]
_reached: Reached | None = None


def register_reached(reached: Reached) -> None:
    """Called once: `reached(address, schools)` is at which of these somebody known by that address holds a post today.

    Appointments live above this app; whoever does not sign in is asked about when an email goes out.
    """
    global _reached
    _reached = reached


def still_known(address: str, reminders: Iterable[Any]) -> list[Any]:
    """Return the reminders that the holder of an address may still be told of."""
    told = list(reminders)
    schools = _reached(address, {each.school_id for each in told if each.school_id}) if _reached else ()
    return [each for each in told if each.school_id in schools]


Holders = Callable[[str, date], Sql]
_holders: Holders | None = None


def register_holders(holders: Holders) -> None:
    """Called once: `holders(permission, on)` selects from `due`, as an audience does, who holds it anywhere."""
    global _holders
    _holders = holders


def holders_of(label: str, permission: str, *, where: str = "") -> Audience:
    """Return the people who hold a permission anywhere; `where` narrows them by `due` and `told`."""

    def told(on: date) -> Sql:
        if _holders is None:
            return "SELECT id AS deadline_id, NULL AS user_id, '' AS address, '' AS name, 0 AS covered FROM due", ()
        people, values = _holders(permission, on)
        return f"SELECT * FROM ({people}) AS told WHERE 1 = 1 {where}", values  # noqa: S608 (our own words)

    return Audience(label, told)


def account_in(table: str, column: str) -> Sql:
    """Return the account that a column of the subject's row names, as an audience is selected."""
    return (
        "SELECT due.id AS deadline_id, account.id AS user_id, '' AS address, account.name AS name, 0 AS covered"  # noqa: S608 (our own words)
        f" FROM due JOIN {table} subject ON subject.id = due.subject_id"
        f" JOIN accounts_user account ON account.id = subject.{column} WHERE account.is_active",
        [],
    )


def rule_named(key: str) -> Rule | None:
    """None for a rule that no app registers any more; its reminders are still there."""
    return next((rule for rule in rules if rule.key == key), None)


def described(user: Any, dated: Iterable[Any]) -> dict[int, Described]:
    """Key of each deadline or reminder → its words, as far as the user may see it.

    Rules that are described by the same function are described at once, in a query or two.
    """
    together: dict[Any, list[Any]] = {}
    for each in dated:
        rule = rule_named(each.rule)
        if rule is not None:
            together.setdefault(rule.described, []).append(each)
    found: dict[int, Described] = {}
    for describe, group in together.items():
        words = describe(user, group)
        found |= {each.pk: words[each.subject_id] for each in group if each.subject_id in words}
    return found


def known_to(user: Any) -> Q:
    """Deadlines whose dates a user may know of, whatever the rule."""
    asked: dict[Callable[[Any], Q], list[str]] = {}
    for rule in rules:
        if rule.known_to is not nobody:
            asked.setdefault(rule.known_to, []).append(rule.key)
    known = Q(pk__in=[])
    for answer, keys in asked.items():
        known |= Q(rule__in=keys) & answer(user)
    return known


def asked_of(user: Any, on: date) -> Any:
    """Return the open deadlines that are a user's tasks on a day, of all apps, in one query.

    Each group of rules is a part of its own of that query, so that each finds its rows by its own index.
    """
    asked: dict[Callable[[Any, date], Q | None], list[str]] = {}
    for rule in rules:
        asked.setdefault(rule.asked_of, []).append(rule.key)
    parts = [
        Deadline.objects.open().filter(answer, rule__in=keys).order_by()
        for whose, keys in asked.items()
        if (answer := whose(user, on)) is not None
    ]
    return parts[0].union(*parts[1:], all=True) if parts else Deadline.objects.none()

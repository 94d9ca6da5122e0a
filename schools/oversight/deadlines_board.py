"""The board of deadlines: what is due at the schools somebody oversees, when, and who was told of it last (domain 9.1).

Whose dates somebody may know of is said by each rule (`schoolimprove.reminders.registry.known_to`): a date of a draft
tells that there is a draft.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.clock import LONDON, uk_date
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.models.reminder import Answer
from schoolimprove.reminders.registry import Described, described, known_to, rule_named
from schoolimprove.reminders.steps import STEP_LABELS, Step
from schools.register.models.school import School
from schools.register.partners import Sips

Deadlines = Any
"""A `DeadlineQuerySet` with what is added to each deadline here, which no checker can know."""
WEEK = timedelta(days=7)
FOUR_WEEKS = 4 * WEEK
_ORDER = list(Step)


class When(StrEnum):
    """Parts of the board by date. Late is what had its last day before today; today is still of this week."""

    LATE = "late"
    WEEK = "week"
    FOUR_WEEKS = "four_weeks"


WHEN_LABELS = {When.LATE: "Overdue", When.WEEK: "This week", When.FOUR_WEEKS: "Next 4 weeks"}


def due_for(user: Any) -> Deadlines:
    """The open deadlines whose dates this user may know of, the soonest first."""
    return Deadline.objects.open().dated().filter(known_to(user)).order_by("due_on", "pk")


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def in_time(when: str, on: date) -> Q:
    if when == When.LATE:
        return Q(due_on__lt=on)
    last = monday_of(on) + WEEK - timedelta(days=1) if when == When.WEEK else on + FOUR_WEEKS
    return Q(due_on__range=(on, last))


def at_schools(schools: Any) -> Q:
    return Q(school_id__in=schools.order_by().values("pk"))


def with_school_name(deadlines: Deadlines) -> Deadlines:
    """Each with `school_name`, which a deadline itself does not hold."""
    return deadlines.annotate(
        school_name=Subquery(School.objects.filter(pk=OuterRef("school_id")).order_by().values("name")[:1])
    )


@dataclass(frozen=True)
class Numbers:
    """How many deadlines there are in all, of each rule, in each part of the time, and at each school."""

    total: int
    rule: Mapping[str, int]
    when: Mapping[str, int]
    school: Mapping[int, int]


def numbers(deadlines: Deadlines, on: date) -> Numbers:
    """One query, which looks at each deadline once: whether somebody may know of it costs more than to count it."""
    parts = {when.value: Count("pk", filter=in_time(when, on)) for when in When}
    rule, when, school = Counter[str](), Counter[str](), Counter[int]()
    for row in deadlines.order_by().values("rule", "school_id").annotate(number=Count("pk"), **parts):
        rule[row["rule"]] += row["number"]
        when.update({part: row[part] for part in parts})
        if row["school_id"] is not None:
            school[row["school_id"]] += row["number"]
    return Numbers(rule.total(), rule, when, school)


def heading(due_on: date, on: date) -> str:
    """Return the heading under which the board has a day: overdue, or its week."""
    if due_on < on:
        return "Overdue"
    weeks = (monday_of(due_on) - monday_of(on)) // WEEK
    named = {0: "This week", 1: "Next week"}
    return named.get(weeks) or f"Week of {uk_date(monday_of(due_on))}"


@dataclass(frozen=True)
class Told:
    """Who was told of a date last: the newest step, its day, and everybody told at it."""

    step: Step
    on: date
    names: Sequence[str]

    @property
    def label(self) -> str:
        return STEP_LABELS[self.step]


@dataclass(frozen=True)
class Because:
    """Why it is late, in the words of somebody who was told."""

    reason: str
    name: str
    on: date


@dataclass(frozen=True)
class Due:
    """A deadline of the board. `said` is None where its subject may not be named to the reader."""

    deadline: Deadline
    said: Described | None
    school: School | None
    partners: Sequence[str]
    told: Told | None
    because: Because | None

    @property
    def label(self) -> str:
        rule = rule_named(self.deadline.rule)
        return rule.label if rule else self.deadline.rule


def listed(deadlines: Sequence[Deadline], user: Any) -> list[Due]:
    """With what is shown of each: a constant number of queries, however many."""
    # Who was told, and what they said of it, is their managers' to know.
    manages = user_can(user, Permission.VIEW_UNSHARED_RECORD_OF_SIP)
    words, told = described(user, deadlines), _reminders(deadlines) if manages else {}
    keys = {each.school_id for each in deadlines if each.school_id is not None}
    schools = School.objects.select_related("district").in_bulk(keys)
    sips = Sips.at(keys)
    partners = {key: sips.names_of(school) for key, school in schools.items()}
    return [
        Due(
            each,
            words.get(each.pk),
            schools.get(each.school_id or 0),
            partners.get(each.school_id or 0, []),
            _told_last(told.get(_key(each), [])),
            _because(told.get(_key(each), [])),
        )
        for each in deadlines
    ]


def by_week(rows: Iterable[Due], on: date) -> list[tuple[str, list[Due]]]:
    """Rows in the order of their dates, under the headings of the board."""
    grouped = groupby(rows, key=lambda row: heading(row.deadline.day, on))
    return [(title, list(of_group)) for title, of_group in grouped]


def _key(dated: Any) -> tuple[Any, ...]:
    return dated.rule, dated.subject_kind, dated.subject_id, dated.due_on


def _reminders(deadlines: Collection[Deadline]) -> dict[tuple[Any, ...], list[Reminder]]:
    """Deadline → what was said of the date it has now.

    The rows of people who sign in and of those who do not are read one after another, each by its own index.
    """
    named = Reminder.objects.order_by().filter(
        rule__in={each.rule for each in deadlines},
        subject_kind__in={each.subject_kind for each in deadlines},
        subject_id__in={each.subject_id for each in deadlines},
    )
    found: dict[tuple[Any, ...], list[Reminder]] = {}
    for each in named.filter(user__isnull=False).union(named.filter(user__isnull=True), all=True):
        found.setdefault(_key(each), []).append(each)
    return found


def _told_last(reminders: Sequence[Reminder]) -> Told | None:
    if not reminders:
        return None
    step = max((each.step_kind for each in reminders), key=_ORDER.index)
    newest = [each for each in reminders if each.step_kind == step]
    return Told(step, max(each.told_on for each in newest), sorted({each.name for each in newest}))


def _because(reminders: Sequence[Reminder]) -> Because | None:
    """The newest answer."""
    given = [(each.answered_at, each) for each in reminders if each.answer == Answer.LATE and each.answered_at]
    if not given:
        return None
    at, last = max(given, key=lambda pair: pair[0])
    return Because(last.because, last.name, at.astimezone(LONDON).date())

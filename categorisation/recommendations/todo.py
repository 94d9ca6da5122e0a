"""Recommendations as tasks and reminders: who is asked, in which words, and who is told of lateness (domain 9.1)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse

from categorisation.recommendations.deadlines import AGREE, ASSURE, LABELS, MODERATE, RECOMMEND, REVIEW
from categorisation.recommendations.models import ANSWERING_ROLES, Recommendation
from categorisation.recommendations.states import RecommendationStatus
from categorisation.rounds.models import Round
from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Audience, Described, Rule, Rung, Sql, account_in, holders_of, rules
from schoolimprove.reminders.steps import Step
from schoolimprove.ui.registry import TodoItem
from schools.oversight import audiences
from schools.visits.todo import at_my_schools

ONE_BY_ONE = 3
"""More recommendations than these are one line, so that they do not hide other tasks."""
_TABLE = Recommendation._meta.db_table
_ANSWERED = (
    "NOT EXISTS (SELECT 1 FROM categorisation_agreement given WHERE given.recommendation_id = due.subject_id"
    " AND given.agrees IS NOT NULL AND given.role = held.role)"
)


def _not_answered(on: date) -> Sql:
    return audiences.people_in(ANSWERING_ROLES, on, where=_ANSWERED)


AUTHOR = Audience("the author", lambda _on: account_in(_TABLE, "author_id"))
MANAGERS = Audience("the author’s line manager", audiences.above_author(_TABLE, 1))
ABOVE_MANAGERS = Audience("the line manager’s manager", audiences.above_author(_TABLE, 2))
ASKED_TO_AGREE = Audience("the headteacher and the chair, if they have not answered", _not_answered)

HEAD = holders_of("the Head of School Improvement", Permission.OPEN_ROUND)

LADDERS = {
    RECOMMEND: (
        Rung(Step.ASKED, AUTHOR),
        Rung(Step.COMING, audiences.PARTNER),
        Rung(Step.LATE, audiences.PARTNER),
        Rung(Step.FIRST, audiences.DSIM),
        Rung(Step.SECOND, audiences.HEAD),
    ),
    REVIEW: (
        Rung(Step.COMING, audiences.DSIM),
        Rung(Step.LATE, audiences.DSIM),
        Rung(Step.FIRST, audiences.HEAD),
    ),
    ASSURE: (
        Rung(Step.ASKED, MANAGERS),
        Rung(Step.COMING, MANAGERS),
        Rung(Step.LATE, MANAGERS),
        Rung(Step.FIRST, ABOVE_MANAGERS),
    ),
    AGREE: (
        Rung(Step.ASKED, ASKED_TO_AGREE),
        Rung(Step.COMING, ASKED_TO_AGREE),
        Rung(Step.LATE, ASKED_TO_AGREE),
        Rung(Step.LATE, audiences.PARTNER),
        Rung(Step.FIRST, audiences.DSIM),
    ),
}


def described(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    """Word recommendations for reminders, boards and tasks. One query."""
    rows = Recommendation.objects.all() if user is None else Recommendation.objects.visible_to(user)
    found = rows.filter(pk__in={each.subject_id for each in dated}).select_related("round", "school")
    return {row.pk: Described(str(row.round), row.school.name, row.get_absolute_url()) for row in found}


def _to_write(user: Any, on: date) -> Q | None:
    """Ask a SIP for the recommendations of their schools; one that someone else began is theirs alone."""
    if not any(held.role == Role.SIP for held in appointments_of(user)):
        return None
    others = Recommendation.objects.filter(status=RecommendationStatus.DRAFT).exclude(author=user).order_by()
    near = Q(first_day__lte=on) & ~Q(subject_id__in=others.values("pk"))
    return near & at_my_schools(user, Permission.RECOMMEND)


def _to_review(user: Any, on: date) -> Q | None:
    may = user_can(user, Permission.REVIEW_CATEGORY)
    return Q(first_day__lte=on) & at_my_schools(user, Permission.REVIEW_CATEGORY) if may else None


def _to_assure(user: Any, _on: date) -> Q | None:
    mine = Recommendation.objects.awaiting_approval_by(user).order_by()
    return Q(subject_id__in=mine.values("pk")) if user_can(user, Permission.VIEW_RECOMMENDATION) else None


def _to_answer(user: Any, _on: date) -> Q | None:
    roles = sorted({held.role for held in appointments_of(user)} & set(ANSWERING_ROLES))
    if not roles:
        return None
    asked = Q(pk__in=[])
    for role in roles:
        waiting = Recommendation.objects.awaiting_answer_from(user, role=role).order_by()
        asked |= Q(subject_id__in=waiting.values("pk"))
    return asked


def _described_rounds(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    rounds = Round.objects.all() if user is None else Round.objects.visible_to(user)
    found = rounds.filter(pk__in={each.subject_id for each in dated})
    return {each.pk: Described(str(each), "", each.get_absolute_url(), about=str(each)) for each in found}


def _to_moderate(user: Any, on: date) -> Q | None:
    return Q(first_day__lte=on) if user_can(user, Permission.OPEN_ROUND) else None


def _known(user: Any) -> Q:
    """Let those who oversee a school see its dates on their board."""
    return at_my_schools(user, Permission.VIEW_COVERAGE)


def lines(
    label: str, many: str, stage: str, _user: Any, rows: Sequence[tuple[Deadline, Described]], on: date
) -> Iterable[TodoItem]:
    """Return a line for each recommendation; for more than a few one line that leads to the list of them."""
    overdue = [row.due_on is not None and row.due_on < on for row, _words in rows]
    if len(rows) > ONE_BY_ONE:
        first = rows[0][0]
        url = f"{reverse('categorisation:recommendations')}?{stage}"
        where = f"{sum(overdue)} overdue" if any(overdue) else rows[0][1].what
        return [TodoItem(many.format(len(rows)), where, url, due_on=first.due_on, overdue=any(overdue))]
    return [
        TodoItem(f"{label}: {words.where}", words.what, words.url, due_on=row.due_on, overdue=late)
        for (row, words), late in zip(rows, overdue, strict=True)
    ]


_ASKED: Mapping[str, tuple[Callable[[Any, date], Q | None], str, str]] = {
    RECOMMEND: (_to_write, "Recommend categories for {} schools", "progress=due&progress=draft"),
    REVIEW: (_to_review, "Review the categories of {} schools", "progress=due"),
    ASSURE: (_to_assure, "Approve or return {} recommendations", "progress=submitted"),
    AGREE: (_to_answer, "Agree or disagree with {} recommended categories", "progress=shared"),
}


def register() -> None:
    """Register the rules; called once, when the app is ready."""
    for order, (key, (asked, many, stage)) in enumerate(_ASKED.items(), start=50):
        rules.register(
            Rule(
                key,
                order,
                LABELS[key],
                "rule 4.3",
                ladder=LADDERS[key],
                described=described,
                known_to=_known,
                asked_of=asked,
                tasks=partial(lines, LABELS[key], many, stage),
            )
        )
    rules.register(
        Rule(
            MODERATE,
            54,
            LABELS[MODERATE],
            "rule 4.3",
            ladder=(Rung(Step.COMING, HEAD), Rung(Step.LATE, HEAD)),
            described=_described_rounds,
            asked_of=_to_moderate,
        )
    )

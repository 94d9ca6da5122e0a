"""The deadline of a mismatch: the DSIM writes the response, then the Head signs it (domain 4.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from categorisation.mismatches.models import CategoryMismatch
from categorisation.mismatches.states import OPEN, MismatchStatus
from categorisation.policy import MISMATCH_LIMIT
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib.clock import working_days_after
from schoolimprove.policy.values import one_reading, policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.reminders.deadlines import follow
from schoolimprove.reminders.handing_over import hand_over
from schoolimprove.reminders.registry import Audience, Described, Expected, Provider, Rule, Rung, Sql, providers, rules
from schoolimprove.reminders.steps import Step
from schools.oversight import audiences
from schools.visits.todo import at_my_schools

SETTLE, LABEL = "mismatch.settle", "Settle the difference from Ofsted"
RULES = (SETTLE,)
_TASKS = {MismatchStatus.FOUND: "Write the response to Ofsted’s grade", MismatchStatus.DRAFTED: "Sign the response"}
_ASKED = (
    (Permission.DRAFT_MISMATCH_RESPONSE, MismatchStatus.FOUND),
    (Permission.SIGN_MISMATCH_RESPONSE, MismatchStatus.DRAFTED),
)


def expected(_on: date) -> list[Expected]:
    """Return the deadline of each open mismatch. One query, and the policies'."""
    return list(_counted(CategoryMismatch.objects.open().order_by().only("school_id", "status", "found_on")))


def _counted(rows: Iterable[CategoryMismatch]) -> Iterator[Expected]:
    with one_reading():
        calendar = working_days_calendar()
        for row in rows:
            days = policy_value(MISMATCH_LIMIT, on=row.found_on).working_days
            working = working_days_after(row.found_on, days, calendar)
            yield Expected(SETTLE, row._meta.label_lower, row.pk, row.school_id, working.ends, working=working)


def follow_all(opened: Sequence[CategoryMismatch], *, by: Actor, on: date) -> None:
    """Bring all deadlines up to date after mismatches were opened or ended, and ask the DSIMs of those opened."""
    follow(expected(on), RULES)
    hand_over(RULES, *opened, by=by.user)


def moved(row: CategoryMismatch, *, by: User, on: date) -> None:
    """Bring the deadline of one up to date after a move, and ask who is next. Returning it does not move the day."""
    follow(list(_counted([row] if row.status in OPEN else [])), RULES, row)
    hand_over(RULES, row, by=by)


def _next_person(on: date) -> Sql:
    """Return the DSIM of the district until the response is written, and then the Head, but not who wrote it."""
    joins = f"JOIN {CategoryMismatch._meta.db_table} differs ON differs.id = due.subject_id"
    others = "(account.id IS NULL OR differs.drafted_by_id IS NULL OR account.id <> differs.drafted_by_id)"
    stages = (
        (Role.DSIM, f"differs.status = '{MismatchStatus.FOUND.value}'"),
        (Role.HEAD_OF_SERVICE, f"differs.status = '{MismatchStatus.DRAFTED.value}' AND {others}"),
    )
    parts = [audiences.people_in((role,), on, joins=joins, where=where) for role, where in stages]
    return " UNION ALL ".join(sql for sql, _values in parts), [value for _sql, values in parts for value in values]


def _described(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    rows = CategoryMismatch.objects.all() if user is None else CategoryMismatch.objects.visible_to(user)
    found = rows.filter(pk__in={each.subject_id for each in dated}).select_related("school")
    return {
        row.pk: Described(
            row.get_direction_display(),
            row.school.name,
            row.get_absolute_url(),
            task=_TASKS.get(MismatchStatus(row.status), ""),
            about=row.school.name,
        )
        for row in found
    }


def _asked_of(user: Any, _on: date) -> Q | None:
    asked = Q()
    for permission, status in _ASKED:
        if user_can(user, permission):
            waiting = CategoryMismatch.objects.filter(status=status).order_by()
            if status == MismatchStatus.DRAFTED:
                waiting = waiting.exclude(drafted_by=user)
            asked |= at_my_schools(user, permission) & Q(subject_id__in=waiting.values("pk"))
    return asked or None


def register() -> None:
    """Register the rule with reminders; called once, when the app is ready."""
    asked = Audience("the DSIM of the district, then the Head of School Improvement to sign", _next_person)
    providers.register(Provider("mismatches", 46, expected, frozenset(RULES), nightly=True))
    rules.register(
        Rule(
            SETTLE,
            56,
            LABEL,
            "rule 4.5",
            ladder=(
                Rung(Step.ASKED, asked),
                Rung(Step.COMING, asked),
                Rung(Step.LATE, asked),
                Rung(Step.FIRST, audiences.HEAD),
            ),
            described=_described,
            known_to=lambda user: at_my_schools(user, Permission.VIEW_COVERAGE),
            asked_of=_asked_of,
        )
    )

"""What the home page asks about shared records: present, close, decide on corrections and strengths."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import LINE_MANAGEMENT, Permission
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import Ask
from schools.records.deadlines import PRESENT
from schools.records.models.correction import Correction
from schools.records.models.record import RecordOfVisit
from schools.records.models.strength import Strength
from schools.records.overnight import to_close
from schools.records.states import CorrectionStatus
from schools.register.scope import in_scope


def asks_after_sharing(user: Any, on: date) -> Sequence[Ask]:
    """Present to the governors; consent; issue, or work on again, a correction; close. Constant queries."""
    return [*_to_present(user, on), *_to_consent(user), *_corrections(user), *_to_close(user, on)]


def _to_present(user: Any, on: date) -> list[Ask]:
    if not user_can(user, Permission.PRESENT_RECORD):
        return []
    mine = in_scope(user, Permission.PRESENT_RECORD, school="school")
    records = list(RecordOfVisit.objects.awaiting_presentation().filter(mine).for_lists())
    due = _due(PRESENT, records)
    title = "Present the Record of Visit to the governors"
    return [_ask(title, each, due=due.get(each.pk), on=on) for each in records]


def _due(rule: str, records: Iterable[RecordOfVisit]) -> dict[int, Deadline]:
    keys = [record.pk for record in records]
    if not keys:
        return {}
    rows = Deadline.objects.open().filter(rule=rule, subject_kind=RecordOfVisit._meta.label_lower, subject_id__in=keys)
    return {row.subject_id: row for row in rows}


def _ask(
    title: str, record: RecordOfVisit, *, due: Deadline | None = None, on: date | None = None, url: str = ""
) -> Ask:
    return Ask(
        title=title,
        where=f"{record.school.name}, visit of {record.held_on:%-d %B %Y}",
        url=url or record.get_absolute_url(),
        due_on=due.due_on if due else None,
        working=due.working if due else None,
        overdue=due is not None and on is not None and due.due_on < on,
    )


def _to_consent(user: Any) -> list[Ask]:
    """One ask for each record, however many of its strengths wait."""
    waiting = Strength.objects.waiting_for(user).order_by().values("record").annotate(some=Count("pk"))
    counted = dict(waiting.values_list("record", "some"))
    records = RecordOfVisit.objects.filter(pk__in=counted).for_lists() if counted else []
    return [
        _ask(
            f"Say whether {_strengths(counted[record.pk])} may be shared with other schools",
            record,
            url=f"{record.get_absolute_url()}#strengths",
        )
        for record in records
    ]


def _strengths(number: int) -> str:
    return "a strength" if number == 1 else f"{number} strengths"


def _corrections(user: Any) -> list[Ask]:
    """Of the line manager that they decide, of the author that they work on what came back."""
    managed = Q(pk__in=[])
    for rights in LINE_MANAGEMENT:
        managed |= Q(record__author_role__in=rights.author_roles) & in_scope(
            user, rights.approve, school="record__school"
        )
    decide = Q(status=CorrectionStatus.PROPOSED) & managed & ~Q(record__author=user)
    mine = Q(record__author=user) & in_scope(user, Permission.WRITE_RECORD, school="record__school")
    again = Q(status=CorrectionStatus.RETURNED) & mine
    found = Correction.objects.filter(decide | again).select_related("record__school", "record__visit").order_by("pk")
    titles = {
        CorrectionStatus.PROPOSED: "Issue or return the correction of a Record of Visit",
        CorrectionStatus.RETURNED: "Work on the correction that was returned to you",
    }
    return [
        _ask(
            titles[CorrectionStatus(each.status)],
            each.record,
            url=reverse("schools:record_correction", args=[each.record.school.urn, each.record.reference]),
        )
        for each in found
    ]


def _to_close(user: Any, on: date) -> list[Ask]:
    """Of its author, until the night does it."""
    if not user_can(user, Permission.WRITE_RECORD):
        return []
    mine = in_scope(user, Permission.WRITE_RECORD, school="school")
    records = to_close(on).filter(mine, author=user)
    return [_ask("Close the Record of Visit", record) for record in records.for_lists()]

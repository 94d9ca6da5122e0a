"""What the form of a record is made of, read from what is held."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schools.policy import GOOD_PRACTICE_THEMES, SEF_ASPECTS, SEF_GRADES
from schools.records.content import OWNER_LABELS, Content, Owner
from schools.records.models.action import RecordAction
from schools.records.models.record import RecordOfVisit
from schools.records.writing.forms import Carried, Parts

MOST_CARRIED = 60
"""Open actions a form asks about, the soonest due; the others are on the page of the school's actions."""


def parts_for(record: RecordOfVisit, content: Content | None = None, *, may_add_items: bool = True) -> Parts:
    """Of a record as its author writes it, or with the `content` of a correction. Four queries."""
    written = record.written if content is None else content
    return Parts(
        agenda=record.visit.agenda(),
        aspects=policy_value(SEF_ASPECTS, on=record.held_on).entries,
        grades=policy_value(SEF_GRADES, on=record.held_on).entries,
        themes=policy_value(GOOD_PRACTICE_THEMES, on=record.held_on).entries,
        carried=[_as_asked(action) for action in carried_over(record, written)],
        content=written,
        highest=_highest(record),
        may_add_items=may_add_items,
    )


def carried_over(record: RecordOfVisit, content: Content) -> Sequence[RecordAction]:
    """Unfinished actions of the school's other records; of a shared record those it spoke of, finished or not."""
    actions = RecordAction.objects.filter(school=record.school_id).exclude(record=record).select_related("record")
    if record.shared_version:
        actions = actions.filter(pk__in=[each.action for each in content.carried])
    else:
        actions = actions.unfinished()
    return list(actions.order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_CARRIED])


def _as_asked(action: RecordAction) -> Carried:
    said = [OWNER_LABELS[Owner(action.owner)] + (f", {action.who}" if action.who else "")]
    if action.due_on:
        said.append(f"by {clock.uk_date(action.due_on)}")
    said += [f"from {action.record.reference}", str(action.get_status_display()).lower()]
    told = f". {action.progress}" if action.progress else ""
    return Carried(action.pk, action.what, "; ".join(said) + told)


def _highest(record: RecordOfVisit) -> int:
    """Of the numbers in the keys of lines that were shared: none is given to another line."""
    if not record.shared_version:
        return 0
    keys: list[Any] = [*record.actions.values_list("key", flat=True), *record.strengths.values_list("key", flat=True)]
    return max((int(key[1:]) for key in keys if key[1:].isdecimal()), default=0)

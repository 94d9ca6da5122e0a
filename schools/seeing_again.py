"""The days by which schools are to be seen again, over all schools at once: what no verb of a visit tells of.

Schools come, close, become served or are so no longer, and a policy changes or takes effect with a day.
"""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from schoolimprove.lib.clock import Working
from schoolimprove.policy.values import one_reading
from schoolimprove.reminders.models import Deadline
from schools.deadlines import NOT_SEEN, not_seen_after
from schools.models import School, Visit
from schools.seen import waited_for

_KIND = School._meta.label_lower


def follow_schools(on: date) -> int:
    """Open, move and drop the dates as schools and policy are; how many. Four statements that write at most."""
    with one_reading(), transaction.atomic():
        rows = Deadline.objects.open().filter(rule=NOT_SEEN, subject_kind=_KIND)
        held = {row.subject_id: row for row in rows.select_for_update().order_by("pk")}
        left, _each = rows.exclude(subject_id__in=waited_for(on).order_by().values("pk")).delete()
        wanted = to_be_seen(on)
        return left + _move(held, wanted) + _open({key: wanted[key] for key in wanted.keys() - held.keys()})


def to_be_seen(on: date) -> dict[int, Working]:
    """School → the day by which it is to be seen again. One query and that of policy."""
    visits = Visit.objects.held().look_at_schools().filter(school=OuterRef("pk"), held_on__lte=on).order_by()
    last = visits.values("school").annotate(last=Max("held_on")).values("last")
    schools = waited_for(on).order_by("pk").annotate(last_seen=Subquery(last))
    return {
        key: not_seen_after(last_seen=last_seen, opened_on=opened_on, came_at=came_at, on=on)
        for key, opened_on, came_at, last_seen in schools.values_list("pk", "opened_on", "created_at", "last_seen")
    }


def _move(held: Mapping[int, Deadline], wanted: Mapping[int, Working]) -> int:
    """In one statement: a change of policy moves every school."""
    moved = []
    for key, row in held.items():
        working = wanted.get(key)
        if working is not None and Working.from_record(row.working) != working:
            row.due_on, row.first_day, row.working = working.ends, working.first_day, working.as_record()
            moved.append(row)
    changed = ["due_on", "first_day", "working"]
    Deadline.objects.bulk_create(moved, update_conflicts=True, unique_fields=["id"], update_fields=changed)
    return len(moved)


def _open(missing: Mapping[int, Working]) -> int:
    """A visit that is held at the same moment may have opened one of them."""
    rows = [
        Deadline(
            rule=NOT_SEEN,
            subject_kind=_KIND,
            subject_id=key,
            school_id=key,
            due_on=working.ends,
            calendar=working.calendar,
            first_day=working.first_day,
            working=working.as_record(),
        )
        for key, working in sorted(missing.items())
    ]
    Deadline.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)

"""Find mismatches as inspections and categories change, and settle them by a signed response (domain 4.5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from categorisation.decisions.actions import CategoryWatcher, category_decided, lock_schools
from categorisation.decisions.models import CategoryDecision
from categorisation.mismatches import deadlines
from categorisation.mismatches.models import CategoryMismatch
from categorisation.mismatches.rules import Difference, response_errors, step_from
from categorisation.mismatches.states import OPEN, MismatchStatus
from categorisation.schemes.rules import Mismatch, mismatch
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import record_events, transition
from schools.inspections.actions import InspectionWatcher, inspection_watchers
from schools.inspections.models import Inspection, grades_of, latest_inspections

LOOK_BACK = timedelta(days=7)
"""How far the night looks for decisions that have begun to count, so that a night that was missed does no harm."""


@dataclass(frozen=True)
class Sides:
    """The two sides of a mismatch, and how they differ."""

    decision: CategoryDecision
    inspection: Inspection
    difference: Difference


def sides_of(school_ids: Collection[int], on: date) -> Mapping[int, Sides]:
    """Return by school what differs on a day, under the scheme of its decision. Two queries."""
    inspections = latest_inspections(school_ids, on)
    found = {}
    for row in CategoryDecision.objects.as_at(on, list(inspections)).select_related("scheme", "school"):
        inspection = inspections[row.school_id]
        direction = mismatch(
            row.scheme.scheme, row.category, framework=inspection.framework.code, grades=grades_of(inspection)
        )
        if direction:
            difference = Difference(direction, inspection.pk, inspection.grade, row.category)
            found[row.school_id] = Sides(row, inspection, difference)
    return found


def follow(school_ids: Collection[int], by: Actor) -> None:
    """Open and end the mismatches of these schools, in constant queries and those of each that ends.

    The caller has locked the schools in its transaction.
    """
    on, opened, ended = clock.today(), [], []
    with transaction.atomic():
        now = sides_of(school_ids, on)
        rows = CategoryMismatch.objects.filter(school__in=school_ids).select_related("decision", "school")
        last = {row.school_id: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
        for school_id in now.keys() | last.keys():
            row, sides = last.get(school_id), now.get(school_id)
            step = step_from(
                row.difference if row else None,
                is_open=row is not None and row.status in OPEN,
                is_settled=row is not None and row.status == MismatchStatus.SETTLED,
                now=sides.difference if sides else None,
            )
            if row and step.ends:
                reason = "They differ in another way now." if sides else "They no longer differ."
                transition(row, "end", by=by, reason=reason, seen_version=row.version)
                ended.append(row)
            if sides and step.opens:
                opened.append(_new(sides, by, on))
        if opened or ended:
            CategoryMismatch.objects.bulk_create(opened)
            record_events(opened, "found", by=by)
            deadlines.follow_all(opened, by=by, on=on)


def _new(sides: Sides, by: Actor, on: date) -> CategoryMismatch:
    return CategoryMismatch(
        school=sides.decision.school,
        inspection=sides.inspection,
        decision=sides.decision,
        direction=sides.difference.direction,
        grade=sides.difference.grade,
        found_on=on,
        created_by=by.user,
        updated_by=by.user,
    )


def follow_begun(on: date) -> int:
    """Follow the schools whose category has begun to count in the last days; return how many. No verb marks the day."""
    begun = CategoryDecision.objects.filter(effective_on__gt=on - LOOK_BACK, effective_on__lte=on).order_by()
    with transaction.atomic():
        school_ids = set(begun.values_list("school", flat=True))
        lock_schools(school_ids)
        follow(school_ids, SYSTEM)
    return len(school_ids)


def draft_response(row: CategoryMismatch, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
    """Write the response (`response`, `explanation`, `letter_reference`, `response_on`) and ask the Head to sign it."""
    errors = response_errors(Mismatch(row.direction), **fields, reported_on=row.reported_on)
    blockers = [why for _field, why in errors]
    with transaction.atomic():
        make_move(row, "draft", by=by, seen_version=seen_version, blockers=blockers, drafted_by=by, **fields)
        deadlines.moved(row, by=by, on=on)


def sign_response(row: CategoryMismatch, *, by: User, on: date, seen_version: int) -> None:
    """Settle the mismatch by its response; never by the person who wrote it."""
    stamp: dict[str, Any] = {"settled_at": clock.now(), "settled_by": by}
    with transaction.atomic():
        make_move(row, "sign", by=by, seen_version=seen_version, **stamp)
        deadlines.moved(row, by=by, on=on)


def return_response(row: CategoryMismatch, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Send the response back with the reason; its text is kept."""
    with transaction.atomic():
        make_move(row, "return", by=by, reason=reason, seen_version=seen_version)
        deadlines.moved(row, by=by, on=on)


def register() -> None:
    """Called once, when the app is ready."""
    inspection_watchers.register(InspectionWatcher("mismatches", 10, follow))
    category_decided.register(CategoryWatcher("mismatches", 10, follow))

"""Enter, correct and withdraw inspections; how schools stand with Ofsted follows from them (domain 4.5)."""

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.editions import ship_editions
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes
from schoolimprove.ui.registry import Registry
from schools.inspections.models import FrameworkEdition, Inspection, latest_inspections
from schools.inspections.rules import NOT_GRADED, OVERALL, inspection_errors
from schools.inspections.shipped import EDITIONS
from schools.register.models.school import School
from schools.register.models.standing import StandingKind
from schools.register.standing import NewStanding, clear_standing, set_standings

FIELDS = (
    *("kind", "starts_on", "ends_on", "report_received_on", "areas", "safeguarding", "statutory_category"),
    *("judgement", "monitoring_of", "source_note"),
)
"""What an inspection says, besides who saved it when."""


@dataclass(frozen=True)
class InspectionWatcher:
    """What a higher app does when inspections of these schools change: `follow(school_ids, by)`, in the transaction."""

    key: str
    order: int
    follow: Callable[[Collection[int], Actor], None]


inspection_watchers: Registry[InspectionWatcher] = Registry()


def enter_inspection(school: School, framework: FrameworkEdition, *, by: User, on: date, **fields: Any) -> Inspection:
    """Return a new inspection with these of `FIELDS`. `Blocked` where it cannot be so, or is already entered."""
    actor = acting(by, Permission.ENTER_INSPECTION, on=school)
    inspection = Inspection(school=school, framework=framework, created_by=by, updated_by=by, **fields)
    with transaction.atomic():
        _lock(school)
        _refuse_errors(inspection, on=on)
        inspection.save()
        # As the audit keeps it: the key of the inspection that a monitoring visit follows.
        entered = {name: [None, getattr(value, "pk", value)] for name, value in fields.items()}
        record_event(inspection, "entered", by=actor, changes=entered)
        follow_inspections([school.pk], by=actor, on=on)
    return inspection


def correct_inspection(
    inspection: Inspection, *, by: User, on: date, reason: str, seen_version: int, **fields: Any
) -> None:
    """Correct what an inspection says. Its school and framework stay: withdraw it where these are wrong."""
    actor = acting(by, Permission.ENTER_INSPECTION, on=inspection)
    if not reason.strip():
        raise Blocked(["Enter why you are correcting the inspection."])
    with transaction.atomic():
        _lock(inspection.school)
        _refuse_withdrawn(inspection)
        changed = copy(inspection)
        for name, value in fields.items():
            setattr(changed, name, value)
        _refuse_errors(changed, on=on)
        save_changes(inspection, "corrected", by=actor, reason=reason, seen_version=seen_version, **fields)
        follow_inspections([inspection.school_id], by=actor, on=on)


def withdraw_inspection(inspection: Inspection, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Withdraw an inspection that was entered wrongly; it stays in the chronology with the reason."""
    actor = acting(by, Permission.ENTER_INSPECTION, on=inspection)
    if not reason.strip():
        raise Blocked(["Enter why you are withdrawing the inspection."])
    with transaction.atomic():
        _lock(inspection.school)
        _refuse_withdrawn(inspection)
        if inspection.monitoring_visits.active().exists():
            raise Blocked(["A monitoring visit follows this inspection. Withdraw the monitoring visit first."])
        save_changes(
            inspection, "withdrawn", by=actor, reason=reason, seen_version=seen_version, withdrawn_reason=reason
        )
        follow_inspections([inspection.school_id], by=actor, on=on)


def follow_inspections(school_ids: Collection[int], *, by: Actor, on: date) -> None:
    """Set how these schools stand with Ofsted from their last full inspection, and tell the apps that watch them."""
    latest = latest_inspections(school_ids, on)
    set_standings(StandingKind.OFSTED, [_standing(each) for each in latest.values()], by=by)
    if without := [each for each in school_ids if each not in latest]:
        # From the first day there is: what was entered wrongly never counted.
        clear_standing(StandingKind.OFSTED, without, from_day=date.min, by=by, told_on=on)
    for watcher in inspection_watchers:
        watcher.follow(school_ids, by)


def sync_frameworks() -> int:
    """Load the shipped frameworks that are missing, and return how many."""
    return ship_editions(FrameworkEdition, EDITIONS)


def _standing(inspection: Inspection) -> NewStanding:
    label = f"{inspection.grade} ({inspection.framework.name}, {clock.uk_date(inspection.ends_on)})"
    day = inspection.report_received_on or inspection.ends_on
    code = inspection.areas.get(OVERALL, NOT_GRADED)
    return NewStanding(inspection.school_id, code, label, day, source=inspection, told_on=day)


def _lock(school: School) -> None:
    """Let a second user who enters an inspection of the school at once wait for the first."""
    School.objects.select_for_update(of=("self",), no_key=True).get(pk=school.pk)


def _refuse_withdrawn(inspection: Inspection) -> None:
    current = Inspection.objects.select_related("updated_by").get(pk=inspection.pk)
    if current.withdrawn_reason:
        raise Conflict(current)


def _refuse_errors(inspection: Inspection, *, on: date) -> None:
    """Raise `Blocked` where the rules or the constraints refuse the inspection as it is given."""
    follows = inspection.monitoring_of
    errors = [why for _field, why in inspection_errors(inspection.framework.framework, inspection.findings, today=on)]
    if follows and (follows.school_id != inspection.school_id or follows.withdrawn_reason):
        errors.append("Select an inspection of this school that was not withdrawn.")
    if errors:
        raise Blocked(errors)
    try:
        inspection.full_clean(exclude=["created_by", "updated_by"])
    except ValidationError as error:
        raise Blocked(error.messages) from None

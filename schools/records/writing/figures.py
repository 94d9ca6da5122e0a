"""Figures about a school, shown beside the text of a record that is being written.

Later apps add their own: attainment, attendance, exclusions. An entry answers once for one school.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Sum

from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label
from schoolimprove.ui.components import Fact
from schoolimprove.ui.registry import Registry
from schools.records.content import OWNER_LABELS, Owner
from schools.records.document import Reading, read
from schools.records.models.action import RecordAction
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School


@dataclass(frozen=True)
class FigureSource:
    """`facts(user, school, on)`: what a reader of this school's records may see beside them."""

    key: str
    order: int
    label: str
    facts: Callable[[Any, School, date], Sequence[Fact]]


figure_sources: Registry[FigureSource] = Registry()


def register_own() -> None:
    figure_sources.register(FigureSource("register", 10, "From the register", _register))
    figure_sources.register(FigureSource("visits", 20, "From earlier visits", _visits))


def figures_of(user: Any, school: School, on: date) -> list[tuple[str, Sequence[Fact]]]:
    """(heading, facts) of every source that has any."""
    found = [(source.label, source.facts(user, school, on)) for source in figure_sources]
    return [(label, facts) for label, facts in found if facts]


def _register(_user: Any, school: School, _on: date) -> Sequence[Fact]:
    source = f"GIAS, {clock.uk_date(school.source_changed_on)}" if school.source_changed_on else ""
    ages = f"{school.low_age} to {school.high_age}" if school.low_age is not None and school.high_age else ""
    facts = [
        Fact("Pupils", f"{school.pupils:,}" if school.pupils is not None else "", source=source),
        Fact("Capacity", f"{school.capacity:,}" if school.capacity is not None else "", source=source),
        Fact("Ages", ages, source=source),
        Fact("Phase", school.get_phase_display()),
    ]
    return [fact for fact in facts if fact.value]


def _visits(_user: Any, school: School, on: date) -> Sequence[Fact]:
    year = academic_year(on)
    days = school.visits.held().filter(held_on__range=academic_year_bounds(year)).aggregate(total=Sum("days"))["total"]
    return [Fact(f"Days used in {academic_year_label(year)}", f"{(days or 0):.1f}".removesuffix(".0"))]


MOST_ACTIONS = 10
"""Open actions beside a record, the soonest due; all are on the page of the school's actions."""


@dataclass(frozen=True)
class OpenAction:
    what: str
    whose: str
    due_on: date | None
    is_late: bool


@dataclass(frozen=True)
class LastRecord:
    """The newest shared record of a school besides the one that is written, and what is still to be done there."""

    record: RecordOfVisit | None
    reading: Reading | None
    actions: Sequence[OpenAction]
    more: int
    """How many actions are open besides these."""


def last_record_of(user: Any, record: RecordOfVisit, *, on: date) -> LastRecord:
    """Return what this user may read of the last record. Four queries at most."""
    shared = RecordOfVisit.objects.visible_at(record.school, user).filter(shared_version__isnull=False)
    last = shared.exclude(pk=record.pk).order_by("-visit__held_on", "-pk").for_lists().first()
    actions = RecordAction.objects.filter(school=record.school_id).exclude(record=record).unfinished()
    found = list(actions.order_by(F("due_on").asc(nulls_last=True), "pk")[: MOST_ACTIONS + 1])
    shown = [
        OpenAction(
            row.what,
            OWNER_LABELS[Owner(row.owner)] + (f", {row.who}" if row.who else ""),
            row.due_on,
            row.is_overdue(on),
        )
        for row in found[:MOST_ACTIONS]
    ]
    more = actions.count() - MOST_ACTIONS if len(found) > MOST_ACTIONS else 0
    return LastRecord(last, read(last.newest_version().texts) if last else None, shown, more)

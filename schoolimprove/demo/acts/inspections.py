"""Inspections: the last of every school of one double district, and those of a school that inspectors come back to."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from schoolimprove.demo.script import Story, Verb
from schoolimprove.lib import clock
from schools.inspections import actions
from schools.inspections.models import FrameworkEdition, Inspection
from schools.inspections.rules import InspectionKind, Safeguarding
from schools.models import School

LATEST = (("2012", date(2014, 5, 13), "2"), ("2015", date(2017, 3, 7), "2"), ("2019", date(2023, 11, 14), "1"))
"""The framework, first day and overall grade of the last inspections, dealt to the schools in turn."""


def enter_latest(story: Story) -> None:
    """Enter the last inspection of every school of the double district of the story's school."""
    district = story.school.district
    schools = School.objects.filter(district__double_district=district.double_district if district else None)
    for number, school in enumerate(schools.order_by("urn")):
        framework, day, grade = LATEST[number % len(LATEST)]
        _enter(story, school, framework, day, received=day + timedelta(days=20), areas=dict.fromkeys(SHARED, grade))


SHARED = ("overall", "leadership", "behaviour")
"""Areas that all of these frameworks have."""


def enter_inspection(
    story: Story, *, framework: str, began: int, received: int | None = None, areas: Mapping[str, str], **fields: str
) -> None:
    story.add(
        _enter(story, story.school, framework, _day(began), received=received and _day(received), areas=areas, **fields)
    )


def enter_monitoring(story: Story, *, framework: str, began: int, received: int, judgement: str) -> None:
    """Enter a monitoring visit after the inspection of the story."""
    visited: dict[str, Any] = {"kind": InspectionKind.MONITORING, "monitoring_of": story.the(Inspection)}
    visited |= {"safeguarding": Safeguarding.NOT_JUDGED, "judgement": judgement}
    _enter(story, story.school, framework, _day(began), received=_day(received), areas={}, **visited)


def correct_inspection(story: Story, *, reason: str, areas: Mapping[str, str]) -> None:
    inspection = story.the(Inspection, "school", "framework")
    seen = inspection.version
    actions.correct_inspection(
        inspection, by=story.by, on=clock.today(), reason=reason, seen_version=seen, areas=dict(areas)
    )


def withdraw_inspection(story: Story, *, reason: str) -> None:
    inspection = story.the(Inspection, "school", "framework")
    seen = inspection.version
    actions.withdraw_inspection(inspection, by=story.by, on=clock.today(), reason=reason, seen_version=seen)


def _day(before: int) -> date:
    return clock.today() + timedelta(days=before)


def _enter(
    story: Story, school: School, framework: str, day: date, *, received: Any, areas: Mapping[str, str], **fields: Any
) -> Inspection:
    edition = FrameworkEdition.objects.published(clock.today()).filter(code=framework).latest("published_from")
    judged = {"safeguarding": Safeguarding.EFFECTIVE if received else Safeguarding.NOT_JUDGED}
    days = {"starts_on": day, "ends_on": day + timedelta(days=1), "report_received_on": received or None}
    found = {"kind": InspectionKind.FULL, **days, "areas": dict(areas), **judged, **fields}
    return actions.enter_inspection(school, edition, by=story.by, on=clock.today(), **found)


VERBS: dict[str, Verb] = {
    "enter latest inspections": enter_latest,
    "enter inspection": enter_inspection,
    "enter monitoring visit": enter_monitoring,
    "correct inspection": correct_inspection,
    "withdraw inspection": withdraw_inspection,
}

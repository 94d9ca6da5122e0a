"""Samples of the forms of inspections."""

from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schools.inspections.actions import FIELDS, correct_inspection, withdraw_inspection
from tests.factories.county import TUESDAY, County
from tests.factories.inspections import InspectionFactory, shipped_framework
from tests.factories.schools import appointed
from tests.integration.pages.sampling import ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    return {}


def verb_samples(county: County) -> dict[str, VerbSample]:
    """New inspections whose report has not arrived, and one that was graded."""
    school = county.school
    colleague: dict[str, Any] = {
        "by": appointed(Role.DISTRICT_ADMINISTRATOR, district=school.district),
        "on": TUESDAY,
        "seen_version": 1,
        "reason": "Entered twice",
    }
    inspection = InspectionFactory.create(school=school)
    typed = {
        "kind": "full",
        **day("starts_on", date(2014, 6, 3)),
        **day("ends_on", date(2014, 6, 4)),
        "source_note": "From a letter",
    }

    def at(name: str, *args: Any) -> str:
        return reverse(f"schools:{name}", args=[school.urn, *args])

    def entered() -> int:
        return school.inspections.filter(source_note="From a letter").count()

    def correct() -> None:
        fields = {name: getattr(inspection, name) for name in FIELDS} | {"judgement": "Reading is strong"}
        correct_inspection(again(inspection), **colleague, **fields)

    new = (county.dsim, county.headteacher, typed, "From a letter")
    return {
        "schools:inspection_enter": VerbSample(at("inspection_enter"), *new, counted=entered),
        "schools:inspection_enter_under": VerbSample(
            at("inspection_enter_under", shipped_framework("2012").pk), *new, counted=entered
        ),
        "schools:inspection_correct": VerbSample(
            at("inspection_correct", inspection.pk),
            county.dsim,
            county.headteacher,
            {"judgement": "Writing is strong", "reason": "Misread"},
            "Misread",
            finish=correct,
            closes=False,
        ),
        "schools:inspection_withdraw": VerbSample(
            at("inspection_withdraw", inspection.pk),
            county.dsim,
            county.headteacher,
            {"reason": "Of another school"},
            "Of another school",
            finish=lambda: withdraw_inspection(again(inspection), **colleague),
        ),
    }

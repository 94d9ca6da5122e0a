"""Samples of the forms of inspections, and of the lists and forms of their frameworks."""

from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.policy.editions import publish_edition, revise_edition, write_edition
from schoolimprove.policy.nested import dump
from schoolimprove.records.actor import Actor
from schools.inspections.actions import FIELDS, correct_inspection, withdraw_inspection
from schools.models import FrameworkEdition
from tests.factories.county import TUESDAY, County
from tests.factories.inspections import FRAMEWORK, FrameworkEditionFactory, InspectionFactory, shipped_framework
from tests.factories.schools import appointed
from tests.integration.pages.sampling import NEXT_WEEK, ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    def frameworks(count: int, text: str) -> None:
        first = FrameworkEdition.objects.count()
        for number in range(first, first + count):
            FrameworkEditionFactory.create(published=True, title=text, published_from=date(2027, 1, 1 + number))

    # What came with the service is in the way of an empty list.
    FrameworkEdition.objects.all().delete()
    lead_member = appointed(Role.LEAD_MEMBER, authority=county.school.authority)
    return {"schools:frameworks": ListSample(county.head, lead_member, frameworks, "q=nowhere+at+all")}


def verb_samples(county: County) -> dict[str, VerbSample]:
    return {**framework_samples(county), **inspection_samples(county)}


def framework_samples(county: County) -> dict[str, VerbSample]:
    """A draft that an administrator wrote, and that the Head may publish."""
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    by = Actor(administrator)
    draft = write_edition(FrameworkEdition, by=by, code="2030", title="Of 2030", content=dump(FRAMEWORK))
    typed = {"code": "2031", "title": "Of 2031"}

    def at(name: str, *args: Any) -> str:
        return reverse(f"schools:framework_{name}", args=args)

    def frameworks() -> int:
        return FrameworkEdition.objects.filter(**typed).count()

    def revise() -> None:
        revise_edition(again(draft), by=by, seen_version=1, title="Of 2029")

    def publish() -> None:
        publish_edition(again(draft), by=Actor(county.head), on=TUESDAY, published_from=NEXT_WEEK, seen_version=1)

    writes = (administrator, county.head, typed, typed["title"])
    return {
        "schools:framework_write": VerbSample(at("write"), *writes, counted=frameworks),
        "schools:framework_begin": VerbSample(at("begin", draft.pk), *writes, counted=frameworks),
        "schools:framework_edit": VerbSample(at("edit", draft.pk), *writes, finish=revise, closes=False),
        "schools:framework_publish": VerbSample(
            at("publish", draft.pk),
            county.head,
            administrator,
            day("published_from", NEXT_WEEK),
            str(NEXT_WEEK.day),
            finish=publish,
            checks=True,
        ),
        "schools:framework_abandon": VerbSample(
            at("abandon", draft.pk),
            administrator,
            county.head,
            {"reason": "It was put off"},
            "It was put off",
            finish=lambda: make_move(again(draft), "abandon", by=administrator, reason="Not now", seen_version=1),
        ),
    }


def inspection_samples(county: County) -> dict[str, VerbSample]:
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

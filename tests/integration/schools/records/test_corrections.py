"""Corrections of shared records: proposed, returned, withdrawn, issued as a version that is answered anew."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from post_office.models import Email

from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Conflict
from schoolimprove.reminders.models import Deadline
from schools.models import Correction, RecordOfVisit, Response, Strength
from schools.records import actions as record_actions
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.content import ActionLine, CarriedLine, Content
from schools.records.corrections import actions as correction_actions
from schools.records.corrections.actions import propose_correction
from schools.records.deadlines import PRESENT, RESPOND
from schools.records.models.record import TEXTS
from schools.records.states import CorrectionStatus, RecordStatus
from tests.factories.county import TUESDAY, County
from tests.factories.schools import TEXTS as WRITTEN
from tests.factories.schools import also_appointed, appointed
from tests.factories.shared import CONTENT, CORRECTED, issue, propose, respond, shared, visit_facts
from tests.factories.visits import RecordActionFactory
from tests.integration.refusals import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms")]
THURSDAY = TUESDAY + timedelta(days=2)


@pytest.fixture
def record(county: County) -> RecordOfVisit:
    return shared(county)


def due(record: RecordOfVisit) -> dict[str, date]:
    rows = Deadline.objects.open().dated().filter(subject_kind=record._meta.label_lower, subject_id=record.pk)
    return {row.rule: row.day for row in rows}


def test_a_proposed_correction_changes_nothing_that_the_school_reads(county: County, record: RecordOfVisit) -> None:
    correction = propose(record)
    record.refresh_from_db()
    assert (correction.status, correction.corrects, correction.created_by) == ("proposed", 1, county.sip)
    assert (record.status, record.shared_version, record.findings) == ("shared", 1, WRITTEN["findings"])
    assert AuditEvent.objects.get(verb="proposed").school_id == county.school.pk


def test_only_the_author_proposes(county: County, record: RecordOfVisit) -> None:
    for other in (county.dsim, county.head, county.headteacher, appointed(Role.SIP, school=county.school)):
        with pytest.raises(PermissionDenied):
            propose(record, by=other)
    assert not Correction.objects.exists()


def test_something_has_to_differ_and_the_reason_to_be_given(record: RecordOfVisit) -> None:
    nothing = "You have not changed anything in the version the school reads. Change what is wrong."
    assert refusal(lambda: propose(record, texts=WRITTEN)) == [nothing]
    assert refusal(lambda: propose(record, reason="  ")) == ["Enter why you are correcting the record."]
    assert refusal(lambda: propose(record, texts=WRITTEN, reason="")) == [
        nothing,
        "Enter why you are correcting the record.",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"visit": {"kind": "core", "held_on": TUESDAY - timedelta(days=1), "days": Decimal("1.0")}},
        {"visit": {"kind": "core", "held_on": TUESDAY, "days": Decimal("0.5")}},
        {"content": replace(CONTENT, grades=())},
        {"content": replace(CONTENT, actions=CONTENT.actions[:1])},
        {"content": replace(CONTENT, strengths=())},
    ],
)
def test_grades_strengths_actions_and_the_facts_of_the_visit_are_corrected_too(
    record: RecordOfVisit, other: dict[str, Any]
) -> None:
    assert propose(record, texts=WRITTEN, **other).pk


def test_an_action_that_is_new_or_changed_needs_a_person_and_a_date(county: County, record: RecordOfVisit) -> None:
    """An action that the school reads without them, from before they were asked for, may stay as it is."""
    lacking = ["Action 2, “Visit a school”, needs a person and a date."]
    content = replace(CONTENT, actions=(CONTENT.actions[0], ActionLine("x2", "Visit a school")))
    assert refusal(lambda: propose(record, content=content)) == lacking
    RecordOfVisit.objects.filter(pk=record.pk).update(content=content.as_json())
    record.refresh_from_db()
    assert propose(record, content=content).pk


def test_one_correction_waits_at_a_time(county: County, record: RecordOfVisit) -> None:
    first = propose(record)
    assert refusal(lambda: propose(record)) == ["This record already has an open correction."]
    correction_actions.withdraw(first, by=county.sip, on=TUESDAY, reason="It was right.", seen_version=first.version)
    assert propose(record).pk


def test_what_was_written_on_an_older_version_is_not_proposed_of_a_newer(county: County, record: RecordOfVisit) -> None:
    issue(propose(record), county)
    with pytest.raises(Conflict):
        propose(record, seen=1)


def test_a_returned_correction_is_proposed_again_with_what_was_asked_for(county: County, record: RecordOfVisit) -> None:
    correction = propose(record)
    correction_actions.return_to_author(
        correction, by=county.dsim, on=TUESDAY, reason="Say which year.", seen_version=1
    )
    assert (correction.status, correction.returned_because) == ("returned", "Say which year.")
    again = {"texts": WRITTEN | {"findings": "In year 4."}, "content": record.written, "visit": visit_facts(record)}
    correction_actions.propose_again(
        correction, by=county.sip, on=TUESDAY, reason="The year was missing.", seen_version=2, **again
    )
    assert (correction.status, correction.returned_because) == ("proposed", "")
    assert (correction.reason, correction.texts["findings"]) == ("The year was missing.", "In year 4.")


def test_proposing_again_what_the_school_reads_already_is_refused(county: County, record: RecordOfVisit) -> None:
    correction = propose(record)
    correction_actions.return_to_author(correction, by=county.dsim, on=TUESDAY, reason="No.", seen_version=1)
    same = {"texts": WRITTEN, "content": record.written, "visit": visit_facts(record)}
    again = partial(
        correction_actions.propose_again, correction, by=county.sip, on=TUESDAY, reason="So.", seen_version=2, **same
    )
    assert refusal(again) == ["You have not changed anything in the version the school reads. Change what is wrong."]


def test_a_manager_decides_and_never_the_author(county: County, record: RecordOfVisit) -> None:
    also_appointed(county.sip, Role.DSIM, double_district=county.double_district)
    correction = propose(record)
    for other in (county.sip, county.head, county.headteacher, county.chair):
        with pytest.raises(PermissionDenied):
            correction_actions.issue(correction, by=other, on=TUESDAY, seen_version=1)
        with pytest.raises(PermissionDenied):
            correction_actions.return_to_author(correction, by=other, on=TUESDAY, reason="No.", seen_version=1)
    correction.refresh_from_db()
    assert correction.status == CorrectionStatus.PROPOSED


def test_issuing_freezes_a_new_version_and_leaves_the_former_as_it_was(county: County, record: RecordOfVisit) -> None:
    before = record.versions.get(number=1).texts
    corrected = issue(propose(record), county)
    version = corrected.versions.get(number=2)
    assert (corrected.status, corrected.shared_version) == (RecordStatus.SHARED, 2)
    assert (version.reason, version.issued_by) == ("One sentence said too much.", county.dsim)
    assert version.texts["findings"] == CORRECTED["findings"] == corrected.findings
    assert record.versions.get(number=1).texts == before
    correction = Correction.objects.get()
    assert (correction.status, correction.decided_by) == ("issued", county.dsim)
    event = AuditEvent.objects.get(verb="correct")
    assert (event.by, event.reason) == (county.dsim, "One sentence said too much.")


def test_the_facts_of_the_visit_follow(county: County, record: RecordOfVisit) -> None:
    visit = {"kind": "monitoring", "held_on": TUESDAY - timedelta(days=1), "days": Decimal("0.5")}
    corrected = issue(propose(record, visit=visit), county)
    facts = corrected.versions.get(number=2).texts["visit"]
    assert (corrected.visit.kind, corrected.visit.held_on, corrected.visit.days) == tuple(visit.values())
    assert (facts["kind"], facts["held_on"], facts["days"]) == ("Monitoring visit", "2026-11-02", "0.5")
    assert due(corrected).keys() == {RESPOND}


def test_a_visit_is_not_corrected_into_one_that_is_counted_already(county: County, record: RecordOfVisit) -> None:
    county.start(county.sip, kind="monitoring")
    correction = propose(record, visit=visit_facts(record) | {"kind": "monitoring"})
    assert refusal(lambda: issue(correction, county)) == [
        "You already have a record of this type for this school on that day."
    ]
    record.refresh_from_db()
    assert (record.status, record.shared_version) == ("shared", 1)
    assert Correction.objects.get().status == "proposed"


def test_the_school_answers_each_version_once_and_its_answers_stay(county: County, record: RecordOfVisit) -> None:
    respond(record, county.headteacher, accurate=False, on_accuracy="There are 31 pupils.")
    corrected = issue(propose(record), county)
    with pytest.raises(Conflict):
        respond(corrected, county.chair, version=1)
    respond(corrected, county.headteacher)
    respond(corrected, county.chair)
    assert sorted(Response.objects.values_list("version__number", "role")) == [
        (1, "headteacher"),
        (2, "chair"),
        (2, "headteacher"),
    ]


def test_what_was_answered_is_asked_again_and_by_a_day_of_its_own(
    county: County, record: RecordOfVisit, clock_at: Any
) -> None:
    for user in (county.headteacher, county.chair):
        respond(record, user)
    assert due(record).keys() == {PRESENT}
    clock_at(THURSDAY)
    corrected = issue(propose(record), county, on=THURSDAY)
    # Ten school days after Thursday 5 November: two whole weeks of term.
    assert due(corrected)[RESPOND] == date(2026, 11, 19)
    assert PRESENT in due(corrected)


def test_a_presented_record_is_to_be_presented_again_and_a_closed_one_is_open(
    county: County, record: RecordOfVisit
) -> None:
    for user in (county.headteacher, county.chair):
        respond(record, user)
    record_actions.present(record, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert due(record) == {}
    corrected = issue(propose(record), county)
    assert (corrected.status, corrected.presented_on, corrected.closed_at) == ("shared", None, None)
    assert due(corrected).keys() == {RESPOND, PRESENT}


def test_the_headteacher_and_the_chair_are_told_and_nothing_of_the_text_is(
    county: County, record: RecordOfVisit
) -> None:
    county.headteacher.person.email = "head@invented.example"
    county.headteacher.person.save()
    Email.objects.all().delete()
    issue(propose(record), county)
    sent: Any = Email.objects.get().email_message()
    assert sent.to == ["head@invented.example"]
    assert "Version 2" in sent.body
    assert "17 November 2026" in sent.body
    assert "too much" not in sent.body
    assert CORRECTED["findings"] not in sent.body


def test_consent_is_asked_again_to_other_words(county: County, record: RecordOfVisit) -> None:
    strength = Strength.objects.get()
    agreed_actions.decide(strength, "consent", by=county.headteacher, on=TUESDAY, seen_version=strength.version)
    reworded = replace(CONTENT, strengths=(replace(CONTENT.strengths[0], text="Reading everywhere"),))
    issue(propose(record, content=reworded), county)
    strength.refresh_from_db()
    assert (strength.status, strength.text, strength.decided_by) == ("asked", "Reading everywhere", None)


def test_a_second_correction_begins_with_what_the_first_said(county: County, record: RecordOfVisit) -> None:
    reworded = replace(CONTENT, actions=CONTENT.actions[:1])
    corrected = issue(propose(record, content=reworded), county)
    assert (corrected.texts, corrected.written) == (CORRECTED, reworded)
    third = issue(propose(corrected, texts=WRITTEN), county)
    assert [version.number for version in third.versions.all()] == [1, 2, 3]
    assert [version.texts["findings"] for version in third.versions.all()] == [
        WRITTEN["findings"],
        CORRECTED["findings"],
        WRITTEN["findings"],
    ]
    assert set(TEXTS) == set(CORRECTED)


def test_a_deputy_under_cover_issues_for_a_dsim_by_right_of_an_appointment(county: County) -> None:
    """A DSIM's own record is corrected with the deputy of the phase."""
    record = county.submitted(county.dsim)
    record_actions.approve(record, by=county.head, on=TUESDAY, seen_version=record.version)
    correction = propose(record)
    correction_actions.issue(correction, by=county.deputy, on=TUESDAY, seen_version=correction.version)
    assert record.versions.count() == 2


def test_what_a_record_said_of_an_earlier_action_is_taken_back_by_its_correction(county: County) -> None:
    earlier = RecordActionFactory.create(record__visit__school=county.school, school=county.school)
    record = county.start(county.sip, content=Content(carried=(CarriedLine(earlier.pk, "done", "Seen."),)))
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    earlier.refresh_from_db()
    assert earlier.status == "done"
    content = replace(record.written, carried=(CarriedLine(earlier.pk, "open", "It was another."),))
    visit = {"kind": record.visit.kind, "held_on": record.visit.held_on, "days": record.visit.days}
    correction = propose_correction(
        record, by=county.sip, reason="Mistaken.", seen=1, texts=record.texts, content=content, visit=visit
    )
    correction_actions.issue(correction, by=county.dsim, on=TUESDAY, seen_version=correction.version)
    earlier.refresh_from_db()
    assert (earlier.status, earlier.progress) == ("open", "It was another.")

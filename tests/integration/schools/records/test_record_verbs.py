"""The verbs of a Record of Visit: who may, when, what is refused in which words, and what is left behind."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent, ReferenceCounter
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import RecordOfVisit, RecordVersion, Response, Visit
from schools.records import actions as record_actions
from schools.records import guards
from schools.records.rules import ACCURATE_AND_NOT
from schools.records.states import RecordStatus
from schools.register.models.school import Establishment, Phase
from tests.factories.county import TUESDAY, County, end
from tests.factories.schools import (
    TEXTS,
    DistrictFactory,
    DoubleDistrictFactory,
    RecordOfVisitFactory,
    SchoolFactory,
    ServiceInvitationFactory,
    also_appointed,
    appointed,
)
from tests.integration.refusals import refusal

pytestmark = pytest.mark.django_db

DRAFT, SUBMITTED, SHARED = RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED
YESTERDAY, TOMORROW = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)
ACADEMY = {"type_code": "34", "type_name": "Academy converter"}


def events_of(record: RecordOfVisit) -> list[tuple[str, User | None]]:
    found = AuditEvent.objects.about("schools.recordofvisit", record.pk).order_by("pk")
    return [(event.verb, event.by) for event in found]


# Starting.


def test_a_record_is_started_as_a_draft_of_a_visit(county: County) -> None:
    record = county.start(county.sip, held_on=YESTERDAY, days=Decimal("0.5"), kind="monitoring")
    assert (record.status, record.author, record.author_role, record.version) == (DRAFT, county.sip, Role.SIP, 1)
    assert record.reference == "RV-2026-00001"
    assert record.texts == TEXTS
    visit = record.visit
    assert (visit.school, visit.kind, visit.held_on) == (county.school, "monitoring", YESTERDAY)
    assert (visit.days, visit.author, visit.created_by) == (Decimal("0.5"), county.sip, county.sip)
    assert events_of(record) == [("started", county.sip)]


def test_the_reference_is_of_the_academic_year_of_the_visit(county: County) -> None:
    assert county.start(county.sip, held_on=date(2026, 8, 31)).reference == "RV-2025-00001"


def test_a_visit_of_tomorrow_has_no_record_yet(county: County) -> None:
    said = refusal(lambda: county.start(county.sip, held_on=TOMORROW))
    assert said == ["The date of the visit must be today or in the past."]
    assert county.start(county.sip, held_on=TUESDAY).pk


def test_one_visit_is_recorded_once(county: County) -> None:
    county.start(county.sip)
    said = refusal(lambda: county.start(county.sip))
    assert said == ["You already have a record of this type for this school on that day."]
    assert (RecordOfVisit.objects.count(), Visit.objects.count()) == (1, 1)
    assert ReferenceCounter.objects.get().last == 1


def test_another_kind_another_day_and_another_author_are_other_visits(county: County) -> None:
    county.start(county.sip)
    county.start(county.sip, kind="monitoring")
    county.start(county.sip, held_on=YESTERDAY)
    county.start(county.dsim)
    assert Visit.objects.count() == 4


def test_more_days_than_a_visit_has_are_not_said_to_be_a_visit_twice(county: County) -> None:
    with pytest.raises((Blocked, IntegrityError)) as refused, transaction.atomic():
        county.start(county.sip, days=Decimal("21"))
    assert "already have a record" not in str(refused.value)


REGISTER_ONLY = [("11", "Other independent school"), ("18", "Further education"), ("47", "Children's centre"), ("", "")]


@pytest.mark.parametrize(("code", "name"), REGISTER_ONLY)
def test_a_school_held_on_the_register_only_is_not_visited(county: County, code: str, name: str) -> None:
    school = SchoolFactory.create(type_code=code, type_name=name, district=county.school.district)
    named = f" ({name})" if name else ""
    said = refusal(lambda: county.start(county.dsim, school=school))
    assert said == [f"Schools of this type{named} are on the register only. They have no visits."]


def test_an_academy_is_visited_only_by_an_invitation_accepted_for_that_year(county: County) -> None:
    academy = SchoolFactory.create(**ACADEMY, district=county.school.district)
    said = ["Visits to this school are by invitation. The school has not accepted one for this academic year."]
    assert refusal(lambda: county.start(county.dsim, school=academy)) == said
    waiting = {"accepted_on": None, "accepted_by_name": ""}
    ServiceInvitationFactory.create(school=academy, academic_year=2025, sent_on=date(2025, 9, 1))
    invitation = ServiceInvitationFactory.create(school=academy, academic_year=2026, **waiting)
    assert refusal(lambda: county.start(county.dsim, school=academy)) == said
    invitation.accepted_on, invitation.accepted_by_name = TUESDAY, "The head"
    invitation.save()
    assert county.start(county.dsim, school=academy).status == DRAFT
    assert county.start(county.dsim, school=academy, held_on=date(2026, 7, 1)).status == DRAFT
    assert refusal(lambda: county.start(county.dsim, school=academy, held_on=date(2025, 7, 1))) == said


def test_a_closed_school_is_visited_to_its_last_day_and_no_longer(county: County) -> None:
    county.school.establishment, county.school.closed_on = Establishment.CLOSED, YESTERDAY
    county.school.save()
    assert refusal(lambda: county.start(county.sip)) == [f"{county.school.name} closed on 2 November 2026."]
    assert county.start(county.sip, held_on=YESTERDAY).status == DRAFT


def test_a_school_that_closed_nobody_knows_when_is_not_visited(county: County) -> None:
    county.school.establishment = Establishment.CLOSED
    county.school.save()
    assert refusal(lambda: county.start(county.sip)) == [f"{county.school.name} is closed."]


def test_a_school_that_is_going_to_close_is_still_visited(county: County) -> None:
    county.school.establishment, county.school.closed_on = Establishment.CLOSING, TOMORROW
    county.school.save()
    assert county.start(county.sip).status == DRAFT


WRITERS = {Role.SIP, Role.DSIM, Role.HEAD_OF_SERVICE}


@pytest.mark.parametrize("role", Role)
def test_only_these_roles_write_a_record(county: County, role: Role) -> None:
    user = appointed(role, school=county.school)
    if role in WRITERS:
        assert county.start(user).author_role == role
    else:
        with pytest.raises(PermissionDenied):
            county.start(user)


def test_nobody_writes_about_a_school_outside_their_scope(county: County) -> None:
    with pytest.raises(PermissionDenied):
        county.start(county.sip, school=SchoolFactory.create())
    assert not Visit.objects.exists()


def test_what_fails_while_starting_leaves_neither_visit_nor_reference(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("schools.records.deadlines.started", fails)
    with pytest.raises(RuntimeError):
        county.start(county.sip)
    assert not Visit.objects.exists()
    assert not ReferenceCounter.objects.exists()


# Revising and submitting.


def test_the_author_revises_a_draft(county: County) -> None:
    record = county.start(county.sip)
    record_actions.revise(record, by=county.sip, seen_version=1, findings="Pupils are taught very well.")
    assert (record.findings, record.version, record.updated_by) == ("Pupils are taught very well.", 2, county.sip)
    assert events_of(record)[-1] == ("revised", county.sip)


@pytest.mark.parametrize("other", ["dsim", "head", "director", "headteacher"])
def test_nobody_but_its_author_revises_or_submits_a_record(county: County, other: str) -> None:
    record, user = county.start(county.sip), getattr(county, other)
    with pytest.raises(PermissionDenied):
        record_actions.revise(record, by=user, seen_version=1, met="Nobody")
    with pytest.raises(PermissionDenied):
        record_actions.submit(record, by=user, on=TUESDAY, seen_version=1)
    record.refresh_from_db()
    assert (record.status, record.version) == (DRAFT, 1)


def test_a_second_sip_of_the_school_does_not_revise_the_firsts_record(county: County) -> None:
    with pytest.raises(PermissionDenied):
        record_actions.revise(
            county.start(county.sip), by=appointed(Role.SIP, school=county.school), seen_version=1, met="Nobody"
        )


def test_an_author_who_left_writes_no_more(county: County) -> None:
    record = county.start(county.sip)
    end(county.sip, on=YESTERDAY)
    with pytest.raises(PermissionDenied):
        record_actions.revise(record, by=county.sip, seen_version=1, met="Nobody")
    with pytest.raises(PermissionDenied):
        record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=1)


@pytest.mark.parametrize("status", [SUBMITTED, SHARED])
def test_what_has_left_the_authors_hands_is_not_revised(county: County, status: RecordStatus) -> None:
    record = county.record(status)
    with pytest.raises(Conflict) as lost:
        record_actions.revise(record, by=county.sip, seen_version=record.version, met="Nobody")
    assert isinstance(lost.value.current, RecordOfVisit)
    assert lost.value.current.status == status
    record.refresh_from_db()
    assert record.met == TEXTS["met"]


NEEDED = {"met": "Enter who you met.", "evidence": "Enter the evidence you saw.", "findings": "Enter what you found."}


def test_what_is_missing_is_a_list_for_the_page_and_for_the_verb(county: County) -> None:
    record = county.start(county.sip, texts={})
    assert guards.blockers(record, "submit", on=TUESDAY) == list(NEEDED.values())
    assert refusal(lambda: record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=1)) == list(
        NEEDED.values()
    )


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("blank", ["", " \n "])
def test_each_text_that_is_needed_is_named_when_it_is_blank(county: County, name: str, blank: str) -> None:
    record = county.start(county.sip, texts={**TEXTS, name: blank})
    assert guards.blockers(record, "submit", on=TUESDAY) == [NEEDED[name]]


def test_judgements_may_be_left_out(county: County) -> None:
    record = county.start(county.sip, texts={**TEXTS, "judgements": ""})
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=1)
    assert (record.status, record.submitted_by) == (SUBMITTED, county.sip)


# Returning and approving.


def approve(record: RecordOfVisit, by: User) -> None:
    record_actions.approve(record, by=by, on=TUESDAY, seen_version=record.version)


def send_back(record: RecordOfVisit, by: User) -> None:
    record_actions.return_to_author(record, by=by, on=TUESDAY, reason="Say more", seen_version=record.version)


APPROVED_BY = {"sip": {"dsim"}, "dsim": {"head", "deputy"}, "head": {"director"}}
PEOPLE = ["sip", "dsim", "deputy", "head", "director", "headteacher", "chair"]


@pytest.mark.parametrize("author", APPROVED_BY)
@pytest.mark.parametrize("other", PEOPLE)
def test_a_record_is_decided_by_its_authors_line_manager_alone(county: County, author: str, other: str) -> None:
    record, user = county.submitted(getattr(county, author)), getattr(county, other)
    if other in APPROVED_BY[author]:
        approve(record, user)
        assert (record.status, record.approved_by, record.shared_version) == (SHARED, user, 1)
    else:
        with pytest.raises(PermissionDenied):
            approve(record, user)
        with pytest.raises(PermissionDenied):
            send_back(record, user)
        record.refresh_from_db()
        assert record.status == SUBMITTED


def test_an_eips_record_is_a_dsims_to_approve(county: County) -> None:
    record = county.submitted(county.sip)
    RecordOfVisit.objects.filter(pk=record.pk).update(author_role=Role.EIP)
    record.refresh_from_db()
    approve(record, county.dsim)
    assert record.status == SHARED


def test_a_dsim_of_another_double_district_approves_nothing_here(county: County) -> None:
    stranger = appointed(Role.DSIM, double_district=DoubleDistrictFactory.create(name="South and West"))
    with pytest.raises(PermissionDenied):
        approve(county.submitted(county.sip), stranger)


def test_a_deputy_of_another_phase_does_not_approve_a_dsims_record(county: County) -> None:
    with pytest.raises(PermissionDenied):
        approve(county.submitted(county.dsim), appointed(Role.DEPUTY_HEAD, phase=Phase.SECONDARY))


def test_a_dsim_who_is_also_the_schools_sip_does_not_approve_their_own(county: County) -> None:
    both = appointed(Role.SIP, school=county.school)
    also_appointed(both, Role.DSIM, double_district=county.double_district)
    record = county.submitted(both)
    with pytest.raises(PermissionDenied):
        approve(record, both)
    assert not RecordOfVisit.objects.awaiting_approval_by(both).exists()
    # Written by somebody who is a DSIM here, it goes to the Head, as every DSIM's does.
    assert record.author_role == Role.DSIM
    approve(record, county.head)


def test_a_sip_who_became_dsim_does_not_approve_what_they_wrote_before(county: County) -> None:
    record = county.submitted(county.sip)
    also_appointed(county.sip, Role.DSIM, double_district=county.double_district)
    with pytest.raises(PermissionDenied):
        approve(record, county.sip)
    approve(record, county.dsim)
    assert record.approved_by == county.dsim


def test_the_database_refuses_ones_own_approval_too(county: County) -> None:
    record = RecordOfVisitFactory.create(visit__school=county.school)
    stamp = {"approved_at": record.created_at, "approved_by": record.author, "shared_version": 1}
    with pytest.raises(IntegrityError, match="record_not_approved_by_its_author"), transaction.atomic():
        RecordOfVisit.objects.filter(pk=record.pk).update(**stamp)


def test_nothing_is_shared_without_an_approval(county: County) -> None:
    record = county.start(county.sip)
    with pytest.raises(IntegrityError, match="record_shared_only_when_approved"), transaction.atomic():
        RecordOfVisit.objects.filter(pk=record.pk).update(status=SHARED)


def test_a_returned_record_carries_the_comments_until_it_is_sent_again(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(record, county.dsim)
    assert (record.status, record.returned_because) == (DRAFT, "Say more")
    record_actions.revise(record, by=county.sip, seen_version=record.version, findings="More.")
    assert record.returned_because == "Say more"
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert (record.status, record.returned_because) == (SUBMITTED, "")
    approve(record, county.dsim)
    verbs = [verb for verb, _by in events_of(record)]
    assert verbs == ["started", "submit", "return", "revised", "submit", "approve"]


def test_approving_freezes_what_was_written(county: County) -> None:
    record = county.submitted(county.sip)
    approve(record, county.dsim)
    version = RecordVersion.objects.get()
    assert (version.record, version.number, version.issued_by) == (record, 1, county.dsim)
    assert {name: version.texts[name] for name in TEXTS} == TEXTS
    assert version.texts["visit"]["held_on"] == "2026-11-03"


def test_approving_an_old_page_approves_nothing(county: County) -> None:
    record = county.submitted(county.sip)
    seen = record.version
    send_back(record, county.dsim)
    record_actions.revise(record, by=county.sip, seen_version=record.version, findings="Something else.")
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    with pytest.raises(Conflict):
        record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=seen)
    assert not RecordVersion.objects.exists()


# Answering.


def respond(record: RecordOfVisit, by: User, **other: Any) -> Response:
    usual: dict[str, Any] = {"on": TUESDAY, "version": 1, "accurate": True, "on_accuracy": "", "on_content": "We agree"}
    return record_actions.respond(record, by=by, **{**usual, **other})


def test_the_headteacher_and_the_chair_each_answer(county: County) -> None:
    record = county.record(SHARED)
    first = respond(record, county.headteacher, accurate=False, on_accuracy="There are 31 pupils in year 4.")
    second = respond(record, county.chair)
    assert (first.role, first.by, first.accurate) == (Role.HEADTEACHER, county.headteacher, False)
    assert (first.on_accuracy, first.on_content) == ("There are 31 pupils in year 4.", "We agree")
    assert (second.role, second.version.number, second.version.record) == (Role.CHAIR, 1, record)
    assert record.roles_answered() == {Role.HEADTEACHER, Role.CHAIR}
    assert events_of(record)[-2:] == [("responded", county.headteacher), ("responded", county.chair)]


@pytest.mark.parametrize("who", ["headteacher", "chair"])
def test_each_answers_a_version_once(county: County, who: str) -> None:
    record, user = county.record(SHARED), getattr(county, who)
    respond(record, user)
    said = refusal(lambda: respond(record, user, on_content="On second thoughts"))
    assert said == ["Your school has already responded to this version in that role."]
    assert [each.on_content for each in Response.objects.all()] == ["We agree"]


def test_an_acting_head_does_not_answer_again_for_the_head(county: County) -> None:
    record = county.record(SHARED)
    respond(record, county.headteacher)
    assert refusal(lambda: respond(record, appointed(Role.HEADTEACHER, school=county.school)))


@pytest.mark.parametrize("blank", ["", "  "])
def test_errors_of_fact_are_named(county: County, blank: str) -> None:
    record = county.record(SHARED)
    said = refusal(lambda: respond(record, county.chair, accurate=False, on_accuracy=blank))
    assert said == ["Enter what is not accurate."]
    assert not Response.objects.exists()


def test_an_objection_is_not_recorded_as_agreement(county: County) -> None:
    record = county.record(SHARED)
    said = refusal(lambda: respond(record, county.headteacher, accurate=True, on_accuracy="31 pupils, not 30."))
    assert said == [ACCURATE_AND_NOT]
    assert not Response.objects.exists()


def test_somebody_who_is_head_and_chair_answers_in_the_role_they_say(county: County) -> None:
    record = county.record(SHARED)
    also_appointed(county.headteacher, Role.CHAIR, school=county.school)
    assert respond(record, county.headteacher, role=Role.CHAIR).role == Role.CHAIR
    said = refusal(lambda: respond(record, county.headteacher, role=Role.CHAIR))
    assert said == ["Your school has already responded to this version in that role."]
    assert respond(record, county.headteacher).role == Role.HEADTEACHER
    with pytest.raises(PermissionDenied):
        respond(record, county.chair, role=Role.HEADTEACHER)


@pytest.mark.parametrize("status", [DRAFT, SUBMITTED])
def test_what_is_not_shared_is_not_answered(county: County, status: RecordStatus) -> None:
    record = county.record(status)
    for version in (0, 1):
        with pytest.raises(Conflict):
            respond(record, county.headteacher, version=version)


@pytest.mark.parametrize("version", [0, 2])
def test_an_answer_belongs_to_the_version_that_is_shared(county: County, version: int) -> None:
    record = county.record(SHARED)
    with pytest.raises(Conflict):
        respond(record, county.headteacher, version=version)


@pytest.mark.parametrize("other", ["sip", "dsim", "head", "director"])
def test_nobody_of_the_authority_answers_for_a_school(county: County, other: str) -> None:
    record = county.record(SHARED)
    with pytest.raises(PermissionDenied):
        respond(record, getattr(county, other))


@pytest.mark.parametrize("role", [Role.CLERK, Role.SCHOOL_LINK])
def test_a_clerk_and_a_link_do_not_answer(county: County, role: Role) -> None:
    record = county.record(SHARED)
    with pytest.raises(PermissionDenied):
        respond(record, appointed(role, school=county.school))


def test_the_head_of_another_school_does_not_answer(county: County) -> None:
    record = county.record(SHARED)
    other = SchoolFactory.create(district=DistrictFactory.create())
    with pytest.raises(PermissionDenied):
        respond(record, appointed(Role.HEADTEACHER, school=other))


def test_an_answer_that_fails_is_not_half_there(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    record = county.record(SHARED)

    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("schools.records.deadlines.responded", fails)
    with pytest.raises(RuntimeError):
        respond(record, county.headteacher)
    assert not Response.objects.exists()
    assert events_of(record)[-1][0] == "approve"

"""A round of a district moderated at a meeting: agenda, decisions one by one and together, and what follows (4.3)."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string

from categorisation.decisions.models import CategoryDecision
from categorisation.models import Recommendation
from categorisation.moderation.actions import build_agenda, to_moderate
from categorisation.moderation.item import evidence
from categorisation.moderation.rules import Place, Standpoint, may_be_confirmed_together, place_of
from categorisation.recommendations import actions
from categorisation.recommendations.states import RecommendationStatus
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.groups.models import Group
from schools.letters.actions import issue_letters
from schools.letters.models import Letter
from schools.meetings import actions as meeting_actions
from schools.meetings.models import Meeting, MeetingItem
from schools.models import Person, School, Standing
from schools.referrals.actions import add_to_agenda, send_referral
from schools.referrals.forms import ReferForm
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import (
    CategoryDecisionFactory,
    CategoryMismatchFactory,
    recommended,
    whole,
)
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.schools import SchoolFactory, also_appointed, appointed

pytestmark = pytest.mark.django_db
S = RecommendationStatus

PLACES = [
    (Standpoint("2", "2"), Place.OTHERS),
    (Standpoint("2", "2", has_causes=True), Place.CAUSE_OF_CONCERN),
    (Standpoint("2", "2", differs_from_ofsted=True, has_causes=True), Place.OFSTED_DIFFERS),
    (Standpoint("3", "2", differs_from_ofsted=True), Place.CHANGED),
    (Standpoint("3", ""), Place.CHANGED),
    (Standpoint("3", "2", is_disputed=True), Place.DISPUTED),
]


@pytest.mark.parametrize(("school", "place"), PLACES)
def test_schools_come_by_the_first_reason_that_they_have(school: Standpoint, place: Place) -> None:
    assert place_of(school) is place
    assert may_be_confirmed_together(school) is (place is Place.OTHERS)


class Moderation:
    """The group that moderates, on the county's Tuesday: the Head chairs, the Deputy and two DSIMs decide."""

    def __init__(self, county: County) -> None:
        self.county = county
        hold_terms(2026)
        self.group: Group = GroupFactory.create(kind="dirg", authority=county.school.authority, quorum=2)
        self.other_dsim = appointed(Role.DSIM, double_district=county.double_district)
        for user in (county.head, county.deputy, county.dsim, self.other_dsim):
            MembershipFactory.create(group=self.group, person=person(user), capacity="member")
        self.finance = appointed(Role.FINANCE, authority=county.school.authority)
        MembershipFactory.create(group=self.group, person=person(self.finance), capacity="adviser")

    def school(self, name: str) -> School:
        school: School = SchoolFactory.create(district=self.county.school.district, name=name)
        also_appointed(self.county.sip, Role.SIP, school=school)
        return school

    def held(self, round_: Any) -> Meeting:
        """The meeting with all schools of the round that are ready, at which everyone is present."""
        head, group = self.county.head, self.group
        meeting = meeting_actions.plan_meeting(group, by=head, on=TUESDAY, held_on=TUESDAY)
        build_agenda(meeting, round_, [self.county.school.district_id or 0], by=head)
        for verb in (meeting_actions.call_meeting, meeting_actions.hold_meeting):
            verb(meeting, by=head, on=TUESDAY, seen_version=meeting.version)
        present = [each.person_id for each in group.memberships.all()]
        meeting_actions.record_attendance(meeting, by=head, seen_version=meeting.version, present=present)
        return meeting

    def decide(self, item: MeetingItem, by: User | None = None, **answers: Any) -> None:
        meeting_actions.decide_item(
            item, by=by or self.county.head, on=TUESDAY, seen_version=item.version, answers=answers
        )

    def confirm(self, meeting: Meeting) -> None:
        meeting.refresh_from_db()
        meeting_actions.confirm_meeting(meeting, by=self.county.head, on=TUESDAY, seen_version=meeting.version)


def person(user: User) -> Person:
    return Person.objects.get(user=user)


@pytest.fixture
def moderation(county: County) -> Moderation:
    return Moderation(county)


def item_of(meeting: Meeting, school: School) -> MeetingItem:
    return MeetingItem.objects.select_related("meeting__group", "school").get(meeting=meeting, school=school)


def test_a_round_goes_from_agenda_to_letters(moderation: Moderation) -> None:
    county = moderation.county
    disputed, changed = moderation.school("Disputed School"), moderation.school("Changed School")
    row = recommended(county, S.SHARED, school=disputed)
    headteacher = appointed(Role.HEADTEACHER, school=disputed)
    actions.answer(row, by=headteacher, on=TUESDAY, agrees=False, words="We differ", seen_version=row.version)
    recommended(county, S.SHARED, school=changed, written=whole("3"))
    recommended(county, S.DRAFT)
    meeting = moderation.held(row.round)
    assert [item.school for item in meeting.items.current()] == [disputed, changed]
    moderation.decide(item_of(meeting, disputed), category="2", level="low", causing_concern="no")
    with pytest.raises(Blocked, match="Select the evidence"):
        moderation.decide(item_of(meeting, changed), category="2", level="low", reason="Results are better")
    moderation.decide(
        item_of(meeting, changed), category="2", level="low", reason="Results are better", evidence_sources=["ofsted"]
    )
    assert not CategoryDecision.objects.exists()
    moderation.confirm(meeting)
    decided = {each.school: each for each in CategoryDecision.objects.all()}
    assert {school.name: each.category for school, each in decided.items()} == {
        "Disputed School": "2",
        "Changed School": "2",
    }
    assert decided[changed].reason == "Results are better"
    assert set(Recommendation.objects.filter(status=S.DECIDED).values_list("school", flat=True)) == {
        disputed.pk,
        changed.pk,
    }
    assert not Standing.objects.visible_to(headteacher).exists()
    letters = list(Letter.objects.filter(school=disputed))
    issue_letters(letters, by=county.head, on=TUESDAY)
    [standing] = Standing.objects.visible_to(headteacher)
    assert (standing.code, standing.told_on) == ("2", TUESDAY)


def test_the_evidence_of_an_item_leads_to_the_difference_from_ofsted(moderation: Moderation) -> None:
    row = recommended(moderation.county, S.SHARED)
    differs = CategoryMismatchFactory.create(school=row.school)
    [item] = moderation.held(row.round).items.current()
    assert evidence(item, moderation.county.head)[1]["mismatch"] == differs
    assert evidence(item, moderation.finance)[1]["mismatch"] is None, "finance reads category and causes"
    assert differs.get_absolute_url() in render_to_string(*evidence(item, moderation.county.head))


def test_no_one_decides_a_school_that_they_recommended_or_have_an_interest_in(moderation: Moderation) -> None:
    county = moderation.county
    row = recommended(county, S.SHARED)
    meeting = moderation.held(row.round)
    item = item_of(meeting, county.school)
    Recommendation.objects.filter(pk=row.pk).update(author=county.dsim, author_role=Role.DSIM)
    with pytest.raises(Blocked, match="recommended"):
        moderation.decide(item, by=county.dsim, category="2", level="low")
    with pytest.raises(PermissionDenied):
        moderation.decide(item, by=moderation.finance, category="2", level="low")
    moderation.decide(item, by=moderation.other_dsim, category="2", level="low")


def test_a_decision_is_by_the_person_who_made_it_and_the_audit_has_the_one_who_confirmed(
    moderation: Moderation,
) -> None:
    county = moderation.county
    meeting = moderation.held(recommended(county, S.SHARED).round)
    moderation.decide(item_of(meeting, county.school), by=moderation.other_dsim, category="2", level="low")
    moderation.confirm(meeting)
    made = CategoryDecision.objects.get()
    assert (made.by, made.appointment_id) == (moderation.other_dsim, None)
    assert AuditEvent.objects.about(made._meta.label_lower, made.pk).get(verb="decided").by == county.head


def test_schools_that_keep_their_category_are_confirmed_in_one_press(moderation: Moderation) -> None:
    county = moderation.county
    first = recommended(county, S.SHARED)
    meeting = moderation.held(first.round)
    item = item_of(meeting, county.school)
    with pytest.raises(Blocked, match="by itself"):
        meeting_actions.confirm_together([item], by=county.head, on=TUESDAY)
    moderation.decide(item, category="2", level="low")
    moderation.confirm(meeting)
    review = recommended(county, S.SUBMITTED, term="spring", kind="review")
    assert to_moderate(review.round).count() == 1
    later = moderation.group
    second = meeting_actions.plan_meeting(later, by=county.head, on=TUESDAY, held_on=TUESDAY.replace(day=4))
    build_agenda(second, review.round, [county.school.district_id or 0], by=county.head)
    assert to_moderate(review.round).count() == 0
    with pytest.raises(Blocked, match="ready"):
        build_agenda(second, review.round, [county.school.district_id or 0], by=county.head)


def test_a_meeting_that_cannot_apply_one_decision_applies_none(moderation: Moderation) -> None:
    county = moderation.county
    other = moderation.school("Another School")
    row = recommended(county, S.SHARED)
    recommended(county, S.SHARED, school=other)
    meeting = moderation.held(row.round)
    for school in (county.school, other):
        moderation.decide(item_of(meeting, school), category="2", level="low")
    actions.withdraw(row, by=county.dsim, on=TUESDAY, reason="It closes", seen_version=row.version)
    item = item_of(meeting, county.school)
    with pytest.raises(Blocked, match=f"Defer {item}: its recommendation was withdrawn."):
        moderation.confirm(meeting)
    assert not CategoryDecision.objects.exists()
    assert not Letter.objects.exists()
    meeting_actions.defer_item(item, by=county.head, on=TUESDAY, seen_version=item.version, reason="It closes")
    moderation.confirm(meeting)
    assert [each.school for each in CategoryDecision.objects.all()] == [other]


def test_only_a_group_that_moderates_takes_the_schools_of_a_round_or_a_referral_for_another_category(
    moderation: Moderation,
) -> None:
    county = moderation.county
    row = recommended(county, S.SHARED)
    focus = GroupFactory.create(kind="focus", authority=None, district=county.school.district, quorum=1)
    meeting = meeting_actions.plan_meeting(focus, by=county.dsim, on=TUESDAY, held_on=TUESDAY)
    with pytest.raises(Blocked, match="does not decide categories"):
        build_agenda(meeting, row.round, [county.school.district_id or 0], by=county.dsim)
    sent: dict[str, Any] = {"by": county.sip, "on": TUESDAY, "group": focus, "evidence": "Two leaders left"}
    asked: dict[str, Any] = {"ask": "recategorise", "cause": "staffing_or_leadership"}
    with pytest.raises(Blocked, match="cannot decide this"):
        send_referral(county.school, **sent, **asked)
    referral = send_referral(county.school, **sent, ask="discuss")
    type(referral).objects.filter(pk=referral.pk).update(asks="recategorise")
    referral.refresh_from_db()
    with pytest.raises(Blocked, match="cannot decide this"):
        add_to_agenda(referral, by=county.dsim, on=TUESDAY, seen_version=referral.version, meeting=meeting)


def test_the_form_of_a_referral_refuses_a_group_that_cannot_answer_it(moderation: Moderation) -> None:
    county = moderation.county
    focus = GroupFactory.create(kind="focus", authority=None, district=county.school.district)
    sent = {"group": str(focus.pk), "ask": "recategorise", "cause": "staffing_or_leadership", "urgent": "no"}

    def form(groups: Any) -> ReferForm:
        return ReferForm(sent | {"evidence": "Gone"}, groups=groups, sources=Group.objects.none())

    assert form(Group.objects.all()).errors["group"] == [f"Select a group that may decide this: {moderation.group}"]
    alone = form(Group.objects.filter(pk=focus.pk))
    assert [key for key, _label in alone.fields["ask"].choices] == ["discuss"]  # type: ignore[attr-defined]


def test_a_kind_of_group_that_no_longer_moderates_confirms_no_category(moderation: Moderation) -> None:
    county = moderation.county
    row = recommended(county, S.SHARED)
    meeting = moderation.held(row.round)
    moderation.decide(item_of(meeting, county.school), category="2", level="low")
    Group.objects.update(kind="focus")
    meeting = Meeting.objects.get(pk=meeting.pk)
    with pytest.raises(Blocked, match="does not decide categories"):
        moderation.confirm(meeting)
    assert not CategoryDecision.objects.exists()


def test_a_change_within_the_year_needs_its_cause_and_the_meeting(moderation: Moderation) -> None:
    """C7: from 2 to 3, refused without a cause; with "staffing and leadership" it is an item of the group."""
    county, group = moderation.county, moderation.group
    CategoryDecisionFactory.create(school=county.school, category="2", level="low")
    sent: dict[str, Any] = {"by": county.dsim, "on": TUESDAY, "group": group, "ask": "recategorise", "evidence": "Gone"}
    with pytest.raises(Blocked, match="Select the cause"):
        send_referral(county.school, **sent)
    referral = send_referral(county.school, cause="staffing_or_leadership", **sent)
    meeting = meeting_actions.plan_meeting(group, by=county.head, on=TUESDAY, held_on=TUESDAY)
    item = add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=referral.version, meeting=meeting)
    for verb in (meeting_actions.call_meeting, meeting_actions.hold_meeting):
        verb(meeting, by=county.head, on=TUESDAY, seen_version=meeting.version)
    present = [each.person_id for each in group.memberships.all()]
    meeting_actions.record_attendance(meeting, by=county.head, seen_version=meeting.version, present=present)
    item = item_of(meeting, county.school)
    answers: dict[str, Any] = {"category": "3", "level": "medium", "reason": "Two leaders left"}
    answers["evidence_sources"] = ["staffing"]
    with pytest.raises(Blocked, match="recommended"):
        moderation.decide(item, by=county.dsim, **answers)
    moderation.decide(item, **answers)
    moderation.confirm(meeting)
    last = CategoryDecision.objects.as_at(TUESDAY, [county.school.pk]).get()
    assert (last.category, last.change_cause, last.meeting_item_id) == ("3", "staffing_or_leadership", item.pk)
    referral.refresh_from_db()
    assert referral.status == "accepted"


def test_another_level_in_the_same_category_accepts_the_referral(moderation: Moderation) -> None:
    county, group = moderation.county, moderation.group
    CategoryDecisionFactory.create(school=county.school, category="2", level="low")
    asked: dict[str, Any] = {"ask": "recategorise", "evidence": "Gone", "cause": "staffing_or_leadership"}
    referral = send_referral(county.school, by=county.dsim, on=TUESDAY, group=group, **asked)
    meeting = meeting_actions.plan_meeting(group, by=county.head, on=TUESDAY, held_on=TUESDAY)
    add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=referral.version, meeting=meeting)
    for verb in (meeting_actions.call_meeting, meeting_actions.hold_meeting):
        verb(meeting, by=county.head, on=TUESDAY, seen_version=meeting.version)
    present = [each.person_id for each in group.memberships.all()]
    meeting_actions.record_attendance(meeting, by=county.head, seen_version=meeting.version, present=present)
    answers: dict[str, Any] = {"category": "2", "level": "high", "level_reason": "New leaders", "reason": "They left"}
    moderation.decide(item_of(meeting, county.school), **answers, evidence_sources=["staffing"])
    moderation.confirm(meeting)
    last = CategoryDecision.objects.as_at(TUESDAY, [county.school.pk]).get()
    assert (last.category, last.level) == ("2", "high")
    referral.refresh_from_db()
    assert referral.status == "accepted"


def test_a_change_that_is_declined_leaves_the_category(moderation: Moderation) -> None:
    county, group = moderation.county, moderation.group
    CategoryDecisionFactory.create(school=county.school, category="2", level="low")
    referral = send_referral(
        county.school,
        by=county.dsim,
        on=TUESDAY,
        group=group,
        ask="recategorise",
        evidence="Gone",
        cause="staffing_or_leadership",
    )
    meeting = meeting_actions.plan_meeting(group, by=county.head, on=TUESDAY, held_on=TUESDAY)
    add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=referral.version, meeting=meeting)
    for verb in (meeting_actions.call_meeting, meeting_actions.hold_meeting):
        verb(meeting, by=county.head, on=TUESDAY, seen_version=meeting.version)
    present = [each.person_id for each in group.memberships.all()]
    meeting_actions.record_attendance(meeting, by=county.head, seen_version=meeting.version, present=present)
    item = item_of(meeting, county.school)
    with pytest.raises(Blocked, match="does not change"):
        moderation.decide(item, category="2", level="low")
    moderation.decide(item, category="2", level="low", reason="The new leaders have settled in")
    moderation.confirm(meeting)
    assert CategoryDecision.objects.count() == 1
    referral.refresh_from_db()
    assert (referral.status, referral.answer_reason) == ("declined", "The new leaders have settled in")

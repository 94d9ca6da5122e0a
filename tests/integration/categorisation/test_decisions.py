"""Decisions of a category: made at once for many, told by letter, read as at a day and as known on another."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from categorisation.decisions.actions import NewDecision, decide, draft_letters_again, follow_standings
from categorisation.decisions.deadlines import NOTIFY, expected
from categorisation.decisions.rules import Decided
from categorisation.models import CategoryDecision, Recommendation, SchemeEdition
from categorisation.recommendations.states import RecommendationStatus
from schoolimprove.lib.clock import LONDON
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.models import Deadline
from schools.letters.actions import issue_letters
from schools.models import Letter, School, Standing
from schools.register.models.standing import StandingKind
from schools.register.standing import standing_of
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import (
    CategoryDecisionFactory,
    RoundFactory,
    SchemeEditionFactory,
    decided,
    recommended,
    whole,
)
from tests.factories.county import TUESDAY, County
from tests.factories.letters import withdraw_letter
from tests.factories.schools import SchoolFactory
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday", "name_is_known")]


CATEGORY = StandingKind.CATEGORY


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 15, tzinfo=LONDON)


def read(day: date, known_on: date | None = None) -> dict[int, str]:
    rows = CategoryDecision.objects.as_known(day, known_on) if known_on else CategoryDecision.objects.as_at(day)
    return {row.school_id: row.category for row in rows}


def test_as_at_the_latest_first_day_counts_and_then_what_was_decided_last() -> None:
    """By hand: 3 from September 2024; 2 from September 2025, which was corrected to 4 in November 2025."""
    school: School = SchoolFactory.create()
    make = CategoryDecisionFactory.create
    make(school=school, category="3", effective_on=date(2024, 9, 1), decided_at=at(2024, 7, 9))
    make(school=school, category="2", effective_on=date(2025, 9, 1), decided_at=at(2025, 7, 8))
    make(school=school, category="4", effective_on=date(2025, 9, 1), decided_at=at(2025, 11, 4))
    # Decided last of all, but of an earlier day.
    make(school=school, category="1", effective_on=date(2025, 1, 1), decided_at=at(2026, 2, 3))
    assert read(date(2024, 8, 31)) == {}
    assert read(date(2024, 9, 1)) == read(date(2024, 12, 31)) == {school.pk: "3"}
    assert read(date(2025, 1, 1)) == {school.pk: "1"}
    assert read(date(2025, 9, 1)) == read(date(2030, 1, 1)) == {school.pk: "4"}
    assert read(date(2025, 9, 1), known_on=date(2025, 11, 4)) == {school.pk: "4"}
    assert read(date(2025, 9, 1), known_on=date(2025, 11, 3)) == {school.pk: "2"}
    assert read(date(2025, 9, 1), known_on=date(2025, 7, 7)) == {school.pk: "3"}
    assert read(date(2025, 1, 1), known_on=date(2026, 2, 2)) == {school.pk: "3"}
    assert read(date(2025, 9, 1), known_on=date(2024, 7, 8)) == {}


def test_what_was_replaced_counts_as_long_as_no_one_knew_of_it() -> None:
    school: School = SchoolFactory.create()
    make, late = CategoryDecisionFactory.create, date(2026, 10, 1)
    first = make(school=school, category="3", effective_on=date(2025, 9, 1), decided_at=at(2025, 7, 8))
    second = make(
        school=school, category="2", effective_on=date(2025, 4, 1), decided_at=at(2026, 3, 3), supersedes=first
    )
    assert read(late) == {school.pk: "2"}
    assert read(late, known_on=date(2026, 3, 2)) == {school.pk: "3"}
    make(school=school, effective_on=second.effective_on, decided_at=at(2026, 5, 5), supersedes=second, is_void=True)
    assert read(late) == {school.pk: "3"}, "the replacement was withdrawn"
    assert read(late, known_on=date(2026, 5, 4)) == {school.pk: "2"}


def test_as_at_reads_any_number_of_schools_in_one_query() -> None:
    CategoryDecisionFactory.create_batch(4)
    with CaptureQueriesContext(connection) as asked:
        assert len(CategoryDecision.objects.as_known(TUESDAY, TUESDAY)) == 4
        wanted = School.objects.values_list("pk", flat=True)[:1]
        assert len(CategoryDecision.objects.as_at(TUESDAY, list(wanted))) == 1
    assert len(asked) == 3


def test_the_database_keeps_decisions_whole() -> None:
    row = CategoryDecisionFactory.create(round=RoundFactory.create())
    for change in ({"category": "1"}, {"reason": "Better words"}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            CategoryDecision.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        row.delete()
    again = {"school": row.school, "round": row.round}
    with pytest.raises(IntegrityError, match="one_a_round"), transaction.atomic():
        CategoryDecisionFactory.create(**again)
    CategoryDecisionFactory.create(**again, supersedes=row)
    with pytest.raises(IntegrityError, match="decided_by_someone"), transaction.atomic():
        CategoryDecisionFactory.create(by=None)


def test_a_decision_is_followed_by_all_it_brings(county: County) -> None:
    hold_terms(2026)
    row = recommended(county, written=whole("3"))
    made = decided(county, row, "3")
    assert row.status == RecommendationStatus.DECIDED
    assert not Deadline.objects.open().exclude(rule=NOTIFY).filter(school_id=county.school.pk).exists()
    standing = Standing.objects.get(school=county.school, kind="category")
    assert (standing.code, standing.label, standing.starts_on) == ("3", "3, Satisfactory", TUESDAY)
    assert (standing.source_id, standing.told_on) == (made.pk, None)
    letter = Letter.objects.get(subject_id=made.pk)
    assert letter.fields["why"] == "The school knows what to improve."
    assert letter.fields["support"][:2] == ["3 core visits", "3 additional visits"]
    deadline = Deadline.objects.open().get(rule=NOTIFY)
    assert deadline.due_on == date(2026, 11, 10), "5 working days after Tuesday 3 November"
    assert AuditEvent.objects.filter(subject_kind=made._meta.label_lower, verb="decided").count() == 1
    assert made.support_from == date(2027, 9, 1), "the support of an annual round is the next year’s"


def test_the_school_is_told_when_its_letter_is_issued(county: County) -> None:
    hold_terms(2026)
    row = recommended(county)
    made = decided(county, row)
    mine: Any = Recommendation.objects.filter(pk=row.pk).with_progress()
    assert mine.get().progress == "moderated"
    assert not CategoryDecision.objects.visible_to(county.headteacher).exists()
    assert CategoryDecision.objects.visible_to(county.sip).exists()
    issue_letters(Letter.objects.filter(subject_id=made.pk), by=county.head, on=TUESDAY)
    assert Standing.objects.get(source_id=made.pk).told_on == TUESDAY
    assert not Deadline.objects.open().filter(rule=NOTIFY).exists()
    assert CategoryDecision.objects.visible_to(county.headteacher).exists()
    assert mine.get().progress == "told"


def test_an_old_letter_does_not_tell_the_school_of_a_newer_decision(county: County) -> None:
    hold_terms(2026)
    made = decided(county, recommended(county))
    change = Decided("3", "medium", reason="Two teachers left", evidence_sources=("staffing",), change_cause="results")
    new = NewDecision(county.school, made.scheme, change, TUESDAY + timedelta(days=1))
    [later] = decide([new], by=Actor(county.head), on=TUESDAY)
    assert later.support_from == later.effective_on
    issue_letters(Letter.objects.filter(subject_id=made.pk), by=county.head, on=TUESDAY)
    assert Standing.objects.get(source_id=later.pk).told_on is None
    assert Deadline.objects.open().get(rule=NOTIFY).subject_id == later.pk


def in_year(county: County, category: str, level: str, on: date = TUESDAY) -> CategoryDecision:
    scheme = SchemeEdition.objects.first() or SchemeEditionFactory.create(published=True)
    change = Decided(
        category, level, reason="Two teachers left", evidence_sources=("staffing",), change_cause="results"
    )
    [made] = decide([NewDecision(county.school, scheme, change, on)], by=Actor(county.head), on=TUESDAY)
    return made


def told_of(county: County) -> str:
    row = standing_of(county.headteacher, [county.school.pk], TUESDAY).get(county.school.pk, {}).get(CATEGORY)
    return row.code if row else "none"


def test_two_letters_of_a_school_that_are_issued_together_tell_it_of_the_category_that_counts(county: County) -> None:
    hold_terms(2026)
    decided(county, recommended(county))
    in_year(county, "4", "high")
    assert told_of(county) == "none"
    issue_letters(Letter.objects.waiting(), by=county.head, on=TUESDAY)
    assert told_of(county) == "4"


def test_a_school_is_told_of_today_and_later_of_what_comes(county: County) -> None:
    hold_terms(2026)
    decided(county, recommended(county))
    later = in_year(county, "4", "high", date(2026, 12, 1))
    issue_letters(Letter.objects.exclude(subject_id=later.pk), by=county.head, on=TUESDAY)
    assert told_of(county) == "2"
    known = Standing.objects.order_by("starts_on").values_list("code", "told_on", "end_told_on")
    assert list(known) == [("2", TUESDAY, None), ("4", None, None)]
    issue_letters(Letter.objects.filter(subject_id=later.pk), by=county.head, on=TUESDAY)
    assert list(known.all()) == [("2", TUESDAY, TUESDAY), ("4", TUESDAY, None)]


def test_a_review_that_confirms_a_category_leaves_the_school_as_it_stands(county: County) -> None:
    hold_terms(2026)
    past = CategoryDecisionFactory.create(school=county.school, imported_run=1, by=None)
    follow_standings([county.school.pk], by=Actor(county.head), on=TUESDAY)
    standing = Standing.objects.get()
    assert (standing.starts_on, standing.source_id) == (past.effective_on, past.pk)
    made = decided(county, recommended(county, RecommendationStatus.SUBMITTED, kind="review"))
    confirmed = Standing.objects.get()
    assert (confirmed.pk, confirmed.starts_on, confirmed.source_id) == (standing.pk, past.effective_on, made.pk)
    assert confirmed.told_on == past.decided_on
    issue_letters(Letter.objects.all(), by=county.head, on=TUESDAY)
    assert Standing.objects.get().told_on == past.decided_on
    in_year(county, "3", "medium")
    assert Standing.objects.get(ends_on=None).starts_on == TUESDAY


def test_a_letter_that_was_discarded_is_still_asked_for_and_drafted_again(county: County) -> None:
    hold_terms(2026)
    made = decided(county, recommended(county))
    letter = Letter.objects.get()
    with pytest.raises(Blocked, match="has its letter"):
        draft_letters_again(county.school, by=county.head, on=TUESDAY)
    withdraw_letter(letter, by=county.dsim, reason="A wrong name", seen_version=letter.version)
    assert [each.subject_id for each in expected(TUESDAY)] == [made.pk]
    shown = signed_in(county.head).get(made.get_absolute_url()).content.decode()
    assert "Draft the letter again" in shown
    assert "Draft the letter again" not in signed_in(county.dsim).get(made.get_absolute_url()).content.decode()
    with pytest.raises(PermissionDenied):
        draft_letters_again(county.school, by=county.dsim, on=TUESDAY)
    address = f"{made.get_absolute_url()}letter/"
    assert signed_in(county.head).post(address, {"base_version": 0}).status_code == 302
    again = Letter.objects.waiting().get()
    assert (again.subject_id, again.fields) == (made.pk, letter.fields)
    issue_letters([again], by=county.head, on=TUESDAY)
    assert not expected(TUESDAY)


def test_a_correction_replaces_the_decision_and_its_letter(county: County) -> None:
    hold_terms(2026)
    row = recommended(county)
    made = decided(county, row)
    better = Decided("2", "low", reason="The day was wrong")
    new = NewDecision(county.school, made.scheme, better, date(2026, 9, 1), row, supersedes=made)
    [corrected] = decide([new], by=Actor(county.head), on=TUESDAY)
    assert list(CategoryDecision.objects.as_at(TUESDAY)) == [corrected]
    assert {each.subject_id for each in Letter.objects.waiting()} == {corrected.pk}
    assert Standing.objects.get(ends_on=None, kind="category").starts_on == date(2026, 9, 1)


def test_a_decision_is_refused_with_every_reason_and_nothing_is_kept(county: County) -> None:
    hold_terms(2026)
    row = recommended(county)
    with pytest.raises(Blocked) as refused:
        decided(county, row, "3", level_reason="", proposed_stage="focus")
    assert refused.value.messages == [
        f"{county.school}: Enter why the category is not the one recommended.",
        f"{county.school}: Select the evidence for the change.",
        f"{county.school}: Propose a stage only for a school that is causing concern.",
    ]
    in_year = NewDecision(county.school, SchemeEditionFactory.create(published=True), Decided("2", "low"), TUESDAY)
    with pytest.raises(Blocked, match="what caused the change"):
        decide([in_year], by=Actor(county.head), on=TUESDAY)
    assert not CategoryDecision.objects.exists()


def test_of_two_who_decide_at_once_the_second_is_told(county: County) -> None:
    hold_terms(2026)
    row = recommended(county)
    stale = Recommendation.objects.get(pk=row.pk)
    decided(county, row)
    with pytest.raises(Blocked, match="decided already"):
        decided(county, stale)


def test_a_recommendation_that_changed_since_is_a_conflict(county: County) -> None:
    hold_terms(2026)
    row = recommended(county)
    stale = Recommendation.objects.get(pk=row.pk)
    Recommendation.objects.filter(pk=row.pk).update(version=row.version + 1)
    with pytest.raises(Conflict):
        decided(county, stale)
    assert not CategoryDecision.objects.exists()


def test_many_are_decided_in_as_many_queries_as_few(county: County) -> None:
    scheme = SchemeEditionFactory.create(published=True)
    in_year = Decided("3", "medium", change_cause="results", reason="Results fell")

    def queries(number: int) -> int:
        schools = SchoolFactory.create_batch(number, district=county.school.district)
        new = [NewDecision(school, scheme, in_year, TUESDAY) for school in schools]
        with CaptureQueriesContext(connection) as asked:
            decide(new, by=Actor(county.head), on=TUESDAY)
        return len(asked)

    queries(1)  # The first letter of a year makes the counter.
    assert queries(2) == queries(12)

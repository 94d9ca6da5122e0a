"""A recommendation from the opened round to the school's answer: who may, what follows, and who reads it when."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from categorisation.models import Agreement, Recommendation, Round, SchemeEdition
from categorisation.opening.actions import blockers_to_closing, close_round, open_round
from categorisation.policy import RECOMMENDATION_ASSURED
from categorisation.recommendations import actions
from categorisation.recommendations.deadlines import AGREE, ASSURE, MODERATE, RECOMMEND, REVIEW, expected_in_open_rounds
from categorisation.recommendations.hand_over import give_to_partner, hand_over_drafts
from categorisation.recommendations.overnight import record_silence
from categorisation.recommendations.pages import RecommendationFilter
from categorisation.recommendations.states import RECOMMENDATION, RecommendationStatus
from categorisation.schemes.shipped import EDITIONS
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.policy.actions import sync_policy
from schoolimprove.policy.editions import ship_editions
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import asked_of
from schools.register.people.work import works
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import RecommendationFactory, RoundFactory, recommended, whole
from tests.factories.county import TUESDAY, County, end
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import SchoolFactory, StandingFactory, also_appointed, appointed
from tests.integration.together import together

pytestmark = pytest.mark.django_db
S = RecommendationStatus


def deadlines_of(row: Recommendation) -> dict[str, date | None]:
    rows = Deadline.objects.open().filter(subject_id=row.pk, subject_kind=row._meta.label_lower)
    return {each.rule: each.due_on for each in rows}


def as_others_see(row: Recommendation) -> Recommendation:
    return Recommendation.objects.select_related("round__scheme").get(pk=row.pk)


def progress_of(row: Recommendation) -> Any:
    found: Any = Recommendation.objects.with_progress().get(pk=row.pk)
    return found.progress


# The round.


def test_a_round_gets_a_row_for_every_school_we_serve_once(county: County) -> None:
    hold_terms(2026)
    SchoolFactory.create(type_code="11", name="Independent")
    planned = open_round(2026, "autumn", by=county.head, on=TUESDAY, dry_run=True)
    assert ([school.name for school in planned.schools], Round.objects.count()) == ([county.school.name], 0)
    opened = open_round(2026, "autumn", by=county.head, on=TUESDAY)
    assert (opened.round.kind, len(opened.schools), opened.present) == ("review", 1, 0)
    later = SchoolFactory.create(district=county.school.district)
    again = open_round(2026, "autumn", by=None, on=TUESDAY)
    assert ([school.pk for school in again.schools], again.present) == ([later.pk], 1)
    assert Recommendation.objects.filter(round=opened.round).count() == 2
    assert AuditEvent.objects.filter(verb="opened", subject_kind="categorisation.round").count() == 1


def test_the_autumn_round_of_2026_is_due_on_days_counted_by_hand(county: County) -> None:
    """The term ends on Friday 18 December: 5 school days before is the 11th, 20 before is Friday 20 November."""
    hold_terms(2026)
    opened = open_round(2026, "autumn", by=None, on=TUESDAY).round
    assert (opened.recommend_by, opened.moderate_by) == (date(2026, 11, 20), date(2026, 12, 11))


def test_a_round_needs_term_dates_a_right_and_to_be_open(county: County) -> None:
    with pytest.raises(Blocked, match="no term dates"):
        open_round(2026, "autumn", by=county.head, on=TUESDAY)
    hold_terms(2026)
    with pytest.raises(PermissionDenied):
        open_round(2026, "autumn", by=county.dsim, on=TUESDAY)
    opened = open_round(2026, "autumn", by=county.head, on=TUESDAY).round
    assert blockers_to_closing(opened) == ["1 school is still to be decided or withdrawn."]
    row = opened.recommendations.get()
    actions.withdraw(row, by=county.dsim, on=TUESDAY, reason="It closes", seen_version=row.version)
    make_move(opened, "close", by=county.head, seen_version=opened.version)
    with pytest.raises(Blocked, match="is closed"):
        open_round(2026, "autumn", by=county.head, on=TUESDAY)


@pytest.mark.django_db(transaction=True)
def test_two_who_open_a_round_at_once_add_no_school_twice(clock_at: Any) -> None:
    clock_at(TUESDAY)
    county = County()
    hold_terms(2026)
    sync_policy()
    ship_editions(SchemeEdition, EDITIONS)

    def opens() -> int:
        return len(open_round(2026, "autumn", by=county.head, on=TUESDAY).schools)

    assert sorted(together(opens, opens)) == [0, 1]
    assert Recommendation.objects.count() == 1


# Writing, approving, sharing.


def test_a_recommendation_is_saved_unfinished_and_submitted_whole(county: County) -> None:
    row = RecommendationFactory.create(school=county.school)
    actions.write(row, whole(statement=""), by=county.sip, on=TUESDAY, seen_version=1)
    assert (row.status, row.author, row.author_role) == (S.DRAFT, county.sip, Role.SIP)
    with pytest.raises(Blocked, match="Enter the statement"):
        actions.submit(row, by=county.sip, on=TUESDAY, seen_version=row.version)
    actions.write(row, whole(), by=county.sip, on=TUESDAY, seen_version=row.version)
    actions.submit(row, by=county.sip, on=TUESDAY, seen_version=row.version)
    assert row.status == S.SUBMITTED


def test_what_a_colleague_began_is_theirs(county: County) -> None:
    row = recommended(county, S.DRAFT)
    other = appointed(Role.SIP, school=county.school)
    with pytest.raises(Blocked, match="cannot write"):
        actions.write(row, whole(), by=other, on=TUESDAY, seen_version=row.version)
    assert actions.writing_as(county.dsim, row) is None


def test_a_draft_that_was_saved_elsewhere_is_a_conflict(county: County) -> None:
    row = recommended(county, S.DRAFT)
    stale = as_others_see(row)
    actions.write(row, whole("3"), by=county.sip, on=TUESDAY, seen_version=row.version)
    with pytest.raises(Conflict):
        actions.write(stale, whole("1"), by=county.sip, on=TUESDAY, seen_version=stale.version)
    assert as_others_see(row).category == "3"


def test_a_dsim_s_own_recommendation_is_approved_by_head_or_deputy(county: County) -> None:
    row = RecommendationFactory.create(school=county.school)
    actions.write(row, whole(), by=county.dsim, on=TUESDAY, seen_version=1)
    actions.submit(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    move = RECOMMENDATION.move("share")
    assert row.barred(county.dsim, move) == "Another person must approve or return what you wrote."
    other_dsim = appointed(Role.DSIM, double_district=county.double_district)
    with pytest.raises(PermissionDenied, match="line manager"):
        actions.share(row, by=other_dsim, on=TUESDAY, seen_version=row.version)
    actions.share(row, by=county.deputy, on=TUESDAY, seen_version=row.version)
    assert row.status == S.SHARED


def test_without_approval_by_policy_submitting_shares(county: County) -> None:
    PolicyRowFactory.create(
        key=RECOMMENDATION_ASSURED.name, value={"is_assured": False}, effective_from=date(2026, 9, 1)
    )
    row = recommended(county, S.DRAFT)
    actions.submit(row, by=county.sip, on=TUESDAY, seen_version=row.version)
    assert (row.status, row.shared_by) == (S.SHARED, county.sip)


def test_a_returned_recommendation_is_its_author_s_again_with_the_reason(county: County) -> None:
    row = recommended(county, S.SUBMITTED)
    actions.return_to_author(row, by=county.dsim, on=TUESDAY, reason="Say more", seen_version=row.version)
    assert row.status == S.DRAFT
    assert AuditEvent.objects.about(row._meta.label_lower, row.pk).filter(verb="return", reason="Say more").exists()
    assert set(deadlines_of(row)) == {RECOMMEND}


# Reviews.


def test_a_review_is_no_change_in_one_press_by_the_dsim_and_never_shared(county: County) -> None:
    row = RecommendationFactory.create(school=county.school, round__kind="review")
    with pytest.raises(Blocked, match="no category yet"):
        actions.recommend_no_change(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    StandingFactory.create(school=county.school, kind="category", code="2", label="2, Good")
    assert actions.writing_as(county.sip, row) is None
    with pytest.raises(PermissionDenied):
        actions.recommend_no_change(row, by=county.sip, on=TUESDAY, seen_version=row.version)
    actions.recommend_no_change(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    assert (row.status, row.no_change, row.author) == (S.SUBMITTED, True, county.dsim)
    assert deadlines_of(row) == {}
    assert not Recommendation.objects.visible_to(county.headteacher).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.filter(pk=row.pk).update(
            status=S.SHARED, shared_by=county.head, shared_at=row.created_at
        )


# The school.


def test_one_disagreement_and_one_silence_go_to_moderation_as_they_are(county: County, clock_at: Any) -> None:
    """C8."""
    hold_terms(2026)
    row = recommended(county)
    actions.answer(row, by=county.headteacher, on=TUESDAY, agrees=False, words="We differ", seen_version=row.version)
    late = date(2026, 11, 18)
    clock_at(late)
    assert (record_silence(late), record_silence(late)) == (1, 0)
    answers = {each.role: (each.agrees, each.words) for each in row.agreements.all()}
    assert answers == {"headteacher": (False, "We differ"), "chair": (None, "")}
    assert progress_of(row) == "disputed"
    assert row.status == S.SHARED
    actions.answer(row, by=county.chair, on=late, agrees=True, words="", seen_version=row.version)
    assert deadlines_of(row) == {}


def test_each_answers_once_in_words_where_they_disagree(county: County) -> None:
    row = recommended(county)
    with pytest.raises(Blocked, match="Enter why you disagree"):
        actions.answer(row, by=county.chair, on=TUESDAY, agrees=False, words=" ", seen_version=row.version)
    actions.answer(row, by=county.chair, on=TUESDAY, agrees=True, words="", seen_version=row.version)
    with pytest.raises(Blocked, match="already answered"):
        actions.answer(row, by=county.chair, on=TUESDAY, agrees=False, words="No", seen_version=row.version)
    with pytest.raises(Blocked):
        actions.answer(row, by=county.sip, on=TUESDAY, agrees=True, words="", seen_version=row.version)


def test_an_answer_is_never_altered(county: County) -> None:
    row = recommended(county)
    actions.answer(row, by=county.chair, on=TUESDAY, agrees=True, words="", seen_version=row.version)
    for change in (lambda: Agreement.objects.update(words="No"), lambda: Agreement.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


PROGRESS = [
    ([], "shared"),
    ([True], "agreed"),
    ([True, True], "agreed"),
    ([True, None], "agreed"),
    ([True, False], "disputed"),
    ([False, None], "disputed"),
    ([None, None], "silent"),
]


@pytest.mark.parametrize(("answers", "progress"), PROGRESS)
def test_what_the_school_says_is_its_progress(county: County, answers: list[bool | None], progress: str) -> None:
    row = recommended(county)
    for role, agrees in zip(("headteacher", "chair"), answers, strict=False):
        by = None if agrees is None else county.head
        Agreement.objects.create(recommendation=row, role=role, agrees=agrees, words="No" if by else "", by=by)
    assert progress_of(row) == progress


# Deadlines and tasks.


def test_deadlines_follow_the_recommendation_by_dates_counted_by_hand(county: County) -> None:
    """Approve by Tuesday 10 November, five working days on; answer by Tuesday 17 November, ten school days on."""
    hold_terms(2026)
    row = recommended(county, S.DRAFT)
    actions.submit(row, by=county.sip, on=TUESDAY, seen_version=row.version)
    assert deadlines_of(row) == {ASSURE: date(2026, 11, 10)}
    actions.share(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    assert deadlines_of(row) == {AGREE: date(2026, 11, 17)}
    open_rows = Deadline.objects.open().filter(subject_kind=row._meta.label_lower)
    assert {(each.rule, each.subject_id, each.due_on) for each in open_rows} == {
        (each.rule, each.subject_id, each.due_on) for each in expected_in_open_rounds(TUESDAY) if each.rule != MODERATE
    }


def tasks_of(user: User) -> list[str]:
    return sorted(row.rule for row in asked_of(user, TUESDAY) if row.rule.startswith("recommendation"))


def test_each_has_in_their_tasks_what_is_theirs_to_do(county: County) -> None:
    hold_terms(2026)
    opened = RoundFactory.create()
    row = RecommendationFactory.create(school=county.school, round=opened)
    open_round(2026, "autumn", by=None, on=TUESDAY)
    assert (tasks_of(county.sip), tasks_of(county.dsim)) == ([RECOMMEND], [])
    actions.write(row, whole(), by=county.sip, on=TUESDAY, seen_version=row.version)
    actions.submit(row, by=county.sip, on=TUESDAY, seen_version=row.version)
    assert (tasks_of(county.sip), tasks_of(county.dsim), tasks_of(county.head)) == ([], [ASSURE], [])
    actions.share(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    assert (tasks_of(county.dsim), tasks_of(county.headteacher), tasks_of(county.chair)) == ([], [AGREE], [AGREE])
    actions.answer(row, by=county.chair, on=TUESDAY, agrees=True, words="", seen_version=row.version)
    assert (tasks_of(county.headteacher), tasks_of(county.chair)) == ([AGREE], [])


def test_a_review_is_the_dsim_s_task(county: County) -> None:
    hold_terms(2026)
    open_round(2026, "autumn", by=None, on=TUESDAY)
    assert (tasks_of(county.sip), tasks_of(county.dsim)) == ([], [REVIEW])


# Who reads it.

READERS = {
    S.DUE: {"sip", "dsim", "deputy", "head", "director"},
    S.DRAFT: {"sip", "dsim", "deputy", "head", "director"},
    S.SUBMITTED: {"sip", "dsim", "deputy", "head", "director"},
    S.SHARED: {"sip", "dsim", "deputy", "head", "director", "headteacher", "chair", "eip"},
}


@pytest.mark.parametrize("status", READERS)
def test_a_school_reads_nothing_before_it_is_shared(county: County, status: RecommendationStatus) -> None:
    recommended(county, status)
    users = {name: getattr(county, name) for name in READERS[S.SHARED] - {"eip"}}
    users["eip"] = appointed(Role.EIP, district=county.school.district)
    seen = {name for name, user in users.items() if Recommendation.objects.visible_to(user).exists()}
    assert seen == READERS[status] | ({"eip"} if status == S.DUE else set())


def test_the_head_of_a_school_who_is_sip_there_too_is_only_its_head(county: County) -> None:
    recommended(county, S.DRAFT)
    also_appointed(county.headteacher, Role.SIP, school=county.school)
    assert not Recommendation.objects.visible_to(county.headteacher).exists()


# Every pair of states.

MOVERS = {"submit": "sip", "no change": "dsim", "return": "dsim", "share": "dsim", "withdraw": "dsim"}
LEGAL = {
    ("submit", S.DRAFT),
    ("no change", S.DUE),
    ("return", S.SUBMITTED),
    ("share", S.SUBMITTED),
    *(("withdraw", status) for status in (S.DUE, S.DRAFT, S.SUBMITTED, S.SHARED)),
}


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("verb", MOVERS)
def test_a_move_is_made_from_its_own_states_and_no_other(
    county: County, verb: str, status: RecommendationStatus
) -> None:
    row = in_state(county, status)
    fields: dict[str, Any] = {"author": county.dsim, "author_role": Role.DSIM} if verb == "no change" else {}
    if verb == "share":
        fields = {"shared_at": row.created_at, "shared_by": county.dsim}

    def move() -> None:
        make_move(row, verb, by=getattr(county, MOVERS[verb]), seen_version=row.version, reason="Why", **fields)

    if (verb, status) in LEGAL:
        move()
        assert row.status == RECOMMENDATION.move(verb).target
    else:
        with pytest.raises((Conflict, PermissionDenied)):
            move()
        assert as_others_see(row).status == status


def in_state(county: County, status: RecommendationStatus) -> Recommendation:
    written = {} if status == S.DUE else {"author": county.sip, "author_role": Role.SIP}
    shared = {"shared_at": clock.now(), "shared_by": county.dsim} if status == S.SHARED else {}
    row: Recommendation = RecommendationFactory.create(school=county.school, status=status, **written, **shared)
    return row


def test_a_round_is_closed_when_nothing_is_left_to_decide(county: County) -> None:
    hold_terms(2026)
    row = recommended(county, S.SHARED)
    seen = Round.objects.get()
    with pytest.raises(Blocked, match="1 school is still to be decided"):
        close_round(seen, by=county.head, on=TUESDAY, seen_version=seen.version)
    actions.withdraw(row, by=county.head, on=TUESDAY, reason="It closes", seen_version=row.version)
    close_round(seen, by=county.head, on=TUESDAY, seen_version=seen.version)
    assert seen.status == "closed"


def test_the_head_is_asked_once_to_have_a_round_decided(county: County) -> None:
    hold_terms(2026)
    SchoolFactory.create(district=county.school.district)
    open_round(2026, "autumn", by=None, on=TUESDAY)
    first, last = Recommendation.objects.select_related("round", "school")
    mine = Deadline.objects.open().filter(rule=MODERATE)
    assert [(each.subject_id, each.school_id, each.due_on) for each in mine] == [
        (first.round_id, None, date(2026, 12, 11))
    ]
    assert MODERATE not in {row.rule for row in asked_of(county.head, TUESDAY)}
    assert MODERATE in {row.rule for row in asked_of(county.head, first.round.recommend_by)}
    assert MODERATE not in {row.rule for row in asked_of(county.dsim, first.round.recommend_by)}
    for row, left in ((first, 1), (last, 0)):
        actions.withdraw(row, by=county.head, on=TUESDAY, reason="Not this time", seen_version=row.version)
        assert mine.all().count() == left


def test_the_list_reads_the_scheme_of_a_round_once(county: County) -> None:
    for school in SchoolFactory.create_batch(3, district=county.school.district):
        RecommendationFactory.create(school=school)
    rows = list(Recommendation.objects.for_lists())
    assert len({id(row.round.scheme) for row in rows}) == 1


def test_the_filter_offers_only_the_categories_that_the_reader_sees(county: County) -> None:
    hold_terms(2026)
    recommended(county, written=whole("3"))
    elsewhere = RecommendationFactory.create()
    Recommendation.objects.filter(pk=elsewhere.pk).update(category="4")
    mine = RecommendationFilter({}, Recommendation.objects.visible_to(county.sip).with_progress())
    assert mine.filters["category"].extra["choices"] == [("3", "3")]


# A draft whose author has left.


def test_a_draft_goes_with_the_school_to_its_next_partner(county: County) -> None:
    hold_terms(2026)
    row = recommended(county, S.DRAFT)
    successor = appointed(Role.SIP, school=county.school)
    assert hand_over_drafts(county.sip, to=None, by=Actor(county.dsim)) == 0
    assert hand_over_drafts(county.sip, to=successor, by=Actor(county.dsim), at=[county.school]) == 1
    row.refresh_from_db()
    assert (row.author, row.status) == (successor, S.DRAFT)
    assert actions.writing_as(successor, row)
    assert not actions.writing_as(county.sip, row)
    assert "recommendations" in {each.key for each in works}


def test_the_dsim_gives_a_draft_that_was_left_to_the_current_partner(county: County) -> None:
    hold_terms(2026)
    row = recommended(county, S.DRAFT)
    with pytest.raises(Blocked, match="no other School Improvement Partner"):
        give_to_partner(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    end(county.sip, on=TUESDAY - timedelta(days=2))
    successor = appointed(Role.SIP, school=county.school)
    row = as_others_see(row)
    with pytest.raises(PermissionDenied):
        give_to_partner(row, by=successor, on=TUESDAY, seen_version=row.version)
    give_to_partner(row, by=county.dsim, on=TUESDAY, seen_version=row.version)
    assert (row.author, row.author_role) == (successor, "sip")
    assert actions.writing_as(successor, row)

"""Two people plan or move the same visit at the same moment: one wins, and the other is told."""

from typing import Any

import pytest

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked, Conflict
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.schools.visits.test_planning import NEXT_WEEK, WEEK_AFTER, visit_at
from tests.integration.together import one_before_the_other_commits

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_core_visits_planned_at_once_the_term_has_one() -> None:
    hold_terms(2026)
    school = SchoolFactory.create()
    sip, dsim = appointed(Role.SIP, school=school), appointed(Role.DSIM, district=school.district)

    def plan(by: Any) -> Any:
        with clock.at(TUESDAY):
            return visit_actions.plan(school, Plan("core", NEXT_WEEK), by=by, on=TUESDAY)

    first, second = one_before_the_other_commits(lambda: plan(sip), lambda: plan(dsim))
    assert first.status == VisitStatus.PROPOSED
    assert isinstance(second, Blocked)
    assert school.visits.count() == 1


def test_a_date_that_is_moved_while_it_is_agreed_is_agreed_or_moved_and_never_both() -> None:
    hold_terms(2026)
    school = SchoolFactory.create()
    sip, head = appointed(Role.SIP, school=school), appointed(Role.HEADTEACHER, school=school)
    visit = visit_at(VisitStatus.PROPOSED, school)
    same = type(visit).objects.get(pk=visit.pk)

    def move() -> None:
        with clock.at(TUESDAY):
            visit_actions.reschedule(visit, by=sip, on=TUESDAY, seen_version=1, day=WEEK_AFTER, reason="Training")

    def agree() -> None:
        with clock.at(TUESDAY):
            visit_actions.agree(same, by=head, on=TUESDAY, seen_version=1)

    moved, agreed = one_before_the_other_commits(move, agree)
    assert moved is None
    assert isinstance(agreed, Conflict)
    visit.refresh_from_db()
    assert (visit.status, visit.planned_on) == (VisitStatus.PROPOSED, WEEK_AFTER)

"""Differences between Ofsted and the category: found, ended, and settled by a signed response (domain 4.5, C6)."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from categorisation.decisions.actions import NewDecision, decide
from categorisation.decisions.rules import Decided
from categorisation.mismatches import actions
from categorisation.mismatches.deadlines import SETTLE
from categorisation.mismatches.models import open_mismatches
from categorisation.mismatches.states import MISMATCH, MismatchStatus
from categorisation.models import CategoryMismatch, SchemeEdition
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict, transition
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.registry import asked_of
from schools.inspections.actions import correct_inspection, enter_inspection, withdraw_inspection
from schools.models import Inspection, School
from tests.factories.categorisation import (
    CategoryDecisionFactory,
    CategoryMismatchFactory,
    SchemeEditionFactory,
)
from tests.factories.county import TUESDAY, County
from tests.factories.inspections import InspectionFactory, shipped_framework
from tests.factories.schools import SchoolFactory, also_appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = MismatchStatus
WEDNESDAY = TUESDAY + timedelta(days=1)
APPEAL: dict[str, Any] = {
    "response": "appeal_letter",
    "explanation": "Results rose after the visit.",
    "letter_reference": "SI/2026/14",
    "response_on": TUESDAY,
}
PRESENTED: dict[str, Any] = {**APPEAL, "response": "presentation", "letter_reference": ""}
NONE: dict[str, Any] = {**PRESENTED, "response": "none", "response_on": None}


def inspect(
    county: County, grade: str, *, school: School | None = None, code: str = "2005", **other: Any
) -> Inspection:
    """Enter a full inspection of October 2026 under the framework whose grades the scheme compares."""
    fields: dict[str, Any] = {
        "kind": "full",
        "starts_on": date(2026, 10, 6),
        "ends_on": date(2026, 10, 7),
        "report_received_on": date(2026, 10, 20),
        "areas": {"overall": grade},
    }
    where = school or county.school
    return enter_inspection(where, shipped_framework(code), by=county.dsim, on=TUESDAY, **fields | other)


def categorise(county: County, category: str, **other: Any) -> None:
    """Decide within the year."""
    scheme = SchemeEdition.objects.filter(title="Invented scheme").first() or SchemeEditionFactory.create()
    level = scheme.scheme.category(category).level
    decided = Decided(category, level, "", "Results", ("attainment",), "results")
    effective_on = other.pop("effective_on", TUESDAY)
    decide([NewDecision(county.school, scheme, decided, effective_on)], by=Actor(county.head), on=TUESDAY)


def mismatches() -> list[tuple[str, str]]:
    return list(CategoryMismatch.objects.order_by("pk").values_list("direction", "status"))


def found(county: County, category: str = "2", grade: str = "4") -> CategoryMismatch:
    categorise(county, category)
    inspect(county, grade)
    row: CategoryMismatch = CategoryMismatch.objects.for_lists().get()
    return row


def draft(row: CategoryMismatch, county: County, **fields: Any) -> None:
    actions.draft_response(row, by=county.dsim, on=TUESDAY, seen_version=row.version, **(fields or APPEAL))


def sign(row: CategoryMismatch, county: County) -> None:
    actions.sign_response(row, by=county.head, on=TUESDAY, seen_version=row.version)


# Found and ended.

C6 = [("2", "4", ["harsher"]), ("4", "2", ["more_generous"]), ("3", "3", [])]


@pytest.mark.parametrize("inspected_first", [True, False])
@pytest.mark.parametrize(("category", "grade", "directions"), C6)
def test_it_is_found_when_either_side_comes(
    county: County, category: str, grade: str, directions: list[str], inspected_first: bool
) -> None:
    """C6: LA 2 and Ofsted 4; LA 4 and Ofsted 2; equal."""
    if inspected_first:
        inspect(county, grade)
        categorise(county, category)
    else:
        categorise(county, category)
        inspect(county, grade)
    assert mismatches() == [(direction, "found") for direction in directions]
    assert set(open_mismatches([county.school.pk])) == ({county.school.pk} if directions else set())


def test_what_the_scheme_does_not_compare_is_never_a_mismatch(county: County) -> None:
    categorise(county, "1")
    inspect(county, "4", code="2012")
    assert mismatches() == []


def test_an_inspection_counts_once_its_report_has_come(county: County) -> None:
    categorise(county, "2")
    inspection = inspect(county, "4", report_received_on=None, areas={})
    assert mismatches() == []
    received = {"report_received_on": TUESDAY, "areas": {"overall": "4"}}
    correct_inspection(inspection, by=county.dsim, on=TUESDAY, reason="Report", seen_version=1, **received)
    assert mismatches() == [("harsher", "found")]


def test_it_ends_when_the_category_changes_to_agree(county: County) -> None:
    row = found(county)
    draft(row, county)
    categorise(county, "4")
    row.refresh_from_db()
    assert (row.status, row.settled_by) == (S.ENDED, None)
    assert AuditEvent.objects.get(verb="end", subject_id=row.pk).reason == "They no longer differ."
    assert not Deadline.objects.open().filter(rule=SETTLE).exists()


def test_it_ends_when_the_inspection_is_withdrawn(county: County) -> None:
    row = found(county)
    withdraw_inspection(row.inspection, by=county.dsim, on=TUESDAY, reason="Wrong school", seen_version=1)
    assert mismatches() == [("harsher", "ended")]


def test_another_difference_takes_its_place(county: County) -> None:
    row = found(county)
    correct = {"areas": {"overall": "1"}}
    correct_inspection(row.inspection, by=county.dsim, on=TUESDAY, reason="Misread", seen_version=1, **correct)
    assert mismatches() == [("harsher", "ended"), ("more_generous", "found")]


def test_a_category_that_is_confirmed_asks_for_no_second_response(county: County) -> None:
    row = found(county)
    draft(row, county)
    sign(row, county)
    categorise(county, "2")
    assert mismatches() == [("harsher", "settled")]
    categorise(county, "3")
    assert mismatches() == [("harsher", "settled"), ("harsher", "found")]


def test_a_category_that_begins_later_is_compared_in_that_night(county: County, clock_at: Any) -> None:
    inspect(county, "4")
    categorise(county, "2", effective_on=WEDNESDAY)
    assert mismatches() == []
    clock_at(WEDNESDAY)
    assert actions.follow_begun(WEDNESDAY) == 1
    assert mismatches() == [("harsher", "found")]
    actions.follow_begun(WEDNESDAY)
    assert len(mismatches()) == 1


def test_many_schools_are_compared_in_as_many_queries_as_few(county: County) -> None:
    scheme = SchemeEditionFactory.create()

    def queries(count: int) -> int:
        schools = SchoolFactory.create_batch(count, district=county.school.district)
        for school in schools:
            CategoryDecisionFactory.create(school=school, scheme=scheme)
            InspectionFactory.create(school=school, framework=shipped_framework("2005"), areas={"overall": "4"})
        with CaptureQueriesContext(connection) as asked:
            actions.follow([school.pk for school in schools], Actor(county.head))
        return len(asked)

    queries(1)
    assert queries(2) == queries(12)
    assert CategoryMismatch.objects.open().count() == 15


# Settled.


@pytest.mark.parametrize(
    ("category", "grade", "response"), [("2", "4", APPEAL), ("2", "4", NONE), ("4", "2", PRESENTED), ("4", "2", NONE)]
)
def test_it_is_settled_by_a_response_that_another_person_signs(
    county: County, category: str, grade: str, response: dict[str, Any]
) -> None:
    row = found(county, category, grade)
    draft(row, county, **response)
    assert row.status == S.DRAFTED
    sign(row, county)
    assert (row.status, row.response, row.settled_by) == (S.SETTLED, response["response"], county.head)
    assert not Deadline.objects.open().filter(rule=SETTLE).exists()


def test_neither_kind_is_settled_without_a_response(county: County) -> None:
    row = found(county)
    with pytest.raises(Conflict):
        sign(row, county)
    for wrong, why in ((PRESENTED, "Select a response"), ({**NONE, "explanation": ""}, "Enter the explanation")):
        with pytest.raises(Blocked, match=why):
            draft(row, county, **wrong)
    for forced in ({"status": "settled"}, {"status": "drafted"}, {"response": "presentation", "response_on": TUESDAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CategoryMismatch.objects.filter(pk=row.pk).update(**forced)
    with pytest.raises(IntegrityError, match="one_open_a_school"), transaction.atomic():
        CategoryMismatchFactory.create(school=row.school, inspection=row.inspection, decision=row.decision)


def test_a_returned_response_keeps_its_text_and_its_deadline(county: County) -> None:
    row = found(county)
    draft(row, county)
    actions.return_response(row, by=county.head, on=TUESDAY, reason="Add the results", seen_version=row.version)
    assert (row.status, row.explanation) == (S.FOUND, APPEAL["explanation"])
    assert Deadline.objects.open().get(rule=SETTLE).due_on == date(2026, 12, 1), "20 working days after 3 November"
    draft(row, county, **NONE)
    assert (row.response, row.letter_reference) == ("none", "")


MOVES = {move.verb: move for move in MISMATCH.moves}


@pytest.mark.parametrize(("status", "verb"), list(product(MismatchStatus, MOVES)))
def test_only_the_moves_of_the_table_are_made(county: County, status: MismatchStatus, verb: str) -> None:
    written = (
        {"response": "none", "explanation": "Why", "drafted_by": county.dsim}
        if status in (S.DRAFTED, S.SETTLED)
        else {}
    )
    settled = {"settled_at": clock.now(), "settled_by": county.head} if status == S.SETTLED else {}
    row = CategoryMismatchFactory.create(status=status, **written, **settled)
    fields: dict[str, Any] = {}
    if verb == "draft":
        fields = {"response": "none", "explanation": "Why", "drafted_by": county.dsim}
    elif verb == "sign":
        fields = {"settled_at": clock.now(), "settled_by": county.head}
    act = {"by": Actor(county.head), "reason": "Why", "seen_version": row.version, **fields}
    if status in MOVES[verb].sources:
        transition(row, verb, **act)
        assert row.status == MOVES[verb].target
    else:
        with pytest.raises(Conflict):
            transition(row, verb, **act)


# Who may.


def test_who_writes_who_signs_and_who_reads(county: County) -> None:
    row = found(county)
    for user in (county.head, county.sip, county.headteacher):
        with pytest.raises(PermissionDenied):
            actions.draft_response(row, by=user, on=TUESDAY, seen_version=row.version, **APPEAL)
    also_appointed(county.dsim, Role.HEAD_OF_SERVICE, authority=county.school.authority)
    draft(row, county)
    for user in (county.dsim, county.deputy, county.chair):
        with pytest.raises(PermissionDenied):
            actions.sign_response(row, by=user, on=TUESDAY, seen_version=row.version)
    readers = (county.sip, county.dsim, county.deputy, county.head, county.director)
    assert all(CategoryMismatch.objects.visible_to(user).exists() for user in readers)
    assert not any(CategoryMismatch.objects.visible_to(user).exists() for user in (county.headteacher, county.chair))


def test_the_dsim_is_asked_first_and_then_the_head(county: County) -> None:
    def asked(user: Any) -> bool:
        return any(row.rule == SETTLE for row in asked_of(user, TUESDAY))

    row = found(county)
    assert (asked(county.dsim), asked(county.head)) == (True, False)
    assert not Reminder.objects.filter(user=county.head, rule=SETTLE).exists()
    draft(row, county)
    assert (asked(county.dsim), asked(county.head)) == (False, True)
    assert Reminder.objects.filter(user=county.head, rule=SETTLE).exists()
    assert not any(asked(user) for user in (county.headteacher, county.sip, county.deputy))


# Pages.


def test_the_page_has_both_sides_with_their_sources_and_dates(county: County) -> None:
    row = found(county)
    page = signed_in(county.dsim).get(row.get_absolute_url()).content.decode()
    for words in ("Ofsted is harsher", "Inadequate", "7 October 2026", "received 20 October 2026", "2, Good"):
        assert words in page
    assert "Decided on 3 November 2026" in page
    assert signed_in(county.headteacher).get(row.get_absolute_url()).status_code == 404


def test_the_response_is_read_again_before_it_is_signed(county: County) -> None:
    row = found(county)
    client, path = signed_in(county.dsim), f"{row.get_absolute_url()}draft/"
    page = client.get(path)
    assert "Presentation" not in page.content.decode(), "Ofsted is harsher"
    refused = client.post(path, {"response": "appeal_letter", "explanation": "Results rose"})
    assert "Enter the reference of the letter" in refused.content.decode()
    draft(row, county)
    to_sign = signed_in(county.head).get(f"{row.get_absolute_url()}sign/").content.decode()
    assert APPEAL["explanation"] in to_sign
    assert "SI/2026/14" in to_sign

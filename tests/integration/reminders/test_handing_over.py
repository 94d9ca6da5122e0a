"""Who must act next is told when work is handed over: in their tasks, by email as they chose, and on the page."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import LONDON
from schoolimprove.policy.actions import propose as propose_policy
from schoolimprove.records.actor import Actor
from schoolimprove.records.changes import TASKS, changed
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Deadline, Reminder, ReminderChoices
from schoolimprove.reminders.policy_tasks import APPROVE
from schoolimprove.reminders.sweep import sweep
from schoolimprove.reminders.todo import tasks_of
from schools.imports.models import ImportKind
from schools.imports.states import ImportStatus
from schools.imports.todo import DECIDE
from schools.policy import RECORD_LIMITS
from schools.records import actions as record_actions
from schools.records.corrections import actions as correction_actions
from schools.records.deadlines import ASSURE, CONSENT, DECIDE_CORRECTION, REVISE_CORRECTION, SUBMIT
from schools.records.hand_over import hand_over_records
from schools.records.states import RecordStatus
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.deadlines import CORE_VISIT, WRITE
from schools.visits.hand_over import hand_over_visits
from tests.factories.accounts import UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.imports import ImportRunFactory
from tests.factories.reminders import DeadlineFactory, ReminderChoicesFactory, ReminderFactory
from tests.factories.schools import AppointmentFactory, LocalAuthorityFactory, VisitFactory, appointed
from tests.factories.shared import propose, shared
from tests.integration.pages.sampling import day
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
WEDNESDAY = TUESDAY + timedelta(days=1)
NEXT_WEEK = date(2026, 11, 11)


def asked(rule: str = "") -> list[tuple[str, User | None]]:
    """(rule, who) of each time that work was handed over, in that order."""
    told = Reminder.objects.filter(step="asked").order_by("pk").select_related("user")
    return [(each.rule, each.user) for each in told if rule in ("", each.rule)]


def digest_of(user: User, on: date) -> Email:
    """What the user finds in their post on a morning."""
    with clock.at(datetime.combine(on, time(7), LONDON)):
        sweep(on)
        deliver(clock.now())
    return Email.objects.filter(to=user.email).latest("pk")


def titles(user: User, on: date = TUESDAY) -> list[str]:
    return [task.title for task in tasks_of(user, on)]


def inbox(user: User, query: str = "") -> str:
    return str(signed_in(user).get(reverse("reminders:inbox") + query).content.decode())


# Who is told.


def test_whoever_starts_a_record_is_told_nothing_and_its_manager_when_it_is_submitted(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    assert asked() == []
    county.submitted(county.sip, kind="monitoring")
    assert asked() == [(ASSURE, county.dsim)]
    assert "Approve or return the Record of Visit" in titles(county.dsim)
    assert Reminder.objects.get().due_on == Deadline.objects.get(rule=ASSURE).due_on


def test_returned_and_submitted_again_the_same_day_each_is_told_each_time(county: County) -> None:
    record = county.submitted(county.sip)
    record_actions.return_to_author(record, by=county.dsim, on=TUESDAY, reason="Say more.", seen_version=record.version)
    assert asked() == [(ASSURE, county.dsim), (SUBMIT, county.sip)]
    assert titles(county.sip) == ["Submit the Record of Visit"]
    record.refresh_from_db()
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert asked() == [(ASSURE, county.dsim), (SUBMIT, county.sip), (ASSURE, county.dsim)]
    # The first of the two is of work that was done: one line waits, and one is counted.
    assert inbox(county.dsim).count(">Approve or return the record</a>") == 1
    county.dsim.refresh_from_db()
    assert county.dsim.unread_reminders == 1


def test_a_correction_is_told_to_the_manager_and_its_return_to_the_author(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    Reminder.objects.all().delete()
    correction = propose(record)
    assert asked() == [(DECIDE_CORRECTION, county.dsim)]
    correction_actions.return_to_author(
        correction, by=county.dsim, on=TUESDAY, reason="Which year?", seen_version=correction.version
    )
    assert asked() == [(DECIDE_CORRECTION, county.dsim), (REVISE_CORRECTION, county.sip)]
    assert "Work on the correction that was returned to you" in titles(county.sip)
    assert "No date" in inbox(county.sip)


def test_the_headteacher_is_asked_for_consent_when_a_record_with_strengths_is_shared(county: County) -> None:
    shared(county)
    assert asked(CONSENT) == [(CONSENT, county.headteacher)]


@pytest.fixture
def agreed(county: County) -> Any:
    """A core visit of next week that the partner was to go to."""
    hold_terms(2026)
    with clock.at(TUESDAY):
        wanted = Plan("core", NEXT_WEEK, visitor=county.sip)
        return visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)


def test_a_visit_given_to_a_colleague_is_told_to_them_once_and_leaves_the_page_of_the_other(
    county: County, agreed: Any, clock_at: Any
) -> None:
    colleague = appointed(Role.DSIM, double_district=county.double_district)
    late = Deadline.objects.get(rule=CORE_VISIT).day + timedelta(days=1)
    clock_at(late)
    sweep(late)
    assert "Hold the core visit" in inbox(county.sip)
    agreed.refresh_from_db()
    visit_actions.change(agreed, by=county.dsim, seen_version=agreed.version, author=colleague)
    assert asked() == [(CORE_VISIT, colleague)]
    assert "No reminders" in inbox(county.sip)
    assert "Handed to someone else" in inbox(county.sip, "?show=answered")
    assert "Hold the core visit" in inbox(colleague)


def test_a_visit_nobody_has_any_more_is_told_to_the_schools_partner(county: County, agreed: Any) -> None:
    colleague = appointed(Role.DSIM, double_district=county.double_district)
    visit_actions.change(agreed, by=county.dsim, seen_version=agreed.version, author=colleague)
    hand_over_visits(colleague, to=None, by=Actor(county.dsim))
    assert asked() == [(CORE_VISIT, colleague), (CORE_VISIT, county.sip)]


def test_a_visit_of_another_type_is_told_as_the_record_to_write(county: County) -> None:
    hold_terms(2026)
    visit = visit_actions.plan(
        county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY
    )
    colleague = appointed(Role.DSIM, double_district=county.double_district)
    hand_over_visits(county.sip, to=colleague, by=Actor(county.dsim))
    assert asked() == [(WRITE, colleague)]
    assert visit.author == county.sip


def test_who_gives_a_visit_to_themselves_is_told_nothing(county: County, agreed: Any) -> None:
    visit_actions.change(agreed, by=county.dsim, seen_version=agreed.version, author=county.dsim)
    assert asked() == []


def test_unfinished_records_are_told_to_the_colleague_who_takes_them(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    colleague = appointed(Role.SIP, school=county.school)
    hand_over_records(county.sip, to=colleague, by=Actor(county.dsim))
    assert asked() == [(SUBMIT, colleague)]
    assert titles(colleague) == ["Submit the Record of Visit"]


def test_an_import_that_was_checked_is_told_to_the_person_who_brought_the_file() -> None:
    analyst = appointed(Role.ERA, authority=LocalAuthorityFactory.create())
    ImportRunFactory.create(kind=ImportKind.GIAS, status=ImportStatus.CHECKED, created_by=analyst)
    changed(TASKS)
    assert asked() == [(DECIDE, analyst)]
    changed(TASKS)
    assert len(asked()) == 1
    assert "Confirm or cancel the import" in inbox(analyst)


def test_a_change_of_policy_is_told_to_those_who_may_approve_it_but_not_to_its_proposer() -> None:
    own = {"authority": LocalAuthorityFactory.create()}
    proposer, other = appointed(Role.SYSTEM_ADMINISTRATOR, **own), appointed(Role.SYSTEM_ADMINISTRATOR, **own)
    head, analyst = appointed(Role.HEAD_OF_SERVICE, **own), appointed(Role.ERA, **own)
    value = {"submit_working_days": 4, "assure_working_days": 5, "respond_school_days": 10}
    propose_policy(
        key=RECORD_LIMITS.name, effective_from=date(2027, 1, 1), value=value, reason="A trial.", by=Actor(proposer)
    )
    assert {user for _rule, user in asked(APPROVE)} == {other, head}
    assert analyst not in {user for _rule, user in asked()}


def test_who_is_covered_finds_it_in_their_tasks_and_only_the_cover_is_mailed(county: County) -> None:
    cover = appointed(Role.DSIM, starts_on=date(2020, 1, 1), double_district=county.double_district)
    held = AppointmentFactory._meta.model.objects.get(person__user=county.dsim)
    cover.person.appointments.update(cover_for=held)
    county.submitted(county.sip)
    assert {(each.user, each.by_mail) for each in Reminder.objects.all()} == {
        (county.dsim, "held"),
        (cover, "digest"),
    }


# Email.


def test_without_a_choice_it_is_in_the_next_daily_email(county: County) -> None:
    county.submitted(county.sip)
    assert not Email.objects.exists()
    email = digest_of(county.dsim, WEDNESDAY)
    assert email.subject == "1 new task"
    assert "New tasks:" in email.message
    assert f"Approve or return the record: Record of Visit of 3 November 2026, {county.school.name}" in email.message
    assert "New tasks" in email.html_message


def test_at_once_is_one_email_however_much_is_handed_over_and_never_again_in_the_digest(county: County) -> None:
    for kind in ("core", "monitoring"):
        county.start(county.sip, kind=kind)
    colleague = appointed(Role.SIP, school=county.school)
    ReminderChoicesFactory.create(user=colleague, handed_at_once=True)
    hand_over_records(county.sip, to=colleague, by=Actor(county.dsim))
    assert deliver(clock.now()) == 1
    email = Email.objects.get()
    assert (email.to, email.subject) == ([colleague.email], "2 new tasks")
    assert "You have 2 new tasks." in email.message
    assert "A date set by law" not in email.message
    with clock.at(datetime.combine(WEDNESDAY, time(7), LONDON)):
        sweep(WEDNESDAY)
        deliver(clock.now())
    assert Email.objects.filter(to=colleague.email).count() == 1


def test_what_was_done_before_the_daily_email_is_not_in_it(county: County) -> None:
    record = county.submitted(county.sip)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    with clock.at(datetime.combine(WEDNESDAY, time(7), LONDON)):
        sweep(WEDNESDAY)
        deliver(clock.now())
    assert not Email.objects.filter(to=county.dsim.email).exists()


def test_a_verb_that_is_undone_tells_nobody(county: County) -> None:
    with transaction.atomic():
        county.submitted(county.sip)
        transaction.set_rollback(True)
    assert not Reminder.objects.exists()


def test_the_choice_is_made_on_the_page_and_kept(county: County) -> None:
    client, url = signed_in(county.dsim), reverse("reminders:choices")
    assert "When should we email you about a new task?" in client.get(url).content.decode()
    client.post(url, {"handed": "at_once", "digest_at": "usual", "mailed": "all"})
    assert ReminderChoices.objects.get(user=county.dsim).handed_at_once
    assert "checked" in client.get(url).content.decode().split('value="at_once"')[1].split(">")[0]


# What the page says.


def followed(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def submit(county: County) -> str:
    record = county.record(RecordStatus.DRAFT)
    url = reverse("schools:record_submit", args=[county.school.urn, record.reference])
    return followed(signed_in(county.sip).post(url, {"seen_version": record.version}, follow=True))


def test_the_page_says_who_finds_it_in_the_daily_email(county: County) -> None:
    assert f"{county.dsim.name} will see it in their tasks, and in their next daily email." in submit(county)


def test_the_page_says_who_is_emailed_at_once(county: County) -> None:
    ReminderChoicesFactory.create(user=county.dsim, handed_at_once=True)
    said = submit(county)
    assert f"We are emailing {county.dsim.name}." in said
    assert "daily" not in said


def test_the_page_says_who_wants_no_email(county: County) -> None:
    ReminderChoicesFactory.create(user=county.dsim, muted=True)
    said = submit(county)
    assert f"{county.dsim.name} will see it in their tasks." in said


def plan_visit(county: County) -> str:
    hold_terms(2026)
    visit = VisitFactory.create(
        school=county.school,
        kind="core",
        status="due",
        academic_year=2026,
        term="autumn",
        held_on=None,
        author=county.sip,
    )
    url = reverse("schools:visit_propose", args=[county.school.urn, visit.pk])
    with clock.at(TUESDAY):
        posted = {**day("planned_on", NEXT_WEEK), "planned_at": "", "base_version": visit.version}
        return followed(signed_in(county.sip).post(url, posted, follow=True))


def test_a_proposed_date_names_those_who_are_emailed(county: County) -> None:
    for user in (county.headteacher, county.chair):
        user.person.email = user.email
        user.person.save()
    first, second = sorted([county.headteacher.person.name, county.chair.person.name])
    assert f"We are emailing {first} and {second}." in plan_visit(county)


def test_a_school_without_an_address_is_said_not_to_be_emailed(county: County) -> None:
    said = plan_visit(county)
    assert "We do not have an email address for the headteacher or the chair of governors." in said
    assert "emailing" not in said


# Reminders and home say the same.


@pytest.mark.parametrize("moved_to", [date(2026, 11, 12), date(2026, 12, 1)], ids=["late too", "to come"])
def test_a_date_that_moved_stands_with_its_new_day_as_on_home(county: County, clock_at: Any, moved_to: date) -> None:
    county.record(RecordStatus.DRAFT)
    clock_at(date(2026, 11, 18))
    sweep(date(2026, 11, 18))
    Deadline.objects.filter(rule=SUBMIT).update(due_on=moved_to, first_day=moved_to)
    page, task = inbox(county.sip), tasks_of(county.sip, date(2026, 11, 18))[0]
    assert task.due_on == moved_to
    assert clock.uk_date(moved_to) in page
    assert "10 November 2026" not in page
    assert task.overdue == ("Overdue" in page.split("<tbody")[1])


def test_what_was_told_twice_stands_once_and_is_counted_once(county: County, clock_at: Any) -> None:
    county.record(RecordStatus.DRAFT)
    for on in (date(2026, 11, 10), date(2026, 11, 11)):
        clock_at(on)
        sweep(on)
    assert Reminder.objects.filter(user=county.sip).count() == 2
    assert inbox(county.sip).split("<tbody")[1].count(">Submit the record</a>") == 1
    county.sip.refresh_from_db()
    assert county.sip.unread_reminders == 1


def test_putting_the_newest_away_brings_no_older_one_back(county: County, clock_at: Any) -> None:
    county.record(RecordStatus.DRAFT)
    for on in (date(2026, 11, 10), date(2026, 11, 11)):
        clock_at(on)
        sweep(on)
    newest = Reminder.objects.filter(user=county.sip).latest("pk")
    signed_in(county.sip).post(reverse("reminders:done", args=[newest.pk]))
    assert "No reminders" in inbox(county.sip)


def test_a_reminder_of_work_that_was_done_does_not_come_back_with_the_next_of_its_kind() -> None:
    user = UserFactory.create()
    with clock.at(datetime(2026, 11, 3, 9, tzinfo=LONDON)):
        told = ReminderFactory.create(user=user)
    with clock.at(datetime(2026, 11, 4, 9, tzinfo=LONDON)):
        DeadlineFactory.create(subject_id=told.subject_id)
    assert not Reminder.objects.open().exists()


# Records to assure.


def listed(user: User) -> str:
    return str(signed_in(user).get(reverse("schools:assurance")).content.decode())


def test_records_to_assure_lists_corrections_and_leads_to_them(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    assert "Nothing to approve" in listed(county.dsim)
    propose(record)
    page = listed(county.dsim)
    assert "1 to approve or return" in page
    assert "Correction of version 1: Core visit, 3 November 2026" in page
    assert reverse("schools:record_correction", args=[county.school.urn, record.reference]) in page


def test_a_correction_of_ones_own_or_one_that_was_returned_is_not_listed(county: County) -> None:
    correction = propose(county.record(RecordStatus.SHARED))
    correction_actions.return_to_author(
        correction, by=county.dsim, on=TUESDAY, reason="Which year?", seen_version=correction.version
    )
    assert "Nothing to approve" in listed(county.dsim)


def test_the_file_of_records_to_assure_names_the_version_that_is_corrected(county: County) -> None:
    propose(county.record(RecordStatus.SHARED))
    response: Any = signed_in(county.dsim).get(reverse("schools:assurance_export", args=["csv"]))
    rows = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    place = rows[0].split(",").index("Correction of version")
    assert rows[1].split(",")[place] == "1"

"""People and posts change between a date, the sweep and the email: who is told then, and who no more."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from post_office.models import STATUS, Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import LONDON
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders import mailings
from schoolimprove.reminders.actions import put_away, say_why_late
from schoolimprove.reminders.failed import failed, notices_about_mail, try_again
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Deadline, Mailing, Reminder
from schoolimprove.reminders.sweep import sweep
from schools.models import Appointment, Person
from schools.records import actions as record_actions
from schools.records.deadlines import RESPOND, SUBMIT
from schools.records.states import RecordStatus
from schools.visits.deadlines import CORE_VISIT, core_visit_owed
from tests.factories.accounts import UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import AppointmentFactory, LocalAuthorityFactory, PersonFactory, VisitFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 10)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LONDON)


def sweep_on(day: date) -> int:
    with clock.at(at(day, 6)):
        return sweep(day).created


def mail_on(day: date) -> int:
    with clock.at(at(day, 7)):
        return deliver(clock.now())


def told_of(rule: str) -> set[tuple[str, int | None]]:
    return set(Reminder.objects.filter(rule=rule).values_list("step", "user"))


# Core visits: whoever goes, and who does when they do not.


@pytest.fixture
def core(county: County) -> Any:
    """A core visit that was given to the partner, on the last day of its term."""
    hold_terms(2026)
    visit = VisitFactory.create(
        school=county.school, author=county.sip, academic_year=2026, term="autumn", status="due", held_on=None
    )
    core_visit_owed(visit)
    return visit


def due(rule: str = CORE_VISIT) -> date:
    return Deadline.objects.get(rule=rule).day


def test_a_visit_whose_visitor_has_another_school_now_is_the_new_partners(county: County, core: Any) -> None:
    Appointment.objects.held_by(county.sip).update(ends_on=due() - timedelta(days=10))
    successor = appointed(Role.SIP, school=county.school)
    sweep_on(due())
    assert told_of(CORE_VISIT) == {("coming", successor.pk)}


def test_while_the_visitor_is_covered_whoever_covers_is_told_as_well(county: County, core: Any) -> None:
    held = Appointment.objects.get(role=Role.SIP)
    covering = UserFactory.create()
    AppointmentFactory.create(
        person=PersonFactory.create(user=covering), role=Role.SIP, school=county.school, cover_for=held
    )
    sweep_on(due())
    mailed = dict(Reminder.objects.filter(rule=CORE_VISIT).values_list("user", "by_mail"))
    assert mailed == {county.sip.pk: "held", covering.pk: "digest"}


def test_cover_that_reaches_nobody_keeps_no_email_back(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    AppointmentFactory.create(
        person=PersonFactory.create(name="Nobody reachable"),
        role=Role.DSIM,
        school=None,
        double_district=county.double_district,
        cover_for=Appointment.objects.get(role=Role.DSIM),
    )
    sweep_on(date(2026, 11, 18))
    assert Reminder.objects.get(user=county.dsim).by_mail == "digest"


def test_nobody_is_told_as_their_own_manager(county: County, core: Any) -> None:
    type(core).objects.filter(pk=core.pk).update(author=county.dsim)
    sweep_on(due() + timedelta(days=60))
    assert told_of(CORE_VISIT) == {
        ("late", county.dsim.pk),
        ("second", county.head.pk),
        ("third", county.director.pk),
    }


def test_a_date_that_began_late_comes_to_whoever_owes_it_before_it_goes_up(county: County) -> None:
    county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=40))
    sweep_on(TUESDAY + timedelta(days=1))
    assert told_of(SUBMIT) == {("late", county.sip.pk)}
    # Five working days after the Tuesday on which it was begun.
    sweep_on(date(2026, 11, 11))
    assert told_of(SUBMIT) == {("late", county.sip.pk), ("first", county.dsim.pk)}


# Those who do not sign in.


@pytest.fixture
def by_post(county: County) -> Person:
    """The headteacher, known by an address alone, of a record that was shared."""
    hold_terms(2026)
    person: Person = PersonFactory.create(name="Head Invented", email="Head@school.invalid")
    Appointment.objects.filter(role=Role.HEADTEACHER).update(person=person)
    county.record(RecordStatus.SHARED)
    sweep_on(due(RESPOND))
    return person


def test_whoever_is_known_by_an_address_alone_gets_the_digest(county: County, by_post: Person) -> None:
    mail_on(due(RESPOND))
    assert Email.objects.filter(to="head@school.invalid", subject="1 coming due").count() == 1


def test_whoever_left_since_the_sweep_is_mailed_nothing(county: County, by_post: Person) -> None:
    Appointment.objects.filter(person=by_post).update(ends_on=due(RESPOND) - timedelta(days=1))
    mail_on(due(RESPOND))
    assert not Email.objects.filter(to="head@school.invalid").exists()


def test_an_address_that_becomes_an_account_is_told_nothing_over_again(county: County, by_post: Person) -> None:
    by_post.user = UserFactory.create(email="HEAD@school.invalid")
    by_post.save()
    sweep_on(due(RESPOND) + timedelta(days=0))
    theirs = Reminder.objects.filter(rule=RESPOND, step="coming").exclude(user=county.chair)
    assert list(theirs.values_list("user", "address")) == [(by_post.user.pk, "")]
    assert mail_on(due(RESPOND)) == 2
    assert Email.objects.filter(to__iexact="head@school.invalid", subject="1 coming due").count() == 1


# Answers.


def test_whoever_has_answered_is_asked_no_more_while_the_other_is(county: County) -> None:
    hold_terms(2026)
    record = county.record(RecordStatus.SHARED)
    sweep_on(due(RESPOND))
    record_actions.respond(
        record, by=county.headteacher, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="Fair."
    )
    open_to = Reminder.objects.open().filter(rule=RESPOND).values_list("user", flat=True)
    assert set(open_to) == {county.chair.pk}
    mail_on(due(RESPOND))
    assert not Email.objects.filter(to=county.headteacher.email).exists()


def test_a_date_that_is_opened_again_waits_again_for_whoever_had_put_it_away(county: County) -> None:
    record = county.record(RecordStatus.DRAFT)
    sweep_on(DUE)
    put_away(Reminder.objects.get(), by=county.sip)
    record_actions.submit(record, by=county.sip, on=DUE, seen_version=record.version)
    record_actions.recall(record, by=county.sip, on=DUE, seen_version=record.version)
    assert Reminder.objects.open().filter(user=county.sip, rule=SUBMIT).exists()


def test_a_date_that_is_not_late_asks_for_no_reason(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    sweep_on(DUE)
    with clock.at(DUE), pytest.raises(Blocked):
        say_why_late(Reminder.objects.get(), "Too early.", by=county.sip)


def test_a_partner_reads_why_a_school_is_late(county: County) -> None:
    hold_terms(2026)
    county.record(RecordStatus.SHARED)
    day = due(RESPOND) + timedelta(days=1)
    sweep_on(day)
    with clock.at(day):
        say_why_late(
            Reminder.objects.get(user=county.headteacher, rule=RESPOND), "We were closed.", by=county.headteacher
        )
        theirs = Reminder.objects.get(user=county.sip, rule=RESPOND)
        page = signed_in(county.sip).get(reverse("reminders:reminder", args=[theirs.pk])).content.decode()
    assert "Overdue because: We were closed." in page


def test_the_districts_administrator_sees_the_date_and_not_who_was_told_or_why(county: County, core: Any) -> None:
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, double_district=county.double_district)
    day = due() + timedelta(days=1)
    sweep_on(day)
    with clock.at(day):
        say_why_late(Reminder.objects.get(user=county.sip, rule=CORE_VISIT), "I was ill.", by=county.sip)
        for user, sees in ((county.dsim, True), (administrator, False)):
            page = signed_in(user).get(reverse("schools:due")).content.decode()
            assert county.school.name in page
            assert ("I was ill." in page) is sees


# Email that cannot be written or did not arrive.


def test_one_email_that_cannot_be_written_keeps_nobody_waiting(
    county: County, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    county.record(RecordStatus.DRAFT)
    sweep_on(date(2026, 11, 18))
    write = mailings._write

    def refusing(mailing: Mailing, user: Any, told: Any) -> Email:
        if user == county.sip:
            raise ValueError("no such address")
        return write(mailing, user, told)

    with monkeypatch.context() as patch:
        patch.setattr(mailings, "_write", refusing)
        assert mail_on(date(2026, 11, 18)) == 1
    assert "could not be handed over" in caplog.text
    assert Mailing.objects.waiting().get().user == county.sip
    assert mail_on(date(2026, 11, 18)) == 1


@pytest.fixture
def refused(county: County) -> Email:
    """The partner's digest, which the mail server would not take."""
    county.record(RecordStatus.DRAFT)
    sweep_on(DUE)
    mail_on(DUE)
    Email.objects.update(status=STATUS.failed)
    email: Email = Email.objects.get()
    return email


def test_sent_again_it_goes_to_the_address_the_person_has_by_then(county: County, refused: Email) -> None:
    User.objects.filter(pk=county.sip.pk).update(email="right@authority.invalid")
    assert try_again(refused, by=Actor(county.head))
    refused.refresh_from_db()
    assert refused.to == ["right@authority.invalid"]


def test_it_is_not_sent_again_to_whoever_left_nor_about_what_is_over(county: County, refused: Email) -> None:
    Deadline.objects.update(met_at=clock.now())
    with pytest.raises(Blocked, match="The work this email is about is done"):
        try_again(refused, by=Actor(county.head))
    User.objects.filter(pk=county.sip.pk).update(is_active=False)
    with pytest.raises(Blocked, match="The person no longer has an account"):
        try_again(refused, by=Actor(county.head))


def test_put_away_it_is_asked_about_no_more(refused: Email) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    with clock.at(datetime.now(LONDON) + timedelta(minutes=1)):
        client = signed_in(administrator)
        assert client.post(reverse("reminders:mail_seen", args=[refused.pk])).status_code == 302
        assert not failed().exists()
        assert notices_about_mail(administrator, clock.today()) == []

"""Forms of a school and the allocation: what was typed outlives the session, and a colleague who was first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import Draft
from schoolimprove.reminders.actions import put_away
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.sweep import sweep
from schools.models import Appointment, Person, School
from schools.records import actions as record_actions
from schools.records.governors.actions import cancel_meeting
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolContactFactory
from tests.factories.schools import AppointmentFactory, PersonFactory, SchoolFactory, appointed
from tests.factories.shared import shared
from tests.factories.visits import ContactNoteFactory, GovernorsMeetingFactory, ProgrammeEditionFactory
from tests.forms import PageForm, form_to_type_in, forms_in
from tests.integration.accounts.conftest import signed_in

pytestmark = pytest.mark.django_db
BOARD = "/schools/allocation/"
BEFORE, AFTER = datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2026, 11, 3, 12, 31, tzinfo=UTC)
LATE = date(2026, 11, 18)
KEPT = "You have unsaved text from 3 November 2026 at 12:31. It is in the form."
TOLD = "We kept what you typed. It is on your account page, under “Text you did not save”."
Typed = Mapping[str, str | list[str]]
ClockAt = Callable[[date | datetime], datetime]


@pytest.fixture(autouse=True)
def _noon(clock_at: ClockAt) -> None:
    clock_at(BEFORE)
    hold_terms(2026)


@dataclass
class Form:
    """One page, who opens it and what they type; `versioned` where somebody else may be first."""

    path: str
    who: User
    typed: Typed
    versioned: bool = True
    confirmed: Typed = field(default_factory=dict)


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_0": str(on.day), f"{name}_1": str(on.month), f"{name}_2": str(on.year)}


def partner(name: str, *schools: School) -> Person:
    person = PersonFactory.create(name=name)
    for school in schools:
        AppointmentFactory.create(person=person, school=school)
    return person


@dataclass
class Forms:
    """The forms that lost text, on one county; each about something of its own, so that all can be saved."""

    county: County
    given: School = field(init=False)
    by_name: dict[str, Form] = field(init=False)

    def __post_init__(self) -> None:
        county, school = self.county, self.county.school
        beside = [SchoolFactory.create(district=school.district, name=f"Beside {letter}") for letter in "ABCD"]
        self.given, first, second, ended = beside
        partner("Early Partner", self.given)
        leaver, new = partner("Leaving Partner", first, second), partner("New Partner", SchoolFactory.create())
        leaving = partner("Gone Soon", ended).appointments.get()
        changed, over = SchoolContactFactory.create_batch(2, school=school)
        meeting = GovernorsMeetingFactory.create(school=school)
        note = ContactNoteFactory.create(school=school, author=county.sip)
        record = shared(county)
        at, people = [school.urn], reverse("schools:people", args=[school.urn])
        self.by_name = {
            "contact_add": Form(
                f"{people}contacts/add/",
                county.sip,
                {"purpose": "office", "email": "new@school.invalid", "source": "A call", **day("as_of", TUESDAY)},
                versioned=False,
            ),
            "contact_change": Form(f"{people}contacts/{changed.pk}/", county.sip, {"source": "Its <b>website</b>"}),
            "contact_end": Form(f"{people}contacts/{over.pk}/end/", county.sip, {"reason": "She has retired"}),
            "appointment_end": Form(
                reverse("schools:appointment_end", args=[ended.urn, leaving.pk]),
                county.dsim,
                {**day("last_day", TUESDAY), "reason": "Moves away", "name": "Next Person", "email": "n@x.invalid"},
            ),
            "meetings_add": Form(
                reverse("schools:meetings_add", args=at),
                county.chair,
                {"days": "10 December 2026\n4 February 2027"},
                versioned=False,
            ),
            "meeting_cancel": Form(
                reverse("schools:meeting_cancel", args=[*at, meeting.pk]), county.chair, {"reason": "Too few governors"}
            ),
            "record_present": Form(f"{record.get_absolute_url()}present/", county.chair, day("held_on", TUESDAY)),
            "contact_note_take_back": Form(
                reverse("schools:contact_note_take_back", args=[*at, note.pk]), county.sip, {"reason": "Another school"}
            ),
            "allocation": Form(
                BOARD,
                county.dsim,
                {"schools": [f"{self.given.urn}:{seen(self.given)}"], "sip": str(new.pk), **day("starts_on", LATE)},
                confirmed={"confirm": "1"},
            ),
            "hand_over": Form(
                reverse("schools:hand_over", args=[leaver.pk]),
                county.dsim,
                {"schools": [f"{first.urn}:{seen(first)}"], "other": "New Part", **day("last_day", LATE)},
                confirmed={"confirm": "1"},
            ),
        }


def seen(school: School) -> str:
    """Return the value of the box of a school with one partner."""
    held = Appointment.objects.get(school=school, role=Role.SIP)
    return f"{held.pk}.{held.version}"


@pytest.fixture
def forms(county: County, clock_at: ClockAt) -> Forms:
    clock_at(BEFORE)
    return Forms(county)


def filled(form: PageForm, typed: Typed) -> dict[str, Any]:
    return {**form.sent, **typed}


def differing(form: PageForm, typed: Typed) -> list[str]:
    """Return what was typed and is not in the form."""
    as_lists = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    return [name for name, values in as_lists.items() if form.sent.get(name, []) != values]


def page_of(user: User, path: str) -> str:
    return signed_in(user).get(path).content.decode()


def test_what_was_typed_when_the_session_had_ended_is_in_the_form_again_and_can_be_saved(
    forms: Forms, clock_at: ClockAt
) -> None:
    clients = {name: signed_in(form.who) for name, form in forms.by_name.items()}
    opened = {
        name: form_to_type_in(clients[name].get(form.path).content.decode()) for name, form in forms.by_name.items()
    }
    clock_at(AFTER)
    wrong = []
    for name, form in forms.by_name.items():
        refused: Any = clients[name].post(form.path, filled(opened[name], form.typed), follow=True)
        if "We kept what you typed" not in refused.content.decode():
            wrong.append(f"{name}: not kept")
        page = page_of(form.who, refused.redirect_chain[0][0].partition("next=")[2])
        again = form_to_type_in(page)
        if KEPT not in page or differing(again, form.typed):
            wrong.append(f"{name}: not in the form again: {differing(again, form.typed)}")
        saved: Any = signed_in(form.who).post(form.path, {**again.sent, **form.confirmed})
        if saved.status_code != 302 or Draft.objects.exists():
            wrong.append(f"{name}: not saved, or not forgotten afterwards ({saved.status_code})")
    assert wrong == []


def test_whoever_is_second_is_told_with_a_409_and_finds_what_they_typed_in_the_form(forms: Forms) -> None:
    wrong = []
    for name, form in forms.by_name.items():
        if not form.versioned:
            continue
        client = signed_in(form.who)
        opened = form_to_type_in(client.get(form.path).content.decode())
        stale = {"base_version": "99", **form.confirmed}
        if form.confirmed:
            stale["schools"] = [f"{value.partition(':')[0]}:99.1" for value in form.typed["schools"]]
        response = client.post(form.path, {**filled(opened, form.typed), **stale})
        page = response.content.decode()
        lost = differing(form_to_type_in(page), form.typed)
        if response.status_code != 409 or lost:
            wrong.append(f"{name}: {response.status_code}, {lost}")
        first = (
            "changed this after you opened it",
            "approved this after you opened it",
            "a colleague changed these schools",
        )
        if not any(said in page for said in first):
            wrong.append(f"{name}: does not say that somebody was first")
    assert wrong == []


def test_who_cancelled_the_meeting_first_is_named_with_the_reason(county: County) -> None:
    meeting = GovernorsMeetingFactory.create(school=county.school)
    path = reverse("schools:meeting_cancel", args=[county.school.urn, meeting.pk])
    client = signed_in(county.chair)
    opened = form_to_type_in(client.get(path).content.decode())
    cancel_meeting(meeting, by=county.sip, reason="Snow", seen_version=1)
    page = client.post(path, {**opened.sent, "reason": "Too few governors"}).content.decode()
    assert (
        f"Nothing was saved. {county.sip} changed this after you opened it. It is now cancelled (Snow). "
        "What you typed is still in the form. Check it before you continue."
    ) in page
    assert form_to_type_in(page).sent["reason"] == ["Too few governors"]
    assert Draft.objects.count() == 0


# The allocation.


def test_an_allocation_kept_from_the_page_that_checks_it_is_on_the_board_again(forms: Forms) -> None:
    client, form = signed_in(forms.county.dsim), forms.by_name["allocation"]
    opened = form_to_type_in(client.get(BOARD).content.decode())
    checked = client.post(f"{BOARD}?sip=nobody", filled(opened, form.typed)).content.decode()
    [check] = [each for each in forms_in(checked) if "keep_token" in each.sent]
    client.logout()
    client.post(f"{BOARD}?sip=nobody", {**check.sent, "confirm": "1"})
    assert Appointment.objects.filter(school=forms.given).count() == 1
    assert differing(form_to_type_in(page_of(forms.county.dsim, BOARD)), form.typed) == []
    listed = page_of(forms.county.dsim, "/account/kept-text/")
    assert "Give schools to a School Improvement Partner</h2>" in listed
    assert "Beside A" in listed
    assert "New Partner" in listed
    assert f"{forms.given.urn}:" not in listed


def test_what_is_ticked_stays_ticked_where_the_filters_of_the_address_leave_it_out(forms: Forms) -> None:
    client, form = signed_in(forms.county.dsim), forms.by_name["allocation"]
    opened = form_to_type_in(client.get(BOARD).content.decode())
    client.post("/drafts/", filled(opened, form.typed))
    page = client.get(f"{BOARD}?sip=nobody").content.decode()
    assert "Schools you ticked that are not in this list" in page
    assert differing(form_to_type_in(page), form.typed) == []
    assert "Schools you ticked" not in client.get(BOARD).content.decode()


def test_a_school_that_left_the_filtered_list_because_a_colleague_was_first_is_still_ticked(forms: Forms) -> None:
    client, form = signed_in(forms.county.dsim), forms.by_name["allocation"]
    stale = {**form.typed, "schools": [f"{forms.given.urn}:"], "confirm": "1"}
    response = client.post(f"{BOARD}?sip=nobody", stale)
    assert response.status_code == 409
    assert "Beside A has Early Partner from 1 January 2000 now." in response.content.decode()
    assert differing(form_to_type_in(response.content.decode()), form.typed) == []


def test_a_kept_tick_says_what_its_writer_saw_so_that_a_change_since_is_told(forms: Forms) -> None:
    client, form = signed_in(forms.county.dsim), forms.by_name["allocation"]
    opened = form_to_type_in(client.get(BOARD).content.decode())
    client.post("/drafts/", filled(opened, form.typed))
    Appointment.objects.filter(school=forms.given).update(version=2)
    again = form_to_type_in(client.get(BOARD).content.decode())
    response = client.post(BOARD, {**again.sent, "confirm": "1"})
    assert response.status_code == 409
    assert "a colleague changed these schools first" in response.content.decode()


def test_a_hand_over_that_is_kept_leaves_unticked_what_was_unticked(forms: Forms) -> None:
    """Without kept text every school of the leaver is ticked."""
    form = forms.by_name["hand_over"]
    client = signed_in(form.who)
    opened = form_to_type_in(client.get(form.path).content.decode())
    assert len(opened.sent["schools"]) == 2
    client.post("/drafts/", filled(opened, form.typed))
    assert form_to_type_in(client.get(form.path).content.decode()).sent["schools"] == form.typed["schools"]


def test_nobody_but_a_partner_of_today_is_named_among_kept_text(county: County) -> None:
    """Otherwise a user could keep any number, and read the name behind it."""
    stranger = PersonFactory.create(name="Private Stranger")
    Draft.objects.create(user=county.dsim, form=BOARD, fields={"sip": [str(stranger.pk)]})
    assert "Private Stranger" not in page_of(county.dsim, "/account/kept-text/")


# The form no longer opens.


def test_where_a_form_no_longer_opens_its_writer_reads_what_they_typed(county: County) -> None:
    meeting = GovernorsMeetingFactory.create(school=county.school)
    path = reverse("schools:meeting_cancel", args=[county.school.urn, meeting.pk])
    client = signed_in(county.chair)
    opened = form_to_type_in(client.get(path).content.decode())
    client.post("/drafts/", {**opened.sent, "reason": "Too few governors"})
    cancel_meeting(meeting, by=county.sip, reason="Snow", seen_version=1)
    page = client.get(path).content.decode()
    assert "This meeting has already been cancelled. Reason: Snow" in page
    assert "Too few governors" in page
    assert "Discard unsaved text" in page
    assert "Too few governors" not in signed_in(county.sip).get(path, follow=True).content.decode()


def test_a_date_kept_for_a_record_that_somebody_else_presented_is_shown(county: County) -> None:
    record = shared(county)
    path = f"{record.get_absolute_url()}present/"
    client = signed_in(county.chair)
    opened = form_to_type_in(client.get(path).content.decode())
    client.post("/drafts/", {**opened.sent, **day("held_on", TUESDAY)})
    clerk = appointed(Role.CLERK, school=county.school)
    record_actions.present(record, by=clerk, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    page = client.get(path).content.decode()
    assert f"{clerk} marked this record as presented to the governors." in page
    assert "3 11 2026" in page


def test_a_post_that_is_turned_away_before_it_is_read_is_kept(county: County, clock_at: ClockAt) -> None:
    """The user put the reminder away in another window."""
    county.record(RecordStatus.DRAFT)
    clock_at(LATE)
    sweep(LATE)
    mine = Reminder.objects.get(user=county.sip)
    path = reverse("reminders:late", args=[mine.pk])
    client = signed_in(county.sip)
    opened = form_to_type_in(client.get(path).content.decode())
    put_away(mine, by=county.sip)
    page = client.post(path, {**opened.sent, "because": "The head was ill."}, follow=True).content.decode()
    assert TOLD in page
    assert Draft.objects.get().fields["because"] == ["The head was ill."]


def test_an_edition_begun_from_another_is_so_still_when_it_reopens_without_its_address(county: County) -> None:
    first, other = ProgrammeEditionFactory.create_batch(2)
    path = reverse("schools:programme_write")
    client = signed_in(county.dsim)
    opened = form_to_type_in(client.get(f"{path}?from={first.pk}").content.decode())
    client.post("/drafts/", {**opened.sent, "title": "My own title"})
    for address in (path, f"{path}?from={other.pk}"):
        again = form_to_type_in(client.get(address).content.decode())
        assert (again.sent["title"], again.sent["begun_from"]) == (["My own title"], [str(first.pk)])
        assert again.sent["key_1"] == opened.sent["key_1"]

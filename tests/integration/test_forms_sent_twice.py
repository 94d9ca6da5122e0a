"""The same form sent twice, or three times at once, makes one thing and sends one email: every form that creates."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.drafts import SENT_ALREADY, KeepsDrafts, SendsOnce
from schoolimprove.records.models import SentForm
from schools.models import Person
from schools.visits.states import VisitStatus
from tests.factories.accounts import PASSWORD, TOTPDeviceFactory, UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, VisitFactory, appointed
from tests.factories.shared import shared
from tests.forms import PageForm, forms_in
from tests.integration.pages.sampling import day
from tests.integration.signing_in import signed_in
from tests.integration.together import together

NEXT_WEEK, LAST_WEEK = date(2026, 11, 10), date(2026, 10, 27)
ANOTHER = "Another long and boring password 2"
PDF = b"%PDF-1.4\n%invented\n"

OTHERWISE = {
    **dict.fromkeys(
        ("accounts:sign_in", "accounts:verify", "accounts:recovery", "accounts:second_factor"),
        "signs the person in: a code works once, and nothing else is made",
    ),
    **dict.fromkeys(
        ("accounts:invitation", "accounts:password_reset", "accounts:address_accept"), "the link works once"
    ),
    "accounts:password_forgotten": "asked again within two minutes, it sends nothing",
    "accounts:sign_out": "ends the session",
    "accounts:sign_out_elsewhere": "ends the other sessions",
    "accounts:extend": "changes the session alone",
    "accounts:draft_save": "replaces the text of its opening",
    "accounts:draft_discard": "deletes",
    "accounts:address_withdraw": "voids the link",
    "calendar_feed:make": "replaces the address: one works",
    "calendar_feed:stop": "stops the address",
    "reminders:choices": "replaces the choices",
    "reminders:done": "marks the reminder",
    "reminders:read_all": "marks the reminders",
    "reminders:send_again": "an email that is under way is not queued again",
    "reminders:mail_seen": "marks the email",
    "reminders:termly_again": "a job that is under way is not asked for again",
    "admin:schools_importrun_undo": "one that is under way is not begun again",
    **dict.fromkeys(("admin:schools_importrun_confirm", "admin:schools_importrun_abandon"), "a move that is made once"),
    "schools:watch": "a school is on a list once",
    "schools:stop_watching": "deletes",
    "schools:term_open": "the second opening finds what the first made",
    **dict.fromkeys(
        (
            *("schools:visit_agree", "schools:record_submit", "schools:record_recall", "schools:record_close"),
            *("schools:record_approve", "schools:correction_issue", "schools:strength_consent"),
            *("schools:strength_decline", "schools:agenda_take_away", "schools:attachment_remove"),
        ),
        "a move that is made once",
    ),
}
"""Whatever takes a POST without the token of its opening, and why twice is once there."""


OF_DJANGO = re.compile(r"admin:(None|.+_(add|change|changelist))")


def posting() -> dict[str, Any]:
    """Return the views of ours that take a POST, by route; the lists and forms of the admin are proved below."""
    views = dict(_views(get_resolver().url_patterns))
    return {name: view for name, view in views.items() if not OF_DJANGO.fullmatch(name) and _takes_post(view)}


def _views(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", getattr(pattern.callback, "view_class", pattern.callback)
        elif pattern.namespace != "ui":
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _views(pattern.url_patterns, inner)


def _takes_post(view: Any) -> bool:
    if isinstance(view, type):
        return hasattr(view, "post")
    function = inspect.unwrap(view)
    if not function.__module__.startswith(("schoolimprove.", "schools.")):
        return False
    source = inspect.getsource(function)
    return any(sign in source for sign in ("require_POST", '"POST"', "request.POST"))


def test_every_view_that_takes_a_post_is_saved_once_or_says_why_twice_is_once() -> None:
    views = posting()
    by_opening = {name for name, view in views.items() if _is_by_opening(view)}
    assert len(by_opening) > 50
    assert set(views) - by_opening == set(OTHERWISE)


def _is_by_opening(view: Any) -> bool:
    return isinstance(view, type) and issubclass(view, (KeepsDrafts, SendsOnce))


@dataclass(frozen=True)
class Creating:
    """A form at `path` that `user` sends with what is `typed` and with `files`.

    It makes one row of the model `makes`, and as many `emails`. Where it `checks`, answers are checked before they are
    sent.
    """

    path: str
    user: User
    makes: str
    typed: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    emails: int = 0
    checks: bool = False


def creating(county: County) -> dict[str, Creating]:
    """Return a sample of each form that makes something or sends an email."""
    hold_terms(2026)
    return {**of_visits(county), **of_records(county), **of_people(county), **of_the_admin(county)}


def at(county: County, name: str, *more: Any) -> str:
    return reverse(f"schools:{name}", args=[county.school.urn, *more])


def of_visits(county: County) -> dict[str, Creating]:
    school, sip, dsim = county.school, county.sip, county.dsim
    usual: dict[str, Any] = {"school": school, "author": sip, "status": VisitStatus.AGREED, "held_on": None}
    agreed, cancelled = (VisitFactory.create(**usual, planned_on=NEXT_WEEK, kind="review") for _ in range(2))
    plan = {"planned_at": "", "days": "1", "purpose": "Reading", "team": "Two advisers", **day("planned_on", NEXT_WEEK)}
    note = {"kind": "call", **day("happened_on", TUESDAY), "with_whom": "The head", "note": "Rang about reading"}
    edition = {"title": "Spring of ours", "phase": "every", "term": "spring", "heading_1": "Reading"}
    planned = {**plan, "kind": "monitoring", "visitor": ""}
    held = {**day("held_on", LAST_WEEK), "team": "Chair", "days": "1"}
    inspection = {"kind": "full", **day("starts_on", LAST_WEEK), **day("ends_on", LAST_WEEK)}
    inspection |= {"safeguarding": "not_judged", "statutory_category": "none"}
    return {
        "visit_plan": Creating(at(county, "visit_plan"), sip, "schools.Visit", planned),
        "review": Creating(at(county, "review_commission"), dsim, "schools.Visit", {**plan, "visitor": str(sip.pk)}),
        "performance": Creating(at(county, "performance_record"), sip, "schools.Visit", held),
        "agenda": Creating(
            at(county, "agenda_add", agreed.pk), county.headteacher, "schools.AgendaItem", {"heading": "Writing"}
        ),
        "cancelling": Creating(
            at(county, "visit_cancel", cancelled.pk), sip, "records.AuditEvent", {"reason": "The inspector comes"}
        ),
        "note": Creating(at(county, "contact_note_add"), sip, "schools.ContactNote", note),
        "entitlement": Creating(
            at(county, "entitlement"), dsim, "schools.Entitlement", {"days": "7", "reason": "A new head"}
        ),
        "inspection": Creating(at(county, "inspection_enter"), dsim, "schools.Inspection", inspection),
        "programme": Creating(reverse("schools:programme_write"), dsim, "schools.ProgrammeEdition", edition),
    }


def of_records(county: County) -> dict[str, Creating]:
    sip, urn = county.sip, county.school.urn
    due = VisitFactory.create(
        school=county.school, author=sip, status=VisitStatus.AGREED, planned_on=LAST_WEEK, held_on=None, kind="new_head"
    )
    record, draft = shared(county), county.start(sip, kind="familiarisation")
    files = {"urn": urn, "reference": draft.reference}
    action = record.actions.get(key="x1")
    answer = {"accurate": "yes", "on_accuracy": "", "on_content": "We agree."}
    respond = f"{record.get_absolute_url()}respond/"
    return {
        "record": Creating(
            at(county, "record_write"),
            sip,
            "schools.RecordOfVisit",
            {"kind": "monitoring", **day("held_on", LAST_WEEK), "days": "1"},
        ),
        "record of a visit": Creating(
            at(county, "visit_write", due.pk), sip, "schools.RecordOfVisit", {**day("held_on", LAST_WEEK), "days": "1"}
        ),
        "attachment": Creating(
            reverse("schools:attachment_add", kwargs=files), sip, "schools.RecordAttachment", files={"uploads": PDF}
        ),
        "correction": Creating(
            f"{record.get_absolute_url()}correct/",
            sip,
            "schools.Correction",
            {"findings": "Pupils are taught well.", "reason": "Too much was said."},
        ),
        "response": Creating(respond, county.headteacher, "schools.Response", answer, emails=1, checks=True),
        "action": Creating(
            at(county, "action", action.pk), county.headteacher, "records.AuditEvent", {"act": "begin", "note": ""}
        ),
        "meetings": Creating(
            at(county, "meetings_add"), county.chair, "schools.GovernorsMeeting", {"days": "10 Dec 26"}
        ),
    }


def of_people(county: County) -> dict[str, Creating]:
    school, sip = county.school, county.sip
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=school.authority)
    invited, stranger, gone = UserFactory.create(password=None), UserFactory.create(), UserFactory.create()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    TOTPDeviceFactory.create(user=stranger)
    here, there = SchoolFactory.create_batch(2, district=school.district)
    newcomer, leaver = (Person.objects.get(user=appointed(Role.SIP, school=each)) for each in (here, there))
    contact = {"purpose": "other", "name": "Reception", "email": "office@school.example", "source": "The school"}
    given = {"schools": there.urn, "confirm": "1"}

    def about(name: str, whom: User, **typed: Any) -> Creating:
        path = reverse(f"accounts:{name}", args=[whom.pk])
        return Creating(path, administrator, "post_office.Email", typed, emails=1)

    return {
        "contact": Creating(
            at(county, "contact_add"), sip, "schools.SchoolContact", {**contact, **day("as_of", TUESDAY)}
        ),
        "invitation": Creating(
            reverse("accounts:invite"),
            administrator,
            "accounts.User",
            {"name": "Ada Example", "email": "ada@invented.example"},
            emails=1,
        ),
        "invitation again": about("person_invite_again", invited, note="Look in your other mailbox"),
        "second factor": about("person_reset_second_factor", stranger, reason="Lost at the station"),
        "return": about("person_reactivate", gone, reason="Has come back"),
        "address": Creating(
            reverse("accounts:address_change"),
            sip,
            "accounts.SecretLink",
            {"email": "new@invented.example", "present": PASSWORD},
            emails=2,
        ),
        "password": Creating(
            reverse("accounts:password_change"),
            county.chair,
            "post_office.Email",
            {"present": PASSWORD, "password": ANOTHER, "again": ANOTHER},
            emails=1,
        ),
        "successor": Creating(
            at(county, "appointment_end", school.appointments.get(role=Role.CHAIR).pk),
            administrator,
            "schools.Appointment",
            {**day("last_day", NEXT_WEEK), "reason": "Moves", "name": "Eve Example", "email": "eve@invented.example"},
        ),
        "allocation": Creating(
            reverse("schools:allocation"),
            county.dsim,
            "schools.Appointment",
            {**given, "schools": school.urn, "sip": newcomer.pk, **day("starts_on", NEXT_WEEK)},
        ),
        "hand-over": Creating(
            reverse("schools:hand_over", args=[leaver.pk]),
            county.dsim,
            "schools.Appointment",
            {**given, "sip": newcomer.pk, **day("last_day", NEXT_WEEK)},
        ),
    }


def of_the_admin(county: County) -> dict[str, Creating]:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    limits = {"value_submit_working_days": 7, "value_assure_working_days": 5, "value_respond_school_days": 10}
    policy = {"_save": "Save", "effective_from": "1 Sep 27", "reason": "Advisers asked", **limits}
    propose = reverse("admin:policy_policyrow_propose", args=["schools.record_limits"])
    term = {"academic_year": "2028", "name": "autumn", "starts_on": "1 Sep 28", "half_term_starts_on": "23 Oct 28"}
    term |= {"half_term_ends_on": "27 Oct 28", "ends_on": "20 Dec 28"}

    def add(model: str, **typed: Any) -> Creating:
        path = reverse(f"admin:{model.lower().replace('.', '_')}_add")
        return Creating(path, administrator, model, {"_save": "Save", **typed})

    return {
        "district": add("schools.District", name="South", authority=county.school.authority_id),
        "person": add("schools.Person", name="Tom Example", email="", telephone="", user=""),
        "policy": Creating(propose, administrator, "policy.PolicyRow", policy),
        "term": add("calendar.Term", **term),
        "import": Creating(
            reverse("admin:schools_importrun_add"),
            administrator,
            "schools.ImportRun",
            {"kind": "gias"},
            {"uploads": b"URN,LA (code)\n"},
        ),
    }


UNCOUNTED = {"records.SentForm", "records.Draft", "sessions.Session"}


def counted() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in UNCOUNTED
    }


def opened(client: Client, sample: Creating) -> dict[str, Any]:
    """Return what the form sends as a user has typed it, or its check page where it has one."""
    page = client.get(sample.path)
    data = {**_form(page).sent, **sample.typed}
    if "schools" in data:
        data["schools"] = re.findall(rf'value="({data["schools"]}:[^"]*)"', page.content.decode())
    return _form(client.post(sample.path, data)).sent if sample.checks else data


def _form(response: Any) -> PageForm:
    found = [each for each in forms_in(response.content.decode()) if {"keep_token", "opening_token"} & set(each.sent)]
    assert len(found) == 1, response
    return found[0]


def send(client: Client, sample: Creating, data: dict[str, Any]) -> Any:
    files = {name: SimpleUploadedFile("file.pdf", content) for name, content in sample.files.items()}
    return client.post(sample.path, {**data, **files})


@pytest.fixture
def county_at_work(clock_at: Any, settings: Any) -> County:
    clock_at(TUESDAY)
    return County()


def made(before: dict[str, int], sample: Creating) -> tuple[int, int]:
    """Return how many rows and emails there are more than before."""
    after = counted()
    return after[sample.makes] - before[sample.makes], after["post_office.Email"] - before["post_office.Email"]


def test_the_same_form_sent_twice_makes_one_thing_and_sends_one_email(db: None, county_at_work: County) -> None:
    for name, sample in creating(county_at_work).items():
        client = signed_in(sample.user)
        data, before = opened(client, sample), counted()
        first = send(client, sample, data)
        assert (first.status_code, made(before, sample)) == (302, (1, sample.emails)), name
        once = counted()
        second = send(client, sample, data)
        assert (second.status_code, counted()) == (302, once), name
        assert second["Location"] == first["Location"], name
        assert SENT_ALREADY in client.get(second["Location"], follow=True).content.decode(), name


@pytest.mark.django_db(transaction=True)
def test_three_requests_at_once_with_one_form_make_one_thing_and_send_one_email(county_at_work: County) -> None:
    for name, sample in creating(county_at_work).items():
        client = signed_in(sample.user)
        data, before = opened(client, sample), counted()

        def sent(client: Client = client, sample: Creating = sample, data: dict[str, Any] = data) -> int:
            other = Client()
            other.cookies = client.cookies
            return int(send(other, sample, data).status_code)

        # A new password ends the session in which the others were sent.
        ended = {400} if name == "password" else set()
        assert set(together(sent, sent, sent)) - ended == {302}, name
        assert made(before, sample) == (1, sample.emails), name


def test_a_form_of_the_admin_in_a_window_of_its_own_is_saved_once_too(db: None, county_at_work: County) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county_at_work.school.authority)
    client, path = signed_in(administrator), reverse("admin:schools_person_add")
    opened = _form(client.get(f"{path}?_popup=1")).sent
    for _time in range(2):
        client.post(path, {**opened, "name": "Tom Example", "_popup": "1"})
    assert Person.objects.filter(name="Tom Example").count() == 1


def test_the_same_opening_with_another_text_is_another_form(db: None, county_at_work: County) -> None:
    sample = of_visits(county_at_work)["visit_plan"]
    client, before = signed_in(sample.user), counted()
    data = opened(client, sample)
    for purpose in ("Reading", "Writing"):
        assert send(client, sample, {**data, "purpose": purpose}).status_code == 302
    assert counted()["schools.Visit"] == before["schools.Visit"] + 2


def test_a_form_that_was_refused_can_be_sent_again(db: None, county_at_work: County) -> None:
    sample = of_visits(county_at_work)["visit_plan"]
    client, before = signed_in(sample.user), counted()
    data = opened(client, sample)
    for _time in range(2):
        assert send(client, sample, {**data, "planned_on_0": "32"}).status_code == 200
    assert not SentForm.objects.exists()
    assert send(client, sample, data).status_code == 302
    assert counted()["schools.Visit"] == before["schools.Visit"] + 1

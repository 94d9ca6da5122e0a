"""The pages of a Record of Visit: what two people at once, an old page and an ended session come to."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent, Draft
from schoolimprove.reminders.deadlines import open_deadlines_of
from schools.models import RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.deadlines import PRESENT
from schools.records.overnight import settle_responses
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.schools import TEXTS, PersonFactory, SchoolFactory, also_appointed, appointed, record_at
from tests.integration.checking import answered

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
VISIT = {"kind": "core", "held_on_0": "20", "held_on_1": "11", "held_on_2": "2026", "days": "1"}
MINE = {**TEXTS, **VISIT, "findings": "My own words"}


@pytest.fixture(autouse=True)
def _today(clock_at: Any) -> None:
    clock_at(TODAY)


@pytest.fixture
def school() -> School:
    return SchoolFactory.create()


@pytest.fixture
def sip(school: School) -> User:
    return appointed(Role.SIP, school=school)


@pytest.fixture
def dsim(school: School) -> User:
    return appointed(Role.DSIM, district=school.district)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def hidden(page: Any, name: str) -> str:
    """The value of a hidden input of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found, f"no hidden input {name}"
    return found.group(1)


def opened(client: Client, path: str) -> dict[str, str]:
    """The hidden inputs of a form as somebody who opens it gets them."""
    page = client.get(path)
    return {name: hidden(page, name) for name in ("base_version", "keep_token")}


def draft_of(school: School, sip: User, dsim: User) -> RecordOfVisit:
    return record_at(RecordStatus.DRAFT, school=school, author=sip, manager=dsim)


def test_the_second_to_save_sees_both_texts_and_keeps_their_own(school: School, sip: User, dsim: User) -> None:
    record = draft_of(school, sip, dsim)
    edit = f"{record.get_absolute_url()}edit/"
    first, second = signed_in(sip), signed_in(sip)
    opened_first, opened_second = opened(first, edit), opened(second, edit)
    first.post(edit, {**TEXTS, **VISIT, "findings": "Their words", **opened_first})

    lost = second.post(edit, {**MINE, **opened_second})

    assert lost.status_code == 409
    text = lost.content.decode()
    assert "Their words" in text
    assert "My own words" in text
    record.refresh_from_db()
    assert record.findings == "Their words"

    again = second.post(edit, {**MINE, **{name: hidden(lost, name) for name in opened_second}})
    assert again.status_code == 302
    record.refresh_from_db()
    assert record.findings == "My own words"


def test_an_author_who_saves_after_the_record_moved_on_keeps_the_text(school: School, sip: User, dsim: User) -> None:
    record = draft_of(school, sip, dsim)
    edit = f"{record.get_absolute_url()}edit/"
    client = signed_in(sip)
    form = opened(client, edit)
    record_actions.submit(record, by=sip, on=TODAY, seen_version=record.version)

    lost = client.post(edit, {**MINE, **form})

    assert lost.status_code == 409
    assert "My own words" in lost.content.decode()
    record.refresh_from_db()
    assert (record.status, record.findings) == (RecordStatus.SUBMITTED, TEXTS["findings"])


def test_saving_what_was_not_changed_makes_no_version(school: School, sip: User, dsim: User) -> None:
    record = draft_of(school, sip, dsim)
    edit = f"{record.get_absolute_url()}edit/"
    client = signed_in(sip)
    page = client.post(edit, {**TEXTS, **VISIT, **opened(client, edit)}, follow=True)
    assert "You did not change anything." in page.content.decode()
    record.refresh_from_db()
    assert record.version == 1


def test_approving_from_an_old_page_does_nothing_and_says_so(school: School, sip: User, dsim: User) -> None:
    record = record_at(RecordStatus.SUBMITTED, school=school, author=sip, manager=dsim)
    client = signed_in(dsim)
    seen = hidden(client.get(f"{record.get_absolute_url()}approve/?seen_version={record.version}"), "seen_version")
    record_actions.return_to_author(record, by=dsim, on=TODAY, reason="Say more", seen_version=record.version)
    record_actions.submit(record, by=sip, on=TODAY, seen_version=record.version)

    page = client.post(f"{record.get_absolute_url()}approve/", {"seen_version": seen}, follow=True)

    assert "Nothing was done" in page.content.decode()
    record.refresh_from_db()
    assert record.status == RecordStatus.SUBMITTED


def test_returning_a_record_that_was_approved_meanwhile_keeps_the_comments(
    school: School, sip: User, dsim: User
) -> None:
    record = record_at(RecordStatus.SUBMITTED, school=school, author=sip, manager=dsim)
    path = f"{record.get_absolute_url()}return/"
    client = signed_in(dsim)
    form = opened(client, path)
    record_actions.approve(record, by=dsim, on=TODAY, seen_version=record.version)

    page = client.post(path, {"reason": "Say more of mathematics", **form})

    assert "Say more of mathematics" in page.content.decode()
    assert f"{dsim} approved this after you opened it." in unescape(page.content.decode())


def test_an_ended_session_keeps_the_record_that_was_being_written(school: School, sip: User, dsim: User) -> None:
    path = f"{draft_of(school, sip, dsim).get_absolute_url()}edit/"
    client = signed_in(sip)
    form = opened(client, path)
    client.session.flush()
    client.cookies.pop("sessionid", None)

    refused = client.post(path, {**MINE, **form})

    assert refused.status_code == 302
    assert RecordOfVisit.objects.get().findings == TEXTS["findings"]
    assert Draft.objects.get(user=sip, form=path).fields["findings"] == ["My own words"]
    reopened = signed_in(sip).get(path).content.decode()
    assert "My own words" in reopened
    assert "You have unsaved text from" in reopened
    other = appointed(Role.SIP, school=school)
    assert "My own words" not in signed_in(other).get(path).content.decode()


def test_an_ended_session_keeps_the_visit_whose_record_was_being_begun(school: School, sip: User) -> None:
    path = f"{school.get_absolute_url()}visits/write/"
    client = signed_in(sip)
    form = opened(client, path)
    client.session.flush()
    client.cookies.pop("sessionid", None)
    client.post(path, {**VISIT, "met": "The head, who was new", **form})
    assert not RecordOfVisit.objects.exists()
    assert "The head, who was new" in signed_in(sip).get(path).content.decode()


def test_saving_forgets_the_draft_and_autosaving_never_touches_the_record(
    school: School, sip: User, dsim: User
) -> None:
    record = draft_of(school, sip, dsim)
    edit = f"{record.get_absolute_url()}edit/"
    client = signed_in(sip)
    form = opened(client, edit)
    kept = client.post("/drafts/", {**MINE, **form})
    assert kept.json()["saved_at"]
    record.refresh_from_db()
    assert (record.version, record.findings) == (1, TEXTS["findings"])
    assert not AuditEvent.objects.filter(verb="revised").exists()

    client.post(edit, {**MINE, **form})
    assert not Draft.objects.exists()
    assert AuditEvent.objects.get(verb="revised").changes == {"findings": [TEXTS["findings"], "My own words"]}


def test_what_was_typed_is_text_wherever_it_lands(school: School, sip: User, dsim: User) -> None:
    record = draft_of(school, sip, dsim)
    edit = f"{record.get_absolute_url()}edit/"
    client = signed_in(sip)
    nasty = '<script>alert("x")</script> {{ request }} {% now "Y" %}'
    client.post(edit, {**TEXTS, **VISIT, "findings": nasty, **opened(client, edit)})
    for path in (record.get_absolute_url(), edit):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "{{ request }}" in page


def test_approving_tells_the_head_and_chair_who_have_an_address(school: School, sip: User, dsim: User) -> None:
    hold_terms(2026)
    for role, email in ((Role.HEADTEACHER, "head@invented.example"), (Role.CHAIR, ""), (Role.CLERK, "c@x.example")):
        PersonFactory(name=f"The {role}", email=email).appointments.create(
            role=role, school=school, starts_on=date(2020, 1, 1)
        )
    record = record_at(RecordStatus.SHARED, school=school, author=sip, manager=dsim)
    sent: EmailMessage = Email.objects.get().email_message()
    assert sent.to == ["head@invented.example"]
    assert record.get_absolute_url() in sent.body
    # Ten school days after Friday 20 November 2026, worked out by hand: two whole weeks of term.
    assert "by 4 December 2026" in sent.body
    assert TEXTS["findings"] not in sent.body


def test_text_kept_in_a_form_that_is_closed_meanwhile_can_still_be_read(school: School, sip: User, dsim: User) -> None:
    record = draft_of(school, sip, dsim)
    edit = f"{record.get_absolute_url()}edit/"
    client = signed_in(sip)
    client.post("/drafts/", {**MINE, **opened(client, edit)})
    record_actions.submit(record, by=sip, on=TODAY, seen_version=record.version)

    page = client.get(edit)

    assert "My own words" in page.content.decode()
    assert "You submitted this record for approval." in page.content.decode()
    discarded = client.post("/drafts/discard/", {"keep_token": hidden(page, "keep_token")}, follow=True)
    assert discarded.redirect_chain[-1][0] == record.get_absolute_url()
    assert not Draft.objects.exists()


def test_text_autosaved_and_not_saved_keeps_the_record_from_being_submitted(
    school: School, sip: User, dsim: User
) -> None:
    record = draft_of(school, sip, dsim)
    edit, client = f"{record.get_absolute_url()}edit/", signed_in(sip)
    client.post("/drafts/", {**MINE, **opened(client, edit)})

    page = client.get(record.get_absolute_url()).content.decode()
    assert "Save or discard the text you have not saved." in page
    refused = client.post(f"{record.get_absolute_url()}submit/", {"seen_version": record.version}, follow=True)
    assert "Save or discard the text" in refused.content.decode()
    record.refresh_from_db()
    assert record.status == RecordStatus.DRAFT


def test_an_author_puts_right_the_date_and_type_of_a_visit_and_the_date_due_follows(
    school: School, sip: User, dsim: User
) -> None:
    record = draft_of(school, sip, dsim)
    edit, client = f"{record.get_absolute_url()}edit/", signed_in(sip)
    right = {"kind": "monitoring", "held_on_0": "16", "held_on_1": "11", "held_on_2": "2026", "days": "0.5"}
    client.post(edit, {**TEXTS, **right, **opened(client, edit)})
    record.refresh_from_db()
    assert (record.visit.kind, record.visit.held_on, str(record.visit.days)) == (
        "monitoring",
        date(2026, 11, 16),
        "0.5",
    )
    # Five working days after Monday 16 November, by hand: Monday the 23rd.
    assert [deadline.due_on for deadline in open_deadlines_of(record)] == [date(2026, 11, 23)]
    event = AuditEvent.objects.get(verb="corrected")
    assert event.changes["held_on"] == ["2026-11-20", "2026-11-16"]


def test_a_visit_put_right_into_one_that_is_already_recorded_is_refused(school: School, sip: User, dsim: User) -> None:
    record_at(RecordStatus.DRAFT, school=school, author=sip, manager=dsim, held_on=date(2026, 11, 19))
    record = draft_of(school, sip, dsim)
    edit, client = f"{record.get_absolute_url()}edit/", signed_in(sip)
    same = {"kind": "core", "held_on_0": "19", "held_on_1": "11", "held_on_2": "2026", "days": "1"}
    page = client.post(edit, {**MINE, **same, **opened(client, edit)}).content.decode()
    assert "You already have a record of this type for this school on that day." in page
    assert "My own words" in page
    record.refresh_from_db()
    assert record.findings == TEXTS["findings"]


def test_a_record_is_approved_only_as_it_was_read(school: School, sip: User, dsim: User) -> None:
    record = record_at(RecordStatus.SUBMITTED, school=school, author=sip, manager=dsim)
    client, approve = signed_in(dsim), f"{record.get_absolute_url()}approve/"
    link = re.search(
        r'href="([^"]+approve/\?seen_version=\d+)"', client.get(record.get_absolute_url()).content.decode()
    )
    assert link
    record_actions.return_to_author(record, by=dsim, on=TODAY, reason="Say more", seen_version=record.version)
    record_actions.submit(record, by=sip, on=TODAY, seen_version=record.version)
    for path in (link.group(1), approve):
        assert client.get(path).status_code == 302
    assert client.get(f"{approve}?seen_version={record.version}").status_code == 200


def test_who_is_waited_for_is_named_and_nobody_is_said_too(school: School, sip: User, dsim: User) -> None:
    record = record_at(RecordStatus.SUBMITTED, school=school, author=sip, manager=dsim)
    page = signed_in(sip).get(record.get_absolute_url()).content.decode()
    assert f"{dsim.name} needs to approve or return this record." in page
    dsim.person.appointments.update(ends_on=date(2026, 11, 19))
    page = signed_in(sip).get(record.get_absolute_url()).content.decode()
    assert "No one can approve this record." in page


def test_somebody_who_is_head_and_chair_answers_once_as_each(school: School, sip: User, dsim: User) -> None:
    both = appointed(Role.HEADTEACHER, school=school)
    also_appointed(both, Role.CHAIR, school=school)
    record = record_at(RecordStatus.SHARED, school=school, author=sip, manager=dsim)
    respond, client = f"{record.get_absolute_url()}respond/", signed_in(both)
    for _role in range(2):
        assert answered(client, respond, {"accurate": "yes", **opened(client, respond)}).status_code == 302
    assert record.roles_answered() == {Role.HEADTEACHER, Role.CHAIR}
    assert client.get(respond).status_code == 302


def test_a_chair_who_left_is_not_waited_for(school: School, sip: User, dsim: User) -> None:
    hold_terms(2026)
    head, chair = appointed(Role.HEADTEACHER, school=school), appointed(Role.CHAIR, school=school)
    record = record_at(RecordStatus.SHARED, school=school, author=sip, manager=dsim)
    record_actions.respond(record, by=head, on=TODAY, version=1, accurate=True, on_accuracy="", on_content="")
    assert settle_responses(TODAY) == 0
    chair.person.appointments.update(ends_on=date(2026, 11, 19))
    assert settle_responses(TODAY) == 1
    assert [deadline.rule for deadline in open_deadlines_of(record)] == [PRESENT]
    assert settle_responses(TODAY) == 0


def test_an_export_is_audited_whatever_was_asked(school: School, sip: User) -> None:
    assert signed_in(sip).get("/schools/export.csv?q=%00&phase=primary").status_code == 200
    assert AuditEvent.objects.get(verb="exported schools").changes["filter"][1]["Phase"] == "Primary"


def test_a_role_with_one_narrow_task_reads_no_addresses(school: School, sip: User) -> None:
    sip.person.email = "partner@invented.example"
    sip.person.save()
    link = appointed(Role.SCHOOL_LINK, school=school)
    people = f"{school.get_absolute_url()}people/"
    assert "partner@invented.example" not in signed_in(link).get(people).content.decode()
    assert "partner@invented.example" in signed_in(sip).get(people).content.decode()


def test_an_autosave_that_overtook_the_save_keeps_nobody_from_submitting(school: School, sip: User, dsim: User) -> None:
    record = draft_of(school, sip, dsim)
    edit, client = f"{record.get_absolute_url()}edit/", signed_in(sip)
    client.post("/drafts/", {**TEXTS, **VISIT, "findings": f"{TEXTS['findings']}\r\n", **opened(client, edit)})
    assert Draft.objects.exists()
    assert "Submit for approval" in client.get(record.get_absolute_url()).content.decode()
    client.post(f"{record.get_absolute_url()}submit/", {"seen_version": record.version})
    record.refresh_from_db()
    assert record.status == RecordStatus.SUBMITTED

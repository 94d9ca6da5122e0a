"""The pages of what follows from a shared record: who sees what, what is asked at home, and nothing typed is lost."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent, Draft
from schoolimprove.reminders.todo import tasks_of
from schools.models import Correction, GovernorsMeeting, RecordAction, RecordOfVisit, Response, Strength
from schools.records import actions as record_actions
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.content import ActionLine, Owner
from schools.records.corrections import actions as correction_actions
from schools.records.governors.actions import add_meetings
from schools.records.overnight import record_silence
from schools.records.writing.forms import as_posted
from schools.records.writing.submitting import saved_values
from schools.register.chronology import Place, entries, in_words
from tests.factories.county import TUESDAY, County
from tests.factories.schools import TEXTS, appointed
from tests.factories.shared import CONTENT, issue, propose, respond, shared, visit_facts
from tests.factories.visits import GovernorsMeetingFactory, RecordActionFactory
from tests.integration.accounts.conftest import signed_in
from tests.integration.checking import answered, carried_by, read_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms")]
VISIT = {"kind": "core", "held_on_0": "3", "held_on_1": "11", "held_on_2": "2026", "days": "1.0"}
WORDS = "Pupils are taught <b>rather</b> well."


@pytest.fixture
def record(county: County) -> RecordOfVisit:
    return shared(county)


@pytest.fixture
def clerk(county: County) -> User:
    return appointed(Role.CLERK, school=county.school)


def opened(client: Client, path: str) -> dict[str, str]:
    """The hidden inputs of a form, as the page has them."""
    page = client.get(path).content.decode()
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("keep_token", "base_version")}
    return {name: match.group(1) for name, match in found.items() if match}


def page_of(user: User, path: str) -> str:
    return signed_in(user).get(path).content.decode()


def titles(user: User) -> list[str]:
    return [ask.title for ask in tasks_of(user, clock.today())]


def told(user: User, county: County, kind: str = "") -> list[str]:
    """The chronology as this reader has it, oldest first."""
    places = [Place(county.school)]
    return [event.what for event in in_words(entries(user, places, kinds=[kind] if kind else []), places)][::-1]


# Answers by version.


def test_the_form_of_a_correction_and_its_page_show_what_the_school_says_is_not_accurate(
    county: County, record: RecordOfVisit
) -> None:
    respond(
        record, county.headteacher, accurate=False, on_accuracy="There were <four> lessons.", on_content="Thank you."
    )
    form = page_of(county.sip, f"{record.get_absolute_url()}correct/")
    assert "There were &lt;four&gt; lessons." in form
    assert form.index("There were &lt;four&gt; lessons.") < form.index('name="reason"')
    propose(record)
    page = page_of(county.dsim, f"{record.get_absolute_url()}correction/")
    assert "There were &lt;four&gt; lessons." in page
    assert "Thank you." in page


def test_a_correction_that_was_returned_shows_what_changed_since(county: County, record: RecordOfVisit) -> None:
    correction = propose(record)
    path = f"{record.get_absolute_url()}correction/"
    assert "Changes since this" not in page_of(county.dsim, path)
    correction_actions.return_to_author(
        correction, by=county.dsim, on=TUESDAY, reason="Say which year.", seen_version=1
    )
    texts = {"texts": correction.texts | {"evidence": "Books of year 4."}, "content": correction.written}
    again: dict[str, Any] = {**texts, "visit": visit_facts(record)}
    correction_actions.propose_again(
        correction, by=county.sip, on=TUESDAY, reason="The year was missing.", seen_version=2, **again
    )
    page = page_of(county.dsim, path)
    since = page[page.index("Changes since this correction was returned") : page.index("Changes to version")]
    assert "Say which year." in since
    assert "Books of year 4." in since
    assert "remember most" not in since


def test_a_response_typed_while_a_correction_was_issued_answers_nothing_and_is_not_lost(
    county: County, record: RecordOfVisit
) -> None:
    client, path = signed_in(county.headteacher), f"{record.get_absolute_url()}respond/"
    form = opened(client, path)
    issue(propose(record), county)
    page = client.post(path, {"accurate": "yes", "on_content": "We liked version 1.", **form})
    assert "We liked version 1." in page.content.decode()
    assert "Version 2 was shared while you were writing." in page.content.decode()
    assert not Response.objects.exists()
    # Sent once more, from the page that says so, it answers the version that is read now.
    again = re.search(r'name="base_version" value="([^"]*)"', page.content.decode())
    assert again
    answered(
        client, path, {"accurate": "yes", "on_content": "We like version 2.", **form, "base_version": again.group(1)}
    )
    assert Response.objects.get().version.number == 2


def test_a_response_typed_while_the_record_was_closed_is_shown_and_kept(county: County) -> None:
    record = shared(county, kind="monitoring")
    client, path = signed_in(county.headteacher), f"{record.get_absolute_url()}respond/"
    form = opened(client, path)
    record_actions.close(record, by=county.sip, on=date(2026, 11, 18), seen_version=record.version)
    page = client.post(path, {"accurate": "yes", "on_content": "Too late.", **form})
    assert page.status_code == 409
    assert "Too late." in page.content.decode()
    assert not Response.objects.exists()


def test_a_response_to_a_record_presented_meanwhile_is_taken(county: County, record: RecordOfVisit) -> None:
    client, path = signed_in(county.headteacher), f"{record.get_absolute_url()}respond/"
    form = opened(client, path)
    record_actions.present(record, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    answered(client, path, {"accurate": "yes", "on_content": "Yes.", **form})
    assert Response.objects.get().on_content == "Yes."


def test_whoever_answers_reads_who_else_reads_and_what_follows(county: County, record: RecordOfVisit) -> None:
    page, path = page_of(county.headteacher, record.get_absolute_url()), f"{record.get_absolute_url()}respond/"
    assert page.count(f'href="{path}"') == 2
    assert "<li>Clerk to the governors</li>" in page
    assert "<li>Diocesan officer</li>" not in page
    assert "What is not accurate (if something is not)" in " ".join(page_of(county.headteacher, path).split())
    client = signed_in(county.headteacher)
    sent = {**opened(client, path), "accurate": "no", "on_accuracy": "There are 214 pupils."}
    told = answered(client, path, sent, follow=True).content.decode()
    assert "If they correct the record, we will email you and you can respond to the new version." in told
    assert f'href="{path}"' not in told
    assert "Respond to the record (Chair of governors)" in told
    client = signed_in(county.chair)
    told = answered(client, path, {**opened(client, path), "accurate": "yes"}, follow=True).content.decode()
    assert "You sent your response. The author and their managers can read it." in told
    assert "If they correct" not in told
    assert "Respond to the record (" not in told


def test_a_correction_leads_to_each_part_of_the_record(county: County, record: RecordOfVisit) -> None:
    page = page_of(county.sip, f"{record.get_absolute_url()}correct/")
    parts = re.findall(r'href="#(id_\w+)">', page)
    assert {"id_met", "id_evidence"} <= set(parts)
    assert all(f'id="{part}"' in page for part in parts)
    assert "As last saved." not in page


def test_each_version_stands_with_its_own_answers_and_silences(county: County, record: RecordOfVisit) -> None:
    respond(record, county.headteacher, on_content="Of the first.")
    assert record_silence(date(2026, 11, 18)) == 1
    issue(propose(record), county)
    corrected = RecordOfVisit.objects.get()
    respond(corrected, county.chair, on_content="Of the second.")
    page = page_of(county.chair, record.get_absolute_url())
    assert page.index("Of the second.") < page.index("Of the first.")
    assert "None received by 17 November 2026" in page
    assert "on version 1" in page
    assert "on version 2" in page
    assert "None received yet." in page
    former = page_of(county.chair, f"{record.get_absolute_url()}versions/1/")
    assert TEXTS["findings"] in former
    assert "Of the first." in former
    assert "Of the second." not in former


def test_there_is_no_version_that_was_never_shared(county: County, record: RecordOfVisit) -> None:
    client = signed_in(county.chair)
    assert client.get(f"{record.get_absolute_url()}versions/7/").status_code == 404
    assert client.get(f"{record.get_absolute_url()}versions/1/").status_code == 302


# Corrections.


def test_a_correction_is_written_in_the_form_filled_with_what_the_school_reads(
    county: County, record: RecordOfVisit
) -> None:
    client, path = signed_in(county.sip), f"{record.get_absolute_url()}correct/"
    page = client.get(path).content.decode()
    assert TEXTS["findings"] in page
    written = as_posted(saved_values(record))
    sent = client.post(path, {**written, **VISIT, "findings": WORDS, "reason": "Too much.", **opened(client, path)})
    assert sent["Location"] == f"{record.get_absolute_url()}correction/"
    correction = Correction.objects.get()
    assert (correction.texts["findings"], correction.reason) == (WORDS, "Too much.")
    assert correction.written == record.written
    assert not Draft.objects.exists()


def test_nothing_typed_is_lost_when_another_correction_waits_already(county: County, record: RecordOfVisit) -> None:
    client, path = signed_in(county.sip), f"{record.get_absolute_url()}correct/"
    form = opened(client, path)
    propose(record)
    page = client.post(path, {**TEXTS, **VISIT, "findings": WORDS, "reason": "Too much.", **form})
    assert "&lt;b&gt;rather&lt;/b&gt;" in page.content.decode()
    assert Correction.objects.count() == 1


def test_the_form_of_a_correction_that_waits_leads_to_it(county: County, record: RecordOfVisit) -> None:
    propose(record)
    page = signed_in(county.sip).get(f"{record.get_absolute_url()}correct/", follow=True)
    assert "Your correction of this record is waiting for your line manager." in page.content.decode()


def test_a_returned_correction_opens_with_its_own_words_and_the_comments(county: County, record: RecordOfVisit) -> None:
    correction = propose(record, texts=TEXTS | {"findings": WORDS})
    correction_actions.return_to_author(
        correction, by=county.dsim, on=TUESDAY, reason="Say in <i>which</i> year.", seen_version=1
    )
    client, path = signed_in(county.sip), f"{record.get_absolute_url()}correct/"
    page = client.get(path).content.decode()
    assert "&lt;b&gt;rather&lt;/b&gt;" in page
    assert "Say in &lt;i&gt;which&lt;/i&gt; year." in page
    client.post(path, {**TEXTS, **VISIT, "findings": "In year 4.", "reason": "The year.", **opened(client, path)})
    correction.refresh_from_db()
    assert (correction.status, correction.texts["findings"]) == ("proposed", "In year 4.")


def test_the_school_sees_nothing_of_a_correction_before_it_is_issued(
    county: County, record: RecordOfVisit, clerk: User
) -> None:
    before = {user: page_of(user, record.get_absolute_url()) for user in (county.headteacher, clerk)}
    correction = propose(record, reason="A secret reason", texts=TEXTS | {"findings": WORDS})
    for user, page in before.items():
        assert _without_tokens(page_of(user, record.get_absolute_url())) == _without_tokens(page)
        assert signed_in(user).get(f"{record.get_absolute_url()}correction/").status_code == 403
        assert "orrection" not in " ".join(told(user, county))
        assert "A secret reason" not in page_of(user, f"/schools/{county.school.urn}/chronology/")
    assert "Correction of RV-2026-00001, version 1 proposed" in told(county.dsim, county)
    issue(correction, county)
    page = page_of(county.headteacher, record.get_absolute_url())
    assert "A secret reason" in page
    assert "&lt;b&gt;rather&lt;/b&gt;" in page
    assert told(county.headteacher, county)[-1].endswith("corrected: a new version issued")


def _without_tokens(page: str) -> str:
    return re.sub(r'(value|content|nonce)="[^"]*"', "", page)


def test_somebody_who_only_reads_does_not_follow_a_correction(county: County, record: RecordOfVisit) -> None:
    propose(record)
    reader = appointed(Role.EIP, district=county.school.district)
    assert "correction" not in page_of(reader, record.get_absolute_url()).lower()
    assert signed_in(reader).get(f"{record.get_absolute_url()}correction/").status_code == 403


def test_a_correction_is_issued_only_as_it_was_read(county: County, record: RecordOfVisit) -> None:
    correction = propose(record)
    client, path = signed_in(county.dsim), f"{record.get_absolute_url()}correction/issue/"
    assert client.get(path).status_code == 302
    assert client.get(f"{path}?seen_version=1").status_code == 200
    correction_actions.withdraw(correction, by=county.sip, on=TUESDAY, reason="It was right.", seen_version=1)
    page = client.post(path, {"seen_version": "1"}, follow=True).content.decode()
    assert "Nothing was done." in page
    assert record.versions.count() == 1


def test_a_return_typed_while_the_author_withdrew_is_not_lost(county: County, record: RecordOfVisit) -> None:
    correction = propose(record)
    client, path = signed_in(county.dsim), f"{record.get_absolute_url()}correction/return/"
    form = opened(client, path)
    correction_actions.withdraw(correction, by=county.sip, on=TUESDAY, reason="It was right.", seen_version=1)
    page = client.post(path, {"reason": "My long comments", **form})
    assert page.status_code == 409
    assert "My long comments" in page.content.decode()


# Presenting and closing.


def test_the_meetings_held_since_are_offered_and_another_day_is_added(
    county: County, record: RecordOfVisit, clerk: User, clock_at: Any
) -> None:
    add_meetings(county.school, [date(2026, 11, 2), date(2026, 11, 10), date(2026, 12, 3)], by=clerk)
    clock_at(date(2026, 11, 12))
    client, path = signed_in(clerk), f"{record.get_absolute_url()}present/"
    page = client.get(path).content.decode()
    assert "10 November 2026" in page
    assert "2 November 2026" not in page.replace("12 November 2026", "")
    assert "3 December 2026" not in page
    form = opened(client, path)
    other = {"meeting": "another", "held_on_0": "11", "held_on_1": "11", "held_on_2": "2026"}
    assert "Enter the date of the meeting" in client.post(path, {"meeting": "another", **form}).content.decode()
    both = client.post(path, {**other, "meeting": "2026-11-10", **form}).content.decode()
    assert "You selected the meeting of 10 November 2026, but you also entered another date." in both
    assert 'value="11"' in both
    assert not RecordOfVisit.objects.filter(presented_on__isnull=False).exists()
    late = client.post(path, {**other, "held_on_0": "13", **form}).content.decode()
    assert "The date of the meeting must be today or in the past." in late
    assert client.post(path, {**other, **form}).status_code == 302
    record.refresh_from_db()
    assert record.presented_on == date(2026, 11, 11)
    assert GovernorsMeeting.objects.count() == 4


def test_a_page_opened_before_somebody_else_presented_it_is_told(
    county: County, record: RecordOfVisit, clerk: User
) -> None:
    client, path = signed_in(clerk), f"{record.get_absolute_url()}present/"
    form = opened(client, path)
    record_actions.present(record, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    typed = {"held_on_0": "3", "held_on_1": "11", "held_on_2": "2026"}
    page = client.post(path, {**typed, "meeting": "2026-11-03", **form}, follow=True).content.decode()
    assert f"{county.chair.name} presented this after you opened it." in page


def test_what_keeps_a_record_open_is_said_where_it_would_be_closed(county: County, record: RecordOfVisit) -> None:
    page = page_of(county.sip, record.get_absolute_url())
    assert "The record has not been presented to the governors." in page
    assert "The school has until 17 November 2026 to respond." in page
    closing = signed_in(county.sip).get(f"{record.get_absolute_url()}close/", follow=True).content.decode()
    assert "You cannot close this record yet." in closing
    assert "Before you can close this record" not in page_of(county.chair, record.get_absolute_url())


def test_a_record_is_closed_without_presentation_with_its_reason(
    county: County, record: RecordOfVisit, clock_at: Any
) -> None:
    clock_at(date(2027, 4, 14))
    client, path = signed_in(county.dsim), f"{record.get_absolute_url()}close-unpresented/"
    assert "Close without presentation" in page_of(county.dsim, record.get_absolute_url())
    form = opened(client, path)
    checked = read_back(client, path, {"reason": "No meeting was quorate.", **form})
    assert "No meeting was quorate." in checked
    assert "Only a correction opens the record again." in checked
    record.refresh_from_db()
    assert record.status == "shared"
    client.post(path, carried_by(checked))
    record.refresh_from_db()
    assert record.status == "closed"
    late = client.post(path, {"reason": "No meeting was quorate in March.", **form})
    assert late.status_code == 409
    assert "No meeting was quorate in March." in late.content.decode()
    assert "None received by 17 November 2026" in page_of(county.chair, record.get_absolute_url())


# Meetings.


def test_a_years_meetings_are_entered_at_once(county: County, clerk: User) -> None:
    client, path = signed_in(clerk), f"/schools/{county.school.urn}/governors/add/"
    page = client.post(path, {"days": "3 December 2026\n4/2/2027\n\nThursday 13 May 2027\nsoon"}).content.decode()
    assert "“soon” is not a date such as 1 September 2026 or 01/09/2026." in page
    assert not GovernorsMeeting.objects.exists()
    client.post(path, {"days": "3 December 2026\n4/2/2027\n\nThursday 13 May 2027"})
    assert GovernorsMeeting.objects.count() == 3
    again = client.post(path, {"days": "3 December 2026"}, follow=True).content.decode()
    assert "You added no new meetings. 1 was already on record." in again
    assert "is more than two years ahead" in client.post(path, {"days": "3 December 2062"}).content.decode()


def test_a_meeting_of_another_school_is_not_found_here(county: County, clerk: User) -> None:
    other = GovernorsMeetingFactory.create()
    path = f"/schools/{county.school.urn}/governors/{other.pk}/cancel/"
    assert signed_in(clerk).get(path).status_code == 404


def test_a_meeting_is_cancelled_with_a_reason_and_told_in_the_chronology(county: County, clerk: User) -> None:
    [meeting] = add_meetings(county.school, [date(2026, 12, 3)], by=clerk)
    client, path = signed_in(clerk), f"/schools/{county.school.urn}/governors/{meeting.pk}/cancel/"
    client.post(path, {"reason": "Snow <b>", **opened(client, path)})
    meeting.refresh_from_db()
    assert meeting.cancelled_because == "Snow <b>"
    assert "Cancelled: Snow &lt;b&gt;" in page_of(clerk, f"/schools/{county.school.urn}/governors/")
    assert told(county.chair, county, "governors") == [
        "Governors’ meeting, 3 December 2026: added",
        "Governors’ meeting, 3 December 2026: cancelled",
    ]


# Actions and strengths.


def test_overdue_actions_come_first_and_the_list_is_narrowed(county: County, record: RecordOfVisit) -> None:
    lines = [("a", None), ("b", date(2026, 12, 1)), ("c", date(2026, 10, 30)), ("d", date(2026, 11, 2))]
    for key, due_on in lines:
        RecordActionFactory.create(record=record, key=key, what=f"Action {key}", due_on=due_on, school=county.school)
    RecordAction.objects.filter(key="d").update(status="done")
    path = f"/schools/{county.school.urn}/actions/"
    page = page_of(county.chair, path)
    assert page.index("Action c") < page.index("Moderate writing") < page.index("Action b") < page.index("Action a")
    assert "Action d" not in page
    assert "Action d" in page_of(county.chair, f"{path}?status=done")
    overdue = page_of(county.chair, f"{path}?status=overdue")
    assert "Action c" in overdue
    assert "Action b" not in overdue
    authority = page_of(county.chair, f"{path}?owner=authority")
    assert "Find a partner school" in authority
    assert "Action c" not in authority
    assert "No actions match your filters." in page_of(county.chair, f"{path}?status=dropped")


def test_actions_are_taken_away_as_they_are_listed(county: County) -> None:
    line = ActionLine("x1", "=1+1", Owner.SCHOOL, "Deputy", date(2026, 10, 30))
    shared(county, content=replace(CONTENT, actions=(line,)))
    client, path = signed_in(county.chair), f"/schools/{county.school.urn}/actions/export"
    text = b"".join(client.get(f"{path}.csv?status=overdue")).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["Action"], row["Owner"], row["Overdue"]) == ("'=1+1", "The school", "Yes")
    found = json.loads(b"".join(client.get(f"{path}.json")))
    assert found["rows"][0]["due_on"] == "2026-10-30"
    assert b"".join(client.get(f"{path}.xlsx")).startswith(b"PK")
    assert AuditEvent.objects.filter(verb="exported actions").count() == 3


def test_an_action_is_updated_by_whose_it_is_and_told_in_the_chronology(county: County, record: RecordOfVisit) -> None:
    mine, theirs = record.actions.get(owner="school"), record.actions.get(owner="authority")
    tab = f"/schools/{county.school.urn}/actions/"
    for user, action, status in (
        (county.headteacher, mine, 200),
        (county.headteacher, theirs, 403),
        (county.sip, theirs, 200),
        (county.sip, mine, 403),
    ):
        assert signed_in(user).get(f"{tab}{action.pk}/").status_code == status
    client, path = signed_in(county.headteacher), f"{tab}{mine.pk}/"
    form = opened(client, path)
    assert "Enter what has been done" in client.post(path, {"act": "finish", **form}).content.decode()
    client.post(path, {"act": "finish", "note": "All <b>done</b>", **form})
    mine.refresh_from_db()
    assert (mine.status, mine.progress) == ("done", "All <b>done</b>")
    assert "All &lt;b&gt;done&lt;/b&gt;" in page_of(county.sip, f"{tab}?status=done")
    assert told(county.chair, county, "actions")[-1] == "Action “Moderate writing in year 4”: done"


def test_what_was_typed_about_an_action_that_somebody_else_updated_is_still_there(
    county: County, record: RecordOfVisit
) -> None:
    mine = record.actions.get(owner="school")
    client, path = signed_in(county.headteacher), f"/schools/{county.school.urn}/actions/{mine.pk}/"
    form = opened(client, path)
    agreed_actions.report_progress(mine, by=county.chair, note="A third.", seen_version=1)
    page = client.post(path, {"act": "report", "note": "A half.", **form}).content.decode()
    assert f"{county.chair.name} changed this after you opened it." in page
    assert "A half." in page
    assert "A third." in page


def test_the_headteacher_says_what_may_be_shared_and_the_others_read_it(county: County, record: RecordOfVisit) -> None:
    strength = Strength.objects.get()
    path = f"{record.get_absolute_url()}strengths/{strength.pk}/"
    assert "Do not share" in page_of(county.headteacher, record.get_absolute_url())
    for user in (county.chair, county.sip, county.dsim):
        page = page_of(user, record.get_absolute_url())
        assert "Waiting for the headteacher" in page
        assert "Do not share" not in page
        assert signed_in(user).post(f"{path}consent/", {"seen_version": "1"}).status_code == 403
    signed_in(county.headteacher).post(f"{path}consent/", {"seen_version": "1"})
    strength.refresh_from_db()
    assert strength.status == "agreed"
    stale = signed_in(county.headteacher).post(f"{path}decline/", {"seen_version": "1"}, follow=True)
    assert "Nothing was done." in stale.content.decode()
    assert "May be shared" in page_of(county.sip, record.get_absolute_url())


# Home.


def test_each_is_asked_at_home_for_what_is_theirs_to_do(county: County, record: RecordOfVisit, clerk: User) -> None:
    answer, present = "Respond to the Record of Visit", "Present the Record of Visit to the governors"
    consent = "Decide whether we can share a strength with other schools"
    assert sorted(titles(county.headteacher)) == sorted([answer, present, consent])
    assert sorted(titles(county.chair)) == sorted([answer, present])
    assert titles(clerk) == [present]
    assert titles(county.sip) == titles(county.dsim) == []

    correction = propose(record)
    assert titles(county.dsim) == ["Issue or return the correction of a Record of Visit"]
    assert titles(county.sip) == titles(county.head) == []
    correction_actions.return_to_author(correction, by=county.dsim, on=TUESDAY, reason="No.", seen_version=1)
    assert titles(county.sip) == ["Work on the correction that was returned to you"]
    assert titles(county.dsim) == []
    correction_actions.withdraw(correction, by=county.sip, on=TUESDAY, reason="No.", seen_version=2)

    for user in (county.headteacher, county.chair):
        respond(record, user)
    record_actions.present(record, by=clerk, on=TUESDAY, held_on=TUESDAY, seen_version=record.version)
    assert titles(county.sip) == ["Close the Record of Visit"]
    assert titles(clerk) == titles(county.chair) == []
    assert titles(county.headteacher) == [consent]
    record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert titles(county.sip) == []


def test_presenting_is_asked_for_by_the_day_of_the_next_meeting(
    county: County, record: RecordOfVisit, clerk: User
) -> None:
    add_meetings(county.school, [date(2026, 12, 3)], by=clerk)
    [ask] = tasks_of(clerk, TUESDAY)
    assert (ask.due_on, ask.overdue) == (date(2026, 12, 3), False)
    [ask] = tasks_of(clerk, date(2026, 12, 4))
    assert ask.overdue


# Queries.


def grow(county: County, number: int, clerk: User) -> None:
    """A record that was corrected and answered, with actions, strengths and meetings."""
    record = shared(county, held_on=TUESDAY - timedelta(days=number))
    respond(record, county.chair)
    corrected = issue(propose(record), county)
    respond(corrected, county.headteacher)
    add_meetings(county.school, [date(2026, 12, 1 + number), date(2026, 10, 1 + number)], by=clerk)
    other = shared(county, kind="monitoring", held_on=TUESDAY - timedelta(days=number))
    propose(other)
    strength = other.strengths.get()
    agreed_actions.decide(strength, "consent", by=county.headteacher, on=TUESDAY, seen_version=strength.version)


def test_no_page_takes_more_queries_when_more_has_followed(county: County, clerk: User) -> None:
    people = {"clerk": clerk, **{name: getattr(county, name) for name in ("sip", "dsim", "headteacher")}}
    urn, counts = county.school.urn, []
    grown = 0
    for size in (2, 7):
        while grown < size:
            grow(county, grown, clerk)
            grown += 1
        first = RecordOfVisit.objects.filter(visit__kind="core").order_by("pk")[0].get_absolute_url()
        waits = RecordOfVisit.objects.filter(visit__kind="monitoring").order_by("pk")[0].get_absolute_url()
        paths = [
            *(("sip", path) for path in ("/", first, waits, f"{waits}correction/", f"/schools/{urn}/actions/")),
            *(("dsim", path) for path in ("/", waits, f"{waits}correction/", f"/schools/{urn}/chronology/")),
            *(("headteacher", path) for path in ("/", first, f"{first}versions/1/", f"/schools/{urn}/actions/")),
            *(("clerk", path) for path in ("/", f"/schools/{urn}/governors/", f"{first}present/")),
            ("headteacher", f"/schools/{urn}/actions/export.csv"),
        ]
        counts.append({(who, path): _queries(people[who], path) for who, path in paths})
    small, large = counts
    assert {page: (small[page], more) for page, more in large.items() if more > small[page]} == {}


def test_a_record_with_many_versions_takes_no_more_queries_than_one_with_two(county: County) -> None:
    record = issue(propose(shared(county)), county)
    few = _queries(county.headteacher, record.get_absolute_url())
    for number in range(5):
        record = issue(propose(record, texts=TEXTS | {"met": f"Person {number}"}), county)
        respond(record, county.chair)
    assert _queries(county.headteacher, record.get_absolute_url()) <= few


def _queries(user: User, path: str) -> int:
    client = signed_in(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
        assert response.status_code == 200
        assert b"".join(response) if response.streaming else response.content
    return len(captured)

"""The line manager's queue, comments item by item, cover, and never one's own."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.demo.files import plan_of_a_room
from schoolimprove.records.models import AuditEvent
from schools.models import Appointment, AssuranceComment, Person, RecordOfVisit
from schools.records import actions as record_actions
from schools.records import versions
from schools.records.attachments.actions import attach, take_away
from schools.records.returned import changes_since, document_as_returned, last_return
from schools.records.states import RecordStatus
from tests.factories.county import TUESDAY, County
from tests.factories.schools import DistrictFactory, DoubleDistrictFactory, SchoolFactory, appointed
from tests.factories.written import written_record
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/schools/assurance/"


@pytest.fixture(autouse=True)
def _tuesday(clock_at: Any) -> None:
    clock_at(TUESDAY)


def listed(user: User, query: str = "") -> str:
    answer = signed_in(user).get(QUEUE + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def send_back(record: RecordOfVisit, county: County, **comments: str) -> Any:
    """Returned by the form, as the line manager fills it in."""
    path = reverse("schools:record_return", args=[record.school.urn, record.reference])
    client = signed_in(county.dsim)
    page = client.get(path).content.decode()
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
        for name in ("base_version", "keep_token")
    }
    return client.post(path, {"reason": "", **comments, **hidden})


# The queue.


def test_what_is_submitted_waits_for_the_line_manager_and_for_nobody_else(county: County) -> None:
    record = county.submitted(county.sip)
    own = county.submitted(county.dsim, kind="monitoring")
    assert record.reference in listed(county.dsim)
    assert own.reference not in listed(county.dsim)
    for manager in (county.head, county.deputy):
        page = listed(manager)
        assert own.reference in page
        assert record.reference not in page
    assert "Nothing to approve" in listed(county.director)
    for other in (county.sip, county.headteacher, county.chair):
        assert signed_in(other).get(QUEUE).status_code == 403


def test_whoever_returned_or_approved_one_is_led_to_those_that_still_wait(county: County) -> None:
    first = county.submitted(county.sip)
    second = county.submitted(county.sip, kind="monitoring")
    county.record(held_on=TUESDAY - timedelta(days=7))
    page = send_back(first, county, reason="Say more.").client.get(first.get_absolute_url()).content.decode()
    assert f'href="{QUEUE}">You have 1 more to approve or return</a>' in page
    client, path = signed_in(county.dsim), reverse("schools:record_approve", args=[county.school.urn, second.reference])
    done = client.post(path, {"seen_version": second.version}, follow=True).content.decode()
    assert "You approved the record and shared it with the school. You have no other records to approve." in done


def test_a_manager_of_another_district_has_another_queue(county: County) -> None:
    record = county.submitted(county.sip)
    beyond = DoubleDistrictFactory.create(name="Beyond")
    school = SchoolFactory.create(district=DistrictFactory.create(name="Beyond", double_district=beyond))
    other = appointed(Role.DSIM, double_district=school.district.double_district)
    assert record.reference not in listed(other)


def test_the_queue_tells_what_is_late_and_what_was_returned(county: County, clock_at: Any) -> None:
    late = county.submitted(county.sip, kind="monitoring")
    returned = county.submitted(county.sip, kind="additional")
    record_actions.return_to_author(
        returned, by=county.dsim, on=TUESDAY, reason="Say more", seen_version=returned.version
    )
    unwritten = county.start(county.sip, kind="familiarisation")
    clock_at(date(2026, 11, 20))
    waiting = listed(county.dsim)
    assert late.reference in waiting
    assert "Overdue" in waiting
    assert returned.reference not in waiting
    assert returned.reference in listed(county.dsim, "?stage=returned")
    assert unwritten.reference in listed(county.dsim, "?stage=late")
    assert late.reference in listed(county.dsim, f"?q={county.sip.name}")
    assert late.reference not in listed(county.dsim, "?q=nobody")


def test_the_queue_is_taken_away_and_that_is_kept_in_the_audit(county: County) -> None:
    record = county.submitted(county.sip)
    answer = signed_in(county.dsim).get("/schools/assurance/export.json")
    rows = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert record.reference in json.dumps(rows)
    assert AuditEvent.objects.filter(verb="exported records to assure", by=county.dsim).exists()


# Comments.


def test_comments_stand_by_what_they_are_about_and_only_the_makers_read_them(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(
        record, county, reason="Nearly there", comment_findings="Which year groups?", comment_met="And the chair?"
    )
    record.refresh_from_db()
    assert (record.status, record.returned_because) == (RecordStatus.DRAFT, "Nearly there")
    assert [(each.part, each.heading, each.text) for each in record.assurance_comments.all()] == [
        ("met", "Who was met", "And the chair?"),
        ("findings", "Findings", "Which year groups?"),
    ]
    page = signed_in(county.sip).get(f"{record.get_absolute_url()}edit/").content.decode()
    assert page.index("Which year groups?") < page.index('name="findings"')
    assert page.index("And the chair?") < page.index('name="met"')
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert "Which year groups?" in signed_in(county.dsim).get(record.get_absolute_url()).content.decode()
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    for reader in (county.headteacher, county.chair, county.sip, county.dsim):
        assert "Which year groups?" not in signed_in(reader).get(record.get_absolute_url()).content.decode()


def test_comments_on_parts_alone_are_enough(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(record, county, comment_evidence="Whose books?")
    record.refresh_from_db()
    assert record.returned_because == "See the comments on: Evidence seen."


def test_a_record_is_not_returned_without_a_word(county: County) -> None:
    record = county.submitted(county.sip)
    page = send_back(record, county, comment_evidence="  ").content.decode()
    assert "Enter a comment on the whole record or on a part" in page
    record.refresh_from_db()
    assert record.status == RecordStatus.SUBMITTED


def test_comments_of_an_earlier_return_are_no_longer_beside_the_text(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(record, county, comment_findings="First comment")
    record.refresh_from_db()
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    send_back(record, county, comment_findings="Second comment")
    page = signed_in(county.sip).get(f"{record.get_absolute_url()}edit/").content.decode()
    assert "Second comment" in page
    assert "First comment" not in page
    assert "First comment" in signed_in(county.sip).get(record.get_absolute_url()).content.decode()


def test_each_comment_of_the_last_return_is_under_the_text_it_is_about(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(record, county, comment_evidence="Whose books?", comment_actions="Who will do it?")
    record.refresh_from_db()
    for reader in (county.sip, county.dsim):
        page = signed_in(reader).get(record.get_absolute_url()).content.decode()
        headings = [page.index(words) for words in (">Evidence seen<", "Whose books?", ">Judgements<")]
        assert headings == sorted(headings)
        assert page.index(">Actions agreed<") < page.index("Who will do it?")
        assert "Comments from earlier returns" not in page


def test_a_return_without_comments_on_parts_leaves_none_of_the_former_beside_the_text(
    county: County, clock_at: Any
) -> None:
    record = county.submitted(county.sip)
    send_back(record, county, comment_findings="First comment")
    record.refresh_from_db()
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    clock_at(TUESDAY + timedelta(days=1))
    send_back(record, county, reason="Nearly there")
    page = signed_in(county.sip).get(f"{record.get_absolute_url()}edit/").content.decode()
    assert "Nearly there" in page
    assert "First comment" not in page


def test_the_line_manager_sees_what_changed_since_the_return_as_a_correction_shows_it(county: County) -> None:
    record = county.submitted(county.sip)
    first = signed_in(county.dsim).get(record.get_absolute_url()).content.decode()
    assert "Changes since this" not in first
    send_back(record, county, reason="Say which year.")
    record.refresh_from_db()
    revised: dict[str, Any] = {"findings": f"{record.findings} Seen in year 4."}
    record_actions.revise(record, by=county.sip, seen_version=record.version, **revised)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    for path in ("", "return/"):
        page = signed_in(county.dsim).get(f"{record.get_absolute_url()}{path}").content.decode()
        assert "Changes since this record was returned" in page
        assert "Say which year." in page
        added = re.search(r'<ins class="app-change__added">.*?</ins>', page, re.DOTALL)
        assert added
        assert "Seen in year 4." in added[0]
        assert "<del" not in page
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    for reader in (county.headteacher, county.dsim):
        assert "Say which year." not in signed_in(reader).get(record.get_absolute_url()).content.decode()


def test_a_record_submitted_again_as_it_was_says_that_nothing_changed(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(record, county, reason="Say which year.")
    record.refresh_from_db()
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    page = signed_in(county.dsim).get(record.get_absolute_url()).content.decode()
    assert "The author has not changed anything since then." in page


def test_the_record_as_it_was_returned_is_found_again_whatever_was_changed_since(county: County, clock_at: Any) -> None:
    """Texts, findings, an agenda item that was removed, grades, facts of the visit and files."""
    record = written_record(county)
    file = attach(record, [plan_of_a_room("Plan.pdf")], by=county.sip)[0]
    hall = {"content": record.written, "new_item": ("The hall", "It is cold.")}
    record_actions.revise(record, by=county.sip, seen_version=record.version, **hall)  # type: ignore[arg-type]
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    read = versions.document(record)
    record_actions.return_to_author(record, by=county.dsim, on=TUESDAY, reason="Say more", seen_version=record.version)
    returned = last_return(record)
    assert returned
    assert document_as_returned(record, returned.event) == read
    clock_at(TUESDAY + timedelta(days=1))
    item = record.visit.agenda_items.get(heading="The hall").as_line().key
    findings = {key: "Else" for key in record.written.findings if key != item}
    facts: list[dict[str, Any]] = [
        {"held_on": TUESDAY - timedelta(days=1)},
        {"days": Decimal("0.5"), "kind": "monitoring"},
    ]
    for visit in facts:
        content = replace(record.written, findings=findings, grades=())
        revised: dict[str, Any] = {"met": f"{record.met}, and the chair"}
        record_actions.revise(
            record,
            by=county.sip,
            seen_version=record.version,
            visit=visit,
            content=content,
            dropped_items=[item],
            **revised,
        )
    added = ("The roof", "It leaks.")
    record_actions.revise(record, by=county.sip, seen_version=record.version, content=record.written, new_item=added)
    take_away(file, by=county.sip)
    record = RecordOfVisit.objects.get(pk=record.pk)
    found = document_as_returned(record, returned.event)
    for part in (found, read):
        part["agenda"].sort(key=lambda item: item["key"])
    assert found == read
    assert {change.heading for change in changes_since(record, returned)} >= {
        "Date of the visit",
        "Days used",
        "Type of visit",
        "Who was met",
        "Findings: The hall",
        "Findings: The roof",
        "Grade",
        "Attached file",
    }


def test_a_comment_is_never_changed(county: County) -> None:
    record = county.submitted(county.sip)
    send_back(record, county, comment_findings="First comment")
    with pytest.raises(IntegrityError), transaction.atomic():
        AssuranceComment.objects.update(text="Else")
    with pytest.raises(IntegrityError), transaction.atomic():
        AssuranceComment.objects.all().delete()


# Cover.


@pytest.fixture
def cover(county: County) -> User:
    """A colleague who covers for the DSIM until the end of the week, and is SIP of the school besides."""
    user = appointed(Role.SIP, school=county.school)
    Appointment.objects.create(
        person=Person.objects.get(user=user),
        role=Role.DSIM,
        double_district=county.double_district,
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 6),
        cover_for=county.dsim.person.appointments.get(),
    )
    return user


def test_whoever_covers_has_the_queue_and_is_told_for_whom(county: County, cover: User) -> None:
    record = county.submitted(county.sip)
    page = listed(cover)
    assert record.reference in page
    assert f"You cover for {county.dsim.name}" in page
    assert "until 6 November 2026" in page
    assert f"in cover for {county.dsim.name}" in page
    approve = signed_in(cover).get(f"{record.get_absolute_url()}approve/?seen_version={record.version}")
    assert f"We record that you approve it in cover for {county.dsim.name}." in approve.content.decode()
    record_actions.approve(record, by=cover, on=TUESDAY, seen_version=record.version)
    shown = signed_in(county.headteacher).get(record.get_absolute_url()).content.decode()
    assert f"{cover.name}, in cover for {county.dsim.name}" in shown


def test_nobody_approves_their_own_record_in_cover_either(county: County, cover: User) -> None:
    mine = county.submitted(cover)
    assert mine.author_role == Role.DSIM
    assert mine.reference not in listed(cover)
    assert signed_in(cover).get(f"{mine.get_absolute_url()}approve/?seen_version={mine.version}").status_code == 403


def test_cover_that_is_over_approves_nothing(county: County, cover: User, clock_at: Any) -> None:
    record = county.submitted(county.sip)
    clock_at(date(2026, 11, 7))
    assert signed_in(cover).get(QUEUE).status_code == 403
    assert signed_in(cover).get(f"{record.get_absolute_url()}approve/").status_code == 404

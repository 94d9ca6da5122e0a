"""Files of a record: who attaches, who takes away which, and how they are served."""

import hashlib
import io
import logging
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.documents import scanning
from schoolimprove.documents.models import Blob, BlobScan, ScanState
from schoolimprove.documents.uploads import TYPES
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import RecordAttachment, RecordDocument, RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.attachments.actions import MOST_FILES, Brought, attach, cleaned_name, take_away
from schools.records.pdf import freeze
from schools.records.states import RecordStatus
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolLinkFactory
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.signing_in import signed_in

PDF, PNG = b"%PDF-1.4\n%invented\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 16
WORD = TYPES[".docx"]


def docx() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        main = f'<Override PartName="/word/document.xml" ContentType="{WORD}.main+xml"/>'
        archive.writestr("[Content_Types].xml", f"<Types>{main}</Types>")
    return file.getvalue()


def brought(name: str = "books.pdf", content: bytes = PDF) -> Brought:
    return Brought(name, content, TYPES[".pdf"])


def shared(county: County, record: RecordOfVisit) -> RecordOfVisit:
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    return record


def url(record: RecordOfVisit, route: str, **parameters: int) -> str:
    return reverse(f"schools:{route}", kwargs={"urn": record.school.urn, "reference": record.reference, **parameters})


def taken(user: User, file: RecordAttachment) -> int:
    return signed_in(user).get(url(file.record, "attachment", attachment=file.pk)).status_code


def uploaded(client: Client, record: RecordOfVisit, *files: tuple[str, bytes]) -> Any:
    data = {"uploads": [SimpleUploadedFile(name, content) for name, content in files]}
    return client.post(url(record, "attachment_add"), data)


def told(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


@pytest.fixture
def draft(county: County) -> RecordOfVisit:
    return county.start(county.sip)


@pytest.fixture
def file(draft: RecordOfVisit, county: County) -> RecordAttachment:
    return attach(draft, [brought()], by=county.sip)[0]


@pytest.fixture
def scanner() -> Iterator[list[bytes]]:
    """A scanner that finds what it is told to find."""
    infected: list[bytes] = []

    def scan(content: bytes) -> tuple[ScanState, str]:
        return (ScanState.INFECTED, "Invented-Virus") if content in infected else (ScanState.CLEAN, "")

    scanning.register_scanner(scan)
    yield infected
    scanning.register_scanner(None)


# Attaching ------------------------------------------------------------------------------------------------------------


def test_the_author_attaches_several_files_at_once(draft: RecordOfVisit, county: County) -> None:
    response = uploaded(signed_in(county.sip), draft, ("Books.PDF", PDF), ("walk.docx", docx()), ("wall.png", PNG))
    assert response.status_code == 302
    files = {each.name: each.blob.content_type for each in draft.attachments.all()}
    assert files == {"Books.PDF": TYPES[".pdf"], "walk.docx": WORD, "wall.png": TYPES[".png"]}
    assert AuditEvent.objects.filter(verb="attached", subject_id=draft.pk).count() == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<script>alert(1)</script>", "must be a PDF, Word document"),
        ("books.pdf", b"MZ\x90\0", "must be a PDF, Word document"),
        ("books.pdf", b"", "empty"),
        ("books.pdf", PDF + b"0" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_a_file_that_is_not_what_may_be_attached_is_refused(
    draft: RecordOfVisit, county: County, name: str, content: bytes, said: str
) -> None:
    response = uploaded(signed_in(county.sip), draft, ("good.pdf", PDF), (name, content))
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not draft.attachments.exists()


def test_without_a_file_the_form_says_what_to_do(draft: RecordOfVisit, county: County) -> None:
    response = signed_in(county.sip).post(url(draft, "attachment_add"), {})
    assert "Select the files" in response.content.decode()


def test_a_record_has_twenty_files_at_most(draft: RecordOfVisit, county: County) -> None:
    attach(draft, [brought(f"{number}.pdf") for number in range(MOST_FILES)], by=county.sip)
    response = uploaded(signed_in(county.sip), draft, ("one-more.pdf", PDF))
    assert "You can attach up to 20 files to a record. This record already has 20." in response.content.decode()
    with pytest.raises(Blocked):
        attach(draft, [brought()], by=county.sip)
    take_away(draft.attachments.all()[0], by=county.sip)
    assert uploaded(signed_in(county.sip), draft, ("one-more.pdf", PDF)).status_code == 302


@pytest.mark.parametrize(
    ("name", "content_type", "cleaned"),
    [
        ("books.pdf", TYPES[".pdf"], "books.pdf"),
        ("../../etc/passwd", TYPES[".pdf"], "passwd.pdf"),
        (r"C:\Users\head\walk.docx", WORD, "walk.docx"),
        ("photo.JPEG", TYPES[".jpg"], "photo.JPEG"),
        ("virus.exe", TYPES[".png"], "virus.exe.png"),
        ("a\u202egnp.exe", TYPES[".png"], "agnp.exe.png"),
        ("line\r\nbreak\x00.pdf", TYPES[".pdf"], "linebreak.pdf"),
        ("...", TYPES[".pdf"], "file.pdf"),
        ("Übersicht – Klasse 4.pdf", TYPES[".pdf"], "Übersicht – Klasse 4.pdf"),
        ("x" * 500 + ".pdf", TYPES[".pdf"], "x" * 150 + ".pdf"),
    ],
)
def test_a_name_keeps_only_what_can_be_seen_and_ends_as_its_content(name: str, content_type: str, cleaned: str) -> None:
    assert cleaned_name(name, content_type) == cleaned


def test_only_the_author_attaches_and_takes_away(draft: RecordOfVisit, file: RecordAttachment, county: County) -> None:
    for user in (county.dsim, county.head):
        client = signed_in(user)
        assert client.get(url(draft, "attachment_add")).status_code == 403
        assert uploaded(client, draft, ("x.pdf", PDF)).status_code == 403
        assert client.post(url(draft, "attachment_remove", attachment=file.pk)).status_code == 403
    for user in (county.headteacher, county.chair):
        assert uploaded(signed_in(user), draft, ("x.pdf", PDF)).status_code == 404
    assert draft.attachments.filter(taken_away_at=None).count() == 1


def test_an_author_whose_role_ended_attaches_nothing_more(draft: RecordOfVisit, county: County) -> None:
    county.sip.person.appointments.all().update(ends_on=TUESDAY.replace(day=2))
    assert uploaded(signed_in(county.sip), draft, ("x.pdf", PDF)).status_code == 403


def test_files_stay_as_they_are_once_the_record_is_submitted(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    client = signed_in(county.sip)
    record_actions.submit(draft, by=county.sip, on=TUESDAY, seen_version=draft.version)
    assert (
        "You submitted this record for approval. You can only attach or remove files while a record is a draft."
        in told(client.get(url(draft, "attachment_add"), follow=True))
    )
    assert uploaded(client, draft, ("x.pdf", PDF)).status_code == 302
    assert client.post(url(draft, "attachment_remove", attachment=file.pk)).status_code == 302
    with pytest.raises(Conflict):
        attach(draft, [brought()], by=county.sip)
    with pytest.raises(Conflict):
        take_away(file, by=county.sip)
    assert [each.taken_away_at for each in draft.attachments.all()] == [None]


def test_a_file_is_taken_away_once_and_kept(draft: RecordOfVisit, file: RecordAttachment, county: County) -> None:
    client = signed_in(county.sip)
    remove = url(draft, "attachment_remove", attachment=file.pk)
    assert "You removed books.pdf." in told(client.post(remove, follow=True))
    assert "books.pdf had already been removed." in told(client.post(remove, follow=True))
    file.refresh_from_db()
    assert file.taken_away_by == county.sip
    assert file.blob.read() == PDF
    assert AuditEvent.objects.filter(verb="took a file away").count() == 1


# Serving --------------------------------------------------------------------------------------------------------------


def test_a_file_is_served_whole_to_be_saved_and_never_drawn(file: RecordAttachment, county: County) -> None:
    response = signed_in(county.sip).get(url(file.record, "attachment", attachment=file.pk))
    assert response.content == PDF
    assert response["Content-Disposition"] == 'attachment; filename="books.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\r\nSet-Cookie: b=c.pdf",
        'a"; filename="b.exe',
        "walk.pdf.exe",
        "\u202efdp.exe",
        "Übung.pdf",
        "\0",
    ],
)
def test_no_name_of_a_file_breaks_the_header_it_is_sent_in(draft: RecordOfVisit, county: County, name: str) -> None:
    client = signed_in(county.sip)
    kept = attach(draft, [brought(name)], by=county.sip)[0]
    response = client.get(url(draft, "attachment", attachment=kept.pk))
    header = response["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert header.isprintable()
    assert header.isascii()
    assert kept.name.endswith(".pdf")
    assert "/" not in kept.name
    assert set(response.cookies) <= {settings.SESSION_COOKIE_NAME}


def test_a_draft_and_its_files_are_for_those_who_follow_it(file: RecordAttachment, county: County) -> None:
    for user in (county.sip, county.dsim, county.deputy, county.head, county.director):
        assert taken(user, file) == 200
    for user in (county.headteacher, county.chair, appointed(Role.EIP, district=county.school.district)):
        assert taken(user, file) == 404


def test_a_shared_version_gives_the_school_what_it_names(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    away = attach(draft, [brought("away.pdf", PDF + b"2")], by=county.sip)[0]
    take_away(away, by=county.sip)
    shared(county, draft)
    assert [line["name"] for line in draft.versions.get().texts["attachments"]] == ["books.pdf"]
    for user in (county.headteacher, county.chair, county.sip, county.dsim):
        assert taken(user, file) == 200
        assert taken(user, away) == 404


def test_a_file_a_version_names_is_there_even_if_it_was_taken_away_afterwards(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    shared(county, draft)
    RecordAttachment.objects.filter(pk=file.pk).update(taken_away_at=draft.updated_at, taken_away_by=county.sip)
    assert taken(county.headteacher, file) == 200


def test_what_was_taken_away_from_a_draft_is_given_to_nobody(file: RecordAttachment, county: County) -> None:
    take_away(file, by=county.sip)
    assert taken(county.sip, file) == 404


def test_another_records_file_is_not_there_by_its_number(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    """The school reads one record, and the author's draft has the file."""
    read = shared(county, county.start(county.sip, kind="monitoring"))
    for route in ("attachment", "attachment_remove"):
        client = signed_in(county.sip)
        address = url(read, route, attachment=file.pk)
        assert (client.get if route == "attachment" else client.post)(address).status_code in (302, 404)
    assert signed_in(county.headteacher).get(url(read, "attachment", attachment=file.pk)).status_code == 404
    file.refresh_from_db()
    assert file.taken_away_at is None


def test_the_head_of_another_school_finds_nothing(draft: RecordOfVisit, file: RecordAttachment, county: County) -> None:
    shared(county, draft)
    document = freeze(draft.versions.get(), "shared")
    stranger = signed_in(appointed(Role.HEADTEACHER, school=SchoolFactory.create(district=county.school.district)))
    for address in (
        url(draft, "attachment", attachment=file.pk),
        url(draft, "record_document", document=document.pk),
        url(draft, "record_pdf"),
    ):
        assert stranger.get(address).status_code == 404


def test_an_abandoned_record_and_its_files_stay_with_those_who_followed_it(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    record_actions.abandon(draft, by=county.sip, on=TUESDAY, reason="Written twice", seen_version=draft.version)
    assert taken(county.sip, file) == 200
    assert taken(county.dsim, file) == 200
    assert taken(county.headteacher, file) == 404
    assert signed_in(county.dsim).get(url(draft, "record_pdf")).status_code == 200
    assert signed_in(county.headteacher).get(url(draft, "record_pdf")).status_code == 404


def test_the_school_that_follows_reads_the_files_of_what_was_shared_and_no_draft(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    heir: School = SchoolFactory.create(district=county.school.district)
    names = {"urn": heir.urn, "linked_urn": county.school.urn, "linked_name": county.school.name}
    SchoolLinkFactory.create(**names, kind="Predecessor", established_on=date(2026, 9, 1))
    head = appointed(Role.HEADTEACHER, school=heir)
    assert taken(head, file) == 404
    shared(county, draft)
    School.objects.filter(pk=county.school.pk).update(establishment="closed", closed_on=date(2026, 10, 31))
    document = freeze(draft.versions.get(), "shared")
    assert taken(head, file) == 200
    assert signed_in(head).get(url(draft, "record_document", document=document.pk)).status_code == 200
    assert uploaded(signed_in(head), draft, ("x.pdf", PDF)).status_code == 403


def test_a_damaged_file_is_a_sentence_and_a_line_in_the_log(
    file: RecordAttachment, county: County, caplog: pytest.LogCaptureFixture
) -> None:
    file.blob.path.chmod(0o600)
    file.blob.path.write_bytes(PDF[:5])
    response = signed_in(county.sip).get(url(file.record, "attachment", attachment=file.pk), follow=True)
    assert "You cannot download books.pdf because our copy is missing or damaged." in told(response)
    file.blob.path.unlink()
    response = signed_in(county.sip).get(url(file.record, "attachment", attachment=file.pk), follow=True)
    assert "missing or damaged" in told(response)
    assert len([each for each in caplog.records if each.levelno == logging.ERROR]) == 2


# Scanning -------------------------------------------------------------------------------------------------------------


def test_an_infected_file_is_refused(draft: RecordOfVisit, county: County, scanner: list[bytes]) -> None:
    scanner.append(PDF)
    response = uploaded(signed_in(county.sip), draft, ("books.pdf", PDF))
    assert "The file has a virus, so we did not save it." in response.content.decode()
    assert not Blob.objects.exists()


def test_a_clean_file_is_remembered_as_such(draft: RecordOfVisit, county: County, scanner: list[bytes]) -> None:
    uploaded(signed_in(county.sip), draft, ("books.pdf", PDF))
    assert BlobScan.objects.get().state == ScanState.CLEAN
    assert "Not scanned" not in signed_in(county.sip).get(draft.get_absolute_url()).content.decode()


def test_without_a_scanner_staff_are_told_and_the_school_is_not(
    draft: RecordOfVisit, file: RecordAttachment, county: County
) -> None:
    shared(county, draft)
    assert "Not scanned for viruses" in signed_in(county.dsim).get(draft.get_absolute_url()).content.decode()
    assert "Not scanned" not in signed_in(county.headteacher).get(draft.get_absolute_url()).content.decode()


def test_what_is_found_infected_later_is_never_served(
    draft: RecordOfVisit, file: RecordAttachment, county: County, scanner: list[bytes]
) -> None:
    shared(county, draft)
    scanner.append(PDF)
    again = county.start(county.sip, kind="monitoring")
    uploaded(signed_in(county.sip), again, ("again.pdf", PDF))
    response = signed_in(county.headteacher).get(url(draft, "attachment", attachment=file.pk), follow=True)
    assert "You cannot download books.pdf because it is infected with a virus." in told(response)
    page = response.content.decode()
    assert url(draft, "attachment", attachment=file.pk) not in page
    assert "Infected" in page


# The PDF --------------------------------------------------------------------------------------------------------------


def test_the_frozen_pdf_is_on_the_page_with_its_hash(draft: RecordOfVisit, county: County) -> None:
    shared(county, draft)
    client = signed_in(county.headteacher)
    assert "We are preparing the PDF." in client.get(draft.get_absolute_url()).content.decode()
    assert "not ready yet" in told(client.get(url(draft, "record_pdf"), follow=True))
    document = freeze(draft.versions.get(), "shared")
    page = client.get(draft.get_absolute_url()).content.decode()
    assert f"SHA-256 {document.blob_id}" in page
    assert f"version 1, as shared on 3 November 2026, {document.pages} pages" in page
    response = client.get(url(draft, "record_document", document=document.pk))
    assert hashlib.sha256(response.content).hexdigest() == document.blob_id
    assert response["Content-Disposition"] == f'attachment; filename="{draft.reference}-version-1.pdf"'
    assert client.get(url(draft, "record_pdf")).content == response.content


def test_a_document_of_another_record_is_not_there_by_its_number(draft: RecordOfVisit, county: County) -> None:
    document = freeze(shared(county, draft).versions.get(), "shared")
    other = county.start(county.sip, kind="monitoring")
    assert signed_in(county.sip).get(url(other, "record_document", document=document.pk)).status_code == 404


def test_a_preview_is_made_in_the_request_and_keeps_nothing(draft: RecordOfVisit, county: County) -> None:
    response = signed_in(county.dsim).get(url(draft, "record_pdf"))
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="{draft.reference}-preview.pdf"'
    assert not Blob.objects.exists()
    assert signed_in(county.headteacher).get(url(draft, "record_pdf")).status_code == 404


def test_a_missing_frozen_file_is_a_sentence(draft: RecordOfVisit, county: County) -> None:
    shared(county, draft)
    blob = Blob.objects.store(PDF, content_type="application/pdf", by=SYSTEM)
    RecordDocument.objects.create(version=draft.versions.get(), occasion="shared", blob=blob)
    blob.path.unlink()
    response = signed_in(county.headteacher).get(url(draft, "record_pdf"), follow=True)
    assert "restore it from the backup" in told(response)
    assert draft.status == RecordStatus.SHARED

"""PDFs that are frozen in the background: once for each occasion, whatever happens to the worker."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schoolimprove.documents.models import Blob
from schoolimprove.documents.pdf import PdfUnavailable
from schoolimprove.records import jobs
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.models.job import JobState
from schools.models import RecordDocument, RecordOfVisit, Response
from schools.records import actions as record_actions
from schools.records.attachments import actions as attachments_actions
from schools.records.pdf import JOB, answered, ask_for_missing, asked_to_freeze, freeze, frozen_pdf, standing_at
from tests.factories.county import TUESDAY, County
from tests.factories.written import shared_record
from tests.integration.together import together
from tests.pdfs import text_of


@pytest.fixture
def record(county: County) -> RecordOfVisit:
    return shared_record(county)


def respond(record: RecordOfVisit, county: County) -> Response:
    return record_actions.respond(
        record, by=county.headteacher, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="Thank you."
    )


def work() -> None:
    """What a worker does with what waits."""
    for job in Job.objects.unfinished().filter(kind=JOB).order_by("pk"):
        jobs.run(job.pk)


def broken(_template: str, _context: Any, **_of: Any) -> Any:
    raise PdfUnavailable("PDFs cannot be made here")


def sentence(record: RecordOfVisit, county: County) -> str:
    version = record.versions.get()
    return attachments_actions.shown(record, county.sip, version, list(version.responses.all())).pending


def test_sharing_asks_for_the_pdf_and_the_job_freezes_it(record: RecordOfVisit) -> None:
    version = record.versions.get()
    job = Job.objects.get(kind=JOB)
    assert (job.key, job.state) == (f"{version.pk} shared", JobState.WAITING)
    work()
    document = RecordDocument.objects.get()
    assert (document.version, document.occasion, document.frozen_at) == (version, "shared", version.issued_at)
    assert document.blob.read().startswith(b"%PDF-1.7")
    assert document.pages >= 2
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_it_is_audited_with_its_hash_once(record: RecordOfVisit) -> None:
    work()
    freeze(record.versions.get(), "shared")
    event = AuditEvent.objects.get(verb="frozen")
    assert event.subject_id == record.pk
    assert event.changes["sha256"] == [None, RecordDocument.objects.get().blob_id]
    assert event.by is None


def test_a_job_run_again_leaves_the_row_there_is(record: RecordOfVisit) -> None:
    work()
    before = RecordDocument.objects.get()
    asked_to_freeze(record.versions.get(), "shared")
    work()
    assert RecordDocument.objects.get() == before
    assert Job.objects.filter(kind=JOB, state=JobState.DONE).count() == 2


def test_an_answer_is_frozen_beside_what_was_shared(record: RecordOfVisit, county: County) -> None:
    work()
    response = respond(record, county)
    work()
    newest, first = attachments_actions.documents_of(record)
    assert {first.occasion, newest.occasion} == {"shared", answered(response)}
    assert first.blob != newest.blob


def test_a_pdf_made_late_says_what_was_so_when_it_was_asked_for(record: RecordOfVisit, county: County) -> None:
    """The worker was away until after the answer."""
    respond(record, county)
    work()
    version = record.versions.get()
    made_late = RecordDocument.objects.get(occasion="shared").blob.read()
    assert made_late == frozen_pdf(version, standing_at(version, "shared")).content
    assert "Thank you." not in text_of(made_late)


def test_presenting_and_closing_are_dated_by_their_acts(
    record: RecordOfVisit, county: County, clock_at: Callable[..., Any]
) -> None:
    version = record.versions.get()
    moment = clock_at(datetime(2026, 12, 3, 18, 0, tzinfo=UTC))
    AuditEvent.objects.create(
        at=moment,
        verb="close",
        subject_kind="schools.recordofvisit",
        subject_id=record.pk,
        subject_name=str(record),
        school_id=record.school_id,
    )
    clock_at(datetime(2026, 12, 24, tzinfo=UTC))
    assert freeze(version, "closed").frozen_at == moment
    assert freeze(version, "presented").frozen_at == version.issued_at


# What goes wrong ------------------------------------------------------------------------------------------------------


def test_while_it_is_waited_for_the_page_says_so(record: RecordOfVisit, county: County) -> None:
    assert sentence(record, county) == "We are preparing the PDF. Reload this page in a minute."
    work()
    assert sentence(record, county) == ""
    respond(record, county)
    assert "with the newest response" in sentence(record, county)


def test_one_that_cannot_be_made_is_tried_again_and_then_said(
    record: RecordOfVisit, county: County, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("schools.records.pdf.render", broken)
    for _attempt in range(3):
        work()
        assert Job.objects.get(kind=JOB).state == JobState.WAITING
    work()
    assert Job.objects.get(kind=JOB).state == JobState.FAILED
    assert not RecordDocument.objects.exists()
    assert "We could not make a PDF of this version." in sentence(record, county)
    assert [each.levelno for each in caplog.records if "was not frozen" in each.getMessage()] == [logging.ERROR]


def test_what_was_given_up_is_asked_for_again_at_night(record: RecordOfVisit, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("schools.records.pdf.render", broken)
        for _attempt in range(4):
            work()
    assert ask_for_missing() == 1
    work()
    assert RecordDocument.objects.count() == 1
    assert ask_for_missing() == 0


def test_an_answer_without_its_pdf_is_asked_for_again(record: RecordOfVisit, county: County) -> None:
    work()
    respond(record, county)
    Job.objects.filter(state=JobState.WAITING).delete()
    assert ask_for_missing() == 1
    work()
    assert RecordDocument.objects.count() == 2


def test_nothing_is_left_of_a_file_that_could_not_be_kept(
    record: RecordOfVisit, monkeypatch: pytest.MonkeyPatch, blob_root: Path
) -> None:
    def full(_path: Any, _pieces: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("schoolimprove.documents.models.blob._put", full)
    work()
    assert not RecordDocument.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_freeze_one(transactional_db: None, clock_at: Callable[..., Any]) -> None:
    clock_at(TUESDAY)
    version = shared_record(County()).versions.get()
    first, second = together(lambda: freeze(version, "shared"), lambda: freeze(version, "shared"))
    assert first == second == RecordDocument.objects.get()
    assert AuditEvent.objects.filter(verb="frozen").count() == 1
    assert first.blob.read()

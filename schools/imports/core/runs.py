"""Runs of imports, whatever they bring in: kept, checked, confirmed, applied, undone (design, Schools as they come).

What a run does to the register happens in one transaction, in which the run's own state moves too: a worker that is
killed on the way leaves the run as it was, and whoever picks the job up begins anew.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction

from schoolimprove.documents.models import Blob
from schoolimprove.lib import clock, context
from schoolimprove.records import jobs
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.changes import TASKS, changed
from schoolimprove.records.transition import Blocked, record_event, transition
from schools.imports.core.csv_files import Unusable, checksum
from schools.imports.core.outcome import Outcome
from schools.imports.core.registry import Importer, Tell, Work, importer_of
from schools.imports.models import ImportFile, ImportRejection, ImportRun
from schools.imports.states import ImportStatus

JOB = "import"
CSV = "text/csv"
ROWS_AT_ONCE = 5_000
LONGEST_NAME = 200


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 10, _work_on, _given_up))


def import_now(
    importer: Importer, paths: Sequence[Path], *, only: str = "", by: Actor = SYSTEM, dry_run: bool = False
) -> Outcome:
    """Import at once, all files or none; kept like any other run. A dry run keeps nothing.

    Raises `Unusable` when a file is not of this kind.
    """
    with transaction.atomic():
        work = Work(by=by, only=only, dry_run=dry_run)
        if dry_run:
            outcome = read(importer, paths, work)
            transaction.set_rollback(True)
            return outcome
        run = _made(importer.key, only=only, by=by)
        with recorded_as(run):
            outcome = read(importer, paths, work)
        _keep_files(run, [(path.name, path) for path in paths], by=by)
        keep(run, outcome, paths)
        _move(run, "load", by=by, applied_at=clock.now())
    return outcome


def read(importer: Importer, paths: Sequence[Path], work: Work) -> Outcome:
    """Take the files in, inside the caller's transaction, with a warning of each that has no rows."""
    outcome = importer.read(paths, work)
    empty = [f"{file.path.name} has no rows below its header." for file in outcome.files if not file.rows]
    outcome.warnings[:0] = empty
    return outcome


def start(kind: str, files: Sequence[tuple[str, Path]], *, only: str = "", by: Actor) -> ImportRun:
    """Keep the files (name, where they are now) and have them checked."""
    with transaction.atomic():
        run = _made(kind, only=only, by=by)
        _keep_files(run, files, by=by)
        jobs.ask_for(JOB, str(run.pk))
    return run


def start_undoing(run: ImportRun, *, by: Actor) -> ImportRun:
    """Have it checked whether a run can be undone; `Blocked` when that is already asked, or another must go first."""
    with transaction.atomic():
        # Of two who ask at once the second waits here, and is told.
        current = ImportRun.objects.select_for_update().get(pk=run.pk)
        if reasons := blockers_to_undoing(current):
            raise Blocked(reasons)
        undoing = ImportRun.objects.create(
            kind=run.kind, undoes=run, asked_by=by.user, appointment_id=by.appointment_id, created_by=by.user
        )
        record_event(undoing, "asked", by=by)
        jobs.ask_for(JOB, str(undoing.pk))
    return undoing


def blockers_to_undoing(run: ImportRun, *, by_undoing: ImportRun | None = None) -> list[str]:
    """Why a run cannot be undone, or not by this undoing, before looking at what it did."""
    if run.status != ImportStatus.APPLIED or run.undoes_id:
        return ["You can undo only an import that was applied."]
    others = run.undoings.exclude(pk=by_undoing.pk) if by_undoing else run.undoings.all()
    if others.filter(status__in=[ImportStatus.CHECKING, ImportStatus.CHECKED, ImportStatus.APPLYING]).exists():
        return ["We are already undoing this import."]
    if run.changed_nothing:
        return ["This import changed nothing, so there is nothing to undo."]
    newest = ImportRun.objects.newest_applied(run.kind)
    return [] if newest == run else [f"{newest} was applied later. Undo that one first."]


def confirm(run: ImportRun, *, by: Actor, seen_version: int) -> None:
    """Have what was previewed applied; `Conflict` when somebody else decided first."""
    with transaction.atomic():
        who = {"asked_by": by.user, "appointment_id": by.appointment_id}
        _move(run, "confirm", by=by, seen_version=seen_version, **who)
        jobs.ask_for(JOB, str(run.pk))


def abandon(run: ImportRun, *, by: Actor, seen_version: int) -> None:
    """Leave it at the preview."""
    _move(run, "abandon", by=by, seen_version=seen_version)


class _Otherwise(Exception):
    """Something else would happen than the preview said."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def _work_on(key: str, tell: Tell) -> None:
    """Check or apply a run, as its state says. Whatever was done already is not done again."""
    run = ImportRun.objects.get(pk=key)
    with kept_files(run) as paths:
        try:
            refuse_damaged(run)
            if run.status == ImportStatus.CHECKING:
                _check(run, paths, tell)
            elif run.status == ImportStatus.APPLYING:
                _apply(run, paths, tell)
        except (Unusable, Blocked) as refusal:
            refusals = refusal.messages if isinstance(refusal, Blocked) else [str(refusal)]
            _move(run, "refuse", by=actor_of(run), refusals=refusals)
        except _Otherwise as otherwise:
            with transaction.atomic():
                keep(run, otherwise.outcome, paths)
                _move(run, "look again", by=actor_of(run))


def _check(run: ImportRun, paths: Sequence[Path], tell: Tell) -> None:
    with transaction.atomic():
        outcome = _done(run, paths, Work(by=actor_of(run), only=run.only, dry_run=True, tell=tell))
        transaction.set_rollback(True)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.status == ImportStatus.CHECKING:
            keep(run, outcome, paths)
            _move(run, "check", by=actor_of(run))


def _apply(run: ImportRun, paths: Sequence[Path], tell: Tell) -> None:
    actor = actor_of(run)
    with transaction.atomic():
        # A second worker waits here until the first is done or dead, and then sees which.
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.status != ImportStatus.APPLYING:
            return
        with recorded_as(run):
            outcome = _done(run, paths, Work(by=actor, only=run.only, tell=tell))
        if not _as_promised(run, outcome):
            raise _Otherwise(outcome)
        keep(run, outcome, paths)
        _move(run, "apply", by=actor, applied_at=clock.now())
        if run.undoes:
            _move(run.undoes, "undo", by=actor)


def _as_promised(run: ImportRun, outcome: Outcome) -> bool:
    """Whether the preview said these very changes: as many others would be other schools, or a colleague's newer word.

    Its account is known by its hash.
    """
    account = outcome.account.stored(by=actor_of(run)).pk if outcome.account else None
    counts = outcome.counts()
    return account == run.account_id and all(run.outcome.get(name) == count for name, count in counts.items())


def _done(run: ImportRun, paths: Sequence[Path], work: Work) -> Outcome:
    importer = importer_of(run.kind)
    if run.undoes is None:
        return read(importer, paths, work)
    if reasons := blockers_to_undoing(run.undoes, by_undoing=run):
        raise Blocked(reasons)
    return importer.undo(run.undoes, work)


def _given_up(key: str, sentence: str) -> None:
    run = ImportRun.objects.get(pk=key)
    if run.is_underway:
        _move(run, "fail", by=SYSTEM, refusals=[f"{sentence} We changed nothing."])


def actor_of(run: ImportRun) -> Actor:
    """Whoever asked for it last, by the right they had."""
    return Actor(run.asked_by, run.appointment_id)


@contextmanager
def recorded_as(run: ImportRun) -> Iterator[None]:
    """What is done inside carries the run's number in the audit."""
    token = context.run_id.set(run.pk)
    try:
        yield
    finally:
        context.run_id.reset(token)


def _made(kind: str, *, only: str, by: Actor) -> ImportRun:
    return ImportRun.objects.create(
        kind=kind, only=only, asked_by=by.user, appointment_id=by.appointment_id, created_by=by.user
    )


def _keep_files(run: ImportRun, files: Sequence[tuple[str, Path]], *, by: Actor) -> None:
    for position, (name, path) in enumerate(files):
        blob = Blob.objects.store_file(path, content_type=CSV, by=by)
        ImportFile.objects.create(run=run, position=position, name=_short(name), blob=blob)
    checksums = {"files": [None, [f"{file.name} {file.blob_id}" for file in run.files.all()]]}
    record_event(run, "asked", by=by, changes=checksums)


def _short(name: str) -> str:
    """A file's name, its end at least: no file system takes more than 255 bytes, and some letters have four."""
    return Path(name).name.encode()[-LONGEST_NAME:].decode(errors="ignore")


def _move(run: ImportRun, verb: str, *, by: Actor, seen_version: int | None = None, **fields: Any) -> None:
    """Move a run, and update the tasks about imports."""
    seen = run.version if seen_version is None else seen_version
    with transaction.atomic():
        transition(run, verb, by=by, seen_version=seen, **fields)
        changed(TASKS)


def keep(run: ImportRun, outcome: Outcome, paths: Sequence[Path]) -> None:
    """The account of a run: on it, on its files, and a row for everything that was not taken."""
    run.rejections.all().delete()
    account = outcome.account.stored(by=actor_of(run)) if outcome.account else None
    ImportRun.objects.filter(pk=run.pk).update(outcome=outcome.as_kept(), account=account)
    places = {path: position for position, path in enumerate(paths)}
    for read in outcome.files:
        run.files.filter(position=places[read.path]).update(kind=read.kind, encoding=read.encoding, rows=read.rows)
    ImportRejection.objects.bulk_create(
        (
            ImportRejection(
                run=run, file=Path(each.file).name, row=each.row, column=each.column or "", reason=each.reason[:500]
            )
            for each in outcome.rejected
        ),
        batch_size=ROWS_AT_ONCE,
    )
    run.refresh_from_db()


@contextmanager
def kept_files(run: ImportRun) -> Iterator[list[Path]]:
    """The files of a run under the names they came with; `Unusable` when one is no longer what was brought."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for file in run.files.select_related("blob"):
            path = Path(folder) / str(file.position) / file.name
            path.parent.mkdir()
            path.symlink_to(file.blob.path)
            paths.append(path)
        yield paths


def refuse_damaged(run: ImportRun) -> None:
    """`Unusable` when the bytes that were kept are not those that were brought."""
    for file in run.files.select_related("blob"):
        if not file.blob.path.exists() or checksum(file.blob.path) != file.blob_id:
            raise Unusable(f"Our copy of {file.name} is damaged. Import the file again.")

"""One run of the GIAS import: files in, the register changed in one transaction, an account of it out."""

from collections.abc import Sequence
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import record_event
from schools.imports import register, staging
from schools.imports.files import checksum, opened
from schools.imports.gias import Layout
from schools.imports.outcome import FileRead, Outcome, Rejection
from schools.imports.rows import Rows
from schools.models import LocalAuthority
from schools.policy import PHASE_BY_TYPE

_DATE_COLUMNS = {"opened_on": "OpenDate", "closed_on": "CloseDate"}


def import_gias(
    paths: Sequence[Path], *, only: str | None = None, by: Actor = SYSTEM, dry_run: bool = False
) -> Outcome:
    """Import files one after another, all or none; with `only`, the rows of one authority code.

    Raises `Unusable` when a file is not a list of establishments. A dry run does everything and undoes it.
    """
    outcome = Outcome()
    with transaction.atomic(), connection.cursor() as cursor:
        for path in paths:
            _import_file(cursor, path, only, by, outcome)
        outcome.vanished = _vanished(outcome.files)
        register.clear(cursor)
        outcome.rejected.sort(key=lambda each: (paths.index(Path(each.file)), each.row))
        transaction.set_rollback(dry_run)
    return outcome


def _import_file(cursor: CursorWrapper, path: Path, only: str | None, by: Actor, outcome: Outcome) -> None:
    with opened(path) as source:
        file = FileRead(path, checksum(path))
        layout = Layout(source.header, path.name, phases=policy_value(PHASE_BY_TYPE, on=clock.today()).phases)
        rows = Rows(source, layout, file, outcome.rejected, only)
        staging.stage(cursor, rows)
        file.encoding = source.encoding
    outcome.files.append(file)
    _apply(cursor, layout, file, by, outcome)


def _apply(cursor: CursorWrapper, layout: Layout, file: FileRead, by: Actor, outcome: Outcome) -> None:
    register.lock(cursor)
    register.keep_unread(cursor, sorted(file.unread))
    _report_dates(cursor, layout, file, outcome)
    register.make_authorities(cursor, by)
    register.make_dioceses(cursor, by)
    register.make_districts(cursor, by)
    register.compare(cursor, layout.carried, by)
    register.write(cursor, by)
    tally = register.tally(cursor)
    outcome.added += sum(each.added for each in tally.values())
    outcome.changed += sum(each.changed for each in tally.values())
    outcome.unchanged += sum(each.unchanged for each in tally.values())
    _leave_events(tally, file, by)


def _report_dates(cursor: CursorWrapper, layout: Layout, file: FileRead, outcome: Outcome) -> None:
    blamed, lines = register.keep_dates_in_order(cursor, layout.carried)
    reason = "A school cannot close before it opens."
    outcome.rejected.extend(Rejection(str(file.path), line, _DATE_COLUMNS[blamed], reason) for line in lines)


def _leave_events(tally: dict[str, register.Held], file: FileRead, by: Actor) -> None:
    """One audit event for each authority in the file, which for an authority's own export is one."""
    for authority in LocalAuthority.objects.filter(code__in=tally):
        held = tally[authority.code]
        words = f"{file.path.name}: {held.added} added, {held.changed} changed, {held.unchanged} unchanged"
        record_event(authority, "imported", by=by, reason=words, changes={"sha256": [None, file.sha256]})


def _vanished(files: Sequence[FileRead]) -> list[int]:
    """Open here, in an authority code present in a file, and in no file."""
    codes = set[str]().union(*(each.codes for each in files))
    return [urn for urn in register.open_urns(codes) if not any(urn in each.seen for each in files)]

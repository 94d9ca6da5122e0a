"""The GIAS import: schools, the links between them and the types there are, into the register."""

from collections.abc import Sequence
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import event_of
from schools.imports.core import runs
from schools.imports.core.cells import shown
from schools.imports.core.csv_files import CsvFile, checksum, opened
from schools.imports.core.outcome import ADDED, CHANGED, ESTABLISHMENTS, FileRead, Outcome, Rejection
from schools.imports.core.registry import Importer, Work, importers
from schools.imports.core.words import Words
from schools.imports.gias import links, notices, plain, register, staging, types, undoing
from schools.imports.gias.kinds import LINKS, TYPES, is_of_gias, kind_of
from schools.imports.gias.layout import Layout
from schools.imports.gias.rows import Rows
from schools.imports.models import ImportKind
from schools.policy import PHASE_BY_TYPE
from schools.register.models.places import LocalAuthority
from schools.register.models.school import School

ORDER = (TYPES, ESTABLISHMENTS, LINKS)
"""What is read first: a type names schools, and a link is between them."""
_DATE_COLUMNS = {"opened_on": "OpenDate", "closed_on": "CloseDate"}
_ROWS_BETWEEN_WORDS = 1_000


def import_gias(
    paths: Sequence[Path], *, only: str | None = None, by: Actor = SYSTEM, dry_run: bool = False
) -> Outcome:
    """Import files at once, all or none; with `only`, what belongs to one authority code.

    Raises `Unusable` when a file is not one of GIAS.
    """
    return runs.import_now(GIAS, paths, only=only or "", by=by, dry_run=dry_run)


def read(paths: Sequence[Path], work: Work) -> Outcome:
    """Take the files in, inside the caller's transaction."""
    outcome = Outcome()
    with connection.cursor() as cursor:
        ordered = sorted(_kinds(paths), key=lambda each: ORDER.index(each[1]))
        for path, kind in ordered:
            # Of a preview nobody reads what the last file writes.
            writes = not work.dry_run or path != ordered[-1][0]
            _take_file(cursor, path, kind, work, outcome, writes=writes)
        outcome.vanished = _vanished(outcome.files)
        if work.only:
            outcome.warnings += notices.of_only(work.only, outcome.files)
    places = {str(path): place for place, path in enumerate(paths)}
    outcome.files.sort(key=lambda file: places[str(file.path)])
    outcome.rejected.sort(key=lambda each: (places[each.file], each.row))
    return outcome


def _kinds(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each file with its kind; `Unusable` before any of them is read when one has none."""
    found = []
    for path in paths:
        with opened(path) as source:
            found.append((path, kind_of(source.header, path.name)))
    return found


def _take_file(cursor: CursorWrapper, path: Path, kind: str, work: Work, outcome: Outcome, *, writes: bool) -> None:
    file = FileRead(path, checksum(path), kind)
    outcome.files.append(file)
    with opened(path) as source:
        if kind == LINKS:
            links.take(cursor, source, file, work, outcome)
        elif kind == TYPES:
            types.take(cursor, source, file, work, outcome)
        else:
            _take_schools(cursor, source, file, work, outcome, writes=writes)
        file.encoding = source.encoding


def _take_schools(
    cursor: CursorWrapper, source: CsvFile, file: FileRead, work: Work, outcome: Outcome, *, writes: bool
) -> None:
    if not is_of_gias(source.header):
        _read_plain(source, work, outcome)
    phases = policy_value(PHASE_BY_TYPE, on=clock.today()).phases
    layout = Layout(source.header, file.path.name, phases=phases, types=types.known_types())
    work.tell(f"Reading {file.path.name}", 0, 0)
    ours = links.urns_of(work.only) if work.only else ()
    staging.stage(cursor, Rows(source, layout, file, outcome.rejected, work.only or None, ours))
    register.lock(cursor)
    register.keep_unread(cursor, sorted(file.unread))
    _refuse_nameless(cursor, file, outcome)
    _report_dates(cursor, layout, source, file, outcome)
    register.make_authorities(cursor, work.by)
    register.make_dioceses(cursor, work.by)
    register.make_districts(cursor, work.by)
    tally = _compare(cursor, layout, file, work, outcome)
    if writes:
        work.tell("Writing", 0, 0)
        register.write(cursor, work.by, file.path.name)
        _leave_events(tally, file, work.by)
    register.clear(cursor)


def _read_plain(source: CsvFile, work: Work, outcome: Outcome) -> None:
    """Read a plain list of schools as a file of GIAS, and name the columns that are not read."""
    if unknown := plain.unknown(source.header):
        columns = "column" if len(unknown) == 1 else "columns"
        names = ", ".join(map(shown, unknown))
        outcome.warnings.append(f"{source.path.name} has the {columns} {names}, which we do not read.")
    own = list(LocalAuthority.objects.filter(own=True).values_list("code", flat=True))
    own_code = work.only or (own[0] if len(own) == 1 else "")
    held = School.objects.exclude(authority__code=own_code).values_list("urn", "authority__code")
    plain.read_as_gias(source, own_code=own_code, elsewhere={str(urn): code for urn, code in held.iterator()})


def _compare(
    cursor: CursorWrapper, layout: Layout, file: FileRead, work: Work, outcome: Outcome
) -> dict[str, register.Held]:
    """What is new and what differs, by authority; counted, and noted in the account."""
    work.tell("Comparing with our data", 0, 0)
    register.compare(cursor, layout.carried, work.by)
    tally = register.tally(cursor)
    outcome.added += sum(each.added for each in tally.values())
    outcome.changed += sum(each.changed for each in tally.values())
    outcome.unchanged += sum(each.unchanged for each in tally.values())
    outcome.warnings += notices.of_schools(cursor, tally, file, layout.carried)
    _note_changes(cursor, outcome)
    return tally


def _note_changes(cursor: CursorWrapper, outcome: Outcome) -> None:
    """Changes first, since they are what somebody looks at before they confirm."""
    words = Words(School)
    for urn, name, changes in register.changes(cursor):
        outcome.note(CHANGED, f"{name} (URN {urn})", words.of(changes))
    for urn, name in register.additions(cursor):
        outcome.note(ADDED, f"{name} (URN {urn})")


def _refuse_nameless(cursor: CursorWrapper, file: FileRead, outcome: Outcome) -> None:
    """Reject the new schools that have no name."""
    lines = register.refuse_nameless(cursor) if "name" in file.unread else []
    file.refused += len(lines)
    reason = "We did not add this school, because its row has no name."
    outcome.rejected.extend(Rejection(str(file.path), line, None, reason) for line in lines)


def _report_dates(cursor: CursorWrapper, layout: Layout, source: CsvFile, file: FileRead, outcome: Outcome) -> None:
    blamed, lines = register.keep_dates_in_order(cursor, layout.carried)
    reason = "A school cannot close before it opens."
    column = source.called.get(_DATE_COLUMNS[blamed], _DATE_COLUMNS[blamed])
    outcome.rejected.extend(Rejection(str(file.path), line, column, reason) for line in lines)


def _leave_events(tally: dict[str, register.Held], file: FileRead, by: Actor) -> None:
    """One audit event for each authority in the file, which for an authority's own export is one."""
    authorities = LocalAuthority.objects.filter(code__in=tally)
    AuditEvent.objects.bulk_create(_event_at(authority, tally[authority.code], file, by) for authority in authorities)


def _event_at(authority: LocalAuthority, held: register.Held, file: FileRead, by: Actor) -> AuditEvent:
    words = f"{file.path.name}: {held.added} added, {held.changed} changed, {held.unchanged} unchanged"
    return event_of(authority, "imported", by=by, reason=words, changes={"sha256": [None, file.sha256]})


def _vanished(files: Sequence[FileRead]) -> list[int]:
    """Open here, in an authority code present in a file, and in no file."""
    codes = set[str]().union(*(each.codes for each in files))
    return [urn for urn in register.open_urns(codes) if not any(urn in each.seen for each in files)]


GIAS = Importer(
    key=ImportKind.GIAS.value,
    order=10,
    label=ImportKind.GIAS.label,
    files=(
        "Downloads from Get Information About Schools (GIAS): schools, links and types. Or your own spreadsheet "
        "with URN, name, phase and so on."
    ),
    permission=Permission.IMPORT_DATA,
    read=read,
    undo=undoing.undo,
    takes_authority=True,
    template=plain.template,
    columns=plain.columns,
)


def register_importer() -> None:
    """Called once, when the app is ready."""
    importers.register(GIAS)

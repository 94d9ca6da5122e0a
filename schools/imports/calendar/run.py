"""Importing the calendar: an authority's term dates and closures as JSON or CSV, a school's own, and bank holidays."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q

from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar import published
from schoolimprove.calendar.calendars import authority_bank_holidays
from schoolimprove.calendar.published import NotThisKind
from schoolimprove.calendar.reading import ClosureRead, TermRead
from schoolimprove.lib.years import academic_year
from schoolimprove.records.transition import Blocked
from schools.imports.calendar.days import (
    Book,
    Owner,
    misfits,
    warn_of_vanished,
    write_bank_holidays,
    write_closures,
    write_terms,
)
from schools.imports.calendar.rows import EVERYWHERE, Place, Row, Table, template
from schools.imports.core import undo as core_undo
from schools.imports.core.csv_files import UTF8, UTF8_WITH_MARK, WINDOWS, Unusable, checksum, opened
from schools.imports.core.outcome import FileRead, Outcome
from schools.imports.core.registry import Importer, Work, importers
from schools.imports.models import ImportKind, ImportRun
from schools.oversight.recalculate_deadlines import recount
from schools.register.models.school import School

TERM_DATES, BANK_HOLIDAYS = "term dates", "bank holidays"
LARGEST_JSON = 2_000_000
_JSON = re.compile(rb"\s*[{\[]")
_TABLES = "calendar_term, calendar_closureday, calendar_bankholidayoverride, schools_schoolterm, schools_schoolclosure"


def register_importer() -> None:
    importers.register(CALENDAR)


def for_school(urn: str) -> Importer:
    """The importer that makes every row of its files this school's own; `Unusable` when no such school is held."""
    found = School.objects.filter(urn=urn).first() if re.fullmatch("[0-9]{5,7}", urn) else None
    if found is None:
        raise Unusable(f"We have no school with URN {urn}.")
    return replace(CALENDAR, read=partial(read, school=found))


def read(paths: Sequence[Path], work: Work, *, school: School | None = None) -> Outcome:
    """Take files in one after another, all or none, inside the caller's transaction.

    Then the deadlines still open are counted anew.
    """
    outcome = Outcome()
    _lock()
    for path in paths:
        _read_file(path, work, school, outcome)
    if (outcome.added or outcome.changed) and not work.dry_run:
        recount()
    return outcome


def undo(run: ImportRun, work: Work) -> Outcome:
    """Take an applied run back; `Blocked` with every reason there is."""
    _lock()
    outcome, reason = Outcome(), f"Undoing of import {run.pk}"
    outcome.changed, outcome.removed = core_undo.undo(run.pk, work, outcome, reason=reason)
    if reasons := misfits():
        raise Blocked(reasons)
    recount()
    return outcome


def _lock() -> None:
    """Nobody else writes the calendar until this transaction ends. SQLite has one writer from BEGIN on.

    Exclusive: whoever saves in the admin locks a row first, and by a lesser lock the two could wait for each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {_TABLES} IN EXCLUSIVE MODE")


def _read_file(path: Path, work: Work, school: School | None, outcome: Outcome) -> None:
    with _readable(path) as raw:
        is_json = _JSON.match(raw.read(100).removeprefix(b"\xef\xbb\xbf")) is not None
    book = Book(work, FileRead(path, checksum(path), TERM_DATES), outcome)
    outcome.files.append(book.file)
    work.tell(f"Reading {path.name}", 0, 0)
    if is_json:
        _read_json(path, school, book)
    else:
        _read_csv(path, school, book)


def _readable(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror}.") from None


def _read_json(path: Path, school: School | None, book: Book) -> None:
    text = _text(path, book.file)
    try:
        content = published.parsed(text)
        if published.YEARS_KEY in content:
            _take_term_dates(content, text, school, book)
        elif published.ENGLAND_KEY in content:
            _take_bank_holidays(content, text, school, book)
        else:
            raise NotThisKind("it is neither term dates nor bank holidays")
    except NotThisKind as refusal:
        raise Unusable(f"{path.name} cannot be imported: {refusal}.") from None


def _text(path: Path, file: FileRead) -> str:
    raw = path.read_bytes()
    if len(raw) > LARGEST_JSON:
        raise Unusable(f"{path.name} is too large for a file of term dates. Check that it is the right file.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        file.encoding = WINDOWS
        return raw.decode("cp1252", errors="replace")
    file.encoding = UTF8_WITH_MARK if raw.startswith(b"\xef\xbb\xbf") else UTF8
    return text


def _take_term_dates(content: dict[str, Any], text: str, school: School | None, book: Book) -> None:
    found = published.term_dates(content, text, authority_bank_holidays())
    book.file.rows = len(found.terms) + len(found.closures) + sum(fault.lost for fault in found.faults)
    book.outcome.warnings += found.warnings
    book.enter(found.faults)
    closures = [(school, each) for each in found.closures]
    _write([(school, each) for each in found.terms], closures, book)
    warn_of_vanished([school], found.years, closures, book)


def _take_bank_holidays(content: dict[str, Any], text: str, school: School | None, book: Book) -> None:
    if school is not None:
        raise NotThisKind("it has bank holidays, which cannot belong to one school")
    book.file.kind = BANK_HOLIDAYS
    events, faults = published.bank_holidays(content, text)
    book.file.rows = len(events) + len(faults)
    book.enter(faults)
    write_bank_holidays(events, book)


def _write(terms: list[tuple[Owner, TermRead]], closures: list[tuple[Owner, ClosureRead]], book: Book) -> None:
    write_terms(terms, book)
    write_closures(closures, book)
    book.outcome.rejected.sort(key=lambda each: each.row if each.file == str(book.file.path) else 0)


def _read_csv(path: Path, school: School | None, book: Book) -> None:
    with opened(path) as source:
        table = Table(source)
        rows = table.read()
        book.file.encoding = source.encoding
    book.file.rows = table.rows
    book.enter(table.faults)
    placed = _placed(rows, school, book)
    terms = [(owner, each) for owner, each in placed if isinstance(each, TermRead)]
    closures = [(owner, each) for owner, each in placed if isinstance(each, ClosureRead)]
    _write(terms, closures, book)
    if table.has_closures:
        years = {each.year for _owner, each in terms} | {academic_year(each.day) for _owner, each in closures}
        warn_of_vanished({owner for owner, _each in placed}, years, closures, book)


def _placed(rows: Sequence[Row], school: School | None, book: Book) -> list[tuple[Owner, TermRead | ClosureRead]]:
    """Each row with its school; `school` when the whole file is one school's."""
    known = _Known({place for place, _each in rows})
    found: list[tuple[Owner, TermRead | ClosureRead]] = []
    for place, each in rows:
        owner = known.at(place)
        if isinstance(owner, str):
            book.refuse(each.line, owner)
        elif school is not None and owner not in (None, school):
            book.refuse(each.line, f"The row is for {owner}, but the file is for {school} only.")
        else:
            found.append((school or owner, each))
    return found


@dataclass
class _Known:
    """The schools that rows name. Two queries."""

    places: Collection[Place]
    by_urn: dict[int, School] = field(default_factory=dict)
    by_laestab: dict[tuple[str, int], list[School]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        urns = [place.urn for place in self.places if place.urn is not None]
        numbers = [place.laestab for place in self.places if place.laestab is not None]
        named = Q(urn__in=urns) | Q(establishment_number__in=[number for _code, number in numbers])
        rows = School.objects.filter(named).select_related("authority") if urns or numbers else ()
        for school in rows:
            self.by_urn[school.urn] = school
            if school.establishment_number is not None:
                self.by_laestab.setdefault((school.authority.code, school.establishment_number), []).append(school)

    def at(self, place: Place) -> Owner | str:
        """The school, nothing for everybody's rows, or why there is no school."""
        if place == EVERYWHERE:
            return None
        if place.urn is not None:
            return self.by_urn.get(place.urn) or f"We have no school with {place}."
        held = self.by_laestab.get(place.laestab or ("", 0), [])
        # A closed school and its successor share a LAESTAB.
        found = [school for school in held if school.is_open] or held
        if len(found) == 1:
            return found[0]
        return f"{len(found)} schools have {place}. Enter the URN." if found else f"We have no school with {place}."


CALENDAR = Importer(
    key=ImportKind.CALENDAR.value,
    order=20,
    label="Term dates and closures",
    files="Term dates as CSV, Excel or JSON from a council’s website. Or bank holidays as JSON from GOV.UK.",
    permission=Permission.IMPORT_DATA,
    read=read,
    undo=undo,
    template=template,
)

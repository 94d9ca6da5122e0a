"""The past brought in: decisions of categories from files, and taking an import back (domain 4.3).

The past needs no cause, and its schools learned of it at the time. A row is known by its school and its two days:
the same again is unchanged, and one that says otherwise replaces what was imported before. Rows stay: an import is
undone by further rows, which withdraw its decisions, so that what was known meanwhile can still be read.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from categorisation.decisions.actions import follow_standings, lock_schools
from categorisation.decisions.models import CategoryDecision
from categorisation.schemes.models import SchemeEdition
from categorisation.schemes.rules import default_level
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock, context
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.transition import record_events
from schools.imports.core.cells import Unreadable, day, shown, text_of
from schools.imports.core.csv_files import CATEGORIES, Record, checksum, opened
from schools.imports.core.outcome import ADDED, CHANGED, LEFT, REMOVED, Change, FileRead, Outcome, Rejection
from schools.imports.core.registry import Importer, Work, importers
from schools.imports.core.sheet import Columns, RowLost, urn_of
from schools.imports.models import ImportKind, ImportRun
from schools.register.models.decision import start_of
from schools.register.models.school import School

URN, CATEGORY, LEVEL, EFFECTIVE, DECIDED, REASON = "URN", "category", "level", "effective_on", "decided_at", "reason"
NEEDED, WANTED = (URN, CATEGORY, EFFECTIVE, DECIDED), (LEVEL, REASON)
HEADINGS = (
    (URN, "Unique reference number of the school"),
    (CATEGORY, "Category, by its code or name in the scheme of its first day"),
    (LEVEL, "Level of support; empty for the usual one of the category"),
    (EFFECTIVE, "Day from which the category counts"),
    (DECIDED, "Day on which it was decided"),
    (REASON, "Why; can be empty"),
)
EXAMPLES = (
    ("900001", "2", "", "01/09/2025", "15/07/2025", "Results are above the middle"),
    ("900002", "3", "high", "2025-09-01", "15-07-2025", ""),
)
AT_ONCE = 5_000
Key = tuple[int, date, date]
"""School, first day, day of the decision."""


@dataclass(frozen=True)
class Row:
    """A row that was read, with the edition of the scheme in force on its first day."""

    line: int
    school: School
    scheme: SchemeEdition
    category: str
    level: str
    effective_on: date
    decided_on: date
    reason: str

    @property
    def key(self) -> Key:
        return self.school.pk, self.effective_on, self.decided_on

    @property
    def says(self) -> tuple[str, str, str]:
        return self.category, self.level, self.reason


def template() -> str:
    """Return a file to begin with: the columns, and invented rows to be replaced."""
    text = io.StringIO()
    csv.writer(text).writerows([[name for name, _meaning in HEADINGS], *EXAMPLES])
    return text.getvalue()


def read(paths: Sequence[Path], work: Work) -> Outcome:
    """Take files in, inside the caller's transaction: every row that is valid."""
    outcome = Outcome()
    for path in paths:
        with opened(path) as source:
            file = FileRead(path, checksum(path), kind=ImportKind.CATEGORIES.value)
            columns = Columns(source, file, outcome, what="a list of categories", needed=NEEDED, wanted=WANTED)
            rows = list(columns.rows(_Reader(columns).row))
        outcome.files.append(file)
        _take(rows, file, work, outcome)
    places = {str(path): place for place, path in enumerate(paths)}
    outcome.rejected.sort(key=lambda each: (places[each.file], each.row))
    return outcome


class _Reader:
    """Reads the rows of a file; schools and schemes are looked up once."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.schools = School.objects.only("urn", "name").in_bulk(field_name="urn")
        self.schemes = list(SchemeEdition.objects.filter(status=EditionStatus.PUBLISHED).order_by("-published_from"))
        self.seen: dict[Key, Row] = {}

    def row(self, record: Record) -> Row:
        """Return a row as it was read; raise `RowLost` where it cannot be taken."""
        need, today = self.columns.need, clock.today()
        school = self.schools.get(urn := need(record, URN, urn_of))
        if school is None:
            raise RowLost(URN, f"We have no school with URN {urn}.")
        effective_on, decided_on = need(record, EFFECTIVE, _day), need(record, DECIDED, _day)
        if decided_on > today:
            raise RowLost(DECIDED, "The day it was decided must be today or in the past.")
        scheme = next(
            (each for each in self.schemes if each.published_from and each.published_from <= effective_on), None
        )
        if scheme is None:
            raise RowLost(EFFECTIVE, f"No category scheme was in force on {clock.uk_date(effective_on)}.")
        categories = [(each.code, each.label) for each in scheme.scheme.categories]
        levels = [(each.code, each.label) for each in scheme.scheme.levels]
        category = _chosen(need(record, CATEGORY, text_of(100)), categories, CATEGORY)
        typed = need(record, LEVEL, text_of(100))
        level = _chosen(typed, levels, LEVEL) if typed else default_level(scheme.scheme, category)
        reason = need(record, REASON, text_of(5_000))
        self.columns.note_length(record)
        read_row = Row(record.line, school, scheme, category, level, effective_on, decided_on, reason)
        first = self.seen.setdefault(read_row.key, read_row)
        if first.says != read_row.says:
            raise RowLost(None, f"Line {first.line} says something else of the same two days. We use that row.")
        return read_row


def _day(cell: str) -> date:
    text = day(cell)
    if text is None:
        raise Unreadable("The cell is empty. Every decision needs a date here.")
    return date.fromisoformat(text)


def _chosen(text: str, choices: Iterable[tuple[str, str]], column: str) -> str:
    """Return the code that a cell names, by itself or by its label."""
    known = {name.casefold(): code for code, label in choices for name in (label, code)}
    if text.casefold() not in known:
        reason = f"{shown(text)} is not a {column} of the scheme." if text else f"Enter a {column}."
        raise RowLost(column, reason)
    return known[text.casefold()]


def _take(rows: Sequence[Row], file: FileRead, work: Work, outcome: Outcome) -> None:
    """Add what is new and replace what differs. A decision that was made here is never replaced by a file."""
    schools = {row.school.pk for row in rows}
    lock_schools(schools)
    days = {row.effective_on for row in rows}
    counting = CategoryDecision.objects.counting().filter(school__in=schools, effective_on__in=days)
    known = {_key_of(each): each for each in counting.select_related("school").order_by("decided_at", "pk")}
    made: list[CategoryDecision] = []
    for done, row in enumerate(rows, start=1):
        work.tell("Comparing decisions", done, len(rows))
        before = known.get(row.key)
        if before is not None and row.says == (before.category, before.level, before.reason):
            outcome.unchanged += 1
        elif before is not None and before.imported_run is None:
            file.refused += 1
            why = f"Category {before.category} was decided here on that day. A file cannot change it."
            outcome.rejected.append(Rejection(str(file.path), row.line, None, why))
        else:
            decision = known[row.key] = _decision(row, before)
            made.append(decision)
            outcome.added += before is None
            outcome.changed += before is not None
            outcome.note(CHANGED if before else ADDED, str(decision), _changes(before, decision) if before else [])
    if not work.dry_run:
        CategoryDecision.objects.bulk_create(made, batch_size=AT_ONCE)
        record_events(made, "imported", by=work.by)
        follow_standings({each.school_id for each in made}, by=work.by, on=clock.today())


def _key_of(row: CategoryDecision) -> Key:
    return row.school_id, row.effective_on, row.decided_on


def _decision(row: Row, before: CategoryDecision | None) -> CategoryDecision:
    return CategoryDecision(
        school=row.school,
        scheme=row.scheme,
        category=row.category,
        level=row.level,
        effective_on=row.effective_on,
        decided_at=start_of(row.decided_on),
        reason=row.reason,
        supersedes=before,
        # A preview is no run and keeps nothing.
        imported_run=context.run_id.get() or 0,
    )


def _changes(before: CategoryDecision, after: CategoryDecision) -> list[Change]:
    names = {"category": "Category", "level": "Level of support", "reason": "Reason"}
    pairs = [(label, getattr(before, name), getattr(after, name)) for name, label in names.items()]
    return [(label, old, new) for label, old, new in pairs if old != new]


def undo(run: ImportRun, work: Work) -> Outcome:
    """Withdraw the decisions of a run by further rows; what a later decision replaced stays as it is."""
    outcome = Outcome()
    rows = list(
        CategoryDecision.objects.filter(imported_run=run.pk, is_void=False)
        .select_related("school", "supersedes")
        .order_by("-pk")
    )
    lock_schools({row.school_id for row in rows})
    counting = set(CategoryDecision.objects.counting().filter(imported_run=run.pk).values_list("pk", flat=True))
    withdrawn = [row for row in rows if row.pk in counting]
    for row in rows:
        restored = row.supersedes
        what = LEFT if row.pk not in counting else CHANGED if restored else REMOVED
        outcome.left += what == LEFT
        outcome.changed += what == CHANGED
        outcome.removed += what == REMOVED
        outcome.note(what, str(row), _changes(row, restored) if restored and what == CHANGED else [])
    voids = [_void(row, run, work) for row in withdrawn]
    CategoryDecision.objects.bulk_create(voids, batch_size=AT_ONCE)
    record_events(voids, "withdrawn", by=work.by, reason=f"Undoing of import {run.pk}")
    follow_standings({each.school_id for each in voids}, by=work.by, on=clock.today())
    return outcome


def _void(row: CategoryDecision, run: ImportRun, work: Work) -> CategoryDecision:
    return CategoryDecision(
        school=row.school,
        scheme_id=row.scheme_id,
        category=row.category,
        level=row.level,
        effective_on=row.effective_on,
        by=work.by.user,
        appointment_id=work.by.appointment_id,
        reason=f"Undoing of import {run.pk}",
        imported_run=run.pk,
        supersedes=row,
        is_void=True,
    )


def register() -> None:
    """Called once, when the app is ready."""
    importers.register(
        Importer(
            key=ImportKind.CATEGORIES.value,
            order=40,
            label=CATEGORIES,
            files="CSV or Excel files with a row for each category that was decided. Download the template to see the "
            "columns.",
            permission=Permission.IMPORT_DATA,
            read=read,
            undo=undo,
            template=template,
            columns=lambda: HEADINGS,
        )
    )

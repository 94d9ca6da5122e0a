"""Terms, closure days and corrections of bank holidays as an import writes them, each checked before it is saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schoolimprove.calendar.bank_holidays import ALWAYS_OFF, england
from schoolimprove.calendar.calendars import authority_calendar, with_neighbours
from schoolimprove.calendar.models import BankHolidayOverride, ClosureDay, Term
from schoolimprove.calendar.models.bank_holiday import OverrideKind
from schoolimprove.calendar.published import BankHoliday, whole_years
from schoolimprove.calendar.reading import DATE_FIELDS, ClosureRead, Fault, TermRead
from schoolimprove.calendar.rules import faults_of_half_term, faults_of_term
from schoolimprove.lib import clock
from schoolimprove.lib.clock import NoTermDates, TermName, long_date, uk_date
from schoolimprove.lib.clock.terms import SATURDAY
from schoolimprove.lib.years import academic_year, academic_year_bounds
from schools.imports.core.outcome import ADDED, CHANGED, FileRead, Outcome, Rejection
from schools.imports.core.registry import Work
from schools.imports.core.undo import save_kept
from schools.register.calendars import calendars_for
from schools.register.models.school import School
from schools.register.models.school_days import SchoolClosure, SchoolTerm

REASONS = 3
PUBLISHED = "GOV.UK bank holidays"
Key = tuple[int, TermName]
Owner = School | None
"""Whose days these are: one school's own, or everybody's."""


@dataclass
class Book:
    """The account of one file while its rows are written."""

    work: Work
    file: FileRead
    outcome: Outcome
    taken: dict[Any, int] = field(default_factory=dict)

    def refuse(self, line: int, *reasons: str, column: str | None = None) -> None:
        """The first few reasons are enough to see what is wrong with a row."""
        self.file.refused += 1
        self.tell(line, column, " ".join(reasons[:REASONS]))

    def tell(self, line: int, column: str | None, reason: str) -> None:
        self.outcome.rejected.append(Rejection(str(self.file.path), line, column, reason))

    def enter(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.file.refused += fault.lost
            self.tell(fault.line, fault.column, fault.reason)

    def is_first(self, key: Any, line: int, what: str) -> bool:
        """Whether no earlier row of the file is about the same thing; else the row is refused."""
        first = self.taken.setdefault(key, line)
        if first != line:
            self.refuse(line, f"{what} is on line {first} too. We use that row.")
        return first == line

    def keep(self, obj: Any, owner: Owner, values: Mapping[str, Any]) -> None:
        """Enter a new row with these values, or set them on a held one."""
        new = obj.pk is None
        changes = [] if new else _in_words(obj, values)
        if not new and not changes:
            self.outcome.unchanged += 1
            return
        for name, value in values.items():
            setattr(obj, name, value)
        reason = f"Imported from {self.file.path.name}"
        fields = [*values, "school"] if new and owner else list(values)
        save_kept(obj, "added" if new else "changed", by=self.work.by, reason=reason, fields=fields)
        self.outcome.added += new
        self.outcome.changed += not new
        self.outcome.note(ADDED if new else CHANGED, _named(obj, owner), changes)


def _named(obj: Any, owner: Owner) -> str:
    return f"{owner}: {obj}" if owner else str(obj)


def _in_words(obj: Any, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(field, before, after) of what differs."""
    pairs = [(name, getattr(obj, name), value) for name, value in values.items()]
    return [(_label(obj, name), _word(before), _word(after)) for name, before, after in pairs if before != after]


def _label(obj: Any, name: str) -> str:
    label = str(obj._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _word(value: Any) -> str:
    return uk_date(value) if isinstance(value, date) else str(value)


def write_terms(rows: Sequence[tuple[Owner, TermRead]], book: Book) -> None:
    """The authority's first: a school's own have to fit between them. Four queries beside those of saving."""
    near = with_neighbours({term.year for _owner, term in rows})
    read: dict[Owner, list[TermRead]] = {}
    for owner, term in rows:
        read.setdefault(owner, []).append(term)
    shared = {_key(row): row for row in Term.objects.filter(academic_year__in=near)}
    own: dict[int, dict[Key, Any]] = {owner.pk: {} for owner in read if owner}
    for row in SchoolTerm.objects.standing().filter(school__in=own, academic_year__in=near):
        own[row.school_id][_key(row)] = row
    _write_terms(None, read.pop(None, []), shared, {}, book)
    for owner, terms in read.items():
        if owner is not None:
            _write_terms(owner, terms, own[owner.pk], shared, book)
    _warn_of_misfits(near, {key: row.as_term() for key, row in shared.items()}, book)


def _warn_of_misfits(years: Iterable[int], shared: Mapping[Key, clock.Term], book: Book) -> None:
    """Terms that schools keep for themselves, and that no longer fit between the authority's. One query."""
    held = SchoolTerm.objects.standing().filter(academic_year__in=years).select_related("school")
    own: dict[int, dict[Key, clock.Term]] = {}
    for row in held:
        own.setdefault(row.school_id, {})[_key(row)] = row.as_term()
    for row in held:
        final = {**shared, **own[row.school_id]}
        if faults := _faults(_key(row), row.as_term(), final):
            book.outcome.warnings.append(f"{row.school} has its own dates for a term, the {row}: {' '.join(faults)}")


def misfits() -> list[str]:
    """The authority's terms that do not fit beside one another, with why. One query."""
    rows = list(Term.objects.all())
    held = {_key(row): row.as_term() for row in rows}
    wrong = [(row, _faults(_key(row), row.as_term(), held)) for row in rows]
    return [f"With these dates, {row} would not fit. {' '.join(faults)}" for row, faults in wrong if faults]


def _key(row: Any) -> Key:
    return row.academic_year, TermName(row.name)


def _write_terms(
    owner: Owner, read: Iterable[TermRead], held: dict[Key, Any], around: Mapping[Key, Any], book: Book
) -> None:
    """`held` are the owner's terms, which grow; `around` those of the authority where a school has none."""
    proposed = _proposed(owner, read, held, book)
    values = {key: row.as_term() for key, row in {**around, **held}.items()}
    for key, (line, term) in _settled(proposed, values, book).items():
        row = held.setdefault(key, Term() if owner is None else SchoolTerm(school=owner))
        book.work.tell("Writing term dates", line, book.file.rows)
        book.keep(row, owner, {"academic_year": term.year, "name": term.name, **_dates(term)})


def _proposed(
    owner: Owner, read: Iterable[TermRead], held: Mapping[Key, Any], book: Book
) -> dict[Key, tuple[int, clock.Term]]:
    """Key → line and term; a date that could not be read is as it is held."""
    found = {}
    for each in read:
        key = (each.year, each.name)
        row = held.get(key)
        dates = {**(_dates(row.as_term()) if row else {}), **each.dates}
        if len(dates) < len(DATE_FIELDS):
            book.refuse(each.line, "The term is new, so it needs all four dates.")
        elif book.is_first((owner, *key), each.line, f"The {each.name} term of that year"):
            found[key] = (each.line, _term(each, dates))
    return found


def _term(each: TermRead, dates: Mapping[str, date]) -> clock.Term:
    start, half_term_start, half_term_end, end = (dates[name] for name in DATE_FIELDS)
    return clock.Term(start, end, half_term_start, half_term_end, each.year, each.name)


def _dates(term: clock.Term) -> dict[str, date]:
    return dict(zip(DATE_FIELDS, (term.start, term.half_term_start, term.half_term_end, term.end), strict=True))


def _settled(
    proposed: dict[Key, tuple[int, clock.Term]], held: Mapping[Key, clock.Term], book: Book
) -> dict[Key, tuple[int, clock.Term]]:
    """Those that fit among each other and among what stays as held; the others are refused with what is wrong.

    A refused term stays as it is held, which another may then not fit beside: so until nothing is wrong any more.
    """
    left = dict(proposed)
    while True:
        final = {**held, **{key: term for key, (_line, term) in left.items()}}
        wrong = {key: faults for key, (_line, term) in left.items() if (faults := _faults(key, term, final))}
        if not wrong:
            return left
        for key, faults in wrong.items():
            book.refuse(left.pop(key)[0], *faults)


def _faults(key: Key, term: clock.Term, final: Mapping[Key, clock.Term]) -> list[str]:
    others = [other for name, other in final.items() if name != key]
    return faults_of_half_term(term) or faults_of_term(term, others)


def write_closures(rows: Sequence[tuple[Owner, ClosureRead]], book: Book) -> None:
    """What somebody took back stays taken back. Constant queries beside those of saving."""
    standing, taken_back = _held_closures(rows)
    for owner, each in rows:
        key = (owner, each.day)
        if not book.is_first(key, each.line, long_date(each.day)):
            continue
        if key in taken_back and key not in standing:
            book.outcome.unchanged += 1
            book.outcome.warnings.append(_still_taken_back(taken_back[key], owner))
            continue
        row = standing.get(key) or (ClosureDay() if owner is None else SchoolClosure(school=owner))
        book.work.tell("Writing closure days", each.line, book.file.rows)
        book.keep(row, owner, {"day": each.day, "reason": each.reason})
    _warn_of_idle(rows, book)


def _still_taken_back(row: Any, owner: Owner) -> str:
    because = row.withdrawn_because.rstrip(".")
    return f"{_named(row, owner)} is in the file, but a user withdrew it: {because}. We leave it withdrawn."


def _held_closures(rows: Sequence[tuple[Owner, ClosureRead]]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """(owner, day) → the closure that stands, and the one taken back."""
    days = {each.day for _owner, each in rows}
    owners = {owner.pk: owner for owner, _each in rows if owner}
    found: list[Any] = [
        *ClosureDay.objects.filter(day__in=days),
        *SchoolClosure.objects.filter(day__in=days, school__in=owners),
    ]
    standing: dict[Any, Any] = {}
    taken_back: dict[Any, Any] = {}
    for row in found:
        side = taken_back if row.withdrawn_because else standing
        side[_owner_of(row, owners), row.day] = row
    return standing, taken_back


def _owner_of(row: Any, owners: Mapping[int, School]) -> Owner:
    return owners[row.school_id] if isinstance(row, SchoolClosure) else None


def _warn_of_idle(rows: Sequence[tuple[Owner, ClosureRead]], book: Book) -> None:
    """Closure days on which there would be no school anyway: more likely a mistyped date than meant."""
    years = {academic_year(each.day) for _owner, each in rows}
    shared, own = authority_calendar(years), calendars_for({owner.pk for owner, _each in rows if owner}, years)
    for owner, each in rows:
        if why := _no_school_anyway(each.day, own[owner.pk] if owner else shared):
            words = f"{long_date(each.day)}, on line {each.line}, is not a school day anyway: {why}."
            book.outcome.warnings.append(words)


def _no_school_anyway(day: date, calendar: clock.Calendar) -> str:
    if day.weekday() >= SATURDAY:
        return f"{day:%A}"
    try:
        return calendar.why_not_working_day(day) or calendar.terms.why_not(day)
    except NoTermDates:
        return ""


def warn_of_vanished(
    owners: Iterable[Owner], years: Iterable[int], rows: Sequence[tuple[Owner, ClosureRead]], book: Book
) -> None:
    """Closure days held for these years and not in the file. They stay: who takes one back says why."""
    schools = {owner.pk: owner for owner in owners if owner}
    held: list[Any] = [*SchoolClosure.objects.standing().filter(school__in=schools)]
    held += ClosureDay.objects.standing() if None in set(owners) else []
    listed = {(owner, each.day) for owner, each in rows}
    covered = [academic_year_bounds(year) for year in years]
    gone = [row for row in held if (_owner_of(row, schools), row.day) not in listed and _within(row.day, covered)]
    for row in sorted(gone, key=lambda row: row.day):
        name = _named(row, _owner_of(row, schools))
        book.outcome.warnings.append(f"{name} is in our data and not in the file. We leave it as it is.")


def _within(day: date, spans: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in spans)


def write_bank_holidays(events: Sequence[BankHoliday], book: Book) -> None:
    """Where the published list and ours differ, a correction of ours; a day it leaves out counts as one more row."""
    held = {row.day: row for row in BankHolidayOverride.objects.standing()}
    known, years = england().names, whole_years(events)
    listed = {event.day for event in events}
    for event in events:
        _add(event, held.get(event.day), book)
    for day, name in sorted(known.items()):
        if day.year in years and day not in listed and day.weekday() < SATURDAY and name not in ALWAYS_OFF:
            book.file.rows += 1
            _correct(day, OverrideKind.REMOVE, name, held.get(day), book)
    for day, row in sorted(held.items()):
        if row.kind == OverrideKind.ADD and day.year in years and day not in listed:
            book.outcome.warnings.append(f"{row} is not in the file: a user added it. We leave it as it is.")


def _add(event: BankHoliday, held: BankHolidayOverride | None, book: Book) -> None:
    if held is not None and held.kind == OverrideKind.REMOVE:
        book.outcome.warnings.append(f"{held} is in the file, but a user removed it. We leave it as it is.")
    if event.day in england().names or event.day.weekday() >= SATURDAY:
        book.outcome.unchanged += 1
    else:
        _correct(event.day, OverrideKind.ADD, event.title, held, book)


def _correct(day: date, kind: OverrideKind, name: str, held: BankHolidayOverride | None, book: Book) -> None:
    """What an administrator entered stands, whatever they called it."""
    if held is not None:
        book.outcome.unchanged += 1
        return
    values = {"day": day, "kind": kind.value, "name": name, "reason": PUBLISHED}
    book.keep(BankHolidayOverride(), None, values)

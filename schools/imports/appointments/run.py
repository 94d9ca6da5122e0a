"""Appointments by the file: who holds which role over what, from when. A county has four hundred schools.

A row is a role, a person, one scope and a first day. Each is weighed by the rules by which an administrator appoints,
with their reasons where they refuse. Roles over the whole authority are not given by a file.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from schoolimprove.accounts.roles import ROLE_LABELS, ROLE_SCOPES, Permission, Role
from schoolimprove.calendar.reading import Unreadable as NotADay
from schoolimprove.calendar.reading import day_of
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schools.imports.appointments.holdings import Holdings
from schools.imports.appointments.people import Ambiguous, People, complete, enter_all, is_known_by_more_than_a_name
from schools.imports.appointments.scopes import Scope, Scopes
from schools.imports.core import undo as core_undo
from schools.imports.core.cells import Unreadable, shown, text_of, tidy
from schools.imports.core.csv_files import APPOINTMENTS, Record, Unusable, checksum, meant_for, opened
from schools.imports.core.outcome import ADDED, CHANGED, FileRead, Outcome, Rejection
from schools.imports.core.registry import Importer, Work, importers
from schools.imports.models import ImportKind, ImportRun
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.people.appointing import Guard, Saving, save_together, wrong_with_appointment
from schools.register.people.appointment_use import last_use
from schools.register.people.emails import notify_head
from schools.register.people.leaving import NEVER_HANDED_OVER
from schools.register.rules import wrong_with_appointed_day, wrong_with_last_day

COLUMNS: dict[str, tuple[str, ...]] = {
    "Role": ("role",),
    "Name": ("name", "person"),
    "Email": ("email", "email address", "e mail"),
    "Telephone": ("telephone", "phone", "tel"),
    "URN": ("urn",),
    "LAESTAB": ("laestab", "dfe number"),
    "District": ("district",),
    "Double district": ("double district",),
    "Partnership": ("partnership", "cluster"),
    "Diocese": ("diocese",),
    "Phase": ("phase",),
    "Authority": ("authority", "local authority"),
    "From": ("from", "starts on", "start date", "first day"),
    "To": ("to", "ends on", "end date", "last day"),
    "Ends previous": ("ends previous", "replaces"),
}
"""Our columns, in the order of the template → what their heading may say, in any case."""
SCOPES = ("URN", "LAESTAB", "District", "Double district", "Partnership", "Diocese", "Phase", "Authority")
SHORT_ROLES = {
    "sip": Role.SIP,
    "eip": Role.EIP,
    "dsim": Role.DSIM,
    "ht": Role.HEADTEACHER,
    "head": Role.HEADTEACHER,
    "head teacher": Role.HEADTEACHER,
    "chair": Role.CHAIR,
    "clerk": Role.CLERK,
}
ONE_BY_ONE = NEVER_HANDED_OVER | {role for role, kinds in ROLE_SCOPES.items() if kinds == {"authority"}}
"""Roles over the whole authority: whoever gets one is chosen for it (domain 10, grant roles)."""
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"", "no", "n", "false", "0"})
FROM_A_FILE = "From a file"
_ROLES = {
    **{role.value: role for role in Role},
    **{label.casefold(): role for role, label in ROLE_LABELS.items()},
    **SHORT_ROLES,
}


@dataclass(frozen=True)
class Row:
    """A row that says whom it appoints to what. `scope` is the scope's cells by column, those that are filled."""

    file: Path
    line: int
    role: Role
    name: str
    email: str
    telephone: str
    scope: Mapping[str, str]
    starts_on: date
    ends_on: date | None
    ends_previous: bool


class Refused(Exception):
    """A row that is not taken; `column` where one cell is to blame."""

    def __init__(self, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.column = column


def register_importer() -> None:
    """Called once, when the app is ready."""
    importers.register(
        Importer(
            key=ImportKind.APPOINTMENTS.value,
            order=30,
            label="Appointments",
            files="CSV or Excel files with a row for each appointment. Download the template to see the columns.",
            permission=Permission.MANAGE_PEOPLE,
            read=read,
            undo=undo,
            template=template,
        )
    )


EXAMPLES = (
    {"Role": "SIP", "Name": "Ann Example", "Email": "ann@example.org", "URN": "900001", "Ends previous": "yes"},
    {"Role": "Headteacher", "Name": "Bo Example", "Telephone": "01632 960001", "LAESTAB": "999/2001"},
    {"Role": "District administrator", "Name": "Cy Example", "Email": "cy@example.org", "District": "North"},
)


def template() -> str:
    """A file to begin with: the columns, and invented rows to be replaced."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for example in EXAMPLES:
        writer.writerow({"From": "01/09/2026", **example})
    return text.getvalue()


def read(paths: Sequence[Path], work: Work) -> Outcome:
    """Take appointments in; inside the caller's transaction."""
    outcome = Outcome()
    rows = [row for path in paths for row in _rows_of(path, outcome, work)]
    _Taking(rows, outcome, work).take()
    return outcome


def _rows_of(path: Path, outcome: Outcome, work: Work) -> list[Row]:
    with opened(path) as file:
        columns = _columns(path.name, file.header, outcome)
        read_file = FileRead(path, checksum(path), kind=ImportKind.APPOINTMENTS.value)
        reader = _Reader(path, len(file.header), columns, outcome, read_file)
        rows = [row for record in file.records() if (row := reader.read(record))]
        read_file.encoding = file.encoding
    outcome.files.append(read_file)
    work.tell("Reading", read_file.rows, read_file.rows)
    return rows


def _columns(name: str, header: Sequence[str], outcome: Outcome) -> dict[str, int]:
    """Our column → its place; `Unusable` when a file is not a list of appointments."""
    known = {alias: column for column, aliases in COLUMNS.items() for alias in aliases}
    places: dict[str, int] = {}
    for place, heading in enumerate(header):
        column = known.get(" ".join(heading.replace("_", " ").replace("-", " ").casefold().split()))
        if column is None:
            if heading:
                outcome.warnings.append(f"We do not read the column {shown(heading)} of {name}.")
        elif column in places:
            raise Unusable(f"{name} has the column {column} twice.")
        else:
            places[column] = place
    other = meant_for(header, besides=APPOINTMENTS)
    needed = ["Role", "From", *([] if {"Name", "Email"} & places.keys() else ["Name"])]
    if missing := [column for column in needed if column not in places]:
        raise Unusable(
            f"{name} is not a list of appointments: it has no column {' and no column '.join(missing)}.{other}"
        )
    if not places.keys() & set(SCOPES):
        raise Unusable(f"{name} is not a list of appointments: it has no column for a school or a district.{other}")
    return places


class _Reader:
    """Rows of one file, one by one; what cannot be read is told and counted."""

    def __init__(self, path: Path, width: int, columns: Mapping[str, int], outcome: Outcome, file: FileRead) -> None:
        self._path, self._width, self._columns, self._outcome, self._file = path, width, columns, outcome, file

    def read(self, record: Record) -> Row | None:
        if not any(cell.strip() for cell in record.cells):
            return None
        self._file.rows += 1
        try:
            return self._row(record)
        except Refused as refused:
            self._file.refused += 1
            self._tell(record, refused.column, str(refused))
            return None

    def _tell(self, record: Record, column: str | None, reason: str) -> None:
        self._outcome.rejected.append(Rejection(str(self._path), record.line, column, reason))

    def _row(self, record: Record) -> Row:
        if any(cell.strip() for cell in record.cells[self._width :]):
            raise Refused(
                "The row has more cells than the header. Put quotation marks around a cell that contains a comma."
            )
        role = self._must(record, "Role", _role)
        email = self._may(record, "Email", _email)
        name = self._must(record, "Name", text_of(150))
        if not (name or email):
            raise Refused("The row has no person. Enter a name or an email address.", "Name")
        starts_on = self._must(record, "From", _day)
        if starts_on is None:
            raise Refused("Enter the first day.", "From")
        return Row(
            self._path,
            record.line,
            role,
            name,
            email,
            self._may(record, "Telephone", text_of(40)),
            self._scope(record),
            starts_on,
            self._must(record, "To", _day),
            self._must(record, "Ends previous", _yes_or_no),
        )

    def _cell(self, record: Record, column: str) -> str:
        place = self._columns.get(column, len(record.cells))
        return record.cells[place] if place < len(record.cells) else ""

    def _must(self, record: Record, column: str, read_cell: Callable[[str], Any]) -> Any:
        """A cell without which the row would say something else."""
        try:
            return read_cell(self._cell(record, column))
        except Unreadable as unreadable:
            raise Refused(str(unreadable), column) from None

    def _may(self, record: Record, column: str, read_cell: Callable[[str], str]) -> str:
        """A cell that is left out when it cannot be read."""
        try:
            return read_cell(self._cell(record, column))
        except Unreadable as unreadable:
            self._tell(record, column, str(unreadable))
            return ""

    def _scope(self, record: Record) -> dict[str, str]:
        cells = {column: self._must(record, column, tidy) for column in SCOPES}
        return {column: cell for column, cell in cells.items() if cell}


def _role(cell: str) -> Role:
    text = tidy(cell)
    role = _ROLES.get(text.casefold())
    if role is None:
        raise Unreadable(f"{shown(text)} is not a role we know." if text else "Enter a role.")
    if role in ONE_BY_ONE:
        raise Unreadable(
            f"You cannot give the role {ROLE_LABELS[role]} by file. Give it on each person’s page, under "
            "Administration, People."
        )
    return role


def _email(cell: str) -> str:
    text = tidy(cell)
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise Unreadable(f"{shown(text)} is not an email address.") from None
    if len(text) > 254:
        raise Unreadable(f"{shown(text)} is longer than 254 characters.")
    return text


def _day(cell: str) -> date | None:
    """As people and spreadsheets write a day: 1 September 2026, 01/09/2026, 01-09-2026 or 2026-09-01."""
    if not cell.strip():
        return None
    try:
        found = day_of(cell)
    except NotADay as error:
        raise Unreadable(str(error)) from None
    if reasons := wrong_with_appointed_day(found, today=clock.today()):
        raise Unreadable(" ".join(reasons))
    return found


def _yes_or_no(cell: str) -> bool:
    text = cell.strip().casefold()
    if text not in YES | NO:
        raise Unreadable(f"{shown(cell.strip())} is not yes or no.")
    return text in YES


class _Taking:
    """What is held, and what the rows so far make of it. Nothing is kept before every row was weighed."""

    def __init__(self, rows: Sequence[Row], outcome: Outcome, work: Work) -> None:
        self._rows, self._outcome, self._work = rows, outcome, work
        self._people = People((row.name for row in rows), (row.email for row in rows))
        self._scopes = Scopes(row.scope for row in rows)
        self._held = Holdings(self._people.known, self._scopes.schools)
        begun = self._held.going_on(min((row.starts_on for row in rows), default=clock.today()))
        self._guard = Guard(begun, people=self._people.known, by=work.by)
        self._newcomers: list[Person] = []
        self._completed: dict[int, Person] = {}
        self._given: list[Appointment] = []
        self._ended: dict[int, tuple[Appointment, str]] = {}
        self._overtaken: dict[int, tuple[Appointment, str]] = {}
        self._named: set[int] = set()

    def take(self) -> None:
        files = {each.path: each for each in self._outcome.files}
        for done, row in enumerate(self._rows, start=1):
            self._work.tell("Appointing", done, len(self._rows))
            try:
                self._one(row)
            except Refused as refused:
                files[row.file].refused += 1
                self._tell(row, refused.column, str(refused))
        self._withdraw()
        self._keep()

    def _tell(self, row: Row, column: str | None, reason: str) -> None:
        self._outcome.rejected.append(Rejection(str(row.file), row.line, column, reason))

    def _one(self, row: Row) -> None:
        """Whatever may be refused is asked before anything is noted."""
        scope, person = self._scope(row), self._person(row)
        held = self._held.find(person, row.role, scope, row.starts_on)
        previous = self._previous(row, person, scope) if row.ends_previous else []
        changed = self._lengthened(row, held) if held else False
        if held is None:
            self._give(row, person, scope)
        elif held.pk is not None:
            self._named.add(held.pk)
        for each in previous:
            self._end(each, row.starts_on - timedelta(days=1), f"Handed over to {person}")
        ended = bool(previous)
        if row.ends_previous and held is None:
            self._overtake(row, person, scope)
        self._outcome.added += held is None
        self._outcome.changed += held is not None and (changed or ended)
        self._outcome.unchanged += held is not None and not (changed or ended)
        self._meet(row, person)

    def _scope(self, row: Row) -> Scope:
        try:
            return self._scopes.find(row.scope, role=row.role, on=row.starts_on, until=row.ends_on)
        except Unreadable as unreadable:
            raise Refused(str(unreadable), next(iter(row.scope), None)) from None

    def _person(self, row: Row) -> Person:
        try:
            found = self._people.find(row.name, row.email)
        except Ambiguous as ambiguous:
            raise Refused(str(ambiguous), "Name") from None
        if found is None and not row.name:
            raise Refused(f"We know no one with the address {row.email}. Enter their name too.", "Email")
        if found is not None and row.name and row.name != found.name:
            reason = f"The address belongs to {found.name}. We do not use the name {shown(row.name)}."
            self._tell(row, "Name", reason)
        return found or self._people.new(row.name, row.email, row.telephone)

    def _meet(self, row: Row, person: Person) -> None:
        """Somebody new is known from here on; of somebody known more may be known."""
        if not self._people.knows(person):
            self._people.meet(person)
            self._newcomers.append(person)
        elif complete(person, row.email, row.telephone) and person.pk is not None:
            self._completed[person.pk] = person

    def _give(self, row: Row, person: Person, scope: Scope) -> None:
        over: dict[str, Any] = {scope.kind: scope.value}
        new = Appointment(person=person, role=row.role, starts_on=row.starts_on, ends_on=row.ends_on, **over)
        if reasons := wrong_with_last_day(row.ends_on, row.starts_on) or wrong_with_appointment(
            new, self._held.of(person)
        ):
            raise Refused(" ".join(reasons))
        if wrong := self._guard.wrong_with(new):
            raise Refused(" ".join(wrong.values()), "Email" if row.email else "Name")
        if not row.email and is_known_by_more_than_a_name(person):
            raise Refused(f"We already know a person called {row.name}. Enter the email address.", "Email")
        self._held.keep(new, person)
        self._given.append(new)
        self._sample(f"{new}, from {clock.uk_date(new.starts_on)}")

    def _lengthened(self, row: Row, held: Appointment) -> bool:
        """Whether the file gives a last day to what had none. A last day that is held already is nobody's to move."""
        if row.ends_on is None or held.ends_on == row.ends_on:
            return False
        if held.ends_on is not None:
            self._tell(row, "To", f"We already have this appointment, to {clock.uk_date(held.ends_on)}.")
            return False
        if reasons := wrong_with_last_day(row.ends_on, row.starts_on):
            raise Refused(" ".join(reasons), "To")
        self._refuse_to_end(held, row.ends_on, "To")
        self._end(held, row.ends_on, FROM_A_FILE)
        return True

    def _previous(self, row: Row, person: Person, scope: Scope) -> list[Appointment]:
        """Return the same appointments of other people that would run past the day before: they end on that day."""
        same = [each for each in self._held.over(row.role, scope) if each.person != person]
        going_on = [each for each in same if each.starts_on < row.starts_on <= (each.ends_on or date.max)]
        for each in going_on:
            self._refuse_to_end(each, row.starts_on - timedelta(days=1), "From")
        return going_on

    def _refuse_to_end(self, held: Appointment, on: date, column: str) -> None:
        ended = copy(held)
        ended.ends_on = on
        if wrong := self._guard.wrong_with(ended):
            raise Refused(" ".join(wrong.values()), column)

    def _overtake(self, row: Row, person: Person, scope: Scope) -> None:
        """Note whoever was to take the same over later, while the new one holds it."""
        for each in self._held.over(row.role, scope):
            if each.pk is not None and each.person != person and _is_overtaken(each, row):
                self._overtaken[each.pk] = each, f"Handed over to {person}"

    def _withdraw(self) -> None:
        """Once every row was read: whom the file itself names are left to come."""
        for key in self._overtaken.keys() & self._named:
            del self._overtaken[key]
        for key, (held, reason) in self._overtaken.items():
            self._ended.pop(key, None)
            held.withdrawn_because = reason
            self._sample(str(held), ("Withdrawn because", "", reason))

    def _end(self, held: Appointment, on: date, reason: str) -> None:
        before, held.ends_on = held.ends_on, on
        if held.pk is not None:
            self._ended[held.pk] = held, reason
        self._sample(str(held), ("To", clock.uk_date(before) if before else "", clock.uk_date(on)))

    def _sample(self, name: str, *changes: tuple[str, str, str]) -> None:
        self._outcome.note(CHANGED if changes else ADDED, name, changes)

    def _keep(self) -> None:
        by = self._work.by
        enter_all(self._newcomers, by=by)
        for person in self._completed.values():
            core_undo.save_kept(person, "changed", by=by, fields=("email", "telephone"))
        ended = [Saving(each, "ended", by, reason) for each, reason in self._ended.values()]
        withdrawn = [Saving(each, "withdrawn", by, reason) for each, reason in self._overtaken.values()]
        save_together([*ended, *withdrawn, *(Saving(each, "appointed", by, FROM_A_FILE) for each in self._given)])
        if count := len(self._newcomers):
            who = "person who is" if count == 1 else "people who are"
            self._outcome.warnings.append(f"We add {count} {who} new to the service.")


def _is_overtaken(held: Appointment, row: Row) -> bool:
    """Whether it begins while the row's person holds the same, and has not begun yet."""
    return held.starts_on > clock.today() and row.starts_on <= held.starts_on <= (row.ends_on or date.max)


def undo(run: ImportRun, work: Work) -> Outcome:
    """End nothing: what the file added is taken out, what it ended goes on. `Blocked` when any of it is used."""
    reason = f"Undoing of import {run.pk}"
    outcome, verbs, restores = Outcome(), {"added", "appointed"}, _Restores(work.by)
    outcome.changed, outcome.removed = core_undo.undo(
        run.pk, work, outcome, added_verbs=verbs, uses=_Uses(run.pk), restores=restores, reason=reason
    )
    notify_head(restores.changes, by=work.by)
    return outcome


class _Restores:
    """The appointments that undoing restores, and why this actor cannot restore one, as sentences."""

    def __init__(self, by: Actor) -> None:
        self._by = by
        self.changes: list[tuple[Appointment | None, Appointment]] = []

    def __call__(self, now: Any, then: Any) -> list[str]:
        if not isinstance(now, Appointment):
            return []
        self.changes.append((now, then))
        wrong = Guard([now], people=[now.person], by=self._by).wrong_with(then)
        return [f"{now}: {reason}" for reason in wrong.values()]


class _Uses:
    """What appointments and people of a run are used for by now, as sentences."""

    def __init__(self, run_id: int) -> None:
        about = AuditEvent.objects.of_run(run_id).filter(subject_kind=Appointment._meta.label_lower)
        self._going = set(about.filter(verb="appointed").values_list("subject_id", flat=True))
        self._used = last_use(Appointment.objects.filter(pk__in=self._going))

    def __call__(self, obj: Any) -> list[str]:
        if isinstance(obj, Person):
            held = obj.appointments.exclude(pk__in=self._going).first()
            return [f"{obj} has been appointed since: {held}."] if held else []
        done = AuditEvent.objects.filter(appointment_id=obj.pk).exists()
        covers = obj.cover_for_id is not None or obj.covers.exists()
        return [
            *([f"{obj}: this appointment has been used."] if done else self._signed_in(obj)),
            *([f"{obj}: another person covers for them, or they cover for another person."] if covers else []),
        ]

    def _signed_in(self, held: Appointment) -> list[str]:
        day = self._used.get(held.pk)
        return [f"{held}: it was last used on {clock.uk_date(day)}. End it instead."] if day else []

"""What is brought in by files: schools and links from GIAS, the next term dates, clerks; one that waits, one undone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.calendar.reading import DATE_FIELDS
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Term
from schoolimprove.lib.years import academic_year_label
from schoolimprove.records import jobs
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import Job
from schools.imports.core import runs
from schools.imports.core.registry import importer_of
from schools.models import ImportKind, ImportRun, School
from schools.register.models.link import PREDECESSOR, SUCCESSOR
from schools.register.models.school import Establishment

from . import places, signins
from .cast import Cast
from .csv_files import (
    CHANGED,
    CLOSES_ON,
    PUPILS,
    STATUS,
    TELEPHONE,
    UTF8,
    WINDOWS,
    Row,
    as_gias_says,
    as_in_gias,
    day,
    of_a_neighbour,
    written,
)
from .days import Days
from .names import address_of
from .stories import Story
from .terms import closures_of, terms_of

SCHOOLS, TERMS, CLERKS, CHAIRS = "merrowshire-schools.csv", "term-dates.csv", "clerks.csv", "chairs.csv"
LINKS = "merrowshire-links.csv"
CLERKED = ("Elver Bridge Primary School", "Dapplethorpe Primary School", "Garthwell Primary School", places.HEAD_HERE)
"""Schools that get their clerk by a file."""
_SHARE_CHANGED = 0.3
CLOSES_IN = timedelta(days=90)


class Imports:
    def __init__(self, cast: Cast, days: Days, luck: Random) -> None:
        self._cast, self._days, self._luck = cast, days, luck

    def stories(self) -> list[Story]:
        return [
            self._next_terms(),
            self._links(),
            self._schools_change(),
            self._clerks(),
            self._chairs_by_mistake(),
            self._schools_wait(),
        ]

    def _next_terms(self) -> Story:
        """The authority publishes them more than a year ahead; one school keeps a longer half-term."""
        year = self._days.year + 1
        yield self._days.working_days_after(date(self._days.year, 7, 1), 1)
        own = School.objects.get(name=places.OWN_TERMS)
        rows = [*(_term_row(term) for term in terms_of(year)), _term_row(_longer(terms_of(year)[0]), own)]
        rows += [{"Closure day": on.isoformat(), "Reason": reason} for on, reason in closures_of(year).items()]
        _bring(ImportKind.CALENDAR, TERMS, rows, by=self._cast.administrator)

    def _links(self) -> Story:
        """What GIAS says, some days later, of the school that became an academy."""
        opened_on = date(self._days.year, 1, 1)
        yield self._days.working_days_after(opened_on, 6)
        old, new = (School.objects.get(name=name) for name in (places.CONVERTED, places.CONVERTER))
        rows = [_link_row(old, SUCCESSOR, new, opened_on), _link_row(new, PREDECESSOR, old, opened_on)]
        _bring(ImportKind.GIAS, LINKS, rows, by=_analyst(), encoding=WINDOWS)

    def _schools_change(self) -> Story:
        """New numbers of pupils; one cell cannot be read, one school is missing, neighbours' schools are ignored.

        So long ago that a fresh file is overdue: it has come, and waits.
        """
        yield self._days.working_days_ago(30)
        rows = self._changed(as_gias_says(school) for school in _schools() if school.name != places.NOT_IN_FILE)
        rows += [of_a_neighbour(urn, name) for urn, name in places.NEIGHBOURS.items()]
        _bring(ImportKind.GIAS, SCHOOLS, rows, by=_analyst(), encoding=WINDOWS, only=places.AUTHORITY_CODE)

    def _changed(self, rows: Iterator[Row]) -> list[Row]:
        """Some rows with another number of pupils, one that cannot be read, and one with a new telephone."""
        found = list(rows)
        for row in found:
            if row[PUPILS] and self._luck.random() < _SHARE_CHANGED:
                row |= {PUPILS: max(1, int(str(row[PUPILS])) + self._luck.choice((-9, -6, -4, 3, 5, 8))), **_now()}
        by_name = {row["EstablishmentName"]: row for row in found}
        if by_name[places.LISTED][TELEPHONE] != places.NEW_TELEPHONE:
            by_name[places.LISTED] |= {TELEPHONE: places.NEW_TELEPHONE, **_now()}
        by_name[places.HEAD_OF_TWO[1]][PUPILS] = "see census"
        if not by_name[places.CLOSES][CLOSES_ON]:
            closes_on = day(clock.today() + CLOSES_IN)
            by_name[places.CLOSES] |= {STATUS: as_in_gias(Establishment.CLOSING), CLOSES_ON: closes_on, **_now()}
        return found

    def _clerks(self) -> Story:
        """Of four schools by one file; the fifth row names a school that nobody holds."""
        yield self._days.working_days_ago(12)
        held = School.objects.filter(name__in=CLERKED).order_by("urn")
        urns = [*held.values_list("urn", flat=True), places.UNKNOWN_URN]
        rows = [self._appointment("Clerk", urn) for urn in urns]
        _bring(ImportKind.APPOINTMENTS, CLERKS, rows, by=self._cast.administrator)

    def _appointment(self, role: str, urn: int) -> Row:
        name = self._cast.another_name()
        return {"Role": role, "Name": name, "Email": address_of(name), "URN": urn, "From": clock.today().isoformat()}

    def _chairs_by_mistake(self) -> Story:
        """A chair for the school that has none, from the wrong list; taken back the day after."""
        yield self._days.working_days_ago(9)
        by, school = self._cast.administrator, School.objects.get(name=places.WITHOUT_CHAIR)
        _bring(ImportKind.APPOINTMENTS, CHAIRS, [self._appointment("Chair", school.urn)], by=by)
        yield self._days.working_days_ago(8)
        run = ImportRun.objects.newest_applied(ImportKind.APPOINTMENTS)
        if run is None:
            raise LookupError("There is no import to be undone.")
        undoing = _worked_on(runs.start_undoing(run, by=by))
        runs.confirm(undoing, by=by, seen_version=undoing.version)
        _worked_on(undoing)

    def _schools_wait(self) -> Story:
        """Brought yesterday and checked: a new school, new numbers, and nobody has confirmed it yet."""
        yield self._days.working_days_ago(1)
        rows = self._changed(as_gias_says(school) for school in _schools() if school.name != places.NOT_IN_FILE)
        rows.append(_proposed(rows[0]))
        with written(SCHOOLS, rows, WINDOWS) as path:
            run = runs.start(ImportKind.GIAS, [(path.name, path)], only=places.AUTHORITY_CODE, by=_analyst())
        _worked_on(run)


def _bring(
    kind: str,
    name: str,
    rows: Sequence[Mapping[str, object]],
    *,
    by: Actor,
    encoding: str = UTF8,
    only: str = "",
) -> None:
    with written(name, rows, encoding) as path:
        runs.import_now(importer_of(kind), [path], only=only, by=by)


def _worked_on(run: ImportRun) -> ImportRun:
    """What the worker does with a run, done here: a demonstration is loaded before there is a worker."""
    for job in Job.objects.unfinished().filter(kind=runs.JOB, key=str(run.pk)):
        jobs.run(job.pk)
    run.refresh_from_db()
    return run


def _analyst() -> Actor:
    return acting(User.objects.get(email=signins.address(Role.ERA)), Permission.IMPORT_DATA)


def _schools() -> Iterator[School]:
    return School.objects.select_related("authority", "district").order_by("urn").iterator()


def _now() -> Row:
    return {CHANGED: day(clock.today())}


def _proposed(like: Row) -> Row:
    """A school that is to open, with what GIAS knows of it so far."""
    named = {"URN": places.PROPOSED_URN, "EstablishmentName": places.PROPOSED_NAME, "EstablishmentNumber": 2900}
    kind = {"TypeOfEstablishment (code)": "35", "TypeOfEstablishment (name)": "Free schools"}
    stands = {"EstablishmentStatus (name)": Establishment.PROPOSED.label, "PhaseOfEducation (name)": "Primary"}
    there = {"DistrictAdministrative (name)": "Cressingdale", "OpenDate": "", PUPILS: "", TELEPHONE: ""}
    return like | named | kind | stands | there | _now()


def _link_row(school: School, kind: str, other: School, on: date) -> Row:
    linked = {"LinkURN": other.urn, "LinkName": other.name, "LinkType": kind}
    return {"URN": school.urn, **linked, "LinkEstablishedDate": day(on)}


def _term_row(term: Term, school: School | None = None) -> Row:
    days = (term.start, term.half_term_start, term.half_term_end, term.end)
    row: Row = {"Academic year": academic_year_label(term.year), "Term": term.name.value.capitalize()}
    row |= {column: str(on) for column, on in zip(DATE_FIELDS.values(), days, strict=True)}
    return row | {"Closure day": "", "Reason": "", "URN": school.urn if school else ""}


def _longer(term: Term) -> Term:
    """With a second week of half-term."""
    return replace(term, half_term_end=term.half_term_end + timedelta(weeks=1))

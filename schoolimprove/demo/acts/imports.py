"""What is brought in by files: schools and links from GIAS, the next term dates, clerks; one that waits, one undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.reading import DATE_FIELDS
from schoolimprove.demo import places
from schoolimprove.demo.csv_files import (
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
from schoolimprove.demo.names import address_of
from schoolimprove.demo.script import Story, Verb
from schoolimprove.demo.terms import closures_of, terms_of
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

SCHOOLS, TERMS, CLERKS, CHAIRS = "merrowshire-schools.csv", "term-dates.csv", "clerks.csv", "chairs.csv"
LINKS = "merrowshire-links.csv"
CLOSES_IN = timedelta(days=90)


def next_terms(story: Story) -> None:
    """The authority publishes them more than a year ahead; one school keeps a longer half-term."""
    year = story.days.year + 1
    own = School.objects.get(name=places.OWN_TERMS)
    rows = [*(_term_row(term) for term in terms_of(year)), _term_row(_longer(terms_of(year)[0]), own)]
    rows += [{"Closure day": on.isoformat(), "Reason": reason} for on, reason in closures_of(year).items()]
    bring(ImportKind.CALENDAR, TERMS, rows, by=story.cast.administrator)


def links(story: Story) -> None:
    """What GIAS says of the school that became an academy."""
    opened_on = date(clock.today().year, 1, 1)
    old, new = (School.objects.get(name=name) for name in (places.CONVERTED, places.CONVERTER))
    rows = [_link_row(old, SUCCESSOR, new, opened_on), _link_row(new, PREDECESSOR, old, opened_on)]
    bring(ImportKind.GIAS, LINKS, rows, by=_analyst(story), encoding=WINDOWS)


def schools_change(story: Story) -> None:
    """New numbers of pupils; one cell cannot be read, one school is missing, neighbours' schools are ignored."""
    rows = [*_changed(), *(of_a_neighbour(urn, name) for urn, name in places.NEIGHBOURS.items())]
    bring(ImportKind.GIAS, SCHOOLS, rows, by=_analyst(story), encoding=WINDOWS, only=places.AUTHORITY_CODE)


def schools_wait(story: Story) -> None:
    """The next file is checked, with a new school, and nobody confirms it."""
    rows = _changed()
    rows.append(_proposed(rows[0]))
    with written(SCHOOLS, rows, WINDOWS) as path:
        run = runs.start(ImportKind.GIAS, [(path.name, path)], only=places.AUTHORITY_CODE, by=_analyst(story))
    _worked_on(run)


def clerks(story: Story, *, schools: list[str]) -> None:
    """Of some schools by one file; the last row names a school that nobody knows."""
    urns = School.objects.filter(name__in=schools).order_by("urn").values_list("urn", flat=True)
    rows = [_appointment(story, "Clerk", urn) for urn in [*urns, places.UNKNOWN_URN]]
    bring(ImportKind.APPOINTMENTS, CLERKS, rows, by=story.cast.administrator)


def chair(story: Story) -> None:
    """A chair for the school that has none, from the wrong list."""
    rows = [_appointment(story, "Chair", School.objects.get(name=places.WITHOUT_CHAIR).urn)]
    bring(ImportKind.APPOINTMENTS, CHAIRS, rows, by=story.cast.administrator)


def undo(story: Story) -> None:
    by, run = story.cast.administrator, ImportRun.objects.newest_applied(ImportKind.APPOINTMENTS)
    if run is None:
        raise LookupError("There is no import to be undone.")
    undoing = _worked_on(runs.start_undoing(run, by=by))
    runs.confirm(undoing, by=by, seen_version=undoing.version)
    _worked_on(undoing)


VERBS: dict[str, Verb] = {
    "import next terms": next_terms,
    "import links": links,
    "import schools": schools_change,
    "check schools": schools_wait,
    "import clerks": clerks,
    "import chair": chair,
    "undo import": undo,
}


def _changed() -> list[Row]:
    """Every third school with another number of pupils, one that cannot be read, and one with a new telephone."""
    schools = School.objects.exclude(name=places.NOT_IN_FILE).select_related("authority", "district").order_by("urn")
    found = [as_gias_says(school) for school in schools]
    for number, row in enumerate(found):
        if row[PUPILS] and number % 3 == 0:
            row |= {PUPILS: max(1, int(str(row[PUPILS])) + (-9, 5, -4, 8, 3)[number % 5]), **_now()}
    by_name = {row["EstablishmentName"]: row for row in found}
    if by_name[places.LISTED][TELEPHONE] != places.NEW_TELEPHONE:
        by_name[places.LISTED] |= {TELEPHONE: places.NEW_TELEPHONE, **_now()}
    by_name[places.HEAD_OF_TWO[1]][PUPILS] = "see census"
    if not by_name[places.CLOSES][CLOSES_ON]:
        closes_on = day(clock.today() + CLOSES_IN)
        by_name[places.CLOSES] |= {STATUS: as_in_gias(Establishment.CLOSING), CLOSES_ON: closes_on, **_now()}
    return found


def _appointment(story: Story, role: str, urn: int) -> Row:
    name = story.cast.another_name()
    return {"Role": role, "Name": name, "Email": address_of(name), "URN": urn, "From": clock.today().isoformat()}


def bring(
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


def _analyst(story: Story) -> Actor:
    return acting(story.by, Permission.IMPORT_DATA)


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

"""What a person should know before they confirm a file of schools, as sentences: the warnings of its preview."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q

from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schools.imports.core.outcome import ESTABLISHMENTS, FileRead
from schools.imports.gias import register
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.places import LocalAuthority
from schools.register.models.school import School
from schools.register.partners import Sips
from schools.visits.models.visit import WITHOUT_RECORD, Visit

NAMED = 20
"""How many schools one sentence names."""
CLOSING_NAMED = 100
"""How many schools that close have a sentence of their own."""
_FINISHED = (RecordStatus.CLOSED.value, RecordStatus.ABANDONED.value)
_AT_ONCE = 500


def of_schools(
    cursor: CursorWrapper, tally: Mapping[str, register.Held], file: FileRead, carried: Collection[str]
) -> Iterator[str]:
    """Yield the warnings of one file of schools, once it was compared with what is held."""
    yield from _of_age(cursor, file)
    yield from _of_others(tally, file)
    yield from _of_leaving(register.leaving(cursor), file)
    yield from _of_unknown(register.of_unknown_status(cursor))
    added = sum(each.added for each in tally.values())
    if added and "establishment" not in carried:
        yield f"{file.path.name} has no column for the status: we would add {_schools(added)} as open."
    if added and "type_code" not in carried:
        yield (
            f"{file.path.name} has no column for the type of school: we would add {_schools(added)} without one. No "
            "visits are due there until a file gives the type."
        )
    yield from _of_closing(register.closing(cursor))


def of_only(code: str, files: Sequence[FileRead]) -> Iterator[str]:
    """Yield the warnings of an import for one authority, once all its files were read."""
    of_schools = [file for file in files if file.kind == ESTABLISHMENTS]
    for file in of_schools:
        yield from _of_elsewhere(code, file)
    if not any(code in file.codes for file in of_schools):
        held = LocalAuthority.objects.filter(code=code).exists()
        if not held:
            yield f"We have no authority with the code {code}, and no row we can import has it. Check the code."
        elif of_schools:
            yield f"No row we can import is for authority {code}."


def _of_elsewhere(code: str, file: FileRead) -> Iterator[str]:
    """Name the schools of the authority asked for that the file has under another code."""
    held = School.objects.filter(authority__code=code, urn__in=file.elsewhere).order_by("name", "urn")
    named = [f"{name} (URN {urn}, {file.elsewhere[urn]})" for urn, name in held.values_list("urn", "name")]
    if named:
        codes = " and ".join(sorted(set(file.elsewhere.values())))
        yield (
            f"In {file.path.name}, {_schools(len(named))} that we have under {code} {_have(len(named))} another code: "
            f"{_listed(named)}. We leave their rows alone. If their authority has changed, import"
            f" the file for {codes} or for all authorities."
        )


def _of_leaving(schools: Sequence[tuple[int, str, str]], file: FileRead) -> Iterator[str]:
    named = [f"{name} (URN {urn}, {code})" for urn, name, code in schools]
    if named:
        yield (
            f"In {file.path.name}, {_schools(len(named))} of our own authority {_have(len(named))} another "
            f"authority’s code and would move there: {_listed(named)}. Your colleagues would no longer see them. If "
            "only our code has changed, first add the new code as our own authority."
        )


def _of_unknown(schools: Sequence[tuple[int, str]]) -> Iterator[str]:
    named = [f"{name} (URN {urn})" for urn, name in schools]
    if named:
        yield (
            f"{_schools(len(named))} {_have(len(named))} no status, or one that says neither open nor closed, such as"
            f" Pending approval: {_listed(named)}. We record them as not open, and no visits are due, until a file "
            "gives a status."
        )


def _of_age(cursor: CursorWrapper, file: FileRead) -> Iterator[str]:
    newer, latest = register.held_newer(cursor)
    if latest:
        ours = (
            "a later change from GIAS for 1 school" if newer == 1 else f"later changes from GIAS for {newer:,} schools"
        )
        yield (
            f"We have {ours} than {file.path.name} has, up to {clock.uk_date(latest)}. "
            "This file may be older than our data."
        )


def _of_others(tally: Mapping[str, register.Held], file: FileRead) -> Iterator[str]:
    """Neighbours' schools may be held, but nobody appointed here sees them."""
    own = dict(LocalAuthority.objects.filter(own=True).values_list("code", "name"))
    others = sum(each.staged for code, each in tally.items() if code not in own)
    if own and others:
        rows = "1 row is of another authority" if others == 1 else f"{others:,} rows are of other authorities"
        here = " and ".join(f"{name} ({code})" for code, name in sorted(own.items()))
        yield f"{rows} than {here} in {file.path.name}. We keep their schools, but your colleagues cannot see them."


def _of_closing(keys: Sequence[int]) -> Iterator[str]:
    """Say of each school that is open no longer what is still open there. Five queries for some hundred schools."""
    told = 0
    for start in range(0, len(keys), _AT_ONCE):
        schools = School.objects.filter(pk__in=keys[start : start + _AT_ONCE]).order_by("name", "urn")
        for sentence in _still_open(list(schools)):
            told += 1
            if told <= CLOSING_NAMED:
                yield sentence
    if told > CLOSING_NAMED:
        yield f"{_schools(told - CLOSING_NAMED)} more will close with work still open."


def _still_open(schools: Sequence[School]) -> Iterator[str]:
    keys = [school.pk for school in schools]
    sips = Sips.at(keys)
    visits: dict[int, list[str]] = {}
    for key, day in _visits_to_come(keys):
        visits.setdefault(key, []).append(day)
    records: dict[int, list[str]] = {}
    unfinished = RecordOfVisit.objects.filter(visit__school__in=keys).exclude(status__in=_FINISHED)
    for key, reference in unfinished.order_by("reference").values_list("visit__school", "reference"):
        records.setdefault(key, []).append(reference)
    rows = Deadline.objects.open().dated().filter(school_id__in=keys).order_by()
    deadlines = dict(rows.values_list("school_id").annotate(count=Count("pk")))
    for school in schools:
        partners = sorted(sips.names[person] for person in sips.people_of(school))
        found = [
            *_counted(visits.get(school.pk, []), "planned visit", "planned visits"),
            *_counted(records.get(school.pk, []), "unfinished record", "unfinished records"),
            *([f"School Improvement Partner: {', '.join(partners)}"] if partners else []),
            *_counted(range(deadlines.get(school.pk, 0)), "open deadline", "open deadlines", named=False),
        ]
        if found:
            yield (
                f"{school.name} (URN {school.urn}) is closing, and still has {'; '.join(found)}. Cancel the visits"
                " that will not take place. You can still record a visit that took place before."
            )


def _visits_to_come(keys: Sequence[int]) -> Iterable[tuple[int, str]]:
    """School → day of each visit still to come. Of performance management nobody is told who is not concerned."""
    rows = Visit.objects.not_held().filter(Q(school__in=keys) & ~Q(kind__in=sorted(WITHOUT_RECORD)))
    for school, day in rows.order_by("planned_on", "pk").values_list("school", "planned_on"):
        yield school, clock.uk_date(day) if day else "no day yet"


def _counted(items: Sequence[object], one: str, many: str, *, named: bool = True) -> list[str]:
    if not items:
        return []
    words = f"{len(items):,} {one if len(items) == 1 else many}"
    return [f"{words} ({_listed([str(item) for item in items])})" if named else words]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _schools(count: int) -> str:
    return "1 school" if count == 1 else f"{count:,} schools"

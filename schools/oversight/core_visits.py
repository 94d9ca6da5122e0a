"""How far the core visits of a term have come: in which stage each school is, and where something is late.

Every school that is owed the visit, or has it, is in exactly one stage; that something about it is late comes on top.
The numbers are counted by the database, and each is the length of a list.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.reminders.models import Deadline
from schools.records.deadlines import OF_RECORDS
from schools.records.models.record import RecordOfVisit
from schools.records.models.response import Response
from schools.records.states import RecordStatus
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.partners import NOBODY, SIP_SCOPES, Sips, with_exactly
from schools.register.scope import COLUMNS
from schools.visits.deadlines import OF_CORE_VISITS
from schools.visits.models.term_opening import TermOpening
from schools.visits.models.visit import Visit, VisitKind
from schools.visits.states import VisitStatus
from schools.visits.term_slots import TermDays, served_in, terms_held

Covered = Any
"""A `SchoolQuerySet` with what `covered` adds to each school, which no checker can know."""


class Stage(StrEnum):
    """In the order a visit passes through them."""

    NOT_YET = "not_yet"
    PLANNED = "planned"
    HELD = "held"
    RECORDED = "recorded"
    SHARED = "shared"
    ANSWERED = "answered"


STAGE_LABELS = {
    Stage.NOT_YET: "Not yet",
    Stage.PLANNED: "Planned",
    Stage.HELD: "Held",
    Stage.RECORDED: "Recorded",
    Stage.SHARED: "Shared",
    Stage.ANSWERED: "Responded",
}
STAGE_MEANINGS = {
    Stage.NOT_YET: "No one has proposed a date yet",
    Stage.PLANNED: "A date is proposed or agreed",
    Stage.HELD: "The visit was held and the visitor is writing its record",
    Stage.RECORDED: "The record is waiting for approval",
    Stage.SHARED: "The school has the record and has not responded in full",
    Stage.ANSWERED: "The headteacher and the chair have responded, or the record is presented or closed",
}
ANSWERS = (Role.HEADTEACHER, Role.CHAIR)
"""Who is asked to answer."""
STANDING = [status.value for status in VisitStatus if status != VisitStatus.CANCELLED]
DATED = [VisitStatus.PROPOSED, VisitStatus.COUNTERED, VisitStatus.AGREED]
NOT_KNOWN = 0
NO_DISTRICT = "No district"
"""In place of the district of a school that has none: its key, and its name."""


def terms_to_look_at(on: date) -> list[TermDays]:
    """Two years back and one ahead, as far as dates are held; the latest first."""
    return terms_held(on.year - 3, on.year + 1)[::-1]


def term_of(terms: Sequence[TermDays], on: date) -> TermDays | None:
    """The term that goes on, in a holiday the one before; before the first that is held, that one."""
    begun = [each for each in terms if each.first <= on]
    return begun[0] if begun else (terms[-1] if terms else None)


def covered(user: Any, days: TermDays, *, on: date) -> Covered:
    """The schools of the reader's coverage in a term, each with `stage`, `late`, and its visit and record.

    One query, whatever is asked of it; a school has one core visit in a term at most.
    """
    mine = School.objects.visible_to(user, Permission.VIEW_COVERAGE).filter(authority__own=True)
    core = FilteredRelation(
        "visits",
        condition=Q(
            visits__kind=VisitKind.CORE,
            visits__academic_year=days.year,
            visits__term=days.term,
            visits__status__in=STANDING,
        ),
    )
    joined = mine.annotate(core=core, core_id=F("core__pk"), record_id=F("core__record__pk"))
    owed = Q(establishment__in=["open", "closing"]) & served_in(days)
    return joined.filter(owed | Q(core__isnull=False)).annotate(stage=_stage(on), late=_late(days, on))


def _stage(on: date) -> Case:
    record = "core__record__status"
    return Case(
        When(core__status=VisitStatus.HELD, then=_stage_of_record(record, on)),
        When(core__status__in=DATED, then=Value(Stage.PLANNED.value)),
        default=Value(Stage.NOT_YET.value),
        output_field=CharField(),
    )


def _stage_of_record(record: str, on: date) -> Case:
    beyond = [RecordStatus.PRESENTED, RecordStatus.CLOSED]
    return Case(
        When(**{f"{record}__in": beyond}, then=Value(Stage.ANSWERED.value)),
        When(
            answered(on, record="record_id", version="core__record__shared_version", school="pk"),
            **{record: RecordStatus.SHARED},
            then=Value(Stage.ANSWERED.value),
        ),
        When(**{record: RecordStatus.SHARED}, then=Value(Stage.SHARED.value)),
        When(**{record: RecordStatus.SUBMITTED}, then=Value(Stage.RECORDED.value)),
        default=Value(Stage.HELD.value),
        output_field=CharField(),
    )


def answered(on: date, *, record: str, version: str, school: str) -> Q:
    """Somebody answered the newest version, and nobody who is asked today is missing.

    The paths lead from the rows asked about to the record, the number of its newest version, and the school.
    """
    newest = Response.objects.filter(version__record=OuterRef(record), version__number=OuterRef(version))
    missing = (_asked(role, on, school) & ~Q(Exists(newest.filter(role=role))) for role in ANSWERS)
    whole = Q(Exists(newest))
    for each in missing:
        whole &= ~each
    return whole


def _asked(role: Role, on: date, school: str) -> Q:
    """Whether somebody holds that role at the school."""
    return Q(Exists(Appointment.objects.current(on).filter(role=role, school=OuterRef(school)).order_by()))


def _late(days: TermDays, on: date) -> ExpressionWrapper[Q]:
    """Anything asked about the visit or its record is overdue; without a visit, once a term that was opened is over."""
    overdue = Deadline.objects.overdue(on).filter(rule__in=(*OF_CORE_VISITS, *OF_RECORDS)).order_by()
    of_visit = overdue.filter(subject_kind=Visit._meta.label_lower, subject_id=OuterRef("core_id"))
    of_record = overdue.filter(subject_kind=RecordOfVisit._meta.label_lower, subject_id=OuterRef("record_id"))
    late = Q(Exists(of_visit)) | Q(Exists(of_record))
    if days.last < on:
        opening = TermOpening.objects.filter(academic_year=days.year, term=days.term)
        late |= Q(core_id__isnull=True) & Q(Exists(opening))
    return ExpressionWrapper(late, output_field=BooleanField())


@dataclass
class Line:
    """A line of the table: how many schools in all, in each stage, and late. `key` is what the list is narrowed by."""

    key: str
    label: str
    schools: int = 0
    stages: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Stage, 0))
    late: int = 0

    def count(self, stage: str, late: bool, number: int = 1) -> None:
        self.schools += number
        self.stages[stage] += number
        self.late += number * late


def by_district(schools: Covered) -> list[Line]:
    """One query; schools without a district come last."""
    grouped = schools.order_by().values(
        "stage", "late", key=Coalesce("district", NOT_KNOWN, output_field=IntegerField())
    )
    lines: dict[str, Line] = {}
    for row in grouped.annotate(name=F("district__name"), number=Count("pk")):
        _line(lines, str(row["key"]), row["name"] or NO_DISTRICT).count(row["stage"], row["late"], row["number"])
    return _in_order(lines, str(NOT_KNOWN))


def by_sip(schools: Covered) -> list[Line]:
    """Two queries. A school that two people have is on a line of theirs together, so that each counts once."""
    return tallies(schools)["sip"]


def tallies(schools: Covered) -> dict[str, list[Line]]:
    """Both ways at once, from one row of each school, for the filters of a list. Two queries."""
    columns = {COLUMNS[kind] for kind in SIP_SCOPES}
    rows = list(schools.order_by().values("stage", "late", "district__name", *columns | {"pk", "district"}))
    sips = Sips.at([row["pk"] for row in rows])
    districts: dict[str, Line] = {}
    partners: dict[str, Line] = {}
    for row in rows:
        people = sips.of(row)
        _line(partners, sip_key(people), _names(people, sips.names)).count(row["stage"], row["late"])
        key = str(row["district"] or NOT_KNOWN)
        _line(districts, key, row["district__name"] or NO_DISTRICT).count(row["stage"], row["late"])
    return {"district": _in_order(districts, str(NOT_KNOWN)), "sip": _in_order(partners, NOBODY)}


def _line(lines: dict[str, Line], key: str, label: str) -> Line:
    return lines.setdefault(key, Line(key, label))


def _in_order(lines: Mapping[str, Line], last: str) -> list[Line]:
    return sorted(lines.values(), key=lambda line: (line.key == last, line.label.casefold()))


def sip_key(people: Iterable[int]) -> str:
    """`3`, `3-7`, or `nobody`."""
    return "-".join(str(person) for person in sorted(people)) or NOBODY


def _names(people: Iterable[int], names: Mapping[int, str]) -> str:
    return " and ".join(sorted(names[person] for person in people)) or "Without a partner"


def with_sips(schools: Covered, key: str) -> Covered:
    """The schools of a line of `by_sip`."""
    people = [] if key == NOBODY else key.split("-")
    return schools.filter(with_exactly(people))


LINES: dict[str, Callable[[Covered], list[Line]]] = {"district": by_district, "sip": by_sip}
"""What the table may go by."""


def total_of(lines: Iterable[Line]) -> Line:
    total = Line("", "All schools")
    for line in lines:
        total.schools += line.schools
        total.late += line.late
        for stage, number in line.stages.items():
            total.stages[stage] += number
    return total


@dataclass(frozen=True)
class Listed:
    """A school of the list with its visit, its record where there is one, and the next deadline about either."""

    school: School
    visit: Visit | None
    record: RecordOfVisit | None
    partners: Sequence[str]
    deadline: Deadline | None

    @property
    def stage(self) -> str:
        return str(self.school.stage)  # type: ignore[attr-defined]

    @property
    def late(self) -> bool:
        return bool(self.school.late)  # type: ignore[attr-defined]


def listed(schools: Sequence[School]) -> list[Listed]:
    """With what is shown of each; four queries, however many."""
    sips = Sips.at([each.pk for each in schools])
    visits = Visit.objects.in_bulk([pk for each in schools if (pk := each.core_id)])  # type: ignore[attr-defined]
    records = RecordOfVisit.objects.for_lists().in_bulk([pk for each in schools if (pk := each.record_id)])  # type: ignore[attr-defined]
    next_of = _next_deadlines(visits, records)
    found = []
    for school in schools:
        visit, record = visits.get(school.core_id), records.get(school.record_id)  # type: ignore[attr-defined]
        if visit is not None:
            visit.school = school
        found.append(Listed(school, visit, record, sips.names_of(school), next_of.get(school.pk)))
    return found


def _next_deadlines(visits: Mapping[int, Visit], records: Mapping[int, RecordOfVisit]) -> dict[int, Deadline]:
    """School → what is due next about its visit or record."""
    about = Q(subject_kind=Visit._meta.label_lower, subject_id__in=list(visits))
    about |= Q(subject_kind=RecordOfVisit._meta.label_lower, subject_id__in=list(records))
    found: defaultdict[int, Deadline | None] = defaultdict(lambda: None)
    for row in (
        Deadline.objects.open()
        .dated()
        .filter(about, rule__in=(*OF_CORE_VISITS, *OF_RECORDS))
        .order_by("-due_on", "-pk")
    ):
        found[row.school_id or 0] = row
    return {school: row for school, row in found.items() if row}

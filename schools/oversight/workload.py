"""What each partner and locality officer carries: schools, the visits of a term, records that wait, days of the year.

A visit counts with whoever it was given to, and once: one to come that nobody who visits there today was given counts
with nobody. Everything is counted within the schools of the reader's coverage.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Sum

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib.years import academic_year_bounds
from schools.oversight.core_visits import answered
from schools.oversight.my_term.own_visits import of_days
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.partners import NOBODY, SIP_SCOPES, Sips
from schools.register.scope import COLUMNS
from schools.visits.models.visit import Visit, visitor_goes_there
from schools.visits.states import NOT_HELD, VisitStatus
from schools.visits.term_slots import TermDays

NO_DAYS = Decimal(0)
UNDATED = [VisitStatus.DUE]
DATED = sorted(NOT_HELD - {VisitStatus.DUE})


@dataclass
class Load:
    """A line of the table. `key` is `p3` for a person of the register, `u7` for an account without one, or nobody.

    `schools` is None for whoever is nobody's partner; of nobody it counts those without one. `writing`, `approving` and
    `answering` are records that wait today, of whatever term: to be written, to be approved, to be answered by the
    school. Days are of the year.
    """

    key: str
    name: str
    role: str = ""
    person: int | None = None
    user: int | None = None
    schools: int | None = None
    held: int = 0
    dated: int = 0
    undated: int = 0
    writing: int = 0
    approving: int = 0
    answering: int = 0
    days_used: Decimal = NO_DAYS
    days_planned: Decimal = NO_DAYS

    @property
    def planned(self) -> int:
        """All visits of the term."""
        return self.held + self.dated + self.undated


SUMMED = ("held", "dated", "undated", "writing", "approving", "answering", "days_used", "days_planned")


def total_of(loads: Iterable[Load], schools: int) -> Load:
    """`schools` is how many there are, which is not the sum where two partners share one."""
    total = Load("", "All", schools=schools)
    for load in loads:
        for name in SUMMED:
            setattr(total, name, getattr(total, name) + getattr(load, name))
    return total


def schools_of(user: Any) -> Any:
    """The open schools of the reader's coverage."""
    return seen_by(user).open()


def seen_by(user: Any) -> Any:
    """With the closed ones: what was done there before they closed was carried as well."""
    return School.objects.visible_to(user, Permission.VIEW_COVERAGE).filter(authority__own=True)


def loads(user: Any, days: TermDays, *, on: date) -> list[Load]:
    """By name, who is nobody last; a constant number of queries, however many schools, people and visits."""
    found = _Loads(user, on)
    visits = Visit.objects.visible_to(user).filter(school__in=found.seen())
    found.add(_counted_visits(_of_term(visits, days)))
    found.add(_waiting_records(user, visits, on))
    found.add(_days(user, found.seen(), days.year))
    return found.in_order()


def _of_term(visits: Any, days: TermDays) -> Any:
    """Those that belong to the term; of those that belong to none, the ones whose day is in it."""
    by_day = of_days(visits.filter(academic_year=None), days.first, days.last).order_by()
    return visits.standing().filter(Q(academic_year=days.year, term=days.term) | Q(pk__in=by_day.values("pk")))


def _by_visitor(visits: Any, **numbers: Any) -> Iterable[Mapping[str, Any]]:
    """Author → numbers; what is to come counts with nobody where its author does not visit there today."""
    given = ExpressionWrapper(Q(status=VisitStatus.HELD) | visitor_goes_there(), output_field=BooleanField())
    grouped: QuerySet[Any] = visits.order_by().annotate(given=given).values("author", "author__name", "given")
    counted: QuerySet[Any] = grouped.annotate(**numbers)
    return counted


def _counted_visits(visits: Any) -> Iterable[Mapping[str, Any]]:
    return _by_visitor(
        visits,
        held=Count("pk", filter=Q(status=VisitStatus.HELD)),
        dated=Count("pk", filter=Q(status__in=DATED)),
        undated=Count("pk", filter=Q(status__in=UNDATED)),
    )


def _waiting_records(user: Any, visits: Any, on: date) -> Iterable[Mapping[str, Any]]:
    """By the stage of the record: of those not shared yet the ones that the reader may know of (domain 3.5)."""
    status = "record__status"
    whole = answered(on, record="record__pk", version="record__shared_version", school="school")
    waits = visits.held().filter(record__status__in=[RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED])
    known = Exists(RecordOfVisit.objects.visible_to(user).order_by().filter(visit=OuterRef("pk")))
    waits = waits.filter(Q(record__status=RecordStatus.SHARED) | Q(known))
    unanswered = ExpressionWrapper(~whole, output_field=BooleanField())
    return _by_visitor(
        waits.annotate(unanswered=unanswered),
        writing=Count("pk", filter=Q(**{status: RecordStatus.DRAFT})),
        approving=Count("pk", filter=Q(**{status: RecordStatus.SUBMITTED})),
        answering=Count("pk", filter=Q(**{status: RecordStatus.SHARED}, unanswered=True)),
    )


def _days(user: Any, schools: Any, year: int) -> Iterable[Mapping[str, Any]]:
    """Of the visits the reader may know of: a day beside a name would tell of performance management (domain 3.3)."""
    first, last = academic_year_bounds(year)
    held = Visit.objects.visible_to(user).held().filter(school__in=schools, held_on__range=(first, last))
    of_year = Q(academic_year=year) | Q(academic_year=None, planned_on__range=(first, last))
    to_come = Visit.objects.visible_to(user).not_held().filter(of_year, school__in=schools)
    yield from _by_visitor(held, days_used=Sum("days"))
    yield from _by_visitor(to_come, days_planned=Sum("days"))


class _Loads:
    """The lines as they fill: every partner and locality officer of the schools, then whoever else has visits there."""

    def __init__(self, user: Any, on: date) -> None:
        self._reader, self._on = user, on
        self._lines: dict[str, Load] = {}
        self._of_user: dict[int, Load] = {}
        self._add_partners()
        self._add_officers()

    def seen(self) -> Any:
        return seen_by(self._reader).order_by().values("pk")

    def _add_partners(self) -> None:
        columns = {COLUMNS[kind] for kind in SIP_SCOPES}
        rows = list(schools_of(self._reader).order_by().values(*columns | {"pk"}))
        sips = Sips.at([row["pk"] for row in rows])
        for row in rows:
            people = sips.of(row)
            lines = [self._person(person, sips.names[person], "SIP") for person in people] or [self._nobody()]
            for line in lines:
                line.schools = (line.schools or 0) + 1

    def _add_officers(self) -> None:
        """The EIPs of the districts, and the accounts of everybody who has one."""
        scope = schools_of(self._reader).order_by()
        here = Q(district__in=scope.values("district")) | Q(
            double_district__in=scope.values("district__double_district")
        )
        current = Appointment.objects.current(self._on).order_by()
        for person, name in current.filter(here, role=Role.EIP).values_list("person", "person__name").distinct():
            self._person(person, name, "EIP")
        known = [line.person for line in self._lines.values()]
        for pk, person in User.objects.filter(person__in=known).values_list("pk", "person"):
            line = self._lines[f"p{person}"]
            line.user = pk
            self._of_user[pk] = line

    def _person(self, person: int, name: str, role: str) -> Load:
        line = self._lines.setdefault(f"p{person}", Load(f"p{person}", name, role, person))
        if role not in line.role:
            line.role = f"{line.role} and {role}"
        return line

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            line = self._line(row)
            for name in SUMMED:
                setattr(line, name, getattr(line, name) + (row.get(name) or 0))

    def _nobody(self) -> Load:
        return self._lines.setdefault(NOBODY, Load(NOBODY, "No one yet"))

    def _line(self, row: Mapping[str, Any]) -> Load:
        if row["author"] is None or not row["given"]:
            return self._nobody()
        author = row["author"]
        if author not in self._of_user:
            key = f"u{author}"
            self._of_user[author] = self._lines[key] = Load(key, row["author__name"], "Others", user=author)
        return self._of_user[author]

    def in_order(self) -> list[Load]:
        order = {"SIP": 0, "SIP and EIP": 0, "EIP": 1, "Others": 2, "": 3}
        return sorted(self._lines.values(), key=lambda line: (order[line.role], line.name.casefold(), line.key))

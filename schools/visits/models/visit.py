"""Visits to schools: owed, planned, held."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role, roles_with
from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import Blocked, record_event, save_changes, transition
from schools.policy import SERVICE_BY_TYPE
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.scope import COLUMNS, in_scope
from schools.visits import deadlines, emails
from schools.visits.models.programme import CLOSING_KEY, ProgrammeEdition
from schools.visits.states import NOT_HELD, VISIT, VisitStatus
from schools.visits.term_slots import slot_of

NOT_HELD_VALUES = sorted(status.value for status in NOT_HELD)


@contextmanager
def counted_once(*, besides: int = 0, **same: Any) -> Iterator[None]:
    """Turns the database's last word on a second visit of one school, author, day and kind into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not Visit.objects.filter(**same, status=VisitStatus.HELD).exclude(pk=besides).exists():
            raise
        raise Blocked(["You already have a record of this type for this school on that day."]) from error


class VisitKind(models.TextChoices):
    CORE = "core", "Core visit"
    ADDITIONAL = "additional", "Additional visit"
    MONITORING = "monitoring", "Monitoring visit"
    FAMILIARISATION = "familiarisation", "Familiarisation visit"
    REVIEW = "review", "Subject or leadership review"
    SENIOR_APPOINTMENT = "senior_appointment", "Support for a senior appointment"
    NEW_HEAD = "new_head", "Support for a new headteacher"
    NEW_TEACHER = "new_teacher", "Support for a newly qualified teacher"
    LA_REVIEW = "la_review", "LA review"
    PERFORMANCE_MANAGEMENT = "performance_management", "Headteacher’s performance management"


COMMISSIONED = frozenset({VisitKind.LA_REVIEW})
"""Begun by the DSIM, with scope and team (domain 3.2)."""
WITHOUT_RECORD = frozenset({VisitKind.PERFORMANCE_MANAGEMENT})
"""Date, people and days only (domain 3.3)."""


def visitor_goes_there() -> Q:
    """Whether the author holds a role that writes at the school today."""
    writing = Appointment.objects.current(clock.today()).filter(role__in=sorted(roles_with(Permission.WRITE_RECORD)))
    covers = Q()
    for kind, column in COLUMNS.items():
        covers |= Q(**{kind: OuterRef(f"school__{column}")})
    return Q(Exists(writing.filter(covers, person__user=OuterRef("author"))))


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: Any) -> Self:
        """Those at schools whose shared records one reads; performance management only for those it concerns."""
        readable = in_scope(user, Permission.VIEW_SHARED_RECORD, school="school")
        concerned = in_scope(user, Permission.VIEW_PERFORMANCE_MANAGEMENT, school="school")
        return self.filter((readable & ~Q(kind__in=WITHOUT_RECORD)) | (concerned & Q(kind__in=WITHOUT_RECORD)))

    def visible_at(self, school: School, user: Any, *heirs: School) -> Self:
        """What `visible_to` says of one school, whose rights are known without asking the database.

        What one may read at one of its `heirs` one may read here as well, but for the performance management of a head
        who was not theirs.
        """
        seen = Q(pk__in=[])
        if any(user_can(user, Permission.VIEW_SHARED_RECORD, on=each) for each in (school, *heirs)):
            seen |= ~Q(kind__in=WITHOUT_RECORD)
        if user_can(user, Permission.VIEW_PERFORMANCE_MANAGEMENT, on=school):
            seen |= Q(kind__in=WITHOUT_RECORD)
        return self.filter(seen, school=school)

    def of_visitor(self, user: Any) -> Self:
        """Those this user goes to: given to them, or still to come at a school whose SIP they are, when whoever they
        were given to does not visit there today.
        """
        own_school = in_scope(user, Permission.PLAN_VISIT, school="school", roles=[Role.SIP])
        return self.filter(Q(author=user) | (Q(status__in=NOT_HELD_VALUES) & own_school & ~visitor_goes_there()))

    def of_nobody(self) -> Self:
        """Those to come that nobody who visits there today was given."""
        return self.not_held().exclude(visitor_goes_there())

    def not_held(self) -> Self:
        """Owed or planned."""
        return self.filter(status__in=NOT_HELD_VALUES)

    def held(self) -> Self:
        return self.filter(status=VisitStatus.HELD)

    def look_at_schools(self) -> Self:
        """Those by which a school is seen once they are held (`schools.oversight.last_visit`)."""
        return self.exclude(kind__in=sorted(WITHOUT_RECORD))

    def standing(self) -> Self:
        """All but the cancelled."""
        return self.exclude(status=VisitStatus.CANCELLED)

    def of_term(self, year: int, term: str) -> Self:
        """Those that belong to a term of an academic year (named by the year it starts in)."""
        return self.filter(academic_year=year, term=term)


class Visit(BaseRecord):
    """`days` counts against the school's entitlement, in halves, once it was held.

    `academic_year` and `term` say which term's core visit it is, or in which it is planned; `author` is who goes,
    empty while a school has no SIP. `planned_on` is the date proposed or agreed, `suggested_on` the one the school asks
    for instead. `edition` is the programme whose agenda it has.
    """

    STATES = VISIT

    school = models.ForeignKey(School, models.PROTECT, related_name="visits")
    kind = models.CharField("type of visit", max_length=30, choices=VisitKind, default=VisitKind.CORE)
    status = models.CharField(
        max_length=20, choices=VISIT.choices(), default=VisitStatus.DUE, db_default=VisitStatus.HELD, editable=False
    )
    academic_year = models.PositiveSmallIntegerField(null=True, blank=True)
    term = models.CharField(max_length=10, choices=TERM_NAMES, blank=True, default="", db_default="")
    edition = models.ForeignKey(ProgrammeEdition, models.PROTECT, null=True, blank=True, related_name="visits")
    planned_on = models.DateField("date planned", null=True, blank=True)
    planned_at = models.TimeField("time", null=True, blank=True)
    suggested_on = models.DateField("date the school suggests", null=True, blank=True)
    purpose = models.CharField(max_length=1000, blank=True, default="", db_default="")
    team = models.CharField("who takes part", max_length=500, blank=True, default="", db_default="")
    held_on = models.DateField("date of the visit", null=True, blank=True)
    days = models.DecimalField(
        "days used", max_digits=5, decimal_places=1, default=Decimal("1.0"), validators=[MinValueValidator(0)]
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="visits")

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "author", "held_on", "kind"],
                condition=Q(status=VisitStatus.HELD),
                name="visit_counted_once",
                violation_error_message="You already have a record of this type for this school on that day.",
            ),
            models.UniqueConstraint(
                fields=["school", "academic_year", "term"],
                condition=Q(kind=VisitKind.CORE) & ~Q(term="") & ~Q(status=VisitStatus.CANCELLED),
                name="visit_one_core_per_school_and_term",
                violation_error_message="This school has its core visit of this term already.",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=0, days__lte=20),
                name="visit_days_between_0_and_20",
                violation_error_message="Enter between 0 and 20 days.",
            ),
            models.CheckConstraint(
                condition=~Q(status=VisitStatus.HELD) | Q(held_on__isnull=False, author__isnull=False),
                name="visit_held_on_a_day_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[VisitStatus.PROPOSED, VisitStatus.AGREED]) | Q(planned_on__isnull=False),
                name="visit_proposed_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(academic_year__isnull=True, term="") | (Q(academic_year__isnull=False) & ~Q(term="")),
                name="visit_term_of_a_year",
            ),
            models.CheckConstraint(
                condition=~Q(kind=VisitKind.PERFORMANCE_MANAGEMENT) | Q(purpose="", edition__isnull=True),
                name="visit_performance_management_has_no_text",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-held_on"], name="visit_school_day"),
            models.Index(fields=["academic_year", "term", "status"], name="visit_term_status"),
            models.Index(
                fields=["author", "planned_on"], name="visit_author_planned", condition=Q(status__in=NOT_HELD_VALUES)
            ),
        ]

    def __str__(self) -> str:
        day = self.held_on or self.planned_on
        return f"{self.get_kind_display()} to {self.school}, {f'{day:%-d %B %Y}' if day else 'no date yet'}"

    def get_absolute_url(self) -> str:
        return reverse("schools:visit", args=[self.school.urn, self.pk])

    @property
    def write_url(self) -> str:
        """Where its record is begun."""
        return reverse("schools:visit_write", args=[self.school.urn, self.pk])

    def blockers_to(self, verb: str, *, on: date) -> list[str]:
        """Why the verb cannot be done today, as sentences."""
        return []

    @property
    def day(self) -> date | None:
        """The day it was held or is planned for."""
        return self.held_on or self.planned_on

    def agenda(self) -> list["AgendaLine"]:
        """The programme's items, then those added, then celebrations and good practice. At most two queries."""
        topics = self.edition.agenda if self.edition else []
        of_programme = [AgendaLine(each.key, each.heading, each.guidance, Source.PROGRAMME) for each in topics]
        closing = [line for line in of_programme if line.key == CLOSING_KEY]
        added = [item.as_line() for item in self.agenda_items.standing()]
        return [*(line for line in of_programme if line.key != CLOSING_KEY), *added, *closing]

    def hold(self, *, by: Actor, on: date, held_on: date, seen_version: int, **fields: Any) -> None:
        """It took place that day; `fields` are its kind, days and author. `Blocked` when it would count twice."""
        same = {name: fields.get(name, getattr(self, name)) for name in ("author", "kind")}
        with counted_once(besides=self.pk, school=self.school_id, held_on=held_on, **same):
            transition(self, "hold", by=by, on=on, seen_version=seen_version, held_on=held_on, **fields)
        deadlines.visit_settled(self)
        if self.kind not in WITHOUT_RECORD:
            _seen(self.school, on=on, held=True)

    def void(self, *, by: Actor, on: date, reason: str) -> None:
        """It is taken back with its record: its days are free, and a core visit of the term is owed again."""
        transition(self, "void", by=by, on=on, reason=reason, seen_version=self.version)
        owe_again(self, by=by, on=on)
        _seen(self.school, on=on)

    def correct(self, *, by: Actor, on: date, **fields: Any) -> bool:
        """Put right kind, held_on or days; whether anything changed. `Blocked` when the visit would count twice.

        A core visit that turns out to be another, or of another term, leaves its own term's visit owed again.
        """
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return False
        now = {"held_on": self.held_on, "kind": self.kind} | {k: v for k, v in changed.items() if k != "days"}
        if "held_on" in changed and (reasons := not_served(self.school, on=changed["held_on"])):
            raise Blocked(reasons)
        before = core_slot(self)
        with counted_once(besides=self.pk, school=self.school_id, author=self.author_id, **now):
            changed |= self._slot_now(by=by, on=on, **now) if {"held_on", "kind"} & changed.keys() else {}
            save_changes(self, "corrected", by=by, seen_version=self.version, **changed)
            if before is not None and (self.kind != VisitKind.CORE or (self.academic_year, self.term) != before):
                owe(self, before, by=by, on=on)
        if {"held_on", "kind"} & changed.keys():
            _seen(self.school, on=on)
        return True

    def _slot_now(self, *, by: Actor, on: date, kind: str, held_on: date) -> dict[str, Any]:
        """The term it belongs to by its day and kind; another visit that was only planned for that term gives way."""
        slot = slot_of(self.school_id, held_on)
        if slot is None:
            return {}
        if kind == VisitKind.CORE:
            others = type(self).objects.filter(school=self.school_id, kind=kind).of_term(*slot).exclude(pk=self.pk)
            for planned in others.not_held().select_for_update():
                reason = "Another visit has taken its place."
                transition(planned, "cancel", by=by, on=on, reason=reason, seen_version=planned.version)
                deadlines.visit_not_owed(planned)
                if planned.planned_on is not None:
                    emails.tell_school_of_visit(planned, "cancelled", on=on)
            if others.standing().exists():
                return {"academic_year": None, "term": ""}
        return {"academic_year": slot[0], "term": slot[1]}


def _seen(school: School, *, on: date, held: bool = False) -> None:
    """The day by which a served school is to be seen again follows its visits; of any other nothing is waited for."""
    ours = School.objects.open().filter(pk=school.pk, authority__own=True)
    if not not_served(school, on=on) and ours.exists():
        visits = Visit.objects.held().look_at_schools().filter(school=school, held_on__lte=on)
        last_seen = visits.aggregate(last=Max("held_on"))["last"]
        deadlines.school_seen(school, last_seen=last_seen, on=on, held=held)


def core_slot(visit: Visit) -> tuple[int, str] | None:
    """The term whose core visit it is."""
    core = visit.kind == VisitKind.CORE and visit.academic_year is not None
    return (visit.academic_year or 0, visit.term) if core else None


def not_served(school: School, *, on: date) -> list[str]:
    """Why no visit of that day counts for the school, as sentences."""
    return school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=on), on=on)


def owe_again(visit: Visit, *, by: Actor, on: date) -> "Visit | None":
    """A new visit in place of a cancelled one that its term owes to the school; none where no term does."""
    slot = core_slot(visit)
    return owe(visit, slot, by=by, on=on) if slot is not None else None


def is_owed_again(visit: Visit, *, on: date) -> bool:
    """Whether its term would owe the school another visit in its place."""
    return core_slot(visit) is not None and not not_served(visit.school, on=on)


def owe(visit: Visit, slot: tuple[int, str], *, by: Actor, on: date) -> "Visit | None":
    """The core visit of a term that `visit` is not, or no longer; none where the school is no longer served."""
    if not_served(visit.school, on=on):
        return None
    owed = Visit.objects.create(
        school=visit.school,
        kind=VisitKind.CORE,
        academic_year=slot[0],
        term=slot[1],
        edition=visit.edition,
        author=visit.author,
        created_by=by.user,
    )
    record_event(owed, "owed again", by=by)
    deadlines.core_visit_owed(owed)
    return owed


class Source(models.TextChoices):
    PROGRAMME = "programme", "Visit programme"
    SCHOOL = "school", "Added by the school"
    AUTHORITY = "authority", "Added by the authority"


@dataclass(frozen=True)
class AgendaLine:
    """An item as it stands on the agenda. `key` is what its findings are kept under."""

    key: str
    heading: str
    guidance: str
    source: str

    @property
    def source_label(self) -> str:
        return Source(self.source).label

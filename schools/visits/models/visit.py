"""Visits to schools: owed, planned, held."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role, roles_with
from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.lib import clock
from schoolimprove.records.models import BaseRecord
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.scope import COLUMNS, barred_at, in_scope
from schools.visits.models.programme import CLOSING_KEY, ProgrammeEdition
from schools.visits.states import NOT_HELD, VISIT, VisitStatus

NOT_HELD_VALUES = sorted(status.value for status in NOT_HELD)


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
    """Whether the author holds a role that writes at the school today, which is not their own."""
    writing = Appointment.objects.current(clock.today()).filter(role__in=sorted(roles_with(Permission.WRITE_RECORD)))
    covers = Q()
    for kind, column in COLUMNS.items():
        covers |= Q(**{kind: OuterRef(f"school__{column}")})
    writing = writing.filter(covers, person__user=OuterRef("author"))
    return Q(Exists(writing.exclude(barred_at(OuterRef(OuterRef("school"))))))


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
                violation_error_message="This school already has a core visit for this term.",
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
            models.Index(
                fields=["school", "planned_on"], name="visit_school_planned", condition=Q(status__in=NOT_HELD_VALUES)
            ),
            models.Index(fields=["planned_on"], name="visit_planned", condition=Q(status__in=NOT_HELD_VALUES)),
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

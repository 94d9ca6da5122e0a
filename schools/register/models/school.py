"""Schools, as GIAS names them, and who may see them."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.search import search_key, search_keys, squeezed, wanted
from schoolimprove.records.models import BaseRecord
from schools.register.establishments import Service, service_of
from schools.register.models.places import Diocese, District, LocalAuthority, Partnership
from schools.register.scope import in_scope

if TYPE_CHECKING:
    from schools.policy import ServiceByType


class Phase(models.TextChoices):
    NURSERY = "nursery", "Nursery"
    PRIMARY = "primary", "Primary"
    MIDDLE_DEEMED_PRIMARY = "middle_deemed_primary", "Middle deemed primary"
    MIDDLE_DEEMED_SECONDARY = "middle_deemed_secondary", "Middle deemed secondary"
    SECONDARY = "secondary", "Secondary"
    ALL_THROUGH = "all_through", "All-through"
    SIXTEEN_PLUS = "16_plus", "16 plus"
    SPECIAL = "special", "Special"
    ALTERNATIVE = "alternative", "PRU or alternative provision"
    NONE = "none", "No phase"


class Establishment(models.TextChoices):
    """Whether the school is open, as GIAS says it. Not a state of ours: it comes in with the file.

    `UNKNOWN` stands for the statuses of GIAS that say neither, such as Pending approval: not open, and not served.
    """

    OPEN = "open", "Open"
    CLOSING = "closing", "Open, proposed to close"
    PROPOSED = "proposed", "Proposed to open"
    CLOSED = "closed", "Closed"
    UNKNOWN = "unknown", "Not known"


LONGEST_URN, LAESTAB_DIGITS = 7, 7


def searchable(name: str, urn: int, la_code: str, establishment_number: int | None, postcode: str) -> str:
    """Name, URN, LAESTAB and postcode in one normalised line, each number without spaces.

    A search asks for words, and for what was typed run together, anywhere in the line: 936/1234 is found in 9361234.
    """
    return _line(search_key(name), urn, la_code, establishment_number, search_key(postcode))


def searchable_of_each(
    names: Sequence[str],
    urns: Sequence[int],
    la_codes: Sequence[str],
    establishment_numbers: Sequence[int | None],
    postcodes: Sequence[str],
) -> list[str]:
    """`searchable` for many schools at once."""
    lines = map(_line, search_keys(names), urns, la_codes, establishment_numbers, search_keys(postcodes))
    return list(lines)


def _line(name: str, urn: int, la_code: str, establishment_number: int | None, postcode: str) -> str:
    laestab = "" if establishment_number is None else f"{la_code}{establishment_number:04d}"
    return " ".join(filter(None, (name, str(urn), laestab, postcode.replace(" ", ""))))[:400]


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, user: Any, permission: Permission = Permission.VIEW_SCHOOL) -> Self:
        """The schools inside the scope of an appointment of this user that carries the permission."""
        return self.filter(in_scope(user, permission))

    def open(self) -> Self:
        return self.filter(establishment__in=[Establishment.OPEN, Establishment.CLOSING])

    def matching(self, text: str) -> Self:
        """Every word typed is found in the name, URN, LAESTAB or postcode, however it is spelt or spaced."""
        words = models.Q()
        for spellings in wanted(search_key(text)):
            words &= reduce(or_, (models.Q(search_key__contains=each) for each in spellings))
        run_together = models.Q(search_key__contains=squeezed(text))
        return self.filter(words | run_together if " " in search_key(text) else words)

    def best_first(self, text: str) -> Self:
        """By how well they match: the very URN or LAESTAB, then a name that begins with the words, then the others."""
        key, number = search_key(text), squeezed(text)
        exact = models.Q(urn=int(number)) if number.isdecimal() and len(number) <= LONGEST_URN else models.Q(pk__in=[])
        if number.isdecimal() and len(number) == LAESTAB_DIGITS:
            exact |= models.Q(authority__code=number[:3], establishment_number=int(number[3:]))
        begins = models.Q(search_key__startswith=key)
        rank = models.Case(models.When(exact, then=0), models.When(begins, then=1), default=2)
        return self.annotate(rank=rank).order_by("rank", "name", "urn")

    def served(self, policy: "ServiceByType", services: Collection[Service]) -> Self:
        """Schools with any of these services, by their type."""
        codes = {Service.ENTITLED: policy.entitled, Service.BY_INVITATION: policy.by_invitation}
        listed = models.Q(type_code__in=[code for service in services for code in codes.get(service, ())])
        if Service.REGISTER_ONLY in services:
            listed |= ~models.Q(type_code__in=policy.entitled + policy.by_invitation)
        return self.filter(listed)


_UNSOUGHT = ["urn", "authority", "district", "partnership", "diocese", "created_by", "updated_by"]
"""What nobody looks for in the history, which is read school by school: each index would be written by every import."""


def _by() -> Any:
    """As `BaseRecord` has it, without an index."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )


class School(BaseRecord):
    """One establishment. Addressed by URN, keyed by a surrogate; LAESTAB is never unique."""

    urn = models.PositiveIntegerField(
        "URN", unique=True, validators=[MinValueValidator(10_000), MaxValueValidator(9_999_999)]
    )
    # Found by `school_authority_name`.
    authority = models.ForeignKey(LocalAuthority, models.PROTECT, related_name="schools", db_index=False)
    establishment_number = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(9999)])
    name = models.CharField(max_length=200)
    type_code = models.CharField(max_length=3, blank=True)
    type_name = models.CharField("type", max_length=100, blank=True)
    phase = models.CharField(max_length=30, choices=Phase, default=Phase.NONE)
    establishment = models.CharField("open or closed", max_length=10, choices=Establishment, default=Establishment.OPEN)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="schools")
    partnership = models.ForeignKey(Partnership, models.PROTECT, null=True, blank=True, related_name="schools")
    diocese = models.ForeignKey(Diocese, models.PROTECT, null=True, blank=True, related_name="schools")
    religious_character = models.CharField(max_length=100, blank=True)
    trust_name = models.CharField("trust", max_length=200, blank=True)
    federation_name = models.CharField("federation", max_length=200, blank=True)
    gender = models.CharField("pupils", max_length=30, blank=True)
    low_age = models.PositiveSmallIntegerField("lowest age", null=True, blank=True)
    high_age = models.PositiveSmallIntegerField("highest age", null=True, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    pupils = models.PositiveIntegerField("number of pupils", null=True, blank=True)
    street = models.CharField(max_length=200, blank=True)
    locality = models.CharField(max_length=200, blank=True)
    address3 = models.CharField("third line", max_length=200, blank=True)
    town = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=300, blank=True)
    easting = models.PositiveIntegerField(null=True, blank=True)
    northing = models.PositiveIntegerField(null=True, blank=True)
    source_changed_on = models.DateField("last changed in GIAS", null=True, blank=True)
    search_key = models.CharField(max_length=400, editable=False)
    # Nobody looks for schools by who changed them, and users are never deleted.
    created_by = _by()
    updated_by = _by()

    objects = SchoolQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search_key"], no_db_index=_UNSOUGHT)

    class Meta:
        ordering = ["name", "urn"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(urn__gte=10_000, urn__lte=9_999_999),
                name="school_urn_has_5_to_7_digits",
                violation_error_message="A URN has 5 to 7 digits.",
            ),
            models.CheckConstraint(
                condition=models.Q(opened_on__isnull=True)
                | models.Q(closed_on__isnull=True)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="school_closes_after_it_opens",
                violation_error_message="A school cannot close before it opens.",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "name"], name="school_authority_name"),
            models.Index(fields=["name", "urn"], name="school_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = self.made_search_key()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("schools:school", args=[self.urn])

    def made_search_key(self) -> str:
        return searchable(self.name, self.urn, self.authority.code, self.establishment_number, self.postcode)

    @property
    def laestab(self) -> str:
        """`936/1234`, or nothing where GIAS gives no establishment number."""
        number = self.establishment_number
        return "" if number is None else f"{self.authority.code}/{number:04d}"

    @property
    def is_open(self) -> bool:
        return self.establishment in (Establishment.OPEN, Establishment.CLOSING)

    def _was_open(self, on: date) -> bool:
        """Whether the register still held the school as open on that day, for one that closed without a date."""
        opened = self.history.exclude(establishment=Establishment.CLOSED).order_by("-history_date", "-history_id")
        last = opened.first()
        if last is None:
            return False
        closed = self.history.filter(establishment=Establishment.CLOSED, history_date__gte=last.history_date)
        since = closed.order_by("history_date", "history_id").exclude(pk=last.pk).first()
        return since is not None and on < since.history_date.astimezone(clock.LONDON).date()

    @property
    def address_lines(self) -> list[str]:
        lines = [self.street, self.locality, self.address3, self.town, self.county, self.postcode]
        return [line for line in lines if line]

    def service(self, policy: "ServiceByType") -> Service:
        """What the authority owes the school: visits by right, by invitation, or a place on the register."""
        return service_of(self.type_code, entitled=policy.entitled, by_invitation=policy.by_invitation)

    def blockers_to_visiting(self, policy: "ServiceByType", *, on: date) -> list[str]:
        """Why no visit to this school can be recorded for that day; empty when one can."""
        service = self.service(policy)
        if self.establishment == Establishment.PROPOSED or (self.opened_on and self.opened_on > on):
            return [f"{self.name} has not opened yet."]
        if self.closed_on and self.closed_on < on:
            return [f"{self.name} closed on {self.closed_on:%-d %B %Y}."]
        if self.establishment == Establishment.UNKNOWN:
            return [f"We do not know whether {self.name} is open."]
        if self.establishment == Establishment.CLOSED and self.closed_on is None and not self._was_open(on):
            return [f"{self.name} is closed."]
        if service is Service.REGISTER_ONLY:
            named = f" ({self.type_name})" if self.type_name else ""
            return [f"Schools of this type{named} are on the register only. They have no visits."]
        if service is Service.BY_INVITATION and not self.invitations.accepted(on).exists():
            return ["Visits to this school are by invitation. The school has not accepted one for this academic year."]
        return []

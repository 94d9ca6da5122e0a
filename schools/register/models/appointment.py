"""Appointments: the only list of heads, chairs, SIPs and everyone else who holds a role."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from schoolimprove.accounts.roles import AUTHORITY_WIDE_ROLES, ROLE_LABELS
from schoolimprove.records.models import BaseRecord
from schools.register.models.person import Person
from schools.register.models.scoped import SCOPE_FIELDS, Scoped, has_exactly_one_scope
from schools.register.rules import ENDS_BEFORE_IT_STARTS, Post

AUTHORITY_WIDE_SCOPES = frozenset({"authority", "phase"})
"""The kinds of scope that cover the whole authority, or every school of a phase in it."""


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing(self) -> Self:
        """All but those withdrawn before they began."""
        return self.filter(withdrawn_because="")

    def current(self, on: date) -> Self:
        """Held on that day, first and last day included."""
        return self.standing().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def held_by(self, user: Any) -> Self:
        return self.filter(person__user=user)

    def with_scope(self) -> Self:
        return self.select_related("person", *(name for name in SCOPE_FIELDS if name != "phase"))


class Appointment(Scoped, BaseRecord):
    """A person holds a role over exactly one scope, from one day to another."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40, choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    starts_on = models.DateField("from")
    ends_on = models.DateField(
        "to", null=True, blank=True, help_text="The last day. Leave this empty if there is none yet."
    )
    cover_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="covers")
    withdrawn_because = models.CharField(max_length=200, blank=True, default="", editable=False)
    """Why an appointment that had not begun came to nothing: its days cannot say so, and nothing is deleted."""

    objects = AppointmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["role", "person__name"]
        constraints = [
            has_exactly_one_scope("appointment_has_exactly_one_scope"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="appointment_ends_after_it_starts",
                violation_error_message=ENDS_BEFORE_IT_STARTS,
            ),
        ]
        indexes = [models.Index(fields=["role", "starts_on"], name="appointment_role")]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}, {self.scope_name}"

    @property
    def holder(self) -> int:
        """Return the person's key; for a person who is not stored yet, a number that no other person has."""
        return self.person_id if self.person_id is not None else -id(self.person)

    @property
    def post(self) -> Post:
        """Return what it gives, as the rules compare it."""
        kind = self.scope_kind
        return Post(
            person=self.holder,
            role=self.role,
            scope=(kind, self.scope_key_of(kind)),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            cover_for=self.cover_for_id,
            withdrawn=bool(self.withdrawn_because),
        )

    @property
    def is_authority_wide(self) -> bool:
        """Return whether it covers the whole authority or a whole phase, so that the Head of service gets an email."""
        return self.role in AUTHORITY_WIDE_ROLES or self.scope_kind in AUTHORITY_WIDE_SCOPES

    def is_current(self, on: date) -> bool:
        return not self.withdrawn_because and self.starts_on <= on and (self.ends_on is None or self.ends_on >= on)

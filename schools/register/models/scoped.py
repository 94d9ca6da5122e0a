"""What lies over exactly one school, district, double district, partnership, diocese, phase or authority."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from schools.register.models.places import Diocese, District, DoubleDistrict, LocalAuthority, Partnership
from schools.register.models.school import Phase, School

SCOPE_FIELDS = ("school", "district", "double_district", "partnership", "diocese", "phase", "authority")


def has_exactly_one_scope(name: str) -> models.CheckConstraint:
    """Return the constraint that every model with a scope declares, under a name of its own."""

    def unset(field: str) -> Q:
        return Q(phase="") if field == "phase" else Q(**{f"{field}__isnull": True})

    def only(chosen: str) -> Q:
        others = [unset(field) for field in SCOPE_FIELDS if field != chosen]
        return reduce(lambda left, right: left & right, others, ~unset(chosen))

    return models.CheckConstraint(
        condition=reduce(or_, [only(field) for field in SCOPE_FIELDS]),
        name=name,
        violation_error_message=(
            "Select one of school, district, double district, partnership, diocese, phase and authority, and only one."
        ),
    )


def phase_scope_name(phase: str) -> str:
    return f"{Phase(phase).label} schools"


class Scoped(models.Model):
    """The seven kinds of scope, of which a row has one. A subclass adds `has_exactly_one_scope` to its constraints."""

    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    double_district = models.ForeignKey(
        DoubleDistrict, models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    partnership = models.ForeignKey(Partnership, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    diocese = models.ForeignKey(Diocese, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    phase = models.CharField(max_length=30, choices=Phase, blank=True, default="")
    authority = models.ForeignKey(LocalAuthority, models.PROTECT, null=True, blank=True, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def scope_kind(self) -> str:
        """Which of the seven scopes this has; empty before one is chosen."""
        return next((name for name in SCOPE_FIELDS if self.scope_key_of(name)), "")

    @property
    def scope_name(self) -> str:
        kind = self.scope_kind
        if kind == "phase":
            return phase_scope_name(self.phase)
        return str(getattr(self, kind)) if kind else ""

    def scope_key_of(self, name: str) -> str:
        value = self.phase if name == "phase" else getattr(self, f"{name}_id")
        return str(value) if value else ""

"""Types of establishment that GIAS has added since this was shipped, or calls otherwise."""

from django.core.validators import RegexValidator
from django.db import models

from schoolimprove.records.models import BaseRecord


class EstablishmentType(BaseRecord):
    """A type from GIAS's own list; it goes before the name in `schools.establishments.TYPES`."""

    code = models.CharField(max_length=3, unique=True, validators=[RegexValidator(r"^\d{2,3}$", "Enter two digits.")])
    name = models.CharField(max_length=100)
    group_code = models.CharField(max_length=3, blank=True)
    group_name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

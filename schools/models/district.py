"""Districts, paired into double districts, each double district under one DSIM (domain 1)."""

from django.db import models

from schoolimprove.records.models import BaseRecord

from .authority import LocalAuthority


class DoubleDistrict(BaseRecord):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class District(BaseRecord):
    authority = models.ForeignKey(LocalAuthority, models.PROTECT, related_name="districts")
    double_district = models.ForeignKey(DoubleDistrict, models.PROTECT, null=True, blank=True, related_name="districts")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["authority", "name"], name="district_one_of_each_name")]

    def __str__(self) -> str:
        return self.name

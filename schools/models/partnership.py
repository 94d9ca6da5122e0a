"""Partnerships (clusters) of schools."""

from django.db import models

from schoolimprove.records.models import BaseRecord


class Partnership(BaseRecord):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

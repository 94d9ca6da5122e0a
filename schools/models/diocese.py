"""Dioceses, which share an interest in their voluntary schools."""

from django.db import models

from schoolimprove.records.models import BaseRecord


class Diocese(BaseRecord):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

"""Entries that are taken back with a reason instead of deleted."""

from typing import Self, TypeVar

from django.db import models

from schoolimprove.records.models import BaseRecord

Entry = TypeVar("Entry", bound=models.Model, covariant=True)


class WithdrawableQuerySet(models.QuerySet[Entry]):
    def standing(self) -> Self:
        """Entries nobody has taken back."""
        return self.filter(withdrawn_because="")


class Withdrawable(BaseRecord):
    """Stays in the list for ever; counts only while `withdrawn_because` is empty."""

    withdrawn_because = models.CharField(
        max_length=200,
        blank=True,
        help_text="To withdraw this entry, enter the reason. It stays in the list, but no longer counts.",
    )

    objects = WithdrawableQuerySet.as_manager()

    class Meta:
        abstract = True

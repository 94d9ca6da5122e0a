"""References people can quote, such as RV-2026-00123."""

from datetime import date

from django.db import models, transaction

from schoolimprove.lib.years import academic_year


class ReferenceCounter(models.Model):
    """The last number given out under a prefix in an academic year (named by the year it starts in)."""

    prefix = models.CharField(max_length=8)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="reference_one_counter")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}"


def next_reference(prefix: str, *, on: date) -> str:
    """The next unused reference of the academic year that holds `on`; gaps only where a save was undone."""
    return next_references(prefix, on=on, count=1)[0]


def next_references(prefix: str, *, on: date, count: int) -> list[str]:
    """Return the next `count` unused references, in constant queries."""
    with transaction.atomic():
        year = academic_year(on)
        ReferenceCounter.objects.get_or_create(prefix=prefix, year=year)
        counter = ReferenceCounter.objects.select_for_update().get(prefix=prefix, year=year)
        first, counter.last = counter.last + 1, counter.last + count
        counter.save(update_fields=["last"])
        return [f"{prefix}-{year}-{number:05d}" for number in range(first, counter.last + 1)]

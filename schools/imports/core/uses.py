"""What uses a row: everything that points to it, so that what an import added is taken out only while nothing does."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.db import models
from django.db.models import Count
from simple_history.models import HistoricalChanges

from schools.register.models.watch import Watch


def uses_of(model: type[models.Model], keys: Collection[int]) -> dict[int, list[str]]:
    """Key → what points to that row, as "2 appointments". One query for each kind of thing that could."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for relation in relations_to(model):
        for key, count in _counted(relation, keys):
            found[key].append(_words(relation.related_model, count))
    return dict(found)


def relations_to(model: type[models.Model]) -> Iterator[Any]:
    """By which rows of other models point to rows of this one, hidden relations included.

    History is no use, nor is that somebody watches a school: that goes with it.
    """
    for relation in model._meta.get_fields(include_hidden=True):
        points = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if points and not issubclass(relation.related_model, (HistoricalChanges, Watch)):  # type: ignore[arg-type]
            yield relation


def _counted(relation: Any, keys: Collection[int]) -> Any:
    name = relation.field.name
    rows = relation.related_model._base_manager.filter(**{f"{name}__in": keys}).order_by()
    return rows.values_list(name).annotate(count=Count("pk"))


def _words(model: Any, count: int) -> str:
    meta = model._meta
    return f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"

"""What uses a row: everything that points to it, so that what an import added is taken out only while nothing does."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import Count
from simple_history.models import HistoricalChanges


def uses_of(model: type[models.Model], keys: Collection[int]) -> dict[int, list[str]]:
    """Key → what points to that row, as "2 appointments". One query for each kind of thing that could."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for relation in model._meta.related_objects:
        if issubclass(relation.related_model, HistoricalChanges):
            continue
        for key, count in _counted(relation, keys):
            found[key].append(_words(relation.related_model, count))
    return dict(found)


def _counted(relation: Any, keys: Collection[int]) -> Any:
    name = relation.field.name
    rows = relation.related_model._base_manager.filter(**{f"{name}__in": keys}).order_by()
    return rows.values_list(name).annotate(count=Count("pk"))


def _words(model: Any, count: int) -> str:
    meta = model._meta
    return f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"

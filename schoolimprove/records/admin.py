"""The admin of kept things: nothing is deleted there, every save is versioned and audited."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest

from schoolimprove.lib import clock

from .actor import Actor, actor_for
from .models import BaseRecord
from .transition import record_event


class KeptAdmin(admin.ModelAdmin[Any]):
    """Base of every model admin of ours. Closing with a reason takes the place of deleting."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def actor(self, request: HttpRequest, action: str) -> Actor:
        """The person, with the appointment that lets them do this here."""
        return actor_for(request.user, f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = self.actor(request, "change" if change else "add")
        with transaction.atomic():
            self.stamp(obj, actor, change)
            super().save_model(request, obj, form, change)
            changes = _changes(form) if change else {}
            record_event(obj, "changed" if change else "added", by=actor, changes=changes)

    def stamp(self, obj: BaseRecord, actor: Actor, change: bool) -> None:
        obj.updated_at, obj.updated_by = clock.now(), actor.user
        if change:
            obj.version += 1
        else:
            obj.created_by = actor.user


def _changes(form: Any) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of an admin form, relations as keys."""
    return {
        name: [form[name].initial, _plain(form.cleaned_data.get(name))]
        for name in form.changed_data
        if name in form.cleaned_data
    }


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value

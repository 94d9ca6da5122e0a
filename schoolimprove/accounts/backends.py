"""Django's own permission question, answered from appointments, so that the admin follows them too."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import models

from schoolimprove.records.actor import Actor

from .rights import authorising
from .roles import ADMIN_RIGHTS, Permission


class AppointmentBackend(ModelBackend):
    """Password sign-in as Django does it; permissions from appointments, never from groups or user rows."""

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        return bool(user_obj.is_active) and any(authorising(user_obj, right) for right in rights_behind(perm))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        opened = [
            right
            for right, labels in ADMIN_RIGHTS.items()
            if any(label.startswith(f"{app_label}.") for label in labels)
        ]
        return bool(user_obj.is_active) and any(authorising(user_obj, right) for right in opened)


def rights_behind(perm: str) -> list[Permission]:
    """The rights that give a Django permission such as `schools.change_person`; none for deleting."""
    app_label, _, codename = perm.partition(".")
    action, _, model = codename.partition("_")
    if action not in ("add", "change", "view"):
        return []
    return [right for right, labels in ADMIN_RIGHTS.items() if {perm, f"{app_label}.{model}"} & labels]


def actor_in_admin(user: Any, perm: str) -> Actor:
    """The appointment behind a Django permission; none for a superuser on installation day."""
    for right in rights_behind(perm):
        held = authorising(user, right)
        if held is not None:
            return Actor(user, held.appointment_id)
    return Actor(user)

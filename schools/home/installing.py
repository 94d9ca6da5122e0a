"""The next step of the superuser of the first day, as a notice, until appointments decide who sees what."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.ui.registry import Notice
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.places import LocalAuthority


def notices_of_installation(user: Any, on: date) -> Sequence[Notice]:
    """Return one step at a time, since each needs the one before; nothing for anybody else."""
    return [_next_step(user, on)] if user.is_superuser else []


def _next_step(user: Any, on: date) -> Notice:
    if not LocalAuthority.objects.filter(own=True).exists():
        why = "First, add your authority: its name, code and colour. Tick “runs this installation”"
        return Notice(f"{why}.", "Add your authority", reverse("admin:schools_localauthority_add"))
    if not Appointment.objects.current(on).filter(role=Role.SYSTEM_ADMINISTRATOR, person__user__isnull=False).exists():
        if not Person.objects.filter(user=user).exists():
            known = {"name": user.name, "email": user.email, "user": user.pk}
            why = "Next, add yourself as a person, so that you can be appointed"
            return Notice(f"{why}.", "Add yourself as a person", reverse("admin:schools_person_add", query=known))
        why = "Next, appoint a system administrator for your authority, who can import schools and invite people"
        return Notice(f"{why}.", "Appoint a system administrator", reverse("admin:schools_appointment_add"))
    why = "A system administrator is appointed, so you no longer need to be a superuser"
    return Notice(f"{why}.", "Remove the superuser’s rights", reverse("accounts:person_take_superuser", args=[user.pk]))

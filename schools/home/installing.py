"""What the home page asks of the superuser of the first day: the next step until appointments decide who sees what."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.ui.registry import Ask
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.places import LocalAuthority


def asks_of_installation(user: Any, on: date) -> Sequence[Ask]:
    """One step at a time, since each needs the one before. Nothing is asked of anybody else."""
    return [_next_step(user, on)] if user.is_superuser else []


def _next_step(user: Any, on: date) -> Ask:
    if not LocalAuthority.objects.filter(own=True).exists():
        why = "Its name, code and colour, with a tick at “runs this installation”"
        return Ask("Add your authority", why, reverse("admin:schools_localauthority_add"))
    if not Appointment.objects.current(on).filter(role=Role.SYSTEM_ADMINISTRATOR, person__user__isnull=False).exists():
        if not Person.objects.filter(user=user).exists():
            known = {"name": user.name, "email": user.email, "user": user.pk}
            why = "With your account, so that you can be appointed"
            return Ask("Add yourself as a person", why, reverse("admin:schools_person_add", query=known))
        why = "Over your authority; only then can schools be brought in and people be invited"
        return Ask("Appoint a system administrator", why, reverse("admin:schools_appointment_add"))
    why = "A system administrator is appointed, and a superuser is for the first day alone"
    return Ask("Take the superuser’s right away", why, reverse("accounts:person_take_superuser", args=[user.pk]))

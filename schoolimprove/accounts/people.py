"""Who may look after people's accounts."""

from typing import Any

from django.http import HttpRequest

from schoolimprove.records.actor import Actor

from .models import user_of
from .rights import acting, user_can
from .roles import Permission


def manages_people(user: Any) -> bool:
    """Whether the people pages are open: to system administrators, and to a superuser on installation day."""
    return user.is_superuser or user_can(user, Permission.MANAGE_PEOPLE)


def managing(request: HttpRequest) -> Actor:
    """Who acts on people, and by which appointment; `PermissionDenied` for everybody else."""
    user = user_of(request)
    if user.is_superuser and not user_can(user, Permission.MANAGE_PEOPLE):
        return Actor(user)
    return acting(user, Permission.MANAGE_PEOPLE)

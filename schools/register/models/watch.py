"""A school that somebody keeps an eye on."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schools.register.models.school import School
from schools.register.scope import in_scope


class WatchQuerySet(models.QuerySet["Watch"]):
    def of(self, user: Any) -> Self:
        """The user's own, as far as they still look after the schools."""
        return self.filter(in_scope(user, Permission.VIEW_SCHOOL_HISTORY, school="school"), user=user)


class Watch(models.Model):
    """A line of somebody's watch-list: a bookmark of their own, which says nothing about the school.

    It is for those who look after schools; a school's own people have theirs on their home page anyway.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="watches")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["school__name", "pk"]
        verbose_name = "watched school"
        constraints = [models.UniqueConstraint(fields=["user", "school"], name="watch_once_a_school")]

    def __str__(self) -> str:
        return f"{self.user} watches {self.school}"

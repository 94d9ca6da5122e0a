"""People who hold appointments. A head who never signs in still gets letters."""

from django.conf import settings
from django.db import models

from schoolimprove.records.models import BaseRecord


class Person(BaseRecord):
    """Someone an appointment names; `user` is their way in, if they have one."""

    name = models.CharField(max_length=150)
    email = models.EmailField("email address", blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="person")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name

"""What somebody has typed and not yet saved."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolimprove.lib import clock

KEPT_FOR = timedelta(days=30)


class DraftQuerySet(models.QuerySet["Draft"]):
    def stale(self, *, at: Any) -> Self:
        """Drafts untouched for longer than they are kept."""
        return self.filter(saved_at__lt=at - KEPT_FOR)

    def at_edition(self, edition: str) -> Self:
        """The draft that reads as it did when its `edition` was noted; nothing when it has changed."""
        opening, _, saved_at = edition.partition(" ")
        return self.filter(opening=opening, saved_at=datetime.fromisoformat(saved_at)) if saved_at else self.none()


class Draft(models.Model):
    """One person's unsaved text in one opening of a form, which is named by its path. No history, no audit.

    `opening` is the nonce of the token the form carried (empty in drafts from before they had any). `fields` is
    `{field name: [values]}` as posted; `base_version` is the version the form was opened on (0: new). `typed_at` is
    when the page read it off the form, in milliseconds of its own clock: what was sent first may arrive last.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    form = models.CharField(max_length=300)
    opening = models.CharField(max_length=32, blank=True, default="")
    base_version = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=clock.now)
    typed_at = models.BigIntegerField(default=0, db_default=0)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "form", "opening"], name="draft_one_per_user_form_and_opening")
        ]

    def __str__(self) -> str:
        return self.form

    @property
    def edition(self) -> str:
        """What an opening notes of the draft it was filled from, to know later whether it still reads the same."""
        return f"{self.opening} {self.saved_at.isoformat()}"

"""Links sent by email that do one thing once: accept an invitation, set a password, confirm an address."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schoolimprove.lib import clock

TOKEN_BYTES = 16


class Purpose(models.TextChoices):
    INVITATION = "invitation", "Invitation"
    PASSWORD_RESET = "password_reset", "Setting a new password"
    ADDRESS_CHANGE = "address_change", "Change of address"


LASTS: dict[str, timedelta] = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.PASSWORD_RESET: timedelta(hours=2),
    Purpose.ADDRESS_CHANGE: timedelta(days=2),
}


def hash_of(token: str) -> str:
    """What is stored of a token. It is random, so a plain hash cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


class SecretLinkQuerySet(models.QuerySet["SecretLink"]):
    def open(self, *, at: datetime) -> Self:
        """Links that still work at that moment."""
        return self.filter(used_at__isnull=True, voided_at__isnull=True, expires_at__gt=at)

    def known_by(self, token: str) -> Self:
        return self.filter(token_hash=hash_of(token))

    def void(self, user: Any, *purposes: str) -> int:
        """Make the user's unused links useless, all of them or those of some purposes; how many there were."""
        unused = self.filter(user=user, used_at__isnull=True, voided_at__isnull=True)
        if purposes:
            unused = unused.filter(purpose__in=purposes)
        return unused.update(voided_at=clock.now())

    def issue(self, purpose: str, user: Any, **payload: Any) -> str:
        """Make a link and return its token, which is stored nowhere.

        Earlier links of the purpose stop working. Those to set a password go on: anyone can ask for another one.
        """
        if purpose != Purpose.PASSWORD_RESET:
            self.void(user, purpose)
        token = secrets.token_hex(TOKEN_BYTES)
        at = clock.now()
        self.create(
            purpose=purpose,
            user=user,
            token_hash=hash_of(token),
            payload=payload,
            created_at=at,
            expires_at=at + LASTS[purpose],
        )
        return token


class SecretLink(models.Model):
    """One link. `payload` is what using it will do, such as `{"email": …}`; the token itself is only in the email."""

    purpose = models.CharField(max_length=20, choices=Purpose)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="secret_links")
    token_hash = models.CharField(max_length=64, unique=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    objects = SecretLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "user"],
                condition=Q(used_at__isnull=True, voided_at__isnull=True) & ~Q(purpose="password_reset"),
                name="secret_link_one_unused_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="secret_link_expires_after_it_is_made"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(voided_at__isnull=True), name="secret_link_used_or_voided"
            ),
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()

    def use(self) -> bool:
        """Spend the link; false when somebody else just did, or it no longer works."""
        at = clock.now()
        return bool(SecretLink.objects.open(at=at).filter(pk=self.pk).update(used_at=at))

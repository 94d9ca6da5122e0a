"""Someone who signs in, known by their e-mail address."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from schoolimprove.lib import clock


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with this address; without a password they cannot sign in until they set one."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For installation day. A superuser without an appointment sees no records."""
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_email(username or ""))


def normalise_email(email: str) -> str:
    """Addresses are compared without regard to case."""
    return email.strip().casefold()


class User(AbstractBaseUser, PermissionsMixin):
    """A way in. What a user may see and do comes from appointments, never from this row."""

    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=150)
    is_staff = models.BooleanField(default=False, editable=False, help_text="Follows appointments.")
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)
    last_home_at = models.DateTimeField(null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(models.functions.Lower("email"), name="user_email_unique_whatever_the_case")
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

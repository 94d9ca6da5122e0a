"""Someone who signs in, known by their email address."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from schoolimprove.lib import clock
from schoolimprove.lib.search import search_key, words_to_find
from schoolimprove.lib.text import visible


class UserState(StrEnum):
    """Where somebody is with their account; read from the row, never stored."""

    ACTIVE = "active"
    INVITED = "invited"
    DEACTIVATED = "deactivated"


class UserQuerySet(models.QuerySet["User"]):
    def in_state(self, state: str) -> Self:
        invited = models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        if state == UserState.DEACTIVATED:
            return self.filter(is_active=False)
        return self.filter(invited if state == UserState.INVITED else ~invited, is_active=True)

    def search(self, text: str) -> Self:
        """People whose name or address holds every word of `text`."""
        found = self
        for word in search_key(" ".join(words_to_find(text))).split():
            found = found.filter(search_key__contains=word)
        return found


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
    """Return the address as addresses are compared: without regard to case, and without invisible characters."""
    return visible(email).strip().casefold()


class User(AbstractBaseUser, PermissionsMixin):
    """A way in. What a user may see and do comes from appointments, never from this row."""

    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=150)
    is_staff = models.BooleanField(
        "can open settings", default=False, editable=False, help_text="Set by the person’s appointments."
    )
    is_active = models.BooleanField("can sign in", default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)
    last_home_at = models.DateTimeField(null=True, editable=False)
    session_epoch = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised to end every session of the user."
    )
    unread_reminders = models.PositiveIntegerField(
        default=0, editable=False, help_text="Written by reminders: it comes with the user, so every page can say it."
    )
    search_key = models.CharField(max_length=420, editable=False, default="")

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_the_case")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = self.made_search_key()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_key"}
        super().save(*args, **kwargs)

    def made_search_key(self) -> str:
        return search_key(f"{self.name} {self.email}")

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def state(self) -> UserState:
        if not self.is_active:
            return UserState.DEACTIVATED
        return UserState.ACTIVE if self.has_usable_password() else UserState.INVITED

    def get_session_auth_hash(self) -> str:
        """What a session must carry to be this user's: it changes with the password and with the epoch."""
        return self._session_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes) -> str:
        value = f"{self.session_epoch}:{self.password}"
        return salted_hmac("schoolimprove.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """End every session of the user; this object carries the new epoch, so that the caller may keep one alive."""
        User.objects.filter(pk=self.pk).update(session_epoch=models.F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])


def user_of(request: HttpRequest) -> User:
    """Who is signed in, on a page that only people who are signed in reach."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user

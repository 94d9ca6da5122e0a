"""People who sign in, and links sent to them."""

from datetime import timedelta
from typing import Any

import factory
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from factory.django import DjangoModelFactory

from schoolimprove.accounts.models import EmailLimit, Purpose, SecretLink, User
from schoolimprove.accounts.models.secret_link import hash_of
from schoolimprove.lib import clock

PASSWORD = "A long and boring password 1"


class UserFactory(DjangoModelFactory[User]):
    """An active user who can sign in with `PASSWORD`; with `password=None`, one who is only invited."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n + 1}@invented.example")
    name = factory.Sequence(lambda n: f"Invented User {n + 1}")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)


class SecretLinkFactory(DjangoModelFactory[SecretLink]):
    """An unused invitation; its token is `token`."""

    class Meta:
        model = SecretLink
        exclude = ("token",)

    token = factory.Sequence(lambda number: f"{number:032x}")
    purpose = Purpose.INVITATION
    user = factory.SubFactory(UserFactory, password=None)
    token_hash = factory.LazyAttribute(lambda link: hash_of(link.token))
    created_at = factory.LazyFunction(clock.now)
    expires_at = factory.LazyAttribute(lambda link: link.created_at + timedelta(days=7))


class EmailLimitFactory(DjangoModelFactory[EmailLimit]):
    """An address that has had no email in the last hour."""

    class Meta:
        model = EmailLimit

    address = factory.Sequence(lambda n: f"limited{n + 1}@invented.example")
    by_anyone = True
    asked_at = factory.LazyFunction(clock.now)


class TOTPDeviceFactory(DjangoModelFactory[TOTPDevice]):
    """An authenticator app that is set up."""

    class Meta:
        model = TOTPDevice

    user = factory.SubFactory(UserFactory)
    name = "Authenticator app"
    confirmed = True


def code_of(device: TOTPDevice, *, ahead: int = 0) -> str:
    """What the app shows now, or `ahead` steps of half a minute later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{totp.token() if not ahead else _later(totp, ahead)}".zfill(device.digits)


def _later(totp: TOTP, steps: int) -> int:
    totp.time = totp.time + steps * totp.step
    return int(totp.token())

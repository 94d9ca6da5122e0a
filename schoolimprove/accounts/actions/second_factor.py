"""The second factor: an authenticator app, and ten codes on paper for the day it is lost."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import Purpose, User
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event

from .access import end_access

HOW_MANY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look alike on paper."""


@dataclass(frozen=True)
class Verdict:
    """Whether a code was right; `wait_seconds` when, after wrong ones, none is looked at for so long."""

    right: bool
    wait_seconds: int = 0


WRONG = Verdict(False)


def has_second_factor(user: User) -> bool:
    """Whether an authenticator app is set up."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).exists()  # type: ignore[no-any-return]


def pending_device(user: User) -> TOTPDevice:
    """The app being set up, kept until its first code is right, so that reloading the page shows the same secret."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
        return device or TOTPDevice.objects.create(user=user, confirmed=False, name="Authenticator app")


def enrol(user: User, code: str) -> tuple[Verdict, list[str]]:
    """Confirm the pending app by its first code; with it come new recovery codes, and earlier devices go."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        verdict = _judge(device, code)
        if device is None or not verdict.right:
            return verdict, []
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save()
        record_event(user, "set up the second factor", by=Actor(user))
        mail.send("accounts/emails/second_factor_set", to=user.email, name=user.name)
        return verdict, _replace_codes(user)


def verify(user: User, code: str) -> Verdict:
    """Judge a code of the authenticator app, or the demonstration's."""
    if _is_demo_code(code):
        return Verdict(True)
    with transaction.atomic():
        return _judge(TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first(), code)


def _is_demo_code(code: str) -> bool:
    """Settings refuse a demonstration that names a real database; the code opens nothing elsewhere."""
    expected = getattr(settings, "DEMO_SECOND_FACTOR", "")
    return bool(settings.DEMO and expected and constant_time_compare(code, expected))


def verify_recovery(user: User, code: str) -> Verdict:
    """Judge a recovery code; a right one is used up."""
    with transaction.atomic():
        device = StaticDevice.objects.select_for_update().filter(user=user).first()
        verdict = _judge(device, _known_form(user, code))
        if verdict.right:
            record_event(user, "used a recovery code", by=Actor(user))
        return verdict


def _judge(device: Device | None, code: str) -> Verdict:
    """Devices lock themselves for 1, 2, 4, 8… seconds after each wrong code."""
    if device is None:
        return WRONG
    allowed, why = device.verify_is_allowed()
    if not allowed:
        left: timedelta = why["locked_until"] - datetime.now(UTC)  # Devices live by the machine's clock.
        return Verdict(False, max(1, round(left.total_seconds())))
    return Verdict(device.verify_token(code))


def new_recovery_codes(user: User) -> list[str]:
    """Ten codes in place of those there were; they are shown once and stored only as hashes."""
    with transaction.atomic():
        record_event(user, "made new recovery codes", by=Actor(user))
        return _replace_codes(user)


def _replace_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    codes = [_made_code() for _ in range(HOW_MANY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_stored_form(user, code)) for code in codes)
    return codes


def _made_code() -> str:
    half = "".join(secrets.choice(_LETTERS) for _ in range(5))
    return f"{half}-{''.join(secrets.choice(_LETTERS) for _ in range(5))}"


def _stored_form(user: User, code: str, secret: str | None = None) -> str:
    """A keyed hash in the sixteen characters the table has, of the code without the spaces and hyphens people add."""
    plain = "".join(mark for mark in code.casefold() if mark.isalnum())
    salt = f"recovery code of {user.pk}"
    return salted_hmac(salt, plain, secret=secret, algorithm="sha256").hexdigest()[:16]


def _known_form(user: User, code: str) -> str:
    """The stored form of a code, under the secret key of its day."""
    forms = [_stored_form(user, code, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    known = StaticToken.objects.filter(device__user=user, token__in=forms).values_list("token", flat=True).first()
    return known or forms[0]


def recovery_codes_left(user: User) -> int:
    left: int = StaticToken.objects.filter(device__user=user).count()
    return left


def drop_devices(user: User) -> int:
    """Take away app and codes; how many devices there were."""
    dropped = 0
    for model in (TOTPDevice, StaticDevice):
        devices = model.objects.filter(user=user)
        dropped += devices.count()
        devices.delete()
    return dropped


def remove_second_factor(user: User) -> None:
    """Give up a second factor that is not required of one."""
    with transaction.atomic():
        drop_devices(user)
        record_event(user, "removed the second factor", by=Actor(user))
        mail.send("accounts/emails/second_factor_gone", to=user.email, name=user.name, by_oneself=True)


def reset_second_factor(user: User, *, by: Actor, reason: str) -> None:
    """For a lost telephone: app and codes go, every session ends, and the person is told.

    Links requested from those sessions stop working, and so does the address of a calendar, which the telephone may
    read. An invitation stays, because its owner has no other way in.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        drop_devices(user)
        user.end_sessions()
        end_access(user, Purpose.ADDRESS_CHANGE, Purpose.PASSWORD_RESET, by=by)
        record_event(user, "second factor reset", by=by, reason=reason)
        mail.send("accounts/emails/second_factor_gone", to=user.email, name=user.name, by_oneself=False)

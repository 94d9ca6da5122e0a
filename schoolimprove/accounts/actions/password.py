"""Passwords: set by a link, changed by their owner, forgotten."""

from django.db import transaction

from schoolimprove.accounts import mail
from schoolimprove.accounts.lockout import forget_failures
from schoolimprove.accounts.models import EmailLimit, Purpose, SecretLink, User, normalise_email
from schoolimprove.accounts.models.email_limit import NOT_AGAIN_WITHIN
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event

from .access import end_access
from .links import use_link

JOB = "password link"


def ask_for_password_link(email: str) -> None:
    """Have the worker email a link to set a new password, if the address has an account.

    Nothing here depends on whether it has: neither the answer nor the time it takes tells a stranger.
    """
    with transaction.atomic():
        asked = EmailLimit.objects.asked(normalise_email(email), by_anyone=True, at=clock.now())
        jobs.ask_for(JOB, str(asked.pk))


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 5, _send_link, _given_up))


def _send_link(key: str, _tell: jobs.Progress) -> None:
    """Email the link. What was sent before goes on working: a stranger may be the one who asks."""
    with transaction.atomic():
        asked = EmailLimit.objects.get(pk=key)
        user = User.objects.select_for_update().filter(email=asked.address, is_active=True).first()
        may = asked.take(apart=NOT_AGAIN_WITHIN)
        if user is None or not may:
            return
        if not user.has_usable_password():
            mail.send("accounts/emails/not_yet_accepted", to=user.email, name=user.name)
            return
        token = SecretLink.objects.issue(Purpose.PASSWORD_RESET, user)
        link = mail.address_of("accounts:password_reset", token)
        mail.send("accounts/emails/password_reset", to=user.email, name=user.name, link=link)
        record_event(user, "new password asked for", by=Actor(user))


def _given_up(_key: str, _sentence: str) -> None:
    """Leave it: the log says why, and the person asks again."""


def reset_password(token: str, password: str) -> User:
    """Set a password by link; every session of the user ends, and so do the lock-outs of their address."""
    with transaction.atomic():
        user = use_link(Purpose.PASSWORD_RESET, token).user
        _set(user, password, "set a new password")
        forget_failures(user.email)
    return user


def change_password(user: User, password: str) -> None:
    """Set a password known to be the owner's wish; all their other sessions end by it."""
    with transaction.atomic():
        _set(user, password, "changed the password")


def _set(user: User, password: str, verb: str) -> None:
    """Set the password and end every link and address: anyone who knew the old password may have asked for one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    end_access(user, by=Actor(user))
    record_event(user, verb, by=Actor(user))
    mail.send("accounts/emails/password_changed", to=user.email, name=user.name)
